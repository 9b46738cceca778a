import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Warehouse

/// Data that several suites learn from.
enum Cases {
  /// n rows of d normal features, the outcome by a logistic function of the first two; one value in ten of the last
  /// feature is missing.
  static func logistic(rows: Int, features: Int = 4, seed: UInt64) -> (x: Matrix, outcome: [Double]) {
    var generator = RandomStream(seed: seed)
    var values: [Double] = []
    var outcome: [Double] = []
    for _ in 0..<rows {
      var row = (0..<features).map { _ in generator.normal() }
      let logit = -0.5 + 1.5 * row[0] - row[1]
      outcome.append(generator.uniform() < 1 / (1 + exp(-logit)) ? 1 : 0)
      if generator.uniform() < 0.1 { row[features - 1] = .nan }
      values += row
    }
    return (Matrix(rows: rows, columns: features, values: values), outcome)
  }

  /// MatchIt's lalonde (614 x 8) and who was treated; black is the reference of race.
  static func lalonde() throws -> (x: Matrix, treated: [Double]) {
    let columns = ["age", "educ", "hispan", "white", "married", "nodegree", "re74", "re75"]
    let read = try Connection().query(
      """
      SELECT age, educ, CAST(race = 'hispan' AS INTEGER) AS hispan, CAST(race = 'white' AS INTEGER) AS white, married,
        nodegree, re74, re75, treat FROM '\(SharedData.path("lalonde/lalonde.csv.gz"))'
      """)
    let parts = columns.map { read[$0]?.doubles ?? [] }
    let treated = read["treat"]?.doubles ?? []
    var values: [Double] = []
    for row in treated.indices { for part in parts { values.append(part[row]) } }
    return (Matrix(rows: treated.count, columns: columns.count, values: values), treated)
  }

  static func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance }
}
