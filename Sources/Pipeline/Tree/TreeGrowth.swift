internal import Clustering
internal import Features
internal import Foundation
internal import LinearAlgebra
internal import Warehouse

/// Grows a tree: macro-segments first, then each of them again and again, where that earns itself.
struct TreeGrowth {
  let training: SegmentTraining
  let settings: TreeSettings
  let values: FeatureValues
  /// The features that form segments.
  let features: Set<String>
  /// The family of each feature, where it has one.
  let families: [String: String]
  let observer: FitObserver
  private var nodes: [SegmentTree.Node] = []
  /// The places of the nodes that are macro-segments.
  private var macroNodes: [Int] = []
  /// Whether macro-segments may be found in what parts the micro-segments: nothing was said of how to find them.
  private let seeksMacros: Bool
  /// The candidates of the first division, to show what was tried.
  private(set) var candidates: [ClusterCountCandidate]?

  init(
    _ training: SegmentTraining, _ settings: TreeSettings, _ values: FeatureValues, features: Set<String>,
    families: [String: String], observer: @escaping FitObserver
  ) {
    self.training = training
    self.settings = settings.partingScores(features, families)
    seeksMacros =
      settings.by.isEmpty && settings.start == nil && settings.macroFeatures.isEmpty && training.range.count > 1
    self.values = values
    self.features = features.subtracting(settings.start.map { [$0] } ?? [])
    self.families = families
    self.observer = observer
  }

  /// What becomes of one node.
  struct Pending {
    let parent: Int?
    let rows: [Int]
    let name: String?
    let stability: Double?
    /// How many divisions may follow below; nil while macro-segments are still to be found.
    let levels: Int?
    /// Whether it is a macro-segment: the first that counts levels.
    let isMacro: Bool
    /// The part of the first division that it lies in.
    let part: Int
    /// The features whose levels divide it and its parts, the first at once.
    let fields: [String]
    /// The features that told the segment apart which it is a part of; empty above.
    var likely: Set<String> = []
    /// How many divisions lie above.
    var depth = 0

    /// The same where the first `count` of the fields gave no parts.
    func without(_ count: Int) -> Pending {
      Pending(
        parent: parent, rows: rows, name: name, stability: stability, levels: levels, isMacro: isMacro, part: part,
        fields: Array(fields.dropFirst(count)), likely: likely, depth: depth)
    }
  }

  /// A division and the rows of its parts.
  struct Division {
    let division: SegmentDivision
    let rows: [[Int]]
    let names: [String?]
    let stability: [Double?]
  }

  /// How many divisions may follow each other from a node on, if its own counts.
  private func rounds(_ task: Pending) -> Double {
    Double(task.levels ?? settings.levels + task.fields.count + 1)
  }

  /// Grows the tree on the customers at `rows`, without those that lie apart from all others, within the budget.
  mutating func grow(_ rows: [Int]) throws -> SegmentTree {
    try checkNames()
    let inliers = inliers(rows)
    guard settings.layers.isEmpty else { return try settled(try layered(inliers, observer), rows) }
    func reporting(from start: Double, share: Double) -> FitObserver {
      { [observer] in observer(FitProgress(fraction: start + share * $0.fraction)) }
    }
    let leaves = try growNodes(inliers, first: nil, reporting(from: 0, share: seeksMacros ? 0.5 : 1))
    if seeksMacros, let macros = try macroDivision(leaves, reporting(from: 0.5, share: 0.1)) {
      _ = try growNodes(inliers, first: macros, reporting(from: 0.6, share: 0.4))
    }
    return try settled((nodes, macroNodes), rows)
  }

  /// The tree of these nodes, its limits as wide as the budget asks, its ids by size.
  private func settled(_ grown: (nodes: [SegmentTree.Node], macros: [Int]), _ rows: [Int]) throws -> SegmentTree {
    var tree = SegmentTree(nodes: grown.nodes, listedFrom: settings.listedFrom)
    tree.numberInOrder(grown.macros)
    var arrivals = TreeArrivals()
    arrivals.append(tree.place(values), known: rows)
    tree.settle(arrivals, budget: settings.noneBudget)
    return tree
  }

