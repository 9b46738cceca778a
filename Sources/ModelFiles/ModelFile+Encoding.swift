public import Foundation

extension ModelFile {
  static let cardKey = "tessera"
  static let checksumKey = "tessera.sha256"

  /// The bytes of the file; the same content gives the same bytes. Takes as much memory again as the tensors do.
  /// - Throws: ``ModelFileError/headerTooLong(bytes:limit:)`` if the sections are too large.
  public func encoded() throws(ModelFileError) -> Data {
    let card = FileFormat.card(sections: sections)
    let sorted = tensors.sorted { precedesInUTF8($0.key, $1.key) }.map { (name: $0.key, tensor: $0.value) }
    let header = try SafetensorsHeader.bytes(
      metadata: [(Self.cardKey, card), (Self.checksumKey, checksum(card: card, tensors: tensors))], tensors: sorted)
    var bytes = Data(capacity: sorted.reduce(header.count) { $0 + $1.tensor.values.count * Tensor.stride })
    bytes.append(header)
    for (_, tensor) in sorted { tensor.append(to: &bytes) }
    return bytes
  }

  /// Writes the file at `url`, whole or not at all.
  ///
  /// The bytes go to a hidden file beside the target, reach the disk, and then take the target's name: whoever reads
  /// sees the old file or the new one. An old file keeps its permissions; a link keeps pointing to the file replaced.
  /// - Throws: ``ModelFileError/inFile(path:_:)``. The hidden file is then gone and an old file as it was.
  public func write(to url: URL) throws(ModelFileError) {
    do throws(ModelFileError) {
      try replaceFile(at: url, with: try encoded())
    } catch {
      throw .inFile(path: url.path, error)
    }
  }
}
