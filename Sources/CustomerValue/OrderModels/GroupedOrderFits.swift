internal import Foundation

/// One order model a group of customers (a segment, a channel), each drawn towards that of all where the group is thin.
///
/// The logarithms of a group's parameters are taken to differ from those of all with standard deviation ``spread``:
/// maximum a posteriori, so that a group of thousands keeps its own and one of ten takes those of all.
///
/// For programs alone: `tessera value` and projects forecast by one model. Segments are found from what customers did, and
/// a fit to each would take chance for character; groups must be known beforehand (a channel, a country).
public struct GroupedOrderFits: Sendable, Hashable {
  /// How far groups differ beforehand, in logarithms of the parameters: .5 is a factor of 1.6.
  public static let spread = 0.5

  /// The fit of all customers together.
  public let pooled: OrderModelFit
  /// The model of each group, in the order of the groups.
  public let models: [OrderModel]
  /// The customers of each group.
  public let customers: [Int]

  /// Fits `family` to `summaries` (n), of which each is in one of `groups` (n, from 0 to `count` - 1).
  /// - Throws: ``CustomerValueError``.
  public init(
    _ family: OrderFamily, _ summaries: [PurchaseSummary], groups: [Int], count: Int
  ) throws(CustomerValueError) {
    guard groups.count == summaries.count else {
      throw .columnCount(name: "groups", have: groups.count, need: summaries.count)
    }
    guard groups.allSatisfy({ (0..<count).contains($0) }) else {
      throw .parameter(name: "groups", requirement: "numbers from 0 to \(count - 1)")
    }
    pooled = try OrderModelFitting(family).fit(try PurchaseCounts(summaries))
    let centre = pooled.model.parameters.map { log($0) }
    var members = [[PurchaseSummary]](repeating: [], count: count)
    for (summary, group) in zip(summaries, groups) { members[group].append(summary) }
    customers = members.map(\.count)
    var models: [OrderModel] = []
    for own in members {
      guard !own.isEmpty else {
        models.append(pooled.model)
        continue
      }
      let counts = try PurchaseCounts(own)
      let likelihood = OrderLikelihood(pooled.model.family, counts)
      let precision = 1 / (Self.spread * Self.spread)
      let rest = QuasiNewton().minimise(from: centre) { logs in
        let (value, gradient) = likelihood.evaluate(logs)
        let away = zip(logs, centre).map { $0 - $1 }
        let penalty = away.reduce(0) { $0 + precision * $1 * $1 / 2 }
        return (
          (-value + penalty) / counts.total, zip(gradient, away).map { (-$0 + precision * $1) / counts.total }
        )
      }
      models.append(
        rest.value.isFinite ? OrderModel(pooled.model.family, checked: rest.point.map { exp($0) }) : pooled.model)
    }
    self.models = models
  }
}
