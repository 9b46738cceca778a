internal import CArrowADBC

/// Collects one column of a result, batch after batch.
///
/// A class per column: an array inside an enum's payload would be copied at every batch.
protocol ColumnBuilder: AnyObject {
  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError)
  func finish() -> Column
}

/// Child `index` of a record batch.
func child(_ index: Int, of batch: UnsafePointer<ArrowArray>) -> UnsafePointer<ArrowArray> {
  guard let child = unsafe batch.pointee.children?[index] else {
    preconditionFailure("a record batch has one child for each column of its schema")
  }
  return unsafe UnsafePointer(child)
}

/// Builders for the first `limit` columns of a result (all when nil).
func makeColumnBuilders(
  _ schema: UnsafePointer<ArrowSchema>, limit: Int? = nil
) throws(WarehouseError) -> [any ColumnBuilder] {
  let count = min(limit ?? .max, unsafe Int(schema.pointee.n_children))
  var builders: [any ColumnBuilder] = []
  for index in 0..<count {
    guard let child = unsafe schema.pointee.children?[index] else { continue }
    builders.append(try unsafe makeColumnBuilder(child))
  }
  return builders
}

private func makeColumnBuilder(_ schema: UnsafePointer<ArrowSchema>) throws(WarehouseError) -> any ColumnBuilder {
  let field = unsafe ArrowField(schema)
  let name = field.name
  if let levels = unsafe schema.pointee.dictionary {
    guard let index = field.type.integerWidth, case .text = unsafe ArrowField(levels).type else {
      throw .unsupportedType(column: name, type: "dictionary of \(unsafe ArrowField(levels).typeName)")
    }
    return CategoryBuilder(name: name, index: index, levels: unsafe ArrowField(levels).type)
  }
  switch field.type {
  case .integer(let width): return IntegerBuilder(name: name, width: width)
  case .unsigned64: return UnsignedBuilder(name: name)
  case .float32, .float64: return RealBuilder(name: name, type: field.type)
  case .decimal128(let scale): return DecimalBuilder(name: name, scale: scale)
  case .boolean: return BooleanBuilder(name: name)
  case .date32, .date64: return DateBuilder(name: name, type: field.type)
  case .timestamp(let unit, let zone): return TimestampBuilder(name: name, unit: unit, zone: zone)
  case .text: return TextBuilder(name: name, layout: field.type)
  case .numericText: return NumericTextBuilder(name: name)
  case .null: return NullBuilder(name: name)
  case .other: throw .unsupportedType(column: name, type: field.typeName)
  }
}

/// The part every builder shares: the name and the missing flags.
class ValidityBuilder {
  let name: String
  private(set) var count = 0
  private var missing: [Bool]?

  init(name: String) { self.name = name }

  /// Notes which of the rows of `array` are missing; call once a batch.
  func note(_ array: UnsafePointer<ArrowArray>) {
    let length = unsafe Int(array.pointee.length)
    defer { count += length }
    let validity = unsafe Validity(array)
    guard validity.hasMissing else {
      if missing != nil { missing?.append(contentsOf: repeatElement(false, count: length)) }
      return
    }
    var flags = missing ?? [Bool](repeating: false, count: count)
    missing = nil
    for row in 0..<length { flags.append(!validity.isPresent(row)) }
    missing = flags
  }

  func noteAllMissing(_ length: Int) {
    var flags = missing ?? [Bool](repeating: false, count: count)
    flags.append(contentsOf: repeatElement(true, count: length))
    missing = flags
    count += length
  }

  /// Puts `filler` in the place of the missing ones among the values just appended from `array`.
  ///
  /// Engines leave anything there, so that without it equal columns would not compare equal. It also stands in for
  /// values that a driver did not send because all are missing.
  func settle<Element>(_ values: inout [Element], filler: Element, after array: UnsafePointer<ArrowArray>) {
    if values.count < count { values.append(contentsOf: repeatElement(filler, count: count - values.count)) }
    let validity = unsafe Validity(array)
    guard validity.hasMissing else { return }
    let length = unsafe Int(array.pointee.length)
    for row in 0..<length where !validity.isPresent(row) { values[count - length + row] = filler }
  }

  func column(_ values: ColumnValues) -> Column {
    Column(name: name, values: values, missing: missing.flatMap { $0.contains(true) ? $0 : nil })
  }
}

/// A batch's bitmap of present values; no bitmap means all are.
///
/// Safety: used only while the batch it was made from is alive, for rows of that batch.
@safe
struct Validity {
  private let bits: UnsafePointer<UInt8>?
  private let offset: Int

  init(_ array: UnsafePointer<ArrowArray>) {
    offset = unsafe Int(array.pointee.offset)
    let hasBitmap = unsafe array.pointee.null_count != 0 && array.pointee.n_buffers > 0
    unsafe bits = hasBitmap ? array.pointee.buffers?[0]?.assumingMemoryBound(to: UInt8.self) : nil
  }

  var hasMissing: Bool { unsafe bits != nil }

  func isPresent(_ row: Int) -> Bool {
    guard let bits = unsafe bits else { return true }
    let bit = row + offset
    return unsafe bits[bit >> 3] & (1 << UInt8(bit & 7)) != 0
  }
}

/// The values buffer `index` of `array`, as `Element`s from the array's offset on; nil for an empty array.
func buffer<Element>(
  _ array: UnsafePointer<ArrowArray>, _ index: Int, as type: Element.Type
) -> UnsafeBufferPointer<Element>? {
  let length = unsafe Int(array.pointee.length)
  guard length > 0, let raw = unsafe array.pointee.buffers?[index] else { return nil }
  let start = unsafe raw.assumingMemoryBound(to: Element.self) + Int(array.pointee.offset)
  return unsafe UnsafeBufferPointer(start: start, count: length)
}
