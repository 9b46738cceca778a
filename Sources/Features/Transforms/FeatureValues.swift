public import Warehouse

/// The raw features of n customers: numbers as one block, categories column by column.
public struct FeatureValues: Sendable {
  /// The identifiers, in row order.
  public let customers: Column
  /// n x (numeric features), NaN where missing.
  public let numbers: NumberBlock
  /// The categorical features (n each), in order.
  public let categories: [Column]
  /// Where each row stands in its file, from 1; nil when all rows of it are here.
  public let rowNumbers: [Int]?

  /// The lists by rule that each customer is in, where segments are given by them; nil where nobody asked.
  public var lists: ListMembers?

  /// n, the number of customers.
  public var rows: Int { numbers.rows }

  /// Values put together; every column has as many rows as `numbers`.
  public init(customers: Column, numbers: NumberBlock, categories: [Column], rowNumbers: [Int]? = nil) {
    self.customers = customers
    self.numbers = numbers
    self.categories = categories
    self.rowNumbers = rowNumbers
  }

  /// Where `row` (from 0) stands in its file, from 1.
  public func rowNumber(_ row: Int) -> Int { rowNumbers?[row] ?? row + 1 }

  /// The customers at `rows` (from 0), in that order.
  public func gatheringRows(_ rows: [Int]) -> FeatureValues {
    let width = numbers.names.count
    var gathered: [Double] = []
    gathered.reserveCapacity(rows.count * width)
    for row in rows { gathered.append(contentsOf: numbers.values[row * width..<(row + 1) * width]) }
    var part = FeatureValues(
      customers: customers.reordered(rows),
      numbers: NumberBlock(names: numbers.names, rows: rows.count, values: gathered),
      categories: categories.map { $0.reordered(rows) }, rowNumbers: rows.map(rowNumber))
    part.lists = lists?.gathering(rows)
    return part
  }

  /// The same customers with the lists that each is in.
  public func adding(_ lists: ListMembers?) -> FeatureValues {
    var values = self
    values.lists = lists
    return values
  }

  /// One numeric feature (n), NaN where missing; nil when there is none of this name.
  public func numeric(_ name: String) -> [Double]? {
    guard let column = numbers.names.firstIndex(of: name) else { return nil }
    let width = numbers.names.count
    return (0..<rows).map { numbers.values[$0 * width + column] }
  }
}

/// Which columns of a table are what, for reading them into Swift.
public struct FeatureColumns: Sendable, Hashable {
  /// The identifier; nil numbers the rows from 1.
  public var identifier: String?
  /// The columns to read as numbers.
  public var numeric: [String]
  /// The columns to read as text.
  public var categories: [String]
  /// An SQL condition that rows must meet.
  public var condition: String?

  /// The columns of a table, and which rows to take.
  public init(identifier: String?, numeric: [String], categories: [String], condition: String? = nil) {
    self.identifier = identifier
    self.numeric = numeric
    self.categories = categories
    self.condition = condition
  }
}

extension Connection {
  /// Reads `columns` of `relation` (SQL to stand after FROM), rows in the relation's order.
  /// - Parameter source: the file or table, to name in errors.
  /// - Throws: ``WarehouseError`` when a column is not there or not what it should be, or holds NaN or infinity.
  public func featureValues(
    _ relation: String, _ columns: FeatureColumns, source: String
  ) throws(WarehouseError) -> FeatureValues {
    let isFiltered = columns.condition != nil
    let read = try self.numbers(
      selection(relation, columns, numbered: isFiltered),
      keys: 1 + columns.categories.count + (isFiltered ? 1 : 0), reading: source)
    var texts = Array(read.keys.columns.dropFirst())
    let rowNumbers = isFiltered ? texts.popLast()?.doubles?.map { Int($0) } : nil
    if let position = read.numbers.firstNotFinite {
      throw .badCell(
        source: source, row: rowNumbers?[position.row] ?? position.row + 1,
        column: read.numbers.names[position.column], needed: "finite numbers")
    }
    return FeatureValues(
      customers: read.keys.columns.first ?? Column(name: columns.identifier ?? "row", values: .integers([])),
      numbers: read.numbers, categories: texts, rowNumbers: rowNumbers)
  }

  /// SQL that gives `columns` of `relation`: the identifier, the categories as text, where `numbered` the number of the
  /// row in the file, then the numbers.
  public func selection(_ relation: String, _ columns: FeatureColumns, numbered: Bool = false) -> String {
    // Rows are numbered before any condition, so that a row's number is its place in the file.
    let number = SQL.identifier("tessera_row")
    let isFiltered = columns.condition != nil
    let identifier = columns.identifier.map { SQL.identifier($0) } ?? (isFiltered ? number : dialect.rowNumber)
    let keys =
      ["\(identifier) AS \(SQL.identifier(columns.identifier ?? "row"))"]
      + columns.categories.map { "\(dialect.asText(SQL.identifier($0))) AS \(SQL.identifier($0))" }
      + (numbered ? [number] : [])
    let numbers = columns.numeric.map { "\(dialect.asReal(SQL.identifier($0))) AS \(SQL.identifier($0))" }
    return "SELECT \((keys + numbers).joined(separator: ", ")) FROM \(rows(of: relation, columns))"
  }

  /// The rows of `relation` that meet the condition of `columns`, as `t`, to stand after FROM.
  func rows(of relation: String, _ columns: FeatureColumns) -> String {
    columns.condition.map {
      "(SELECT *, \(dialect.rowNumber) AS \(SQL.identifier("tessera_row")) FROM \(relation) AS t) AS t WHERE (\($0)\n)"
    } ?? "\(relation) AS t"
  }
}

extension FeatureTable {
  /// The features in Swift, rows in the order of the identifiers.
  public func values() throws(WarehouseError) -> FeatureValues {
    try connection.featureValues(relation, columns, source: "the features")
  }
}
