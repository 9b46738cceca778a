public import Features
internal import Warehouse

/// The segments of a tree ranked by how attractive they are to market to.
///
/// Weighted criteria after McDonald & Dunbar (Market Segmentation, Macmillan, 1998, chapter 9: choose criteria, weigh
/// them, score the segments on each, add up), here what customers' records tell of Kotler's demands on a segment
/// (Marketing Management): substantial (size, value, growth), accessible (reach), actionable (winnability).
///
/// A criterion is scored by rank, where they take high, medium and low of parameters that a firm agrees on: a segment
/// whose measure has the rank r from below among the m segments that have one scores (r - 1) / (m - 1), equal measures
/// sharing the mean of their ranks, and 1/2 where m is 1. So the least scores 0 and the greatest 1, whatever the units.
/// Value is the mean of two such scores, of the share of revenue and of revenue a customer. With weights w and scores s of
/// the criteria that a segment has, its attractiveness is sum(w s) / sum(w), from 0 to 1; 0 where it has none that counts.
public struct Attractiveness: Sendable, Hashable, Codable {
  /// A criterion and what stands for it.
  public struct Criterion: Sendable, Hashable, Codable {
    /// Which.
    public let name: AttractivenessCriterion
    /// How much it was asked to count.
    public let weight: Double
    /// Its share of what all criteria count together; 0 for one that is left out.
    public let share: Double
    /// What it measures, or why it is left out, in words.
    public let meaning: String
    /// The features that stand for it; empty for size, and for one that is left out.
    public let features: [String]
    /// Whether there was something to score it by.
    public let isKnown: Bool
  }

  /// A segment's scores.
  public struct Standing: Sendable, Hashable, Codable {
    /// Its id.
    public let segment: Int
    /// "2/7", its macro-segment and id.
    public let path: String
    /// What it was scored by, in the units that ``Criterion/meaning`` tells: of value the share of revenue.
    public let measures: [AttractivenessCriterion: Double]
    /// From 0, the least of all segments, to 1; none where a segment has no measure.
    public let scores: [AttractivenessCriterion: Double]
    /// Their weighted mean.
    public let attractiveness: Double
    /// 1 for the most attractive; equal ones share the better rank.
    public let rank: Int
  }

  /// What was asked for.
  public let settings: AttractivenessSettings
  /// The five criteria.
  public let criteria: [Criterion]
  /// The segments, in the order of the model.
  public let segments: [Standing]

  /// The feature that stands for revenue; nil where none does.
  public var revenueFeature: String? { criteria.first { $0.name == .value }?.features.first }

  /// Ranks the segments of `model`, from its profiles alone; nil without a tree.
  init?(_ model: SegmentModel, _ settings: AttractivenessSettings) throws(PipelineError) {
    guard let tree = model.tree else { return nil }
    let sources = AttractivenessSources(model)
    let found = try AttractivenessCriterion.allCases.map { name throws(PipelineError) in
      (name: name, measure: try sources.measure(name, named: settings.features[name]))
    }
    let known = found.filter { $0.measure != nil }.map(\.name)
    // Those left must count for something.
    let asked = known.reduce(0.0) { $0 + settings.weight(of: $1) }
    func weight(_ name: AttractivenessCriterion) -> Double { asked > 0 ? settings.weight(of: name) : 1 }
    let total = known.reduce(0.0) { $0 + weight($1) }
    let leaves = tree.leaves
    var scores = [[AttractivenessCriterion: Double]](repeating: [:], count: leaves.count)
    var measures = scores
    for case (let name, let measure?) in found {
      let parts = [measure.values] + (measure.others.map { [$0] } ?? [])
      let scored = parts.map(Attractiveness.rankScores)
      for place in leaves.indices {
        let own = scored.compactMap { $0[place] }
        guard !own.isEmpty else { continue }
        scores[place][name] = own.reduce(0, +) / Double(own.count)
        measures[place][name] = measure.values[place]
      }
    }
    let results = scores.map { own in
      // In the order of the criteria, so that the sums have the same bits every time.
      let names = known.filter { own[$0] != nil }
      let sum = names.reduce(0.0) { $0 + weight($1) }
      guard sum > 0 else { return 0.0 }
      return names.reduce(0.0) { $0 + weight($1) * (own[$1] ?? 0) } / sum
    }
    self.settings = settings
    criteria = found.map { name, measure in
      Criterion(
        name: name, weight: settings.weight(of: name), share: measure == nil ? 0 : weight(name) / total,
        meaning: measure?.meaning ?? sources.absence(name), features: measure?.features ?? [], isKnown: measure != nil)
    }
    segments = leaves.enumerated().map { place, leaf in
      Standing(
        segment: tree.nodes[leaf].segment ?? 0, path: tree.path(of: leaf), measures: measures[place],
        scores: scores[place], attractiveness: results[place],
        rank: 1 + results.count { $0 > results[place] })
    }
  }

  /// Scores from 0 to 1 by mid-rank of what is known of `values`.
  static func rankScores(_ values: [Double?]) -> [Double?] {
    let known = values.compactMap { $0 }
    return values.map { value in
      guard let value else { return nil }
      guard known.count > 1 else { return 0.5 }
      let below = known.count { $0 < value }
      let equal = known.count { $0 == value }
      return (Double(below) + Double(equal - 1) / 2) / Double(known.count - 1)
    }
  }

  /// What contradicts `model`, in a file that nobody trained; nil if nothing does.
  func fault(in model: SegmentModel) -> String? {
    let numbers = segments.flatMap { Array($0.measures.values) + [$0.attractiveness] } + criteria.map(\.weight)
    guard segments.map(\.segment) == model.segmentIDs, criteria.map(\.name) == AttractivenessCriterion.allCases,
      segments.allSatisfy({ (1...segments.count).contains($0.rank) }), numbers.allSatisfy(\.isFinite),
      (segments.flatMap { Array($0.scores.values) } + criteria.map(\.share)).allSatisfy({ $0 >= 0 && $0 <= 1 })
    else { return "its attractiveness is not that of its segments" }
    return nil
  }
}

extension SegmentModel {
  /// The same with its segments ranked by `settings`; as it is without a tree.
  /// - Throws: ``PipelineError/unknownFeature(name:nearest:)`` for a feature that the model does not have.
  func ranked(by settings: AttractivenessSettings?) throws(PipelineError) -> SegmentModel {
    guard let settings else { return self }
    var model = self
    model.attractiveness = try Attractiveness(self, settings)
    return model
  }
}

extension AttractivenessSettings {
  /// Throws when a feature that is asked for is not in `values` or cannot serve, before long work rather than after.
  func check(_ values: FeatureValues) throws(PipelineError) {
    let categories = values.categories.map(\.name)
    let names = values.numbers.names + categories
    for criterion in AttractivenessCriterion.allCases {
      guard let name = features[criterion] else { continue }
      guard names.contains(name) else {
        throw .unknownFeature(name: name, nearest: NearestNames.to(name, in: names))
      }
      guard criterion == .value || criterion == .growth, categories.contains(name) else { continue }
      throw .columnUnusable(
        reason: "'segments.attractiveness.\(criterion.rawValue)' needs a feature of numbers, but '\(name)' is a "
          + "category. Name another, or none.")
    }
  }
}
