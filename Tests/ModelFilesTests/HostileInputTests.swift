import Foundation
import ModelFiles
import Testing

@Suite struct `Damage` {
  @Test func `a file cut anywhere is told from a whole one`() throws {
    let bytes = try Sample.small().encoded()
    #expect(try readError(Data()) == .empty)
    let dataStart = 8 + Int(bytes[8...].prefix { $0 != 0 }.count) / 8 * 8
    for length in 1..<bytes.count {
      let error = try readError(bytes.prefix(length))
      guard case .truncated(let missing) = error else {
        Issue.record(error, "cut at \(length)")
        continue
      }
      #expect(missing > 0)
      if length < 8 { #expect(missing == 8 - length) }
      if length >= dataStart { #expect(missing == bytes.count - length) }
    }
  }

  /// None is harmless: the header's length, its every character and its padding are checked by what they mean, and the
  /// checksum covers names, shapes, card and data. (The case of hexadecimal digits in an escape would not matter, but
  /// no file written here has such an escape outside the card.)
  @Test func `no bit can flip unnoticed`() throws {
    let bytes = try Sample.small().encoded()
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        #expect(throws: ModelFileError.self, "bit \(bit) of byte \(index)") { try ModelFile(bytes: flipped) }
      }
    }
  }

  @Test func `a changed value is called damage`() throws {
    var bytes = try Sample.small().encoded()
    bytes[bytes.count - 1] ^= 0x40
    #expect(try readError(bytes) == .checksumMismatch)
  }

  @Test func `tensors that changed places are called damage`() throws {
    var file = ModelFile()
    try file.setTensor("a", Tensor(shape: [1], values: [1]))
    try file.setTensor("b", Tensor(shape: [1], values: [2]))
    let text = String(decoding: try file.encoded().dropFirst(8).dropLast(16), as: UTF8.self)
    let swapped = text.replacing("\"a\":", with: "\"c\":").replacing("\"b\":", with: "\"a\":")
      .replacing("\"c\":", with: "\"b\":")
    #expect(try readError(safetensors(swapped) + file.encoded().suffix(16)) == .checksumMismatch)
  }

  @Test(arguments: [1, 7, 8, 4096])
  func `bytes after the end are refused`(_ count: Int) throws {
    #expect(try readError(try Sample.small().encoded() + Data(count: count)) == .trailingBytes(count))
  }

  @Test(arguments: 0..<8)
  func `2000 files of random damage neither trap nor pass for whole`(_ seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let whole = try Sample.everything().encoded()
    let other = try Sample.small().encoded()
    for _ in 0..<250 {
      let damaged = mutate(whole, with: other, &random)
      guard damaged != whole, damaged != other else { continue }
      #expect(throws: ModelFileError.self) { try ModelFile(bytes: damaged) }
    }
  }

  /// The same at the level of the header's text, which random bytes seldom reach; its length is kept right.
  @Test(arguments: 0..<8)
  func `2000 headers of shuffled words neither trap nor pass for whole`(_ seed: Int) throws {
    let words = [
      "-1", "0", "8", "9223372036854775807", "9223372036854775800", "18446744073709551616", "1e3", "1.0", "[", "]", "{",
      "}",
      ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "\"F64\"", "\"F32\"", "\"dtype\"", "\"shape\"",
      "[0,0]",
      "\"n\"", " ", "{}", "\\\"", "tessera", "format",
    ]
    var random = SplitMix64(state: UInt64(100 + seed))
    let whole = try Sample.small().encoded()
    let dataBytes = 40
    let header = Array(whole.dropFirst(8).dropLast(dataBytes))
    for _ in 0..<250 {
      var text = header
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let start = Int.random(in: 0..<text.count, using: &random)
        let end = min(text.count, start + Int.random(in: 0..<8, using: &random))
        text.replaceSubrange(start..<end, with: (words.randomElement(using: &random) ?? "").utf8)
      }
      guard text != header else { continue }
      let bytes = safetensors(String(decoding: text, as: UTF8.self)) + whole.suffix(dataBytes)
      // A word may happen to replace itself, or white space be added where it means nothing.
      if let read = try? ModelFile(bytes: bytes) { #expect(try read == Sample.small()) }
    }
  }
}

