internal import Foundation

/// The distribution of the dip of n even numbers, from 40,000 samples of each size.
///
/// sqrt(n) x dip hardly changes with n, so sizes between those of the table are interpolated.
enum DipQuantiles {
  private static let shares = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]
  private static let table: [(count: Int, quantiles: [Double])] = [
    (4, [0.2500, 0.2882, 0.3730, 0.4116, 0.4460, 0.4630, 0.4732, 0.4838, 0.4886]),
    (6, [0.3009, 0.3544, 0.3898, 0.4038, 0.4398, 0.4704, 0.4982, 0.5248, 0.5430]),
    (8, [0.3143, 0.3478, 0.4007, 0.4357, 0.4724, 0.4903, 0.5050, 0.5289, 0.5547]),
    (10, [0.3091, 0.3612, 0.4132, 0.4430, 0.4777, 0.5045, 0.5297, 0.5542, 0.5669]),
    (15, [0.3235, 0.3715, 0.4255, 0.4583, 0.4950, 0.5233, 0.5478, 0.5763, 0.5991]),
    (20, [0.3280, 0.3808, 0.4340, 0.4717, 0.5132, 0.5404, 0.5635, 0.5936, 0.6180]),
    (30, [0.3368, 0.3920, 0.4485, 0.4858, 0.5291, 0.5590, 0.5855, 0.6178, 0.6428]),
    (50, [0.3455, 0.4006, 0.4591, 0.4963, 0.5414, 0.5732, 0.6016, 0.6339, 0.6533]),
    (100, [0.3555, 0.4121, 0.4728, 0.5108, 0.5577, 0.5889, 0.6213, 0.6577, 0.6926]),
    (200, [0.3617, 0.4185, 0.4817, 0.5214, 0.5683, 0.6011, 0.6355, 0.6715, 0.6995]),
    (500, [0.3688, 0.4274, 0.4877, 0.5300, 0.5806, 0.6143, 0.6443, 0.6842, 0.7073]),
    (1000, [0.3716, 0.4309, 0.4944, 0.5340, 0.5832, 0.6150, 0.6490, 0.6973, 0.7239]),
    (2000, [0.3729, 0.4324, 0.4967, 0.5406, 0.5899, 0.6232, 0.6573, 0.6931, 0.7212]),
  ]

  /// Below this many numbers nothing is said beyond the table: a dip cannot exceed 1/4.
  private static let fewestForTail = 100

  /// The share of samples of `count` even numbers whose dip is above `dip`, at most 0.5. Beyond the table, below 0.001,
  /// its logarithm falls with the square of the dip, as for suprema of a Brownian bridge, of which the dip is one in the
  /// limit (Hartigan & Hartigan, 1985); of fewer than a hundred numbers 0.001 stands for all down to 0.
  static func pValue(_ dip: Double, count: Int) -> Double {
    let scaled = dip * Double(count).squareRoot()
    let quantiles = quantiles(count)
    guard scaled > quantiles[0] else { return 0.5 }
    for index in 1..<shares.count where scaled <= quantiles[index] {
      let part = (scaled - quantiles[index - 1]) / (quantiles[index] - quantiles[index - 1])
      // Tails fall about exponentially: the logarithm of the share is what is straight.
      let (from, to) = (log(1 - shares[index - 1]), log(1 - shares[index]))
      return exp(from + (to - from) * part)
    }
    guard count >= fewestForTail else { return 0.001 }
    let (inner, outer) = (quantiles[shares.count - 4], quantiles[shares.count - 1])
    let rate = log((1 - shares[shares.count - 4]) / 0.001) / (outer * outer - inner * inner)
    return 0.001 * exp(-rate * (scaled * scaled - outer * outer))
  }

  private static func quantiles(_ count: Int) -> [Double] {
    guard let above = table.firstIndex(where: { $0.count >= count }) else { return table[table.count - 1].quantiles }
    guard above > 0 else { return table[0].quantiles }
    let (a, b) = (table[above - 1], table[above])
    let part = log(Double(count) / Double(a.count)) / log(Double(b.count) / Double(a.count))
    return zip(a.quantiles, b.quantiles).map { $0 + ($1 - $0) * part }
  }
}
