import Features
import Foundation
import Testing
import Warehouse

@Suite struct `Project file` {
  static let whole = """
    name: shop
    as_of: 2017-12-31
    sources:
      lines:
        file: lines.csv
        role: transactions
        encoding: latin-1
        time_format: "%d/%m/%Y"
        where: '"Quantity" > 0'
        columns:
          customer: c
          time: t
          order: o
          amount: a
          price: p
          quantity: q
          discount: [d1, d2]
          product: i
          category: k
          store: s
      goods:
        table: main.goods
        role: products
        columns: {product: i, category: k}
      people:
        query: SELECT * FROM people
        role: customers
        columns: {customer: c, time: known}
        attributes: [age, city]
      calls:
        file: calls.csv
        role: events
        columns: {customer: c, time: t}
      mails:
        file: mails.csv
        role: campaigns
        columns: {customer: c, campaign: m, time: t}
      calendar:
        file: calendar.csv
        role: campaign_calendar
        columns: {campaign: m, time: t}
    features:
      families: {weekday: false, daytime: no, stores: on}
      categories: 5
      returns: net
      ordinal:
        age: [young, old]
    segments:
      method: kmeans
      k: 2..8
      scale: robust
      exclude: [tenure, age]
      balance: false
      redundancy: select
      redundancy_threshold: 0.95
      restarts: 10
      seed: 18446744073709551615
    output: {folder: out, models: saved}
    engine: {driver: /lib/duck.so, database: shop.db, memory_limit: 2GB, spill_folder: spill, threads: 2}
    """

  static func read(_ yaml: String) throws(ProjectError) -> Project {
    try Project(yaml: yaml, file: "tessera.yml", folder: URL(fileURLWithPath: "/data/shop"))
  }

  static func fault(_ yaml: String) -> ProjectError? {
    do {
      _ = try read(yaml)
      return nil
    } catch {
      return error
    }
  }

  @Test func `every key is read`() throws {
    let project = try Self.read(Self.whole)
    #expect(project.name == "shop")
    #expect(project.asOf?.description == "2017-12-31")
    #expect(project.sources.map(\.name) == ["lines", "goods", "people", "calls", "mails", "calendar"])
    let roles: [SourceRole] = [.transactions, .products, .customers, .events, .campaigns, .campaignCalendar]
    #expect(project.sources.map(\.role) == roles)
    let lines = try #require(project.sources.first)
    #expect(lines.origin == .file("lines.csv"))
    #expect(lines.encoding == "latin-1" && lines.timeFormat == "%d/%m/%Y" && lines.condition == "\"Quantity\" > 0")
    #expect(lines.columns[.discount] == ["d1", "d2"])
    let known = Set(SourceRole.transactions.required + SourceRole.transactions.optional)
    #expect(Set(lines.columns.keys) == known.subtracting([.brand, .channel, .plan, .currency, .deliverBy, .shipping]))
    #expect(lines.line == 5)
    #expect(project.sources[1].origin == .table("main.goods"))
    #expect(project.sources[2].origin == .query("SELECT * FROM people"))
    #expect(project.sources[2].attributes == ["age", "city"])
    #expect(project.features.switchedOff == ["weekday", "daytime"])
    #expect(project.features.categories == 5 && project.features.returns == .net)
    #expect(project.features.ordinal == ["age": ["young", "old"]])
    #expect(project.segments.minimumClusters == 2 && project.segments.maximumClusters == 8)
    #expect(project.segments.scaling == .robust && !project.segments.balanceFamilies)
    #expect(project.segments.exclude == ["tenure", "age"])
    #expect(project.segments.redundancy.mode == .select && project.segments.redundancy.threshold == 0.95)
    #expect(project.segments.restarts == 10 && project.segments.seed == .max)
    #expect(project.output.folder == "out" && project.output.models == "saved")
    #expect(project.engine.driver == "/lib/duck.so" && project.engine.memoryLimit == "2GB")
    #expect(project.engine.database == "/data/shop/shop.db" && project.engine.spillFolder == "/data/shop/spill")
    #expect(project.engine.threads == 2)
  }

