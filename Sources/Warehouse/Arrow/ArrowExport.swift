internal import CArrowADBC
import Foundation

/// `table` as an Arrow stream of one batch, for an engine to load.
///
/// The stream owns copies of everything; whoever receives it calls its `release`, as the C stream interface demands.
func makeArrowStream(_ table: Table) -> ArrowArrayStream {
  var stream = unsafe ArrowArrayStream()
  unsafe stream.private_data = unsafe Unmanaged.passRetained(StreamSource(table)).toOpaque()
  unsafe stream.get_schema = { stream, out in
    guard let source = unsafe StreamSource.of(stream), let out = unsafe out else { return EINVAL }
    unsafe out.pointee = unsafe exportSchema(source.table)
    return 0
  }
  unsafe stream.get_next = { stream, out in
    guard let source = unsafe StreamSource.of(stream), let out = unsafe out else { return EINVAL }
    unsafe out.pointee = unsafe source.isDone ? ArrowArray() : exportBatch(source.table)
    source.isDone = true
    return 0
  }
  unsafe stream.get_last_error = { _ in nil }
  unsafe stream.release = { stream in
    guard let stream = unsafe stream, let opaque = unsafe stream.pointee.private_data else { return }
    unsafe Unmanaged<StreamSource>.fromOpaque(opaque).release()
    unsafe stream.pointee.private_data = nil
    unsafe stream.pointee.release = nil
  }
  return unsafe stream
}

private final class StreamSource {
  let table: Table
  var isDone = false

  init(_ table: Table) { self.table = table }

  static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> StreamSource? {
    guard let opaque = unsafe stream?.pointee.private_data else { return nil }
    return unsafe Unmanaged<StreamSource>.fromOpaque(opaque).takeUnretainedValue()
  }
}

// MARK: Schema

private func exportSchema(_ table: Table) -> ArrowSchema {
  let children = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(
    capacity: max(1, table.columns.count))
  for (index, column) in table.columns.enumerated() {
    let child = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    unsafe child.initialize(to: makeSchema(format: exportFormat(column.values), name: column.name))
    unsafe children[index] = child
  }
  var schema = unsafe makeSchema(format: "+s", name: "")
  unsafe schema.n_children = Int64(table.columns.count)
  unsafe schema.children = children
  return unsafe schema
}

private func makeSchema(format: String, name: String) -> ArrowSchema {
  var schema = unsafe ArrowSchema()
  unsafe schema.format = unsafe UnsafePointer(strdup(format))
  unsafe schema.name = unsafe UnsafePointer(strdup(name))
  unsafe schema.flags = Int64(TESSERA_ARROW_FLAG_NULLABLE)
  unsafe schema.release = { schema in
    guard let schema = unsafe schema else { return }
    unsafe free(UnsafeMutableRawPointer(mutating: schema.pointee.format))
    unsafe free(UnsafeMutableRawPointer(mutating: schema.pointee.name))
    for index in 0..<(unsafe Int(schema.pointee.n_children)) {
      guard let child = unsafe schema.pointee.children?[index] else { continue }
      // A consumer may have taken a child over and released it itself.
      if let release = unsafe child.pointee.release { unsafe release(child) }
      unsafe child.deallocate()
    }
    unsafe schema.pointee.children?.deallocate()
    unsafe schema.pointee.release = nil
  }
  return unsafe schema
}

private func exportFormat(_ values: ColumnValues) -> String {
  switch values {
  case .integers: "l"
  case .reals: "g"
  case .decimals(_, let scale): "d:38,\(scale)"
  case .booleans: "b"
  case .dates: "tdD"
  case .timestamps(_, let zone): "tsu:\(zone ?? "")"
  case .texts, .categories: "U"
  }
}

// MARK: Batch

