internal import Features
internal import LinearAlgebra
internal import Warehouse

extension PersonaBook {
  /// Describes every macro- and micro-segment of `input`.
  ///
  /// Groups of fewer than ten customers get a name and nothing else: no traits, rule, topics or examples.
  public init(_ input: PersonaInput) {
    let maker = PersonaMaker(input)
    let names = maker.names()
    var personas = Parallel.map(count: maker.count) { maker.persona($0, found: names[$0]) }
    let neighbours = maker.neighbours(personas)
    for index in personas.indices {
      personas[index].neighbours = neighbours[index]
      personas[index].actions = maker.actions(personas[index], group: index)
    }
    self.init(personas: personas, profiles: maker.profiles)
  }
}

/// What all cards of a model are made with.
struct PersonaMaker: Sendable {
  let input: PersonaInput
  /// The customers' features, and what families of columns among them say together.
  let values: FeatureValues
  let profiles: GroupProfiles
  let finder: TraitFinder
  let correlation: FeatureCorrelation
  /// Everything about each group, whether it differs or not; empty for small groups.
  let traits: [[WordedTrait]]
  /// Where each group differs, what differs most first.
  let distinctive: [[WordedTrait]]
  /// The same, what tells it from siblings too first.
  let telling: [[WordedTrait]]
  /// The rows of each group.
  let rows: [[Int]]
  private let rules: RuleSearch
  private let texts: [String: [String?]]
  private let customersOf: [Int]

  var count: Int { profiles.groups.count }

  init(_ input: PersonaInput) {
    let (described, families) = input.values.addingFamilies()
    // What a project has words or rules for is told as it stands.
    let covered = families.filter { feature in
      !input.settings.words.contains { WordPattern($0.pattern).match(FeatureWords(feature), level: nil) != nil }
        && !input.settings.actions.contains { $0.when.contains { $0.subject == feature } }
    }
    self.input = input
    values = described
    profiles = GroupProfiles(described, input.groups)
    let profiles = profiles
    let finder = TraitFinder(
      profiles, Vocabulary(input.settings, unit: input.unit), ValueWords(levels: input.ordinals),
      covered: covered)
    self.finder = finder
    correlation = FeatureCorrelation(described, features: profiles.numbers.map(\.feature))
    let isTold = profiles.sizes.map { $0 >= ReportedGroups.least }
    traits = isTold.indices.map { isTold[$0] ? finder.traits($0) : [] }
    distinctive = isTold.indices.map { isTold[$0] ? finder.distinctive($0) : [] }
    telling = isTold.indices.map { isTold[$0] ? finder.telling($0) : [] }
    let split = GroupSplit(input.groups, profiles.groups)
    var bySegment = [[Int]](repeating: [], count: split.segments)
    for (row, label) in input.groups.labels.enumerated() where label >= 0 { bySegment[label].append(row) }
    rows = split.parts.map { part in part.count == 1 ? bySegment[part[0]] : part.flatMap { bySegment[$0] }.sorted() }
    customersOf = split.parts.map { $0.reduce(0) { $0 + input.groups.segments[$1].customers } }
    let known = Set(input.values.numbers.names + input.values.categories.map(\.name))
    texts = Dictionary(input.values.categories.map { ($0.name, $0.texts) }) { first, _ in first }
    rules = RuleSearch(input.values, features: known.subtracting(input.describedOnly))
  }

  /// "2" of a macro-segment of several, "2/7" of a micro-segment.
  func path(_ group: Int) -> String {
    switch profiles.groups[group] {
    case .macro(let id): "\(id)"
    case .segment(let place): input.groups.segments[place].path
    }
  }

  /// What the user says of a group: of a micro-segment by its path, or by its id in another macro-segment's path, as ids
  /// outlive moves between macro-segments.
  func remark(_ group: Int) -> PersonaRemark? {
    let path = path(group)
    if let exact = input.settings.remarks[path] { return exact }
    guard case .segment(let place) = profiles.groups[group] else { return nil }
    let id = "/\(input.groups.segments[place].id)"
    return input.settings.remarks.filter { $0.key.hasSuffix(id) }.min { $0.key < $1.key }?.value
  }

  func names() -> [SegmentNaming.Name] {
    let correlation = correlation
    let naming = SegmentNaming(finder.vocabulary) { correlation.areSame($0, $1) }
    let groups = 0..<count
    return naming.names(
      groups.map {
        telling[$0] + (telling[$0].isEmpty && profiles.sizes[$0] < ReportedGroups.least ? [] : finder.middling($0))
      },
      sizes: profiles.sizes, paths: groups.map(path), taken: Set(groups.compactMap { remark($0)?.name }))
  }

