internal import Clustering
internal import Features
internal import LinearAlgebra
internal import ModelFiles

/// The section `tree` of a model file says what every node is; a node divided by k-means has `node.N.centroids` (k x d),
/// one by a mixture `node.N.proportions` (k), `node.N.block.0.means` and so on.
extension SegmentTree {
  private struct Section: Codable {
    /// nil in files of format 1 and early ones of format 2, whose only stage has this `stretch`.
    let stages: [Stage]?
    var stretch: Double?
    let listedFrom: Double
    let greatestSegment: Int
    let greatestMacro: Int
    let nodes: [NodeSection]
  }

  private struct NodeSection: Codable {
    let parent: Int?
    let children: [Int]
    let macro: Int?
    let segment: Int?
    let name: String?
    let stability: Double?
    let size: Int
    let reason: String
    var clusters: ClusterSection?
    /// What stands in `clusters` now, in files without stages.
    var transforms: FeatureTransforms?
    var membership: DistanceMembership?
    var limits: NoneLimits?
    var levels: LevelDivision?
    var rules: RuleDivision?
    var mixture: MixtureNodeSection?
    var patterns: PatternSection?

    init(_ node: Node) {
      (parent, children, macro, segment) = (node.parent, node.children, node.macro, node.segment)
      (name, stability, size, reason) = (node.name, node.stability, node.size, node.reason)
    }
  }

  private struct MixtureNodeSection: Codable {
    let transforms: FeatureTransforms
    let limits: NoneLimits
    let mixture: MixtureSection
  }

  private struct PatternSection: Codable {
    let layers: [ClusterSection]
    let parts: [Int]
  }

  func write(to file: inout ModelFile) throws {
    var sections: [NodeSection] = []
    for (index, node) in nodes.enumerated() {
      var section = NodeSection(node)
      switch node.division {
      case .clusters(let division):
        section.clusters = ClusterSection(division)
        try file.setTensor("node.\(index).centroids", division.tensor)
      case .mixture(let division):
        section.mixture = MixtureNodeSection(
          transforms: division.transforms, limits: division.limits, mixture: MixtureSection(division.model))
        try division.model.writeTensors(to: &file, prefix: "node.\(index).")
      case .levels(let division): section.levels = division
      case .rules(let division): section.rules = division
      case .patterns(let division):
        section.patterns = PatternSection(layers: division.layers.map { ClusterSection($0) }, parts: division.parts)
        for (layer, clusters) in division.layers.enumerated() {
          try file.setTensor("node.\(index).layer.\(layer).centroids", clusters.tensor)
        }
      case nil: break
      }
      sections.append(section)
    }
    try file.setSection(
      "tree",
      Section(
        stages: stages, listedFrom: listedFrom, greatestSegment: greatestSegment, greatestMacro: greatestMacro,
        nodes: sections))
  }

  /// Reads what ``write(to:)`` wrote.
  /// - Throws: ``PipelineError/modelInconsistent(reason:)`` when its parts do not fit one another.
  init(_ file: ModelFile) throws {
    let section = try file.section("tree", as: Section.self)
    nodes = try section.nodes.enumerated().map { index, node in
      var division: SegmentDivision?
      if let levels = node.levels {
        guard !levels.levels.isEmpty, Set(levels.levels).count == levels.levels.count else {
          throw PipelineError.modelInconsistent(reason: "the levels of node \(index) are none, or not different")
        }
        division = .levels(levels)
      } else if let rules = node.rules {
        let named = rules.parts.compactMap { $0 }
        guard !named.isEmpty, Set(rules.parts).count == rules.parts.count, Set(named).isSubset(of: rules.lists),
          Set(rules.lists).count == rules.lists.count
        else { throw PipelineError.modelInconsistent(reason: "the rules of node \(index) do not fit its parts") }
        division = .rules(rules)
      } else if let section = node.mixture {
        let model = try section.mixture.model(
          file, prefix: "node.\(index).", of: section.transforms.columns.count)
        guard SegmentAssigner.mixture(model).fits(section.transforms), model.dividesNodes,
          section.limits.limits.count == model.components,
          section.limits.limits.allSatisfy({ $0 >= 0 && $0.isFinite })
        else {
          throw PipelineError.modelInconsistent(
            reason: "the mixture of node \(index) does not fit its columns and limits")
        }
        division = .mixture(MixtureDivision(transforms: section.transforms, model: model, limits: section.limits))
      } else if let clusters = node.clusters ?? ClusterSection(node.transforms, node.membership, node.limits) {
        division = .clusters(
          try clusters.division(try file.tensor("node.\(index).centroids"), "node \(index)"))
      } else if let patterns = node.patterns {
        let layers = try patterns.layers.enumerated().map { layer, clusters in
          try clusters.division(
            try file.tensor("node.\(index).layer.\(layer).centroids"), "layer \(layer) of node \(index)")
        }
        var count = 1
        for layer in layers { count = min(Int(Int32.max), count * layer.model.clusters) }
        guard !layers.isEmpty, patterns.parts.count == count, layers.allSatisfy({ $0.parts == nil }),
          Set(patterns.parts) == Set(0..<node.children.count)
        else { throw PipelineError.modelInconsistent(reason: "the patterns of node \(index) do not fit its layers") }
        division = .patterns(PatternDivision(layers: layers, parts: patterns.parts))
      }
      var read = Node(
        parent: node.parent, name: node.name, stability: node.stability, reason: node.reason, division: division)
      (read.children, read.macro, read.segment, read.size) = (node.children, node.macro, node.segment, node.size)
      return read
    }
    stages = section.stages ?? [Stage(root: 0, stretch: section.stretch ?? 1)]
    listedFrom = section.listedFrom
    (greatestSegment, greatestMacro) = (section.greatestSegment, section.greatestMacro)
    if let fault { throw PipelineError.modelInconsistent(reason: fault) }
  }

