/// Whom profiles and cards tell of.
public enum ReportedGroups {
  /// Groups and levels of fewer customers would tell of single ones.
  public static let least = 10
}
