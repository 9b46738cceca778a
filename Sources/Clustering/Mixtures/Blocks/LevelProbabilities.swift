internal import Foundation
internal import LinearAlgebra

extension Matrix {
  /// For each column of probabilities of a 1 (k x d), those of 0 and 1 (k x 2).
  var asLevels: [Matrix] {
    (0..<columns).map { index in
      Matrix(rows: rows, columns: 2, values: column(index).flatMap { [1 - $0, $0] })
    }
  }
}

/// Probabilities of the levels of one column, kept away from 0.
enum LevelProbabilities {
  /// The least probability of a level that the training data hold.
  ///
  /// Likelihood is greatest at 0 for a level that a component never shows, but then one odd answer would rule the
  /// component out whatever else is known of the row, and answers odd everywhere would leave no component at all.
  /// This is the greatest likelihood among probabilities from here up; it costs the log-likelihood less than 1e-10 a row.
  static let least = 1e-10

  /// The likeliest probabilities of at least ``least`` for these weighted counts; 0 stays for levels not `seen`, and
  /// without any count the others are alike.
  static func likeliest(_ counts: [Double], seen: [Bool]) -> [Double] {
    let total = counts.reduce(0, +)
    guard total > 0 else { return seen.map { $0 ? 1 / Double(seen.count(where: \.self)) : 0 } }
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

  /// Probabilities (for each column k x levels) for data that hold other levels, perhaps; nil when the shapes disagree.
  ///
  /// A level that the data hold and the probabilities lack gets the ``least``; one the data lack is left out.
  static func adapt(_ probabilities: [Matrix], components: Int, seen: [[Bool]]) -> [Matrix]? {
    guard probabilities.count == seen.count else { return nil }
    var adapted: [Matrix] = []
    for (matrix, seen) in zip(probabilities, seen) {
      guard matrix.rows == components, matrix.values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
      var result = Matrix(rows: components, columns: seen.count)
      for component in 0..<components {
        var known = seen.indices.map { seen[$0] && $0 < matrix.columns ? matrix[component, $0] : 0 }
        if !known.contains(where: { $0 > 0 }) { known = seen.map { $0 ? 1 : 0 } }
        let isWhole = known.indices.allSatisfy { !seen[$0] || known[$0] > 0 }
        let own = isWhole && matrix.columns == seen.count ? known : likeliest(known, seen: seen)
        for (level, value) in own.enumerated() { result[component, level] = value }
      }
      adapted.append(result)
    }
    return adapted
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
