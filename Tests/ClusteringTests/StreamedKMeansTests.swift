import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Synchronization
import TestSupport
import Testing

/// Batches given one by one, and an error after them if any.
struct ListedStream: RowStream {
  struct Broken: Error, CustomStringConvertible { let description = "the disk is gone" }
  struct Batches: RowBatches {
    var left: [RowBatch]
    let breaks: Bool
    mutating func next() throws -> RowBatch? {
      guard left.isEmpty else { return left.removeFirst() }
      if breaks { throw Broken() }
      return nil
    }
  }
  let batches: [RowBatch]
  var breaks = false
  func makeBatches() -> Batches { Batches(left: batches, breaks: breaks) }
}

/// Gives other batches each time it is read.
final class FickleStream: RowStream {
  private let readings: [[RowBatch]]
  private let count = Mutex(0)
  init(_ readings: [[RowBatch]]) { self.readings = readings }
  func makeBatches() throws -> ListedStream.Batches {
    let reading = count.withLock { count in
      count += 1
      return count - 1
    }
    return ListedStream.Batches(left: readings[min(reading, readings.count - 1)], breaks: false)
  }
}

/// A source that cannot be opened.
struct ClosedStream: RowStream {
  func makeBatches() throws -> ListedStream.Batches { throw ListedStream.Broken() }
}

/// Made rows for tests of streams.
enum StreamedRows {
  /// Rows about the corners of a simplex, `spread` apart.
  static func groups(rows: Int, columns: Int, groups: Int, spread: Double, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed)
    var x = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      let group = random.integer(below: groups)
      for column in 0..<columns {
        x[row, column] = random.normal() + (group % columns == column ? spread * Double(1 + group / columns) : 0)
      }
    }
    return x
  }

  /// A set of the shared data, or made rows.
  static func named(_ name: String) throws -> Matrix {
    switch name {
    case "groups": groups(rows: 40_000, columns: 3, groups: 6, spread: 12, seed: 41)
    case "cloud": groups(rows: 30_000, columns: 4, groups: 5, spread: 1.5, seed: 42)
    default: try TestTable.benchmark(name).matrix
    }
  }
}

@Suite struct StreamedKMeansTests {
  private static let groups = StreamedRows.groups(rows: 40_000, columns: 3, groups: 6, spread: 12, seed: 41)
  private static let weights: [Double] = (0..<40_000).map { Double($0 % 4) }

  @Test func `rows in batches give the fit that they have in memory`() throws {
    let (x, kMeans) = (Self.groups, KMeans(clusters: 6))
    let whole = try kMeans.fit(x, weights: Self.weights)
    let streamed = try kMeans.fit(stream: MatrixRowStream(x, weights: Self.weights, batchRows: 777))
    #expect(abs(streamed.inertia - whole.inertia) <= 1e-6 * whole.inertia)
    #expect(try streamed.model.assign(x).labels == whole.labels)
    #expect(streamed.clusterWeights.reduce(0, +) == Self.weights.reduce(0, +))
    #expect(streamed.rows == 40_000)
    #expect(streamed.converged)
  }

  @Test func `seeds from a small sample lead to the same groups`() throws {
    let (x, kMeans) = (Self.groups, KMeans(clusters: 6))
    let whole = try kMeans.fit(x, weights: Self.weights)
    let stream = MatrixRowStream(x, weights: Self.weights)
    let streamed = try kMeans.fit(stream: stream, sampleRows: 500)
    #expect(abs(streamed.inertia - whole.inertia) <= 1e-6 * whole.inertia)
    #expect(try streamed.model.assign(x).labels == whole.labels)
    #expect(streamed.inertiaTrace.count > 1)
    #expect(zip(streamed.inertiaTrace, streamed.inertiaTrace.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-12) })
  }

  @Test(arguments: [1, 1000, 16_384, 40_000, 1_000_000]) func `where batches end does not show in a bit`(
    batchRows: Int
  ) throws {
    let kMeans = KMeans(clusters: 4)
    let usual = try kMeans.fit(stream: MatrixRowStream(Self.groups), sampleRows: 900)
    #expect(try kMeans.fit(stream: MatrixRowStream(Self.groups, batchRows: batchRows), sampleRows: 900) == usual)
  }

