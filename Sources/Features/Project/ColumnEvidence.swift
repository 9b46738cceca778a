public import Warehouse

/// What a file's columns show: the evidence that roles are guessed from.
public struct ColumnEvidence: Sendable, Hashable {
  /// The column.
  public let name: String
  /// What the engine reads it as; numbers with decimal commas, which it does not read, are reals.
  public fileprivate(set) var kind: ColumnKind
  /// Rows of the file.
  public let rows: Int
  /// Distinct values, missing ones apart.
  public let distinct: Int
  /// Rows without a value.
  public let missing: Int
  /// Least value of a number; nil for other kinds.
  public fileprivate(set) var minimum: Double?
  /// Greatest value of a number.
  public fileprivate(set) var maximum: Double?
  /// How a text column writes times, when every cell reads so (a `strptime` pattern).
  var timeFormat: String?
  /// Whether every cell would also read with day and month the other way round.
  var isDayFirstAGuess = false
  /// The kinds of acts that its values name, where its name says that it tells types.
  var acts: Set<ActKind> = []
  /// Its values, where they are few and its name says that they may be treatments or an outcome.
  var levels: [String] = []

  /// Whether every cell is a number written with a decimal comma.
  fileprivate(set) var hasDecimalCommas = false
  /// Whether many cells hold several answers, parted by semicolons, that others give as well.
  fileprivate(set) var hasSeveralAnswers = false

  /// The name in lower-case words: `InvoiceNo` and `invoice_no` are both `invoice no`.
  var words: [String] { ColumnName(name).words }

  /// Whether one of its words begins with one of `stems`.
  func speaksOf(_ stems: [String]) -> Bool {
    words.contains { word in stems.contains { word.hasPrefix($0) } }
  }

  /// Whether it identifies a thing called one of `things`: "store", "stores", "StoreNo", "store_name", "id_store", but
  /// neither "NumStorePurchases" nor "store_size", which say something about it.
  func identifies(_ things: [String]) -> Bool {
    let marks = ColumnName.identifierMarks + ["name"]
    func isThing(_ word: String) -> Bool {
      things.contains { thing in
        guard word.hasPrefix(thing) else { return false }
        let rest = String(word.dropFirst(thing.count))
        return rest.isEmpty || rest == "s" || marks.contains(rest)
      }
    }
    guard let thing = words.firstIndex(where: isThing) else { return false }
    let before = words[..<thing]
    let after = words[(thing + 1)...]
    // "unique_customer_id" and "CustomerID" are fine; "days_since_customer" is not.
    return after.allSatisfy { marks.contains($0) || Int($0) != nil || isThing($0) }
      && (!after.isEmpty || before.isEmpty || before.allSatisfy { marks.contains($0) })
  }

  /// Whether it is a share of something rather than money: all of it from 0 to 1, or called a rate.
  var isRate: Bool {
    if words.contains(where: { ["rate", "pct", "percent", "percentage"].contains($0) }) { return true }
    guard kind == .real, let low = minimum, let high = maximum else { return false }
    return speaksOf(["disc", "rebate", "markdown"]) && low >= 0 && high <= 1 && high > 0
  }

  /// Whether it tells a time: by its kind, or by how its texts are written.
  var tellsTime: Bool { kind == .date || kind == .time || timeFormat != nil }

  /// Whether it is the day that somebody wants a delivery by: "RequiredDate", "deliver_by", "wanted_delivery_date". When
  /// things were delivered is known only afterwards, and when they should be paid is another matter.
  var isDeliveryWish: Bool {
    guard tellsTime, !speaksOf(["paid", "payment", "invoice", "bill", "actual", "estimated", "expected"]) else {
      return false
    }
    let isDelivery = speaksOf(["deliver", "ship", "arriv"])
    return speaksOf(["required", "requested", "wanted", "desired", "promised", "needed"])
      || isDelivery && words.contains { ["by", "due", "wish", "deadline"].contains($0) }
  }

  /// Whether its texts may be ways of shipping or priorities of orders: "Ship Mode", "shipping_method", "OrderPriority".
  var isShippingWay: Bool {
    guard kind == .text, (2...60).contains(distinct) else { return false }
    if words.contains(where: { ["urgency", "priority"].contains($0) }) { return true }
    return speaksOf(["ship", "deliver"])
      && words.contains { ["mode", "method", "type", "option", "service", "speed", "class", "via"].contains($0) }
  }

  /// Whether its whole numbers may be days written one after the other: 20241231.
  var isPackedDay: Bool {
    guard kind == .integer, let low = minimum, let high = maximum else { return false }
    return low >= 19_000_101 && high <= 21_001_231
  }

  /// Whether the file has no name for it: the engine calls it `column0`.
  var isUnnamed: Bool { name.hasPrefix("column") && Int(name.dropFirst("column".count)) != nil }

  var isNumber: Bool { kind == .integer || kind == .real }
  var isIdentifierLike: Bool { kind == .integer || kind == .text }
  /// Whether every present value is another, and none is missing.
  var isUnique: Bool { rows > 1 && distinct == rows && missing == 0 }
}