  @Test func `what is not said takes its default, and the name is the folder's`() throws {
    let project = try Self.read("sources: {o: {file: o.csv, role: events, columns: {customer: c, time: t}}}")
    #expect(project.name == "shop" && project.asOf == nil)
    #expect(project.features == FeatureSettings() && project.segments == SegmentSettings())
    #expect(project.output == OutputSettings() && project.engine == EngineSettings())
  }

  /// What stands there, what is written instead, the key it should have been.
  static let unknown = [
    ("sources:", "source:", "'sources'"), ("file: lines.csv", "fil: lines.csv", "'file'"),
    ("{weekday: false,", "{week_day: false,", "'weekday'"), ("  returns: net", "  return: net", "'returns'"),
    ("balance: false", "balanced: false", "'balance'"), ("quantity: q", "qauntity: q", "'quantity'"),
    ("{folder: out", "{folders: out", "'folder'"), ("memory_limit: 2GB", "memory: 2GB", "'memory_limit'"),
  ]

  @Test(arguments: unknown)
  func `an unknown key is answered with the nearest one and its line`(
    _ right: String, _ wrong: String, _ nearest: String
  ) throws {
    var yaml = Self.whole
    let place = try #require(yaml.range(of: right))
    let line = yaml[..<place.lowerBound].count { $0 == "\n" } + 1
    yaml.replaceSubrange(place, with: wrong)
    let fault = try #require(Self.fault(yaml))
    #expect(fault.reason.contains("unknown key") && fault.reason.contains(nearest), "\(fault)")
    #expect(fault.line == line, "\(fault)")
  }

  /// What stands there, what is written instead, and how many lines below it the complaint points.
  static let wrong: [(String, String, Int)] = [
    ("as_of: 2017-12-31", "as_of: 2017-02-29", 0), ("as_of: 2017-12-31", "as_of: 31/12/2017", 0),
    ("as_of: 2017-12-31", "as_of: [2017, 12]", 0), ("name: shop", "name: a/b", 0), ("name: shop", "name: .hidden", 0),
    ("name: shop", "name: \"\"", 0), ("name: shop", "name: \"a\\nb\"", 0), ("name: shop", "name: {a: b}", 0),
    ("role: transactions", "role: transaction", 0), ("role: transactions", "role: [events]", 0),
    ("file: lines.csv", "file: lines.csv\n    table: lines", 0), ("    file: lines.csv\n", "", 0),
    ("      customer: c\n", "", 0), ("customer: c\n", "customer: [c, d]\n", 0),
    ("{product: i, category: k}", "{product: i}", 0), ("role: products", "role: products\n    attributes: [x]", 1),
    ("categories: 5", "categories: -1", 0), ("categories: 5", "categories: 201", 0),
    ("categories: 5", "categories: many", 0), ("returns: net", "returns: keep", 0),
    ("age: [young, old]", "age: [young]", 0), ("age: [young, old]", "age: [young, young]", 0),
    ("age: [young, old]", "age: {a: b}", 0), ("{weekday: false,", "{weekday: never,", 0),
    ("{weekday: false, daytime: no, stores: on}", "[weekday]", 0), ("method: kmeans", "method: kmedoids", 0),
    ("k: 2..8", "k: 0", 0), ("k: 2..8", "k: 8..2", 0), ("k: 2..8", "k: 2...8", 0), ("k: 2..8", "k: 2..", 0),
    ("k: 2..8", "k: -3", 0), ("k: 2..8", "k: 2.5", 0), ("k: 2..8", "k: [2, 8]", 0), ("k: 2..8", "k: 1..10001", 0),
    ("scale: robust", "scale: minmax", 0), ("exclude: [tenure, age]", "exclude: [[tenure]]", 0),
    ("balance: false", "balance: perhaps", 0), ("redundancy: select", "redundancy: drop", 0),
    ("redundancy_threshold: 0.95", "redundancy_threshold: 0", 0),
    ("redundancy_threshold: 0.95", "redundancy_threshold: high", 0), ("restarts: 10", "restarts: 0", 0),
    ("seed: 18446744073709551615", "seed: -1", 0), ("seed: 18446744073709551615", "seed: 18446744073709551616", 0),
    ("threads: 2", "threads: 0", 0), ("output: {folder: out, models: saved}", "output: out", 0),
  ]

