/// The column given to each row so that the summed cost is least, each column given once; nil for a row left over.
///
/// The Hungarian method by shortest augmenting paths (Kuhn, 1955; Jonker & Volgenant, 1987).
/// O(min(r, c)^2 max(r, c)). Costs are finite.
public func optimalAssignment(rows: Int, columns: Int, cost: (_ row: Int, _ column: Int) -> Double) -> [Int?] {
  guard rows <= columns else {
    var result = [Int?](repeating: nil, count: rows)
    for (column, row) in optimalAssignment(rows: columns, columns: rows, cost: { cost($1, $0) }).enumerated() {
      if let row { result[row] = column }
    }
    return result
  }
  // Rows and columns count from 1 here; 0 is the free end of an augmenting path.
  var rowPrice = [Double](repeating: 0, count: rows + 1)
  var columnPrice = [Double](repeating: 0, count: columns + 1)
  var rowOfColumn = [Int](repeating: 0, count: columns + 1)
  for row in stride(from: 1, through: rows, by: 1) {
    rowOfColumn[0] = row
    var current = 0
    var least = [Double](repeating: .infinity, count: columns + 1)
    var previous = [Int](repeating: 0, count: columns + 1)
    var isVisited = [Bool](repeating: false, count: columns + 1)
    repeat {
      isVisited[current] = true
      let from = rowOfColumn[current]
      var delta = Double.infinity
      var next = 0
      for column in 1...columns where !isVisited[column] {
        let reduced = cost(from - 1, column - 1) - rowPrice[from] - columnPrice[column]
        if reduced < least[column] {
          least[column] = reduced
          previous[column] = current
        }
        if least[column] < delta {
          delta = least[column]
          next = column
        }
      }
      for column in 0...columns {
        if isVisited[column] {
          rowPrice[rowOfColumn[column]] += delta
          columnPrice[column] -= delta
        } else {
          least[column] -= delta
        }
      }
      current = next
    } while rowOfColumn[current] != 0
    while current != 0 {
      rowOfColumn[current] = rowOfColumn[previous[current]]
      current = previous[current]
    }
  }
  var result = [Int?](repeating: nil, count: rows)
  for column in stride(from: 1, through: columns, by: 1) where rowOfColumn[column] != 0 {
    result[rowOfColumn[column] - 1] = column - 1
  }
  return result
}
