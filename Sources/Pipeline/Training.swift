public import Clustering
public import Features
internal import LinearAlgebra
public import Warehouse

/// Finds segments in the features of customers.
public struct SegmentTraining: Sendable {
  /// Names the model.
  public var name: String
  /// Numbers of segments to try.
  public var range: ClosedRange<Int>
  /// How features become columns.
  public var transforms = TransformSettings()
  /// How segments are found.
  public var method = SegmentMethod.kMeans
  /// How a tree is grown, by k-means whatever ``method`` says; nil finds one clustering by that method.
  public var tree: TreeSettings?
  /// The model before, whose segments keep their ids where they are found again; nil gives new ones.
  public var previous: SegmentModel?
  /// How k-means is run; its `clusters` are overridden.
  public var kmeans = KMeans(clusters: 1)
  /// How a mixture is fitted; its `components` and `blocks` are overridden.
  public var mixture = Mixture(components: 1)
  /// The covariance families that a mixture tries.
  public var families = CovarianceFamily.allCases
  /// Numeric features that a mixture takes as counts, not as Gaussian.
  public var counts: [String] = []
  /// Whether the assignments tell memberships in every segment.
  public var wantsAllMemberships = false
  /// Whether the assignments tell why each customer is in its segment and not in the second.
  public var wantsReasons = false
  /// How many resamples tell how stable the segments are; nil for none.
  public var resamples: Int?
  /// Features and families that form no segment.
  public var exclude: [String] = []
  /// Attributes that describe segments and form none; nil guards nothing.
  public var guarded: GuardedAttributes?
  /// What becomes of features that tell the same; nil looks at none.
  public var redundancy: RedundancySettings?
  /// Columns of a ready table that were left out before, and why.
  var leftOut: [FeatureTransforms.Dropped] = []
  /// Categories whose levels are numbers.
  var flags: [String] = []

  /// The bytes that rows may take in memory; k-means streams what takes more, a mixture refuses it. nil for all there is.
  public var memoryLimit: Int?

  /// Settings for these numbers of segments, everything else at its default.
  public init(name: String, range: ClosedRange<Int>) {
    self.name = name
    self.range = range
  }

  /// The settings of a project's `segments`.
  public init(_ project: Project) {
    let settings = project.segments
    self.init(name: project.name, range: settings.minimumClusters...settings.maximumClusters)
    transforms.scaling = settings.scaling
    transforms.balanceFamilies = settings.balanceFamilies
    transforms.familyWeights = project.features.weights.filter { $0.value > 0 }
    exclude = settings.exclude + project.features.weights.filter { $0.value == 0 }.keys.sorted()
    guarded = GuardedAttributes(project.features.describeOnly)
    redundancy = settings.redundancy
    tree = settings.tree
    if let restarts = settings.restarts { kmeans.restarts = restarts }
    kmeans.seed = settings.seed
  }

