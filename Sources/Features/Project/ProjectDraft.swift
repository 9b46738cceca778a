public import Foundation
public import Warehouse

/// A first project file, written from a look at the data: every guess with its reason beside it.
public struct ProjectDraft: Sendable {
  /// The text of the project file.
  public let yaml: String
  /// What was guessed of each file, for the terminal: "transactions.csv: transactions (it has …)".
  public let findings: [String]
  /// What was left out of each file, or is no attribute of segments, in a sentence each.
  public let notes: [String]

  /// Looks at `files` and drafts a project in `folder`.
  /// - Throws: ``WarehouseError`` when a file cannot be read, ``ProjectError`` when no file holds records of customers.
  public init(
    files: [String], folder: URL, name: String, customer: String? = nil, connection: Connection
  ) throws {
    let tables = try files.map { try LookedAtFile($0, connection) }
    var names: Set<String> = []
    func guesses(customer: String?) -> [RoleGuess] {
      names = []
      return tables.map { looked in
        var guess = RoleGuess(
          file: looked.file, name: ProjectDraft.sourceName(looked.file, taken: &names), evidence: looked.evidence,
          customer: customer, isAlone: files.count == 1)
        guess.encoding = looked.encoding
        return guess
      }
    }
    // The customer column of the transactions names that of the other files.
    let first = guesses(customer: customer)
    let main = first.first { $0.role == .transactions } ?? first.first { $0.columns[.customer] != nil }
    var found = guesses(customer: customer ?? main?.columns[.customer]?.first)
    for index in found.indices {
      found[index].guessLookup(of: found)
      found[index].guessVisitors(of: found)
      found[index].guessOutcomes()
    }
    findings = found.indices.map { index in
      let guess = found[index]
      guard let role = guess.role else { return "\(guess.file): not used (\(guess.why))" }
      let reason = ProjectDraft.unused(index, of: found)
      return "\(guess.file): "
        + (reason.map { "not used as \(role.rawValue) (\($0))" } ?? "\(role.rawValue) (\(guess.why))")
    }
    guard found.contains(where: { ($0.columns[.customer] != nil || $0.numbersRows) && $0.role != nil }) else {
      throw ProjectError(
        file: files.joined(separator: ", "),
        reason:
          "no file seems to hold records of customers. Needed are a column that looks like a customer's identifier "
          + "(customer_id, household_id, user …; or say which with --customer) and, for purchases and events, one of "
          + "dates. Found are "
          + tables.map { found in
            "in \(found.file): " + found.evidence.map { "\($0.name) (\($0.kind.rawValue))" }.joined(separator: ", ")
          }.joined(separator: "; ")
          + ". A date column that is text here holds something that is no date. To cluster a single table, use "
          + "'tessera cluster'.")
    }
    let hasCalendar = found.contains { $0.role == .campaignCalendar }
    guard
      found.contains(where: { guess in
        (guess.columns[.customer] != nil || guess.numbersRows)
          && guess.role.map { $0 != .campaigns || hasCalendar } ?? false
      })
    else {
      throw ProjectError(
        file: files.joined(separator: ", "),
        reason: "they tell which campaigns reached whom, but not when. Give 'tessera init' the file that dates the "
          + "campaigns, or the customers' purchases, as well.")
    }
    notes = ProjectDraft.used(found).enumerated().filter(\.element).flatMap { found[$0.offset].notes }
    yaml = try ProjectDraft.write(found, tables.map(\.table), folder: folder, name: name, connection)
  }

  /// Whether each of `guesses` is a source of the project, or written as a comment.
  private static func used(_ guesses: [RoleGuess]) -> [Bool] { guesses.indices.map { unused($0, of: guesses) == nil } }

  /// Why the guess at `index` is no source; nil when it is one.
  private static func unused(_ index: Int, of guesses: [RoleGuess]) -> String? {
    let guess = guesses[index]
    guard let role = guess.role else { return guess.why }
    let onlyOnce: Set<SourceRole> = [.transactions, .products, .campaignCalendar]
    if onlyOnce.contains(role), guesses[..<index].contains(where: { $0.role == role }) {
      return "there already is a source of this role"
    }
    let isUndated = role == .campaigns && guess.columns[.time] == nil
    if isUndated, !guesses.contains(where: { $0.role == .campaignCalendar }) {
      return "nothing says when its campaigns began"
    }
    return nil
  }

