internal import Foundation

/// Ordered levels in k components by adjacent-category logits: the odds of a level against the one below it are
/// multiplied, for all levels alike, by what the component's location says.
///
///     p(l | j) = exp(a_l + m_j v_l) / z_j,    v_l from -1/2 for the lowest level to 1/2 for the highest
///
/// All components share the a_l; each has its location m_j. That is the row effects model for a table of components by
/// ordered levels (Goodman, 1979; Agresti, 2010, section 6.3), by which latent class programs treat ordinal indicators
/// (Vermunt & Magidson, 2005). It has (levels - 1) + (k - 1) free parameters where multinomials have k (levels - 1), and
/// a higher location means higher levels throughout. It is an exponential family: the fit is concave, needs the
/// histogram alone, and reproduces the share of every level and the mean level of every component.
package struct AdjacentCategories: Sendable, Hashable {
  /// The levels (codes, ascending) that the training data hold.
  private let levels: [Int]
  /// v_l.
  private let scores: [Double]
  /// a_l.
  private var intercepts: [Double]
  /// m_j (k).
  package private(set) var locations: [Double]

  /// Levels of which nothing is known yet but which of them are `seen`.
  package init(seen: [Bool], components: Int) {
    levels = seen.indices.filter { seen[$0] }
    let low = Double(levels.first ?? 0)
    let span = max(Double(levels.last ?? 0) - low, 1)
    scores = levels.map { (Double($0) - low) / span - 0.5 }
    intercepts = [Double](repeating: 0, count: levels.count)
    locations = [Double](repeating: 0, count: components)
  }

  /// The number of free parameters.
  package var parameterCount: Int {
    levels.isEmpty ? 0 : levels.count == 1 ? 0 : levels.count - 1 + locations.count - 1
  }

  /// The greatest magnitude of a location. The likeliest is infinite for a component at one end of the scale; from here
  /// on its other levels have probabilities that ``LevelProbabilities/least`` covers.
  private static let greatestLocation = 100.0

  /// Moves to the likeliest parameters for the histograms of the components (k arrays over all codes).
  ///
  /// Newton's method from where the parameters stand, damped (Levenberg, 1944) until the likelihood rises, within the
  /// bounds of the locations. O((levels + k)^3) a step.
  package mutating func maximise(_ histograms: [[Double]]) {
    let counts = histograms.map { histogram in levels.map { histogram[$0] } }
    let total = counts.reduce(0) { $0 + $1.reduce(0, +) }
    guard levels.count > 1, total > 0 else { return }
    if intercepts.allSatisfy({ $0 == 0 }) {
      for level in levels.indices {
        intercepts[level] = log(max(counts.reduce(0) { $0 + $1[level] } / total, LevelProbabilities.least))
      }
    }
    var value = logLikelihood(counts)
    var damping = 1e-9
    for _ in 0..<60 {
      let (gradient, information) = derivatives(counts)
      var hasRisen = false
      while damping < 1e9 {
        let step = information.solving(gradient, damping: damping, scale: total)
        let gain = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        guard gain > 1e-13 * total else { return }
        let candidate = moved(by: step)
        let reached = candidate.logLikelihood(counts)
        if reached > value {
          hasRisen = true
          self = candidate
          value = reached
          damping = max(damping / 10, 1e-9)
          break
        }
        damping *= 10
      }
      guard hasRisen else { return }
    }
  }

  /// The probabilities of all codes in one component; 0 for codes that were not `seen`.
  package func probabilities(_ component: Int, seen: [Bool]) -> [Double] {
    var result = [Double](repeating: 0, count: seen.count)
    for (level, share) in zip(levels, shares(component)) { result[level] = share }
    return LevelProbabilities.likeliest(result, seen: seen)
  }

  private func shares(_ component: Int) -> [Double] {
    let exponents = scores.indices.map { intercepts[$0] + locations[component] * scores[$0] }
    let greatest = exponents.max() ?? 0
    let terms = exponents.map { exp($0 - greatest) }
    let sum = terms.reduce(0, +)
    return terms.map { $0 / sum }
  }

  private func logLikelihood(_ counts: [[Double]]) -> Double {
    var sum = 0.0
    for (component, histogram) in counts.enumerated() {
      let exponents = scores.indices.map { intercepts[$0] + locations[component] * scores[$0] }
      let greatest = exponents.max() ?? 0
      let normaliser = greatest + log(exponents.reduce(0) { $0 + exp($1 - greatest) })
      for (count, exponent) in zip(histogram, exponents) { sum += count * (exponent - normaliser) }
    }
    return sum
  }

  /// The gradient in (a, m) and the information, the negative of the second derivatives; a location at its bound that
  /// would leave it is held.
  private func derivatives(_ counts: [[Double]]) -> (gradient: [Double], information: SymmetricSystem) {
    let (l, k) = (levels.count, locations.count)
    var gradient = [Double](repeating: 0, count: l + k)
    var information = SymmetricSystem(size: l + k)
    for component in 0..<k {
      let share = shares(component)
      let weight = counts[component].reduce(0, +)
      let mean = zip(share, scores).reduce(0) { $0 + $1.0 * $1.1 }
      let slope = zip(zip(counts[component], share), scores).reduce(0) { $0 + ($1.0.0 - weight * $1.0.1) * $1.1 }
      let isHeld = locations[component].magnitude >= Self.greatestLocation && slope * locations[component] > 0
      gradient[l + component] = isHeld ? 0 : slope
      for i in 0..<l {
        gradient[i] += counts[component][i] - weight * share[i]
        for j in 0...i { information[i, j] -= weight * share[i] * share[j] }
        information[i, i] += weight * share[i]
        if !isHeld {
          information[l + component, i] = weight * share[i] * (scores[i] - mean)
          information[l + component, l + component] += weight * share[i] * (scores[i] - mean) * (scores[i] - mean)
        }
      }
    }
    return (gradient, information)
  }

  private func moved(by step: [Double]) -> AdjacentCategories {
    var moved = self
    for level in levels.indices { moved.intercepts[level] += step[level] }
    for component in locations.indices {
      let location = locations[component] + step[levels.count + component]
      moved.locations[component] = min(max(location, -Self.greatestLocation), Self.greatestLocation)
    }
    return moved
  }
}

