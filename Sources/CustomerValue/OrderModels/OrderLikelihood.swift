internal import Foundation
internal import LinearAlgebra

/// The log-likelihood of a family over distinct histories, with its gradient in the logarithms of the parameters.
///
/// Every family's likelihood of a history is a common factor times a sum: still alive at T, or left before. The share of
/// the first term in the sum is P(alive), and the gradient is the average of the terms' gradients under those shares.
/// What depends on x alone is worked out once for each distinct x. O(distinct histories).
struct OrderLikelihood: Sendable {
  let family: OrderFamily
  let counts: PurchaseCounts
  /// The distinct numbers of orders, and which of them each history has.
  private let distinctOrders: [Int]
  private let orderIndex: [Int]

  init(_ family: OrderFamily, _ counts: PurchaseCounts) {
    self.family = family
    self.counts = counts
    var distinct: [Int] = []
    orderIndex = counts.histories.map { history in
      if distinct.last != history.orders { distinct.append(history.orders) }
      return distinct.count - 1
    }
    distinctOrders = distinct
  }

  /// What a history's likelihood needs of x and the parameters: logarithms and their derivatives.
  private struct OrderTerms {
    /// log Gamma(r + x) - log Gamma(r) + r log alpha (+ s log beta), and its derivative in r.
    var base = 0.0
    var baseR = 0.0
    /// The Beta part of the alive term, and its derivatives in a and b.
    var alive = 0.0
    var aliveA = 0.0
    var aliveB = 0.0
    /// The Beta part of the term of those who left.
    var left = -Double.infinity
    var leftA = 0.0
    var leftB = 0.0
  }

  /// The weighted log-likelihood at `logs` (the parameters' logarithms), and the gradient in them.
  ///
  /// Minus infinity beyond e^20 or e^-20, where a parameter means nothing any more.
  func evaluate(_ logs: [Double]) -> (value: Double, gradient: [Double]) {
    let d = logs.count
    guard logs.allSatisfy({ abs($0) <= 20 }) else { return (-.infinity, [Double](repeating: 0, count: d)) }
    let p = logs.map { exp($0) }
    let terms = family.isDiscrete ? [] : distinctOrders.map { orderTerms(Double($0), p) }
    let pieces = Parallel.map(rows: counts.histories.count) { rows in
      var sums = [Double](repeating: 0, count: d + 1)
      for row in rows { add(row, p, terms, to: &sums) }
      return sums
    }
    var sums = [Double](repeating: 0, count: d + 1)
    for piece in pieces { for i in sums.indices { sums[i] += piece[i] } }
    return (sums[0], (0..<d).map { sums[$0 + 1] * p[$0] })
  }

  private func orderTerms(_ x: Double, _ p: [Double]) -> OrderTerms {
    let (logGamma, digamma, logBeta) = (
      SpecialFunctions.logGamma, SpecialFunctions.digamma, SpecialFunctions.logBeta
    )
    var terms = OrderTerms()
    terms.base = logGamma(p[0] + x) - logGamma(p[0]) + p[0] * log(p[1])
    terms.baseR = digamma(p[0] + x) - digamma(p[0]) + log(p[1])
    switch family {
    case .nbd, .bgbb: break
    case .paretonbd: terms.base += p[2] * log(p[3])
    case .bgnbd, .mbgnbd:
      let (a, b) = (p[2], p[3])
      // BG/NBD has had x chances to leave; MBG/NBD x + 1.
      let chances = family == .bgnbd ? x : x + 1
      guard chances > 0 else { break }
      let (whole, wholeA, wholeB) = (logBeta(a, b), digamma(a + b) - digamma(a), digamma(a + b) - digamma(b))
      let sum = digamma(a + b + chances)
      terms.alive = logBeta(a, b + chances) - whole
      terms.aliveA = digamma(a) - sum + wholeA
      terms.aliveB = digamma(b + chances) - sum + wholeB
      terms.left = terms.alive + log(a / (b + chances - 1))
      terms.leftA = digamma(a + 1) - sum + wholeA
      terms.leftB = digamma(b + chances - 1) - sum + wholeB
    }
    return terms
  }

