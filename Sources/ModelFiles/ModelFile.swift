import Foundation

/// The contents of a `.tessera` file: named tensors and named JSON sections, nothing else.
///
/// It knows no segment. What a section means is the business of whoever sets it; sections that a program does not ask
/// for pass through it byte for byte. On disk it is a safetensors file, so that any reader of that format opens the
/// tensors:
///
/// ```
/// 8 bytes     length of the header, little-endian
/// header      {"__metadata__":{"tessera":CARD,"tessera.sha256":HEX},
///              NAME:{"dtype":"F64","shape":[…],"data_offsets":[…]},…} and spaces up to a multiple of 8
/// data        the tensors in the order of their names, little-endian doubles
/// ```
///
/// CARD is a JSON object, written as a string: `{"format":2,"sections":{NAME:VALUE,…}}`. HEX is the SHA-256 of the
/// content: the card, then for each tensor in the order of its name's UTF-8 bytes the name, the type `F64`, the rank,
/// each dimension and the data; every number is 8 bytes little-endian, and every piece of text is led by its length. It
/// finds damage, not forgery: whoever can change the file can compute it anew.
///
/// The same content gives the same bytes. Reading runs no code and trusts nothing: sizes, bounds, names, numbers and
/// the SHA-256 are checked, and no memory is taken that the size of the file does not warrant.
public struct ModelFile: Sendable, Hashable {
  /// The newest format that this version reads, and the one it writes.
  public static let newestFormat = FileFormat.newest.rawValue

  /// The format that the file had when it was read; the newest for one made here. Writing always uses the newest.
  public let format: Int
  private(set) var tensors: [String: Tensor]
  /// The JSON of each section.
  private(set) var sections: [String: Data]

  /// A file with nothing in it.
  public init() {
    self.init(format: Self.newestFormat, tensors: [:], sections: [:])
  }

  init(format: Int, tensors: [String: Tensor], sections: [String: Data]) {
    self.format = format
    self.tensors = tensors
    self.sections = sections
  }
}

// MARK: Tensors

extension ModelFile {
  /// The names of the tensors, in the order of their UTF-8 bytes.
  public var tensorNames: [String] { tensors.keys.sorted(by: precedesInUTF8) }

  /// The tensor called `name`.
  /// - Throws: ``ModelFileError/noTensor(_:available:)`` if there is none.
  public func tensor(_ name: String) throws(ModelFileError) -> Tensor {
    guard let tensor = tensors[name] else { throw .noTensor(name, available: tensorNames) }
    return tensor
  }

  /// Adds `tensor`, in place of an earlier one of that name.
  /// - Throws: ``ModelFileError`` if a value is not finite, or if the name is empty, holds control characters or is
  ///   `__metadata__`, which safetensors keeps for itself.
  public mutating func setTensor(_ name: String, _ tensor: Tensor) throws(ModelFileError) {
    try checkTensor(tensor, name)
    tensors[name] = tensor
  }
}

// MARK: Sections

extension ModelFile {
  /// The names of the sections, in the order of their UTF-8 bytes.
  public var sectionNames: [String] { sections.keys.sorted(by: precedesInUTF8) }

  /// The value of the section called `name`.
  /// - Throws: ``ModelFileError`` if there is none, or if it does not hold a `Value`.
  public func section<Value: Decodable>(_ name: String, as type: Value.Type) throws(ModelFileError) -> Value {
    guard let json = sections[name] else { throw .noSection(name, available: sectionNames) }
    do {
      return try JSONDecoder().decode(type, from: json)
    } catch {
      throw .sectionNotDecodable(name, reason: codingReason(error))
    }
  }

  /// Adds a section that holds `value`, in place of an earlier one of that name.
  ///
  /// Keys are sorted and doubles written with the fewest digits that read back exactly. A `Set`, and a dictionary whose
  /// keys are neither strings nor integers, encodes in an order that changes from run to run: hand over a sorted array.
  /// - Throws: ``ModelFileError`` if a number in it is not finite, if it does not encode, if it is nested more than 254
  ///   deep, or if the name is empty or holds control characters.
  public mutating func setSection(_ name: String, _ value: some Encodable) throws(ModelFileError) {
    try checkSectionName(name)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json: Data
    do {
      json = try encoder.encode(value)
    } catch EncodingError.invalidValue(let number, let context) where isNotFinite(number) {
      throw .sectionNotFinite(name, at: path(context.codingPath))
    } catch {
      throw .sectionNotEncodable(name, reason: codingReason(error))
    }
    // What this would refuse could be written but never read back.
    _ = try JSONText(json, part: .section(name), maximumDepth: JSONText.maximumDepth - FileFormat.sectionDepth)
    sections[name] = json
  }
}

// MARK: What may be in a file

/// Orders names as their UTF-8 bytes, as safetensors' own writers do.
func precedesInUTF8(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}

/// The checks of a tensor that hold for writing and for reading alike.
func checkTensor(_ tensor: Tensor, _ name: String) throws(ModelFileError) {
  guard isUsable(name), name != SafetensorsHeader.metadataKey else { throw .badTensorName(name) }
  if let index = tensor.values.firstIndex(where: { !$0.isFinite }) { throw .tensorNotFinite(name, index: index) }
}

func checkSectionName(_ name: String) throws(ModelFileError) {
  guard isUsable(name) else { throw .badSectionName(name) }
}

private func isUsable(_ name: String) -> Bool {
  !name.isEmpty && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
}

private func isNotFinite(_ number: Any) -> Bool {
  switch number {
  case let number as Double: !number.isFinite
  case let number as Float: !number.isFinite
  default: false
  }
}

// MARK: What Codable says

private func path(_ keys: [any CodingKey]) -> String {
  keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
}

/// What went wrong and where, without the value.
private func codingReason(_ error: any Error) -> String {
  switch error {
  case DecodingError.keyNotFound(let key, let context): "'\(path(context.codingPath + [key]))' is missing"
  case DecodingError.valueNotFound(let type, let context): "'\(path(context.codingPath))' is null, not a \(type)"
  case DecodingError.typeMismatch(let type, let context): "'\(path(context.codingPath))' is not a \(type)"
  case DecodingError.dataCorrupted(let context): "'\(path(context.codingPath))': \(context.debugDescription)"
  case EncodingError.invalidValue(_, let context): "'\(path(context.codingPath))': \(context.debugDescription)"
  default: error.localizedDescription
  }
}
