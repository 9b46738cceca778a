public import Clustering
public import Features
internal import Foundation
public import ModelFiles
public import Personas

/// How segments are found.
public enum SegmentMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// k-means: every customer in one segment, the nearest.
  case kMeans = "kmeans"
  /// A mixture of distributions: a customer may belong to several, more or less.
  case mixture = "gmm"
  /// A tree of macro- and micro-segments, each division by k-means.
  case tree
}

/// What gives customers their segments.
public enum Segmenter: Sendable, Hashable {
  /// One clustering.
  case clusters(SegmentAssigner)
  /// Macro-segments and micro-segments inside them.
  case tree(SegmentTree)

  /// k, the number of segments.
  public var segments: Int {
    switch self {
    case .clusters(let assigner): assigner.segments
    case .tree(let tree): tree.leaves.count
    }
  }
}

/// A trained segmentation: everything that scoring a customer needs, and what there is to know about it. No row of a
/// customer is in it.
public struct SegmentModel: Sendable {
  /// How the features are made and named.
  public struct FeatureSection: Sendable, Hashable, Codable {
    /// The name of the identifier column.
    public let identifier: String
    /// The as-of date of training, `YYYY-MM-DD`; nil for a ready table.
    public internal(set) var asOf: String?
    /// How to compute the features from sources; nil when training began with a ready table.
    public let plan: FeaturePlan?
    /// The numeric features, in the order of training.
    public let numeric: [String]
    /// The categorical features, in the order of training.
    public let categories: [String]
    /// Categories whose levels are numbers, so that 1, 1.0 and true are one level; nil in older files.
    var flags: [String]?
  }

  /// How the segments were found.
  public struct SegmentSection: Sendable, Hashable, Codable {
    /// How.
    public let method: SegmentMethod
    /// The number of segments.
    public let k: Int
    /// Why this k, in a sentence.
    public let reason: String
    /// Customers of each segment, segment 1 first.
    public let sizes: [Int]
    /// Customers that belong to none of them; nil where every customer has a segment.
    public let none: Int?
    /// The weights of the rows in each segment; nil where every row counts once.
    public let weights: Weights?
    /// Whether the fit stopped of itself.
    public let converged: Bool
    /// The iterations of the kept start.
    public let iterations: Int
    /// The numbers of segments that k-means tried.
    public let candidates: [ClusterCountCandidate]?
    /// k-means: the weighted sum of squared distances to the centroids, in the units after scaling.
    public let inertia: Double?
    /// The settings of k-means.
    public let settings: KMeans?
    /// What there is to know of a mixture.
    public let mixture: MixtureSummary?
    /// How stable each segment is over resamples; nil when it was not asked for.
    public let stability: ClusterStability?
  }

  /// Sums of weights.
  public struct Weights: Sendable, Hashable, Codable {
    /// The sum over the rows of each segment, segment 1 first.
    public let segments: [Double]
    /// The sum over the rows that belong to none of them.
    public let none: Double

    /// The sum over all rows.
    public var total: Double { segments.reduce(none, +) }
  }

  /// How well a mixture fits, and what else was tried.
  public struct MixtureSummary: Sendable, Hashable, Codable {
    /// The covariance family of its Gaussian columns; nil without any.
    public let covariance: CovarianceFamily?
    /// The weighted sum of log-densities, in the units of the data before scaling.
    public let logLikelihood: Double
    /// The number of free parameters.
    public let parameters: Int
    /// p ln n - 2 LL, lower is better.
    public let bic: Double
    /// The integrated completed likelihood criterion, lower is better.
    public let icl: Double
    /// The families and numbers of components that were tried.
    public let candidates: [MixtureCandidate]
    /// The settings of the fit.
    public let settings: Mixture
  }

  /// Where the model comes from.
  public struct Provenance: Sendable, Hashable, Codable {
    /// The version that trained it.
    public let tessera: String
    /// The seed of its random numbers.
    public let seed: UInt64
    /// The customers it was trained on.
    public let rows: Int
    /// A mark of the training data, free of the order of its rows.
    public let dataFingerprint: String
    /// The libraries that computed it, by name.
    public let libraries: [String: String]
    /// How many of the customers the segments were found on; nil for all.
    public internal(set) var sample: Int?
    /// A mark of the settings that a tree was grown by; nil for a clustering, and in older files.
    public internal(set) var settings: String?
    /// A mark of the rows that a tree was grown on: all, or the sample; nil as above, and where segments were added.
    public internal(set) var grownOn: String?
  }

