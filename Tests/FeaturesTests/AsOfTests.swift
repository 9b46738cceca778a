import Features
import Foundation
import Randomness
import Testing
import Warehouse

/// What happens after the as-of date leaves no trace: not in a value, not in which features there are.
@Suite(.onEveryEngine) struct `As-of rule` {
  /// A small shop's tables, as lines of CSV without their headers.
  struct Shop {
    var tables: [String: [String]] = [:]

    static let headers = [
      "lines.csv": "c,t,o,a,q,d,i,s,due,ship", "goods.csv": "i,k", "people.csv": "c,known,age,city",
      "mails.csv": "c,m", "plan.csv": "m,t", "visits.csv": "c,t", "letters.csv": "c,m,t",
      "web.csv": "c,v,t,what,item,machine", "posts.csv": "c,m,t,what,via", "known.csv": "v,c,t",
      "moves.csv": "c,t,born,land,town,tier", "towns.csv": "town,climate,rain", "polls.csv": "c,t,q,a",
      "forms.csv": "c,t,score,likes", "links.csv": "c,t,firm", "firms.csv": "firm,sector,staff",
    ]

    static let yaml = """
      as_of: 2017-06-30
      sources:
        lines:
          file: lines.csv
          role: transactions
          columns:
            {customer: c, time: t, order: o, amount: a, quantity: q, discount: d, product: i, store: s, deliver_by: due,
              shipping: ship}
        goods: {file: goods.csv, role: products, columns: {product: i, category: k}}
        people: {file: people.csv, role: customers, columns: {customer: c, time: known}}
        mails: {file: mails.csv, role: campaigns, columns: {customer: c, campaign: m}}
        plan: {file: plan.csv, role: campaign_calendar, columns: {campaign: m, time: t}}
        visits: {file: visits.csv, role: events, columns: {customer: c, time: t}}
        letters: {file: letters.csv, role: campaigns, columns: {customer: c, campaign: m, time: t}}
        web:
          file: web.csv
          role: events
          columns: {customer: c, visitor: v, time: t, type: what, product: item, device: machine}
        posts: {file: posts.csv, role: campaigns, columns: {customer: c, campaign: m, time: t, type: what, channel: via}}
        moves:
          file: moves.csv
          role: customers
          columns: {customer: c, time: t, birth: born, region: [land, town]}
        towns: {file: towns.csv, role: lookups, explains: town, columns: {key: town}}
        polls: {file: polls.csv, role: surveys, columns: {customer: c, time: t, question: q, answer: a}}
        forms: {file: forms.csv, role: surveys, multiple: [likes], columns: {customer: c, time: t}}
        links: {file: links.csv, role: contacts, columns: {customer: c, time: t, company: firm}}
        firms: {file: firms.csv, role: companies, columns: {company: firm}}
        known: {file: known.csv, role: identities, columns: {visitor: v, customer: c, time: t}}
      features:
        categories: 3
        geography: {least_customers: 2}
        ordinal: {tier: [low, middle, high]}
        expressions:
          - {name: twice, over: lines, sql: 'sum(amount) * 2'}
          - {name: pace, sql: 'orders / (tenure_days + 1)'}
        rules: [{name: carts_2, source: web, count: lines, where: type = add_to_cart, within: 60, at_least: 2}]
      """

