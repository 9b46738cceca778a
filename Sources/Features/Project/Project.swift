public import Foundation
public import Warehouse

/// What `tessera.yml` says: where the records are, what they mean, and what to make of them.
public struct Project: Sendable, Hashable {
  /// Names the model file and the output folder.
  public var name: String
  /// The folder of the project file; relative paths start there.
  public var folder: URL
  /// The project file, for messages.
  public var file: String
  /// The last day whose records may be used; nil takes the day of the latest purchase.
  public var asOf: CalendarDate?
  /// The tables of records, in the order of the file.
  public var sources: [Source]
  /// How features are made.
  public var features = FeatureSettings()
  /// Lists of customers by rules, in the order of the file.
  public var lists: [RuleList] = []
  /// What customers may do, whose chances are learnt, in the order of the file.
  public var targets: [TargetSettings] = []
  /// What treatments change, in the order of the file.
  public var effects: [EffectSettings] = []
  /// How orders and revenue to come are forecast; nil forecasts none.
  public var value: ValueSettings?
  /// How segments are formed.
  public var segments = SegmentSettings()
  /// How segments are named and what is to be done for them.
  public var personas = PersonaSettings()
  /// Where results go.
  public var output = OutputSettings()
  /// The engine that computes.
  public var engine = EngineSettings()

  /// A project without sources yet.
  public init(name: String, folder: URL, file: String = "tessera.yml") {
    self.name = name
    self.folder = URL(fileURLWithPath: folder.path, isDirectory: true)
    self.file = file
    sources = []
  }

  /// The sources that play `role`.
  public func sources(_ role: SourceRole) -> [Source] { sources.filter { $0.role == role } }
}

/// What the rows of a source are.
public enum SourceRole: String, Sendable, Hashable, Codable, CaseIterable {
  /// One row a purchased line (or a whole order).
  case transactions
  /// One row a product: its category.
  case products
  /// One row a customer: attributes. With a time, one row a change, of which the latest counts.
  case customers
  /// One row an event of a customer at a time (a redeemed coupon, a visit, a complaint).
  case events
  /// One row a customer and campaign: who was contacted.
  case campaigns
  /// One row a campaign: when it began.
  case campaignCalendar = "campaign_calendar"
  /// Answers to questions: one row an answer, or one row a customer with a column a question.
  case surveys
  /// One row a region, store or the like: what is known of it, whoever is there.
  case lookups
  /// One row an account: what is known of the company.
  case companies
  /// One row a customer and the company they belong to.
  case contacts
  /// One row a customer and what they were sent at random: the treatment, and what they did then.
  case experiments
  /// One row a visitor who turned out to be a customer: merges anonymous records with known ones.
  case identities

  /// What a source of this role must say about its columns.
  public var required: [ColumnRole] {
    switch self {
    case .transactions: [.customer, .time]
    case .events: [.time]
    case .products: [.product]
    case .customers, .surveys: [.customer]
    case .lookups: [.key]
    case .companies: [.company]
    case .contacts: [.customer, .company]
    case .campaigns: [.campaign]
    case .campaignCalendar: [.campaign, .time]
    case .experiments: [.customer, .treatment, .outcome]
    case .identities: [.visitor, .customer]
    }
  }

  /// What it may say besides.
  public var optional: [ColumnRole] {
    switch self {
    case .transactions:
      [
        .order, .amount, .price, .quantity, .discount, .product, .category, .brand, .store, .channel, .plan, .currency,
        .deliverBy, .shipping,
      ]
    case .products: [.category, .brand]
    case .events: [.customer, .visitor, .type, .session, .device, .product, .category, .channel, .campaign]
    case .campaigns: [.customer, .visitor, .time, .type, .channel]
    case .customers: [.time, .birth, .region, .company, .treatment, .outcome]
    case .surveys: [.time, .question, .answer]
    case .contacts, .experiments, .identities: [.time]
    case .campaignCalendar, .lookups, .companies: []
    }
  }

  /// Whether each row belongs to one customer.
  var isOfCustomers: Bool {
    switch self {
    case .transactions, .customers, .surveys, .events, .campaigns, .contacts, .experiments, .identities: true
    case .products, .campaignCalendar, .lookups, .companies: false
    }
  }

  /// Whether the columns that mean nothing else are attributes, passed on to features.
  var hasAttributes: Bool { [.customers, .surveys, .lookups, .companies].contains(self) }
}

/// What a column means.
public enum ColumnRole: String, Sendable, Hashable, Codable, CaseIterable {
  /// Whose record it is, and when it was made.
  case customer, time
  /// What was bought: the order, its money, the product and where.
  case order, amount, price, quantity, discount, product, category, brand, store, channel, plan, currency
  /// How soon it was wanted, as was said when it was ordered: the day, and the way of shipping.
  case deliverBy = "deliver_by"
  case shipping
  /// A campaign; the type of an event or contact ("view", "opened"), the session and device it came from.
  case campaign, type, session, device
  /// Someone not yet known as a customer.
  case visitor
  /// A customer's date or year of birth, and where they are, from the widest region to the narrowest.
  case birth, region
  /// The account a customer belongs to; what a lookup's row is of.
  case company, key
  /// A question of a survey and the answer to it.
  case question, answer
  /// What a customer was sent at random, and what is known only afterwards: labels, never features.
  case treatment, outcome

  /// Whether several columns may play it: discounts are added, outcomes stand for themselves, the others from the widest to
  /// the narrowest.
  var takesSeveral: Bool { [.discount, .category, .region, .outcome].contains(self) }
}

