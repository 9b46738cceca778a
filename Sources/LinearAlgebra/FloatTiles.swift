internal import CKernels

/// Rows in single precision, as the fused kernel reads them: tiles of 64 rows, column after column inside a tile.
///
/// Half the size of the rows in double. What it says is a proposal: a label counts only where the kernel proves that
/// rounding cannot have changed it.
@safe package final class FloatTiles: Sendable {
  /// The number of rows.
  package let rows: Int
  let columns: Int
  // The rows that the tiles have room for.
  private let padded: Int
  // Safe: freed only with the object. Written while one owner holds it, then only read.
  private nonisolated(unsafe) let base: UnsafeMutablePointer<Float>

  /// Rounds the rows of `x`, which stand about their middle in units near 1. O(n d), on all workers.
  package convenience init(_ x: Matrix) {
    unsafe self.init(capacity: x.rows, columns: x.columns)
    _ = Parallel.map(rows: x.rows) { range in
      unsafe x.values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        unsafe pack(values + range.lowerBound * columns, count: range.count, at: range.lowerBound)
      }
    }
  }

  /// Room for `capacity` rows, not yet filled.
  @unsafe init(capacity: Int, columns: Int) {
    rows = capacity
    self.columns = columns
    let padded = (capacity + Self.tileRows - 1) / Self.tileRows * Self.tileRows
    // A vector that straddles two cache lines costs two loads, so tiles begin where lines do.
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(64, padded * (columns + 1) * 4), alignment: 64)
    unsafe base = raw.bindMemory(to: Float.self, capacity: padded * (columns + 1))
    self.padded = padded
  }

  deinit { unsafe base.deallocate() }

  private var level: Int32 { Int32(max(.baseline, Kernels.current).rawValue) }

  static let tileRows = Int(tessera_tile_rows)

  /// The values of the tile in which row `row` stands.
  @unsafe func values(from row: Int) -> UnsafeMutablePointer<Float> {
    unsafe base + row / Self.tileRows * Self.tileRows * columns
  }

  /// The squared lengths from row `row` on.
  @unsafe func squares(from row: Int) -> UnsafeMutablePointer<Float> {
    unsafe base + padded * columns + row
  }

  /// Fills the tiles with `count` rows, the first at `place`, where a tile begins: (value - origin) x scale of each.
  @unsafe func pack(
    _ x: UnsafePointer<Double>, count: Int, at place: Int = 0, origin: [Double]? = nil, scale: Double = 1
  ) {
    // Safe: the caller keeps `count` rows from `place` on to itself, and they lie inside the storage.
    unsafe withOrigin(origin) { origin in
      unsafe tessera_tiles_pack(
        level, x, nil, Int64(count), Int64(columns), origin, scale, values(from: place), squares(from: place))
    }
  }

  /// Fills the tiles from the start with the rows of `x` at `first` + each of `indices`.
  @unsafe func pack(_ x: UnsafePointer<Double>, first: Int, _ indices: UnsafePointer<Int32>, count: Int) {
    unsafe tessera_tiles_pack(
      level, x + first * columns, indices, Int64(count), Int64(columns), nil, 1, values(from: 0), squares(from: 0))
  }

  @unsafe private func withOrigin(_ origin: [Double]?, _ body: (UnsafePointer<Double>?) -> Void) {
    guard let origin else { return body(nil) }
    unsafe origin.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}
