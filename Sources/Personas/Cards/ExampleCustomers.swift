internal import Features
internal import Foundation
internal import Randomness
internal import Warehouse

/// Invented customers of a group: no real one is among them.
///
/// Numbers are drawn together, with the rank correlations of the group, by a normal copula whose margins are lines through
/// its percentiles (Cario & Nelson, 1997, "normal to anything"); levels by their shares. Nothing but these aggregates is
/// used, and whoever equals a real customer in all that is told is drawn again.
struct ExampleCustomers {
  private static let wanted = 3
  private static let draws = 30

  /// Draws customers of `group` (its place) told of by `numbers` and `categories`, features by name; `allTexts` are the
  /// customers' levels by category.
  static func drawn(
    _ group: Int, _ profiles: GroupProfiles, rows: [Int], of values: FeatureValues, numbers: [String],
    categories: [String], texts allTexts: [String: [String?]], _ finder: TraitFinder, seed: UInt64
  ) -> [[Persona.Fact]] {
    let margins = numbers.compactMap { name -> (name: String, level: NumberLevel)? in
      guard let level = profiles.number(name)?.groups[group], level.count >= ReportedGroups.least else { return nil }
      return (name, level)
    }
    let shares = categories.compactMap { name -> (name: String, levels: [(String, Double)])? in
      let levels = profiles.levels(of: name).map { ($0.level, $0.groups[group]) }.filter { $0.1 > 0.02 }
      return levels.isEmpty ? nil : (name, levels)
    }
    guard margins.count + shares.count > 1 else { return [] }
    let correlation = FeatureCorrelation(values, features: margins.map(\.name), rows: rows)
    let factor = lower(correlation, margins.count)
    let columns = margins.map { values.numeric($0.name) ?? [] }
    let isWhole = columns.map { column in column.allSatisfy { $0.isNaN || $0 == $0.rounded() } }
    let texts = shares.map { allTexts[$0.name] ?? [] }
    var random = RandomStream(seed: seed)
    var found: [[Persona.Fact]] = []
    for _ in 0..<draws where found.count < wanted {
      let z = margins.indices.map { _ in random.normal() }
      let numbers = margins.indices.map { index -> Double in
        var sum = 0.0
        for other in 0...index { sum += factor[index][other] * z[other] }
        let value = quantile(margins[index].level, 0.5 * erfc(-sum / 2.0.squareRoot()))
        return isWhole[index] ? value.rounded() : RuleSearch.rounded(value)
      }
      let levels = shares.map { share -> String in
        var left = random.uniform() * share.levels.reduce(0) { $0 + $1.1 }
        for (level, part) in share.levels {
          left -= part
          if left < 0 { return level }
        }
        return share.levels.last?.0 ?? ""
      }
      guard !isReal(numbers, columns, isWhole, levels, texts, rows: values.rows) else { continue }
      found.append(
        zip(margins, numbers).map { margin, value in
          Persona.Fact(
            words: "\(finder.vocabulary.wording(margin.name, level: nil).noun ?? FeatureWords(margin.name).told) "
              + finder.values.rounded(value, of: margin.name),
            evidence: "\(margin.name) \(ReadableNumber.text(value)), invented")
        }
          + zip(shares, levels).map { share, level in
            Persona.Fact(
              words: "\(FeatureWords(share.name).stem) \(Vocabulary.readable(level))",
              evidence: "\(share.name) \(level), invented")
          })
    }
    return found
  }

  private static func isReal(
    _ numbers: [Double], _ columns: [[Double]], _ isWhole: [Bool], _ levels: [String], _ texts: [[String?]], rows: Int
  ) -> Bool {
    (0..<rows).contains { row in
      columns.indices.allSatisfy { index in
        let value = columns[index][row]
        return (isWhole[index] ? value : RuleSearch.rounded(value)) == numbers[index]
      } && texts.indices.allSatisfy { texts[$0][row] == levels[$0] }
    }
  }

  /// The value below which the share `p` lies, by lines through the percentiles; between the 5th and the 95th only.
  private static func quantile(_ level: NumberLevel, _ p: Double) -> Double {
    let (points, values) = (NumberLevel.percentiles, level.quantiles)
    let inside = min(points[points.count - 1], max(points[0], p))
    for index in 1..<points.count where inside <= points[index] {
      let share = (inside - points[index - 1]) / (points[index] - points[index - 1])
      return values[index - 1] + share * (values[index] - values[index - 1])
    }
    return values[values.count - 1]
  }

  /// The lower Cholesky factor of the correlations, drawn to the identity until there is one.
  private static func lower(_ correlation: FeatureCorrelation, _ d: Int) -> [[Double]] {
    for shrinkage in [0.02, 0.1, 0.3, 1] {
      var factor = [[Double]](repeating: [Double](repeating: 0, count: d), count: d)
      var isDefinite = true
      for i in 0..<d {
        for j in 0...i {
          var sum = i == j ? 1 : (1 - shrinkage) * correlation[i, j]
          for k in 0..<j { sum -= factor[i][k] * factor[j][k] }
          if i == j {
            isDefinite = isDefinite && sum > 1e-9
            factor[i][i] = max(sum, 1e-9).squareRoot()
          } else {
            factor[i][j] = sum / factor[j][j]
          }
        }
      }
      if isDefinite { return factor }
    }
    return (0..<d).map { i in (0..<d).map { $0 == i ? 1 : 0 } }
  }
}
