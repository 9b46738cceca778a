internal import Foundation
internal import LinearAlgebra

/// Probabilities of the levels of one column, kept away from 0.
enum LevelProbabilities {
  /// The least probability of a level that the training data hold.
  ///
  /// Likelihood is greatest at 0 for a level that a component never shows, but then one odd answer would rule the
  /// component out whatever else is known of the row, and answers odd everywhere would leave no component at all.
  /// This is the greatest likelihood among probabilities from here up; it costs the log-likelihood less than 1e-10 a row.
  static let least = 1e-10

  /// The likeliest probabilities of at least ``least`` for these weighted counts; 0 stays for levels not `seen`.
  static func likeliest(_ counts: [Double], seen: [Bool]) -> [Double] {
    let total = counts.reduce(0, +)
    var small = 0.0
    var rest = 0.0
    for level in counts.indices where seen[level] {
      if counts[level] < least * total { small += 1 } else { rest += counts[level] }
    }
    return counts.indices.map { level in
      guard seen[level] else { return 0 }
      return counts[level] < least * total ? least : counts[level] / rest * (1 - small * least)
    }
  }

  /// Writes the logarithms of `probabilities` (k x levels) into a table; a level of none of the components is left at 0.
  static func write(_ probabilities: Matrix, column: Int, to table: inout LevelTable) {
    for component in 0..<probabilities.rows {
      for level in 0..<probabilities.columns where probabilities[component, level] > 0 {
        table.set(log(probabilities[component, level]), column: column, level: level, component: component)
      }
    }
  }
}
