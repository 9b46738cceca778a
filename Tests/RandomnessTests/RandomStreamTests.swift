import Foundation
import Randomness
import Testing

@Suite struct RandomStreamTests {
  /// From the reference C code of xoshiro256++ 1.0 (Blackman & Vigna, prng.di.unimi.it), state 1, 2, 3, 4.
  @Test func `xoshiro256++ gives the published numbers`() {
    var stream = RandomStream(state: (1, 2, 3, 4))
    let expected: [UInt64] = [
      41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205,
      9_973_669_472_204_895_162, 14_011_001_112_246_962_877, 12_406_186_145_184_390_807, 15_849_039_046_786_891_736,
      10_450_023_813_501_588_000,
    ]
    #expect(expected.indices.map { _ in stream.next() } == expected)
  }

  /// From the reference C code of SplitMix64 (Vigna, prng.di.unimi.it), state 1234567.
  @Test func `SplitMix64 gives the published numbers`() {
    var mixer = SplitMix64(state: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.indices.map { _ in mixer.next() } == expected)
  }

  @Test func `streams of one seed are their own and repeat`() {
    var seen: Set<UInt64> = []
    for seed in 0..<20 as Range<UInt64> {
      for index in -1..<20 {
        var stream = RandomStream(seed: seed, index: index)
        var again = RandomStream(seed: seed, index: index)
        let first = stream.next()
        #expect(first == again.next())
        seen.insert(first)
      }
    }
    #expect(seen.count == 20 * 21)
  }
}

@Suite struct DistributionTests {
  private static let draws = 200_000

  private func moments(_ draw: (inout RandomStream) -> Double) -> (mean: Double, variance: Double) {
    var stream = RandomStream(seed: 11)
    let values = (0..<Self.draws).map { _ in draw(&stream) }
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  // Tolerances are five standard errors or more of 200,000 draws.
  @Test func `uniform numbers fill 0 to 1 evenly`() {
    let (mean, variance) = moments { $0.uniform() }
    #expect(abs(mean - 0.5) < 0.004)
    #expect(abs(variance - 1.0 / 12) < 0.001)
    var stream = RandomStream(seed: 0)
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(stream.uniform()) })
    #expect((0..<1000).allSatisfy { _ in (2...3).contains(stream.uniform(in: 2...3)) })
    #expect(stream.uniform(in: 4...4) == 4)
  }

  @Test func `normal numbers have mean 0, variance 1 and normal tails`() {
    let (mean, variance) = moments { $0.normal() }
    #expect(abs(mean) < 0.012)
    #expect(abs(variance - 1) < 0.017)
    var stream = RandomStream(seed: 5)
    let beyond = (0..<Self.draws).count { _ in abs(stream.normal()) > 1.959964 }
    #expect(abs(Double(beyond) / Double(Self.draws) - 0.05) < 0.0025)
  }

  @Test func `exponential numbers have mean 1 and variance 1`() {
    let (mean, variance) = moments { $0.exponential() }
    #expect(abs(mean - 1) < 0.012)
    #expect(abs(variance - 1) < 0.035)
  }

  @Test(arguments: [1, 2, 3, 7, 10]) func `whole numbers below a bound are equally likely`(bound: Int) {
    var stream = RandomStream(seed: 2)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<Self.draws { counts[stream.integer(below: bound)] += 1 }
    let expected = Double(Self.draws) / Double(bound)
    let chiSquared = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquared < 30)
  }

  @Test func `whole numbers below the largest bound stay below it`() {
    var stream = RandomStream(seed: 2)
    #expect((0..<1000).allSatisfy { _ in stream.integer(below: .max) < .max })
  }

  @Test func `categories come in proportion to their weights and never at weight 0`() {
    var stream = RandomStream(seed: 8)
    var counts = [0, 0, 0, 0]
    for _ in 0..<Self.draws { counts[stream.category(weights: [1, 0, 3, 0])] += 1 }
    #expect(counts[1] == 0 && counts[3] == 0)
    #expect(abs(Double(counts[2]) / Double(Self.draws) - 0.75) < 0.005)
  }

  @Test func `a shuffle keeps the values and every order is equally likely`() {
    var stream = RandomStream(seed: 9)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 {
      var values = [1, 2, 3]
      stream.shuffle(&values)
      counts[values, default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 10_000) < 500 })
  }

  @Test func `a sample has different members and takes each equally often`() {
    var stream = RandomStream(seed: 10)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<20_000 {
      let sample = stream.sample(3, from: 10)
      #expect(sample.count == 3 && Set(sample).count == 3 && sample == sample.sorted())
      for member in sample { counts[member] += 1 }
    }
    #expect(counts.allSatisfy { abs($0 - 6_000) < 350 })
    #expect(stream.sample(4, from: 4) == [0, 1, 2, 3])
    #expect(stream.sample(0, from: 4).isEmpty)
  }
}
