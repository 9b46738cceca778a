internal import CArrowADBC

/// The numeric part of a result: n x d doubles, row after row, NaN where missing.
public struct NumberBlock: Sendable, Hashable {
  /// The d columns' names.
  public let names: [String]
  /// n.
  public let rows: Int
  /// n x d values, row after row.
  public let values: [Double]
  /// The first value that is present and yet not finite, by row and column from 0.
  public let firstNotFinite: Position?

  /// A place in the block.
  public struct Position: Sendable, Hashable {
    /// From 0.
    public let row: Int
    /// From 0.
    public let column: Int
  }

  /// A block of `rows` x `names.count` values.
  public init(names: [String], rows: Int, values: [Double], firstNotFinite: Position? = nil) {
    precondition(values.count == rows * names.count, "a block of \(rows) x \(names.count) values")
    self.names = names
    self.rows = rows
    self.values = values
    self.firstNotFinite = firstNotFinite
  }
}

/// Writes each batch's numbers from the engine's buffers straight to their place in a row-major block.
final class NumberBlockBuilder {
  private let names: [String]
  private let types: [ArrowType]
  private let skipped: Int
  private var rows = 0
  private var values: [Double] = []
  private var firstNotFinite: NumberBlock.Position?

  init(_ schema: UnsafePointer<ArrowSchema>, skipping skipped: Int) throws(WarehouseError) {
    var names: [String] = []
    var types: [ArrowType] = []
    for index in skipped..<max(skipped, unsafe Int(schema.pointee.n_children)) {
      guard let child = unsafe schema.pointee.children?[index] else { continue }
      let field = unsafe ArrowField(child)
      // The codes of a dictionary are integers, but no numbers to reckon with.
      guard unsafe child.pointee.dictionary == nil else {
        throw .unsupportedType(column: field.name, type: "ENUM where a number is needed")
      }
      switch field.type {
      case .integer, .unsigned64, .float32, .float64, .boolean, .decimal128, .numericText, .null:
        types.append(field.type)
      default: throw .unsupportedType(column: field.name, type: "\(field.typeName) where a number is needed")
      }
      names.append(field.name)
    }
    self.names = names
    self.types = types
    self.skipped = skipped
  }

  func append(_ batch: UnsafePointer<ArrowArray>) throws(WarehouseError) {
    let length = unsafe Int(batch.pointee.length)
    let width = names.count
    guard length > 0 else { return }
    let needed = (rows + length) * width
    if needed > values.capacity { values.reserveCapacity(max(needed, values.capacity * 2)) }
    values.append(contentsOf: repeatElement(0, count: length * width))
    for (column, type) in types.enumerated() {
      let array = unsafe child(skipped + column, of: batch)
      unsafe fill(array, type, column: column, length: length)
    }
    rows += length
  }

  private func fill(_ array: UnsafePointer<ArrowArray>, _ type: ArrowType, column: Int, length: Int) {
    let width = names.count
    let validity = unsafe Validity(array)
    let hasMissing = validity.hasMissing
    let start = rows * width + column
    unsafe values.withUnsafeMutableBufferPointer { target in
      func place<Element>(_ element: Element.Type, _ convert: (Element) -> Double) {
        // No buffer: the driver left it out because every value is missing.
        guard let source = unsafe buffer(array, 1, as: element) else { return }
        for row in 0..<length { unsafe target[start + row * width] = convert(source[row]) }
      }
      switch type {
      case .float64: place(Double.self) { $0 }
      case .float32: place(Float.self) { Double($0) }
      case .unsigned64: place(UInt64.self) { Double($0) }
      case .integer(.signed64): place(Int64.self) { Double($0) }
      case .integer(.signed32): place(Int32.self) { Double($0) }
      case .integer(.signed16): place(Int16.self) { Double($0) }
      case .integer(.signed8): place(Int8.self) { Double($0) }
      case .integer(.unsigned8): place(UInt8.self) { Double($0) }
      case .integer(.unsigned16): place(UInt16.self) { Double($0) }
      case .integer(.unsigned32): place(UInt32.self) { Double($0) }
      case .null: for row in 0..<length { unsafe target[start + row * width] = .nan }
      default:
        // Booleans, decimals and numbers written out: rare here, so they go through their column.
        guard let builder = type == .boolean ? BooleanBuilder(name: "") as any ColumnBuilder : decimal(type),
          (try? unsafe builder.append(array)) != nil, let doubles = builder.finish().doubles
        else { return }
        for row in 0..<length { unsafe target[start + row * width] = doubles[row] }
      }
      for row in 0..<length {
        if hasMissing, !validity.isPresent(row) {
          unsafe target[start + row * width] = .nan
        } else if type != .null, unsafe !target[start + row * width].isFinite {
          let position = NumberBlock.Position(row: rows + row, column: column)
          if position.row < firstNotFinite?.row ?? .max { firstNotFinite = position }
        }
      }
    }
  }

  private func decimal(_ type: ArrowType) -> (any ColumnBuilder)? {
    if case .decimal128(let scale) = type { return DecimalBuilder(name: "", scale: scale) }
    return type == .numericText ? NumericTextBuilder(name: "") : nil
  }

  func finish() -> NumberBlock {
    NumberBlock(names: names, rows: rows, values: values, firstNotFinite: firstNotFinite)
  }
}
