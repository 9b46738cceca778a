internal import Clustering
public import Features
internal import LinearAlgebra
public import Warehouse

extension SegmentTraining {
  /// Adds segments to `model` for customers of `values` (n) that lie together outside all of its segments, and leaves
  /// those untouched: whoever has a segment keeps it, with the same membership.
  /// - Parameter plan: how the features were computed, when they came from sources.
  /// - Throws: ``PipelineError/noTree`` when the model has no tree, ``FitError`` and ``WarehouseError``.
  public func grow(
    _ model: SegmentModel, _ values: FeatureValues, plan: FeaturePlan? = nil, asOf: CalendarDate? = nil,
    quality: DataQuality = DataQuality(), source: String, progress: ProgressObserver? = nil
  ) throws -> TrainedSegments {
    guard let before = model.tree else { throw PipelineError.noTree }
    try self.tree?.attractiveness.check(values)
    let report = model.transforms.apply(values).report
    guard report.absentFeatures.count < model.transforms.features.count else {
      throw PipelineError.noFeatureFound(needed: model.transforms.features)
    }
    progress?(PipelineProgress(stage: "placing \(values.rows) customers"))
    let placement = before.place(values)
    let known = model.transforms.rowsWithValue(in: values)
    let outside = known.filter { placement.isNone($0) }
    let dense = try dense(outside, values, placement, model.transforms)
    let observer: FitObserver = { state in
      progress?(PipelineProgress(stage: "looking for further segments", fraction: state.fraction))
      return !Interruption.isRequested
    }
    var tree = before
    let settings = tree.settings(or: self.tree)
    let least = settings.leastSize(of: values.rows)
    if dense.count >= least {
      let families =
        model.features.plan.map { SegmentTraining.families($0, values) }?
        .mapValues { SegmentTraining.balancing($0, weights: transforms.familyWeights) } ?? [:]
      let features = Set(model.transforms.features)
      var growth = TreeGrowth(
        self, settings, values, features: features, families: families, observer: observer)
      var added = try growth.grow(dense)
      if added.nodes.count == 1 { added = try onePile(dense, values, model.transforms, like: added) }
      tree.add(added)
    }
    var arrivals = TreeArrivals()
    arrivals.append(tree.place(values), known: known)
    let leaves = tree.leaves
    tree.count(arrivals.labels.map { $0 < 0 ? -1 : leaves[$0] })
    let assignments = tree.assign(values, allMemberships: wantsAllMemberships, reasons: wantsReasons)
    var grown = model.with(
      tree, labels: arrivals.labels,
      profiles: SegmentProfiles(values, labels: arrivals.labels, segments: leaves.count),
      fingerprint: DataFingerprint.of(values), sample: nil, asOf: asOf)
    grown.quality = quality
    grown.quality.notes += notes(
      outside: outside.count, dense: dense.count, of: values.rows, least: least, absent: report.absentFeatures)
    grown.history = history(before, tree, placement, arrivals)
    return TrainedSegments(
      model: try grown.ranked(by: self.tree?.attractiveness ?? model.attractiveness?.settings),
      assignments: assignments,
      values: values)
  }

  /// Which of the customers at `outside` lie as near to each other as those of a segment do.
  private func dense(
    _ outside: [Int], _ values: FeatureValues, _ placement: TreePlacement, _ transforms: FeatureTransforms
  ) throws -> [Int] {
    let inside = (0..<placement.rows).filter { !placement.isNone($0) }
    guard !outside.isEmpty, !inside.isEmpty else { return [] }
    let settled = values.gatheringRows(inside)
    let labels = inside.map { placement.leaf($0, rank: 0)?.leaf ?? 0 }
    let scaled = transforms.weighing(
      TreeGrowth.withinScales(transforms.apply(settled).matrix, labels, transforms.columnFeatures))
    let found = DenseRows(
      scaled.apply(values.gatheringRows(outside)).matrix, beside: scaled.apply(settled).matrix, seed: kmeans.seed)
    return found.rows.map { outside[$0] }
  }

