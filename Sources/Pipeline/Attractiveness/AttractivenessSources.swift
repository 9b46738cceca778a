internal import Features
internal import Warehouse

/// What a criterion of attractiveness is measured by.
struct AttractivenessMeasure {
  /// In words.
  let meaning: String
  /// The features it comes from.
  let features: [String]
  /// One a segment; nil where nothing is known.
  let values: [Double?]
  /// A second measure that counts as much.
  var others: [Double?]?
}

/// Finds what stands for each criterion among the features of a model: by its plan's names, or by what columns of ready
/// tables are usually called.
struct AttractivenessSources {
  private let profiles: SegmentProfiles
  private let sizes: [Int]
  private let total: Int
  private let unit: String
  private let names: [String]

  init(_ model: SegmentModel) {
    profiles = model.profiles
    sizes = model.segments.sizes
    total = max(1, sizes.reduce(0, +) + (model.segments.none ?? 0))
    unit = model.unit
    names = profiles.numeric.map(\.name)
  }

  /// What measures `criterion`: the feature `named`, or the first found; nil where there is none.
  func measure(
    _ criterion: AttractivenessCriterion, named: String?
  ) throws(PipelineError) -> AttractivenessMeasure? {
    if let named {
      let found = criterion == .value ? revenue(named) : mean(named) ?? approval(named)
      guard found == nil, criterion == .reach || criterion == .winnability else { return found }
      throw .columnUnusable(
        reason: "'segments.attractiveness.\(criterion.rawValue)' needs a feature of numbers or of yes and no, but "
          + "'\(named)' has neither. Name another, or none.")
    }
    return switch criterion {
    case .size:
      AttractivenessMeasure(
        meaning: "share of all \(unit)", features: [], values: sizes.map { Double($0) / Double(total) })
    case .value: spending.lazy.compactMap(revenue).first
    case .growth: growth
    case .reach: reach
    case .winnability: winnability
    }
  }

  /// Why `criterion` is left out.
  func absence(_ criterion: AttractivenessCriterion) -> String {
    "left out, as no feature is known to tell of it; 'segments.attractiveness.\(criterion.rawValue)' in tessera.yml "
      + "may name one"
  }

  // MARK: Value

  /// What the sum of money spent is called, what Tessera calls it first.
  private static let spendingNames = [
    "monetary", "revenue", "total revenue", "turnover", "sales", "total sales", "sales amount", "spend", "spent",
    "spending", "total spend", "total spent", "total spending", "amount spent", "amount", "total amount", "gmv",
    "customer lifetime value", "lifetime value", "clv", "ltv",
  ]

  /// The features of money spent, ever before in windows, wide windows before narrow ones.
  private var spending: [String] {
    AttractivenessSources.spendingNames.flatMap { wanted in
      names.map { (name: $0, parts: Windowed($0)) }
        .filter { ColumnName($0.parts.stem).words.joined(separator: " ") == wanted }
        .sorted { ($0.parts.days ?? .max) > ($1.parts.days ?? .max) }.map(\.name)
    }
  }

  private func revenue(_ name: String) -> AttractivenessMeasure? {
    guard let profile = profiles[name] else { return nil }
    let sum = profile.sums.reduce(0, +)
    guard sum > 0 else { return nil }
    return AttractivenessMeasure(
      meaning: "share of the sum of '\(name)', and its mean, half each", features: [name],
      values: profile.sums.map { $0 / sum }, others: profile.means)
  }

  // MARK: Growth

  /// The last days of the widest window against as many before; else the mean of a trend.
  private var growth: AttractivenessMeasure? {
    let stems = spending.map { Windowed($0).stem } + ["orders"]
    for stem in stems {
      let windows = names.map { Windowed($0) }.filter { $0.stem == stem }.compactMap(\.days)
      guard let days = windows.filter({ windows.contains(2 * $0) }).max(),
        let recent = profiles["\(stem)_\(days)d"], let both = profiles["\(stem)_\(2 * days)d"]
      else { continue }
      return AttractivenessMeasure(
        meaning: "'\(stem)' of the last \(days) days less that of the \(days) days before, over their sum",
        features: [recent.name, both.name],
        values: zip(recent.sums, both.sums).map { now, all in
          let before = all - now
          let sum = abs(now) + abs(before)
          return sum > 0 ? (now - before) / sum : 0
        })
    }
    let trends = (stems.map { "\($0)_trend" }).flatMap { stem in
      names.filter { Windowed($0).stem == stem }
        .sorted { (Windowed($0).days ?? .max) > (Windowed($1).days ?? .max) }
    }
    return (trends + named(["growth", "trend"])).first.flatMap(mean)
  }

  // MARK: Reach

  private static let consents = [
    "consent", "optin", "opt in", "opted in", "newsletter", "permission", "subscribed", "subscriber", "reachable",
    "contactable", "mailable",
  ]

