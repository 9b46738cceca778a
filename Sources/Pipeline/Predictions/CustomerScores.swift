internal import Foundation
internal import Warehouse

/// What is foretold of customers, by name: the chances of targets, the effects of treatments, and the orders to come.
struct CustomerScores {
  var chances: TargetChances?
  var effects: TargetChances?
  var forecasts: CustomerForecasts?

  /// The columns in the order of `customers`, missing for those of whom nothing is known.
  func columns(for customers: Column) -> [Column] {
    (chances?.columns(for: customers) ?? []) + (effects?.columns(for: customers) ?? [])
      + (forecasts?.columns(for: customers) ?? [])
  }
}

/// The chances of all targets, or the effects of treatments, for the customers of one date.
struct TargetChances {
  private var places: [String: Int] = [:]
  /// The columns, in order.
  private let names: [String]
  private var values: [String: [Double]] = [:]

  init(names: [String]) { self.names = names }

  /// Adds a column of `customers`, who may be new or known already.
  mutating func add(_ name: String, _ customers: [String?], _ own: [Double]) {
    var column = values[name] ?? []
    for (customer, value) in zip(customers, own) {
      let place = places[customer ?? ""] ?? places.count
      places[customer ?? ""] = place
      if place >= column.count { column += Array(repeating: .nan, count: place + 1 - column.count) }
      column[place] = value
    }
    values[name] = column
  }

  /// One row a customer: `customer`, and the columns called `wanted`.
  func table(_ wanted: [String]) -> Table {
    let customers = places.sorted { $0.value < $1.value }.map(\.key)
    let named = Column(name: "customer", values: .texts(customers))
    return Table([named] + columns(for: named).filter { wanted.contains($0.name) })
  }

  /// The columns in the order of `customers`, missing for customers that are not here.
  func columns(for customers: Column) -> [Column] {
    let order = customers.texts.map { places[$0 ?? ""] }
    return names.map { name in
      let own = values[name] ?? []
      let found = order.map { place in place.flatMap { own.indices.contains($0) ? own[$0] : nil } ?? .nan }
      return Column(
        name: name, values: .reals(found.map { $0.isNaN ? 0 : $0 }),
        missing: found.contains(where: \.isNaN) ? found.map(\.isNaN) : nil)
    }
  }
}
