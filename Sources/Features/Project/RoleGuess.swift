internal import Warehouse

/// What a file seems to hold, and why: the columns that mean something, each with the reason it was taken.
struct RoleGuess {
  let file: String
  /// The name of the source: the file's name without its endings.
  let name: String
  let evidence: [ColumnEvidence]
  var columns: [ColumnRole: [String]] = [:]
  var role: SourceRole?
  /// Why this role, or why none.
  var why = ""
  var timeFormat: String?
  /// Lookups: what they explain.
  var explains: String?
  /// The file's text encoding, when it is not UTF-8.
  var encoding: String?
  /// Surveys: the columns of several answers.
  var multiple: [String] = []
  /// Whether its money is written with decimal commas.
  var hasDecimalCommas: Bool {
    [ColumnRole.amount, .price, .quantity, .discount].contains { role in
      evidence.contains { $0.hasDecimalCommas && columns[role]?.contains($0.name) ?? false }
    }
  }
  /// Whether the rows' numbers must name the customers.
  private(set) var numbersRows = false

  /// - Parameters:
  ///   - customer: the customer column's name in another file, when one was already found.
  ///   - isAlone: whether there is no other file, so that its rows need no name that others know.
  init(file: String, name: String, evidence: [ColumnEvidence], customer: String?, isAlone: Bool) {
    self.file = file
    self.name = name
    self.evidence = evidence
    guessColumns(customer: customer)
    if !evidence.isEmpty, evidence.allSatisfy(\.isUnnamed) { guessUnnamedColumns() }
    guessRole()
    if role == nil, isAlone { guessRowsOfCustomers() }
  }

  /// A file without a header: customers are the first numbers or names that come again, money the only fractions,
  /// pieces the only whole numbers left.
  private mutating func guessUnnamedColumns() {
    func free(_ isWanted: (ColumnEvidence) -> Bool) -> [ColumnEvidence] {
      evidence.filter { !columns.values.joined().contains($0.name) && isWanted($0) }
    }
    if columns[.time] == nil, let packed = free(\.isPackedDay).first {
      columns[.time] = [packed.name]
      timeFormat = "%Y%m%d"
    }
    guard columns[.time] != nil else { return }
    if columns[.customer] == nil,
      let customer = free({ $0.isIdentifierLike && $0.distinct > 1 && $0.distinct < $0.rows }).first
    {
      columns[.customer] = [customer.name]
    }
    let fractions = free { $0.kind == .real }
    if fractions.count == 1 { columns[.amount] = fractions.map(\.name) }
    // What stands before the date names something, what stands after it counts something.
    let time = evidence.firstIndex { $0.name == columns[.time]?.first } ?? 0
    let counts = free { column in
      column.kind == .integer && evidence.firstIndex { $0.name == column.name }.map { $0 > time } ?? false
    }
    if counts.count == 1 { columns[.quantity] = counts.map(\.name) }
  }

  /// A table without a customer column, and no other beside it: each row is taken for a customer.
  private mutating func guessRowsOfCustomers() {
    guard columns[.customer] == nil, columns[.time] == nil, evidence.count >= 2 else { return }
    role = .customers
    let number = evidence.first { $0.isUnique && $0.kind == .integer && ColumnName($0.name).isIdentifierLike }
    columns = number.map { [.customer: [$0.name]] } ?? [:]
    numbersRows = number == nil
    why =
      number.map { "no column names customers, so every row is taken for one, called by its '\($0.name)'" }
      ?? "no column names customers, so every row is taken for one, called by its number"
    guessExperiment()
    guessPeople()
    columns[.company] = nil
  }

  func column(_ role: ColumnRole) -> ColumnEvidence? {
    guard let name = columns[role]?.first else { return nil }
    return evidence.first { $0.name == name }
  }

