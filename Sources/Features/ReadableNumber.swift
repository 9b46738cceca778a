internal import Foundation

/// A number shown to people: about four significant digits, no noise; an exponent only where it saves many digits.
public enum ReadableNumber {
  /// `1234567.8` as `1,234,568`, `0.03217` as `0.0322`, `12.3456` as `12.35`, `1.5e16` as `1.5e16`.
  public static func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    let magnitude = abs(value)
    guard magnitude < 1e15, magnitude >= 1e-4 || magnitude == 0 else { return compact(value) }
    let places = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 1 ? 2 : magnitude == 0 ? 0 : 4
    let scale = pow(10.0, Double(places))
    let rounded = (value * scale).rounded() / scale
    let whole = grouped(Int(rounded.magnitude.rounded(.down)))
    let fraction = Int(((rounded.magnitude - rounded.magnitude.rounded(.down)) * scale).rounded())
    let digits = "\(fraction)"
    let sign = rounded < 0 ? "-" : ""
    guard places > 0, fraction > 0 else { return sign + whole }
    return sign + whole + "." + String(repeating: "0", count: places - digits.count) + digits
  }

  /// Three significant digits and an exponent.
  private static func compact(_ value: Double) -> String {
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, var mantissa = parts.first.map(String.init), let exponent = Int(parts[1]) else {
      return "\(value)"
    }
    while mantissa.hasSuffix("0") { mantissa.removeLast() }
    if mantissa.hasSuffix(".") { mantissa.removeLast() }
    return "\(mantissa)e\(exponent)"
  }

  /// `1234567` as `1,234,567`.
  public static func grouped(_ value: Int) -> String {
    let digits = "\(value.magnitude)"
    var shown = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { shown.append(",") }
      shown.append(digit)
    }
    return (value < 0 ? "-" : "") + shown
  }

  /// `0.126` as `13%`; a share that is neither 0 nor 1 is not rounded to one of them.
  public static func wholePercent(_ share: Double) -> String {
    guard share.isFinite, abs(share) < 1e9 else { return "–" }
    let percent = Int((share * 100).rounded())
    if percent == 0, share > 0 { return "<1%" }
    if percent == 100, share < 1 { return ">99%" }
    return "\(percent)%"
  }

  /// `0.9` as `0.90`.
  public static func hundredths(_ value: Double) -> String {
    guard abs(value) < 1e9 else { return text(value) }
    let hundredths = Int((abs(value) * 100).rounded())
    let fraction = "\(hundredths % 100)"
    return (value < 0 && hundredths > 0 ? "-" : "") + "\(hundredths / 100)." + (fraction.count == 1 ? "0" : "")
      + fraction
  }

  /// `1.44` as `1.4`.
  public static func tenths(_ value: Double) -> String {
    guard abs(value) < 1e9 else { return text(value) }
    let tenths = Int((abs(value) * 10).rounded())
    return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
  }

  /// `12345.6` as `12,346`; below 100 and beyond what a whole number holds as ``text(_:)`` has it.
  public static func whole(_ value: Double) -> String {
    abs(value) >= 100 && abs(value) < 1e15 ? grouped(Int(value.rounded())) : text(value)
  }

  /// `0.1234` as `12.3%`.
  public static func percent(_ share: Double) -> String {
    guard share.isFinite, abs(share) < 1e9 else { return "–" }
    let tenths = Int((abs(share) * 1000).rounded())
    return "\(share < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)%"
  }
}
