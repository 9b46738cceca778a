import Foundation
import Testing
import Warehouse

struct `Quoting in SQL` {
  /// Any text but NUL, which no SQL literal can hold.
  private static let texts: [String] = [
    "", "'", "''", "\"", "\"\"", "\\", "\\'", "a'b\"c\\d", "new\nline", "tab\t", "\r\n", "; DROP TABLE t; --", "/* */",
    "$$",
    "é", "e\u{301}", "😀", "\u{202E}rtl", "{{x}}", "%s", ":name", "?", "SELECT", " lead and trail ", "\u{FEFF}bom",
    String(repeating: "'\"\\", count: 500),
  ]

  @Test func `any text survives as a literal and as an identifier`() throws {
    let connection = try Connection()
    for text in Self.texts + Self.scrambled(300) {
      #expect(try connection.query("SELECT \(SQL.literal(text)) AS v")["v"]?.values == .texts([text]))
      guard !text.isEmpty else { continue }
      #expect(try connection.query("SELECT 1 AS \(SQL.identifier(text))").names == [text])
    }
  }

  private static func scrambled(_ count: Int) -> [String] {
    let alphabet = Array("'\"\\ \n\t;-/*$aZ0é😀\u{301}")
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    return (0..<count).map { _ in String((0...next(12)).map { _ in alphabet[next(alphabet.count)] }) }
  }

  @Test(arguments: ["SELECT 1 AS x", "SELECT 1 AS x;", "SELECT 1 AS x -- a comment", "SELECT 1 AS x ;\n ; "])
  func `a query of the user's stands after FROM whatever it ends with`(_ sql: String) throws {
    let connection = try Connection()
    let source = try connection.open(query: sql, name: "mine")
    #expect(source.columns.map(\.name) == ["x"])
    #expect(try connection.query("SELECT * FROM \(source.relation) AS t")["x"]?.doubles == [1])
  }
}

struct `Days of the calendar` {
  @Test(arguments: [
    ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2000-03-01", 11_017), ("1900-03-01", -25_508),
    ("2024-02-29", 19_782), ("2024-12-31", 20_088), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
  ])
  func `known days have known numbers`(_ text: String, _ days: Int) {
    #expect(CalendarDate(text)?.daysSince1970 == days)
    #expect(CalendarDate(daysSince1970: days).description == text)
  }

  @Test(arguments: [
    "1900-02-29", "2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "-001-01-01",
    "-2024-01-01", "2024-1-1", "24-01-01", "2024/01/01", "", "2024-01-01 ", "+024-01-01", "２０２４-01-01",
  ])
  func `what is no day is refused`(_ text: String) { #expect(CalendarDate(text) == nil) }

  @Test(arguments: [
    ("2024-01-31", 1, "2024-02-29"), ("2023-01-30", 1, "2023-02-28"), ("2024-02-29", 12, "2025-02-28"),
    ("2024-04-30", 1, "2024-05-31"), ("2024-12-15", 1, "2025-01-15"), ("2024-03-31", -1, "2024-02-29"),
    ("2024-01-01", -13, "2022-12-01"), ("2024-05-05", 0, "2024-05-05"),
  ])
  func `months are added by the calendar, and their last days stay last`(_ from: String, _ months: Int, _ to: String) {
    #expect(CalendarDate(from)?.adding(months: months).description == to)
  }

  @Test func `days follow each other over eight thousand years and agree with the engine`() throws {
    let first = -719_162
    let table = try Connection().query(
      "SELECT CAST(DATE '0001-01-01' + CAST(i AS INTEGER) AS VARCHAR) AS day FROM range(0, 3000000, 97) AS t(i) ORDER BY i"
    )
    let shown = try #require(table["day"]).texts
    for (index, text) in shown.enumerated() {
      let date = CalendarDate(daysSince1970: first + index * 97)
      #expect(date.description == text && CalendarDate(date.description) == date)
    }
  }

  @Test func `years outside four digits are still shown`() {
    #expect(CalendarDate(daysSince1970: -719_529).description == "-0001-12-31")
    #expect(CalendarDate(daysSince1970: 2_932_897).description == "10000-01-01")
  }
}

struct `Names a user may have meant` {
  @Test(arguments: [
    ("amonut", ["amount"]), ("Customer ID", ["customer_id"]), ("customer", ["customer_id"]), ("zzz", []), ("", []),
    ("CUSTOMERID", ["customer_id"]),
  ])
  func `the nearest real names come first`(_ wanted: String, _ expected: [String]) {
    #expect(NearestNames.to(wanted, in: ["amount", "customer_id", "order_date"]) == expected)
  }

  @Test func `no more are offered than asked for, the nearest first`() {
    #expect(NearestNames.to("price", in: ["prices", "prize", "Price", "unit price"], limit: 2) == ["Price", "prices"])
    #expect(NearestNames.to("price", in: []).isEmpty)
  }
}

@Suite("Quotes that a combining mark follows") struct CombinedQuoteTests {
  @Test(arguments: ["Kid'\u{301}s", "'\u{200D}", "'\u{FE0F}'", "\"\u{301}"])
  func `a quote is doubled whatever follows it`(_ text: String) throws {
    let read = try Connection().query("SELECT \(SQL.literal(text)) AS \(SQL.identifier(text))")
    #expect(read.columns.first?.texts == [text] && read.names == [text])
  }
}
