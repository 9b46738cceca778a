/// What a customer, or a campaign, did: the kinds of acts that `type` columns of events and campaigns tell.
public enum ActKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// A message and what became of it.
  case sent, opened, clicked, replied, bounced, unsubscribed
  /// What visitors of a shop or site do.
  case view, search, wishlist, cart, checkout, purchase
  /// Asking to be contacted: a request, a call, a demonstration, a trial.
  case request

  /// The kind of act that the text `type` names, by its words; nil for any other.
  ///
  /// `page_view`, `ViewProduct` and `product view` are views; `add_to_cart`, `AddToBasket` and `cart` put something into
  /// the cart, `remove_from_cart` does not.
  public init?(_ type: String) {
    let words = ColumnName(type).words
    func has(_ stems: String...) -> Bool { stems.contains { stem in words.contains { $0.hasPrefix(stem) } } }
    func isWord(_ whole: String...) -> Bool { words.contains { whole.contains($0) } }
    let isUndone = has("remove", "delete", "cancel", "clear", "empty", "fail") || isWord("drop", "dropped", "out")
    if has("unsub", "optout", "complain", "spam") || (isWord("opt", "opted") && isWord("out")) {
      self = .unsubscribed
    } else if has("bounce", "undeliver", "reject") {
      self = .bounced
    } else if isUndone {
      return nil
    } else if has("checkout", "payment") {
      self = .checkout
    } else if has("cart", "basket", "addtocart", "addtobasket") {
      self = has("view") ? .view : .cart
    } else if has("wish", "addtowish", "favorite", "favourite", "bookmark", "saved") {
      self = .wishlist
    } else if has("purchase", "buy", "bought", "order", "transaction", "sale") {
      self = .purchase
    } else if has("request", "quote", "callback", "enquiry", "inquiry", "signup")
      || isWord("demo", "demos", "trial", "trials")
    {
      self = .request
    } else if has("search", "query") {
      self = .search
    } else if has("click") {
      self = .clicked
    } else if has("open", "read") {
      self = .opened
    } else if has("reply", "repli", "respon", "answer") {
      self = .replied
    } else if has("sent", "send", "deliver", "receiv", "mailed", "dispatch") {
      self = .sent
    } else if has("view", "visit", "page", "look", "browse", "detail") {
      self = .view
    } else {
      return nil
    }
  }

  /// In words, for what was counted.
  var words: String {
    switch self {
    case .sent: "contacts sent"
    case .opened: "contacts opened"
    case .clicked: "contacts clicked"
    case .replied: "replies"
    case .bounced: "contacts that bounced"
    case .unsubscribed: "unsubscriptions and complaints"
    case .view: "views"
    case .search: "searches"
    case .wishlist: "additions to the wish list"
    case .cart: "additions to the cart"
    case .checkout: "checkouts begun"
    case .purchase: "purchases"
    case .request: "requests to be contacted"
    }
  }

  /// In a feature's name.
  var plural: String {
    switch self {
    case .sent, .opened, .clicked, .replied, .bounced, .unsubscribed: rawValue
    case .search: "searches"
    case .wishlist: "wishlist_additions"
    case .cart: "cart_additions"
    default: rawValue + "s"
    }
  }
}

/// How campaigns' contacts, visits and leads are told.
public struct ActSettings: Sendable, Hashable {
  /// Types that their words do not tell: the kind of act they are of.
  public var types: [ActKind: [String]] = [:]
  /// An order so many days from a contact on is a response to it.
  public var responseDays = 14
  /// Contacts that everybody's rate weighs as much as in a customer's own.
  public var shrinkage = 5.0
  /// Events farther apart than so many minutes are of different sessions, where no column tells sessions.
  public var sessionMinutes = 30
  /// A cart is abandoned when nothing is bought for so many hours.
  public var cartHours = 24
  /// What an act of each kind adds to the lead score.
  public var points: [ActKind: Double] = [
    .view: 1, .search: 2, .wishlist: 3, .cart: 5, .checkout: 8, .request: 10, .opened: 1, .clicked: 3, .replied: 5,
    .unsubscribed: -10,
  ]
  /// Days in which points lose half their weight.
  public var leadHalfLife = 14
  /// The score from which a lead is warm.
  public var warm = 5.0
  /// The score from which a lead is hot.
  public var hot = 15.0
  /// A signal of intent makes a lead hot for so many days.
  public var intentDays = 7

  /// The defaults.
  public init() {}
}

extension ActSettings {
  static let engagementKeys = ["response_days", "shrinkage"]
  static let browsingKeys = ["session_minutes", "cart_hours"]
  static let leadKeys = ["points", "half_life", "warm", "hot", "intent_days"]

  /// Reads `event_types`, `engagement`, `browsing` and `lead` of the features' settings.
  init(_ features: YAMLSection) throws(ProjectError) {
    let kinds = ActKind.allCases.map(\.rawValue)
    if let section = try features.section("event_types", allowed: kinds) {
      for kind in ActKind.allCases {
        guard let texts = try section.texts(kind.rawValue) else { continue }
        types[kind] = texts
      }
    }
    if let section = try features.section("engagement", allowed: ActSettings.engagementKeys) {
      responseDays = try section.integer("response_days", in: 1...3650) ?? responseDays
      shrinkage = try section.number("shrinkage", in: 0...1e6) ?? shrinkage
    }
    if let section = try features.section("browsing", allowed: ActSettings.browsingKeys) {
      sessionMinutes = try section.integer("session_minutes", in: 1...14_400) ?? sessionMinutes
      cartHours = try section.integer("cart_hours", in: 1...8760) ?? cartHours
    }
    if let section = try features.section("lead", allowed: ActSettings.leadKeys) {
      leadHalfLife = try section.integer("half_life", in: 1...36_500) ?? leadHalfLife
      intentDays = try section.integer("intent_days", in: 0...36_500) ?? intentDays
      warm = try section.number("warm", in: -1e6...1e6) ?? warm
      hot = try section.number("hot", in: -1e6...1e6) ?? hot
      guard warm <= hot else {
        throw section.error("warm", "'features.lead.warm' (\(warm)) must not be above 'features.lead.hot' (\(hot)).")
      }
      if let given = try section.section("points", allowed: kinds) {
        for kind in ActKind.allCases {
          if let value = try given.number(kind.rawValue, in: -1000...1000) { points[kind] = value }
        }
      }
    }
  }
}

extension YAMLSection {
  /// The number under `key`, or nil where there is none.
  fileprivate func number(_ key: String, in range: ClosedRange<Double>) throws(ProjectError) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw error(key, "'\(path).\(key)' must be a number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }
}