  /// The name of the project.
  public let name: String
  /// Which features it takes, and how they are computed.
  public let features: FeatureSection
  /// How features become columns.
  public let transforms: FeatureTransforms
  /// How the segments were found.
  public let segments: SegmentSection
  /// What the segments are like.
  public let profiles: SegmentProfiles
  /// What was read of each source in training.
  public internal(set) var quality: DataQuality
  /// The lists by rule and all overlaps; nil for one clustering.
  public internal(set) var lists: SegmentLists?
  /// What became of the segments of the model before; nil for a first one, and where all kept their id.
  public internal(set) var history: SegmentHistory?
  /// How attractive the segments of a tree are; nil in models of versions that did not rank them.
  public internal(set) var attractiveness: Attractiveness?
  /// What training found out about its own features; nil in models of versions that did not look.
  public let checks: SegmentChecks?
  /// What customers may do, and how likely; nil without targets, and in older files.
  public internal(set) var predictions: [ProjectPrediction]?
  /// What treatments change, by segment; nil without experiments to learn from, and in older files.
  public internal(set) var effects: [ProjectEffect]?
  /// What customers will order and spend, by segment, with ranges; nil where that was not asked for, and in older files.
  public internal(set) var value: ValueCard?
  /// Who the segments' customers are, in words; nil without a tree, and in older files.
  public internal(set) var personas: PersonaBook?
  /// The section of personas. The section "personas" of earlier versions told levels as shares of customers of whom nothing
  /// was known, too: it is passed over.
  private static let cards = "cards"
  /// Where the model comes from.
  public let provenance: Provenance
  /// What gives customers their segments.
  public let segmenter: Segmenter

  /// The clustering that gives customers their segments; nil for a tree.
  public var assigner: SegmentAssigner? {
    if case .clusters(let assigner) = segmenter { assigner } else { nil }
  }

  /// The tree that gives customers their segments; nil for a clustering.
  public var tree: SegmentTree? {
    if case .tree(let tree) = segmenter { tree } else { nil }
  }

  /// The id of each segment, in the order in which its sizes and profiles stand.
  public var segmentIDs: [Int] {
    tree.map { tree in tree.leaves.map { tree.nodes[$0].segment ?? 0 } } ?? Array(1...max(1, segments.k))
  }

  /// The model as a file's content.
  /// - Throws: ``ModelFileError`` when a number cannot be kept.
  public func file() throws -> ModelFile {
    var file = ModelFile()
    switch segmenter {
    case .clusters(let assigner): try assigner.write(to: &file)
    case .tree(let tree): try tree.write(to: &file)
    }
    try file.setSection("name", name)
    try file.setSection("features", features)
    try file.setSection("transforms", transforms)
    try file.setSection("columns", transforms.columns)
    try file.setSection("segments", segments)
    try file.setSection("profiles", profiles)
    try file.setSection("quality", quality)
    if let checks { try file.setSection("checks", checks) }
    if let lists { try file.setSection("lists", lists) }
    if let history { try file.setSection("history", history) }
    if let attractiveness { try file.setSection("attractiveness", attractiveness) }
    if let predictions { try file.setSection("predictions", predictions) }
    if let effects { try file.setSection("effects", effects) }
    if let value { try file.setSection("forecast", value) }
    if let personas { try file.setSection(SegmentModel.cards, personas) }
    try file.setSection("provenance", provenance)
    return file
  }

