public import Clustering
public import Features
internal import LinearAlgebra

/// Parts found by a mixture: each is a distribution of Gaussian columns and categories, and missing values are integrated
/// out.
public struct MixtureDivision: Sendable, Hashable {
  /// How features become columns here; made for likelihoods.
  public let transforms: FeatureTransforms
  /// The distributions.
  public let model: MixtureModel
  /// The greatest deviance from each part (``MixtureModel/deviances(_:)``), before they are enlarged.
  public let limits: NoneLimits

  /// The number of parts.
  var count: Int { model.components }

  /// The division by `model`, its limits those of the rows of `x` (m x d) that were given `labels` (m).
  init(_ transforms: FeatureTransforms, _ model: MixtureModel, _ x: Matrix, labels: [Int]) throws(FitError) {
    let deviances = try model.deviances(x)
    self.init(
      transforms: transforms, model: model,
      limits: NoneLimits(
        squaredDistances: labels.indices.map { deviances[$0, max(0, labels[$0])] }, labels: labels,
        segments: model.components))
  }

  init(transforms: FeatureTransforms, model: MixtureModel, limits: NoneLimits) {
    (self.transforms, self.model, self.limits) = (transforms, model, limits)
  }

  /// Memberships are responsibilities; a customer lies outside a part as far as its deviance lies above the limit.
  ///
  /// Whoever has no value in these features belongs to the parts by their shares, and lies outside none.
  func place(_ x: Matrix) -> SegmentDivision.Placement {
    guard let memberships = try? model.memberships(x), let deviances = try? model.deviances(x) else {
      // Transformed values are always such as a model can score; a file whose model cannot is refused when it is read.
      return SegmentDivision.Placement(
        memberships: Matrix(rows: x.rows, columns: count, repeating: 1 / Double(count)),
        excess: Matrix(rows: x.rows, columns: count, repeating: .infinity))
    }
    var excess = deviances
    for row in 0..<x.rows {
      for part in 0..<count { excess[row, part] = MixtureDivision.excess(deviances[row, part], limits.limits[part]) }
    }
    return SegmentDivision.Placement(memberships: memberships, excess: excess)
  }

  static func excess(_ deviance: Double, _ limit: Double) -> Double {
    limit > 0 ? deviance / limit : deviance > 0 ? .infinity : 0
  }

  /// This division with its distributions moved to the rows of `x` (n x d) by EM from where they stand, and the part of
  /// each row then; as it is where they cannot be fitted.
  func following(_ x: Matrix) throws(FitError) -> (division: MixtureDivision, labels: [Int]) {
    var mixture = Mixture(components: count, blocks: model.blocks.map { $0.settings })
    mixture.missing = model.missing
    let moved: MixtureModel
    do throws(FitError) {
      let fit = try mixture.fit(x, from: model)
      // A fit puts the largest part first, but each must stay where it was.
      moved = fit.model.reordered(try model.matching(fit.model, on: x))
    } catch .cancelled {
      throw .cancelled
    } catch {
      moved = model
    }
    let labels = try moved.assign(x).labels
    return (try MixtureDivision(transforms, moved, x, labels: labels), labels)
  }
}

extension FittedBlock {
  /// The block as a mixture of such parameters has it.
  fileprivate var settings: MixtureBlock {
    let kind: MixtureBlock.Kind =
      switch parameters {
      case .gaussian(let gaussian): .gaussian(gaussian.family)
      case .logNormal(let gaussian): .logNormal(gaussian.family)
      case .poisson: .poisson
      case .negativeBinomial: .negativeBinomial
      case .categorical: .categorical
      case .ordinal: .ordinal
      case .binary: .binary
      }
    return MixtureBlock(kind, columns: columns, name: name)
  }
}

extension MixtureModel {
  /// The component of `other` that most resembles each of these: the one-to-one assignment that shares most of the
  /// responsibilities of the rows of `x`.
  fileprivate func matching(_ other: MixtureModel, on x: Matrix) throws(FitError) -> [Int] {
    let (own, others) = (try memberships(x), try other.memberships(x))
    var shared = Matrix(rows: components, columns: components)
    for row in 0..<x.rows {
      for i in 0..<components { for j in 0..<components { shared[i, j] += own[row, i] * others[row, j] } }
    }
    let partners = optimalAssignment(rows: components, columns: components) { -shared[$0, $1] }
    return partners.enumerated().map { $1 ?? $0 }
  }
}
