internal import Yams

extension RuleList {
  /// Reads the map `lists` of a project file.
  /// - Parameter taken: the names that no feature of a count may have.
  static func lists(_ top: YAMLSection, taken: [String]) throws(ProjectError) -> [RuleList] {
    guard let section = try top.section("lists", allowed: nil) else { return [] }
    var names = CountNames(taken)
    var lists: [RuleList] = []
    for name in section.keys {
      if let fault = fault(inName: name) { throw section.error(name, "'\(name)' cannot name a list: \(fault)") }
      // Equal to the eye, though not to the byte.
      guard !lists.contains(where: { $0.name == name }) else {
        throw section.error(name, "there is another list called '\(name)' before; call one of them otherwise.")
      }
      guard let node = section.node(name) else {
        throw section.error(
          name, "the list '\(name)' has no condition; write one, such as: \"orders >= 3 and recency_days < 90\".")
      }
      names.begin(name)
      let condition = try ListCondition(node, file: section.file, path: "lists.\(name)", &names)
      lists.append(RuleList(name: name, condition: condition, line: section.line(of: name)))
    }
    return lists
  }
}

extension ListCondition {
  fileprivate init(
    _ node: Node, file: String, path: String, _ names: inout CountNames
  ) throws(ProjectError) {
    if let text = node.string {
      self = .sql(text, line: node.mark?.line)
      return
    }
    guard case .mapping = node else {
      throw ProjectError(
        file: file, line: node.mark?.line,
        reason: "'\(path)' must be one condition: an SQL text, a count, or a map of 'all', 'any' or 'not'.")
    }
    let section = try YAMLSection(node, file: file, path: path, allowed: RuleCondition.keys)
    let forms = ["count", "all", "any", "not"].filter { section.node($0) != nil }
    guard forms.count == 1, let form = forms.first else {
      throw section.error(forms.last, "'\(path)' needs exactly one of 'count', 'all', 'any' and 'not'.")
    }
    if form == "count" {
      self = .count(try RuleCount(section), feature: names.next())
      return
    }
    if let stray = RuleCondition.counts.first(where: { section.node($0) != nil }) {
      throw section.error(stray, "'\(path)' has '\(stray)', which belongs to a count, beside '\(form)'.")
    }
    guard let parts = section.node(form) else { throw section.error(form, "'\(path).\(form)' is empty.") }
    if form == "not" {
      self = .not(try ListCondition(parts, file: file, path: "\(path).not", &names))
      return
    }
    guard case .sequence(let sequence) = parts, !sequence.isEmpty else {
      throw section.error(form, "'\(path).\(form)' must be a list of conditions.")
    }
    var conditions: [ListCondition] = []
    for (index, element) in sequence.enumerated() {
      conditions.append(
        try ListCondition(element, file: file, path: "\(path).\(form)[\(index + 1)]", &names))
    }
    self = form == "all" ? .all(conditions) : .any(conditions)
  }
}

/// Names the features of counts after their lists, so that they stay when other lists come and go.
private struct CountNames {
  private var taken: Set<String>
  private var stem = "list"

  init(_ taken: [String]) { self.taken = Set(taken.map { $0.lowercased() }) }

  mutating func begin(_ list: String) {
    // PostgreSQL cuts names off after 63 bytes.
    stem = "list_" + FeatureNames.slug(list).prefix(40)
  }

  mutating func next() -> String { FeatureNames.unique(stem, among: &taken) }
}
