public import Features

/// A macro- or micro-segment for people: its name, who these are, how sure that is, and what to do.
public struct Persona: Sendable, Hashable, Codable {
  /// "2/7" for a micro-segment, "2" for a macro-segment.
  public let path: String
  /// Its id among micro-segments or among macro-segments.
  public let id: Int
  /// The id of its macro-segment, its own for one.
  public let macro: Int
  /// Whether it is a macro-segment of several micro-segments.
  public let isMacro: Bool
  /// The user's name for it where there is one, else the found one; unique in the model.
  public internal(set) var name: String
  /// The name found.
  public internal(set) var foundName: String
  /// The traits that the found name speaks of.
  public internal(set) var nameTraits: [Trait]
  /// One sentence of who they are and what they do.
  public internal(set) var sentence: String
  /// The traits that the sentence speaks of, in its order.
  public internal(set) var sentenceTraits: [Trait]
  /// The user's note, owner and date.
  public internal(set) var remark: PersonaRemark?
  /// Customers of training.
  public let customers: Int
  /// Their share of all.
  public let share: Double
  /// The mean Jaccard similarity with which it came back in resamples; nil where none was measured.
  public let stability: Double?
  /// What was spent; nil where no feature tells.
  public let revenue: PersonaRevenue?
  /// Where it differs from everybody, what differs most first.
  public let distinctive: [Trait]
  /// What most of its customers share, and others may share too.
  public let typical: [Fact]
  /// What the card tells by subject: what they buy, when, by which channel.
  public let topics: [Topic]
  /// The chances of the model's targets.
  public let chances: [PersonaChance]
  /// What treatments change; nil where no experiment was learnt from.
  public let effects: [PersonaEffect]?
  /// The rule that finds its customers best.
  public let rule: RuleFinding
  /// The segments most alike, the nearest first.
  public internal(set) var neighbours: [Neighbour]
  /// Invented customers, drawn from the segment's distribution; no real one among them.
  public let examples: [[Fact]]
  /// What to do, the most urgent first.
  public internal(set) var actions: [PersonaAction]

  /// A statement and the number behind it.
  public struct Fact: Sendable, Hashable, Codable {
    /// What is stated: "mostly bought on Fridays".
    public let words: String
    /// The features and numbers it rests on.
    public let evidence: String
  }

  /// What a card tells of one subject.
  public struct Topic: Sendable, Hashable, Codable {
    /// "What they buy".
    public let title: String
    /// One statement each.
    public let facts: [Fact]
  }

  /// A segment that is like this one.
  public struct Neighbour: Sendable, Hashable, Codable {
    /// Its path.
    public let path: String
    /// Its name.
    public internal(set) var name: String
    /// The root mean square of Cliff's delta between the two over all features, from 0 (alike) to 1.
    public let distance: Double
    /// What sets this segment apart from it, what differs most first.
    public let differences: [Fact]
  }
}

/// What a segment has spent, and may spend.
public struct PersonaRevenue: Sendable, Hashable, Codable {
  /// The feature that tells of it.
  public let feature: String
  /// The sum.
  public let sum: Double
  /// Its share of everybody's.
  public let share: Double
  /// A customer's mean.
  public let mean: Double
  /// What is expected, with an 80% range; nil without a forecast.
  public var expected: PersonaForecast?

  /// What was spent; without a forecast.
  public init(feature: String, sum: Double, share: Double, mean: Double, expected: PersonaForecast? = nil) {
    (self.feature, self.sum, self.share, self.mean, self.expected) = (feature, sum, share, mean, expected)
  }
}

/// What a segment is expected to spend.
public struct PersonaForecast: Sendable, Hashable, Codable {
  /// The days ahead.
  public let days: Int
  /// The expected sum.
  public let expected: Double
  /// The lower end of its 80% range.
  public let low: Double
  /// The upper end of its 80% range.
  public let high: Double

  /// A forecast of `days`.
  public init(days: Int, expected: Double, low: Double, high: Double) {
    (self.days, self.expected, self.low, self.high) = (days, expected, low, high)
  }
}

/// How likely the customers of a segment are to do something.
public struct PersonaChance: Sendable, Hashable, Codable {
  /// What the target is called.
  public let target: String
  /// What is foretold.
  public let meaning: String
  /// The mean predicted chance.
  public let predicted: Double
  /// What came where it was judged; nil where fewer than ten did it, or all but fewer than ten.
  public let came: Came?
  /// Everybody's rate.
  public let all: Double

  /// A rate and its 95% interval.
  public struct Came: Sendable, Hashable, Codable {
    /// The rate observed.
    public let rate: Double
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// A rate between two ends.
    public init(_ rate: Double, low: Double, high: Double) { (self.rate, self.low, self.high) = (rate, low, high) }
  }

  /// A chance and what came of it.
  public init(target: String, meaning: String, predicted: Double, came: Came?, all: Double) {
    (self.target, self.meaning, self.predicted, self.came, self.all) = (target, meaning, predicted, came, all)
  }
}

/// Something to do for a segment.
public struct PersonaAction: Sendable, Hashable, Codable {
  /// "Win back".
  public let title: String
  /// What to do.
  public let what: String
  /// Why it applies here, with numbers.
  public let why: String
  /// By which channel; nil where nothing tells.
  public let channel: String?
  /// When; nil where nothing tells.
  public let moment: String?
}
