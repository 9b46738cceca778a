internal import LinearAlgebra

/// The rows as mixtures work on them: checked, distinct, in an order of their own, each block's prepared for itself.
///
/// Made once for all the fits of a search. Neither the order of the data nor repeats nor unused columns leave a trace;
/// rows without a gap come first, then those with missing values, by pattern.
struct MixtureRows: Sendable {
  /// Rows that one call of a block's functions works on: their log-densities stay in the cache.
  static let blockRows = 256

  /// The rows of each block.
  let blocks: [any BlockRows]
  /// For each block the places of its columns in the data.
  let columns: [[Int]]
  /// The weight of each row (m), in a unit that keeps sums in range.
  let weights: [Double]
  /// What the weights of the data were multiplied by: 1 unless they are extremely small or large.
  let weightScale: Double
  /// The summed weight.
  let totalWeight: Double
  /// The number of columns of the data.
  let width: Int
  /// For each row the patterns of gaps differ; noise then needs the columns that are there. Nil without any gap.
  let gaps: GapPattern?

  /// m, the number of distinct rows.
  var count: Int { weights.count }

  /// Checks `x` (n x d) and `weights` (n, >= 0; all 1 when nil) for `mixture` and prepares them, for any number of
  /// components. O(n d).
  init(_ mixture: Mixture, _ x: Matrix, weights: [Double]?) throws(FitError) {
    let columns = try mixture.columnsOfBlocks(width: x.columns)
    let used = columns.flatMap { $0 }.sorted()
    var values = x.selectingColumns(used)
    try DataChecks.checkValues(values, columns: used, missing: mixture.missing)
    for (block, own) in zip(mixture.blocks, columns) { try block.kind.check(x, columns: own, isOwn: false) }
    try DataChecks.checkWeights(weights, rows: x.rows)
    values = values.withOneKindOfGap()
    let present = weights.map { $0.count { $0 > 0 } } ?? x.rows
    guard present >= max(1, mixture.components) else {
      throw .tooFewRows(have: present, need: max(1, mixture.components))
    }
    let distinct = DistinctRows(values, weights: weights)
    guard distinct.matrix.rows >= mixture.components else {
      throw .tooFewDistinctRows(have: distinct.matrix.rows, need: mixture.components)
    }
    let order = mixture.missing == .integrated ? GapPattern.order(of: distinct.matrix) : nil
    let ordered = order.map { distinct.matrix.gatheringRows($0) } ?? distinct.matrix
    let orderedWeights = order.map { $0.map { distinct.weights[$0] } } ?? distinct.weights
    // Ordinary weights stay as they are: a prior counts them as rows.
    let largest = orderedWeights.max() ?? 1
    let weightScale = largest > 0x1p64 || largest < 0x1p-64 ? powerOfTwoScale(for: largest) : 1
    let scaled = orderedWeights.map { $0 * weightScale }
    var blocks: [any BlockRows] = []
    for (block, own) in zip(mixture.blocks, columns) {
      let places = own.map { column in used.firstIndex(of: column) ?? 0 }
      blocks.append(try block.prepare(ordered.selectingColumns(places), weights: scaled, columns: own))
    }
    self.init(
      blocks: blocks, columns: columns, weights: scaled, weightScale: weightScale, width: x.columns,
      gaps: GapPattern(ordered, columns: columns.map { own in own.map { used.firstIndex(of: $0) ?? 0 } }))
  }

  private init(
    blocks: [any BlockRows], columns: [[Int]], weights: [Double], weightScale: Double, width: Int, gaps: GapPattern?
  ) {
    self.blocks = blocks
    self.columns = columns
    self.weights = weights
    self.weightScale = weightScale
    self.width = width
    self.gaps = gaps
    totalWeight = weights.reduce(0, +)
  }

  /// The rows at `indices` (ascending) with other weights.
  func subset(_ indices: [Int], weights: [Double]) -> MixtureRows {
    MixtureRows(
      blocks: blocks.map { $0.subset(indices) }, columns: columns, weights: weights, weightScale: 1, width: width,
      gaps: gaps?.subset(indices))
  }
}

