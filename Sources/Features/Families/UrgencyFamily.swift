internal import Warehouse

/// Which orders are urgent.
public struct UrgencySettings: Sendable, Hashable {
  /// An order wanted within so many days of the day it was placed on is urgent.
  public var days = 2
  /// The ways of shipping that are urgent; nil takes those whose words say so.
  public var shipping: [String]?

  /// The defaults.
  public init() {}
}

extension UrgencySettings {
  static let keys = ["days", "shipping"]

  /// Reads `features.urgency`.
  init(_ section: YAMLSection) throws(ProjectError) {
    self.init()
    days = try section.integer("days", in: 0...3650) ?? days
    shipping = try section.texts("shipping")
  }

  /// Whether the words of a way of shipping or of a priority say that somebody is in a hurry: "Express", "Same Day",
  /// "NEXT_DAY", "High", but not "Low priority" or "non-urgent".
  static func isUrgent(_ shipping: String) -> Bool {
    let words = ColumnName(shipping).words
    let slow: Set<String> = ["not", "non", "no", "low", "lowest", "normal", "standard", "economy", "medium"]
    guard slow.isDisjoint(with: words) else { return false }
    if words == ["high"] || words == ["highest"] { return true }
    let stems = [
      "express", "urgent", "rush", "priorit", "expedit", "overnight", "emergency", "critical", "sameday", "nextday",
    ]
    if words.contains(where: { word in stems.contains { word.hasPrefix($0) } }) { return true }
    return zip(words, words.dropFirst()).contains { ["same", "next"].contains($0) && $1.hasPrefix("day") }
  }
}

/// How a plan tells that orders are urgent, so that new data is read alike.
public struct UrgencyReading: Sendable, Hashable, Codable {
  let days: Int
  /// The ways of shipping that are urgent, of those in the data.
  let shipping: [String]
  /// Whether orders tell the day they are wanted by, and how they are shipped.
  let hasDay: Bool
  let hasShipping: Bool
}

extension FeatureFamily {
  /// How soon customers want what they order, as was said when they ordered: the day it is wanted by less the day of the
  /// order, and the way of shipping. A day before that of the order tells nothing.
  ///
  /// What became of the delivery is no part of it, as that is known only afterwards.
  func urgencyDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, let reading = context.urgency else { return [] }
    let level = AggregateLevel.deliveries(reading)
    let needs: [ColumnRole] = (reading.hasDay ? [.deliverBy] : []) + (reading.hasShipping ? [.shipping] : [])
    let told = Aggregate(level, "told", "count(*)", needs: needs)
    let urgent = Aggregate(level, "urgent", "sum(urgent)", needs: needs)
    var ways: [String] = []
    if reading.hasDay { ways.append("wanted within \(reading.days) days") }
    if !reading.shipping.isEmpty {
      ways.append("shipped by \(reading.shipping.map { "'\($0)'" }.joined(separator: ", "))")
    }
    var definitions: [FeatureDefinition] = []
    if !ways.isEmpty {
      let rule = ways.joined(separator: " or ")
      definitions += [
        feature(
          "urgent_orders", "Number of urgent orders (\(rule))", unit: "orders", source: source, from: [urgent],
          as: "{urgent}", whenAbsent: 0),
        feature(
          "urgent_orders_share",
          "Share of urgent orders (\(rule)), of those that tell how soon they are wanted; missing without any",
          unit: "share", source: source, from: [urgent, told], as: context.dialect.ratio("{urgent}", "{told}")),
      ]
    }
    guard reading.hasDay else { return definitions }
    let dated = Aggregate(level, "dated", "count(lead)", needs: [.deliverBy])
    let sum = Aggregate(level, "lead_sum", "sum(lead)", needs: [.deliverBy])
    let least = Aggregate(level, "lead_least", "min(lead)", needs: [.deliverBy])
    return definitions + [
      feature(
        "delivery_days_mean", "Mean days from an order to the day it is wanted by", unit: "days", source: source,
        from: [dated, sum], as: context.dialect.ratio("{lead_sum}", "{dated}")),
      feature(
        "delivery_days_min", "Fewest days from an order to the day it is wanted by", unit: "days", source: source,
        from: [least], as: context.dialect.asReal("{lead_least}")),
    ]
  }
}

extension SourceSet {
  /// How these orders tell that they are urgent; nil where no column does, or the family is switched off.
  func urgency(_ rows: PurchaseRows?) throws -> UrgencyReading? {
    guard let rows, !project.features.switchedOff.contains(FeatureFamily.urgency.rawValue) else { return nil }
    let hasDay = rows.source.column(.deliverBy) != nil
    let hasShipping = rows.source.column(.shipping) != nil
    guard hasDay || hasShipping else { return nil }
    let found = hasShipping ? try mostCommon(ColumnRole.shipping.rawValue, rows.purchases, limit: 1000) : []
    let named = project.features.urgency.shipping
    return UrgencyReading(
      days: project.features.urgency.days,
      shipping: found.filter { named?.contains($0) ?? UrgencySettings.isUrgent($0) }.sorted(), hasDay: hasDay,
      hasShipping: hasShipping)
  }

  /// One row an order that tells how soon it is wanted: `lead`, the days to the day it is wanted by, the earliest of its
  /// lines, and `urgent`, 1 or 0.
  func deliveries(_ lines: String, _ reading: UrgencyReading) -> String {
    let lead = reading.hasDay ? "CAST(min(deliver_by) - CAST(min(ts) AS DATE) AS INT)" : "CAST(NULL AS INT)"
    let isFast =
      reading.shipping.isEmpty
      ? "0"
      : "CASE WHEN \(connection.dialect.asText("shipping")) IN (\(SQL.literals(reading.shipping))) THEN 1 ELSE 0 END"
    let fast =
      reading.hasShipping ? "max(CASE WHEN shipping IS NOT NULL THEN \(isFast) END)" : "CAST(NULL AS INT)"
    return """
      SELECT customer, age, lead, CASE WHEN lead <= \(reading.days) OR fast = 1 THEN 1 ELSE 0 END AS urgent
      FROM (SELECT customer, age, fast, CASE WHEN days_ahead >= 0 THEN days_ahead END AS lead
        FROM (SELECT customer, order_id, \(age(of: "min(ts)")) AS age, \(lead) AS days_ahead, \(fast) AS fast
          FROM (\(lines)) AS l GROUP BY customer, order_id) AS o) AS d
      WHERE lead IS NOT NULL OR fast IS NOT NULL
      """
  }
}
