internal import LinearAlgebra

/// What there is to gain by going from the highest score down: rows in parts of about equal size.
public struct GainTable: Sendable, Hashable, Codable {
  /// One part of the rows.
  public struct Part: Sendable, Hashable, Codable {
    /// The sum of the rows' weights; their number without weights.
    public let rows: Double
    /// The mean predicted probability.
    public let predicted: Double
    /// The share of outcome 1.
    public let observed: Double
    /// The lower end of its 95% interval (Wilson, 1927).
    public let low: Double
    /// The upper end.
    public let high: Double
    /// `observed` over the share of outcome 1 among all.
    public let lift: Double
    /// The share of all rows down to here.
    public let depth: Double
    /// The share of all outcomes 1 down to here: the cumulative gain.
    public let gain: Double
    /// The share of outcome 1 down to here: the cumulative response.
    public let response: Double
    /// `response` over the share of outcome 1 among all.
    public let cumulativeLift: Double
  }

  /// From the highest score; fewer than asked for where many rows share a score.
  public let parts: [Part]

  /// - Throws: ``PropensityError`` when these do not go together, or all outcomes are the same.
  public init(
    _ probabilities: [Double], outcome: [Double], weights: [Double]? = nil, parts count: Int = 10
  ) throws(PropensityError) {
    let x = Matrix(rows: probabilities.count, columns: 1, values: probabilities)
    let rate = try OutcomeRows(x, outcome, .probability, weights).mean
    let ranked = RankedScores(probabilities, outcome: outcome, weights: weights)
    var (seen, hits) = (0.0, 0.0)
    parts = ranked.parts(max(1, count)).map { places in
      var (all, positive, predicted, squares) = (0.0, 0.0, 0.0, 0.0)
      for place in places {
        let row = ranked.order[place]
        let w = weights?[row] ?? 1
        all += w
        squares += w * w
        positive += w * outcome[row]
        predicted += w * probabilities[row]
      }
      seen += all
      hits += positive
      let interval = GainTable.wilson(positive / all, all * all / squares)
      return Part(
        rows: all, predicted: predicted / all, observed: positive / all, low: interval.low, high: interval.high,
        lift: positive / all / rate, depth: min(1, seen / ranked.all), gain: min(1, hits / ranked.positive),
        response: hits / seen, cumulativeLift: hits / seen / rate)
    }
  }

  /// The 95% interval of a share of `n` rows.
  static func wilson(_ p: Double, _ n: Double) -> (low: Double, high: Double) {
    let z = Normal.quantile(0.975)
    let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return (max(0, middle - reach), min(1, middle + reach))
  }
}

/// Predicted and observed rates of one group of rows, a segment say.
public struct GroupReliability: Sendable, Hashable, Codable {
  /// The group's name.
  public let group: String
  /// The rows in it.
  public let rows: Int
  /// The mean predicted probability.
  public let predicted: Double
  /// The share of outcome 1.
  public let observed: Double
  /// The lower end of its 95% interval (Wilson, 1927).
  public let low: Double
  /// The upper end.
  public let high: Double
  /// Whether the prediction lies in the interval.
  public var isReliable: Bool { (low...high).contains(predicted) }

  /// Several groups as one, called `name`; nil without rows.
  public init?(combining parts: [GroupReliability], as name: String) {
    let rows = parts.reduce(0) { $0 + $1.rows }
    guard rows > 0 else { return nil }
    let n = Double(rows)
    let observed = parts.reduce(0) { $0 + $1.observed * Double($1.rows) } / n
    let interval = GainTable.wilson(observed, n)
    self.init(
      group: name, rows: rows, predicted: parts.reduce(0) { $0 + $1.predicted * Double($1.rows) } / n,
      observed: observed, low: interval.low, high: interval.high)
  }

  private init(group: String, rows: Int, predicted: Double, observed: Double, low: Double, high: Double) {
    (self.group, self.rows, self.predicted, self.observed) = (group, rows, predicted, observed)
    (self.low, self.high) = (low, high)
  }

  /// Each group of `groups` (n), in the order of their names.
  public static func of(
    _ probabilities: [Double], outcome: [Double], groups: [String]
  ) -> [GroupReliability] {
    precondition(probabilities.count == outcome.count && outcome.count == groups.count, "one of each a row")
    var sums: [String: (rows: Int, predicted: Double, positive: Double)] = [:]
    for row in groups.indices {
      var sum = sums[groups[row]] ?? (0, 0, 0)
      sum.rows += 1
      sum.predicted += probabilities[row]
      sum.positive += outcome[row]
      sums[groups[row]] = sum
    }
    return sums.keys.sorted().compactMap { name in
      guard let sum = sums[name] else { return nil }
      let n = Double(sum.rows)
      let interval = GainTable.wilson(sum.positive / n, n)
      return GroupReliability(
        group: name, rows: sum.rows, predicted: sum.predicted / n, observed: sum.positive / n, low: interval.low,
        high: interval.high)
    }
  }
}
