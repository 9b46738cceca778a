extension RFMSettings {
  static let keys = ["classes", "recency", "frequency", "monetary"]

  /// Own cuts settle the number of classes, on which all that is stated must agree.
  init(_ section: YAMLSection) throws(ProjectError) {
    recency = try section.cuts("recency")
    frequency = try section.cuts("frequency")
    monetary = try section.cuts("monetary")
    let stated = try section.integer("classes", in: 2...9)
    let given = [("recency", recency), ("frequency", frequency), ("monetary", monetary)]
    classes = stated ?? given.lazy.compactMap(\.1).first.map { $0.count + 1 } ?? classes
    for (key, cuts) in given {
      guard let cuts, cuts.count != classes - 1 else { continue }
      throw section.error(
        key, "'features.rfm.\(key)' has \(cuts.count) cuts, but \(classes) classes have \(classes - 1) between them.")
    }
  }
}

extension LifecycleSettings {
  static let keys = ["new_days", "active", "lapsed", "won_back_days", "least_gaps"]

  init(_ section: YAMLSection) throws(ProjectError) {
    newDays = try section.integer("new_days", in: 1...36_500) ?? newDays
    wonBackDays = try section.integer("won_back_days", in: 1...36_500) ?? wonBackDays
    leastGaps = try section.integer("least_gaps", in: 1...1000) ?? leastGaps
    active = try section.factor("active") ?? active
    lapsed = try section.factor("lapsed") ?? lapsed
    guard active < lapsed else {
      throw section.error(
        "active",
        "'features.lifecycle.active' (\(active)) must be below 'features.lifecycle.lapsed' (\(lapsed)).")
    }
  }
}

extension YAMLSection {
  /// Cuts between classes, ascending.
  fileprivate func cuts(_ key: String) throws(ProjectError) -> [Double]? {
    guard let texts = try texts(key) else { return nil }
    let cuts = texts.compactMap { Double($0) }.filter(\.isFinite)
    guard cuts.count == texts.count, (1...8).contains(cuts.count), zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw error(key, "'\(path).\(key)' must list 1 to 8 numbers, each above the one before it.") }
    return cuts
  }

  fileprivate func factor(_ key: String) throws(ProjectError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), value > 0, value <= 1000 else {
      throw error(key, "'\(path).\(key)' must be a number above 0 and up to 1000.")
    }
    return value
  }
}