/// Which values of rows are missing, for the density of noise.
struct GapPattern: Sendable {
  /// The first row with a gap.
  private let first: Int
  /// From there on, for each row and each column of the blocks one after the other, whether it is there.
  private let present: [Bool]
  private let width: Int

  /// Nil when `x` has no gap. `columns` are those of each block in `x`.
  init?(_ x: Matrix, columns: [[Int]]) {
    let flat = columns.flatMap { $0 }
    guard let first = (0..<x.rows).first(where: { row in x.row(row).contains { $0.isNaN } }) else { return nil }
    self.init(
      first: first, present: (first..<x.rows).flatMap { row in flat.map { !x[row, $0].isNaN } }, width: flat.count)
  }

  private init(first: Int, present: [Bool], width: Int) {
    self.first = first
    self.present = present
    self.width = width
  }

  /// The sum of `values` (one a column) over the columns that `row` has.
  func sum(_ values: [Double], row: Int) -> Double {
    guard row >= first else { return values.reduce(0, +) }
    var sum = 0.0
    for column in 0..<width where present[(row - first) * width + column] { sum += values[column] }
    return sum
  }

  func subset(_ indices: [Int]) -> GapPattern {
    let own = indices.filter { $0 >= first }
    return GapPattern(
      first: indices.count - own.count,
      present: own.flatMap { present[($0 - first) * width..<($0 - first + 1) * width] }, width: width)
  }

  /// The rows of `x` without a gap, in order, then the others by their pattern of gaps; nil when there is no gap.
  static func order(of x: Matrix) -> [Int]? {
    let gapped = (0..<x.rows).filter { row in x.row(row).contains { $0.isNaN } }
    guard let first = gapped.first else { return nil }
    let patterns = Dictionary(uniqueKeysWithValues: gapped.map { row in (row, x.row(row).map(\.isNaN)) })
    let sorted = gapped.sorted { a, b in
      for (one, other) in zip(patterns[a] ?? [], patterns[b] ?? []) where one != other { return other }
      return a < b
    }
    var isGapped = [Bool](repeating: false, count: x.rows - first)
    for row in gapped { isGapped[row - first] = true }
    return (0..<x.rows).filter { $0 < first || !isGapped[$0 - first] } + sorted
  }
}

extension Matrix {
  /// Every NaN as the same bits, so that rows which lack the same values count as equal.
  fileprivate func withOneKindOfGap() -> Matrix {
    guard values.contains(where: \.isNaN) else { return self }
    return Matrix(rows: rows, columns: columns, values: values.map { $0.isNaN ? .nan : $0 })
  }
}

extension DataChecks {
  /// As ``checkValues(_:)``, for the chosen `columns` of a table, whose places errors name; NaN is let through when
  /// missing values are integrated out, unless a row has nothing else.
  static func checkValues(_ x: Matrix, columns: [Int], missing: Mixture.MissingValues) throws(FitError) {
    guard x.columns > 0 else { throw .noColumns }
    let d = x.columns
    let offenders = Parallel.map(rows: x.rows) { range -> FitError? in
      for row in range {
        var present = 0
        for column in 0..<d {
          let value = x.values[row * d + column]
          if value.magnitude <= greatestMagnitude {
            present += 1
          } else if !(value.isNaN && missing == .integrated) {
            return value.isFinite
              ? .tooLarge(row: row, column: columns[column]) : .notFinite(row: row, column: columns[column])
          }
        }
        if present == 0 { return .missingRow(row: row) }
      }
      return nil
    }
    for case .some(let error) in offenders { throw error }
  }
}

extension Mixture {
  /// The columns of each block of a table with `width` columns.
  func columnsOfBlocks(width: Int) throws(FitError) -> [[Int]] {
    guard width > 0 else { throw .noColumns }
    guard !blocks.isEmpty else { throw .parameter(name: "blocks", requirement: "at least one block of columns") }
    let columns = blocks.map { $0.columns ?? Array(0..<width) }
    let all = columns.flatMap { $0 }
    guard columns.allSatisfy({ !$0.isEmpty }), all.allSatisfy({ $0 >= 0 && $0 < width }), Set(all).count == all.count
    else {
      throw .parameter(name: "blocks", requirement: "blocks of columns 1 to \(width), each column in one block at most")
    }
    return columns
  }
}
