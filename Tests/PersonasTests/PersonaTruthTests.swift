import Features
import Personas
import Testing
import Warehouse

/// Words about people hold for at least half of them; what holds for fewer is told as a share or a comparison.
@Suite struct PersonaTruthTests {
  private static let names = [
    "monetary_trend_90d", "accepted_campaign", "newbie", "campaigns_received", "phone_service", "kidhome",
    "share_dairy",
    "spend",
  ]

  /// Two segments of 200. The second shrinks less, took up campaigns at 30%, lapsed at 40% and has a telephone at 20%; both
  /// differ surely in all of it.
  private static func input(_ settings: PersonaSettings = PersonaSettings()) -> PersonaInput {
    var values: [Double] = []
    var (labels, stages, homes): ([Int], [String], [String?]) = ([], [], [])
    for row in 0..<400 {
      let (isSecond, place) = (row % 2 == 1, row / 2)
      labels.append(isSecond ? 1 : 0)
      // Evenly spread in each segment, so that shares are exact.
      let spread = Double(place * 77 % 200) / 200
      func has(_ second: Double, _ first: Double) -> Double { spread < (isSecond ? second : first) ? 1 : 0 }
      values += [
        (isSecond ? -0.3 : -0.9) + 0.2 * spread, has(0.3, 0.05), has(0.4, 0.8),
        isSecond ? 4 + (4 * spread).rounded() : 0,
        has(0.2, 0.6), has(0.4, 0.1) * (1 + (spread * 2).rounded()),
        isSecond ? 0.03 + 0.01 * spread : 0.2 + 0.1 * spread,
        (isSecond ? 300 : 100) + 50 * spread,
      ]
      stages.append(spread < (isSecond ? 0.4 : 0.05) ? "lapsed" : "active")
      homes.append(spread < 0.1 ? (isSecond ? "owner" : "renter") : nil)
    }
    return PersonaInput(
      FeatureValues(
        customers: Column(name: "id", values: .integers((0..<400).map(Int64.init))),
        numbers: NumberBlock(names: names, rows: 400, values: values),
        categories: [
          Column(name: "lifecycle_stage", values: .texts(stages)),
          Column(name: "home", values: .texts(homes.map { $0 ?? "" }), missing: homes.map { $0 == nil }),
        ]),
      ProfiledGroups(
        segments: [
          .init(id: 1, macro: 1, stability: nil, customers: 200),
          .init(id: 2, macro: 2, stability: nil, customers: 200),
        ], labels: labels), settings: settings, dialect: .duckDB)
  }

  private static func said(_ persona: Persona) -> [String] {
    [persona.name, persona.sentence] + persona.distinctive.map(\.words) + persona.topics.flatMap(\.facts).map(\.words)
      + persona.neighbours.flatMap(\.differences).map(\.words)
  }

  @Test func `what fewer than half do is told as a share, against others`() throws {
    let persona = try #require(PersonaBook(Self.input()).persona("2/2"))
    let words = persona.distinctive.map(\.words)
    for phrase in [
      "took up campaigns more often than others (30%)", "have small children more often than others (40%)",
      "have lapsed by their own rhythm more often than others (40%)",
      // What most do not do may be said to be absent.
      "have no phone service", "have been customers for more than a year",
      "have a higher growth of spend in 90 days than others",
    ] {
      #expect(words.contains(phrase), "\(phrase) is not in \(words)")
    }
    #expect(!persona.actions.contains { $0.title == "Grow" })
    for word in ["growing", "more than before", "responders", "lapsed ", "Lapsed", "families", "dairy-free", "newbie"] {
      #expect(!Self.said(persona).contains { $0.contains(word) && !$0.contains("than others (") }, "\(word)")
    }
  }

  @Test func `none is none, and not seldom`() throws {
    let persona = try #require(PersonaBook(Self.input()).persona("1/1"))
    let words = Self.said(persona)
    #expect(
      words.contains { $0.contains("got no campaigns") } && !words.contains { $0.contains("eldom-mailed") }, "\(words)")
  }

  @Test func `an attribute that most of a segment lack stands in no invented customer`() {
    for persona in PersonaBook(Self.input()).personas {
      #expect(!persona.examples.isEmpty && persona.examples.joined().allSatisfy { !$0.evidence.hasPrefix("home") })
    }
  }

  private static func effect(_ treatment: String, _ value: Double, _ low: Double, _ high: Double) -> PersonaEffect {
    PersonaEffect(
      target: "mail_brings", treatment: treatment, meaning: "visit = 1", isShare: true, value: value, low: low,
      high: high,
      all: 0.05, column: "mail_brings_uplift")
  }

  @Test func `rules go by what treatments change, and name those that do`() throws {
    var settings = PersonaSettings()
    settings.actions = [
      ActionRule(
        "Discount", when: [.init("uplift of mail_brings", .above(0.1))], what: "Send {treatment}: it pays."),
      ActionRule("Blue", when: [.init("uplift of mail_brings by blue", .veryHigh)], what: "Send blue."),
      ActionRule("None", when: [.init("uplift of mail_brings", .below(0.02))], what: "Send nothing."),
    ]
    var input = Self.input(settings)
    input.effects = [
      "1/1": [Self.effect("red", 0.01, -0.02, 0.04), Self.effect("blue", -0.01, -0.04, 0.02)],
      "2/2": [Self.effect("red", 0.12, 0.08, 0.16), Self.effect("blue", 0.03, -0.01, 0.07)],
    ]
    let book = PersonaBook(input)
    let (first, second) = (try #require(book.persona("1/1")), try #require(book.persona("2/2")))
    #expect(first.actions.map(\.title).contains("None") && first.actions.contains { $0.title == "Save the offer" })
    #expect(!first.actions.contains { $0.title == "Treat" || $0.title == "Discount" })
    let discount = try #require(second.actions.first)
    #expect(discount.title == "Discount" && discount.what == "Send red: it pays.")
    #expect(
      discount.why
        == "red, visit = 1, against those left alone: +12.00 points, 95% interval 8.00 to 16.00; all +5.00 points")
    #expect(second.actions.contains { $0.title == "Treat" && $0.what.hasPrefix("Give them red,") })
    #expect(!second.actions.contains { ["Blue", "None", "Save the offer"].contains($0.title) })
    #expect(book.unmatched(settings).isEmpty)
    #expect(PersonaBook(Self.input()).persona("1/1")?.effects == nil)
  }

  @Test func `words and rules that name nothing are told`() {
    var settings = PersonaSettings()
    settings.words = [
      Wording("spend", "spend", high: .init(phrase: "spend")), Wording("spent", "spend", high: .init(phrase: "spend")),
      Wording("home = owner", "home", high: .init(group: "owners")),
    ]
    settings.actions = [
      ActionRule("A", when: [.init("spnd", .high), .init("trend", .high)], what: "a"),
      ActionRule("B", when: [.init("lifecycle_stage", .high)], what: "b"),
      ActionRule("C", when: [.init("chance of buys", .high)], what: "c"),
      ActionRule("D", when: [.init("lifecycle_stage = lapsed", .high), .init("uplift", .high)], what: "d"),
    ]
    let told = PersonaBook(Self.input(settings)).unmatched(settings)
    #expect(told.count == 5, "\(told)")
    #expect(told[0].contains("'personas.words.spent'"))
    #expect(told[1].contains("'personas.actions[1]'") && told[1].contains("'spnd'") && told[1].contains("'spend'"))
    #expect(told[2].contains("'lifecycle_stage = LEVEL'"))
    #expect(told[3].contains("'chance of buys'") && told[4].contains("'uplift'"))
  }
}
