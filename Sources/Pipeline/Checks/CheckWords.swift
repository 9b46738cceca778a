internal import Features

/// What the checks found, in the words of the card and of warnings.
extension SegmentChecks {
  /// Sections of the card; empty where there is nothing to say.
  var markdown: String {
    var text = ""
    if let redundancy {
      text += "\n## Features that tell the same\n\n"
      text += redundancy.groups.isEmpty ? "No two" : "In each of these groups any two"
      text += " of the \(redundancy.features) numeric features have a rank correlation (Spearman) of "
      text += "\(ReadableNumber.hundredths(redundancy.threshold)) or more, whatever its sign, on "
      text += "\(ReadableNumber.grouped(redundancy.rows)) rows"
      text += redundancy.groups.isEmpty ? ".\n" : ":\n\n"
      for group in redundancy.groups {
        text += "- \(group.features.joined(separator: ", ")) (\(ReadableNumber.hundredths(group.least)) or more; "
        text += "'\(group.representative)' is most like the others)\n"
      }
      if !redundancy.groups.isEmpty {
        text +=
          redundancy.isSelected
          ? "\nOnly the one most like the others of each group forms segments.\n"
          : "\nAll of them form segments; with `segments: {redundancy: select}` only the one most like the others does.\n"
      }
    }
    if !leakWarnings.isEmpty {
      text += "\n## Features that may be known only afterwards\n\n"
      for warning in leakWarnings { text += "- **warning:** \(warning).\n" }
    }
    guard let proxies, !proxies.isEmpty else { return text }
    text += "\n## Guarded attributes\n\nThey form no segment. Whether the features that do stand in for them:\n\n"
    let warned = proxyWarnings
    for warning in warned { text += "- **warning:** \(warning).\n" }
    if !warned.isEmpty { text += "\n" }
    text += markdownTable(
      ["attribute", "told by the features", "most by", "told by the segments"],
      proxies.map { proxy in
        let level = proxy.level.map { " of '\($0)'" } ?? ""
        return [
          proxy.attribute,
          proxy.prediction.map {
            "\(ReadableNumber.hundredths($0)) (\(proxy.measure.words)\(level))\(proxy.isPredicted ? ": yes" : "")"
          } ?? "too few rows to tell",
          proxy.prediction == nil ? "" : proxy.carriers.joined(separator: ", "),
          proxy.segments.map {
            "\(ReadableNumber.hundredths($0)) (\(proxy.association.words))\(proxy.isTold ? ": yes" : "")"
          } ?? "too few rows to tell",
        ]
      })
    text +=
      "\nBy the features: ridge regression on the columns used, each row predicted from the other four fifths of at "
    text +=
      "most 20,000 rows; AUC (0.5 is chance; of the level told best) counts from 0.75 on, R squared of ranks from "
    text +=
      "0.25. By the segments: Cramér's V counts from 0.3 on, epsilon squared of ranks from 0.25, both corrected for "
    text += "chance.\n"
    return text
  }

  /// Sentences of what a reader must know at once: of each guarded attribute, what stands in for it, and which features
  /// may be known only afterwards.
  public var warnings: [String] { leakWarnings + proxyWarnings }

  private var leakWarnings: [String] {
    (leaks ?? []).map {
      "'\($0.feature)' forms segments and may be known only afterwards: \($0.reason). No new customer will have it then; "
        + "keep it out with 'segments.exclude', or make it an 'outcome'"
    }
  }

  private var proxyWarnings: [String] {
    (proxies ?? []).compactMap { proxy in
      var found: [String] = []
      if let value = proxy.prediction, proxy.isPredicted {
        found.append("the features used tell it: \(proxy.meaning(value)). Most by \(proxy.carrierNames)")
      }
      if let value = proxy.segments, proxy.isTold {
        found.append(
          "the segments divide customers by it (\(proxy.association.words) \(ReadableNumber.hundredths(value)), "
            + "where 0 is not at all and 1 is wholly)")
      }
      guard !found.isEmpty else { return nil }
      return
        "'\(proxy.attribute)' is guarded, and yet \(found.joined(separator: "; and ")). "
        + "Leave such features out with 'segments.exclude' if segments must not stand in for it"
    }
  }

