internal import Foundation
internal import LinearAlgebra

/// The rule of ``MixtureSearch`` and the words that explain it.
struct MixtureVerdict {
  /// Rows that belong to their component with this mean certainty are told apart.
  private static let certain = 0.9
  /// BICs closer than this say nothing (Kass & Raftery, 1995).
  private static let closeBIC = 2.0

  /// So few different rows are points, not samples of a density.
  private static let fewPoints = 20

  /// The position of the chosen candidate.
  let chosen: Int
  let structure: MixtureChoice.Structure
  let reason: String

  /// Judges `candidates`, of which `winner` has the least BIC; `test` is that against one cloud.
  init(
    _ candidates: [MixtureCandidate], winner: Int, fits: [MixtureFit?], test: StructureTest?,
    asked: ClosedRange<Int>, distinct: Int, rows: Int, isGaussian: Bool, sampled: (rows: Int, of: Int)?
  ) {
    let best = candidates[winner]
    let bic = best.bic ?? 0
    let fitted = candidates.indices.filter { candidates[$0].bic != nil }
    var sentences: [String] = []
    let singles = fitted.filter { candidates[$0].clusters == 1 }
    let single = singles.min { (candidates[$0].bic ?? 0) < (candidates[$1].bic ?? 0) }
    if let test, !test.findsStructure, let single {
      chosen = single
      structure = .none
      sentences.append(
        "No structure: \(best.name) has the least BIC of \(fitted.count) models (\(Self.number(bic))), but"
          + " data without clusters are described as well by so many components. \(Self.words(test)) One cloud explains the"
          + " data as well, so k = 1\(candidates[single].family.map { ", \($0.rawValue)" } ?? "").")
    } else {
      chosen = winner
      sentences.append("\(best.name) has the least BIC of \(fitted.count) models (\(Self.number(bic))).")
      if let next = fitted.filter({ $0 != winner }).min(by: { (candidates[$0].bic ?? 0) < (candidates[$1].bic ?? 0) }) {
        let difference = (candidates[next].bic ?? 0) - bic
        let close = difference < Self.closeBIC ? ", hardly less likely" : ""
        sentences.append("Next is \(candidates[next].name), \(Self.number(difference)) behind\(close).")
      }
      if best.clusters == 1 {
        structure = .none
        let several = fitted.contains { candidates[$0].clusters > 1 }
        sentences.insert(several ? "No structure: one component is enough." : "Only k = 1 could be tried.", at: 0)
      } else {
        let certainty = Self.meanCertainty(fits[winner])
        structure = certainty < Self.certain ? .overlapping : .separated
        if let test {
          sentences.append(Self.words(test))
        } else if single != nil {
          sentences.append("Only BIC speaks against one component here.")
        }
        if structure == .overlapping {
          sentences.append(
            "Rows belong to their component with a mean certainty of only \(String(format: "%.2f", certainty)):"
              + " the components overlap.")
        }
      }
    }
    let refused = candidates.filter { $0.problem != nil }
    if let problem = refused.first?.problem {
      sentences.append("\(refused.count) of \(candidates.count) models could not be fitted: \(problem)")
    }
    if let dissent = Self.dissent(candidates, from: candidates[chosen]) { sentences.append(dissent) }
    let tried = Set(candidates.map(\.clusters)).sorted()
    if let first = tried.first, let last = tried.last {
      if last < asked.upperBound {
        sentences.append("The data has only \(distinct) different rows, so no more than \(last) were tried.")
      }
      let k = candidates[chosen].clusters
      if tried.count > 1, k == last, k < distinct {
        sentences.append("It is the largest k tried: try a wider range.")
      } else if tried.count > 1, k == first, k > 1 {
        sentences.append("It is the smallest k tried: try a wider range.")
      }
    }
    if isGaussian, distinct <= Self.fewPoints, rows >= 5 * distinct {
      sentences.append(
        "The \(rows) rows stand on only \(distinct) different points: densities say little of such data; k-means, or"
          + " the columns as categories, say more.")
    }
    if candidates[chosen].converged == false {
      sentences.append("Its fit stopped at the limit of iterations: raise it.")
    }
    if let sampled {
      sentences.append(
        "Models were compared on a sample of \(sampled.rows) of \(sampled.of) rows, and the chosen one was fitted to all"
          + " from there.")
    }
    reason = sentences.joined(separator: " ")
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func meanCertainty(_ fit: MixtureFit?) -> Double {
    guard let fit else { return 0 }
    let rows = fit.labels.indices.filter { fit.labels[$0] >= 0 }
    return rows.isEmpty ? 0 : rows.reduce(0) { $0 + fit.certainties[$1] } / Double(rows.count)
  }

  /// What the two witnesses against one cloud say, the one that decides first.
  private static func words(_ test: StructureTest) -> String {
    let dip = test.dipPValue.map { p in
      test.valleySpeaks
        ? "a valley parts a component from the rest (dip test, p \(p < 0.001 ? "< 0.001" : "= " + String(format: "%.3f", p)))"
        : "no valley parts a component from the rest (dip test, p = \(String(format: "%.2f", p)))"
    }
    let alsoDip = dip.map { "; \($0)." } ?? "."
    guard let rise = test.rise, let even = test.evenGain else {
      return "It gains \(number(test.gain)) of BIC on one component; data without clusters could not be fitted to"
        + " compare\(alsoDip)"
    }
    let deviations = String(format: "%.1f", rise.magnitude)
    let needed = String(format: "%.0f", StructureTest.gainThreshold)
    let gain = "gains \(number(test.gain)) of BIC on one component, where data without clusters gain \(number(even))"
    if test.gainSpeaks {
      return "It \(gain): \(deviations) standard deviations more (\(needed) are needed), which decides\(alsoDip)"
    }
    let less = "\(deviations) standard deviations \(rise < 0 ? "less" : "more"), where \(needed) more would decide"
    guard test.valleySpeaks, let dip else { return "It \(gain): \(less)\(alsoDip)" }
    return "\(dip.prefix(1).uppercased() + dip.dropFirst()), which decides; its gain alone would not: it \(gain),"
      + " \(less)."
  }

  /// What the criteria that have no vote prefer, where it is another model.
  private static func dissent(_ candidates: [MixtureCandidate], from chosen: MixtureCandidate) -> String? {
    var others: [String] = []
    let byICL = candidates.filter { $0.icl != nil }.min { ($0.icl ?? 0) < ($1.icl ?? 0) }
    if let byICL, byICL.name != chosen.name { others.append("ICL prefers \(byICL.name)") }
    func best(_ value: (MixtureCandidate) -> Double?) -> Int? {
      var top: (k: Int, value: Double)?
      for candidate in candidates {
        if let value = value(candidate), value > top?.value ?? -.infinity { top = (candidate.clusters, value) }
      }
      return top?.k
    }
    let criteria: [(String, Int?)] = [
      ("the silhouette", best(\.silhouette)), ("Calinski-Harabasz", best(\.calinskiHarabasz)),
      ("Davies-Bouldin", best { $0.daviesBouldin.map { -$0 } }), ("the gap statistic", gapChoice(candidates)),
    ]
    for (name, k) in criteria {
      if let k, k != chosen.clusters { others.append("\(name) k = \(k)") }
    }
    guard let first = others.first else { return nil }
    let lead = first.hasPrefix("ICL") ? first : first.replacingOccurrences(of: " k =", with: " prefers k =")
    let text = ([lead] + others.dropFirst()).joined(separator: ", ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// The smallest k with gap(k) >= gap(k+1) - s(k+1) (Tibshirani, Walther & Hastie, 2001).
  private static func gapChoice(_ candidates: [MixtureCandidate]) -> Int? {
    var gaps: [(k: Int, gap: Double, error: Double)] = []
    for candidate in candidates where candidate.clusters != gaps.last?.k {
      guard let gap = candidate.gap, let error = candidate.gapStandardError else { continue }
      gaps.append((candidate.clusters, gap, error))
    }
    return zip(gaps, gaps.dropFirst()).first { $0.gap >= $1.gap - $1.error }?.0.k
  }
}
