import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// The report on what was read: every count worked out by hand on tables made here.
@Suite struct `Data quality` {
  let place: Workplace

  init() throws { place = try Workplace() }

  private static let yaml = """
    as_of: 2020-12-31
    sources:
      orders:
        file: orders.csv
        role: transactions
        columns: {customer: who, time: at, amount: paid, quantity: items, product: sku}
      products:
        file: products.csv
        role: products
        columns: {product: sku, category: kind}
      people:
        file: people.csv
        role: customers
        columns: {customer: who}

    """

  /// Twenty-four ordinary lines, and then the odd ones.
  private func odd() throws -> Computed {
    var lines = ["who,at,paid,items,sku,note"]
    for line in 0..<24 {
      lines.append("\(line % 6 + 1),2020-05-\(line < 9 ? "0" : "")\(line + 1),\(10 + line % 3),1,a,n\(line)")
    }
    lines += [
      "1,2020-05-01,10,1,a,n0",  // what the first line said
      "1,2020-05-01,10,1,a,other",  // not quite
      "2,2020-06-01,-10,1,a,back", "2,2020-06-02,10,1,zz,unknown product", "3,1970-01-01,10,1,b,no date",
      "3,2020-06-03,11000,1,a,slip", "4,2021-01-01,10,1,a,later", ",2020-06-01,10,1,a,nobody",
    ]
    try place.write("orders.csv", lines)
    try place.write("products.csv", ["sku,kind", "a,food", "b,"])
    var people = ["who,card_no,nickname,churned,last_visit,joined,town"]
    for who in 1...25 {
      people.append(
        "\(who),\(700 + 7 * who),nick \(who),\(who % 2),2020-01-0\(who % 9 + 1),"
          + "\(who == 5 ? "2021-03-01" : "2019-03-01"),\(who % 3 == 0 ? "" : "Ulm")")
    }
    try place.write("people.csv", people)
    return try place.features(Self.yaml)
  }

  @Test func `copies, strangers, returns, unlikely times and outliers are counted`() throws {
    let quality = try odd().quality
    let orders = try #require(quality.detail("orders"))
    // 32 lines; one of nobody and one after the as-of date are not used.
    #expect(orders.rowsLookedAt == 30 && orders.oneCustomerIn == 1)
    #expect(orders.repeatedRows == 1 && orders.returnedRows == 1 && orders.implausibleTimes == 1)
    #expect(orders.orphans.map(\.count) == [1] && orders.orphanRows == 1)
    // Quartiles of the positive amounts are 10 and 12 or less, so that the fence lies at 120 or less.
    #expect(orders.outliers.map(\.column) == ["paid"] && orders.outliers.map(\.rows) == [1])
    #expect(orders.outliers.first?.largestRatio == 1000 || orders.outliers.first?.largestRatio == 1100)
    // Customer 3 spent 4 x 12 + 10 + 11000 or so, of about 11,330.
    #expect(orders.concentration?.customers == 1 && orders.concentration?.of == 6)
    #expect((0.96...0.99).contains(orders.concentration?.share ?? 0))
    let people = try #require(quality.detail("people"))
    #expect(people.strangerCount == 19 && people.orphans.map(\.of) == [25])
    #expect(quality.detail("products")?.orphanRows == nil && quality.detail("products")?.strangerCount == nil)
  }

  @Test func `columns are counted, and those that look like identifiers or leaks are named with a reason`() throws {
    let quality = try odd().quality
    let columns = try #require(quality.detail("people")).columns
    let names = columns.map(\.column)
    #expect(names == ["who", "card_no", "nickname", "churned", "last_visit", "joined", "town"])
    #expect(columns.map(\.distinct) == [25, 25, 25, 2, 9, 2, 1] && columns.map(\.missing) == [0, 0, 0, 0, 0, 0, 8])
    #expect(columns.filter { $0.identifier != nil }.map(\.column) == ["card_no", "nickname"])
    #expect(columns.filter { $0.leak != nil }.map(\.column) == ["churned", "last_visit", "joined"])
    for name in ["'card_no'", "'nickname'", "'churned'", "'last_visit'", "'joined'"] {
      #expect(quality.notes.contains { $0.hasPrefix(name) }, "\(name)")
    }
    // They are told of, not dropped.
    #expect(try odd().names.contains("churned"))
    let products = try #require(quality.detail("products")).columns
    #expect(products.map(\.column) == ["sku", "kind"] && products.map(\.missing) == [0, 1])
  }

