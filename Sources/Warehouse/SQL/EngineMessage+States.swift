/// What servers say of an error by the five letters of SQLSTATE, which mean the same in every language they may speak.
extension EngineMessage {
  /// The error of a server's `message` in PostgreSQL's form; nil for any other.
  ///
  /// Errors of data (classes 22 and 23) quote cells, so they are told by their state alone. Others name tables, columns
  /// and words of the statement, which came from the project: their first sentence is shown.
  static func serverError(_ message: String, sqlState: String) -> WarehouseError? {
    let states = message.firstRange(of: "SQLSTATE: ").map { String(message[$0.upperBound...].prefix(5)) }
    let state = sqlState.allSatisfy { $0 == "0" || $0 == "\0" } ? states ?? "" : sqlState
    if message.contains("[libpq] Failed to connect") || state.hasPrefix("08") || state.hasPrefix("57P") {
      return .engineUnreachable(reason: sentence(message) ?? "the connection failed or was lost")
    }
    guard let said = sentence(message), state.count == 5 else { return nil }
    switch state {
    case "57014": return .interrupted
    case "53200": return .outOfMemory(reason: "the server has no memory left (SQLSTATE 53200)")
    case "53100": return .statement(reason: "the server's disk is full (SQLSTATE 53100)")
    default: break
    }
    let isOfData = state.hasPrefix("22") || state.hasPrefix("23")
    return .statement(reason: "\(isOfData ? dataError(state) : said) (SQLSTATE \(state))")
  }

  /// What a state of class 22 or 23 means.
  private static func dataError(_ state: String) -> String {
    switch state {
    case "22P02", "22018": "a text could not be converted to the type it is cast to"
    case "22003": "a number is out of the range of its type"
    case "22007": "a text is not a date or time as the engine writes them"
    case "22008": "a date or time is out of range"
    case "22012": "a number was divided by zero"
    case "22001": "a text is longer than its column allows"
    case "22021", "22P05": "a text holds bytes that its encoding does not have"
    case "22004", "23502": "a value is missing where one must be"
    case "23505": "a value stands twice where each may stand once"
    case "23503": "a value refers to a row that is not there"
    case "23514": "a value breaks a condition of its table"
    default: "the engine cannot work with a value of the data"
    }
  }

  /// The sentence after PostgreSQL's word for how bad it is, or after what libpq tried.
  private static func sentence(_ message: String) -> String? {
    for mark in ["ERROR:  ", "FATAL:  ", "PANIC:  ", "Failed to connect: "] {
      guard let range = message.firstRange(of: mark) else { continue }
      let line = message[range.upperBound...].prefix { !$0.isNewline }
      if !line.isEmpty { return String(line) }
    }
    return nil
  }
}
