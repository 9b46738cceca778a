internal import Warehouse

/// The tables that aggregates are taken over, all of one customer's records known at the as-of date.
///
/// Rows that happen on a day have it as `day`, and as `age` in days before the as-of date (0 on it): a window of 30 days
/// is `age < 30`.
public enum AggregateLevel: Sendable, Hashable, Codable {
  /// Purchased lines.
  case lines
  /// Returned lines.
  case returns
  /// Orders: the lines of one customer that share an order number.
  case orders
  /// Days with at least one order, each with `gap`, the days since the one before.
  case days
  /// 30-day months back from the as-of date, of the last twelve those with an order: `cents`, what was spent in each.
  case months
  /// A customer's values of one column of what is bought, such as `category`.
  case choices(String)
  /// Days on which a product was bought.
  case productDays
  /// The product bought most regularly.
  case regularProducts
  /// Orders that tell a plan.
  case plans
  /// Orders that tell how soon they are wanted.
  case deliveries(UrgencyReading)
  /// Rows of a source of events.
  case events(String)
  /// Contacts by campaigns.
  case campaigns(String)
  /// Contacts by campaigns that had time to be answered by an order.
  case answers(String, ActReading)
  /// Sessions of a source of events.
  case sessions(String, ActReading)
  /// Sessions with something put into the cart.
  case carts(String, ActReading)
  /// The one row of a customer in a source of attributes, or of what the customer is tied to: a region, a company.
  case attributes(String)
  /// A customer's latest answers to the questions of a survey.
  case replies(String)
  /// The one row of a customer with what all contacts of their company did.
  case accounts

  /// Whether its rows are made of the relation `orders`.
  var readsOrders: Bool {
    switch self {
    case .orders, .days, .months, .answers, .accounts: true
    default: false
    }
  }

  /// Whether its rows are made of the relation `product_days`.
  var readsProductDays: Bool { self == .productDays || self == .regularProducts }

  /// The relation, one row a customer, that holds the aggregates of this level; no longer than engines keep names.
  var relation: String { FeatureNames.shortened(wholeName) }

  private var wholeName: String {
    switch self {
    case .lines: "by_line"
    case .returns: "by_return"
    case .orders: "by_order"
    case .days: "by_day"
    case .months: "by_month"
    case .choices(let column): "by_\(column)"
    case .productDays: "by_product_day"
    case .regularProducts: "by_regular_product"
    case .plans: "by_plan"
    case .deliveries: "by_delivery"
    case .events(let source): "by_event_\(source)"
    case .campaigns(let source): "by_campaign_\(source)"
    case .answers(let source, _): "by_answer_\(source)"
    case .sessions(let source, _): "by_session_\(source)"
    case .carts(let source, _): "by_cart_\(source)"
    case .attributes(let source): "attributes_\(source)"
    case .replies(let source): "by_reply_\(source)"
    case .accounts: "by_account"
    }
  }
}

/// One number the engine computes a customer, that features are made of.
public struct Aggregate: Sendable, Hashable, Codable {
  /// The rows it is taken over.
  public let level: AggregateLevel
  /// Its column in the level's relation; equal names on one level mean equal aggregates.
  public let name: String
  /// The aggregate expression over the level's rows.
  public let sql: String
  /// ``name`` as engines keep it.
  var column: String { FeatureNames.shortened(name) }
  /// The columns of the transactions without which it means nothing; nil needs none but customer and time.
  let needs: [ColumnRole]?
  /// The attribute it passes on, at that level.
  let attribute: String?

  init(
    _ level: AggregateLevel, _ name: String, _ sql: String, needs: [ColumnRole]? = nil, attribute: String? = nil
  ) {
    self.level = level
    self.name = name
    self.sql = sql
    self.needs = needs
    self.attribute = attribute
  }
}

/// What a feature's values are.
public enum FeatureKind: String, Sendable, Hashable, Codable {
  /// Numbers, missing where unknown; or the texts of a category.
  case numeric, category
}

