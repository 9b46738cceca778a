internal import Features
internal import Warehouse

/// The columns of a division by feature, and the words for where a customer stands in each.
struct DivisionFeatures {
  struct Feature {
    let name: String
    let columns: Range<Int>
    /// Where a number stands among the values as they came; nil where the table does not have it.
    let number: Int?
    /// The levels of a category; nil for a number.
    let levels: Set<String>?
    let texts: [String?]?
  }

  let features: [Feature]
  private let numbers: NumberBlock

  init(_ transforms: FeatureTransforms, _ values: FeatureValues) {
    numbers = values.numbers
    let widths = Dictionary(transforms.columnFeatures.map { ($0, 1) }, uniquingKeysWith: +)
    var features: [Feature] = []
    var first = 0
    func add(_ name: String, number: Int?, levels: Set<String>?, texts: [String?]?) {
      let columns = first..<first + (widths[name] ?? 0)
      features.append(Feature(name: name, columns: columns, number: number, levels: levels, texts: texts))
      first = columns.upperBound
    }
    for numeric in transforms.numeric {
      add(numeric.name, number: numbers.names.firstIndex(of: numeric.name), levels: nil, texts: nil)
    }
    for category in transforms.categories {
      let texts = values.categories.first { $0.name == category.name }?.texts
      add(category.name, number: nil, levels: Set(category.levels), texts: texts)
    }
    self.features = features
  }

  /// Where the customer at `row` stands in a feature, from what each column adds and whether it is high there.
  func words(_ feature: Feature, _ row: Int, columns shares: [Double], isHigh: (Int) -> Bool) -> String {
    if let levels = feature.levels {
      guard let level = feature.texts?[row] else { return "\(feature.name) missing" }
      return "\(feature.name) = \(levels.contains(level) ? level : "(other)")"
    }
    let raw = feature.number.map { numbers.values[row * numbers.names.count + $0] } ?? .nan
    guard !raw.isNaN else { return "\(feature.name) missing" }
    let first = feature.columns.lowerBound
    // What decides may be that there is a value, whatever it is.
    if feature.columns.count > 1, shares[first + 1] > shares[first] { return "\(feature.name) known" }
    return "\(feature.name) \(isHigh(first) ? "high" : "low")"
  }
}

/// What the features of one division add, for one customer, to a squared distance or a difference of two.
struct FeatureShares {
  /// How many features are named at most.
  private static let named = 3
  /// A feature is named when it adds at least this share of what the first of them does.
  private static let leastShare = 0.1

  private let features: DivisionFeatures
  private let row: Int
  private let point: [Double]
  /// Above this in a column is high.
  private let middle: [Double]
  /// One a column.
  private let columns: [Double]

  /// Of the squared distance from `a` to `point`, the transformed customer at `row`; with `b` of how much nearer it lies to
  /// `a` than to `b`; all times `scale`.
  init(
    _ features: DivisionFeatures, _ row: Int, _ point: [Double], from a: [Double], not b: [Double]? = nil,
    scale: Double = 1
  ) {
    (self.features, self.row, self.point) = (features, row, point)
    if let b {
      middle = zip(a, b).map { ($0 + $1) / 2 }
      columns = point.indices.map { j in
        scale * ((point[j] - b[j]) * (point[j] - b[j]) - (point[j] - a[j]) * (point[j] - a[j]))
      }
    } else {
      middle = a
      columns = zip(point, a).map { scale * ($0 - $1) * ($0 - $1) }
    }
  }

  /// What each column adds by itself, `middle` parting low from high.
  init(_ features: DivisionFeatures, _ row: Int, _ point: [Double], middle: [Double], columns: [Double]) {
    (self.features, self.row, self.point) = (features, row, point)
    (self.middle, self.columns) = (middle, columns)
  }

  /// What all columns add.
  var total: Double { columns.reduce(0, +) }

  /// The few features of one or several divisions that add most, in words; nil where none adds anything.
  static func largest(_ divisions: [FeatureShares]) -> String? {
    var found: [(sum: Double, most: Double, division: Int, feature: Int)] = []
    var places: [String: Int] = [:]
    for (division, own) in divisions.enumerated() {
      for (feature, known) in own.features.features.enumerated() {
        let sum = known.columns.reduce(0) { $0 + own.columns[$1] }
        guard divisions.count > 1 else {
          found.append((sum, sum, division, feature))
          continue
        }
        // A feature of several divisions adds in all of them, and is told as it stands where it adds most.
        if let place = places[known.name] {
          found[place].sum += sum
          if sum > found[place].most {
            (found[place].most, found[place].division, found[place].feature) = (sum, division, feature)
          }
        } else {
          places[known.name] = found.count
          found.append((sum, sum, division, feature))
        }
      }
    }
    var order: [Int] = []
    for place in found.indices where found[place].sum > 0 {
      // Of equals the first stays first.
      let rank = order.firstIndex { found[place].sum > found[$0].sum } ?? order.count
      if rank < named { order.insert(place, at: rank) }
      if order.count > named { order.removeLast() }
    }
    guard let first = order.first else { return nil }
    return order.filter { found[$0].sum >= leastShare * found[first].sum }.map { place in
      let own = divisions[found[place].division]
      return own.features.words(
        own.features.features[found[place].feature], own.row, columns: own.columns,
        isHigh: { own.point[$0] > own.middle[$0] })
    }.joined(separator: "; ")
  }
}
