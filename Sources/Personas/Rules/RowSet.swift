/// A set of rows, a bit each.
struct RowSet: Sendable, Hashable {
  private(set) var words: [UInt64]

  /// The rows of `members` that are true.
  init(_ members: [Bool]) {
    words = [UInt64](repeating: 0, count: (members.count + 63) / 64)
    for (row, isMember) in members.enumerated() where isMember { words[row >> 6] |= 1 << UInt64(row & 63) }
  }

  private init(words: [UInt64]) { self.words = words }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The rows in both.
  func intersection(_ other: RowSet) -> RowSet {
    precondition(words.count == other.words.count, "sets of \(words.count) and \(other.words.count) words")
    return RowSet(words: words.indices.map { words[$0] & other.words[$0] })
  }

  /// The rows in `other` that are not here.
  func missing(from other: RowSet) -> RowSet {
    precondition(words.count == other.words.count, "sets of \(words.count) and \(other.words.count) words")
    return RowSet(words: words.indices.map { other.words[$0] & ~words[$0] })
  }

  /// How many rows are in both, and how many of those in `members`.
  func overlap(_ other: RowSet, members: RowSet) -> (all: Int, members: Int) {
    precondition(
      words.count == other.words.count && words.count == members.words.count, "sets of different numbers of rows")
    var (all, own) = (0, 0)
    for index in words.indices {
      let both = words[index] & other.words[index]
      all += both.nonzeroBitCount
      own += (both & members.words[index]).nonzeroBitCount
    }
    return (all, own)
  }
}