  @Test func `threads do not show, and equal seeds give equal bits`() throws {
    let before = Parallel.workers
    defer { Parallel.workers = before }
    let fits = try [1, 2, 5, 5].map { workers in
      Parallel.workers = workers
      return try KMeans(clusters: 7).fit(stream: MatrixRowStream(Self.groups), sampleRows: 900)
    }
    #expect(fits.allSatisfy { $0 == fits[0] })
  }

  @Test func `the order of the rows shows in rounding alone`() throws {
    var random = RandomStream(seed: 43)
    var order = Array(0..<Self.groups.rows)
    random.shuffle(&order)
    let kMeans = KMeans(clusters: 6)
    let straight = try kMeans.fit(stream: MatrixRowStream(Self.groups), sampleRows: 900)
    let shuffled = try kMeans.fit(stream: MatrixRowStream(Self.groups.gatheringRows(order)), sampleRows: 900)
    #expect(abs(straight.inertia - shuffled.inertia) <= 1e-12 * straight.inertia)
    for (a, b) in zip(straight.model.centroids.values, shuffled.model.centroids.values) { #expect(abs(a - b) < 1e-10) }
  }

  @Test func `weights equal repeated rows but for rounding`() throws {
    let x = StreamedRows.groups(rows: 9000, columns: 2, groups: 4, spread: 2, seed: 44)
    let counts = (0..<9000).map { 1 + $0 % 3 }
    let repeats = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let weighted = try KMeans(clusters: 5).fit(stream: MatrixRowStream(x, weights: counts.map(Double.init)))
    let repeated = try KMeans(clusters: 5).fit(stream: MatrixRowStream(x.gatheringRows(repeats)))
    #expect(abs(weighted.inertia - repeated.inertia) <= 1e-12 * weighted.inertia)
    for (a, b) in zip(weighted.clusterWeights, repeated.clusterWeights) { #expect(abs(a - b) < 1e-9) }
  }

  @Test func `rows of weight 0 are absent to the bit, however far they lie`() throws {
    var x = StreamedRows.groups(rows: 20_000, columns: 2, groups: 3, spread: 9, seed: 45)
    let kept = (0..<20_000).filter { $0 % 5 != 2 }
    let without = try KMeans(clusters: 3).fit(stream: MatrixRowStream(x.gatheringRows(kept)), sampleRows: 300)
    for row in 0..<20_000 where row % 5 == 2 { x[row, 0] = 1e130 }
    let weights: [Double] = (0..<20_000).map { $0 % 5 != 2 ? 1 : 0 }
    let zeroed = try KMeans(clusters: 3).fit(stream: MatrixRowStream(x, weights: weights), sampleRows: 300)
    #expect(zeroed.model == without.model)
    #expect(zeroed.inertia == without.inertia)
    #expect(zeroed.rows == 20_000)
  }

  @Test(arguments: [1, 1e-160, 0x1p-1040, 1e120]) func `nothing but finite numbers comes out at any scale`(
    scale: Double
  ) throws {
    let x = StreamedRows.groups(rows: 3000, columns: 2, groups: 4, spread: 8, seed: 46)
    let scaled = Matrix(rows: 3000, columns: 2, values: x.values.map { $0 * scale })
    let fit = try KMeans(clusters: 4).fit(stream: MatrixRowStream(scaled), sampleRows: 400)
    let numbers = fit.model.centroids.values + fit.inertiaTrace + fit.clusterWeights + [fit.inertia]
    #expect(numbers.allSatisfy { $0.isFinite })
    let plain = try KMeans(clusters: 4).fit(stream: MatrixRowStream(x), sampleRows: 400)
    // Scaling by what is no power of two changes rows, hence the sample, by rounding.
    #expect(zip(fit.clusterWeights, plain.clusterWeights).allSatisfy { abs($0 - $1) <= 30 })
  }

  /// All weight on a few rows that a draw by place would hardly meet.
  @Test func `a small sample by weight meets the heavy rows`() throws {
    var x = StreamedRows.groups(rows: 30_000, columns: 2, groups: 2, spread: 20, seed: 47)
    var weights = [Double](repeating: 1e-3, count: 30_000)
    for row in stride(from: 500, to: 30_000, by: 3000) {
      weights[row] = 1e3
      for column in 0..<2 { x[row, column] = -40 - Double(row % 7) }
    }
    let streamed = try KMeans(clusters: 4).fit(stream: MatrixRowStream(x, weights: weights), sampleRows: 600)
    let whole = try KMeans(clusters: 4).fit(x, weights: weights)
    #expect(streamed.inertia <= 1.01 * whole.inertia)
  }

  @Test func `an empty cluster takes the row farthest away`() throws {
    // Three of the four seeds that two different rows in a sample allow would fall together: the sample holds all.
    let x = Matrix(rows: 6, columns: 1, values: [0, 0, 0, 1, 5, 9])
    let fit = try KMeans(clusters: 4).fit(stream: MatrixRowStream(x, batchRows: 1), sampleRows: 1)
    #expect(fit.inertia == 0)
    #expect(fit.clusterWeights == [3, 1, 1, 1])
  }

  @Test func `progress rises to 1, and an observer that says no ends the fit`() throws {
    let stream = MatrixRowStream(Self.groups)
    let seen = Mutex<[FitProgress]>([])
    _ = try KMeans(clusters: 6).fit(stream: stream, sampleRows: 300) { progress in
      seen.withLock { $0.append(progress) }
      return true
    }
    let all = seen.withLock { $0 }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.fraction <= $1.fraction })
    #expect(all.last?.fraction == 1)
    // At the first report, in the middle and at the last; how many there are may differ from run to run.
    for end in [0, 0.5, 1] {
      #expect(throws: FitError.cancelled) {
        try KMeans(clusters: 6).fit(stream: stream, sampleRows: 300) { $0.fraction < end }
      }
    }
  }

  @Test func `the memory of a fit is counted without overflow`() {
    #expect(KMeans.memoryNeeded(rows: 1_000_000, columns: 32) == 1_000_000 * (32 * 20 + 96))
    #expect(KMeans.memoryNeeded(rows: .max, columns: .max) == .max)
    #expect(KMeans.memoryNeeded(rows: 0, columns: 5) == 0)
  }
}

