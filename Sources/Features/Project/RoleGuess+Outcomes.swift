internal import Warehouse

/// Attributes that may have been known only after the as-of date, and columns that nothing is made of.
extension RoleGuess {
  /// Makes outcomes of columns of customers that look like one: labels for later, never features.
  mutating func guessOutcomes() {
    guard role == .customers, columns[.outcome] == nil else { return }
    let taken = Set(columns.values.joined())
    let found = evidence.filter { !taken.contains($0.name) && $0.looksLikeOutcome && $0.readsAsOutcome }.map(\.name)
    if !found.isEmpty { columns[.outcome] = found }
  }

  /// Whether its columns that mean nothing else are attributes.
  var takesAttributes: Bool { (role?.hasAttributes ?? false) && columns[.question] == nil }

  /// Whether it is to be taken for an outcome: what was answered, or holds for a region, is none.
  private func isOutcome(_ column: ColumnEvidence) -> Bool { role == .customers && column.looksLikeOutcome }

  private var others: [ColumnEvidence] {
    let taken = Set(columns.values.joined())
    return evidence.filter { !taken.contains($0.name) }
  }

  /// The attributes: what says something of groups of customers.
  var attributes: [ColumnEvidence] {
    takesAttributes ? others.filter { !$0.isPersonal && !isOutcome($0) } : []
  }

  /// Those of ``attributes`` that may be known only afterwards, each with the reason.
  var doubtful: [(column: ColumnEvidence, why: String)] {
    attributes.compactMap { column in column.leak.map { (column, $0) } }
  }

  /// Columns left out as they name or number single customers.
  var personal: [String] { takesAttributes ? others.filter(\.isPersonal).map(\.name) : [] }

  /// Columns left out as they look like an outcome that cannot be read as one, or that stands beside others.
  var unreadableOutcomes: [String] {
    takesAttributes ? others.filter { !$0.isPersonal && isOutcome($0) }.map(\.name) : []
  }

  /// Columns that mean nothing known in a file of this role.
  var unused: [String] { takesAttributes ? [] : others.map(\.name) }

  /// What a user should know of this file's columns, in a sentence each; of a file that is used.
  var notes: [String] {
    func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
    var notes: [String] = []
    let outcomes = role == .customers && columns[.treatment] == nil ? columns[.outcome] ?? [] : []
    if !outcomes.isEmpty {
      notes.append(
        "\(file): \(list(outcomes)) \(outcomes.count == 1 ? "looks" : "look") like what is known only afterwards, so "
          + "\(outcomes.count == 1 ? "it is a label" : "they are labels") and no attribute of segments")
    }
    if !unreadableOutcomes.isEmpty {
      notes.append(
        "\(file): \(list(unreadableOutcomes)) left out: \(unreadableOutcomes.count == 1 ? "it looks" : "they look") like "
          + "what is known only afterwards")
    }
    if !doubtful.isEmpty {
      notes.append(
        "\(file): \(list(doubtful.map(\.column.name))) may be known only afterwards, and "
          + "\(doubtful.count == 1 ? "describes" : "describe") segments without forming them (segments.exclude)")
    }
    if !personal.isEmpty {
      notes.append(
        "\(file): \(list(personal)) left out: \(personal.count == 1 ? "it names or numbers" : "they name or number") "
          + "single customers")
    }
    if !unused.isEmpty { notes.append("\(file): no use was found for \(list(unused))") }
    return notes
  }
}

extension ColumnEvidence {
  /// Whether it names or numbers single customers, so that it can say nothing of groups.
  var isPersonal: Bool {
    let isMany = distinct > 20 || distinct * 2 > rows
    return speaksOf(["rownames"])
      || (isMany && kind == .text
        && speaksOf(["email", "mail", "phone", "name", "firstname", "lastname", "surname", "address", "street"]))
      || (kind == .text && rows > 20 && distinct * 10 > rows * 9)
      || (kind == .integer && isUnique && speaksOf(["id", "no", "num", "key", "row"]))
  }
}
