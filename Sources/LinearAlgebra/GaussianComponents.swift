internal import CKernels
internal import Foundation

/// k Gaussian distributions in d columns, ready to give the log-densities of packed rows and to sum up their moments.
package struct GaussianComponents: Sendable {
  /// k.
  package let components: Int
  /// d.
  package let columns: Int
  /// Whether the covariances are diagonal.
  package let isDiagonal: Bool
  /// The means (k x d).
  let means: [Double]
  /// For each component the rows of L^-1 up to the diagonal, one after another; 1 / standard deviation when diagonal.
  let factors: [Double]
  /// -(d ln 2 pi + ln |Sigma|) / 2 + d ln scale of each component (k).
  let constants: [Double]

  /// Components with these means (k x d) and covariances; nil when one is not positive definite.
  ///
  /// `logScale` is the logarithm of what the data was multiplied by: densities are given in the units it had before.
  package init?(means: Matrix, covariances: [Matrix], isDiagonal: Bool, logScale: Double = 0) {
    let d = means.columns
    precondition(covariances.count == means.rows, "\(covariances.count) covariances for \(means.rows) means")
    var factors: [Double] = []
    factors.reserveCapacity(means.rows * (isDiagonal ? d : d * (d + 1) / 2))
    var constants: [Double] = []
    constants.reserveCapacity(means.rows)
    let normal = Double(d) * (log(2 * Double.pi) - 2 * logScale)
    for covariance in covariances {
      let logDeterminant =
        isDiagonal ? Self.appendPrecisions(covariance, to: &factors) : Self.appendFactor(covariance, to: &factors)
      guard let logDeterminant else { return nil }
      constants.append(-0.5 * (normal + logDeterminant))
    }
    guard factors.allSatisfy(\.isFinite) else { return nil }
    components = means.rows
    columns = d
    self.isDiagonal = isDiagonal
    self.means = means.values
    self.factors = factors
    self.constants = constants
  }

  /// Appends 1 / standard deviation of each column; the logarithm of the determinant.
  private static func appendPrecisions(_ covariance: Matrix, to factors: inout [Double]) -> Double? {
    let d = covariance.rows
    var logDeterminant = 0.0
    for i in 0..<d {
      let variance = covariance.values[i * d + i]
      guard variance > 0, variance.isFinite else { return nil }
      factors.append(1 / variance.squareRoot())
      logDeterminant += log(variance)
    }
    return logDeterminant
  }

  /// Appends the lower triangle of L^-1, row by row; the logarithm of the determinant.
  private static func appendFactor(_ covariance: Matrix, to factors: inout [Double]) -> Double? {
    let d = covariance.rows
    // Safe: each half of the scratch holds d x d values; only what was written is read.
    return unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, 2 * d * d)) { scratch in
      guard let l = scratch.baseAddress else { return nil }
      let inverse = unsafe l + d * d
      for i in 0..<d * d { unsafe l[i] = covariance.values[i] }
      guard let logDeterminant = unsafe Cholesky.factor(l, d, 0) else { return nil }
      for i in 0..<d {
        for j in 0..<i {
          var sum = 0.0
          for m in j..<i { unsafe sum -= l[i * d + m] * inverse[m * d + j] }
          unsafe inverse[i * d + j] = sum / l[i * d + i]
        }
        unsafe inverse[i * d + i] = 1 / l[i * d + i]
        for j in 0...i { unsafe factors.append(inverse[i * d + j]) }
      }
      return logDeterminant
    }
  }

  /// Components whose only use is their sums about zero: what a fit has before its first estimate.
  package init(components: Int, columns: Int, isDiagonal: Bool) {
    self.components = components
    self.columns = columns
    self.isDiagonal = isDiagonal
    means = [Double](repeating: 0, count: components * columns)
    factors = []
    constants = []
  }

  /// The means (k x d).
  package var meanMatrix: Matrix { Matrix(rows: components, columns: columns, values: means) }

  /// The numbers that ``addSums(of:rows:responsibilities:stride:to:)`` adds up for each component: the first moments
  /// about the mean (d), then the second ones, the lower triangle row by row or only the diagonal.
  package var sumsPerComponent: Int { columns + (isDiagonal ? columns : columns * (columns + 1) / 2) }

  /// How many places each of these takes while they are added up: one for each row of a tile.
  package static let lanesPerSum = RowTiles.lanes

  /// One number for each sum, from the places it was added up in.
  package static func folded(_ sums: [Double]) -> [Double] {
    let lanes = lanesPerSum
    return (0..<sums.count / lanes).map { index in
      let first = index * lanes
      let low = (sums[first] + sums[first + 1]) + (sums[first + 2] + sums[first + 3])
      return low + ((sums[first + 4] + sums[first + 5]) + (sums[first + 6] + sums[first + 7]))
    }
  }

  /// Adds to element j x `stride` + i of `logDensities` the log-density of component j at row `range.lowerBound` + i.
  ///
  /// `range` begins at a multiple of 8. Each row is computed by itself. O(k d^2) a row, O(k d) when diagonal.
  package func addLogDensities(
    of tiles: RowTiles, rows range: Range<Int>, to logDensities: inout [Double], stride: Int,
    kernels level: Kernels = .current
  ) {
    precondition(
      range.lowerBound % RowTiles.lanes == 0 && range.upperBound <= tiles.rows && tiles.columns == columns
        && range.count <= stride && logDensities.count >= (components - 1) * stride + range.count
        && constants.count == components,
      "rows \(range) of \(tiles.rows) x \(tiles.columns), stride \(stride)")
    guard !range.isEmpty else { return }
    // Safe: tiles hold whole vectors for every row below tiles.rows; the outputs were checked above.
    unsafe tiles.values.withUnsafeBufferPointer { x in
      unsafe logDensities.withUnsafeMutableBufferPointer { out in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        let first = unsafe x + range.lowerBound * columns
        guard level != .plain else {
          return unsafe plainLogDensities(first, count: range.count, out, stride: stride)
        }
        unsafe withScratch(tessera_gaussian_scratch(columns)) { scratch in
          unsafe tessera_gaussian_log_densities(
            CInt(level.rawValue), first, range.count, columns, components, isDiagonal ? 1 : 0, means, factors,
            constants, out, stride, scratch)
        }
      }
    }
  }

  /// Adds the moments of the rows of `range`, each times its responsibility (element j x `stride` + i), to `sums`, which
  /// has ``lanesPerSum`` places for each.
  ///
  /// `range` begins at a multiple of 8.
  package func addSums(
    of tiles: RowTiles, rows range: Range<Int>, responsibilities: [Double], stride: Int, to sums: inout [Double],
    kernels level: Kernels = .current
  ) {
    precondition(
      range.lowerBound % RowTiles.lanes == 0 && range.upperBound <= tiles.rows && tiles.columns == columns
        && range.count <= stride && responsibilities.count >= (components - 1) * stride + range.count
        && sums.count == components * sumsPerComponent * Self.lanesPerSum,
      "rows \(range) of \(tiles.rows) x \(tiles.columns), stride \(stride), \(sums.count) sums")
    guard !range.isEmpty else { return }
    // Safe: as above; lanes beyond the range are read from whole tiles but given a responsibility of 0.
    unsafe tiles.values.withUnsafeBufferPointer { x in
      unsafe responsibilities.withUnsafeBufferPointer { r in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
          guard let x = x.baseAddress, let r = r.baseAddress, let sums = sums.baseAddress else { return }
          let first = unsafe x + range.lowerBound * columns
          guard level != .plain else {
            return unsafe plainSums(first, count: range.count, r, stride: stride, sums)
          }
          unsafe withScratch(tessera_gaussian_scratch(columns)) { scratch in
            unsafe tessera_gaussian_sums(
              CInt(level.rawValue), first, range.count, columns, components, isDiagonal ? 1 : 0, means, r, stride,
              sums, scratch)
          }
        }
      }
    }
  }
}

/// Lends `count` doubles, aligned for any vector.
@unsafe func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> Void) {
  unsafe withUnsafeTemporaryAllocation(byteCount: max(1, count) * 8, alignment: 64) { bytes in
    let doubles = unsafe bytes.bindMemory(to: Double.self)
    if let first = doubles.baseAddress { unsafe body(first) }
  }
}