@Suite struct `Files that are none of ours` {
  @Test func `a text file`() throws {
    guard case .headerLength = try readError(Data("customer_id,orders\n1,2\n".utf8)) else {
      Issue.record("a header of impossible length is the first thing wrong")
      return
    }
  }

  @Test(arguments: [100_000_001, UInt64(Int.max), UInt64.max])
  func `an absurd length of the header`(_ length: UInt64) throws {
    let first = Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
    #expect(try readError(first + Data("{}".utf8)) == .headerLength(length, limit: 100_000_000))
  }

  @Test(arguments: [
    ("", 0), ("null", 0), ("[]", 0), ("nul", 3), ("{", 1), ("{\"a\"}", 4), ("{\"a\":1,}", 7), ("{\"a\":01}", 6),
    ("{} {", 3),
    ("{\"a\":1.}", 7), ("{\"a\":1e}", 7), ("{\"a\":-}", 6), ("{\"a\":[1 2]}", 8), ("{\"a\":\"\n\"}", 6),
    ("{\"\\x\":1}", 4),
    ("{\"\\ud800\":1}", 8), ("{\"\\ud800\\u0041\":1}", 14), ("{\"\\udc00\":1}", 8), ("{\"\\u12g4\":1}", 6),
    ("{} \0", 3),
  ])
  func `a header that is not a JSON object`(_ header: String, _ byte: Int) throws {
    #expect(try readError(safetensors(header)) == .notJSON(.header, byte: byte))
  }

  @Test func `a header that is not UTF-8`() throws {
    var bytes = safetensors("{\"a\":{}}")
    bytes[10] = 0xFF
    #expect(try readError(bytes) == .notJSON(.header, byte: 3))
  }

  @Test(arguments: [
    "{}", "{\"__metadata__\":{}}", "{\"__metadata__\":{\"format\":\"pt\"}}", "{\"__metadata__\":{\"tessera\":1}}",
  ])
  func `a safetensors file of another program`(_ header: String) throws {
    #expect(try readError(safetensors(header)) == .foreign)
  }

  @Test func `keys that stand twice, however they are spelt`() throws {
    #expect(try readError(safetensors("{\"a\":1,\"\\u0061\":2}")) == .duplicateKey(.header, key: "a"))
    #expect(try readError(safetensors("{\"a\":{\"b\":1,\"b\":1}}")) == .duplicateKey(.header, key: "b"))
    let card = "{\"format\":1,\"sections\":{\"x\":[{\"y\":0,\"y\":0}]}}"
    #expect(try readError(safetensors(card: card)) == .duplicateKey(.card, key: "y"))
  }

  @Test(arguments: [257, 100_000])
  func `deep nesting`(_ depth: Int) throws {
    let deep = String(repeating: "[", count: depth)
    #expect(try readError(safetensors(deep)) == .nestedTooDeeply(.header, byte: 256))
    #expect(try readError(safetensors(card: deep)) == .nestedTooDeeply(.card, byte: 256))
    let objects = String(repeating: "{\"a\":", count: depth)
    #expect(try readError(safetensors(objects)) == .nestedTooDeeply(.header, byte: 5 * 256))
  }

  @Test(arguments: [
    "[]", "{}", "{\"format\":\"1\"}", "{\"format\":1.0}", "{\"format\":0}", "{\"format\":-1}", "{\"format\":null}",
    "{\"format\":99999999999999999999}",
  ])
  func `a card without a usable format`(_ card: String) throws {
    guard case .badCard = try readError(safetensors(card: card)) else {
      Issue.record("the card is what is wrong")
      return
    }
  }

  @Test func `a file without its checksum`() throws {
    let header = #"{"__metadata__":{"tessera":"{\"format\":1,\"sections\":{}}"}}"#
    #expect(try readError(safetensors(header)) == .noChecksum)
  }
}

