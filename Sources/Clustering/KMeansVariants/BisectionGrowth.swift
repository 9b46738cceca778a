internal import LinearAlgebra

/// A hierarchy while it grows: which different rows each group holds.
struct BisectionGrowth {
  private let rows: DistinctRows
  private var nodes: [BisectionTree.Node] = []
  private var centroids: [Double] = []
  /// The rows of each leaf; empty for inner nodes.
  private var members: [[Int]] = []
  /// Leaves whose rows k-means could not tell apart.
  private var unsplittable: Set<Int> = []
  private(set) var converged = true

  /// One group of all rows (at least one).
  init(_ rows: DistinctRows) throws(FitError) {
    self.rows = rows
    let mean = rows.matrix.columnMeans(weights: rows.weights)
    let root = KMeansModel(centroids: Matrix(rows: 1, columns: mean.count, values: mean))
    let squares = try root.assignSquared(rows.matrix).squares
    add(mean, parent: nil, Array(0..<rows.matrix.rows), squares)
  }

  /// How many leaves there are.
  var leafCount: Int { (nodes.count + 1) / 2 }

  /// The inertia of all leaves.
  var inertia: Double { nodes.reduce(0) { $1.children == nil ? $0 + $1.inertia : $0 } }

  /// The leaf to split next, the first made of equal ones; nil when none has two different rows.
  func next(_ choice: BisectingKMeans.Choice) -> Int? {
    let leaves = nodes.indices.filter { members[$0].count > 1 && !unsplittable.contains($0) }
    return leaves.max { a, b in
      switch choice {
      case .largestInertia: nodes[a].inertia < nodes[b].inertia
      case .heaviest: nodes[a].weight < nodes[b].weight
      }
    }
  }

  /// Splits leaf `node` in two; or marks it, when its rows are so near that rounding puts both centres in one place.
  mutating func split(_ node: Int, by kMeans: KMeans, _ goOn: @escaping @Sendable (Double) -> Bool) throws(FitError) {
    let own = members[node]
    let x = own.count == rows.matrix.rows ? rows.matrix : rows.matrix.gatheringRows(own)
    let fit = try kMeans.fit(x, weights: own.map { rows.weights[$0] }) { goOn($0.fraction) }
    let squares = try fit.model.assignSquared(x).squares
    guard Set(fit.labels).count == 2 else {
      unsplittable.insert(node)
      return
    }
    converged = converged && fit.converged
    members[node] = []
    nodes[node].children = BisectionTree.Children(first: nodes.count, second: nodes.count + 1)
    for side in 0..<2 {
      let positions = own.indices.filter { fit.labels[$0] == side }
      add(
        Array(fit.model.centroids.row(side)), parent: node, positions.map { own[$0] }, positions.map { squares[$0] })
    }
  }

  private mutating func add(_ centroid: [Double], parent: Int?, _ own: [Int], _ squares: [Double]) {
    var inertia = CompensatedSum()
    for (row, square) in zip(own, squares) { inertia.add(square, times: rows.weights[row]) }
    let weight = CompensatedSum(own.map { rows.weights[$0] }).value
    nodes.append(BisectionTree.Node(parent: parent, weight: weight, inertia: inertia.value))
    centroids += centroid
    members.append(own)
  }

  /// The hierarchy so far, its leaves numbered as clusters from the heaviest.
  func tree() -> BisectionTree {
    let matrix = Matrix(rows: nodes.count, columns: rows.matrix.columns, values: centroids)
    let leaves = nodes.indices.filter { nodes[$0].children == nil }
    let order = clusterOrder(leaves.map { nodes[$0].weight }, matrix.gatheringRows(leaves))
    var numbered = nodes
    for (cluster, place) in order.enumerated() { numbered[leaves[place]].cluster = cluster }
    return BisectionTree(nodes: numbered, centroids: matrix)
  }
}
