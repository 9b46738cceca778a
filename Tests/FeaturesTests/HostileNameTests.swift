import Features
import Foundation
import Testing
import Warehouse

/// Names and categories that are not made for SQL, YAML or placeholders.
@Suite struct `Hostile names` {
  let place: Workplace

  init() throws { place = try Workplace() }

  static let names = [
    "select", "group by", "a\"b", "it's", "{as_of}", "{orders}", "}{", "naïve 顧客 🙂", "a.b", "a;--", "customer", "ts",
    "orders", "tessera_source_0", "ORDER", "100%", "a\\b", "two  blanks", "amount", "row_index", "#tag", "a: b", "- x",
  ]

  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  static func cell(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }

  @Test(arguments: names) func `a column may be called anything`(_ name: String) throws {
    try place.write("x.csv", ["\(Self.cell(name)),t,a", "1,2017-01-01,5", "2,2017-01-02,6"])
    let found = try place.features(
      """
      sources:
        o: {file: x.csv, role: transactions, columns: {customer: \(Self.quoted(name)), time: t, amount: a}}
      """)
    #expect(found.plan.customer == name && found.customers == ["1", "2"])
    #expect(try found.sum("monetary") == 11 && Set(found.names).count == found.names.count)
  }

  @Test(arguments: names) func `a source may be called anything`(_ name: String) throws {
    try place.write("x.csv", ["c,t,a,m", "1,2017-01-01,5,z", "2,2017-01-02,6,z"])
    for role in ["transactions", "events", "customers", "campaigns"] {
      let columns =
        switch role {
        case "transactions": "customer: c, time: t, amount: a"
        case "events": "customer: c, time: t"
        case "customers": "customer: c"
        default: "customer: c, campaign: m, time: t"
        }
      let found = try place.features(
        "as_of: 2018-01-01\nsources:\n  \(Self.quoted(name)): {file: x.csv, role: \(role), columns: {\(columns)}}\n")
      #expect(found.customers == ["1", "2"])
    }
  }

  @Test(arguments: names) func `an attribute may be called anything, a feature's name too`(_ name: String) throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5", "2,2017-01-02,6"])
    try place.write("people.csv", ["id,\(Self.cell(name)),monetary,Recency_Days,c", "1,3,30,300,1", "2,4,40,400,2"])
    let found = try place.features(
      Workplace.orders() + "  people: {file: people.csv, role: customers, columns: {customer: id}}\n")
    let attributes = found.plan.definitions.filter { $0.family == .attributes }
    #expect(attributes.count == 4)
    #expect(try found.number(attributes[0].name) == 3 && found.number("monetary") == 5)
    #expect(try found.number("people_monetary") == 30 && found.number("people_Recency_Days") == 300)
    #expect(try found.number("people_c") == 1)
    #expect(Set(found.names.map { $0.lowercased() }).count == found.names.count)
  }

  @Test(arguments: names) func `a category and a level may be anything`(_ name: String) throws {
    let value = name.trimmingCharacters(in: .whitespaces)
    try place.write("orders.csv", ["c,t,a,k", "1,2017-01-01,5,\(Self.cell(name))", "1,2017-01-02,15,plain"])
    try place.write("people.csv", ["id,size,k", "1,\(Self.cell(name)),\(Self.cell(name))", "2,other,x"])
    let found = try place.features(
      Workplace.orders().replacing("amount: a", with: "amount: a, category: k")
        + """
          people: {file: people.csv, role: customers, columns: {customer: id}}
        features: {ordinal: {size: [none, \(Self.quoted(value))]}}
        """)
    let share = try #require(
      found.plan.definitions.first { $0.meaning.contains("'\(value)'") && $0.family == .categories })
    #expect(try found.number(share.name) == 0.25 && found.number("share_plain") == 0.75)
    #expect(try found.number("size") == 1 && found.text("k") == value)
    #expect(share.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
  }

  @Test func `two categories with one slug keep a share each`() throws {
    let found = try place.orders([], asOf: nil, more: "", categories: ["A b", "a-B", "a_b_2", "Other", "!!!", "Ä B"])
    let shares = found.plan.definitions.filter { $0.family == .categories }.map(\.name)
    #expect(Set(shares).count == 6 && !shares.contains("share_other"))
    for share in shares { #expect(try isClose(found.number(share), 1.0 / 6), "\(share)") }
  }

  @Test func `the file of features holds hostile names and its dictionary`() throws {
    try place.write("orders.csv", ["c,t,a", "1,2017-01-01,5"])
    try place.write("people.csv", ["id,\"a \"\"b\"\", c\"", "1,3"])
    let sources = try place.sources(
      Workplace.orders() + "  people: {file: people.csv, role: customers, columns: {customer: id}}\n")
    let table = try sources.features(FeaturePlan(sources))
    let files = StagedFiles()
    try table.write(to: place.path("out.csv"), in: files)
    try files.commit()
    let text = try String(contentsOfFile: place.path("out.csv"), encoding: .utf8)
    #expect(text.contains("\"a \"\"b\"\", c\""))
    let dictionary = try String(contentsOfFile: place.path("out.dictionary.csv"), encoding: .utf8)
    #expect(dictionary.split(separator: "\n").count == table.plan.definitions.count + 1)
  }
}

extension Workplace {
  /// Orders of one customer, one in each category.
  func orders(_ lines: [String], asOf: String?, more: String, categories: [String]) throws -> Computed {
    try write("orders.csv", ["c,t,a,k"] + lines + categories.map { "1,2017-01-01,1,\(`Hostile names`.cell($0))" })
    return try features(
      Workplace.orders(asOf: asOf, more: more).replacing("amount: a", with: "amount: a, category: k"))
  }
}