/// One feature: what it means, and how the engine computes it.
public struct FeatureDefinition: Sendable, Hashable, Codable {
  /// The name of its column in feature tables.
  public let name: String
  /// The family it belongs to.
  public let family: FeatureFamily
  /// In words, for the dictionary.
  public let meaning: String
  /// The unit of its values; empty for counts and categories.
  public let unit: String
  /// The sources it is computed from.
  public let source: String
  /// Whether its values are numbers or categories.
  public let kind: FeatureKind
  /// What the engine computes for it.
  public let aggregates: [Aggregate]
  /// SQL over the aggregates, each as `{name}`; `{as_of}` stands for the as-of date.
  public let expression: String
  /// The value of a customer without records at these levels; nil means missing.
  public let whenAbsent: Double?
  /// The features that it is an expression of, where it is made of no rows itself.
  public let uses: [String]?

  init(
    name: String, family: FeatureFamily, meaning: String, unit: String, source: String, kind: FeatureKind,
    aggregates: [Aggregate], expression: String, whenAbsent: Double?, uses: [String]? = nil
  ) {
    self.name = name
    self.family = family
    self.meaning = meaning
    self.unit = unit
    self.source = source
    self.kind = kind
    self.aggregates = aggregates
    self.expression = expression
    self.whenAbsent = whenAbsent
    self.uses = uses
  }

  /// The unit of a number whose digits are other features.
  static let codeUnit = "code"

  /// Whether it is a number whose digits are other features, so that it describes segments and forms none.
  public var isCode: Bool { family == .rfm && unit == FeatureDefinition.codeUnit }

  /// The whole computation on one line, for the dictionary.
  public var sql: String {
    guard uses == nil else { return expression }
    let parts = aggregates.map { "\($0.name) = \($0.sql) over \($0.level.relation)" }
    let plain = expression.replacing("{", with: "").replacing("}", with: "")
    return "\(plain) where \(parts.joined(separator: "; "))"
  }

  /// The expression with every placeholder filled in.
  ///
  /// One pass from left to right, so that no name put in is taken for a placeholder.
  func resolved(asOf: String) -> String {
    var values = ["as_of": asOf]
    for aggregate in aggregates {
      values[aggregate.name] = SQL.identifier(aggregate.level.relation) + "." + SQL.identifier(aggregate.column)
    }
    var text = ""
    var rest = expression[...]
    while let open = rest.firstIndex(of: "{") {
      text += rest[..<open]
      rest = rest[rest.index(after: open)...]
      // A brace in a text of the data is no placeholder.
      if let close = rest.firstIndex(of: "}"), let value = values[String(rest[..<close])] {
        text += value
        rest = rest[rest.index(after: close)...]
      } else {
        text += "{"
      }
    }
    return text + rest
  }
}

/// What a family may rely on: the project, what its sources offer, and what was found in the data.
struct FamilyContext {
  let project: Project
  let dialect: Dialect
  let transactions: Source?
  /// Categories with a share of their own, most widely bought first.
  let categories: [String]
  /// Whether some purchased line falls outside those categories, or has none.
  let hasOtherCategories: Bool
  /// Whether orders carry a time of day.
  let hasTimeOfDay: Bool
  let hasReturns: Bool
  /// What the plan takes from all customers at once.
  let population: PopulationFigures
  /// The levels of categories and brands, with what the plan takes from all customers.
  let affinities: [AffinityLevel]
  /// Channels with a share of their own.
  let channels: [String]
  /// How orders tell that they are urgent; nil where they do not.
  let urgency: UrgencyReading?
  /// What events and campaigns tell of acts.
  let acts: [ActSource]
  /// The features of the project's own rules.
  let rules: [FeatureDefinition]
  /// The attribute columns of each source that has some.
  let attributes: [(source: Source, columns: [AttributeColumn])]
  /// What is taken from all customers of who and where they are.
  let people: PeopleFigures

  func offers(_ role: ColumnRole) -> Bool { transactions?.columns[role] != nil }

  var hasAmounts: Bool { offers(.amount) || offers(.price) }
}

/// An attribute of customers, as its source offers it.
struct AttributeColumn: Hashable {
  enum Form: Hashable { case number, date, text, several, ordered([String]) }
  let name: String
  let form: Form
}
