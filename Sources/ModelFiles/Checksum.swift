import Digests
import Foundation

/// The SHA-256 of a file's content, in lowercase hexadecimal digits; ``ModelFile`` says what it covers.
func checksum(card: String, tensors: [String: Tensor]) -> String {
  var hash = SHA256()
  hash.update(text: card)
  for (name, tensor) in tensors.sorted(by: { precedesInUTF8($0.key, $1.key) }) {
    hash.update(text: name)
    hash.update(text: SafetensorsHeader.dataType)
    hash.update(number: tensor.shape.count)
    for length in tensor.shape { hash.update(number: length) }
    tensor.update(&hash)
  }
  return hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

extension SHA256 {
  fileprivate mutating func update(text: String) {
    update(number: text.utf8.count)
    update(Data(text.utf8))
  }

  fileprivate mutating func update(number: Int) {
    update(littleEndianBytes(of: UInt64(number)))
  }
}

/// The 8 bytes of `number`, the least first.
func littleEndianBytes(of number: UInt64) -> Data {
  Data((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
}
