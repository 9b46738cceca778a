internal import CArrowADBC

final class IntegerBuilder: ValidityBuilder, ColumnBuilder {
  private let width: ArrowType.IntegerWidth
  private var values: [Int64] = []

  init(name: String, width: ArrowType.IntegerWidth) {
    self.width = width
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    unsafe appendIntegers(array, width, to: &values)
    unsafe settle(&values, filler: 0, after: array)
  }

  func finish() -> Column { column(.integers(values)) }
}

/// Appends the integers of `array`, of any width, to `values`.
private func appendIntegers(
  _ array: UnsafePointer<ArrowArray>, _ width: ArrowType.IntegerWidth, to values: inout [Int64]
) {
  func widen<Element: FixedWidthInteger>(_ type: Element.Type) {
    guard let buffer = unsafe buffer(array, 1, as: type) else { return }
    values.reserveCapacity(grown(values, by: buffer.count))
    for row in buffer.indices { values.append(unsafe Int64(truncatingIfNeeded: buffer[row])) }
  }
  switch width {
  case .signed64: if let buffer = unsafe buffer(array, 1, as: Int64.self) { unsafe values.append(contentsOf: buffer) }
  case .signed32: widen(Int32.self)
  case .signed16: widen(Int16.self)
  case .signed8: widen(Int8.self)
  case .unsigned8: widen(UInt8.self)
  case .unsigned16: widen(UInt16.self)
  case .unsigned32: widen(UInt32.self)
  }
}

/// A capacity with room for `more` values that still doubles, so that appending stays linear.
private func grown<Element>(_ values: [Element], by more: Int) -> Int {
  let needed = values.count + more
  return needed <= values.capacity ? values.capacity : max(needed, values.capacity * 2)
}

final class RealBuilder: ValidityBuilder, ColumnBuilder {
  private let type: ArrowType
  private var values: [Double] = []

  init(name: String, type: ArrowType) {
    self.type = type
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    if type == .float32 {
      if let buffer = unsafe buffer(array, 1, as: Float.self) {
        values.reserveCapacity(grown(values, by: buffer.count))
        for row in buffer.indices { values.append(unsafe Double(buffer[row])) }
      }
    } else if let buffer = unsafe buffer(array, 1, as: Double.self) {
      unsafe values.append(contentsOf: buffer)
    }
    unsafe settle(&values, filler: .nan, after: array)
  }

  func finish() -> Column { column(.reals(values)) }
}

/// Unsigned 64-bit integers. Neither `Int64` nor `Double` holds them all, and an identifier must not lose a digit.
final class UnsignedBuilder: ValidityBuilder, ColumnBuilder {
  private var values: [Int128] = []

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    if let buffer = unsafe buffer(array, 1, as: UInt64.self) {
      values.reserveCapacity(grown(values, by: buffer.count))
      for row in buffer.indices { values.append(unsafe Int128(buffer[row])) }
    }
    unsafe settle(&values, filler: 0, after: array)
  }

  func finish() -> Column { column(.decimals(values, scale: 0)) }
}

final class DecimalBuilder: ValidityBuilder, ColumnBuilder {
  private let scale: Int
  private var values: [Int128] = []

  init(name: String, scale: Int) {
    self.scale = scale
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    // As pairs of words: Arrow aligns decimals to 8 bytes only, Int128 wants 16.
    let rows = unsafe Int(array.pointee.length)
    if rows > 0, let raw = unsafe array.pointee.buffers?[1] {
      let words = unsafe raw.assumingMemoryBound(to: UInt64.self) + 2 * Int(array.pointee.offset)
      values.reserveCapacity(grown(values, by: rows))
      for row in 0..<rows {
        let high = unsafe Int128(Int64(bitPattern: words[2 * row + 1]))
        values.append(high << 64 | Int128(unsafe words[2 * row]))
      }
    }
    unsafe settle(&values, filler: 0, after: array)
  }

  func finish() -> Column { column(.decimals(values, scale: scale)) }
}

final class BooleanBuilder: ValidityBuilder, ColumnBuilder {
  private var values: [Bool] = []

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    let rows = unsafe Int(array.pointee.length)
    if rows > 0, let bits = unsafe array.pointee.buffers?[1]?.assumingMemoryBound(to: UInt8.self) {
      let offset = unsafe Int(array.pointee.offset)
      for bit in offset..<offset + rows { values.append(unsafe bits[bit >> 3] & (1 << UInt8(bit & 7)) != 0) }
    }
    unsafe settle(&values, filler: false, after: array)
  }

  func finish() -> Column { column(.booleans(values)) }
}

final class DateBuilder: ValidityBuilder, ColumnBuilder {
  private let type: ArrowType
  private var values: [Int32] = []

  init(name: String, type: ArrowType) {
    self.type = type
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    if type == .date32 {
      if let buffer = unsafe buffer(array, 1, as: Int32.self) { unsafe values.append(contentsOf: buffer) }
    } else if let buffer = unsafe buffer(array, 1, as: Int64.self) {
      for row in buffer.indices {
        values.append(unsafe Int32(clamping: floorDivide(buffer[row], 86_400_000)))
      }
    }
    unsafe settle(&values, filler: 0, after: array)
  }

  func finish() -> Column { column(.dates(values)) }
}

final class TimestampBuilder: ValidityBuilder, ColumnBuilder {
  private let unit: ArrowType.TimeUnit
  private let zone: String?
  private var values: [Int64] = []

