/// How segments are named and what is to be done for them.
public struct PersonaSettings: Sendable, Hashable, Codable {
  /// Words beside those of the built-in vocabulary, and before them.
  public var words: [Wording] = []
  /// What customers are called where nothing better is known: "customers".
  public var customers: String?
  /// What joins a subject and what it does: "who".
  public var who: String?
  /// What joins the last two of a list: "and".
  public var and: String?
  /// What is added to a phrase about a window of days, whose number stands for `{days}`: "in {days} days".
  public var window: String?
  /// Whether adjectives follow the noun, as in French.
  public var putsAdjectivesLast = false
  /// Rules of what to do, before the built-in ones.
  public var actions: [ActionRule] = []
  /// Whether the built-in rules apply, too.
  public var usesDefaultActions = true
  /// What the user says of segments, by path or id: "2/7", "7".
  public var remarks: [String: PersonaRemark] = [:]

  /// The built-in vocabulary and rules.
  public init() {}
}

/// What a user says of a segment, by its id.
public struct PersonaRemark: Sendable, Hashable, Codable {
  /// Instead of the found name.
  public var name: String?
  /// For the team.
  public var note: String?
  /// Who looks after the segment.
  public var owner: String?
  /// By when.
  public var due: String?

  /// What is said.
  public init(name: String? = nil, note: String? = nil, owner: String? = nil, due: String? = nil) {
    (self.name, self.note, self.owner, self.due) = (name, note, owner, due)
  }
}

/// The words for a feature in which a segment stands out.
public struct Wording: Sendable, Hashable, Codable {
  /// The words for one side.
  public struct Side: Sendable, Hashable, Codable {
    /// Before a noun, in names: "lapsed".
    public var adjective: String?
    /// Instead of "customers", in names: "big spenders".
    public var group: String?
    /// After a noun: "in London".
    public var place: String?
    /// After "who", in sentences: "have not bought for long".
    public var phrase: String?

    /// Words for one side.
    public init(adjective: String? = nil, group: String? = nil, place: String? = nil, phrase: String? = nil) {
      (self.adjective, self.group, self.place, self.phrase) = (adjective, group, place, phrase)
    }
  }

  /// The feature's name, or words of it, `*` for the rest; ` = level` after it names a level, `= *` any.
  public var pattern: String
  /// What it is about; of features about one thing a name and a sentence speak once.
  public var concept: String
  /// What the feature counts or measures, where its number is told: "days since the last order".
  public var noun: String?
  /// For segments that have more of it, or of the level.
  public var high: Side
  /// For segments that have less.
  public var low: Side
  /// How gladly it stands in a name, from 0, never, to 1.
  public var weight: Double
  /// Whether more of the feature is less of the concept, as with a year of birth and age.
  public var isReversed: Bool

  /// The words for features of a pattern.
  public init(
    _ pattern: String, _ concept: String, noun: String? = nil, high: Side, low: Side = Side(), weight: Double = 1,
    isReversed: Bool = false
  ) {
    (self.pattern, self.concept, self.noun, self.high, self.low) = (pattern, concept, noun, high, low)
    (self.weight, self.isReversed) = (weight, isReversed)
  }
}

/// Something to do for segments that are so.
public struct ActionRule: Sendable, Hashable, Codable {
  /// A condition on a segment.
  public struct Condition: Sendable, Hashable, Codable {
    /// A concept of the vocabulary, a feature, `feature = level`, `chance of TARGET`, or what treatments change: `uplift`,
    /// `uplift of TARGET`, `uplift of TARGET by TREATMENT`.
    public var subject: String
    /// What must be so.
    public var test: Test

    /// A condition.
    public init(_ subject: String, _ test: Test) { (self.subject, self.test) = (subject, test) }
  }

  /// What must be so of a subject. An uplift is high where its interval lies above 0, and usual where 0 lies in it.
  public enum Test: Sendable, Hashable, Codable {
    /// More, or much more, than everybody else has.
    case high, veryHigh
    /// Less, or much less.
    case low, veryLow
    /// Neither.
    case usual
    /// The median (of a level its share, of a target its rate) is above or below this.
    case above(Double), below(Double)
  }

  /// "Win back".
  public var title: String
  /// All of which must hold.
  public var when: [Condition]
  /// What to do; `{treatment}` stands for the treatments that a condition on their uplift holds for.
  public var what: String
  /// By which channel; nil for the one they use most.
  public var channel: String?
  /// When; nil for when they buy most.
  public var moment: String?

  /// A rule.
  public init(
    _ title: String, when: [Condition], what: String, channel: String? = nil, moment: String? = nil
  ) {
    (self.title, self.when, self.what, self.channel, self.moment) = (title, when, what, channel, moment)
  }
}
