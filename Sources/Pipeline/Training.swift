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
  /// How k-means is run; its `clusters` are overridden.
  public var kmeans = KMeans(clusters: 1)
  /// Features and families that form no segment.
  public var exclude: [String] = []

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
    let fitted = FeatureTransforms.fit(values, settings: transforms, use: use) { families?[$0] ?? $0 }
    guard !fitted.columns.isEmpty else { throw PipelineError.noUsableFeature(dropped: fitted.dropped) }
    let (matrix, _) = fitted.apply(values)
    if Interruption.isRequested { throw WarehouseError.interrupted }

    let stage = range.count == 1 ? "finding \(range.lowerBound) segments" : "choosing the number of segments"
    var search = ClusterCountSearch(range: range)
    search.kMeans = kmeans
    let choice: ClusterCountChoice
    do {
      choice = try search.fit(matrix, weights: weights) { state in
        progress?(PipelineProgress(stage: stage, fraction: state.fraction))
        return !Interruption.isRequested
      }
    } catch {
      throw SegmentTraining.named(error, columns: fitted.columns, source: source)
    }
    let fit = choice.fit
    // The very assignment that scoring makes, so that scoring the training customers gives these labels.
    let assigned = try fit.model.assign(matrix)
    let profiles = SegmentProfiles(values, labels: assigned.labels, segments: choice.clusters)
    var sizes = [Int](repeating: 0, count: choice.clusters)
    for label in assigned.labels { sizes[label] += 1 }
    let model = SegmentModel(
      name: name,
      features: SegmentModel.FeatureSection(
        identifier: values.customers.name, asOf: asOf?.description, plan: plan, numeric: values.numbers.names,
        categories: values.categories.map(\.name)),
      transforms: fitted,
      segments: SegmentModel.SegmentSection(
        method: "kmeans", k: choice.clusters, reason: reason(choice), candidates: choice.candidates, sizes: sizes,
        inertia: fit.inertia, converged: fit.converged, iterations: fit.iterations, settings: kmeans),
      profiles: profiles, quality: quality,
      provenance: SegmentModel.Provenance(
        tessera: Tessera.version, seed: kmeans.seed, rows: values.rows, dataFingerprint: DataFingerprint.of(values),
        libraries: ["openblas": "\(BLASLibrary.current.version) \(BLASLibrary.current.kernel)"]),
      kmeans: fit.model)
    return TrainedSegments(
      model: model,
      assignments: SegmentAssignments(
        customers: values.customers, segments: assigned.labels.map { $0 + 1 }, distances: assigned.distances))
  }

  /// Why there are so many segments; where one number was asked for there was nothing to choose.
  private func reason(_ choice: ClusterCountChoice) -> String {
    guard range.count == 1, choice.clusters == range.lowerBound else { return choice.reason }
    return "k = \(choice.clusters) was asked for."
  }

  /// The features that form segments; nil when all do.
  private func used(_ features: [String], families: [String: String]) throws(PipelineError) -> Set<String>? {
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

/// The segment of each customer.
public struct SegmentAssignments: Sendable {
  /// The identifiers, in row order.
  public let customers: Column
  /// 1 to k; 1 is the largest in training.
  public let segments: [Int]
  /// The distance to the segment's centroid, in the units after scaling.
  public let distances: [Double]

  /// A table of the identifier, `segment` and `distance`.
  public var table: Table {
    Table([
      customers, Column(name: "segment", values: .integers(segments.map(Int64.init))),
      Column(name: "distance", values: .reals(distances)),
    ])
  }
}

/// This program.
public enum Tessera {
  /// The version of this program, in every model it writes.
  public static let version = "0.1.0"
}
