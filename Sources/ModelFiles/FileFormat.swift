import Foundation

/// The layouts of the card that this version reads.
///
/// What every format keeps, so that any version can tell how new a file is: a safetensors header whose metadata has the
/// string `tessera`, and in it a JSON object, nested at most ``JSONText/maximumDepth`` deep, with the integer `format`.
/// All else may change with a new case here; each `switch` over the format then asks how a file of the older one
/// becomes what today's ``ModelFile`` holds.
enum FileFormat: Int, CaseIterable {
  case one = 1
  /// As one; its sections may hold a tree of segments, which versions that read no more than one do not know.
  case two = 2

  static let newest = Self.two

  /// The objects of the card around a section.
  static let sectionDepth = 2

  /// The format that `card` says it has.
  init(card: JSONText) throws(ModelFileError) {
    guard let members = card.members else { throw .badCard("it is not an object") }
    guard let place = members["format"] else { throw .badCard("it has no 'format'") }
    guard let number = card.integer(at: place), number >= 1 else {
      throw .badCard("its 'format' is not a positive integer")
    }
    guard number <= Self.newest.rawValue else { throw .newerFormat(number, newest: Self.newest.rawValue) }
    guard let format = Self(rawValue: number) else { throw .badCard("there never was a format \(number)") }
    self = format
  }

  /// The JSON of each section of `card`.
  func sections(of card: JSONText) throws(ModelFileError) -> [String: Data] {
    switch self {
    case .one, .two:
      guard let members = card.members, Set(members.keys) == ["format", "sections"],
        let place = members["sections"], let sections = card.object(at: place)
      else { throw .badCard("it is not an object of 'format' and the object 'sections', and nothing else") }
      for name in sections.keys { try checkSectionName(name) }
      return sections.mapValues { Data(card.bytes[$0]) }
    }
  }

  /// The card of the newest format, around the JSON of each section.
  static func card(sections: [String: Data]) -> String {
    let members = sections.sorted { precedesInUTF8($0.key, $1.key) }
      .map { name, json in JSONText.quoted(name) + ":" + String(decoding: json, as: UTF8.self) }
    return #"{"format":\#(newest.rawValue),"sections":{\#(members.joined(separator: ","))}}"#
  }
}
