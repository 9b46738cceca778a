internal import Clustering
internal import LinearAlgebra
internal import ModelFiles

/// The arrays of a model file. k-means has `centroids` (k x d); a mixture has `proportions` (k) and, for its block
/// number b, `block.b.means` (k x d) and `block.b.covariances` (k x d x d), or whatever its kind of distribution has.
/// The section `mixture` says which kind each block is, and which columns it takes.
extension SegmentAssigner {
  func write(to file: inout ModelFile) throws {
    switch self {
    case .kMeans(let model):
      try file.setTensor("centroids", Tensor(model.centroids))
    case .mixture(let model):
      try model.writeTensors(to: &file, prefix: "")
      try file.setSection("mixture", MixtureSection(model))
    }
  }

  /// Reads what `method` wrote for that many transformed `columns`.
  init(_ file: ModelFile, method: SegmentMethod, columns: Int) throws {
    switch method {
    case .kMeans:
      let centroids = try file.matrix("centroids")
      guard centroids.rows > 0, centroids.columns > 0 else {
        throw PipelineError.modelInconsistent(reason: "it has no centroid")
      }
      self = .kMeans(KMeansModel(centroids: centroids))
    case .mixture:
      let model = try file.section("mixture", as: MixtureSection.self).model(file, prefix: "", of: columns)
      self = .mixture(model)
    case .tree: throw PipelineError.modelInconsistent(reason: "its tree is no clustering")
    }
  }
}

/// What a model file says of a mixture beside its arrays.
struct MixtureSection: Codable {
  let columns: Int
  let missing: Mixture.MissingValues
  let noise: MixtureModel.Noise?
  let blocks: [Block]

  struct Block: Codable {
    let name: String
    let columns: [Int]
    let kind: MixtureBlock.Kind
    /// The power of two by which the Gaussian columns are multiplied before anything is computed with them.
    let scale: Double?
  }

  init(_ model: MixtureModel) {
    (columns, missing, noise) = (model.columns, model.missing, model.noise)
    blocks = model.blocks.map {
      Block(name: $0.name, columns: $0.columns, kind: $0.parameters.kind, scale: $0.parameters.scale)
    }
  }

  /// The mixture of `count` transformed columns whose arrays are called by `prefix` and then their own names.
  /// - Throws: ``PipelineError/modelInconsistent(reason:)`` when they are those of no mixture.
  func model(_ file: ModelFile, prefix: String, of count: Int) throws -> MixtureModel {
    guard columns == count, columns > 0 else {
      throw PipelineError.modelInconsistent(reason: "its arrays are not those of a mixture")
    }
    let blocks = try blocks.enumerated().map { index, block in
      FittedBlock(
        name: block.name, columns: block.columns,
        parameters: try FittedBlock.Parameters(
          block.kind, columns: block.columns.count, scale: block.scale ?? 1, file, prefix: "\(prefix)block.\(index)."))
    }
    let model = MixtureModel(
      columns: columns, proportions: try file.tensor("\(prefix)proportions").values, noise: noise, blocks: blocks,
      missing: missing)
    guard (try? model.assign(Matrix(rows: 0, columns: columns))) != nil else {
      throw PipelineError.modelInconsistent(reason: "its arrays are not those of a mixture")
    }
    return model
  }
}

extension MixtureModel {
  /// Writes its arrays, each called by `prefix` and then its own name.
  func writeTensors(to file: inout ModelFile, prefix: String) throws {
    try file.setTensor("\(prefix)proportions", Tensor(shape: [components], values: proportions))
    for (index, block) in blocks.enumerated() {
      for (name, tensor) in block.parameters.tensors { try file.setTensor("\(prefix)block.\(index).\(name)", tensor) }
    }
  }

  /// Whether it may divide a node of a tree: by Gaussian columns and categories, all of them used, missing values
  /// integrated out.
  var dividesNodes: Bool {
    let areKnown = blocks.allSatisfy { block in
      switch block.parameters {
      case .gaussian, .categorical: true
      case .logNormal, .poisson, .negativeBinomial, .ordinal, .binary: false
      }
    }
    return areKnown && noise == nil && missing == .integrated && blocks.reduce(0) { $0 + $1.columns.count } == columns
  }
}