/// A positive semidefinite system of a few dozen equations, of which the lower triangle is held.
private struct SymmetricSystem {
  private let size: Int
  private var elements: [Double]

  init(size: Int) {
    self.size = size
    elements = [Double](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[row * size + column] }
    set { elements[row * size + column] = newValue }
  }

  /// The solution for `right` after `damping` x (its diagonal + `scale` / 1000) is added to the diagonal, by Cholesky.
  func solving(_ right: [Double], damping: Double, scale: Double) -> [Double] {
    var factor = self
    for i in 0..<size { factor[i, i] += damping * (self[i, i] + scale * 1e-3) }
    for j in 0..<size {
      for k in 0..<j { factor[j, j] -= factor[j, k] * factor[j, k] }
      // Rounding can leave nothing of a flat direction; its gradient is nothing too.
      factor[j, j] = max(factor[j, j], damping * scale * 1e-6).squareRoot()
      for i in j + 1..<max(size, j + 1) {
        for k in 0..<j { factor[i, j] -= factor[i, k] * factor[j, k] }
        factor[i, j] /= factor[j, j]
      }
    }
    var solution = right
    for i in 0..<size {
      for k in 0..<i { solution[i] -= factor[i, k] * solution[k] }
      solution[i] /= factor[i, i]
    }
    for i in (0..<size).reversed() {
      for k in i + 1..<max(size, i + 1) { solution[i] -= factor[k, i] * solution[k] }
      solution[i] /= factor[i, i]
    }
    return solution
  }
}