/// One table of raw records.
public struct Source: Sendable, Hashable {
  /// Where the records are.
  public enum Origin: Sendable, Hashable {
    /// A file, relative to the project's folder.
    case file(String)
    /// A table or view of the engine's database.
    case table(String)
    /// The result of a query.
    case query(String)
  }

  /// What the project calls it.
  public var name: String
  /// What its rows are.
  public var role: SourceRole
  /// Where the records are.
  public var origin: Origin
  /// The columns that mean something, by meaning; see ``ColumnRole/takesSeveral``.
  public var columns: [ColumnRole: [String]]
  /// Customers, surveys, lookups, companies: the attribute columns; nil takes every other column.
  public var attributes: [String]?
  /// An SQL condition on the source's own columns; rows that fail it are left out.
  public var condition: String?
  /// A CSV file's text encoding when it is not UTF-8.
  public var encoding: String?
  /// The sign before decimals in a text file: "." or ",", with which "." groups thousands.
  public var decimal = "."
  /// How times are written, when not as ISO 8601 (`%d/%m/%Y %H:%M`).
  public var timeFormat: String?
  /// Lookups: the column of customers' regions whose values the keys are, or `store`.
  public var explains: String?
  /// Surveys: the columns that hold several answers each, parted by semicolons.
  public var multiple: [String] = []
  /// Customers: whether every row is a customer of its own, who is called by the row's number, from 1.
  public var numbersRows = false
  /// The line of the project file that begins it.
  public var line: Int?

  /// A source and the columns that mean something.
  public init(name: String, role: SourceRole, origin: Origin, columns: [ColumnRole: [String]] = [:]) {
    self.name = name
    self.role = role
    self.origin = origin
    self.columns = columns
  }

  /// The one column that plays `role`, or nil.
  public func column(_ role: ColumnRole) -> String? { columns[role]?.first }
}

/// How features are made.
public struct FeatureSettings: Sendable, Hashable {
  /// What becomes of lines with a negative amount or quantity (returns, cancelled orders).
  public enum Returns: String, Sendable, Hashable, Codable, CaseIterable {
    /// They enter no purchase feature and are told by features of their own.
    case exclude
    /// They are lines like any other: they lower sums and count as orders of their own.
    case net
  }

  /// Families switched off.
  public var switchedOff: Set<String> = []
  /// How many categories get a share of their own; the rest are "other".
  public var categories = 12
  /// What becomes of returned and cancelled lines.
  public var returns = Returns.exclude
  /// Levels of ordered attributes, lowest first.
  public var ordinal: [String: [String]] = [:]
  /// How recency, frequency and monetary value are scored.
  public var rfm = RFMSettings()
  /// Where the stages of a customer's life begin and end.
  public var lifecycle = LifecycleSettings()
  /// The lengths of time windows that end with the as-of date, in days, ascending; besides them stands "ever".
  public var windows = [7, 30, 90, 180, 365]
  /// Days in which a decayed count or sum loses half its weight.
  public var halfLife = 90
  /// Which orders are urgent.
  public var urgency = UrgencySettings()
  /// How affinities to categories and brands are told.
  public var affinity = AffinitySettings()
  /// A region with fewer customers counts as the one it lies in.
  public var leastCustomersOfRegion = 50
  /// How events and campaigns are told: engagement, browsing and leads.
  public var acts = ActSettings()
  /// The project's own rules: each is a feature of 1 and 0.
  public var rules: [CountRule] = []
  /// The project's own features in SQL.
  public var expressions: [FeatureExpression] = []
  /// How much a family counts beside the others, where not 1.
  public var weights: [String: Double] = [:]
  /// Attributes that describe segments and never form them; nil guards those whose names speak of what people may not
  /// be sorted by (see ``GuardedAttributes``).
  public var describeOnly: [String]?

  /// The defaults.
  public init() {}
}

/// How columns are brought to a common scale.
public enum Scaling: String, Sendable, Hashable, Codable, CaseIterable {
  /// As they are.
  case none
  /// Mean 0, standard deviation 1 (dividing by n).
  case standard
  /// Median 0, interquartile range as that of a standard normal variable.
  case robust
}

/// How segments are formed.
public struct SegmentSettings: Sendable, Hashable {
  /// The least number of macro-segments tried.
  public var minimumClusters = 1
  /// The greatest number of macro-segments tried.
  public var maximumClusters = 8
  /// What becomes of macro-segments: see ``TreeSettings``.
  public var tree = TreeSettings()
  /// How features are brought to a common scale.
  public var scaling = Scaling.standard
  /// Features or families that do not form segments (they still describe them).
  public var exclude: [String] = []
  /// Each family counts as much as any other, however many columns it has.
  public var balanceFamilies = true
  /// What becomes of features that tell the same.
  public var redundancy = RedundancySettings()
  /// Independent starts for each number of segments; nil leaves it to the method.
  public var restarts: Int?
  /// What every random choice follows from.
  public var seed: UInt64 = 0

  /// The defaults.
  public init() {}
}

/// Where results go, relative to the project file.
public struct OutputSettings: Sendable, Hashable {
  /// The folder of results.
  public var folder = "output"
  /// The folder of model files.
  public var models = "models"
  /// The table of the engine's database that training writes assignments to, besides the file; nil for none.
  public var table: String?

  /// The defaults.
  public init() {}
}
