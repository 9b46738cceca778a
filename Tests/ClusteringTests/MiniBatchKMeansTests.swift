import Clustering
import Foundation
import LinearAlgebra
import Randomness
import Synchronization
import TestSupport
import Testing

@Suite struct MiniBatchKMeansTests {
  private static let groups = StreamedRows.groups(rows: 90_000, columns: 3, groups: 6, spread: 12, seed: 51)

  @Test func `clear groups are found as by exact iterations`() throws {
    let exact = try KMeans(clusters: 6).fit(stream: MatrixRowStream(Self.groups))
    let fit = try MiniBatchKMeans(clusters: 6).fit(stream: MatrixRowStream(Self.groups))
    #expect(fit.converged)
    #expect(fit.inertia <= 1.001 * exact.inertia)
    #expect(fit.inertia >= exact.inertia * (1 - 1e-9))
    #expect(fit.rows == 90_000)
    #expect(try fit.model.assign(Self.groups).distances.reduce(0) { $0 + $1 * $1 } <= fit.inertia * (1 + 1e-9))
  }

  /// Rows that come group after group, of which a batch shows one.
  @Test func `rows in the order of their groups do no harm`() throws {
    let order = Self.groups.values.indices.filter { $0 % 3 == 0 }.map { $0 / 3 }
      .sorted { Self.groups[$0, 0] < Self.groups[$1, 0] }
    let exact = try KMeans(clusters: 6).fit(stream: MatrixRowStream(Self.groups))
    let fit = try MiniBatchKMeans(clusters: 6).fit(stream: MatrixRowStream(Self.groups.gatheringRows(order)))
    #expect(fit.inertia <= 1.02 * exact.inertia)
  }

  @Test(arguments: [1, 1000, 1_000_000]) func `where the stream's batches end does not show in a bit`(
    batchRows: Int
  ) throws {
    var miniBatch = MiniBatchKMeans(clusters: 5)
    miniBatch.maxEpochs = 2
    let usual = try miniBatch.fit(stream: MatrixRowStream(Self.groups))
    #expect(try miniBatch.fit(stream: MatrixRowStream(Self.groups, batchRows: batchRows)) == usual)
  }

  @Test func `threads do not show in a batch of many rows`() throws {
    let before = Parallel.workers
    defer { Parallel.workers = before }
    var miniBatch = MiniBatchKMeans(clusters: 5)
    miniBatch.batchRows = 50_000
    miniBatch.maxEpochs = 2
    let fits = try [1, 2, 5].map { workers in
      Parallel.workers = workers
      return try miniBatch.fit(stream: MatrixRowStream(Self.groups))
    }
    #expect(fits.allSatisfy { $0 == fits[0] })
  }

  /// By hand: centres 0 and 10 that have seen two rows each; a batch of 2 and 4 moves the first to the mean of four.
  @Test func `a centre moves to the mean of all it has seen`() throws {
    let start = try MiniBatchKMeans(clusters: 2).begin(with: Matrix(rows: 4, columns: 1, values: [-1, 1, 9, 11]))
    #expect(start.centroids.values == [0, 10])
    #expect(start.seen == [2, 2])
    let next = try start.updated(with: Matrix(rows: 2, columns: 1, values: [2, 4]))
    #expect(next.centroids.values == [1.5, 10])
    #expect(next.seen == [4, 2])
    #expect(next.batches == 2)
    #expect(next.smoothedInertia == 1 + 0.1 * (10 - 1))
    #expect(next.model.centroids.values == [1.5, 10])
    #expect(start.centroids.values == [0, 10])
  }

  @Test func `a batch is the same in any order, with weights for repeats, and without rows of weight 0`() throws {
    var random = RandomStream(seed: 52)
    let x = Matrix(rows: 500, columns: 2, values: (0..<1000).map { _ in Double(random.integer(below: 9)) })
    let start = try MiniBatchKMeans(clusters: 4).begin(with: x)
    var order = Array(0..<500)
    random.shuffle(&order)
    #expect(try start.updated(with: x) == start.updated(with: x.gatheringRows(order)))
    let counts = (0..<500).map { $0 % 3 }
    let repeats = counts.indices.flatMap { [Int](repeating: $0, count: counts[$0]) }
    let weighted = try start.updated(with: x, weights: counts.map(Double.init))
    #expect(try weighted == start.updated(with: x.gatheringRows(repeats)))
    #expect(try start.updated(with: Matrix(rows: 0, columns: 2)) == start)
  }

