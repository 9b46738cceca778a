/// What was read of each source, what was left out, and why.
public struct DataQuality: Sendable, Hashable, Codable {
  /// The count of one source.
  public struct SourceCount: Sendable, Hashable, Codable {
    public let source: String
    public let role: SourceRole
    public let rowsRead: Int
    /// Rows used: known at the as-of date, with a customer.
    public let rowsUsed: Int
    /// Left out, by reason; reasons that left out nothing are absent.
    public let leftOut: [Reason]
  }

  /// One reason and its rows.
  public struct Reason: Sendable, Hashable, Codable {
    public let reason: String
    public let rows: Int
  }

  public var sources: [SourceCount] = []
  /// What a reader should know besides, in sentences.
  public var notes: [String] = []

  public init() {}
}
