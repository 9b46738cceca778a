internal import Warehouse

/// What a plan takes from all customers at once and keeps as literals: new data is measured by the same figures.
struct PopulationFigures {
  /// Cuts between classes, ascending.
  struct Cuts {
    var recency: [Double]
    var frequency: [Double]
    /// Nil without amounts.
    var monetary: [Double]?
  }

  /// Nil where the family is switched off or nobody bought anything.
  private(set) var cuts: Cuts?
  /// The median number of days between days with orders; nil where nobody came twice.
  private(set) var medianGap: Double?

  /// - Parameter orders: a query of all orders; nil without transactions, of which there are then no figures.
  init(_ sources: SourceSet, _ rows: PurchaseRows?, orders: String?) throws {
    guard let rows, let orders else { return }
    let features = sources.project.features
    if !features.switchedOff.contains(FeatureFamily.rfm.rawValue) {
      cuts = try PopulationFigures.cuts(sources, rows, orders: orders, features.rfm)
    }
    if !features.switchedOff.contains(FeatureFamily.lifecycle.rawValue) {
      let found = try sources.connection.query(
        """
        WITH orders AS (\(orders))
        SELECT \(PopulationFigures.quantile("0.5", of: "gap", sources)) AS median_gap FROM (\(sources.orderDays)) AS d
        """)
      medianGap = found["median_gap"]?.doubles?.first.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }
  }

  private static func cuts(
    _ sources: SourceSet, _ rows: PurchaseRows, orders: String, _ settings: RFMSettings
  ) throws -> Cuts? {
    let hasAmounts = rows.source.column(.amount) != nil || rows.source.column(.price) != nil
    let shares = (1..<settings.classes).map { "\(Double($0) / Double(settings.classes))" }
    var selected: [String] = []
    for column in ["recency", "frequency"] + (hasAmounts ? ["monetary"] : []) {
      for (index, share) in shares.enumerated() {
        selected.append("\(quantile(share, of: column, sources)) AS \(column)_\(index + 1)")
      }
    }
    let found = try sources.connection.query(
      """
      WITH orders AS (\(orders))
      SELECT \(selected.joined(separator: ",\n  "))
      FROM (SELECT customer, min(age) AS recency, count(*) AS frequency, sum(value) AS monetary
        FROM orders GROUP BY customer) AS c
      """)
    func quantiles(_ column: String) -> [Double]? {
      let values = shares.indices.compactMap { found["\(column)_\($0 + 1)"]?.doubles?.first }
      // What interpolation adds below the millionth is rounding, and must not part a cut from the value it equals.
      return values.count == shares.count && values.allSatisfy(\.isFinite)
        ? values.map { ($0 * 1_000_000).rounded() / 1_000_000 } : nil
    }
    guard let recency = settings.recency ?? quantiles("recency"),
      let frequency = settings.frequency ?? quantiles("frequency")
    else { return nil }
    return Cuts(
      recency: recency, frequency: frequency, monetary: hasAmounts ? settings.monetary ?? quantiles("monetary") : nil)
  }

  /// The quantile of type 7, by linear interpolation.
  private static func quantile(_ share: String, of column: String, _ sources: SourceSet) -> String {
    let real = sources.connection.dialect.asReal
    return "percentile_cont(\(share)) WITHIN GROUP (ORDER BY \(real(column)))"
  }
}
