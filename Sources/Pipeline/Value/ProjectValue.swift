internal import CustomerValue
internal import Features
internal import Foundation
internal import Warehouse

/// Everybody, and who is in which segment.
struct SegmentPlaces {
  /// The customers (n).
  let customers: Column
  /// The place of each one's segment among those of the model (n), from 0; -1 for none.
  let labels: [Int]

  init(customers: Column, labels: [Int]) { (self.customers, self.labels) = (customers, labels) }

  init(_ assignments: SegmentAssignments) {
    self.init(customers: assignments.customers, labels: assignments.segments.map { $0 - 1 })
  }

  /// The places by the customers' names; nobody who is in no segment.
  var byName: [String: Int32] {
    var places: [String: Int32] = [:]
    for (name, label) in zip(customers.texts, labels) where label >= 0 {
      if let name { places[name] = Int32(label) }
    }
    return places
  }
}

/// The forecasts of a project's customers, by name.
struct CustomerForecasts {
  private let places: [String: Int]
  private let forecasts: [CustomerForecast]
  private let unit: TimeUnit
  private let end: Int
  private let hasRevenue: Bool

  init(_ forecast: ValueForecast, names: [String], _ card: ValueCard, end: Int) {
    forecasts = forecast.customers
    places = Dictionary(forecasts.enumerated().map { (names[$1.customer], $0) }) { first, _ in first }
    (unit, self.end, hasRevenue) = (card.model.unit, end, card.hasRevenue)
  }

  /// Nobody's.
  init(_ card: ValueCard, end: Int) {
    (forecasts, places) = ([], [:])
    (unit, self.end, hasRevenue) = (card.model.unit, end, card.hasRevenue)
  }

  /// The columns in the order of `customers`, missing for those without an order.
  func columns(for customers: Column) -> [Column] {
    ForecastColumns(
      rows: customers.texts.map { name in name.flatMap { places[$0] }.map { forecasts[$0] } }, unit: unit, end: end,
      hasRevenue: hasRevenue
    ).columns
  }
}

extension OrderDays {
  /// The log of orders; returns are rows of their own.
  func log() throws(CustomerValueError) -> OrderLog {
    var orders: [DatedOrder] = []
    orders.reserveCapacity(places.count)
    for row in places.indices {
      if let amount = bought[row] { orders.append(DatedOrder(customer: places[row], day: days[row], amount: amount)) }
      if returned[row] < 0 { orders.append(DatedOrder(customer: places[row], day: days[row], amount: returned[row])) }
    }
    return try OrderLog(orders)
  }
}

extension ProjectRun {
  /// Fits a model of customer value to the project's transactions as of the date of `sources`, and forecasts everybody and
  /// the segments of `model`; nil where the project asks for none.
  ///
  /// One model serves all segments: as these are found from what customers did, parameters of their own would take chance
  /// for character (regression to the mean). Where orders allow no forecast, that becomes a note of the model.
  func forecast(
    _ model: inout SegmentModel, _ sources: SourceSet, _ segments: SegmentPlaces
  ) throws -> CustomerForecasts? {
    guard let settings = project.value else { return nil }
    progress?(PipelineProgress(stage: "forecasting orders as of \(sources.asOf)"))
    let orders = try sources.orderHistory()
    var training = ValueTraining()
    training.family = OrderFamily(rawValue: settings.family.rawValue) ?? .bgnbd
    training.unit = settings.unit == .day ? .day : .week
    training.horizon = Double(settings.horizon)
    training.seed = model.provenance.seed
    let end = sources.asOf.daysSince1970
    let fit: ValueFit
    do {
      fit = try training.fit(try orders.log(), calibrationEnd: end)
    } catch {
      model.value = nil
      model.quality.notes.append("no orders and revenue are forecast: \(error)")
      return nil
    }
    if Interruption.isRequested { throw WarehouseError.interrupted }
    let places = segments.byName
    let groups = model.valueGroups(fit.table.rows.map { places[orders.customers[$0.customer]] })
    let forecast = ValueForecast(
      fit.model, fit.table, horizon: training.horizon, parts: groups.parts,
      draws: ValueForecast.draws(fit.table.rows.count), seed: training.seed)
    let card = ValueCard(
      fit, forecast, groups, horizon: training.horizon, hasRevenue: orders.hasAmounts, notes: [])
    model.value = card
    return CustomerForecasts(forecast, names: orders.customers, card, end: end)
  }

  /// What `model` expects of customers as of the date of `sources`; nil where it forecasts nothing. Where orders allow no
  /// forecast on that date, one without customers, and why in a sentence.
  func forecasts(_ model: SegmentModel, _ sources: SourceSet) throws -> (told: CustomerForecasts?, note: String?) {
    guard let card = model.value else { return (nil, nil) }
    progress?(PipelineProgress(stage: "forecasting orders as of \(sources.asOf)"))
    let orders = try sources.orderHistory()
    let end = sources.asOf.daysSince1970
    let table: PurchaseTable
    do {
      table = try orders.log().table(through: end, unit: card.model.unit)
    } catch {
      return (CustomerForecasts(card, end: end), "no orders and revenue are forecast as of \(sources.asOf): \(error)")
    }
    let forecast = ValueForecast(
      card.model, table, horizon: card.horizon, draws: ValueForecast.draws(table.rows.count),
      seed: model.provenance.seed)
    return (CustomerForecasts(forecast, names: orders.customers, card, end: end), nil)
  }
}

extension SegmentModel {
  /// The segments of customers as groups of a forecast, those of none as "0".
  func valueGroups(_ places: [Int32?]) -> ValueGroups {
    let hasNone = places.contains { $0 == nil }
    let none = segments.k
    let rows = places.map { $0.map(Int.init) ?? none }
    var groups = ValueGroups(
      grouping: .segments, names: lines.map(\.segment) + (hasNone ? ["0"] : []),
      ids: segmentIDs.map { Optional($0) } + (hasNone ? [0] : []), rows: rows)
    if let tree {
      let macros = tree.leaves.map { tree.nodes[$0].macro ?? 0 }
      groups.macros = tree.macros.map { id in (id, macros.indices.filter { macros[$0] == id }) }
    }
    return groups
  }
}
