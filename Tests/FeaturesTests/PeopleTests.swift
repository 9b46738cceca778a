import Features
import Foundation
import Testing
import Warehouse

/// Who customers are, where they are, what they say and whom they work for, against values worked out by hand.
@Suite(.onEveryEngine) struct `People and places` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv",
      [
        "c,t,a,s", "1,2024-01-05,10,x", "1,2024-02-05,30,y", "1,2024-02-06,5,y", "2,2024-03-01,60,x",
        "3,2024-03-31,1,q",
        "4,2024-03-01,-5,x",
      ])
  }

  static let orders = """
    as_of: 2024-03-31
    sources:
      orders: {file: orders.csv, role: transactions, columns: {customer: c, time: t, amount: a, store: s}}

    """

  @Test(
    arguments: [
      ("1984-03-31", 40.0), ("1984-04-01", 39), ("2000-02-29", 24), ("2024-03-31", 0), ("2024-04-01", nil),
      ("1893-01-01", nil), ("1914-03-31", 110), ("", nil),
    ] as [(String, Double?)])
  func `age is in full years at the as-of date`(_ born: String, _ age: Double?) throws {
    try place.write("people.csv", ["c,b", "1,\(born)", "2,1970-01-01"])
    let found = try place.features(
      Self.orders + "  people: {file: people.csv, role: customers, columns: {customer: c, birth: b}}\n")
    #expect(try found.number("age_years", "1") == age)
    #expect(try found.number("age_years", "3") == nil, "nothing is known of 3")
  }

  @Test func `years of birth will do, and odd ones are counted`() throws {
    try place.write("people.csv", ["c,b", "1,1893", "2,1970", "3,2030"])
    let found = try place.features(
      Self.orders + "  people: {file: people.csv, role: customers, columns: {customer: c, birth: b}}\n")
    #expect(try found.number("age_years", "2") == 54)
    #expect(try found.number("age_years", "1") == nil && found.number("age_years", "3") == nil)
    #expect(found.quality.notes.contains { $0.hasPrefix("2 rows of people tell a birth") })
  }

  @Test func `of a history the latest row known at the as-of date counts`() throws {
    try place.write(
      "people.csv",
      [
        "c,t,city", "1,2024-01-01,Rome", "1,2024-03-31 23:59:59,Oslo", "1,2024-04-01,Nice", "2,2024-04-01,Rome",
      ])
    let yaml = Self.orders + "  people: {file: people.csv, role: customers, columns: {customer: c, time: t}}\n"
    let found = try place.features(yaml)
    #expect(try found.text("city", "1") == "Oslo" && found.text("city", "2") == nil)
    try place.write("people.csv", ["c,t,city", "2,2024-01-01,Rome", "1,2024-01-01,Rome", "1,2024-01-01,Oslo"])
    do {
      _ = try place.features(yaml)
      Issue.record("read it")
    } catch WarehouseError.badCell(let source, let row, let column, let needed) {
      #expect(
        source == place.shown("people.csv") && row == 3 && column == "c"
          && needed.contains("one row a customer and time"))
    }
  }

  @Test func `a region of few customers counts as the one it lies in`() throws {
    var lines = ["c,land,town"]
    for customer in 1...3 { lines.append("\(customer),FR,Paris") }
    lines += ["4,FR,Nice", "5,GB,Paris", "6,IT,Rome", "7,,", "8,FR,", "9,GB,Leeds"]
    try place.write("people.csv", lines)
    let yaml = """
      as_of: 2024-03-31
      sources:
        people: {file: people.csv, role: customers, columns: {customer: c, region: [land, town]}}
      features: {geography: {least_customers: 2}}
      """
    let found = try place.features(yaml)
    let towns = try (1...9).map { try found.text("town", "\($0)") }
    #expect(towns == ["Paris", "Paris", "Paris", "FR", "GB", "other", nil, "FR", "GB"])
    #expect(
      try (1...9).map { try found.text("land", "\($0)") } == ["FR", "FR", "FR", "FR", "GB", "other", nil, "FR", "GB"])
    try place.write("people.csv", ["c,land,town", "1,FR,Paris", "2,FR,Paris", "3,US,Paris", "4,US,Paris"])
    #expect(try place.features(yaml).text("town", "3") == "US / Paris")
  }

  @Test func `a lookup tells of a customer's region, or of the store of most orders`() throws {
    try place.write("people.csv", ["c,zip", "1,01234", "2,99999", "3,"])
    try place.write("zips.csv", ["code,climate,rain", "01234,mild,700.5", "1234,hot,0"])
    try place.write("shops.csv", ["id,format", "x,super", "y,corner"])
    let found = try place.features(
      Self.orders
        + """
          people: {file: people.csv, role: customers, columns: {customer: c, region: zip}}
          zips: {file: zips.csv, role: lookups, explains: zip, columns: {key: code}}
          shops: {file: shops.csv, role: lookups, explains: store, columns: {key: id}}

        """)
    #expect(try found.text("climate", "1") == "mild" && found.number("rain", "1") == 700.5)
    #expect(try found.text("climate", "2") == nil && found.text("climate", "3") == nil)
    // Two of the three orders of 1 were in y; nothing is known of q.
    #expect(try found.text("format", "1") == "corner" && found.text("format", "2") == "super")
    #expect(try found.text("format", "3") == nil)
    #expect(found.quality.notes.contains { $0.contains("1 customers are in 1 places that zips does not know") })
    #expect(found.plan.definitions.first { $0.name == "climate" }?.family == .geography)
  }

  @Test func `a key that stands twice is named with its row`() throws {
    try place.write("shops.csv", ["id,format", "x,super", "y,corner", "x,kiosk"])
    do {
      _ = try place.features(
        Self.orders + "  shops: {file: shops.csv, role: lookups, explains: store, columns: {key: id}}\n")
      Issue.record("read it")
    } catch WarehouseError.badCell(let source, let row, let column, let needed) {
      #expect(source == place.shown("shops.csv") && row == 3 && column == "id" && needed.contains("one row a key"))
    }
  }

  @Test func `surveys of one row an answer give each question's latest`() throws {
    try place.write(
      "polls.csv",
      [
        "c,t,q,a", "1,2024-01-01,NPS,3", "1,2024-02-01,NPS,9", "1,2024-04-01,NPS,0", "2,2024-01-01,NPS,7",
        "1,2024-01-01,Colour?,red", "2,2024-01-01,Colour?,blue", "1,2024-01-01,Sports,golf",
        "1,2024-01-01,Sports,chess",
        "2,2024-01-01,Sports,golf", "2,2024-01-01,Sports,",
      ])
    let found = try place.features(
      Self.orders
        + "  polls: {file: polls.csv, role: surveys, columns: {customer: c, time: t, question: q, answer: a}}\n")
    #expect(try found.number("polls_nps", "1") == 9 && found.number("polls_nps", "2") == 7)
    #expect(try found.text("polls_colour", "1") == "red" && found.text("polls_colour", "3") == nil)
    #expect(try found.number("polls_sports_golf", "1") == 1 && found.number("polls_sports_golf", "2") == 1)
    #expect(try found.number("polls_sports_chess", "2") == 0 && found.number("polls_sports_chess", "3") == nil)
  }

  @Test func `surveys of one row a customer tell several answers apart`() throws {
    try place.write("forms.csv", ["c,sat,likes", "1,4,tea; coffee ;milk", "2,2,coffee", "3,,"])
    let found = try place.features(
      Self.orders
        + "  forms: {file: forms.csv, role: surveys, multiple: [likes], columns: {customer: c}}\n"
        + "features: {ordinal: {sat: ['1', '2', '3', '4', '5']}}\n")
    #expect(try found.number("sat", "1") == 3 && found.number("sat", "3") == nil)
    #expect(try found.number("likes_coffee", "1") == 1 && found.number("likes_coffee", "2") == 1)
    #expect(try found.number("likes_tea", "2") == 0 && found.number("likes_tea", "3") == nil)
    #expect(try found.number("likes_milk", "1") == 1)
  }

  @Test func `one who answered twice makes no question of several answers`() throws {
    var lines = ["c,q,a", "1,NPS,9", "1,NPS,8"]
    for customer in 2...60 { lines.append("\(customer),NPS,\(customer % 11)") }
    try place.write("polls.csv", lines)
    let found = try place.features(
      "as_of: 2024-03-31\nsources:\n"
        + "  polls: {file: polls.csv, role: surveys, columns: {customer: c, question: q, answer: a}}\n")
    #expect(try found.names == ["polls_nps"] && found.number("polls_nps", "1") == 9)
  }

  @Test func `what a single customer wrote is no option`() throws {
    var lines = ["c,likes"]
    for customer in 1...60 { lines.append("\(customer),tea;  coffee\(customer == 7 ? ";call me at home" : "")") }
    try place.write("forms.csv", lines)
    let found = try place.features(
      "as_of: 2024-03-31\nsources:\n"
        + "  forms: {file: forms.csv, role: surveys, multiple: [likes], columns: {customer: c}}\n")
    #expect(found.names == ["likes_coffee", "likes_tea"])
    #expect(try found.number("likes_coffee", "9") == 1)
  }

  @Test func `regions of two levels that bear one name stay apart, and braces are letters`() throws {
    var lines = ["c,state,city"]
    for customer in 1...4 { lines.append("\(customer),New York,New York") }
    lines += ["5,New York,Utica", "6,}{,x{y}", "7,}{,x{y}"]
    try place.write("people.csv", lines)
    let found = try place.features(
      """
      as_of: 2024-03-31
      sources:
        people: {file: people.csv, role: customers, columns: {customer: c, region: [state, city]}}
      features: {geography: {least_customers: 2}}
      """)
    #expect(try found.text("city", "1") == "New York / New York" && found.text("city", "5") == "New York")
    #expect(try found.text("city", "6") == "x{y}" && found.text("state", "7") == "}{")
  }

  @Test func `regions are guarded by every level's name`() throws {
    try place.write("people.csv", ["c,continent,nationality", "1,Europe,French", "2,Europe,Dutch"])
    let found = try place.features(
      """
      as_of: 2024-03-31
      sources:
        people: {file: people.csv, role: customers, columns: {customer: c, region: [continent, nationality]}}
      """)
    let definition = try #require(found.plan.definitions.first { $0.name == "nationality" })
    #expect(definition.attributes == ["continent", "nationality"])
    #expect(GuardedAttributes(nil).contains(definition.name, attributes: definition.attributes))
    #expect(!GuardedAttributes(nil).contains("continent", attributes: ["continent"]))
  }

  @Test func `contacts of a company are told together`() throws {
    try place.write(
      "links.csv",
      [
        "c,t,firm", "1,2023-01-01,old", "1,2024-01-01,acme", "2,2024-01-01,acme", "3,2024-01-01,solo",
        "9,2024-01-01,acme",
      ])
    try place.write("firms.csv", ["firm,sector,staff", "acme,steel,120", "old,retail,1"])
    let found = try place.features(
      Self.orders
        + """
          links: {file: links.csv, role: contacts, columns: {customer: c, time: t, company: firm}}
          firms: {file: firms.csv, role: companies, columns: {company: firm}}

        """)
    #expect(try found.text("sector", "1") == "steel" && found.number("staff", "2") == 120)
    #expect(try found.text("sector", "3") == nil)
    // Acme: 1 with three orders of 45, 2 with one of 60, and 9, who never bought.
    let wanted: [(String, Double, Double)] = [
      ("account_contacts", 3, 1), ("account_orders", 4, 1), ("account_monetary", 105, 1),
      ("account_recency_days", 30, 0),
      ("account_buyers_90d", 2, 1), ("account_order_concentration", 10.0 / 16, 1),
      ("account_spend_share", 45.0 / 105, 1),
    ]
    for (name, first, alone) in wanted {
      let values = try [found.number(name, "1"), found.number(name, "3")]
      #expect(isClose(values[0], first) && isClose(values[1], alone), "\(name): \(values)")
    }
  }

  @Test func `of several that tell companies, contacts come first, then customers in their order`() throws {
    try place.write("links.csv", ["c,firm", "1,acme"])
    try place.write("people.csv", ["c,works_at", "1,bolt", "2,bolt", "3,"])
    try place.write("others.csv", ["c,employer", "2,acme", "3,acme"])
    let people = """
        people: {file: people.csv, role: customers, columns: {customer: c, company: works_at}}
        others: {file: others.csv, role: customers, columns: {customer: c, company: employer}}

      """
    let links = "  links: {file: links.csv, role: contacts, columns: {customer: c, company: firm}}\n"
    func contacts(_ yaml: String) throws -> [Double?] {
      let found = try place.features(yaml)
      return try ["1", "2", "3"].map { try found.number("account_contacts", $0) }
    }
    // 1 and 2 at Bolt, 3 at Acme; with the contacts 1 is at Acme beside 3.
    #expect(try contacts(Self.orders + people) == [2, 2, 1])
    #expect(try contacts(Self.orders + people + links) == [2, 1, 2])
  }

  @Test func `without orders or a list of customers everybody whom a source knows is one`() throws {
    try place.write("mails.csv", ["c,m,t", "1,a,2024-01-01", "3,a,2024-04-01"])
    try place.write("visits.csv", ["c,t", "2,2024-01-01", "1,2024-04-01"])
    let found = try place.features(
      """
      as_of: 2024-03-31
      sources:
        mails: {file: mails.csv, role: campaigns, columns: {customer: c, campaign: m, time: t}}
        visits: {file: visits.csv, role: events, columns: {customer: c, time: t}}
      """)
    #expect(found.customers == ["1", "2"])
    #expect(try found.number("mails_received", "2") == 0 && found.number("visits_count", "1") == 0)
  }

  @Test(arguments: [
    ("zips: {file: orders.csv, role: lookups, explains: zip, columns: {key: c}}", "explains 'zip'"),
    ("zips: {file: orders.csv, role: lookups, columns: {key: c}}", "explains"),
    (
      "orders2: {file: orders.csv, role: events, explains: store, columns: {customer: c, time: t}}",
      "only a source of role"
    ),
    ("polls: {file: orders.csv, role: surveys, columns: {customer: c, question: a}}", "both"),
    ("links: {file: orders.csv, role: contacts, columns: {customer: c}}", "company"),
    ("firms: {file: orders.csv, role: companies, columns: {company: c}}", "who belongs to the companies"),
  ])
  func `what does not fit together is told`(_ line: String, _ words: String) throws {
    let error = #expect(throws: ProjectError.self) { _ = try place.features(Self.orders + "  \(line)\n") }
    #expect(error?.reason.contains(words) == true && error?.line != nil)
  }
}
