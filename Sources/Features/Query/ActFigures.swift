internal import Warehouse

/// How the rows of a source of events or campaigns are read: which of its types are which kind of act, and where sessions,
/// abandoned carts and responses end. A plan keeps it, so that new data is read alike.
public struct ActReading: Sendable, Hashable, Codable {
  struct Types: Sendable, Hashable, Codable {
    let kind: ActKind
    let types: [String]
  }

  /// The types of each kind that the data had, in the order of the kinds.
  let types: [Types]
  let responseDays: Int
  let sessionMinutes: Int
  let cartHours: Int
  /// Whether a column tells sessions, and whether orders end a cart.
  let hasSession: Bool
  let countsOrders: Bool
  /// Whether orders carry a time of day; without, an order may be of any time of its day.
  let ordersHaveTime: Bool

  /// A condition on rows: an act of one of `kinds`; nil when the data has none.
  func test(_ kinds: ActKind...) -> String? {
    let texts = types.filter { kinds.contains($0.kind) }.flatMap(\.types)
    return texts.isEmpty ? nil : "type IN (\(SQL.literals(texts)))"
  }

  func has(_ kind: ActKind) -> Bool { types.contains { $0.kind == kind } }
}

/// What a plan takes from all rows of one source of events or campaigns.
struct ActSource {
  /// A value of a column, and everybody's rate of response in it.
  struct Share {
    let value: String
    let rate: Double?
  }

  let source: Source
  let reading: ActReading
  /// Everybody's rates, of contacts that were opened, clicked, clicked among those opened, and answered by an order.
  private(set) var opened: Double?
  private(set) var clicked: Double?
  private(set) var clickedOfOpened: Double?
  private(set) var responded: Double?
  /// The values that most customers have, at most four.
  private(set) var channels: [Share] = []
  private(set) var devices: [String] = []

  /// Every source of events and campaigns.
  /// - Parameter orders: a query of all orders; nil without transactions.
  static func found(_ sources: SourceSet, _ rows: PurchaseRows?, orders: String?) throws -> [ActSource] {
    try (sources.project.sources(.campaigns) + sources.project.sources(.events)).map {
      try ActSource($0, sources, rows, orders: orders)
    }
  }

  private init(_ source: Source, _ sources: SourceSet, _ rows: PurchaseRows?, orders: String?) throws {
    self.source = source
    let settings = sources.project.features.acts
    let survey = rows.flatMap { sources.surveys[$0.source.name] }
    reading = ActReading(
      types: try ActSource.types(source, sources), responseDays: settings.responseDays,
      sessionMinutes: settings.sessionMinutes, cartHours: settings.cartHours,
      hasSession: source.column(.session) != nil, countsOrders: rows != nil,
      ordersHaveTime: (survey?.rowsWithTimeOfDay ?? 0) > 0)
    let isOff = { (family: FeatureFamily) in sources.project.features.switchedOff.contains(family.rawValue) }
    if source.role == .campaigns, !isOff(.engagement) {
      try takeRates(sources)
      if let orders { try takeResponses(sources, orders: orders) }
    }
    if source.role == .events, source.column(.device) != nil, !isOff(.browsing) {
      devices = try sources.mostCommon("device", sources.visible(source), limit: 4)
    }
  }

  /// The kinds of the types that stand in the data, those that the settings name before those told by their words.
  private static func types(_ source: Source, _ sources: SourceSet) throws -> [ActReading.Types] {
    guard source.column(.type) != nil else { return [] }
    let found = try sources.mostCommon("type", sources.visible(source), limit: 1000)
    let named = sources.project.features.acts.types
    let kinds = found.map { text in
      (text, ActKind.allCases.first { named[$0]?.contains(text) ?? false } ?? ActKind(text))
    }
    return ActKind.allCases.compactMap { kind in
      let types = kinds.filter { $0.1 == kind }.map(\.0).sorted()
      return types.isEmpty ? nil : ActReading.Types(kind: kind, types: types)
    }
  }