  func persona(_ group: Int, found: SegmentNaming.Name) -> Persona {
    let (path, remark, isTold) = (path(group), remark(group), profiles.sizes[group] >= ReportedGroups.least)
    let sentence = PersonaSentence(telling[group], all: traits[group], finder.vocabulary) {
      correlation.areSame($0, $1)
    }
    let (id, macro, isMacro, stability): (Int, Int, Bool, Double?) =
      switch profiles.groups[group] {
      case .macro(let id): (id, id, true, nil)
      case .segment(let place):
        (
          input.groups.segments[place].id, input.groups.segments[place].macro, false,
          input.groups.segments[place].stability
        )
      }
    let everybody = input.everybody ?? input.groups.segments.reduce(0) { $0 + $1.customers }
    return Persona(
      path: path, id: id, macro: macro, isMacro: isMacro, name: remark?.name ?? found.text, foundName: found.text,
      nameTraits: found.traits, sentence: isTold ? sentence.text : "", sentenceTraits: isTold ? sentence.traits : [],
      remark: remark, customers: customersOf[group], share: Double(customersOf[group]) / Double(max(1, everybody)),
      stability: stability, revenue: isTold ? input.revenue[path] : nil,
      distinctive: told(group, beside: found.traits + sentence.traits),
      typical: isTold ? typical(group) : [], topics: isTold ? topics(group) : [],
      chances: isTold ? input.chances[path] ?? [] : [],
      effects: input.effects.map { isTold ? $0[path] ?? [] : [] }, rule: rule(group), neighbours: [],
      examples: isTold ? examples(group, sentence.traits) : [], actions: [])
  }

  /// What differs most, and whatever name and sentence (`spoken`) speak of.
  private func told(_ group: Int, beside spoken: [Trait]) -> [Trait] {
    distinctive[group].enumerated().filter { place, item in
      place < PersonaMaker.mostDistinctive || spoken.contains(item.trait)
    }.map(\.element.trait)
  }

  /// Sought on the features that differ most; nothing is sought for small groups.
  private func rule(_ group: Int) -> RuleFinding {
    var isMember = [Bool](repeating: false, count: input.values.rows)
    for row in rows[group] { isMember[row] = true }
    return rules.find(isMember, features: finder.apart(group), dialect: input.dialect)
  }

  private static let (mostNumbers, mostCategories) = (5, 3)
  /// Differences beyond these tell little more, and a model of many segments would grow with them.
  private static let mostDistinctive = 20

  /// Whether a concept tells what customers did, rather than who they are.
  private static func isBehaviour(_ concept: String) -> Bool {
    isChoice(concept) || ["stage", "lead", "recency", "frequency", "spend", "plan"].contains(concept)
  }

  /// Whether half of a group have a value; what most of them lack is not made up for the invented ones.
  private func isKnown(_ trait: Trait, _ group: Int) -> Bool {
    guard trait.level != nil else { return (profiles.number(trait.feature)?.groups[group]?.missingShare ?? 1) <= 0.5 }
    guard let levels = texts[trait.feature] else { return false }
    return 2 * rows[group].count { levels[$0] != nil } >= rows[group].count
  }

  /// Invented customers told of by what the sentence and the greatest differences speak of.
  private func examples(_ group: Int, _ spoken: [Trait]) -> [[Persona.Fact]] {
    var (numbers, categories): ([String], [String]) = ([], [])
    var said: Set<String> = []
    let spokenOf = Set(spoken.map(\.feature))
    let first = traits[group].filter {
      spokenOf.contains($0.trait.feature) && ($0.trait.level == nil || $0.trait.isHigh)
    }
    for item in first + distinctive[group] + traits[group] {
      let (trait, concept) = (item.trait, item.wording.concept)
      // Levels are drawn apart from numbers: those that say what numbers say would contradict them.
      guard item.wording.isClear, !PersonaMaker.isBehaviour(concept) || trait.level == nil,
        !said.contains(concept), isKnown(trait, group)
      else { continue }
      if trait.level == nil, numbers.count < PersonaMaker.mostNumbers {
        numbers.append(trait.feature)
      } else if trait.level != nil, categories.count < PersonaMaker.mostCategories,
        !categories.contains(trait.feature)
      {
        categories.append(trait.feature)
      } else {
        continue
      }
      said.insert(concept)
    }
    return ExampleCustomers.drawn(
      group, profiles, rows: rows[group], of: values, numbers: numbers, categories: categories,
      texts: texts, finder, seed: input.seed &+ UInt64(group))
  }
}
