internal import Features
internal import Foundation
internal import LinearAlgebra
internal import Propensity
internal import Warehouse

/// In words, which features did most for each customer's probability.
struct PredictionReasons {
  /// One text a customer: up to three features, the one that did most first.
  let texts: [String]

  /// Features that move the logit by less say nothing.
  private static let least = 0.05

  init(_ model: PredictionModel, _ values: FeatureValues, _ matrix: Matrix) throws {
    let (_, each) = try model.model.learned.contributions(matrix)
    let features = model.encoding.features
    let owner = model.encoding.featureOfColumn
    let texts = Dictionary(values.categories.map { ($0.name, $0.texts) }) { first, _ in first }
    let numbers = Dictionary(values.numbers.names.enumerated().map { ($1, $0) }) { first, _ in first }
    let width = values.numbers.names.count
    self.texts = (0..<matrix.rows).map { row in
      var sums = [Double](repeating: 0, count: features.count)
      for column in owner.indices { sums[owner[column]] += each.values[row * each.columns + column] }
      let order = sums.indices.filter { abs(sums[$0]) >= PredictionReasons.least }
        .sorted { abs(sums[$0]) != abs(sums[$1]) ? abs(sums[$0]) > abs(sums[$1]) : $0 < $1 }
      return order.prefix(3).map { index in
        let name = features[index]
        let verb = sums[index] > 0 ? "raises" : "lowers"
        if let place = numbers[name] {
          let value = values.numbers.values[row * width + place]
          return value.isNaN ? "\(name) missing \(verb) it" : "\(name) \(ReadableNumber.text(value)) \(verb) it"
        }
        return (texts[name]?[row]).map { "\(name) '\($0)' \(verb) it" } ?? "\(name) missing \(verb) it"
      }.joined(separator: "; ")
    }
  }
}
