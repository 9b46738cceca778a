import CustomerValue
import Foundation
import Randomness
import TestSupport

/// Orders that several suites learn from.
enum Shops {
  static func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance }

  /// The CDNOW sample: 2,357 customers, January 1997 to June 1998.
  static func cdnow() throws -> OrderLog {
    let text = try String(contentsOfFile: SharedData.path("cdnow/CDNOW_sample.txt"), encoding: .utf8)
    let orders = text.split(whereSeparator: \.isNewline).compactMap { line -> DatedOrder? in
      let cells = line.split(separator: " ")
      guard cells.count >= 5, let customer = Int(cells[1]), let date = Int(cells[2]), let amount = Double(cells[4])
      else { return nil }
      return DatedOrder(customer: customer, day: day(date), amount: amount)
    }
    return try OrderLog(orders)
  }

  /// The number of days from 1 January 1970 to a date written 19970930.
  static func day(_ date: Int) -> Int {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC") ?? .current
    let parts = DateComponents(year: date / 10_000, month: date / 100 % 100, day: date % 100)
    return calendar.date(from: parts).map { Int(($0.timeIntervalSince1970 / 86_400).rounded()) } ?? 0
  }

  static let calibrationEnd = day(19_970_930)

  /// Customers who order by BG/NBD with r = 2, alpha = 8, a = 1, b = 3, seen for two years of days in weeks.
  static func planted(customers: Int, seed: UInt64, spend: Double = 30) throws -> OrderLog {
    var random = RandomStream(seed: seed)
    var orders: [DatedOrder] = []
    for customer in 0..<customers {
      let start = random.integer(below: 200)
      // Gamma(2, 8) as the sum of two exponentials; Beta(1, 3) by inversion.
      let rate = (random.exponential() + random.exponential()) / 8
      let dropout = 1 - pow(random.uniform(), 1.0 / 3)
      let own = spend * exp(0.4 * random.normal())
      var time = 0.0
      orders.append(DatedOrder(customer: customer, day: start, amount: own * exp(0.3 * random.normal())))
      while true {
        time += 7 * random.exponential() / rate
        guard Double(start) + time < 730 else { break }
        orders.append(
          DatedOrder(customer: customer, day: start + Int(time), amount: own * exp(0.3 * random.normal())))
        if random.uniform() < dropout { break }
      }
    }
    return try OrderLog(orders)
  }
}
