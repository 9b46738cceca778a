internal import Foundation
internal import Randomness

/// Resamples of rows, each drawn on its own.
enum Resampling {
  /// How often a row is drawn: Poisson of mean 1, as in a bootstrap of many rows (Chamandy et al., 2012).
  static func poisson(_ generator: inout RandomStream) -> Double {
    var u = generator.uniform()
    var (count, chance) = (0.0, 0.36787944117144233)
    while u >= chance, count < 12 {
      u -= chance
      count += 1
      chance /= count
    }
    return count
  }
}
