internal import Features
internal import LinearAlgebra
internal import Warehouse

extension PersonaMaker {
  private static let (nearest, looked, told) = (2, 4, 3)

  /// Of every group, the most alike among groups of its kind, and what sets it apart from them.
  ///
  /// Those whose effects against everybody are most alike are compared directly: by Cliff's delta in every number, and by
  /// the difference of shares in every level.
  func neighbours(_ personas: [Persona]) -> [[Persona.Neighbour]] {
    let effects = (0..<count).map { group in
      profiles.numbers.map { $0.effects[group]?.delta ?? 0 } + profiles.levels.map { $0.effects[group]?.delta ?? 0 }
    }
    return Parallel.map(count: count) { group in
      guard profiles.sizes[group] >= ReportedGroups.least else { return [] }
      let others = (0..<count).filter {
        $0 != group && personas[$0].isMacro == personas[group].isMacro && profiles.sizes[$0] >= ReportedGroups.least
      }
      let likely = others.map { (other: $0, gap: PersonaMaker.meanSquare(effects[group], effects[$0])) }
        .sorted { $0.gap != $1.gap ? $0.gap < $1.gap : $0.other < $1.other }.prefix(PersonaMaker.looked)
      return likely.map { neighbour(group, $0.other, personas[$0.other]) }
        .sorted { $0.distance != $1.distance ? $0.distance < $1.distance : $0.path < $1.path }
        .prefix(PersonaMaker.nearest).map { $0 }
    }
  }

  private static func meanSquare(_ one: [Double], _ other: [Double]) -> Double {
    var sum = 0.0
    for index in one.indices { sum += (one[index] - other[index]) * (one[index] - other[index]) }
    return sum / Double(max(1, one.count))
  }

  private func neighbour(_ group: Int, _ other: Int, _ persona: Persona) -> Persona.Neighbour {
    var found: [(delta: Double, concept: String, fact: Persona.Fact)] = []
    let (names, width) = (values.numbers.names, values.numbers.names.count)
    for profile in profiles.numbers {
      let wording = finder.vocabulary.wording(profile.feature, level: nil, isFlag: profile.everyone.isFlag)
      guard wording.isTold, !finder.covered.contains(profile.feature),
        let column = names.firstIndex(of: profile.feature), let own = profile.groups[group],
        let theirs = profile.groups[other], min(own.count, theirs.count) >= ReportedGroups.least
      else { continue }
      func sorted(_ rows: [Int]) -> [Double] {
        rows.map { values.numbers.values[$0 * width + column] }.filter(\.isFinite).sorted()
      }
      let delta = PersonaMaker.delta(sorted(rows[group]), sorted(rows[other]))
      let isMedian = own.median != theirs.median
      if !isMedian, !profile.everyone.isFlag, own.isOfFew || theirs.isOfFew { continue }
      let (mine, his) =
        isMedian
        ? (own.median, theirs.median) : (own.toldMean(profile.everyone), theirs.toldMean(profile.everyone))
      found.append(
        (
          delta, wording.concept,
          Persona.Fact(
            words: profile.everyone.isFlag
              ? "\(wording.high.phrase ?? FeatureWords(profile.feature).told) \(delta >= 0 ? "more" : "less") often"
              : Phrases.comparative(delta, wording.noun ?? FeatureWords(profile.feature).told),
            evidence: "\(profile.feature): \(isMedian ? "median" : "mean") "
              + "\(finder.values.exact(mine, of: profile.feature)) here, "
              + "\(finder.values.exact(his, of: profile.feature)) there")
        ))
    }
    for level in profiles.levels where min(level.known[group], level.known[other]) >= ReportedGroups.least {
      let (mine, his) = (level.groups[group], level.groups[other])
      let stem = FeatureWords(level.feature).stem
      found.append(
        (
          mine - his, finder.vocabulary.wording(level.feature, level: level.level).concept,
          Persona.Fact(
            words: "\(mine > his ? "more often" : "less often") \(stem) \(Vocabulary.readable(level.level))",
            evidence:
              "\(level.feature) = \(level.level): \(ReportedGroups.percent(mine, of: level.known[group])) here, "
              + "\(ReportedGroups.percent(his, of: level.known[other])) there")
        ))
    }
    let square = found.reduce(0) { $0 + $1.delta * $1.delta } / Double(max(1, found.count))
    var seen: Set<String> = []
    let ranked = found.sorted {
      abs($0.delta) != abs($1.delta) ? abs($0.delta) > abs($1.delta) : $0.fact.words < $1.fact.words
    }
    .filter { abs($0.delta) >= Effect.small && seen.insert($0.concept).inserted }
    return Persona.Neighbour(
      path: persona.path, name: persona.name, distance: square.squareRoot(),
      differences: ranked.prefix(PersonaMaker.told).map(\.fact))
  }

  /// Cliff's delta of two samples in ascending order, by one walk through both; 0 where one is empty.
  static func delta(_ own: [Double], _ others: [Double]) -> Double {
    guard !own.isEmpty, !others.isEmpty else { return 0 }
    var (below, notAbove, sum) = (0, 0, 0.0)
    for value in own {
      while below < others.count, others[below] < value { below += 1 }
      while notAbove < others.count, others[notAbove] <= value { notAbove += 1 }
      sum += Double(below) - Double(others.count - notAbove)
    }
    return sum / (Double(own.count) * Double(others.count))
  }
}
