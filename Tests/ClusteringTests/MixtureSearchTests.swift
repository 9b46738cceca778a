import Clustering
import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct MixtureSearchTests {
  /// Three round groups of 60.
  private let three: Matrix = {
    var random = RandomStream(seed: 1)
    return Matrix(rows: 180, columns: 2, values: (0..<360).map { 0.7 * random.normal() + Double($0 / 120) * 6 })
  }()

  private func search(_ range: ClosedRange<Int>, _ families: [CovarianceFamily] = [.eii, .eee, .vvv]) -> MixtureSearch {
    var search = MixtureSearch(range: range)
    search.families = families
    return search
  }

  @Test func `three groups are three components and the reason says why`() throws {
    let choice = try search(1...5).fit(three)
    #expect(choice.components == 3)
    #expect(choice.family == .eii)
    #expect(choice.structure == .separated)
    // With one component EEE and VVV are one model.
    #expect(choice.candidates.map(\.clusters) == [1, 1] + (2...5).flatMap { [$0, $0, $0] })
    #expect(choice.reason.hasPrefix("EII with k = 3 has the least BIC of 14 models"))
    #expect(choice.reason.contains("standard deviations more"))
    let test = try #require(choice.test)
    #expect(test.findsStructure && test.gainSpeaks)
    let chosen = try #require(choice.candidates.first { $0.family == .eii && $0.clusters == 3 })
    #expect(chosen.sizes == [60, 60, 60])
    #expect(chosen.bic == choice.fit.bic && chosen.parameters == 2 + 6 + 1)
    #expect(abs(try #require(chosen.silhouette) - Silhouette(three, labels: choice.fit.labels).mean) < 1e-12)
    #expect(chosen.calinskiHarabasz == (try ClusterSeparation(three, labels: choice.fit.labels)).calinskiHarabasz)
    #expect(choice.candidates.allSatisfy { $0.clusters > 1 || $0.silhouette == nil })
    let stored = try JSONDecoder().decode(MixtureChoice.self, from: JSONEncoder().encode(choice))
    #expect(stored == choice)
  }

  @Test func `an edge of the range is warned about`() throws {
    #expect(try search(1...3, [.eii]).fit(three).reason.contains("largest k tried: try a wider range"))
    #expect(try search(3...5, [.eii]).fit(three).reason.contains("smallest k tried"))
    #expect(try !search(1...4, [.eii]).fit(three).reason.contains("wider range"))
  }

  @Test func `what was asked for is measured`() throws {
    var search = search(1...4, [.eii])
    search.gapReferences = 5
    var stability = BootstrapStability()
    stability.resamples = 10
    search.stability = stability
    let choice = try search.fit(three)
    #expect(choice.candidates.allSatisfy { $0.gap != nil })
    #expect(choice.stability?.clusters.count == 3)
    #expect(choice.stability.map { $0.clusters.allSatisfy { $0.verdict == .highlyStable } } == true)
  }

  @Test func `models that degenerate are listed with the reason`() throws {
    // Eight rows of four columns: full covariances of their own cannot be estimated.
    var random = RandomStream(seed: 3)
    let x = Matrix(rows: 8, columns: 4, values: (0..<32).map { random.normal() + Double($0 / 16) * 20 })
    let choice = try search(2...3, [.eii, .vvv]).fit(x)
    let failed = choice.candidates.filter { $0.problem != nil }
    #expect(!failed.isEmpty && failed.allSatisfy { $0.family == .vvv && $0.bic == nil && $0.sizes == nil })
    #expect(choice.family == .eii)
  }

  /// Over all families and 1..9, at most 1 of 100 clouds of each kind and width was split; here four of each suffice.
  @Test(arguments: Cloud.allCases, [2, 5]) func `one cloud is one component`(cloud: Cloud, columns: Int) throws {
    let split = try (0..<4).count { seed in
      let x = cloud.rows(500, columns: columns, seed: UInt64(seed))
      return try search(1...5, [.eii, .vvi, .eee, .vvv]).fit(x).components != 1
    }
    #expect(split == 0)
  }

  @Test(arguments: [6, 9, 12, 15]) func `a few rows of noise show no valley`(rows: Int) throws {
    for seed in 0..<5 as Range<UInt64> {
      let choice = try search(1...3, [.eii, .vvi]).fit(Cloud.gaussian.rows(rows, columns: 2, seed: seed))
      #expect(choice.test?.valleySpeaks != true, "seed \(seed)")
    }
  }

  @Test func `no structure is said in words with what speaks against it`() throws {
    let choice = try search(1...5, [.eii, .evi]).fit(Cloud.uniform.rows(500, columns: 2, seed: 1))
    #expect(choice.components == 1)
    #expect(choice.structure == .none)
    #expect(choice.reason.hasPrefix("No structure"))
    #expect(choice.reason.contains("One cloud explains the data as well, so k = 1, E"))
    let gaussian = try search(1...3).fit(Cloud.gaussian.rows(300, columns: 2, seed: 1))
    #expect(gaussian.test == nil)
    #expect(gaussian.reason.hasPrefix("No structure: one component is enough."))
  }

  @Test func `many rows are compared on a sample and fitted whole`() throws {
    var random = RandomStream(seed: 6)
    let n = 3000
    let x = Matrix(rows: n, columns: 2, values: (0..<2 * n).map { random.normal() + Double($0 / 2 % 3) * 8 })
    var search = search(1...4)
    search.rowLimit = 500
    let choice = try search.fit(x)
    #expect(choice.components == 3)
    #expect(choice.rowsCompared == 500)
    #expect(choice.fit.labels.count == n)
    #expect(choice.reason.contains("on a sample of 500 of 3000 rows"))
    #expect(choice.fit.bic > 4 * (choice.candidates.compactMap(\.bic).min() ?? .infinity))
  }

  @Test func `neither threads nor the order of rows nor the form of repeats shows`() throws {
    let search = search(1...4, [.eee, .vvi])
    let straight = try search.fit(three)
    let before = Parallel.workers
    defer { Parallel.workers = before }
    Parallel.workers = 1
    #expect(try search.fit(three) == straight)
    let backwards = try search.fit(three.gatheringRows(Array((0..<180).reversed())))
    #expect(backwards.fit.model == straight.fit.model)
    #expect(backwards.reason == straight.reason)
    let repeats = (0..<180).flatMap { [Int](repeating: $0, count: 1 + $0 % 2) }
    let weighted = try search.fit(three, weights: (0..<180).map { Double(1 + $0 % 2) })
    let repeated = try search.fit(three.gatheringRows(repeats))
    #expect(weighted.fit.model == repeated.fit.model)
    #expect(weighted.reason == repeated.reason)
  }

  @Test func `an observer sees the least criterion or ends the search`() throws {
    #expect(throws: FitError.cancelled) { try search(1...4).fit(three) { $0.fraction < 0.1 } }
    #expect(throws: FitError.cancelled) { try search(1...4).fit(three) { $0.fraction < 0.9 } }
    let seen = ProgressRecord()
    let choice = try search(1...4).fit(three) { seen.add($0) }
    #expect(seen.fractions == seen.fractions.sorted() && seen.fractions.last == 1)
    #expect(abs(try #require(seen.best) - choice.fit.bic) < 0.1)
  }

  @Test func `unusable settings and data are refused`() {
    var none = MixtureSearch()
    none.families = []
    #expect(throws: FitError.self) { try none.fit(three) }
    #expect(throws: FitError.self) { try MixtureSearch(range: 0...3).fit(three) }
    #expect(throws: FitError.notFinite(row: 0, column: 0)) {
      try MixtureSearch(range: 1...2).fit(Matrix(rows: 9, columns: 1, repeating: .nan))
    }
  }

  @Test func `duplicates of few rows and one column have an answer`() throws {
    let few = Matrix(rows: 6, columns: 1, values: [0, 0, 1, 1, 9, 9])
    let choice = try? search(1...9).fit(few)
    #expect(choice.map { $0.components <= 3 } ?? true)
    var random = RandomStream(seed: 8)
    let line = Matrix(rows: 200, columns: 1, values: (0..<200).map { random.normal() + Double($0 % 2) * 8 })
    let onLine = try MixtureSearch(range: 1...4).fit(line)
    #expect(onLine.components == 2)
    #expect(onLine.candidates.count == 1 + 3 * 2)
  }

  /// The mixtures that mclust 6.0.0 chooses; it fits the same BIC (see the table of all cells).
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("diabetes", CovarianceFamily.vvv, 3), ("faithful", .eee, 3), ("iris", .vev, 2), ("banknote", .vve, 3),
    ])
  func `published sets get the published mixture`(name: String, family: CovarianceFamily, components: Int) throws {
    let reference = MixtureReference(name: name, family: family, components: components, bic: 0, parameters: 0)
    let choice = try MixtureSearch(range: 1...5).fit(reference.table().matrix)
    #expect(choice.family == family)
    #expect(choice.components == components)
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: ["g2mg/g2mg_2_10", "g2mg/g2mg_2_30"])
  func `two Gaussians that part are two components`(name: String) throws {
    let x = try TestTable.benchmark(name).matrix
    #expect(try search(1...4).fit(x).components == 2)
    #expect(try ClusterCountSearch(range: 1...4).fit(x).clusters == 2)
  }
}

/// What an observer was told, from any thread.
private final class ProgressRecord: @unchecked Sendable {
  private let lock = NSLock()
  private var seen: [FitProgress] = []

  func add(_ progress: FitProgress) -> Bool {
    lock.withLock { seen.append(progress) }
    return true
  }
  var fractions: [Double] { lock.withLock { seen.map(\.fraction) } }
  var best: Double? { lock.withLock { seen.last?.bestCriterion } }
}
