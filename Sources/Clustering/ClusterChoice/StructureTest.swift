internal import Foundation
internal import LinearAlgebra
internal import Randomness

/// Whether a mixture of several components describes more than one cloud.
///
/// BIC alone cannot say so: it takes several Gaussians to describe an even cloud well. Two witnesses are heard.
///
/// *The gain*: how far the mixture's BIC lies below that of the best single component, compared with the same gain on
/// even clouds of the same extent, in the box along the columns and in the box along the principal axes (the references
/// of Tibshirani, Walther & Hastie, 2001; the comparison is a bootstrap as in McLachlan, 1987). It must stand
/// ``gainThreshold`` standard deviations above the mean of both kinds. Columns of categories and counts are shuffled,
/// each by itself: that keeps all they say alone and takes away what they say of each other and of the rest.
///
/// *The valley*, in Gaussian columns: Hartigan's dip test along the discriminant between each component and the rest, at ``dipLevel`` for
/// all together. Clusters that are close, but of which there are many rows, show here first.
///
/// One witness is enough: each is nearly always silent on one cloud, and each is blind to some clusters.
public struct StructureTest: Sendable, Hashable, Codable {
  /// How many standard deviations the gain must stand above that of even clouds.
  public static let gainThreshold = 6.0
  /// The dip test's level, for all directions together.
  public static let dipLevel = 0.01
  /// The most rows that are looked at.
  static let rowLimit = 2_000

  /// The least BIC of one component less that of the mixture.
  public let gain: Double
  /// The mean gain of the same mixture on even clouds, the kind of box it is greater in; nil when it cannot be told.
  public let evenGain: Double?
  /// By how many standard deviations ``gain`` stands above those of even clouds, the less of both kinds of box.
  public let rise: Double?
  /// The least p-value of the dip tests times their number, at most 1; nil without Gaussian columns.
  public let dipPValue: Double?

  /// Whether the gain speaks for several clusters.
  public var gainSpeaks: Bool { rise ?? 0 > Self.gainThreshold }
  /// Whether a valley speaks for several clusters.
  public var valleySpeaks: Bool { dipPValue ?? 1 <= Self.dipLevel }
  /// Whether there is structure, as far as can be told: without references BIC is believed.
  public var findsStructure: Bool { gainSpeaks || valleySpeaks || rise == nil }

  /// Tests `mixture` with the `labels` (m) that it gave to `x` (m x d, every row counting the same); nil when cancelled.
  ///
  /// `gain` is that on `x`. `single` are the families tried for one component.
  init?(
    _ x: Matrix, mixture: Mixture, labels: [Int], gain: Double, single: [CovarianceFamily], references: Int,
    goOn: @Sendable (Double) -> Bool
  ) {
    self.gain = gain
    let measured = mixture.gaussianColumns(width: x.columns)
    let numbers = x.selectingColumns(measured)
    dipPValue = measured.isEmpty ? nil : leastDipPValue(numbers, labels, components: mixture.components)
    let clouds = [false, true].map { ReferenceCloud(x, numbers, columns: measured, alongPrincipalAxes: $0) }
    let gains = Parallel.map(count: 2 * references) { index -> (gain: Double?, goesOn: Bool) in
      guard goOn(Double(index) / Double(2 * references)) else { return (nil, false) }
      var random = RandomStream(seed: mixture.seed, index: index)
      return (bicGain(of: mixture, on: clouds[index % 2].sample(&random), single: single), true)
    }
    guard gains.allSatisfy(\.goesOn) else { return nil }
    var rises: [(mean: Double, rise: Double)] = []
    for kind in 0..<2 {
      let own = gains.indices.filter { $0 % 2 == kind }.compactMap { gains[$0].gain }
      guard own.count >= max(2, references / 2) else { continue }
      let mean = own.reduce(0, +) / Double(own.count)
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count - 1)
      // Below a unit of BIC differences mean nothing.
      rises.append((mean, (gain - mean) / max(1, variance.squareRoot())))
    }
    evenGain = rises.map(\.mean).max()
    rise = rises.map(\.rise).min()
  }
}

/// Data without clusters that look like given data column by column.
private struct ReferenceCloud: Sendable {
  private let x: Matrix
  private let columns: [Int]
  private let box: EvenBox?

  /// As `x`, whose Gaussian `columns` are also `numbers`.
  init(_ x: Matrix, _ numbers: Matrix, columns: [Int], alongPrincipalAxes: Bool) {
    self.x = x
    self.columns = columns
    box = columns.isEmpty ? nil : EvenBox(numbers, alongPrincipalAxes: alongPrincipalAxes)
  }

  func sample(_ random: inout RandomStream) -> Matrix {
    let even = box?.sample(x.rows, &random)
    guard columns.count < x.columns else { return even ?? x }
    var result = x.shufflingColumns((0..<x.columns).filter { !columns.contains($0) }, &random)
    guard let even else { return result }
    for (place, column) in columns.enumerated() {
      for row in 0..<x.rows { result[row, column] = even[row, place] }
    }
    return result
  }
}

