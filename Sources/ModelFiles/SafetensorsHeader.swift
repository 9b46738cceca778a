import Foundation

/// The header of a safetensors file: its metadata, and where each tensor lies in the data behind it.
struct SafetensorsHeader {
  /// The bytes that hold the length of the header.
  static let lengthBytes = 8
  /// The longest header that readers of safetensors accept.
  static let maximumLength = 100_000_000
  /// The key that no tensor may have.
  static let metadataKey = "__metadata__"
  /// The name of the only type of tensor that model files hold: 64-bit floating point.
  static let dataType = "F64"

  private let text: JSONText
  private let members: [String: Range<Int>]
  private let metadata: [String: Range<Int>]

  /// Checks that `bytes` are JSON, and nothing beyond: what the members mean depends on the format of the file.
  init(_ bytes: Data) throws(ModelFileError) {
    text = try JSONText(bytes, part: .header)
    guard let members = text.members else { throw .notJSON(.header, byte: 0) }
    self.members = members
    metadata = members[Self.metadataKey].flatMap(text.object(at:)) ?? [:]
  }

  /// The string that the metadata have under `key`.
  func metadata(_ key: String) -> String? {
    metadata[key].flatMap(text.string(at:))
  }
}

// MARK: Reading the layout

extension SafetensorsHeader {
  /// Where one tensor lies.
  struct Entry {
    let name: String
    let shape: [Int]
    /// The bytes it takes, counted from the first byte behind the header.
    let place: Range<Int>
  }

  /// The tensors in the order in which they lie, which fill `dataBytes` without gap or overlap.
  func entries(filling dataBytes: Int) throws(ModelFileError) -> [Entry] {
    var entries: [Entry] = []
    for (name, place) in members.sorted(by: { precedesInUTF8($0.key, $1.key) }) where name != Self.metadataKey {
      entries.append(try entry(name, at: place))
    }
    entries.sort { ($0.place.lowerBound, $0.place.upperBound) < ($1.place.lowerBound, $1.place.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.place.lowerBound == end else {
        throw .tensorMisplaced(entry.name, at: entry.place.lowerBound, needed: end)
      }
      end = entry.place.upperBound
    }
    if end > dataBytes { throw .truncated(missing: end - dataBytes) }
    if end < dataBytes { throw .trailingBytes(dataBytes - end) }
    return entries
  }

  private func entry(_ name: String, at place: Range<Int>) throws(ModelFileError) -> Entry {
    guard let fields = text.object(at: place), Set(fields.keys) == ["dtype", "shape", "data_offsets"],
      let typePlace = fields["dtype"], let shapePlace = fields["shape"], let offsetsPlace = fields["data_offsets"]
    else { throw .badTensorEntry(name) }
    guard let type = text.string(at: typePlace) else { throw .badTensorEntry(name) }
    guard type == Self.dataType else { throw .tensorType(name, found: type) }
    guard let shape = text.integers(at: shapePlace), let count = Tensor.count(of: shape) else {
      throw .badTensorShape(name)
    }
    guard let offsets = text.integers(at: offsetsPlace), offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1]
    else { throw .badTensorOffsets(name) }
    guard offsets[1] - offsets[0] == count * Tensor.stride else {
      throw .tensorSize(name, bytes: offsets[1] - offsets[0], needed: count * Tensor.stride)
    }
    return Entry(name: name, shape: shape, place: offsets[0]..<offsets[1])
  }
}

// MARK: Writing

extension SafetensorsHeader {
  /// The length, the header and the spaces that put the data on a multiple of 8; the tensors lie in the order given.
  static func bytes(metadata: [(key: String, value: String)], tensors: [(name: String, tensor: Tensor)])
    throws(ModelFileError) -> Data
  {
    let pairs = metadata.map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
    var members = [#""\#(metadataKey)":{\#(pairs.joined(separator: ","))}"#]
    var start = 0
    for (name, tensor) in tensors {
      let end = start + tensor.values.count * Tensor.stride
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        #"\#(JSONText.quoted(name)):{"dtype":"\#(dataType)","shape":[\#(shape)],"data_offsets":[\#(start),\#(end)]}"#)
      start = end
    }
    var header = Data("{\(members.joined(separator: ","))}".utf8)
    header.append(Data(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    guard header.count <= maximumLength else { throw .headerTooLong(bytes: header.count, limit: maximumLength) }
    return littleEndianBytes(of: UInt64(header.count)) + header
  }

  /// The length that the first 8 bytes of a file of `fileBytes` bytes give to its header.
  static func length(_ first: Data, fileBytes: Int) throws(ModelFileError) -> Int {
    let length = first.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(maximumLength) else { throw .headerLength(length, limit: maximumLength) }
    let have = fileBytes - lengthBytes
    guard Int(length) <= have else { throw .truncated(missing: Int(length) - have) }
    return Int(length)
  }
}
