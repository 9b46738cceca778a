internal import Features
internal import Warehouse

/// A short mark of the training data, so that two models can be told to rest on the same rows.
///
/// 64 bits from every identifier and value; the order of the rows does not show. Not a proof against forgery.
enum DataFingerprint {
  static func of(_ values: FeatureValues) -> String { text(sum(values)) }

  /// The mark of rows whose sums, as ``sum(_:)`` gives them, add up to `total`.
  static func text(_ total: UInt64) -> String {
    let digits = String(total, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What these rows add to the mark, wrapping around.
  static func sum(_ values: FeatureValues) -> UInt64 {
    let width = values.numbers.names.count
    let texts = [values.customers.texts] + values.categories.map(\.texts)
    var total: UInt64 = 0
    for row in 0..<values.rows {
      var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
      for column in texts {
        for byte in (column[row] ?? "\u{0}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = mixed(hash)
      }
      for column in 0..<width {
        let value = values.numbers.values[row * width + column]
        hash = mixed(hash ^ (value.isNaN ? 1 : value.bitPattern))
      }
      total &+= hash
    }
    return total
  }

  /// The mark of one text.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return mixed(hash)
  }

  /// The finaliser of splitmix64 (Steele, Lea & Flood, 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
