internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// How much a treatment brings when the highest scores are treated first (Radcliffe, 2007).
///
/// At each depth: the outcomes of treated customers so far, less those of controls so far scaled to the number of treated.
/// Customers of one score count together. Treating at random gives the straight line from nothing to all.
public struct QiniCurve: Sendable, Hashable, Codable {
  /// One depth of the curve.
  public struct Point: Sendable, Hashable, Codable {
    /// The share of all customers, treated and not, down to here.
    public let depth: Double
    /// What treatment has brought down to here, a treated customer (of all treated).
    public let gain: Double
  }

  /// From (0, 0) to all; at most ``mostPoints``, evenly thinned.
  public let points: [Point]
  /// The area between the curve and the straight line, depth from 0 to 1, gain a treated customer: above 0 where the
  /// scores rank better than chance.
  public let qini: Estimate
  /// The area under the curve itself, in the same units.
  public let areaUnderCurve: Double
  /// The area between the uplift curve and its straight line as a share of that of the best possible order, as
  /// scikit-uplift's `uplift_auc_score` has it; nil where the best order is no better than chance.
  public let upliftAUC: Double?

  /// A curve keeps so many points.
  public static let mostPoints = 200

  /// - Parameters:
  ///   - scores: n, higher is treated first.
  ///   - outcome: n, finite.
  ///   - isTreated: n.
  ///   - resamples: bootstrap samples of the interval.
  /// - Throws: ``PropensityError`` when these do not go together, or one side is empty.
  public init(
    _ scores: [Double], outcome: [Double], isTreated: [Bool], resamples: Int = 200, seed: UInt64 = 0
  ) throws(PropensityError) {
    let n = scores.count
    guard n > 0 else { throw .empty }
    guard outcome.count == n else { throw .count(of: "outcomes", have: outcome.count, need: n) }
    guard isTreated.count == n else { throw .count(of: "treatments", have: isTreated.count, need: n) }
    if let row = outcome.firstIndex(where: { !$0.isFinite }) {
      throw .outcome(row: row, requirement: "a finite number")
    }
    let treated = isTreated.count { $0 }
    guard treated > 0, treated < n else { throw .treatmentConstant(rows: n) }
    let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    let ends = order.indices.filter { $0 == n - 1 || scores[order[$0]] != scores[order[$0 + 1]] }
    // The order of the rows is fixed; a resample only weighs them.
    @Sendable func curve(_ weight: () -> Double, _ each: ((Double, Double) -> Void)? = nil) -> (
      qini: Double, area: Double
    ) {
      var (y1, n1, y0, n0, seen) = (0.0, 0.0, 0.0, 0.0, 0.0)
      var marks: [(seen: Double, gain: Double)] = []
      marks.reserveCapacity(ends.count)
      var next = 0
      for (place, row) in order.enumerated() {
        let w = weight()
        seen += w
        if isTreated[row] {
          (y1, n1) = (y1 + w * outcome[row], n1 + w)
        } else {
          (y0, n0) = (y0 + w * outcome[row], n0 + w)
        }
        guard next < ends.count, place == ends[next] else { continue }
        next += 1
        marks.append((seen, n0 > 0 ? y1 - y0 * n1 / n0 : y1))
      }
      guard seen > 0, n1 > 0, let last = marks.last else { return (0, 0) }
      var area = 0.0
      var before = (seen: 0.0, gain: 0.0)
      for mark in marks {
        area += (mark.seen - before.seen) / seen * (mark.gain + before.gain) / 2
        each?(mark.seen / seen, mark.gain / n1)
        before = mark
      }
      return ((area - last.gain / 2) / n1, area / n1)
    }
    var points = [Point(depth: 0, gain: 0)]
    let own = curve({ 1 }) { points.append(Point(depth: $0, gain: $1)) }
    let found = Parallel.map(count: max(2, resamples)) { index in
      var random = RandomStream(seed: seed, index: index)
      return curve { Resampling.poisson(&random) }.qini
    }.sorted()
    let last = Double(found.count - 1)
    let spread = (found.reduce(0) { $0 + ($1 - own.qini) * ($1 - own.qini) } / last).squareRoot()
    qini = Estimate(
      own.qini, standardError: spread, low: found[Int(0.025 * last)], high: found[Int((0.975 * last).rounded(.up))])
    areaUnderCurve = own.area
    upliftAUC = QiniCurve.upliftAUC(scores, outcome, isTreated)
    let step = max(1, (points.count + Self.mostPoints - 1) / Self.mostPoints)
    self.points = points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }.map { points[$0] }
  }

  /// The area between the uplift curve, (mean of treated - mean of controls) x customers so far, and its straight line,
  /// over that of the best order of the known outcomes; of outcomes 0 and 1 only.
  private static func upliftAUC(_ scores: [Double], _ outcome: [Double], _ isTreated: [Bool]) -> Double? {
    guard outcome.allSatisfy({ $0 == 0 || $0 == 1 }) else { return nil }
    func excess(_ scores: [Double]) -> Double {
      let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
      var (y1, n1, y0, n0) = (0.0, 0.0, 0.0, 0.0)
      var area = 0.0
      var before = (count: 0.0, uplift: 0.0)
      for (place, row) in order.enumerated() {
        if isTreated[row] { (y1, n1) = (y1 + outcome[row], n1 + 1) } else { (y0, n0) = (y0 + outcome[row], n0 + 1) }
        guard place == order.count - 1 || scores[order[place + 1]] != scores[row] else { continue }
        let count = Double(place + 1)
        let uplift = ((n1 > 0 ? y1 / n1 : 0) - (n0 > 0 ? y0 / n0 : 0)) * count
        area += (count - before.count) * (uplift + before.uplift) / 2
        before = (count, uplift)
      }
      return area - before.count * before.uplift / 2
    }
    let rows = outcome.indices
    let controlsAnswered = rows.count { outcome[$0] == 1 && !isTreated[$0] }
    let treatedSilent = rows.count { outcome[$0] == 0 && isTreated[$0] }
    let best = excess(
      rows.map { row in
        let agrees = (outcome[row] == 1) == isTreated[row] ? 2.0 : 0
        return agrees + (controlsAnswered > treatedSilent ? outcome[row] : isTreated[row] ? 1 : 0)
      })
    return best > 0 ? excess(scores) / best : nil
  }
}
