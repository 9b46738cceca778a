internal import Warehouse
internal import Yams

extension CountRule {
  /// Reads the list `features.rules`.
  static func list(_ section: YAMLSection, _ key: String) throws(ProjectError) -> [CountRule] {
    guard let node = section.node(key) else { return [] }
    guard case .sequence(let sequence) = node else {
      throw section.error(key, "'features.\(key)' must be a list: each rule begins with '- name:'.")
    }
    var rules: [CountRule] = []
    for (index, element) in sequence.enumerated() {
      let path = "features.\(key)[\(index + 1)]"
      let entry = try YAMLSection(
        element, file: section.file, path: path, allowed: ["name"] + RuleCondition.keys)
      guard let name = try entry.text("name") else { throw entry.error(nil, "'\(path)' has no name.") }
      guard name.first?.isNumber == false, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      else {
        throw entry.error(
          "name", "'\(path).name' must be of letters, digits and underscores, and begin with no digit.")
      }
      try entry.checkLength("name", name)
      guard !rules.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw entry.error("name", "there is another rule called '\(name)' before; call one of them otherwise.")
      }
      rules.append(CountRule(name: name, condition: try RuleCondition(entry), line: entry.line))
    }
    try checkReferences(rules, section, key)
    return rules
  }

  /// Every rule that another names must be there, and none may rest on itself.
  private static func checkReferences(
    _ rules: [CountRule], _ section: YAMLSection, _ key: String
  ) throws(ProjectError) {
    var settled: Set<String> = []
    var waiting = rules
    for rule in rules {
      for name in rule.condition.references where !rules.contains(where: { $0.name == name }) {
        let nearest =
          NearestNames.to(name, in: rules.map(\.name), limit: 1).first.map { " Did you mean '\($0)'?" } ?? ""
        throw ProjectError(
          file: section.file, line: rule.line,
          reason: "the rule '\(rule.name)' rests on a rule '\(name)', which there is not.\(nearest)")
      }
    }
    while !waiting.isEmpty {
      let ready = waiting.filter { $0.condition.references.allSatisfy(settled.contains) }
      guard !ready.isEmpty else {
        throw ProjectError(
          file: section.file, line: waiting.first?.line,
          reason:
            "the rules \(waiting.map { "'\($0.name)'" }.joined(separator: ", ")) rest on one another in a circle; "
            + "state one of them by counts.")
      }
      settled.formUnion(ready.map(\.name))
      waiting.removeAll { settled.contains($0.name) }
    }
  }
}

extension RuleCondition {
  static let counts = [
    "count", "source", "where", "sql", "within", "older_than", "at_least", "at_most", "exactly",
  ]
  static let keys = counts + ["all", "any", "not"]

  /// The rules it names.
  var references: [String] {
    switch self {
    case .count: []
    case .rule(let name): [name]
    case .all(let parts), .any(let parts): parts.flatMap(\.references)
    case .not(let part): part.references
    }
  }

  init(_ section: YAMLSection) throws(ProjectError) {
    let forms = ["count", "all", "any", "not"].filter { section.node($0) != nil }
    guard forms.count == 1, let form = forms.first else {
      throw section.error(
        forms.last, "'\(section.path)' needs exactly one of 'count', 'all', 'any' and 'not'.")
    }
    if form != "count", let stray = RuleCondition.counts.first(where: { section.node($0) != nil }) {
      throw section.error(stray, "'\(section.path)' has '\(stray)', which belongs to a count, beside '\(form)'.")
    }
    switch form {
    case "all": self = .all(try RuleCondition.parts(section, form))
    case "any": self = .any(try RuleCondition.parts(section, form))
    case "not":
      guard let node = section.node(form) else { throw section.error(form, "'\(section.path).not' is empty.") }
      self = .not(try RuleCondition.part(node, section, "\(section.path).not"))
    default: self = .count(try RuleCount(section))
    }
  }

  private static func parts(_ section: YAMLSection, _ key: String) throws(ProjectError) -> [RuleCondition] {
    guard case .sequence(let sequence)? = section.node(key), !sequence.isEmpty else {
      throw section.error(key, "'\(section.path).\(key)' must be a list of rules and counts.")
    }
    var parts: [RuleCondition] = []
    for (index, element) in sequence.enumerated() {
      parts.append(try part(element, section, "\(section.path).\(key)[\(index + 1)]"))
    }
    return parts
  }

  private static func part(_ node: Node, _ section: YAMLSection, _ path: String) throws(ProjectError) -> RuleCondition {
    if let name = node.string { return .rule(name) }
    return try RuleCondition(YAMLSection(node, file: section.file, path: path, allowed: keys))
  }
}

extension RuleCount {
  init(_ section: YAMLSection) throws(ProjectError) {
    guard let measure = try section.choice("count", Measure.self) else {
      throw section.error("count", "'\(section.path).count' is empty.")
    }
    self.init(measure)
    line = section.line
    source = try section.text("source")
    sql = try section.text("sql")
    for text in try section.texts("where") ?? [] {
      guard let test = RuleTest(text) else {
        throw section.error(
          "where",
          "'\(section.path).where' holds '\(text)'; a test is a column, one of = != < <= > >= in contains, "
            + "and a value, such as: category = \"Shirts\". Several tests stand in a list; 'sql' takes any condition.")
      }
      tests.append(test)
    }
    within = try section.integer("within", in: 1...36_500)
    olderThan = try section.integer("older_than", in: 0...36_500)
    if let within, let olderThan, within <= olderThan {
      throw section.error(
        "within", "no day is within \(within) and older than \(olderThan) days; 'within' must be the greater.")
    }
    atLeast = try section.bound("at_least")
    atMost = try section.bound("at_most")
    exactly = try section.bound("exactly")
    guard atLeast != nil || atMost != nil || exactly != nil else {
      throw section.error(nil, "'\(section.path)' counts without a bound; add 'at_least', 'at_most' or 'exactly'.")
    }
  }
}

extension YAMLSection {
  fileprivate func bound(_ key: String) throws(ProjectError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), abs(value) <= 1e11 else {
      throw error(key, "'\(path).\(key)' must be a number.")
    }
    return value
  }
}
