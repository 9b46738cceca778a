internal import Foundation

/// A table of the engine's own database that is written whole: beside the one of its name, which it replaces only when
/// ``replace()`` says so.
public final class EngineTable {
  private let connection: Connection
  /// As the user names it, perhaps with a schema: `marketing.segments`.
  public let name: String
  private let quoted: String
  private let staged: String
  private let last: String
  private var isStaged = false

  /// - Parameter columns: the columns that a table has which may be replaced: one of this name without them is another's.
  /// - Throws: ``WarehouseError/notWritten(path:reason:)`` when the engine keeps its tables in memory only, `name` is no
  ///   name, no table can be made there, or one stands there that may not be replaced.
  public init(_ name: String, replacing columns: [String], in connection: Connection) throws(WarehouseError) {
    self.name = name
    self.connection = connection
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }), let last = parts.last else {
      throw .notWritten(path: name, reason: "a table is named like customer_segments or marketing.customer_segments")
    }
    guard connection.keepsTables else {
      throw .notWritten(
        path: name,
        reason: "the engine keeps its tables in memory only; name a database file or a server under 'engine.database'")
    }
    self.last = last
    quoted = parts.map(SQL.identifier).joined(separator: ".")
    staged = (parts.dropLast() + ["tessera_new_\(last)"]).map(SQL.identifier).joined(separator: ".")
    try check(columns)
  }

  /// Finds out before long work whether the table can be made, and whether that would take another's place.
  private func check(_ columns: [String]) throws(WarehouseError) {
    do throws(WarehouseError) {
      try stage("SELECT 1 AS probe")
      try connection.execute("DROP TABLE \(staged)")
      isStaged = false
    } catch .statement(let reason) {
      throw .notWritten(path: name, reason: "no table can be made there: \(reason)")
    }
    let standing: Table
    do throws(WarehouseError) {
      standing = try connection.query("SELECT * FROM \(quoted) LIMIT 0")
    } catch .statement {
      return  // There is none.
    }
    let known = Set(standing.columns.map { $0.name.lowercased() })
    guard columns.allSatisfy({ known.contains($0.lowercased()) }) else {
      throw .notWritten(path: name, reason: "a table of this name holds something else; give another name")
    }
  }

  deinit { if isStaged { try? connection.execute("DROP TABLE IF EXISTS \(staged)") } }

  /// Writes `table` beside the one that it will replace.
  public func stage(_ table: Table) throws(WarehouseError) {
    let passing = "tessera_passing"
    try connection.execute("DROP TABLE IF EXISTS \(passing)")
    try connection.load(table, as: passing)
    try stage("SELECT * FROM \(passing)")
    try connection.execute("DROP TABLE IF EXISTS \(passing)")
  }

  /// Writes the result of `sql` beside the table that it will replace.
  public func stage(_ sql: String) throws(WarehouseError) {
    try connection.execute("DROP TABLE IF EXISTS \(staged)")
    isStaged = true
    try connection.execute("CREATE TABLE \(staged) AS \(sql)")
  }

  /// Puts what was staged in the place of the table of this name, in one transaction.
  public func replace() throws(WarehouseError) {
    guard isStaged else { return }
    try connection.execute("BEGIN")
    do throws(WarehouseError) {
      try connection.execute("DROP TABLE IF EXISTS \(quoted)")
      try connection.execute("ALTER TABLE \(staged) RENAME TO \(SQL.identifier(last))")
      try connection.execute("COMMIT")
    } catch {
      try? connection.execute("ROLLBACK")
      throw error
    }
    isStaged = false
  }
}