/// What every fit of a stream refuses, and how.
enum StreamRefusal: CaseIterable {
  case empty, closed, broken, widths, nan, tooLarge, weightNegative, weightsZero, weightCount, tooFew, duplicates
  case noColumns, shorter, longer, otherRows, clusters

  private static func column(_ values: [Double], weights: [Double]? = nil) -> RowBatch {
    RowBatch(rows: Matrix(rows: values.count, columns: 1, values: values), weights: weights)
  }

  /// The error with which `fit` of four clusters (or none) answers a stream of this fault, and the one it should.
  func answer(
    _ fit: (_ clusters: Int, _ stream: any RowStream) throws(FitError) -> Void
  ) -> (found: FitError?, expected: FitError) {
    let good = [Self.column([0, 1, 2, 10, 11]), Self.column([20, 21, 30])]
    func listed(_ batches: [RowBatch], breaks: Bool = false) -> ListedStream {
      ListedStream(batches: batches, breaks: breaks)
    }
    var clusters = 4
    let stream: any RowStream
    let expected: FitError
    switch self {
    case .empty: (stream, expected) = (listed([]), .tooFewRows(have: 0, need: 4))
    case .closed: (stream, expected) = (ClosedStream(), .streamFailed(afterRows: 0, reason: "the disk is gone"))
    case .broken:
      (stream, expected) = (listed(good, breaks: true), .streamFailed(afterRows: 8, reason: "the disk is gone"))
    case .widths:
      let wide = RowBatch(rows: Matrix(rows: 2, columns: 2))
      (stream, expected) = (listed(good + [wide]), .batchColumns(row: 8, have: 2, need: 1))
    case .nan: (stream, expected) = (listed(good + [Self.column([1, .nan])]), .notFinite(row: 9, column: 0))
    case .tooLarge: (stream, expected) = (listed(good + [Self.column([1e300])]), .tooLarge(row: 8, column: 0))
    case .weightNegative:
      (stream, expected) = (listed(good + [Self.column([1, 2], weights: [1, -1])]), .weightInvalid(row: 9))
    case .weightsZero: (stream, expected) = (listed([Self.column([1, 2, 3, 4], weights: [0, 0, 0, 0])]), .weightSum)
    case .weightCount:
      (stream, expected) = (listed(good + [Self.column([1, 2], weights: [1])]), .weightCount(have: 1, need: 2))
    case .tooFew: (stream, expected) = (listed([Self.column([1, 2, 3])]), .tooFewRows(have: 3, need: 4))
    case .duplicates:
      (stream, expected) = (listed([Self.column([1, 2, 1, 2, 3, 3])]), .tooFewDistinctRows(have: 3, need: 4))
    case .noColumns: (stream, expected) = (listed([RowBatch(rows: Matrix(rows: 3, columns: 0))]), .noColumns)
    case .shorter: (stream, expected) = (FickleStream([good, [good[0]]]), .streamChanged(have: 5, need: 8))
    case .longer: (stream, expected) = (FickleStream([good, good + [good[0]]]), .streamChanged(have: 13, need: 8))
    case .otherRows:
      let other = [Self.column([0, 1, 2, 10, 1e129]), good[1]]
      (stream, expected) = (FickleStream([good, other]), .streamChanged(have: 8, need: 8))
    case .clusters:
      clusters = 0
      (stream, expected) = (listed(good), .parameter(name: "clusters", requirement: "at least 1"))
    }
    do {
      try fit(clusters, stream)
      return (nil, expected)
    } catch {
      return (error, expected)
    }
  }
}

