/// Why a model file could not be made, written or read.
public indirect enum ModelFileError: Error, Hashable, Sendable {
  /// What is wrong with the file at `path`.
  case inFile(path: String, ModelFileError)

  // MARK: The place

  /// There is no file to read.
  case noSuchFile
  /// There is no folder to write into.
  case noFolder
  /// A folder stands where a file is needed.
  case isFolder
  /// A device, a pipe or a socket stands where a file is needed.
  case notAFile
  /// The user may not read or write there.
  case noPermission
  /// The disk, the quota or the largest size of a file is used up.
  case noSpace
  /// The system refused to read, in its words.
  case cannotRead(reason: String)
  /// The system refused to write, in its words.
  case cannotWrite(reason: String)

  // MARK: The container

  /// The file has no bytes.
  case empty
  /// The file ends `missing` bytes too early.
  case truncated(missing: Int)
  /// That many bytes follow the last tensor.
  case trailingBytes(Int)
  /// The first 8 bytes, which give the length of the header, exceed `limit`.
  case headerLength(UInt64, limit: Int)
  /// A part of the file is not valid JSON, from its byte number `byte` (from 0) on.
  case notJSON(Part, byte: Int)
  /// A key stands twice in one object.
  case duplicateKey(Part, key: String)
  /// Objects and arrays stand too deep in each other.
  case nestedTooDeeply(Part, byte: Int)
  /// A safetensors file without the key `tessera` in its metadata.
  case foreign
  /// The file has a format that this version does not know yet.
  case newerFormat(Int, newest: Int)
  /// The card is not what its format asks for.
  case badCard(String)
  /// The metadata have no SHA-256.
  case noChecksum
  /// The SHA-256 of the content is not the one written with it.
  case checksumMismatch

  // MARK: Tensors as they lie in the file

  /// A tensor of the header has not exactly the fields `dtype`, `shape` and `data_offsets`.
  case badTensorEntry(String)
  /// A tensor is not of 64-bit floating point.
  case tensorType(String, found: String)
  /// A dimension is not a non-negative integer, or their product exceeds what any memory holds.
  case badTensorShape(String)
  /// The offsets are not two non-negative integers in ascending order.
  case badTensorOffsets(String)
  /// The offsets leave `bytes` bytes for a shape that needs `needed`.
  case tensorSize(String, bytes: Int, needed: Int)
  /// A tensor does not begin where the one before it ends: there is a gap, or they overlap.
  case tensorMisplaced(String, at: Int, needed: Int)

  // MARK: Tensors and sections as they are set and asked for

  /// The name of a tensor is empty, holds control characters or is `__metadata__`.
  case badTensorName(String)
  /// The value of a tensor at `index` (from 0, flat) is not finite.
  case tensorNotFinite(String, index: Int)
  /// There is no tensor of that name.
  case noTensor(String, available: [String])
  /// The name of a section is empty or holds control characters.
  case badSectionName(String)
  /// The number of a section at the path `at` is not finite.
  case sectionNotFinite(String, at: String)
  /// The value of a section does not encode.
  case sectionNotEncodable(String, reason: String)
  /// A section does not hold the type asked for.
  case sectionNotDecodable(String, reason: String)
  /// There is no section of that name.
  case noSection(String, available: [String])
  /// The sections and the list of tensors together make too long a header.
  case headerTooLong(bytes: Int, limit: Int)

  /// The pieces of JSON in a model file.
  public enum Part: Hashable, Sendable {
    /// The header of the safetensors file.
    case header
    /// The card: the string `tessera` of the metadata.
    case card
    /// One section of the card.
    case section(String)
  }

  /// The error without the path of the file.
  public var cause: ModelFileError {
    if case .inFile(_, let cause) = self { cause.cause } else { self }
  }
}

// MARK: Messages

