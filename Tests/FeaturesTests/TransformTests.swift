import Features
import Foundation
import LinearAlgebra
import Randomness
import Testing
import Warehouse

@Suite struct `Transforms` {
  /// Features from columns of numbers and of texts, all of one length.
  static func values(
    _ numbers: KeyValuePairs<String, [Double]> = [:], _ texts: KeyValuePairs<String, [String?]> = [:]
  ) -> FeatureValues {
    let rows = numbers.first?.value.count ?? texts.first?.value.count ?? 0
    let block = (0..<rows).flatMap { row in numbers.map { $0.value[row] } }
    return FeatureValues(
      customers: Column(name: "id", values: .integers((0..<rows).map(Int64.init))),
      numbers: NumberBlock(names: numbers.map(\.key), rows: rows, values: block),
      categories: texts.map { name, cells in
        Column(name: name, values: .texts(cells.map { $0 ?? "" }), missing: cells.map { $0 == nil })
      })
  }

  static func plain(_ change: (inout TransformSettings) -> Void = { _ in }) -> TransformSettings {
    var settings = TransformSettings()
    settings.balanceFamilies = false
    settings.logAboveSkewness = nil
    change(&settings)
    return settings
  }

  static func column(_ matrix: Matrix, _ index: Int) -> [Double] { (0..<matrix.rows).map { matrix[$0, index] } }

  @Test func `standard scaling has mean 0 and standard deviation 1, dividing by n`() {
    let values = Self.values(["x": [1, 2, 3, 4, 10]])
    let fitted = FeatureTransforms.fit(values, settings: Self.plain())
    #expect(fitted.numeric[0].centre == 4 && fitted.numeric[0].scale == 10.0.squareRoot())
    #expect(fitted.numeric[0].fill == 3)
    #expect(Self.column(fitted.apply(values).matrix, 0) == [1, 2, 3, 4, 10].map { ($0 - 4) / 10.0.squareRoot() })
  }

  @Test func `robust scaling takes median and interquartile range`() {
    let fitted = FeatureTransforms.fit(
      Self.values(["x": [1, 2, 3, 4, 100]]), settings: Self.plain { $0.scaling = .robust })
    #expect(fitted.numeric[0].centre == 3 && fitted.numeric[0].scale == 2 / 1.349)
  }

  @Test func `robust scaling of a column mostly of one value falls back to the standard one`() {
    let fitted = FeatureTransforms.fit(
      Self.values(["x": [0, 0, 0, 0, 0, 0, 0, 7]]), settings: Self.plain { $0.scaling = .robust })
    #expect(fitted.numeric[0].centre == 0.875 && fitted.numeric[0].scale > 2)
  }

  @Test func `unscaled columns stay as they are`() {
    let values = Self.values(["x": [1, 2, .nan, 5]])
    let fitted = FeatureTransforms.fit(values, settings: Self.plain { $0.scaling = .none })
    #expect(fitted.apply(values).matrix.values == [1, 0, 2, 0, 2, 1, 5, 0])
  }

  @Test func `logarithms are taken of skewed columns without negative values, and of no others`() {
    let skewed = (0..<50).map { exp(Double($0) / 8) }
    let fitted = FeatureTransforms.fit(
      Self.values([
        "skewed": skewed, "even": (0..<50).map(Double.init), "negative": skewed.map { $0 - 2 },
        "left": skewed.map { 1000 - $0 },
      ]), settings: Self.plain { $0.logAboveSkewness = 1 })
    #expect(fitted.numeric.map(\.takesLog) == [true, false, false, false])
    // A value below 0 that comes later counts as 0.
    let later = Self.values(["skewed": [-5, 0], "even": [0, 0], "negative": [0, 0], "left": [0, 0]])
    let matrix = fitted.apply(later).matrix
    #expect(matrix[0, 0] == matrix[1, 0])
  }

  @Test func `missing values become the median, beside an indicator`() {
    let values = Self.values(["x": [1, .nan, 3, 8, 100, .nan, 5, 2]])
    let fitted = FeatureTransforms.fit(values, settings: Self.plain())
    #expect(fitted.numeric[0].fill == 4)
    #expect(fitted.columns == ["x", "x is missing"])
    let (matrix, report) = fitted.apply(values)
    #expect(report.imputedCells == 2)
    let flags = Self.column(matrix, 1)
    #expect(isClose(flags.reduce(0, +), 0) && isClose(flags.reduce(0) { $0 + $1 * $1 }, 8))
    #expect(matrix[1, 0] == matrix[5, 0])
  }

