internal import Clustering
internal import Features
internal import LinearAlgebra

/// What a method found, whatever it is.
struct FoundSegments {
  let segmenter: Segmenter
  let reason: String
  let converged: Bool
  let iterations: Int
  var kMeans: (inertia: Double, candidates: [ClusterCountCandidate], settings: KMeans)?
  var mixture: SegmentModel.MixtureSummary?
  var stability: ClusterStability?
  /// What a tree tried for its first division.
  var treeCandidates: [ClusterCountCandidate]?
  /// What became of the segments of the model before.
  var history: SegmentHistory?
  /// What a reader should know besides.
  var note: String?

  private var isTree: Bool { if case .tree = segmenter { true } else { false } }

  /// What the model says of it, with the sizes that `assignments` give, and their `weights` (n) where there are any.
  func section(_ assignments: SegmentAssignments, weights: [Double]?) -> SegmentModel.SegmentSection {
    section(
      sizes: assignments.sizes(segmenter.segments),
      weights: weights.map { assignments.weights($0, segmenter.segments) })
  }

  /// What the model says of it, with these rows of each segment and of none, and what they weigh.
  func section(
    sizes: (segments: [Int], none: Int), weights: SegmentModel.Weights? = nil
  ) -> SegmentModel.SegmentSection {
    var hasNone = false
    let method: SegmentMethod = isTree ? .tree : kMeans == nil ? .mixture : .kMeans
    switch segmenter {
    case .clusters(.mixture(let model)): hasNone = model.noise != nil
    case .clusters(.kMeans): break
    case .tree: hasNone = true
    }
    return SegmentModel.SegmentSection(
      method: method, k: segmenter.segments, reason: reason, sizes: sizes.segments,
      none: hasNone ? sizes.none : nil, weights: weights,
      converged: converged, iterations: iterations, candidates: kMeans?.candidates ?? treeCandidates,
      inertia: kMeans?.inertia, settings: kMeans?.settings, mixture: mixture, stability: stability)
  }
}

extension SegmentTraining {
  /// Finds segments in the rows of `x` (n x d, transformed) by ``method``.
  func find(
    _ x: Matrix, _ transforms: FeatureTransforms, _ weights: [Double]?, _ observer: @escaping FitObserver
  ) throws(FitError) -> FoundSegments {
    switch method {
    case .kMeans, .tree: return try findByKMeans(x, weights, observer)
    case .mixture: return try findByMixture(x, transforms, weights, observer)
    }
  }

  private func findByKMeans(
    _ x: Matrix, _ weights: [Double]?, _ observer: @escaping FitObserver
  ) throws(FitError) -> FoundSegments {
    var search = ClusterCountSearch(range: range)
    search.kMeans = kmeans
    let choice = try search.fit(x, weights: weights, observer: observer)
    var found = FoundSegments(
      segmenter: .clusters(.kMeans(choice.fit.model)),
      reason: reason(choice.clusters, choice.reason, note: choice.shape?.sentence),
      converged: choice.fit.converged, iterations: choice.fit.iterations,
      kMeans: (choice.fit.inertia, choice.candidates, kmeans))
    if let bootstrap, choice.clusters > 1 {
      found.stability = try bootstrap.measure(x, weights: weights, choice.fit, settings: kmeans, observer: observer)
    }
    return found
  }

  private func findByMixture(
    _ x: Matrix, _ transforms: FeatureTransforms, _ weights: [Double]?, _ observer: @escaping FitObserver
  ) throws(FitError) -> FoundSegments {
    var search = MixtureSearch(range: range)
    search.families = families
    search.mixture = mixture
    search.mixture.missing = .integrated
    search.mixture.blocks = blocks(transforms)
    search.stability = bootstrap
    search.logScales = transforms.logScales
    let choice = try search.fit(x, weights: weights, observer: observer)
    return FoundSegments(
      segmenter: .clusters(.mixture(choice.fit.model)),
      reason: SegmentTraining.named(reason(choice.components, choice.reason), columns: transforms.columns),
      converged: choice.fit.converged, iterations: choice.fit.iterations,
      mixture: SegmentModel.MixtureSummary(
        covariance: choice.family, logLikelihood: choice.fit.logLikelihood, parameters: choice.fit.parameters,
        bic: choice.fit.bic, icl: choice.fit.icl, candidates: choice.candidates, settings: search.mixture),
      stability: choice.stability)
  }

  var bootstrap: BootstrapStability? {
    guard let resamples else { return nil }
    var bootstrap = BootstrapStability()
    bootstrap.resamples = resamples
    bootstrap.seed = method == .kMeans ? kmeans.seed : mixture.seed
    return bootstrap
  }

  /// Numbers are jointly Gaussian, counts and categories distributions of their own.
  private func blocks(_ transforms: FeatureTransforms) -> [MixtureBlock] {
    let names = transforms.columns
    let numbers = 0..<transforms.categoryColumns.lowerBound
    let counted = numbers.filter { counts.contains(names[$0]) }
    let measured = numbers.filter { !counts.contains(names[$0]) }
    var blocks: [MixtureBlock] = []
    if !measured.isEmpty { blocks.append(MixtureBlock(.gaussian(.vvv), columns: measured, name: "numbers")) }
    if !counted.isEmpty { blocks.append(MixtureBlock(.negativeBinomial, columns: counted, name: "counts")) }
    if !transforms.categoryColumns.isEmpty {
      blocks.append(MixtureBlock(.categorical, columns: Array(transforms.categoryColumns), name: "categories"))
    }
    return blocks
  }

  /// Why there are so many segments; where one number was asked for there was nothing to choose, but there may be
  /// something to note.
  func reason(_ clusters: Int, _ reason: String, note: String? = nil) -> String {
    guard range.count == 1, clusters == range.lowerBound, method == .kMeans || families.count == 1 else {
      return reason
    }
    return (["k = \(clusters) was asked for."] + [note].compactMap { $0 }).joined(separator: " ")
  }
}
