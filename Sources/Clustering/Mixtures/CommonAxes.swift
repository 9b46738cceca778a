internal import Foundation
internal import LinearAlgebra

/// Axes common to all components (EVE and VVE), brought by plane rotations to where the likelihood is greatest.
///
/// Minimises sum_k tr(D' W_k D B_k^-1) over orthogonal D, where B_k holds the variances along the axes. For one pair of
/// axes and fixed B_k the objective is a single sinusoid of twice the angle, so each rotation is the best there is: it
/// cannot increase the objective, and a sweep over all pairs moves further than the linear majorisation of Browne &
/// McNicholas (2014, Statistics and Computing 24), which has the same fixed points. Flury & Gautschi (1986) rotate by
/// pairs too. O(k d^3) a sweep.
struct CommonAxes {
  let components: Int
  let columns: Int
  let weights: [Double]
  let totalWeight: Double
  let volumeVaries: Bool
  /// The axes as rows (d x d).
  private(set) var axes: Matrix
  /// D' W_k D (k x d x d), both triangles.
  private var turned: [Double]

  /// Axes that start at the rows of `axes` (d x d, orthonormal).
  init(_ problem: MaximisationProblem, volumeVaries: Bool, axes: Matrix) {
    components = problem.components
    columns = problem.columns
    weights = problem.weights
    totalWeight = problem.totalWeight
    self.volumeVaries = volumeVaries
    self.axes = axes
    let (k, d) = (components, columns)
    turned = [Double](repeating: 0, count: k * d * d)
    let (w, v) = (problem.scatters, axes.values)
    var half = [Double](repeating: 0, count: d * d)
    for component in 0..<k {
      let first = component * d * d
      for i in 0..<d {
        for j in 0..<d {
          var sum = 0.0
          for l in 0..<d { sum += v[i * d + l] * w[first + max(l, j) * d + min(l, j)] }
          half[i * d + j] = sum
        }
      }
      for i in 0..<d {
        for j in 0...i {
          var sum = 0.0
          for l in 0..<d { sum += half[i * d + l] * v[j * d + l] }
          turned[first + i * d + j] = sum
          turned[first + j * d + i] = sum
        }
      }
    }
  }

  /// The scatter of each component along each axis (k x d).
  private func along(_ component: Int) -> [Double] {
    (0..<columns).map { turned[(component * columns + $0) * columns + $0] }
  }

  /// The variances along the axes that are best for the axes as they are (k of d), and the volumes (k).
  func variances() -> (variances: [[Double]], volumes: [Double]) {
    let scatters = (0..<components).map { along($0) }
    let sizes = scatters.map { geometricMean($0) }
    guard !volumeVaries else {
      return (
        zip(scatters, weights).map { scatter, weight in scatter.map { $0 / weight } },
        zip(sizes, weights).map { $0 / $1 }
      )
    }
    let volume = sizes.reduce(0, +) / totalWeight
    return (
      zip(scatters, sizes).map { scatter, size in scatter.map { volume * ($0 / size) } },
      [Double](repeating: volume, count: components)
    )
  }

  /// The geometric mean of a component's scatter along the axes, 0 when it is singular.
  private func size(_ component: Int) -> Double {
    var sum = 0.0
    for axis in 0..<columns {
      let scatter = turned[(component * columns + axis) * columns + axis]
      guard scatter > 0 else { return 0 }
      sum += log(scatter)
    }
    return exp(sum / Double(columns))
  }

  /// sum_k n_k ln |Sigma_k| with the best variances for these axes; minus infinity when one is singular.
  var objective: Double {
    var (sum, sizes) = (0.0, 0.0)
    for component in 0..<components {
      let size = size(component)
      guard size > 0 else { return -.infinity }
      sizes += size
      if volumeVaries { sum += weights[component] * log(size / weights[component]) }
    }
    if !volumeVaries { sum = totalWeight * log(sizes / totalWeight) }
    return sum * Double(columns)
  }

