import Features
import Personas
import Testing
import Warehouse

/// Levels and effects, beside SciPy's and published numbers, and on planted segments.
@Suite struct GroupProfilesTests {
  @Test func `the effect of a number is that of Mann and Whitney with Newcombe's interval`() throws {
    let one: [Double] = [1, 2, 2, 3, 5, 8, 13, 21, 2, 3]
    let other: [Double] = [0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 1, 0, 2, 1, 7]
    let number = try #require(profile(one, other).number("x"))
    let effect = try #require(number.effects[0])
    // scipy.stats.mannwhitneyu(one, other, use_continuity=False, method="asymptotic"): U = 110; the interval is the
    // root of Newcombe (2006), method 5, by scipy.optimize.brentq.
    #expect(abs(effect.delta - (2 * 110 / 150.0 - 1)) < 1e-12)
    #expect(abs(effect.p - 0.04927741314703552) < 1e-12)
    #expect(abs(effect.low - -0.004444475164065542) < 1e-8)
    #expect(abs(effect.high - 0.7559725513196891) < 1e-8)
    // Seen from the other side it is the same with the sign turned.
    let turned = try #require(number.effects[1])
    #expect(abs(turned.delta + effect.delta) < 1e-12 && abs(turned.p - effect.p) < 1e-12)
  }

  @Test func `quartiles and means are those of each group, and missing values count`() throws {
    let number = try #require(profile([1, 2, 3, 4, .nan], [10, 20]).number("x"))
    let level = try #require(number.groups[0])
    #expect(level.count == 4 && level.missingShare == 0.2 && level.mean == 2.5)
    #expect(level.quantiles[1] == 1.75 && level.median == 2.5 && level.quantiles[3] == 3.25)
    #expect(number.everyone.count == 6)
  }

  @Test func `the difference of two shares is that of Newcombe's table`() throws {
    // Newcombe (1998), table II: 56/70 against 48/80, method 10: .0524 to .3339.
    let texts =
      [Bool](repeating: true, count: 56) + [Bool](repeating: false, count: 14)
      + [Bool](repeating: true, count: 48) + [Bool](repeating: false, count: 32)
    let values = FeatureValues(
      customers: Column(name: "id", values: .integers((0..<150).map { Int64($0) })),
      numbers: NumberBlock(names: [], rows: 150, values: []),
      categories: [Column(name: "answer", values: .texts(texts.map { $0 ? "yes" : "no" }))])
    let profiles = GroupProfiles(values, two(70, 80))
    let effect = try #require(profiles.levels(of: "answer").first { $0.level == "yes" }?.effects[0])
    #expect(abs(effect.delta - 0.2) < 1e-12)
    #expect(abs(effect.low - 0.0524) < 5e-5 && abs(effect.high - 0.3339) < 5e-5)
  }

  @Test func `planted traits come first in at least 95 of 100 segments and noise in fewer than 2 of 100 features`() {
    var (found, segments, noisy, noise) = (0, 0, 0, 0)
    for seed in 0..<10 {
      let planted = PlantedCustomers(segments: 10, size: 60, seed: UInt64(seed))
      let profiles = GroupProfiles(planted.values, planted.groups)
      for place in 0..<10 {
        let group = planted.group(place)
        let distinct = profiles.numbers.filter {
          guard let effect = $0.effects[group] else { return false }
          return effect.q <= 0.05 && abs(effect.delta) >= Effect.small
        }
        segments += 1
        let first = distinct.max { abs($0.effects[group]?.delta ?? 0) < abs($1.effects[group]?.delta ?? 0) }
        if first?.feature == planted.planted[place] { found += 1 }
        noise += PlantedCustomers.noise.count
        noisy += distinct.count { PlantedCustomers.noise.contains($0.feature) }
      }
    }
    #expect(Double(found) >= 0.95 * Double(segments))
    #expect(Double(noisy) < 0.02 * Double(noise))
  }

  @Test func `siblings are compared inside their macro-segment only`() throws {
    let planted = PlantedCustomers(segments: 4, size: 100, seed: 1)
    let profiles = GroupProfiles(planted.values, planted.groups)
    #expect(profiles.groups == [.macro(1), .segment(0), .segment(1), .macro(2), .segment(2), .segment(3)])
    #expect(profiles.sizes == [200, 100, 100, 200, 100, 100])
    let number = try #require(profiles.number("trait_0"))
    #expect(try #require(number.siblings[1]).delta > Effect.large)
    #expect(try #require(number.siblings[2]).delta < -Effect.large)
    // The other macro-segment's two do not differ in it.
    #expect(try abs(#require(number.siblings[4]).delta) < Effect.medium)
    #expect(number.siblings[0] == nil)
    for effect in profiles.numbers.flatMap(\.effects) + profiles.levels.flatMap(\.effects) {
      let effect = try #require(effect)
      #expect(effect.low <= effect.delta && effect.delta <= effect.high && effect.p <= effect.q)
    }
  }

  @Test func `a level of fewer than ten customers is not told of`() {
    let texts = (0..<40).map { $0 < 9 ? "rare" : "common" }
    let values = FeatureValues(
      customers: Column(name: "id", values: .integers((0..<40).map { Int64($0) })),
      numbers: NumberBlock(names: [], rows: 40, values: []),
      categories: [Column(name: "kind", values: .texts(texts))])
    #expect(GroupProfiles(values, two(20, 20)).levels.map(\.level) == ["common"])
  }

  @Test func `a segment without customers and a column without values are no reason to stop`() {
    let values = FeatureValues(
      customers: Column(name: "id", values: .integers((0..<4).map { Int64($0) })),
      numbers: NumberBlock(names: ["x", "empty"], rows: 4, values: [1, .nan, 1, .nan, 1, .nan, 1, .nan]),
      categories: [])
    let profiles = GroupProfiles(values, two(4, 0))
    #expect(profiles.number("empty") == nil)
    #expect(profiles.number("x")?.groups.last == .some(nil))
    #expect(profiles.number("x")?.effects == [nil, nil])
  }

  /// Two groups, one after the other, each a macro-segment of its own.
  private func two(_ first: Int, _ second: Int) -> ProfiledGroups {
    ProfiledGroups(
      segments: [
        .init(id: 1, macro: 1, stability: nil, customers: first),
        .init(id: 2, macro: 2, stability: nil, customers: second),
      ], labels: (0..<first + second).map { $0 < first ? 0 : 1 })
  }

  private func profile(_ one: [Double], _ other: [Double]) -> GroupProfiles {
    let all = one + other
    let values = FeatureValues(
      customers: Column(name: "id", values: .integers(all.indices.map { Int64($0) })),
      numbers: NumberBlock(names: ["x"], rows: all.count, values: all), categories: [])
    return GroupProfiles(values, two(one.count, other.count))
  }
}
