internal import Warehouse

/// The days after an as-of date, and what customers did in them: the labels that predictions of that date are to foretell.
///
/// Labels are counted from the rows of those days alone, features from the rows up to the as-of date alone, so no row
/// serves both. A window that reaches past the end of the records is refused: nobody knows yet what it will hold.
public struct LabelWindow: Sendable, Hashable {
  /// The number of days, the first of them the day after the as-of date.
  public let days: Int

  /// The labels; nil takes those that the sources can tell.
  private var own: [Label]?

  /// A window of `days` days, at least 1.
  public init?(days: Int) {
    guard (1...36_500).contains(days) else { return nil }
    self.days = days
  }

  /// The campaigns that begin on the first day of the window: of rows that name a campaign, those of these alone count.
  private var campaigns: Source?

  /// A window of `days` days with `labels` of its own.
  init?(days: Int, labels: [Label], campaigns: Source? = nil) {
    self.init(days: days)
    (own, self.campaigns) = (labels, campaigns)
  }

  /// The rows of `source` that count, as of the date of `sources`. Of the campaigns themselves those of their first day
  /// alone: whom they reach later may depend on what was done meanwhile.
  fileprivate func rows(_ source: Source, _ sources: SourceSet) -> String {
    let rows = sources.happenedAfter(source, days: source == campaigns ? 1 : days)
    guard let campaigns, source.column(.campaign) != nil else { return rows }
    return """
      SELECT * FROM (\(rows)) AS of_campaigns WHERE campaign IN (
        SELECT campaign FROM (\(sources.beginnings(campaigns))) AS begun
          WHERE day = DATE '\(sources.asOf.adding(days: 1))')
      """
  }

  /// One label a customer.
  struct Label: Hashable {
    let name: String
    let meaning: String
    let unit: String
    let source: Source
    /// The aggregate over the rows of the window.
    let sql: String
    /// Whether it reads purchased lines with the category of their product.
    var readsCategories = false
  }

  /// The labels that `sources` can tell: whether, how often and for how much customers bought, and how often each kind
  /// of event happened. Returned lines count as in features.
  func labels(_ sources: SourceSet) -> [Label] {
    if let own { return own }
    let ending = "_next_\(days)d"
    var labels: [Label] = []
    if let source = sources.project.sources(.transactions).first {
      let isBought = sources.project.features.returns == .net ? "TRUE" : "NOT \(PurchaseRows.isReturn)"
      let orders = "count(DISTINCT order_id) FILTER (WHERE \(isBought))"
      labels = [
        Label(
          name: "bought" + ending, meaning: "1 with an order in the \(days) days after the as-of date, else 0",
          unit: "",
          source: source, sql: "CASE WHEN \(orders) > 0 THEN 1 ELSE 0 END"),
        Label(
          name: "orders" + ending, meaning: "Number of orders in the \(days) days after the as-of date", unit: "orders",
          source: source, sql: orders),
      ]
      if source.column(.amount) != nil || source.column(.price) != nil {
        labels.append(
          Label(
            name: "monetary" + ending, meaning: "Spent in the \(days) days after the as-of date", unit: "money",
            source: source,
            sql: sources.connection.dialect.asReal(
              "coalesce(sum(amount) FILTER (WHERE \(isBought)), CAST(0 AS DECIMAL(20,4)))")))
      }
    }
    for source in sources.project.sources(.events) {
      labels.append(
        Label(
          name: source.name + ending,
          meaning: "Number of rows in \(source.name) in the \(days) days after the as-of date",
          unit: "", source: source, sql: "count(*)"))
    }
    return labels
  }

  /// A dictionary of features with these labels after them.
  func extend(_ dictionary: Table, _ sources: SourceSet) -> Table {
    let values: [String: (Label) -> String] = [
      "name": \.name, "family": { _ in "labels" }, "meaning": \.meaning, "unit": \.unit, "kind": { _ in "numeric" },
      "source": \.source.name, "when_absent": { _ in "0" }, "sql": \.sql,
    ]
    let labels = labels(sources)
    return Table(
      dictionary.columns.map { column in
        Column(
          name: column.name,
          values: .texts(column.texts.map { $0 ?? "" } + labels.map { values[column.name]?($0) ?? "" }))
      })
  }

  /// Throws unless the records reach to the end of the window after `date`.
  func check(_ sources: SourceSet, _ date: CalendarDate) throws {
    let end = date.adding(days: days)
    guard !labels(sources).isEmpty else {
      throw ProjectError(
        file: sources.project.file,
        reason: "there is nothing to take labels from; they need a source of role transactions or events.")
    }
    // Orders, where there are any, tell how far the records reach; events may simply have become rare.
    let told = sources.project.sources(.transactions).first.map { [$0] } ?? sources.project.sources(.events)
    guard let last = try told.compactMap({ try sources.lastDay($0) }).max(), last < end else { return }
    throw ProjectError(
      file: sources.project.file,
      reason:
        "labels of the \(days) days after \(date) reach to \(end), but the last row is of \(last), so nobody knows "
        + "them yet. The latest date with known labels is \(last.adding(days: -days)); or take fewer days.")
  }
}

extension SourceSet {
  /// The relations of `window`'s labels, one for each source, one row a customer in each.
  func labelTables(_ window: LabelWindow) -> [(relation: String, sql: String, labels: [LabelWindow.Label])] {
    let labels = window.labels(self)
    var names: [String] = []
    for label in labels where !names.contains(label.source.name) { names.append(label.source.name) }
    return names.enumerated().compactMap { index, name in
      let own = labels.filter { $0.source.name == name }
      guard let source = own.first?.source else { return nil }
      let columns = own.map { "\($0.sql) AS \(SQL.identifier($0.name))" }
      let rows =
        own.contains(where: \.readsCategories) ? boughtAfter(days: window.days) : window.rows(source, self)
      return (
        "label_\(index + 1)",
        """
        SELECT customer, \(columns.joined(separator: ", ")) FROM (\(rows)) AS w
          GROUP BY customer
        """, own
      )
    }
  }
}
