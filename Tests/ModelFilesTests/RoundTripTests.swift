import Foundation
import ModelFiles
import Testing

@Suite struct `Round trip` {
  @Test func `what is written is read, bit for bit`() throws {
    let file = try Sample.everything()
    let read = try ModelFile(bytes: try file.encoded())
    #expect(read == file)
    #expect(read.format == ModelFile.newestFormat)
    for name in file.tensorNames {
      let (before, after) = (try file.tensor(name), try read.tensor(name))
      #expect(after.shape == before.shape)
      #expect(after.values.map(\.bitPattern) == before.values.map(\.bitPattern))
    }
    let card = try read.section("card", as: Card.self)
    #expect(card == Sample.card)
    #expect(card.numbers.map(\.bitPattern) == Sample.card.numbers.map(\.bitPattern))
    #expect(try read.section("version", as: String.self) == "1.0")
  }

  @Test func `a file on disk is read as it was written`() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("modèle 顧客.tessera")
      let file = try Sample.everything()
      try file.write(to: url)
      #expect(try ModelFile.read(from: url) == file)
      #expect(try Data(contentsOf: url) == file.encoded())
      #expect(try names(in: folder).count == 1)
    }
  }

  @Test func `an empty file round trips`() throws {
    let file = ModelFile()
    #expect(try ModelFile(bytes: file.encoded()) == file)
    #expect(file.tensorNames.isEmpty && file.sectionNames.isEmpty)
  }

  @Test func `bytes may be a slice that does not start at 0`() throws {
    let file = try Sample.small()
    #expect(try ModelFile(bytes: (Data([1, 2, 3]) + file.encoded()).dropFirst(3)) == file)
  }

  @Test func `the order of adding and what was replaced leave no trace in the bytes`() throws {
    var first = ModelFile()
    try first.setTensor("a", Tensor(shape: [1], values: [1]))
    try first.setTensor("b", Tensor(shape: [2], values: [2, 3]))
    try first.setSection("x", ["q": 1, "p": 2])
    try first.setSection("y", true)
    var second = ModelFile()
    try second.setSection("y", false)
    try second.setSection("y", true)
    try second.setSection("x", ["p": 2, "q": 1])
    try second.setTensor("b", Tensor(shape: [1], values: [0]))
    try second.setTensor("b", Tensor(shape: [2], values: [2, 3]))
    try second.setTensor("a", Tensor(shape: [1], values: [1]))
    #expect(try first.encoded() == second.encoded())
  }

  @Test func `read and written again, the bytes are the same`() throws {
    let bytes = try Sample.everything().encoded()
    #expect(try ModelFile(bytes: bytes).encoded() == bytes)
  }

  @Test func `data begin at a multiple of 8`() throws {
    for length in 1...9 {
      var file = ModelFile()
      try file.setTensor(String(repeating: "n", count: length), Tensor(shape: [], values: [1]))
      #expect(try file.encoded().count % 8 == 0)
    }
  }

  @Test func `names are listed in the order of their bytes`() throws {
    var file = ModelFile()
    for name in ["b", "é", "a", "Z"] {
      try file.setTensor(name, Tensor(shape: [], values: [0]))
      try file.setSection(name, 0)
    }
    #expect(file.tensorNames == ["Z", "a", "b", "é"])
    #expect(file.sectionNames == ["Z", "a", "b", "é"])
  }

  @Test func `a tensor or section that is not there is answered with those that are`() throws {
    let file = try Sample.small()
    #expect(throws: ModelFileError.noTensor("center", available: ["centers", "n", "none"])) {
      try file.tensor("center")
    }
    let error = try #require(throws: ModelFileError.self) { try file.section("tree", as: Int.self) }
    #expect("\(error)" == "there is no section 'tree'. There are: 'features', 'seed'.")
  }

  @Test func `a section of another type says where it differs`() throws {
    var file = ModelFile()
    try file.setSection("card", ["name": "x"])
    let error = try #require(throws: ModelFileError.self) { try file.section("card", as: Card.self) }
    #expect(error == .sectionNotDecodable("card", reason: "'numbers' is missing"))
  }
}

@Suite struct `What may not be put in` {
  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a number that is not finite`(_ number: Double) {
    var file = ModelFile()
    #expect(throws: ModelFileError.tensorNotFinite("t", index: 1)) {
      try file.setTensor("t", Tensor(shape: [2], values: [0, number]))
    }
    #expect(throws: ModelFileError.sectionNotFinite("metrics", at: "bic.[1]")) {
      try file.setSection("metrics", ["bic": [1, number]])
    }
    #expect(throws: ModelFileError.sectionNotFinite("metrics", at: "[0]")) {
      try file.setSection("metrics", [Float(number)])
    }
    #expect(file == ModelFile())
  }

  @Test(arguments: ["", "a\nb", "\u{1B}[31m", "\u{7F}", "\0"])
  func `a name that is empty or holds control characters`(_ name: String) {
    var file = ModelFile()
    #expect(throws: ModelFileError.badTensorName(name)) { try file.setTensor(name, Tensor(shape: [], values: [0])) }
    #expect(throws: ModelFileError.badSectionName(name)) { try file.setSection(name, 0) }
  }

  @Test func `a tensor called as the metadata`() {
    var file = ModelFile()
    #expect(throws: ModelFileError.badTensorName("__metadata__")) {
      try file.setTensor("__metadata__", Tensor(shape: [], values: [0]))
    }
  }

  @Test func `a value that nests more deeply than a reader accepts`() throws {
    struct Chain: Codable, Equatable {
      var next: [Chain] = []
      init(length: Int) { next = length > 1 ? [Chain(length: length - 1)] : [] }
    }
    var file = ModelFile()
    try file.setSection("chain", Chain(length: 127))
    #expect(try ModelFile(bytes: file.encoded()).section("chain", as: Chain.self) == Chain(length: 127))
    let error = try #require(throws: ModelFileError.self) { try file.setSection("chain", Chain(length: 128)) }
    guard case .nestedTooDeeply(.section("chain"), _) = error else {
      Issue.record(error)
      return
    }
  }

  @Test func `a value that does not encode`() throws {
    struct Stubborn: Encodable {
      func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "it will not"))
      }
    }
    var file = ModelFile()
    #expect(throws: ModelFileError.sectionNotEncodable("s", reason: "'': it will not")) {
      try file.setSection("s", Stubborn())
    }
  }
}
