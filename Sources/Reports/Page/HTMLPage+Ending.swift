internal import Features

extension HTMLPage {
  /// Expected spend, data quality, method.
  var ending: [String: Any] {
    let notes =
      content.quality.notes
      + (content.quality.withheldNotes > 0
        ? [
          "\(content.quality.withheldNotes) more \(content.quality.withheldNotes == 1 ? "note tells" : "notes tell") of "
            + "fewer than ten rows or \(content.unit); `tessera train` printed them."
        ] : [])
    return [
      "values": Self.field(values), "sources": Self.field(content.quality.sources.map(table)),
      "hasNotes": !notes.isEmpty, "notes": notes, "explanations": Method.explanations(content.unit), "groups": groups,
    ]
  }

  /// What segments are expected to spend; nil without forecasts.
  var values: [String: Any]? {
    let told = content.leaves.compactMap { leaf in leaf.revenue?.expected.map { (leaf, $0) } }
    guard let days = told.first?.1.days else { return nil }
    let most = told.map { $0.1.high }.max() ?? 0
    return [
      "horizon": "What each segment is expected to spend in the next \(days) days.",
      "ranges": told.map { leaf, ahead in
        [
          "name": "\(leaf.path) \(leaf.name)", "expected": ReadableNumber.text(ahead.expected),
          "range": "\(ReadableNumber.text(ahead.low))–\(ReadableNumber.text(ahead.high))",
          "plot": RangeBar.markup(ahead, most: most).html,
        ] as [String: Any]
      },
    ]
  }

  private var groups: [[String: Any]] {
    var order: [String] = []
    var found: [String: [[String: Any]]] = [:]
    for setting in content.method {
      if found[setting.group] == nil { order.append(setting.group) }
      found[setting.group, default: []].append(["name": setting.name, "value": setting.value])
    }
    return order.map { ["group": $0, "settings": found[$0] ?? []] }
  }
}
