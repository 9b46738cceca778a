import Foundation
import Reports
import Testing

/// Colours by the formula of WCAG 2.2 (success criteria 1.4.3 and 1.4.11).
@Suite struct PaletteTests {
  private func luminance(_ colour: String) throws -> Double {
    let number = try #require(Int(colour.dropFirst(), radix: 16))
    let parts = [16, 8, 0].map { shift -> Double in
      let share = Double(number >> shift & 255) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  private func contrast(_ one: String, _ other: String) throws -> Double {
    let (a, b) = (try luminance(one), try luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  @Test func `contrast is that of known colours`() throws {
    #expect(try abs(contrast("#000000", "#ffffff") - 21) < 1e-9)
    // The grey that just passes on white.
    #expect(try abs(contrast("#767676", "#ffffff") - 4.54) < 0.01)
  }

  @Test(arguments: Palette.pairs) func `what stands on a colour can be read, by light and by dark`(
    pair: Palette.Pair
  ) throws {
    let front = try #require(Palette.colours.first { $0.name == pair.foreground })
    let back = try #require(Palette.colours.first { $0.name == pair.background })
    let least = pair.isText ? 4.5 : 3
    let (light, dark) = (try contrast(front.light, back.light), try contrast(front.dark, back.dark))
    #expect(light >= least, "light \(light)")
    #expect(dark >= least, "dark \(dark)")
  }
}
