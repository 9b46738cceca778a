/// How customers order and how they leave: the families of buy-till-you-die models.
///
/// While alive a customer orders at random at a rate of his own; at some unseen moment he leaves for good. Families differ
/// in when that happens. Rates and dropouts vary between customers, independently of each other.
public enum OrderFamily: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nobody leaves: Poisson orders, rates Gamma(r, alpha) (Ehrenberg, 1959). The answer when no dropout can be seen.
  case nbd
  /// Leaves after a repeat order, with a probability ~ Beta(a, b); never before the first repeat order, so P(alive) is 1
  /// for those without one (Fader, Hardie & Lee, 2005, "Counting your customers the easy way").
  case bgnbd
  /// As BG/NBD, but may also leave right after the first order (Batislam, Denizel & Filiztekin, 2007).
  case mbgnbd
  /// May leave at any time: lifetimes exponential with rates Gamma(s, beta) (Schmittlein, Morrison & Colombo, 1987).
  case paretonbd
  /// Opportunities instead of time (yearly donations, monthly boxes): orders at each with probability
  /// ~ Beta(alpha, beta), leaves before each with probability ~ Beta(gamma, delta) (Fader, Hardie & Shang, 2010).
  case bgbb

  /// The names of the parameters, as their papers have them. All are above 0.
  public var parameterNames: [String] {
    switch self {
    case .nbd: ["r", "alpha"]
    case .bgnbd, .mbgnbd: ["r", "alpha", "a", "b"]
    case .paretonbd: ["r", "alpha", "s", "beta"]
    case .bgbb: ["alpha", "beta", "gamma", "delta"]
    }
  }

  /// Its usual name.
  public var title: String {
    switch self {
    case .nbd: "NBD"
    case .bgnbd: "BG/NBD"
    case .mbgnbd: "MBG/NBD"
    case .paretonbd: "Pareto/NBD"
    case .bgbb: "BG/BB"
    }
  }

  /// Whether time is counted in opportunities rather than measured.
  public var isDiscrete: Bool { self == .bgbb }
}
