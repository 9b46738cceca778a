internal import Features
internal import LinearAlgebra
internal import Propensity
internal import Warehouse

/// Features that tell the outcome by themselves, better than anything known beforehand could.
enum LeakCheck {
  /// A feature that alone ranks the outcomes so well is taken for the outcome in other words.
  static let leastArea = 0.99

  /// The features of `encoding` that give the outcome away, with the area under their own ROC curve.
  ///
  /// Categories are ranked by the share of outcome 1 among the other rows of their level, missing values as a level.
  static func found(
    _ values: FeatureValues, _ encoding: PredictorEncoding, _ rows: [Int], _ outcome: [Double]
  ) -> [(feature: String, area: Double)] {
    let truth = rows.map { outcome[$0] }
    func area(_ scores: [Double]) -> Double {
      guard let auc = try? PredictionQuality.area(scores, outcome: truth) else { return 0.5 }
      return max(auc, 1 - auc)
    }
    var found: [(String, Double)] = []
    for name in encoding.numeric {
      guard let numbers = values.numeric(name) else { continue }
      let own = rows.map { numbers[$0] }
      // What is missing lies beyond one end, then beyond the other; a value known only for one outcome is a leak, too.
      let present = own.filter { !$0.isNaN }
      let (least, greatest) = (present.min() ?? 0, present.max() ?? 0)
      let best = [least - 1 - abs(least), greatest + 1 + abs(greatest)].map { end in
        area(own.map { $0.isNaN ? end : $0 })
      }
      if let value = best.max(), value >= leastArea { found.append((name, value)) }
    }
    for category in encoding.categories {
      guard let column = values.categories.first(where: { $0.name == category.name }) else { continue }
      let all = column.texts
      let texts = rows.map { all[$0] ?? "\u{0}" }
      var sums: [String: (rows: Double, hits: Double)] = [:]
      for (text, y) in zip(texts, truth) {
        let sum = sums[text] ?? (0, 0)
        sums[text] = (sum.rows + 1, sum.hits + y)
      }
      let rate = truth.reduce(0, +) / Double(max(1, truth.count))
      let scores = zip(texts, truth).map { text, y in
        let sum = sums[text] ?? (0, 0)
        return (sum.hits - y + rate) / sum.rows
      }
      let value = area(scores)
      if value >= leastArea { found.append((category.name, value)) }
    }
    return found
  }
}