  /// Trains on `values`.
  /// - Parameters:
  ///   - plan: how the features were computed, when they came from sources.
  ///   - weights: one a row; nil counts every row once.
  ///   - source: what to call the data in errors.
  /// - Throws: ``PipelineError``, ``FitError`` and ``WarehouseError``, naming columns.
  public func train(
    _ values: FeatureValues, plan: FeaturePlan? = nil, asOf: CalendarDate? = nil, quality: DataQuality = DataQuality(),
    weights: [Double]? = nil, source: String, progress: ProgressObserver? = nil
  ) throws -> TrainedSegments {
    let families = plan.map { SegmentTraining.families($0, values) }
    guard values.rows >= max(2, range.lowerBound) else {
      throw PipelineError.tooFewCustomers(have: values.rows, need: max(2, range.lowerBound))
    }
    let features = values.numbers.names + values.categories.map(\.name)
    try tree?.attractiveness.check(values)
    var quality = quality
    let chosen = try unguarded(
      try used(features, families: families ?? [:], attributes: SegmentTraining.attributes(plan)), of: features, plan,
      &quality)
    let codes = (plan?.definitions ?? []).filter { $0.isCode && chosen?.contains($0.name) != false }.map(\.name)
    let use = codes.isEmpty ? chosen : (chosen ?? Set(features)).subtracting(codes)
    progress?(PipelineProgress(stage: "transforming \(features.count) features of \(values.rows) customers"))
    var transforms = transforms
    transforms.form = method == .mixture && tree == nil ? .likelihoods : .distances
    for name in counts where !values.numbers.names.contains(name) {
      throw PipelineError.unknownFeature(name: name, nearest: NearestNames.to(name, in: values.numbers.names))
    }
    transforms.unscaled = Set(counts)
    var checks = SegmentChecks()
    let told = codes.map {
      FeatureTransforms.Dropped(name: $0, reason: "it is a code, whose digits are the scores that do")
    }
    let balanced = families?.mapValues { SegmentTraining.balancing($0, weights: transforms.familyWeights) }
    var fitted = fit(values, transforms, use, balanced, &checks).leavingOut(leftOut + told)
    guard !fitted.columns.isEmpty else { throw PipelineError.noUsableFeature(dropped: fitted.dropped) }
    var matrix = fitted.apply(values).matrix
    let dependent = fitted.form == .likelihoods ? dependences(matrix, fitted) : []
    if !dependent.isEmpty {
      fitted = fitted.leavingOut(dependent)
      matrix = fitted.apply(values).matrix
    }
    let known = fitted.rowsWithValue(in: values)
    if known.count < values.rows {
      let empty = values.rows - known.count
      quality.notes.append(
        "\(ReadableNumber.grouped(empty)) row\(empty == 1 ? " has" : "s have") no value in the columns used: "
          + "\(empty == 1 ? "it counts" : "they count") for nothing in the fit and "
          + "\(empty == 1 ? "is" : "are") assigned \(method == .mixture ? "by the shares alone" : "as imputed")")
    }
    if Interruption.isRequested { throw WarehouseError.interrupted }

    let stage =
      tree != nil
      ? "dividing customers into segments"
      : range.count == 1 ? "finding \(range.lowerBound) segments" : "choosing the number of segments"
    let observer: FitObserver = { state in
      let best = state.bestCriterion.map { "BIC \(ReadableNumber.text($0))" }
      progress?(PipelineProgress(stage: stage, fraction: state.fraction, best: best))
      return !Interruption.isRequested
    }
    let data = DataFingerprint.sum(values)
    let mark = treeMark(values, data)
    let libraries = ["openblas": "\(BLASLibrary.current.version) \(BLASLibrary.current.kernel)"]
    let (found, assignments) =
      if let tree = unchangedTree(mark, fitted, libraries) {
        kept(tree, values)
      } else if let tree {
        try grow(tree, values, fitted, known, balanced ?? [:], observer)
      } else {
        try found(matrix, fitted, values, known, weights, source: source, observer)
      }
    if let note = found.note { quality.notes.append(note) }
    checks.proxies = proxies(plan, values, matrix, fitted, assignments)
    checks.leaks = leaks(plan, quality, fitted)
    var model = SegmentModel(
      name: name,
      features: SegmentModel.FeatureSection(
        identifier: values.customers.name, asOf: asOf?.description, plan: plan, numeric: values.numbers.names,
        categories: values.categories.map(\.name), flags: flags.isEmpty ? nil : flags),
      transforms: fitted, segments: found.section(assignments, weights: weights),
      profiles: SegmentProfiles(
        values, labels: assignments.segments.map { $0 - 1 }, segments: found.segmenter.segments),
      quality: quality,
      provenance: SegmentModel.Provenance(
        tessera: Tessera.version, seed: kmeans.seed, rows: values.rows, dataFingerprint: DataFingerprint.text(data),
        libraries: libraries, settings: tree == nil ? nil : settingsMark, grownOn: tree == nil ? nil : mark),
      segmenter: found.segmenter, checks: checks == SegmentChecks() ? nil : checks)
    model.history = found.history
    return TrainedSegments(model: try model.ranked(by: tree?.attractiveness), assignments: assignments, values: values)
  }

