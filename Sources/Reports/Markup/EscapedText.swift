internal import Foundation
internal import Mustache

/// Texts of the data as texts of a page.
enum EscapedText {
  /// `text` for HTML, in elements and in attributes.
  ///
  /// Goes by Unicode scalars, not by characters: a quotation mark with an accent on it is another character, but the same
  /// end of an attribute to a browser. Control characters, which HTML does not have, become U+FFFD.
  static func html(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n": escaped.append(scalar)
      default:
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        escaped.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return String(escaped)
  }

  /// `value` as JSON that may stand inside a script element: nothing in it ends the element or begins a comment.
  static func script(_ value: some Encodable) -> Markup {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "∞", negativeInfinity: "-∞", nan: "–")
    // Cannot fail: no value of ours refuses to be encoded.
    let json = (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    var escaped = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<": escaped.append(contentsOf: "\\u003c".unicodeScalars)
      case ">": escaped.append(contentsOf: "\\u003e".unicodeScalars)
      case "&": escaped.append(contentsOf: "\\u0026".unicodeScalars)
      case "\u{2028}": escaped.append(contentsOf: "\\u2028".unicodeScalars)
      case "\u{2029}": escaped.append(contentsOf: "\\u2029".unicodeScalars)
      default: escaped.append(scalar)
      }
    }
    return Markup(trusted: String(escaped))
  }
}

/// How the template engine escapes, in every template of ours: its own way goes by characters.
struct PageContent: MustacheContentType {
  static let name = "PAGE"
  func escapeText(_ text: String) -> String { EscapedText.html(text) }
}
