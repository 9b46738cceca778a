internal import Foundation
public import LinearAlgebra

/// Divides rows by a mixture of Gaussian columns and categories, where the division earns itself.
///
/// It earns itself when the rows have more structure than one cloud, when every part holds ``minimumSize`` rows or more, and
/// when every part comes back in resamples with a mean Jaccard similarity of ``leastStability`` or more (Hennig, 2007).
/// Numbers of parts and families are tried by their BIC.
///
/// BIC alone takes several components for one cloud that is skewed or has long tails, and those lie in one another. So a
/// mixture that stands against one cloud (``StructureTest``) must do more: either a valley parts a component from the
/// rest; or its gain also stands above that of the same columns, each shuffled by itself, and rows belong to their
/// component with a mean certainty of ``leastCertainty`` or more.
///
/// As in ``SplitSearch`` the search is repeated on the features that tell the parts apart, as long as structure is found
/// there, too. Full covariances are tried from few columns on only (``fullColumns``): they have d^2 parameters each.
public struct MixtureSplitSearch: Sendable, Hashable, Codable {
  /// The numbers of parts that are tried. A range from 2 or more demands a division, as in ``SplitSearch``.
  public var range: ClosedRange<Int> = 1...8
  /// The least rows of a part.
  public var minimumSize = 1
  /// The least mean Jaccard similarity of a part over resamples, from 0 to 1.
  public var leastStability = 0.75
  /// How many resamples tell it.
  public var resamples = 20
  /// How many numbers of parts are looked at for their stability, at least 1.
  public var attempts = 3
  /// The most columns for which covariances that are not diagonal are tried.
  public var fullColumns = 12
  /// Where the random numbers begin.
  public var seed: UInt64 = 0

  /// The mean certainty of rows below which parts without a valley between them are none.
  public static let leastCertainty = 0.9
  /// A number of which one value is taken by more than this share of its rows has no density to fit.
  public static let greatestLump = 0.1

  /// A search over `range`, everything else at its default.
  public init(range: ClosedRange<Int> = 1...8) { self.range = range }

  /// Divides the rows of `x` (n x d, NaN where missing), which all count the same.
  ///
  /// - Parameters:
  ///   - categories: the columns that are codes of levels, from 0; all others are numbers.
  ///   - likely: columns in which parts are likely, ascending; they are looked at first, by themselves.
  /// - Throws: ``FitError`` as ``MixtureSearch/fit(_:weights:observer:)`` does, when no mixture could be fitted at all.
  public func split(
    _ x: Matrix, categories: Range<Int>, likely: [Int] = [], observer: FitObserver? = nil
  ) throws(FitError) -> MixtureSplit {
    let usable = (0..<x.columns).filter { categories.contains($0) || !isLumpy(x, $0) }
    guard !usable.isEmpty else {
      return MixtureSplit(
        columns: [], leftOut: x.columns, choice: nil, fit: nil, stability: nil,
        reason: "No mixture: in every column one value stands for more than a tenth of the rows.")
    }
    let board = ProgressBoard(parts: 4, observer: observer)
    let kept = Set(usable)
    let narrow = likely.filter { kept.contains($0) }
    var found: [Finding] = []
    if !narrow.isEmpty, narrow.count < usable.count {
      let first = try search(x, narrow, categories) { board.report(part: 0, fraction: $0.fraction) }
      if first.hasStructure {
        found = try [first] + screened(x, categories, from: first) { board.report(part: 1, fraction: $0) }
      }
    }
    if found.isEmpty {
      let whole = try search(x, usable, categories) { board.report(part: 2, fraction: $0.fraction) }
      found = [whole]
      if whole.hasStructure || range.lowerBound > 1 {
        found += try screened(x, categories, from: whole) { board.report(part: 2, fraction: $0) }
      }
    }
    let best = found.last { $0.hasStructure || range.lowerBound > 1 } ?? found[0]
    return try earn(best, x, leftOut: x.columns - usable.count) { board.report(part: 3, fraction: $0.fraction) }
  }

  /// One search on some of the columns.
  private struct Finding {
    let columns: [Int]
    let search: MixtureSearch
    let rows: Matrix
    let choice: MixtureChoice
    /// Why one cloud explains as much, though the search chose several parts.
    let shortfall: String?

    var hasStructure: Bool { choice.components > 1 && shortfall == nil }
  }

