import Features
import TestSupport
import Testing
import Warehouse

/// Records of visitors who turned out to be customers.
@Suite(.onEveryEngine) struct IdentityTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv",
      ["id,at,no,total", "1,2024-01-05,a,10", "2,2024-01-06,b,20", "3,2024-01-07,c,30"])
    // v1 is customer 1; v2 becomes customer 2 in February; v3 is two customers, so nobody's; v4 never tells.
    try place.write(
      "web.csv",
      [
        "visitor,user,at", "v1,,2024-01-01", "v1,,2024-01-02", "v2,,2024-01-03", "v3,,2024-01-03", ",3,2024-01-04",
        "v4,,2024-01-04", "v1,,2024-02-20",
      ])
    try place.write(
      "known.csv",
      ["visitor,id,since", "v1,1,2024-01-05", "v2,2,2024-02-05", "v3,1,2024-01-02", "v3,2,2024-01-02"])
  }

  @Test(arguments: [("2024-01-10", [2.0, 0, 1]), ("2024-02-10", [2, 1, 1]), ("2024-03-01", [3, 1, 1])])
  func `a visitor's records are those of the customer whom the visitor was known to be`(
    asOf: String, counts: [Double]
  ) throws {
    let found = try place.features(
      """
      as_of: \(asOf)
      sources:
        orders: {file: orders.csv, role: transactions, columns: {customer: id, time: at, order: no, amount: total}}
        web: {file: web.csv, role: events, columns: {customer: user, visitor: visitor, time: at}}
        known: {file: known.csv, role: identities, columns: {visitor: visitor, customer: id, time: since}}
      """)
    #expect(try ["1", "2", "3"].map { try found.number("web_count", $0) } == counts)
    #expect(
      found.quality.sources.contains { count in
        count.leftOut.contains { $0.reason == "of a visitor not known as a customer" && $0.rows > 0 }
      })
  }
}
