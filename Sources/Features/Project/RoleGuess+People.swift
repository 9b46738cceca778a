internal import Warehouse

extension RoleGuess {
  /// Columns that tell who customers are, where they are and whom they work for.
  mutating func guessPeople() {
    func free(_ isWanted: (ColumnEvidence) -> Bool) -> ColumnEvidence? {
      evidence.first { !columns.values.joined().contains($0.name) && isWanted($0) }
    }
    // A year has to be one in which somebody alive may have been born.
    let birth = free { column in
      guard column.speaksOf(["birth", "dob", "born"]) else { return false }
      if column.kind == .date || column.kind == .time { return true }
      return column.kind == .integer && (column.minimum ?? 0) > 1800 && (column.maximum ?? 0) < 2100
    }
    if let birth { columns[.birth] = [birth.name] }
    // From the widest to the narrowest.
    let levels = [
      ["country", "nation"], ["region", "state", "province", "county", "territory"], ["city", "town", "municipality"],
      ["zip", "zipcode", "postcode", "postal", "postalcode", "plz"],
    ]
    let regions = levels.compactMap { words in
      free { column in
        (column.kind == .text || column.kind == .integer) && column.distinct >= 2
          && column.words.contains { words.contains($0) }
          && !column.words.contains {
            [
              "birth", "shipping", "billing", "customers", "count", "number", "num", "marital", "civil", "account",
              "order",
            ].contains($0)
          }
      }?.name
    }
    if !regions.isEmpty { columns[.region] = regions }
    if let company = free({ $0.isIdentifierLike && $0.identifies(RoleGuess.companies) }) {
      columns[.company] = [company.name]
    }
  }

  /// What companies are called.
  static let companies = ["company", "firm", "organisation", "organization", "employer", "business"]

  /// Takes a table of customers for a survey where it holds cells of several answers and nothing that only customers have.
  mutating func guessAnswers() {
    let several = evidence.filter(\.hasSeveralAnswers).map(\.name)
    let own: [ColumnRole] = [.birth, .region, .company, .treatment, .outcome]
    guard !several.isEmpty, columns[.customer] != nil, own.allSatisfy({ columns[$0] == nil }) else { return }
    (role, multiple) = (.surveys, several)
    why = "it has one row a customer, and cells of several answers"
  }

  /// Columns of a file without purchases that say what it is: who works where, or what was asked and answered.
  mutating func guessTies() {
    let texts = evidence.filter { !columns.values.joined().contains($0.name) }
    if let question = texts.first(where: { $0.identifies(["question", "item"]) || $0.words == ["question"] }),
      let answer = texts.first(where: { $0.speaksOf(["answer", "response", "reply"]) && $0.name != question.name })
    {
      (columns[.question], columns[.answer]) = ([question.name], [answer.name])
    }
    guard columns[.company] == nil else { return }
    if let company = texts.first(where: { $0.isIdentifierLike && $0.identifies(RoleGuess.companies) }) {
      columns[.company] = [company.name]
    }
  }

  /// How purchases came about: brand, channel, plan and currency, and how soon they were wanted.
  mutating func guessPurchases() {
    let taken = Set(columns.values.joined())
    if let wish = evidence.first(where: { $0.isDeliveryWish && !taken.contains($0.name) }) {
      columns[.deliverBy] = [wish.name]
    }
    if let way = evidence.first(where: { $0.isShippingWay && !taken.contains($0.name) }) {
      columns[.shipping] = [way.name]
    }
    let words: [(ColumnRole, [String])] = [
      (.brand, ["brand", "manufacturer", "label"]), (.channel, ["channel"]),
      (.plan, ["plan", "subscription", "tariff"]),
      (.currency, ["currency"]),
    ]
    for (role, stems) in words where columns[role] == nil {
      let found = evidence.first { column in
        column.kind == .text && column.distinct >= (role == .currency ? 1 : 2)
          && column.distinct <= (role == .brand ? 1_000_000 : 60) && !columns.values.joined().contains(column.name)
          && column.words.contains { word in stems.contains(word) || stems.contains(String(word.dropLast())) }
      }
      if let found { columns[role] = [found.name] }
    }
  }

  /// What those are called who are not yet known as customers.
  static let visitors = ["visitor", "anonymous", "cookie", "guest"]

  /// Takes the column of customers for one of visitors where another file tells which customers those turned out to be.
  mutating func guessVisitors(of others: [RoleGuess]) {
    guard role == .events || role == .campaigns, columns[.visitor] == nil, let name = column(.customer)?.name,
      others.contains(where: {
        $0.role == .identities && $0.columns[.visitor]?.first?.lowercased() == name.lowercased()
      })
    else { return }
    (columns[.visitor], columns[.customer]) = ([name], nil)
  }

  /// Takes a table that tells of no customer for what explains a column of theirs: a region, or the store they buy in.
  mutating func guessLookup(of others: [RoleGuess]) {
    guard role == nil, columns[.customer] == nil, columns[.time] == nil, evidence.count >= 2 else { return }
    let named = others.filter { $0.role == .customers }.flatMap { $0.columns[.region] ?? [] }
    let stores = others.filter { $0.role == .transactions }.flatMap { $0.columns[.store] ?? [] }
    for column in evidence where column.isUnique {
      let name = column.name.lowercased()
      if let region = named.first(where: { $0.lowercased() == name }) {
        explains = region
      } else if stores.contains(where: { $0.lowercased() == name }) {
        explains = ColumnRole.store.rawValue
      } else {
        continue
      }
      role = .lookups
      columns = [.key: [column.name]]
      why = "it tells of each '\(column.name)', which other files name"
      return
    }
  }
}
