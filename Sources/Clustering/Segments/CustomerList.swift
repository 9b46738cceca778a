/// A named set of customers, one bit for each: n / 8 bytes.
public struct CustomerList: Sendable, Hashable {
  /// What the list is called.
  public let name: String
  /// n, the customers there are, in the list or not.
  public private(set) var customers = 0
  /// The customers in the list.
  public var size: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  /// Customer i is bit i % 64 of word i / 64; bits beyond the last customer are 0.
  private(set) var words: [UInt64] = []

  /// A list of no customers, to be appended to.
  public init(name: String) { self.name = name }

  /// A list of the customers that `members` (n) names true.
  public init(name: String, members: some Sequence<Bool>) {
    self.init(name: name)
    append(members: members)
  }

  /// A list of the customers at `rows` out of `customers`.
  public init(name: String, customers: Int, rows: some Sequence<Int>) {
    self.init(name: name)
    append(customers: customers, rows: rows)
  }

  /// Appends a batch of customers, each in the list or not.
  public mutating func append(members: some Sequence<Bool>) {
    for isMember in members {
      if customers % 64 == 0 { words.append(0) }
      if isMember { words[customers / 64] |= 1 << UInt64(customers % 64) }
      customers += 1
    }
  }

  /// Appends a batch of `customers`, of whom those at `rows` (counted from 0 within the batch) are in the list.
  public mutating func append(customers batch: Int, rows: some Sequence<Int>) {
    precondition(batch >= 0, "a batch of \(batch) customers")
    let first = customers
    customers += batch
    words.append(contentsOf: repeatElement(0, count: (customers + 63) / 64 - words.count))
    for row in rows {
      precondition(row >= 0 && row < batch, "row \(row) of a batch of \(batch)")
      words[(first + row) / 64] |= 1 << UInt64((first + row) % 64)
    }
  }

  /// Whether the customer at `row` (from 0) is in the list.
  public func contains(_ row: Int) -> Bool {
    precondition(row >= 0 && row < customers, "row \(row) of \(customers)")
    return words[row / 64] >> UInt64(row % 64) & 1 == 1
  }
}
