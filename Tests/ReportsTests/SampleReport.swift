import Features
import Personas
import Randomness
import Reports
import Warehouse

/// A report of invented customers with every part filled, of any size and with any texts.
struct SampleReport {
  var segments = 6
  var features = 12
  /// Customers of each micro-segment; the last repeats.
  var sizes = [120]
  /// What the level that stands out in the first segment is called.
  var level = "Ulm"
  /// What everything that a user names is called: features, segments, targets, sources.
  var name = "shop"

  /// The customers' features and segments, two micro-segments to a macro-segment.
  private var input: PersonaInput {
    var random = RandomStream(seed: 5)
    let names = (0..<features).map { "\(name) feature_\($0)" }
    let labels = (0..<segments).flatMap { segment in
      [Int](repeating: segment, count: sizes[min(segment, sizes.count - 1)])
    }
    var numbers: [Double] = []
    for label in labels {
      for column in 0..<features {
        numbers.append(100 + (10 * random.normal() + (column == label % features ? 18 : 0)).rounded())
      }
    }
    let cities = labels.map { $0 == 0 && random.uniform() < 0.85 || random.uniform() < 0.1 ? level : "Bonn" }
    let values = FeatureValues(
      customers: Column(name: "id", values: .texts(labels.indices.map { "SECRET-\($0)" })),
      numbers: NumberBlock(names: names, rows: labels.count, values: numbers),
      categories: [Column(name: "\(name) city", values: .texts(cities))])
    let groups = ProfiledGroups(
      segments: (0..<segments).map { place in
        .init(
          id: place + 1, macro: place / 2 + 1, stability: 0.6 + Double(place % 4) / 10,
          customers: sizes[min(place, sizes.count - 1)])
      }, labels: labels)
    var input = PersonaInput(values, groups, settings: PersonaSettings(), dialect: .duckDB)
    input.settings.remarks = ["1/1": PersonaRemark(name: name, note: "\(name) note", owner: "Ada", due: "2026-12-01")]
    for group in groups.groups {
      let path = path(group, groups)
      input.revenue[path] = PersonaRevenue(
        feature: "spend", sum: 1_000, share: 1 / Double(segments), mean: 1_000 / 120,
        expected: PersonaForecast(days: 90, expected: 500, low: 300, high: 800))
      input.chances[path] = [
        PersonaChance(
          target: name, meaning: "buys again", predicted: 0.2, came: .init(0.22, low: 0.18, high: 0.27), all: 0.15)
      ]
      input.effects = (input.effects ?? [:]).merging([
        path: [
          PersonaEffect(
            target: name, treatment: level, meaning: "visit = 1", isShare: true, value: 0.04, low: 0.01, high: 0.07,
            all: 0.03, column: "visit_uplift")
        ]
      ]) { first, _ in first }
    }
    return input
  }

  private func path(_ group: ProfiledGroups.Group, _ groups: ProfiledGroups) -> String {
    switch group {
    case .macro(let id): "\(id)"
    case .segment(let place): groups.segments[place].path
    }
  }

  /// The report.
  var content: ReportContent {
    let input = input
    let book = PersonaBook(input)
    let rows = book.personas.map { persona in
      ReportSegment(
        path: persona.path, name: persona.name, macro: persona.macro, isMacro: persona.isMacro,
        customers: persona.customers,
        revenue: input.revenue[persona.path].map { revenue in
          ReportRevenue(
            feature: revenue.feature, sum: revenue.sum, share: revenue.share, mean: revenue.mean,
            expected: revenue.expected.map {
              ReportForecast(days: $0.days, expected: $0.expected, low: $0.low, high: $0.high)
            })
        },
        standing: persona.isMacro
          ? nil
          : ReportStanding(
            attractiveness: Double(persona.id) / Double(segments), rank: segments + 1 - persona.id,
            scores: [.init(criterion: "size", score: 0.5)]), stability: persona.stability)
    }
    let leaves = rows.filter { !$0.isMacro }
    let all = leaves.reduce(0) { $0 + ($1.customers.number ?? 0) }
    return ReportContent(
      title: name, asOf: "2026-06-30", madeBy: "Tessera 0.0.0", everybody: all + 40, none: 40, segments: rows,
      criteria: [ReportCriterion(name: "size", share: 1, meaning: "share of all customers")],
      found: ReportFound(
        sentences: ["\(segments) segments. k = 2 has the greatest silhouette."],
        nodes: [
          .init(depth: 0, title: "everybody", features: [name], stability: nil, reason: "Divided by \(name)."),
          .init(
            depth: 1, title: "macro-segment 1", features: [], stability: 0.9, reason: "Its parts do not come back."),
        ],
        criteria: ReportTable(
          caption: "Numbers of clusters tried",
          columns: [.init("k", isNumber: true), .init("silhouette", isNumber: true)],
          rows: [["2", "0.41"], ["3", "0.36"]])),
      personas: book.personas.map(ReportPersona.init),
      comparison: ReportComparison(book.profiles, paths: book.personas.map(\.path)), overlaps: overlaps(leaves),
      predictions: [prediction(leaves)],
      quality: ReportQuality(
        sources: ReportTable(
          caption: "What was read", columns: [.init("source"), .init("rows", isNumber: true)], rows: [[name, "12,345"]]),
        notes: ["12% of the rows of \(name) repeat another row", "3 customers of \(name) have returned lines alone"]),
      method: [
        ReportSetting("Provenance", "seed", "0"), ReportSetting("Provenance", "fingerprint", "abc"),
        ReportSetting("Tree", "name", name),
      ])
  }

  private func overlaps(_ leaves: [ReportSegment]) -> ReportOverlaps {
    let names = leaves.map(\.path) + [name]
    let sizes = leaves.map { $0.customers.number ?? 0 } + [77]
    let counts = names.indices.flatMap { row in
      names.indices.map { row == $0 ? sizes[row] : abs(row - $0) == 1 ? min(23, sizes[row], sizes[$0]) : 0 }
    }
    return ReportOverlaps(names: names, counts: counts)
  }

  private func prediction(_ leaves: [ReportSegment]) -> ReportPrediction {
    var gain = 0.0
    let rates = [0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.01]
    let gains = rates.enumerated().map { place, rate -> ReportGain in
      gain += rate / rates.reduce(0, +)
      return ReportGain(
        rows: 300, predicted: rate * 0.95, observed: rate, low: rate * 0.8, high: min(1, rate * 1.2),
        lift: rate / 0.192,
        depth: Double(place + 1) / 10, gain: min(1, gain))
    }
    return ReportPrediction(
      name: name, meaning: "buys again within 90 days", judged: "Judged on a later date",
      reason: "boosted trees rank better", rate: 0.192,
      figures: [ReportFigure(name: "AUC", meaning: "how well it ranks", value: 0.78, low: 0.75, high: 0.81)],
      gains: gains,
      segments: leaves.map {
        ReportReliability(
          path: $0.path, rows: $0.customers.number ?? 0, predicted: 0.2, observed: 0.22, low: 0.15, high: 0.3)
      }, importances: [ReportImportance(feature: name, share: 0.7, direction: -0.4)])
  }
}
