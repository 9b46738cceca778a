internal import Foundation
internal import LinearAlgebra

/// The rows of a block of categories, ordered categories or two-valued columns.
///
/// Levels are 0, 1, ..., the greatest code of the data. Codes in between that nobody has, and codes beyond, count as
/// missing when rows are scored: what was never seen says nothing for or against a component.
struct LevelRows: BlockRows {
  let places: LevelPlaces
  /// For each column, which levels the data hold.
  let seen: [[Bool]]
  private let kind: MixtureBlock.Kind

  /// Prepares checked rows `x` (m x own columns, missing values NaN), naming `columns` in errors. O(m d).
  init(_ x: Matrix, kind: MixtureBlock.Kind, columns: [Int]) throws(FitError) {
    let seen = Parallel.map(count: x.columns) { column in
      var seen = [Bool](repeating: false, count: kind == .binary ? 2 : 1)
      for row in 0..<x.rows {
        let value = x.values[row * x.columns + column]
        guard value >= 0 else { continue }
        let level = Int(value)
        if level >= seen.count { seen += [Bool](repeating: false, count: level + 1 - seen.count) }
        seen[level] = true
      }
      return seen
    }
    if let column = seen.firstIndex(where: { !$0.contains(true) }) { throw .missingColumn(column: columns[column]) }
    self.seen = seen
    self.kind = kind
    places = LevelPlaces(rows: x.rows, levels: seen.map(\.count)) { column, row in
      let value = x.values[row * x.columns + column]
      return value >= 0 ? Int(value) : nil
    }
  }

  private init(_ places: LevelPlaces, _ seen: [[Bool]], _ kind: MixtureBlock.Kind) {
    self.places = places
    self.seen = seen
    self.kind = kind
  }

  func subset(_ indices: [Int]) -> any BlockRows { LevelRows(places.subset(indices), seen, kind) }

  func fitter(_ kind: MixtureBlock.Kind, components: Int, prior: MixturePrior?) -> any BlockFitter {
    kind == .ordinal
      ? OrdinalFitter(self, components: components)
      : CategoricalFitter(self, components: components, isBinary: kind == .binary)
  }

  /// A column of ordered levels is one number; of other levels one a level, together of variance 1, but for rare ones.
  var coordinates: Matrix {
    var columns: [[Double]] = []
    for (column, seen) in seen.enumerated() {
      let levels = (0..<places.rows).map { places.level(column, $0) }
      guard kind != .ordinal else {
        columns.append(standardised(levels.map { $0.map(Double.init) }))
        continue
      }
      var counts = [Int](repeating: 0, count: seen.count)
      for level in levels { if let level { counts[level] += 1 } }
      let present = counts.reduce(0, +)
      guard present > 0 else { continue }
      let shares = counts.map { Double($0) / Double(present) }
      let variance = shares.reduce(0) { $0 + $1 * (1 - $1) }
      guard variance > 0 else { continue }
      let frequent = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
      for level in frequent.prefix(Self.mostCoordinates) {
        columns.append(
          levels.map { ($0.map { $0 == level ? 1 - shares[level] : -shares[level] } ?? 0) / variance.squareRoot() })
      }
    }
    return Matrix(columns: columns, rows: places.rows)
  }

  private static let mostCoordinates = 32

  var evenLogDensities: [Double] { seen.map { -log(Double(max(1, $0.count(where: \.self)))) } }
}

/// Values less their mean over their standard deviation; 0 for missing ones and where all are equal.
func standardised(_ values: [Double?]) -> [Double] {
  let present = values.compactMap(\.self)
  let count = max(Double(present.count), 1)
  let mean = present.reduce(0, +) / count
  let deviation = (present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  return values.map { value in value.map { deviation > 0 ? ($0 - mean) / deviation : 0 } ?? 0 }
}

extension Matrix {
  /// A matrix (n x d) of these columns (d of n values).
  init(columns: [[Double]], rows: Int) {
    self.init(rows: rows, columns: columns.count, values: (0..<rows).flatMap { row in columns.map { $0[row] } })
  }
}