    init(_ random: inout RandomStream) {
      for name in Self.headers.keys { tables[name] = [] }
      for customer in 1...12 {
        for order in 0..<(1 + random.integer(below: 4)) {
          let time = Self.time(&random, from: "2017-01-01", days: 181)
          for _ in 0...random.integer(below: 3) {
            tables["lines.csv"]?.append(Self.line(&random, customer: customer, order: "\(customer)-\(order)", at: time))
          }
        }
        tables["people.csv"]?.append(
          "\(customer),2017-01-0\(1 + customer % 9),\(20 + customer),\(customer % 2 == 0 ? "Rome" : "Oslo")")
        tables["mails.csv"]?.append("\(customer),m\(customer % 3)")
        tables["visits.csv"]?.append("\(customer),\(Self.time(&random, from: "2017-01-01", days: 181))")
        tables["letters.csv"]?.append(
          "\(customer),l\(customer % 2),\(Self.time(&random, from: "2017-01-01", days: 181))")
      }
      for customer in 1...12 {
        for _ in 0..<random.integer(below: 12) {
          let time = Self.time(&random, from: "2017-03-01", days: 122)
          tables["web.csv"]?.append(
            Self.act(&random, by: customer % 3 == 0 ? ",v\(customer)" : "\(customer),", at: time))
        }
        for campaign in 0..<random.integer(below: 5) {
          let time = Self.time(&random, from: "2017-02-01", days: 150)
          tables["posts.csv"]?.append(Self.post(&random, to: "\(customer)", campaign: "p\(campaign)", at: time))
        }
        for _ in 0..<random.integer(below: 3) {
          tables["moves.csv"]?.append(
            Self.move(&random, of: "\(customer)", at: Self.time(&random, from: "2017-01-01", days: 181)))
          tables["polls.csv"]?.append(
            Self.poll(&random, of: "\(customer)", at: Self.time(&random, from: "2017-01-01", days: 181)))
          tables["forms.csv"]?.append(
            "\(customer),\(Self.time(&random, from: "2017-01-01", days: 181)),\(random.integer(below: 11)),"
              + ["a;b", "b", "c; a", ""][random.integer(below: 4)])
          tables["links.csv"]?.append(
            "\(customer),\(Self.time(&random, from: "2017-01-01", days: 181)),f\(random.integer(below: 4))")
        }
        tables["known.csv"]?.append("v\(customer),\(customer),\(Self.time(&random, from: "2017-01-01", days: 181))")
      }
      // The last instant that counts.
      tables["lines.csv"]?.append("1,2017-06-30 23:59:59,last,3.00,1,0,1,x")
      for product in 1...9 { tables["goods.csv"]?.append("\(product),k\(product % 5)") }
      tables["towns.csv"] = ["Rome,warm,800", "Oslo,cold,763.5", "Nice,warm,"]
      tables["firms.csv"] = ["f0,steel,10", "f1,retail,250", "f2,retail,3"]
      tables["plan.csv"] = ["m0,2017-02-01", "m1,2017-03-01", "m2,2017-06-30"]
    }

    static func time(_ random: inout RandomStream, from start: String, days: Int) -> String {
      let first = CalendarDate(start)?.daysSince1970 ?? 0
      let day = CalendarDate(daysSince1970: first + random.integer(below: days))
      func two(_ bound: Int) -> String { String("0\(random.integer(below: bound))".suffix(2)) }
      return "\(day) \(two(24)):\(two(60)):\(two(60))"
    }

    static func line(_ random: inout RandomStream, customer: Int, order: String, at time: String) -> String {
      let sign = random.integer(below: 12) == 0 ? "-" : ""
      let amount = "\(sign)\(random.integer(below: 90)).\(10 + random.integer(below: 90))"
      return "\(customer),\(time),\(order),\(amount),\(1 + random.integer(below: 5)),0.\(random.integer(below: 9)),"
        + "\(1 + random.integer(below: 9)),\(["x", "y"][random.integer(below: 2)]),"
        + wish(&random, at: time)
    }

    /// The day an order is wanted by, now and then one before it or none, and how it is shipped.
    static func wish(_ random: inout RandomStream, at time: String) -> String {
      let day = (CalendarDate(String(time.prefix(10)))?.daysSince1970 ?? 0) - 1 + random.integer(below: 8)
      let due = random.integer(below: 3) == 0 ? "" : "\(CalendarDate(daysSince1970: day))"
      return "\(due),\(["Express", "Standard", ""][random.integer(below: 3)])"
    }

    static func act(_ random: inout RandomStream, by who: String, at time: String) -> String {
      let acts = ["page_view", "search", "add_to_cart", "remove_from_cart", "wishlist", "purchase", "login"]
      return "\(who),\(time),\(acts[random.integer(below: acts.count)]),\(1 + random.integer(below: 9)),"
        + ["phone", "desktop", ""][random.integer(below: 3)]
    }

