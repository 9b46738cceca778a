import Digests
import Foundation
import Testing

/// The examples that NIST publishes with FIPS 180-4.
@Suite struct SHA256Tests {
  private static let examples: [(message: String, digest: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  private func hexadecimal(_ bytes: Data) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  @Test func publishedExamples() {
    for (message, digest) in Self.examples {
      #expect(hexadecimal(SHA256.digest(of: Data(message.utf8))) == digest)
    }
  }

  @Test(arguments: [1, 7, 64, 100, 999_983])
  func piecesOfAnyLengthGiveTheSame(length: Int) {
    for (message, digest) in Self.examples where length > 50 || message.utf8.count < 100 {
      let bytes = Data(message.utf8)
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: length) {
        hash.update(bytes[start..<min(bytes.count, start + length)])
      }
      #expect(hexadecimal(hash.finalize()) == digest)
    }
  }
}
