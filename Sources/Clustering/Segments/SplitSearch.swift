internal import Foundation
public import LinearAlgebra

/// Divides rows by k-means, where the division earns itself.
///
/// It earns itself when the rows have more structure than one cloud (``ClusterCountSearch``), when every part holds
/// ``minimumSize`` rows or more, and when every part comes back in resamples with a mean Jaccard similarity of
/// ``leastStability`` or more (Hennig, 2007). Numbers of parts are tried by their silhouette, the best first.
///
/// Features that do not tell the parts apart only blur the borders: the search is repeated on those that do (see
/// ``FeatureScreen``), as long as structure is found there, too.
public struct SplitSearch: Sendable, Hashable, Codable {
  /// The numbers of parts that are tried. A range from 2 or more demands a division: then the best one is made, earned or
  /// not, and the reason says what it lacks.
  public var range: ClosedRange<Int> = 1...8
  /// How parts are fitted; its `clusters` are overridden.
  public var kMeans = KMeans(clusters: 1)
  /// The least rows of a part.
  public var minimumSize = 1
  /// The least mean Jaccard similarity of a part over resamples, from 0 to 1.
  public var leastStability = 0.75
  /// How many resamples tell it.
  public var resamples = 20
  /// Even reference data sets of the gap statistic, at least 2.
  public var references = 10
  /// Whether features that do not tell the parts apart may be left out.
  public var screensFeatures = true
  /// How many numbers of parts are looked at for their stability, at least 1.
  public var attempts = 4

  /// A search over `range`, everything else at its default.
  public init(range: ClosedRange<Int> = 1...8) { self.range = range }

  /// Divides the rows of `x` (n x d), which all count the same.
  ///
  /// - Parameter features: the feature that each column belongs to (d), as numbers from 0; columns of one feature stay
  ///   or go together. nil takes every column for one.
  /// - Parameter likely: columns in which parts are likely, ascending: those that told apart the whole that these rows are a
  ///   part of. They are looked at by themselves where no others tell parts.
  /// - Throws: ``FitError`` as ``KMeans/fit(_:weights:observer:)`` does.
  public func split(
    _ x: Matrix, features: [Int]? = nil, likely: [Int] = [], observer: FitObserver? = nil
  ) throws(FitError) -> Split {
    let features = features ?? Array(0..<x.columns)
    let board = ProgressBoard(parts: screensFeatures ? 4 : 2, observer: observer)
    let all = Array(0..<x.columns)
    let whole = try search(x, all, choices: 1) { board.report(part: 0, fraction: $0.fraction) }
    var found = [whole]
    if screensFeatures {
      found += try screened(x, features, from: whole.labels) { board.report(part: min($0, 2), fraction: $1) }
      if !found.contains(where: \.hasStructure), range.lowerBound == 1, !likely.isEmpty, likely.count < x.columns {
        let latest = try search(x.selectingColumns(likely), likely, choices: choices(likely, features)) {
          board.report(part: 1, fraction: $0.fraction)
        }
        if latest.hasStructure { found.append(latest) }
      }
      // Parts that differ in one or two of many columns hardly show in distances over all, but in these by themselves.
      if !found.contains(where: \.hasStructure), range.lowerBound == 1 {
        let parted = partedColumns(x, features)
        if !parted.isEmpty, parted.count < x.columns {
          let latest = try search(x.selectingColumns(parted), parted, choices: choices(parted, features)) {
            board.report(part: 1, fraction: $0.fraction)
          }
          if latest.hasStructure {
            found.append(latest)
            found += try screened(x, features, from: latest.labels) { board.report(part: min($0, 2), fraction: $1) }
          }
        }
      }
      // Few parts at the first look may cut across those that are there; many show which features differ at all.
      if !found.contains(where: \.hasStructure), range.lowerBound == 1,
        let most = whole.choice.candidates.last?.clusters, most > 2
      {
        found += try screened(x, features, from: try fit(x, most).labels) {
          board.report(part: min($0, 2), fraction: $1)
        }
      }
    }
    // The last that was found with structure has the fewest features; the whole is taken where none has any.
    let best = found.last { $0.hasStructure || range.lowerBound > 1 } ?? whole
    let last = screensFeatures ? 3 : 1
    return try earn(best, x) { board.report(part: last, fraction: $0.fraction) }
  }

