public import Foundation
public import LinearAlgebra

/// Fitted boosted trees.
public struct BoostedModel: Sendable {
  /// The trees as JSON that any XGBoost reads.
  public let json: Data
  /// What they predict.
  public let kind: OutcomeKind
  /// d, the number of features.
  public let features: Int
  /// The number of trees.
  public let trees: Int
  /// The sum over all divisions by each feature of what they lowered the training loss by, as shares of the whole (d).
  public let gains: [Double]
  private let booster: Booster

  /// Reads trees as ``json`` holds them, and checks that every reference inside stays inside before the library sees it.
  /// - Throws: ``PropensityError/modelInvalid(reason:)``, and where there is no XGBoost.
  public init(_ json: Data) throws(PropensityError) {
    let outline = try TreeOutline(json)
    self.json = json
    kind = outline.kind
    features = outline.features
    trees = outline.trees
    gains = outline.gains
    booster = try Booster(json)
  }

  /// Predictions of the logit, or of the mean (n).
  public func margins(_ x: Matrix) throws(PropensityError) -> [Double] { try predict(x, .margin) }

  /// What each feature adds to the logit or mean of each row (n x d), and what all rows start from; rows add up to their
  /// margin but for rounding in single precision.
  ///
  /// Shapley values of the trees, path-dependent (Lundberg et al., 2020).
  public func contributions(_ x: Matrix) throws(PropensityError) -> (base: Double, each: Matrix) {
    let all = try predict(x, .contributions)
    let width = features + 1
    var each: [Double] = []
    each.reserveCapacity(x.rows * features)
    for row in 0..<x.rows { each.append(contentsOf: all[row * width..<row * width + features]) }
    return (x.rows > 0 ? all[features] : 0, Matrix(rows: x.rows, columns: features, values: each))
  }

  private func predict(_ x: Matrix, _ wanted: Booster.Wanted) throws(PropensityError) -> [Double] {
    guard x.columns == features else { throw .columnCount(have: x.columns, need: features) }
    guard x.rows > 0 else { return [] }
    if let position = x.values.firstIndex(where: { $0.isInfinite }) {
      throw .infinite(row: position / x.columns, column: position % x.columns)
    }
    return try booster.predict(try BoostedMatrix(x, library: try XGBoostLibrary.current()), wanted, rounds: trees)
  }
}

extension BoostedModel: OutcomeModel {
  /// The probability, or mean, of each row (n x d).
  public func expected(_ x: Matrix) throws(PropensityError) -> [Double] {
    let margins = try margins(x)
    return kind == .probability ? margins.map(Logit.probability) : margins
  }
}

extension BoostedModel: Codable, Hashable {
  /// Equal where the trees are.
  public static func == (a: BoostedModel, b: BoostedModel) -> Bool { a.json == b.json }

  /// The trees.
  public func hash(into hasher: inout Hasher) { hasher.combine(json) }

  /// Reads the JSON text of the trees.
  public init(from decoder: any Decoder) throws {
    try self.init(Data(try decoder.singleValueContainer().decode(String.self).utf8))
  }

  /// Writes the JSON text of the trees.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(decoding: json, as: UTF8.self))
  }
}

/// What a file says of its trees, checked: a file that was made by hand must not lead the library astray.
private struct TreeOutline {
  let kind: OutcomeKind
  let features: Int
  let trees: Int
  let gains: [Double]

  private struct File: Decodable {
    struct Learner: Decodable {
      struct Booster: Decodable {
        struct Model: Decodable {
          let trees: [Tree]
          let tree_info: [Int]
        }
        let name: String
        let model: Model
      }
      struct Objective: Decodable { let name: String }
      struct Parameters: Decodable {
        let num_feature: String
        let num_class: String
        let base_score: String
      }
      let gradient_booster: Booster
      let objective: Objective
      let learner_model_param: Parameters
    }
    let learner: Learner
  }

  private struct Tree: Decodable {
    struct Parameters: Decodable {
      let num_nodes: String
      let num_feature: String
    }
    let left_children: [Int]
    let right_children: [Int]
    let parents: [Int]
    let split_indices: [Int]
    let split_conditions: [Double]
    let base_weights: [Double]
    let loss_changes: [Double]
    let sum_hessian: [Double]
    let split_type: [Int]
    let categories: [Int]
    let tree_param: Parameters
  }

  init(_ json: Data) throws(PropensityError) {
    let learner: File.Learner
    do { learner = try JSONDecoder().decode(File.self, from: json).learner } catch {
      throw .modelInvalid(reason: "its trees are not those of XGBoost")
    }
    switch learner.objective.name {
    case "binary:logistic": kind = .probability
    case "reg:squarederror": kind = .mean
    default: throw .modelInvalid(reason: "its trees predict neither a chance nor a mean")
    }
    guard learner.gradient_booster.name == "gbtree", let features = Int(learner.learner_model_param.num_feature),
      features > 0, ["0", "1"].contains(learner.learner_model_param.num_class),
      Double(learner.learner_model_param.base_score)?.isFinite == true
    else { throw .modelInvalid(reason: "its trees are of a kind that is not used here") }
    let model = learner.gradient_booster.model
    guard model.trees.count == model.tree_info.count, !model.trees.isEmpty, model.tree_info.allSatisfy({ $0 == 0 })
    else { throw .modelInvalid(reason: "its trees do not belong to one outcome") }
    var gains = [Double](repeating: 0, count: features)
    for tree in model.trees { try TreeOutline.check(tree, features, &gains) }
    let total = gains.reduce(0, +)
    self.features = features
    trees = model.trees.count
    self.gains = total > 0 ? gains.map { $0 / total } : gains
  }

  /// Every node is reached once from the root, and divides by a feature there is.
  private static func check(_ tree: Tree, _ features: Int, _ gains: inout [Double]) throws(PropensityError) {
    let nodes = tree.left_children.count
    let lengths = [
      tree.right_children.count, tree.parents.count, tree.split_indices.count, tree.split_conditions.count,
      tree.base_weights.count, tree.loss_changes.count, tree.sum_hessian.count, tree.split_type.count,
    ]
    guard nodes > 0, lengths.allSatisfy({ $0 == nodes }), Int(tree.tree_param.num_nodes) == nodes,
      Int(tree.tree_param.num_feature) == features, tree.categories.isEmpty, tree.split_type.allSatisfy({ $0 == 0 })
    else { throw .modelInvalid(reason: "a tree's parts have different lengths") }
    var isReached = [Bool](repeating: false, count: nodes)
    var open = [0]
    while let node = open.popLast() {
      guard !isReached[node] else { throw .modelInvalid(reason: "a tree runs in a circle") }
      isReached[node] = true
      let (left, right) = (tree.left_children[node], tree.right_children[node])
      if left == -1, right == -1 { continue }
      guard (0..<nodes).contains(left), (0..<nodes).contains(right), (0..<features).contains(tree.split_indices[node])
      else { throw .modelInvalid(reason: "a tree points outside itself") }
      gains[tree.split_indices[node]] += max(0, tree.loss_changes[node])
      open += [left, right]
    }
  }
}
