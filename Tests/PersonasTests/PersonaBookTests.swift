import Features
import Personas
import Testing
import Warehouse

@Suite struct PersonaBookTests {
  private static func input(segments: Int = 6, size: Int = 120, seed: UInt64 = 1) -> (PersonaInput, PlantedCustomers) {
    let planted = PlantedCustomers(segments: segments, size: size, seed: seed)
    return (PersonaInput(planted.values, planted.groups, settings: PersonaSettings(), dialect: .duckDB), planted)
  }

  @Test func `names are unique, of two to four words, and speak of what was planted`() throws {
    let (input, planted) = Self.input()
    let book = PersonaBook(input)
    #expect(book.personas.map(\.path) == ["1", "1/1", "1/2", "2", "2/3", "2/4", "3", "3/5", "3/6"])
    #expect(Set(book.personas.map { $0.name.lowercased() }).count == book.personas.count)
    for (place, feature) in planted.planted.enumerated() {
      let persona = try #require(book.personas.first { $0.path == planted.groups.segments[place].path })
      #expect((2...4).contains(persona.name.split(separator: " ").count), "\(persona.name)")
      // The first segment is from another city, too.
      let all = place == 0 ? [feature, "city"] : [feature]
      #expect(persona.nameTraits.contains { all.contains($0.feature) }, "\(persona.name)")
      #expect(Set(persona.distinctive.prefix(all.count).map(\.feature)) == Set(all))
      #expect(persona.sentenceTraits.contains { $0.feature == feature }, "\(persona.sentence)")
    }
  }

  @Test func `every word on a card is backed by a number`() {
    for persona in PersonaBook(Self.input().0).personas {
      #expect(persona.nameTraits.allSatisfy { !$0.evidence.isEmpty && persona.distinctive.contains($0) })
      #expect(persona.sentenceTraits.allSatisfy { !$0.evidence.isEmpty })
      #expect(persona.topics.flatMap(\.facts).allSatisfy { !$0.evidence.isEmpty })
      #expect(persona.typical.allSatisfy { !$0.evidence.isEmpty })
      #expect(persona.neighbours.flatMap(\.differences).allSatisfy { !$0.evidence.isEmpty })
      #expect(!persona.actions.isEmpty)
    }
  }

  @Test func `neighbours are others of the same kind, the nearest first`() {
    for persona in PersonaBook(Self.input().0).personas {
      #expect(persona.neighbours.count == 2)
      #expect(persona.neighbours.allSatisfy { $0.path != persona.path && $0.path.contains("/") != persona.isMacro })
      #expect(persona.neighbours.map(\.distance) == persona.neighbours.map(\.distance).sorted())
      #expect(persona.neighbours.allSatisfy { (0...1).contains($0.distance) && !$0.differences.isEmpty })
    }
  }

  @Test func `what a user says stands by the segment's id, in another macro-segment too`() throws {
    var (input, _) = Self.input()
    input.settings.remarks = [
      "9/3": PersonaRemark(name: "Our best", note: "ask Ada"), "1": PersonaRemark(name: "Left"),
    ]
    let book = PersonaBook(input)
    let third = try #require(book.persona("2/3"))
    #expect(third.name == "Our best" && third.remark?.note == "ask Ada" && third.foundName != "Our best")
    #expect(book.persona("1")?.name == "Left")
    #expect(book.personas.filter { $0.name == "Our best" }.count == 1)
  }

  @Test func `words of a user come first, in other languages too`() throws {
    var (input, _) = Self.input()
    input.settings.customers = "clients"
    input.settings.who = "qui"
    input.settings.and = "et"
    input.settings.putsAdjectivesLast = true
    input.settings.words = [
      Wording("trait_2", "trait", high: .init(adjective: "fidèles", phrase: "reviennent souvent"))
    ]
    let persona = try #require(PersonaBook(input).persona("2/3"))
    #expect(persona.name.hasPrefix("Clients fidèles"), "\(persona.name)")
    #expect(persona.sentence.contains(" qui reviennent souvent"), "\(persona.sentence)")
  }

