internal import Clustering
internal import Features
internal import Personas
internal import Propensity
public import Reports

extension SegmentModel {
  /// What a report of this model tells; what would tell of fewer than ten customers is not in it.
  public func reportContent() -> ReportContent {
    let segments = reportSegments
    return ReportContent(
      title: name, unit: unit, asOf: features.asOf, madeBy: "Tessera \(provenance.tessera)",
      everybody: provenance.rows, none: self.segments.none, segments: segments, criteria: reportCriteria,
      found: reportFound, personas: (personas?.personas ?? []).map(ReportPersona.init),
      comparison: personas.map { ReportComparison($0.profiles, paths: $0.personas.map(\.path)) },
      overlaps: lists.map { ReportOverlaps(names: $0.overlaps.names, counts: $0.overlaps.counts) },
      predictions: (predictions ?? []).map(ReportPrediction.init), quality: reportQuality, method: reportMethod)
  }

  /// Divided macro-segments, each followed by its micro-segments; others alone.
  private var reportSegments: [ReportSegment] {
    let standings = Dictionary((attractiveness?.segments ?? []).map { ($0.path, $0) }) { first, _ in first }
    func standing(_ path: String) -> ReportStanding? {
      standings[path].map { standing in
        ReportStanding(
          attractiveness: standing.attractiveness, rank: standing.rank,
          scores: AttractivenessCriterion.allCases.compactMap { name in
            standing.scores[name].map { .init(criterion: name.rawValue, score: $0) }
          })
      }
    }
    if let personas {
      return personas.personas.map { persona in
        ReportSegment(
          path: persona.path, name: persona.name, macro: persona.macro, isMacro: persona.isMacro,
          customers: persona.customers, revenue: persona.revenue.map(ReportRevenue.init),
          standing: standing(persona.path), stability: persona.stability)
      }
    }
    // Without personas segments have their number alone.
    let lines = lines
    let macros = lines.map { Int($0.segment.prefix { $0 != "/" }) ?? 0 }
    let stable = Dictionary((segments.stability?.clusters ?? []).map { ($0.label, $0.meanJaccard) }) { first, _ in first
    }
    var rows: [ReportSegment] = []
    for (index, line) in lines.enumerated() {
      let inside = lines.indices.filter { tree != nil && macros[$0] == macros[index] }
      if inside.count > 1, inside.first == index {
        rows.append(
          ReportSegment(
            path: "\(macros[index])", name: "Macro-segment \(macros[index])", macro: macros[index], isMacro: true,
            customers: inside.reduce(0) { $0 + lines[$1].customers }))
      }
      rows.append(
        ReportSegment(
          path: line.segment,
          name: line.traits.isEmpty ? "Segment \(line.segment)" : line.traits.joined(separator: ", "),
          macro: macros[index], isMacro: false, customers: line.customers, revenue: revenue(index, line),
          standing: standing(line.segment), stability: line.stability ?? stable[index]))
    }
    return rows
  }

  private func revenue(_ index: Int, _ line: SegmentLine) -> ReportRevenue? {
    guard let profile = revenueProfile, let share = line.revenueShare, line.customers > 0 else { return nil }
    return ReportRevenue(
      feature: profile.name, sum: profile.sums[index], share: share,
      mean: profile.sums[index] / Double(line.customers))
  }

  private var reportCriteria: [ReportCriterion] {
    (attractiveness?.criteria ?? []).map {
      ReportCriterion(name: $0.name.rawValue, share: $0.share, meaning: $0.meaning)
    }
  }
}

extension ReportRevenue {
  fileprivate init(_ revenue: PersonaRevenue) {
    self.init(
      feature: revenue.feature, sum: revenue.sum, share: revenue.share, mean: revenue.mean,
      expected: revenue.expected.map {
        ReportForecast(days: $0.days, expected: $0.expected, low: $0.low, high: $0.high)
      })
  }
}

extension ReportPrediction {
  fileprivate init(_ prediction: ProjectPrediction) {
    let card = prediction.prediction.card
    let quality = card.quality
    func figure(_ name: String, _ meaning: String, _ estimate: Estimate) -> ReportFigure {
      ReportFigure(name: name, meaning: meaning, value: estimate.value, low: estimate.low, high: estimate.high)
    }
    var figures = [
      figure("AUC", "the chance that one who does it scores above one who does not; 0.5 by lot", quality.auc),
      figure("average precision", "the area under precision against recall", quality.averagePrecision),
      figure("log loss", "less is better", quality.logLoss), figure("Brier score", "less is better", quality.brier),
      figure(
        "calibration error", "the mean distance of predicted from observed rates, over tenths", quality.calibrationError
      ),
    ]
    if let slope = quality.calibrationSlope {
      figures.append(
        ReportFigure(
          name: "calibration slope", meaning: "1 where chances are true, below where too extreme", value: slope))
    }
    if let baseline = card.baseline {
      figures.append(figure("AUC of \(baseline.feature) alone", "what one feature would do", baseline.quality.auc))
    }
    let dates = prediction.learntAndJudged
    let judged =
      card.isJudgedLater
      ? "judged on \(dates.judged.joined(separator: ", ")), learnt from \(dates.learnt.joined(separator: ", "))"
      : "judged out of \(card.folds) folds, as of \(prediction.dates.joined(separator: ", "))"
    self.init(
      name: prediction.name, meaning: prediction.meaning, judged: judged,
      reason: "\(card.reason) \(card.calibrationReason)", rate: quality.rate, figures: figures,
      gains: card.gains.parts.map {
        ReportGain(
          rows: $0.rows, predicted: $0.predicted, observed: $0.observed, low: $0.low, high: $0.high, lift: $0.lift,
          depth: $0.depth, gain: $0.gain)
      },
      segments: prediction.segments.map {
        ReportReliability(
          path: $0.group, rows: $0.rows, predicted: $0.predicted, observed: $0.observed, low: $0.low, high: $0.high)
      },
      importances: card.importances.map {
        ReportImportance(feature: $0.feature, share: $0.share, direction: $0.direction)
      })
  }
}
