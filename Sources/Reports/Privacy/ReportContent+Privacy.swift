internal import Personas

extension ReportContent {
  /// Takes out what tells of fewer than ten customers, or lets such be reckoned.
  mutating func withholdSmallCells() {
    let cells = SmallCells(segments, none: none.map { $0.number ?? 0 })
    let total = everybody.number ?? 0
    // With a total that holds a few of none beside the sum of the segments, these few could be reckoned.
    let all = cells.none == .few ? max(0, total - (none?.number ?? 0)) : total
    if all < total { withhold(total: total, of: all) }
    everybody = ReportCount(all)
    none = cells.none
    var hidden: Set<String> = []
    var small: Set<String> = []
    for index in segments.indices {
      segments[index].customers = cells.segments[index]
      segments[index].share = cells.segments[index].number.map { Double($0) / Double(max(1, all)) }
      guard cells.segments[index].number == nil else { continue }
      hidden.insert(segments[index].path)
      // Sums of money could be subtracted like counts.
      segments[index].revenue = nil
      guard cells.segments[index] == .few else { continue }
      small.insert(segments[index].path)
      segments[index].standing = nil
    }
    personas = personas.map { card in
      var card = small.contains(card.path) ? ReportPersona(path: card.path) : card
      card.neighbours.removeAll { small.contains($0.path) }
      return card
    }
    comparison = comparison?.without(small)
    overlaps = overlaps?.without(hidden)
    for index in predictions.indices { predictions[index].withholdSmallCells() }
    withholdSmallNumbersInWords()
  }

  /// Sentences and tables made elsewhere may tell of all `total`, of whom `all` belong to segments.
  private mutating func withhold(total: Int, of all: Int) {
    func told(_ text: String) -> String { SmallNumbers.withheld(text, total: total, of: all) }
    found.sentences = found.sentences.map(told)
    for index in found.nodes.indices { found.nodes[index].reason = told(found.nodes[index].reason) }
    quality.notes = quality.notes.map(told)
    quality.sources = quality.sources.map { table in
      ReportTable(caption: table.caption, columns: table.columns, rows: table.rows.map { $0.map(told) })
    }
    method = method.map { ReportSetting($0.group, $0.name, told($0.value)) }
  }

  /// Sentences made elsewhere may tell of "3 customers".
  private mutating func withholdSmallNumbersInWords() {
    let told = quality.notes.filter { !SmallNumbers.areTold(in: $0) }
    quality.withheldNotes += quality.notes.count - told.count
    quality.notes = told
    found.sentences = found.sentences.map(SmallNumbers.withheld)
    for index in found.nodes.indices { found.nodes[index].reason = SmallNumbers.withheld(found.nodes[index].reason) }
  }
}

extension ReportComparison {
  /// With nothing told of the segments at `small`.
  fileprivate func without(_ small: Set<String>) -> ReportComparison {
    func told<Value>(_ groups: [Value?]) -> [Value?] {
      zip(paths, groups).map { small.contains($0) ? nil : $1 }
    }
    return ReportComparison(
      paths: paths,
      numbers: numbers.map { Number(feature: $0.feature, everyone: $0.everyone, groups: told($0.groups)) },
      levels: levels.map {
        Level(feature: $0.feature, level: $0.level, everyone: $0.everyone, groups: told($0.groups))
      })
  }
}

extension ReportPrediction {
  /// Parts are put together until ten did it and ten did not; of segments where fewer did or did not, what came is not told.
  fileprivate mutating func withholdSmallCells() {
    segments = segments.compactMap { segment in
      guard let rows = segment.rows else { return segment }
      guard rows >= ReportedGroups.least else { return nil }
      var told = segment
      told.rows = nil
      let hits = Double(rows) * (segment.observed ?? 0)
      if min(hits, Double(rows) - hits).rounded() < Double(ReportedGroups.least) {
        (told.observed, told.low, told.high) = (nil, nil, nil)
      }
      return told
    }
    var merged: [ReportGain] = []
    for part in gains {
      if let last = merged.last, !last.isLarge {
        merged[merged.count - 1] = last.adding(part, rate: rate)
      } else {
        merged.append(part)
      }
    }
    if merged.count > 1, let last = merged.last, !last.isLarge {
      merged.removeLast()
      merged[merged.count - 1] = merged[merged.count - 1].adding(last, rate: rate)
    }
    gains = merged.filter(\.isLarge)
  }
}

extension ReportGain {
  /// Whether ten did it and ten did not.
  fileprivate var isLarge: Bool {
    let hits = (rows * observed).rounded()
    return min(hits, rows - hits) >= Double(ReportedGroups.least)
  }

  /// This part and the next one below together.
  fileprivate func adding(_ next: ReportGain, rate: Double) -> ReportGain {
    let all = rows + next.rows
    func mean(_ one: Double, _ other: Double) -> Double { all > 0 ? (one * rows + other * next.rows) / all : 0 }
    let observed = mean(observed, next.observed)
    let interval = Effect.wilson(observed, all)
    return ReportGain(
      rows: all, predicted: mean(predicted, next.predicted), observed: observed, low: interval.low,
      high: interval.high, lift: rate > 0 ? observed / rate : 0, depth: next.depth, gain: next.gain)
  }
}
