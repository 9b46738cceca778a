internal import Foundation

/// What a customer does with and without a treatment that means to raise the chance of something.
public enum ResponseType: String, Sendable, Hashable, Codable, CaseIterable {
  /// Does it because of the treatment.
  case persuadable
  /// Does it anyway.
  case sureThing = "sure thing"
  /// Does it in no case.
  case lostCause = "lost cause"
  /// Would have done it, and does not because of the treatment.
  case sleepingDog = "sleeping dog"
}

/// Customers by what a treatment does to them.
public struct ResponseList: Sendable, Hashable {
  /// What they do.
  public let type: ResponseType
  /// The customers (from 0, ascending).
  public let rows: [Int]
  /// Their average effect, from doubly robust scores.
  public let average: Estimate
  /// The chance that the list is wrong as a whole: that its average effect lies on the other side of 0 (persuadable,
  /// sleeping dog), or is further from 0 than the threshold (sure thing, lost cause).
  public let errorRate: Double
}

extension UpliftFit.Treatment {
  /// Customers by type: effects of `threshold` or more persuade, of -`threshold` or less wake sleeping dogs; of the others
  /// those more likely than `sure` without treatment are sure things. Empty lists are left out.
  public func responseLists(threshold: Double, sure: Double) -> [ResponseList] {
    var rows: [ResponseType: [Int]] = [:]
    for row in effects.indices {
      let type: ResponseType =
        effects[row] >= threshold
        ? .persuadable : effects[row] <= -threshold ? .sleepingDog : control[row] >= sure ? .sureThing : .lostCause
      rows[type, default: []].append(row)
    }
    return ResponseType.allCases.compactMap { type in
      guard let own = rows[type] else { return nil }
      let mean = UpliftFit.Treatment.mean(own.map { scores[$0] })
      let error = max(mean.standardError, 1e-300)
      let wrong =
        switch type {
        case .persuadable: Normal.cumulative(-mean.value / error)
        case .sleepingDog: Normal.cumulative(mean.value / error)
        case .sureThing, .lostCause:
          Normal.cumulative((-threshold - mean.value) / error) + Normal.cumulative((mean.value - threshold) / error)
        }
      return ResponseList(type: type, rows: own, average: mean, errorRate: min(1, wrong))
    }
  }
}

/// Who gets which treatment under costs and a budget.
public struct Targeting: Sendable, Hashable {
  /// The arm of each customer (n); 0 for none.
  public let arms: [Int]
  /// What is spent on treatments.
  public let cost: Double
  /// What this policy brings a customer over treating nobody, costs taken off, from doubly robust scores.
  public let value: Estimate

  /// Gives each customer the treatment of the greatest expected profit, the best return on cost first, while the budget
  /// lasts. O(n log n).
  /// - Parameters:
  ///   - worth: what one unit of the outcome is worth.
  ///   - costs: what each treatment costs a customer, one an arm, 0 or more.
  ///   - budget: what may be spent; nil spends whatever pays.
  /// - Throws: ``PropensityError/parameter(name:requirement:)`` for costs that are none.
  public init(_ fit: UpliftFit, worth: Double, costs: [Double], budget: Double? = nil) throws(PropensityError) {
    let treatments = fit.treatments
    guard costs.count == treatments.count, costs.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .parameter(name: "costs", requirement: "one of 0 or more for each of the \(treatments.count) treatments")
    }
    guard worth.isFinite else { throw .parameter(name: "worth", requirement: "a finite number") }
    if let budget, !(budget >= 0) { throw .parameter(name: "budget", requirement: "0 or more") }
    let n = treatments.first?.effects.count ?? 0
    var choices: [(row: Int, arm: Int, profit: Double, cost: Double)] = []
    for row in 0..<n {
      var best = (arm: 0, profit: 0.0)
      for (index, treatment) in treatments.enumerated() {
        let profit = worth * treatment.effects[row] - costs[index]
        if profit > best.profit { best = (index + 1, profit) }
      }
      if best.arm > 0 { choices.append((row, best.arm, best.profit, costs[best.arm - 1])) }
    }
    // What costs nothing has no limit to its return.
    choices.sort { a, b in
      let (x, y) = (a.cost > 0 ? a.profit / a.cost : .infinity, b.cost > 0 ? b.profit / b.cost : .infinity)
      return x != y ? x > y : a.row < b.row
    }
    var arms = [Int](repeating: 0, count: n)
    var spent = 0.0
    for choice in choices {
      if let budget, spent + choice.cost > budget { continue }
      spent += choice.cost
      arms[choice.row] = choice.arm
    }
    self.arms = arms
    cost = spent
    value = UpliftFit.Treatment.mean(
      arms.indices.map { row in
        arms[row] == 0 ? 0 : worth * treatments[arms[row] - 1].scores[row] - costs[arms[row] - 1]
      })
  }
}