  /// Searches on the features that tell `labels` (n) apart, then on those that tell apart what was found, as long as
  /// structure is found.
  private func screened(
    _ x: Matrix, _ features: [Int], from labels: [Int], _ report: @escaping @Sendable (Int, Double) -> Bool
  ) throws(FitError) -> [Finding] {
    var found: [Finding] = []
    var (labels, columns) = (labels, Array(0..<x.columns))
    for round in 1...FeatureScreen.rounds {
      let screen = FeatureScreen(x, labels: labels, features: features)
      guard screen.columns != columns, screen.columns.count < x.columns else { break }
      let latest = try search(
        x.selectingColumns(screen.columns), screen.columns, choices: choices(screen.columns, features)
      ) { report(round, $0.fraction) }
      guard latest.hasStructure || range.lowerBound > 1 else { break }
      found.append(latest)
      (labels, columns) = (latest.labels, latest.columns)
    }
    return found
  }

  /// The columns of features that have a valley by themselves (dip test, at the valley's level for all columns together).
  private func partedColumns(_ x: Matrix, _ features: [Int]) -> [Int] {
    let sample = x.gatheringRows(
      WitnessSample(x, weights: nil, limit: CentroidValley.rowLimit, seed: kMeans.seed).rows)
    let level = ClusterCountSearch.valleyLevel / Double(max(1, x.columns))
    let values = Parallel.map(count: x.columns) { column in
      DipTest(rounded: (0..<sample.rows).map { sample[$0, column] }).pValue
    }
    let parted = Set(values.indices.filter { values[$0] <= level }.map { features[$0] })
    return features.indices.filter { parted.contains(features[$0]) }
  }

  /// How many features there are for each of those in `columns`.
  private func choices(_ columns: [Int], _ features: [Int]) -> Double {
    Double(Set(features).count) / Double(max(1, Set(columns.map { features[$0] }).count))
  }

  /// One search on some of the columns.
  struct Finding {
    let columns: [Int]
    let choice: ClusterCountChoice
    /// The labels of the chosen fit, or of the best one of several parts where one cloud explains as much.
    let labels: [Int]
    /// Why one cloud explains as much, though the search chose several parts.
    let shortfall: String?

    /// Whether there is more structure than that of one cloud.
    var hasStructure: Bool { choice.clusters > 1 && shortfall == nil }
  }

  private func search(
    _ x: Matrix, _ columns: [Int], choices: Double, _ observer: @escaping FitObserver
  ) throws(FitError) -> Finding {
    var search = ClusterCountSearch(range: range)
    search.choices = choices
    search.kMeans = kMeans
    search.references = references
    let choice = try search.fit(x, observer: observer)
    if choice.clusters > 1 {
      let labels = choice.fit.labels
      guard range.lowerBound == 1, let shortfall = explained(x, choice, level: search.valleyLevel) else {
        return Finding(columns: columns, choice: choice, labels: labels, shortfall: nil)
      }
      return Finding(columns: columns, choice: choice, labels: labels, shortfall: shortfall)
    }
    let ranked = SplitSearch.ranked(choice.candidates)
    guard let clusters = ranked.first else {
      return Finding(columns: columns, choice: choice, labels: choice.fit.labels, shortfall: nil)
    }
    let labels = try fit(x, clusters).labels
    return Finding(columns: columns, choice: choice, labels: labels, shortfall: nil)
  }

  /// Why columns that have nothing to do with each other explain the parts as well; nil when it does not, or when a valley
  /// parts the rows.
  private func explained(_ x: Matrix, _ choice: ClusterCountChoice, level: Double) -> String? {
    let sample = x.gatheringRows(
      WitnessSample(x, weights: nil, limit: MarginalCloud.rowLimit, seed: kMeans.seed).rows)
    if let p = CentroidValley(sample, choice.fit.model.centroids).pValue, p <= level {
      return nil
    }
    guard let rise = MarginalCloud.rise(sample, clusters: choice.clusters, kMeans: kMeans),
      rise <= MarginalCloud.threshold
    else { return nil }
    return "No structure: the same columns, each shuffled by itself, gain as much from k = \(choice.clusters), "
      + "and no valley lies between the parts."
  }

