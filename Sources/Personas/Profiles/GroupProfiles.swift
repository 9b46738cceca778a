/// What every group is like in every feature, those that formed no segment too: its level, and how far it differs from
/// everybody else and from its siblings.
public struct GroupProfiles: Sendable, Hashable, Codable {
  /// One numeric feature.
  public struct Number: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// Over everybody.
    public let everyone: NumberLevel
    /// One a group; nil where all values are missing.
    public let groups: [NumberLevel?]
    /// Each group against everybody else.
    public internal(set) var effects: [Effect?]
    /// Each micro-segment against the others of its macro-segment; nil without others.
    public internal(set) var siblings: [Effect?]
  }

  /// One level of a categorical feature.
  public struct Level: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// The level.
    public let level: String
    /// Its share of everybody of whom the category is known.
    public let share: Double
    /// Its share of each group, of those of whom the category is known; 0 where it is of nobody.
    public let groups: [Double]
    /// Customers of each group of whom the category is known.
    public let known: [Int]
    /// Each group against everybody else.
    public internal(set) var effects: [Effect?]
    /// Each micro-segment against the others of its macro-segment; nil without others.
    public internal(set) var siblings: [Effect?]
  }

  /// The customers that were looked at.
  public let customers: Int
  /// The groups, in the order of everything here.
  public let groups: [ProfiledGroups.Group]
  /// Customers of each group among those looked at.
  public let sizes: [Int]
  /// Every numeric feature with a value.
  public internal(set) var numbers: [Number]
  /// The levels that ten customers or more have, up to 20 a feature.
  public internal(set) var levels: [Level]
}

extension GroupProfiles {
  /// Adjusts all p-values, those against everybody and those against siblings each among themselves.
  mutating func adjust() {
    func adjust(_ effects: inout [[Effect?]]) {
      let known = effects.indices.flatMap { row in
        effects[row].indices.filter { effects[row][$0] != nil }.map { (row, $0) }
      }
      let adjusted = FalseDiscovery.adjusted(known.map { effects[$0.0][$0.1]?.p ?? 1 })
      for (place, q) in zip(known, adjusted) { effects[place.0][place.1]?.q = q }
    }
    var all = numbers.map(\.effects) + levels.map(\.effects)
    adjust(&all)
    var own = numbers.map(\.siblings) + levels.map(\.siblings)
    adjust(&own)
    for index in numbers.indices { (numbers[index].effects, numbers[index].siblings) = (all[index], own[index]) }
    for index in levels.indices {
      let place = numbers.count + index
      (levels[index].effects, levels[index].siblings) = (all[place], own[place])
    }
  }

  /// Whether there are as many levels and effects as `groups`, all of real customers: for a file that nobody trained.
  public func fits(groups count: Int) -> Bool {
    guard groups.count == count, sizes.count == count, sizes.allSatisfy({ $0 >= 0 }) else { return false }
    return numbers.allSatisfy { number in
      [number.effects.count, number.siblings.count, number.groups.count].allSatisfy { $0 == count }
        && ([number.everyone] + number.groups.compactMap { $0 }).allSatisfy {
          $0.quantiles.count == NumberLevel.percentiles.count && ($0.quantiles + [$0.mean]).allSatisfy(\.isFinite)
            && $0.quantiles == $0.quantiles.sorted() && (0...1).contains($0.missingShare)
        }
    }
      && levels.allSatisfy { level in
        [level.effects.count, level.siblings.count, level.groups.count, level.known.count].allSatisfy { $0 == count }
          && zip(level.known, sizes).allSatisfy { $0 >= 0 && $0 <= $1 }
          && (level.groups + [level.share]).allSatisfy { (0...1).contains($0) }
      }
  }

  /// The number called `feature`, or nil.
  public func number(_ feature: String) -> Number? { numbers.first { $0.feature == feature } }
  /// The levels of the category `feature`, the commonest first; empty where there is none.
  public func levels(of feature: String) -> [Level] { levels.filter { $0.feature == feature } }
}
