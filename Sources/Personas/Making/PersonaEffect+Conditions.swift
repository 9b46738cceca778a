internal import Features

extension PersonaEffect {
  static let subject = "uplift"

  /// The effects that the subject of a condition asks for: "uplift" for all, "uplift of TARGET" or
  /// "uplift of TARGET by TREATMENT"; nil where it asks for none of `effects`.
  static func asked(_ subject: String, of effects: [PersonaEffect]) -> [PersonaEffect]? {
    if subject == PersonaEffect.subject { return effects.isEmpty ? nil : effects }
    let lead = "\(PersonaEffect.subject) of "
    guard subject.hasPrefix(lead) else { return nil }
    let name = subject.dropFirst(lead.count)
    let own = effects.filter { $0.target == name || "\($0.target) by \($0.treatment)" == name }
    return own.isEmpty ? nil : own
  }

  /// Whether it is so: high where its whole interval lies above 0, very high above everybody's effect too; low and very low
  /// likewise below; usual where 0 lies in it.
  func meets(_ test: ActionRule.Test) -> Bool {
    switch test {
    case .high: low > 0
    case .veryHigh: low > max(0, all)
    case .low: high < 0
    case .veryLow: high < min(0, all)
    case .usual: low <= 0 && high >= 0
    case .above(let value): self.value > value
    case .below(let value): self.value < value
    }
  }
}

extension ActionRule.Test {
  /// Whether it has to hold for all effects that are asked for, rather than for one.
  var isOfAll: Bool {
    switch self {
    case .usual, .below: true
    case .high, .veryHigh, .low, .veryLow, .above: false
    }
  }
}
