import Clustering
import LinearAlgebra
import Randomness
import Testing

/// What divides customers and how far they belong: on Gaussian groups drawn here, so that the truth is known.
@Suite struct SegmentMembershipTests {
  /// Gaussian groups of variance 1, `apart` from each other along a column each, and where each row comes from.
  private static func groups(
    _ k: Int, apart: Double, rows: Int, columns: Int, seed: UInt64
  ) -> (x: Matrix, group: [Int]) {
    var random = RandomStream(seed: seed, index: 0)
    let group = (0..<rows).map { $0 % k }
    var values: [Double] = []
    for own in group {
      for column in 0..<columns {
        values.append(random.normal() + (column == own ? apart / 2.0.squareRoot() : 0))
      }
    }
    return (Matrix(rows: rows, columns: columns, values: values), group)
  }

  private static func squares(_ x: Matrix, _ model: KMeansModel, row: Int) -> [Double] {
    (0..<model.clusters).map { j in
      zip(x.row(row), model.centroids.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }

  @Test(arguments: [(2, 2.5, 4), (3, 3.0, 8), (4, 4.0, 6)] as [(k: Int, apart: Double, columns: Int)])
  func `of those with a membership of m, a share m come from the segment`(k: Int, apart: Double, columns: Int) throws {
    let drawn = Self.groups(k, apart: apart, rows: 12_000, columns: columns, seed: 11)
    let fit = try KMeans(clusters: k).fit(drawn.x)
    let membership = try DistanceMembership(drawn.x, model: fit.model)
    // The variance along the lines between the centroids is 1; rows of third groups blur it.
    #expect(abs(membership.variance - 1) < 0.25)
    let names = Dictionary(
      uniqueKeysWithValues: try LabelAgreement(fit.labels, drawn.group).bestMatching.map { ($0.first, $0.second) })
    var bins = [(said: Double, true: Double, count: Double)](repeating: (0, 0, 0), count: 10)
    for row in 0..<drawn.x.rows {
      let own = membership.memberships(squaredDistances: Self.squares(drawn.x, fit.model, row: row))
      #expect(abs(own.reduce(0, +) - 1) < 1e-12)
      #expect(own.firstIndex(of: own.max() ?? 0) == fit.labels[row])
      let greatest = own[fit.labels[row]]
      let bin = min(9, Int(greatest * 10))
      bins[bin].said += greatest
      bins[bin].true += names[fit.labels[row]] == drawn.group[row] ? 1 : 0
      bins[bin].count += 1
    }
    let error = bins.reduce(0) { $0 + abs($1.said - $1.true) } / Double(drawn.x.rows)
    #expect(error < 0.03)
  }

  /// Two Gaussian groups about 0 and `apart` in the first column: shares, standard deviations, and the correlation of the
  /// first two columns inside each.
  struct Uneven: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var share = 0.5
    var spread = 1.0
    var correlation = 0.0
    var apart = 3.5
    /// What the mean gap between memberships told and true may be.
    let greatestError: Double
  }

  // Memberships suppose groups of one size and one spread along the line between their centroids. How far they are off
  // where these are not so; the numbers are what was measured, rounded up.
  @Test(arguments: [
    Uneven(testDescription: "four to one", share: 0.8, greatestError: 0.006),
    Uneven(testDescription: "nine to one", share: 0.9, greatestError: 0.02),
    Uneven(testDescription: "twice as wide", spread: 2, apart: 5, greatestError: 0.05),
    Uneven(testDescription: "three times as wide", spread: 3, apart: 8, greatestError: 0.05),
    Uneven(testDescription: "correlated by a half", correlation: 0.5, greatestError: 0.01),
    Uneven(testDescription: "correlated by nine tenths", correlation: 0.9, apart: 4, greatestError: 0.008),
    Uneven(
      testDescription: "four to one, wide and correlated", share: 0.8, spread: 2, correlation: 0.5, apart: 6,
      greatestError: 0.02),
  ])
  func `memberships in unequal and correlated groups are off by no more than stated`(_ drawn: Uneven) throws {
    var random = RandomStream(seed: 31, index: 0)
    var (values, group): ([Double], [Int]) = ([], [])
    for _ in 0..<12_000 {
      let own = random.uniform() < drawn.share ? 0 : 1
      let common = random.normal()
      let spread = own == 1 ? drawn.spread : 1
      let mixed =
        drawn.correlation * common + (1 - drawn.correlation * drawn.correlation).squareRoot() * random.normal()
      values += [Double(own) * drawn.apart + spread * common, spread * mixed]
      for _ in 2..<6 { values.append(spread * random.normal()) }
      group.append(own)
    }
    let x = Matrix(rows: 12_000, columns: 6, values: values)
    let fit = try KMeans(clusters: 2).fit(x)
    let membership = try DistanceMembership(x, model: fit.model)
    let names = Dictionary(
      uniqueKeysWithValues: try LabelAgreement(fit.labels, group).bestMatching.map { ($0.first, $0.second) })
    var bins = [(said: Double, true: Double)](repeating: (0, 0), count: 10)
    for row in 0..<x.rows {
      let own = membership.memberships(squaredDistances: Self.squares(x, fit.model, row: row))[fit.labels[row]]
      let bin = min(9, Int(own * 10))
      bins[bin].said += own
      bins[bin].true += names[fit.labels[row]] == group[row] ? 1 : 0
    }
    let error = bins.reduce(0) { $0 + abs($1.said - $1.true) } / Double(x.rows)
    #expect(error < drawn.greatestError)
    #expect(error > drawn.greatestError / 4, "stated far too large")
  }

  @Test func `rows on their centroids belong to the nearest alone, to the first of equals`() {
    let sharp = DistanceMembership(variance: 0)
    #expect(sharp.memberships(squaredDistances: [4, 1, 1]) == [0, 1, 0])
    #expect(DistanceMembership(variance: 1).memberships(squaredDistances: [1e300, 1e301]) == [1, 0])
    #expect(DistanceMembership(variance: 1).memberships(squaredDistances: [3]) == [1])
  }

  @Test(arguments: [2, 8, 30])
  func `limits leave clean groups whole and rows far away outside`(columns: Int) throws {
    let drawn = Self.groups(2, apart: 6, rows: 4_000, columns: columns, seed: 12)
    let fit = try KMeans(clusters: 2).fit(drawn.x)
    let own = (0..<drawn.x.rows).map { Self.squares(drawn.x, fit.model, row: $0)[fit.labels[$0]] }
    let limits = NoneLimits(squaredDistances: own, labels: fit.labels, segments: 2).limits
    #expect(own.indices.count { own[$0] > limits[fit.labels[$0]] } <= 8)
    var random = RandomStream(seed: 13, index: 0)
    let far = Matrix(
      rows: 400, columns: columns, values: (0..<400 * columns).map { _ in random.uniform(in: -40...40) })
    let outside = (0..<400).count { row in
      let squares = Self.squares(far, fit.model, row: row)
      return zip(squares, limits).allSatisfy { $0 > $1 }
    }
    // In two columns some of the even rows fall among the groups.
    #expect(outside >= (columns == 2 ? 340 : 399))
  }

  @Test func `rows far from all others are remote, those of groups are not, and the budget is kept`() {
    let drawn = Self.groups(3, apart: 8, rows: 3_000, columns: 6, seed: 14)
    #expect(RemoteRows(drawn.x, seed: 0, budget: 0.05).rows.count <= 3)
    var random = RandomStream(seed: 15, index: 0)
    let values = drawn.x.values + (0..<60 * 6).map { _ in random.uniform(in: -60...60) }
    let x = Matrix(rows: 3_060, columns: 6, values: values)
    let found = Set(RemoteRows(x, seed: 0, budget: 0.05).rows)
    #expect(found.intersection(3_000..<3_060).count >= 57)
    #expect(found.count <= 63)
    #expect(RemoteRows(x, seed: 0, budget: 0.01).rows.count == 30)
    #expect(RemoteRows(x, seed: 0, budget: 0).rows.isEmpty)
  }

  @Test func `a split is found in the columns that tell it, stable and large enough`() throws {
    let drawn = Self.groups(3, apart: 7, rows: 900, columns: 12, seed: 16)
    var search = SplitSearch()
    search.minimumSize = 100
    let split = try search.split(drawn.x)
    let fit = try #require(split.fit)
    #expect(split.columns == [0, 1, 2])
    #expect(try LabelAgreement(fit.labels, drawn.group).adjustedRandIndex > 0.97)
    #expect(try #require(split.stability?.least) > 0.9)
    search.minimumSize = 400
    let refused = try search.split(drawn.x)
    #expect(refused.fit == nil && refused.reason.hasPrefix("Not divided: "))
    search.range = 2...2
    #expect(try search.split(drawn.x).fit?.model.clusters == 2)
  }

  @Test(arguments: [21, 22, 23] as [UInt64])
  func `skewed columns that have nothing to do with each other are not divided`(seed: UInt64) throws {
    var random = RandomStream(seed: seed, index: 0)
    let values = (0..<1_500 * 6).map { _ -> Double in
      let normal = random.normal()
      return normal > 0 ? normal * normal * 2 : normal * 0.3
    }
    let split = try SplitSearch().split(Matrix(rows: 1_500, columns: 6, values: values))
    #expect(split.fit == nil)
  }
}
