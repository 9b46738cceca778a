import Foundation
import LinearAlgebra
import Propensity
import TestSupport
import Testing

@Suite struct LogisticRegressionTests {
  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `lalonde has the coefficients, the likelihood and the ranking that R's glm gives`() throws {
    let (x, treated) = try Cases.lalonde()
    let fit = try LogisticRegression(penalty: .none).fit(x, outcome: treated)
    #expect(Cases.near(fit.logLikelihood, -243.922, 5e-4))
    let found = [fit.model.intercept] + fit.model.coefficients
    let published = [-1.663282, 0.015777, 0.161307, -2.081734, -3.065368, -0.832113, 0.707297, -7.2e-5, 5.3e-5]
    for (value, known) in zip(found, published) { #expect(Cases.near(value, known, 1.5e-6)) }
    let quality = try PredictionQuality(try fit.model.expected(x), outcome: treated)
    #expect(Cases.near(quality.auc.value, 0.87423, 5e-6))
    #expect(fit.converged && fit.separation == nil && fit.leftOut.isEmpty)
  }

  @Test func `a fourfold table gives its log odds ratio and its standard error`() throws {
    // 10 of 30 without, 24 of 40 with: odds ratio (24 x 20) / (16 x 10) = 3.
    let x = Matrix(rows: 70, columns: 1, values: [Double](repeating: 0, count: 30) + [Double](repeating: 1, count: 40))
    let outcome = (0..<70).map { $0 < 10 || ($0 >= 30 && $0 < 54) ? 1.0 : 0 }
    let fit = try LogisticRegression(penalty: .none).fit(x, outcome: outcome)
    let error = (1.0 / 10 + 1.0 / 20 + 1.0 / 24 + 1.0 / 16).squareRoot()
    #expect(Cases.near(fit.model.coefficients[0], log(3), 1e-8))
    #expect(Cases.near(fit.model.intercept, log(0.5), 1e-8))
    #expect(Cases.near(fit.standardErrors?[1] ?? 0, error, 1e-8))
    #expect(Cases.near(fit.standardErrors?[0] ?? 0, (1.0 / 10 + 1.0 / 20).squareRoot(), 1e-8))
    let interval = try #require(fit.interval(0))
    #expect(Cases.near(interval.upperBound - interval.lowerBound, 2 * 1.959963984540054 * error, 1e-8))
    #expect(Cases.near(fit.degreesOfFreedom ?? 0, 2, 1e-8))
  }

  @Test(arguments: [
    LogisticRegression.Penalty.none, .ridge(3), .elasticNet(strength: 8, absoluteShare: 0.6),
    .elasticNet(strength: 8, absoluteShare: 1),
  ])
  func `the fit is where the penalised likelihood has no slope`(penalty: LogisticRegression.Penalty) throws {
    let (x, outcome) = Cases.logistic(rows: 500, seed: 3)
    let fit = try LogisticRegression(penalty: penalty).fit(x, outcome: outcome)
    let p = try fit.model.expected(x)
    // In standardised units: the slope of the likelihood is sum (y - p) z, and that of the penalty s b + a sign(b).
    let (absolute, square): (Double, Double) =
      switch penalty {
      case .none: (0, 0)
      case .ridge(let strength): (0, strength)
      case .elasticNet(let strength, let share): (strength * share, strength * (1 - share))
      }
    #expect(abs(zip(outcome, p).reduce(0) { $0 + $1.0 - $1.1 }) < 1e-5)
    for column in 0..<3 {
      let values = (0..<500).map { x[$0, column] }
      let mean = values.reduce(0, +) / 500
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 500).squareRoot()
      let slope = (0..<500).reduce(0) { $0 + (outcome[$1] - p[$1]) * (values[$1] - mean) / deviation }
      let b = fit.model.coefficients[column] * deviation
      if b == 0 {
        #expect(abs(slope) <= absolute + 1e-5)
      } else {
        #expect(Cases.near(slope, square * b + (b > 0 ? absolute : -absolute), 1e-4))
      }
    }
    #expect((fit.standardErrors == nil) == (absolute > 0))
  }

  @Test func `weights count rows, and their order does not matter`() throws {
    let (x, outcome) = Cases.logistic(rows: 200, seed: 5)
    let weights = (0..<200).map { Double($0 % 3) }
    let repeated = (0..<200).flatMap { [Int](repeating: $0, count: $0 % 3) }
    let weighed = try LogisticRegression().fit(x, outcome: outcome, weights: weights)
    let counted = try LogisticRegression().fit(x.gatheringRows(repeated), outcome: repeated.map { outcome[$0] })
    let turned = Array((0..<200).reversed())
    let reversed = try LogisticRegression().fit(
      x.gatheringRows(turned), outcome: turned.map { outcome[$0] }, weights: turned.map { weights[$0] })
    for j in 0..<4 {
      #expect(Cases.near(weighed.model.coefficients[j], counted.model.coefficients[j], 1e-8))
      #expect(Cases.near(weighed.model.coefficients[j], reversed.model.coefficients[j], 1e-8))
    }
    #expect(Cases.near(weighed.logLikelihood, counted.logLikelihood, 1e-7))
  }

