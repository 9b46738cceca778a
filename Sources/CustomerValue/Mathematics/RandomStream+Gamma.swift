internal import Foundation
internal import Randomness

extension RandomStream {
  /// A Gamma number of the given shape > 0 and rate 1 (Marsaglia & Tsang, 2000); below shape 1 by their power of a uniform.
  mutating func gamma(shape: Double) -> Double {
    guard shape >= 1 else {
      let u = 1 - uniform()
      return gamma(shape: shape + 1) * exp(log(u) / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let t = 1 + c * x
      guard t > 0 else { continue }
      let v = t * t * t
      let u = 1 - uniform()
      if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// A Beta number of shapes `a`, `b` > 0. Both Gammas may underflow together when `a` and `b` are tiny: then it is 0 or 1.
  mutating func beta(_ a: Double, _ b: Double) -> Double {
    let x = gamma(shape: a)
    let y = gamma(shape: b)
    return x + y > 0 ? x / (x + y) : (uniform() * (a + b) < a ? 1 : 0)
  }

  /// A Poisson number of the given mean >= 0: products of uniforms below 10, else transformed rejection (Hörmann, 1993,
  /// "The transformed rejection method for generating Poisson random variables", PTRS). Means above 1e9 count as 1e9.
  mutating func poisson(mean: Double) -> Int {
    let mean = min(mean, 1e9)
    guard mean > 0 else { return 0 }
    if mean < 10 {
      let limit = exp(-mean)
      var product = uniform()
      var count = 0
      while product > limit {
        count += 1
        product *= uniform()
      }
      return count
    }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let vr = 0.9277 - 3.6224 / (b - 2)
    let logMean = log(mean)
    while true {
      let u = uniform() - 0.5
      let v = 1 - uniform()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= vr, k >= 0 { return Int(k) }
      if k < 0 || (us < 0.013 && v > us) || !k.isFinite { continue }
      if log(v) + log(inverseAlpha) - log(a / (us * us) + b) <= -mean + k * logMean - SpecialFunctions.logGamma(k + 1) {
        return Int(k)
      }
    }
  }

  /// The number of trials up to and with the first success, of probability `p` in [0, 1]; 1e9 at most.
  mutating func geometric(_ p: Double) -> Int {
    guard p < 1 else { return 1 }
    guard p > 1e-12 else { return 1_000_000_000 }
    return Int(min(1e9, (log(1 - uniform()) / log1p(-p)).rounded(.down) + 1))
  }
}

extension RandomStream {
  /// A Student t number of `freedom` > 0 degrees of freedom: a normal one over the root of a mean of squares.
  mutating func student(_ freedom: Double) -> Double {
    normal() / (2 * gamma(shape: freedom / 2) / freedom).squareRoot()
  }
}
