internal import Foundation

/// How far numbers are from having one peak, and whether chance explains it (Hartigan & Hartigan, 1985).
///
/// The dip is the greatest distance between the distribution function of the sample and the nearest one that is convex
/// up to some point and concave from there. Even numbers are the hardest case with one peak, so the p-value is the
/// share of samples of even numbers with a larger dip. O(n log n).
public struct DipTest: Sendable, Hashable, Codable {
  /// The dip, from 1 / (2 n) to 1/4; 0 without numbers.
  public let dip: Double
  /// How many samples of as many even numbers have a larger dip, as a share: 0.5 stands for all from there up, and of
  /// fewer than a hundred numbers 0.001 for all down to 0. Small: more than one peak.
  public let pValue: Double

  /// Tests `values` (n, finite), in any order.
  public init(_ values: [Double]) {
    let sorted = values.sorted()
    dip = sorted.isEmpty ? 0 : greatestDip(sorted)
    pValue = sorted.count < 4 ? 1 : DipQuantiles.pValue(dip, count: sorted.count)
  }

  /// As ``init(_:)`` for numbers that may be rounded: equal ones are first spread evenly as far as rounding could have
  /// moved them, half the way to the nearer neighbour. Steps would count as peaks otherwise.
  public init(rounded values: [Double]) {
    self.init(spreadingTies(values.sorted()))
  }
}

/// `values` (ascending) with each run of equal ones spread about its place.
private func spreadingTies(_ values: [Double]) -> [Double] {
  var spread = values
  var start = 0
  while start < values.count {
    var end = start + 1
    while end < values.count, values[end] == values[start] { end += 1 }
    let below = start > 0 ? values[start] - values[start - 1] : .infinity
    let above = end < values.count ? values[end] - values[start] : .infinity
    let gap = min(below, above)
    if end - start > 1, gap.isFinite {
      for index in start..<end {
        spread[index] += gap * ((Double(index - start) + 0.5) / Double(end - start) - 0.5)
      }
    }
    start = end
  }
  return spread
}

/// The dip of `x` (ascending, n >= 1), by the interval that shrinks onto the mode (P. M. Hartigan, 1985, AS 217).
private func greatestDip(_ x: [Double]) -> Double {
  let n = x.count
  var (low, high) = (0, n - 1)
  // In steps of the distribution function, 1 / n; halved at the end.
  var dip = 1.0
  guard n > 1, x[low] < x[high] else { return dip / Double(2 * n) }
  let below = minorantNeighbours(x)
  let above = majorantNeighbours(x)
  while true {
    // The corners of the convex minorant from the right, of the concave majorant from the left.
    var minorant = [high]
    while let last = minorant.last, last > low { minorant.append(below[last]) }
    var majorant = [low]
    while let last = majorant.last, last < high { majorant.append(above[last]) }
    let apart = widestGap(x, minorant, majorant)
    if apart.gap < dip { break }
    for corner in apart.minorant..<minorant.count - 1 {
      dip = max(dip, deviation(x, from: minorant[corner + 1], to: minorant[corner], below: true))
    }
    for corner in apart.majorant..<majorant.count - 1 {
      dip = max(dip, deviation(x, from: majorant[corner], to: majorant[corner + 1], below: false))
    }
    let (newLow, newHigh) = (minorant[apart.minorant], majorant[apart.majorant])
    if newLow == low, newHigh == high { break }
    (low, high) = (newLow, newHigh)
  }
  return dip / Double(2 * n)
}

/// For each index, the corner to its left of the greatest convex minorant that ends there.
private func minorantNeighbours(_ x: [Double]) -> [Int] {
  var neighbours = [Int](repeating: 0, count: x.count)
  for j in x.indices.dropFirst() {
    var a = j - 1
    while a > 0 {
      let b = neighbours[a]
      if (x[j] - x[a]) * Double(a - b) < (x[a] - x[b]) * Double(j - a) { break }
      a = b
    }
    neighbours[j] = a
  }
  return neighbours
}

/// For each index, the corner to its right of the least concave majorant that begins there.
private func majorantNeighbours(_ x: [Double]) -> [Int] {
  let last = x.count - 1
  var neighbours = [Int](repeating: last, count: x.count)
  for j in x.indices.dropLast().reversed() {
    var a = j + 1
    while a < last {
      let b = neighbours[a]
      if (x[j] - x[a]) * Double(a - b) < (x[a] - x[b]) * Double(j - a) { break }
      a = b
    }
    neighbours[j] = a
  }
  return neighbours
}

/// The greatest distance between the two curves and the corners (positions in the lists) that bound the place.
private func widestGap(
  _ x: [Double], _ minorant: [Int], _ majorant: [Int]
) -> (gap: Double, minorant: Int, majorant: Int) {
  guard minorant.count > 2 || majorant.count > 2 else { return (1, minorant.count - 1, majorant.count - 1) }
  var result = (gap: 0.0, minorant: minorant.count - 1, majorant: majorant.count - 1)
  var left = minorant.count - 2
  var right = 1
  repeat {
    let (corner, other) = (minorant[left], majorant[right])
    if corner > other {
      let from = minorant[left + 1]
      let slope = Double(corner - from) / (x[corner] - x[from])
      let gap = Double(other - from + 1) - (x[other] - x[from]) * slope
      right += 1
      if gap >= result.gap { result = (gap, left + 1, right - 1) }
    } else {
      let from = majorant[right - 1]
      let slope = Double(other - from) / (x[other] - x[from])
      let gap = (x[corner] - x[from]) * slope - Double(corner - from - 1)
      left -= 1
      if gap >= result.gap { result = (gap, left + 1, right) }
    }
    left = max(left, 0)
    right = min(right, majorant.count - 1)
  } while minorant[left] != majorant[right]
  return result
}

/// How far the distribution function rises above the chord between two indices, or falls below it.
private func deviation(_ x: [Double], from: Int, to: Int, below: Bool) -> Double {
  guard to - from > 1, x[to] > x[from] else { return 1 }
  let slope = Double(to - from) / (x[to] - x[from])
  var greatest = 1.0
  for index in from...to {
    let chord = (x[index] - x[from]) * slope
    let steps = Double(index - from)
    greatest = max(greatest, below ? steps + 1 - chord : chord - (steps - 1))
  }
  return greatest
}
