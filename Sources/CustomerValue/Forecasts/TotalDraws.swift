internal import Foundation
internal import Randomness

/// The simulated sums of groups of customers, from which ranges are told.
///
/// A total is what chance gives it times a factor common to all, of which back-tests tell how far it strays, times one of
/// its own by which groups differ.
struct TotalDraws: Sendable {
  /// The sum of each group in each simulated future (groups x draws).
  let values: [[Double]]
  /// What is expected of each group.
  let means: [Double]
  /// The scale of the common factor's logarithm.
  let scale: Double
  /// Its distribution, and how groups differ.
  let correction: ForecastCorrection
  let seed: UInt64

  /// Combinations of futures and factors that ranges are read from.
  private static let futures = 4000

  /// The ranges of each group and of all together.
  var ranges: (groups: [ValueRange], total: ValueRange) {
    var groups = [[Double]](repeating: [], count: values.count)
    var totals: [Double] = []
    for index in 0..<Self.futures {
      // The factor of one future is the same for all groups, but for what groups differ by.
      var random = RandomStream(seed: seed, index: 2_000_000 + index)
      let common = exp(scale * random.student(correction.degreesOfFreedom))
      var total = 0.0
      for group in values.indices {
        let own = exp(correction.groupDeviation * random.normal())
        let value = values[group][random.integer(below: values[group].count)] * common * own
        groups[group].append(value)
        total += value
      }
      totals.append(total)
    }
    return (
      values.indices.map { ValueRange(expected: means[$0], groups[$0].sorted()) },
      ValueRange(expected: means.reduce(0, +), totals.sorted())
    )
  }

  /// The range of the groups at `places` as one group, which has one factor of its own.
  func together(_ places: [Int]) -> ValueRange {
    guard let draws = places.first.map({ values[$0].count }) else { return ValueRange(expected: 0, []) }
    let sums = (0..<draws).map { draw in places.reduce(0.0) { $0 + values[$1][draw] } }
    let drawn = (0..<Self.futures).map { index -> Double in
      var random = RandomStream(seed: seed, index: 2_000_000 + index)
      let common = exp(scale * random.student(correction.degreesOfFreedom))
      let own = exp(correction.groupDeviation * random.normal())
      return sums[random.integer(below: draws)] * common * own
    }
    return ValueRange(expected: places.reduce(0) { $0 + means[$1] }, drawn.sorted())
  }
}