private func exportBatch(_ table: Table) -> ArrowArray {
  let children = UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>.allocate(capacity: max(1, table.columns.count))
  for (index, column) in table.columns.enumerated() {
    let child = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
    unsafe child.initialize(to: exportColumn(column))
    unsafe children[index] = child
  }
  var batch = unsafe makeArray(length: table.rowCount, nullCount: 0, buffers: nil)
  unsafe batch.n_children = Int64(table.columns.count)
  unsafe batch.children = children
  return unsafe batch
}

/// An array that owns `buffers` (each made by `malloc`, or nil) and frees them on release.
private func makeArray(length: Int, nullCount: Int, buffers: UnsafeMutableRawPointer?...) -> ArrowArray {
  let list = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: unsafe buffers.count)
  for index in unsafe buffers.indices { unsafe list[index] = unsafe UnsafeRawPointer(buffers[index]) }
  var array = unsafe ArrowArray()
  unsafe array.length = Int64(length)
  unsafe array.null_count = Int64(nullCount)
  unsafe array.n_buffers = Int64(buffers.count)
  unsafe array.buffers = list
  unsafe array.release = { array in
    guard let array = unsafe array else { return }
    for index in 0..<(unsafe Int(array.pointee.n_buffers)) {
      unsafe free(UnsafeMutableRawPointer(mutating: array.pointee.buffers?[index]))
    }
    unsafe array.pointee.buffers?.deallocate()
    for index in 0..<(unsafe Int(array.pointee.n_children)) {
      guard let child = unsafe array.pointee.children?[index] else { continue }
      if let release = unsafe child.pointee.release { unsafe release(child) }
      unsafe child.deallocate()
    }
    unsafe array.pointee.children?.deallocate()
    unsafe array.pointee.release = nil
  }
  return unsafe array
}

private func exportColumn(_ column: Column) -> ArrowArray {
  let validity: UnsafeMutableRawPointer? =
    if let missing = column.missing { unsafe bitmap(missing.map { !$0 }) } else { nil }
  let nulls = column.missingCount
  func fixed<Element>(_ values: [Element]) -> ArrowArray {
    unsafe makeArray(length: values.count, nullCount: nulls, buffers: validity, copy(values))
  }
  switch column.values {
  case .integers(let values): return unsafe fixed(values)
  case .reals(let values): return unsafe fixed(values)
  case .decimals(let values, _): return unsafe fixed(values)
  case .booleans(let values):
    return unsafe makeArray(length: values.count, nullCount: nulls, buffers: validity, bitmap(values))
  case .dates(let values): return unsafe fixed(values)
  case .timestamps(let values, _): return unsafe fixed(values)
  case .texts(let values): return unsafe exportTexts(values, validity, nulls)
  case .categories(let codes, let levels):
    return unsafe exportTexts(codes.map { levels.isEmpty ? "" : levels[Int($0)] }, validity, nulls)
  }
}

private func exportTexts(_ values: [String], _ validity: UnsafeMutableRawPointer?, _ nulls: Int) -> ArrowArray {
  var offsets: [Int64] = [0]
  offsets.reserveCapacity(values.count + 1)
  var bytes: [UInt8] = []
  for value in values {
    bytes.append(contentsOf: value.utf8)
    offsets.append(Int64(bytes.count))
  }
  return unsafe makeArray(length: values.count, nullCount: nulls, buffers: validity, copy(offsets), copy(bytes))
}

private func copy<Element>(_ values: [Element]) -> UnsafeMutableRawPointer {
  let size = values.count * MemoryLayout<Element>.stride
  guard let target = unsafe malloc(max(16, size)) else { preconditionFailure("no memory for \(size) bytes") }
  unsafe values.withUnsafeBytes { source in
    if let start = source.baseAddress, size > 0 { unsafe memcpy(target, start, size) }
  }
  return unsafe target
}

private func bitmap(_ flags: [Bool]) -> UnsafeMutableRawPointer {
  var bytes = [UInt8](repeating: 0, count: (flags.count + 7) / 8)
  for index in flags.indices where flags[index] { bytes[index >> 3] |= 1 << UInt8(index & 7) }
  return unsafe copy(bytes)
}