  private mutating func takeRates(_ sources: SourceSet) throws {
    guard let sent = reading.test(.sent) else { return }
    let opened = reading.test(.opened, .clicked) ?? "FALSE"
    let clicked = reading.test(.clicked) ?? "FALSE"
    let found = try sources.connection.query(
      """
      SELECT sum(sent) AS sent, sum(least(opened, sent)) AS opened, sum(least(clicked, sent)) AS clicked
      FROM (SELECT count(DISTINCT campaign) FILTER (WHERE \(sent)) AS sent,
          count(DISTINCT campaign) FILTER (WHERE \(opened)) AS opened,
          count(DISTINCT campaign) FILTER (WHERE \(clicked)) AS clicked
        FROM (\(sources.visible(source))) AS r GROUP BY customer) AS c
      """)
    func total(_ name: String) -> Double { found[name]?.doubles?.first.flatMap { $0.isFinite ? $0 : nil } ?? 0 }
    guard total("sent") > 0 else { return }
    if reading.has(.opened) { self.opened = total("opened") / total("sent") }
    if reading.has(.clicked) { self.clicked = total("clicked") / total("sent") }
    if reading.has(.opened), reading.has(.clicked), total("opened") > 0 {
      clickedOfOpened = min(1, total("clicked") / total("opened"))
    }
  }

  private mutating func takeResponses(_ sources: SourceSet, orders: String) throws {
    let all = "WITH orders AS (\(orders)) "
    let answers = sources.answers(source, reading)
    // Contacts of people of whom no order is known say nothing of what customers do.
    let known = "customer IN (SELECT customer FROM orders)"
    let found = try sources.connection.query(
      "\(all)SELECT count(*) AS judged, sum(answered) AS answered FROM (\(answers)) AS r WHERE \(known)")
    guard let judged = found["judged"]?.doubles?.first, judged > 0, let answered = found["answered"]?.doubles?.first
    else { return }
    responded = answered / judged
    guard source.column(.channel) != nil else { return }
    let byChannel = try sources.connection.query(
      """
      \(all)SELECT channel, count(DISTINCT customer) AS reached, count(*) AS judged, sum(answered) AS answered
      FROM (\(answers)) AS r WHERE channel IS NOT NULL AND \(known) GROUP BY channel ORDER BY reached DESC, channel LIMIT 4
      """)
    let names = byChannel["channel"]?.texts ?? []
    channels = names.enumerated().compactMap { index, name in
      guard let name, let judged = byChannel["judged"]?.doubles?[index], judged > 0 else { return nil }
      return Share(value: name, rate: byChannel["answered"]?.doubles.map { $0[index] / judged })
    }
  }
}

extension SourceSet {
  /// The values of `column` that most customers have a row with, then by name.
  func mostCommon(_ column: String, _ rows: String, limit: Int) throws -> [String] {
    let value = connection.dialect.asText(SQL.identifier(column))
    let found = try connection.query(
      """
      SELECT value, count(*) AS reached FROM (SELECT \(value) AS value, customer FROM (\(rows)) AS r
        WHERE \(SQL.identifier(column)) IS NOT NULL GROUP BY \(value), customer) AS pairs
      GROUP BY value ORDER BY reached DESC, value LIMIT \(limit)
      """)
    return (found["value"]?.texts ?? []).compactMap { $0 }
  }

  // MARK: Rows of acts

  /// One row a contact (a customer, campaign and day) whose days of response have all passed: `answered`, 1 when an order
  /// fell on one of them, and its `channel` where the source tells it. Reads the relation `orders`.
  func answers(_ source: Source, _ reading: ActReading) -> String {
    let hasChannel = source.column(.channel) != nil
    let channel = hasChannel ? ", min(\(connection.dialect.asText("channel"))) AS channel" : ""
    let sent = reading.test(.sent).map { " AND \($0)" } ?? ""
    return """
      SELECT contact.customer, contact.campaign, contact.day, max(CASE WHEN bought.day IS NULL THEN 0 ELSE 1 END) AS answered
        \(hasChannel ? ", min(contact.channel) AS channel" : "")
      FROM (SELECT customer, campaign, CAST(ts AS DATE) AS day\(channel) FROM (\(visible(source))) AS r
        WHERE \(age(of: "ts")) >= \(reading.responseDays - 1)\(sent)
        GROUP BY customer, campaign, CAST(ts AS DATE)) AS contact
      LEFT JOIN (SELECT DISTINCT customer, day FROM orders) AS bought
        ON bought.customer = contact.customer AND bought.day >= contact.day
          AND CAST(bought.day - contact.day AS INT) < \(reading.responseDays)
      GROUP BY contact.customer, contact.campaign, contact.day
      """
  }

