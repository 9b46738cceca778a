internal import Features

/// One sentence of who a group is and what it does.
struct PersonaSentence {
  let text: String
  let traits: [Trait]

  /// At most so many things are said after "who".
  private static let mostPhrases = 4
  /// What this share of a group has may stand in the subject, though others have it, too.
  private static let mostlyShare = 0.6
  /// What tells who people are, rather than what they do.
  private static let who: Set<String> = ["gender", "marital", "age", "place", "home", "industry", "plan", "stage"]

  /// What says most first: numbers before comparisons, what they do before what they do less of.
  private static func byWords(_ telling: [WordedTrait]) -> [WordedTrait] {
    func says(_ item: WordedTrait) -> Double {
      TraitFinder.telling(item) * (0.5 + item.wording.weight / 2)
        * (item.side.phrase?.contains(" than others") ?? false ? 0.6 : 1)
        * (item.isPart && !item.trait.isHigh ? 0.7 : 1)
    }
    return telling.map { (says($0), $0) }.enumerated().sorted {
      $0.element.0 != $1.element.0 ? $0.element.0 > $1.element.0 : $0.offset < $1.offset
    }.map(\.element.1)
  }

  /// Of `telling`, what is distinctive, what tells most first; and `all` traits, of which what most have may be named.
  init(
    _ telling: [WordedTrait], all: [WordedTrait], _ vocabulary: Vocabulary, correlated: (Int, Int) -> Bool
  ) {
    var said: Set<String> = []
    var used: [WordedTrait] = []
    let common = all.filter {
      $0.trait.level != nil && $0.trait.own >= PersonaSentence.mostlyShare && $0.trait.isHigh && $0.isOfNearlyAll
        && PersonaSentence.who.contains($0.wording.concept)
    }
    var (before, noun, after): ([String], String?, [String]) = ([], nil, [])
    for item in telling + common {
      guard PersonaSentence.who.contains(item.wording.concept), !said.contains(item.wording.concept) else { continue }
      // A level that only some have does not name them all.
      if item.trait.level != nil, item.trait.own < PersonaSentence.mostlyShare { continue }
      if item.wording.concept == "age", let place = item.side.place {
        after.insert(place, at: 0)
      } else if let group = item.side.group, noun == nil {
        noun = group
      } else if let adjective = item.side.adjective, before.count < 2 {
        before.append(adjective)
      } else if let place = item.side.place {
        after.append(place)
      } else {
        continue
      }
      said.insert(item.wording.concept)
      used.append(item)
    }
    var phrases: [String] = []
    for item in PersonaSentence.byWords(telling) where phrases.count < PersonaSentence.mostPhrases {
      guard !said.contains(item.wording.concept), item.side.phrase != nil,
        !used.contains(where: { correlated($0.place, item.place) })
      else { continue }
      said.insert(item.wording.concept)
      used.append(item)
      phrases.append(item.trait.words)
    }
    let own = noun ?? vocabulary.customers
    let subject = ((vocabulary.putsAdjectivesLast ? [own] + before : before + [own]) + after).joined(separator: " ")
    text =
      Phrases.capitalized(subject)
      + (phrases.isEmpty ? "" : " \(vocabulary.who) \(Phrases.list(phrases, and: vocabulary.and))") + "."
    traits = used.map(\.trait)
  }
}
