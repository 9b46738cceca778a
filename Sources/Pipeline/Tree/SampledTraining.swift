internal import Clustering
internal import Features
internal import Warehouse

/// A tree found on a sample of the customers, into which all of them are then placed batch by batch: in memory stand the
/// sample, one feature, and a few bytes a customer.
struct SampledTraining {
  let training: SegmentTraining
  let settings: TreeSettings
  /// Everybody.
  let table: KeptTable

  /// The customers that the tree is found on.
  func sample() throws -> FeatureValues {
    let seed = training.kmeans.seed
    var (keys, kinds): ([UInt64], [UInt64]) = ([], [UInt64](repeating: 0, count: table.rows))
    var strata = [UInt64](repeating: 0, count: table.rows)
    keys.reserveCapacity(table.rows)
    for batch in table.batches {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      for text in try table.customers(batch).texts { keys.append(DataFingerprint.hash("\(seed) \(text ?? "")")) }
    }
    for name in table.columns.categories {
      let alone = FeatureColumns(identifier: table.columns.identifier, numeric: [], categories: [name])
      guard let texts = try table.values(alone).categories.first?.texts else { continue }
      let isGiven = settings.by.contains(name)
      for (row, text) in texts.enumerated() {
        let hash = DataFingerprint.hash(text ?? "")
        if isGiven { strata[row] = strata[row] &* 31 &+ hash } else { kinds[row] = kinds[row] &* 31 &+ hash }
      }
    }
    for (row, name) in RuleDivision.first(of: settings.by, table.lists, rows: table.rows).enumerated() {
      if let name { strata[row] = strata[row] &* 31 &+ DataFingerprint.hash(name) }
    }
    let numbers = CustomerSample.numbered(strata)
    // However many levels there are, the sample does not become everybody.
    let least = min(40 * settings.leastCustomers, settings.sample / ((numbers.max() ?? 0) + 1))
    let drawn = CustomerSample(keys: keys, kinds: kinds, strata: numbers, size: settings.sample, least: least)
    return try table.values(at: drawn.rows)
  }

  /// The segments of `found`, which were found on the sample, with everybody in them.
  func everybody(_ found: TrainedSegments, _ progress: ProgressObserver?) throws -> PlacedSegments {
    guard var tree = found.model.tree else {
      throw PipelineError.modelInconsistent(reason: "a sample was asked for a tree")
    }
    // Limits are enlarged anew, for the budget is one of all customers.
    tree.unsettle()
    var arrivals = TreeArrivals()
    var fingerprint: UInt64 = 0
    var hasWholeNumbers = true
    for batch in table.batches {
      if Interruption.isRequested { throw WarehouseError.interrupted }
      progress?(
        PipelineProgress(
          stage: "placing \(table.rows) customers", fraction: Double(batch.lowerBound) / Double(table.rows)))
      let values = try table.values(batch)
      fingerprint &+= DataFingerprint.sum(values)
      if case .texts = values.customers.asWholeNumbersIfExact.values {
        hasWholeNumbers = hasWholeNumbers && values.customers.missingCount == values.rows
      }
      arrivals.append(tree.place(values), known: found.model.transforms.rowsWithValue(in: values))
    }
    // Ids that were taken over from the model before stay.
    let hasOldIDs = training.previous?.tree != nil
    let labels = tree.settle(arrivals, budget: settings.noneBudget, renumbers: !hasOldIDs)
    progress?(PipelineProgress(stage: "describing the segments"))
    let profiles = try table.columns.oneByOne.map {
      SegmentProfiles(try table.values($0.columns), labels: labels, segments: tree.leaves.count)
    }
    let model = try found.model.with(
      tree, labels: labels, profiles: SegmentProfiles(combining: profiles),
      fingerprint: DataFingerprint.text(fingerprint), sample: found.assignments.segments.count
    ).ranked(by: settings.attractiveness)
    return PlacedSegments(model: model, labels: labels, hasWholeNumbers: hasWholeNumbers)
  }

  /// Writes everybody's assignments batch by batch, and notes who is listed where.
  func write(
    _ placed: PlacedSegments, _ rules: [RuleList], _ members: ListMembers, _ scores: CustomerScores, to target: String,
    and engineTable: EngineTable?, in files: StagedFiles, _ progress: ProgressObserver?
  ) throws -> SegmentModel {
    guard let tree = placed.model.tree else { return placed.model }
    var lists = tree.leaves.map { CustomerList(name: tree.path(of: $0)) }
    try table.connection.write(table.batches, to: target, and: engineTable, in: files) { batch in
      progress?(
        PipelineProgress(
          stage: "writing \(target)", fraction: Double(batch.lowerBound) / Double(table.rows)))
      let values = try table.values(batch)
      let named = FeatureValues(
        customers: placed.hasWholeNumbers ? values.customers.asWholeNumbersIfExact : values.customers,
        numbers: values.numbers, categories: values.categories
      ).adding(values.lists)
      let assigned = tree.assign(named, allMemberships: training.wantsAllMemberships, reasons: training.wantsReasons)
      for (place, list) in (assigned.tree?.listed ?? []).enumerated() {
        lists[place].append(customers: batch.count, rows: list.rows)
      }
      var whole = assigned.adding(members.of(batch))
      whole.chances = scores.columns(for: named.customers)
      return whole.table
    }
    return try placed.model.adding(lists, members, rules)
  }
}

/// A model of everybody, found on a sample.
struct PlacedSegments {
  var model: SegmentModel
  /// The place of each customer's segment among the leaves; -1 for none.
  let labels: [Int]
  /// Whether every identifier is a whole number.
  let hasWholeNumbers: Bool
}

extension SegmentModel {
  /// This model with another tree, and what that makes of all customers.
  func with(
    _ tree: SegmentTree, labels: [Int], profiles: SegmentProfiles, fingerprint: String, sample: Int?,
    asOf: CalendarDate? = nil
  ) -> SegmentModel {
    var sizes = [Int](repeating: 0, count: tree.leaves.count)
    var none = 0
    for label in labels { if label < 0 { none += 1 } else { sizes[label] += 1 } }
    let found = FoundSegments(
      segmenter: .tree(tree), reason: tree.reason, converged: segments.converged, iterations: segments.iterations,
      treeCandidates: segments.candidates)
    var features = features
    if let asOf { features.asOf = asOf.description }
    var model = SegmentModel(
      name: name, features: features, transforms: transforms, segments: found.section(sizes: (sizes, none)),
      profiles: profiles, quality: quality,
      provenance: Provenance(
        tessera: Tessera.version, seed: provenance.seed, rows: labels.count, dataFingerprint: fingerprint,
        libraries: provenance.libraries, sample: sample, settings: provenance.settings,
        grownOn: tree.stages.count == 1 ? provenance.grownOn : nil),
      segmenter: .tree(tree), checks: checks)
    (model.lists, model.history, model.predictions) = (lists, history, predictions)
    (model.effects, model.value) = (effects, value)
    if let sample {
      model.quality.notes.append(
        "segments were found on a sample of \(ReadableNumber.grouped(sample)) of \(ReadableNumber.grouped(labels.count)) "
          + "customers, and all were assigned to them; 'segments.sample' in tessera.yml or --sample says how many")
    }
    return model
  }
}
