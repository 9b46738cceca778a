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
  /// How many resamples tell how stable the segments are; nil for none.
  public var resamples: Int?
  /// Features and families that form no segment.
  public var exclude: [String] = []

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
    exclude = settings.exclude
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
    let families = plan.map { plan in
      Dictionary(plan.definitions.map { ($0.name, $0.family.rawValue) }, uniquingKeysWith: { first, _ in first })
    }
    guard values.rows >= max(2, range.lowerBound) else {
      throw PipelineError.tooFewCustomers(have: values.rows, need: max(2, range.lowerBound))
    }
    let features = values.numbers.names + values.categories.map(\.name)
    let use = try used(features, families: families ?? [:])
    progress?(PipelineProgress(stage: "transforming \(features.count) features of \(values.rows) customers"))
    var transforms = transforms
    transforms.form = method == .kMeans ? .distances : .likelihoods
    for name in counts where !values.numbers.names.contains(name) {
      throw PipelineError.unknownFeature(name: name, nearest: NearestNames.to(name, in: values.numbers.names))
    }
    transforms.unscaled = Set(counts)
    let fitted = FeatureTransforms.fit(values, settings: transforms, use: use) { families?[$0] ?? $0 }
    guard !fitted.columns.isEmpty else { throw PipelineError.noUsableFeature(dropped: fitted.dropped) }
    let (matrix, _) = fitted.apply(values)
    if Interruption.isRequested { throw WarehouseError.interrupted }

    let stage = range.count == 1 ? "finding \(range.lowerBound) segments" : "choosing the number of segments"
    let observer: FitObserver = { state in
      let best = state.bestCriterion.map { "BIC \(ReadableNumber.text($0))" }
      progress?(PipelineProgress(stage: stage, fraction: state.fraction, best: best))
      return !Interruption.isRequested
    }
    let (found, assignments) = try found(matrix, fitted, values.customers, weights, source: source, observer)
    let model = SegmentModel(
      name: name,
      features: SegmentModel.FeatureSection(
        identifier: values.customers.name, asOf: asOf?.description, plan: plan, numeric: values.numbers.names,
        categories: values.categories.map(\.name)),
      transforms: fitted, segments: found.section(assignments),
      profiles: SegmentProfiles(
        values, labels: assignments.segments.map { $0 - 1 }, segments: found.assigner.segments),
      quality: quality,
      provenance: SegmentModel.Provenance(
        tessera: Tessera.version, seed: kmeans.seed, rows: values.rows, dataFingerprint: DataFingerprint.of(values),
        libraries: ["openblas": "\(BLASLibrary.current.version) \(BLASLibrary.current.kernel)"]),
      assigner: found.assigner)
    return TrainedSegments(model: model, assignments: assignments)
  }

  /// The segments and who is in which; errors name columns of `source`.
  private func found(
    _ x: Matrix, _ transforms: FeatureTransforms, _ customers: Column, _ weights: [Double]?, source: String,
    _ observer: @escaping FitObserver
  ) throws -> (FoundSegments, SegmentAssignments) {
    do {
      let found = try find(x, transforms, weights, observer)
      // The very assignment that scoring makes, so that scoring the training customers gives these segments.
      return (found, try found.assigner.assign(x, customers: customers, allMemberships: wantsAllMemberships))
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: source)
    }
  }

  /// The features that form segments; nil when all do.
  func used(_ features: [String], families: [String: String]) throws(PipelineError) -> Set<String>? {
    guard !exclude.isEmpty else { return nil }
    let known = Set(features + families.values).sorted()
    for name in exclude where !known.contains(name) && FeatureFamily(rawValue: name) == nil {
      throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: known))
    }
    return Set(features.filter { !exclude.contains($0) && !exclude.contains(families[$0] ?? "") })
  }

  /// A fit's error with columns by name instead of by number.
  static func named(_ error: FitError, columns: [String], source: String) -> any Error {
    switch error {
    case .cancelled: WarehouseError.interrupted
    case .notFinite(let row, let column), .tooLarge(let row, let column):
      WarehouseError.badCell(
        source: source, row: row + 1, column: columns[column], needed: "finite numbers of ordinary size")
    case .tooFewRows(let have, let need), .tooFewDistinctRows(let have, let need):
      PipelineError.tooFewCustomers(have: have, need: need)
    case .notCount(_, let column), .notCategory(_, let column, _), .notBinary(_, let column),
      .constantColumn(let column), .collinearColumn(let column), .spreadApart(let column), .missingColumn(let column):
      PipelineError.columnUnusable(
        reason: error.description.replacing("column \(column + 1)", with: "column '\(columns[column])'")
          .replacing("Column \(column + 1)", with: "Column '\(columns[column])'"))
    default: error
    }
  }
}

/// What training gives.
public struct TrainedSegments: Sendable {
  /// What scores further customers.
  public let model: SegmentModel
  /// Where the training customers went.
  public let assignments: SegmentAssignments
}

/// This program.
public enum Tessera {
  /// The version of this program, in every model it writes.
  public static let version = "0.1.0"
}
