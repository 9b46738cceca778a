import Features
import Personas
import Randomness
import Testing
import Warehouse

/// What cards say, and what they must not.
@Suite struct PersonaWordingTests {
  /// Two segments of 200: the second orders more in every window, buys more in the mornings, though seldom, and less
  /// dairy; a stage says the same as the orders.
  private static func book(_ settings: PersonaSettings = PersonaSettings()) -> PersonaBook {
    var random = RandomStream(seed: 5)
    let names = [
      "orders", "orders_90d", "orders_365d", "orders_morning_share", "orders_evening_share", "share_dairy",
      "recency_score",
    ]
    var values: [Double] = []
    var (labels, stages): ([Int], [String]) = ([], [])
    for row in 0..<400 {
      let own = row % 2
      labels.append(own)
      let orders = (own == 1 ? 40.0 : 10) + (4 * random.normal()).rounded()
      values += [
        orders, (orders / 3).rounded(), orders - 1,
        own == 1 ? 0.02 + 0.005 * random.uniform() : 0.001 * random.uniform(),
        own == 1 ? 0.6 + 0.1 * random.uniform() : 0.3 * random.uniform(), own == 1 ? 0.01 * random.uniform() : 0.3,
        own == 1 ? 5 : 2,
      ]
      stages.append(own == 1 ? "active" : "lapsed")
    }
    let input = PersonaInput(
      FeatureValues(
        customers: Column(name: "id", values: .integers((0..<400).map(Int64.init))),
        numbers: NumberBlock(names: names, rows: 400, values: values),
        categories: [Column(name: "lifecycle_stage", values: .texts(stages))]),
      ProfiledGroups(
        segments: [
          .init(id: 1, macro: 1, stability: nil, customers: 200),
          .init(id: 2, macro: 2, stability: nil, customers: 200),
        ], labels: labels), settings: settings, dialect: .duckDB)
    return PersonaBook(input)
  }

  @Test func `one thing is said once, whatever windows it is counted in`() throws {
    let persona = try #require(Self.book().persona("2/2"))
    #expect(persona.distinctive.count { $0.feature.hasPrefix("orders") && !$0.feature.hasSuffix("share") } == 1)
    for topic in persona.topics { #expect(Set(topic.facts.map(\.words)).count == topic.facts.count) }
    let told = persona.neighbours.flatMap(\.differences).map(\.words)
    #expect(Set(told).count == told.count && told.count { $0.contains("orders in") || $0 == "more orders" } <= 1)
  }

  @Test func `windows are told, in the project's words`() {
    let vocabulary = Vocabulary(PersonaSettings(), unit: "customers")
    #expect(vocabulary.wording("orders_90d", level: nil).high.phrase == "have ordered {own} times in 90 days")
    #expect(vocabulary.wording("orders", level: nil).high.phrase == "have ordered {own} times")
    var german = PersonaSettings()
    german.window = "in {days} Tagen"
    german.words = [Wording("orders", "frequency", high: .init(phrase: "bestellten {own} mal"))]
    let own = Vocabulary(german, unit: "Kunden")
    #expect(own.wording("orders_90d", level: nil).high.phrase == "bestellten {own} mal in 90 Tagen")
    // The side that a project does not word is told as it is without.
    #expect(own.wording("orders", level: nil).low == vocabulary.wording("orders", level: nil).low)
  }

  @Test func `a share that is larger than others' and small is not what people do`() throws {
    let persona = try #require(Self.book().persona("2/2"))
    let said = [persona.name, persona.sentence] + persona.topics.flatMap(\.facts).map(\.words)
    #expect(!said.contains { $0.contains("morning") }, "\(said)")
    #expect(persona.actions.allSatisfy { $0.moment?.contains("morning") != true })
    #expect(persona.topics.first { $0.title == "When" }?.facts.first?.words.contains("evening") == true)
  }

  @Test func `what not to show is what they buy little of, and nothing else`() throws {
    for persona in Self.book().personas {
      let shunned = persona.topics.first { $0.title == "What not to show them" }?.facts ?? []
      #expect(shunned.allSatisfy { $0.words.contains("dairy") }, "\(shunned)")
    }
    #expect(Self.book().persona("2/2")?.topics.contains { $0.title == "What not to show them" } == true)
  }

  @Test func `features without words of their own stand in no sentence and no topic`() throws {
    for persona in Self.book().personas {
      let said = [persona.sentence] + persona.topics.flatMap(\.facts).map(\.words)
      #expect(!said.contains { $0.contains("recency score") }, "\(said)")
    }
  }

  @Test func `invented customers do not contradict themselves by a level that says what a number says`() {
    for persona in Self.book().personas {
      #expect(!persona.examples.isEmpty)
      #expect(persona.examples.joined().allSatisfy { !$0.evidence.hasPrefix("lifecycle_stage") })
    }
  }

  @Test(
    arguments: [
      (0.5, 100, "50%"), (11.0 / 19, 19, ">47%"), (0.03, 100, "<10%"), (0.97, 100, ">90%"), (0, 40, "0%"),
      (1, 40, "100%"), (0.5, 8, "–"),
    ] as [(Double, Int, String)])
  func `a share is told as it is, but for single customers`(share: Double, customers: Int, told: String) {
    #expect(ReportedGroups.percent(share, of: customers) == told)
  }

  @Test func `a bare yes or no is told with its feature, and names nobody`() {
    let vocabulary = Vocabulary(PersonaSettings(), unit: "customers")
    let yes = vocabulary.wording("online_backup", level: "Yes")
    #expect(yes.high == .init(phrase: "have online backup ({share})") && yes.low.phrase == "seldom have online backup")
    let no = vocabulary.wording("plan", level: "No")
    #expect(no.high == .init(phrase: "have no plan ({share})") && no.low.adjective == nil)
  }
}
