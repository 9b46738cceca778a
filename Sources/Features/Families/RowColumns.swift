internal import Warehouse

/// The columns that SQL of the project's own may name in the rows of a source.
extension SourceSet {
  /// The names of the columns that rows at `level` offer, the source's own first, and what each is where that is no role.
  private func rowColumns(_ level: AggregateLevel) -> [String] {
    let source: Source?
    var times = ["ts", "age"]
    switch level {
    case .lines:
      source = project.sources(.transactions).first
      if source?.column(.deliverBy) != nil { times.append(ColumnRole.deliverBy.rawValue) }
    case .events(let name), .campaigns(let name):
      source = project.sources.first { $0.name == name }
      times = ["ts", "day", "age"]
    default: source = nil
    }
    guard let source else { return [] }
    return fields(source).map { $0.role == .order ? "order_id" : $0.name } + times
  }

  /// What to say of `sql` that the engine refused over the rows of `name`: the column that an unknown word may have meant,
  /// and all that there are.
  func columnHint(_ sql: String, _ level: AggregateLevel, _ name: String) -> String {
    let columns = rowColumns(level)
    let known = Set(columns + ["customer"])
    let unknown = OwnSQL(sql).names.first { !known.contains($0.name.lowercased()) }
    let near = unknown.flatMap { word in
      NearestNames.to(word.name, in: columns, limit: 1).first.map { " Is '\(word.name)' the column '\($0)'?" }
    }
    return (near ?? "")
      + " The rows of '\(name)' have the columns \(columns.joined(separator: ", ")) (age in days before the as-of date)."
  }
}
