internal import Foundation
public import LinearAlgebra

extension MixtureModel {
  /// The most likely component of each row of `x` (m x d), how certain it is, and the mixture's density at the row.
  ///
  /// Equal responsibilities go to the lower index. Each row is computed by itself: assigning a subset, another order,
  /// or the training data again gives the same bits. A row without any value gets the shares. O(m k d^2), O(m k d) for
  /// diagonal families.
  /// - Throws: ``FitError`` when `x` has another number of columns, or a value that the model cannot score.
  public func assign(_ x: Matrix) throws(FitError) -> MixtureAssignment {
    let scorer = try MixtureScorer(self)
    let blocks = try scorer.check(x)
    var labels: [Int] = []
    var certainties: [Double] = []
    var logDensities: [Double] = []
    labels.reserveCapacity(x.rows)
    certainties.reserveCapacity(x.rows)
    logDensities.reserveCapacity(x.rows)
    let width = scorer.width
    let parts = Parallel.map(rows: x.rows) { range in
      var part: [(label: Int32, certainty: Double, logDensity: Double)] = []
      part.reserveCapacity(range.count)
      scorer.forEachBlock(of: blocks, range) { block, values in
        for i in 0..<block.count {
          let row = Responsibilities.logDensity(values, components: width, stride: block.count, row: i)
          let certainty =
            row.isImpossible ? 1 / Double(width) : min(1, exp(values[row.best * block.count + i] - row.total))
          let label = row.best == components ? -1 : row.best
          part.append((Int32(truncatingIfNeeded: label), certainty, row.total))
        }
      }
      return part
    }
    for part in parts {
      for row in part {
        labels.append(Int(row.label))
        certainties.append(row.certainty)
        logDensities.append(row.logDensity)
      }
    }
    return MixtureAssignment(labels: labels, certainties: certainties, logDensities: logDensities)
  }

  /// The responsibility of each component for each row of `x` (m x k); what is left of 1 is the noise's.
  ///
  /// - Throws: as ``assign(_:)``.
  public func memberships(_ x: Matrix) throws(FitError) -> Matrix {
    let scorer = try MixtureScorer(self)
    let blocks = try scorer.check(x)
    let parts = Parallel.map(rows: x.rows) { range in
      var part: [Double] = []
      part.reserveCapacity(range.count * components)
      scorer.forEachBlock(of: blocks, range) { block, values in
        for i in 0..<block.count {
          let row = Responsibilities.logDensity(values, components: scorer.width, stride: block.count, row: i)
          for j in 0..<components {
            part.append(
              row.isImpossible ? 1 / Double(scorer.width) : min(1, exp(values[j * block.count + i] - row.total)))
          }
        }
      }
      return part
    }
    return Matrix(rows: x.rows, columns: components, values: parts.flatMap { $0 })
  }
}

/// A model made ready to score rows.
struct MixtureScorer: Sendable {
  /// k, and one more with noise.
  let width: Int
  private let model: MixtureModel
  private let blocks: [any BlockScorer]
  private let logShares: [Double]
  private let even: [Double]

  /// Throws when the model's numbers are those of no density.
  init(_ model: MixtureModel) throws(FitError) {
    self.model = model
    let k = model.components
    let shares = model.proportions + (model.noise.map { [$0.proportion] } ?? [])
    guard k > 0, shares.allSatisfy({ $0 >= 0 && $0 <= 1 + 1e-9 }), shares.contains(where: { $0 > 0 }),
      !model.blocks.isEmpty
    else { throw .modelInvalid }
    var blocks: [any BlockScorer] = []
    for block in model.blocks {
      guard let shape = block.parameters.shape, shape.components == k, shape.columns == block.columns.count,
        block.columns.allSatisfy({ $0 >= 0 && $0 < model.columns }), let scorer = block.scorer
      else { throw .modelInvalid }
      blocks.append(scorer)
    }
    if let noise = model.noise {
      guard noise.logDensities.map(\.count) == model.blocks.map(\.columns.count),
        noise.logDensities.allSatisfy({ $0.allSatisfy(\.isFinite) })
      else { throw .modelInvalid }
    }
    self.blocks = blocks
    even = model.noise?.logDensities.flatMap { $0 } ?? []
    logShares = shares.map { $0 > 0 ? log($0) : -.infinity }
    width = shares.count
  }

