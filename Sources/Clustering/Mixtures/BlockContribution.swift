internal import Foundation
public import LinearAlgebra

/// What one block of columns contributes to telling the components of a mixture apart.
public struct BlockContribution: Sendable, Hashable, Codable {
  /// What the block is called.
  public let name: String
  /// Its columns of the data, from 0.
  public let columns: [Int]
  /// What a row says of its component by this block alone, in nats, on average: at least 0.
  public let alone: Double
  /// What would be lost of it without this block, in nats, on average: at least 0. Small when other blocks say the same.
  public let lost: Double
  /// Its part of the separation, from 0 to 1: see ``BlockSeparation``.
  public let share: Double
}

/// How much the rows say of their components, and which block says it.
///
/// What a row says is the divergence of its memberships p from the components' shares w,
///
///     sum p_j ln(p_j / w_j)
///
/// in nats (Kullback & Leibler, 1951): 0 when the row might be of any component, -ln w_j when it is surely of j. Its
/// average over the rows is the mutual information of component and data (Lindley, 1956), the entropy of the shares less
/// that of the memberships. A block *alone* says this by the memberships that it gives by itself; without it is *lost*
/// the divergence of the memberships from those of all other blocks. Its share is
///
///     (alone + lost) / (the sum of that over the blocks),
///
/// which for two blocks is what each adds, averaged over which comes first (Shapley, 1953): blocks that say the same
/// divide it evenly, and a block of noise has next to none. Rows count by the chance that they are no noise.
public struct BlockSeparation: Sendable, Hashable, Codable {
  /// What all blocks together say of a row's component, in nats, on average.
  public let information: Double
  /// The most they could say: the entropy of the components' shares, in nats.
  public let greatest: Double
  /// The blocks, in the order of the model.
  public let blocks: [BlockContribution]
  /// In plain words, which block decides nearly alone or hardly counts; empty when none does.
  public let remarks: [String]

  init(information: Double, greatest: Double, blocks: [BlockContribution]) {
    self.information = information
    self.greatest = greatest
    self.blocks = blocks
    remarks = Self.remarks(information, greatest, blocks)
  }

  private static func remarks(_ information: Double, _ greatest: Double, _ blocks: [BlockContribution]) -> [String] {
    guard greatest > 0 else { return [] }
    guard information >= 0.01 * greatest else {
      return ["No block tells the components apart: rows might be of any. Fit fewer components or other columns."]
    }
    guard blocks.count > 1 else { return [] }
    return blocks.compactMap { block in
      let percent = String(format: "%.1f", block.share * 100)
      if block.share > 0.95 {
        return "Block '\(block.name)' decides nearly alone: \(percent)% of what tells the components apart comes from "
          + "it. Coarsen or drop some of its columns if the others are to count."
      }
      if block.share < 0.01 {
        return "Block '\(block.name)' hardly counts: \(percent)% of what tells the components apart comes from it. "
          + "Without it the components would be nearly the same."
      }
      return nil
    }
  }
}

extension MixtureModel {
  /// What each block contributes to telling the components apart, on the rows of `x` (n x d) weighted by `weights` (n,
  /// >= 0; all 1 when nil), usually those that the model was fitted to. O(n d k).
  ///
  /// - Throws: ``FitError`` when the model cannot score `x`, or the weights are unusable.
  public func separation(of x: Matrix, weights: [Double]? = nil) throws(FitError) -> BlockSeparation {
    try DataChecks.checkWeights(weights, rows: x.rows)
    let scorer = try MixtureScorer(self)
    let columns = try scorer.check(x)
    let parts = Parallel.map(rows: x.rows) { range in
      var sums = SeparationSums(blocks: blocks.count)
      for first in stride(from: range.lowerBound, to: range.upperBound, by: MixtureRows.blockRows) {
        let rows = first..<min(first + MixtureRows.blockRows, range.upperBound)
        sums.add(scorer.densities(of: columns, rows), model: self) { weights?[rows.lowerBound + $0] ?? 1 }
      }
      return sums
    }
    var sums = SeparationSums(blocks: blocks.count)
    for part in parts { sums.add(part) }
    return sums.separation(of: self)
  }
}

