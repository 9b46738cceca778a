internal import CArrowADBC

/// The Arrow types that are read, named by what Swift needs to know of them.
enum ArrowType: Hashable {
  case integer(IntegerWidth)
  case unsigned64, float32, float64
  case decimal128(scale: Int)
  case boolean, date32, date64
  case timestamp(TimeUnit, zone: String?)
  case text(TextLayout)
  /// Decimals of any length, written out as text of 32-bit offsets: PostgreSQL's numeric.
  case numericText
  case null, other

  enum IntegerWidth: Hashable { case signed8, signed16, signed32, signed64, unsigned8, unsigned16, unsigned32 }
  enum TimeUnit: Hashable { case seconds, milliseconds, microseconds, nanoseconds }
  enum TextLayout: Hashable { case offsets32, offsets64, views }

  var integerWidth: IntegerWidth? {
    if case .integer(let width) = self { return width }
    return nil
  }

  /// The type behind a format string of the C data interface.
  init(format: String) {
    self =
      switch format {
      case "c": .integer(.signed8)
      case "s": .integer(.signed16)
      case "i": .integer(.signed32)
      case "l": .integer(.signed64)
      case "C": .integer(.unsigned8)
      case "S": .integer(.unsigned16)
      case "I": .integer(.unsigned32)
      case "L": .unsigned64
      case "f": .float32
      case "g": .float64
      case "b": .boolean
      case "tdD": .date32
      case "tdm": .date64
      case "u": .text(.offsets32)
      case "U": .text(.offsets64)
      case "vu": .text(.views)
      case "n": .null
      default: ArrowType.parameterised(format)
      }
  }

  private static func parameterised(_ format: String) -> ArrowType {
    if format.hasPrefix("d:") {
      let parts = format.dropFirst(2).split(separator: ",").compactMap { Int($0) }
      guard parts.count >= 2, parts[1] >= 0, parts.count == 2 || parts[2] == 128 else { return .other }
      return .decimal128(scale: parts[1])
    }
    guard format.hasPrefix("ts"), let mark = format.dropFirst(2).first else { return .other }
    let zone = format.drop { $0 != ":" }.dropFirst()
    let unit: TimeUnit
    switch mark {
    case "s": unit = .seconds
    case "m": unit = .milliseconds
    case "u": unit = .microseconds
    case "n": unit = .nanoseconds
    default: return .other
    }
    return .timestamp(unit, zone: zone.isEmpty ? nil : String(zone))
  }
}

/// A column of a result's schema.
struct ArrowField {
  let name: String
  let format: String
  let type: ArrowType

  /// What to call the type in a message.
  var typeName: String {
    if let known = ArrowField.typeNames.first(where: { format.hasPrefix($0.format) }) { return known.name }
    return "Arrow '\(format)'"
  }

  /// Whether a field's metadata names PostgreSQL's type `numeric` for it.
  ///
  /// Metadata is a 32-bit count of pairs, then for each key and value a 32-bit length and as many bytes.
  private static func saysNumeric(_ metadata: UnsafePointer<CChar>?) -> Bool {
    guard let metadata = unsafe metadata else { return false }
    let bytes = unsafe UnsafeRawPointer(metadata)
    var position = 0
    func length() -> Int {
      defer { position += 4 }
      return unsafe Int(bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
    }
    func text() -> String {
      let count = length()
      defer { position += count }
      return unsafe String(decoding: UnsafeRawBufferPointer(start: bytes + position, count: count), as: UTF8.self)
    }
    for _ in 0..<max(0, length()) {
      let key = text()
      if text() == "numeric", key == "ADBC:postgresql:typname" { return true }
    }
    return false
  }

  private static let typeNames: [(format: String, name: String)] = [
    ("+l", "LIST"), ("+L", "LIST"), ("+vl", "LIST"), ("+w", "ARRAY"), ("+s", "STRUCT"), ("+m", "MAP"), ("+u", "UNION"),
    ("tdD", "DATE"), ("tdm", "DATE"), ("ti", "INTERVAL"), ("tD", "DURATION"), ("tt", "TIME"), ("ts", "TIMESTAMP"),
    ("z", "BLOB"), ("Z", "BLOB"), ("vz", "BLOB"), ("w:", "BLOB"), ("u", "text"), ("U", "text"), ("vu", "text"),
    ("d:", "DECIMAL of an unusual width"),
  ]

  init(_ schema: UnsafePointer<ArrowSchema>) {
    name = unsafe schema.pointee.name.map { unsafe String(cString: $0) } ?? ""
    format = unsafe schema.pointee.format.map { unsafe String(cString: $0) } ?? ""
    let type = ArrowType(format: format)
    let isNumeric = unsafe type == .text(.offsets32) && ArrowField.saysNumeric(schema.pointee.metadata)
    self.type = isNumeric ? .numericText : type
  }
}