  /// The columns of each block of `x`, checked.
  func check(_ x: Matrix) throws(FitError) -> [Matrix] {
    guard x.columns == model.columns else { throw .columnCount(have: x.columns, need: model.columns) }
    var matrices: [Matrix] = []
    for (block, scorer) in zip(model.blocks, blocks) {
      let own = x.selectingColumns(block.columns)
      try DataChecks.checkScored(own, columns: block.columns, missing: model.missing)
      try scorer.check(own, columns: block.columns)
      matrices.append(own)
    }
    return matrices
  }

  /// Hands on the log of share times density of some hundred rows at a time, in order.
  func forEachBlock(
    of matrices: [Matrix], _ range: Range<Int>, _ body: (_ block: Range<Int>, _ values: [Double]) -> Void
  ) {
    var values: [Double] = []
    for first in stride(from: range.lowerBound, to: range.upperBound, by: MixtureRows.blockRows) {
      let block = first..<min(first + MixtureRows.blockRows, range.upperBound)
      if values.count != width * block.count { values = [Double](repeating: 0, count: width * block.count) }
      for j in 0..<width { for i in 0..<block.count { values[j * block.count + i] = logShares[j] } }
      if width > model.components { addNoise(matrices, block, &values) }
      for (scorer, matrix) in zip(blocks, matrices) { scorer.addLogDensities(block, of: matrix, to: &values) }
      body(block, values)
    }
  }

  /// The log-densities of each block alone for some rows, and of the noise (zeros without).
  func densities(of matrices: [Matrix], _ rows: Range<Int>) -> (blocks: [[Double]], noise: [Double]) {
    let empty = [Double](repeating: 0, count: width * rows.count)
    let own = zip(blocks, matrices).map { scorer, matrix in
      var values = empty
      scorer.addLogDensities(rows, of: matrix, to: &values)
      return Array(values.prefix(model.components * rows.count))
    }
    var noise = empty
    if width > model.components { addNoise(matrices, rows, &noise) }
    return (own, Array(noise.suffix(rows.count)))
  }

  private func addNoise(_ matrices: [Matrix], _ block: Range<Int>, _ values: inout [Double]) {
    let first = model.components * block.count
    for (i, row) in block.enumerated() {
      var column = 0
      for matrix in matrices {
        for value in matrix.row(row) {
          if !value.isNaN { values[first + i] += even[column] }
          column += 1
        }
      }
    }
  }
}

extension DataChecks {
  /// Throws unless the values of the chosen `columns` can be scored: finite and not too large, or missing where that
  /// is allowed, even throughout a row.
  static func checkScored(_ x: Matrix, columns: [Int], missing: Mixture.MissingValues) throws(FitError) {
    let offenders = Parallel.map(rows: x.rows) { range in
      (range.lowerBound * x.columns..<range.upperBound * x.columns).first {
        !(x.values[$0].magnitude <= greatestMagnitude) && !(x.values[$0].isNaN && missing == .integrated)
      }
    }
    for case .some(let index) in offenders {
      let (row, column) = index.quotientAndRemainder(dividingBy: x.columns)
      throw x.values[index].isFinite
        ? .tooLarge(row: row, column: columns[column]) : .notFinite(row: row, column: columns[column])
    }
  }
}

extension MixtureModel {
  private enum CodingKeys: String, CodingKey { case columns, proportions, noise, blocks, missing }

  /// Reads a model, refusing one whose numbers are those of no density.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      columns: try container.decode(Int.self, forKey: .columns),
      proportions: try container.decode([Double].self, forKey: .proportions),
      noise: try container.decodeIfPresent(Noise.self, forKey: .noise),
      blocks: try container.decode([FittedBlock].self, forKey: .blocks),
      missing: try container.decode(Mixture.MissingValues.self, forKey: .missing))
    do {
      _ = try MixtureScorer(self)
    } catch {
      throw DecodingError.dataCorruptedError(
        forKey: .blocks, in: container, debugDescription: error.description)
    }
  }
}
