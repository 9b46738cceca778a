internal import LinearAlgebra

/// How raw features become the columns of a linear model: a missing value takes the column's mean, and where values are
/// missing a column of its own says so; each column then has mean 0 and standard deviation 1.
///
/// Columns that are the same in all rows are left out.
public struct LinearDesign: Sendable, Hashable, Codable {
  /// One column of the model.
  public struct Column: Sendable, Hashable, Codable {
    /// The raw feature it is made of, from 0.
    public let feature: Int
    /// Whether it tells that the feature is missing, rather than its value.
    public let tellsMissing: Bool
    /// Its weighted mean, missing values left out.
    public let mean: Double
    /// Its weighted standard deviation (dividing by the weight), missing values taken as the mean.
    public let deviation: Double
    /// The greatest distance of a value from the mean, in standard deviations.
    let reach: Double
  }

  /// d, the number of raw features.
  public let features: Int
  /// The columns of the model, those of values first, in the order of the features.
  public let columns: [Column]

  /// What `x` (n x d) needs.
  init(_ x: Matrix, weights: [Double]?) {
    let d = x.columns
    features = d
    struct Sums { var weight, first, second, least, greatest: [Double] }
    func sums(_ centre: [Double]) -> [Sums] {
      Parallel.map(rows: x.rows) { range in
        var sums = Sums(
          weight: [Double](repeating: 0, count: d), first: [Double](repeating: 0, count: d),
          second: [Double](repeating: 0, count: d), least: [Double](repeating: .infinity, count: d),
          greatest: [Double](repeating: -.infinity, count: d))
        for row in range {
          let w = weights?[row] ?? 1
          guard w > 0 else { continue }
          for j in 0..<d {
            let value = x.values[row * d + j]
            guard !value.isNaN else { continue }
            let delta = value - centre[j]
            sums.weight[j] += w
            sums.first[j] += w * delta
            sums.second[j] += w * delta * delta
            sums.least[j] = min(sums.least[j], value)
            sums.greatest[j] = max(sums.greatest[j], value)
          }
        }
        return sums
      }
    }
    func total(_ parts: [Sums], _ part: (Sums) -> [Double]) -> [Double] {
      parts.reduce(into: [Double](repeating: 0, count: d)) { total, sums in
        for (j, value) in part(sums).enumerated() { total[j] += value }
      }
    }
    let all = weights.map { CompensatedSum($0).value } ?? Double(x.rows)
    let first = sums([Double](repeating: 0, count: d))
    let present = total(first, \.weight)
    let mean = zip(total(first, \.first), present).map { $1 > 0 ? $0 / $1 : 0 }
    let second = sums(mean)
    let (shift, square) = (total(second, \.first), total(second, \.second))
    var values: [Column] = []
    var absences: [Column] = []
    for j in 0..<d {
      let least = first.reduce(Double.infinity) { min($0, $1.least[j]) }
      let greatest = first.reduce(-Double.infinity) { max($0, $1.greatest[j]) }
      if present[j] > 0, greatest > least {
        let variance = max(0, square[j] - shift[j] * shift[j] / present[j]) / all
        if variance > 0 {
          let deviation = variance.squareRoot()
          values.append(
            Column(
              feature: j, tellsMissing: false, mean: mean[j], deviation: deviation,
              reach: max(greatest - mean[j], mean[j] - least) / deviation))
        }
      }
      let share = 1 - present[j] / all
      if present[j] > 0, share > 0x1p-40 {
        let deviation = (share * (1 - share)).squareRoot()
        absences.append(
          Column(
            feature: j, tellsMissing: true, mean: share, deviation: deviation,
            reach: max(share, 1 - share) / deviation))
      }
    }
    columns = values + LinearDesign.different(absences, x)
  }

  /// Of columns that are missing in the same rows, the first.
  private static func different(_ absences: [Column], _ x: Matrix) -> [Column] {
    var marks = Set<UInt64>()
    return absences.filter { column in
      var mark: UInt64 = 0xCBF2_9CE4_8422_2325
      for row in 0..<x.rows where x.values[row * x.columns + column.feature].isNaN {
        mark = (mark ^ UInt64(row)) &* 0x100_0000_01B3
        mark ^= mark >> 29
      }
      return marks.insert(mark).inserted
    }
  }

  private init(features: Int, columns: [Column]) {
    self.features = features
    self.columns = columns
  }

  /// The design of some of its columns (indices from 0).
  func keeping(_ kept: [Int]) -> LinearDesign {
    LinearDesign(features: features, columns: kept.map { columns[$0] })
  }

  /// The rows `range` of `x` as columns of the model, and a last column of ones: range.count x (p + 1), row-major.
  func block(_ x: Matrix, _ range: Range<Int>) -> [Double] {
    let p = columns.count
    var block = [Double](repeating: 1, count: range.count * (p + 1))
    for (place, row) in range.enumerated() {
      let (from, to) = (row * features, place * (p + 1))
      for (j, column) in columns.enumerated() {
        let value = x.values[from + column.feature]
        if column.tellsMissing {
          block[to + j] = ((value.isNaN ? 1 : 0) - column.mean) / column.deviation
        } else {
          block[to + j] = value.isNaN ? 0 : (value - column.mean) / column.deviation
        }
      }
    }
    return block
  }

  /// Coefficients of the columns (p, then the intercept) in the units of the raw features: the intercept, one
  /// coefficient a feature, and what a missing value of each feature adds to the intercept.
  func raw(_ b: [Double]) -> (intercept: Double, coefficients: [Double], missing: [Double]) {
    var intercept = b[columns.count]
    var coefficients = [Double](repeating: 0, count: features)
    var missing = [Double](repeating: 0, count: features)
    for (j, column) in columns.enumerated() {
      let slope = b[j] / column.deviation
      intercept -= slope * column.mean
      if column.tellsMissing {
        missing[column.feature] += slope
      } else {
        coefficients[column.feature] = slope
        // A missing value counts as the mean.
        missing[column.feature] += slope * column.mean
      }
    }
    return (intercept, coefficients, missing)
  }
}
