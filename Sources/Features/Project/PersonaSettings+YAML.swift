internal import Warehouse
internal import Yams

extension PersonaSettings {
  static let keys = [
    "customers", "who", "and", "window", "adjectives", "words", "actions", "default_actions", "segments",
  ]

  /// Reads the map `personas` of a project file that has `targets`, and of its experiments `effects`.
  init(_ section: YAMLSection, targets: [String], effects: [String]) throws(ProjectError) {
    self.init()
    customers = try section.text("customers")
    who = try section.text("who")
    and = try section.text("and")
    window = try section.text("window")
    putsAdjectivesLast = try section.choice("adjectives", AdjectivePlace.self) == .after
    usesDefaultActions = try section.flag("default_actions") ?? true
    if let given = try section.section("words", allowed: nil) {
      for pattern in given.keys { words.append(try Wording(pattern, given)) }
    }
    actions = try ActionRule.rules(section, targets: targets, effects: effects)
    if let given = try section.section("segments", allowed: nil) {
      for name in given.keys { remarks[name] = try PersonaRemark(name, given) }
    }
    let names = remarks.compactMap { $0.value.name?.lowercased() }
    guard Set(names).count == names.count else {
      throw section.error(
        "segments", "two segments under 'personas.segments' have the same name; names tell segments apart.")
    }
  }

  private enum AdjectivePlace: String, CaseIterable { case before, after }
}

extension Wording {
  fileprivate init(_ pattern: String, _ section: YAMLSection) throws(ProjectError) {
    let keys = ["about", "noun", "more", "less", "weight", "reversed"]
    guard let entry = try section.section(pattern, allowed: keys) else {
      throw section.error(pattern, "the words for '\(pattern)' are empty; give 'more:' or 'less:'.")
    }
    let (more, less) = (try Side(entry, "more"), try Side(entry, "less"))
    guard more != nil || less != nil else {
      throw entry.error(nil, "the words for '\(pattern)' name neither 'more' nor 'less'.")
    }
    self.init(
      pattern, try entry.text("about") ?? pattern, noun: try entry.text("noun"), high: more ?? Side(),
      low: less ?? Side(), isReversed: try entry.flag("reversed") ?? false)
    if let text = try entry.text("weight") {
      guard let value = Double(text), (0...1).contains(value) else {
        throw entry.error("weight", "'\(entry.full("weight"))' must be a number from 0, never in a name, to 1.")
      }
      weight = value
    }
  }
}

extension Wording.Side {
  fileprivate init?(_ section: YAMLSection, _ key: String) throws(ProjectError) {
    guard let entry = try section.section(key, allowed: ["adjective", "group", "place", "phrase"]) else { return nil }
    self.init(
      adjective: try entry.text("adjective"), group: try entry.text("group"), place: try entry.text("place"),
      phrase: try entry.text("phrase"))
  }
}

extension ActionRule {
  /// The rules under `actions`, in order.
  fileprivate static func rules(
    _ section: YAMLSection, targets: [String], effects: [String]
  ) throws(ProjectError) -> [ActionRule] {
    guard let node = section.node("actions") else { return [] }
    guard case .sequence(let sequence) = node else {
      throw section.error(
        "actions", "'\(section.full("actions"))' must be a list of rules, each with 'title' and 'do'.")
    }
    var rules: [ActionRule] = []
    for (index, element) in sequence.enumerated() {
      let entry = try YAMLSection(
        element, file: section.file, path: "\(section.full("actions"))[\(index + 1)]",
        allowed: ["title", "when", "do", "channel", "moment"])
      guard let title = try entry.text("title"), let what = try entry.text("do") else {
        throw entry.error(nil, "'\(entry.path)' needs a 'title' and, under 'do', what to do.")
      }
      var conditions: [Condition] = []
      if let when = try entry.section("when", allowed: nil) {
        for subject in when.keys {
          try check(subject, when, lead: "chance of ", names: targets)
          try check(subject, when, lead: "uplift of ", names: effects)
          conditions.append(Condition(subject, try test(subject, when)))
        }
      }
      rules.append(
        ActionRule(
          title, when: conditions, what: what, channel: try entry.text("channel"), moment: try entry.text("moment")))
    }
    return rules
  }

  /// Throws where `subject` begins with `lead` and goes on with none of `names`, of which a treatment may follow: such a rule
  /// could never apply.
  private static func check(
    _ subject: String, _ section: YAMLSection, lead: String, names: [String]
  ) throws(ProjectError) {
    guard subject.hasPrefix(lead) else { return }
    let name = String(subject.dropFirst(lead.count))
    guard !names.contains(where: { name == $0 || name.hasPrefix("\($0) by ") }) else { return }
    let kind = lead == "uplift of " ? "targets with an experiment" : "targets without an experiment"
    let hint =
      NearestNames.to(name, in: names, limit: 1).first.map { "Did you mean '\(lead)\($0)'?" }
      ?? (names.isEmpty ? "State it under 'targets'." : "There are: \(names.joined(separator: ", ")).")
    throw section.error(
      subject, "'\(section.full(subject))' asks for '\(name)', which is none of the \(kind). \(hint)")
  }

  private static let named: [String: Test] = [
    "high": .high, "very high": .veryHigh, "low": .low, "very low": .veryLow, "usual": .usual,
  ]

  private static func test(_ subject: String, _ section: YAMLSection) throws(ProjectError) -> Test {
    let text = try section.text(subject)?.lowercased() ?? ""
    if let test = named[text] { return test }
    let words = text.split(separator: " ")
    if words.count == 2, let value = Double(words[1]), value.isFinite {
      if words[0] == "above" { return .above(value) }
      if words[0] == "below" { return .below(value) }
    }
    throw section.error(
      subject,
      "'\(section.full(subject))' must be high, very high, low, very low, usual, or above or below a number "
        + "(above 0.3).")
  }
}

extension PersonaRemark {
  fileprivate init(_ name: String, _ section: YAMLSection) throws(ProjectError) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ Int($0).map { $0 > 0 } ?? false }) else {
      throw section.error(
        name,
        "'\(section.full(name))' is no segment: write the path of a segment, such as 2/7, or the number of a "
          + "macro-segment, such as 2.")
    }
    guard let entry = try section.section(name, allowed: ["name", "note", "owner", "due"]), !entry.keys.isEmpty else {
      throw section.error(name, "'\(section.full(name))' says neither name, note, owner nor due.")
    }
    self.init(
      name: try entry.text("name"), note: try entry.text("note"), owner: try entry.text("owner"),
      due: try entry.text("due"))
    if let due, CalendarDate(due) == nil {
      throw entry.error("due", "'\(entry.full("due"))' must be an existing day written YYYY-MM-DD.")
    }
  }
}
