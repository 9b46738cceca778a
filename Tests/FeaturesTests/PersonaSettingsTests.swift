import Features
import Foundation
import Testing

@Suite struct `Personas of a project file` {
  private static func project(_ personas: String) throws -> Project {
    let text = """
      name: shop
      sources:
        orders: {file: o.csv, role: transactions, columns: {customer: c, time: t}}
      targets: {buys_30d: {event: buy, days: 30}}
      personas:
      \(personas.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
      """
    return try Project(yaml: text, file: "tessera.yml", folder: URL(fileURLWithPath: "."))
  }

  @Test func `words, actions and remarks are read`() throws {
    let settings = try Self.project(
      """
      customers: Kunden
      who: die
      and: und
      window: in {days} Tagen
      adjectives: before
      default_actions: false
      words:
        recency_days:
          about: recency
          more: {adjective: verlorene, phrase: lange nicht gekauft haben}
          less: {adjective: frische}
          weight: 0.5
        "plan = gold": {more: {group: Goldkunden}}
      actions:
        - title: Zurückholen
          when: {recency: very high, "chance of buys_30d": below 0.2, discount: usual}
          do: Anrufen.
          channel: Telefon
        - {title: Weiter so, do: Nichts tun.}
      segments:
        2/7: {name: Unsere Besten, note: Ada fragen, owner: Ada, due: 2026-12-24}
        3: {name: Gegangen}
      """
    ).personas
    #expect(settings.customers == "Kunden" && settings.who == "die" && settings.window == "in {days} Tagen")
    #expect(!settings.putsAdjectivesLast && !settings.usesDefaultActions)
    let words = try #require(settings.words.first)
    #expect(words.pattern == "recency_days" && words.concept == "recency" && words.weight == 0.5)
    #expect(words.high.adjective == "verlorene" && words.low.adjective == "frische" && words.low.phrase == nil)
    #expect(settings.words.last?.high.group == "Goldkunden" && settings.words.last?.concept == "plan = gold")
    #expect(
      settings.actions.first?.when == [
        .init("recency", .veryHigh), .init("chance of buys_30d", .below(0.2)), .init("discount", .usual),
      ])
    #expect(settings.actions.map(\.title) == ["Zurückholen", "Weiter so"] && settings.actions[1].when.isEmpty)
    #expect(settings.remarks["2/7"]?.owner == "Ada" && settings.remarks["3"]?.name == "Gegangen")
  }

  @Test(
    arguments: [
      ("words: {x: {more: {adjectiv: y}}}", "Did you mean 'adjective'?"),
      ("words: {x: {weight: 1}}", "name neither 'more' nor 'less'"),
      ("words: {x: {more: {group: y}, weight: 2}}", "a number from 0, never in a name, to 1"),
      ("actions: {title: x}", "must be a list of rules"),
      ("actions: [{title: x}]", "needs a 'title' and, under 'do', what to do"),
      ("actions: [{title: x, do: y, when: {recency: higher}}]", "must be high, very high"),
      ("actions: [{title: x, do: y, when: {recency: above nan}}]", "must be high, very high"),
      ("segments: {first: {name: x}}", "is no segment"),
      ("segments: {2/7: {}}", "neither name, note, owner nor due"),
      ("segments: {2/7: {due: 2026-02-30}}", "must be an existing day"),
      ("segments: {2/7: {name: A}, 2/8: {name: a}}", "have the same name"),
      ("adjectives: behind", "must be one of before, after"),
      ("namen: x", "unknown key 'namen'"),
    ])
  func `what cannot be meant is refused with its line`(yaml: String, words: String) {
    let error = #expect(throws: ProjectError.self) { try Self.project(yaml) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(words), "\(text)")
    #expect(text.contains("tessera.yml"), "\(text)")
  }
}
