/// Why data could not be reached, read or written.
///
/// Messages name files, rows and columns, never a customer's value: what an engine says of its data passes through
/// ``EngineMessage`` first.
public enum WarehouseError: Error, Hashable, Sendable {
  /// No library for an engine was found in any of the places `tried`.
  case driverNotFound(name: String, tried: [String])
  /// A driver library is there but cannot be used.
  case driverUnusable(path: String, reason: String)
  /// The engine did not open, or went away.
  case engineUnreachable(reason: String)
  /// Nothing stands at `path`.
  case fileNotFound(path: String)
  /// Something stands at `path`, but its bytes cannot be had: a folder, or no permission.
  case fileUnreadable(path: String, reason: String)
  /// A file of no bytes, or of nothing but blank lines.
  case fileEmpty(path: String)
  /// A file whose content is not the table its name promises; `row` is the line near which that shows, from 1.
  case fileMalformed(path: String, row: Int?, reason: String)
  /// A name that is none of the columns of `source`, and the real ones `nearest` to it.
  case unknownColumn(name: String, source: String, nearest: [String])
  /// Cells that cannot be read as what is needed; `row` counts data rows from 1.
  case badCell(source: String, row: Int?, column: String, needed: String)
  /// A column of an engine's type that no ``ColumnValues`` can hold.
  case unsupportedType(column: String, type: String)
  /// The engine refused or failed a statement.
  case statement(reason: String)
  /// The engine needed more memory than it may take, and could not spill.
  case outOfMemory(reason: String)
  /// An output that could not be written; what stood in its place is untouched.
  case notWritten(path: String, reason: String)
  /// The user, or ``Connection/cancel()``, ended the work.
  case interrupted
}

extension WarehouseError: CustomStringConvertible {
  /// What was found, what is needed and what to try, in one or two sentences.
  public var description: String {
    switch self {
    case .driverNotFound(let name, let tried):
      "No \(name) library was found. Looked in: \(tried.joined(separator: "; ")). "
        + (name == "duckdb" ? "Run 'make setup' in Tessera's folder, or set" : "Install its ADBC driver, or set")
        + " \(DriverLibrary.variable(name)) to the library's path."
    case .driverUnusable(let path, let reason):
      "The engine library \(path) cannot be used: \(reason). Run 'tessera doctor' to see which library is taken and why."
    case .engineUnreachable(let reason):
      "The engine could not be reached: \(reason)."
    case .fileNotFound(let path):
      "There is no file '\(path)'. Check the path; relative paths start at the current folder, or at tessera.yml's."
    case .fileUnreadable(let path, let reason):
      "The file '\(path)' cannot be read: \(reason)."
    case .fileEmpty(let path):
      "The file '\(path)' is empty. A table needs a header line and at least one row."
    case .fileMalformed(let path, let row, let reason):
      "The file '\(path)' cannot be read as a table\(row.map { " (near line \($0))" } ?? ""): \(reason)."
    case .unknownColumn(let name, let source, let nearest):
      "There is no column '\(name)' in \(source)."
        + (nearest.isEmpty ? "" : " Did you mean \(nearest.map { "'\($0)'" }.joined(separator: " or "))?")
    case .badCell(let source, let row, let column, let needed):
      "Column '\(column)' of \(source) must hold \(needed)"
        + (row.map { ", but row \($0) does not" } ?? ", but not every row does")
        + ". Mend or drop the row, or leave the column out."
    case .unsupportedType(let column, let type):
      "Column '\(column)' has the type \(type), which cannot be read here. Cast it to a number, a date or text first."
    case .statement(let reason):
      "The engine could not carry out a statement: \(reason)"
    case .outOfMemory(let reason):
      "The engine ran out of memory: \(reason). Raise --memory-limit, or name a --spill-folder with room."
    case .notWritten(let path, let reason):
      "'\(path)' could not be written: \(reason). Nothing was left half-written."
    case .interrupted:
      "Interrupted; nothing was left half-written."
    }
  }
}