  /// Grows the nodes anew on the customers at `rows`, by `first` where it is given.
  /// - Returns: the rows of each leaf, and the part of the first division that it lies in.
  private mutating func growNodes(
    _ rows: [Int], first: (division: Division, reason: String)?, _ observer: @escaping FitObserver
  ) throws -> [(rows: [Int], part: Int)] {
    (nodes, macroNodes) = ([], [])
    var leaves: [(rows: [Int], part: Int)] = []
    var tasks = [
      Pending(
        parent: nil, rows: rows, name: nil, stability: nil, levels: nil, isMacro: false, part: 0, fields: settings.by)
    ]
    let work = max(1, Double(rows.count) * max(1, rounds(tasks[0])))
    var done = 0.0
    while !tasks.isEmpty {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      let task = tasks.removeFirst()
      let place = nodes.count
      // A division costs its rows; what is not divided spares those of all below.
      let (own, before) = (Double(task.rows.count), done)
      let (division, reason): (Division?, String)
      if place == 0, let first {
        (division, reason) = (first.division, first.reason)
      } else {
        (division, reason) = try divide(task) { [work] state in
          observer(FitProgress(fraction: (before + own * state.fraction) / work))
        }
      }
      done += division == nil ? own * max(1, rounds(task)) : own
      nodes.append(
        SegmentTree.Node(
          parent: task.parent, name: task.name, stability: task.stability, reason: reason,
          division: division?.division))
      if let parent = task.parent { nodes[parent].children.append(place) }
      if task.isMacro || (division == nil && task.levels == nil) { macroNodes.append(place) }
      guard let division else {
        leaves.append((task.rows, task.part))
        continue
      }
      var given: [String]?
      switch division.division {
      case .levels(let levels): given = Array(task.fields.drop { $0 != levels.feature }.dropFirst())
      case .rules(let rules):
        given = Array(task.fields.drop { $0 != rules.lists.first }.dropFirst(rules.lists.count))
      case .clusters, .mixture, .patterns: break
      }
      for (part, rows) in division.rows.enumerated() {
        // What was given is a macro-segment, unless these are to be found inside it.
        let fields = given ?? []
        let isOpen = given != nil && (training.range.upperBound > 1 || !fields.isEmpty)
        let levels = isOpen ? nil : task.levels.map { max(0, $0 - 1) } ?? settings.levels
        // What tells macro-segments apart says nothing of what is inside them.
        let likely = task.levels == nil ? [] : Set(division.division.features)
        tasks.append(
          Pending(
            parent: place, rows: rows, name: division.names[part], stability: division.stability[part], levels: levels,
            isMacro: task.levels == nil && levels != nil, part: place == 0 ? part : task.part,
            fields: fields, likely: likely, depth: task.depth + 1))
      }
    }
    return leaves
  }