  @Test(arguments: wrong)
  func `a wrong value is refused with its line`(_ right: String, _ wrong: String, _ below: Int) throws {
    var yaml = Self.whole
    let place = try #require(yaml.range(of: right))
    let line = yaml[..<place.lowerBound].count { $0 == "\n" } + 1 + below
    yaml.replaceSubrange(place, with: wrong)
    let fault = try #require(Self.fault(yaml))
    #expect(fault.line == line, "\(fault)")
    #expect(fault.description.hasPrefix("tessera.yml, line \(line): "))
  }

  @Test(arguments: [("5", 5, 5), ("2..8", 2, 8), ("1..1", 1, 1), ("3..3", 3, 3)])
  func `the number of segments is one or a range`(_ text: String, _ lower: Int, _ upper: Int) throws {
    let project = try Self.read(Self.whole.replacingOccurrences(of: "2..8", with: text))
    #expect(project.segments.minimumClusters == lower && project.segments.maximumClusters == upper)
  }

  static let unreadable: [(String, Int?, String)] = [
    ("", nil, "empty"), ("# nothing but a comment\n", nil, "empty"), ("just words", 1, "key: value"),
    ("- a\n- b\n", 1, "key: value"), ("name: a\nas_of: 2017-01-01\nname: b\n", 3, "twice"),
    ("sources:\n  a:\n    columns:\n      time: t\n      amount: a\n      \"time\": u\n", 6, "twice"),
    ("name: a\nsources:\n\tx: 1\n", 3, "tabs"), ("name: \"open\nas_of: x\n", 1, "quote"),
    ("name: 'open\n", 1, "quote"), ("where: \"a\" > 0\n", 1, "single quotes"), ("name: a\nsources:\n", 2, "missing"),
    ("name: a\nsources: {}\n", 2, "missing"), ("name: a\n", 1, "missing"), ("sources:\n  a:\n", 2, "empty"),
    ("sources:\n  a: b.csv\n", 2, "'sources.a'"), ("name: a\n? [x, y]\n: z\n", 2, "not text"),
  ]

  @Test(arguments: unreadable)
  func `what is no project file is refused in words`(_ yaml: String, _ line: Int?, _ words: String) throws {
    let fault = try #require(Self.fault(yaml))
    #expect(fault.line == line, "\(fault)")
    #expect(fault.reason.contains(words), "\(fault)")
  }

  @Test func `a file that is not UTF-8 is refused with the line of the first bad byte`() throws {
    let place = try Workplace()
    let url = place.folder.appendingPathComponent("tessera.yml")
    try (Data("name: a\n# caf".utf8) + Data([0xE9]) + Data("\nsources: {}\n".utf8)).write(to: url)
    let fault = #expect(throws: ProjectError.self) { _ = try Project(contentsOf: url) }
    #expect(fault?.line == 2 && fault?.reason.contains("UTF-8") ?? false)
  }

  @Test func `a file that is not there is answered with what to do`() throws {
    let place = try Workplace()
    let fault = #expect(throws: ProjectError.self) {
      _ = try Project(contentsOf: place.folder.appendingPathComponent("tessera.yml"))
    }
    #expect(fault?.reason.contains("tessera init") ?? false)
    let folder = #expect(throws: ProjectError.self) { _ = try Project(contentsOf: place.folder) }
    #expect(folder?.reason.contains("folder") ?? false)
  }

  @Test func `in quotes, null and numbers are names of columns`() throws {
    let project = try Self.read(
      "sources: {o: {file: '1', role: events, columns: {customer: \"null\", time: \"~\"}}}")
    #expect(project.sources.first?.column(.customer) == "null" && project.sources.first?.column(.time) == "~")
    #expect(project.sources.first?.origin == .file("1"))
  }

  @Test func `a byte order mark and Windows line ends do no harm`() throws {
    let yaml = "\u{FEFF}" + Self.whole.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try Self.read(yaml).sources.count == 6)
  }
}