  /// Reads a model from a file's content.
  /// - Throws: ``ModelFileError`` when a part is missing or does not fit the others.
  public init(_ file: ModelFile) throws {
    transforms = try file.section("transforms", as: FeatureTransforms.self)
    segments = try file.section("segments", as: SegmentSection.self)
    var fits = true
    if segments.method == .tree {
      segmenter = .tree(try SegmentTree(file))
    } else {
      let assigner = try SegmentAssigner(file, method: segments.method, columns: transforms.columns.count)
      fits = assigner.fits(transforms)
      segmenter = .clusters(assigner)
    }
    guard segmenter.segments == segments.k, segments.k > 0, fits else {
      throw PipelineError.modelInconsistent(reason: "its arrays do not fit its transforms and segments")
    }
    name = try file.section("name", as: String.self)
    features = try file.section("features", as: FeatureSection.self)
    profiles = try file.section("profiles", as: SegmentProfiles.self)
    quality = try file.section("quality", as: DataQuality.self)
    checks = file.sectionNames.contains("checks") ? try file.section("checks", as: SegmentChecks.self) : nil
    lists = file.sectionNames.contains("lists") ? try file.section("lists", as: SegmentLists.self) : nil
    if let overlaps = lists?.overlaps, !overlaps.isSquare {
      throw PipelineError.modelInconsistent(reason: "its overlaps are not those of its lists")
    }
    history = file.sectionNames.contains("history") ? try file.section("history", as: SegmentHistory.self) : nil
    provenance = try file.section("provenance", as: Provenance.self)
    if let reason = segments.fault(rows: provenance.rows) {
      throw PipelineError.modelInconsistent(reason: reason)
    }
    guard profiles.fits(segments: segments.k) else {
      throw PipelineError.modelInconsistent(reason: "its profiles do not fit its segments")
    }
    if file.sectionNames.contains("predictions") {
      let read = try file.section("predictions", as: [ProjectPrediction].self)
      if let fault = read.lazy.compactMap(\.prediction.fault).first {
        throw PipelineError.modelInconsistent(reason: fault)
      }
      predictions = read
    }
    if file.sectionNames.contains("effects") {
      let read = try file.section("effects", as: [ProjectEffect].self)
      if let fault = read.lazy.compactMap(\.prediction.fault).first {
        throw PipelineError.modelInconsistent(reason: fault)
      }
      effects = read
    }
    if file.sectionNames.contains("attractiveness") {
      let read = try file.section("attractiveness", as: Attractiveness.self)
      attractiveness = read
      if let reason = read.fault(in: self) { throw PipelineError.modelInconsistent(reason: reason) }
    }
    if file.sectionNames.contains("forecast") {
      let read = try file.section("forecast", as: ValueCard.self)
      if let fault = read.fault { throw PipelineError.modelInconsistent(reason: fault) }
      value = read
    }
    guard file.sectionNames.contains(SegmentModel.cards) else { return }
    let read = try file.section(SegmentModel.cards, as: PersonaBook.self)
    if let reason = fault(in: read) { throw PipelineError.modelInconsistent(reason: reason) }
    personas = read
  }

  /// Reads the model file at `path`.
  public init(contentsOfFile path: String) throws {
    try self.init(try ModelFile.read(from: URL(fileURLWithPath: path)))
  }

  init(
    name: String, features: FeatureSection, transforms: FeatureTransforms, segments: SegmentSection,
    profiles: SegmentProfiles, quality: DataQuality, provenance: Provenance, segmenter: Segmenter,
    checks: SegmentChecks? = nil
  ) {
    self.name = name
    self.features = features
    self.transforms = transforms
    self.segments = segments
    self.profiles = profiles
    self.quality = quality
    self.provenance = provenance
    self.segmenter = segmenter
    self.checks = checks
  }
}

extension SegmentModel.SegmentSection {
  /// What contradicts itself in what was read from a file, or `rows`, the rows of training; nil if nothing does.
  fileprivate func fault(rows: Int) -> String? {
    guard sizes.count == k else { return "it has not one size for each segment" }
    var left = rows
    for size in sizes + [none ?? 0] {
      guard size >= 0, size <= left else { return "its segments hold more customers than it was trained on" }
      left -= size
    }
    if let weights {
      guard weights.segments.count == k, (weights.segments + [weights.none]).allSatisfy({ $0 >= 0 }),
        weights.total > 0, weights.total.isFinite
      else { return "its weights are not those of its segments" }
    }
    if let stability {
      let labels = stability.clusters.map(\.label)
      guard Set(labels).count == labels.count, labels.allSatisfy({ $0 >= 0 && $0 < k }), stability.resamples >= 0,
        stability.clusters.allSatisfy({ cluster in
          [cluster.meanJaccard, cluster.dissolved, cluster.recovered].allSatisfy { $0 >= 0 && $0 <= 1 }
        })
      else { return "its stability is not that of its segments" }
    }
    return nil
  }
}

