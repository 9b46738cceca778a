import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// What customers were sent at random and what came of it: labels, which no feature may know.
@Suite(.onEveryEngine) struct Experiments {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write(
      "orders.csv", ["c,t,a", "1,2024-01-05,10", "2,2024-02-05,30", "3,2024-03-01,60", "4,2024-03-30,7"])
    try place.write(
      "test.csv",
      [
        "c,t,arm,bought,spent", "1,2024-04-01 00:00:00,mail,yes,12.5", "2,2024-03-31 23:59:59,control,no,0",
        "3,2024-04-02,control,no,", "9,2024-04-02,mail,yes,1", "4,2024-04-03,,no,0", ",2024-04-03,mail,no,0",
      ])
    try place.write("people.csv", ["c,tall,arm,spent", "1,1,0,5", "2,0,1,0", "3,1,,2"])
  }

  static let orders = """
    as_of: 2024-03-31
    sources:
      orders: {file: orders.csv, role: transactions, columns: {customer: c, time: t, amount: a}}

    """
  static let timed =
    orders + """
        test: {file: test.csv, role: experiments, columns: {customer: c, time: t, treatment: arm, outcome: [bought, spent]}}

      """

  func sources(_ yaml: String) throws -> SourceSet {
    try place.sources(yaml)
  }

  @Test func `trials after the as-of date are told, with answers of yes and no as numbers`() throws {
    let sources = try sources(Self.timed)
    let experiment = try #require(sources.experiments.first)
    #expect(experiment.treatment == "arm" && experiment.outcomes == ["bought", "spent"] && experiment.isTimed)
    let trials = try sources.trials(of: experiment)
    #expect(trials.rows.columns.map(\.name) == ["customer", "ts", "treatment", "outcome", "outcome_2"])
    #expect(trials.rows["customer"]?.texts == ["1", "3", "9"])
    #expect(trials.rows["treatment"]?.texts == ["mail", "control", "mail"])
    #expect(trials.rows["outcome"]?.doubles == [1, 0, 1])
    #expect(trials.rows["outcome_2"]?.isMissing(1) == true && trials.rows["outcome_2"]?.doubles?.first == 12.5)
    #expect(trials.tooEarly == 1)
    #expect(try sources.firstDay(of: experiment) == CalendarDate("2024-03-31"))
    let before = try sources.at(#require(CalendarDate("2024-03-30")))
    #expect(try before.trials(of: experiment).rows.rowCount == 4)
  }

  @Test func `an experiment changes no feature, whatever came of it`() throws {
    let bare = try place.features(Self.orders)
    let found = try place.features(Self.timed)
    #expect(found.names == bare.names && found.customers == bare.customers)
    #expect(found.values.numeric("monetary") == bare.values.numeric("monetary"))
    #expect(
      found.quality.notes.contains { $0.contains("'arm' of test is a treatment") && $0.contains("never features") })
    #expect(
      found.quality.notes.contains { $0.contains("1 of 4 treatments of test were given on or before 2024-03-31") })
  }

  @Test func `a table of customers tells its experiment, and nothing of it among its attributes`() throws {
    let yaml =
      Self.orders + """
          people: {file: people.csv, role: customers, columns: {customer: c, treatment: arm, outcome: spent}}

        """
    let found = try place.features(yaml)
    #expect(found.names.contains("tall") && !found.names.contains("arm") && !found.names.contains("spent"))
    let sources = try sources(yaml)
    let trials = try sources.trials(of: #require(sources.experiments.first))
    #expect(trials.rows["customer"]?.texts == ["1", "2"] && trials.rows["treatment"]?.texts == ["0", "1"])
    #expect(trials.rows["outcome"]?.doubles == [5, 0] && trials.tooEarly == 0)
  }

  @Test func `an outcome that is neither a number nor an answer is found`() throws {
    try place.write("test.csv", ["c,t,arm,bought,spent", "1,2024-04-01,mail,yes,1", "2,2024-04-01,control,perhaps,0"])
    let error = #expect(throws: WarehouseError.self) { _ = try sources(Self.timed) }
    guard case .badCell(_, let row, let column, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(row == 2 && column == "bought")
  }

  @Test(arguments: [
    ("role: experiments, columns: {customer: c, treatment: arm}", "must name its 'outcome' column"),
    ("role: customers, columns: {customer: c, treatment: arm}", "must name the 'outcome' columns"),
    (
      "role: customers, columns: {customer: c, treatment: arm, outcome: spent}, attributes: [tall, spent]",
      "never a feature"
    ),
    ("role: events, columns: {customer: c, time: c, treatment: arm}", "treatment"),
  ])
  func `what an experiment lacks is told`(_ text: String, _ words: String) throws {
    let error = #expect(throws: ProjectError.self) {
      _ = try place.project(Self.orders + "  people: {file: people.csv, \(text)}\n")
    }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
  }

  @Test(arguments: [
    (
      "user_id,seen_at,group,landing_page,converted",
      "experiments: customer=user_id time=seen_at treatment=group outcome=converted"
    ),
    ("user_id,age,test_group,purchased", "customers: customer=user_id treatment=test_group outcome=purchased"),
    ("user_id,treated,spend", "experiments: customer=user_id treatment=treated outcome=spend"),
    ("user_id,age,segment,last_purchase", "customers: customer=user_id"),
  ])
  func `init tells treatments by their values and outcomes by their names`(_ header: String, _ said: String) throws {
    let columns = header.split(separator: ",").map(String.init)
    let rows = (1...40).map { row in
      columns.map { column in
        switch column {
        case "user_id": "\(row)"
        case "seen_at": "2024-01-\(10 + row % 20)"
        case "group": ["control", "treatment"][row % 2]
        case "test_group": ["A", "B"][row % 2]
        case "segment": ["gold", "silver"][row % 2]
        case "landing_page": ["old_page", "new_page"][row % 2]
        case "age": "\(20 + row % 30)"
        default: "\(row % 3 == 0 ? 1 : 0)"
        }
      }.joined(separator: ",")
    }
    try place.write("x.csv", [header] + rows)
    let draft = try ProjectDraft(
      files: [place.path("x.csv")], folder: place.folder, name: "trial", connection: place.connection())
    let project = try place.project(draft.yaml)
    #expect(project.sources.map(`Project draft`.said) == [said])
  }

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
  func `the mailing's arms and what came of them are labels`() throws {
    let draft = try ProjectDraft(
      files: [SharedData.path("hillstrom/hillstrom.csv.gz")], folder: place.folder, name: "mailing",
      connection: place.connection())
    let sources = try sources(draft.yaml)
    let names = try FeaturePlan(sources).definitions.map(\.name)
    #expect(names.contains("history") && Set(names).isDisjoint(with: ["segment", "visit", "conversion", "spend"]))
    let trials = try sources.trials(of: #require(sources.experiments.first))
    // Published with the data: 64,000 customers; 9,394 visits and 578 purchases.
    #expect(trials.rows.rowCount == 64_000 && Set(trials.rows["treatment"]?.texts ?? []).count == 3)
    #expect(trials.rows["outcome"]?.doubles?.reduce(0, +) == 9394)
    #expect(trials.rows["outcome_2"]?.doubles?.reduce(0, +) == 578)
  }
}
