internal import Features
internal import LinearAlgebra
internal import Warehouse

/// How well what forms the segments tells an attribute that must not form them.
public struct GuardedProxy: Sendable, Hashable, Codable {
  /// How the prediction is measured.
  public enum Measure: String, Sendable, Hashable, Codable {
    /// The chance that of two rows, one of the level and one not, the right one is predicted higher: 0.5 is chance
    /// (Hanley & McNeil, 1982). Mean over the folds; of the level told best.
    case auc
    /// The share of the variance of the attribute's ranks that is predicted; 0 or less is none.
    case rSquared = "r_squared"

    /// From here on the features used stand in for the attribute.
    public var threshold: Double { self == .auc ? 0.75 : 0.25 }
  }

  /// How the segments' own telling is measured.
  public enum Association: String, Sendable, Hashable, Codable {
    /// Cramér's V, corrected for chance (Bergsma, 2013); 1 when segment and level say the same.
    case cramersV = "cramers_v"
    /// The share of the variance of ranks that lies between segments, corrected for chance: epsilon squared (Kelley,
    /// 1935).
    case epsilonSquared = "epsilon_squared"

    /// From here on the segments tell the attribute.
    public var threshold: Double { self == .cramersV ? 0.3 : 0.25 }
  }

  /// The guarded feature.
  public let attribute: String
  /// The rows with a value that the prediction was made for.
  public let rows: Int
  /// Levels, or numbers.
  public let measure: Measure
  /// Of ``Measure/auc``, the level told best.
  public let level: String?
  /// How well the features used predict it, cross-validated, to four places; nil with too few rows to tell.
  public let prediction: Double?
  /// The features that carry the prediction most, at most three, most first.
  public let carriers: [String]
  /// How the segments' telling is measured.
  public let association: Association
  /// How well the segments tell it, to four places; nil with too few rows.
  public let segments: Double?

  /// Whether the features used stand in for it.
  public var isPredicted: Bool { (prediction ?? 0) >= measure.threshold }
  /// Whether the segments tell it.
  public var isTold: Bool { (segments ?? 0) >= association.threshold }
}

/// Measures how well features and segments tell guarded attributes.
struct ProxyCheck {
  /// With fewer rows of a level, or of the others, nothing is said.
  static let leastRows = 30
  /// With more columns the regressions would take too long.
  static let mostColumns = 1000
  private static let mostLevels = 20

  /// The transformed columns, all finite (n x d), and the feature each is made of.
  let x: Matrix
  let features: [String]
  /// 0 for none, else from 1.
  let segments: [Int]
  let sample: CheckSample

  /// What there is to say of the guarded feature `name`; nil where it has no value at all.
  func measure(_ name: String, _ values: FeatureValues) -> GuardedProxy? {
    if let numbers = values.numeric(name) {
      let range = ColumnRange(numbers)
      guard range.isPresent else { return nil }
      // Two values only are two levels, however they are written, and a few whole numbers are codes.
      guard range.hasLevels else { return ranks(name, numbers) }
      return levels(name, numbers.map { $0.isNaN ? nil : Int(exactly: $0).map { "\($0)" } ?? "\($0)" })
    }
    guard let texts = values.categories.first(where: { $0.name == name })?.texts else { return nil }
    return texts.contains { $0 != nil } ? levels(name, texts) : nil
  }

  /// Whether there are values, and whether they are levels: two values, or at most ten whole numbers.
  private struct ColumnRange {
    private static let mostCodes = 10
    let isPresent: Bool
    let hasLevels: Bool

    init(_ numbers: [Double]) {
      var different: Set<Double> = []
      for number in numbers where !number.isNaN && different.count <= Self.mostCodes { different.insert(number) }
      isPresent = !different.isEmpty
      let areCodes = different.count <= Self.mostCodes && different.allSatisfy { $0 == $0.rounded() }
      hasLevels = different.count == 2 || (different.count > 2 && areCodes)
    }
  }

