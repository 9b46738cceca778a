/// How the segments were found.
public struct ReportFound: Sendable, Hashable, Codable {
  /// One division of the tree, or a part that was not divided.
  public struct Node: Sendable, Hashable, Codable {
    /// How far below everybody it stands, from 0.
    public let depth: Int
    /// What it is: "everybody", "macro-segment 2", "segment 2/7".
    public let title: String
    /// The features by which its parts were found; empty where it was not divided.
    public let features: [String]
    /// The mean Jaccard similarity with which it came back; nil where none was measured.
    public let stability: Double?
    /// Why it was divided so, or not.
    public internal(set) var reason: String

    /// A node.
    public init(depth: Int, title: String, features: [String], stability: Double?, reason: String) {
      (self.depth, self.title, self.features) = (depth, title, features)
      (self.stability, self.reason) = (stability, reason)
    }
  }

  /// How many segments there are, and why; a sentence each.
  public internal(set) var sentences: [String]
  /// From everybody down.
  public internal(set) var nodes: [Node]
  /// The numbers of clusters tried and the criteria by which one was chosen; nil where there was no choice.
  public let criteria: ReportTable?

  /// How they were found.
  public init(sentences: [String], nodes: [Node] = [], criteria: ReportTable? = nil) {
    (self.sentences, self.nodes, self.criteria) = (sentences, nodes, criteria)
  }
}

/// A plain table.
public struct ReportTable: Sendable, Hashable, Codable {
  /// A column.
  public struct Column: Sendable, Hashable, Codable {
    /// Its title.
    public let title: String
    /// Whether it holds numbers.
    public let isNumber: Bool

    /// A column.
    public init(_ title: String, isNumber: Bool = false) { (self.title, self.isNumber) = (title, isNumber) }
  }

  /// What it shows.
  public let caption: String
  /// Its columns.
  public let columns: [Column]
  /// A text for each column.
  public let rows: [[String]]

  /// A table; rows are as long as there are columns.
  public init(caption: String, columns: [Column], rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a text for each of \(columns.count) columns")
    (self.caption, self.columns, self.rows) = (caption, columns, rows)
  }
}

/// What is known of the data.
public struct ReportQuality: Sendable, Hashable, Codable {
  /// What was read of each source; nil for a ready table.
  public internal(set) var sources: ReportTable?
  /// What a reader should know, in sentences.
  public internal(set) var notes: [String]
  /// How many notes tell of fewer than ten, and are not among them.
  public internal(set) var withheldNotes = 0

  /// What is known.
  public init(sources: ReportTable? = nil, notes: [String] = []) { (self.sources, self.notes) = (sources, notes) }
}

/// A setting or a mark of where the model comes from.
public struct ReportSetting: Sendable, Hashable, Codable {
  /// What it belongs to: "Provenance", "Tree".
  public let group: String
  /// What it is.
  public let name: String
  /// Its value.
  public let value: String

  /// A setting.
  public init(_ group: String, _ name: String, _ value: String) {
    (self.group, self.name, self.value) = (group, name, value)
  }
}
