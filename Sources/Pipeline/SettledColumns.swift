internal import Features
internal import Foundation
internal import Warehouse

/// What the values of a ready table say of its columns: which number its rows, which are flags.
struct SettledColumns {
  /// The values without the columns that were left out, flags among the categories.
  private(set) var values: FeatureValues
  /// Columns left out, and why.
  private(set) var leftOut: [FeatureTransforms.Dropped] = []
  /// Categories whose levels are numbers, written as ``NumberText`` writes them.
  private(set) var flags: [String] = []
  /// What the user should know.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - table: where `values` were read from.
  ///   - chosen: columns that the user named, which stay what they are.
  ///   - takesFlags: whether numbers that are two only become categories.
  init(_ values: FeatureValues, of table: TableSource, chosen: Set<String>, takesFlags: Bool) {
    self.values = values
    let kinds = Dictionary(table.columns.map { ($0.name, $0.kind) }) { first, _ in first }
    nameLevels(kinds)
    let free = values.numbers.names.filter { !chosen.contains($0) }
    let rowNames = free.filter { kinds[$0] == .integer && isRowName($0) }
    leftOut = rowNames.map {
      FeatureTransforms.Dropped(name: $0, reason: "it only numbers or names the rows (--numbers \($0) takes it)")
    }
    let twoValued = takesFlags ? free.filter { !rowNames.contains($0) && holdsTwoValues($0) } : []
    takeAsCategories(twoValued, order: table.columns.map(\.name), without: rowNames)
    guard !twoValued.isEmpty else { return }
    let names = twoValued.joined(separator: ",")
    notes.append(
      "\(twoValued.map { "'\($0)'" }.joined(separator: ", ")) \(twoValued.count == 1 ? "holds" : "hold") two values "
        + "only and \(twoValued.count == 1 ? "is a category" : "are categories"); --numbers \(names) takes "
        + "\(twoValued.count == 1 ? "it as a number" : "them as numbers")")
  }

  /// Categories by choice that the file holds as numbers or as true and false get one way of writing, unless that would
  /// lose something: 007 is not 7.
  private mutating func nameLevels(_ kinds: [String: ColumnKind]) {
    let categories = values.categories.map { column in
      guard let kind = kinds[column.name], kind.isNumeric else { return column }
      let texts = Set(column.texts.compactMap { $0 })
      let isPlain =
        switch kind {
        case .boolean: true
        case .real: Set(texts.map(NumberText.of)).count == texts.count
        default: texts.allSatisfy { NumberText.of($0) == $0 }
        }
      guard isPlain else { return column }
      flags.append(column.name)
      return column.withNumberTexts
    }
    values = FeatureValues(
      customers: values.customers, numbers: values.numbers, categories: categories, rowNumbers: values.rowNumbers)
  }

  /// Whether a column of whole numbers counts rows from 0 or 1, or bears an identifier's name and never repeats.
  private func isRowName(_ name: String) -> Bool {
    guard values.rows >= 3, let numbers = values.numeric(name), let first = numbers.first, !first.isNaN else {
      return false
    }
    let start = Double(values.rowNumber(0)) - first
    if start == 0 || start == 1,
      numbers.indices.allSatisfy({ Double(values.rowNumber($0)) - numbers[$0] == start })
    {
      return true
    }
    guard ColumnName(name).isIdentifierLike, !numbers.contains(where: \.isNaN) else { return false }
    return Set(numbers).count == numbers.count
  }

  private func holdsTwoValues(_ name: String) -> Bool {
    guard let numbers = values.numeric(name) else { return false }
    var seen: [Double] = []
    for number in numbers where !number.isNaN && !seen.contains(number) {
      seen.append(number)
      if seen.count > 2 { return false }
    }
    return seen.count == 2
  }

  private mutating func takeAsCategories(_ names: [String], order: [String], without rowNames: [String]) {
    guard !names.isEmpty || !rowNames.isEmpty else { return }
    let block = values.numbers
    let width = block.names.count
    let kept = block.names.indices.filter { !names.contains(block.names[$0]) && !rowNames.contains(block.names[$0]) }
    var numbers: [Double] = []
    numbers.reserveCapacity(values.rows * kept.count)
    for row in 0..<values.rows { for column in kept { numbers.append(block.values[row * width + column]) } }
    let added = names.compactMap { name in
      values.numeric(name).map { numbers in
        Column(
          name: name, values: .texts(numbers.map { $0.isNaN ? "" : NumberText.of($0) }),
          missing: numbers.contains(where: \.isNaN) ? numbers.map(\.isNaN) : nil)
      }
    }
    flags += names
    let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    let categories = (values.categories + added).sorted { places[$0.name] ?? 0 < places[$1.name] ?? 0 }
    values = FeatureValues(
      customers: values.customers,
      numbers: NumberBlock(names: kept.map { block.names[$0] }, rows: values.rows, values: numbers),
      categories: categories, rowNumbers: values.rowNumbers)
  }
}

/// The one way in which numbers are written as levels of a category: 1 for 1.0, and for true and yes, which an engine
/// reads alike.
enum NumberText {
  static func of(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e15 ? "\(Int64(number))" : "\(number)"
  }

  /// `text` anew when it is a number, or means true or false; itself otherwise.
  static func of(_ text: String) -> String {
    switch text.lowercased() {
    case "true", "t", "yes", "y": "1"
    case "false", "f", "no", "n": "0"
    default: Double(text).flatMap { $0.isFinite ? of($0) : nil } ?? text
    }
  }
}

extension Column {
  /// Texts that are numbers, or true or false, in the one way of writing.
  var withNumberTexts: Column {
    Column(name: name, values: .texts(texts.map { $0.map(NumberText.of) ?? "" }), missing: missing)
  }
}
