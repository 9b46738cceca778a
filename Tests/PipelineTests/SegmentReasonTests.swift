import Clustering
import Features
import Foundation
import LinearAlgebra
import ModelFiles
import Pipeline
import Randomness
import Testing
import Warehouse

/// Why customers are in their segment and not in the second.
@Suite struct SegmentReasonTests {
  private static func values(
    _ names: [String], _ numbers: [Double], _ categories: [Column] = []
  ) -> FeatureValues {
    let rows = numbers.count / names.count
    return FeatureValues(
      customers: Column(name: "customer", values: .integers((0..<rows).map(Int64.init))),
      numbers: NumberBlock(names: names, rows: rows, values: numbers), categories: categories)
  }

  private static func training(_ range: ClosedRange<Int>, levels: Int = 2) -> SegmentTraining {
    var training = SegmentTraining(name: "test", range: range)
    var tree = TreeSettings()
    tree.levels = levels
    training.tree = tree
    training.wantsReasons = true
    return training
  }

  /// Two segments about (0, 0) and (10, 8), features as they are.
  private static func twoSegments() throws -> SegmentModel {
    var random = RandomStream(seed: 1, index: 0)
    var numbers: [Double] = []
    for row in 0..<400 {
      let center: [Double] = row % 2 == 0 ? [0, 0] : [10, 8]
      for place in center { numbers.append(place + 3 * random.normal()) }
    }
    var training = Self.training(2...2, levels: 0)
    training.transforms.scaling = .none
    training.transforms.balanceFamilies = false
    training.transforms.logAboveSkewness = nil
    let trained = try training.train(Self.values(["a", "b"], numbers), source: "the test")
    var file = try trained.model.file()
    try #require(try file.tensor("node.0.centroids").shape == [2, 2])
    // Round centroids, so that distances can be counted by hand.
    try file.setTensor("node.0.centroids", Tensor(shape: [2, 2], values: [0, 0, 10, 8]))
    return try SegmentModel(file)
  }

  // (x - b)^2 - (x - a)^2 by feature, a the centroid of the own segment, b that of the other; the middle is (5, 4).
  @Test(
    arguments: [
      // 49 - 9 = 40; 36 - 4 = 32.
      ([3, 2], "a low; b low"),
      // 64 - 4 = 60; 9 - 25 = -16, which speaks for the other.
      ([2, 5], "a low"),
      // 81 - 1 = 80; 16.81 - 15.21 = 1.6, less than a tenth of it.
      ([1, 3.9], "a low"),
      // 81 - 1 = 80; 4 - 36 = -32.
      ([9, 2], "a high"),
      // 49 - 9 = 40; 49 - 1 = 48.
      ([7, 7], "b high; a high"),
    ] as [([Double], String)])
  func `the features that decide are those of the largest contributions, as counted by hand`(
    point: [Double], words: String
  ) throws {
    let model = try Self.twoSegments()
    let scored = try model.score(Self.values(["a", "b"], point), reasons: true).assignments
    #expect(try #require(scored.tree?.seconds) != [0])
    #expect(scored.tree?.reasons == [words])
  }

  @Test func `a missing value is called so, and a customer without a second segment has no reason`() throws {
    let model = try Self.twoSegments()
    // What is missing is imputed by the median, near 5: it decides nothing. Alone it decides a little.
    let scored = try model.score(Self.values(["a", "b"], [2, .nan, -4, -4]), reasons: true).assignments
    #expect(scored.tree?.reasons?[0]?.hasPrefix("a low") == true)
    #expect(scored.tree?.seconds[1] == 0 && scored.tree?.reasons?[1] == nil)
    let columns = scored.table.columns
    #expect(columns.last?.name == "why" && columns.last?.missing == [false, true])
    let plain = try model.score(Self.values(["a", "b"], [2, 1])).assignments
    #expect(!plain.table.columns.contains { $0.name == "why" })
  }

  /// Three macro-segments in the columns 0 and 1, each of two micro-segments in column 2 or 3; a category goes with the
  /// first division.
  private static let planted: FeatureValues = {
    var random = RandomStream(seed: 2, index: 0)
    var numbers: [Double] = []
    var texts: [String] = []
    for row in 0..<1_200 {
      let (macro, micro) = (row % 3, row / 3 % 2)
      var own = (0..<5).map { _ in random.normal() }
      own[0] += macro == 1 ? 6 : 0
      own[1] += macro == 2 ? 6 : 0
      own[macro == 0 ? 2 : 3] += micro == 1 ? 4 : 0
      numbers += own.enumerated().map { $0 == 4 && row % 10 == 0 ? .nan : 10 * $1 }
      texts.append(random.uniform() < 0.9 ? ["France", "Spain", "Italy"][macro] : "Malta")
    }
    return values((0..<5).map { "f\($0)" }, numbers, [Column(name: "country", values: .texts(texts))])
  }()

  /// What adds most to `columns` by feature: at most three, each at least a tenth of the first.
  private static func largest(_ columns: [Double], _ features: [String]) -> [String] {
    var sums: [(name: String, sum: Double)] = []
    for (share, feature) in zip(columns, features) {
      if let place = sums.firstIndex(where: { $0.name == feature }) {
        sums[place].sum += share
      } else {
        sums.append((feature, share))
      }
    }
    let sorted = sums.sorted { $0.sum > $1.sum }
    guard let first = sorted.first?.sum, first > 0 else { return [] }
    return sorted.prefix(3).filter { $0.sum >= first / 10 }.map(\.name)
  }