  private mutating func guessColumns(customer: String?) {
    let identifiers = evidence.filter(\.isIdentifierLike)
    let people = ColumnName.people
    func best(_ things: [String]) -> ColumnEvidence? {
      // The column that says "id" before the one that says "name" or nothing; the earlier thing before the later.
      let matching = identifiers.filter { $0.identifies(things) }
      let marked = matching.filter { $0.words.last.map { !$0.hasSuffix("name") } ?? false }
      let ranked = marked.filter { $0.words.count > 1 || $0.words[0].hasSuffix("id") } + marked + matching
      return things.lazy.compactMap { thing in ranked.first { $0.identifies([thing]) } }.first
    }
    func take(_ role: ColumnRole, _ evidence: ColumnEvidence?) {
      guard let evidence, !columns.values.joined().contains(evidence.name) else { return }
      columns[role] = [evidence.name]
    }
    let shared = customer.flatMap { name in evidence.first { $0.name.lowercased() == name.lowercased() } }
    take(.customer, shared ?? best(people) ?? identifiers.first { $0.words == ["id"] })
    take(.visitor, best(RoleGuess.visitors))
    take(.campaign, best(["campaign"]))
    // A day of birth is no time at which something happened here.
    let times = evidence.filter {
      ($0.kind == .date || $0.kind == .time) && !$0.speaksOf(["birth", "dob"]) && !$0.isDeliveryWish
    }
    take(
      .time,
      times.first { $0.speaksOf(["start", "begin"]) } ?? times.first {
        $0.speaksOf(["order", "invoice", "transaction"])
      }
        ?? times.first)
    if columns[.time] == nil, let packed = evidence.first(where: { $0.speaksOf(["date", "day"]) && $0.isPackedDay }) {
      take(.time, packed)
      timeFormat = "%Y%m%d"
    }
    if columns[.time] == nil, let written = evidence.first(where: { $0.timeFormat != nil && !$0.isDeliveryWish }) {
      take(.time, written)
      timeFormat = written.timeFormat
    }
    take(.order, best(["order", "invoice", "basket", "transaction", "receipt", "ticket"]))
    take(.product, best(["product", "item", "stock", "sku", "article"]))
    take(.store, best(["store", "shop", "branch", "outlet"]))
    let numbers = evidence.filter { $0.isNumber && !$0.speaksOf(["id"]) }
    // A share of the price is no money.
    let discounts = numbers.filter { $0.speaksOf(["disc", "rebate", "markdown"]) && !$0.isRate }
    if !discounts.isEmpty { columns[.discount] = discounts.map(\.name) }
    let plain = numbers.filter { !discounts.contains($0) && !$0.isRate }
    take(.quantity, plain.first { $0.speaksOf(["quantity", "qty", "units", "pieces"]) })
    let money = ["sales", "amount", "total", "revenue", "spend", "spent", "value", "net", "gross", "payment", "paid"]
    // "unit_price" is a price, "total_price" an amount, "total_items" neither.
    let isCount = { (column: ColumnEvidence) in
      column.speaksOf(["item", "quantity", "qty", "unit", "piece", "count", "days", "minutes", "number", "orders"])
    }
    take(
      .amount,
      plain.first { column in
        column.words.contains { word in
          money.contains { word == $0 || word == $0 + "s" || word.hasSuffix($0) && $0.count > 4 }
        } && !isCount(column) && (!column.speaksOf(["price"]) || column.speaksOf(["total", "line", "sales"]))
      })
    if columns[.amount] == nil { take(.price, plain.first { $0.speaksOf(["price", "unitprice"]) }) }
    let texts = evidence.filter { $0.kind == .text && $0.distinct >= 2 }
    let categories = texts.filter {
      $0.speaksOf(["department", "category", "dept", "class", "group"])
        && !$0.speaksOf(["age", "customer", "client", "user", "member", "payment", "income"])
    }
    take(.category, categories.first { $0.distinct <= 60 } ?? categories.min { $0.distinct < $1.distinct })
  }

  private mutating func guessRole() {
    guessTies()
    let found = columns
    let has = { (role: ColumnRole) in found[role] != nil }
    let isOneRowEach = column(.customer)?.isUnique ?? false
    let isOrdered = has(.order) || has(.product) || has(.quantity)
    if has(.customer), has(.visitor), evidence.count <= (has(.time) ? 3 : 2) {
      role = .identities
      why = "it tells which customers visitors turned out to be"
    } else if has(.customer), has(.question), has(.answer) {
      role = .surveys
      why = "it has a customer, a question and an answer on each row"
    } else if has(.customer), has(.company), evidence.count <= (has(.time) ? 3 : 2) {
      role = .contacts
      why = "it pairs customers with companies"
    } else if has(.company), !has(.customer), !has(.time), column(.company)?.isUnique ?? false {
      role = .companies
      why = "it has one row a company"
    } else if has(.customer), has(.time), has(.amount) || has(.price), !isOneRowEach || isOrdered {
      role = .transactions
      why = "it has a customer, a time and an amount on each row"
    } else if has(.product), has(.category), !has(.customer), !has(.time) {
      role = .products
      why = "it gives products their categories"
    } else if has(.customer), has(.campaign), !has(.time), !isOneRowEach || evidence.count == 2 {
      role = .campaigns
      why = "it pairs customers with campaigns"
    } else if isOneRowEach {
      role = .customers
      why = "it has one row a customer"
    } else if has(.campaign), has(.time), !has(.customer) {
      role = .campaignCalendar
      why = "it dates campaigns"
    } else if has(.customer), has(.time) {
      role = .events
      why = "it has a customer and a time on each row, and no amount"
    } else {
      let missing = has(.customer) ? "a time" : "a customer"
      why = "no column looks like \(missing)"
    }
    guessActs()
    guessExperiment()
    if role == .customers {
      guessPeople()
      guessAnswers()
    }
    if role == .transactions || role == .products { guessPurchases() }
    guard let role else { return }
    let allowed = Set(role.required + role.optional)
    columns = columns.filter { allowed.contains($0.key) }
    if role == .customers { (columns[.time], timeFormat) = (nil, nil) }
  }
}
