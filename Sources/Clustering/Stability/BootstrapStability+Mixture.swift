public import LinearAlgebra

extension BootstrapStability {
  /// How stable the components of a mixture are, by the labels of the rows. Noise is no cluster.
  ///
  /// `settings` are those `fit` was made with. Each resample is fitted from the parameters of `fit`, from k-means and
  /// from one random start; the best counts, so that a cluster that was found by luck is not held in place.
  /// - Throws: ``FitError`` as ``measure(_:weights:labels:observer:clustering:)`` does.
  public func measure(
    _ x: Matrix, weights: [Double]? = nil, _ fit: MixtureFit, settings: Mixture, observer: FitObserver? = nil
  ) throws(FitError) -> ClusterStability {
    try measure(x, weights: weights, labels: fit.labels, observer: observer) { (x, counts, index) throws(FitError) in
      var mixture = settings
      mixture.components = fit.model.components
      mixture.seed = settings.seed &+ UInt64(index)
      mixture.tolerance = max(mixture.tolerance, 1e-6)
      let rows = try MixtureRows(mixture, x, weights: counts)
      let starts: [MixtureStart] = [.model(fit.model, name: "given"), .kMeans, .random(0)]
      let starting = StartingRows(
        rows, components: mixture.components, criteria: [], noise: mixture.noise, seed: mixture.seed)
      return try mixture.fit(rows, starting, x, counts, starts: starts).labels
    }
  }
}
