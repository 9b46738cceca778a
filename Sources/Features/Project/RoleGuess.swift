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
    let people = [
      "customer", "client", "household", "user", "member", "shopper", "buyer", "cust", "account", "visitor",
    ]
    func best(_ candidates: [ColumnEvidence], _ stems: [String]) -> ColumnEvidence? {
      // The column whose first word says it, then the one that says "id".
      let matching = candidates.filter { $0.speaksOf(stems) }
      let ranked = matching.filter { evidence in
        stems.contains { evidence.words.first?.hasPrefix($0) ?? false }
          && evidence.speaksOf(["id", "no", "num", "key"])
      }
      return ranked.first ?? matching.first { $0.speaksOf(["id", "no", "num", "key", "code"]) } ?? matching.first
    }
    func take(_ role: ColumnRole, _ evidence: ColumnEvidence?) {
      guard let evidence, !columns.values.joined().contains(evidence.name) else { return }
      columns[role] = [evidence.name]
    }
    let shared = customer.flatMap { name in evidence.first { $0.name.lowercased() == name.lowercased() } }
    let named = best(identifiers.filter { !$0.speaksOf(["age", "size", "comp", "type", "since"]) }, people)
    take(.customer, shared ?? named ?? identifiers.first { $0.words == ["id"] && $0.isUnique })
    take(.campaign, best(identifiers, ["campaign"]))
    let times = evidence.filter { $0.kind == .date || $0.kind == .time }
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
    take(.order, best(identifiers, ["order", "invoice", "basket", "transaction", "receipt", "ticket"]))
    take(.product, best(identifiers, ["product", "item", "stock", "sku", "article"]))
    take(.store, best(identifiers, ["store", "shop", "branch", "outlet"]))
    let numbers = evidence.filter { $0.isNumber && !$0.speaksOf(["id"]) }
    let discounts = numbers.filter { $0.speaksOf(["disc", "rebate", "markdown"]) }
    if !discounts.isEmpty { columns[.discount] = discounts.map(\.name) }
    let plain = numbers.filter { !discounts.contains($0) }
    take(.price, plain.first { $0.speaksOf(["price", "unitprice"]) })
    take(.quantity, plain.first { $0.speaksOf(["quantity", "qty", "units", "pieces"]) })
    let money = ["sales", "amount", "total", "revenue", "spend", "spent", "value", "net", "gross", "payment"]
    take(.amount, plain.first { $0.speaksOf(money) })
    if columns[.amount] != nil { columns[.price] = nil }
    let texts = evidence.filter { $0.kind == .text && $0.distinct >= 2 }
    let categories = texts.filter { $0.speaksOf(["department", "category", "dept", "class", "group"]) }
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
    if has(.customer), has(.time), has(.amount) || has(.price) {
      role = .transactions
      why = "it has a customer, a time and an amount on each row"
    } else if has(.product), has(.category), !has(.customer), !has(.time) {
      role = .products
      why = "it gives products their categories"
    } else if has(.customer), let customer = column(.customer), customer.isUnique {
      role = .customers
      why = "it has one row a customer"
    } else if has(.customer), has(.campaign), !has(.time) {
      role = .campaigns
      why = "it pairs customers with campaigns"
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
    if role == .customers { columns[.time] = nil }
  }
}