extension ModelFileError: CustomStringConvertible {
  /// What was found, what is needed and what to try.
  public var description: String {
    switch self {
    case .inFile(let path, let cause): "\(plain(path)): \(cause)"

    case .noSuchFile: "there is no such file. Check the path."
    case .noFolder: "there is no folder of that name to write into. Make it first, or choose another."
    case .isFolder: "this is a folder, but a file is needed. Add the file's name to the path."
    case .notAFile: "this is a device, a pipe or a socket, but a regular file is needed. Choose another path."
    case .noPermission: "permission denied. Change the permissions of the file or its folder, or choose another path."
    case .noSpace: "no space left. Free some, raise the limit or choose another disk; an older file there is unchanged."
    case .cannotRead(let reason): "cannot be read: \(reason) Check the disk, or try a copy."
    case .cannotWrite(let reason): "cannot be written: \(reason) Choose another path; an older file there is unchanged."

    case .empty: "the file is empty. \(Self.copyAgain)"
    case .truncated(let missing): "the file ends \(missing) bytes too early. \(Self.copyAgain)"
    case .trailingBytes(let count): "\(count) bytes follow the last tensor, where the file must end. \(Self.copyAgain)"
    case .headerLength(let length, let limit):
      "this is no model file: it does not begin as one, with a header of at most \(limit) bytes (its first 8 bytes say "
        + "\(length)). "
        + Self.giveModel
    case .notJSON(let part, let byte): "\(part) is not valid JSON at byte \(byte). \(Self.giveModel)"
    case .duplicateKey(let part, let key): "\(part) has the key \(shown(key)) twice in one object. \(Self.giveModel)"
    case .nestedTooDeeply(let part, let byte):
      "\(part) nests objects and arrays too deeply at byte \(byte): \(JSONText.maximumDepth) levels is the most a file"
        + " may have. Store deep structures as flat lists."
    case .foreign: "this is a safetensors file, but its metadata have no key 'tessera'. \(Self.giveModel)"
    case .newerFormat(let format, let newest):
      "was written by a newer Tessera (format \(format); this one reads up to \(newest)): update Tessera."
    case .badCard(let reason): "its card (the key 'tessera' of the metadata) is wrong: \(reason). \(Self.giveModel)"
    case .noChecksum: "its metadata have no key 'tessera.sha256', so nothing shows that it is whole. \(Self.copyAgain)"
    case .checksumMismatch: "its content does not match its SHA-256: the file was damaged or changed. \(Self.copyAgain)"

    case .badTensorEntry(let name):
      "tensor \(shown(name)) needs the fields dtype, shape and data_offsets, and no others. \(Self.copyAgain)"
    case .tensorType(let name, let found):
      "tensor \(shown(name)) is of type \(shown(found)), but model files hold F64 alone. Convert it to float64."
    case .badTensorShape(let name):
      "the shape of tensor \(shown(name)) is not a list of non-negative integers of a possible size. \(Self.copyAgain)"
    case .badTensorOffsets(let name):
      "the offsets of tensor \(shown(name)) are not two ascending non-negative integers. \(Self.copyAgain)"
    case .tensorSize(let name, let bytes, let needed):
      "tensor \(shown(name)) has \(bytes) bytes, but its shape needs \(needed). \(Self.copyAgain)"
    case .tensorMisplaced(let name, let place, let needed):
      "tensor \(shown(name)) begins at byte \(place) of the data, but must at \(needed). \(Self.copyAgain)"

    case .badTensorName(let name):
      "\(shown(name)) cannot name a tensor. Use a name that is not empty, not __metadata__, without control characters."
    case .tensorNotFinite(let name, let index):
      "value \(index + 1) of tensor \(shown(name)) is not finite. Models hold finite numbers only: train again."
    case .noTensor(let name, let available): "there is no tensor \(shown(name)). There are: \(list(available))."
    case .badSectionName(let name):
      "\(shown(name)) cannot name a section. Use a name that is not empty, without control characters."
    case .sectionNotFinite(let name, let path):
      "the number \(shown(path)) of section \(shown(name)) is not finite. Models hold finite numbers only: train again."
    case .sectionNotEncodable(let name, let reason):
      "section \(shown(name)) cannot be written as JSON: \(plain(reason))."
    case .sectionNotDecodable(let name, let reason):
      "section \(shown(name)) is not what this version needs: \(plain(reason)). Train the model again."
    case .noSection(let name, let available): "there is no section \(shown(name)). There are: \(list(available))."
    case .headerTooLong(let bytes, let limit):
      "the sections and the list of tensors take \(bytes) bytes; \(limit) is the most. Move numbers into tensors."
    }
  }

  private static let copyAgain = "Copy the file again, or train the model again."
  private static let giveModel = "Give a model file that Tessera wrote."
}

extension ModelFileError.Part: CustomStringConvertible {
  /// The part with its article.
  public var description: String {
    switch self {
    case .header: "the header"
    case .card: "the card"
    case .section(let name): "section \(shown(name))"
    }
  }
}

/// `text` in quotes, cut if it is long. A file may name its parts so as to deceive a terminal.
private func shown(_ text: String) -> String {
  "'\(plain(String(text.prefix(80))))\(text.count > 80 ? "…" : "")'"
}

/// `text` without control characters.
private func plain(_ text: String) -> String {
  var plain = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: plain += scalar.escaped(asASCII: true)
    default: plain.unicodeScalars.append(scalar)
    }
  }
  return plain
}

private func list(_ names: [String]) -> String {
  if names.isEmpty { return "none" }
  return names.prefix(10).map(shown).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
}
