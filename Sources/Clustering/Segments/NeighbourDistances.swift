internal import LinearAlgebra

/// How far rows lie from their near neighbours.
enum NeighbourDistances {
  /// The squared distance of each row of `x` (n x d) to its `neighbour`th nearest of the rows at `sample`, itself not
  /// counted; infinite where there are not so many. O(n m d), m rows in the sample.
  static func of(_ x: Matrix, among sample: [Int], neighbour place: Int) -> [Double] {
    let others = x.gatheringRows(sample)
    // A row of the sample is its own nearest neighbour, which every row is granted.
    let inSample = Set(sample)
    return Parallel.map(rows: x.rows) { range in
      range.map { row -> Double in
        var nearest = [Double](repeating: .infinity, count: place + 1)
        let squares = others.squaredDistances(rows: 0..<others.rows, to: Array(x.row(row)))
        for square in squares where square < nearest[place] {
          var position = place
          while position > 0, nearest[position - 1] > square {
            nearest[position] = nearest[position - 1]
            position -= 1
          }
          nearest[position] = square
        }
        return nearest[inSample.contains(row) ? place : place - 1]
      }
    }.flatMap { $0 }
  }
}
