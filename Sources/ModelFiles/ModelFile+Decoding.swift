public import Foundation

extension ModelFile {
  /// Reads the bytes of a file.
  /// - Throws: ``ModelFileError`` if they are not those of a model file, are damaged, or are of a newer format.
  public init(bytes: Data) throws(ModelFileError) {
    var rest = bytes
    try self.init(size: bytes.count) { (count) throws(ModelFileError) in
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }
  }

  /// Reads the file at `url`. Beside the tensors it takes the memory of the largest of them once more.
  /// - Throws: ``ModelFileError/inFile(path:_:)`` if it cannot be read, is not a model file, is damaged, or is of a
  ///   newer format.
  public static func read(from url: URL) throws(ModelFileError) -> ModelFile {
    do throws(ModelFileError) {
      let file = try OpenFile(url)
      return try ModelFile(size: file.size) { (count) throws(ModelFileError) in try file.take(count) }
    } catch {
      throw .inFile(path: url.path, error)
    }
  }

  /// Reads `size` bytes, of which `take` gives the next ones. Each length is checked against `size` before it is asked
  /// for.
  private init(size: Int, take: (Int) throws(ModelFileError) -> Data) throws(ModelFileError) {
    if size == 0 { throw .empty }
    if size < SafetensorsHeader.lengthBytes { throw .truncated(missing: SafetensorsHeader.lengthBytes - size) }
    let length = try SafetensorsHeader.length(take(SafetensorsHeader.lengthBytes), fileBytes: size)
    let header = try SafetensorsHeader(take(length))

    // Whatever a newer format may have changed is looked at after this.
    guard let cardText = header.metadata(Self.cardKey) else { throw .foreign }
    let card = try JSONText(cardText.utf8, part: .card)
    let format = try FileFormat(card: card)

    guard let written = header.metadata(Self.checksumKey) else { throw .noChecksum }
    var tensors: [String: Tensor] = [:]
    for entry in try header.entries(filling: size - SafetensorsHeader.lengthBytes - length) {
      tensors[entry.name] = Tensor(shape: entry.shape, bytes: try take(entry.place.count))
    }
    guard checksum(card: cardText, tensors: tensors) == written else { throw .checksumMismatch }
    for (name, tensor) in tensors { try checkTensor(tensor, name) }
    self.init(format: format.rawValue, tensors: tensors, sections: try format.sections(of: card))
  }
}
