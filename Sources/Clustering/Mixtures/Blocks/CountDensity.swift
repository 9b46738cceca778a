internal import Foundation

/// The distribution of a count: Poisson, or negative binomial by mean and size, of variance mean + mean^2 / size.
///
/// As the size grows the negative binomial becomes the Poisson distribution; ``greatestSize(mean:)`` is where the two can no
/// longer be told apart, and stands for infinity, so that all parameters are finite.
package struct CountDensity: Sendable, Hashable {
  /// The mean, above 0.
  package let mean: Double
  /// The size, above 0; nil for Poisson.
  package let size: Double?

  package init(mean: Double, size: Double?) {
    self.mean = mean
    self.size = size
  }

  /// ln p(`x`), given ln(x!). Gamma functions come in differences, exact at every size.
  package func logDensity(_ x: Double, logFactorial: Double) -> Double {
    guard let size else { return x * log(mean) - mean - logFactorial }
    let failures = -size * log1p(mean / size)
    guard x > 0 else { return failures }
    return GammaFunctions.logRise(from: size, by: x) - logFactorial + failures + x * (log(mean) - log(size + mean))
  }

  /// The least mean: were it 0, one stray count would rule a component out for ever.
  static let leastMean = 1e-10

  /// The least size: nearly all counts are 0, and the others may be anything.
  static let leastSize = 1e-6

  /// The size that stands for infinity: the variance is beyond the mean by a millionth of it at most.
  package static func greatestSize(mean: Double) -> Double { 1e6 * (1 + mean) }

  /// The likeliest Poisson distribution of `values` (whole, >= 0) of these `weights`, that of their mean.
  package init(poissonOf values: [Double], weights: [Double]) {
    var (sum, total) = (0.0, 0.0)
    for (x, weight) in zip(values, weights) {
      sum += weight * x
      total += weight
    }
    self.init(mean: total > 0 ? max(sum / total, Self.leastMean) : Self.leastMean, size: nil)
  }

  /// The likeliest negative binomial distribution of `values` (whole, >= 0) of these `weights`.
  ///
  /// The likeliest mean is the weighted mean whatever the size. The likeliest size is the one root of the digamma
  /// equation sum w (psi(x + s) - psi(s)) = W ln(1 + m / s), which exists only if the variance is above the mean
  /// (Anscombe, 1950; Levin & Reeds, 1977): else the size is ``greatestSize(mean:)``. The root is bracketed from `near`,
  /// where it was (0 if unknown), and closed in on by regula falsi (the Illinois rule; Dowell & Jarratt, 1971) in the
  /// logarithm of the size.
  package init(negativeBinomialOf values: [Double], weights: [Double], near: Double) {
    let mean = CountDensity(poissonOf: values, weights: weights).mean
    self.init(mean: mean, size: Self.likeliestSize(values, weights, mean: mean, near: near > 0 ? near : nil))
  }

  private static func likeliestSize(_ values: [Double], _ weights: [Double], mean: Double, near: Double?) -> Double {
    let most = greatestSize(mean: mean)
    var (total, excess) = (0.0, 0.0)
    for (x, weight) in zip(values, weights) {
      total += weight
      excess += weight * ((x - mean) * (x - mean) - mean)
    }
    guard excess > 0, excess / total * most > mean * mean else { return most }

    func slope(_ logSize: Double) -> Double {
      let size = exp(logSize)
      var sum = 0.0
      for (x, weight) in zip(values, weights) where weight > 0 && x > 0 {
        sum += weight * GammaFunctions.digammaRise(from: size, by: x)
      }
      return (sum / total - log1p(mean / size)) * size
    }

    // The moments' size is where to look first: variance = mean + mean^2 / size.
    let bounds = (low: log(leastSize), high: log(most))
    let start = min(max(log(near ?? mean * mean / (excess / total)), bounds.low), bounds.high)
    var (low, high) = (start, start)
    var (slopeLow, slopeHigh) = (slope(start), slope(start))
    var step = near == nil ? 0.5 : 0.01
    while slopeLow < 0 {
      guard low > bounds.low else { return leastSize }
      (high, slopeHigh) = (low, slopeLow)
      low = max(low - step, bounds.low)
      slopeLow = slope(low)
      step *= 4
    }
    while slopeHigh > 0 {
      guard high < bounds.high else { return most }
      (low, slopeLow) = (high, slopeHigh)
      high = min(high + step, bounds.high)
      slopeHigh = slope(high)
      step *= 4
    }
    var lowMovedLast: Bool?
    for _ in 0..<100 where high - low > 1e-11 && slopeLow > 0 && slopeHigh < 0 {
      let middle = min(max((low * slopeHigh - high * slopeLow) / (slopeHigh - slopeLow), low), high)
      let here = slope(middle)
      // An end that stays twice running is weighed half, so that both ends come in.
      if here > 0 {
        if lowMovedLast == true { slopeHigh /= 2 }
        (low, slopeLow, lowMovedLast) = (middle, here, true)
      } else {
        if lowMovedLast == false { slopeLow /= 2 }
        (high, slopeHigh, lowMovedLast) = (middle, here, false)
      }
    }
    let root = slopeHigh >= 0 ? high : slopeLow <= 0 || lowMovedLast == true ? low : high
    return exp(root)
  }
}
