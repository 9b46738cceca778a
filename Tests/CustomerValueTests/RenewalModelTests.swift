import CustomerValue
import Foundation
import Testing

@Suite struct RenewalModelTests {
  /// Survivors of 1,000 customers after 1, 2, ... years, as Fader & Hardie (2007) print them.
  struct Plan: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let survivors: [Int]
    let alpha: Double
    let beta: Double
  }

  @Test(arguments: [
    Plan(
      testDescription: "high end", survivors: [869, 743, 653, 593, 551, 517, 491], alpha: 0.668, beta: 3.806),
    Plan(testDescription: "regular", survivors: [631, 468, 382, 326, 289, 262, 241], alpha: 0.704, beta: 1.182),
  ])
  func `the published plans have the published parameters`(plan: Plan) throws {
    var (periods, hasLeft, weights): ([Int], [Bool], [Double]) = ([], [], [])
    let there = [1000] + plan.survivors
    for year in 1...7 {
      periods.append(year)
      hasLeft.append(true)
      weights.append(Double(there[year - 1] - there[year]))
    }
    periods.append(7)
    hasLeft.append(false)
    weights.append(Double(there[7]))
    let fit = try RenewalFit(periods: periods, hasLeft: hasLeft, weights: weights)
    #expect(fit.converged)
    #expect(abs(fit.model.alpha - plan.alpha) < 1e-3 && abs(fit.model.beta - plan.beta) < 1e-3)
  }

  @Test func `survival is the product of retentions, and what is left its discounted sum`() throws {
    let model = try RenewalModel(alpha: 0.7, beta: 2.5)
    var product = 1.0
    for period in 1...30 {
      product *= model.retention(period)
      #expect(abs(model.survival(period) - product) < 1e-12)
    }
    let sum = (1...20_000).reduce(0.0) { $0 + model.survival(3 + $1) / model.survival(3) * pow(1.1, 1 - Double($1)) }
    #expect(abs((model.expectedPeriods(after: 3, discount: 0.1) ?? 0) - sum) < 1e-6)
    #expect(model.retention(10) > model.retention(1))
    #expect(model.expectedPeriods(after: 1, discount: 0) == nil)
  }

  @Test func `a plan that nobody has left is told`() {
    #expect(throws: CustomerValueError.noDropout) {
      try RenewalFit(periods: [3, 4], hasLeft: [false, false])
    }
    #expect(throws: CustomerValueError.negative(row: 0, column: "periods")) {
      try RenewalFit(periods: [0, 4], hasLeft: [true, false])
    }
  }
}
