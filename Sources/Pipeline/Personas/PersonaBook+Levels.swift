internal import Personas

extension PersonaBook {
  /// What so many customers of a group have all of them have.
  private static let wholly = 0.95

  /// That macro-segments are no more than the levels of a feature, which nobody asked for (`asked`); nil where they are more.
  ///
  /// A family of one feature counts as much as any other, so that a category alone in its own can part everybody.
  func noteOnLevels(asked: Set<String>) -> String? {
    let divided = Set(personas.filter(\.isMacro).map(\.macro))
    let tops = personas.indices.filter { personas[$0].isMacro || !divided.contains(personas[$0].macro) }
    guard tops.count > 1 else { return nil }
    let levels = Dictionary(grouping: profiles.levels, by: \.feature).filter { _, levels in
      let own = tops.map { top in levels.firstIndex { $0.groups[top] >= PersonaBook.wholly } }
      return !own.contains(nil) && Set(own).count > 1
    }.keys
    let flags = profiles.numbers.filter { number in
      guard number.everyone.quantiles.allSatisfy({ $0 == 0 || $0 == 1 }) else { return false }
      let shares = tops.compactMap { number.groups[$0]?.mean }
      guard shares.count == tops.count, shares.allSatisfy({ (0...1).contains($0) }) else { return false }
      return shares.allSatisfy { $0 >= PersonaBook.wholly || $0 <= 1 - PersonaBook.wholly }
        && Set(shares.map { $0 >= 0.5 }).count > 1
    }.map(\.feature)
    let found = (levels + flags).filter { !asked.contains($0) }.sorted()
    guard !found.isEmpty else { return nil }
    let names = found.map { "'\($0)'" }.joined(separator: ", ")
    return
      "the macro-segments are the levels of \(names): a feature alone in its family counts as much as all of another. "
      + "Where that is not what should part customers, leave it out (segments: {exclude: [\(found.joined(separator: ", "))]}) "
      + "or lower its family's weight (features: {weights: …})"
  }
}
