internal import Warehouse
internal import Yams

/// A feature of the user's own, in SQL: of other features, or of the rows of one source.
public struct FeatureExpression: Sendable, Hashable {
  /// The feature's name.
  public var name: String
  /// An expression over features by their names; with ``over``, an aggregate over the rows of a source.
  public var sql: String
  /// The source whose rows it aggregates; nil for an expression of features.
  public var over: String?
  /// In words, for the dictionary.
  public var meaning: String
  /// The unit of its values.
  public var unit: String
  /// The line of the project file that begins it.
  public var line: Int?
}

extension FeatureExpression {
  /// Reads the list `features.expressions`.
  static func list(_ section: YAMLSection, _ key: String) throws(ProjectError) -> [FeatureExpression] {
    guard let node = section.node(key) else { return [] }
    guard case .sequence(let sequence) = node else {
      throw section.error(key, "'features.\(key)' must be a list: each expression begins with '- name:'.")
    }
    var found: [FeatureExpression] = []
    for (index, element) in sequence.enumerated() {
      let path = "features.\(key)[\(index + 1)]"
      let entry = try YAMLSection(
        element, file: section.file, path: path, allowed: ["name", "sql", "over", "meaning", "unit"])
      guard let name = try entry.text("name"), let sql = try entry.text("sql") else {
        throw entry.error(nil, "'\(path)' needs a 'name' and its 'sql'.")
      }
      guard name.first?.isNumber == false, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      else {
        throw entry.error(
          "name", "'\(path).name' must be of letters, digits and underscores, and begin with no digit.")
      }
      guard !found.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw entry.error("name", "there is another expression called '\(name)' before; call one of them otherwise.")
      }
      found.append(
        FeatureExpression(
          name: name, sql: sql, over: try entry.text("over"), meaning: try entry.text("meaning") ?? sql,
          unit: try entry.text("unit") ?? "", line: entry.line))
    }
    return found
  }
}

/// SQL that a user wrote into the project file, to stand inside ours.
enum OwnSQL {
  /// Whether `sql` reads no table, so that no row out of its place, and none of the future, is in its reach.
  static func readsNoTable(_ sql: String) -> Bool {
    let words = words(sql.lowercased())
    // The only FROM that reads no table is that of extract(… FROM …); some engines read one without SELECT.
    return !words.contains("select") && !words.contains("table")
      && words.count { $0 == "from" } <= words.count { $0 == "extract" }
  }

  /// What of `sql` gives another value each time, or a value that depends on the order of the rows; nil when nothing does.
  ///
  /// A model must give a customer the same features alone and among others, today and in a year.
  static func unrepeatable(_ sql: String) -> String? {
    let outside = withoutTexts(sql.lowercased())
    let volatile: Set<String> = [
      "random", "uuid", "gen_random_uuid", "setseed", "nextval", "currval", "now", "today", "current_date",
      "current_time", "current_timestamp", "localtime", "localtimestamp", "clock_timestamp", "statement_timestamp",
      "transaction_timestamp", "get_current_timestamp", "get_current_time",
    ]
    let words = words(outside)
    if let found = words.first(where: volatile.contains) { return "'\(found)' gives another value each time" }
    let flat = outside.split { $0.isWhitespace }.joined(separator: " ")
    if flat.replacing(" ", with: "").contains("over()"),
      words.contains(where: {
        ["lag", "lead", "row_number", "first_value", "last_value", "nth_value", "ntile"].contains($0)
      })
    {
      return "OVER () without ORDER BY goes by the order in which rows happen to come"
    }
    return nil
  }

  /// `sql` with its texts in single quotes emptied.
  private static func withoutTexts(_ sql: String) -> String {
    sql.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 0 }
      .map { String($0.element) }.joined(separator: "''")
  }

  /// The words of `sql`: names, keywords and numbers.
  static func words(_ sql: String) -> [String] {
    sql.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
  }

  /// `sql` with every name of `replacements` (in lower case) outside of texts replaced, whether it stands in double quotes
  /// or not.
  static func replacing(_ replacements: [String: String], in sql: String) -> String {
    var made = ""
    var rest = sql[...]
    while let first = rest.first {
      if first == "'" || first == "\"" {
        let inside = rest.dropFirst()
        let end = inside.firstIndex(of: first) ?? inside.endIndex
        let name = inside[..<end]
        rest = end < inside.endIndex ? inside[inside.index(after: end)...] : inside[end...]
        let plain = "\(first)\(name)\(first)"
        made += first == "\"" ? replacements[name.lowercased()] ?? plain : plain
      } else if first.isLetter || first.isNumber || first == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest[word.endIndex...]
        // A function's name, though a feature may have it too.
        let isCalled = rest.drop { $0.isWhitespace }.first == "("
        made += isCalled ? String(word) : replacements[word.lowercased()] ?? String(word)
      } else {
        made.append(first)
        rest = rest.dropFirst()
      }
    }
    return made
  }
}
