internal import Warehouse

extension ColumnEvidence {
  /// Words that name treatments, and words that do so where one of the values is a control.
  private static let treatments: Set<String> = [
    "treatment", "treated", "treat", "arm", "variant", "variation", "abtest",
  ]
  private static let groups: Set<String> = ["group", "segment", "cell", "test", "experiment", "campaign", "offer"]

  /// Words of what is known only once a treatment has had its time.
  private static let outcomes: Set<String> = [
    "visit", "visits", "visited", "conversion", "conversions", "converted", "convert", "spend", "spent", "response",
    "responded", "respond", "outcome", "outcomes", "purchase", "purchased", "bought", "clicked", "click", "clicks",
    "opened", "revenue", "churned", "churn", "retained", "retention", "redeemed", "signup",
  ]

  /// Words of what was before.
  private static let past: Set<String> = [
    "last", "previous", "prev", "prior", "past", "history", "historical", "before", "pre", "recency", "avg", "mean",
  ]

  /// Whether its name and the number of its values allow treatments.
  var mayBeTreatment: Bool {
    let names = Set(words)
    guard (2...12).contains(distinct), rows > distinct, kind == .text || kind == .integer || kind == .boolean else {
      return false
    }
    return names.isDisjoint(with: Self.past)
      && !(names.isDisjoint(with: Self.treatments) && names.isDisjoint(with: Self.groups))
  }

  /// Whether its values are treatments: one of them is a control, or they are A and B, or 0 and 1 of a column so named.
  var tellsTreatments: Bool {
    guard mayBeTreatment else { return false }
    let texts = Set(levels.map { $0.lowercased() })
    if texts.contains(where: ColumnEvidence.isControl) || (texts.isSubset(of: ["a", "b", "c", "d"]) && texts.count > 1)
    {
      return true
    }
    let isFlag = texts.isSubset(of: ["0", "1"]) || texts.isSubset(of: ["true", "false"])
    return isFlag && !Set(words).isDisjoint(with: Self.treatments)
  }

  /// "Control", "No E-Mail", "placebo", "ctrl_group".
  private static func isControl(_ level: String) -> Bool {
    let words = level.split { !($0.isLetter || $0.isNumber) }.map(String.init)
    return !Set(words).isDisjoint(with: ["control", "ctrl", "placebo", "holdout", "untreated"])
      || (words.count > 1 && (words[0] == "no" || words[0] == "without"))
  }

  /// Why its name makes it look like something known only afterwards; nil when it does not.
  var leak: String? { ColumnSuspicion(present: rows - missing, distinct: distinct).leak(name) }

  /// Whether its name speaks of what came of a customer, and it has two values: a target, not an attribute.
  var looksLikeOutcome: Bool {
    guard distinct == 2, kind != .date, kind != .time, leak != nil else { return false }
    return Set(words).isDisjoint(with: Self.past)
  }

  /// Whether its values read as an outcome: numbers, or yes and no.
  var readsAsOutcome: Bool {
    kind.isNumeric || levels.allSatisfy { ["yes", "true", "y", "no", "false", "n"].contains($0.lowercased()) }
  }

  /// Whether its name speaks of an outcome: of nothing else where `wholly`.
  func speaksOfOutcome(wholly: Bool) -> Bool {
    guard isNumber || kind == .boolean || (kind == .text && distinct == 2) else { return false }
    guard Set(words).isDisjoint(with: Self.past) else { return false }
    return wholly ? words.allSatisfy(Self.outcomes.contains) : words.contains(where: Self.outcomes.contains)
  }
}

extension RoleGuess {
  /// The treatment of an experiment and what came of it, where the columns tell both: outcomes stand behind the treatment,
  /// or are called by nothing else.
  var experiment: (treatment: String, outcomes: [String])? {
    guard let place = evidence.firstIndex(where: \.tellsTreatments) else { return nil }
    let customer = columns[.customer]?.first
    let outcomes = evidence.enumerated().filter { index, column in
      index != place && column.name != customer && column.speaksOfOutcome(wholly: index < place)
    }.map(\.element.name)
    return outcomes.isEmpty ? nil : (evidence[place].name, outcomes)
  }

  /// Takes a table with a treatment and its outcomes for customers who were in an experiment, where it tells more of
  /// them, or for the experiment alone.
  mutating func guessExperiment() {
    guard let experiment, role == nil || role == .customers || role == .events else { return }
    let isEachOnce = numbersRows || (column(.customer)?.isUnique ?? false)
    guard columns[.customer] != nil || numbersRows, isEachOnce || columns[.order] == nil else { return }
    let named = Set([experiment.treatment] + experiment.outcomes)
    columns = columns.mapValues { $0.filter { !named.contains($0) } }.filter { !$0.value.isEmpty }
    (columns[.treatment], columns[.outcome]) = ([experiment.treatment], experiment.outcomes)
    let keys = (columns[.customer] ?? []) + (columns[.time] ?? [])
    let others = evidence.filter { !named.contains($0.name) && !keys.contains($0.name) }
    let words = "'\(experiment.treatment)' tells what customers were sent, and what came of it stands beside it"
    if isEachOnce, columns[.time] == nil, !others.isEmpty {
      role = .customers
      why += "; \(words)"
    } else if !numbersRows {
      role = .experiments
      why = words
    }
  }
}
