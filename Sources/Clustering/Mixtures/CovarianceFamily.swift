/// What the components of a Gaussian mixture have in common: one of 14 families.
///
/// A covariance is Sigma_k = lambda_k D_k A_k D_k': its volume lambda_k = |Sigma_k|^(1/d), its shape A_k (diagonal,
/// determinant 1) and its orientation D_k (orthogonal). The three letters say of each whether it is equal (E) in all
/// components, varies (V), or is the identity (I). Banfield & Raftery (1993); Celeux & Govaert (1995).
///
/// | family | volume | shape | orientation | parameters, o = d (d - 1) / 2 |
/// |---|---|---|---|---|
/// | EII | equal | sphere | none | 1 |
/// | VII | varies | sphere | none | k |
/// | EEI | equal | equal | axes | d |
/// | VEI | varies | equal | axes | k + d - 1 |
/// | EVI | equal | varies | axes | 1 + k (d - 1) |
/// | VVI | varies | varies | axes | k d |
/// | EEE | equal | equal | equal | d + o |
/// | VEE | varies | equal | equal | k + d - 1 + o |
/// | EVE | equal | varies | equal | 1 + k (d - 1) + o |
/// | VVE | varies | varies | equal | k d + o |
/// | EEV | equal | equal | varies | d + k o |
/// | VEV | varies | equal | varies | k + d - 1 + k o |
/// | EVV | equal | varies | varies | 1 + k (d - 1) + k o |
/// | VVV | varies | varies | varies | k d + k o |
///
/// With one column there is only volume: seven families are EII and seven VII (`E` and `V` elsewhere). With one
/// component nothing can vary: EII, EEI and EEE remain. ``simplest(components:columns:)`` says which.
public enum CovarianceFamily: String, CaseIterable, Sendable, Hashable, Codable {
  /// Spheres of one size.
  case eii = "EII"
  /// Spheres of different sizes.
  case vii = "VII"
  /// One diagonal covariance for all.
  case eei = "EEI"
  /// Diagonal, sizes differ.
  case vei = "VEI"
  /// Diagonal, one size, shapes differ.
  case evi = "EVI"
  /// A diagonal covariance each.
  case vvi = "VVI"
  /// One full covariance for all.
  case eee = "EEE"
  /// One full covariance for all but for size.
  case vee = "VEE"
  /// Common principal axes, one size, shapes differ.
  case eve = "EVE"
  /// Common principal axes, sizes and shapes differ.
  case vve = "VVE"
  /// One size and shape, turned differently.
  case eev = "EEV"
  /// One shape, sizes differ, turned differently.
  case vev = "VEV"
  /// One size, shapes differ, turned differently.
  case evv = "EVV"
  /// A full covariance each.
  case vvv = "VVV"

  /// What the covariance matrices look like, which decides what data a family can be fitted to.
  public enum Form: Sendable, Hashable {
    /// A multiple of the identity.
    case spherical
    /// Diagonal: columns are independent within a component.
    case diagonal
    /// Any positive definite matrix.
    case full
  }

  /// What the covariance matrices look like.
  public var form: Form {
    switch self {
    case .eii, .vii: .spherical
    case .eei, .vei, .evi, .vvi: .diagonal
    case .eee, .vee, .eve, .vve, .eev, .vev, .evv, .vvv: .full
    }
  }

  /// Whether every covariance is a multiple of the identity.
  public var isSpherical: Bool { form == .spherical }
  /// Whether every covariance is diagonal; spheres are.
  public var isDiagonal: Bool { form != .full }
  /// Whether components may differ in volume.
  public var volumeVaries: Bool { rawValue.first == "V" }

  /// The free parameters of the covariances of `components` components in `columns` columns.
  public func parameterCount(components: Int, columns: Int) -> Int {
    let (k, d) = (components, columns)
    let o = d * (d - 1) / 2
    return switch self {
    case .eii: 1
    case .vii: k
    case .eei: d
    case .vei: k + d - 1
    case .evi: 1 + k * (d - 1)
    case .vvi: k * d
    case .eee: d + o
    case .vee: k + d - 1 + o
    case .eve: 1 + k * (d - 1) + o
    case .vve: k * d + o
    case .eev: d + k * o
    case .vev: k + d - 1 + k * o
    case .evv: 1 + k * (d - 1) + k * o
    case .vvv: k * d + k * o
    }
  }

  /// The family of the same models with the fewest iterations, for `components` components in `columns` columns.
  ///
  /// With one column there is only volume: EII or VII. With one component nothing can vary: EII, EEI or EEE.
  public func simplest(components: Int, columns: Int) -> CovarianceFamily {
    switch (components, columns) {
    case (...1, ...1): .eii
    case (_, ...1): volumeVaries ? .vii : .eii
    case (...1, _):
      switch form {
      case .spherical: .eii
      case .diagonal: .eei
      case .full: .eee
      }
    default: self
    }
  }

  /// The families that differ from each other for `components` components in `columns` columns: what a sweep fits.
  public static func distinct(components: Int, columns: Int) -> [CovarianceFamily] {
    allCases.filter { $0.simplest(components: components, columns: columns) == $0 }
  }
}