    static func post(_ random: inout RandomStream, to who: String, campaign: String, at time: String) -> String {
      let fates = ["sent", "sent", "opened", "clicked", "unsubscribed"]
      return "\(who),\(campaign),\(time),\(fates[random.integer(below: fates.count)]),"
        + ["mail", "app"][random.integer(below: 2)]
    }

    static func move(_ random: inout RandomStream, of who: String, at time: String) -> String {
      let place = ["IT,Rome", "NO,Oslo", "FR,Nice", "FR,", "NO,Bergen"][random.integer(below: 5)]
      let tier = ["low", "high", "middle", "odd"][random.integer(below: 4)]
      return "\(who),\(time),19\(10 + random.integer(below: 90))-0\(1 + random.integer(below: 9))-15,\(place),\(tier)"
    }

    static func poll(_ random: inout RandomStream, of who: String, at time: String) -> String {
      let question = random.integer(below: 2)
      let answer = question == 0 ? "\(random.integer(below: 11))" : ["yes", "no"][random.integer(below: 2)]
      return "\(who),\(time),\(["recommend", "happy?"][question]),\(answer)"
    }

    /// Adds to every table, or edits there, some rows of the future.
    mutating func happen(_ random: inout RandomStream) {
      let when = ["2017-07-01 00:00:00", Self.time(&random, from: "2017-07-01", days: 4000)][random.integer(below: 2)]
      let who = ["\(1 + random.integer(below: 12))", "new\(random.integer(below: 5))", "0007", "é"][
        random.integer(below: 4)]
      let amount = ["1.00", "-5.00", "99999999999999", "-99999999999999", "0", "0.0001", "7"][random.integer(below: 7)]
      switch random.integer(below: 15) {
      case 11:
        tables["moves.csv"]?.append(Self.move(&random, of: who, at: "\(when).\(random.integer(below: 1_000_000))"))
      case 12: tables["polls.csv"]?.append(Self.poll(&random, of: who, at: when))
      case 13: tables["forms.csv"]?.append("\(who),\(when).\(random.integer(below: 1_000_000)),-3,z;a")
      case 14: tables["links.csv"]?.append("\(who),\(when),f\(random.integer(below: 9))")
      case 8:
        tables["web.csv"]?.append(Self.act(&random, by: random.integer(below: 2) == 0 ? "\(who)," : ",v1", at: when))
      case 9:
        tables["posts.csv"]?.append(Self.post(&random, to: who, campaign: "p\(random.integer(below: 9))", at: when))
      case 10: tables["known.csv"]?.append("v\(1 + random.integer(below: 12)),\(who),\(when)")
      case 0:
        tables["lines.csv"]?.append(
          "\(who),\(when),future,\(amount),1,0,1,z,2017-07-01,Rush \(random.integer(below: 9))")
      case 1:
        // An order that began in time is joined by a later line; a product of a category nobody bought before.
        tables["goods.csv"]?.append("9\(random.integer(below: 99)),future\(random.integer(below: 9))")
        tables["lines.csv"]?.append("1,\(when),last,\(amount),-3,\(amount),9\(random.integer(below: 99)),")
      case 2: tables["people.csv"]?.append("\(who),\(when),-1,Atlantis")
      case 3:
        tables["plan.csv"]?.append("f\(random.integer(below: 9)),\(when)")
        tables["mails.csv"]?.append("\(who),f\(random.integer(below: 9))")
      case 4: tables["visits.csv"]?.append("\(who),\(when)")
      case 5: tables["letters.csv"]?.append("\(who),l\(random.integer(below: 9)),\(when)")
      case 6: tables["lines.csv"]?.append("\(who),\(when),\(random.integer(below: 3)),\(amount),,,,\(when)")
      default:
        // A row of the future is edited, and stands elsewhere in the file.
        guard let index = tables["lines.csv"]?.lastIndex(where: { $0.contains(",future,") }) else { return }
        _ = tables["lines.csv"]?.remove(at: index)
        tables["lines.csv"]?.insert("\(who),\(when),future,\(amount),2,1,2,x", at: 0)
      }
    }

