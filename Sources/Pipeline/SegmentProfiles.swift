internal import Features
internal import LinearAlgebra
internal import Warehouse

/// What the customers of each segment are like, in the units of the raw features.
public struct SegmentProfiles: Sendable, Hashable, Codable {
  /// One numeric feature across segments. Means leave missing values out; nil where all are missing.
  public struct Numeric: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// Over all customers.
    public let mean: Double?
    /// Over all customers, dividing by n.
    public let standardDeviation: Double?
    /// By segment, segment 1 first.
    public let means: [Double?]
    /// Each segment's sum, segment 1 first.
    public let sums: [Double]
    /// Customers of each segment with a value above 0; nil in models of versions that did not count them.
    public let positives: [Int]?
  }

  /// One categorical feature across segments: the share of each of its commonest levels.
  public struct Category: Sendable, Hashable, Codable {
    /// The feature.
    public let name: String
    /// Its commonest levels, those of ten customers or more, commonest first.
    public let levels: [String]
    /// By level, over all customers; missing values count among the customers.
    public let shares: [Double]
    /// By segment, then by level.
    public let segmentShares: [[Double]]
  }

  private struct Level {
    let name: String
    let counts: [Int]
    var total: Int { counts.reduce(0, +) }
  }

  /// Every numeric feature, also those that formed no segment.
  public let numeric: [Numeric]
  /// Every categorical feature.
  public let categories: [Category]

  /// The profiles of several features, each made of its own, put together.
  init(combining parts: [SegmentProfiles]) {
    numeric = parts.flatMap(\.numeric)
    categories = parts.flatMap(\.categories)
  }

  /// Profiles `values` by `labels` (n, from 0 to `segments` - 1; below 0 for rows of no segment, which count only among
  /// all customers).
  init(_ values: FeatureValues, labels: [Int], segments: Int) {
    let width = values.numbers.names.count
    numeric = Parallel.map(count: width) { column in
      var everyone = CompensatedSum()
      var squares = CompensatedSum()
      var sums = [CompensatedSum](repeating: CompensatedSum(), count: segments)
      var counts = [Int](repeating: 0, count: segments)
      var positives = [Int](repeating: 0, count: segments)
      var present = 0
      for row in 0..<values.rows {
        let value = values.numbers.values[row * width + column]
        guard !value.isNaN else { continue }
        everyone.add(value)
        present += 1
        guard labels[row] >= 0 else { continue }
        sums[labels[row]].add(value)
        counts[labels[row]] += 1
        if value > 0 { positives[labels[row]] += 1 }
      }
      let mean = everyone.value / Double(max(1, present))
      for row in 0..<values.rows {
        let value = values.numbers.values[row * width + column]
        if !value.isNaN { squares.add(value - mean, times: value - mean) }
      }
      let deviation = (squares.value / Double(max(1, present))).squareRoot()
      return Numeric(
        name: values.numbers.names[column], mean: present > 0 ? finite(mean) : nil,
        standardDeviation: present > 0 ? finite(deviation) : nil,
        means: zip(sums, counts).map { $1 > 0 ? finite($0.value / Double($1)) : nil },
        sums: sums.map { finite($0.value) ?? 0 }, positives: positives)
    }
    categories = values.categories.map { column in
      let texts = column.texts
      var counts: [String: [Int]] = [:]
      for row in 0..<values.rows {
        guard let text = texts[row] else { continue }
        // The last place is for rows of no segment.
        counts[text, default: [Int](repeating: 0, count: segments + 1)][labels[row] < 0 ? segments : labels[row]] += 1
      }
      // Levels of few customers would tell of single ones.
      let common = counts.map { Level(name: $0.key, counts: $0.value) }.filter { $0.total >= 10 }
      let ranked = common.sorted { $0.total != $1.total ? $0.total > $1.total : $0.name < $1.name }.prefix(20)
      var sizes = [Int](repeating: 0, count: segments)
      for label in labels where label >= 0 { sizes[label] += 1 }
      return Category(
        name: column.name, levels: ranked.map(\.name),
        shares: ranked.map { Double($0.total) / Double(max(1, values.rows)) },
        segmentShares: (0..<segments).map { segment in
          ranked.map { Double($0.counts[segment]) / Double(max(1, sizes[segment])) }
        })
    }
  }

  /// Whether every feature has a value for each of `segments`, and the numbers are those of real rows.
  func fits(segments: Int) -> Bool {
    numeric.allSatisfy { profile in
      profile.means.count == segments && profile.sums.count == segments
        && (profile.positives.map { $0.count == segments && $0.allSatisfy { $0 >= 0 } } ?? true)
        && ([profile.mean, profile.standardDeviation] + profile.means + profile.sums).allSatisfy {
          $0?.isFinite ?? true
        }
        && (profile.standardDeviation ?? 0) >= 0 && profile.hasFiniteDifferences
    }
      && categories.allSatisfy { category in
        category.shares.count == category.levels.count && category.segmentShares.count == segments
          && category.segmentShares.allSatisfy { $0.count == category.levels.count }
          && (category.shares + category.segmentShares.flatMap { $0 }).allSatisfy { $0 >= 0 && $0 <= 1 }
      }
  }

  /// The numeric feature called `name`, or nil.
  public subscript(name: String) -> Numeric? { numeric.first { $0.name == name } }
}

extension SegmentProfiles.Numeric {
  /// Whether each segment lies a finite number of standard deviations from the mean, as those of real rows do.
  fileprivate var hasFiniteDifferences: Bool {
    guard let mean, let standardDeviation, standardDeviation > 0 else { return true }
    return means.allSatisfy { $0.map { (($0 - mean) / standardDeviation).isFinite } ?? true }
  }
}

private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
