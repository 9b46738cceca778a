import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Warehouse

/// Experiments that several suites learn from.
enum Experiments {
  /// Half the customers are treated, which raises the chance of 1 by `lift` where the first feature is above 0.
  static func planted(
    rows: Int, lift: Double, seed: UInt64
  ) -> (x: Matrix, outcome: [Double], arm: [Int], effects: [Double]) {
    var random = RandomStream(seed: seed)
    var values: [Double] = []
    var outcome: [Double] = []
    var arm: [Int] = []
    var effects: [Double] = []
    for _ in 0..<rows {
      let row = (0..<3).map { _ in random.normal() }
      let isTreated = random.uniform() < 0.5
      let effect = row[0] > 0 ? lift : 0
      let base = 0.2 + 0.1 * tanh(row[1])
      outcome.append(random.uniform() < base + (isTreated ? effect : 0) ? 1 : 0)
      arm.append(isTreated ? 1 : 0)
      effects.append(effect)
      values += row
    }
    return (Matrix(rows: rows, columns: 3, values: values), outcome, arm, effects)
  }

  /// Hillstrom's e-mail experiment, columns as numbers; arms 0 none, 1 men's, 2 women's.
  static func hillstrom() throws -> (names: [String], x: Matrix, visit: [Double], spend: [Double], arm: [Int]) {
    let names = ["recency", "history", "mens", "womens", "newbie", "urban", "rural", "phone", "web"]
    let read = try Connection().query(
      """
      SELECT recency, history, mens, womens, newbie, CAST(zip_code = 'Urban' AS INTEGER) AS urban,
        CAST(zip_code = 'Rural' AS INTEGER) AS rural, CAST(channel = 'Phone' AS INTEGER) AS phone,
        CAST(channel = 'Web' AS INTEGER) AS web, visit, spend,
        CASE segment WHEN 'No E-Mail' THEN 0 WHEN 'Mens E-Mail' THEN 1 ELSE 2 END AS arm
      FROM '\(SharedData.path("hillstrom"))/*.csv.gz'
      """)
    let columns = names.map { read[$0]?.doubles ?? [] }
    let arm = (read["arm"]?.doubles ?? []).map { Int($0) }
    var values: [Double] = []
    for row in arm.indices { for column in columns { values.append(column[row]) } }
    return (
      names, Matrix(rows: arm.count, columns: names.count, values: values), read["visit"]?.doubles ?? [],
      read["spend"]?.doubles ?? [], arm
    )
  }
}