  private static func sourceName(_ file: String, taken: inout Set<String>) -> String {
    var base = URL(fileURLWithPath: file).lastPathComponent
    while let dot = base.lastIndex(of: "."), dot != base.startIndex { base = String(base[..<dot]) }
    let words = base.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let stem = words.isEmpty ? "source" : words.joined(separator: "_")
    return FeatureNames.unique(stem, among: &taken)
  }

  // MARK: Writing

  private static func write(
    _ guesses: [RoleGuess], _ tables: [TableSource], folder: URL, name: String, _ connection: Connection
  ) throws -> String {
    var text = """
      # A Tessera project, drafted by 'tessera init' from a look at the files. Every guess has its reason beside it;
      # change what is wrong, then run 'tessera train' here.

      name: \(quoted(name))

      """
    let last = try latestDay(guesses, tables, connection)
    let today = CalendarDate(daysSince1970: Int((Date().timeIntervalSince1970 / 86_400).rounded(.down)))
    text += """

      # Features use what was known at the end of this day: \(last == nil ? "today, as the data have none" : "the last one in the data").
      as_of: \(last ?? today)

      """
    text += "\nsources:\n"
    for (index, (guess, table)) in zip(guesses, tables).enumerated() {
      let block = try sourceBlock(guess, table, folder: folder, connection)
      if let reason = unused(index, of: guesses) {
        text += "  # Not used: \(reason).\n"
        text += block.split(separator: "\n").map { "  # \($0.dropFirst(2))\n" }.joined()
      } else {
        text += "  # \(guess.why.prefix(1).uppercased() + guess.why.dropFirst()).\n" + block
      }
    }
    text += try featureBlock(guesses, tables, connection)
    let isUsed = used(guesses)
    let isShop = guesses.contains { $0.role == .transactions }
    text += """

      # lists:  # customers by rules of your own, beside the segments: conditions over features, by their names
      #   \(isShop ? "\"Good customers, gone quiet\": orders >= 3 and recency_days > 180" : "\"Name of the list\": a_feature >= 3 and another_feature = 'a level'")

      """
    let places = guesses.indices.filter { isUsed[$0] }
    text += predictionBlock(
      isShop: places.contains { guesses[$0].role == .transactions },
      events: places.filter { guesses[$0].role == .events }.map { guesses[$0].name },
      replies: places.filter { guesses[$0].role == .events && guesses[$0].columns[.campaign] != nil }
        .map { guesses[$0].name },
      campaigns: places.first { guesses[$0].role == .campaigns }.map { guesses[$0].name },
      days: try recordedDays(guesses, tables, connection))
    text += """

      segments:
        method: kmeans
        # The number of macro-segments, or a range from which the clearest is taken (largest mean silhouette); with 1 in
        # the range, "no structure" is a possible answer.
        k: 1..8
        # Each macro-segment is divided again, where that earns itself: into how many parts, and how many times over.
        micro:
          k: 1..6
          levels: 3
        # standard (mean 0, sd 1), robust (median and interquartile range) or none.
        scale: standard
        # Each family of features counts as much as any other.
        balance: true
        # Features or families that describe segments but do not form them.

      """
    let doubtful = guesses.indices.filter { isUsed[$0] }.flatMap { guesses[$0].doubtful }
    for (column, why) in doubtful { text += "  # \(quoted(column.name)) may be known only afterwards: \(why).\n" }
    text += "  exclude: [\(doubtful.map { quoted($0.column.name) }.joined(separator: ", "))]\n"
    text += """

      # personas:  # names, notes and what to do of your own, once segments are known
      #   segments:
      #     1/2: {name: "A name that colleagues know", note: "what to remember", owner: "who looks after them"}

      output:
        folder: output
        models: models

      """
    return text
  }

