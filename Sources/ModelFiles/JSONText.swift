/// One JSON document (RFC 8259), checked from end to end when it is made; its parts are then looked up by where they
/// stand.
///
/// Stricter than Foundation's reader where a file could deceive: a key may stand once in an object, integers are read
/// as written, nesting is limited, and nothing may follow. Looking at a part again costs the length of that part.
struct JSONText {
  /// How deep objects and arrays may stand in each other.
  static let maximumDepth = 256

  let bytes: [UInt8]
  /// The members of the outermost value, or nil if that is not an object.
  let members: [String: Range<Int>]?
  private let part: ModelFileError.Part

  /// Checks `bytes`; errors name the `part` of the file they are.
  init(_ bytes: some Sequence<UInt8>, part: ModelFileError.Part, maximumDepth: Int = Self.maximumDepth)
    throws(ModelFileError)
  {
    self.bytes = Array(bytes)
    self.part = part
    var scanner = JSONScanner(self.bytes, at: 0, part: part, depthLeft: maximumDepth)
    members = try scanner.document()
  }

  /// The members of the object at `place`, or nil if something else stands there.
  func object(at place: Range<Int>) -> [String: Range<Int>]? {
    var scanner = scanner(at: place)
    return try? scanner.object()
  }

  /// The elements of the array at `place`, or nil if something else stands there.
  func array(at place: Range<Int>) -> [Range<Int>]? {
    var scanner = scanner(at: place)
    return try? scanner.array()
  }

  /// The string at `place`, or nil if something else stands there.
  func string(at place: Range<Int>) -> String? {
    var scanner = scanner(at: place)
    return try? scanner.string()
  }

  /// The integer at `place`, or nil if something else stands there: a fraction, an exponent, more than an `Int` holds.
  func integer(at place: Range<Int>) -> Int? {
    Int(String(decoding: bytes[place], as: UTF8.self))
  }

  /// The integers of the array at `place`, or nil if something else stands there.
  func integers(at place: Range<Int>) -> [Int]? {
    guard let places = array(at: place) else { return nil }
    let integers = places.compactMap(integer(at:))
    return integers.count == places.count ? integers : nil
  }

  private func scanner(at place: Range<Int>) -> JSONScanner {
    JSONScanner(bytes, at: place.lowerBound, part: part, depthLeft: Self.maximumDepth)
  }

  /// `text` as a JSON string with its quotes.
  static func quoted(_ text: String) -> String {
    var quoted = [UInt8(ascii: "\"")]
    quoted.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
      case ..<0x20: quoted += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
      default: quoted.append(byte)
      }
    }
    quoted.append(UInt8(ascii: "\""))
    return String(decoding: quoted, as: UTF8.self)
  }
}

/// Walks over JSON byte by byte, checking as it goes. Each function starts at a value's first byte or white space
/// before it.
private struct JSONScanner {
  private let bytes: [UInt8]
  private let part: ModelFileError.Part
  private var position: Int
  private var depthLeft: Int

  init(_ bytes: [UInt8], at position: Int, part: ModelFileError.Part, depthLeft: Int) {
    self.bytes = bytes
    self.part = part
    self.position = position
    self.depthLeft = depthLeft
  }

  /// Passes over all there is, one value and white space around it; returns its members if it is an object.
  mutating func document() throws(ModelFileError) -> [String: Range<Int>]? {
    skipSpace()
    var members: [String: Range<Int>]?
    if next == UInt8(ascii: "{") { members = try object() } else { _ = try value() }
    skipSpace()
    guard position == bytes.count else { throw fault }
    return members
  }

  /// Passes over any value; returns where it stands.
  mutating func value() throws(ModelFileError) -> Range<Int> {
    skipSpace()
    let start = position
    switch next {
    case UInt8(ascii: "{"): _ = try object()
    case UInt8(ascii: "["): _ = try array()
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
    return start..<position
  }

  mutating func object() throws(ModelFileError) -> [String: Range<Int>] {
    try open("{")
    var members: [String: Range<Int>] = [:]
    if try close("}", first: true) { return members }
    repeat {
      skipSpace()
      let key = try string()
      skipSpace()
      try expect(":")
      let place = try value()
      guard members.updateValue(place, forKey: key) == nil else { throw .duplicateKey(part, key: key) }
    } while try !close("}")
    return members
  }

  mutating func array() throws(ModelFileError) -> [Range<Int>] {
    try open("[")
    var elements: [Range<Int>] = []
    if try close("]", first: true) { return elements }
    repeat { elements.append(try value()) } while try !close("]")
    return elements
  }

  mutating func string() throws(ModelFileError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    var copied = position
    while let byte = next, byte >= 0x20 {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[copied..<position]
        guard let string = String(validating: text, as: UTF8.self) else { throw fault }
        position += 1
        return string
      case UInt8(ascii: "\\"):
        text += bytes[copied..<position]
        try escape(into: &text)
        copied = position
      default:
        position += 1
      }
    }
    throw fault
  }

  // MARK: Pieces

  private var fault: ModelFileError { .notJSON(part, byte: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ModelFileError) {
    if !take(UInt8(ascii: character)) { throw fault }
  }

  private mutating func word(_ word: String) throws(ModelFileError) {
    for byte in word.utf8 where !take(byte) { throw fault }
  }

  private mutating func open(_ bracket: Unicode.Scalar) throws(ModelFileError) {
    try expect(bracket)
    depthLeft -= 1
    guard depthLeft >= 0 else { throw .nestedTooDeeply(part, byte: position - 1) }
  }

  /// Whether the bracket closes here; if not, and this is not the first element, a comma must stand here.
  private mutating func close(_ bracket: Unicode.Scalar, first: Bool = false) throws(ModelFileError) -> Bool {
    skipSpace()
    if take(UInt8(ascii: bracket)) {
      depthLeft += 1
      return true
    }
    if !first { try expect(",") }
    return false
  }

  private mutating func number() throws(ModelFileError) {
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
  }

  private mutating func digits() throws(ModelFileError) {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    if position == start { throw fault }
  }

  private mutating func escape(into text: inout [UInt8]) throws(ModelFileError) {
    try expect("\\")
    guard let letter = next else { throw fault }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]) {
        try expect("\\")
        try expect("u")
        units.append(try codeUnit())
      }
      guard let character = String(validating: units, as: UTF16.self) else { throw fault }
      text += Array(character.utf8)
    default: throw fault
    }
  }

  /// The four hexadecimal digits of an escape.
  private mutating func codeUnit() throws(ModelFileError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw fault }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
