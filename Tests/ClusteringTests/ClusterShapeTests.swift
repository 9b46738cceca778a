import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct ClusterShapeTests {
  /// Two long parallel strips, `apart` from one another.
  private func strips(apart: Double) -> Matrix {
    var random = RandomStream(seed: 2)
    var values: [Double] = []
    for row in 0..<600 {
      values.append(10 * random.uniform())
      values.append(random.uniform() + Double(row % 2) * (apart + 1))
    }
    return Matrix(rows: 600, columns: 2, values: values)
  }

  @Test func `strips that k-means cuts across are a matter of shape`() throws {
    let choice = try ClusterCountSearch(range: 1...6).fit(strips(apart: 2))
    #expect(choice.shape?.verdict == .notCompact)
    #expect([2, 3].contains(choice.shape?.groups))
    #expect(choice.reason.contains("shape of the groups, not k, is the problem"))
  }

  @Test func `one cloud cut in two has no valley`() throws {
    let choice = try ClusterCountSearch(range: 2...2).fit(Cloud.gaussian.rows(500, columns: 2, seed: 1))
    #expect(choice.shape?.verdict == .overlapping)
    #expect(choice.shape?.cuts.count == 1)
  }

  @Test func `too few clusters are seen to hold more`() throws {
    var random = RandomStream(seed: 4)
    var values: [Double] = []
    for row in 0..<800 {
      values.append(random.normal() + Double(row % 2) * 30)
      values.append(random.normal() + Double(row / 2 % 2) * 12)
    }
    let x = Matrix(rows: 800, columns: 2, values: values)
    let choice = try ClusterCountSearch(range: 2...2).fit(x)
    #expect(choice.shape?.verdict == .otherCount)
    #expect(choice.reason.contains("also look at k = 4"))
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [1...9, 3...3, 2...2, 4...4] as [ClosedRange<Int>])
  func `no compact clusters fit lsun`(range: ClosedRange<Int>) throws {
    let choice = try ClusterCountSearch(range: range).fit(TestTable.benchmark("fcps/lsun").matrix)
    #expect(choice.shape?.verdict == .notCompact)
    #expect(choice.reason.contains("No compact clusters fit"))
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("fcps/hepta", 1...9), ("fcps/tetra", 1...9), ("fcps/twodiamonds", 1...9), ("sipu/s1", 14...16),
      ("sipu/a1", 19...21), ("sipu/r15", 14...16), ("sipu/unbalance", 1...9),
    ] as [(String, ClosedRange<Int>)])
  func `compact clusters are not called misshapen`(name: String, range: ClosedRange<Int>) throws {
    let choice = try ClusterCountSearch(range: range).fit(TestTable.benchmark(name).matrix)
    #expect(choice.shape?.verdict != .notCompact)
  }
}
