/// HTML or SVG that may stand in a page as it is: made of elements, whose texts and attributes are escaped here.
public struct Markup: Sendable, Hashable {
  /// The markup.
  public let html: String

  /// What is markup already: a style sheet, say, or what an element wrote. Never a text that came from data.
  init(trusted html: String) { self.html = html }

  /// `text` as text.
  public static func text(_ text: String) -> Markup { Markup(trusted: EscapedText.html(text)) }

  /// `<name attribute="value">children</name>`, attributes in their order.
  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: Markup...)
    -> Markup
  {
    element(name, attributes, children)
  }

  static func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup])
    -> Markup
  {
    var html = "<\(name)"
    for (key, value) in attributes { html += " \(key)=\"\(EscapedText.html(value))\"" }
    html += ">"
    for child in children { html += child.html }
    return Markup(trusted: html + "</\(name)>")
  }
}