@Suite struct StreamedKMeansRefusalTests {
  @Test(arguments: StreamRefusal.allCases) func `a stream that cannot be clustered is refused with its place`(
    refusal: StreamRefusal
  ) {
    let answer = refusal.answer { clusters, stream throws(FitError) in
      _ = try KMeans(clusters: clusters).fit(stream: stream)
    }
    #expect(answer.found == answer.expected)
  }

  @Test func `a stream may hold empty batches, one column, and a constant column`() throws {
    let empty = RowBatch(rows: Matrix(rows: 0, columns: 0))
    let some = RowBatch(rows: Matrix(rows: 3, columns: 2, values: [1, 7, 2, 7, 9, 7]), weights: [1, 1, 0])
    let more = RowBatch(rows: Matrix(rows: 2, columns: 2, values: [30, 7, 31, 7]))
    let fit = try KMeans(clusters: 2).fit(stream: ListedStream(batches: [empty, some, empty, more, empty]))
    #expect(fit.model.centroids.values == [1.5, 7, 30.5, 7])
    #expect(fit.rows == 5)
    #expect(fit.clusterWeights == [2, 2])
  }

  @Test(arguments: [Double.leastNonzeroMagnitude, .leastNormalMagnitude, 1e30])
  func `weights may be as light or heavy as numbers are`(weight: Double) throws {
    let x = StreamedRows.groups(rows: 900, columns: 2, groups: 2, spread: 40, seed: 3)
    let rows = RowBatch(rows: x, weights: [Double](repeating: weight, count: 900))
    // Of 900 different rows, 300 and 900 are drawn.
    for sampleRows in [300, 900] {
      let fit = try KMeans(clusters: 2).fit(stream: ListedStream(batches: [rows]), sampleRows: sampleRows)
      let unit = try KMeans(clusters: 2).fit(stream: MatrixRowStream(x), sampleRows: sampleRows)
      for (one, other) in zip(fit.model.centroids.values, unit.model.centroids.values) {
        #expect(abs(one - other) < 1e-9)
      }
    }
  }

  @Test func `messages count from 1 and show no value`() {
    #expect(FitError.batchColumns(row: 8, have: 2, need: 1).description.contains("begins at row 9"))
    #expect(FitError.streamFailed(afterRows: 8, reason: "the disk is gone").description.contains("after 8 rows"))
    #expect(FitError.streamChanged(have: 5, need: 8).description.contains("5 read, 8 the first time"))
  }
}

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct StreamedKMeansReferenceTests {
  @Test(arguments: [("sipu/s1", 15, 8.91762e12), ("sipu/a1", 20, 1.21463e10), ("sipu/unbalance", 8, 2.14492e11)])
  func `streamed rows reach the least inertia known, and that in memory to 1e-6`(
    name: String, clusters: Int, least: Double
  ) throws {
    let x = try TestTable.benchmark(name).matrix
    let whole = try KMeans(clusters: clusters).fit(x)
    let streamed = try KMeans(clusters: clusters).fit(stream: MatrixRowStream(x, batchRows: 100))
    #expect(abs(streamed.inertia - whole.inertia) <= 1e-6 * whole.inertia)
    #expect(streamed.inertia <= 1.001 * least)
    // Where the sample is a third of the rows.
    let sampled = try KMeans(clusters: clusters).fit(stream: MatrixRowStream(x), sampleRows: x.rows / 3)
    #expect(sampled.inertia <= 1.001 * least)
  }
}
