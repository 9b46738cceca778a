internal import CKernels

/// Centres in single precision, as the fused kernel reads them, with what its rounding may come to.
///
/// With u = 2^-24, a score x.c - |c|^2/2 of d products is off by at most (d + 5) u (|x| |c| + |c|^2/2), rounded inputs
/// included, and |x| |c| <= (|x|^2 + |c|^2)/2. So squared distances are off by at most e (|x|^2 + 2 |c|^2) with e = (d
/// + 12) u; the rest of e covers the squared lengths and the few steps after. The share of |c| is added to every score,
/// so that none is taken for less than it may be, and to the winner's distance once more. Parts of numbers too small
/// for single precision make up the absolute share.
struct PackedCenters: Sendable {
  private let count: Int
  private let columns: Int
  private let values: [Float]
  private let offsets: [Float]
  private let slack: [Float]

  /// Packs `shifted` (k x d), whose half squared lengths are `halfSquares`; nil where the kernel is of no use.
  init?(_ shifted: [Double], halfSquares: [Double], columns: Int) {
    // With more columns the bound is too loose, and products in blocks are as fast.
    guard columns <= 4096, halfSquares.allSatisfy({ $0 < 0x1p39 }) else { return nil }
    count = halfSquares.count
    self.columns = columns
    let group = Int(tessera_center_group)
    var values: [Float] = []
    values.reserveCapacity(shifted.count)
    for first in stride(from: 0, to: count, by: group) {
      let last = min(first + group, count)
      for column in 0..<columns { for j in first..<last { values.append(Float(shifted[j * columns + column])) } }
    }
    let e = Self.rounding(columns: columns)
    self.values = values
    offsets = halfSquares.map { Float(2 * e * $0 - $0) }
    slack = halfSquares.map { Float(8 * e * $0) }
  }

  private static func rounding(columns: Int) -> Double { Double(columns + 12) * 0x1.03p-24 }

  /// The nearest centre of each of `count` rows of `tiles` from `row` on, and the gap that proves it where above 0.
  ///
  /// `row` must be the first of a tile; `labels` and `gaps` need room for whole tiles.
  @unsafe func findNearest(
    _ tiles: FloatTiles, from row: Int, count rows: Int, level: Kernels, labels: UnsafeMutablePointer<Int32>,
    gaps: UnsafeMutablePointer<Float>
  ) {
    unsafe values.withUnsafeBufferPointer { values in
      unsafe offsets.withUnsafeBufferPointer { offsets in
        unsafe slack.withUnsafeBufferPointer { slack in
          var centers = unsafe tessera_centers(
            count: Int64(count), columns: Int64(columns), values: values.baseAddress, offsets: offsets.baseAddress,
            slack: slack.baseAddress, rowSlack: Float(Self.rounding(columns: columns)),
            absoluteSlack: Float(Double(columns) * 0x1p-100))
          unsafe tessera_tiles_nearest(
            Int32(level.rawValue), tiles.values(from: row), tiles.squares(from: row),
            Int64((rows + FloatTiles.tileRows - 1) / FloatTiles.tileRows), &centers, labels, gaps)
        }
      }
    }
  }
}