extension Connection {
  /// Looks at every column of `table` once.
  func evidence(_ table: TableSource) throws(WarehouseError) -> [ColumnEvidence] {
    var parts = ["count(*) AS rows_seen"]
    for (index, column) in table.columns.enumerated() {
      let name = SQL.identifier(column.name)
      parts.append("count(DISTINCT \(name)) AS distinct_\(index)")
      parts.append("count(*) - count(\(name)) AS missing_\(index)")
      if column.kind == .integer || column.kind == .real {
        parts.append("\(dialect.asReal("min(\(name))")) AS minimum_\(index)")
        parts.append("\(dialect.asReal("max(\(name))")) AS maximum_\(index)")
      }
    }
    let found = try query("SELECT \(parts.joined(separator: ", ")) FROM \(table.relation) AS t", reading: table.name)
    func number(_ name: String) -> Double? {
      guard let value = found[name]?.doubles?.first, value.isFinite else { return nil }
      return value
    }
    var evidence = table.columns.enumerated().map { index, column in
      ColumnEvidence(
        name: column.name, kind: column.kind, rows: Int(number("rows_seen") ?? 0),
        distinct: Int(number("distinct_\(index)") ?? 0), missing: Int(number("missing_\(index)") ?? 0),
        minimum: number("minimum_\(index)"), maximum: number("maximum_\(index)"))
    }
    try addTexts(to: &evidence, table)
    for index in evidence.indices where evidence[index].kind == .text {
      guard evidence[index].speaksOf(["date", "time", "day", "when", "created"]) else { continue }
      let formats = try timeFormats(of: evidence[index].name, in: table)
      evidence[index].timeFormat = formats.first
      evidence[index].isDayFirstAGuess = formats.count > 1
    }
    for index in evidence.indices where evidence[index].kind == .text && (1...200).contains(evidence[index].distinct) {
      guard evidence[index].speaksOf(["type", "event", "action", "activity", "status"]) else { continue }
      let name = SQL.identifier(evidence[index].name)
      let found = try query("SELECT DISTINCT \(name) AS value FROM \(table.relation) AS t", reading: table.name)
      evidence[index].acts = Set((found["value"]?.texts ?? []).compactMap { $0.flatMap { ActKind($0) } })
    }
    for index in evidence.indices
    where evidence[index].mayBeTreatment || evidence[index].looksLikeOutcome {
      let name = SQL.identifier(evidence[index].name)
      let found = try query(
        "SELECT DISTINCT \(dialect.asText(name)) AS value FROM \(table.relation) AS t WHERE \(name) IS NOT NULL",
        reading: table.name)
      evidence[index].levels = (found["value"]?.texts ?? []).compactMap { $0 }.sorted()
    }
    return evidence
  }

  /// Looks for decimal commas and for several answers in the texts of `table`.
  private func addTexts(to evidence: inout [ColumnEvidence], _ table: TableSource) throws(WarehouseError) {
    let texts = evidence.indices.filter { evidence[$0].kind == .text && evidence[$0].distinct > 1 }
    guard !texts.isEmpty else { return }
    var parts: [String] = []
    for index in texts {
      let name = SQL.identifier(evidence[index].name)
      let comma = "position(',' IN \(name))"
      let number = dialect.asReal(dialect.attempt("replace(replace(\(name), '.', ''), ',', '.')", as: "DECIMAL(18,4)"))
      parts += [
        "count(*) FILTER (WHERE position(';' IN \(name)) > 0) AS several_\(index)",
        "max(length(\(name))) AS longest_\(index)",
        // A comma may part thousands: then three digits follow each, or a point follows somewhere.
        "count(*) FILTER (WHERE \(comma) > 0 AND length(\(name)) - \(comma) <> 3) AS commas_\(index)",
        "count(*) FILTER (WHERE \(comma) > 0 AND position('.' IN substr(\(name), \(comma))) > 0) AS grouped_\(index)",
        "count(\(number)) AS read_\(index)", "min(\(number)) AS minimum_\(index)", "max(\(number)) AS maximum_\(index)",
      ]
    }
    let found = try query("SELECT \(parts.joined(separator: ", ")) FROM \(table.relation) AS t", reading: table.name)
    for index in texts {
      let present = evidence[index].rows - evidence[index].missing
      if found.number("read_\(index)") == present, found.number("commas_\(index)") > 0,
        found.number("grouped_\(index)") == 0
      {
        (evidence[index].kind, evidence[index].hasDecimalCommas) = (.real, true)
        evidence[index].minimum = found["minimum_\(index)"]?.doubles?.first
        evidence[index].maximum = found["maximum_\(index)"]?.doubles?.first
      } else {
        // Free text, addresses and the like are of one person each.
        evidence[index].hasSeveralAnswers =
          found.number("several_\(index)") * 20 >= present && evidence[index].distinct * 2 <= present
          && found.number("longest_\(index)") <= 200
      }
    }
  }

  /// The ways, likeliest first, in which every cell of a text column reads as a time.
  private func timeFormats(of column: String, in table: TableSource) throws(WarehouseError) -> [String] {
    let days = [
      "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y",
      "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
    ]
    let formats = days.flatMap { day in ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"].map { day + $0 } }
    let name = SQL.identifier(column)
    let counts = formats.enumerated().map {
      "count(\(dialect.moment(name, pattern: $1) ?? "NULL")) AS reads_\($0)"
    }
    let found = try query(
      "SELECT count(\(name)) AS cells, \(counts.joined(separator: ", ")) FROM \(table.relation) AS t",
      reading: table.name)
    guard let cells = found["cells"]?.doubles?.first, cells > 0 else { return [] }
    return formats.enumerated().filter { found["reads_\($0.offset)"]?.doubles?.first == cells }.map(\.element)
  }
}