  @Test(
    arguments: [
      ("share_*", "share_grocery", nil, "big grocery"), ("mnt_*_prods", "MntMeatProds", nil, "big meat"),
      ("… city = *", "home_city", "Ulm", "big Ulm"), ("… city = ulm", "home_city", "Ulm", "big Ulm"),
      ("accepted_*", "AcceptedCmp3", nil, "big cmp3"), ("orders", "orders_90d", nil, "big "),
    ] as [(String, String, String?, String)])
  func `a pattern fits a feature's words, whatever their case and window`(
    pattern: String, feature: String, level: String?, adjective: String
  ) {
    var settings = PersonaSettings()
    settings.words = [Wording(pattern, "size", high: .init(adjective: "big *"))]
    let vocabulary = Vocabulary(settings, unit: "customers")
    #expect(vocabulary.wording(feature, level: level).high.adjective == adjective)
    #expect(vocabulary.wording("something_else", level: level).high.adjective?.hasPrefix("big") != true)
  }

  @Test func `a user's rule of what to do comes before the built-in ones`() throws {
    var (input, _) = Self.input()
    input.settings.actions = [
      ActionRule("Invite", when: [.init("trait_2", .veryHigh)], what: "Invite them.", channel: "post")
    ]
    let book = PersonaBook(input)
    let action = try #require(book.persona("2/3")?.actions.first)
    #expect(action.title == "Invite" && action.channel == "post" && action.why.hasPrefix("trait_2: median"))
    #expect(book.persona("1/1")?.actions.contains { $0.title == "Invite" } == false)
  }

  @Test func `groups of under ten customers have a name and nothing else`() throws {
    let (full, planted) = Self.input(segments: 4, size: 60)
    // Of the last segment's customers only seven are left; the others are in none.
    var left = 7
    let labels = planted.groups.labels.map { label -> Int in
      guard label == 3 else { return label }
      left -= 1
      return left >= 0 ? 3 : -1
    }
    let segments = planted.groups.segments.map {
      ProfiledGroups.Segment(id: $0.id, macro: $0.macro, stability: nil, customers: $0.id == 4 ? 7 : 60)
    }
    var input = full
    input.groups = ProfiledGroups(segments: segments, labels: labels)
    let persona = try #require(PersonaBook(input).persona("2/4"))
    #expect(!persona.name.isEmpty)
    #expect(persona.sentence.isEmpty && persona.distinctive.isEmpty && persona.topics.isEmpty)
    #expect(persona.examples.isEmpty && persona.neighbours.isEmpty && persona.actions.isEmpty)
    #expect(persona.rule.rule.conditions.isEmpty && !persona.rule.isRuleLike)
  }

  @Test func `invented customers are no real ones, and the same again`() {
    let (input, planted) = Self.input()
    let (one, two) = (PersonaBook(input), PersonaBook(input))
    #expect(one == two)
    let (numbers, city) = (planted.values.numbers, planted.values.categories[0])
    for persona in one.personas {
      #expect(persona.examples.count == 3)
      for example in persona.examples {
        #expect(example.count > 1)
        let isReal = (0..<planted.values.rows).contains { row in
          example.allSatisfy { fact in
            let told = fact.evidence.replacing(", invented", with: "")
            let parts = told.split(separator: " ", maxSplits: 1).map(String.init)
            guard let column = numbers.names.firstIndex(of: parts[0]) else { return city.texts[row] == parts[1] }
            return ReadableNumber.text(numbers.values[row * numbers.names.count + column]) == parts[1]
          }
        }
        #expect(!isReal, "\(example.map(\.words))")
      }
    }
  }

  @Test func `a condition on a concept reads a feature that runs the other way the right way round`() throws {
    var (input, _) = Self.input()
    input.settings.usesDefaultActions = false
    input.settings.words = [Wording("trait_*", "discount", high: .init(adjective: "full-price"), isReversed: true)]
    input.settings.actions = [
      ActionRule("Offers", when: [.init("discount", .high)], what: "Offers."),
      ActionRule("Full price", when: [.init("discount", .low)], what: "No offers."),
      ActionRule("By name", when: [.init("trait_2", .high)], what: "As it is."),
    ]
    let persona = try #require(PersonaBook(input).persona("2/3"))
    #expect(persona.actions.map(\.title) == ["Full price", "By name"])
  }

  @Test func `rules go by no feature that is only described`() throws {
    var (input, _) = Self.input()
    input.describedOnly = ["trait_2"]
    let persona = try #require(PersonaBook(input).persona("2/3"))
    #expect(persona.distinctive.first?.feature == "trait_2")
    #expect(!persona.rule.rule.conditions.contains { $0.feature == "trait_2" })
  }
}
