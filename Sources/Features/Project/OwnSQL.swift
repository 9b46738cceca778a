internal import Warehouse

/// SQL that a user wrote into the project file, to stand inside ours: taken apart as far as names must be told from texts,
/// numbers and comments.
///
/// By scalars, as engines read it: a quote that a combining mark follows is still a quote.
struct OwnSQL {
  enum Piece: Hashable {
    /// A name, keyword or function, as written.
    case word(String)
    /// A name in double quotes, without them.
    case quoted(String)
    /// A text, quotes and all.
    case text(String)
    /// A number or a sign.
    case other(String)
    /// Blanks and comments.
    case gap
  }

  let pieces: [Piece]
  /// Why it cannot stand inside another statement; nil when it can.
  let fault: String?

  init(_ sql: String) {
    var reader = Reader(Array(sql.unicodeScalars))
    pieces = reader.read()
    fault = reader.fault ?? OwnSQL.fault(pieces)
  }

  /// Its names, keywords and functions in lower case; names in double quotes are none of them.
  var words: [String] {
    pieces.compactMap { piece in
      if case .word(let word) = piece { word.lowercased() } else { nil }
    }
  }

  /// What of it gives another value each time, or one that depends on the order of the rows; nil when nothing does.
  ///
  /// A model must give a customer the same features alone and among others, today and in a year.
  var unrepeatable: String? {
    if let found = words.first(where: SQLWords.volatile.contains) { return "'\(found)' gives another value each time" }
    let solid = pieces.filter { $0 != .gap }
    let isUnordered = solid.indices.dropLast(2).contains { place in
      guard case .word(let word) = solid[place] else { return false }
      return word.lowercased() == "over" && solid[place + 1] == .other("(") && solid[place + 2] == .other(")")
    }
    guard isUnordered, words.contains(where: SQLWords.ordered.contains) else { return nil }
    return "OVER () without ORDER BY goes by the order in which rows happen to come"
  }

  private static func fault(_ pieces: [Piece]) -> String? {
    var depth = 0
    for piece in pieces {
      switch piece {
      case .other("("): depth += 1
      case .other(")"): depth -= 1
      case .other(";"): return "it holds a ';', which ends a statement; leave it out."
      default: break
      }
      guard depth >= 0 else { return "it closes a bracket that it did not open." }
    }
    if depth > 0 { return "it does not close every bracket that it opens." }
    guard pieces.contains(where: { $0 != .gap }) else { return "it is empty." }
    return nil
  }

  /// Whether it reads a table, so that rows out of their place, those of the future too, would be in its reach.
  var readsTables: Bool {
    let words = pieces.filter { $0 != .gap }.map { piece in
      if case .word(let word) = piece { return word.lowercased() }
      return piece == .other("(") ? "(" : ""
    }
    // Every FROM that reads no table follows one of these: extract(… FROM …), IS DISTINCT FROM.
    let harmless: Set<String> = ["extract", "distinct", "trim", "substring", "overlay"]
    return words.indices.contains { words[$0] == "from" && ($0 == 0 || words[$0 - 1] == "(") }
      || words.contains { ["select", "table"].contains($0) }
      || words.count { $0 == "from" } > words.count { harmless.contains($0) }
  }

  /// Why it cannot be a condition on the features of one customer; nil when it can.
  var faultAsCondition: String? {
    if let fault { return fault }
    if readsTables { return "it reads tables; a condition may use the features of one customer." }
    return unrepeatable.map { "it cannot be evaluated twice alike: \($0)." }
  }

  /// The names in it that may be columns: no keyword, type, function or part of another name; each once, as written.
  var names: [(name: String, isQuoted: Bool)] {
    var seen: Set<Piece> = []
    return places.compactMap { place in
      guard seen.insert(pieces[place]).inserted else { return nil }
      switch pieces[place] {
      case .word(let name): return (name, false)
      case .quoted(let name): return (name, true)
      default: return nil
      }
    }
  }

