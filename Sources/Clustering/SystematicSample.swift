internal import Randomness

/// `count` rows drawn in proportion to `weights` (n, > 0), ascending; a heavy row comes as often as it is hit.
///
/// Systematic sampling (Madow & Madow, 1944): one random number places even steps along the cumulated weights. Rows in
/// canonical order stand as if shuffled, so no pattern of the data meets the steps. O(n).
func systematicSample(_ count: Int, weights: [Double], _ random: inout RandomStream) -> [Int] {
  let step = weights.reduce(0, +) / Double(count)
  var next = random.uniform() * step
  var cumulated = 0.0
  var drawn: [Int] = []
  drawn.reserveCapacity(count)
  for (row, weight) in weights.enumerated() {
    cumulated += weight
    while next < cumulated, drawn.count < count {
      drawn.append(row)
      next += step
    }
  }
  return drawn
}
