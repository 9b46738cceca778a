internal import Foundation
public import Propensity
internal import Warehouse

/// What treatments cost and outcomes are worth.
public struct TreatmentPolicy: Sendable, Hashable {
  /// What one unit of the outcome is worth: one visit, one unit of money.
  public var worth: Double
  /// What each treatment costs a customer, in the order of their names; one for all where they cost the same.
  public var costs: [Double]
  /// What may be spent; nil spends whatever pays.
  public var budget: Double?

  /// Treats whom it pays to treat.
  public init(worth: Double, costs: [Double], budget: Double? = nil) {
    (self.worth, self.costs, self.budget) = (worth, costs, budget)
  }
}

/// Whom a policy treats, and what that brings.
public struct PolicyOutcome: Sendable, Hashable, Codable {
  /// Rows left alone, then those given each treatment.
  public let rows: [Int]
  /// What is spent.
  public let cost: Double
  /// What the policy brings a customer over treating nobody, costs taken off.
  public let value: Estimate
}

/// How many customers a treatment affects in which way, and how surely.
public struct ResponseShare: Sendable, Hashable, Codable {
  /// What they do.
  public let type: ResponseType
  /// How many.
  public let rows: Int
  /// Their average effect.
  public let average: Estimate
  /// The chance that the list is wrong as a whole.
  public let errorRate: Double
}

/// What `propensity --treatment` found.
public struct UpliftAnswer: Sendable {
  /// What predicts, and how surely.
  public let prediction: UpliftPrediction
  /// Whom to treat; nil where no costs were given.
  public let policy: PolicyOutcome?
  /// The response types by each treatment; empty where they were not asked for.
  public let lists: [[ResponseShare]]
  /// Treated and controls made comparable, by each treatment; empty where that was not asked for.
  public let comparisons: [CampaignComparison]
  /// What the reader must know.
  public let notes: [String]
}

extension UpliftFit {
  /// Whom `policy` treats.
  func targeting(_ policy: TreatmentPolicy) throws(PropensityError) -> Targeting {
    let costs = policy.costs.count == 1 ? treatments.map { _ in policy.costs[0] } : policy.costs
    return try Targeting(self, worth: policy.worth, costs: costs, budget: policy.budget)
  }
}

extension PolicyOutcome {
  init(_ targeting: Targeting, treatments: Int) {
    rows = (0...treatments).map { arm in targeting.arms.count { $0 == arm } }
    (cost, value) = (targeting.cost, targeting.value)
  }
}

extension UpliftFit.Treatment {
  /// The response types: an effect of `threshold` or more persuades, and of the others those more likely to act than the
  /// mean of the untreated are sure things.
  func lists(threshold: Double) -> [ResponseList] {
    let sure = control.reduce(0, +) / Double(max(1, control.count))
    return responseLists(threshold: threshold, sure: sure)
  }
}

extension UpliftAnswer {
  /// A text for each row that was learnt from, `known` of all `rows`; missing for the others.
  static func column(_ name: String, _ known: [Int], _ rows: Int, _ text: (Int) -> String) -> Column {
    var texts = [String](repeating: "", count: rows)
    var isMissing = [Bool](repeating: true, count: rows)
    for (place, row) in known.enumerated() { (texts[row], isMissing[row]) = (text(place), false) }
    return Column(name: name, values: .texts(texts), missing: isMissing.contains(true) ? isMissing : nil)
  }
}