  /// The condition on one line without comments, every name that `column` knows replaced by what it gives for it.
  ///
  /// With a `dialect`, what is divided by 0 is missing and whole numbers divide with a remainder, whatever the engine
  /// makes of either by itself.
  func sql(dividing dialect: Dialect? = nil, _ column: (String) -> String? = { _ in nil }) -> String {
    let places = Set(self.places)
    var texts = pieces.enumerated().map { index, piece in
      switch piece {
      case .word(let name): places.contains(index) ? column(name) ?? name : name
      case .quoted(let name): places.contains(index) ? column(name) ?? SQL.identifier(name) : SQL.identifier(name)
      case .text(let text), .other(let text): text
      case .gap: " "
      }
    }
    guard let dialect else { return texts.joined() }
    for divisor in divisors {
      let marks = dialect.divisor(of: divisor.quotient)
      texts[divisor.range.lowerBound] = marks.before + texts[divisor.range.lowerBound]
      texts[divisor.range.upperBound] += marks.after
    }
    return texts.joined()
  }

  /// The texts that it compares columns with: `type = 'call'`, `<>`, and lists after IN; names as written.
  var comparisons: [(name: String, texts: [String])] {
    let solid = pieces.indices.filter { pieces[$0] != .gap }
    func piece(_ at: Int) -> Piece? { solid.indices.contains(at) ? pieces[solid[at]] : nil }
    func text(_ at: Int) -> String? {
      guard case .text(let literal)? = piece(at) else { return nil }
      return String(literal.dropFirst().dropLast()).replacing("''", with: "'")
    }
    let names = Set(places)
    return solid.indices.compactMap { at in
      guard names.contains(solid[at]) else { return nil }
      let name: String
      switch pieces[solid[at]] {
      case .word(let word): name = word
      case .quoted(let quoted): name = quoted
      default: return nil
      }
      var next = at + 1
      let signs: [Piece] = [.other("="), .other("<"), .other(">"), .other("!")]
      while let sign = piece(next), signs.contains(sign) { next += 1 }
      let sign = (at + 1..<next).compactMap(piece)
      if [[.other("=")], [.other("<"), .other(">")], [.other("!"), .other("=")]].contains(sign) {
        return text(next).map { (name, [$0]) }
      }
      guard sign.isEmpty else { return nil }
      if case .word(let word)? = piece(next), word.lowercased() == "not" { next += 1 }
      guard case .word(let word)? = piece(next), word.lowercased() == "in", piece(next + 1) == .other("(") else {
        return nil
      }
      next += 2
      var texts: [String] = []
      while let found = text(next) {
        texts.append(found)
        next += 1
        if piece(next) == .other(",") { next += 1 }
      }
      return texts.isEmpty ? nil : (name, texts)
    }
  }

  /// Where names stand that may be columns.
  private var places: [Int] {
    let solid = pieces.indices.filter { pieces[$0] != .gap }
    return solid.indices.compactMap { at in
      let piece = pieces[solid[at]]
      func neighbour(_ step: Int) -> Piece? {
        solid.indices.contains(at + step) ? pieces[solid[at + step]] : nil
      }
      // Of another relation, or a type after '::'.
      if [.other("."), .other(":")].contains(neighbour(-1)) || neighbour(1) == .other(".") { return nil }
      if case .quoted = piece { return solid[at] }
      guard case .word(let word) = piece, !SQLWords.reserved.contains(word.lowercased()) else { return nil }
      if neighbour(1) == .other("(") { return nil }
      // DATE '2024-01-01', CAST(… AS DATE), extract(YEAR FROM …).
      if case .text = neighbour(1) { return nil }
      if case .word(let before) = neighbour(-1), before.lowercased() == "as" { return nil }
      if neighbour(-1) == .other("("), case .word(let called) = neighbour(-2), called.lowercased() == "extract" {
        return nil
      }
      return solid[at]
    }
  }
}

/// Reads a condition scalar by scalar.
private struct Reader {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private(set) var fault: String?

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  mutating func read() -> [OwnSQL.Piece] {
    var pieces: [OwnSQL.Piece] = []
    while position < scalars.count {
      let piece = next()
      if piece != .gap || pieces.last != .gap { pieces.append(piece) }
    }
    return pieces
  }