  /// Searches on the features that tell apart what was found, as long as structure is found.
  private func screened(
    _ x: Matrix, _ categories: Range<Int>, from first: Finding, _ report: @escaping @Sendable (Double) -> Bool
  ) throws(FitError) -> [Finding] {
    var found: [Finding] = []
    var latest = first
    for round in 1...FeatureScreen.rounds {
      let shares = latest.columns.map { share(x, $0, categories, latest.choice.fit.labels, latest.choice.components) }
      let greatest = shares.max() ?? 0
      let columns = zip(latest.columns, shares).filter { $0.1 >= FeatureScreen.leastShare * greatest }.map(\.0)
      guard columns.count < latest.columns.count, !columns.isEmpty else { break }
      latest = try search(x, columns, categories) { report((Double(round - 1) + $0.fraction) / 3) }
      guard latest.hasStructure || range.lowerBound > 1 else { break }
      found.append(latest)
    }
    return found
  }

  /// The share of a column's variation that lies between the parts, on the rows that have a value: eta squared of a number,
  /// Goodman and Kruskal's tau (1954) of a category.
  private func share(_ x: Matrix, _ column: Int, _ categories: Range<Int>, _ labels: [Int], _ parts: Int) -> Double {
    let known = labels.indices.map { x[$0, column].isNaN ? -1 : labels[$0] }
    guard categories.contains(column) else { return FeatureScreen.share(x, column, known, parts) }
    let rows = known.indices.filter { known[$0] >= 0 }
    let n = Double(rows.count)
    guard n > 0 else { return 0 }
    let levels = rows.reduce(0) { max($0, Int(x[$1, column])) } + 1
    var (counts, sizes) = ([Double](repeating: 0, count: levels * parts), [Double](repeating: 0, count: parts))
    for row in rows {
      counts[known[row] * levels + Int(x[row, column])] += 1
      sizes[known[row]] += 1
    }
    var (before, after) = (1.0, 1.0)
    for level in 0..<levels {
      let all = (0..<parts).reduce(0.0) { $0 + counts[$1 * levels + level] } / n
      before -= all * all
      for part in 0..<parts where sizes[part] > 0 {
        let count = counts[part * levels + level]
        after -= count * count / sizes[part] / n
      }
    }
    return before > 0 ? max(0, 1 - after / before) : 0
  }

  /// Whether one value is taken by so many rows that a component would shrink on to it.
  private func isLumpy(_ x: Matrix, _ column: Int) -> Bool {
    let values = (0..<x.rows).map { x[$0, column] }.filter { !$0.isNaN }.sorted()
    var (run, longest) = (0, 0)
    for (index, value) in values.enumerated() {
      run = index > 0 && value == values[index - 1] ? run + 1 : 1
      longest = max(longest, run)
    }
    return values.isEmpty || Double(longest) > Self.greatestLump * Double(values.count)
  }

  private func search(
    _ x: Matrix, _ columns: [Int], _ categories: Range<Int>, _ observer: @escaping FitObserver
  ) throws(FitError) -> Finding {
    let rows = x.selectingColumns(columns)
    let places = Array(columns.indices)
    let numbers = places.filter { !categories.contains(columns[$0]) }
    let levels = places.filter { categories.contains(columns[$0]) }
    var blocks: [MixtureBlock] = []
    if !numbers.isEmpty { blocks.append(MixtureBlock(.gaussian(.vvv), columns: numbers, name: "numbers")) }
    if !levels.isEmpty { blocks.append(MixtureBlock(.categorical, columns: levels, name: "categories")) }
    var search = MixtureSearch(range: range)
    search.mixture = Mixture(components: 1, blocks: blocks)
    (search.mixture.missing, search.mixture.seed) = (.integrated, seed)
    if numbers.count > fullColumns { search.families = CovarianceFamily.allCases.filter(\.isDiagonal) }
    let choice = try search.fit(rows, observer: observer)
    var shortfall: String?
    if choice.components > 1, range.lowerBound == 1 { shortfall = explained(rows, search, choice) }
    return Finding(columns: columns, search: search, rows: rows, choice: choice, shortfall: shortfall)
  }

  /// Why one cloud explains the parts as well; nil when it does not.
  private func explained(_ x: Matrix, _ search: MixtureSearch, _ choice: MixtureChoice) -> String? {
    if choice.test?.valleySpeaks == true { return nil }
    let certainty = choice.fit.certainties.reduce(0, +) / Double(max(1, choice.fit.certainties.count))
    guard certainty >= Self.leastCertainty else {
      return "No structure: no valley lies between k = \(choice.components) components, and customers belong to theirs "
        + "with a mean certainty of only \(String(format: "%.2f", certainty))."
    }
    let sample = x.gatheringRows(WitnessSample(x, weights: nil, limit: MarginalCloud.rowLimit, seed: seed).rows)
    var mixture = search.settings(choice.family, choice.components)
    mixture.tolerance = 1e-5
    let single = search.families.filter { $0 == $0.simplest(components: 1, columns: x.columns) }
    guard let rise = MarginalCloud.rise(sample, mixture, single: single), rise <= MarginalCloud.threshold else {
      return nil
    }
    return
      "No structure: the same columns, each shuffled by itself, gain as much from k = \(choice.components) components, "
      + "and no valley lies between them."
  }

