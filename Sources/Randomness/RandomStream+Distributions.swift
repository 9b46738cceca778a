internal import Foundation

extension RandomStream {
  /// A number in [0, 1), a multiple of 2^-53.
  @inlinable public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number between `range`'s bounds, evenly spread; the bound itself when they are equal.
  @inlinable public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    let u = uniform()
    return min(range.upperBound, range.lowerBound * (1 - u) + range.upperBound * u)
  }

  /// A whole number in 0..<`bound`, each exactly as likely as any other. `bound` > 0.
  ///
  /// Multiplication with rejection (Lemire, 2019, "Fast random integer generation in an interval").
  @inlinable public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "there is no whole number below \(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A standard normal number: mean 0, variance 1. The polar method (Marsaglia & Bray, 1964).
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      guard s > 0, s < 1 else { continue }
      let factor = (-2 * log(s) / s).squareRoot()
      spareNormal = v * factor
      return u * factor
    }
  }

  /// An exponential number of mean 1, by inversion.
  public mutating func exponential() -> Double { -log1p(-uniform()) }

  /// An index drawn with probability proportional to its weight. Weights are finite, >= 0, with a sum > 0. O(n).
  public mutating func category(weights: [Double]) -> Int {
    let total = weights.reduce(0, +)
    precondition(total > 0 && total.isFinite, "weights must have a positive finite sum, not \(total)")
    var rest = uniform() * total
    var last = 0
    for (index, weight) in weights.enumerated() where weight > 0 {
      last = index
      rest -= weight
      if rest < 0 { return index }
    }
    // Rounding left a sliver beyond the end: it belongs to the last that can be drawn.
    return last
  }

  /// Puts `values` in random order, every order equally likely (Fisher & Yates; Durstenfeld, 1964).
  public mutating func shuffle<Value>(_ values: inout [Value]) {
    var remaining = values.count
    while remaining > 1 {
      values.swapAt(remaining - 1, integer(below: remaining))
      remaining -= 1
    }
  }

  /// `count` different numbers of 0..<`population`, ascending, every such set equally likely.
  ///
  /// Selection sampling (Fan, Muller & Rezucha, 1962; Knuth, volume 2, algorithm 3.4.2 S). O(population).
  public mutating func sample(_ count: Int, from population: Int) -> [Int] {
    precondition(count >= 0 && count <= population, "cannot take \(count) of \(population)")
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    var index = 0
    while chosen.count < count {
      if integer(below: population - index) < count - chosen.count { chosen.append(index) }
      index += 1
    }
    return chosen
  }
}
