internal import Clustering
internal import Features
internal import LinearAlgebra
internal import Warehouse

/// Segments found in a stream: the model, and the transformed rows to assign by it.
struct StreamedSegments {
  let model: SegmentModel
  let rows: SpilledRows
}

extension SegmentTraining {
  /// As ``train(_:plan:asOf:quality:weights:source:progress:)`` by k-means, for rows that do not stand in memory.
  ///
  /// Transforms and profiles are those that the rows would have in memory, made feature by feature. How many segments
  /// there are is decided on a sample of the rows; the chosen number is fitted to all of them. In memory stand one
  /// feature, the sample, the weights and a label a row; the transformed rows go to a file in `folder`.
  func trainStream(
    _ table: KeptTable, fingerprint: UInt64, quality: DataQuality, weights: [Double]?, folder: String,
    progress: ProgressObserver?
  ) throws -> StreamedSegments {
    guard table.rows >= max(2, range.lowerBound) else {
      throw PipelineError.tooFewCustomers(have: table.rows, need: max(2, range.lowerBound))
    }
    let features = table.columns
    let use = try used(features.numeric + features.categories, families: [:])
    progress?(PipelineProgress(stage: "transforming the features of \(table.rows) rows, one after the other"))
    var settings = transforms
    settings.form = .distances
    let transforms = try FeatureTransforms.fit(columns: features, settings: settings, use: use) { try table.values($0) }
    guard !transforms.columns.isEmpty else { throw PipelineError.noUsableFeature(dropped: transforms.dropped) }
    let file = try RowFile(inFolder: folder, columns: transforms.columns.count)
    for batch in table.batches {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      try file.append(transforms.apply(try table.values(batch)).matrix)
    }
    let rows = SpilledRows(file: file, weights: weights)

    let observer: FitObserver = { state in
      progress?(PipelineProgress(stage: "fitting rows from a stream", fraction: state.fraction))
      return !Interruption.isRequested
    }
    let found: FoundSegments
    do throws(FitError) {
      found = try find(rows, observer)
    } catch {
      throw SegmentTraining.named(error, columns: transforms.columns, source: table.source)
    }
    guard case .clusters(let assigner) = found.segmenter else {
      throw PipelineError.modelInconsistent(reason: "a stream gives no tree")
    }
    let labels = try labels(rows, assigner)
    var sizes = [Int](repeating: 0, count: assigner.segments)
    for label in labels { sizes[label] += 1 }
    progress?(PipelineProgress(stage: "describing the segments"))
    let profiles = try features.oneByOne.map {
      SegmentProfiles(try table.values($0.columns), labels: labels, segments: sizes.count)
    }
    let model = SegmentModel(
      name: name,
      features: SegmentModel.FeatureSection(
        identifier: features.identifier ?? "row", asOf: nil, plan: nil, numeric: features.numeric,
        categories: features.categories),
      transforms: transforms, segments: found.section(sizes: (sizes, 0)),
      profiles: SegmentProfiles(combining: profiles), quality: quality,
      provenance: SegmentModel.Provenance(
        tessera: Tessera.version, seed: kmeans.seed, rows: table.rows,
        dataFingerprint: DataFingerprint.text(fingerprint),
        libraries: ["openblas": "\(BLASLibrary.current.version) \(BLASLibrary.current.kernel)"]),
      segmenter: found.segmenter)
    return StreamedSegments(model: model, rows: rows)
  }

  /// Chooses k on a sample of the rows and fits it to all of them.
  private func find(_ rows: SpilledRows, _ observer: @escaping FitObserver) throws(FitError) -> FoundSegments {
    var kmeans = kmeans
    kmeans.clusters = range.lowerBound
    let drawn = try kmeans.sample(stream: rows, atMost: range.upperBound, observer: observer)
    var search = ClusterCountSearch(range: range)
    search.kMeans = kmeans
    let weights = drawn.weights.allSatisfy { $0 == 1 } ? nil : drawn.weights
    let choice = try search.fit(drawn.rows, weights: weights, observer: observer)
    kmeans.clusters = choice.clusters
    let fit = try kmeans.fit(stream: rows, observer: observer)
    var words = reason(choice.clusters, choice.reason, note: choice.shape?.sentence)
    if !drawn.isWhole {
      words += " Numbers of clusters were compared on a sample of \(ReadableNumber.grouped(drawn.rows.rows)) rows."
    }
    var found = FoundSegments(
      segmenter: .clusters(.kMeans(fit.model)), reason: words, converged: fit.converged,
      iterations: fit.inertiaTrace.count,
      kMeans: (fit.inertia, choice.candidates, self.kmeans))
    if let bootstrap, choice.clusters > 1 {
      // The segments are those of the whole stream, so their rows of the sample are asked for, not the sample's own fit.
      var brief = kmeans
      brief.restarts = 1
      brief.swaps = min(brief.swaps, 2)
      let fixed = brief
      found.stability = try bootstrap.measure(
        drawn.rows, weights: weights, labels: try fit.model.assign(drawn.rows).labels, observer: observer
      ) { (x, weights, _) throws(FitError) in try fixed.fit(x, weights: weights).labels }
    }
    return found
  }

  /// The segment of each row, from 0.
  private func labels(_ rows: SpilledRows, _ assigner: SegmentAssigner) throws -> [Int] {
    var labels: [Int] = []
    labels.reserveCapacity(rows.file.rows)
    var batches = rows.makeBatches()
    while let batch = try batches.next() {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      let customers = Column(name: "", values: .integers([]))
      labels.append(contentsOf: try assigner.assign(batch.rows, customers: customers).segments.map { $0 - 1 })
    }
    return labels
  }
}
