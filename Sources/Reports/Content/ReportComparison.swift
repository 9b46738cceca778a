internal import Foundation
public import Personas

/// Where the customers of every segment stand in every feature, so that any two can be compared.
public struct ReportComparison: Sendable, Hashable, Codable {
  /// One number.
  public struct Number: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// The 5th, 25th, 50th, 75th and 95th percentiles over everybody.
    public let everyone: [Double]
    /// The quartiles of each segment; nil where fewer than ten have a value.
    public let groups: [[Double]?]

    /// The percentiles of everybody and the quartiles of each segment.
    public init(feature: String, everyone: [Double], groups: [[Double]?]) {
      self.feature = feature
      self.everyone = everyone.map(ReportComparison.rounded)
      self.groups = groups.map { $0.map { $0.map(ReportComparison.rounded) } }
    }
  }

  /// One level of a category.
  public struct Level: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// The level.
    public let level: String
    /// Its share of everybody.
    public let everyone: Double
    /// Its share of each segment, in steps of ten customers or more; nil for segments of fewer.
    public let groups: [Double?]

    /// A share of everybody and of each segment.
    public init(feature: String, level: String, everyone: Double, groups: [Double?]) {
      (self.feature, self.level, self.everyone, self.groups) = (feature, level, everyone, groups)
    }
  }

  /// The paths of the segments, in the order of everything here.
  public let paths: [String]
  /// The numbers.
  public let numbers: [Number]
  /// The levels of categories, the commonest of each first.
  public let levels: [Level]

  /// What is compared.
  public init(paths: [String], numbers: [Number], levels: [Level]) {
    (self.paths, self.numbers, self.levels) = (paths, numbers, levels)
  }

  private static let mostLevels = 8

  /// Of the segments at `paths`, in the order of `profiles`.
  public init(_ profiles: GroupProfiles, paths: [String]) {
    let numbers = profiles.numbers.map { number in
      Number(
        feature: number.feature, everyone: number.everyone.quantiles,
        groups: number.groups.map { level in
          level.flatMap { $0.count >= ReportedGroups.least ? Array($0.quantiles[1...3]) : nil }
        })
    }
    var seen: [String: Int] = [:]
    let levels = profiles.levels.filter { level in
      seen[level.feature, default: 0] += 1
      return seen[level.feature, default: 0] <= ReportComparison.mostLevels
    }.map { level in
      Level(
        feature: level.feature, level: level.level, everyone: (level.share * 1000).rounded() / 1000,
        groups: zip(level.groups, level.known).map { ReportedGroups.rounded($0, of: $1) })
    }
    self.init(paths: paths, numbers: numbers, levels: levels)
  }

  /// Four significant digits, which is more than a page shows.
  static func rounded(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return 0 }
    let places = 3 - floor(log10(abs(value)))
    // Powers of ten below 1 have no exact double, so that products with them end in noise.
    let unit = pow(10, abs(places))
    let rounded = places >= 0 ? (value * unit).rounded() / unit : (value / unit).rounded() * unit
    return rounded.isFinite ? rounded : value
  }
}
