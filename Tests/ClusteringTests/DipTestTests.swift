import Clustering
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct DipTestTests {
  /// R 4.2.2 with diptest 0.76-0.
  @Test func `dips are those of another program`() {
    let golden = (1...50).map { (Double($0) * 0.618033988749895).truncatingRemainder(dividingBy: 1) }
    let expected: [([Double], Double)] = [
      ([1, 2, 3, 4, 5], 0.1), ([0, 0.1, 0.2, 5, 5.1, 5.2], 0.24), (golden, 0.0208825056502367),
      (golden.map { $0 * $0 }, 0.0162685246183593), (golden + golden.map { $0 + 1.5 }, 0.0890736422914392),
      ([3, 3, 3], 0.166666666666667), ([1, 1, 1, 2, 2, 2], 0.25),
    ]
    for (values, dip) in expected { #expect(abs(DipTest(values.reversed()).dip - dip) < 1e-12) }
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("faithful", "eruptions", 0.0923810263068759), ("faithful", "waiting", 0.041436887254902),
      ("iris", "Petal.Length", 0.118974358974359), ("iris", "Sepal.Width", 0.0466666666666667),
    ]) func `dips of data are those of another program`(set: String, column: String, dip: Double) throws
  {
    let values = try TestTable.csv("rdatasets_clustering/\(set).csv.gz", columns: [column]).matrix.column(0)
    #expect(abs(DipTest(values).dip - dip) < 1e-12)
  }

  @Test func `rounding is no second peak`() throws {
    var random = RandomStream(seed: 5)
    let rounded = (0..<500).map { _ in (random.normal() * 4).rounded() }
    #expect(DipTest(rounded).pValue < 0.05)
    #expect(DipTest(rounded: rounded).pValue > 0.05)
    let apart = (0..<500).map { ((random.normal() + Double($0 % 2 * 6)) * 4).rounded() }
    #expect(DipTest(rounded: apart).pValue <= 0.001)
  }

  /// Even numbers are the null hypothesis: their p-values are as even as 400 of them allow.
  @Test(arguments: [25, 300]) func `p-values are even under even numbers`(count: Int) {
    let values = (0..<400).map { seed in
      var random = RandomStream(seed: 9, index: seed)
      return DipTest((0..<count).map { _ in random.uniform() }).pValue
    }
    #expect(abs(values.count { $0 < 0.05 } - 20) <= 12)
    #expect(abs(values.count { $0 < 0.25 } - 100) <= 30)
  }

  @Test func `few numbers say nothing`() {
    #expect(DipTest([]).dip == 0)
    #expect(DipTest([1, 2, 9]).pValue == 1)
    #expect(DipTest(rounded: [2, 2, 2, 2, 2]).pValue >= 0.02)
  }
}