  /// Rotates every pair of axes once, given the best variances at the start of the sweep.
  /// - Returns: the largest sine of a rotation.
  mutating func sweep() -> Double {
    let (k, d) = (components, columns)
    // But for a common factor.
    var precisions = [Double](repeating: 0, count: k * d)
    for component in 0..<k {
      let factor = volumeVaries ? weights[component] : size(component)
      for axis in 0..<d { precisions[component * d + axis] = factor / turned[(component * d + axis) * d + axis] }
    }
    var largest = 0.0
    for p in 0..<max(0, d - 1) {
      for q in p + 1..<d {
        // sum_k (1/b_p - 1/b_q)(w_pp c^2 + 2 w_pq c s + w_qq s^2) = constant + (x cos 2t + y sin 2t) / 2
        var (x, y) = (0.0, 0.0)
        for component in 0..<k {
          let difference = precisions[component * d + p] - precisions[component * d + q]
          let first = component * d * d
          x += difference * (turned[first + p * d + p] - turned[first + q * d + q])
          y += difference * 2 * turned[first + p * d + q]
        }
        let length = hypot(x, y)
        guard length > 0, length.isFinite else { continue }
        // The least is where (cos 2t, sin 2t) points against (x, y); half the angle without cancellation.
        let (twiceC, twiceS) = (-x / length, -y / length)
        let larger = ((1 + twiceC.magnitude) / 2).squareRoot()
        let smaller = twiceS.magnitude / (2 * larger)
        let c = twiceC >= 0 ? larger : smaller
        let s = (twiceC >= 0 ? smaller : larger) * (twiceS < 0 ? -1 : 1)
        guard s.magnitude > 1e-13 else { continue }
        rotate(p, q, c, s)
        largest = max(largest, s.magnitude)
      }
    }
    return largest
  }

  private mutating func rotate(_ p: Int, _ q: Int, _ c: Double, _ s: Double) {
    let d = columns
    axes.rotateRows(p, q, c, s)
    for component in 0..<components {
      let first = component * d * d
      let (rowP, rowQ) = (first + p * d, first + q * d)
      for i in 0..<d {
        let (a, b) = (turned[rowP + i], turned[rowQ + i])
        turned[rowP + i] = c * a + s * b
        turned[rowQ + i] = c * b - s * a
      }
      for i in 0..<d {
        let row = first + i * d
        let (a, b) = (turned[row + p], turned[row + q])
        turned[row + p] = c * a + s * b
        turned[row + q] = c * b - s * a
      }
    }
  }

  /// Sweeps until the axes rest or the objective no longer falls by 1e-10 of a row's weight.
  mutating func settle(sweeps: Int) {
    var before = objective
    for _ in 0..<sweeps {
      if sweep() < 1e-9 { return }
      let now = objective
      if !(before - now > 1e-10 * totalWeight) { return }
      before = now
    }
  }
}

extension Matrix {
  /// Turns rows `p` and `q` by the angle of cosine `c` and sine `s`.
  fileprivate mutating func rotateRows(_ p: Int, _ q: Int, _ c: Double, _ s: Double) {
    for i in 0..<columns {
      let (a, b) = (self[p, i], self[q, i])
      self[p, i] = c * a + s * b
      self[q, i] = c * b - s * a
    }
  }
}

extension CovarianceFamily {
  /// EVE and VVE.
  ///
  /// From `previous` the axes go on from where they were. Without, several starts are tried, since there are local
  /// optima: the axes of the pooled scatter, those of each component, and the columns themselves.
  func ofCommonAxes(_ problem: MaximisationProblem, previous: CovarianceParameters?) -> CovarianceParameters {
    var best: CommonAxes
    if let orientation = previous?.orientation {
      best = CommonAxes(problem, volumeVaries: self == .vve, axes: orientation)
      best.settle(sweeps: 5)
    } else {
      let d = problem.columns
      let pooled = Matrix(rows: d, columns: d, values: problem.pooled())
      var starts = [SymmetricEigen(pooled).vectors, Matrix(diagonal: [Double](repeating: 1, count: d))]
      // Covariances that came without their axes still show them.
      if let axes = previous?.commonAxes { starts.append(axes) }
      for component in 0..<min(problem.components, 8) {
        starts.append(SymmetricEigen(problem.scatter(component)).vectors)
      }
      let settled = starts.map { start in
        var axes = CommonAxes(problem, volumeVaries: self == .vve, axes: start)
        axes.settle(sweeps: 5)
        return axes
      }
      best = settled[0]
      for candidate in settled.dropFirst() where candidate.objective < best.objective { best = candidate }
      best.settle(sweeps: 100)
    }
    let (variances, volumes) = best.variances()
    let axes = best.axes
    return CovarianceParameters(
      family: self, covariances: variances.map { Matrix(axes: axes, variances: $0) }, volumes: volumes,
      orientation: axes)
  }
}

extension CovarianceParameters {
  /// The axes that all covariances have in common, if they have any; nil when there are no covariances.
  fileprivate var commonAxes: Matrix? {
    guard let d = covariances.first?.rows else { return nil }
    var sum = [Double](repeating: 0, count: d * d)
    // Unequal shares, so that axes of equal variance in the sum are not equal in each.
    for (index, (covariance, volume)) in zip(covariances, volumes).enumerated() {
      for i in sum.indices { sum[i] += covariance.values[i] / volume * (1 + 0.1 * Double(index).squareRoot()) }
    }
    guard sum.allSatisfy(\.isFinite) else { return nil }
    return SymmetricEigen(Matrix(rows: d, columns: d, values: sum)).vectors
  }
}
