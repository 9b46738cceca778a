internal import LinearAlgebra

/// Rows whose columns each take few different values, as places in a table of those values.
///
/// All kinds of blocks but the Gaussian ones work by it: the log-density of a row is the sum of what stands in its
/// places, and an M-step needs no more than how heavily each component holds each value. A missing value is a place of
/// its own, the last of its column.
struct LevelPlaces: Sendable {
  /// n.
  let rows: Int
  /// The places of each column (d).
  let columns: [Range<Int>]
  /// The place of each value (n x d, row-major).
  fileprivate let places: [Int32]

  /// Places for `levels` values a column (d); `level` tells that of a column and row, nil if missing, on all workers.
  init(rows: Int, levels: [Int], level: @Sendable (Int, Int) -> Int?) {
    let parts = Parallel.map(rows: rows) { LevelPlaces(piece: $0, levels: levels, level: level).places }
    let places = parts.count == 1 ? parts[0] : Array(parts.joined())
    self.init(rows: rows, columns: Self.columns(levels), places: places)
  }

  /// The same of a few rows, one after the other.
  init(piece rows: Range<Int>, levels: [Int], level: (Int, Int) -> Int?) {
    let columns = Self.columns(levels)
    var places: [Int32] = []
    places.reserveCapacity(rows.count * columns.count)
    for row in rows {
      for (column, span) in columns.enumerated() {
        let place = level(column, row).map { span.lowerBound + $0 } ?? span.upperBound - 1
        places.append(Int32(truncatingIfNeeded: place))
      }
    }
    self.init(rows: rows.count, columns: columns, places: places)
  }

  private init(rows: Int, columns: [Range<Int>], places: [Int32]) {
    self.rows = rows
    self.columns = columns
    self.places = places
  }

  /// Where the columns' values stand: those of the first column and its missing one, then those of the next.
  static func columns(_ levels: [Int]) -> [Range<Int>] {
    var columns: [Range<Int>] = []
    for count in levels {
      let first = columns.last?.upperBound ?? 0
      columns.append(first..<first + count + 1)
    }
    return columns
  }

  /// The level of a value, nil if it is missing.
  func level(_ column: Int, _ row: Int) -> Int? {
    let place = Int(places[row * columns.count + column])
    return place < columns[column].upperBound - 1 ? place - columns[column].lowerBound : nil
  }

  func subset(_ indices: [Int]) -> LevelPlaces {
    let d = columns.count
    return LevelPlaces(rows: indices.count, columns: columns, places: indices.flatMap { places[$0 * d..<($0 + 1) * d] })
  }
}

/// The log-density of every value in every component; 0 for a missing one.
///
/// No logarithm is taken inside a loop over rows. O(n d k / 4) a pass.
struct LevelTable: Sendable {
  /// k.
  let components: Int
  /// The places of each column (d).
  let columns: [Range<Int>]
  /// Components in fours, the last filled up, so that one instruction serves four.
  private let quads: Int
  /// places x quads.
  private var logDensities: [SIMD4<Double>]

  /// A table of zeros for `columns`, as ``LevelPlaces/columns(_:)`` lays them.
  init(columns: [Range<Int>], components: Int) {
    self.columns = columns
    self.components = components
    quads = (components + 3) / 4
    logDensities = [SIMD4<Double>](repeating: .zero, count: (columns.last?.upperBound ?? 0) * quads)
  }

  /// Sets the log-density of one value of one column in one component.
  mutating func set(_ logDensity: Double, column: Int, level: Int, component: Int) {
    logDensities[(columns[column].lowerBound + level) * quads + component / 4][component % 4] = logDensity
  }

  /// Adds the log-densities of the rows, as ``BlockFitter/addLogDensities(_:to:)`` says.
  func addLogDensities(_ rows: Range<Int>, of all: LevelPlaces, to target: inout [Double]) {
    let (d, m) = (columns.count, rows.count)
    for quad in 0..<quads {
      let lanes = min(4, components - quad * 4)
      let first = quad * 4 * m
      for (offset, row) in rows.enumerated() {
        var sum = SIMD4<Double>.zero
        for index in row * d..<row * d + d { sum += logDensities[Int(all.places[index]) * quads + quad] }
        let place = first + offset
        target[place] += sum[0]
        guard lanes > 1 else { continue }
        target[place + m] += sum[1]
        guard lanes > 2 else { continue }
        target[place + 2 * m] += sum[2]
        guard lanes > 3 else { continue }
        target[place + 3 * m] += sum[3]
      }
    }
  }

  /// How many sums there are: one for every place and component, these filled up to fours.
  var sumCount: Int { (columns.last?.upperBound ?? 0) * quads * 4 }

  /// Adds the responsibilities of the rows to the sums of their values.
  func addSums(_ rows: Range<Int>, of all: LevelPlaces, responsibilities: [Double], to sums: inout [Double]) {
    let (d, m) = (columns.count, rows.count)
    let places = columns.last?.upperBound ?? 0
    // Fours are added up by themselves, unless there are so many places that emptying them would cost more.
    var own = [SIMD4<Double>](repeating: .zero, count: places <= 4 * m * d ? places : 0)
    for quad in 0..<quads {
      let lanes = min(4, components - quad * 4)
      let first = quad * 4 * m
      for place in own.indices { own[place] = .zero }
      for (offset, row) in rows.enumerated() {
        let start = first + offset
        var share = SIMD4(responsibilities[start], 0, 0, 0)
        if lanes > 1 { share[1] = responsibilities[start + m] }
        if lanes > 2 { share[2] = responsibilities[start + 2 * m] }
        if lanes > 3 { share[3] = responsibilities[start + 3 * m] }
        if own.isEmpty {
          for index in row * d..<row * d + d { add(share, to: &sums, place: Int(all.places[index]), quad: quad) }
        } else {
          for index in row * d..<row * d + d { own[Int(all.places[index])] += share }
        }
      }
      for place in own.indices { add(own[place], to: &sums, place: place, quad: quad) }
    }
  }

  private func add(_ share: SIMD4<Double>, to sums: inout [Double], place: Int, quad: Int) {
    let first = (place * quads + quad) * 4
    for lane in 0..<4 { sums[first + lane] += share[lane] }
  }

  /// How heavily each component holds each value of one column (k arrays of levels), from the sums over all rows.
  func histograms(of column: Int, in sums: [Double]) -> [[Double]] {
    let places = columns[column].dropLast()
    return (0..<components).map { component in places.map { sums[$0 * quads * 4 + component] } }
  }
}