  @Test func `no note shows a value`() throws {
    for note in try odd().quality.notes {
      #expect(!note.contains("11000") && !note.contains("nick ") && !note.contains("Ulm"), "\(note)")
    }
  }

  @Test func `an attribute known at a time is no leak, as later rows are cut`() throws {
    try place.write("orders.csv", ["who,at,paid,items,sku", "1,2020-05-01,10,1,a"])
    try place.write("products.csv", ["sku,kind", "a,food"])
    try place.write("people.csv", ["who,asked,churned", "1,2020-01-01,0", "2,2020-01-01,1"])
    let timed = Self.yaml.replacing("columns: {customer: who}", with: "columns: {customer: who, time: asked}")
    let people = try #require(try place.features(timed).quality.detail("people"))
    #expect(
      people.columns.map(\.column) == ["who", "asked", "churned"] && people.columns.allSatisfy { $0.leak == nil })
  }

  @Test func `ordinary data gives rise to no note`() throws {
    let found = try place.orders((0..<40).map { "\($0 % 8),2020-05-\(10 + $0 % 20),\(5 + $0 % 7).50" })
    #expect(found.quality.notes.isEmpty, "\(found.quality.notes)")
    let orders = try #require(found.quality.detail("orders"))
    #expect(orders.outliers.isEmpty && orders.concentration == nil && orders.orphans.isEmpty)
  }

  @Test func `what is after the as-of date changes nothing but the count of what was left out`() throws {
    let before = try odd().quality
    let file = place.folder.appendingPathComponent("orders.csv")
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data((text + "5,2022-01-01,99999999,77,new,later\n").utf8).write(to: file)
    let after = try place.features(Self.yaml).quality
    #expect(after.details == before.details && after.notes == before.notes)
    #expect(after.sources != before.sources)
  }

  @Test func `a very large source is looked at by some of its customers, whole`() throws {
    let yaml = """
      as_of: 2020-12-31
      features: {families: {rhythm: false, rfm: false, lifecycle: false, trend: false, season: false, basket: false}}
      sources:
        orders:
          query: "SELECT i % 50000 AS c, DATE '2020-01-01' + CAST(i % 300 AS INT) AS t, i % 90 AS a FROM range(2100000) AS r(i)"
          role: transactions
          columns: {customer: c, time: t, amount: a}

      """
    let sources = try place.sources(yaml)
    let orders = try #require(sources.quality.detail("orders"))
    #expect(orders.oneCustomerIn == 5)
    // Each customer has 42 rows.
    #expect(orders.rowsLookedAt % 42 == 0 && (350_000...500_000).contains(orders.rowsLookedAt))
    let customers = try #require(orders.columns.first { $0.column == "c" })
    #expect(customers.distinct == orders.rowsLookedAt / 42 && customers.missing == 0)
    #expect(orders.outliers.isEmpty)
  }

  @Test func `a report of earlier versions, without details, is read`() throws {
    let old =
      #"{"sources":[{"source":"o","role":"transactions","rowsRead":3,"rowsUsed":2,"leftOut":[]}],"notes":["n"]}"#
    let quality = try JSONDecoder().decode(DataQuality.self, from: Data(old.utf8))
    #expect(quality.details == nil && quality.sources.map(\.rowsUsed) == [2] && quality.detail("o") == nil)
  }

  @Test func `the grocer's sample is as it is known to be`() throws {
    let connection = try place.connection()
    let draft = try ProjectDraft(files: Samples.grocer, folder: place.folder, name: "grocer", connection: connection)
    let quality = try SourceSet(try place.project(draft.yaml), connection: connection).quality
    let lines = try #require(quality.detail("transactions"))
    #expect(lines.repeatedRows == 0 && lines.orphanRows == 898 && lines.rowsLookedAt == 291_501)
    #expect(quality.detail("coupon_redemptions")?.repeatedRows == 0)
    #expect(quality.detail("demographics")?.strangerCount == 650)
  }
}
