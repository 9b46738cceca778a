public import LinearAlgebra

/// The chance of an outcome as a logistic function of a linear one: ln(p / (1 - p)) = a + b' x.
///
/// Fitted by Newton's method (iteratively reweighted least squares: McCullagh & Nelder, 1989, section 4.4) on features of
/// mean 0 and standard deviation 1, so that a penalty does not depend on their units. Each iteration is one pass over
/// the rows, O(n d^2), and holds nothing of their size.
public struct LogisticRegression: Sendable, Hashable, Codable {
  /// What is added to the negative log-likelihood, in coefficients b of standardised features; never of the intercept.
  public enum Penalty: Sendable, Hashable, Codable {
    /// Nothing: maximum likelihood.
    case none
    /// strength / 2 x sum b^2 (Hoerl & Kennard, 1970).
    case ridge(Double)
    /// strength x (share x sum |b| + (1 - share) / 2 x sum b^2) (Zou & Hastie, 2005).
    case elasticNet(strength: Double, absoluteShare: Double)

    var absolute: Double {
      if case .elasticNet(let strength, let share) = self { strength * share } else { 0 }
    }
    var square: Double {
      switch self {
      case .none: 0
      case .ridge(let strength): strength
      case .elasticNet(let strength, let share): strength * (1 - share)
      }
    }
  }

  /// The penalty; its strength counts in rows.
  public var penalty = Penalty.ridge(1)
  /// The most Newton steps.
  public var maxIterations = 50
  /// Steps end when another would lower the penalised deviance by less than this share of it.
  public var tolerance = 1e-12

  /// Defaults: a light ridge.
  public init() {}

  /// With `penalty`.
  public init(penalty: Penalty) { self.penalty = penalty }

  /// Fits to `x` (n x d, finite or NaN where missing) and `outcome` (n, 0 or 1), rows weighted by `weights` (n, >= 0).
  ///
  /// Columns that follow from others exactly are left out where nothing is penalised. Where the outcomes are separated,
  /// so that no maximum exists, the fit is a ridge of strength 1 and ``LogisticFit/separation`` says so.
  /// - Throws: ``PropensityError`` before any work if a parameter or the data are unusable.
  public func fit(
    _ x: Matrix, outcome: [Double], weights: [Double]? = nil
  ) throws(PropensityError) -> LogisticFit {
    try check()
    let rows = try OutcomeRows(x, outcome, .probability, weights)
    var design = LinearDesign(x, weights: weights)
    guard !design.columns.isEmpty else { throw .nothingVaries }
    if penalty == .none { design = NewtonFit.independent(design, x, rows) }
    let newton = NewtonFit(design: design, x: x, rows: rows, settings: self)
    let solution = newton.solve()
    if penalty == .none, let columns = solution.separated {
      var light = self
      light.penalty = .ridge(1)
      let again = NewtonFit(design: design, x: x, rows: rows, settings: light).solve()
      return LogisticFit(design, again, rows, separation: columns)
    }
    return LogisticFit(design, solution, rows, separation: nil)
  }

  private func check() throws(PropensityError) {
    guard penalty.square >= 0, penalty.square.isFinite, penalty.absolute >= 0, penalty.absolute.isFinite else {
      throw .parameter(name: "The penalty's strength", requirement: "a finite number of 0 or more")
    }
    if case .elasticNet(_, let share) = penalty, !(0...1).contains(share) {
      throw .parameter(name: "absoluteShare", requirement: "between 0 and 1")
    }
    guard maxIterations >= 1 else { throw .parameter(name: "maxIterations", requirement: "1 or more") }
    guard tolerance > 0, tolerance < 1 else { throw .parameter(name: "tolerance", requirement: "between 0 and 1") }
  }
}
