/// What was read of each source, what was left out, and why.
public struct DataQuality: Sendable, Hashable, Codable {
  /// The count of one source.
  public struct SourceCount: Sendable, Hashable, Codable {
    /// The name of the source.
    public let source: String
    /// What its rows are.
    public let role: SourceRole
    /// Rows of the source that meet its condition.
    public let rowsRead: Int
    /// Rows used: known at the as-of date, with a customer.
    public let rowsUsed: Int
    /// Left out, by reason; reasons that left out nothing are absent.
    public let leftOut: [Reason]
  }

  /// One reason and its rows.
  public struct Reason: Sendable, Hashable, Codable {
    /// In words: "no customer".
    public let reason: String
    /// How many rows were left out for it, and for none before it.
    public let rows: Int
  }

  /// One count a source, in the order of the project.
  public var sources: [SourceCount] = []
  /// What a reader should know besides, in sentences.
  public var notes: [String] = []

  /// Nothing read yet.
  public init() {}
}