  /// Two centres on one group and none on the other that comes later: the one that starves moves over.
  @Test func `a centre that starves is moved to where rows are`() throws {
    let first = Matrix(rows: 41, columns: 1, values: (0..<40).map { Double($0 % 4) / 100 } + [3])
    var miniBatch = MiniBatchKMeans(clusters: 2)
    miniBatch.reassignmentRatio = 0.1
    var state = try miniBatch.begin(with: first)
    #expect(state.seen == [40, 1])
    let later = Matrix(rows: 200, columns: 1, values: (0..<200).map { -Double($0 % 2) * 50 })
    state = try state.updated(with: later)
    #expect(state.centroids.values[1] == 0 || state.centroids.values[1] == -50)
    for _ in 0..<30 { state = try state.updated(with: later) }
    #expect(abs(state.model.centroids.values.reduce(0, min) + 50) < 1)
    miniBatch.reassignmentRatio = 0
    #expect(try miniBatch.begin(with: first).updated(with: later).centroids.values[1] == 3)
  }

  @Test func `learning goes on from a state that was saved`() throws {
    let fit = try MiniBatchKMeans(clusters: 3).fit(stream: MatrixRowStream(Self.groups))
    let loaded = try JSONDecoder().decode(MiniBatchState.self, from: JSONEncoder().encode(fit.state))
    #expect(loaded == fit.state)
    let more = Self.groups.gatheringRows(Array(0..<700))
    #expect(try loaded.updated(with: more) == fit.state.updated(with: more))
  }

  @Test func `a state that cannot be learned on from is not read`() throws {
    let state = try MiniBatchKMeans(clusters: 2).begin(with: Matrix(rows: 2, columns: 1, values: [1, 2]))
    let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    for (found, spoiled) in [(#""seen":[1,1]"#, #""seen":[1]"#), (#""seen":[1,1]"#, #""seen":[1,-1]"#)] {
      #expect(text.contains(found))
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(
          MiniBatchState.self, from: Data(text.replacingOccurrences(of: found, with: spoiled).utf8))
      }
    }
  }

  @Test(arguments: [1, 1e-160, 0x1p-1040, 1e129]) func `batches of any scale leave finite numbers`(
    scale: Double
  ) throws {
    var random = RandomStream(seed: 53)
    let x = Matrix(rows: 300, columns: 2, values: (0..<600).map { _ in random.normal() })
    let far = Matrix(rows: 300, columns: 2, values: x.values.map { $0 * scale })
    var state = try MiniBatchKMeans(clusters: 5).begin(with: x)
    for _ in 0..<5 { state = try state.updated(with: far, weights: [Double](repeating: 1e37, count: 300)) }
    #expect((state.centroids.values + state.seen + [state.smoothedInertia]).allSatisfy { $0.isFinite })
  }

  @Test func `a limit of one epoch is reported as not converged`() throws {
    var miniBatch = MiniBatchKMeans(clusters: 4)
    miniBatch.maxEpochs = 1
    let fit = try miniBatch.fit(stream: MatrixRowStream(Self.groups))
    #expect(!fit.converged)
    #expect(fit.smoothedInertiaTrace.count == 1)
  }

  @Test func `progress rises to 1, and an observer that says no ends the fit`() throws {
    let stream = MatrixRowStream(Self.groups)
    let seen = Mutex<[Double]>([])
    _ = try MiniBatchKMeans(clusters: 3).fit(stream: stream) { progress in
      seen.withLock { $0.append(progress.fraction) }
      return true
    }
    let all = seen.withLock { $0 }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(all.last == 1)
    // At the first report, in the middle and at the last; how many there are may differ from run to run.
    for end in [0, 0.5, 1] {
      #expect(throws: FitError.cancelled) {
        try MiniBatchKMeans(clusters: 3).fit(stream: stream) { $0.fraction < end }
      }
    }
  }
}

