internal import Foundation
internal import LinearAlgebra

/// The densities of a fitted Gaussian block, computed in scaled units about the first mean.
struct GaussianScorer: BlockScorer {
  private let components: GaussianComponents
  private let gaps: GaussianGaps
  private let origin: [Double]
  private let scales: [Double]

  /// Nil when a covariance is not positive definite or the shapes disagree.
  init?(_ parameters: GaussianParameters) {
    guard parameters.isConsistent else { return nil }
    let origin = Array(parameters.means.row(0))
    var means = parameters.means
    means.center(on: origin, scale: parameters.scale)
    let logScale = log(parameters.scale)
    let isDiagonal = parameters.family.isDiagonal
    guard
      let components = GaussianComponents(
        means: means, covariances: parameters.scaledCovariances, isDiagonal: isDiagonal,
        logScale: logScale)
    else { return nil }
    self.components = components
    self.origin = origin
    scales = [Double](repeating: parameters.scale, count: origin.count)
    gaps = GaussianGaps(
      means: means, covariances: parameters.scaledCovariances, isDiagonal: isDiagonal, logScale: logScale)
  }

  func addLogDensities(_ rows: Range<Int>, of x: Matrix, to logDensities: inout [Double]) {
    let count = rows.count
    let withGaps = rows.filter { row in x.row(row).contains { $0.isNaN } }
    // The kernel fills every lane; what it writes for rows with gaps is put back before their own density is added.
    let before = withGaps.map { row in
      (0..<components.components).map { logDensities[$0 * count + row - rows.lowerBound] }
    }
    let tiles = RowTiles(x, rows: rows, origin: origin, scales: scales)
    components.addLogDensities(of: tiles, rows: 0..<count, to: &logDensities, stride: count)
    for (row, values) in zip(withGaps, before) {
      for (component, value) in values.enumerated() {
        logDensities[component * count + row - rows.lowerBound] = value
      }
      let scaled = tiles.gatheringRows([row - rows.lowerBound])
      gaps.addLogDensities(
        of: scaled, 0..<1, to: &logDensities, stride: count, offset: row - rows.lowerBound)
    }
  }
}