  private func scalar(_ step: Int) -> Unicode.Scalar? {
    scalars.indices.contains(position + step) ? scalars[position + step] : nil
  }

  private mutating func next() -> OwnSQL.Piece {
    let first = scalars[position]
    if first.properties.isWhitespace {
      _ = run { $0.properties.isWhitespace }
      return .gap
    }
    switch (first, scalar(1)) {
    case ("-", "-"):
      _ = run { !["\n", "\r"].contains($0) }
      return .gap
    case ("/", "*"):
      skipComment()
      return .gap
    case ("'", _): return .text(enclosed("'", "a text") { SQL.literal($0) })
    case ("\"", _): return .quoted(enclosed("\"", "a name") { $0 })
    default: break
    }
    if Reader.isDigit(first) { return .other(run { Reader.isInWord($0) || $0 == "." }) }
    if Reader.isInWord(first), first != "$" { return .word(run(Reader.isInWord)) }
    position += 1
    return .other(String(Character(first)))
  }

  private mutating func run(_ belongs: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = scalar(0), belongs(scalar) {
      text.append(scalar)
      position += 1
    }
    return String(text)
  }

  /// What stands between two `quote`s, of which two in a row mean one.
  private mutating func enclosed(
    _ quote: Unicode.Scalar, _ what: String, _ finish: (String) -> String
  ) -> String {
    var text = String.UnicodeScalarView()
    position += 1
    while let next = scalar(0) {
      position += 1
      guard next == quote else {
        text.append(next)
        continue
      }
      guard scalar(0) == quote else { return finish(String(text)) }
      text.append(quote)
      position += 1
    }
    fault = "\(what) in it begins with \(quote) and never ends."
    return finish(String(text))
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      switch (scalar(0), scalar(1)) {
      case ("/", "*"):
        depth += 1
        position += 2
      case ("*", "/"):
        depth -= 1
        position += 2
      case (nil, _):
        fault = "a comment in it begins with /* and never ends."
        return
      default: position += 1
      }
    } while depth > 0
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "$": true
    default: scalar.value > 0x7F && !scalar.properties.isWhitespace
    }
  }
}

/// Words that SQL keeps to itself.
enum SQLWords {
  /// Words that name no column unless they stand in double quotes.
  static let reserved: Set<String> = [
    "all", "and", "any", "array", "as", "asc", "asymmetric", "between", "both", "case", "cast", "collate", "cross",
    "current_date", "current_time", "current_timestamp", "default", "desc", "distinct", "else", "end", "escape",
    "except", "exists", "false", "fetch", "filter", "for", "from", "full", "glob", "group", "having", "ilike", "in",
    "inner", "intersect", "interval", "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit",
    "localtime", "localtimestamp", "natural", "not", "notnull", "null", "offset", "on", "or", "order", "outer", "over",
    "partition", "placing", "qualify", "right", "select", "similar", "some", "symmetric", "table", "then", "to",
    "trailing", "true", "try_cast", "union", "unknown", "using", "when", "where", "window", "with",
  ]
  /// Functions and values that change from one moment to the next.
  static let volatile: Set<String> = [
    "clock_timestamp", "current_date", "current_time", "current_timestamp", "currval", "gen_random_uuid",
    "get_current_time", "get_current_timestamp", "localtime", "localtimestamp", "nextval", "now", "random", "setseed",
    "statement_timestamp", "today", "transaction_timestamp", "uuid",
  ]
  /// Functions of a window that go by the order of its rows.
  static let ordered: Set<String> = [
    "first_value", "lag", "last_value", "lead", "nth_value", "ntile", "row_number",
  ]
  /// Words that a condition may hold beside names of columns: types and parts of dates.
  static let usual: Set<String> = [
    "at", "bigint", "boolean", "bool", "char", "day", "days", "date", "decade", "decimal", "dow", "double", "doy",
    "epoch", "float", "hour", "hours", "hugeint", "int", "integer", "isodow", "minute", "minutes", "month", "months",
    "numeric", "precision", "quarter", "real", "second", "seconds", "smallint", "string", "text", "time", "timestamp",
    "tinyint", "varchar", "varying", "week", "weeks", "without", "year", "years", "zone",
  ]
}
