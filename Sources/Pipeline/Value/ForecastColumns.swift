internal import CustomerValue
internal import Warehouse

/// The forecasts of customers as columns of a table.
struct ForecastColumns {
  /// One forecast a row; nil where there is none.
  let rows: [CustomerForecast?]
  let unit: TimeUnit
  /// The last day known, in days since 1970.
  let end: Int
  let hasRevenue: Bool

  /// P(alive), expected orders and, where amounts are known, revenue with 80% ranges, and the day by which the next order
  /// has come in half of all cases.
  var columns: [Column] {
    let isMissing = rows.map { $0 == nil }
    let missing = isMissing.contains(true) ? isMissing : nil
    func reals(_ name: String, _ value: (CustomerForecast) -> Double) -> Column {
      Column(name: name, values: .reals(rows.map { $0.map(value) ?? 0 }), missing: missing)
    }
    let due = rows.map { row in
      row?.medianTimeToNextOrder.flatMap { time -> Int32? in
        let days = time * unit.days
        // What lies a lifetime ahead, or beyond what a date can hold, is no date to plan by.
        return days < 36_500 ? Int32(clamping: end + Int(days.rounded(.up))) : nil
      }
    }
    var columns = [
      reals("probability_alive") { $0.probabilityAlive }, reals("expected_orders") { $0.expectedOrders },
      reals("orders_low") { $0.orders80.lowerBound }, reals("orders_high") { $0.orders80.upperBound },
    ]
    if hasRevenue {
      columns += [
        reals("expected_spend") { $0.expectedSpend }, reals("expected_revenue") { $0.expectedRevenue },
        reals("revenue_low") { $0.revenue80.lowerBound }, reals("revenue_high") { $0.revenue80.upperBound },
      ]
    }
    columns.append(
      Column(
        name: "next_order_date", values: .dates(due.map { $0 ?? 0 }),
        missing: due.contains { $0 == nil } ? due.map { $0 == nil } : nil))
    return columns
  }
}
