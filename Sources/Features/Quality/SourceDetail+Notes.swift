extension SourceDetail {
  /// What matters enough to be said in a sentence each.
  var notes: [String] {
    guard rowsLookedAt > 0 else { return [] }
    var notes: [String] = []
    let sampled = oneCustomerIn > 1 ? " (of one customer in \(oneCustomerIn))" : ""
    if repeatedRows * 100 >= rowsLookedAt {
      notes.append(
        "\(share(repeatedRows, rowsLookedAt)) of the rows of \(source)\(sampled) repeat another row in every column; if they "
          + "were loaded twice, read them with 'query: SELECT DISTINCT …'")
    }
    if let alikeRows, alikeRows > 0 {
      notes.append(
        "\(alikeRows) \(alikeRows == 1 ? "row" : "rows") of \(source)\(sampled) \(alikeRows == 1 ? "is" : "are") equal to "
          + "another row but for the identifier, perhaps one customer under two; if so, merge them before")
    }
    for contradiction in contradictions ?? [] where contradiction.keys > 0 {
      let keys = contradiction.keys == 1 ? "1 product has" : "\(contradiction.keys) products have"
      notes.append(
        "\(keys) rows with a different '\(contradiction.column)' in \(source) (\(contradiction.rows) rows); the first in "
          + "alphabetical order is taken")
    }
    if let returnsAlone, returnsAlone > 0 {
      let who = returnsAlone == 1 ? "1 customer of \(source) has" : "\(returnsAlone) customers of \(source) have"
      notes.append(
        "\(who) returned lines alone on or before the as-of date and so no row among the features; 'returns: net' takes "
          + "returns for orders")
    }
    for orphan in orphans where orphan.of > 0 {
      if orphan.count == orphan.of, orphan.what == Self.strangers {
        notes.append("no customer of \(source) ever bought anything: are the identifiers the same in all sources?")
      } else if orphan.what != Self.strangers, orphan.count * 100 >= orphan.of {
        notes.append("\(share(orphan.count, orphan.of)) of \(source)\(sampled) are \(orphan.what)")
      }
    }
    if implausibleTimes > 0 {
      notes.append(
        "\(implausibleTimes) rows of \(source) have a time before 1900-01-02 or on 1970-01-01, which often stands for "
          + "none; leave them out with 'where'")
    }
    for outlier in outliers where outlier.largestRatio >= 100 {
      let rows = outlier.rows == 1 ? "1 row has" : "\(outlier.rows) rows have"
      notes.append(
        "\(rows) a '\(outlier.column)' in \(source) out of all proportion, the largest "
          + "\(shown(outlier.largestRatio)) times the median; if that is a slip, leave it out with 'where'")
    }
    if let concentration {
      let who = concentration.customers == 1 ? "1 customer makes" : "\(concentration.customers) customers make"
      notes.append(
        "\(who) \(percent(concentration.share)) of the revenue in \(source); means and sums of a segment may be theirs "
          + "alone")
    }
    return notes + columnNotes
  }

  /// What customers who never bought are called among the orphans.
  static let strangers = "customers without a purchase"

  private var columnNotes: [String] {
    func list(_ columns: [ColumnDetail]) -> String {
      columns.prefix(6).map { "'\($0.column)'" }.joined(separator: ", ")
        + (columns.count > 6 ? " and \(columns.count - 6) more" : "")
    }
    var notes: [String] = []
    let sparse = columns.filter { $0.missing * 2 >= rowsLookedAt }
    if !sparse.isEmpty {
      notes.append(
        "\(list(sparse)) of \(source) \(sparse.count == 1 ? "is" : "are") missing in half of the rows or more")
    }
    for (reason, found) in grouped(\.identifier) {
      notes.append(
        "\(list(found)) of \(source) \(found.count == 1 ? "looks like an identifier" : "look like identifiers"): "
          + "\(reason); leave \(found.count == 1 ? "it" : "them") out of 'attributes'")
    }
    for (reason, found) in grouped(\.leak) {
      notes.append(
        "\(list(found)) of \(source) may be known only afterwards: \(reason); if so, leave "
          + "\(found.count == 1 ? "it" : "them") out of 'attributes', as no new customer will have "
          + (found.count == 1 ? "it" : "them"))
    }
    return notes
  }

  /// The columns of each reason, in the order of the first of them.
  private func grouped(_ reason: (ColumnDetail) -> String?) -> [(String, [ColumnDetail])] {
    var groups: [(String, [ColumnDetail])] = []
    for column in columns {
      guard let words = reason(column) else { continue }
      if let place = groups.firstIndex(where: { $0.0 == words }) {
        groups[place].1.append(column)
      } else {
        groups.append((words, [column]))
      }
    }
    return groups
  }

  private func share(_ part: Int, _ whole: Int) -> String { percent(Double(part) / Double(max(1, whole))) }

  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private func shown(_ ratio: Double) -> String { Int(exactly: ratio).map { "\($0)" } ?? "\(ratio)" }
}
