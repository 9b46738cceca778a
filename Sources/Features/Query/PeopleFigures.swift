internal import Warehouse

/// What a plan takes from all customers of who and where they are, and what they answer.
struct PeopleFigures {
  /// A region that is told by its own name.
  struct Region: Hashable {
    /// Its values from the widest level down to its own.
    let path: [String]
    /// What it is called: its own value, or its path where another region of its level bears the same.
    let name: String
  }

  /// For each source of customers, the regions of each level that have enough customers.
  private(set) var regions: [String: [[Region]]] = [:]
  /// For each column of several answers (`source.column`), the options that most customers chose, at most twelve.
  private(set) var options: [String: [String]] = [:]
  /// For each survey of one row an answer, its questions, those answered by most customers first.
  private(set) var questions: [String: [Question]] = [:]

  /// The sources of customers whose births are years.
  private(set) var birthYears: Set<String> = []
  /// Whether anything tells the companies of customers.
  let hasAccounts: Bool

  /// A question of a survey, and what its answers are.
  struct Question: Hashable {
    enum Form: Hashable { case number, choice, several([String]) }
    let text: String
    let form: Form
  }

  init(_ sources: SourceSet) throws {
    hasAccounts = sources.accounts != nil
    birthYears = Set(sources.project.sources(.customers).filter { sources.isBirthYear($0) }.map(\.name))
    let isOff = { (family: FeatureFamily) in sources.project.features.switchedOff.contains(family.rawValue) }
    for source in sources.project.sources(.customers) where !isOff(.geography) {
      regions[source.name] = try PeopleFigures.regions(source, sources)
    }
    for source in sources.project.sources(.surveys) where !isOff(.surveys) {
      if source.column(.question) != nil { questions[source.name] = try PeopleFigures.questions(source, sources) }
      for column in sources.attributes(source) where column.form == .several {
        options["\(source.name).\(column.name)"] = try PeopleFigures.options(column.name, source, sources)
      }
    }
  }

  private static func regions(_ source: Source, _ sources: SourceSet) throws -> [[Region]] {
    let columns = sources.regionColumns(source)
    let least = sources.project.features.leastCustomersOfRegion
    var wider: Set<String> = ["other"]
    return try columns.indices.map { level in
      let names = columns[...level].joined(separator: ", ")
      let known = columns[...level].map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
      let found = try sources.connection.query(
        """
        SELECT \(names), count(*) AS reached FROM (\(try sources.attributeRows(source))) AS r WHERE \(known)
        GROUP BY \(names) HAVING count(*) >= \(least) ORDER BY reached DESC, \(names) LIMIT 1000
        """)
      let parts = columns[...level].map { (found[$0]?.texts ?? []).map { $0 ?? "" } }
      defer { wider.formUnion(parts.last ?? []) }
      let paths = (0..<found.rowCount).map { row in parts.map { $0[row] } }
      let own = paths.compactMap(\.last)
      return paths.map { path in
        let name = path.last ?? ""
        let isTaken = own.count { $0 == name } > 1 || wider.contains(name)
        return Region(
          path: path, name: isTaken ? path.joined(separator: " / ") + (level == 0 ? " (region)" : "") : name)
      }
    }
  }

  private static func options(_ column: String, _ source: Source, _ sources: SourceSet) throws -> [String] {
    let cell = PreparedSource.attributeColumn(column)
    // As many different combinations of answers as can be looked at; options are few where people choose them.
    let found = try sources.connection.query(
      """
      SELECT \(cell) AS choice, count(*) AS reached FROM (\(try sources.attributeRows(source))) AS r
      WHERE \(cell) IS NOT NULL GROUP BY \(cell) ORDER BY reached DESC, choice LIMIT 10000
      """)
    // What a few people wrote is theirs, and no option.
    let customers = (found["reached"]?.doubles ?? []).reduce(0, +)
    var reached: [String: Double] = [:]
    for (text, count) in zip(found["choice"]?.texts ?? [], found["reached"]?.doubles ?? []) {
      for option in Set(parts(text ?? "")) { reached[option, default: 0] += count }
    }
    return reached.filter { $0.value >= leastOfOption(customers) }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(12).map(\.key)
  }

  /// How many customers must share an option: one in twenty, and 30 of many.
  private static func leastOfOption(_ customers: Double) -> Double { max(1, min(30, (customers / 20).rounded(.up))) }

  /// The answers of one cell.
  private static func parts(_ cell: String) -> [String] {
    cell.split(separator: ";").map(String.init)
  }

  /// Whether the cell `expression` of several answers holds `option`.
  static func holds(_ option: String, in expression: String) -> String {
    "position(\(SQL.literal(";\(option);")) IN ';' || \(expression) || ';') > 0"
  }