  /// More levels than any project may ask for.
  static let greatestDepth = 32

  /// What is wrong with the shape of the tree; nil if nothing is.
  private var fault: String? {
    guard !nodes.isEmpty, nodes[0].parent == nil else { return "its tree has no root" }
    guard stages.first?.root == 0, Set(stages.map(\.root)).count == stages.count,
      stages.allSatisfy({ nodes.indices.contains($0.root) && nodes[$0.root].parent == nil })
    else { return "its stages do not begin at roots" }
    guard stages.allSatisfy({ $0.stretch >= 1 && $0.stretch.isFinite }), listedFrom >= 0, listedFrom <= 1 else {
      return "the limits of its tree are no numbers to work with"
    }
    var depths = [Int](repeating: 0, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      // Whoever walks down a tree takes a step of the stack for each level.
      if let parent = node.parent, nodes.indices.contains(parent) { depths[index] = depths[parent] + 1 }
      guard depths[index] <= SegmentTree.greatestDepth, Set(node.children).count == node.children.count,
        node.children.count == node.division?.parts ?? 0, (node.segment == nil) == (node.division != nil),
        node.children.allSatisfy({ $0 > index && nodes.indices.contains($0) && nodes[$0].parent == index }),
        stages.contains(where: { $0.root == index })
          || node.parent.map({ nodes.indices.contains($0) && nodes[$0].children.contains(index) }) == true,
        node.segment == nil || node.macro != nil, (node.macro ?? 1) > 0, (node.segment ?? 1) > 0, node.size >= 0,
        node.stability.map({ $0 >= 0 && $0 <= 1 }) ?? true
      else { return "node \(index) of its tree does not fit the others" }
    }
    let ids = nodes.compactMap(\.segment)
    guard ids.allSatisfy({ $0 <= greatestSegment }), macros.allSatisfy({ $0 <= greatestMacro }) else {
      return "an id is greater than the greatest ever given"
    }
    return Set(ids).count == ids.count ? nil : "two of its segments have one id"
  }
}

/// What a division by k-means is, but for its centroids.
private struct ClusterSection: Codable {
  let transforms: FeatureTransforms
  let membership: DistanceMembership
  let limits: NoneLimits
  let parts: [Int]?

  init?(_ transforms: FeatureTransforms?, _ membership: DistanceMembership?, _ limits: NoneLimits?) {
    guard let transforms, let membership, let limits else { return nil }
    (self.transforms, self.membership, self.limits, parts) = (transforms, membership, limits, nil)
  }

  init(_ division: ClusterDivision) {
    (transforms, membership) = (division.transforms, division.membership)
    (limits, parts) = (division.limits, division.parts)
  }

  /// The division with the centroids of `tensor` (k x d).
  func division(_ tensor: Tensor, _ place: String) throws -> ClusterDivision {
    guard tensor.shape.count == 2, tensor.shape[0] > 0, tensor.values.allSatisfy({ $0.magnitude <= 1e100 }),
      tensor.shape[1] == transforms.columns.count,
      transforms.form == .distances, tensor.shape[1] > 0, limits.limits.count == tensor.shape[0],
      limits.limits.allSatisfy({ $0 >= 0 && $0.isFinite }), membership.variance >= 0, membership.variance.isFinite,
      parts.map({ $0.count == tensor.shape[0] && Set($0) == Set(0..<Set($0).count) }) ?? true
    else { throw PipelineError.modelInconsistent(reason: "the centroids of \(place) do not fit its columns") }
    return ClusterDivision(
      transforms: transforms,
      model: KMeansModel(centroids: Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.values)),
      membership: membership, limits: limits, parts: parts)
  }
}

extension ClusterDivision {
  fileprivate var tensor: Tensor {
    Tensor(shape: [model.centroids.rows, model.centroids.columns], values: model.centroids.values)
  }
}