  @Test func `the unit of a feature changes no prediction under a ridge`() throws {
    let (x, outcome) = Cases.logistic(rows: 300, seed: 6)
    var scaled = x
    for row in 0..<300 { scaled[row, 0] = 1e6 + 1000 * x[row, 0] }
    let plain = try LogisticRegression(penalty: .ridge(20)).fit(x, outcome: outcome).model.expected(x)
    let other = try LogisticRegression(penalty: .ridge(20)).fit(scaled, outcome: outcome).model.expected(scaled)
    for (a, b) in zip(plain, other) { #expect(Cases.near(a, b, 1e-7)) }
  }

  @Test(arguments: [true, false])
  func `separated outcomes are said to be, by which feature, and predicted all the same`(isComplete: Bool) throws {
    var (x, outcome) = Cases.logistic(rows: 120, seed: 8)
    // A rare flag that only ever goes with outcome 1; or a feature that parts the outcomes.
    for row in 0..<120 { x[row, 2] = isComplete ? (outcome[row] == 1 ? 2 : 1) : (row % 20 == 0 ? 1 : 0) }
    if !isComplete { for row in stride(from: 0, to: 120, by: 20) { outcome[row] = 1 } }
    let fit = try LogisticRegression(penalty: .none).fit(x, outcome: outcome)
    #expect(fit.separation?.contains(2) == true)
    #expect(isComplete || fit.separation == [2])
    #expect(try fit.model.expected(x).allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func `strong but finite effects are not called separated`() throws {
    var (x, outcome) = Cases.logistic(rows: 400, seed: 9)
    for row in 0..<400 { x[row, 2] = outcome[row] == 1 ? 1 : 0 }
    // One row of each outcome on the wrong side keeps the maximum finite.
    if let one = outcome.firstIndex(of: 1), let other = outcome.firstIndex(of: 0) {
      (x[one, 2], x[other, 2]) = (0, 1)
    }
    let fit = try LogisticRegression(penalty: .none).fit(x, outcome: outcome)
    #expect(fit.separation == nil && fit.converged)
  }

  @Test func `constant features and combinations of others are left out`() throws {
    let (x, outcome) = Cases.logistic(rows: 300, seed: 10)
    var values: [Double] = []
    for row in 0..<300 { values += [x[row, 0], 7, x[row, 1], 2 * x[row, 0] - x[row, 1], .nan] }
    let fit = try LogisticRegression(penalty: .none).fit(
      Matrix(rows: 300, columns: 5, values: values), outcome: outcome)
    #expect(fit.leftOut == [1, 3, 4] && fit.converged)
    #expect(fit.standardErrors?[4].isNaN == true)
  }

  @Test func `a missing value has an effect of its own`() throws {
    // Outcome 1 in 1 of 10 rows with a value and in 8 of 10 without.
    let values: [Double] = (0..<40).map { $0 < 20 ? Double($0 % 2) : .nan }
    let outcome = (0..<40).map { $0 < 20 ? ($0 < 2 ? 1.0 : 0) : ($0 < 36 ? 1.0 : 0) }
    let model = try LogisticRegression(penalty: .none).fit(
      Matrix(rows: 40, columns: 1, values: values), outcome: outcome
    ).model
    let p = try model.expected(Matrix(rows: 2, columns: 1, values: [.nan, 0]))
    #expect(Cases.near(p[0], 0.8, 1e-9) && Cases.near(p[1], 0.1, 1e-9))
  }

  @Test func `contributions and the base add up to the logit`() throws {
    let (x, outcome) = Cases.logistic(rows: 300, seed: 11)
    let model = try LogisticRegression().fit(x, outcome: outcome).model
    let (base, each) = try model.contributions(x)
    let logits = try model.logits(x)
    var sums = [Double](repeating: 0, count: 4)
    for row in 0..<300 {
      #expect(Cases.near(base + each.row(row).reduce(0, +), logits[row], 1e-10))
      for j in 0..<4 { sums[j] += each[row, j] }
    }
    #expect(sums.allSatisfy { abs($0) < 1e-9 })
  }

  @Test func `the bits do not depend on the number of threads`() throws {
    let (x, outcome) = Cases.logistic(rows: 40_000, seed: 12)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    let one = try LogisticRegression().fit(x, outcome: outcome).model
    Parallel.workers = 4
    #expect(try LogisticRegression().fit(x, outcome: outcome).model == one)
  }

  @Test func `what cannot be learnt from is told`() throws {
    let (x, outcome) = Cases.logistic(rows: 50, seed: 13)
    let learn = LogisticRegression()
    #expect(throws: PropensityError.oneClass(value: 1, rows: 50)) {
      try learn.fit(x, outcome: [Double](repeating: 1, count: 50))
    }
    #expect(throws: PropensityError.weightsZero) {
      try learn.fit(x, outcome: outcome, weights: [Double](repeating: 0, count: 50))
    }
    #expect(throws: PropensityError.outcome(row: 3, requirement: "0 or 1")) {
      var bad = outcome
      bad[3] = 2
      return try learn.fit(x, outcome: bad)
    }
    #expect(throws: PropensityError.infinite(row: 2, column: 1)) {
      var bad = x
      bad[2, 1] = -.infinity
      return try learn.fit(bad, outcome: outcome)
    }
    #expect(throws: PropensityError.infinite(row: 4, column: 0)) {
      var bad = x
      bad[4, 0] = 1e200
      return try learn.fit(bad, outcome: outcome)
    }
    #expect(throws: PropensityError.nothingVaries) {
      try learn.fit(Matrix(rows: 50, columns: 2, repeating: .nan), outcome: outcome)
    }
    #expect(throws: PropensityError.columnCount(have: 3, need: 4)) {
      try learn.fit(x, outcome: outcome).model.expected(Matrix(rows: 1, columns: 3))
    }
    #expect(throws: PropensityError.weight(row: 1)) {
      try learn.fit(x, outcome: outcome, weights: [1, -1] + [Double](repeating: 1, count: 48))
    }
  }
}
