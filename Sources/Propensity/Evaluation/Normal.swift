internal import Foundation

/// The standard normal distribution.
enum Normal {
  /// P(Z <= z).
  static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with P(Z <= z) = p, 0 < p < 1 (Acklam's rational approximation, refined by one step of Halley's method).
  static func quantile(_ p: Double) -> Double {
    guard p > 0 else { return -.infinity }
    guard p < 1 else { return .infinity }
    let a = [
      -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716,
      2.506628277459239,
    ]
    let b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
    let c = [
      -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ]
    let d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416]
    func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
    var z: Double
    if p < 0.02425 || p > 0.97575 {
      let q = (-2 * log(min(p, 1 - p))).squareRoot()
      z = polynomial(c, q) / (polynomial(d, q) * q + 1)
      if p > 0.5 { z = -z }
    } else {
      let q = p - 0.5
      let r = q * q
      z = polynomial(a, r) * q / (polynomial(b, r) * r + 1)
    }
    let error = cumulative(z) - p
    let step = error * (2 * Double.pi).squareRoot() * exp(z * z / 2)
    z -= step / (1 + z * step / 2)
    return z
  }
}
