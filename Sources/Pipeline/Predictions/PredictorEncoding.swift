public import Features
internal import Foundation
public import LinearAlgebra
internal import Warehouse

/// How features become the columns that a chance is learnt from: numbers as they are, a column a level of a category.
///
/// The most frequent level is what others are compared with and has no column. Rare levels share one. A missing value, or
/// a level never seen, is missing in all columns of its category: learners know what to do with what is missing.
public struct PredictorEncoding: Sendable, Hashable, Codable {
  /// A category and its columns.
  public struct Category: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// The level that others are compared with.
    public let reference: String
    /// The levels with a column of their own, the most frequent first.
    public let levels: [String]
    /// Rare levels that share the last column; empty without one.
    public let rare: [String]

    var width: Int { levels.count + (rare.isEmpty ? 0 : 1) }
  }

  /// A feature that is not used.
  public struct Dropped: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// Why.
    public let reason: String
  }

  /// The numeric features, in order; their columns come first.
  public let numeric: [String]
  /// The categories, in order.
  public let categories: [Category]
  /// Those of the numeric features that are days, counted from 1970-01-01; nil in older files.
  public internal(set) var days: [String]?
  /// What is left out.
  public internal(set) var dropped: [Dropped]

  /// A level needs so many rows for a column of its own.
  static let leastRows = 10
  /// A category has so many columns at most.
  static let mostLevels = 40

  /// What `values` (n rows) need, of whose numbers `days` are days.
  init(_ values: FeatureValues, days: [String] = []) {
    var dropped: [Dropped] = []
    numeric = values.numbers.names.filter { name in
      guard let numbers = values.numeric(name), let first = numbers.first(where: { !$0.isNaN }) else {
        dropped.append(Dropped(name: name, reason: "it has no value"))
        return false
      }
      guard numbers.contains(where: { !$0.isNaN && $0 != first }) || numbers.contains(where: \.isNaN) else {
        dropped.append(Dropped(name: name, reason: "it is the same in every row"))
        return false
      }
      return true
    }
    categories = values.categories.compactMap { column in
      var counts: [String: Int] = [:]
      for text in column.texts { if let text { counts[text, default: 0] += 1 } }
      let known = counts.values.reduce(0, +)
      guard known > 0 else {
        dropped.append(Dropped(name: column.name, reason: "it has no value"))
        return nil
      }
      if counts.count > PredictorEncoding.mostLevels, Double(counts.count) > 0.5 * Double(known) {
        dropped.append(Dropped(name: column.name, reason: "most of its \(counts.count) values stand in one row only"))
        return nil
      }
      let sorted = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      let own = sorted.dropFirst().prefix(PredictorEncoding.mostLevels)
        .filter { $0.value >= PredictorEncoding.leastRows }.map(\.key)
      let rest = sorted.dropFirst().filter { !own.contains($0.key) }
      let isShared = rest.reduce(0) { $0 + $1.value } >= PredictorEncoding.leastRows
      if own.isEmpty, !isShared, known == values.rows {
        dropped.append(Dropped(name: column.name, reason: "it is the same in nearly every row"))
        return nil
      }
      return Category(
        name: column.name, reference: sorted[0].key, levels: own, rare: isShared ? rest.map(\.key).sorted() : [])
    }
    self.days = days.isEmpty ? nil : numeric.filter(days.contains)
    self.dropped = dropped
  }

  /// Without the features `names`, which are dropped for `reason`.
  func leavingOut(_ names: [String], reason: (String) -> String) -> PredictorEncoding {
    PredictorEncoding(
      numeric: numeric.filter { !names.contains($0) }, categories: categories.filter { !names.contains($0.name) },
      days: days, dropped: dropped + names.map { Dropped(name: $0, reason: reason($0)) })
  }

  private init(numeric: [String], categories: [Category], days: [String]?, dropped: [Dropped]) {
    (self.numeric, self.categories) = (numeric, categories)
    self.days = days.map { $0.filter(numeric.contains) }
    self.dropped = dropped
  }

  /// The features, in the order of their columns.
  public var features: [String] { numeric + categories.map(\.name) }

  /// What each column is called: the feature, or `feature = level`.
  public var columns: [String] {
    numeric
      + categories.flatMap { category in
        category.levels.map { "\(category.name) = \($0)" } + (category.rare.isEmpty ? [] : ["\(category.name) = rare"])
      }
  }

  /// The feature of each column, as its place in ``features``.
  public var featureOfColumn: [Int] {
    Array(numeric.indices)
      + categories.enumerated().flatMap { [Int](repeating: numeric.count + $0, count: $1.width) }
  }

  /// The columns of `values` (n x ``columns``), NaN where missing, and what was not there or not known.
  public func apply(_ values: FeatureValues) -> (matrix: Matrix, report: PredictorReport) {
    let width = columns.count
    let n = values.rows
    var cells = [Double](repeating: .nan, count: n * width)
    var report = PredictorReport()
    for (column, name) in numeric.enumerated() {
      guard let place = values.numbers.names.firstIndex(of: name) else {
        report.absent.append(name)
        continue
      }
      let step = values.numbers.names.count
      for row in 0..<n { cells[row * width + column] = values.numbers.values[row * step + place] }
    }
    var first = numeric.count
    for category in categories {
      defer { first += category.width }
      guard let column = values.categories.first(where: { $0.name == category.name }) else {
        report.absent.append(category.name)
        continue
      }
      var places = Dictionary(category.levels.enumerated().map { ($1, $0) }) { a, _ in a }
      for level in category.rare { places[level] = category.levels.count }
      var unknown = 0
      for (row, text) in column.texts.enumerated() {
        guard let text else { continue }
        let place = places[text]
        guard place != nil || text == category.reference else {
          unknown += 1
          continue
        }
        for j in 0..<category.width { cells[row * width + first + j] = j == place ? 1 : 0 }
      }
      if unknown > 0 { report.unknownLevels[category.name] = unknown }
    }
    return (Matrix(rows: n, columns: width, values: cells), report)
  }

  /// What contradicts itself in what was read from a file; nil if nothing does.
  var fault: String? {
    let names = features
    guard Set(names).count == names.count, !columns.isEmpty else { return "its features are not told apart" }
    return nil
  }
}

/// What was not as in training when features were encoded.
public struct PredictorReport: Sendable, Hashable, Codable {
  /// Features of the model that are not there, and count as missing.
  public internal(set) var absent: [String] = []
  /// Rows with a level that training never saw, by feature; they count as missing.
  public internal(set) var unknownLevels: [String: Int] = [:]
}
