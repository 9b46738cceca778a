internal import Foundation
internal import LinearAlgebra

/// One start of EM on its way: the parameters of all blocks, the shares, and how the log-likelihood went.
struct MixtureRun: Sendable {
  /// The fitter of each block.
  private(set) var fitters: [any BlockFitter]
  /// The share of each component, and of the noise when there is any.
  private(set) var shares: [Double]
  /// The log-likelihood found by each iteration, before it moved the parameters, in the weights of the rows.
  private(set) var trace: [Double] = []
  private(set) var converged = false

  private let rows: MixtureRows
  private let components: Int
  private let noise: UniformNoise?
  /// The log-densities of noise for each column, block after block.
  private let even: [Double]
  private let isPenalised: Bool

  /// The log-likelihood last found, -infinity before there is one.
  var logLikelihood: Double { trace.last ?? -.infinity }

  /// A run without parameters; ``begin(_:)`` gives it some.
  init(_ mixture: Mixture, _ rows: MixtureRows) {
    self.rows = rows
    components = mixture.components
    noise = mixture.noise
    isPenalised = mixture.prior != nil
    even = rows.blocks.flatMap(\.evenLogDensities)
    fitters = zip(rows.blocks, mixture.blocks).map { rows, block in
      rows.fitter(block.kind, components: mixture.components, prior: mixture.prior)
    }
    let budget = mixture.noise?.budget ?? 0
    shares = [Double](repeating: (1 - budget) / Double(components), count: components)
    if mixture.noise != nil { shares.append(budget) }
  }
}

extension MixtureRun {
  /// How iterating ended.
  enum Ending: Sendable {
    /// Converged, or at the limit of iterations.
    case done
    /// A component lost its rows or its spread.
    case degenerate
    /// The observer said no.
    case cancelled
  }
}

/// What one pass over the rows adds up.
private struct Expectation: Sendable {
  var logLikelihood = 0.0
  /// The summed responsibilities of each component and of the noise.
  var weights: [Double]
  /// The sums of each block.
  var blocks: [[Double]]

  static func + (a: Expectation, b: Expectation) -> Expectation {
    var sum = a
    sum.logLikelihood += b.logLikelihood
    for index in sum.weights.indices { sum.weights[index] += b.weights[index] }
    for block in sum.blocks.indices {
      for index in sum.blocks[block].indices { sum.blocks[block][index] += b.blocks[block][index] }
    }
    return sum
  }
}

extension MixtureRun {
  /// Estimates the first parameters from a component for each row, -1 where none is known; false when that cannot be.
  ///
  /// Where groups are too small for the family, each is mixed with a tenth of all rows.
  mutating func begin(_ labels: [Int32]) -> Bool {
    let k = components
    for blur in [0, 0.1] {
      let even = blur / Double(k)
      var run = self
      let weights = rows.weights
      let expectation = run.pass { block, values in
        for (i, row) in block.enumerated() where labels[row] >= 0 {
          for j in 0..<k { values[j * block.count + i] = weights[row] * even }
          values[Int(labels[row]) * block.count + i] += weights[row] * (1 - blur)
        }
      }
      if run.maximise(expectation, keepingNoise: true) {
        self = run
        return true
      }
    }
    return false
  }

  /// Estimates the first parameters from memberships (m x k); false when that cannot be.
  mutating func begin(memberships: Matrix) -> Bool {
    let (k, weights) = (components, rows.weights)
    let expectation = pass { block, values in
      for (i, row) in block.enumerated() {
        for j in 0..<k { values[j * block.count + i] = weights[row] * memberships.values[row * k + j] }
      }
    }
    return maximise(expectation, keepingNoise: true)
  }

  /// Estimates the first parameters from the responsibilities of a model fitted by `settings`, whose blocks may have
  /// other families; false when that cannot be.
  mutating func begin(_ model: MixtureModel, of settings: Mixture) -> Bool {
    var other = MixtureRun(settings, rows)
    guard other.begin(model), other.shares.count == shares.count else { return false }
    let expectation = pass(responsibilitiesOf: other)
    return expectation.logLikelihood.isFinite && maximise(expectation)
  }

  /// Takes the parameters of a model; false when they are not those of the same blocks and k.
  ///
  /// A model without noise leaves the budget to it.
  mutating func begin(_ model: MixtureModel) -> Bool {
    guard model.components == components, model.blocks.count == fitters.count else { return false }
    for (index, block) in model.blocks.enumerated() {
      guard fitters[index].adopt(block.parameters) else { return false }
    }
    let inside = model.proportions.reduce(0, +)
    guard inside > 0 else { return false }
    let outside = noise.map { min($0.budget, model.noise?.proportion ?? $0.budget) }
    shares = model.proportions.map { $0 / inside * (1 - (outside ?? 0)) }
    if let outside { shares.append(outside) }
    return true
  }

  /// The same parameters on other rows; the trace starts anew. Nil when they cannot be taken over.
  func moved(to rows: MixtureRows, _ mixture: Mixture) -> MixtureRun? {
    var run = MixtureRun(mixture, rows)
    return run.begin(model(mixture)) ? run : nil
  }

  /// The parameters in the units of the data, components in the order of this run.
  func model(_ mixture: Mixture) -> MixtureModel {
    var noise: MixtureModel.Noise?
    if let share = shares.dropFirst(components).first {
      noise = MixtureModel.Noise(proportion: share, logDensities: rows.blocks.map(\.evenLogDensities))
    }
    return MixtureModel(
      columns: rows.width, proportions: Array(shares.prefix(components)), noise: noise,
      blocks: fitters.indices.map { index in
        FittedBlock(
          name: mixture.blocks[index].name, columns: rows.columns[index], parameters: fitters[index].fitted)
      }, missing: mixture.missing)
  }

