/// What was read of each source, what was left out, and why; and what a reader should know of what was used.
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
  /// What was found in the rows used, one detail a source, in the order of the project; nil in models of versions that
  /// did not look.
  public var details: [SourceDetail]?
  /// What a reader should know besides, in sentences.
  public var notes: [String] = []

  /// Nothing read yet.
  public init() {}

  /// What was found in the rows of `source`.
  public func detail(_ source: String) -> SourceDetail? { details?.first { $0.source == source } }
}

/// What the used rows of one source hold: copies, strangers, unlikely values, and its columns.
public struct SourceDetail: Sendable, Hashable, Codable {
  /// The name of the source.
  public let source: String
  /// The rows looked at for copies, strangers and columns.
  public let rowsLookedAt: Int
  /// Those rows are of one customer in this many, drawn by a hash of the identifier; 1 is everybody.
  public let oneCustomerIn: Int
  /// Rows that say in every column what another row says already (on engines without hashes, in every column used).
  public let repeatedRows: Int
  /// Times before 1900-01-02 or on 1970-01-01, which often stand for no date.
  public let implausibleTimes: Int
  /// Transactions: rows with a negative amount or quantity.
  public let returnedRows: Int?
  /// Records of things that another source should know and does not.
  public internal(set) var orphans: [Orphans] = []
  /// Transactions: amounts and quantities far beyond the others.
  public internal(set) var outliers: [Outliers] = []
  /// Transactions: how much the customers who spent most weigh.
  public internal(set) var concentration: Concentration?
  /// Customers: rows that say in every column but the identifier what another row says already; nil where the columns
  /// do not tell nine rows in ten apart, and of other sources.
  public internal(set) var alikeRows: Int?
  /// Transactions: customers of whom there are returned lines alone, where these are no purchases; nil of other sources.
  public internal(set) var returnsAlone: Int?
  /// Products: columns in which the rows of one product differ; nil of other sources.
  public internal(set) var contradictions: [Contradiction]?
  /// The columns used, in the order of their roles.
  public internal(set) var columns: [ColumnDetail] = []

  /// A column in which several rows of one thing say different.
  public struct Contradiction: Sendable, Hashable, Codable {
    /// The column.
    public let column: String
    /// Things of which rows differ in it.
    public let keys: Int
    /// The rows of these.
    public let rows: Int
  }

  /// What refers to nothing.
  public struct Orphans: Sendable, Hashable, Codable {
    /// In words: "lines of a product that 'products' does not have".
    public let what: String
    /// How many, of the rows looked at.
    public let count: Int
    /// Of how many.
    public let of: Int
  }

  /// Values above a fence that the bulk of the values sets.
  ///
  /// The fence is Q3 (Q3 / Q1)^3, quartiles of the positive values: the outer fence of Tukey (1977) on logarithms, as
  /// amounts are skewed; and at least 10 Q3. Quartiles are those of the rows looked at, the count that of all rows used.
  public struct Outliers: Sendable, Hashable, Codable {
    /// The column.
    public let column: String
    /// Rows above the fence.
    public let rows: Int
    /// The largest value over the median, to two significant digits.
    public let largestRatio: Double
  }

  /// Customers whose spend lies above a fence as ``Outliers`` has it, and who made 1% of the revenue or more each.
  public struct Concentration: Sendable, Hashable, Codable {
    /// How many there are.
    public let customers: Int
    /// Of how many with any spend.
    public let of: Int
    /// Their share of all revenue, to four decimal places.
    public let share: Double
  }

  /// One column.
  public struct ColumnDetail: Sendable, Hashable, Codable {
    /// Its name in the source.
    public let column: String
    /// Rows without a value, of those looked at.
    public let missing: Int
    /// Different values in the rows looked at.
    public let distinct: Int
    /// Why it may be no evidence but a name or number of the row, in words.
    public let identifier: String?
    /// Why it may have been known only after the as-of date, in words.
    public let leak: String?
  }

  /// Rows that refer to something unknown; nil where there was nothing to look it up in.
  public var orphanRows: Int? {
    let rows = orphans.filter { $0.what != Self.strangers }
    return rows.isEmpty ? nil : rows.reduce(0) { $0 + $1.count }
  }

  /// Customers who never bought anything; nil for transactions themselves and what is not of customers.
  public var strangerCount: Int? { orphans.first { $0.what == Self.strangers }?.count }
}