  @Test func `missing in few rows needs no indicator`() {
    let values = Self.values(["x": (0..<200).map { $0 == 7 ? .nan : Double($0) }])
    #expect(FeatureTransforms.fit(values, settings: Self.plain()).columns == ["x"])
  }

  static let useless: [(FeatureValues, String)] = [
    (values(["x": [2, 2, 2]]), "every value is the same"), (values(["x": [2, .nan, 2]]), "every value is the same"),
    (values(["x": [.nan, .nan]]), "every value is missing"), (values(["x": []]), "every value is missing"),
    (values(["x": [1, 2, .nan, .nan, .nan]]), "it is missing for 60% of the rows"),
    (values(["x": [1e308, -1e308, 1e308]]), "its values are too large to be scaled"),
    (values(["x": [1e200, 2e200, 3e200]]), "its values are too large to be scaled"),
    (values(["x": [Double.leastNonzeroMagnitude, 0, 0]]), "its values differ too little to be told apart"),
    (values([:], ["x": ["a", "a"]]), "every value is the same"),
    (values([:], ["x": [nil, nil]]), "every value is missing"),
    (values([:], ["x": ["a", "b", nil, nil, nil]]), "it is missing for 60% of the rows"),
    (values([:], ["x": (0..<60).map { "n\($0)" }]), "its values look like identifiers (60 levels)"),
    (values([:], ["x": (0..<600).map { "n\($0 % 200)" }]), "each of its 200 levels is rare"),
  ]

  @Test(arguments: useless.indices) func `columns that say nothing are dropped, with the reason`(_ index: Int) {
    let fitted = FeatureTransforms.fit(Self.useless[index].0, settings: Self.plain())
    #expect(fitted.columns == [] && fitted.dropped.map(\.reason) == [Self.useless[index].1])
  }

  @Test func `a category's columns together vary as one`() {
    let texts: [String?] = (0..<300).map { ["a", "a", "a", "b", "b", nil][$0 % 6] } + ["rare1", "rare2"]
    let values = Self.values([:], ["x": texts])
    let fitted = FeatureTransforms.fit(values, settings: Self.plain())
    #expect(fitted.columns == ["x = a", "x = b", "x = (other)", "x = (missing)"])
    let matrix = fitted.apply(values).matrix
    let total = (0..<4).reduce(0.0) { sum, index in
      let column = Self.column(matrix, index)
      #expect(abs(column.reduce(0, +)) < 1e-9)
      return sum + column.reduce(0) { $0 + $1 * $1 } / Double(matrix.rows)
    }
    #expect(isClose(total, 1))
  }

  @Test func `unscaled, two customers of different levels lie at distance 1`() {
    let values = Self.values([:], ["x": ["a", "b", "c", "a"]])
    let matrix = FeatureTransforms.fit(values, settings: Self.plain { $0.scaling = .none }).apply(values).matrix
    #expect(isClose((0..<3).reduce(0) { $0 + pow(matrix[0, $1] - matrix[1, $1], 2) }, 1))
  }

  @Test func `levels are ranked by frequency, then by name`() {
    let fitted = FeatureTransforms.fit(Self.values([:], ["x": ["b", "c", "c", "a", "d", "d"]]), settings: Self.plain())
    #expect(fitted.categories[0].levels == ["c", "d", "a", "b"])
  }

  @Test func `new levels and missing values at apply are counted, and favour no level unless they have a column`() {
    let with = FeatureTransforms.fit(
      Self.values([:], ["x": (0..<200).map { $0 == 0 ? "r" : $0 == 1 ? nil : $0 % 2 == 0 ? "a" : "b" }]),
      settings: Self.plain())
    let without = FeatureTransforms.fit(Self.values([:], ["x": ["a", "b", "a", "b"]]), settings: Self.plain())
    let later = Self.values([:], ["x": ["new", nil, "a"]])
    let seen = with.apply(later)
    #expect(seen.report.unlistedLevels == 1 && seen.report.imputedCells == 1)
    #expect(with.columns.count == 4)
    #expect(seen.matrix[0, 2] > 0 && seen.matrix[1, 3] > 0 && seen.matrix[2, 0] > 0)
    let unseen = without.apply(later)
    #expect(unseen.report.unlistedLevels == 1 && unseen.report.imputedCells == 1)
    #expect(unseen.matrix.values.prefix(4) == [0, 0, 0, 0])
  }

