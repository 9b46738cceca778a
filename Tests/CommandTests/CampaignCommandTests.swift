import Foundation
import TestSupport
import Testing

/// Campaigns by lot and otherwise, plans and opportunities: what `propensity --treatment` and `value` decide from a table.
@Suite struct CampaignCommandTests {
  private struct Answer: Decodable {
    struct Policy: Decodable {
      let rows: [Int]
      let cost: Double
      let value: Estimate
    }
    struct Estimate: Decodable {
      let value: Double
      let low: Double
      let high: Double
    }
    struct Share: Decodable {
      let type: String
      let rows: Int
      let average: Estimate
      let errorRate: Double
    }
    struct Comparison: Decodable {
      struct Matched: Decodable {
        let pairs: Int
        let unmatched: Int
        let effect: Estimate?
      }
      struct Balance: Decodable {
        let column: String
        let before: Double
        let weighted: Double
        let matched: Double?
      }
      let weighted: Estimate
      let doublyRobust: Estimate
      let effectiveControls: Double
      let matched: Matched?
      let balance: [Balance]
    }
    let policy: Policy?
    let lists: [[Share]]?
    let comparisons: [Comparison]?
  }

  /// 4,000 customers, half of them mailed; it helps those whose score is above 0 by thirty points, and harms nobody.
  private static let campaign: String = {
    var rows = ["id,score,noise,mail,visit"]
    for row in 0..<4000 {
      let score = Double(row * 7919 % 1000) / 500 - 1
      let isMailed = row * 31 % 2 == 1 || row % 7 == 0
      let chance = 0.2 + (isMailed && score > 0 ? 0.3 : 0)
      rows.append(
        "\(row),\(score),\(row * 104_729 % 97),\(isMailed ? "card" : "none"),\(Double(row * 15_485_863 % 10_007) / 10_007 < chance ? 1 : 0)"
      )
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static let verb = [
    "propensity", "c.csv", "--id", "id", "--target", "visit", "--treatment", "mail", "--learner", "boosted",
  ]

  private func answer(_ arguments: [String], in folder: TemporaryFolder) throws -> Answer {
    let outcome = try TesseraProcess.run(arguments + ["--json"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
  }

  @Test func `whom to treat follows costs and budget, and every row is told`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.campaign, to: "c.csv")
    let policy = try #require(
      answer(Self.verb + ["--worth", "10", "--cost", "1", "--output", "o.csv"], in: folder).policy)
    // Worth 3 where it helps, at a cost of 1: about the half whom it helps.
    #expect(policy.rows.reduce(0, +) == 4000 && (1600...2600).contains(policy.rows[1]))
    #expect(policy.cost == Double(policy.rows[1]) && policy.value.low > 0.5)
    let lines = try String(contentsOf: folder.url.appendingPathComponent("o.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines[0].hasSuffix(",give") && lines.dropFirst().count { $0.hasSuffix(",card") } == policy.rows[1])
    let tight = try #require(
      answer(Self.verb + ["--worth", "10", "--cost", "1", "--budget", "100"], in: folder).policy)
    #expect(tight.cost <= 100 && tight.rows[1] == 100)
    let dear = try #require(answer(Self.verb + ["--worth", "10", "--cost", "50"], in: folder).policy)
    #expect(dear.rows[1] == 0 && dear.value.value == 0)
  }

  @Test func `response types are listed with the chance that a list is wrong`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.campaign, to: "c.csv")
    let lists = try #require(answer(Self.verb + ["--lists", "0.15"], in: folder).lists?.first)
    #expect(lists.reduce(0) { $0 + $1.rows } == 4000)
    let persuadable = try #require(lists.first { $0.type == "persuadable" })
    #expect(persuadable.rows > 1500 && persuadable.average.low > 0.2 && persuadable.errorRate < 0.001)
    let words = try TesseraProcess.run(Self.verb + ["--lists", "0.15"], in: folder.url)
    #expect(words.output.contains("wrong as a whole"))
  }