  /// A tree of one segment, the customers at `rows`, in units of what they vary.
  private func onePile(
    _ rows: [Int], _ values: FeatureValues, _ transforms: FeatureTransforms, like tree: SegmentTree
  ) throws -> SegmentTree {
    let part = values.gatheringRows(rows)
    let everybody = transforms.apply(values).matrix
    // What they vary by themselves, beside what all do.
    let scaled = transforms.weighing(
      TreeGrowth.spreadScales(everybody, rows, transforms.columnFeatures))
    let x = scaled.apply(part).matrix
    let zeros = [Int](repeating: 0, count: rows.count)
    let model = KMeansModel(centroids: TreeGrowth.centroids(x, zeros, 1))
    let squares = x.squaredDistances(rows: 0..<x.rows, toEach: model.centroids).values
    let division = ClusterDivision(
      transforms: scaled, model: model, membership: DistanceMembership(variance: 0),
      limits: NoneLimits(squaredDistances: squares, labels: zeros, segments: 1))
    let reason = "\(ReadableNumber.grouped(rows.count)) customers lie together outside all segments before."
    var root = SegmentTree.Node(
      parent: nil, name: nil, stability: nil, reason: reason, division: .clusters(division))
    root.children = [1]
    var leaf = SegmentTree.Node(
      parent: 0, name: nil, stability: nil, reason: tree.nodes[0].reason, division: nil)
    (leaf.macro, leaf.segment) = (1, 1)
    var one = SegmentTree(nodes: [root, leaf], listedFrom: tree.listedFrom)
    (one.greatestMacro, one.greatestSegment) = (1, 1)
    return one
  }

  /// What a reader should know of the customers looked at.
  private func notes(outside: Int, dense: Int, of rows: Int, least: Int, absent: [String]) -> [String] {
    var words =
      "\(ReadableNumber.grouped(outside)) of \(ReadableNumber.grouped(rows)) customers were in no segment, "
      + "\(ReadableNumber.grouped(dense)) of them near to others alike"
    let needed = max(least, DenseRows.fewest)
    if dense < least { words += "; \(needed) are needed for a segment, so none was added" }
    guard !absent.isEmpty else { return [words] }
    return [words, "the table lacks \(absent.map { "'\($0)'" }.joined(separator: ", ")): imputed for everybody"]
  }

  /// What was added, and who changed.
  private func history(
    _ before: SegmentTree, _ tree: SegmentTree, _ placement: TreePlacement, _ arrivals: TreeArrivals
  ) -> SegmentHistory? {
    let old = Set(before.nodes.compactMap(\.segment))
    let labels = arrivals.labels
    let born = tree.leaves.compactMap { leaf -> SegmentEvent? in
      guard let segment = tree.nodes[leaf].segment, !old.contains(segment) else { return nil }
      return .born(id: segment, customers: tree.nodes[leaf].size)
    }
    guard !born.isEmpty else { return nil }
    return SegmentHistory(
      kept: old.count, of: tree.leaves.count,
      moved: labels.indices.count { labels[$0] >= 0 && placement.isNone($0) }, customers: labels.count, events: born)
  }
}

extension SegmentTree {
  /// The settings to grow by: those of this tree where they are its own.
  fileprivate func settings(or given: TreeSettings?) -> TreeSettings {
    var settings = given ?? TreeSettings()
    (settings.by, settings.start, settings.layers) = ([], nil, [])
    settings.listedFrom = listedFrom
    return settings
  }

  /// Adds a stage: another tree, with ids that none here ever had.
  mutating func add(_ other: SegmentTree) {
    let offset = nodes.count
    for node in other.nodes {
      var own = Node(
        parent: node.parent.map { $0 + offset }, name: node.name, stability: node.stability, reason: node.reason,
        division: node.division)
      own.children = node.children.map { $0 + offset }
      own.macro = node.macro.map { $0 + greatestMacro }
      own.segment = node.segment.map { $0 + greatestSegment }
      nodes.append(own)
    }
    stages += other.stages.map { Stage(root: $0.root + offset, stretch: $0.stretch) }
    greatestMacro += other.greatestMacro
    greatestSegment += other.greatestSegment
  }
}
