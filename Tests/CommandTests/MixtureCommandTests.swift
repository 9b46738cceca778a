import Foundation
import TestSupport
import Testing

/// `cluster --method gmm`, from the command line to the model file and back.
@Suite struct MixtureCommandTests {
  private struct Answer: Decodable {
    let method: String
    let k: Int
    let covariance: String?
    let rows: Int
    let sizes: [Int]
    let none: Int?
    let converged: Bool
    let logLikelihood: Double
    let parameters: Int
    let bic: Double
    let icl: Double
    let candidates: [Candidate]?
    let reason: String?
  }

  private struct Candidate: Decodable {
    let k: Int
    let family: String?
    let bic: Double?
  }

  /// Three round groups of 60 rows in x and y, told apart by a category too; every seventh row lacks its y.
  private static let groups: String = {
    var rows = ["id,x,y,colour"]
    for row in 0..<180 {
      let group = row % 3
      // A fixed irregular scatter, the same on every machine.
      let a = Double(row * 7919 % 101) / 101 - 0.5
      let b = Double(row * 104_729 % 103) / 103 - 0.5
      let y = row % 7 == 3 ? "" : "\(Double(group % 2) * 12 + b * 3)"
      rows.append("\(row),\(Double(group) * 10 + a * 3),\(y),\(["red", "green", "blue"][group])")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private func answer(_ arguments: [String], in folder: URL) throws -> Answer {
    let outcome = try TesseraProcess.run(["cluster"] + arguments + ["--json"], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
  }

  @Test func `numbers with holes and categories fall into their groups, and scoring gives the same bytes`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.groups, to: "t.csv")
    let found = try answer(
      [
        "t.csv", "--id", "id", "--k", "1..5", "--covariance", "EII,VVV", "--memberships", "--output", "a.csv",
        "--model", "m.tessera",
      ], in: folder.url)
    #expect(found.method == "gmm" && found.k == 3)
    #expect(found.sizes == [60, 60, 60] && found.rows == 180)
    #expect(found.candidates?.count == 10)
    #expect(found.bic == found.candidates?.compactMap(\.bic).min())
    let scored = try TesseraProcess.run(
      ["score", "m.tessera", "--input", "t.csv", "--memberships", "--output", "b.csv"], in: folder.url)
    #expect(scored.code == 0, "\(scored.errors)")
    #expect(try folder.bytes("a.csv") == folder.bytes("b.csv"))
    let header = String(decoding: try folder.bytes("a.csv"), as: UTF8.self).split(separator: "\n").first
    #expect(header == "id,segment,membership,membership_1,membership_2,membership_3")
  }

  @Test func `the number of threads does not show`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.groups, to: "t.csv")
    for threads in ["1", "2"] {
      let outcome = try TesseraProcess.run(
        [
          "cluster", "t.csv", "--id", "id", "--k", "1..4", "--covariance", "VVV", "--threads", threads, "--model",
          "m\(threads).tessera",
        ], in: folder.url)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    #expect(try folder.bytes("m1.tessera") == folder.bytes("m2.tessera"))
  }

  @Test func `outliers go to segment 0`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.groups + "900,400,-300,red\n901,-500,200,blue\n", to: "t.csv")
    let found = try answer(
      ["t.csv", "--id", "id", "--columns", "x,y", "--k", "3", "--covariance", "VVV", "--noise", "--output", "a.csv"],
      in: folder.url)
    #expect(found.none == 2)
    let rows = String(decoding: try folder.bytes("a.csv"), as: UTF8.self).split(separator: "\n").suffix(2)
    #expect(rows.allSatisfy { $0.split(separator: ",")[1] == "0" })
  }

  @Test func `likelihoods are told in the units of the data, whatever the scale`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.groups, to: "t.csv")
    let options = ["t.csv", "--id", "id", "--k", "3", "--covariance", "VVV", "--scale"]
    let (own, standard) = (
      try answer(options + ["none"], in: folder.url), try answer(options + ["standard"], in: folder.url)
    )
    #expect(abs(own.logLikelihood - standard.logLikelihood) < 0.05)
    #expect(abs(own.bic - standard.bic) < 0.1 && abs(own.icl - standard.icl) < 0.1)
  }

  @Test func `counts are modelled as counts, whatever the scale`() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<200).map { "\($0 % 2 == 0 ? $0 % 5 : 30 + $0 % 9)" }
    try folder.write("visits\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    let found = try answer(["t.csv", "--counts", "visits", "--k", "2"], in: folder.url)
    #expect(found.covariance == nil && found.sizes == [100, 100])
    let unknown = try TesseraProcess.run(["cluster", "t.csv", "--counts", "visit"], in: folder.url)
    #expect(unknown.code == 65 && unknown.errors.contains("visits"))
  }

  @Test(arguments: [
    ["--method", "kmeans", "--covariance", "VVV"], ["--method", "kmeans", "--noise"], ["--memberships"],
    ["--covariance", "VVX"], ["--bootstrap", "1"], ["--method", "kmeans", "--counts", "x"],
  ]) func `options that mean nothing together are refused`(options: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.groups, to: "t.csv")
    #expect(try TesseraProcess.run(["cluster", "t.csv"] + options, in: folder.url).code == 64)
  }

  /// mclust 6.0.0 on R 4.2: BIC in its sign is -561.728 (VEV, 2), -2314.316 (EEE, 3), -4751.316 (VVV, 3), -1607.574
  /// (VVE, 3). The converged optimum may be a little better, never more than 0.1 worse.
  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)),
    arguments: [
      ("rdatasets_clustering/iris.csv.gz", "rownames,Species", "VEV", 2, 561.728, 26),
      ("rdatasets_clustering/faithful.csv.gz", "rownames", "EEE", 3, 2314.316, 11),
      ("mclust_sets/diabetes.csv.gz", "class", "VVV", 3, 4751.316, 29),
      ("mclust_sets/banknote.csv.gz", "Status", "VVE", 3, 1607.574, 53),
    ])
  func `published fits come out of the command line`(
    file: String, exclude: String, family: String, k: Int, bic: Double, parameters: Int
  ) throws {
    let folder = try TemporaryFolder()
    let found = try answer(
      [
        SharedData.path(file), "--exclude", exclude, "--covariance", family, "--k", "\(k)", "--scale", "none",
        "--output", "o.parquet",
      ], in: folder.url)
    #expect(found.covariance == family && found.parameters == parameters && found.converged)
    #expect(found.bic <= bic + 0.1 && found.bic > bic - 5)
  }

  /// poLCA's example (Linzer & Lewis, 2011): log-likelihoods of 1 to 4 classes, BIC lowest at 3.
  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `categories alone are latent classes`() throws {
    let folder = try TemporaryFolder()
    let found = try answer(
      [SharedData.path("polca/carcinoma.csv.gz"), "--categories", "A,B,C,D,E,F,G", "--k", "1..4"], in: folder.url)
    #expect(found.k == 3 && found.covariance == nil && found.parameters == 23)
    #expect(abs(found.logLikelihood + 293.705) < 0.001)
    let bics = found.candidates?.compactMap(\.bic) ?? []
    #expect(zip(bics, [1082.32, 706.0739, 697.1357, 726.46]).allSatisfy { abs($0 - $1) < 0.01 } && bics.count == 4)
  }
}