extension Tensor {
  fileprivate init(_ matrix: Matrix) { self.init(shape: [matrix.rows, matrix.columns], values: matrix.values) }

  /// Square matrices of one size, one behind the other.
  fileprivate init(_ matrices: [Matrix]) {
    let d = matrices.first?.rows ?? 0
    self.init(shape: [matrices.count, d, d], values: matrices.flatMap(\.values))
  }
}

extension ModelFile {
  fileprivate func matrix(_ name: String) throws -> Matrix {
    let tensor = try tensor(name)
    guard tensor.shape.count == 2 else {
      throw PipelineError.modelInconsistent(reason: "its '\(name)' is not a matrix")
    }
    return Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.values)
  }

  /// As many square matrices as `means` has rows, each as wide as it is.
  fileprivate func matrices(_ name: String, like means: Matrix) throws -> [Matrix] {
    let tensor = try tensor(name)
    let d = means.columns
    guard tensor.shape == [means.rows, d, d] else {
      throw PipelineError.modelInconsistent(reason: "its '\(name)' does not fit its means")
    }
    return (0..<means.rows).map {
      Matrix(rows: d, columns: d, values: Array(tensor.values[$0 * d * d..<($0 + 1) * d * d]))
    }
  }
}

extension FittedBlock.Parameters {
  /// The arrays by name.
  fileprivate var tensors: [(String, Tensor)] {
    switch self {
    case .gaussian(let gaussian), .logNormal(let gaussian):
      [("means", Tensor(gaussian.means)), ("covariances", Tensor(gaussian.covariances))]
    case .poisson(let means): [("means", Tensor(means))]
    case .negativeBinomial(let means, let sizes): [("means", Tensor(means)), ("sizes", Tensor(sizes))]
    case .categorical(let columns), .ordinal(let columns):
      columns.enumerated().map { ("probabilities.\($0)", Tensor($1)) }
    case .binary(let probabilities): [("probabilities", Tensor(probabilities))]
    }
  }

  /// The kind of distribution these are parameters of.
  fileprivate var kind: MixtureBlock.Kind {
    switch self {
    case .gaussian(let gaussian): .gaussian(gaussian.family)
    case .logNormal(let gaussian): .logNormal(gaussian.family)
    case .poisson: .poisson
    case .negativeBinomial: .negativeBinomial
    case .categorical: .categorical
    case .ordinal: .ordinal
    case .binary: .binary
    }
  }

  /// What the computation multiplies Gaussian columns by; nil for other kinds.
  fileprivate var scale: Double? {
    switch self {
    case .gaussian(let gaussian), .logNormal(let gaussian): gaussian.scale
    default: nil
    }
  }

  fileprivate init(
    _ kind: MixtureBlock.Kind, columns: Int, scale: Double, _ file: ModelFile, prefix: String
  ) throws {
    func gaussian(_ family: CovarianceFamily) throws -> GaussianParameters {
      let means = try file.matrix("\(prefix)means")
      return GaussianParameters(
        family: family, means: means, scale: scale,
        scaledCovariances: try file.matrices("\(prefix)covariances", like: means).map { covariance in
          // Exact, because the scale is a power of two.
          let values = covariance.values.map { $0 * scale * scale }
          return Matrix(rows: covariance.rows, columns: covariance.columns, values: values)
        })
    }
    func perColumn() throws -> [Matrix] { try (0..<columns).map { try file.matrix("\(prefix)probabilities.\($0)") } }
    switch kind {
    case .gaussian(let family): self = .gaussian(try gaussian(family))
    case .logNormal(let family): self = .logNormal(try gaussian(family))
    case .poisson: self = .poisson(means: try file.matrix("\(prefix)means"))
    case .negativeBinomial:
      self = .negativeBinomial(
        means: try file.matrix("\(prefix)means"), sizes: try file.matrix("\(prefix)sizes"))
    case .categorical: self = .categorical(try perColumn())
    case .ordinal: self = .ordinal(try perColumn())
    case .binary: self = .binary(try file.matrix("\(prefix)probabilities"))
    }
  }
}