  /// One row a session: its acts by kind, and `cart_second`, when something was last put into the cart.
  ///
  /// A session is what the source calls one; rows without a session are one a day. Where no column tells, a session ends
  /// when nothing happens for longer than the settings say.
  func sessions(_ source: Source, _ reading: ActReading) -> String {
    let second = connection.dialect.epoch("ts")
    let acts: String
    if reading.hasSession {
      let name = "coalesce(\(connection.dialect.asText("session")), \(connection.dialect.asText("CAST(ts AS DATE)")))"
      acts = "SELECT *, \(name) AS visit FROM (\(visible(source))) AS r"
    } else {
      let window = "OVER (PARTITION BY customer ORDER BY ts)"
      acts = """
        SELECT *, sum(begins) \(window) AS visit
        FROM (SELECT *, CASE WHEN \(second) - lag(\(second)) \(window) <= \(reading.sessionMinutes * 60)
            THEN 0 ELSE 1 END AS begins FROM (\(visible(source))) AS r) AS b
        """
    }
    func count(_ kinds: ActKind...) -> String {
      let texts = reading.types.filter { kinds.contains($0.kind) }.flatMap(\.types)
      return texts.isEmpty ? "0" : "count(*) FILTER (WHERE type IN (\(SQL.literals(texts))))"
    }
    let cart = reading.test(.cart).map { "max(\(second)) FILTER (WHERE \($0))" } ?? "CAST(NULL AS BIGINT)"
    return """
      SELECT customer, visit, min(ts) AS ts, CAST(min(ts) AS DATE) AS day, \(age(of: "min(ts)")) AS age,
        count(*) AS acts, \(count(.view, .search)) AS looks, \(count(.cart, .checkout, .purchase)) AS steps,
        \(cart) AS cart_second
      FROM (\(acts)) AS a GROUP BY customer, visit
      """
  }

  /// One row a session with something put into the cart, once the hours to buy it have passed before the end of the
  /// as-of date: `abandoned`, 1 when the customer bought nothing in them.
  func carts(_ source: Source, _ reading: ActReading, _ purchases: PurchaseRows?) -> String {
    let second = connection.dialect.epoch("ts")
    var bought: [String] = []
    if let test = reading.test(.purchase) {
      bought.append(
        "SELECT customer, \(second) AS first_second, \(second) AS last_second FROM (\(visible(source))) AS e WHERE \(test)"
      )
    }
    if let purchases, reading.countsOrders {
      let last = reading.ordersHaveTime ? second : "\(second) + 86399"
      bought.append(
        "SELECT customer, \(second) AS first_second, \(last) AS last_second FROM (\(purchases.purchases)) AS l")
    }
    let seconds = reading.cartHours * 3600
    let buys =
      bought.isEmpty
      ? "SELECT customer, cart_second AS first_second, cart_second AS last_second FROM carted WHERE FALSE"
      : bought.joined(separator: " UNION ALL ")
    return """
      SELECT carted.customer, carted.visit, min(carted.age) AS age,
        CASE WHEN count(buys.customer) = 0 THEN 1 ELSE 0 END AS abandoned
      FROM (SELECT * FROM (\(sessions(source, reading))) AS s
        WHERE cart_second + \(seconds) <= \(connection.dialect.epoch(cutoff))) AS carted
      LEFT JOIN (\(buys)) AS buys ON buys.customer = carted.customer AND buys.last_second >= carted.cart_second
        AND buys.first_second <= carted.cart_second + \(seconds)
      GROUP BY carted.customer, carted.visit
      """
  }
}
