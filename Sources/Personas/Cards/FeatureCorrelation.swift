internal import Features
internal import Foundation
internal import LinearAlgebra
internal import Warehouse

/// Which features say nearly the same: Spearman's rank correlation of numbers over at most some thousands of customers.
struct FeatureCorrelation: Sendable {
  /// From here on two features count as one.
  static let same = 0.8
  private static let mostRows = 4_000

  /// The features.
  let names: [String]
  private let values: [Double]
  private let count: Int

  /// Of the numeric `features` of `values`, over `rows`; customers without a value stand in the middle.
  init(_ values: FeatureValues, features: [String], rows: [Int]? = nil) {
    let all = rows ?? Array(0..<values.rows)
    let step = max(1, (all.count + FeatureCorrelation.mostRows - 1) / FeatureCorrelation.mostRows)
    let chosen = stride(from: 0, to: all.count, by: step).map { all[$0] }
    let width = values.numbers.names.count
    names = features
    count = features.count
    let columns = features.map { name in values.numbers.names.firstIndex(of: name) }
    let scores = Parallel.map(count: features.count) { index -> [Double] in
      guard let column = columns[index] else { return [Double](repeating: 0, count: chosen.count) }
      return FeatureCorrelation.scores(chosen.map { values.numbers.values[$0 * width + column] })
    }
    let n = chosen.count
    let rows = Parallel.map(count: features.count) { one -> [Double] in
      scores.indices.map { other in
        var sum = 0.0
        for row in 0..<n { sum += scores[one][row] * scores[other][row] }
        return max(-1, min(1, sum))
      }
    }
    self.values = rows.flatMap { $0 }
  }

  /// Mid-ranks less their mean, of length 1; 0 where a value is missing, and throughout where none varies.
  private static func scores(_ values: [Double]) -> [Double] {
    let order = values.indices.filter { values[$0].isFinite }.sorted { values[$0] < values[$1] }
    var scores = [Double](repeating: 0, count: values.count)
    let middle = Double(order.count + 1) / 2
    var start = 0
    var squares = 0.0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      let score = Double(start + end + 1) / 2 - middle
      for place in start..<end { scores[order[place]] = score }
      squares += Double(end - start) * score * score
      start = end
    }
    guard squares > 0 else { return scores }
    let length = squares.squareRoot()
    return scores.map { $0 / length }
  }

  /// Spearman's correlation of two features, by place.
  subscript(one: Int, other: Int) -> Double { values[one * count + other] }

  /// Whether two features, by place, say nearly the same; levels of categories, beyond the numbers, do not.
  func areSame(_ one: Int, _ other: Int) -> Bool {
    one < count && other < count && abs(self[one, other]) >= FeatureCorrelation.same
  }
}
