/// A page as a browser reads it, as far as tests ask: elements with their attributes, and texts, in their order.
///
/// Goes by Unicode scalars, as browsers do.
struct PageReader {
  struct Element {
    let name: String
    let attributes: [String: String]
    let isEnd: Bool
  }

  private(set) var elements: [Element] = []
  /// What stands between elements, but for style and script.
  private(set) var text = ""
  /// What stands in script elements, by their order.
  private(set) var scripts: [String] = []

  init(_ html: String) {
    let scalars = Array(html.unicodeScalars)
    var place = 0
    func isName(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && scalar.properties.isAlphabetic }
    while place < scalars.count {
      guard scalars[place] == "<", place + 1 < scalars.count,
        isName(scalars[place + 1]) || scalars[place + 1] == "/" || scalars[place + 1] == "!"
      else {
        text.unicodeScalars.append(scalars[place])
        place += 1
        continue
      }
      let element = PageReader.element(scalars, &place)
      elements.append(element)
      guard !element.isEnd, element.name == "script" || element.name == "style" else { continue }
      // Nothing but its own end tag ends it.
      let end = Array("</\(element.name)".unicodeScalars)
      var content = String.UnicodeScalarView()
      while place < scalars.count, !scalars[place...].starts(with: end, by: { lowered($0) == $1 }) {
        content.append(scalars[place])
        place += 1
      }
      if element.name == "script" { scripts.append(String(content)) }
    }
    text = PageReader.unescaped(text)
    func lowered(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
      scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    }
  }

  private static func element(_ scalars: [Unicode.Scalar], _ place: inout Int) -> Element {
    place += 1
    let isEnd = scalars[place] == "/"
    if isEnd { place += 1 }
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\n" || scalar == "\t" }
    func word(until stops: Set<Unicode.Scalar>) -> String {
      var word = String.UnicodeScalarView()
      while place < scalars.count, !isSpace(scalars[place]), !stops.contains(scalars[place]) {
        word.append(scalars[place])
        place += 1
      }
      return String(word)
    }
    let name = word(until: [">"]).lowercased()
    var attributes: [String: String] = [:]
    while place < scalars.count, scalars[place] != ">" {
      guard !isSpace(scalars[place]) else {
        place += 1
        continue
      }
      let key = word(until: ["=", ">"]).lowercased()
      var value = ""
      if place < scalars.count, scalars[place] == "=" {
        place += 1
        if scalars[place] == "\"" {
          place += 1
          var found = String.UnicodeScalarView()
          while place < scalars.count, scalars[place] != "\"" {
            found.append(scalars[place])
            place += 1
          }
          value = unescaped(String(found))
        } else {
          value = word(until: [">"])
        }
      }
      if place < scalars.count, scalars[place] == "\"" { place += 1 }
      attributes[key] = value
    }
    place += 1
    return Element(name: name, attributes: attributes, isEnd: isEnd)
  }

  /// Character references by what they stand for; by scalars, as an accent may follow one.
  static func unescaped(_ text: String) -> String {
    let known: [String: Unicode.Scalar] = ["lt": "<", "gt": ">", "quot": "\"", "#39": "'", "amp": "&"]
    var found = String.UnicodeScalarView()
    let parts = text.unicodeScalars.split(separator: "&", omittingEmptySubsequences: false)
    found.append(contentsOf: parts[0])
    for part in parts.dropFirst() {
      if let end = part.firstIndex(of: ";"), let scalar = known[String(part[..<end])] {
        found.append(scalar)
        found.append(contentsOf: part[part.index(after: end)...])
      } else {
        found.append("&")
        found.append(contentsOf: part)
      }
    }
    return String(found)
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name && !$0.isEnd } }
}
