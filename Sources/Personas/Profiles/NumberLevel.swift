/// Where the customers of a group stand in one number, in its own units.
public struct NumberLevel: Sendable, Hashable, Codable {
  /// Customers with a value.
  public let count: Int
  /// The share of customers without one.
  public let missingShare: Double
  /// Over those with a value.
  public let mean: Double
  /// Over those with a value, dividing by n.
  public let standardDeviation: Double
  /// The 5th, 25th, 50th, 75th and 95th percentiles, interpolated (Hyndman & Fan, 1996, type 7).
  public let quantiles: [Double]
  /// The share above 0 of those with a value.
  public let aboveZero: Double

  /// The 50th percentile.
  public var median: Double { quantiles[2] }

  /// Whether all values are 0 or 1, as far as quantiles and mean can tell.
  var isFlag: Bool { quantiles.allSatisfy { $0 >= 0 && $0 <= 1 } && abs(mean - aboveZero) < 1e-9 }

  /// Whether fewer than ten have any of it, of whom a mean would tell.
  var isOfFew: Bool { (1..<Double(ReportedGroups.least)).contains((aboveZero * Double(count)).rounded()) }

  /// The mean as it may be told, where `everyone` stands so: that of a flag is a share, which tells of few as levels do.
  func toldMean(_ everyone: NumberLevel) -> Double {
    everyone.isFlag ? ReportedGroups.rounded(mean, of: count) ?? mean : mean
  }
}

extension NumberLevel {
  static let percentiles = [0.05, 0.25, 0.5, 0.75, 0.95]

  /// Of `sorted`, the values of a group in ascending order, `size` customers in all; nil without values.
  init?(sorted: [Double], size: Int) {
    guard !sorted.isEmpty else { return nil }
    count = sorted.count
    missingShare = Double(size - sorted.count) / Double(max(1, size))
    // Shifted by the median, so that great numbers do not cancel.
    let shift = sorted[sorted.count / 2]
    var (sum, squares, positives) = (0.0, 0.0, 0)
    for value in sorted {
      sum += value - shift
      squares += (value - shift) * (value - shift)
      if value > 0 { positives += 1 }
    }
    let n = Double(sorted.count)
    let (mean, square) = (shift + sum / n, squares / n - (sum / n) * (sum / n))
    self.mean = mean.isFinite ? mean : shift
    standardDeviation = square.isFinite ? max(0, square).squareRoot() : 0
    quantiles = NumberLevel.percentiles.map { NumberLevel.quantile(sorted, $0) }
    aboveZero = Double(positives) / n
  }

  /// The value below which the share `p` of `sorted` lies.
  static func quantile(_ sorted: [Double], _ p: Double) -> Double {
    let place = p * Double(sorted.count - 1)
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }
}