@Suite struct MiniBatchKMeansRefusalTests {
  @Test(arguments: StreamRefusal.allCases) func `a stream that cannot be learned from is refused with its place`(
    refusal: StreamRefusal
  ) {
    let answer = refusal.answer { clusters, stream throws(FitError) in
      _ = try MiniBatchKMeans(clusters: clusters).fit(stream: stream)
    }
    #expect(answer.found == answer.expected)
  }

  @Test func `a batch that cannot be learned from is refused and settings are checked`() throws {
    let x = Matrix(rows: 3, columns: 1, values: [1, 2, 3])
    let state = try MiniBatchKMeans(clusters: 2).begin(with: x)
    #expect(throws: FitError.columnCount(have: 2, need: 1)) { try state.updated(with: Matrix(rows: 1, columns: 2)) }
    #expect(throws: FitError.notFinite(row: 1, column: 0)) {
      try state.updated(with: Matrix(rows: 2, columns: 1, values: [1, .infinity]))
    }
    #expect(throws: FitError.weightInvalid(row: 0)) { try state.updated(with: x, weights: [-1, 1, 1]) }
    #expect(throws: FitError.weightSum) { try state.updated(with: x, weights: [0, 0, 0]) }
    #expect(throws: FitError.tooFewRows(have: 3, need: 4)) { try MiniBatchKMeans(clusters: 4).begin(with: x) }
    for spoil: (inout MiniBatchKMeans) -> Void in [
      { $0.batchRows = 0 }, { $0.maxEpochs = 0 }, { $0.patience = 0 }, { $0.tolerance = .nan },
      { $0.reassignmentRatio = 1 },
    ] {
      var miniBatch = MiniBatchKMeans(clusters: 2)
      spoil(&miniBatch)
      #expect(throws: FitError.self) { try miniBatch.fit(stream: MatrixRowStream(x)) }
    }
    var largest = MiniBatchKMeans(clusters: 2)
    largest.batchRows = .max
    largest.patience = .max
    #expect(try largest.fit(stream: MatrixRowStream(x)).inertia == 0.5)
  }
}

@Suite(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
struct MiniBatchKMeansReferenceTests {
  /// Within 1% of the least sums known; exact iterations reach them.
  @Test(
    arguments: [("sipu/s1", 15, 8.91762e12), ("sipu/a1", 20, 1.21463e10), ("sipu/unbalance", 8, 2.14492e11)],
    [0, 1, 2] as [UInt64])
  func `small batches come within 1 percent of the least inertia known`(
    set: (name: String, clusters: Int, least: Double), seed: UInt64
  ) throws {
    var miniBatch = MiniBatchKMeans(clusters: set.clusters)
    miniBatch.seed = seed
    miniBatch.batchRows = 256
    let fit = try miniBatch.fit(stream: MatrixRowStream(TestTable.benchmark(set.name).matrix))
    #expect(fit.inertia <= 1.01 * set.least)
    #expect(fit.inertia >= 0.99999 * set.least)
  }
}

/// Mini-batch k-means of a stream as the laws see it, its labels by assigning the rows anew.
private func lawful(clusters: Int) -> LawfulClustering<KMeansModel> {
  LawfulClustering(clusters: clusters) { x, weights, seed in
    if let weights, weights.count != x.rows { throw FitError.weightCount(have: weights.count, need: x.rows) }
    var miniBatch = MiniBatchKMeans(clusters: clusters)
    miniBatch.seed = seed
    miniBatch.batchRows = 64
    let fit = try miniBatch.fit(stream: MatrixRowStream(x, weights: weights, batchRows: 100))
    return (fit.model, try fit.model.assign(x).labels)
  }
}

@Suite struct MiniBatchKMeansLawTests {
  /// That training rows are scored as labelled cannot fail here, as the fit itself labels none; the rest can, and of a
  /// stream beyond 65,536 rows the order of rows and weights against repeats would, because batches then differ.
  @Test(arguments: EstimatorLaw.allCases.filter { $0 != .trainingRowsAreScoredAsTheyWereLabelled })
  func `mini-batches keep the laws on rows that are shuffled together`(law: EstimatorLaw) throws {
    #expect(try law.violation(by: lawful(clusters: 5), on: LawfulRows.lattice) == nil)
  }
}
