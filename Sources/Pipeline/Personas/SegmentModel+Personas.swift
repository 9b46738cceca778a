internal import CustomerValue
internal import Features
internal import Personas
internal import Propensity
internal import Warehouse

extension ProjectRun {
  /// `trained` with personas of its segments, made of the features that they were found in; as it is without a tree.
  func describing(_ trained: TrainedSegments) throws -> TrainedSegments {
    guard let values = trained.values, trained.model.tree != nil else { return trained }
    progress?(PipelineProgress(stage: "describing \(trained.model.segments.k) segments for people"))
    let isWhole = trained.assignments.segments.count == values.rows
    let assigned = isWhole ? trained.assignments : try trained.model.score(values).assignments
    var model = trained.model
    var input = PersonaInput(
      values, model.profiledGroups(assigned.segments.map { $0 - 1 }), settings: project.personas,
      dialect: connection.dialect)
    (input.unit, input.everybody) = (model.unit, model.provenance.rows)
    input.describedOnly = model.describedOnly(project.features.describeOnly)
    input.ordinals = model.ordinals(project.features.ordinal)
    input.revenue = model.revenues(input.groups)
    input.chances = model.chances(input.groups)
    input.effects = model.uplifts(input.groups)
    input.seed = model.provenance.seed
    let book = PersonaBook(input)
    model.quality.notes += model.notes(on: project.personas, book)
    if let note = book.noteOnLevels(
      asked: Set(project.segments.tree.by + [project.segments.tree.start].compactMap { $0 }))
    {
      model.quality.notes.append(note)
    }
    model.personas = book
    return TrainedSegments(model: model, assignments: trained.assignments, values: values)
  }
}

extension SegmentModel {
  /// The groups that have personas, customers by the place of their segment among the leaves (below 0 for none).
  func profiledGroups(_ labels: [Int]) -> ProfiledGroups {
    guard let tree else { return ProfiledGroups(segments: [], labels: labels) }
    let leaves = tree.leaves
    return ProfiledGroups(
      segments: leaves.enumerated().map { place, leaf in
        let node = tree.nodes[leaf]
        return ProfiledGroups.Segment(
          id: node.segment ?? 0, macro: node.macro ?? 0, stability: node.stability, customers: segments.sizes[place])
      }, labels: labels)
  }

  /// Features that nobody is to be sorted by.
  fileprivate func describedOnly(_ stated: [String]?) -> Set<String> {
    let guarded = GuardedAttributes(stated)
    return Set(guarded.features(among: features.numeric + features.categories, of: features.plan))
  }

  /// The levels of the features that are ordered attributes of `stated`.
  fileprivate func ordinals(_ stated: [String: [String]]) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for definition in features.plan?.definitions ?? [] where definition.attributes.count == 1 {
      found[definition.name] = definition.kind == .numeric ? stated[definition.attributes[0]] : nil
    }
    return found
  }

  /// What groups have spent, by path.
  fileprivate func revenues(_ groups: ProfiledGroups) -> [String: PersonaRevenue] {
    guard let profile = revenueProfile else { return [:] }
    let total = profile.sums.reduce(0, +)
    guard total > 0 else { return [:] }
    var found: [String: PersonaRevenue] = [:]
    for (path, places) in groups.placesByPath {
      let sum = places.reduce(0) { $0 + profile.sums[$1] }
      let customers = places.reduce(0) { $0 + groups.segments[$1].customers }
      guard customers > 0 else { continue }
      found[path] = PersonaRevenue(
        feature: profile.name, sum: sum, share: sum / total, mean: sum / Double(customers), expected: forecast(path))
    }
    return found
  }

  /// What the segment or macro-segment at `path` is expected to spend; nil without a forecast of money.
  private func forecast(_ path: String) -> PersonaForecast? {
    guard let value, value.hasRevenue, let id = path.split(separator: "/").last.flatMap({ Int($0) }),
      let told = path.contains("/") ? value.segment(id) : value.macro(id)
    else { return nil }
    return PersonaForecast(
      days: value.days, expected: told.revenue.expected, low: told.revenue.low80, high: told.revenue.high80)
  }

  /// What groups may do, by path: predicted on the date that each target was judged on, beside what came.
  fileprivate func chances(_ groups: ProfiledGroups) -> [String: [PersonaChance]] {
    var found: [String: [PersonaChance]] = [:]
    for prediction in predictions ?? [] {
      for (path, places) in groups.placesByPath {
        let parts = places.compactMap { place in
          prediction.segments.first { $0.group == groups.segments[place].path }
        }
        guard let told = GroupReliability(combining: parts, as: path), told.rows >= ReportedGroups.least else {
          continue
        }
        // Who tells of an interval of few tells how many they are.
        let hits = (Double(told.rows) * told.observed).rounded()
        let isTold = min(hits, Double(told.rows) - hits) >= Double(ReportedGroups.least)
        found[path, default: []].append(
          PersonaChance(
            target: prediction.name, meaning: prediction.meaning, predicted: told.predicted,
            came: isTold ? .init(told.observed, low: told.low, high: told.high) : nil,
            all: prediction.prediction.card.quality.rate))
      }
    }
    return found
  }

  /// What treatments change in groups, by path; nil without an experiment.
  fileprivate func uplifts(_ groups: ProfiledGroups) -> [String: [PersonaEffect]]? {
    guard let effects, !effects.isEmpty else { return nil }
    var found: [String: [PersonaEffect]] = [:]
    for effect in effects {
      let prediction = effect.prediction
      let meaning =
        prediction.positive.map { "\(prediction.target) = \(NumberText.of($0))" } ?? "mean \(prediction.target)"
      for (arm, column) in zip(prediction.arms, effect.columns.dropFirst()) {
        for (path, _) in groups.placesByPath {
          let parts = path.contains("/") ? arm.segments : arm.macros ?? []
          guard let told = parts.first(where: { $0.group == path }), told.customers >= ReportedGroups.least else {
            continue
          }
          found[path, default: []].append(
            PersonaEffect(
              target: effect.name, treatment: arm.treatment, meaning: meaning, isShare: prediction.positive != nil,
              value: told.shrunk.value, low: told.shrunk.low, high: told.shrunk.high, all: arm.average.value,
              column: column))
        }
      }
    }
    return found
  }

  /// What the user says of segments, features and subjects that there are not.
  fileprivate func notes(on settings: PersonaSettings, _ book: PersonaBook) -> [String] {
    settings.remarks.keys.sorted().filter { key in
      !book.personas.contains { $0.path == key || (!$0.isMacro && key.hasSuffix("/\($0.id)")) }
    }.map { "'personas.segments.\($0)' in tessera.yml names no segment of this model, so it stands nowhere" }
      + book.unmatched(settings)
  }

  /// What is wrong with personas in a file that nobody trained; nil if nothing is.
  func fault(in book: PersonaBook) -> String? {
    let groups = profiledGroups([])
    let count = book.personas.count
    let paths = groups.groups.map { group in
      switch group {
      case .macro(let id): "\(id)"
      case .segment(let place): groups.segments[place].path
      }
    }
    guard book.personas.map(\.path) == paths, book.profiles.groups == groups.groups, book.profiles.fits(groups: count)
    else { return "its personas are not those of its segments" }
    return nil
  }
}

extension ProfiledGroups {
  /// The places of the micro-segments of every group, by the group's path.
  var placesByPath: [(path: String, places: [Int])] {
    groups.map { group in
      switch group {
      case .macro(let id): ("\(id)", members(of: id))
      case .segment(let place): (segments[place].path, [place])
      }
    }
  }
}
