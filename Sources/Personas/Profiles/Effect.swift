/// How far the customers of a group differ from others in one feature.
///
/// Cliff's delta (Cliff, 1993): the chance that a customer of the group has more than one of the others, less the chance
/// that they have less; from -1 to 1, 0 where neither is likelier. It needs no units, no shape and no scale; of a level of
/// a category, which a customer has or has not, it is the difference of the shares.
public struct Effect: Sendable, Hashable, Codable {
  /// Cliff's delta.
  public let delta: Double
  /// The lower end of its 95% interval.
  public let low: Double
  /// The upper end of its 95% interval.
  public let high: Double
  /// The two-sided p-value of no difference; of features that formed the segments it is too small, as they were sought
  /// in the same data.
  public let p: Double
  /// `p` adjusted for all comparisons made (Benjamini & Hochberg, 1995): a list cut at .05 holds 5% false ones.
  public internal(set) var q: Double

  /// From here on a difference is small, medium and large (Romano et al., 2006).
  public static let (small, medium, large) = (0.147, 0.33, 0.474)
}
