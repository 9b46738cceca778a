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
      try entry.checkLength("name", name)
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