  private func levels(_ name: String, _ texts: [String?]) -> GuardedProxy {
    let rows = sample.rows.filter { texts[$0] != nil }
    var counts: [String: Int] = [:]
    for row in rows { counts[texts[row] ?? "", default: 0] += 1 }
    let known = counts.filter { $0.value >= Self.leastRows && rows.count - $0.value >= Self.leastRows }
      .sorted { $0.value != $1.value ? $0.value < $1.value : $0.key < $1.key }.map(\.key)
    // Of two levels each says what the other does.
    let asked = Array((known.count == 2 && counts.count == 2 ? [known[0]] : known).suffix(Self.mostLevels))
    var best: (value: Double, level: String, carriers: [String])?
    if !asked.isEmpty, x.columns <= Self.mostColumns {
      let targets = asked.map { level in rows.map { texts[$0] == level ? 1.0 : 0 } }
      let ridge = CrossValidatedRidge(x.gatheringRows(rows), targets: targets)
      for (penalty, predictions) in zip(CrossValidatedRidge.penalties, ridge.predictions) {
        for (target, level) in asked.enumerated() {
          guard let value = Self.areaUnderCurve(predictions[target], targets[target], ridge.fold),
            value > best?.value ?? -1
          else { continue }
          best = (value, level, carriers(ridge.contributions(target: target, penalty: penalty)))
        }
      }
    }
    return GuardedProxy(
      attribute: name, rows: rows.count, measure: .auc, level: best?.level,
      prediction: best.map { Self.rounded($0.value) }, carriers: best?.carriers ?? [], association: .cramersV,
      segments: cramersV(texts).map(Self.rounded))
  }

  private func ranks(_ name: String, _ numbers: [Double]) -> GuardedProxy {
    let rows = sample.rows.filter { !numbers[$0].isNaN }
    var best: (value: Double, carriers: [String])?
    if rows.count >= 2 * Self.leastRows, x.columns <= Self.mostColumns {
      let target = MidRanks.of(rows.map { numbers[$0] }).map { $0 / Double(rows.count) }
      let mean = target.reduce(0, +) / Double(target.count)
      let all = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let ridge = CrossValidatedRidge(x.gatheringRows(rows), targets: [target])
      for (penalty, predictions) in zip(CrossValidatedRidge.penalties, ridge.predictions) where all > 0 {
        let left = zip(target, predictions[0]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let value = 1 - left / all
        guard value > best?.value ?? -.infinity else { continue }
        best = (value, carriers(ridge.contributions(target: 0, penalty: penalty)))
      }
    }
    return GuardedProxy(
      attribute: name, rows: rows.count, measure: .rSquared, level: nil,
      prediction: best.map { Self.rounded($0.value) }, carriers: best?.carriers ?? [], association: .epsilonSquared,
      segments: epsilonSquared(numbers).map(Self.rounded))
  }

  /// What lies beyond four places depends on the machine.
  private static func rounded(_ value: Double) -> Double { (max(-1, min(1, value)) * 1e4).rounded() / 1e4 }

  /// The three features whose columns add most.
  private func carriers(_ contributions: [Double]) -> [String] {
    var order: [String] = []
    var sums: [String: Double] = [:]
    for (feature, value) in zip(features, contributions) {
      if sums[feature] == nil { order.append(feature) }
      sums[feature, default: 0] += value
    }
    let ranked = order.enumerated().sorted { a, b in
      let (x, y) = (sums[a.element] ?? 0, sums[b.element] ?? 0)
      return x != y ? x > y : a.offset < b.offset
    }
    return ranked.map(\.element).filter { sums[$0] ?? 0 > 0 }.prefix(3).map { $0 }
  }

  /// The mean over the folds, by their rows, of the area under the curve; nil where no fold has both kinds of rows.
  static func areaUnderCurve(_ scores: [Double], _ target: [Double], _ fold: [Int]) -> Double? {
    var sum = 0.0
    var weight = 0.0
    for number in 0..<CrossValidatedRidge.folds {
      let rows = scores.indices.filter { fold[$0] == number }
      let members = Double(rows.count { target[$0] > 0 })
      let others = Double(rows.count) - members
      guard members > 0, others > 0 else { continue }
      let ranks = MidRanks.of(rows.map { scores[$0] })
      let total = zip(rows, ranks).reduce(0) { $0 + (target[$1.0] > 0 ? $1.1 : 0) }
      sum += (total - members * (members + 1) / 2) / (members * others) * Double(rows.count)
      weight += Double(rows.count)
    }
    return weight > 0 ? sum / weight : nil
  }
}
