internal import Features
internal import Foundation
internal import Pipeline
internal import Propensity

/// What there is to say of the effect of treatments, in words and tables.
enum UpliftReport {
  static func print(_ model: UpliftPrediction) {
    let what = model.positive.map { "\(model.target) = \($0)" } ?? "mean \(model.target)"
    let isShare = model.positive != nil
    func figure(_ value: Double) -> String {
      isShare ? String(format: "%.2f%%", 100 * value) : ReadableNumber.text(value)
    }
    func effect(_ value: Double) -> String {
      isShare ? String(format: "%+.2f", 100 * value) : (value >= 0 ? "+" : "") + ReadableNumber.text(value)
    }
    Terminal.print("\neffect of '\(model.treatment)' on \(what)\(isShare ? ", in percentage points" : "")\n")
    var table = TextTable([
      ("", .left), ("rows", .right), (isShare ? "rate" : "mean", .right), ("effect", .right), ("95% interval", .right),
      ("gain of aiming", .right), ("", .left),
    ])
    table.add([
      model.control, ReadableNumber.grouped(model.controlRows), figure(model.controlMean), "", "", "", "left alone",
    ])
    for arm in model.arms {
      let words =
        switch arm.verdict {
        case .noDetectableUplift: "no detectable uplift"
        case .sameForAll: "an effect, and no detectable differences between customers"
        case .differs: "works better on some (\(arm.learner.rawValue) learner)"
        }
      table.add([
        arm.treatment, ReadableNumber.grouped(arm.rows), figure(arm.mean), effect(arm.average.value),
        "\(effect(arm.average.low)) to \(effect(arm.average.high))",
        "\(effect(arm.ranking.value)) (\(effect(arm.ranking.low)) to \(effect(arm.ranking.high)))", words,
      ])
    }
    for line in table.lines { Terminal.print(line) }
    Terminal.print(
      "\neffects are adjusted for the features (doubly robust, cross-fitted). Gain of aiming: what treating the highest "
        + "effects\nfirst brings over treating at random, a customer, mean over all depths.")
    for arm in model.arms {
      if let qini = arm.qini {
        Terminal.print(
          "\(arm.treatment): Qini (area between curve and diagonal, a treated customer) \(effect(qini.qini.value)), 95% interval "
            + "\(effect(qini.qini.low)) to \(effect(qini.qini.high))")
      }
    }
    for arm in model.arms where arm.verdict == .differs {
      Terminal.print("\n\(arm.treatment), from the highest effects down:")
      var tenths = TextTable([("tenth", .right), ("effect", .right), ("95% interval", .right)])
      for (index, part) in arm.tenths.enumerated() {
        tenths.add(["\(index + 1)", effect(part.value), "\(effect(part.low)) to \(effect(part.high))"])
      }
      for line in tenths.lines { Terminal.print(line) }
    }
    for arm in model.arms where !arm.segments.isEmpty {
      Terminal.print("\n\(arm.treatment), by segment:")
      var segments = TextTable([
        ("segment", .left), ("rows", .right), ("effect", .right), ("95% interval", .right),
        (arm.macros == nil ? "drawn to all" : "drawn to its parent", .right),
      ])
      for part in (arm.macros ?? []) + arm.segments {
        segments.add([
          part.group, ReadableNumber.grouped(part.customers), effect(part.average.value),
          "\(effect(part.average.low)) to \(effect(part.average.high))", effect(part.shrunk.value),
        ])
      }
      for line in segments.lines { Terminal.print(line) }
    }
  }
}

/// An uplift for machines, numbers exact.
struct UpliftJSON: Encodable {
  let target: String
  let positive: String?
  let treatment: String
  let control: String
  let controlRows: Int
  let controlMean: Double
  let arms: [Arm]
  let policy: PolicyOutcome?
  let lists: [[ResponseShare]]?
  let comparisons: [CampaignComparison]?
  let dropped: [PredictorEncoding.Dropped]
  let seed: UInt64
  let seconds: Double?

  struct Arm: Encodable {
    let treatment: String
    let rows: Int
    let mean: Double
    let ate: Double
    let ateStandardError: Double
    let ateInterval: [Double]
    let verdict: UpliftFit.Verdict
    let learner: EffectLearner
    let slope: Double
    let slopeInterval: [Double]
    let gainOfAiming: Double
    let gainOfAimingInterval: [Double]
    let qini: Double?
    let qiniInterval: [Double]?
    let upliftAUC: Double?
    let tenths: [Estimate]
    let segments: [UpliftFit.GroupEffect]
    let macros: [UpliftFit.GroupEffect]?
  }

  init(_ model: UpliftPrediction, answer: UpliftAnswer? = nil, seconds: Double?) {
    func ends(_ estimate: Estimate) -> [Double] { [estimate.low, estimate.high] }
    (target, positive, treatment) = (model.target, model.positive, model.treatment)
    (control, controlRows, controlMean) = (model.control, model.controlRows, model.controlMean)
    arms = model.arms.map { arm in
      Arm(
        treatment: arm.treatment, rows: arm.rows, mean: arm.mean, ate: arm.average.value,
        ateStandardError: arm.average.standardError, ateInterval: ends(arm.average), verdict: arm.verdict,
        learner: arm.learner, slope: arm.slope.value, slopeInterval: ends(arm.slope),
        gainOfAiming: arm.ranking.value, gainOfAimingInterval: ends(arm.ranking), qini: arm.qini?.qini.value,
        qiniInterval: (arm.qini?.qini).map(ends), upliftAUC: arm.qini?.upliftAUC, tenths: arm.tenths,
        segments: arm.segments, macros: arm.macros)
    }
    policy = answer?.policy
    lists = answer?.lists
    comparisons = answer?.comparisons
    dropped = model.encoding.dropped
    (seed, self.seconds) = (model.seed, seconds)
  }
}
