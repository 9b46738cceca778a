import Features
import Personas
import Randomness
import Testing
import Warehouse

/// What is sure of many customers may still be too small to speak of, and what is much of everything says nothing of what.
@Suite struct PersonaMaterialTests {
  /// Two segments of `size` with the numbers that `row` gives for segment and place in it.
  private static func book(
    _ names: [String], categories: [String: (Int, Int) -> String?] = [:], settings: PersonaSettings = PersonaSettings(),
    size: Int = 200,
    _ row: (Int, Int) -> [Double]
  ) -> PersonaBook {
    var values: [Double] = []
    var labels: [Int] = []
    for place in 0..<2 * size {
      labels.append(place % 2)
      values += row(place % 2, place / 2)
    }
    let columns = categories.map { name, level in
      let texts = (0..<2 * size).map { level($0 % 2, $0 / 2) }
      return Column(name: name, values: .texts(texts.map { $0 ?? "" }), missing: texts.map { $0 == nil })
    }
    return PersonaBook(
      PersonaInput(
        FeatureValues(
          customers: Column(name: "id", values: .integers((0..<2 * size).map(Int64.init))),
          numbers: NumberBlock(names: names, rows: 2 * size, values: values), categories: columns),
        ProfiledGroups(
          segments: [
            .init(id: 1, macro: 1, stability: nil, customers: size),
            .init(id: 2, macro: 2, stability: nil, customers: size),
          ], labels: labels), settings: settings, dialect: .duckDB))
  }

  private static func spread(_ place: Int) -> Double { Double(place * 77 % 200) / 200 }

  private static func words(_ persona: Persona) -> [String] {
    [persona.name, persona.sentence] + persona.distinctive.map(\.words) + persona.topics.flatMap(\.facts).map(\.words)
  }

