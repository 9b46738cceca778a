internal import LinearAlgebra

/// A numeric feature, ranked, and how it goes with others on the rows that have both.
///
/// Features that are missing for the same rows are ranked once. Others are ranked anew for each pair, on the rows they
/// share; where these are fewer than four fifths of the rows of either, one cannot stand for the other and they count as
/// uncorrelated.
struct PairwiseRanks {
  private static let leastShared = 0.8
  /// Ranks of all rows, which one product compares, fall short of those of the shared rows: of equal features that lack
  /// opposite ends, to 0.42 times. Pairs below this share of the threshold are not ranked anew.
  private static let screen = 0.4

  let name: String
  /// NaN where missing.
  private let cells: [Double]
  /// The rows that have a value, ascending.
  private let places: [Int]
  /// Ranks less their mean, divided by their length; 0 where missing.
  private let scaled: [Double]

  /// Nil of a constant.
  init?(name: String, cells: [Double]) {
    let places = cells.indices.filter { !cells[$0].isNaN }
    guard let ranks = Self.scaledRanks(places.map { cells[$0] }) else { return nil }
    var scaled = [Double](repeating: 0, count: cells.count)
    for (place, rank) in zip(places, ranks) { scaled[place] = rank }
    (self.name, self.cells, self.places, self.scaled) = (name, cells, places, scaled)
  }

  /// Spearman's correlation of each two of `features` (p x p), of `rows` cells each; exact where it may reach
  /// `threshold`.
  static func correlations(_ features: [PairwiseRanks], rows: Int, _ threshold: Double) -> Matrix {
    let p = features.count
    var cells = [Double](repeating: 0, count: rows * p)
    for (column, feature) in features.enumerated() {
      for row in 0..<rows { cells[row * p + column] = feature.scaled[row] }
    }
    var found = Matrix(rows: rows, columns: p, values: cells).crossProduct()
    for one in 0..<p {
      for other in 0..<one where abs(found[one, other]) >= screen * threshold {
        guard features[one].places != features[other].places else { continue }
        let value = features[one].correlation(with: features[other])
        found[one, other] = value
        found[other, one] = value
      }
    }
    return found
  }

  private func correlation(with other: PairwiseRanks) -> Double {
    let shared = places.filter { !other.cells[$0].isNaN }
    guard Double(shared.count) >= Self.leastShared * Double(max(places.count, other.places.count)),
      let own = Self.scaledRanks(shared.map { cells[$0] }),
      let others = Self.scaledRanks(shared.map { other.cells[$0] })
    else { return 0 }
    return zip(own, others).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Ranks less their mean, divided by their length; nil of a constant.
  private static func scaledRanks(_ values: [Double]) -> [Double]? {
    let ranks = MidRanks.of(values)
    let mean = Double(values.count + 1) / 2
    let length = ranks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    return length > 0 ? ranks.map { ($0 - mean) / length } : nil
  }
}
