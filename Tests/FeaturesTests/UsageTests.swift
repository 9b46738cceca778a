import Features
import Foundation
import Testing
import Warehouse

/// Whether what customers use is used on, by their own rhythm.
@Suite(.onEveryEngine) struct `Usage of products` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write("orders.csv", ["c,t,a"] + (1...5).map { "\($0),2024-01-01,5" })
    try place.write(
      "use.csv",
      [
        "c,t,p",
        // Every ten days until January; every thirty days until March; once; two days, of which one is after the date.
        "1,2024-01-01 08:00,a", "1,2024-01-11,a", "1,2024-01-21,b", "1,2024-01-21,c",
        "2,2024-01-01,a", "2,2024-01-31,b", "2,2024-03-01,b", "3,2024-03-31 23:59:59,a", "4,2024-03-01,a",
        "4,2024-04-01,b",
      ])
  }

  func features(_ more: String = "") throws -> Computed {
    try place.features(
      Workplace.orders(asOf: "2024-03-31")
        + "  use: {file: use.csv, role: events, columns: {customer: c, time: t, product: p}}\n" + more)
  }

  @Test func `use has ended where silence is long for the customer`() throws {
    let found = try features()
    #expect(try ["1", "2", "3", "4", "5"].map { try found.number("use_first_days", $0) } == [90, 90, 0, 30, nil])
    #expect(
      try ["1", "2", "3", "4", "5"].map { try found.number("use_gap_days_mean", $0) } == [10, 30, nil, nil, nil])
    #expect(try ["1", "2", "3", "4", "5"].map { try found.number("use_ended", $0) } == [1, 0, nil, nil, nil])
    // 30 days are more than 0.9 gaps of 30.
    let strict = try features("features: {lifecycle: {active: 0.5, lapsed: 0.9, least_gaps: 1}}\n")
    #expect(try strict.number("use_ended", "2") == 1 && strict.number("use_ended", "3") == nil)
  }

  @Test func `products used, and those used no more`() throws {
    try place.write("use.csv", ["c,t,p", "1,2023-12-01,a", "1,2024-01-02,b", "1,2024-01-03,b", "2,2023-01-01,a"])
    let found = try features()
    #expect(try ["1", "2", "3"].map { try found.number("use_products_used", $0) } == [2, 1, 0])
    #expect(try ["1", "2", "3"].map { try found.number("use_products_used_90d", $0) } == [1, 0, 0])
    #expect(try ["1", "2", "3"].map { try found.number("use_products_unused_90d", $0) } == [1, 1, 0])
  }

  @Test func `looking at products is no use of them`() throws {
    try place.write("use.csv", ["c,t,p,what", "1,2023-12-01,a,view"])
    let found = try place.features(
      Workplace.orders(asOf: "2024-03-31")
        + "  use: {file: use.csv, role: events, columns: {customer: c, time: t, product: p, type: what}}\n")
    #expect(!found.names.contains("use_products_used") && found.names.contains("use_products_viewed"))
  }
}