  private static func sourceBlock(
    _ guess: RoleGuess, _ table: TableSource, folder: URL, _ connection: Connection
  ) throws -> String {
    var text = "  \(guess.name):\n"
    text += "    file: \(quoted(relative(guess.file, to: folder)))\n"
    text += "    role: \(guess.role?.rawValue ?? "events")\n"
    if let encoding = guess.encoding {
      text +=
        "    # Its text is not UTF-8. Check letters such as \u{E4} and \u{E9} in the results, or name another encoding.\n"
      text += "    encoding: \(encoding)\n"
    }
    if guess.hasDecimalCommas { text += "    decimal: \",\"\n" }
    if !guess.multiple.isEmpty {
      text += "    # Cells of several answers, parted by semicolons.\n"
      text += "    multiple: [\(guess.multiple.map(quoted).joined(separator: ", "))]\n"
    }
    if let format = guess.timeFormat {
      if guess.column(.time)?.isDayFirstAGuess ?? false {
        text += "    # Every date would also read with day and month the other way round: check this.\n"
      }
      text += "    time_format: \(quoted(format))\n"
    }
    if guess.role == .transactions, let price = guess.column(.price), let low = price.minimum, low <= 0 {
      text += "    # Prices of 0 or less are samples, adjustments and the like; these rows are left out.\n"
      text += "    where: \(quoted("\(SQL.identifier(price.name)) > 0"))\n"
    }
    if guess.evidence.allSatisfy(\.isUnnamed) {
      text += "    # The file has no header: what its columns mean is guessed from their values. Check every one.\n"
    }
    if let explains = guess.explains { text += "    explains: \(quoted(explains))\n" }
    if guess.numbersRows { text += "    number_rows: true\n" }
    if !guess.columns.isEmpty || !guess.numbersRows { text += "    columns:\n" }
    for role in ColumnRole.allCases {
      guard let columns = guess.columns[role] else { continue }
      let shown = columns.count == 1 ? quoted(columns[0]) : "[\(columns.map(quoted).joined(separator: ", "))]"
      text += "      \(role.rawValue): \(shown)\(comment(role, guess))\n"
    }
    func listed(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }
    if guess.takesAttributes {
      text += "    attributes: [\(listed(guess.attributes.map(\.name)))]\n"
      if !guess.personal.isEmpty {
        text += "    # Left out, as they name or number single customers: \(listed(guess.personal)).\n"
      }
      if !guess.unreadableOutcomes.isEmpty {
        text +=
          "    # Left out, as they look like outcomes, known only afterwards: \(listed(guess.unreadableOutcomes)).\n"
          + "    # Add to 'attributes' what was known at the as-of date.\n"
      }
    } else if !guess.unused.isEmpty {
      text += "    # No use was found for: \(listed(guess.unused)).\n"
    }
    return text
  }

  private static func comment(_ role: ColumnRole, _ guess: RoleGuess) -> String {
    guard let column = guess.column(role) else { return "" }
    switch role {
    case .amount, .price, .quantity:
      return column.minimum.map { $0 < 0 ? "  # negative values are taken for returns" : "" } ?? ""
    case .discount, .time: return ""
    case .outcome:
      return "  # known only afterwards: labels, never features"
        + (guess.columns[.treatment] == nil ? "; an attribute instead if it was known at the as-of date" : "")
    default:
      return "  # \(column.distinct) different values in \(column.rows) rows"
        + (column.missing > 0 ? ", \(column.missing) without one" : "")
    }
  }

  private static func featureBlock(
    _ guesses: [RoleGuess], _ tables: [TableSource], _ connection: Connection
  ) throws -> String {
    var text = "\nfeatures:\n"
    text += "  # Every family that the sources allow is on; switch one off with 'false'.\n"
    text += "  families: {}\n"
    text +=
      "  # So many categories, those that reach most customers, get a share of spend each; the rest are 'other'.\n"
    text += "  categories: 12\n"
    text +=
      "  # Lines with a negative amount or quantity: 'exclude' keeps them out of purchases, 'net' subtracts them.\n"
    text += "  returns: exclude\n"
    var ordered = ""
    for (guess, table) in zip(guesses, tables) where guess.role?.hasAttributes ?? false {
      for column in guess.attributes where column.kind == .text && (3...20).contains(column.distinct) {
        let name = SQL.identifier(column.name)
        let found = try connection.query(
          "SELECT DISTINCT \(name) AS level FROM \(table.relation) AS t WHERE \(name) IS NOT NULL", reading: table.name)
        guard let levels = OrderedLevels.order((found["level"]?.texts ?? []).compactMap { $0 }) else { continue }
        ordered += "    \(quoted(column.name)): [\(levels.map(quoted).joined(separator: ", "))]\n"
      }
    }
    if !ordered.isEmpty { text += "  # Attributes whose levels have an order, lowest first.\n  ordinal:\n" + ordered }
    return text
  }

  /// The days from the first to the last record of purchases, or else of events; nil without any.
  private static func recordedDays(
    _ guesses: [RoleGuess], _ tables: [TableSource], _ connection: Connection
  ) throws -> Int? {
    guard let last = try day("max", guesses, tables, connection),
      let first = try day("min", guesses, tables, connection)
    else { return nil }
    return last.daysSince1970 - first.daysSince1970
  }