  private func fit(_ x: Matrix, _ clusters: Int) throws(FitError) -> KMeansFit {
    var kMeans = kMeans
    kMeans.clusters = clusters
    return try kMeans.fit(x)
  }

  /// The numbers of parts from 2, those of the largest silhouette first.
  private static func ranked(_ candidates: [ClusterCountCandidate]) -> [Int] {
    candidates.filter { $0.clusters > 1 }.sorted {
      let (a, b) = ($0.silhouette ?? -1, $1.silhouette ?? -1)
      return a != b ? a > b : $0.clusters < $1.clusters
    }.map(\.clusters)
  }

  /// Takes the first number of parts that is large and stable enough.
  private func earn(
    _ finding: Finding, _ x: Matrix, _ observer: @escaping FitObserver
  ) throws(FitError) -> Split {
    let choice = finding.choice
    if let shortfall = finding.shortfall {
      return Split(columns: finding.columns, choice: choice, fit: nil, stability: nil, reason: shortfall)
    }
    guard choice.clusters > 1 else {
      return Split(columns: finding.columns, choice: choice, fit: nil, stability: nil, reason: choice.reason)
    }
    let rows = finding.columns.count == x.columns ? x : x.selectingColumns(finding.columns)
    let isDemanded = range.lowerBound > 1
    var complaints: [String] = []
    var fallback: (fit: KMeansFit, stability: ClusterStability?)?
    let tried = ([choice.clusters] + SplitSearch.ranked(choice.candidates).filter { $0 != choice.clusters })
      .prefix(attempts)
    for clusters in tried {
      let fit = clusters == choice.clusters ? choice.fit : try fit(rows, clusters)
      let smallest = smallestPart(fit)
      guard smallest >= minimumSize else {
        complaints.append("k = \(clusters) has a part below the least size of \(minimumSize)")
        if fallback == nil { fallback = (fit, nil) }
        continue
      }
      var bootstrap = BootstrapStability()
      bootstrap.resamples = resamples
      bootstrap.seed = kMeans.seed
      let stability = try bootstrap.measure(rows, fit, settings: kMeans, observer: observer)
      let least = stability.least ?? 0
      guard least >= leastStability else {
        let jaccard = String(format: "%.2f", least)
        complaints.append("k = \(clusters) has a part that comes back with a Jaccard similarity of only \(jaccard)")
        if fallback?.stability == nil { fallback = (fit, stability) }
        continue
      }
      return Split(
        columns: finding.columns, choice: choice, fit: fit, stability: stability,
        reason: words(choice, clusters, complaints, least: least))
    }
    let lacks = complaints.joined(separator: "; ")
    guard isDemanded, let fallback else {
      return Split(
        columns: finding.columns, choice: choice, fit: nil, stability: nil,
        reason: "Not divided: \(lacks). \(choice.reason)")
    }
    return Split(
      columns: finding.columns, choice: choice, fit: fallback.fit, stability: fallback.stability,
      reason: "k = \(fallback.fit.model.clusters) was asked for, though: \(lacks).")
  }

  private func words(_ choice: ClusterCountChoice, _ clusters: Int, _ complaints: [String], least: Double) -> String {
    let jaccard = String(format: "%.2f", least)
    let stable = "Every part comes back in resamples (Jaccard \(jaccard)\(least < 0.995 ? " or more" : ""))."
    if range.count == 1 { return "k = \(clusters) was asked for. \(stable)" }
    guard clusters != choice.clusters else { return "\(choice.reason) \(stable)" }
    return "k = \(clusters), because \(complaints.joined(separator: "; ")). \(stable)"
  }

  private func smallestPart(_ fit: KMeansFit) -> Int {
    var sizes = [Int](repeating: 0, count: fit.model.clusters)
    for label in fit.labels { sizes[label] += 1 }
    return sizes.min() ?? 0
  }
}

/// How rows were divided, or why they were not.
public struct Split: Sendable {
  /// The columns that the parts were found in, ascending.
  public let columns: [Int]
  /// What was tried on these columns.
  public let choice: ClusterCountChoice
  /// The parts; nil where no division was earned.
  public let fit: KMeansFit?
  /// How the parts come back in resamples; nil where none was measured.
  public let stability: ClusterStability?
  /// Why, in sentences to print.
  public let reason: String
}