  /// Throws when a setting names a feature or family that is not there, or cannot serve.
  private func checkNames() throws(PipelineError) {
    let levels = values.categories.map(\.name)
    for name in settings.by + [settings.start].compactMap({ $0 }) where !levels.contains(name) {
      if name != settings.start, values.lists?.names.contains(name) == true { continue }
      guard !values.numbers.names.contains(name) else {
        throw .columnUnusable(
          reason: "'segments.by' and 'segments.start' need a category, but '\(name)' is a number. Name another.")
      }
      throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: levels + (values.lists?.names ?? [])))
    }
    try checkLists()
    let known = features.union(families.filter { features.contains($0.key) }.values)
    let layered = settings.layers.flatMap(\.features)
    for name in settings.macroFeatures + settings.microFeatures + layered where !known.contains(name) {
      guard !levels.contains(name), !values.numbers.names.contains(name) else {
        throw .columnUnusable(
          reason: "'\(name)' forms no segment here, as the notes say, so segments cannot be found in it. Name another.")
      }
      throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: known.sorted()))
    }
  }

  /// Divides one node, or says why it is left whole.
  private mutating func divide(
    _ task: Pending, _ observer: @escaping FitObserver
  ) throws -> (Division?, String) {
    guard task.depth < SegmentTree.greatestDepth else { return (nil, "Not divided: no tree is deeper.") }
    let rules = rules(task.fields)
    if !rules.isEmpty {
      let names = rules.map { "'\($0)'" }.joined(separator: ", ")
      if let given = given(task, lists: rules) {
        return (given, "Divided by the list\(rules.count == 1 ? "" : "s") \(names), as asked for.")
      }
      let (division, reason) = try divide(task.without(rules.count), observer)
      return (division, "No list of \(names) has as many customers as a segment needs. \(reason)")
    }
    if let field = task.fields.first {
      if let given = given(task, field) { return (given, "Divided by '\(field)', as asked for.") }
      // What is asked for besides still stands.
      let (division, reason) = try divide(task.without(1), observer)
      return (division, "No level of '\(field)' has as many customers as a segment needs. \(reason)")
    }
    if task.parent == nil, let field = settings.start { return try started(task, field, observer) }
    let least = settings.leastSize(of: values.rows)
    let isMacro = task.levels == nil
    let isTooLarge = task.rows.count > settings.largestSize(of: values.rows)
    if task.levels == 0, !isTooLarge { return (nil, "Not divided: as many levels as asked for lie above.") }
    var range = isMacro ? training.range : settings.microMinimum...settings.microMaximum
    if isTooLarge { range = max(2, range.lowerBound)...max(2, range.upperBound) }
    guard range.upperBound > 1 else { return (nil, "Not divided, as asked for.") }
    guard task.rows.count >= (isMacro ? 2 : 2 * least), task.rows.count >= range.lowerBound else {
      return (
        nil,
        "Not divided: \(ReadableNumber.grouped(task.rows.count)) customers are too few for two segments of \(least)."
      )
    }
    let chosen = isMacro ? settings.macroFeatures : settings.microFeatures
    let (division, reason) = try found(
      task.rows, in: chosen, range, least: isMacro && range.lowerBound > 1 && !isTooLarge ? 1 : least,
      isDemanded: isMacro && range.lowerBound > 1 && !isTooLarge, likely: task.likely, isInner: task.parent != nil,
      observer)
    return (division, isTooLarge ? "Larger than 'largest_size' allows. \(reason)" : reason)
  }

  /// The parts found among the customers at `rows` by the features or families of `chosen` (all when empty), or why there
  /// are none.
  ///
  /// A few customers far from all others of a node can win the choice of k and hide a division, so in one that `isInner`,
  /// whose rows were looked at for these only beside everybody else, they are left out where nothing was found.
  mutating func found(
    _ rows: [Int], in chosen: [String], _ range: ClosedRange<Int>, least: Int, isDemanded: Bool,
    likely: Set<String> = [], isInner: Bool = false, _ observer: @escaping FitObserver
  ) throws -> (Division?, String) {
    let first = try foundAmong(rows, in: chosen, range, least: least, isDemanded: isDemanded, likely: likely, observer)
    guard first.division == nil, isInner else { return (first.division, first.reason) }
    let near = inliers(rows, in: chosen)
    guard near.count < rows.count, near.count >= 2 * least else { return (nil, first.reason) }
    let second = try foundAmong(near, in: chosen, range, least: least, isDemanded: isDemanded, likely: likely, observer)
    guard second.division != nil else { return (nil, first.reason) }
    let far = rows.count - near.count
    return (
      second.division,
      second.reason + " \(ReadableNumber.grouped(far)) customer\(far == 1 ? "" : "s") far from all others had no say."
    )
  }

  private mutating func foundAmong(
    _ rows: [Int], in chosen: [String], _ range: ClosedRange<Int>, least: Int, isDemanded: Bool, likely: Set<String>,
    _ observer: @escaping FitObserver
  ) throws -> Found {
    let part = rows.count == values.rows ? values : values.gatheringRows(rows)
    let kMeans = try foundByKMeans(
      part, rows, in: chosen, range, least: least, isDemanded: isDemanded, likely: likely, observer)
    return try decided(kMeans, part, rows, in: chosen, range, least: least, isDemanded: isDemanded, observer)
  }

  private mutating func foundByKMeans(
    _ part: FeatureValues, _ rows: [Int], in chosen: [String], _ range: ClosedRange<Int>, least: Int, isDemanded: Bool,
    likely: Set<String>, _ observer: @escaping FitObserver
  ) throws -> Found {
    let isFirst = candidates == nil
    let fitted = transforms(of: part, in: chosen)
    guard !fitted.columns.isEmpty else {
      return Found(division: nil, reason: "Not divided: its customers do not differ in any feature.")
    }
    let x = fitted.apply(part).matrix
    var search = SplitSearch(range: range)
    search.kMeans = training.kmeans
    search.minimumSize = least
    search.leastStability = settings.leastStability
    let names = fitted.columnFeatures
    let split: Split
    do throws(FitError) {
      split = try search.split(
        x, features: fitted.featureNumbers, likely: names.indices.filter { likely.contains(names[$0]) },
        observer: observer)
    } catch .tooFewDistinctRows where !isDemanded {
      return Found(division: nil, reason: "Not divided: its customers hardly differ.")
    } catch {
      throw SegmentTraining.named(error, columns: fitted.columns, source: "the features") { part.rowNumber($0) }
    }
    if isFirst { candidates = split.choice.candidates }
    let told = Set(split.columns.map { names[$0] })
    let isParted = [.compact, .otherCount, nil].contains(split.choice.shape?.verdict)
    guard let fit = split.fit else {
      return Found(division: nil, reason: split.reason, features: told, isParted: isParted)
    }
    let transforms = fitted.keeping(told)
    let own = transforms.apply(part).matrix
    let count = transforms.features.count
    let words = " Found in \(count) of \(features.count) features."
    return Found(
      division: try division(own, fit, transforms, rows, split.stability), reason: split.reason + words, features: told,
      isParted: isParted, stability: split.stability?.least)
  }

  /// The parts that `fit` makes of the rows of `x` (m x d), which stand at `rows` among all.
  func division(
    _ x: Matrix, _ fit: KMeansFit, _ transforms: FeatureTransforms, _ rows: [Int], _ stability: ClusterStability?,
    names: [String?]? = nil
  ) throws -> Division {
    let squares = x.squaredDistances(rows: 0..<x.rows, to: fit.model.centroids, labels: fit.labels.map { Int32($0) })
    let k = fit.model.clusters
    let division = ClusterDivision(
      transforms: transforms, model: fit.model, membership: try DistanceMembership(x, model: fit.model),
      limits: NoneLimits(squaredDistances: squares, labels: fit.labels, segments: k))
    var parts = [[Int]](repeating: [], count: k)
    for (index, label) in fit.labels.enumerated() { parts[label].append(rows[index]) }
    return Division(
      division: .clusters(division), rows: parts, names: names ?? parts.map { _ in nil },
      stability: (0..<k).map { part in stability?.clusters.first { $0.label == part }?.meanJaccard })
  }

  /// The parts that the levels of `feature` give: those large enough, and all others together.
  private func given(_ task: Pending, _ feature: String) -> Division? {
    guard let texts = values.categories.first(where: { $0.name == feature })?.texts else { return nil }
    var byLevel: [String: [Int]] = [:]
    var without: [Int] = []
    for row in task.rows {
      if let level = texts[row] { byLevel[level, default: []].append(row) } else { without.append(row) }
    }
    let least = settings.leastSize(of: values.rows)
    let kept = byLevel.filter { $0.value.count >= least }
      .sorted { $0.value.count != $1.value.count ? $0.value.count > $1.value.count : $0.key < $1.key }
    guard !kept.isEmpty else { return nil }
    let others = (byLevel.filter { $0.value.count < least }.flatMap(\.value) + without).sorted()
    var rows = kept.map(\.value)
    var levels: [String?] = kept.map(\.key)
    var names: [String?] = kept.map { "\(feature) = \($0.key)" }
    if !others.isEmpty {
      rows.append(others)
      levels.append(nil)
      names.append("\(feature): others")
    }
    return Division(
      division: .levels(LevelDivision(feature: feature, levels: levels)), rows: rows, names: names,
      stability: rows.map { _ in nil })
  }

  /// How the features or families of `chosen` (all when empty) become columns, fitted to these customers.
  func transforms(
    of part: FeatureValues, in chosen: [String] = [], _ form: MatrixForm = .distances
  ) -> FeatureTransforms {
    let use = chosen.isEmpty ? features : features.filter { chosen.contains($0) || chosen.contains(families[$0] ?? "") }
    var settings = training.transforms
    settings.form = form
    return FeatureTransforms.fit(part, settings: settings, use: use) { families[$0] ?? $0 }
  }

  /// How stable parts are, measured as in ``SplitSearch``.
  var bootstrap: BootstrapStability {
    var bootstrap = BootstrapStability()
    (bootstrap.resamples, bootstrap.seed) = (SplitSearch().resamples, training.kmeans.seed)
    return bootstrap
  }

  /// The rows that have others near them.
  private func inliers(_ rows: [Int], in chosen: [String] = []) -> [Int] {
    let part = rows.count == values.rows ? values : values.gatheringRows(rows)
    let fitted = transforms(of: part, in: chosen)
    guard !fitted.columns.isEmpty else { return rows }
    let apart = Set(
      RemoteRows(fitted.apply(part).matrix, seed: training.kmeans.seed, budget: settings.noneBudget).rows)
    return apart.isEmpty ? rows : rows.indices.filter { !apart.contains($0) }.map { rows[$0] }
  }
}

extension FeatureTransforms {
  /// The feature of each column, as a number from 0.
  var featureNumbers: [Int] {
    let numbers = Dictionary(features.enumerated().map { ($1, $0) }) { first, _ in first }
    return columnFeatures.map { numbers[$0] ?? 0 }
  }

  /// These transforms, and the columns of `x` (n x d) that they make, without the features that do not tell `labels` (n,
  /// below 0 for rows that are not looked at) apart, and which columns of `x` these are.
  func screened(_ x: Matrix, by labels: [Int]) -> (transforms: FeatureTransforms, x: Matrix, columns: [Int]) {
    let screen = FeatureScreen(x, labels: labels, features: featureNumbers)
    let names = columnFeatures
    return (keeping(Set(screen.columns.map { names[$0] })), x.selectingColumns(screen.columns), screen.columns)
  }
}
