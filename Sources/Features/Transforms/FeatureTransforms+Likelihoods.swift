internal import Foundation
internal import LinearAlgebra
internal import Warehouse

extension FeatureTransforms {
  /// The columns of ``columns`` that hold level numbers, from 0 to ``levelCount(_:)`` - 1; those before are numbers.
  public var categoryColumns: Range<Int> { numeric.count..<numeric.count + categories.count }

  /// The natural logarithm of what each number was divided by, in the order of ``columns``.
  public var logScales: [Double] { numeric.map { log($0.scale / $0.weight) } }

  /// The levels of one categorical feature, "other" among them.
  public func levelCount(_ category: Int) -> Int { categories[category].width }

  /// Numbers scaled, categories numbered, and nothing made up for what is missing.
  func applyForLikelihoods(_ values: FeatureValues) -> (matrix: Matrix, report: TransformReport) {
    var report = TransformReport()
    let rows = values.rows
    let width = numeric.count + categories.count
    var result = [Double](repeating: .nan, count: rows * width)
    let block = values.numbers
    for (target, transform) in numeric.enumerated() {
      guard let source = block.names.firstIndex(of: transform.name) else {
        report.absentFeatures.append(transform.name)
        continue
      }
      for row in 0..<rows {
        let raw = block.values[row * block.names.count + source]
        if raw.isNaN { report.imputedCells += 1 } else { result[row * width + target] = transform.value(raw) }
      }
    }
    for (position, transform) in categories.enumerated() {
      guard let texts = values.categories.first(where: { $0.name == transform.name })?.texts else {
        report.absentFeatures.append(transform.name)
        continue
      }
      let index = Dictionary(transform.levels.enumerated().map { ($1, $0) }) { first, _ in first }
      for row in 0..<rows {
        guard let level = texts[row] else {
          report.imputedCells += 1
          continue
        }
        let known = index[level]
        if known == nil { report.unlistedLevels += 1 }
        guard let code = known ?? (transform.hasOther ? transform.levels.count : nil) else { continue }
        result[row * width + numeric.count + position] = Double(code)
      }
    }
    return (Matrix(rows: rows, columns: width, values: result), report)
  }
}

extension FeatureTransforms {
  private enum CodingKeys: String, CodingKey { case form, numeric, categories, dropped }

  /// Reads transforms; those written before there were forms were made for distances.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    form = try container.decodeIfPresent(MatrixForm.self, forKey: .form) ?? .distances
    numeric = try container.decode([Numeric].self, forKey: .numeric)
    categories = try container.decode([Category].self, forKey: .categories)
    dropped = try container.decode([Dropped].self, forKey: .dropped)
    if let name = numeric.first(where: { !$0.isUsable })?.name ?? categories.first(where: { !$0.isUsable })?.name {
      throw DecodingError.dataCorruptedError(
        forKey: .categories, in: container, debugDescription: "the transform of '\(name)' is not one")
    }
  }
}

extension FeatureTransforms.Numeric {
  /// Whether it gives every number a finite value.
  fileprivate var isUsable: Bool {
    [fill, centre, scale, weight].allSatisfy(\.isFinite) && scale > 0 && weight > 0
      && (indicator.map { $0.centre.isFinite && $0.scale.isFinite && $0.scale > 0 } ?? true)
  }
}

extension FeatureTransforms.Category {
  /// Whether it has a centre for each of its columns, and gives every level a finite value.
  fileprivate var isUsable: Bool {
    centres.count == width && Set(levels).count == levels.count && (centres + [scale, weight]).allSatisfy(\.isFinite)
      && scale > 0 && weight > 0
  }
}