/// The sums that a ``BlockSeparation`` is made of.
private struct SeparationSums: Sendable {
  private var weight = CompensatedSum()
  private var information = CompensatedSum()
  private var alone: [CompensatedSum]
  private var lost: [CompensatedSum]

  init(blocks: Int) {
    alone = [CompensatedSum](repeating: CompensatedSum(), count: blocks)
    lost = alone
  }

  /// Adds some rows by the log-densities of each block (component-major) and of the noise.
  mutating func add(
    _ densities: (blocks: [[Double]], noise: [Double]), model: MixtureModel, weight weightOf: (Int) -> Double
  ) {
    let k = model.components
    let present = model.proportions.reduce(0, +)
    let shares = model.proportions.map { $0 / present }
    let rows = (densities.blocks.first?.count ?? 0) / k
    for row in 0..<rows {
      let own = densities.blocks.map { block in (0..<k).map { block[$0 * rows + row] } }
      let all = (0..<k).map { component in own.reduce(0) { $0 + $1[component] } }
      let whole = Memberships(all, shares)
      var rowWeight = weightOf(row)
      if let proportion = model.noise?.proportion, proportion > 0 {
        rowWeight /= 1 + exp(log(proportion / present) + densities.noise[row] - whole.logDensity)
      }
      guard rowWeight > 0 else { continue }
      weight.add(rowWeight)
      information.add(whole.divergence(all), times: rowWeight)
      for (block, values) in own.enumerated() {
        alone[block].add(Memberships(values, shares).divergence(values), times: rowWeight)
        let others = Memberships(zip(all, values).map { $0 - $1 }, shares)
        let mean = zip(whole.probabilities, values).reduce(0) { $0 + $1.0 * $1.1 }
        lost[block].add(max(0, mean - whole.logDensity + others.logDensity), times: rowWeight)
      }
    }
  }

  mutating func add(_ other: SeparationSums) {
    weight.add(other.weight)
    information.add(other.information)
    for block in alone.indices {
      alone[block].add(other.alone[block])
      lost[block].add(other.lost[block])
    }
  }

  func separation(of model: MixtureModel) -> BlockSeparation {
    let total = weight.value > 0 ? weight.value : 1
    let sum = zip(alone, lost).reduce(0) { $0 + $1.0.value + $1.1.value }
    let contributions = model.blocks.enumerated().map { index, block in
      let own = alone[index].value + lost[index].value
      return BlockContribution(
        name: block.name, columns: block.columns, alone: alone[index].value / total,
        lost: lost[index].value / total, share: sum > 0 ? own / sum : 0)
    }
    let present = model.proportions.reduce(0, +)
    let entropy = model.proportions.reduce(0) { $1 > 0 ? $0 - $1 / present * log($1 / present) : $0 }
    return BlockSeparation(
      information: information.value / total, greatest: max(0, entropy), blocks: contributions)
  }
}

/// The memberships of one row by the log-densities of some blocks.
private struct Memberships {
  let probabilities: [Double]
  /// The logarithm of the density over all components.
  let logDensity: Double

  init(_ logDensities: [Double], _ shares: [Double]) {
    let greatest = logDensities.max() ?? 0
    let terms = zip(logDensities, shares).map { $1 * exp($0 - greatest) }
    let sum = terms.reduce(0, +)
    probabilities = terms.map { $0 / sum }
    logDensity = greatest + log(sum)
  }

  /// Of the memberships from the shares, in nats: since p_j / w_j = f_j / f, the mean of ln f_j less ln f.
  func divergence(_ logDensities: [Double]) -> Double {
    max(0, zip(probabilities, logDensities).reduce(0) { $0 + $1.0 * $1.1 } - logDensity)
  }
}