  @Test(arguments: [
    (["--budget", "5"], "need --worth"), (["--worth", "5", "--cost=-1"], "--cost must be"),
    (["--match", "2"], "go with --observational"), (["--lists", "0"], "--lists must be above 0"),
    (["--observational", "--trim", "0.6"], "--trim must be"),
  ])
  func `what does not go together is told`(arguments: [String], words: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.campaign, to: "c.csv")
    let outcome = try TesseraProcess.run(Self.verb + arguments, in: folder.url)
    #expect(outcome.code == 64 && outcome.errors.contains(words), "\(outcome.errors)")
  }

  /// Numbers of reference: MatchIt's lalonde, a logistic regression and Hajek weights recomputed in numpy.
  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `trainees and others are made comparable, by weights and by matching`() throws {
    let folder = try TemporaryFolder()
    let verb = [
      "propensity", SharedData.path("lalonde/lalonde.csv.gz"), "--id", "rownames", "--target", "re78", "--treatment",
      "treat", "--observational",
    ]
    let treated = try #require(answer(verb + ["--estimand", "ATT", "--match", "1"], in: folder).comparisons?.first)
    #expect(abs(treated.weighted.value - 1214.07) < 0.05 && abs(treated.effectiveControls - 99.82) < 0.01)
    #expect(abs(treated.doublyRobust.value - 1226.54) < 0.05)
    #expect(treated.balance.allSatisfy { abs($0.weighted) < 0.2 } && abs(treated.balance[0].before) > 1)
    let matched = try #require(treated.matched)
    #expect(matched.pairs + matched.unmatched == 185 && matched.pairs > 90)
    let all = try #require(answer(verb + ["--estimand", "ATE"], in: folder).comparisons?.first)
    #expect(abs(all.weighted.value - 224.68) < 0.05 && all.matched == nil)
    let overlap = try #require(answer(verb + ["--estimand", "ATO"], in: folder).comparisons?.first)
    #expect(abs(overlap.weighted.value - 1242.20) < 0.05)
  }

  private struct Fit: Decodable {
    let parameters: [String: Double]
    let logLikelihood: Double
    let customers: Double
  }

  private func fit(_ arguments: [String], in folder: TemporaryFolder) throws -> Fit {
    let outcome = try TesseraProcess.run(["value"] + arguments + ["--json"], in: folder.url)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Fit.self, from: Data(outcome.output.utf8))
  }

  /// Fader, Hardie & Shang (2010), table 3.
  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `yearly donations are told by opportunities`() throws {
    let folder = try TemporaryFolder()
    let found = try fit(
      [
        SharedData.path("cdnow/donations.csv"), "--periods", "periods", "--frequency", "frequency", "--recency",
        "recency", "--weights", "weights", "--horizon", "5", "--output", "o.csv",
      ], in: folder)
    for (name, value) in ["alpha": 1.2035, "beta": 0.7497, "gamma": 0.6568, "delta": 2.7838] {
      #expect(abs((found.parameters[name] ?? 0) - value) < 0.002, "\(name)")
    }
    #expect(abs(found.logLikelihood + 33225.58) < 0.02 && found.customers == 11_104)
    let lines = try String(contentsOf: folder.url.appendingPathComponent("o.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count == 23 && lines[0].contains("expected_orders"))
  }

  @Test func `how long customers of a plan stay is told of those who stay`() throws {
    let folder = try TemporaryFolder()
    // Fader & Hardie (2007): of 1,000 "regular" customers 369, 163, 86, 56, 37, 27, 21 leave after year 1 to 7.
    let left = [369, 163, 86, 56, 37, 27, 21]
    var rows = ["id,years,left"]
    for (year, count) in left.enumerated() {
      for _ in 0..<count { rows.append("\(rows.count),\(year + 1),1") }
    }
    for _ in 0..<(1000 - left.reduce(0, +)) { rows.append("\(rows.count),7,0") }
    try folder.write(rows.joined(separator: "\n") + "\n", to: "plans.csv")
    let verb = ["plans.csv", "--customer", "id", "--periods", "years", "--left", "left"]
    let found = try fit(verb + ["--output", "o.csv"], in: folder)
    // Their table: alpha .704, beta 1.182, log-likelihood -1680.3.
    #expect(abs((found.parameters["alpha"] ?? 0) - 0.704) < 0.002)
    #expect(abs((found.parameters["beta"] ?? 0) - 1.182) < 0.003 && abs(found.logLikelihood + 1680.3) < 0.1)
    let lines = try String(contentsOf: folder.url.appendingPathComponent("o.csv"), encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: true)
    #expect(lines[0] == "id,periods,renews_probability,expected_periods")
    #expect(lines.count == 1001 && lines.count { $0.hasSuffix(",,") } == left.reduce(0, +))
    let words = try TesseraProcess.run(["value"] + verb, in: folder.url)
    #expect(words.output.contains("still there"))
  }

  @Test(arguments: [
    (["--periods", "years"], Int32(64), "give either --left"),
    (["--periods", "years", "--left", "left", "--date", "years"], 64, "leave out --date"),
    (["--customer", "id"], 64, "--customer and --date"),
    (["--periods", "years", "--left", "lft"], 65, "left"),
    (["--periods", "left", "--left", "left"], 65, "cannot be predicted"),
    (
      ["--periods", "years", "--frequency", "gifts", "--recency", "last", "--weights", "heads"], 65,
      "at most 2,000,000 customers, and these are 2,000,005"
    ),
    (
      ["--periods", "heads", "--frequency", "gifts", "--recency", "last"], 65,
      "at most 1,000 opportunities for 3 customers, and it is 1,000,000"
    ),
  ])
  func `histories that cannot be are told`(arguments: [String], code: Int32, words: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,years,left,gifts,last,heads\na,2,0.5,1,2,1000000\nb,3,1,0,0,1000000\nc,4,1,1,1,5\n", to: "plans.csv")
    let outcome = try TesseraProcess.run(["value", "plans.csv"] + arguments, in: folder.url)
    #expect(outcome.code == code && outcome.errors.contains(words), "\(outcome.errors)")
  }
}
