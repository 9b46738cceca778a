import Foundation
import Testing

/// How the program behaves among other programs: pipes, signals, help.
@Suite struct CommandBehaviourTests {
  private static let table = "id,x,y\n" + (1...40).map { "\($0),\($0 % 4 * 10),\($0 % 4 * 5 + $0 % 2)\n" }.joined()

  private func shell(_ script: String, in folder: TemporaryFolder) throws -> TesseraProcess.Outcome {
    try TesseraProcess.shell(
      ["/bin/bash", "-c", "set -o pipefail; T='\(TesseraProcess.program.path)'; \(script)"], in: folder.url)
  }

  @Test func `a reader that goes away is no failure`() throws {
    let folder = try TemporaryFolder()
    try folder.write(CommandBehaviourTests.table, to: "t.csv")
    let outcome = try shell("\"$T\" cluster t.csv --method kmeans --exclude id --k 4 --output o.csv | true", in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(folder.files.contains("o.csv"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "this system has no /dev/full"))
  func `standard output that is full is an input-output failure`() throws {
    let folder = try TemporaryFolder()
    try folder.write(CommandBehaviourTests.table, to: "t.csv")
    let outcome = try shell("\"$T\" cluster t.csv --method kmeans --exclude id --k 4 > /dev/full", in: folder)
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("standard output could not be written"))
  }

  @Test func `a table comes through a pipe`() throws {
    let folder = try TemporaryFolder()
    let outcome = try TesseraProcess.run(
      ["cluster", "-", "--method", "kmeans", "--exclude", "id", "--k", "4", "--json"], in: folder.url,
      input: CommandBehaviourTests.table)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\"rows\" : 40"))
  }

  @Test func `an interrupt ends the program with 130 and leaves nothing`() throws {
    let folder = try TemporaryFolder()
    // Waits for input that never comes; the interrupt finds it reading.
    let outcome = try shell(
      """
      export TMPDIR="$PWD"; mkfifo pipe; sleep 60 > pipe & writer=$!
      "$T" cluster - --output o.csv < pipe & child=$!
      for i in $(seq 100); do ls -d tessera-* >/dev/null 2>&1 && break; sleep 0.1; done
      kill -INT $child; wait $child; code=$?; kill -KILL $writer; exit $code
      """, in: folder)
    #expect(outcome.code == 130)
    #expect(outcome.errors.contains("Interrupted"))
    #expect(folder.files.isEmpty, "\(folder.files)")
  }

  @Test func `an existing project file is kept unless overwriting is asked for`() throws {
    let folder = try TemporaryFolder()
    try folder.write("customer_id,date,amount\n1,2020-01-01,5\n2,2020-01-02,6\n", to: "orders.csv")
    try folder.write("mine", to: "tessera.yml")
    let refused = try TesseraProcess.run(["init", "orders.csv"], in: folder.url)
    #expect(refused.code == 64)
    #expect(refused.errors.contains("--force"))
    #expect(try folder.bytes("tessera.yml") == Data("mine".utf8))
    #expect(try TesseraProcess.run(["init", "orders.csv", "--force"], in: folder.url).code == 0)
    #expect(try folder.bytes("tessera.yml") != Data("mine".utf8))
  }

  @Test func `no output replaces a file that the run reads`() throws {
    let folder = try TemporaryFolder()
    try folder.write(CommandBehaviourTests.table, to: "t.csv")
    let outcome = try TesseraProcess.run(
      ["cluster", "t.csv", "--method", "kmeans", "--id", "id", "--k", "4", "--output", "./t.csv"], in: folder.url)
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("this run reads it"))
    #expect(try folder.bytes("t.csv") == Data(CommandBehaviourTests.table.utf8))
  }

  @Test func `decimal commas are named, and read where they are stated`() throws {
    let folder = try TemporaryFolder()
    try folder.write("id;x\n1;1,5\n2;2,5\n3;9,0\n4;9,5\n", to: "t.csv")
    let refused = try TesseraProcess.run(
      ["cluster", "t.csv", "--method", "kmeans", "--id", "id", "--k", "2"], in: folder.url)
    #expect(refused.code == 65)
    #expect(refused.errors.contains("decimal commas"))

    try folder.write("kunde;datum;betrag\n1;2020-01-01;1.012,50\n2;2020-01-02;7,25\n3;2020-01-09;9,5\n", to: "o.csv")
    let project = """
      name: p
      sources:
        o: {file: o.csv, role: transactions, decimal: ",", columns: {customer: kunde, time: datum, amount: betrag}}
      """
    try folder.write(project.replacing("decimal: \",\", ", with: ""), to: "tessera.yml")
    let plain = try TesseraProcess.run(["features", "--output", "f.csv"], in: folder.url)
    #expect(plain.code == 65)
    #expect(plain.errors.contains("decimal: ','"))
    try folder.write(project, to: "tessera.yml")
    let read = try TesseraProcess.run(["features", "--output", "f.csv"], in: folder.url)
    #expect(read.code == 0, "\(read.errors)")
    #expect(String(decoding: try folder.bytes("f.csv"), as: UTF8.self).contains("1012.5"))
  }

  @Test func `the customer column can be named to init`() throws {
    let folder = try TemporaryFolder()
    try folder.write("Kunde,Datum,amount\n1,2020-01-01,5\n2,2020-01-02,6\n1,2020-02-02,7\n", to: "o.csv")
    let refused = try TesseraProcess.run(["init", "o.csv"], in: folder.url)
    #expect(refused.code == 65)
    #expect(refused.errors.contains("--customer") && refused.errors.contains("Kunde (integer)"))
    #expect(try TesseraProcess.run(["init", "o.csv", "--customer", "Kunde"], in: folder.url).code == 0)
    #expect(try TesseraProcess.run(["features", "--output", "f.csv"], in: folder.url).code == 0)
  }

  @Test func `an as-of date long after the data is remarked on`() throws {
    let folder = try TemporaryFolder()
    try folder.write("customer_id,date,amount\n1,2020-01-01,5\n2,2020-01-02,6\n1,2020-01-02,6\n", to: "o.csv")
    try TesseraProcess.run(["init", "o.csv"], in: folder.url)
    let outcome = try TesseraProcess.run(["features", "--as-of", "2021-01-01", "--output", "f.csv"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("365 days before 2021-01-01"))
  }

  @Test func `doctor names the libraries in use`() throws {
    let outcome = try TesseraProcess.run(["doctor"], in: FileManager.default.temporaryDirectory)
    #expect(outcome.code == 0, "\(outcome.errors)")
    for word in ["OpenBLAS", "DuckDB", "v1.5", "threads", "all is well"] { #expect(outcome.output.contains(word)) }
  }

  @Test func `doctor says how to mend a missing engine`() throws {
    let outcome = try TesseraProcess.run(
      ["doctor", "--driver", "/nowhere.so"], in: FileManager.default.temporaryDirectory)
    #expect(outcome.code == 75)
    #expect(outcome.output.contains("not usable"))
  }

  /// Recorded help, so that a change of it is seen. `TESSERA_RECORD=1` writes it anew and fails the run.
  @Test func `features tell what happened next, as of one date or several`() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,day,total\n1,2020-01-01,3\n1,2020-02-10,4\n2,2020-01-05,5\n2,2020-03-31,1\n", to: "o.csv")
    #expect(try TesseraProcess.run(["init", "o.csv"], in: folder.url).code == 0)
    let range = ["features", "--panel", "2020-01-31..2020-02-29", "--labels", "30", "--output", "p.csv"]
    let outcome = try TesseraProcess.run(range, in: folder.url)
    #expect(outcome.code == 0 && outcome.output.contains("2 dates from 2020-01-31 to 2020-02-29"))
    let lines = try String(contentsOf: folder.url.appendingPathComponent("p.csv"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count == 5 && lines[0].hasSuffix("bought_next_30d,orders_next_30d,monetary_next_30d"))
    #expect(lines[1].hasSuffix(",1,1,4.0") && lines[2].hasSuffix(",0,0,0.0"))
    let one = ["features", "--as-of", "2020-02-29", "--labels", "60", "--output", "q.csv"]
    let late = try TesseraProcess.run(one, in: folder.url)
    #expect(late.code == 65 && late.errors.contains("2020-01-31"), "the latest date whose labels are known")
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("q.csv").path))
  }

  @Test(arguments: [
    ["--labels", "0"], ["--every", "month"], ["--panel", "2020-02-01..2020-01-01"],
    ["--panel", "2020-02-30..2020-03-01"],
    ["--panel", "2020-01-01..2020-02-01", "--every", "fortnight"],
    ["--panel", "2020-01-01..2020-02-01", "--as-of", "2020-01-01"],
    ["--panel", "2000-01-01..2020-02-01", "--every", "1"],
  ])
  func `odd panels are told what they need`(_ options: [String]) throws {
    let folder = try TemporaryFolder()
    let outcome = try TesseraProcess.run(["features"] + options, in: folder.url)
    #expect(outcome.code == 64 && outcome.errors.contains("--"))
  }

  @Test(arguments: [
    "", "init", "features", "train", "score", "report", "inspect", "cluster", "propensity", "value", "doctor",
  ])
  func `help reads as recorded`(_ verb: String) throws {
    let outcome = try TesseraProcess.shell(
      ["/usr/bin/env", "COLUMNS=100", TesseraProcess.program.path] + (verb.isEmpty ? [] : [verb]) + ["--help"],
      in: FileManager.default.temporaryDirectory)
    #expect(outcome.code == 0)
    let recorded = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Snapshots/help\(verb.isEmpty ? "" : "-" + verb).txt")
    if ProcessInfo.processInfo.environment["TESSERA_RECORD"] != nil {
      try Data(outcome.output.utf8).write(to: recorded)
      Issue.record("recorded \(recorded.lastPathComponent); run again without TESSERA_RECORD")
    }
    #expect(try String(contentsOf: recorded, encoding: .utf8) == outcome.output)
  }
}
