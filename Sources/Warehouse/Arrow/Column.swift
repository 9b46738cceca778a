/// The values of one column, by type. Where a value is missing, the array holds a filler (0, NaN, false, "").
public enum ColumnValues: Sendable, Hashable {
  case integers([Int64])
  case reals([Double])
  /// Unscaled values: 12.50 at scale 2 is 1250.
  case decimals([Int128], scale: Int)
  case booleans([Bool])
  /// Days since 1970-01-01.
  case dates([Int32])
  /// Microseconds since 1970-01-01 00:00:00, in UTC when there is a `zone`, else on the clock of whoever wrote them.
  case timestamps([Int64], zone: String?)
  case texts([String])
  /// Dictionary-encoded text: each row's index into `levels`.
  case categories(codes: [Int32], levels: [String])
}

/// A named column of n values, any of which may be missing.
public struct Column: Sendable, Hashable {
  /// What the query or file calls it.
  public let name: String
  /// n values.
  public let values: ColumnValues
  /// n flags, true where the value is missing; nil when none is.
  public let missing: [Bool]?

  /// A column of `values`; `missing` has as many flags, or is nil.
  public init(name: String, values: ColumnValues, missing: [Bool]? = nil) {
    self.name = name
    self.values = values
    self.missing = missing
    precondition(missing == nil || missing?.count == count, "column '\(name)': as many flags as values")
  }

  /// n, the number of rows.
  public var count: Int {
    switch values {
    case .integers(let v): v.count
    case .reals(let v): v.count
    case .decimals(let v, _): v.count
    case .booleans(let v): v.count
    case .dates(let v): v.count
    case .timestamps(let v, _): v.count
    case .texts(let v): v.count
    case .categories(let codes, _): codes.count
    }
  }

  /// Whether the value of `row` (from 0) is missing.
  public func isMissing(_ row: Int) -> Bool { missing?[row] ?? false }

  /// The number of missing values.
  public var missingCount: Int { missing?.count { $0 } ?? 0 }

  /// The column as doubles with NaN for missing; nil for text and categories.
  ///
  /// Booleans are 0 and 1, dates are days and timestamps seconds since 1970.
  public var doubles: [Double]? {
    var result: [Double]
    switch values {
    case .integers(let v): result = v.map(Double.init)
    case .reals(let v): result = v
    case .decimals(let v, let scale):
      let unit = (0..<scale).reduce(1.0) { power, _ in power * 10 }
      result = v.map { Double($0) / unit }
    case .booleans(let v): result = v.map { $0 ? 1 : 0 }
    case .dates(let v): result = v.map(Double.init)
    case .timestamps(let v, _): result = v.map { Double($0) / 1e6 }
    case .texts, .categories: return nil
    }
    if let missing { for row in missing.indices where missing[row] { result[row] = .nan } }
    return result
  }

  /// A column of texts as whole numbers, when every one of them is a whole number written the usual way (7, not 007);
  /// any other column as it is.
  public var asWholeNumbersIfExact: Column {
    guard case .texts(let texts) = values else { return self }
    var numbers: [Int64] = []
    numbers.reserveCapacity(texts.count)
    for (row, text) in texts.enumerated() {
      if isMissing(row) {
        numbers.append(0)
      } else if let number = Int64(text), text == "\(number)" {
        numbers.append(number)
      } else {
        return self
      }
    }
    return missingCount == count ? self : Column(name: name, values: .integers(numbers), missing: missing)
  }

  /// The column as text, nil where missing; numbers in their shortest exact form, times with as much of the
  /// fraction of a second as there is.
  public var texts: [String?] {
    let shown: [String]
    switch values {
    case .integers(let v): shown = v.map { "\($0)" }
    case .reals(let v): shown = v.map { "\($0)" }
    case .decimals(let v, let scale): shown = v.map { Column.decimalText($0, scale: scale) }
    case .booleans(let v): shown = v.map { $0 ? "true" : "false" }
    case .dates(let v): shown = v.map { CalendarDate(daysSince1970: Int($0)).description }
    case .timestamps(let v, _): shown = v.map(Column.timestampText)
    case .texts(let v): shown = v
    case .categories(let codes, let levels): shown = codes.map { levels.isEmpty ? "" : levels[Int($0)] }
    }
    guard let missing else { return shown }
    return zip(shown, missing).map { $1 ? nil : $0 }
  }

  /// This column with its rows in the order of `permutation` (n row indices, each once).
  public func reordered(_ permutation: [Int]) -> Column {
    let reordered: ColumnValues =
      switch values {
      case .integers(let v): .integers(permutation.map { v[$0] })
      case .reals(let v): .reals(permutation.map { v[$0] })
      case .decimals(let v, let scale): .decimals(permutation.map { v[$0] }, scale: scale)
      case .booleans(let v): .booleans(permutation.map { v[$0] })
      case .dates(let v): .dates(permutation.map { v[$0] })
      case .timestamps(let v, let zone): .timestamps(permutation.map { v[$0] }, zone: zone)
      case .texts(let v): .texts(permutation.map { v[$0] })
      case .categories(let codes, let levels): .categories(codes: permutation.map { codes[$0] }, levels: levels)
      }
    return Column(name: name, values: reordered, missing: missing.map { flags in permutation.map { flags[$0] } })
  }

  private static func decimalText(_ unscaled: Int128, scale: Int) -> String {
    guard scale > 0 else { return "\(unscaled)" }
    let digits = "\(unscaled.magnitude)"
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
  }

  private static func timestampText(_ microseconds: Int64) -> String {
    let day = floorDivide(microseconds, 86_400_000_000)
    // Not by subtraction: the first day of all starts before the least number.
    let remainder = microseconds % 86_400_000_000
    let ofDay = remainder < 0 ? remainder + 86_400_000_000 : remainder
    let second = ofDay / 1_000_000
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    var text = "\(CalendarDate(daysSince1970: Int(day)))"
    text += " \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    let fraction = "\(ofDay % 1_000_000)"
    guard fraction != "0" else { return text }
    text += "." + String(repeating: "0", count: 6 - fraction.count) + fraction
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }
}

/// Named columns of equal length.
public struct Table: Sendable, Hashable {
  /// In the order of the query or file.
  public let columns: [Column]
  /// n.
  public let rowCount: Int

  /// A table of `columns`, which must be equally long.
  public init(_ columns: [Column]) {
    self.columns = columns
    rowCount = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == rowCount }, "columns of one table are equally long")
  }

  /// The columns' names, in their order.
  public var names: [String] { columns.map(\.name) }

  /// The column called `name`, or nil.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }
}
