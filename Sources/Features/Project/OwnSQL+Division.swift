internal import Warehouse

/// What stands behind the signs of division.
extension OwnSQL {
  /// Functions that divide by their second argument, and give a remainder or whole part.
  private static let dividing: Set<String> = ["div", "divide", "fmod", "mod", "pmod"]

  /// The pieces that something is divided by, inner ones first, and whether a quotient is asked for or a remainder or whole
  /// part.
  var divisors: [(range: ClosedRange<Int>, quotient: Bool)] {
    let solid = pieces.indices.filter { pieces[$0] != .gap }
    var found: [(range: ClosedRange<Int>, quotient: Bool)] = []
    for at in solid.indices where [.other("/"), .other("%")].contains(pieces[solid[at]]) {
      let isWhole = pieces[solid[at]] == .other("%") || (at > 0 && pieces[solid[at - 1]] == .other("/"))
      let operand = Operand(pieces: solid.map { pieces[$0] }, from: at + 1)
      // The first of two strokes is followed by no operand.
      guard let end = operand.end else { continue }
      found.append((solid[at + 1]...solid[end], !isWhole))
    }
    for at in solid.indices {
      guard case .word(let word) = pieces[solid[at]], OwnSQL.dividing.contains(word.lowercased()),
        let second = secondArgument(solid, call: at + 1)
      else { continue }
      found.append((second, false))
    }
    return found.sorted { $0.range.count < $1.range.count }
  }

  /// The pieces of the second of two arguments in the brackets that open at `open` of `solid`.
  private func secondArgument(_ solid: [Int], call open: Int) -> ClosedRange<Int>? {
    guard solid.indices.contains(open), pieces[solid[open]] == .other("(") else { return nil }
    var depth = 0
    var commas: [Int] = []
    for at in solid.indices.dropFirst(open) {
      switch pieces[solid[at]] {
      case .other("("), .other("["): depth += 1
      case .other(")"), .other("]"): depth -= 1
      case .other(",") where depth == 1: commas.append(at)
      default: break
      }
      guard depth == 0 else { continue }
      guard commas.count == 1, commas[0] + 1 < at else { return nil }
      return solid[commas[0] + 1]...solid[at - 1]
    }
    return nil
  }
}

/// One operand of a division: a number, a name, a call or a bracket, with its sign and what is cast or taken from it.
private struct Operand {
  private let pieces: [OwnSQL.Piece]
  /// The place of its last piece; nil when there is none.
  private(set) var end: Int?

  init(pieces: [OwnSQL.Piece], from start: Int) {
    self.pieces = pieces
    var at = start
    while [.other("-"), .other("+")].contains(piece(at)) { at += 1 }
    switch piece(at) {
    case .other("("): end = closing(at)
    case .word(let word) where word.lowercased() == "case": end = ending(at)
    case .word:
      end = at
      if piece(at + 1) == .other("(") { end = call(at + 1) }
    case .quoted, .text: end = at
    case .other(let text) where text.first?.isNumber == true: end = at
    default: return
    }
    takeSuffixes()
  }

  private func piece(_ at: Int) -> OwnSQL.Piece? { pieces.indices.contains(at) ? pieces[at] : nil }

  /// The bracket that closes the one at `open`.
  private func closing(_ open: Int) -> Int? {
    var depth = 0
    return pieces.indices.dropFirst(open).first { at in
      if pieces[at] == .other("(") || pieces[at] == .other("[") { depth += 1 }
      if pieces[at] == .other(")") || pieces[at] == .other("]") { depth -= 1 }
      return depth == 0
    }
  }

  /// The end of a call whose bracket opens at `open`, with the FILTER and OVER of an aggregate.
  private func call(_ open: Int) -> Int? {
    var end = closing(open)
    while let last = end, case .word(let word)? = piece(last + 1), ["filter", "over"].contains(word.lowercased()),
      piece(last + 2) == .other("(")
    {
      end = closing(last + 2)
    }
    return end
  }

  /// The END of the CASE at `start`.
  private func ending(_ start: Int) -> Int? {
    var depth = 0
    return pieces.indices.dropFirst(start).first { at in
      guard case .word(let word) = pieces[at] else { return false }
      if word.lowercased() == "case" { depth += 1 }
      if word.lowercased() == "end" { depth -= 1 }
      return depth == 0
    }
  }

  /// Casts behind two colons, fields behind a point, elements in brackets.
  private mutating func takeSuffixes() {
    while let last = end {
      if piece(last + 1) == .other(":"), piece(last + 2) == .other(":"), case .word? = piece(last + 3) {
        end = piece(last + 4) == .other("(") ? closing(last + 4) : last + 3
      } else if piece(last + 1) == .other("."), piece(last + 2) != nil {
        end = piece(last + 3) == .other("(") ? closing(last + 3) : last + 2
      } else if piece(last + 1) == .other("[") {
        end = closing(last + 1)
      } else {
        return
      }
    }
  }
}

extension Dialect {
  /// What stands around a divisor: 0 gives nothing, where a server would fail, and whole numbers a fraction, where it would
  /// cut that off.
  /// - Parameter quotient: whether a quotient is asked for, not a remainder or whole part.
  func divisor(of quotient: Bool) -> (before: String, after: String) {
    // DuckDB and Spark divide whole numbers as floats.
    let isFloat = !quotient || self == .duckDB || self == .spark
    return isFloat ? ("nullif(", ", 0)") : ("CAST(nullif(", ", 0) AS \(real))")
  }
}