  private static func square(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0.0) { sum, pair in
      let difference: Double = pair.0 - pair.1
      return sum + difference * difference
    }
  }

  /// The feature that each of the words is about.
  private static func features(_ words: String?) -> [String] {
    (words ?? "").split(separator: "; ").map { String($0.prefix { $0 != " " }) }
  }

  @Test func `reasons are those of the node where the ways to both segments part, as by brute force`() throws {
    let trained = try Self.training(1...6).train(Self.planted, source: "the test")
    let tree = try #require(trained.model.tree)
    let own = try #require(trained.assignments.tree)
    let reasons = try #require(own.reasons)
    try #require(Set(own.ids).count >= 6)
    func way(_ id: Int) -> [Int] {
      var node = tree.nodes.firstIndex { $0.segment == id }
      var way: [Int] = []
      while let place = node {
        way.insert(place, at: 0)
        node = tree.nodes[place].parent
      }
      return way
    }
    var (divisions, told) = (Set<Int>(), 0)
    for row in own.ids.indices where own.ids[row] > 0 {
      guard own.seconds[row] > 0 else {
        #expect(reasons[row] == nil)
        continue
      }
      let (a, b) = (way(own.ids[row]), way(own.seconds[row]))
      let depth = zip(a, b).prefix { $0 == $1 }.count
      let node = tree.nodes[a[depth - 1]]
      guard case .clusters(let division)? = node.division else { continue }
      divisions.insert(a[depth - 1])
      let one = Self.planted.gatheringRows([row])
      let x = Array(division.transforms.apply(one).matrix.values)
      func centroid(_ child: Int) throws -> [Double] {
        let part = try #require(node.children.firstIndex(of: child))
        let parts = division.parts ?? Array(0..<division.model.clusters)
        let centroids = parts.indices.filter { parts[$0] == part }.map { Array(division.model.centroids.row($0)) }
        return try #require(centroids.min { Self.square($0, x) < Self.square($1, x) })
      }
      let (p, q) = (try centroid(a[depth]), try centroid(b[depth]))
      let shares = x.indices.map { Self.square([x[$0]], [q[$0]]) - Self.square([x[$0]], [p[$0]]) }
      guard shares.reduce(0, +) > 0 else {
        #expect(reasons[row] == "the part of the second is nearer but divided further")
        continue
      }
      told += 1
      #expect(Self.features(reasons[row]) == Self.largest(shares, division.transforms.columnFeatures))
      for part in (reasons[row] ?? "").components(separatedBy: "; ") {
        if part.hasPrefix("country") {
          #expect(part == "country = \(Self.planted.categories[0].texts[row] ?? "")")
        } else if !part.hasSuffix("missing"), !part.hasSuffix("known") {
          let name = String(part.prefix { $0 != " " })
          let column = try #require(division.transforms.columns.firstIndex(of: name))
          #expect(part.hasSuffix(x[column] > (p[column] + q[column]) / 2 ? "high" : "low"))
        }
      }
    }
    #expect(divisions.count >= 2 && told > 50, "\(told) told, at \(divisions.sorted())")
  }

  @Test func `a customer alone has the same reasons as among all`() throws {
    let model = try Self.training(1...6).train(Self.planted, source: "the test").model
    let all = try #require(try model.score(Self.planted, reasons: true).assignments.tree?.reasons)
    for row in stride(from: 0, to: all.count, by: 17) {
      let one = try model.score(Self.planted.gatheringRows([row]), reasons: true).assignments
      #expect(one.tree?.reasons == [all[row]])
    }
    #expect(Set(all).count > 5)
  }

  @Test func `training tells the reasons that scoring does`() throws {
    let trained = try Self.training(1...6).train(Self.planted, source: "the test")
    #expect(try trained.model.score(Self.planted, reasons: true).assignments.table == trained.assignments.table)
  }

  @Test(arguments: [(0, 900.0, "Spain", "f0 high"), (1, -900.0, "France", "f1 low")])
  func `whoever is in none is told what lies outside the limit`(
    column: Int, value: Double, level: String, words: String
  ) throws {
    let model = try Self.training(1...6).train(Self.planted, source: "the test").model
    var numbers = Array(Self.planted.numbers.values[0..<5]).map { $0.isNaN ? 0 : $0 }
    numbers[column] = value
    let country = Column(name: "country", values: .texts([level]))
    let scored = try model.score(Self.values((0..<5).map { "f\($0)" }, numbers, [country]), reasons: true).assignments
    #expect(scored.tree?.ids == [0])
    #expect(scored.tree?.reasons == [words])
  }

  /// Layers of one feature each, whose groups lie about 0 and 10. The second pattern is that across the nearer border, at 5.
  @Test(
    arguments: [([1, 4], "b low"), ([4.2, 9.5], "a low"), ([9, 6], "b high"), ([5.5, 11], "a high")]
      as [([Double], String)])
  func `of patterns, the layer in which two of them differ decides`(point: [Double], words: String) throws {
    var random = RandomStream(seed: 3, index: 0)
    var numbers: [Double] = []
    for row in 0..<800 {
      for place in [row % 2, row / 2 % 2] { numbers.append(10 * Double(place) + 1.5 * random.normal()) }
    }
    var training = Self.training(1...2)
    training.tree?.layers = ["a", "b"].map { name in
      var layer = TreeLayer("by \(name)")
      layer.features = [name]
      return layer
    }
    let model = try training.train(Self.values(["a", "b"], numbers), source: "the test").model
    try #require(model.segments.k == 4)
    let scored = try model.score(Self.values(["a", "b"], point + [0, 0]), reasons: true).assignments
    #expect(scored.tree?.reasons?[0] == words)
    let alone = try model.score(Self.values(["a", "b"], point), reasons: true).assignments
    #expect(alone.tree?.reasons == [words])
    let remote = try model.score(Self.values(["a", "b"], [0, 300]), reasons: true).assignments
    #expect(remote.tree?.ids == [0] && remote.tree?.reasons == ["b high"])
  }
}