  private static func questions(_ source: Source, _ sources: SourceSet) throws -> [Question] {
    let replies = sources.latestReplies(source)
    let dialect = sources.connection.dialect
    let number = dialect.attempt(text: "answer", asDecimal: PreparedSource.price)
    let found = try sources.connection.query(
      """
      SELECT question, count(*) AS reached, sum(others) AS others,
        count(*) FILTER (WHERE several > 1) AS several
      FROM (SELECT question, customer, count(DISTINCT answer) AS several, count(*) FILTER (WHERE \(number) IS NULL) AS others
        FROM (\(replies)) AS r GROUP BY question, customer) AS q
      GROUP BY question ORDER BY reached DESC, question LIMIT 100
      """)
    return try (found["question"]?.texts ?? []).enumerated().compactMap { index, text in
      guard let text, let others = found["others"]?.doubles?[index], let several = found["several"]?.doubles?[index]
      else { return nil }
      // A few who answered twice at one time make no question of several answers.
      let customers = found["reached"]?.doubles?[index] ?? 0
      guard several > 0, several * 50 >= customers else {
        return Question(text: text, form: others == 0 ? .number : .choice)
      }
      let chosen = try sources.connection.query(
        """
        SELECT answer, count(DISTINCT customer) AS reached FROM (\(replies)) AS r WHERE question = \(SQL.literal(text))
        GROUP BY answer HAVING count(DISTINCT customer) >= \(Int(leastOfOption(customers)))
        ORDER BY reached DESC, answer LIMIT 12
        """)
      return Question(text: text, form: .several((chosen["answer"]?.texts ?? []).compactMap { $0 }))
    }
  }
}

/// Rows of who customers are: one row a customer.
extension SourceSet {
  /// The columns of `source` that tell regions, from the widest to the narrowest.
  func regionColumns(_ source: Source) -> [String] {
    (source.columns[.region] ?? []).indices.map { $0 == 0 ? "region" : "region_\($0 + 1)" }
  }

  /// One row a customer with the attributes of `source`: their own, or those of their region, store or company.
  func attributeRows(_ source: Source) throws -> String {
    switch source.role {
    case .lookups:
      guard let places = places(source) else { return "SELECT 1 AS customer WHERE FALSE" }
      return """
        SELECT place.customer, known.* FROM (\(places)) AS place
        JOIN (SELECT * FROM (\(visible(source))) AS l WHERE key IS NOT NULL) AS known ON known.key = place.place
        """
    case .companies:
      guard let accounts else { return "SELECT 1 AS customer WHERE FALSE" }
      return """
        SELECT link.customer, known.* FROM (\(accounts)) AS link
        JOIN (SELECT * FROM (\(visible(source))) AS l WHERE company IS NOT NULL) AS known ON known.company = link.account
        """
    default: return latest(source)
    }
  }

  /// Whether `source` can tell of customers here: what is known of places or companies needs somebody tied to them.
  func tellsOfCustomers(_ source: Source) -> Bool {
    switch source.role {
    case .lookups: places(source) != nil
    case .companies: accounts != nil
    default: true
    }
  }

  /// The latest row of each customer that was known at the as-of date.
  func latest(_ source: Source) -> String {
    guard source.column(.time) != nil else { return visible(source) }
    return """
      SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY ts DESC) AS version
        FROM (\(visible(source))) AS v) AS versions WHERE version = 1
      """
  }

  /// Each customer's latest answers to each question; several where they were given at one time.
  func latestReplies(_ source: Source) -> String {
    let known = "SELECT * FROM (\(visible(source))) AS v WHERE question IS NOT NULL AND answer IS NOT NULL"
    guard source.column(.time) != nil else { return known }
    return """
      SELECT * FROM (SELECT *, rank() OVER (PARTITION BY customer, question ORDER BY ts DESC) AS version
        FROM (\(known)) AS k) AS versions WHERE version = 1
      """
  }

  /// One row a customer and the place that `lookup` explains: the region that a source of customers tells, or the store of
  /// most orders (then of the latest, then by name). Nil where the project does not tell it.
  private func places(_ lookup: Source) -> String? {
    if lookup.explains == ColumnRole.store.rawValue {
      guard let purchases = PurchaseRows(self), offers(.store) else { return nil }
      let store = connection.dialect.asText("store")
      return """
        SELECT customer, \(store) AS place FROM (SELECT customer, store, row_number() OVER (PARTITION BY customer
            ORDER BY count(DISTINCT order_id) DESC, max(ts) DESC, store) AS rank_of_store
          FROM (\(purchases.purchases)) AS p WHERE store IS NOT NULL GROUP BY customer, store) AS s
        WHERE rank_of_store = 1
        """
    }
    for source in project.sources(.customers) {
      guard let index = (source.columns[.region] ?? []).firstIndex(where: { $0 == lookup.explains }) else { continue }
      return "SELECT customer, \(regionColumns(source)[index]) AS place FROM (\(latest(source))) AS c"
    }
    return nil
  }