  /// One sentence of which features tell the same; nil without any.
  public var redundancyNote: String? {
    guard let redundancy, let largest = redundancy.groups.max(by: { $0.features.count < $1.features.count }) else {
      return nil
    }
    let groups = redundancy.groups.count
    let what = groups == 1 ? "a group of features tells the same" : "\(groups) groups of features tell the same"
    let shown = largest.features.prefix(4).joined(separator: ", ")
    let more = largest.features.count > 4 ? " and \(largest.features.count - 4) more" : ""
    return "\(what) (rank correlation \(ReadableNumber.hundredths(redundancy.threshold)) or more): \(shown)\(more)"
      + (groups == 1 ? "" : "; …")
      + (redundancy.isSelected
        ? "; one of each forms segments" : "; 'segments.redundancy: select' would keep one of each")
  }
}

extension GuardedProxy {
  /// What `value` of the measure says, for readers who know no statistics.
  fileprivate func meaning(_ value: Double) -> String {
    let percent = ReadableNumber.wholePercent(value)
    switch measure {
    case .auc:
      let pair = level.map { "one of '\($0)' and one not" } ?? "of different levels"
      return "of two customers, \(pair), they pick the right one in \(percent) of cases, where 50% is chance "
        + "(AUC \(ReadableNumber.hundredths(value)))"
    case .rSquared:
      return "they explain \(percent) of how customers rank by it (R squared \(ReadableNumber.hundredths(value)))"
    }
  }

  fileprivate var carrierNames: String {
    let names = carriers.map { "'\($0)'" }
    return names.dropLast().joined(separator: ", ") + (names.count > 1 ? " and " : "") + (names.last ?? "")
  }
}

extension GuardedProxy.Measure {
  var words: String { self == .auc ? "AUC" : "R squared" }
}

extension GuardedProxy.Association {
  var words: String { self == .cramersV ? "Cramér's V" : "epsilon squared" }
}

extension DataQuality {
  /// What was found in the rows used, for the card: counts, notes, and every column.
  var markdown: String {
    var text = ""
    for detail in details ?? [] {
      let sampled =
        detail.oneCustomerIn > 1
        ? " (rows of one customer in \(ReadableNumber.grouped(detail.oneCustomerIn)))" : ""
      text += "- \(detail.source), \(ReadableNumber.grouped(detail.rowsLookedAt)) rows looked at\(sampled): "
      text += detail.facts.joined(separator: ", ") + "\n"
    }
    for note in notes { text += "- note: \(note)\n" }
    let columns = (details ?? []).flatMap { detail in
      detail.columns.map { column in
        [
          detail.source, column.column,
          ReadableNumber.percent(Double(column.missing) / Double(max(1, detail.rowsLookedAt))),
          ReadableNumber.grouped(column.distinct),
          [
            column.identifier.map { "like an identifier: \($0)" },
            column.leak.map { "perhaps known only afterwards: \($0)" },
          ]
          .compactMap { $0 }.joined(separator: "; "),
        ]
      }
    }
    guard !columns.isEmpty else { return text }
    return text + "\n" + markdownTable(["source", "column", "missing", "different values", ""], columns) + "\n"
  }
}

extension SourceDetail {
  /// Every count in a few words; what there is none of is said too, as it was looked for.
  var facts: [String] {
    func count(_ number: Int, _ words: String) -> String {
      "\(number == 0 ? "no" : ReadableNumber.grouped(number)) \(words)"
    }
    var facts = [count(repeatedRows, "repeated rows")]
    facts += orphans.map { "\(count($0.count, $0.what)) (of \(ReadableNumber.grouped($0.of)))" }
    if let returnedRows { facts.append(count(returnedRows, "returned lines")) }
    if implausibleTimes > 0 { facts.append(count(implausibleTimes, "unlikely times")) }
    for outlier in outliers {
      facts.append(
        "\(count(outlier.rows, "outliers of '\(outlier.column)'")), the largest "
          + "\(ReadableNumber.text(outlier.largestRatio)) times the median")
    }
    if let concentration {
      facts.append(
        "\(count(concentration.customers, "customers")) with \(ReadableNumber.percent(concentration.share)) of the revenue"
      )
    }
    return facts
  }
}
