import Foundation
import Reports
import Testing

/// The page as a whole: what is in it, that it needs nothing else, and how a screen reader meets it.
@Suite struct PageTests {
  private static let html = SampleReport().content.html()
  private static let page = PageReader(html)

  @Test func `a page tells every part, and lists it at the top`() {
    for part in ["overview", "found", "segments", "compare", "overlap", "predictions", "value", "quality", "method"] {
      #expect(Self.page.all("section").contains { $0.attributes["id"] == part }, "\(part)")
      #expect(Self.page.all("a").contains { $0.attributes["href"] == "#\(part)" }, "\(part)")
    }
    #expect(Self.page.all("article").count == 9)
  }

  @Test func `parts without anything to tell are left out`() {
    let content = ReportContent(
      title: "bare", madeBy: "Tessera", everybody: 100,
      segments: [
        ReportSegment(path: "1", name: "one", macro: 1, isMacro: false, customers: 60),
        ReportSegment(path: "2", name: "two", macro: 2, isMacro: false, customers: 40),
      ], found: ReportFound(sentences: ["Two."]))
    let page = PageReader(content.html())
    #expect(page.all("section").compactMap { $0.attributes["id"] } == ["overview", "found", "quality", "method"])
    let places = Set(page.elements.compactMap { $0.attributes["id"] })
    for link in page.all("a").compactMap({ $0.attributes["href"] }) {
      #expect(places.contains(String(link.dropFirst())), "\(link)")
    }
  }

  @Test func `a page asks for nothing outside itself`() {
    #expect(!Self.html.contains("http://") && !Self.html.contains("https://") && !Self.html.contains("@import"))
    #expect(!Self.html.contains("url("))
    for element in Self.page.elements {
      for key in ["src", "href", "action", "data", "poster", "srcset", "xlink:href"] {
        guard let value = element.attributes[key] else { continue }
        #expect(value.hasPrefix("#") || value == "data:,", "\(element.name) \(key)=\(value)")
      }
    }
    let policy = Self.page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
    #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'") == true)
  }

  @Test func `headings go down by one, and every link leads somewhere`() {
    var last = 0
    for element in Self.page.elements where !element.isEnd {
      guard element.name.count == 2, element.name.hasPrefix("h"), let level = Int(element.name.dropFirst()) else {
        continue
      }
      #expect(level <= last + 1, "\(element.name) after h\(last)")
      last = level
    }
    #expect(Self.page.all("h1").count == 1)
    let ids = Self.page.elements.compactMap { $0.isEnd ? nil : $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for element in Self.page.elements {
      for key in ["href", "aria-labelledby", "for"] {
        guard let value = element.attributes[key], value != "data:," else { continue }
        #expect(ids.contains(value.hasPrefix("#") ? String(value.dropFirst()) : value), "\(value)")
      }
    }
  }

  @Test func `landmarks, language and a text for every chart are there`() {
    #expect(Self.page.all("html").first?.attributes["lang"] == "en")
    for name in ["header", "nav", "main", "footer"] { #expect(!Self.page.all(name).isEmpty, "\(name)") }
    #expect(Self.page.all("main").count == 1)
    // Nested pieces of a chart belong to it.
    var depth = 0
    for element in Self.page.elements where element.name == "svg" {
      if element.isEnd {
        depth -= 1
      } else {
        if depth == 0 {
          #expect(element.attributes["role"] == "img" && element.attributes["aria-label"]?.isEmpty == false)
        }
        depth += 1
      }
    }
    #expect(depth == 0)
    for table in Self.page.all("th") { #expect(table.attributes["scope"] != nil) }
    for label in ["input", "select"] { #expect(!Self.page.all(label).isEmpty) }
  }

  @Test func `every element that is opened is closed in its place`() {
    let alone: Set = ["!doctype", "meta", "link", "br", "input"]
    var open: [String] = []
    for element in Self.page.elements where !alone.contains(element.name) {
      if element.isEnd {
        #expect(open.last == element.name)
        if open.last == element.name { open.removeLast() }
      } else {
        open.append(element.name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test func `a page of 100 segments and 80 features is under 2 MB`() {
    let html = SampleReport(segments: 100, features: 80, sizes: [40]).content.html()
    #expect(html.utf8.count < 2_000_000, "\(html.utf8.count)")
    #expect(PageReader(html).all("article").count == 150)
  }

  @Test func `the same content gives the same page`() {
    #expect(SampleReport().content.html() == Self.html)
  }
}