  /// The last (`max`) or first (`min`) day of purchases, or else of events.
  private static func day(
    _ end: String, _ guesses: [RoleGuess], _ tables: [TableSource], _ connection: Connection
  ) throws -> CalendarDate? {
    for role in [SourceRole.transactions, .events] {
      guard let index = guesses.firstIndex(where: { $0.role == role }), let time = guesses[index].columns[.time]?.first
      else { continue }
      return try day(end, time, guesses[index].timeFormat, tables[index], connection)
    }
    return nil
  }

  private static func latestDay(
    _ guesses: [RoleGuess], _ tables: [TableSource], _ connection: Connection
  ) throws -> CalendarDate? {
    if let day = try day("max", guesses, tables, connection) { return day }
    // Attributes alone: the latest day that any of them tells.
    var latest: CalendarDate?
    for (guess, table) in zip(guesses, tables) where guess.role == .customers {
      for column in guess.evidence where column.kind == .date || column.kind == .time {
        guard let day = try day("max", column.name, nil, table, connection) else { continue }
        latest = max(latest ?? day, day)
      }
    }
    return latest
  }

  private static func day(
    _ end: String, _ column: String, _ format: String?, _ table: TableSource, _ connection: Connection
  ) throws -> CalendarDate? {
    let name = SQL.identifier(column)
    let value = format.flatMap { connection.dialect.moment(name, pattern: $0) } ?? name
    let found = try connection.query(
      "SELECT CAST(\(end)(\(value)) AS DATE) AS day FROM \(table.relation) AS t", reading: table.name)
    guard case .dates(let days)? = found["day"]?.values, let day = days.first, found["day"]?.isMissing(0) == false
    else { return nil }
    return CalendarDate(daysSince1970: Int(day))
  }

  private static func relative(_ file: String, to folder: URL) -> String {
    let full = URL(fileURLWithPath: file).standardizedFileURL.path
    let base = folder.standardizedFileURL.path + "/"
    return full.hasPrefix(base) ? String(full.dropFirst(base.count)) : full
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
    let needsQuotes =
      !isPlain || !(text.first?.isLetter ?? false)
      || ["true", "false", "yes", "no", "on", "off", "null"].contains(text.lowercased())
    guard needsQuotes else { return text }
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      // Control characters and the line ends of Unicode, which YAML would fold or refuse.
      case "\0"..."\u{1F}", "\u{7F}"..."\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}":
        "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}

/// Whether the levels of an attribute have an order that can be read off them.
package enum OrderedLevels {
  /// `levels`, lowest first, when each begins its range with another number: "Under 15K", "15-24K", "$1,000+"; else nil.
  ///
  /// Before the number only a word of comparison or a currency may stand: "Region 2" is a name.
  package static func order(_ levels: [String]) -> [String]? {
    let below: Set<String> = ["under", "less", "below", "up", "until", "<", "<=", "max"]
    let others: Set<String> = [
      "over", "more", "above", "from", "at", "least", "most", "than", "to", ">", ">=", "min", "$", "€", "£", "¥",
    ]
    var ranked: [(rank: Double, level: String)] = []
    for level in levels {
      guard let start = level.firstIndex(where: { $0.isASCII && $0.isNumber }) else { return nil }
      let before = level[..<start].lowercased()
      let words = before.split { $0 == " " || $0 == "$" || $0 == "€" || $0 == "£" || $0 == "¥" }.map(String.init)
      guard words.allSatisfy({ below.contains($0) || others.contains($0) }) else { return nil }
      guard let number = firstNumber(level[start...]) else { return nil }
      let isBelow = words.contains(where: below.contains)
      ranked.append((isBelow ? number.nextDown : number, level))
    }
    guard Set(ranked.map(\.rank)).count == ranked.count else { return nil }
    return ranked.sorted { $0.rank < $1.rank }.map(\.level)
  }

  /// The number that `text` begins with: 15 of "15", 1,000 of "1,000-1,999", 15,000 of "15K+" and of "15-24K".
  private static func firstNumber(_ text: Substring) -> Double? {
    let written = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
    guard let number = Double(written.replacing(",", with: "")) else { return nil }
    let units: [Character: Double] = ["k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6]
    let rest = text.dropFirst(written.count)
    if let next = rest.first, let unit = units[next], !(rest.dropFirst().first?.isLetter ?? false) {
      return number * unit
    }
    // "15-24K": the unit of a range stands at its end.
    let end = rest.drop { !($0.isASCII && $0.isNumber) }.drop { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
    guard !rest.isEmpty, let last = end.first, let unit = units[last], !(end.dropFirst().first?.isLetter ?? false)
    else {
      return number
    }
    return number * unit
  }
}
