internal import Features

/// Gives every group a name of two to four words from what is most distinctive of it, unlike all others in the model.
///
/// A name is adjectives and a noun: "lapsed" + "big spenders", and a place. The best name nobody has is taken, larger
/// groups first.
struct SegmentNaming {
  struct Name: Sendable {
    let text: String
    let traits: [Trait]
  }

  private struct Candidate {
    let text: String
    let traits: [Trait]
    let score: Double
  }

  private let vocabulary: Vocabulary
  private let correlated: (Int, Int) -> Bool

  /// Features for which `correlated` holds are not both spoken of.
  init(_ vocabulary: Vocabulary, correlated: @escaping (Int, Int) -> Bool) {
    self.vocabulary = vocabulary
    self.correlated = correlated
  }

  /// Names for groups with `traits`, what tells most first, of these `sizes`; `taken` are in use.
  func names(_ traits: [[WordedTrait]], sizes: [Int], paths: [String], taken: Set<String>) -> [Name] {
    var used = Set(taken.map(SegmentNaming.key))
    var names = [Name?](repeating: nil, count: traits.count)
    let order = sizes.indices.sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
    for group in order {
      let all = candidates(traits[group])
      let found = all.first { !used.contains(SegmentNaming.key($0.text)) }
      // Where all that is true of it is taken, its path tells it apart.
      let plain = all.first?.text ?? "Typical \(vocabulary.customers)"
      let name =
        found.map { Name(text: $0.text, traits: $0.traits) }
        ?? Name(
          text: used.contains(SegmentNaming.key(plain)) ? "\(plain) \(paths[group])" : plain,
          traits: all.first?.traits ?? [])
      used.insert(SegmentNaming.key(name.text))
      names[group] = name
    }
    return names.enumerated().map { $1 ?? Name(text: paths[$0], traits: []) }
  }

  /// What two names must not share: the same words in another order tell nobody apart.
  private static func key(_ name: String) -> String {
    name.lowercased().split(separator: " ").sorted().joined(separator: " ")
  }

  private static let considered = 8
  private static let mostWords = 4

  /// All names of up to two adjectives, a noun and a place, the best first.
  private func candidates(_ traits: [WordedTrait]) -> [Candidate] {
    var usable: [WordedTrait] = []
    for item in traits where usable.count < SegmentNaming.considered {
      guard item.isWide, item.wording.weight > 0, item.side.adjective ?? item.side.group ?? item.side.place != nil
      else { continue }
      usable.append(item)
    }
    var found: [Candidate] = []
    let heads: [Int?] = [nil] + usable.indices.map { $0 }
    for head in heads {
      if let head, usable[head].side.group == nil { continue }
      for first in [nil] + usable.indices.map(Optional.some) {
        if let first, usable[first].side.adjective == nil { continue }
        for second in [nil] + usable.indices.map(Optional.some) {
          guard first != nil || second == nil else { continue }
          if let first, let second, second <= first { continue }
          if let second, usable[second].side.adjective == nil, usable[second].side.place == nil { continue }
          let chosen = [head, first, second].compactMap { $0 }
          guard !chosen.isEmpty, agree(chosen.map { usable[$0] }) else { continue }
          found.append(
            candidate(
              head: head.map { usable[$0] }, first: first.map { usable[$0] }, second: second.map { usable[$0] }))
        }
      }
      // A place alone with a noun.
      for place in usable.indices where usable[place].side.place != nil && place != head {
        let chosen = [head, place].compactMap { $0 }
        guard agree(chosen.map { usable[$0] }) else { continue }
        found.append(candidate(head: head.map { usable[$0] }, first: nil, second: usable[place]))
      }
    }
    let fitting = found.filter { name in
      // Two concepts may have one word: nobody is lapsed twice.
      let words = name.text.lowercased().split(separator: " ")
      return words.count <= SegmentNaming.mostWords && name.text.count <= 48 && Set(words).count == words.count
        && !(words.contains("new") && words.contains("newcomers"))
    }
    return fitting.enumerated().sorted {
      $0.element.score != $1.element.score ? $0.element.score > $1.element.score : $0.offset < $1.offset
    }.map(\.element)
  }

  /// Whether the traits are about different things.
  private func agree(_ items: [WordedTrait]) -> Bool {
    for (index, one) in items.enumerated() {
      for other in items[..<index] {
        if one.wording.concept == other.wording.concept || correlated(one.place, other.place) { return false }
      }
    }
    return true
  }

  private func candidate(head: WordedTrait?, first: WordedTrait?, second: WordedTrait?) -> Candidate {
    var adjectives = [first?.side.adjective].compactMap { $0 }
    var place: String?
    if let second {
      if let adjective = second.side.adjective { adjectives.append(adjective) } else { place = second.side.place }
    }
    let noun = head?.side.group ?? vocabulary.customers
    let words = vocabulary.putsAdjectivesLast ? [noun] + adjectives : adjectives + [noun]
    let text = (words + [place].compactMap { $0 }).joined(separator: " ")
    let items = [head, first, second].compactMap { $0 }
    let weighed = items.map { TraitFinder.telling($0) * $0.wording.weight }.sorted(by: >)
    // The second and third word add less, and a noun of its own says more than "customers".
    let score = zip(weighed, [1, 0.6, 0.2]).reduce(0) { $0 + $1.0 * $1.1 } + (head == nil ? 0 : 0.08)
    return Candidate(text: Phrases.capitalized(text), traits: items.map(\.trait), score: score)
  }
}