    func write(_ place: Workplace) throws {
      for (name, header) in Self.headers {
        let commas = header.count { $0 == "," }
        // Lines may leave out what stands at their end.
        let rows = (tables[name] ?? []).map {
          $0 + String(repeating: ",", count: max(0, commas - $0.count { $0 == "," }))
        }
        try place.write(name, [header] + rows)
      }
    }
  }

  struct Written: Equatable {
    let plan: FeaturePlan
    let parquet: Data
    let csv: Data
    let dictionary: Data
  }

  func write(_ place: Workplace, _ yaml: String, threads: Int? = nil) throws -> Written {
    let sources = try place.sources(yaml, threads: threads)
    let plan = try FeaturePlan(sources)
    let table = try sources.features(plan)
    let files = StagedFiles()
    try table.write(to: place.path("features.parquet"), in: files)
    try files.commit()
    let more = StagedFiles()
    try table.write(to: place.path("features.csv"), in: more)
    try more.commit()
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: place.folder.appendingPathComponent(name)) }
    return Written(
      plan: plan, parquet: try bytes("features.parquet"), csv: try bytes("features.csv"),
      dictionary: try bytes("features.dictionary.csv"))
  }

  @Test(arguments: 0..<5)
  func `rows of the future change no byte of the features and nothing of the plan`(_ seed: UInt64) throws {
    // A server takes many times as long, and sees the same SQL each time.
    guard TestEngine.current == .duckDB || seed == 0 else { return }
    var random = RandomStream(seed: seed)
    let place = try Workplace()
    var shop = Shop(&random)
    try shop.write(place)
    let before = try write(place, Shop.yaml)
    #expect(before.plan.definitions.count > 30 && before.csv.count > 1000)
    // 5 seeds of 200 mutations make a thousand.
    for _ in 1...200 { shop.happen(&random) }
    try shop.write(place)
    #expect(try write(place, Shop.yaml) == before)
  }

  @Test func `a row of the past does change them`() throws {
    var random = RandomStream(seed: 9)
    let place = try Workplace()
    var shop = Shop(&random)
    try shop.write(place)
    let before = try write(place, Shop.yaml)
    shop.tables["lines.csv"]?.append("1,2017-06-30 23:59:59,extra,3.00,1,0,1,x")
    try shop.write(place)
    #expect(try write(place, Shop.yaml) != before)
  }

  @Test(arguments: 0..<2)
  func `the order of the rows in the files does not show`(_ seed: UInt64) throws {
    var random = RandomStream(seed: 100)
    let place = try Workplace()
    var shop = Shop(&random)
    try shop.write(place)
    let before = try write(place, Shop.yaml)
    var shuffling = RandomStream(seed: seed)
    for name in Shop.headers.keys.sorted() {
      var lines = shop.tables[name] ?? []
      shuffling.shuffle(&lines)
      shop.tables[name] = lines
    }
    try shop.write(place)
    #expect(try write(place, Shop.yaml) == before)
  }

  @Test(.tags(.duckDBAlone)) func `the number of threads does not show`() throws {
    let place = try Workplace()
    let connection = try place.connection()
    let draft = try ProjectDraft(files: Samples.grocer, folder: place.folder, name: "grocer", connection: connection)
    #expect(try write(place, draft.yaml, threads: 1) == write(place, draft.yaml, threads: 2))
  }

  @Test(.tags(.duckDBAlone)) func `tables of two dates on one connection stay apart`() throws {
    let place = try Workplace()
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,1", "1,2017-02-01,2", "2,2017-03-01,4"])
    let connection = try place.connection()
    let project = try place.project(Workplace.orders())
    let early = try SourceSet(project, connection: connection, asOf: CalendarDate("2017-01-31"))
    let plan = try FeaturePlan(early)
    let first = try early.features(plan)
    let late = try SourceSet(project, connection: connection, asOf: CalendarDate("2017-12-31"))
    let second = try late.features(plan)
    #expect(try first.values().numeric("monetary") == [1])
    #expect(try second.values().numeric("monetary") == [3, 4])
  }
}
