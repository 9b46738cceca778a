import Foundation
import Reports
import Testing

/// Names that would be markup, if they were not shown as text.
@Suite struct HostileTextTests {
  static let names = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
    "</style></script></noscript><b>",
    // A quotation mark and an angle bracket with an accent on them are other characters, but end what they end.
    "\"\u{301} onclick=alert(1) x=\"\u{301}", "<\u{301}i>", "{{title}} {{{style}}} {{#cards}}", "]]>&amp;&lt;b&gt;",
    "مرحبا بالعالم", "\u{202E}live\u{202C} 👩🏽‍🚀🇩🇪", "two\nlines\r\nand\ttabs", "nul\u{0}bell\u{7}",
    "back`tick``s | pipe * star _ under [link](javascript:alert(1)) # head", String(repeating: "wide", count: 75),
  ]
  private static let allowed: Set = [
    "aria-hidden", "aria-label", "aria-labelledby", "cx", "cy", "class", "charset", "content", "data-card", "data-text",
    "data-value",
    "for", "height", "hidden", "href", "http-equiv", "html", "id", "lang", "name", "points", "r", "rel", "role",
    "scope",
    "style", "tabindex", "text-anchor", "type", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2", "autocomplete",
    "spellcheck",
  ]
  private static let elements = Set(PageReader(SampleReport().content.html()).elements.map(\.name))

  @Test(arguments: names) func `a name is text in every place of a page`(name: String) throws {
    let html = SampleReport(segments: 4, features: 5, sizes: [60], level: name, name: name).content.html()
    let page = PageReader(html)
    #expect(Set(page.elements.map(\.name)).subtracting(Self.elements).isEmpty)
    for element in page.elements {
      #expect(Set(element.attributes.keys).subtracting(Self.allowed).isEmpty, "\(element)")
    }
    // The data of the comparison and the page's own script, whole.
    #expect(page.scripts.count == 2)
    let data = try #require(page.scripts.first)
    #expect((try? JSONSerialization.jsonObject(with: Data(data.utf8))) != nil)
    let shown = String(name.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : Character($0) })
    #expect(page.text.unicodeScalars.contains(Array(shown.unicodeScalars)))
  }

  private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
  }

  @Test(arguments: names) func `a name is text in Markdown`(name: String) {
    let text = SampleReport(segments: 4, features: 5, sizes: [60], level: name, name: name).content.markdown()
    // Outside code no sign of markup stands without a backslash, but for those of the report itself.
    var isCode = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isCode.toggle()
        continue
      }
      guard !isCode else { continue }
      var previous: Character = " "
      for character in line {
        if "<`[".contains(character.unicodeScalars.first.map(Character.init) ?? " ") {
          #expect(previous == "\\", "\(line)")
        }
        previous = previous == "\\" && character == "\\" ? " " : character
      }
    }
    #expect(!isCode)
  }

  @Test(arguments: names) func `a name comes back from JSON as it was`(name: String) throws {
    let content = SampleReport(segments: 4, features: 5, sizes: [60], level: name, name: name).content
    let read = try JSONDecoder().decode(ReportContent.self, from: try content.json())
    #expect(read.title == name && read == content)
  }
}