  @Test func `amounts are told as shares of their whole, and a bigger spender of everything prefers nothing`() throws {
    // The second spends ten times as much of everything, and two thirds of it on wines instead of a seventh.
    let book = Self.book(["MntWines", "MntFruits", "MntMeatProducts"]) { segment, place in
      let whole = (segment == 1 ? 1_000 : 100) * (1 + Self.spread(place))
      let wines = segment == 1 ? 0.65 : 0.15
      return [whole * wines, whole * 0.3, whole * (0.7 - wines)]
    }
    let (first, second) = (try #require(book.persona("1/1")), try #require(book.persona("2/2")))
    #expect(second.name.lowercased().contains("big spenders"), "\(second.name)")
    #expect(Self.words(second).contains { $0.contains("spend 65% on wines") }, "\(Self.words(second))")
    #expect(!Self.words(second).contains { $0.contains("fruit") }, "\(Self.words(second))")
    // A tenth of the amount on fruits, and yet the same share: no reason to hide them.
    #expect(!first.topics.contains { $0.title == "What not to show them" }, "\(first.topics)")
    #expect(Self.words(first).contains { $0.contains("have spent 150") }, "\(Self.words(first))")
    // Rules are made of columns that the table has.
    for persona in book.personas {
      #expect(persona.rule.rule.conditions.allSatisfy { $0.feature.hasPrefix("Mnt") }, "\(persona.rule.words)")
    }
  }

  @Test func `who buys often at a discount hunts no deals where most is bought without`() throws {
    let names = ["NumDealsPurchases", "NumWebPurchases", "NumStorePurchases"]
    let book = Self.book(names) { segment, place in
      let own = (Self.spread(place) * 4).rounded()
      return segment == 1 ? [5, 20 + own, 20 + own] : [2, 2, 2 + own / 4]
    }
    let (first, second) = (try #require(book.persona("1/1")), try #require(book.persona("2/2")))
    #expect(!second.name.lowercased().contains("deal hunters"), "\(second.name)")
    #expect(first.name.lowercased().contains("deal hunters"), "\(first.name)")
  }

  @Test func `a sure difference that is slight sets nobody apart`() throws {
    let names = ["tenure_days", "share_pastry", "orders_night_share", "discount_depth", "spend"]
    let book = Self.book(names) { segment, place in
      let own = Double(segment)
      let s = Self.spread(place)
      return [
        350 + 20 * s + 5 * own, 0.005 + 0.01 * s + 0.006 * own, 0.1 + 0.15 * s + 0.04 * own,
        0.2 + 0.02 * s + 0.01 * own,
        100 + 200 * own + 50 * s,
      ]
    }
    for persona in book.personas {
      let told = Self.words(persona)
      for word in ["newcomers", "long-standing", "pastry", "night shoppers", "deep discounts", "shallow"] {
        #expect(!told.contains { $0.lowercased().contains(word) }, "\(word): \(told)")
      }
      #expect(!persona.distinctive.contains { ["tenure_days", "share_pastry", "discount_depth"].contains($0.feature) })
    }
  }

  @Test func `a week of much spend makes no big spender`() throws {
    let book = Self.book(["monetary_7d", "monetary"]) { segment, place in
      let own = 500 + 500 * Self.spread(place)
      return segment == 1 ? [50 + own / 20, own] : [own / 100, own]
    }
    let persona = try #require(book.persona("2/2"))
    #expect(persona.name.lowercased().contains("medium spenders"), "\(persona.name)")
    #expect(persona.distinctive.contains { $0.feature == "monetary_7d" })
  }

  @Test func `levels are shares of those of whom they are known, and silent where most are not`() throws {
    let book = Self.book(
      ["spend"],
      categories: [
        // Known of 60%, of whom two thirds own; of the other segment of 60%, of whom none does.
        "home_ownership": { segment, place in
          let s = Self.spread(place)
          return s >= 0.6 ? nil : segment == 1 && s < 0.4 ? "Homeowner" : "Renter"
        },
        // Known of a tenth.
        "marital_status": { segment, place in
          Self.spread(place) >= 0.1 ? nil : segment == 1 ? "Married" : "Single"
        },
      ]
    ) { _, place in [Self.spread(place)] }
    let persona = try #require(book.persona("2/2"))
    #expect(persona.name.lowercased().contains("homeowners"), "\(persona.name)")
    let trait = try #require(persona.distinctive.first { $0.level == "Homeowner" })
    #expect(abs(trait.own - 2.0 / 3) < 1e-9 && trait.evidence.contains("67% of the 60% known"), "\(trait.evidence)")
    #expect(!persona.distinctive.contains { $0.feature == "marital_status" })
    #expect(!Self.words(persona).contains { $0.lowercased().contains("married") })
  }

  @Test func `a number known of few of a segment is not told`() throws {
    let book = Self.book(["orders_quarter_4_share", "spend"]) { segment, place in
      [segment == 1 && place >= 20 ? .nan : segment == 1 ? 0.9 : 0.2, Double(segment) + Self.spread(place)]
    }
    let persona = try #require(book.persona("2/2"))
    #expect(!persona.distinctive.contains { $0.feature == "orders_quarter_4_share" })
  }

  @Test func `who has not lapsed is not won back, and growth is that of the middle one`() throws {
    let book = Self.book(
      ["recency_days", "spend", "orders_trend_90d"],
      categories: [
        "lifecycle_stage": { segment, place in segment == 1 && Self.spread(place) < 0.3 ? "lapsed" : "active" }
      ]
    ) { segment, place in
      let s = Self.spread(place)
      return [
        segment == 1 ? 20 + 10 * s : 2 + 3 * s, segment == 1 ? 500 + s : 100 + s, s < 0.6 ? 0 : segment == 1 ? 2 : -2,
      ]
    }
    let persona = try #require(book.persona("2/2"))
    #expect(persona.distinctive.contains { $0.feature == "recency_days" })
    #expect(!persona.actions.contains { $0.title.hasPrefix("Win back") || $0.title == "Grow" }, "\(persona.actions)")
  }

  @Test func `who ordered once has no rhythm, no growth and no long standing`() throws {
    let names = ["orders", "tenure_days", "recency_days", "repeat_line_share", "monetary_trend_90d", "spend"]
    let book = Self.book(names) { segment, place in
      let s = Self.spread(place)
      return segment == 1
        ? [1, 300 + 20 * s, 300 + 20 * s, 0, 2, 100 + s] : [6, 100 + 50 * s, 5 + s, 0.5 + 0.2 * s, -0.5, 100 + s]
    }
    let persona = try #require(book.persona("2/2"))
    let told = Self.words(persona)
    for word in ["long-standing", "variety seekers", "growing", "more than before", "seldom buy the same"] {
      #expect(!told.contains { $0.lowercased().contains(word) }, "\(word): \(told)")
    }
    #expect(told.contains { $0.contains("first bought 310 days ago") }, "\(told)")
    #expect(!persona.actions.contains { $0.title == "Grow" })
  }

  @Test func `a total is no part of itself, and a column that a rule names is told as it stands`() throws {
    var settings = PersonaSettings()
    settings.actions = [ActionRule("Wine list", when: [.init("MntWines", .high)], what: "Send the wine list.")]
    let book = Self.book(["MntTotal", "MntWines", "MntFruits"], settings: settings) { segment, place in
      let wines = (segment == 1 ? 300.0 : 100) + 50 * Self.spread(place)
      return [wines + 100, wines, 100]
    }
    let persona = try #require(book.persona("2/2"))
    #expect(persona.actions.first?.title == "Wine list", "\(persona.actions)")
    #expect(book.profiles.number("share_of_MntTotal") == nil)
    let whole = try #require(book.profiles.number("total_of_mnt")?.groups[1])
    #expect(abs(whole.median - 425) < 1, "\(whole)")
  }

  @Test func `where nobody has lapsed nobody is won back, and who has lapsed is not new`() throws {
    let names = ["recency_days", "spend", "tenure_days"]
    func book(_ stage: String) -> PersonaBook {
      Self.book(names, categories: ["lifecycle_stage": { segment, _ in segment == 1 ? stage : "active" }]) {
        segment, place in
        let s = Self.spread(place)
        return segment == 1 ? [25 + 5 * s, 500 + s, 40 + 10 * s] : [2 + 2 * s, 100 + s, 300 + 50 * s]
      }
    }
    let active = try #require(book("active").persona("2/2"))
    #expect(!active.actions.contains { $0.title.hasPrefix("Win back") } && !active.name.lowercased().contains("lapsed"))
    #expect(active.actions.contains { $0.title == "Welcome" }, "\(active.actions)")
    let lapsed = try #require(book("lapsed").persona("2/2"))
    #expect(lapsed.actions.contains { $0.title == "Win back" }, "\(lapsed.actions)")
    #expect(!lapsed.actions.contains { $0.title == "Welcome" })
    #expect(!lapsed.name.lowercased().contains("new"), "\(lapsed.name)")
  }

  @Test func `a mean of fewer than ten is not told`() throws {
    let book = Self.book(["coupons_redeemed", "spend"]) { segment, place in
      [segment == 1 ? (place < 150 ? 0 : 3) : (place < 4 ? 5 : 0), Double(segment) + Self.spread(place)]
    }
    let few = try #require(book.persona("1/1"))
    #expect(!few.distinctive.contains { $0.feature == "coupons_redeemed" })
    #expect(book.persona("2/2")?.distinctive.contains { $0.feature == "coupons_redeemed" } == true)
    #expect(!book.personas.flatMap(\.neighbours).flatMap(\.differences).contains { $0.evidence.contains("coupons") })
  }

  @Test func `a part that is smaller and yet more in money is no reason to hide it`() throws {
    // The second spends ten times as much: of gold a smaller share, and more.
    let book = Self.book(["MntGoldProds", "MntWines"]) { segment, place in
      let whole = (segment == 1 ? 1_000 : 100) * (1 + Self.spread(place))
      let gold = (segment == 1 ? 0.05 : 0.2) + 0.01 * Self.spread(place)
      return [whole * gold, whole * (1 - gold)]
    }
    let persona = try #require(book.persona("2/2"))
    #expect(Self.words(persona).contains { $0.contains("% on gold") }, "\(Self.words(persona))")
    #expect(!persona.topics.contains { $0.title == "What not to show them" })
  }

  @Test func `what is known of half of them tells of nobody in a sentence`() throws {
    let book = Self.book(
      ["spend"],
      categories: [
        "marital_status": { _, place in Self.spread(place) < 0.6 ? "Married" : nil },
        "gender": { segment, place in Self.spread(place) < (segment == 1 ? 0.8 : 0.7) ? "F" : "M" },
      ]
    ) { segment, place in [100 * Double(segment + 1) + Self.spread(place)] }
    let persona = try #require(book.persona("2/2"))
    #expect(persona.sentence.hasPrefix("Women who"), "\(persona.sentence)")
  }

  @Test(
    arguments: [
      ("wines", "wine"), ("fruits", "fruit"), ("pastries", "pastry"), ("movies", "movie"), ("dresses", "dress"),
      ("boxes", "box"), ("gas", "gas"), ("electronics", "electronics"), ("sports", "sports"), ("glass", "glass"),
      ("meat", "meat"),
    ])
  func `what is bought stands before its buyers in the singular`(bought: String, name: String) {
    let wording = Vocabulary(PersonaSettings(), unit: "customers").wording("share_\(bought)", level: nil)
    #expect(wording.high.group == "\(name) buyers" && wording.high.phrase == "spend {own%} on \(bought)")
  }
}