  /// Adds one history to the value (`sums[0]`) and to the gradient in the parameters themselves.
  private func add(_ row: Int, _ p: [Double], _ all: [OrderTerms], to sums: inout [Double]) {
    let history = counts.histories[row]
    let weight = counts.weights[row]
    if family.isDiscrete {
      let (value, gradient) = OpportunityTerms(history).score(p)
      sums[0] += weight * value
      for i in gradient.indices { sums[i + 1] += weight * gradient[i] }
      return
    }
    let terms = all[orderIndex[row]]
    let r = p[0]
    let alpha = p[1]
    let power = r + Double(history.orders)
    let logT = log(alpha + history.observed)
    switch family {
    case .nbd, .bgbb:
      sums[0] += weight * (terms.base - power * logT)
      sums[1] += weight * (terms.baseR - logT)
      sums[2] += weight * (r / alpha - power / (alpha + history.observed))
    case .bgnbd, .mbgnbd:
      let logRecency = log(alpha + history.recency)
      let alive = terms.alive - power * logT
      let left = terms.left - power * logRecency
      let total = SpecialFunctions.logSumExp(alive, left)
      let share = exp(alive - total)
      let rest = 1 - share
      sums[0] += weight * (terms.base + total)
      sums[1] += weight * (terms.baseR - share * logT - rest * logRecency)
      sums[2] +=
        weight * (r / alpha - power * (share / (alpha + history.observed) + rest / (alpha + history.recency)))
      sums[3] += weight * (share * terms.aliveA + rest * terms.leftA)
      sums[4] += weight * (share * terms.aliveB + rest * terms.leftB)
    case .paretonbd:
      let (s, beta) = (p[2], p[3])
      let logBetaT = log(beta + history.observed)
      let alive = -power * logT - s * logBetaT
      let integral = PowerIntegral(
        alpha: alpha, p: power, beta: beta, q: s + 1, from: history.recency, to: history.observed)
      let total = SpecialFunctions.logSumExp(alive, log(s) + integral.log)
      let share = exp(alive - total)
      let rest = 1 - share
      sums[0] += weight * (terms.base + total)
      sums[1] += weight * (terms.baseR - share * logT - rest * integral.logAlpha)
      sums[2] += weight * (r / alpha - power * (share / (alpha + history.observed) + rest * integral.inverseAlpha))
      sums[3] += weight * (log(beta) - share * logBetaT + rest * (1 / s - integral.logBeta))
      sums[4] +=
        weight * (s / beta - share * s / (beta + history.observed) - rest * (s + 1) * integral.inverseBeta)
    }
  }
}

/// The terms of the BG/BB likelihood of one history (Fader, Hardie & Shang, 2010, equation 4): alive through all n
/// opportunities, or gone after opportunity t_x + i.
struct OpportunityTerms {
  private let x: Double
  private let recency: Double
  private let n: Double

  init(_ history: PurchaseSummary) {
    x = Double(history.orders)
    recency = history.recency
    n = history.observed
  }

  /// The logarithm of the alive term.
  func alive(_ p: [Double]) -> Double { term(p, silent: n - recency, left: 0) - whole(p) }

  /// The logarithm of the sum.
  func logLikelihood(_ p: [Double]) -> Double { score(p).value }

  private func whole(_ p: [Double]) -> Double {
    SpecialFunctions.logBeta(p[0], p[1]) + SpecialFunctions.logBeta(p[2], p[3])
  }

  private func term(_ p: [Double], silent: Double, left: Double) -> Double {
    SpecialFunctions.logBeta(p[0] + x, p[1] + recency - x + silent)
      + SpecialFunctions.logBeta(p[2] + left, p[3] + recency + silent)
  }

  /// The log-likelihood and its gradient in the parameters.
  func score(_ p: [Double]) -> (value: Double, gradient: [Double]) {
    let digamma = SpecialFunctions.digamma
    var total = -Double.infinity
    var sums = [0.0, 0.0, 0.0, 0.0]
    // Sums are kept relative to the running total, which is rescaled as it grows.
    func add(silent: Double, left: Double) {
      let value = term(p, silent: silent, left: left)
      let next = SpecialFunctions.logSumExp(total, value)
      let keep = exp(total - next)
      let share = exp(value - next)
      let both = digamma(p[0] + p[1] + recency + silent)
      let later = digamma(p[2] + p[3] + recency + silent + left)
      let own = [
        digamma(p[0] + x) - both, digamma(p[1] + recency - x + silent) - both, digamma(p[2] + left) - later,
        digamma(p[3] + recency + silent) - later,
      ]
      for i in 0..<4 { sums[i] = sums[i] * keep + own[i] * share }
      total = next
    }
    add(silent: n - recency, left: 0)
    var silent = 0.0
    while silent < n - recency {
      add(silent: silent, left: 1)
      silent += 1
    }
    let (first, second) = (digamma(p[0] + p[1]), digamma(p[2] + p[3]))
    sums[0] += first - digamma(p[0])
    sums[1] += first - digamma(p[1])
    sums[2] += second - digamma(p[2])
    sums[3] += second - digamma(p[3])
    return (total - whole(p), sums)
  }
}
