/// What a column's name says of it, whatever way it is written.
public struct ColumnName: Sendable, Hashable {
  /// The name in lower-case words: `InvoiceNo` and `invoice_no` are both `invoice no`.
  public let words: [String]

  /// Words that make a name that of an identifier.
  static let identifierMarks = [
    "id", "ids", "no", "nr", "num", "number", "key", "code", "ref", "reference", "uid", "uuid",
  ]
  /// What customers are called.
  static let people = [
    "customer", "client", "household", "user", "member", "shopper", "buyer", "cust", "account", "visitor",
  ]
  /// What else rows of a table may be.
  private static let things = [
    "row", "record", "case", "order", "invoice", "product", "item", "transaction", "person", "patient", "respondent",
    "subject", "employee", "passenger",
  ]
  private static let rowNames = ["index", "idx", "rowname", "rownames", "row", "rows"]

  /// Takes `name` apart.
  public init(_ name: String) {
    var words: [String] = []
    var word = ""
    var previous: Character?
    for character in name {
      let isBoundary = !character.isLetter && !character.isNumber
      let isHump = character.isUppercase && (previous?.isLowercase ?? false)
      if isBoundary || isHump, !word.isEmpty {
        words.append(word.lowercased())
        word = ""
      }
      if !isBoundary { word.append(character) }
      previous = character
    }
    if !word.isEmpty { words.append(word.lowercased()) }
    self.words = words
  }

  /// Whether it speaks of customers: "customer_id", "HouseholdKey".
  public var speaksOfCustomers: Bool {
    words.contains { word in ColumnName.people.contains { word.hasPrefix($0) } }
  }

  /// Whether a column of this name, with another whole number in every row, tells rows apart and no more: "id",
  /// "customer_no", "CustomerID", "rownames", "index", and the "Unnamed: 0" of pandas.
  public var isIdentifierLike: Bool {
    guard let first = words.first, let last = words.last else { return false }
    if ColumnName.identifierMarks.contains(last) || first == "id" { return true }
    if words == ["unnamed", "0"] { return true }
    guard words.count == 1 else { return false }
    return ColumnName.rowNames.contains(first)
      || (ColumnName.people + ColumnName.things).contains { thing in
        first.hasPrefix(thing) && ColumnName.identifierMarks.contains(String(first.dropFirst(thing.count)))
      }
  }
}