/// Why a step of the pipeline could not be taken.
public enum PipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parts of a model file contradict each other.
  case modelInconsistent(reason: String)
  /// No row meets the user's condition.
  case noRow(source: String, condition: String)
  /// A condition on rows that the engine does not take, and why.
  case conditionUnusable(source: String, condition: String, reason: String)
  /// Nothing is left to form segments with.
  case noUsableFeature(dropped: [FeatureTransforms.Dropped])
  /// A method that needs all rows in memory, and a limit that they would break.
  case tooLarge(source: String, rows: Int, columns: Int, needed: Int, limit: Int)
  /// Fewer customers than segments.
  case tooFewCustomers(have: Int, need: Int)
  /// A column that its kind of distribution cannot be fitted to; the reason names it.
  case columnUnusable(reason: String)
  /// A name under `segments.exclude` that is neither a feature nor a family.
  case unknownFeature(name: String, nearest: [String])
  /// A model that was trained on a ready table cannot compute features from sources.
  case needsFeatureTable
  /// None of the model's features is in the table.
  case noFeatureFound(needed: [String])
  /// Segments cannot be added to a model without a tree.
  case noTree
  /// A column whose values cannot be predicted.
  case outcomeUnusable(column: String, reason: String, advice: String)
  /// Nothing is left to learn a prediction from.
  case nothingToLearnFrom([PredictorEncoding.Dropped])
  /// There is no model to add segments to.
  case nothingToGrow(path: String)

  /// What was found, what is needed, what to try.
  public var description: String {
    switch self {
    case .modelInconsistent(let reason):
      "The model file contradicts itself: \(reason). Train it again."
    case .noRow(let source, let condition):
      "No row of \(source) meets the condition \(condition). Change --where."
    case .conditionUnusable(let source, let condition, let reason):
      "The condition \(condition) cannot be applied to \(source): \(reason)\(reason.hasSuffix("?") ? "" : ".") Change --where."
    case .noUsableFeature(let dropped) where dropped.isEmpty:
      "There is no column to form segments with: besides the identifier the table needs a column of numbers or text."
    case .noUsableFeature(let dropped):
      "No feature is left to form segments with. \(PipelineError.list(dropped))."
    case .tooFewCustomers(let have, let need):
      "At least \(need) customers that differ are needed, but there \(have == 1 ? "is 1" : "are \(have)"). "
        + "Lower k or add customers."
    case .tooLarge(let source, let rows, let columns, let needed, let limit):
      "A mixture needs all rows in memory: the \(ReadableNumber.grouped(rows)) rows of \(source) with "
        + "\(columns) columns take about \(ReadableNumber.grouped(needed >> 20)) MiB, but the limit is "
        + "\(ReadableNumber.grouped(limit >> 20)) MiB. Use --method kmeans, which reads such a table as a stream, "
        + "raise --memory-limit, or take part of the rows with --where."
    case .columnUnusable(let reason): reason
    case .outcomeUnusable(let column, let reason, let advice): "'\(column)' cannot be predicted: \(reason). \(advice)"
    case .nothingToLearnFrom(let dropped):
      "No feature is left to learn from. "
        + dropped.prefix(6).map { "'\($0.name)' was left out: \($0.reason)." }.joined(separator: " ")
        + " Name features in --columns to take them all the same."
    case .unknownFeature(let name, let nearest):
      "There is no feature or family '\(name)'.\(PipelineError.hint(nearest))"
    case .needsFeatureTable:
      "This model was trained on a ready table, so it cannot compute features from sources. Give a table with --input."
    case .nothingToGrow(let path):
      "There is no model at \(path) to add segments to. Train one first, without --grow."
    case .noTree:
      "This model has one clustering and no tree, to which alone segments can be added. Train it with `tessera train`."
    case .noFeatureFound(let needed):
      "The table has none of the columns this model scores with: \(needed.joined(separator: ", "))."
    }
  }

  private static func list(_ dropped: [FeatureTransforms.Dropped]) -> String {
    dropped.prefix(8).map { "\($0.name): \($0.reason)" }.joined(separator: "; ")
  }

  private static func hint(_ nearest: [String]) -> String {
    guard !nearest.isEmpty else { return "" }
    return " Did you mean " + nearest.map { "'\($0)'" }.joined(separator: " or ") + "?"
  }
}
