internal import Warehouse

/// How recency, frequency and monetary value are cut into classes.
public struct RFMSettings: Sendable, Hashable {
  /// The number of classes, from 2 to 9, so that each score is one digit.
  public var classes = 5
  /// Cuts between days since the last order, ascending; nil cuts at quantiles.
  public var recency: [Double]?
  /// Cuts between numbers of orders, ascending; nil cuts at quantiles.
  public var frequency: [Double]?
  /// Cuts between sums spent, ascending; nil cuts at quantiles.
  public var monetary: [Double]?

  /// Quintiles.
  public init() {}
}

extension FeatureFamily {
  /// Scores from 1 to the number of classes, higher is better: recent, frequent and high-spending customers have most.
  ///
  /// A value's class is 1 plus the number of cuts strictly below it, so a value equal to a cut belongs to the lower
  /// class, and equal values always share one. Fewer days are better: recency's score counts from the other end. Cuts
  /// are the project's own, or the quantiles (type 7 of Hyndman & Fan, 1996) of the customers that the plan was made
  /// from; the plan holds them as literals, so that other data are scored by the same cuts.
  func rfmDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name, let cuts = context.population.cuts else { return [] }
    let real = context.dialect.asReal
    let classes = context.project.features.rfm.classes
    let last = Aggregate(.orders, "last_day", "max(day)")
    let orders = Aggregate(.orders, "orders", "count(*)")
    let value = Aggregate(.orders, "order_value", "sum(value)", needs: [.amount])
    func above(_ value: String, _ cuts: [Double]) -> String {
      cuts.map { "CASE WHEN \(real(value)) > \(context.dialect.literal($0)) THEN 1 ELSE 0 END" }
        .joined(separator: " + ")
    }
    func stated(_ cuts: [Double]) -> String { cuts.map { "\($0)" }.joined(separator: ", ") }
    let r = "(\(classes) - (\(above("CAST({as_of} - {last_day} AS INT)", cuts.recency))))"
    let f = "(1 + \(above("{orders}", cuts.frequency)))"
    let tie = "a value equal to a cut belongs to the lower class"
    var definitions = [
      feature(
        "recency_score",
        "Class of days since the last order, \(classes) for the fewest; cuts \(stated(cuts.recency)); "
          + tie,
        unit: "score", source: source, from: [last], as: r),
      feature(
        "frequency_score",
        "Class of the number of orders, \(classes) for the most; cuts \(stated(cuts.frequency)); "
          + tie,
        unit: "score", source: source, from: [orders], as: f),
    ]
    guard context.hasAmounts, let monetary = cuts.monetary else { return definitions }
    let m = "(1 + \(above("{order_value}", monetary)))"
    definitions.append(
      feature(
        "monetary_score", "Class of the total spent, \(classes) for the most; cuts \(stated(monetary)); \(tie)",
        unit: "score", source: source, from: [value], as: m))
    definitions.append(
      feature(
        "rfm",
        "Scores of recency, frequency and monetary value as the digits of one number, 343 for 3, 4 and 3; a code that "
          + "describes segments and forms none, as 355 is no neighbour of 411",
        unit: FeatureDefinition.codeUnit, source: source, from: [last, orders, value],
        as: "CAST(100 * \(r) + 10 * \(f) + \(m) AS INT)"))
    return definitions
  }
}