  init(name: String, unit: ArrowType.TimeUnit, zone: String?) {
    self.unit = unit
    self.zone = zone
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    if let buffer = unsafe buffer(array, 1, as: Int64.self) {
      switch unit {
      case .microseconds: unsafe values.append(contentsOf: buffer)
      case .seconds: for row in buffer.indices { values.append(unsafe clampedProduct(buffer[row], 1_000_000)) }
      case .milliseconds: for row in buffer.indices { values.append(unsafe clampedProduct(buffer[row], 1000)) }
      case .nanoseconds: for row in buffer.indices { values.append(unsafe floorDivide(buffer[row], 1000)) }
      }
    }
    unsafe settle(&values, filler: 0, after: array)
  }

  func finish() -> Column { column(.timestamps(values, zone: zone)) }
}

/// `value * factor`, or the nearest that fits: engines write "infinity" as the largest number.
private func clampedProduct(_ value: Int64, _ factor: Int64) -> Int64 {
  let (product, overflow) = value.multipliedReportingOverflow(by: factor)
  return overflow ? (value < 0 ? .min : .max) : product
}

/// `value / divisor` rounded towards minus infinity.
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}

final class TextBuilder: ValidityBuilder, ColumnBuilder {
  private let layout: ArrowType
  private var values: [String] = []

  init(name: String, layout: ArrowType) {
    self.layout = layout
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    unsafe appendTexts(array, layout, to: &values)
    unsafe settle(&values, filler: "", after: array)
  }

  func finish() -> Column { column(.texts(values)) }
}

/// Numbers that a driver writes out as text, as floats; what is no number is missing.
final class NumericTextBuilder: ValidityBuilder, ColumnBuilder {
  private var values: [Double] = []

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    var texts: [String] = []
    unsafe note(array)
    unsafe appendTexts(array, .text(.offsets32), to: &texts)
    values.append(contentsOf: texts.lazy.map { Double($0) ?? .nan })
    unsafe settle(&values, filler: .nan, after: array)
  }

  func finish() -> Column { column(.reals(values)) }
}

/// Appends the strings of `array` in any of Arrow's three layouts; missing ones as "".
private func appendTexts(_ array: UnsafePointer<ArrowArray>, _ layout: ArrowType, to values: inout [String]) {
  let rows = unsafe Int(array.pointee.length)
  let offset = unsafe Int(array.pointee.offset)
  let validity = unsafe Validity(array)
  guard rows > 0, let buffers = unsafe array.pointee.buffers, let layoutBuffer = unsafe buffers[1] else { return }
  func text(_ start: UnsafePointer<UInt8>, _ length: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
  }
  func appendOffsets<Offset: FixedWidthInteger>(_ type: Offset.Type) {
    let offsets = unsafe layoutBuffer.assumingMemoryBound(to: Offset.self) + offset
    let bytes = unsafe buffers[2]?.assumingMemoryBound(to: UInt8.self)
    for row in 0..<rows {
      let start = unsafe Int(offsets[row])
      let length = unsafe Int(offsets[row + 1]) - start
      guard length > 0, validity.isPresent(row), let bytes = unsafe bytes else {
        values.append("")
        continue
      }
      values.append(unsafe text(bytes + start, length))
    }
  }
  switch layout {
  case .text(.offsets32): appendOffsets(Int32.self)
  case .text(.offsets64): appendOffsets(Int64.self)
  default:
    // A view is 16 bytes: a 32-bit length, then up to 12 bytes of text, or 4 of prefix, buffer index and offset.
    let views = unsafe layoutBuffer + 16 * offset
    for row in 0..<rows {
      let view = unsafe views + 16 * row
      let length = unsafe Int(view.loadUnaligned(as: Int32.self))
      guard length > 0, validity.isPresent(row) else {
        values.append("")
        continue
      }
      if length <= 12 {
        values.append(unsafe text((view + 4).assumingMemoryBound(to: UInt8.self), length))
      } else {
        let index = unsafe Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self))
        let start = unsafe Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
        guard let data = unsafe buffers[2 + index] else {
          values.append("")
          continue
        }
        values.append(unsafe text(data.assumingMemoryBound(to: UInt8.self) + start, length))
      }
    }
  }
}

/// Dictionary-encoded text. A dictionary may differ from batch to batch, so codes are mapped to one list of levels.
final class CategoryBuilder: ValidityBuilder, ColumnBuilder {
  private let index: ArrowType.IntegerWidth
  private let layout: ArrowType
  private var codes: [Int32] = []
  private var levels: [String] = []
  private var codeOf: [String: Int32] = [:]

  init(name: String, index: ArrowType.IntegerWidth, levels: ArrowType) {
    self.index = index
    layout = levels
    super.init(name: name)
  }

  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe note(array)
    guard let dictionary = unsafe array.pointee.dictionary else {
      throw .unsupportedType(column: name, type: "dictionary without levels")
    }
    var batchLevels: [String] = []
    unsafe appendTexts(dictionary, layout, to: &batchLevels)
    let mapped = batchLevels.map { level in
      if let code = codeOf[level] { return code }
      let code = Int32(levels.count)
      levels.append(level)
      codeOf[level] = code
      return code
    }
    var indices: [Int64] = []
    unsafe appendIntegers(array, index, to: &indices)
    for value in indices { codes.append(mapped.indices.contains(Int(value)) ? mapped[Int(value)] : 0) }
    unsafe settle(&codes, filler: 0, after: array)
  }

  func finish() -> Column { column(.categories(codes: codes, levels: levels)) }
}

final class NullBuilder: ValidityBuilder, ColumnBuilder {
  func append(_ array: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    unsafe noteAllMissing(Int(array.pointee.length))
  }

  func finish() -> Column { column(.reals([Double](repeating: .nan, count: count))) }
}
