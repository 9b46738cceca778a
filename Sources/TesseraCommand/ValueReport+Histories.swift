internal import CustomerValue
internal import Features
internal import Foundation
internal import Pipeline

/// What there is to say of plans and opportunities.
extension ValueReport {
  static func print(_ answer: RenewalAnswer) {
    let model = answer.fit.model
    Terminal.print(
      "\n\(ReadableNumber.whole(answer.customers)) customers, \(ReadableNumber.whole(answer.left)) of whom have left; shifted "
        + "beta-geometric: alpha \(ReadableNumber.text(model.alpha)), beta \(ReadableNumber.text(model.beta)); "
        + "log-likelihood \(String(format: "%.3f", answer.fit.logLikelihood))\n")
    var table = TextTable([
      ("after periods", .right), ("still there", .right), ("renew the next", .right),
      ("periods to come", .right),
    ])
    for period in [0, 1, 2, 3, 6, 12, 24] {
      table.add([
        "\(period)", ReadableNumber.percent(model.survival(period)),
        ReadableNumber.percent(model.retention(period + 1)),
        model.expectedPeriods(after: period, discount: answer.discount).map(ReadableNumber.text)
          ?? "–",
      ])
    }
    for line in table.lines { Terminal.print(line) }
    Terminal.print(
      "periods to come are those of who is still there, each counting \(ReadableNumber.percent(answer.discount)) less than the "
        + "one before")
  }

  static func print(_ answer: OpportunityAnswer) {
    let model = answer.fit.model
    let parameters = zip(model.family.parameterNames, model.parameters).map {
      "\($0) \(ReadableNumber.text($1))"
    }
    Terminal.print(
      "\n\(ReadableNumber.whole(answer.customers)) customers; \(model.family.title): "
        + "\(parameters.joined(separator: ", ")); log-likelihood \(String(format: "%.3f", answer.fit.logLikelihood))"
    )
    let total = answer.total
    Terminal.print(
      "orders at the next \(answer.horizon) opportunities: \(ReadableNumber.whole(total.expected)) (80% range "
        + "\(ReadableNumber.whole(total.low80))–\(ReadableNumber.whole(total.high80)), 90% range "
        + "\(ReadableNumber.whole(total.low90))–\(ReadableNumber.whole(total.high90)))")
    for finding in answer.fit.findings { Terminal.note(finding.description) }
  }
}

/// A plan's renewals for machines.
struct RenewalJSON: Encodable {
  let model = "sbg"
  let parameters: [String: Double]
  let logLikelihood: Double
  let converged: Bool
  let customers: Double
  let left: Double
  /// The share still there after 0, 1, 2 … 36 periods.
  let survival: [Double]

  init(_ answer: RenewalAnswer) {
    parameters = ["alpha": answer.fit.model.alpha, "beta": answer.fit.model.beta]
    (logLikelihood, converged) = (answer.fit.logLikelihood, answer.fit.converged)
    (customers, left) = (answer.customers, answer.left)
    survival = (0...36).map { answer.fit.model.survival($0) }
  }
}

/// Opportunities for machines.
struct OpportunityJSON: Encodable {
  let model: String
  let parameters: [String: Double]
  let logLikelihood: Double
  let converged: Bool
  let findings: [String]
  let customers: Double
  let horizon: Int
  let orders: ValueRange

  init(_ answer: OpportunityAnswer) {
    let fit = answer.fit.model
    model = fit.family.rawValue
    parameters = Dictionary(zip(fit.family.parameterNames, fit.parameters)) { first, _ in first }
    (logLikelihood, converged) = (answer.fit.logLikelihood, answer.fit.converged)
    findings = answer.fit.findings.map(\.description)
    (customers, horizon, orders) = (answer.customers, answer.horizon, answer.total)
  }
}
