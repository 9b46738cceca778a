internal import Foundation

/// The special functions of the likelihoods, for arguments above 0.
enum SpecialFunctions {
  /// The natural logarithm of the Gamma function at `x` > 0.
  ///
  /// Stirling's series (Abramowitz & Stegun 6.1.41) after raising the argument to at least 10; about 15 digits. Written
  /// out because the C library's keeps a global sign, which threads would share.
  static func logGamma(_ x: Double) -> Double {
    guard x > 0 else { return .infinity }
    var z = x
    var product = 1.0
    while z < 10 {
      product *= z
      z += 1
    }
    let w = 1 / (z * z)
    let series =
      (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * (691.0 / 360_360)))))) / z
    return (z - 0.5) * log(z) - z + 0.918938533204672741780 + series - log(product)
  }

  /// The derivative of ``logGamma(_:)`` at `x` > 0: recurrence, then the asymptotic series (Bernardo, 1976, AS 103).
  static func digamma(_ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    var z = x
    var sum = 0.0
    while z < 10 {
      sum -= 1 / z
      z += 1
    }
    let w = 1 / (z * z)
    let series =
      w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * 691 / 32_760)))))
    return sum + log(z) - 0.5 / z - series
  }

  /// The natural logarithm of the Beta function, `a`, `b` > 0.
  static func logBeta(_ a: Double, _ b: Double) -> Double { logGamma(a) + logGamma(b) - logGamma(a + b) }

  /// log(e^a + e^b) without overflow.
  static func logSumExp(_ a: Double, _ b: Double) -> Double {
    let m = max(a, b)
    guard m > -.infinity else { return m }
    return m + log1p(exp(min(a, b) - m))
  }

  /// (1 - e^(-k l)) / k, which is l at k = 0.
  static func decayIntegral(_ k: Double, _ l: Double) -> Double {
    abs(k * l) < 1e-12 ? l * (1 - k * l / 2) : -expm1(-k * l) / k
  }

  /// Gauss's hypergeometric function 2F1(1, `b`; `c`; `z`) for `b`, `c` > 0 and 0 <= `z` < 1; nil outside.
  ///
  /// Gauss's continued fraction (Abramowitz & Stegun 15.3; Wall, 1948, ch. XVIII), by the modified Lentz method
  /// (Thompson & Barnett, 1986). It converges on the whole domain, at the rate ((1 - s) / (1 + s))^2 with
  /// s = sqrt(1 - z): 10 terms at z = 1/2, 100 at .99, 10,000 at 1 - 1e-6.
  static func hypergeometricOne(_ b: Double, _ c: Double, _ z: Double) -> Double? {
    guard b > 0, c > 0, z >= 0, z < 1 else { return nil }
    // 1 / (1 - k1 z / (1 - k2 z / (1 - ...))), k_(2m+1) = (b + m)(c - 1 + m) / ((c + 2m - 1)(c + 2m)),
    // k_2m = m (c - b + m - 1) / ((c + 2m - 2)(c + 2m - 1)); k1 = b / c.
    let tiny = 1e-300
    var f = 1.0
    var upper = f
    var lower = 0.0
    for n in 1...200_000 {
      let m = Double(n / 2)
      let k =
        n == 1
        ? b / c
        : n % 2 == 1
          ? (b + m) * (c - 1 + m) / ((c + 2 * m - 1) * (c + 2 * m))
          : m * (c - b + m - 1) / ((c + 2 * m - 2) * (c + 2 * m - 1))
      lower = 1 - k * z * lower
      if abs(lower) < tiny { lower = tiny }
      lower = 1 / lower
      upper = 1 - k * z / upper
      if abs(upper) < tiny { upper = tiny }
      let change = upper * lower
      f *= change
      if abs(change - 1) < 1e-15 { return 1 / f }
    }
    return 1 / f
  }
}