  /// Why the last M-step came to nothing, if a block told.
  var refusal: CovarianceDegeneracy? { fitters.lazy.compactMap(\.refusal).first }

  /// p: the shares' and the blocks' free parameters; noise adds its share and its volume.
  var parameterCount: Int {
    components - 1 + fitters.reduce(0) { $0 + $1.parameterCount } + (noise == nil ? 0 : 2)
  }

  /// Iterates until nothing is left to gain or `limit` iterations are reached in all.
  ///
  /// Aitken's acceleration (McNicholas, Murphy, McDaid & Frost, 2010): with increments shrinking by a factor a each
  /// iteration, what is left to gain is a / (1 - a) times the last.
  mutating func iterate(_ tolerance: Double, limit: Int, _ goOn: (MixtureRun) -> Bool) -> Ending {
    while trace.count < limit, !converged {
      let expectation = expect()
      guard expectation.logLikelihood.isFinite else { return .degenerate }
      trace.append(expectation.logLikelihood)
      converged = hasConverged(tolerance * rows.totalWeight)
      if converged { break }
      guard maximise(expectation) else { return .degenerate }
      guard goOn(self) else { return .cancelled }
    }
    return .done
  }

  private func hasConverged(_ tolerance: Double) -> Bool {
    guard trace.count >= 3, tolerance > 0 else { return false }
    let last = trace[trace.count - 1]
    let gain = last - trace[trace.count - 2]
    let before = trace[trace.count - 2] - trace[trace.count - 3]
    // With a prior the log-likelihood itself may fall on the way.
    if gain.magnitude <= max(1e-4 * tolerance, 1e-15 * last.magnitude) { return true }
    if gain < 0 { return !isPenalised }
    let ratio = gain / before
    return ratio >= 0 && ratio < 1 && gain * ratio / (1 - ratio) < tolerance
  }

  /// The E-step and the sums for the M-step.
  private func expect() -> Expectation { pass(responsibilitiesOf: self) }

  /// One pass over all rows; responsibilities are those of the parameters of `other`, or what `given` fills in.
  private func pass(
    responsibilitiesOf other: MixtureRun? = nil,
    _ given: (@Sendable (_ block: Range<Int>, _ values: inout [Double]) -> Void)? = nil
  ) -> Expectation {
    let width = shares.count
    let source = other ?? self
    let logShares = source.shares.map { $0 > 0 ? log($0) : -.infinity }
    let empty = Expectation(
      weights: [Double](repeating: 0, count: width),
      blocks: fitters.map { [Double](repeating: 0, count: $0.sumCount) })
    let sums: @Sendable (Range<Int>) -> Expectation = { range in
      var part = empty
      var values: [Double] = []
      for first in stride(from: range.lowerBound, to: range.upperBound, by: MixtureRows.blockRows) {
        let block = first..<min(first + MixtureRows.blockRows, range.upperBound)
        if values.count != width * block.count { values = [Double](repeating: 0, count: width * block.count) }
        if let given {
          for index in values.indices { values[index] = 0 }
          given(block, &values)
          for j in 0..<width { for i in 0..<block.count { part.weights[j] += values[j * block.count + i] } }
        } else {
          for j in 0..<width { for i in 0..<block.count { values[j * block.count + i] = logShares[j] } }
          if width > components { addNoise(block, &values) }
          for fitter in source.fitters { fitter.addLogDensities(block, to: &values) }
          part.logLikelihood += Responsibilities.normalize(
            &values, components: width, count: block.count, weights: rows.weights, firstRow: first,
            totals: &part.weights)
        }
        for (index, fitter) in fitters.enumerated() {
          fitter.addSums(block, responsibilities: values, to: &part.blocks[index])
        }
      }
      for (index, fitter) in fitters.enumerated() { part.blocks[index] = fitter.folded(part.blocks[index]) }
      return part
    }
    // One piece needs no handing out, which small data would spend more time on than on the sums.
    if rows.count <= Parallel.rowsPerPiece { return rows.count > 0 ? sums(0..<rows.count) : empty }
    let parts = Parallel.map(rows: rows.count, sums)
    guard let first = parts.first else { return empty }
    return parts.dropFirst().reduce(first, +)
  }

  private func addNoise(_ block: Range<Int>, _ values: inout [Double]) {
    let first = components * block.count
    let whole = even.reduce(0, +)
    for (i, row) in block.enumerated() { values[first + i] += rows.gaps?.sum(even, row: row) ?? whole }
  }

  /// The M-step. The noise takes no more than its budget; the rest is shared as the components' weights are.
  private mutating func maximise(_ expectation: Expectation, keepingNoise: Bool = false) -> Bool {
    let weights = Array(expectation.weights.prefix(components))
    let inside = weights.reduce(0, +)
    guard inside > 0, inside.isFinite else { return false }
    var outside = 0.0
    if let noise {
      let wanted = (expectation.weights.last ?? 0) / (inside + (expectation.weights.last ?? 0))
      outside = keepingNoise ? noise.budget : min(noise.budget, wanted)
    }
    for index in fitters.indices {
      guard fitters[index].estimate(from: expectation.blocks[index], weights: weights) else { return false }
    }
    shares = weights.map { $0 / inside * (1 - outside) }
    if noise != nil { shares.append(outside) }
    return true
  }
}
