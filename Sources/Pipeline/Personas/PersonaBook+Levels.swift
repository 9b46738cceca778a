internal import Personas

extension PersonaBook {
  /// What so many customers of a group have all of them have.
  private static let wholly = 0.95

  /// That every macro-segment is a level of its own of a feature that nobody asked for (`asked`); nil where none is so.
  ///
  /// A family of one feature counts as much as any other, so that a category alone in its own can part everybody.
  func noteOnLevels(asked: Set<String>) -> String? {
    let divided = Set(personas.filter(\.isMacro).map(\.macro))
    let tops = personas.indices.filter { personas[$0].isMacro || !divided.contains(personas[$0].macro) }
    guard tops.count > 1 else { return nil }
    let levels = Dictionary(grouping: profiles.levels, by: \.feature).filter { _, levels in
      let own = tops.map { top in
        levels.firstIndex { $0.groups[top] >= PersonaBook.wholly && 2 * $0.known[top] >= profiles.sizes[top] }
      }
      return !own.contains(nil) && Set(own).count == tops.count
    }.keys
    let flags = profiles.numbers.filter { number in
      guard number.everyone.quantiles.allSatisfy({ $0 == 0 || $0 == 1 }) else { return false }
      let shares = tops.compactMap { number.groups[$0]?.mean }
      guard shares.count == tops.count, shares.allSatisfy({ (0...1).contains($0) }) else { return false }
      // Those who have it on one side, those who have it not on the other.
      return tops.count == 2 && shares.allSatisfy { $0 >= PersonaBook.wholly || $0 <= 1 - PersonaBook.wholly }
        && (shares[0] >= 0.5) != (shares[1] >= 0.5)
    }.map(\.feature)
    let found = (levels + flags).filter { !asked.contains($0) }.sorted()
    guard !found.isEmpty else { return nil }
    let names = found.map { "'\($0)'" }.joined(separator: ", ")
    return
      "every macro-segment is a level of \(names): by this customers are parted before all else. Where it should not part "
      + "them, leave it out (segments: {exclude: [\(found.joined(separator: ", "))]}); a feature alone in its family counts as "
      + "much as all of another, unless features: {weights: …} says otherwise"
  }
}
