internal import Foundation

/// Files of plain numbers, in this machine's byte order.
enum RawFile {
  /// A file that does not hold as many numbers as it should.
  struct WrongSize: Error, CustomStringConvertible {
    var path: String
    var have: Int
    var need: Int
    var description: String { "\(path) holds \(have) bytes where the shape given asks for \(need)." }
  }

  /// The `count` doubles that the file is made of, read straight to their place: memory is measured, so nothing is
  /// held twice.
  static func doubles(_ path: String, count: Int) throws -> [Double] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let need = count * MemoryLayout<Double>.stride
    let have = Int(try file.seekToEnd())
    guard have == need else { throw WrongSize(path: path, have: have, need: need) }
    try file.seek(toOffset: 0)
    return try unsafe [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Safe: pieces are copied one behind the other, and their sum is held to the size of the buffer.
      var filled = 0
      while filled < need, let piece = try file.read(upToCount: min(need - filled, 1 << 22)), !piece.isEmpty {
        let target = UnsafeMutableRawBufferPointer(buffer)
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled..<filled + piece.count]).copyBytes(from: piece)
        filled += piece.count
      }
      guard filled == need else { throw WrongSize(path: path, have: filled, need: need) }
      initialized = count
    }
  }

  /// Writes `numbers` and nothing else.
  static func write<Number: BitwiseCopyable>(_ numbers: [Number], to path: String) throws {
    let bytes = unsafe numbers.withUnsafeBytes { unsafe Data($0) }
    try bytes.write(to: URL(fileURLWithPath: path))
  }
}
