internal import Warehouse

/// How much affinity features are drawn to the population, and how many there are.
public struct AffinitySettings: Sendable, Hashable {
  /// How many values of each level get a share of their own: the most widely bought.
  public var values = 6
  /// The spend that the population's shares weigh as much as; nil takes the median spend of a customer.
  public var shrinkage: Double?
  /// A value is well known when at least this share of customers have bought it.
  public var known = 0.1

  /// The defaults.
  public init() {}
}

extension AffinitySettings {
  static let keys = ["values", "shrinkage", "known"]

  init(_ section: YAMLSection) throws(ProjectError) {
    values = try section.integer("values", in: 0...200) ?? values
    if let text = try section.text("shrinkage") {
      guard let value = Double(text), value >= 0, value <= 1e11 else {
        throw section.error("shrinkage", "'\(section.path).shrinkage' must be an amount of money from 0 on.")
      }
      shrinkage = value
    }
    if let text = try section.text("known") {
      guard let value = Double(text), value > 0, value <= 1 else {
        throw section.error("known", "'\(section.path).known' must be a share of customers above 0 and up to 1.")
      }
      known = value
    }
  }
}

/// What the plan takes from all customers about one level of what is bought.
struct AffinityLevel {
  /// The column of the level in rows.
  let column: String
  /// The values with a share of their own and their share of all spend, most widely bought first.
  var values: [(name: String, share: Double)] = []
  /// The values that many customers have bought; most widely bought first, at most 200.
  var known: [String] = []
  /// The spend that the population's shares weigh as much as.
  var shrinkage = 0.0

  /// The levels that lines offer; empty where the family is switched off or nothing is known of amounts.
  static func levels(_ sources: SourceSet, _ rows: PurchaseRows?) throws -> [AffinityLevel] {
    let project = sources.project
    guard let rows, sources.offers(.amount), !project.features.switchedOff.contains(FeatureFamily.affinity.rawValue)
    else { return [] }
    let settings = project.features.affinity
    let dialect = sources.connection.dialect
    var levels: [AffinityLevel] = []
    for column in sources.choiceColumns(.category) + sources.choiceColumns(.brand) {
      // Read twice, so kept for the while.
      let spent = "tessera_choices_\(SourceSet.numbers.next())"
      try sources.connection.execute(dialect.keep(sources.spentByChoice(column, rows.purchases), as: spent))
      defer { try? sources.connection.execute(dialect.drop(spent)) }
      let totals = try sources.connection.query(
        """
        SELECT count(*) AS customers, \(dialect.asReal("sum(cents)")) AS cents,
          \(dialect.percentile(0.5, of: "cents")) AS median_cents
        FROM (SELECT customer, sum(cents) AS cents FROM \(spent) AS c GROUP BY customer) AS t
        """)
      let found = try sources.connection.query(
        """
        SELECT choice, count(*) AS reached, \(dialect.asReal("sum(cents)")) AS cents
        FROM \(spent) AS c WHERE choice IS NOT NULL
        GROUP BY choice ORDER BY reached DESC, choice LIMIT 200
        """)
      guard let customers = totals["customers"]?.doubles?.first, let all = totals["cents"]?.doubles?.first, all > 0,
        let median = totals["median_cents"]?.doubles?.first, let names = found["choice"]?.texts,
        let reached = found["reached"]?.doubles, let cents = found["cents"]?.doubles
      else { continue }
      var level = AffinityLevel(column: column)
      level.shrinkage = settings.shrinkage ?? max(0, median) / 100
      for (index, name) in names.enumerated() {
        guard let name else { continue }
        // With netted returns a value may have brought less than nothing; nobody is drawn to that.
        if index < settings.values { level.values.append((name, max(0, cents[index] / all))) }
        if reached[index] >= settings.known * customers { level.known.append(name) }
      }
      if !level.known.isEmpty || !level.values.isEmpty { levels.append(level) }
    }
    return levels
  }
}