  /// Consent; else what was opened or received; else who was active lately.
  private var reach: AttractivenessMeasure? {
    let consents = (named(AttractivenessSources.consents) + namedCategories(AttractivenessSources.consents)).lazy
      .compactMap { name in profiles[name].flatMap { isShare($0) ? mean(name) : nil } ?? approval(name) }
    if let consent = consents.first { return consent }
    for ending in ["opened", "received"] {
      let found = names.map { ($0, Windowed($0)) }.filter { $0.1.stem.hasSuffix("_\(ending)") }
        .max { ($0.1.days ?? .max) < ($1.1.days ?? .max) }
      if let found, let measure = shareAbove0(found.0, "") { return measure }
    }
    if let rate = names.first(where: { $0.hasSuffix("open_rate") }) { return mean(rate) }
    let windows = names.compactMap { Windowed($0).stem == "orders" ? Windowed($0).days : nil }
    let usual = 90
    if let days = windows.min(by: { (abs($0 - usual), $0) < (abs($1 - usual), $1) }) {
      return shareAbove0("orders_\(days)d", ": active in the last \(days) days")
    }
    guard let recency = ["recency_days", "recency"].lazy.compactMap({ profiles[$0] }).first else { return nil }
    return AttractivenessMeasure(
      meaning: "mean of '\(recency.name)', less is better", features: [recency.name],
      values: recency.means.map { $0.map { -$0 } })
  }

  // MARK: Winnability

  /// Responses; else clicks; else what was bought at a discount.
  private var winnability: AttractivenessMeasure? {
    func ending(_ ending: String) -> [String] {
      // A source's own rate before those of its channels.
      names.filter { $0.hasSuffix(ending) }.sorted { ($0.count, $0) < ($1.count, $1) }
    }
    let found =
      ending("response_rate")
      + named(["response", "responded", "accepted", "redeemed", "redemption", "conversion"])
      + ending("click_rate") + ["discount_share", "discount_line_share"].filter(names.contains)
      + named(["discount", "coupon", "promotion", "deals"])
    return found.first.flatMap(mean)
  }

  // MARK: Kinds of measures

  private func mean(_ name: String) -> AttractivenessMeasure? {
    profiles[name].map {
      AttractivenessMeasure(meaning: "mean of '\(name)'", features: [name], values: $0.means)
    }
  }

  private func shareAbove0(_ name: String, _ words: String) -> AttractivenessMeasure? {
    guard let positives = profiles[name]?.positives else { return nil }
    return AttractivenessMeasure(
      meaning: "share with '\(name)' above 0\(words)", features: [name],
      values: zip(positives, sizes).map { $1 > 0 ? Double($0) / Double($1) : nil })
  }

  private static let approvals: Set<String> = [
    "yes", "y", "true", "t", "1", "on", "opt in", "optin", "opted in", "subscribed",
  ]

  /// The share of "yes" and the like.
  private func approval(_ name: String) -> AttractivenessMeasure? {
    guard let category = profiles.categories.first(where: { $0.name == name }),
      let level = category.levels.firstIndex(where: {
        AttractivenessSources.approvals.contains(ColumnName($0).words.joined(separator: " "))
      })
    else { return nil }
    return AttractivenessMeasure(
      meaning: "share with '\(name)' = \(category.levels[level])", features: [name],
      values: category.segmentShares.map { $0[level] })
  }

  /// Whether all values can lie between 0 and 1: their variance is at most that of flags of their mean.
  private func isShare(_ profile: SegmentProfiles.Numeric) -> Bool {
    guard let mean = profile.mean, let deviation = profile.standardDeviation, mean >= 0, mean <= 1 else { return false }
    return deviation * deviation <= mean * (1 - mean) + 1e-9
  }

  /// The numeric features in whose name some of these words stand, in the order of the words.
  private func named(_ words: [String]) -> [String] { AttractivenessSources.having(words, in: names) }

  private func namedCategories(_ words: [String]) -> [String] {
    AttractivenessSources.having(words, in: profiles.categories.map(\.name))
  }

  private static func having(_ words: [String], in names: [String]) -> [String] {
    words.flatMap { word in
      names.filter { " \(ColumnName($0).words.joined(separator: " ")) ".contains(" \(word) ") }
    }
  }

  /// A feature's name without its window: `orders_90d` is `orders` of 90 days.
  private struct Windowed {
    let stem: String
    let days: Int?

    init(_ name: String) {
      guard name.hasSuffix("d"), let bar = name.lastIndex(of: "_"),
        let days = Int(name[name.index(after: bar)...].dropLast()), days > 0, days < 1_000_000
      else {
        (stem, self.days) = (name, nil)
        return
      }
      (stem, self.days) = (String(name[..<bar]), days)
    }
  }
}