  /// Takes the first number of parts that is large and stable enough.
  private func earn(
    _ finding: Finding, _ x: Matrix, leftOut: Int, _ observer: @escaping FitObserver
  ) throws(FitError) -> MixtureSplit {
    let choice = finding.choice
    func split(_ fit: MixtureFit?, _ stability: ClusterStability?, _ reason: String) -> MixtureSplit {
      MixtureSplit(
        columns: finding.columns, leftOut: leftOut, choice: choice, fit: fit, stability: stability, reason: reason)
    }
    if let shortfall = finding.shortfall { return split(nil, nil, shortfall) }
    guard choice.components > 1 else { return split(nil, nil, choice.reason) }
    var complaints: [String] = []
    var fallback: (fit: MixtureFit, stability: ClusterStability?)?
    for candidate in tried(choice) {
      let mixture = finding.search.settings(candidate.family, candidate.clusters)
      let isChosen = candidate.clusters == choice.components
      let fit: MixtureFit
      do throws(FitError) {
        fit = isChosen ? choice.fit : try mixture.fit(finding.rows, observer: observer)
      } catch .cancelled {
        throw .cancelled
      } catch {
        // What stops one model need not stop the next.
        continue
      }
      var sizes = [Int](repeating: 0, count: candidate.clusters)
      for label in fit.labels where label >= 0 { sizes[label] += 1 }
      let smallest = sizes.min() ?? 0
      guard smallest >= minimumSize else {
        complaints.append("k = \(candidate.clusters) has a part below the least size of \(minimumSize)")
        if fallback == nil, smallest > 0 { fallback = (fit, nil) }
        continue
      }
      var bootstrap = BootstrapStability()
      (bootstrap.resamples, bootstrap.seed) = (resamples, seed)
      let stability = try bootstrap.measure(finding.rows, fit, settings: mixture, observer: observer)
      let least = stability.least ?? 0
      let jaccard = String(format: "%.2f", least)
      guard least >= leastStability else {
        complaints.append(
          "k = \(candidate.clusters) has a part that comes back with a Jaccard similarity of only \(jaccard)")
        if fallback?.stability == nil { fallback = (fit, stability) }
        continue
      }
      let stable = "Every part comes back in resamples (Jaccard \(jaccard)\(least < 0.995 ? " or more" : ""))."
      let why = isChosen ? choice.reason : "\(candidate.name), because \(complaints.joined(separator: "; "))."
      return split(fit, stability, "A mixture: \(why) \(stable)")
    }
    let lacks = complaints.joined(separator: "; ")
    guard range.lowerBound > 1, let fallback else {
      return split(nil, nil, "Not divided by a mixture: \(lacks). \(choice.reason)")
    }
    return split(
      fallback.fit, fallback.stability,
      "A mixture: k = \(fallback.fit.model.components) was asked for, though: \(lacks).")
  }

  /// The chosen model, then the best family of each other number of parts, the least BIC first.
  private func tried(_ choice: MixtureChoice) -> [MixtureCandidate] {
    var best: [Int: MixtureCandidate] = [:]
    for candidate in choice.candidates where candidate.clusters > 1 && candidate.bic != nil {
      if candidate.bic ?? .infinity < best[candidate.clusters]?.bic ?? .infinity {
        best[candidate.clusters] = candidate
      }
    }
    let own = choice.candidates.first { $0.clusters == choice.components && $0.family == choice.family }
    let others = best.values.filter { $0.clusters != choice.components }
      .sorted { ($0.bic ?? 0, $0.clusters) < ($1.bic ?? 0, $1.clusters) }
    return ((own.map { [$0] } ?? []) + others).prefix(attempts).map { $0 }
  }
}

/// How rows were divided by a mixture, or why they were not.
public struct MixtureSplit: Sendable {
  /// The columns that the parts were found in, ascending.
  public let columns: [Int]
  /// How many columns were not looked at, as one value of each is taken by many rows.
  public let leftOut: Int
  /// What was tried on these columns; nil where nothing could be.
  public let choice: MixtureChoice?
  /// The parts; nil where no division was earned.
  public let fit: MixtureFit?
  /// How the parts come back in resamples; nil where none was measured.
  public let stability: ClusterStability?
  /// Why, in sentences to print.
  public let reason: String
}