@Suite struct `Layouts that lie` {
  /// A file with one tensor or more and `data` zero bytes behind the header.
  private func error(_ tensors: String, data: Int) throws -> ModelFileError {
    try readError(safetensors(card: #"{"format":1,"sections":{}}"#, tensors: tensors, data: data))
  }

  private func tensor(_ name: String = "t", type: String = "F64", shape: String = "[2]", offsets: String = "[0,16]")
    -> String
  {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test func `a layout that is right gets as far as the checksum`() throws {
    #expect(try error(tensor(), data: 16) == .checksumMismatch)
    #expect(
      try error(tensor("b", offsets: "[0,16]") + "," + tensor("a", offsets: "[16,32]"), data: 32) == .checksumMismatch)
  }

  @Test(arguments: ["F32", "I64", "BF16", "f64", ""])
  func `another type`(_ type: String) throws {
    #expect(try error(tensor(type: type), data: 16) == .tensorType("t", found: type))
  }

  @Test(arguments: [
    "[-2]", "[2.0]", "[\"2\"]", "2", "[null]", "[9223372036854775808]", "[4294967296,4294967296]",
    "[2305843009213693952]",
    "[9223372036854775807,9223372036854775807,0]", "[-1,-2]",
  ])
  func `a shape of impossible size`(_ shape: String) throws {
    #expect(try error(tensor(shape: shape), data: 16) == .badTensorShape("t"))
  }

  @Test(arguments: [
    "[]", "[0]", "[0,16,32]", "[-16,0]", "[16,0]", "[0,1e1]", "[0,9223372036854775808]", "0", "[null,16]",
  ])
  func `offsets that are none`(_ offsets: String) throws {
    #expect(try error(tensor(offsets: offsets), data: 16) == .badTensorOffsets("t"))
  }

  @Test func `bytes that do not fit the shape`() throws {
    #expect(try error(tensor(shape: "[3]"), data: 16) == .tensorSize("t", bytes: 16, needed: 24))
    #expect(try error(tensor(shape: "[]"), data: 16) == .tensorSize("t", bytes: 16, needed: 8))
    #expect(
      try error(tensor(offsets: "[0,9223372036854775807]"), data: 16)
        == .tensorSize("t", bytes: .max, needed: 16))
  }

  @Test func `gaps and overlaps`() throws {
    #expect(try error(tensor(offsets: "[8,24]"), data: 24) == .tensorMisplaced("t", at: 8, needed: 0))
    #expect(
      try error(tensor("a") + "," + tensor("b", offsets: "[8,24]"), data: 24)
        == .tensorMisplaced("b", at: 8, needed: 16))
    #expect(try error(tensor("a") + "," + tensor("b"), data: 16) == .tensorMisplaced("b", at: 0, needed: 16))
    #expect(
      try error(tensor("a") + "," + tensor("e", shape: "[0]", offsets: "[8,8]"), data: 16)
        == .tensorMisplaced("e", at: 8, needed: 16))
  }

  @Test func `more data promised than any memory holds is refused before it is taken`() throws {
    let bytes = Int.max / 8 * 8
    #expect(
      try error(tensor(shape: "[\(bytes / 8)]", offsets: "[0,\(bytes)]"), data: 16) == .truncated(missing: bytes - 16))
  }

  @Test(arguments: [
    #""t":null"#, #""t":{}"#, #""t":{"dtype":"F64","shape":[2]}"#,
    #""t":{"dtype":1,"shape":[2],"data_offsets":[0,16]}"#,
    #""t":{"dtype":"F64","shape":[2],"data_offsets":[0,16],"more":1}"#,
  ])
  func `an entry without its three fields alone`(_ entry: String) throws {
    #expect(try error(entry, data: 16) == .badTensorEntry("t"))
  }
}

/// Steele, Lea & Flood (2014), so that a case that fails comes again.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// `bytes` after one to four accidents.
private func mutate(_ bytes: Data, with other: Data, _ random: inout SplitMix64) -> Data {
  var bytes = Array(bytes)
  for _ in 0...Int.random(in: 0..<4, using: &random) {
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let end = Int.random(in: place...min(bytes.count, place + 40), using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4: bytes.replaceSubrange(place..<end, with: other.prefix(Int.random(in: 0...other.count, using: &random)))
    default: bytes[Int.random(in: 0..<8, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    if bytes.isEmpty { bytes = [0] }
  }
  return Data(bytes)
}
