/// A block whose columns each take few different values: densities are looked up and sums counted by them, whatever the
/// distributions.
protocol LevelFitter: BlockFitter {
  /// The rows as places in the table.
  var places: LevelPlaces { get }
  /// The log-density of every value in every component.
  var table: LevelTable { get }
}

extension LevelFitter {
  var sumCount: Int { table.sumCount }

  func addLogDensities(_ rows: Range<Int>, to logDensities: inout [Double]) {
    table.addLogDensities(rows, of: places, to: &logDensities)
  }

  func addSums(_ rows: Range<Int>, responsibilities: [Double], to sums: inout [Double]) {
    table.addSums(rows, of: places, responsibilities: responsibilities, to: &sums)
  }
}
