import Foundation
import ModelFiles
import Testing

/// A value of the kinds that sections hold.
struct Card: Codable, Hashable {
  var name: String
  var numbers: [Double]
  var counts: [String: Int]
  var note: String?
}

enum Sample {
  static let card = Card(
    name: "Grüße, \"quotes\" \\ and / slashes, 顧客\n\u{1}",
    numbers: [
      0, -0.0, 0.1, 1.0 / 3, -1e22, .pi, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
      .ulpOfOne,
    ],
    counts: ["b": 2, "a": 1, "ä": 3, "": 0], note: nil)

  /// Every rank from 0 to 3, tensors without values, names outside ASCII, doubles at the ends of their range.
  static func everything() throws -> ModelFile {
    var file = ModelFile()
    try file.setTensor("scalar", Tensor(shape: [], values: [-0.0]))
    try file.setTensor("none", Tensor(shape: [0], values: []))
    try file.setTensor("no rows", Tensor(shape: [0, 7], values: []))
    try file.setTensor(
      "extremes",
      Tensor(
        shape: [6],
        values: [
          .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude,
          -.greatestFiniteMagnitude, 1.0.nextUp,
        ]))
    try file.setTensor("Mittelwerte \"Größe\" \\ 顧客 👩‍👩‍👧", Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
    try file.setTensor("covariances", Tensor(shape: [2, 2, 2], values: [1, 0.5, 0.5, 1, 2, 0.25, 0.25, 2]))
    try file.setSection("card", card)
    try file.setSection("Personas 顧客", ["x": [1.5]])
    try file.setSection("version", "1.0")
    return file
  }

  /// A few hundred bytes with a bit of everything.
  static func small() throws -> ModelFile {
    var file = ModelFile()
    try file.setTensor("centers", Tensor(shape: [2, 2], values: [0.5, -1, 2, 1e-300]))
    try file.setTensor("n", Tensor(shape: [], values: [2]))
    try file.setTensor("none", Tensor(shape: [0, 2], values: []))
    try file.setSection("features", ["orders", "spend"])
    try file.setSection("seed", 7)
    return file
  }
}

/// The bytes of a safetensors file with any header, right or wrong.
func safetensors(_ header: String, data: Int = 0) -> Data {
  let length = UInt64(header.utf8.count)
  return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }) + Data(header.utf8) + Data(count: data)
}

/// The same with a card, a checksum that will not hold, and `tensors` as members of the header.
func safetensors(card: String, tensors: String = "", data: Int = 0) -> Data {
  let quoted = card.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  return safetensors(
    #"{"__metadata__":{"tessera":"\#(quoted)","tessera.sha256":""}\#(tensors.isEmpty ? "" : ",")\#(tensors)}"#,
    data: data)
}

/// Runs `body` with a new folder that is gone afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The names in a folder, hidden ones too.
func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// What reading `bytes` throws.
func readError(_ bytes: Data, sourceLocation: SourceLocation = #_sourceLocation) throws -> ModelFileError {
  try #require(throws: ModelFileError.self, sourceLocation: sourceLocation) { try ModelFile(bytes: bytes) }
}