  @Test func `absent features are imputed and named`() {
    let fitted = FeatureTransforms.fit(
      Self.values(["x": [1, 2, 3, .nan], "y": [1, 2, 4, 9]], ["z": ["a", "b", nil, "a"]]), settings: Self.plain())
    let (matrix, report) = fitted.apply(Self.values(["y": [4, 5]]))
    #expect(report.absentFeatures == ["x", "z"] && report.imputedCells == 0)
    #expect(matrix.rows == 2 && matrix.columns == fitted.columns.count)
    // Neither missing nor there: the indicator and every level at their training mean.
    #expect(matrix[0, 1] == 0 && matrix[0, 0] == fitted.apply(Self.values(["x": [2]])).matrix[0, 0])
    for column in 3..<matrix.columns { #expect(matrix[0, column] == 0) }
  }

  @Test func `the order and number of other columns does not matter at apply`() {
    let fitted = FeatureTransforms.fit(Self.values(["x": [1, 2, 3], "y": [1, 2, 9]]), settings: Self.plain())
    let one = fitted.apply(Self.values(["x": [5], "y": [7]])).matrix
    #expect(fitted.apply(Self.values(["extra": [.infinity], "y": [7], "x": [5]])).matrix.values == one.values)
  }

  @Test func `families count equally, however many columns they have`() {
    let values = Self.values(
      ["a1": [1, 2, 3, 4], "a2": [4, 1, 2, 2], "a3": [1, .nan, 2, 2], "b": [4, 3, 1, 2]], ["c": ["u", "v", "u", "v"]])
    var settings = Self.plain()
    settings.balanceFamilies = true
    let fitted = FeatureTransforms.fit(values, settings: settings) { String($0.prefix(1)) }
    #expect(fitted.numeric.map(\.weight) == [0.5, 0.5, 0.5, 1] && fitted.categories[0].weight == 1)
    let matrix = fitted.apply(values).matrix
    func variance(_ columns: ClosedRange<Int>) -> Double {
      columns.reduce(0) { $0 + Self.column(matrix, $1).reduce(0) { $0 + $1 * $1 } / 4 }
    }
    #expect(isClose(variance(0...3), 1))
    #expect(isClose(variance(4...4), 1) && isClose(variance(5...6), 1))
  }

  @Test(arguments: [true, false]) func `a family counts as often as its weight says`(isBalanced: Bool) {
    let values = Self.values(["a1": [1, 2, 3], "a2": [1, 2, 9], "b1": [4, 1, 1]])
    let settings = Self.plain {
      $0.balanceFamilies = isBalanced
      $0.familyWeights = ["a": 4]
    }
    let fitted = FeatureTransforms.fit(values, settings: settings) { String($0.prefix(1)) }
    let ofTwo = isBalanced ? 2.0.squareRoot() : 2
    #expect(zip(fitted.numeric.map(\.weight), [ofTwo, ofTwo, 1]).allSatisfy { isClose($0, $1) })
  }

  @Test func `only the features asked for are used`() {
    let values = Self.values(["x": [1, 2, 3], "y": [1, 2, 9]], ["z": ["a", "b", "a"]])
    let fitted = FeatureTransforms.fit(values, settings: Self.plain(), use: ["y", "z"])
    #expect(fitted.features == ["y", "z"] && fitted.dropped.isEmpty)
  }

  /// Random features: skewed, negative, constant, sparse, whole, and texts.
  static func random(_ random: inout RandomStream, rows: Int) -> [(numbers: [Double], text: String?)] {
    (0..<rows).map { _ in
      let skewed = exp(3 * random.normal())
      return (
        [
          skewed, random.normal() * 1e6, Double(random.integer(below: 3)),
          random.uniform() < 0.2 ? .nan : random.normal(),
          random.uniform() < 0.02 ? .nan : skewed * skewed, 0.1 + 1e-9 * random.normal(),
        ], random.uniform() < 0.1 ? nil : "k\(min(random.integer(below: 9), random.integer(below: 60)))"
      )
    }
  }

  static func table(_ rows: [(numbers: [Double], text: String?)]) -> FeatureValues {
    FeatureValues(
      customers: Column(name: "id", values: .integers(rows.indices.map(Int64.init))),
      numbers: NumberBlock(names: (0..<6).map { "x\($0)" }, rows: rows.count, values: rows.flatMap(\.numbers)),
      categories: [Column(name: "k", values: .texts(rows.map { $0.text ?? "" }), missing: rows.map { $0.text == nil })])
  }

  @Test(arguments: Scaling.allCases, 0..<4)
  func `the order of the rows does not show in a bit`(_ scaling: Scaling, _ seed: UInt64) {
    var random = RandomStream(seed: seed)
    var rows = Self.random(&random, rows: 500)
    var settings = TransformSettings()
    settings.scaling = scaling
    let before = FeatureTransforms.fit(Self.table(rows), settings: settings)
    random.shuffle(&rows)
    #expect(FeatureTransforms.fit(Self.table(rows), settings: settings) == before)
    #expect(before.numeric.count == 6 && before.categories.count == 1)
  }

  @Test(arguments: Scaling.allCases, 0..<4)
  func `nothing but finite numbers comes out, whatever finite number goes in`(_ scaling: Scaling, _ seed: UInt64) {
    var random = RandomStream(seed: seed)
    var settings = TransformSettings()
    settings.scaling = scaling
    let extremes = [
      0, -0.0, Double.leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-300, 1e300, -1e300,
      Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .nan, 1,
    ]
    var rows = Self.random(&random, rows: 200)
    for row in rows.indices where random.uniform() < 0.1 {
      rows[row].numbers[random.integer(below: 6)] = extremes[random.integer(below: extremes.count)]
    }
    let wild = Self.table(
      (0..<300).map { _ in
        (
          (0..<6).map { _ in extremes[random.integer(below: extremes.count)] },
          ["k0", "new", nil][random.integer(below: 3)]
        )
      })
    for training in [Self.table(rows), Self.table(Self.random(&random, rows: 200))] {
      let matrix = FeatureTransforms.fit(training, settings: settings).apply(wild).matrix
      #expect(matrix.values.allSatisfy { $0.isFinite && ($0 * $0).isFinite })
    }
  }

  @Test(arguments: Scaling.allCases) func `saving and loading gives the same bits`(_ scaling: Scaling) throws {
    var random = RandomStream(seed: 3)
    var settings = TransformSettings()
    settings.scaling = scaling
    let values = Self.table(Self.random(&random, rows: 300))
    let fitted = FeatureTransforms.fit(values, settings: settings)
    let copy = try JSONDecoder().decode(FeatureTransforms.self, from: JSONEncoder().encode(fitted))
    #expect(copy == fitted)
    #expect(copy.apply(values).matrix.values.map(\.bitPattern) == fitted.apply(values).matrix.values.map(\.bitPattern))
  }

  @Test(arguments: 1...12) func `the median is that of sorting`(_ rows: Int) {
    var random = RandomStream(seed: UInt64(rows))
    let x = (0..<rows).map { _ in Double(random.integer(below: 5)) } + [-1, 9]
    let sorted = x.sorted()
    let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    #expect(FeatureTransforms.fit(Self.values(["x": x]), settings: Self.plain()).numeric[0].fill == median)
  }
}

@Suite struct `Transforms for likelihoods` {
  @Test func `missing values stay missing, categories become level numbers, and unknown levels are missing`() {
    let values = Transforms.values(["x": [1, .nan, 3, 5]], ["colour": ["red", "blue", nil, "red"]])
    let fitted = FeatureTransforms.fit(values, settings: Transforms.plain { $0.form = .likelihoods })
    #expect(fitted.columns == ["x", "colour"])
    #expect(fitted.numeric[0].centre == 3 && fitted.numeric[0].indicator == nil)
    let (matrix, report) = fitted.apply(values)
    #expect(matrix[1, 0].isNaN && matrix[2, 1].isNaN)
    #expect(matrix[2, 0] == 0)
    #expect([matrix[0, 1], matrix[1, 1], matrix[3, 1]] == [0, 1, 0])
    #expect(fitted.categoryColumns == 1..<2 && fitted.levelCount(0) == 2)
    #expect(report.imputedCells == 2)
    let (other, seen) = fitted.apply(Transforms.values([:], ["colour": ["green", "blue"]]))
    #expect(other[0, 1].isNaN && other[1, 1] == 1 && other[0, 0].isNaN)
    #expect(seen.unlistedLevels == 1 && seen.absentFeatures == ["x"])
  }
}