extension Matrix {
  /// These rows with each of `columns` shuffled by itself: it keeps all it says alone, and nothing of what it says of others.
  func shufflingColumns(_ columns: some Sequence<Int>, _ random: inout RandomStream) -> Matrix {
    var result = self
    for column in columns {
      var order = Array(0..<rows)
      random.shuffle(&order)
      for (row, from) in order.enumerated() { result[row, column] = self[from, column] }
    }
    return result
  }
}

extension Mixture {
  /// The columns of the Gaussian blocks, ascending.
  fileprivate func gaussianColumns(width: Int) -> [Int] {
    blocks.flatMap { block -> [Int] in
      guard case .gaussian = block.kind else { return [] }
      return block.columns ?? Array(0..<width)
    }.sorted()
  }
}

/// The least BIC of one component on `x` less that of `mixture`; nil when one cannot be fitted.
func bicGain(of mixture: Mixture, on x: Matrix, single: [CovarianceFamily]) -> Double? {
  guard let rows = try? MixtureRows(mixture, x, weights: nil) else { return nil }
  let starting = StartingRows(
    rows, components: mixture.components, criteria: [], noise: mixture.noise, seed: mixture.seed)
  let starts: [MixtureStart] = [.kMeans, .random(0), .random(1)]
  guard let many = try? mixture.fit(rows, starting, x, nil, starts: starts).bic else { return nil }
  return singleBIC(mixture, on: x, families: single).map { $0 - many }
}

/// The least BIC of one component on `x`.
func singleBIC(_ mixture: Mixture, on x: Matrix, families: [CovarianceFamily]) -> Double? {
  families.compactMap { family in
    var one = mixture.with(family: family)
    one.components = 1
    return try? one.fit(x).bic
  }.min()
}

extension Mixture {
  /// The same with this family in every block that has one.
  func with(family: CovarianceFamily?) -> Mixture {
    guard let family else { return self }
    var mixture = self
    for index in blocks.indices {
      switch blocks[index].kind {
      case .gaussian: mixture.blocks[index].kind = .gaussian(family)
      case .logNormal: mixture.blocks[index].kind = .logNormal(family)
      case .poisson, .negativeBinomial, .categorical, .ordinal, .binary: break
      }
    }
    return mixture
  }
}

/// The least p-value of dip tests along the discriminants of each component against the rest, times their number.
private func leastDipPValue(_ x: Matrix, _ labels: [Int], components: Int) -> Double {
  let kept = labels.indices.filter { labels[$0] >= 0 }
  let members = (0..<components).map { component in kept.filter { labels[$0] == component } }
  // Two components have one discriminant between them.
  let tested = (0..<(components == 2 ? 1 : components)).filter { component in
    let count = members[component].count
    // A direction fitted to few rows in many columns parts any cloud.
    return count >= 5 && kept.count - count >= 5 && kept.count >= 10 * x.columns
  }
  let pValues = tested.compactMap { component -> Double? in
    let others = kept.filter { labels[$0] != component }
    guard let direction = discriminant(x, members[component], others) else { return nil }
    let places = kept.map { row in zip(x.row(row), direction).reduce(0) { $0 + $1.0 * $1.1 } }
    return DipTest(rounded: places).pValue
  }
  // Too few rows to look for a valley say nothing.
  guard let least = pValues.min() else { return 1 }
  return min(1, least * Double(pValues.count))
}

/// Fisher's direction between two groups of rows: the pooled covariance's inverse times the difference of means.
private func discriminant(_ x: Matrix, _ first: [Int], _ second: [Int]) -> [Double]? {
  var groups = [x.gatheringRows(first), x.gatheringRows(second)]
  let means = groups.map { $0.columnMeans() }
  for index in groups.indices { groups[index].center(on: means[index], scale: 1) }
  let products = groups.map { $0.crossProduct() }
  let d = x.columns
  let pooled = Matrix(rows: d, columns: d, values: zip(products[0].values, products[1].values).map { $0 + $1 })
  // In units of the columns, so that small ones are not taken for none.
  let scales = (0..<d).map { pooled[$0, $0] > 0 ? 1 / pooled[$0, $0].squareRoot() : 0 }
  var standard = pooled
  for i in 0..<d { for j in 0..<d { standard[i, j] *= scales[i] * scales[j] } }
  let eigen = SymmetricEigen(standard)
  var direction = [Double](repeating: 0, count: d)
  for (index, value) in eigen.values.enumerated() where value > 1e-9 * (eigen.values.first ?? 0) {
    var along = 0.0
    for column in 0..<d {
      along += eigen.vectors[index, column] * scales[column] * (means[0][column] - means[1][column])
    }
    for column in 0..<d { direction[column] += eigen.vectors[index, column] * scales[column] * along / value }
  }
  return direction.contains { $0 != 0 } && direction.allSatisfy(\.isFinite) ? direction : nil
}
