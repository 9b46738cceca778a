internal import Warehouse

/// What a file seems to hold, and why: the columns that mean something, each with the reason it was taken.
struct RoleGuess {
  let file: String
  /// The name of the source: the file's name without its endings.
  let name: String
  let evidence: [ColumnEvidence]
  private(set) var columns: [ColumnRole: [String]] = [:]
  private(set) var role: SourceRole?
  /// Why this role, or why none.
  private(set) var why = ""
  var timeFormat: String?

  /// - Parameter customer: the customer column's name in another file, when one was already found.
  init(file: String, name: String, evidence: [ColumnEvidence], customer: String?) {
    self.file = file
    self.name = name
    self.evidence = evidence
    guessColumns(customer: customer)
    guessRole()
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
    take(.campaign, best(["campaign"]))
    // A day of birth is no time at which something happened here.
    let times = evidence.filter { ($0.kind == .date || $0.kind == .time) && !$0.speaksOf(["birth", "dob"]) }
    take(
      .time,
      times.first { $0.speaksOf(["start", "begin"]) } ?? times.first {
        $0.speaksOf(["order", "invoice", "transaction"])
      }
        ?? times.first)
    if columns[.time] == nil, let packed = evidence.first(where: isPackedDate) {
      take(.time, packed)
      timeFormat = "%Y%m%d"
    }
    if columns[.time] == nil, let written = evidence.first(where: { $0.timeFormat != nil }) {
      take(.time, written)
      timeFormat = written.timeFormat
    }
    take(.order, best(["order", "invoice", "basket", "transaction", "receipt", "ticket"]))
    take(.product, best(["product", "item", "stock", "sku", "article"]))
    take(.store, best(["store", "shop", "branch", "outlet"]))
    let numbers = evidence.filter { $0.isNumber && !$0.speaksOf(["id"]) }
    let discounts = numbers.filter { $0.speaksOf(["disc", "rebate", "markdown"]) }
    if !discounts.isEmpty { columns[.discount] = discounts.map(\.name) }
    let plain = numbers.filter { !discounts.contains($0) }
    take(.quantity, plain.first { $0.speaksOf(["quantity", "qty", "units", "pieces"]) })
    let money = ["sales", "amount", "total", "revenue", "spend", "spent", "value", "net", "gross", "payment"]
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

  private func isPackedDate(_ evidence: ColumnEvidence) -> Bool {
    guard evidence.kind == .integer, evidence.speaksOf(["date", "day"]), let low = evidence.minimum,
      let high = evidence.maximum
    else { return false }
    return low >= 19_000_101 && high <= 21_001_231
  }

  private mutating func guessRole() {
    let found = columns
    let has = { (role: ColumnRole) in found[role] != nil }
    let isOneRowEach = column(.customer)?.isUnique ?? false
    let isOrdered = has(.order) || has(.product) || has(.quantity)
    if has(.customer), has(.time), has(.amount) || has(.price), !isOneRowEach || isOrdered {
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
    guard let role else { return }
    let allowed = Set(role.required + role.optional)
    columns = columns.filter { allowed.contains($0.key) }
    if role == .customers { (columns[.time], timeFormat) = (nil, nil) }
  }
}
