internal import Features
internal import Warehouse

/// The wanted columns of a table, kept by the engine within its own memory limit and spilled by it beyond: read once
/// from the file, then batch by batch or feature by feature, always in the order of the file.
struct KeptTable {
  /// Rows that are read together: what the engine itself stores together.
  static let batchRows = 122_880
  private static let numbers = Numbering()

  private let name: String
  let connection: Connection
  /// What was kept, but for the weights.
  let columns: FeatureColumns
  /// What to call the table in errors.
  let source: String
  /// n.
  let rows: Int
  private let weight: String?
  /// The lists by rule of each row, which go with the values of rows; nil where segments are not given by them.
  var lists: ListMembers?

  /// Keeps `columns` of `relation`, of the rows that meet their condition.
  init(
    _ connection: Connection, _ relation: String, _ columns: FeatureColumns, weights: String?, source: String
  ) throws(WarehouseError) {
    self.connection = connection
    self.columns = columns
    self.source = source
    weight = weights
    var wanted = columns
    if let weights { wanted.numeric.append(weights) }
    let selection = connection.selection(relation, wanted)
    // Names of our own: a column of the user's may bear any name, that of the row number too.
    let names = ["key"] + KeptTable.aliases(wanted)
    let table = "tessera_rows_\(KeptTable.numbers.next())"
    name = "temp.\(table)"
    try connection.execute(
      "CREATE TEMP TABLE \(table) AS SELECT * FROM (\(selection)) AS t(\(names.joined(separator: ", ")))",
      reading: source)
    let counted = try connection.query("SELECT count(*) AS n FROM \(name)")
    rows = Int(counted["n"]?.doubles?.first ?? 0)
  }

  /// Lets the engine forget the rows.
  func drop() throws(WarehouseError) { try connection.execute("DROP TABLE IF EXISTS \(name)") }

  /// The consecutive ranges that together are all rows.
  var batches: [Range<Int>] {
    stride(from: 0, to: rows, by: KeptTable.batchRows).map { $0..<min(rows, $0 + KeptTable.batchRows) }
  }

  /// All kept columns of the rows `range`.
  func values(_ range: Range<Int>) throws(WarehouseError) -> FeatureValues {
    try values(columns, range).adding(lists?.of(range))
  }

  /// Some of the kept columns, of all rows.
  func values(_ some: FeatureColumns) throws(WarehouseError) -> FeatureValues { try values(some, 0..<rows) }

  /// All kept columns of the rows at `places` (from 0, ascending).
  func values(at places: [Int]) throws(WarehouseError) -> FeatureValues {
    let name = "tessera_places"
    try connection.execute("DROP TABLE IF EXISTS temp.\(name)")
    try connection.load(
      Table([Column(name: "place", values: .integers(places.map(Int64.init)))]), as: name)
    let read = try values(
      columns, where: " WHERE rowid IN (SELECT place FROM temp.\(name)) ORDER BY rowid"
    ) { places[$0] + 1 }
    try connection.execute("DROP TABLE temp.\(name)")
    return FeatureValues(
      customers: read.customers, numbers: read.numbers, categories: read.categories, rowNumbers: places.map { $0 + 1 }
    ).adding(lists?.gathering(places))
  }

  /// Whether every identifier is a whole number, or missing: one reading.
  func hasWholeNumbers() throws(WarehouseError) -> Bool {
    guard columns.identifier != nil else { return true }
    for batch in batches {
      let customers = try customers(batch)
      if case .texts = customers.asWholeNumbersIfExact.values, customers.missingCount < batch.count { return false }
    }
    return true
  }

  /// The identifiers of the rows `range`.
  func customers(_ range: Range<Int>) throws(WarehouseError) -> Column {
    try values(FeatureColumns(identifier: columns.identifier, numeric: [], categories: []), range).customers
  }

  /// The weight of each row; nil without weights.
  func weights() throws(WarehouseError) -> [Double]? {
    guard let weight else { return nil }
    let read = try connection.numbers("SELECT n\(columns.numeric.count) FROM \(name)", keys: 0).numbers
    if let bad = read.values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .badCell(source: source, row: bad + 1, column: weight, needed: "weights of 0 or more, none missing")
    }
    return read.values
  }

  /// What there is to say of names that rows lack or share.
  func notesOfIdentifier() throws(WarehouseError) -> [String] {
    guard let identifier = columns.identifier else { return [] }
    let counted = try connection.query(
      "SELECT count(key) AS named, count(DISTINCT key) AS different FROM \(name)")
    let named = Int(counted["named"]?.doubles?.first ?? 0)
    let repeated = named - Int(counted["different"]?.doubles?.first ?? 0)
    return (named < rows ? ["\(rows - named) rows have no '\(identifier)'"] : [])
      + (repeated > 0 ? ["\(repeated) rows repeat the '\(identifier)' of an earlier row"] : [])
  }

  private func values(_ some: FeatureColumns, _ range: Range<Int>) throws(WarehouseError) -> FeatureValues {
    let place = range.count == rows ? "" : " WHERE rowid >= \(range.lowerBound) AND rowid < \(range.upperBound)"
    return try values(some, where: place) { range.lowerBound + $0 + 1 }
  }

  private func values(
    _ some: FeatureColumns, where place: String, _ number: (Int) -> Int
  ) throws(WarehouseError) -> FeatureValues {
    let aliases = Dictionary(
      zip(columns.categories + columns.numeric, KeptTable.aliases(columns)), uniquingKeysWith: { first, _ in first })
    let keys = ["key"] + some.categories.compactMap { aliases[$0] }
    let selected = keys + some.numeric.compactMap { aliases[$0] }
    let read = try connection.numbers(
      "SELECT \(selected.joined(separator: ", ")) FROM \(name)\(place)", keys: keys.count, reading: source)
    if let position = read.numbers.firstNotFinite {
      throw .badCell(
        source: source, row: number(position.row), column: some.numeric[position.column],
        needed: "finite numbers")
    }
    let names = [columns.identifier ?? "row"] + some.categories
    let texts = zip(read.keys.columns, names).map { Column(name: $1, values: $0.values, missing: $0.missing) }
    return FeatureValues(
      customers: texts.first ?? Column(name: names[0], values: .integers([])),
      numbers: NumberBlock(names: some.numeric, rows: read.numbers.rows, values: read.numbers.values),
      categories: Array(texts.dropFirst()))
  }

  private static func aliases(_ columns: FeatureColumns) -> [String] {
    columns.categories.indices.map { "c\($0)" } + columns.numeric.indices.map { "n\($0)" }
  }
}
