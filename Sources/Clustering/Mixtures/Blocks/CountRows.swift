internal import Foundation
internal import LinearAlgebra

/// The rows of a block of counts, by the different counts of each column: densities are computed once a value, not once
/// a row.
struct CountRows: BlockRows {
  let places: LevelPlaces
  /// For each column its values, ascending.
  let values: [[Double]]
  /// For each column ln(x!) of its values.
  let logFactorials: [[Double]]

  /// Prepares checked rows `x` (m x own columns, missing values NaN), naming `columns` in errors. O(m d).
  init(_ x: Matrix, columns: [Int]) throws(FitError) {
    let values = Parallel.map(count: x.columns) { column in
      var found: Set<Double> = []
      for row in 0..<x.rows {
        let value = x.values[row * x.columns + column]
        if value >= 0 { found.insert(value) }
      }
      return found.sorted()
    }
    if let column = values.firstIndex(where: \.isEmpty) { throw .missingColumn(column: columns[column]) }
    if let column = values.firstIndex(where: { $0.count > Self.mostValues }) {
      throw .tooManyCounts(column: columns[column], most: Self.mostValues)
    }
    let levels = values.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
    self.values = values
    logFactorials = values.map { $0.map { GammaFunctions.logGamma($0 + 1) } }
    places = LevelPlaces(rows: x.rows, levels: values.map(\.count)) { column, row in
      levels[column][x.values[row * x.columns + column]]
    }
  }

  /// The most different counts of a column: beyond, it is an amount rather than a count, and tables would not pay.
  private static let mostValues = 65_536

  private init(_ places: LevelPlaces, _ values: [[Double]], _ logFactorials: [[Double]]) {
    self.places = places
    self.values = values
    self.logFactorials = logFactorials
  }

  func subset(_ indices: [Int]) -> any BlockRows { CountRows(places.subset(indices), values, logFactorials) }

  func fitter(_ kind: MixtureBlock.Kind, components: Int, prior: MixturePrior?) -> any BlockFitter {
    CountFitter(self, components: components, isPoisson: kind == .poisson)
  }

  /// The logarithms of the counts and one, on which a doubling counts alike for few and many.
  var coordinates: Matrix {
    let columns = values.indices.map { column in
      standardised((0..<places.rows).map { row in places.level(column, row).map { log1p(values[column][$0]) } })
    }
    return Matrix(columns: columns, rows: places.rows)
  }

  var evenLogDensities: [Double] { values.map { -log1p(($0.last ?? 0) - ($0.first ?? 0)) } }
}
