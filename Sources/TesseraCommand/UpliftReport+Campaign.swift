internal import Features
internal import Foundation
internal import Pipeline
internal import Propensity

/// Whom to treat, who responds how, and how alike treated and controls are.
extension UpliftReport {
  static func print(_ answer: UpliftAnswer) {
    let model = answer.prediction
    let isShare = model.positive != nil
    func effect(_ value: Double) -> String {
      isShare ? String(format: "%+.2f", 100 * value) : (value >= 0 ? "+" : "") + ReadableNumber.text(value)
    }
    func ends(_ estimate: Estimate) -> String { "\(effect(estimate.low)) to \(effect(estimate.high))" }
    for comparison in answer.comparisons { print(comparison, effect, ends) }
    for (arm, list) in zip(model.arms, answer.lists) where !list.isEmpty {
      Terminal.print("\n\(arm.treatment), by response:")
      var table = TextTable([
        ("", .left), ("rows", .right), ("effect", .right), ("95% interval", .right), ("wrong as a whole", .right),
      ])
      for type in list {
        table.add([
          type.type.rawValue, ReadableNumber.grouped(type.rows), effect(type.average.value), ends(type.average),
          String(format: "%.3f", type.errorRate),
        ])
      }
      for line in table.lines { Terminal.print(line) }
    }
    guard let policy = answer.policy else { return }
    let given = zip(model.arms, policy.rows.dropFirst())
      .map { "\($0.treatment) to \(ReadableNumber.grouped($1))" }.joined(separator: ", ")
    Terminal.print(
      "\nwhom to treat: \(given), nothing to \(ReadableNumber.grouped(policy.rows[0])); costs "
        + "\(ReadableNumber.text(policy.cost)), brings \(ReadableNumber.text(policy.value.value)) a customer over treating "
        + "nobody, costs taken off (95% interval \(ReadableNumber.text(policy.value.low)) to "
        + "\(ReadableNumber.text(policy.value.high)))")
  }

  private static func print(
    _ comparison: CampaignComparison, _ effect: (Double) -> String, _ ends: (Estimate) -> String
  ) {
    Terminal.print("\n\(comparison.treatment), both sides made alike (\(comparison.estimand.rawValue)):")
    var effects = TextTable([("", .left), ("effect", .right), ("95% interval", .right)])
    effects.add(["weighted", effect(comparison.weighted.value), ends(comparison.weighted)])
    effects.add([
      "weighted and modelled", effect(comparison.doublyRobust.value), ends(comparison.doublyRobust),
    ])
    if let matched = comparison.matched {
      effects.add([
        "matched 1:\(matched.controls)", matched.effect.map { effect($0.value) } ?? "–", matched.effect.map(ends) ?? "",
      ])
    }
    for line in effects.lines { Terminal.print(line) }
    Terminal.print(
      "effective rows: \(ReadableNumber.text(comparison.effectiveTreated)) treated, "
        + "\(ReadableNumber.text(comparison.effectiveControls)) controls"
        + (comparison.trimmed > 0 ? "; \(ReadableNumber.grouped(comparison.trimmed)) rows left out" : "")
        + (comparison.matched.map {
          "; \(ReadableNumber.grouped($0.pairs)) treated matched, \(ReadableNumber.grouped($0.unmatched)) without a control near enough"
        } ?? ""))
    var table = TextTable(
      [("standardised difference", .left), ("before", .right), ("weighted", .right)]
        + (comparison.matched == nil ? [] : [("matched", .right)]) + [("", .left)])
    func figure(_ value: Double) -> String { String(format: "%+.3f", value) }
    for column in comparison.balance {
      table.add(
        [column.column, figure(column.before), figure(column.weighted)]
          + (comparison.matched == nil ? [] : [column.matched.map(figure) ?? ""])
          + [abs(column.weighted) >= 0.1 ? "still apart" : ""])
    }
    for line in table.lines { Terminal.print(line) }
  }
}

extension UpliftReport {
  /// The effects of a project's experiments.
  static func print(_ effects: [ProjectEffect]) {
    for item in effects {
      Terminal.print("\n\(item.name), learnt from \(item.experiment) by features as of \(item.date)")
      print(item.prediction)
    }
  }
}
