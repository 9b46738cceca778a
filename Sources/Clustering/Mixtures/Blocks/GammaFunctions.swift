internal import Foundation

/// The logarithm of the gamma function and its differences, exact to a few units in the last place.
///
/// Stirling's series from 12 on (Abramowitz & Stegun, 1964, 6.1.40 and 6.3.18), recurrences below. Differences over
/// whole steps are computed as such: log(x + s) - log(s) loses every digit when s is large.
package enum GammaFunctions {
  /// Where Stirling's series is good to full precision.
  private static let far = 12.0

  /// ln Gamma(`z`), `z` > 0.
  package static func logGamma(_ z: Double) -> Double {
    var (z, product) = (z, 1.0)
    while z < far {
      product *= z
      z += 1
    }
    return (z - 0.5) * log(z) - z + 0.9189385332046727418 + stirling(z) - log(product)
  }

  /// ln Gamma(`s` + `x`) - ln Gamma(`s`) for whole `x` >= 0 and `s` > 0.
  package static func logRise(from s: Double, by x: Double) -> Double {
    var (low, left, product) = (s, x, 1.0)
    while low < far, left > 0 {
      product *= low
      low += 1
      left -= 1
    }
    guard left > 0 else { return log(product) }
    let high = low + left
    return log(product) + (low - 0.5) * log1p(left / low) + left * log(high) - left + stirling(high) - stirling(low)
  }

  /// psi(`s` + `x`) - psi(`s`), the sum of 1 / (s + i) over 0 <= i < x, for whole `x` >= 0 and `s` > 0.
  package static func digammaRise(from s: Double, by x: Double) -> Double {
    var (low, left, sum) = (s, x, 0.0)
    while low < far, left > 0 {
      sum += 1 / low
      low += 1
      left -= 1
    }
    guard left > 0 else { return sum }
    return sum + log1p(left / low) + digammaTail(low) - digammaTail(low + left)
  }

  /// What Stirling's formula leaves out of ln Gamma(`z`).
  private static func stirling(_ z: Double) -> Double {
    let r = 1 / z
    let q = r * r
    return r * (1 / 12.0 - q * (1 / 360.0 - q * (1 / 1260.0 - q * (1 / 1680.0 - q * (1 / 1188.0 - q * 691 / 360360)))))
  }

  /// ln(`z`) - psi(`z`).
  private static func digammaTail(_ z: Double) -> Double {
    let r = 1 / z
    let q = r * r
    let series = 1 / 12.0 - q * (1 / 120.0 - q * (1 / 252.0 - q * (1 / 240.0 - q * (1 / 132.0 - q * 691 / 32760))))
    return r / 2 + q * series
  }
}