  /// The segments, fitted to the `known` rows of `x`, and who of all is in which; errors name columns of `source`.
  private func found(
    _ x: Matrix, _ transforms: FeatureTransforms, _ values: FeatureValues, _ known: [Int], _ weights: [Double]?,
    source: String, _ observer: @escaping FitObserver
  ) throws -> (FoundSegments, SegmentAssignments) {
    let isWhole = known.count == x.rows
    let found: FoundSegments
    do {
      found = try find(
        isWhole ? x : x.gatheringRows(known), transforms,
        isWhole ? weights : weights.map { all in known.map { all[$0] } },
        observer)
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: source) { values.rowNumber(known[$0]) }
    }
    guard case .clusters(let assigner) = found.segmenter else {
      throw PipelineError.modelInconsistent(reason: "one clustering was asked for")
    }
    do {
      // The very assignment that scoring makes, so that scoring the training customers gives these segments.
      let assigned = try assigner.assign(
        x, customers: values.customers, allMemberships: wantsAllMemberships)
      return (found, assigned)
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: source) { values.rowNumber($0) }
    }
  }

  /// The tree grown on the `known` customers, and who of all is in which leaf.
  private func grow(
    _ settings: TreeSettings, _ values: FeatureValues, _ transforms: FeatureTransforms, _ known: [Int],
    _ families: [String: String], _ observer: @escaping FitObserver
  ) throws -> (FoundSegments, SegmentAssignments) {
    var growth = TreeGrowth(
      self, settings, values, features: Set(transforms.features), families: families, observer: observer)
    var tree = try growth.grow(known)
    var history = try previous.flatMap { try tree.takeOverIDs(from: $0, values) }
    if let found = history, found.events.isEmpty, found.moved > 0, let previous, let before = previous.tree,
      previous.provenance.settings == settingsMark, Set(previous.transforms.features) == Set(transforms.features),
      before.canFollow(tree)
    {
      var followed = try before.following(values, rows: known, budget: settings.noneBudget)
      followed.takeFindings(from: tree)
      tree = followed
      history = tree.history(since: before, values)
    }
    var found = FoundSegments(
      segmenter: .tree(tree), reason: tree.reason, converged: true, iterations: 0, treeCandidates: growth.candidates)
    if previous?.tree != nil, history == nil {
      found.note = "the model before has none of these features, so the segments have new ids"
    }
    // A model that changes nothing is the same model, byte for byte.
    if let history, !history.events.isEmpty || history.moved > 0 { found.history = history }
    return (found, tree.assign(values, allMemberships: wantsAllMemberships, reasons: wantsReasons))
  }

  /// The tree of the model before, and who of all is in which leaf.
  private func kept(_ tree: SegmentTree, _ values: FeatureValues) -> (FoundSegments, SegmentAssignments) {
    let found = FoundSegments(
      segmenter: .tree(tree), reason: tree.reason, converged: true, iterations: 0,
      treeCandidates: previous?.segments.candidates)
    return (found, tree.assign(values, allMemberships: wantsAllMemberships, reasons: wantsReasons))
  }

  /// The family of each feature: that of the plan, and scores for what targets added.
  static func families(_ plan: FeaturePlan, _ values: FeatureValues) -> [String: String] {
    let scores = values.numbers.names.map { ($0, TreeSettings.scores) }
    return Dictionary(
      plan.definitions.map { ($0.name, $0.family.rawValue) } + scores, uniquingKeysWith: { first, _ in first })
  }

  /// The family that the features of `family` share their weight with. An age is one of the attributes of a customer, though
  /// it has a family of its own: it counts among them, unless the project weighs it (`weights`).
  static func balancing(_ family: String, weights: [String: Double]) -> String {
    let isAge = family == FeatureFamily.demographics.rawValue && weights[family] == nil
    return isAge ? FeatureFamily.attributes.rawValue : family
  }

  /// Numbers that others already say, which no full covariance can hold.
  private func dependences(_ x: Matrix, _ transforms: FeatureTransforms) -> [FeatureTransforms.Dropped] {
    let names = transforms.columns
    let measured = (0..<transforms.categoryColumns.lowerBound).filter { !counts.contains(names[$0]) }
    return DependentColumns(x, columns: measured).found.map { dependence in
      let others = dependence.follows.map { "'\(names[$0])'" }
      let list = others.dropLast().joined(separator: ", ") + (others.count > 1 ? " and " : "") + (others.last ?? "")
      return FeatureTransforms.Dropped(name: names[dependence.column], reason: "it follows from \(list) exactly")
    }
  }

  /// The features that form segments; nil when all do.
  /// - Parameter attributes: of each feature, the attributes of customers it was made from, which may be excluded too.
  func used(
    _ features: [String], families: [String: String], attributes: [String: [String]] = [:]
  ) throws(PipelineError) -> Set<String>? {
    guard !exclude.isEmpty else { return nil }
    let known = Set(features + families.values + attributes.values.joined()).sorted()
    for name in exclude where !known.contains(name) && FeatureFamily(rawValue: name) == nil {
      throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: known))
    }
    return Set(
      features.filter { feature in
        !([feature, families[feature] ?? ""] + (attributes[feature] ?? [])).contains(where: exclude.contains)
      })
  }

  /// The attributes of customers that each feature of `plan` was made from.
  static func attributes(_ plan: FeaturePlan?) -> [String: [String]] {
    Dictionary((plan?.definitions ?? []).map { ($0.name, $0.attributes) }, uniquingKeysWith: { first, _ in first })
  }

  /// The features to `use` but for the guarded ones, which are noted.
  private func unguarded(
    _ use: Set<String>?, of features: [String], _ plan: FeaturePlan?, _ quality: inout DataQuality
  ) throws(PipelineError) -> Set<String>? {
    guard let guarded else { return use }
    let attributes = SegmentTraining.attributes(plan)
    let known = Set(features + attributes.values.joined())
    for name in guarded.named where !known.contains(name) {
      throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: known.sorted()))
    }
    let found = guarded.features(among: features, of: plan).filter { use?.contains($0) ?? true }
    guard !found.isEmpty else { return use }
    quality.notes.append(
      "\(found.map { "'\($0)'" }.joined(separator: ", ")) \(found.count == 1 ? "describes" : "describe") segments and "
        + "\(found.count == 1 ? "forms" : "form") none; 'features.describe_only' in tessera.yml says which do not")
    return (use ?? Set(features)).subtracting(found)
  }

  /// A fit's error with columns by name instead of by number, and rows by their `place` in the file (from 1).
  static func named(
    _ error: FitError, columns: [String], source: String, place: (Int) -> Int = { $0 + 1 }
  ) -> any Error {
    func bad(_ row: Int, _ column: Int, _ needed: String) -> WarehouseError {
      .badCell(source: source, row: place(row), column: columns[column], needed: needed)
    }
    switch error {
    case .cancelled: return WarehouseError.interrupted
    case .notFinite(let row, let column), .tooLarge(let row, let column):
      return bad(row, column, "finite numbers of ordinary size")
    case .notCount(let row, let column): return bad(row, column, "counts, which are whole numbers from 0 to 1e9")
    case .tooFewRows(let have, let need), .tooFewDistinctRows(let have, let need):
      return PipelineError.tooFewCustomers(have: have, need: need)
    case .notCategory(_, let column, _), .notBinary(_, let column), .notPositive(_, let column),
      .tooManyCounts(let column, _), .constantColumn(let column), .collinearColumn(let column),
      .spreadApart(let column), .missingColumn(let column):
      return PipelineError.columnUnusable(reason: named(error.description, columns, column))
    default: return error
    }
  }

  /// `text` with every number of a column turned into its name.
  static func named(_ text: String, columns: [String]) -> String {
    columns.indices.reversed().reduce(text) { named($0, columns, $1) }
  }

  private static func named(_ text: String, _ columns: [String], _ column: Int) -> String {
    text.replacing("column \(column + 1)", with: "column '\(columns[column])'")
      .replacing("Column \(column + 1)", with: "Column '\(columns[column])'")
  }
}

/// What training gives.
public struct TrainedSegments: Sendable {
  /// What scores further customers.
  public let model: SegmentModel
  /// Where the training customers went.
  public let assignments: SegmentAssignments
  /// The features of the customers that segments were found in: all, or a sample of them; nil for rows from a stream.
  let values: FeatureValues?

  init(model: SegmentModel, assignments: SegmentAssignments, values: FeatureValues? = nil) {
    (self.model, self.assignments, self.values) = (model, assignments, values)
  }
}

/// This program.
public enum Tessera {
  /// The version of this program, in every model it writes.
  public static let version = "0.1.0"
}
