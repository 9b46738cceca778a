internal import Foundation

/// The rule of ``ClusterCountSearch`` and the words that explain it.
struct ClusterCountVerdict {
  /// Below this mean silhouette, no substantial structure has been found (Kaufman & Rousseeuw, 1990, table 4).
  private static let substantialSilhouette = 0.25

  let clusters: Int
  let structure: ClusterCountChoice.Structure
  let reason: String

  /// Rows that stand on this many times fewer different points are piles.
  private static let rowsInPile = 5

  /// Chooses among `candidates` (ascending, at least one); `rise` tells how far gap(k) stands above gap(1), and
  /// `valley` how likely chance explains the deepest valley between k clusters, which `level` is the limit of.
  init(
    _ candidates: [ClusterCountCandidate], asked: ClosedRange<Int>, distinct: Int, rows: Int, level: Double,
    rise: (Int) -> Double?, valley: (Int) -> Double?
  ) {
    let tried = candidates.map(\.clusters)
    var winner: (clusters: Int, silhouette: Double)?
    for candidate in candidates {
      guard let silhouette = candidate.silhouette else { continue }
      if silhouette > winner?.silhouette ?? -.infinity { winner = (candidate.clusters, silhouette) }
    }
    var notes: [String] = []
    if let last = tried.last, last < asked.upperBound {
      notes.append("The data has only \(distinct) different rows, so no more than \(last) clusters were tried.")
    }
    guard let winner else {
      clusters = 1
      structure = .none
      reason = (["Only k = 1 could be tried, so nothing was compared."] + notes).joined(separator: " ")
      return
    }
    let silhouette = String(format: "%.3f", winner.silhouette)
    let best = "k = \(winner.clusters) has the largest mean silhouette of those tried (\(silhouette))"
    let inertias = candidates.map(\.inertia)
    let isPerfect =
      candidates.first { $0.clusters == winner.clusters }
      .map { $0.inertia <= 1e-20 * (inertias.first ?? 0) } ?? false
    if tried.first == 1, isPerfect, rows >= Self.rowsInPile * distinct {
      // The gap compares logarithms of what is left within clusters, and here nothing is.
      notes.insert(
        "The \(rows) rows stand on only \(distinct) different points, which leave nothing within clusters.", at: 0)
    } else if tried.first == 1 {
      let rise = rise(winner.clusters)
      let rises = rise.map { rise in
        String(
          format: rise < 0 ? "falls %.1f standard errors below that" : "rises %.1f standard errors above that",
          rise.magnitude)
          + " of k = 1"
      }
      let needed = String(format: "(%.0f are needed)", ClusterCountSearch.gapThreshold)
      if let rise, let rises, rise > ClusterCountSearch.gapThreshold {
        notes.insert("Its gap statistic \(rises) \(needed).", at: 0)
      } else {
        let shortfall = rises.map { "\($0) \(needed)" } ?? "cannot be told from that of k = 1"
        guard let chance = valley(winner.clusters), chance <= level else {
          clusters = 1
          structure = .none
          reason =
            ([
              "No structure: \(best), but its gap statistic \(shortfall), and no valley lies between the clusters. "
                + "One cloud explains the data as well, so k = 1."
            ] + notes).joined(separator: " ")
          return
        }
        let p = chance < 0.001 ? "p < 0.001" : String(format: "p = %.3f", chance)
        notes.insert(
          "A valley parts the rows between two of the centroids (dip test, \(p)), though the gap statistic "
            + "\(shortfall).", at: 0)
      }
    }
    clusters = winner.clusters
    if let dissent = Self.dissent(candidates, from: winner.clusters) { notes.append(dissent) }
    let several = tried.filter { $0 > 1 }
    if several.count > 1, winner.clusters == several.last, winner.clusters < distinct {
      notes.append("It is the largest k tried: try a wider range.")
    } else if several.count > 1, winner.clusters == several.first, winner.clusters > 2 {
      notes.append("It is the smallest k tried: try a wider range.")
    }
    structure = winner.silhouette < Self.substantialSilhouette ? .unsubstantial : .substantial
    if structure == .unsubstantial {
      notes.append("A silhouette below 0.25 shows no substantial structure: the split is practical, not natural.")
    }
    reason = ([best + "."] + notes).joined(separator: " ")
  }

  /// What the criteria that have no vote prefer, where it is another k.
  private static func dissent(_ candidates: [ClusterCountCandidate], from clusters: Int) -> String? {
    var others: [String] = []
    let separated = candidates.compactMap { candidate in
      candidate.calinskiHarabasz.map { (k: candidate.clusters, value: $0) }
    }
    if let best = separated.max(by: { $0.value < $1.value }), best.k != clusters {
      others.append("Calinski-Harabasz prefers k = \(best.k)")
    }
    let similar = candidates.compactMap { candidate in
      candidate.daviesBouldin.map { (k: candidate.clusters, value: $0) }
    }
    if let best = similar.min(by: { $0.value < $1.value }), best.k != clusters {
      others.append("Davies-Bouldin prefers k = \(best.k)")
    }
    return others.isEmpty ? nil : others.joined(separator: ", ") + "."
  }
}
