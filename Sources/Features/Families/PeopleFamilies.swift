internal import Warehouse

extension FeatureFamily {
  /// An age above this is taken for a wrong birth.
  static let greatestAge = 110

  /// Full years from `birth`, a date or a year, to `asOf`.
  static func age(isYear: Bool, birth: String, asOf: String) -> String {
    func part(_ name: String, _ date: String) -> String { "CAST(extract(\(name) FROM \(date)) AS INT)" }
    let years = isYear ? birth : part("year", birth)
    let difference = "\(part("year", asOf)) - \(years)"
    guard !isYear else { return "(\(difference))" }
    func dayOfYear(_ date: String) -> String { "\(part("month", date)) * 100 + \(part("day", date))" }
    return "(\(difference) - CASE WHEN \(dayOfYear(asOf)) < \(dayOfYear(birth)) THEN 1 ELSE 0 END)"
  }

  /// How old customers are on the as-of date. What else is known of them is passed on as attributes.
  func demographicDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.project.sources(.customers).compactMap { source in
      guard let column = source.column(.birth) else { return nil }
      let isYear = context.people.birthYears.contains(source.name)
      let born = Aggregate(.attributes(source.name), "born", "max(birth)", attribute: column)
      let age = FeatureFamily.age(isYear: isYear, birth: "{born}", asOf: "{as_of}")
      let rule = isYear ? "Year of the as-of date less the year of birth" : "Full years from birth to the as-of date"
      return feature(
        "age_years", "\(rule); missing where that is below 0 or above \(FeatureFamily.greatestAge)", unit: "years",
        source: source.name, from: [born],
        as: "CASE WHEN \(age) >= 0 AND \(age) <= \(FeatureFamily.greatestAge) THEN \(context.dialect.asReal(age)) END")
    }
  }

  /// Where customers are, by level. A region of few customers counts as the one it lies in, which is larger and tells more
  /// (back-off), and as "other" at the top.
  func geographyDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.project.sources(.customers).flatMap { source -> [FeatureDefinition] in
      guard let levels = context.people.regions[source.name], let columns = source.columns[.region] else { return [] }
      let places = columns.enumerated().map { index, column in
        let name = index == 0 ? "region" : "region_\(index + 1)"
        return Aggregate(.attributes(source.name), name, "max(\(name))", attribute: column)
      }
      let least = context.project.features.leastCustomersOfRegion
      return columns.indices.compactMap { level in
        // From the narrowest level up: the first that is large enough.
        let cases = levels[...level].reversed().flatMap { regions in
          regions.map { region in
            let tests = zip(places, region.path).map { "{\($0.name)} = \(SQL.literal($1))" }
            return "WHEN \(tests.joined(separator: " AND ")) THEN \(SQL.literal(region.name))"
          }
        }
        let parents = columns[..<level].reversed().map { "'\($0)'" }.joined(separator: ", then ")
        let rule =
          "with fewer than \(least) customers it counts as " + (parents.isEmpty ? "" : "its \(parents), then ")
          + "'other'"
        let known = places[...level].map { "{\($0.name)} IS NOT NULL" }.joined(separator: " OR ")
        let choice = cases.isEmpty ? "'other'" : "CASE \(cases.joined(separator: " ")) ELSE 'other' END"
        return feature(
          columns[level], "Region '\(columns[level])'; \(rule)", source: source.name, kind: .category,
          from: Array(places[...level]), as: "CASE WHEN \(known) THEN \(choice) END")
      }
    }
  }

  /// The latest answers to each question of surveys of one row an answer.
  func surveyDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    context.project.sources(.surveys).flatMap { source -> [FeatureDefinition] in
      let questions = context.people.questions[source.name] ?? []
      let level = AggregateLevel.replies(source.name)
      let dialect = context.dialect
      let names = FeatureNames.slugs(questions.map(\.text), prefix: "\(source.name)_")
      return zip(names, questions).enumerated().flatMap { index, pair -> [FeatureDefinition] in
        let (name, question) = pair
        let asked = "question = \(SQL.literal(question.text))"
        let words = "Latest answer to '\(question.text)'"
        switch question.form {
        case .number:
          // As a decimal: a text such as NaN is no answer.
          let number = dialect.asReal(dialect.attempt(text: "answer", asDecimal: PreparedSource.price))
          let answer = Aggregate(level, "reply_\(index + 1)", "max(\(number)) FILTER (WHERE \(asked))")
          return [feature(name, words, source: source.name, from: [answer], as: "{\(answer.name)}")]
        case .choice:
          let answer = Aggregate(level, "reply_\(index + 1)", "max(answer) FILTER (WHERE \(asked))")
          return [
            feature(name, words, source: source.name, kind: .category, from: [answer], as: "{\(answer.name)}")
          ]
        case .several(let options):
          let replies = Aggregate(level, "replies_\(index + 1)", "count(*) FILTER (WHERE \(asked))")
          return zip(FeatureNames.slugs(options, prefix: name + "_"), options).enumerated().map { place, option in
            let chosen = Aggregate(
              level, "reply_\(index + 1)_\(place + 1)",
              "count(*) FILTER (WHERE \(asked) AND answer = \(SQL.literal(option.1)))")
            return feature(
              option.0,
              "1 where '\(option.1)' is among the latest answers to '\(question.text)', 0 where it is not; missing "
                + "without an answer",
              source: source.name, from: [replies, chosen],
              as: "CASE WHEN {\(replies.name)} > 0 THEN CASE WHEN {\(chosen.name)} > 0 THEN 1 ELSE 0 END END")
          }
        }
      }
    }
  }

  /// What all contacts of a customer's company do together, and how much of it is the customer's.
  ///
  /// Concentration is the sum of squared shares of the contacts in the account's orders (Herfindahl, 1950): near 1 where one
  /// buys for all (centralised purchasing).
  func accountDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let orders = context.transactions, context.people.hasAccounts else { return [] }
    let real = context.dialect.asReal
    func passed(_ name: String, needs: [ColumnRole]? = nil) -> Aggregate {
      Aggregate(.accounts, name, "max(\(name))", needs: needs)
    }
    let contacts = passed("contacts")
    let count = passed("orders")
    let squares = passed("squares")
    let age = passed("age")
    let buyers = passed("buyers_90d")
    var definitions = [
      feature(
        "account_contacts", "Number of customers of the same company, the customer among them", unit: "customers",
        source: orders.name, from: [contacts], as: real("{contacts}")),
      feature(
        "account_orders", "Number of orders of all contacts of the company", unit: "orders", source: orders.name,
        from: [count], as: real("{orders}")),
      feature(
        "account_recency_days", "Days from the last order of any contact of the company to the as-of date",
        unit: "days",
        source: orders.name, from: [age], as: real("{age}")),
      feature(
        "account_buyers_90d", "Number of contacts of the company with an order in the last 90 days", unit: "customers",
        source: orders.name, from: [buyers], as: real("{buyers_90d}")),
      feature(
        "account_order_concentration",
        "Sum of squared shares of the company's orders by contact (Herfindahl): 1 where one contact orders all",
        unit: "share", source: orders.name, from: [squares, count],
        as: context.dialect.ratio("{squares}", "(\(real("{orders}")) * \(real("{orders}")))")),
    ]
    if context.hasAmounts {
      let cents = passed("cents", needs: [.amount])
      let own = passed("own_cents", needs: [.amount])
      definitions += [
        feature(
          "account_monetary", "Total spent by all contacts of the company", unit: "money", source: orders.name,
          from: [cents], as: "\(real("{cents}")) / 100"),
        feature(
          "account_spend_share",
          "Share of the company's spend that is the customer's; missing where that is not above 0",
          unit: "share", source: orders.name, from: [own, cents],
          as: "CASE WHEN {cents} > 0 THEN \(context.dialect.ratio("{own_cents}", "{cents}")) END"),
      ]
    }
    return definitions
  }
}
