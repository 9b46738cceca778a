public import LinearAlgebra

/// The directions of a spherical k-means fit, which assign any row to that of greatest cosine.
public struct SphericalKMeansModel: Sendable, Hashable, Codable {
  private let nearest: KMeansModel

  /// Directions of unit length.
  init(directions: KMeansModel) { nearest = directions }

  /// The directions (k x d, each of length 1); row 0 belongs to the heaviest cluster of the training data.
  public var directions: Matrix { nearest.centroids }

  /// k, the number of clusters.
  public var clusters: Int { nearest.clusters }

  /// The direction of greatest cosine to each row of `x` (m x d) and the dissimilarity 1 - cos to it, from 0 to 2;
  /// equal ones go to the lower index.
  ///
  /// Between unit vectors 1 - cos is half the squared distance, which is exact for small angles too. Each row is
  /// decided by itself. O(m k d).
  /// - Throws: ``FitError`` when `x` has another number of columns, a value that is not finite or beyond 1e130, or a
  ///   row that is zero throughout.
  public func assign(_ x: Matrix) throws(FitError) -> SphericalAssignment {
    guard x.columns == directions.columns else { throw .columnCount(have: x.columns, need: directions.columns) }
    let assigned = try nearest.assignSquared(x.unitRows())
    return SphericalAssignment(labels: assigned.labels, dissimilarities: assigned.squares.map { $0 / 2 })
  }

  private enum CodingKeys: String, CodingKey { case directions }

  /// Writes the directions.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(directions, forKey: .directions)
  }

  /// Reads a model, refusing one without directions or with one that is not of unit length.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let directions = try container.decode(Matrix.self, forKey: .directions)
    let areUnit = (0..<directions.rows).allSatisfy { row in
      abs(directions.row(row).reduce(0) { $0 + $1 * $1 } - 1) < 1e-6
    }
    guard directions.rows > 0, directions.columns > 0, areUnit else {
      throw DecodingError.dataCorruptedError(
        forKey: .directions, in: container,
        debugDescription: "A spherical k-means model needs one direction of unit length or more.")
    }
    self.init(directions: KMeansModel(centroids: directions))
  }
}

/// The clusters that rows were assigned to by direction.
public struct SphericalAssignment: Sendable, Hashable, Codable {
  /// The cluster of each row (m), from 0.
  public let labels: [Int]
  /// 1 - cos between each row and its cluster's direction (m), from 0 to 2.
  public let dissimilarities: [Double]
}

extension Matrix {
  /// The rows at unit length. O(n d).
  func unitRows() throws(FitError) -> Matrix {
    try DataChecks.checkValues(self)
    let parts = Parallel.map(rows: rows) { range in
      var unit: [Double] = []
      unit.reserveCapacity(range.count * columns)
      var withoutLength: Int?
      for row in range {
        let values = self.row(row)
        let largest = values.reduce(0) { max($0, $1.magnitude) }
        if largest == 0, withoutLength == nil { withoutLength = row }
        let scale = powerOfTwoScale(for: largest)
        let length = values.reduce(0) { $0 + ($1 * scale) * ($1 * scale) }.squareRoot()
        for value in values { unit.append(value * scale / length) }
      }
      return (unit: unit, withoutLength: withoutLength)
    }
    for part in parts { if let row = part.withoutLength { throw .zeroLength(row: row) } }
    return Matrix(rows: rows, columns: columns, values: parts.flatMap(\.unit))
  }
}