  /// A sentence for each lookup that does not know all places it should explain.
  func unknownPlaces() throws(WarehouseError) -> [String] {
    var notes: [String] = []
    for lookup in project.sources(.lookups) {
      guard let places = places(lookup) else { continue }
      let found = try connection.query(
        """
        SELECT count(*) AS customers, count(DISTINCT place) AS places FROM (\(places)) AS p
        WHERE place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM (\(visible(lookup))) AS l WHERE l.key = p.place)
        """)
      guard let customers = found["customers"]?.doubles?.first, customers > 0 else { continue }
      let keys = Int(found["places"]?.doubles?.first ?? 0)
      notes.append(
        "\(Int(customers)) customers are in \(keys) places that \(lookup.name) does not know; its attributes are missing "
          + "for them")
    }
    return notes
  }

  /// A sentence for each source with births that make nobody's age.
  func oddBirths() throws(WarehouseError) -> [String] {
    var notes: [String] = []
    for source in project.sources(.customers) where source.column(.birth) != nil {
      let age = FeatureFamily.age(isYear: isBirthYear(source), birth: "birth", asOf: asOfLiteral)
      let found = try connection.query(
        """
        SELECT count(*) AS odd FROM (\(visible(source))) AS c
        WHERE birth IS NOT NULL AND (\(age) < 0 OR \(age) > \(FeatureFamily.greatestAge))
        """)
      guard let odd = found["odd"]?.doubles?.first, odd > 0 else { continue }
      notes.append(
        "\(Int(odd)) \(odd == 1 ? "row" : "rows") of \(source.name) tell a birth that makes an age below 0 or above "
          + "\(FeatureFamily.greatestAge); the age is missing there")
    }
    return notes
  }

  // MARK: Accounts

  /// One row a customer and their `account`: of the latest link known at the as-of date (then the least company by its
  /// name), or what the first source of customers says that tells one. Nil where nothing tells companies.
  var accounts: String? {
    var tellers: [String] = []
    if let links = project.sources(.contacts).first {
      tellers.append(
        """
        SELECT customer, company AS account FROM (SELECT customer, company, row_number() OVER (PARTITION BY customer
            ORDER BY ts DESC, company) AS version
          FROM (\(visible(links))) AS v WHERE company IS NOT NULL) AS versions WHERE version = 1
        """)
    }
    for source in project.sources(.customers) where source.column(.company) != nil {
      tellers.append("SELECT customer, company AS account FROM (\(latest(source))) AS c WHERE company IS NOT NULL")
    }
    guard tellers.count > 1 else { return tellers.first }
    let told = tellers.enumerated().map { "SELECT customer, account, \($0) AS place FROM (\($1)) AS t" }
    return """
      SELECT customer, account FROM (SELECT customer, account, row_number() OVER (PARTITION BY customer ORDER BY place)
            AS choice FROM (\(told.joined(separator: " UNION ALL "))) AS a) AS choices WHERE choice = 1
      """
  }

  /// One row a customer of a company, with what all of its contacts did together. Reads the relation `orders`.
  var accountRows: String {
    let links = accounts ?? "SELECT 1 AS customer, 1 AS account WHERE FALSE"
    return """
      SELECT link.customer, together.*, coalesce(own.cents, 0) AS own_cents
      FROM (\(links)) AS link
      JOIN (SELECT account, count(*) AS contacts, sum(orders) AS orders, sum(cents) AS cents, min(age) AS age,
          count(*) FILTER (WHERE age < 90) AS buyers_90d, sum(orders * orders) AS squares
        FROM (SELECT l.account, l.customer, count(o.order_id) AS orders,
            coalesce(sum(CAST(o.cents AS DECIMAL(38,0))), 0) AS cents, min(o.age) AS age
          FROM (\(links)) AS l LEFT JOIN orders AS o ON o.customer = l.customer GROUP BY l.account, l.customer) AS c
        GROUP BY account) AS together ON together.account = link.account
      LEFT JOIN (SELECT customer, sum(CAST(cents AS DECIMAL(38,0))) AS cents FROM orders GROUP BY customer) AS own
        ON own.customer = link.customer
      """
  }
}
