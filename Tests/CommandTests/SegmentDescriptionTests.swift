import Foundation
import TestSupport
import Testing

/// What people read about segments.
@Suite struct SegmentDescriptionTests {
  /// Two groups that a level and a count tell apart; row 0 weighs 10.
  private static let table: String = {
    var rows = ["id,x,n,plan,w"]
    for row in 0..<80 {
      let group = row % 2
      let plan = row % 20 < 2 ? "bronze" : group == 0 ? "gold" : "silver"
      let x = Double(row * 7919 % 101) / 10
      let n = group * 20 + row * 31 % 5
      let weight = row == 0 ? 10 : 1
      rows.append("\(row),\(x),\(n),\(plan),\(weight)")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private func described(_ arguments: [String], inspect: [String] = []) throws -> (cluster: String, inspect: String) {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    let made = try TesseraProcess.run(
      ["cluster", "t.csv", "--id", "id", "--model", "m.tessera"] + arguments, in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let inspected = try TesseraProcess.run(["inspect", "m.tessera"] + inspect, in: folder.url)
    try #require(inspected.code == 0, "\(inspected.errors)")
    return (made.output, inspected.output)
  }

  @Test func `levels and counts are told in their own units, beside everybody's`() throws {
    let said = try described(["--columns", "n,plan,x", "--counts", "n", "--k", "2", "--covariance", "EEI"]).cluster
    #expect(said.contains("plan = gold: 90% (all 45%)") && said.contains("plan = silver: 90% (all 45%)"))
    #expect(said.contains("n: 22 (all 12)") && said.contains("n: 2 (all 12)"))
    #expect(said.contains("segment  rows  share") && !said.contains("customers"))
  }

  @Test func `a mixture shows its shares, rates and probabilities`() throws {
    let said = try described(["--columns", "n,plan,x", "--counts", "n", "--k", "2", "--covariance", "EEI"]).inspect
    for words in ["share in the model", "mean ± standard deviation", "rate ± standard deviation of counts"] {
      #expect(said.contains(words))
    }
    let gold = try #require(said.split(separator: "\n").first { $0.hasPrefix("plan = gold ") })
    #expect(gold.contains("45.0%") && gold.contains("90.0%"))
  }

  @Test func `the distributions for machines are those of the raw columns`() throws {
    struct Answer: Decodable {
      struct Distributions: Decodable {
        struct Number: Decodable {
          let feature: String
          let means: [Double]
          let mean: Double
        }
        struct Category: Decodable {
          let levels: [String]
          let segmentProbabilities: [[Double]]
        }
        let shares: [Double]
        let numbers: [Number]
        let categories: [Category]
      }
      let distributions: Distributions
    }
    let said = try described(["--columns", "n,plan", "--k", "1", "--covariance", "VVV"], inspect: ["--json"]).inspect
    let found = try JSONDecoder().decode(Answer.self, from: Data(said.utf8)).distributions
    let values: [Int] = (0..<80).map { row in row % 2 * 20 + row * 31 % 5 }
    let truth = Double(values.reduce(0, +)) / 80
    #expect(found.shares == [1])
    #expect(abs(found.numbers[0].mean - truth) < 1e-9 && abs(found.numbers[0].means[0] - truth) < 1e-9)
    #expect(found.categories[0].levels == ["gold", "silver", "bronze"])
    for (level, probability) in zip(found.categories[0].segmentProbabilities, [0.45, 0.45, 0.1]) {
      #expect(abs(level[0] - probability) < 0.02)
    }
  }

  @Test(arguments: ["kmeans", "gmm"])
  func `weighted sizes stand beside the rows`(_ method: String) throws {
    let said = try described(["--columns", "n", "--k", "2", "--weights", "w", "--method", method]).cluster
    let lines = said.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines[0].prefix(6).map(String.init) == ["segment", "rows", "share", "weight", "of", "weight"])
    #expect(lines[1].prefix(5).map(String.init) == ["1", "40", "50.0%", "49", "55.1%"])
  }

  @Test func `a segment of one row is warned of`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "x\n" + (0..<30).map { "\($0 % 7)\n" }.joined() + "1000000\n", to: "t.csv")
    let outcome = try TesseraProcess.run(["cluster", "t.csv", "--method", "kmeans", "--k", "2"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("warning: segment 2 is a single row."))
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the classes of carcinoma are told by their levels`() throws {
    let folder = try TemporaryFolder()
    let table = SharedData.path("polca/carcinoma.csv.gz")
    let outcome = try TesseraProcess.run(
      ["cluster", table, "--categories", "A,B,C,D,E,F,G", "--k", "3"], in: folder.url)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").dropFirst().prefix(3)
    #expect(lines.allSatisfy { $0.contains("% (all ") })
  }
}
