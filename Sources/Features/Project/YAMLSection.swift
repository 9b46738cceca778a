internal import Warehouse
internal import Yams

/// One mapping of a project file, read key by key so that every complaint names its line.
struct YAMLSection {
  let file: String
  /// What to call it: "sources.orders".
  let path: String
  let line: Int?
  private let entries: [(key: String, line: Int?, value: Node)]

  /// - Parameter allowed: the keys it may have; nil allows any.
  init(_ node: Node, file: String, path: String, allowed: [String]?) throws(ProjectError) {
    self.file = file
    self.path = path
    line = node.mark?.line
    guard case .mapping(let mapping) = node else {
      throw ProjectError(
        file: file, line: line,
        reason: "\(path.isEmpty ? "the project file" : "'\(path)'") must be a list of 'key: value' lines.")
    }
    var entries: [(key: String, line: Int?, value: Node)] = []
    for (keyNode, value) in mapping {
      guard let key = keyNode.string else {
        throw ProjectError(file: file, line: keyNode.mark?.line, reason: "a key of '\(path)' is not text.")
      }
      if let allowed, !allowed.contains(key) {
        throw YAMLSection.unknown(key, in: path, allowed: allowed, file: file, line: keyNode.mark?.line)
      }
      entries.append((key, keyNode.mark?.line, value))
    }
    self.entries = entries
  }

  /// The mapping under `key` of `section`, which must be there.
  init(in section: YAMLSection, _ key: String, allowed: [String]) throws(ProjectError) {
    guard let node = section.node(key) else { throw section.error(key, "'\(section.full(key))' is empty.") }
    try self.init(node, file: section.file, path: section.full(key), allowed: allowed)
  }

  var keys: [String] { entries.map(\.key) }

  func line(of key: String) -> Int? { entries.first { $0.key == key }?.line }

  func error(_ key: String?, _ reason: String) -> ProjectError {
    ProjectError(file: file, line: key.flatMap(line(of:)) ?? line, reason: reason)
  }

  /// The node under `key`; nil when it is absent or empty.
  func node(_ key: String) -> Node? {
    guard let value = entries.first(where: { $0.key == key })?.value else { return nil }
    // In quotes they are texts: a column may well be called "null".
    if case .scalar(let scalar) = value, scalar.style == .plain || scalar.style == .any,
      ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    {
      return nil
    }
    return value
  }

  /// `key` with its path, as messages call it.
  func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func text(_ key: String) throws(ProjectError) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.string else { throw error(key, "'\(full(key))' must be one value.") }
    return text
  }

  /// Throws when `name`, under `key`, is longer than engines keep the name of a feature.
  func checkLength(_ key: String, _ name: String) throws(ProjectError) {
    guard name.utf8.count > FeatureNames.mostBytes else { return }
    throw error(
      key,
      "'\(full(key))' has \(name.utf8.count) bytes; a feature's name may have \(FeatureNames.mostBytes), as engines cut "
        + "off what is longer. Say the rest in 'meaning' or a comment.")
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ProjectError) -> Int? {
    guard let text = try text(key) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw error(key, "'\(full(key))' must be a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  func flag(_ key: String) throws(ProjectError) -> Bool? {
    guard let text = try text(key) else { return nil }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw error(key, "'\(full(key))' must be true or false.")
    }
  }

  func choice<Choice>(_ key: String, _ type: Choice.Type) throws(ProjectError) -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let value = Choice(rawValue: text) else {
      throw error(key, "'\(full(key))' must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return value
  }

  /// A list of texts; a single text counts as a list of one.
  func texts(_ key: String) throws(ProjectError) -> [String]? {
    guard let node = node(key) else { return nil }
    if let text = node.string { return [text] }
    guard case .sequence(let sequence) = node else { throw error(key, "'\(full(key))' must be a list.") }
    var texts: [String] = []
    for element in sequence {
      guard let text = element.string else { throw error(key, "'\(full(key))' must be a list of texts.") }
      texts.append(text)
    }
    return texts
  }

  func section(_ key: String, allowed: [String]?) throws(ProjectError) -> YAMLSection? {
    guard let node = node(key) else { return nil }
    return try YAMLSection(node, file: file, path: full(key), allowed: allowed)
  }

  static func unknown(
    _ key: String, in path: String, allowed: [String], file: String, line: Int?
  ) -> ProjectError {
    let nearest = NearestNames.to(key, in: allowed, limit: 1).first
    let place = path.isEmpty ? "" : " in '\(path)'"
    let hint = nearest.map { " Did you mean '\($0)'?" } ?? " It may hold: \(allowed.joined(separator: ", "))."
    return ProjectError(file: file, line: line, reason: "unknown key '\(key)'\(place).\(hint)")
  }
}
