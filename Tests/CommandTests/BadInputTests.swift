import Foundation
import Testing

/// Every way in which input can be wrong: the exit code, the words that name the fault, and nothing left behind.
@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var files: [String: String] = [:]
    let arguments: [String]
    let code: Int32
    /// What the message must say.
    let says: [String]
  }

  private static let rows = (1...30).map { "\($0),\($0),\($0 * $0 % 7)" }
  private static func table(_ more: String..., x: (String) -> String = { $0 }) -> String {
    (["id,x,y"] + rows.map(x) + more).joined(separator: "\n") + "\n"
  }
  private static let cluster = [
    "cluster", "t.csv", "--method", "kmeans", "--exclude", "id", "--output", "o.csv", "--model", "m.tessera",
  ]

  static let tables = [
    Case(testDescription: "missing file", arguments: cluster, code: 66, says: ["no file 't.csv'"]),
    Case(testDescription: "a folder", arguments: ["cluster", "."], code: 66, says: ["a folder, not a file"]),
    Case(testDescription: "empty file", files: ["t.csv": ""], arguments: cluster, code: 65, says: ["'t.csv' is empty"]),
    Case(
      testDescription: "header only", files: ["t.csv": "id,x,y\n"], arguments: cluster, code: 65,
      says: ["at least one row"]),
    Case(
      testDescription: "one customer", files: ["t.csv": "id,x,y\n1,2,3\n"], arguments: cluster, code: 65,
      says: ["At least 2 customers", "there is 1"]),
    Case(
      testDescription: "unknown column", files: ["t.csv": table()],
      arguments: ["cluster", "t.csv", "--columns", "idd,y"],
      code: 65, says: ["no column 'idd' in t.csv", "'id'"]),
    Case(
      testDescription: "text in a numeric column", files: ["t.csv": table("31,secret-abc,3")], arguments: cluster,
      code: 65,
      says: ["Column 'x' of t.csv", "numbers", "row 31"]),
    Case(
      testDescription: "every column constant", files: ["t.csv": "id,x\n1,5\n2,5\n3,5\n"], arguments: cluster, code: 65,
      says: ["x: every value is the same"]),
    Case(
      testDescription: "every column missing", files: ["t.csv": "id,x\n1,\n2,\n3,NA\n"], arguments: cluster, code: 65,
      says: ["x: every value is missing"]),
    Case(
      testDescription: "decimal commas",
      files: ["t.csv": table().replacing(",", with: ";").replacing("7;7;", with: "7;7,5;")],
      arguments: cluster, code: 65, says: ["Column 'x' of t.csv", "row 7"]),
    Case(
      testDescription: "a fraction among counts", files: ["t.csv": table("31,3,2.5")],
      arguments: ["cluster", "t.csv", "--counts", "y", "--columns", "y", "--k", "2", "--output", "o.csv"], code: 65,
      says: ["Column 'y' of t.csv", "counts", "row 31"]),
    Case(
      testDescription: "every column excluded", files: ["t.csv": table()],
      arguments: ["cluster", "t.csv", "--columns", "x,y", "--exclude", "x,y"], code: 65, says: ["no column"]),
    Case(
      testDescription: "infinity", files: ["t.csv": table("31,2,inf")], arguments: cluster, code: 65,
      says: ["Column 'y' of t.csv", "finite numbers", "row 31"]),
    Case(
      testDescription: "more clusters than rows", files: ["t.csv": "id,x\n1,1\n2,2\n3,9\n"],
      arguments: cluster + ["--k", "4"], code: 65, says: ["At least 4 customers", "there are 3"]),
    Case(
      testDescription: "no row meets the condition", files: ["t.csv": table()],
      arguments: cluster + ["--where", "x > 99"],
      code: 65, says: ["No row of t.csv meets"]),
    Case(
      testDescription: "an unknown output format", files: ["t.csv": table()],
      arguments: ["cluster", "t.csv", "--k", "2", "--output", "o.xlsx"], code: 74, says: ["o.xlsx", ".parquet"]),
    Case(
      testDescription: "an output folder that is a file", files: ["t.csv": table(), "f": "x"],
      arguments: ["cluster", "t.csv", "--k", "2", "--output", "f/o.csv"], code: 74,
      says: ["f/o.csv' could not be written"]),
    Case(
      testDescription: "negative weights", files: ["t.csv": table("31,3,-1")],
      arguments: ["cluster", "t.csv", "--columns", "x", "--weights", "y", "--k", "2"], code: 65,
      says: ["Column 'y' of t.csv", "weights of 0 or more", "row 31"]),
    Case(
      testDescription: "negative weights after a condition", files: ["t.csv": table("31,3,-1")],
      arguments: ["cluster", "t.csv", "--columns", "x", "--weights", "y", "--k", "2", "--where", "id > 20"], code: 65,
      says: ["Column 'y' of t.csv", "weights of 0 or more", "row 31"]),
    Case(
      testDescription: "infinity after a condition", files: ["t.csv": table("31,2,inf")],
      arguments: cluster + ["--where", "id > 20"], code: 65, says: ["Column 'y' of t.csv", "row 31"]),
    Case(
      testDescription: "an unknown column in the condition", files: ["t.csv": table()],
      arguments: cluster + ["--where", "idd > 3"], code: 65,
      says: ["The condition idd > 3 cannot be applied to t.csv", "no column 'idd'", "'id'", "--where"]),
    Case(
      testDescription: "a condition that breaks off", files: ["t.csv": table()],
      arguments: cluster + ["--where", "(x > 3"], code: 65, says: ["The condition (x > 3 cannot be applied to t.csv"]),
    Case(
      testDescription: "a function that is none", files: ["t.csv": table()],
      arguments: cluster + ["--where", "nosuch(x) > 3"], code: 65, says: ["no function 'nosuch'"]),
    Case(
      testDescription: "k of zero", files: ["t.csv": table()], arguments: ["cluster", "t.csv", "--k", "0"], code: 64,
      says: ["--k", "k must be 1 or more"]),
    Case(
      testDescription: "k below zero", files: ["t.csv": table()], arguments: ["cluster", "t.csv", "--k", "-1"],
      code: 64,
      says: ["--k", "k must be 1 or more"]),
    Case(
      testDescription: "a range that goes down", files: ["t.csv": table()],
      arguments: ["cluster", "t.csv", "--k", "5..2"], code: 64, says: ["must go upwards: 2..5"]),
    Case(
      testDescription: "a column with two roles", files: ["t.csv": table()],
      arguments: ["cluster", "t.csv", "--counts", "y", "--categories", "x,y"], code: 64,
      says: ["'y' stands under --counts and under --categories", "cannot be both"]),
    Case(
      testDescription: "text that must be numbers", files: ["t.csv": "x,y\na,1\nb,2\na,3\n"],
      arguments: ["cluster", "t.csv", "--numbers", "x"], code: 65, says: ["Column 'x' of t.csv", "numbers"]),
    Case(
      testDescription: "a model below a file", files: ["t.csv": table(), "f": "x"],
      arguments: ["cluster", "t.csv", "--k", "2", "--model", "f/deep/m.tessera"], code: 74,
      says: ["f/deep/m.tessera' could not be written", "'f' is no folder"]),
    Case(testDescription: "an unknown flag", arguments: ["cluster", "t.csv", "--nope"], code: 64, says: ["--nope"]),
    Case(
      testDescription: "a missing model", arguments: ["inspect", "none.tessera"], code: 66,
      says: ["none.tessera", "no such file"]),
    Case(
      testDescription: "a file that is no model", files: ["m.tessera": "id,x\n1,2\n"],
      arguments: ["inspect", "m.tessera"],
      code: 65, says: ["m.tessera"]),
  ]

  @Test(arguments: tables) func `a table verb refuses bad input with the right code and words`(_ bad: Case) throws {
    try check(bad)
  }

  private static let orders = """
    customer,date,amount,order
    1,2020-01-01,10,a
    1,2020-02-01,12,b
    2,2020-01-05,5,c
    3,2020-03-05,7,d
    3,2020-03-09,8,e
    4,2020-01-15,25,f
    5,2020-02-03,9,h
    6,2020-02-13,19,i

    """
  private static func project(_ change: (String) -> String = { $0 }) -> String {
    change(
      """
      name: shop
      sources:
        orders:
          file: orders.csv
          role: transactions
          columns:
            customer: customer
            time: date
            amount: amount
            order: order
      segments:
        k: 2
      """)
  }
  private static func training(
    _ name: String, orders: String = orders, project: String = project(), also: [String: String] = [:],
    code: Int32 = 65,
    says: [String]
  ) -> Case {
    Case(
      testDescription: name, files: ["orders.csv": orders, "tessera.yml": project].merging(also) { $1 },
      arguments: ["train"], code: code, says: says)
  }

  static let projects = [
    Case(testDescription: "no project file", arguments: ["train"], code: 66, says: ["tessera.yml", "tessera init"]),
    training("unreadable YAML", project: "name: x\n  sources: [\n", says: ["tessera.yml, line 2", "YAML"]),
    training(
      "an unknown key", project: project { $0.replacing("amount: amount", with: "amuont: amount") },
      says: ["tessera.yml, line 9", "unknown key 'amuont'", "'amount'"]),
    training(
      "an unknown column", project: project { $0.replacing("amount: amount", with: "amount: amuont") },
      says: ["no column 'amuont' in orders.csv", "'amount'"]),
    training(
      "a missing source file", project: project { $0.replacing("orders.csv", with: "gone.csv") }, code: 66,
      says: ["no file 'gone.csv'"]),
    training(
      "a bad date", orders: orders.replacing("2020-02-03", with: "02.30.2020x"),
      says: ["Column 'date' of orders.csv", "row 7"]),
    training(
      "text in the amount", orders: orders.replacing(",9,h", with: ",secret-nine,h"),
      says: ["Column 'amount' of orders.csv", "finite numbers", "row 7"]),
    training(
      "an infinite amount", orders: orders.replacing(",9,h", with: ",inf,h"),
      says: ["Column 'amount' of orders.csv", "finite numbers", "row 7"]),
    training(
      "one customer", orders: "customer,date,amount,order\n1,2020-01-01,10,a\n",
      says: ["At least 2 customers", "there is 1"]),
    training(
      "everything after the as-of date",
      project: project { $0.replacing("sources:", with: "as_of: 1999-01-01\nsources:") },
      says: ["no usable row on or before 1999-01-01"]),
    training(
      "duplicate customers in the attribute table",
      project: project {
        $0.replacing(
          "segments:",
          with: "  people:\n    file: people.csv\n    role: customers\n    columns: {customer: id}\nsegments:")
      }, also: ["people.csv": "id,age\n1,30\n2,40\n2,41\n"], says: ["people.csv", "one row a customer", "'id'"]),
    training(
      "more segments than customers", project: project { $0.replacing("k: 2", with: "k: 100") },
      says: ["At least 100 customers", "there are 6"]),
  ]

  @Test(arguments: projects) func `a project verb refuses bad input with the right code and words`(_ bad: Case) throws {
    try check(bad)
  }

  private func check(_ bad: Case) throws {
    let folder = try TemporaryFolder()
    for (name, text) in bad.files { try folder.write(text, to: name) }
    let before = folder.files
    let outcome = try TesseraProcess.run(bad.arguments, in: folder.url)
    #expect(outcome.code == bad.code, "\(outcome.errors)")
    for words in bad.says { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
    #expect(!outcome.errors.contains("secret"), "a value of the data was shown")
    #expect(outcome.output.isEmpty)
    #expect(folder.files == before, "something was left behind")
  }

  @Test func `a machine that switches OpenSSL's own methods off still reads and writes models`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "openssl_conf = start\n[start]\nproviders = known\n[known]\nlegacy = old\n[old]\nactivate = 1\n",
      to: "openssl.cnf")
    try folder.write("id,x\n" + (1...40).map { "\($0),\($0 % 2 * 50 + $0)\n" }.joined(), to: "t.csv")
    func run(_ arguments: String...) throws -> TesseraProcess.Outcome {
      try TesseraProcess.shell(
        ["/usr/bin/env", "OPENSSL_CONF=openssl.cnf", TesseraProcess.program.path] + arguments, in: folder.url)
    }
    let made = try run("cluster", "t.csv", "--id", "id", "--k", "2", "--output", "o.csv", "--model", "m.tessera")
    #expect(made.code == 0, "\(made.errors)")
    let read = try run("inspect", "m.tessera")
    #expect(read.code == 0, "\(read.errors)")
  }
}
