public import Personas

/// A statement and the number behind it.
public struct ReportFact: Sendable, Hashable, Codable {
  /// What is stated.
  public let words: String
  /// The features and numbers it rests on.
  public let evidence: String

  /// A statement.
  public init(words: String, evidence: String) { (self.words, self.evidence) = (words, evidence) }
}

/// A card: who the customers of a segment are, how sure that is, and what to do.
public struct ReportPersona: Sendable, Hashable, Codable {
  /// The path of its segment.
  public let path: String
  /// What the name rests on.
  public internal(set) var nameFacts: [ReportFact] = []
  /// One sentence of who they are and what they do.
  public internal(set) var sentence = ""
  /// What the sentence rests on.
  public internal(set) var sentenceFacts: [ReportFact] = []
  /// The user's note, owner and date.
  public internal(set) var remark: ReportRemark?
  /// Where it differs from everybody, what differs most first.
  public internal(set) var traits: [ReportTrait] = []
  /// What most of its customers share, and others may share too.
  public internal(set) var typical: [ReportFact] = []
  /// What the card tells by subject.
  public internal(set) var topics: [ReportTopic] = []
  /// How likely its customers are to do something.
  public internal(set) var chances: [ReportChance] = []
  /// What treatments change in what its customers do; empty without an experiment.
  public internal(set) var effects: [PersonaEffect] = []
  /// The rule that finds its customers best; nil where none was sought.
  public internal(set) var rule: ReportRule?
  /// The segments most alike, the nearest first.
  public internal(set) var neighbours: [ReportNeighbour] = []
  /// Invented customers; no real one among them.
  public internal(set) var examples: [[String]] = []
  /// What to do, the most urgent first.
  public internal(set) var actions: [ReportAction] = []

  /// A card with nothing on it.
  public init(path: String) { self.path = path }
}

/// What a user says of a segment.
public struct ReportRemark: Sendable, Hashable, Codable {
  /// The name that was found, where the user gave another.
  public let foundName: String?
  /// For the team.
  public let note: String?
  /// Who looks after the segment.
  public let owner: String?
  /// By when.
  public let due: String?
}

/// Where a segment differs from everybody.
public struct ReportTrait: Sendable, Hashable, Codable {
  /// The feature.
  public let feature: String
  /// The level of a category; nil for a number.
  public let level: String?
  /// In words, without numbers.
  public let words: String
  /// With its numbers.
  public let evidence: String
  /// Cliff's delta against everybody else, from -1 to 1.
  public let delta: Double
  /// The lower end of its 95% interval.
  public let low: Double
  /// The upper end.
  public let high: Double
  /// The rate of false discoveries at which it counts as one.
  public let q: Double
  /// Cliff's delta against the other segments of the same macro-segment; nil without any.
  public let siblings: Double?
}

/// What a card tells of one subject.
public struct ReportTopic: Sendable, Hashable, Codable {
  /// "What they buy".
  public let title: String
  /// One statement each.
  public let facts: [ReportFact]
}

/// How likely the customers of a segment are to do something.
public struct ReportChance: Sendable, Hashable, Codable {
  /// What the target is called.
  public let target: String
  /// What is foretold.
  public let meaning: String
  /// The mean predicted chance.
  public let predicted: Double
  /// The rate observed where it was judged; nil where fewer than ten did it, or all but fewer than ten.
  public let observed: Double?
  /// The lower end of its 95% interval.
  public let low: Double?
  /// The upper end.
  public let high: Double?
  /// Everybody's rate.
  public let all: Double
}

/// A rule that finds the customers of a segment.
public struct ReportRule: Sendable, Hashable, Codable {
  /// In words.
  public let words: String
  /// As SQL over the table of features.
  public let sql: String
  /// Of the held-out customers who meet it, the share that belongs to the segment; nil where too few are held out.
  public let precision: Double?
  /// Of the segment's held-out customers, the share that meets it; nil where too few are held out.
  public let recall: Double?
  /// Whether it is good enough to go by.
  public let isRuleLike: Bool
}

/// A segment that is like another.
public struct ReportNeighbour: Sendable, Hashable, Codable {
  /// Its path.
  public let path: String
  /// Its name.
  public let name: String
  /// From 0, alike, to 1.
  public let distance: Double
  /// What sets the segment apart from it.
  public let differences: [ReportFact]
}

/// Something to do for a segment.
public struct ReportAction: Sendable, Hashable, Codable {
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
