internal import Foundation

/// A running sum carried in two doubles, about 106 bits.
///
/// Its value is the correctly rounded sum but for errors near 1e-32 of the largest partial sum, so the order of the
/// terms practically never shows. Error-free addition after Knuth (1969, section 4.2.2), as in Dekker (1971);
/// error-free product by a fused multiply-add. An infinite or not-a-number term makes the value so.
public struct CompensatedSum: Sendable, Hashable {
  private var high = 0.0
  private var low = 0.0

  /// An empty sum, 0.
  public init() {}

  /// The sum of `values`.
  public init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  /// The sum so far, rounded to a double.
  public var value: Double { high + low }

  /// Adds one term.
  public mutating func add(_ term: Double) {
    let sum = high + term
    guard sum.isFinite else {
      (high, low) = (sum, 0)
      return
    }
    let part = sum - high
    low += (high - (sum - part)) + (term - part)
    // Renormalise, so that `low` stays below an ulp of `high` however many terms come.
    high = sum + low
    low -= high - sum
  }

  /// Adds the exact product of `a` and `b`.
  public mutating func add(_ a: Double, times b: Double) {
    // A weight of 1 is the common case, and the fused product can be a slow library call.
    guard b != 1 else { return add(a) }
    let product = a * b
    add(product)
    if product.isFinite { add(fma(a, b, -product)) }
  }

  /// Adds everything `other` has summed.
  public mutating func add(_ other: CompensatedSum) {
    add(other.high)
    add(other.low)
  }
}

extension Matrix {
  /// The mean of every column (d), rows weighted by `weights` (n, all 1 when nil); zeros when the weights sum to 0.
  ///
  /// Summed in two doubles, so that the order of the rows practically never shows. O(n d).
  public func columnMeans(weights: [Double]? = nil) -> [Double] {
    precondition(weights.map { $0.count == rows } ?? true, "a weight for each of \(rows) rows")
    let parts = Parallel.map(rows: rows) { range in
      var sums = [CompensatedSum](repeating: CompensatedSum(), count: columns)
      for index in range {
        let weight = weights?[index] ?? 1
        for column in 0..<columns {
          sums[column].add(values[index * columns + column], times: weight)
        }
      }
      return sums
    }
    var totals = [CompensatedSum](repeating: CompensatedSum(), count: columns)
    for part in parts { for column in 0..<columns { totals[column].add(part[column]) } }
    let weight = weights.map { CompensatedSum($0).value } ?? Double(rows)
    return weight > 0 ? totals.map { $0.value / weight } : [Double](repeating: 0, count: columns)
  }
}
