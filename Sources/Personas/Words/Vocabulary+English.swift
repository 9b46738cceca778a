internal import Features

extension Vocabulary {
  /// The built-in words, in English: the first that fits a feature counts. "…" before words lets them stand anywhere in a
  /// name. In phrases `{own}` and `{all}` are the group's and everybody's median, `{range}` where the middle half of the
  /// group stands, `{share}` its share of the level.
  static let english: [Wording] = families + purchases + choices + times + contacts + people + columns

  typealias Side = Wording.Side

  private static let purchases: [Wording] = [
    Wording(
      "recency_days", "recency", noun: "days since the last order",
      high: Side(adjective: "lapsed", phrase: "last bought {own} days ago"),
      low: Side(adjective: "recent", phrase: "last bought {own} days ago")),
    Wording(
      "recency_gaps", "recency", noun: "share of their usual gap gone by",
      high: Side(adjective: "overdue", phrase: "are overdue by their own rhythm"),
      low: Side(phrase: "are within their own rhythm"), weight: 0.6),
    Wording("recency_score", "recency", high: Side(), weight: 0, isReversed: true),
    Wording("frequency_score", "frequency", high: Side(), weight: 0),
    Wording("monetary_score", "spend", high: Side(), weight: 0),
    Wording("rfm", "spend", high: Side(), weight: 0),
    Wording(
      "lifecycle_stage = new", "stage",
      high: Side(adjective: "new", group: "newcomers", phrase: "are new")),
    Wording(
      "lifecycle_stage = active", "stage", high: Side(adjective: "active", phrase: "buy at their usual rhythm"),
      low: Side(adjective: "inactive", phrase: "have left their usual rhythm"), weight: 0.8),
    Wording(
      "lifecycle_stage = lapsed", "stage", high: Side(adjective: "lapsed", phrase: "have lapsed by their own rhythm"),
      weight: 0.9),
    Wording(
      "lifecycle_stage = slipping", "stage", high: Side(adjective: "slipping", phrase: "are slipping away"), weight: 0.9
    ),
    Wording(
      "lifecycle_stage = won back", "stage", high: Side(adjective: "won-back", phrase: "came back after a lapse"),
      weight: 0.9),
    Wording(
      "orders", "frequency", noun: "orders",
      high: Side(adjective: "frequent", group: "regulars", phrase: "have ordered {own} times"),
      low: Side(adjective: "occasional", phrase: "have ordered {own} times")),
    Wording(
      "order_days", "frequency", noun: "days with an order",
      high: Side(adjective: "frequent", group: "regulars", phrase: "came on {own} days"),
      low: Side(adjective: "occasional", phrase: "came on {own} days")),
    Wording(
      "orders_decayed", "frequency", noun: "orders lately",
      high: Side(adjective: "frequent", phrase: "have ordered more than others lately"),
      low: Side(adjective: "occasional", phrase: "have ordered less than others lately"), weight: 0.9),
    Wording(
      "monetary", "spend", noun: "spend",
      high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "have spent {own}")),
    Wording(
      "monetary_decayed", "spend", noun: "spend lately",
      high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent more than others lately"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "have spent less than others lately"),
      weight: 0.9),
    Wording(
      "monetary_volatility", "volatility", noun: "unevenness of spend",
      high: Side(adjective: "irregular", phrase: "spend unevenly from month to month"),
      low: Side(adjective: "steady", phrase: "spend evenly from month to month"), weight: 0.6),
    Wording(
      "monetary_trend", "trend", noun: "growth of spend",
      high: Side(adjective: "growing", phrase: "spend more than before"),
      low: Side(adjective: "shrinking", phrase: "spend less than before"), weight: 0.9),
    Wording(
      "orders_trend", "trend", noun: "growth of orders",
      high: Side(adjective: "growing", phrase: "order more than before"),
      low: Side(adjective: "shrinking", phrase: "order less than before"), weight: 0.9),
    Wording(
      "items", "volume", noun: "items", high: Side(adjective: "high-volume", phrase: "buy more items than others"),
      low: Side(adjective: "low-volume", phrase: "buy fewer items than others"), weight: 0.7),
    Wording(
      "lines", "volume", noun: "articles",
      high: Side(adjective: "high-volume", phrase: "buy more articles than others"),
      low: Side(adjective: "low-volume", phrase: "buy fewer articles than others"), weight: 0.7),
    Wording(
      "tenure_days", "tenure", noun: "days since the first order",
      high: Side(adjective: "long-standing", phrase: "first bought {own} days ago"),
      low: Side(adjective: "new", group: "newcomers", phrase: "first bought {own} days ago")),
    Wording(
      "basket_value_mean", "basket", noun: "spend an order",
      high: Side(group: "big-basket buyers", phrase: "spend {own} an order"),
      low: Side(group: "small-basket buyers", phrase: "spend {own} an order"), weight: 0.95),
    Wording(
      "basket_value_max", "basket", noun: "spend on the largest order",
      high: Side(group: "big-basket buyers", phrase: "placed orders of up to {own}"),
      low: Side(group: "small-basket buyers", phrase: "never spent more than {own} on an order"), weight: 0.8
    ),
    Wording(
      "basket_value_sd", "basket", noun: "difference between orders",
      high: Side(phrase: "have orders of very different size"),
      low: Side(phrase: "have orders of like size"), weight: 0),
    Wording(
      "basket_* _mean", "basket", noun: "* an order",
      high: Side(group: "big-basket buyers", phrase: "buy {own} * an order"),
      low: Side(group: "small-basket buyers", phrase: "buy {own} * an order"), weight: 0.8),
    Wording(
      "largest_order_share", "concentration", noun: "share of the largest order",
      high: Side(group: "one-order buyers", phrase: "spent {own%} in one order"),
      low: Side(phrase: "spread their spend over many orders"), weight: 0.6),
    Wording(
      "gap_days_median", "rhythm", noun: "days between orders",
      high: Side(adjective: "infrequent", phrase: "come every {own} days"),
      low: Side(adjective: "frequent", phrase: "come every {own} days"), weight: 0.8),
    Wording(
      "gap_days_mean", "rhythm", noun: "days between orders",
      high: Side(adjective: "infrequent", phrase: "come every {own} days"),
      low: Side(adjective: "frequent", phrase: "come every {own} days"), weight: 0.8),
    Wording(
      "gap_days_max", "pause", noun: "days of the longest pause",
      high: Side(phrase: "had a longest pause of {own} days"),
      low: Side(phrase: "never stayed away longer than {own} days"), weight: 0.1),
    Wording(
      "gap_days_sd", "rhythm", noun: "unevenness of gaps",
      high: Side(adjective: "irregular", phrase: "come irregularly"),
      low: Side(adjective: "regular", phrase: "come regularly"), weight: 0.5),
    Wording(
      "returns_*", "returns", high: Side(group: "returners", phrase: "return more than others"),
      low: Side(phrase: "return less than others"), weight: 0.8),
    Wording(
      "… returned", "returns", noun: "returns", high: Side(group: "returners", phrase: "return more than others"),
      low: Side(phrase: "return less than others"), weight: 0.7),
    Wording(
      "… return rate", "returns", noun: "returns",
      high: Side(group: "returners", phrase: "return {own%} of what they buy"),
      low: Side(phrase: "return less than others"), weight: 0.8),
  ]

  private static func part(_ name: String, _ by: String, _ shoppers: String) -> Wording {
    Wording(
      "share_of_num_\(name)_purchases", "channel \(name)", noun: "share bought \(by)",
      high: Side(group: shoppers, phrase: "buy {own%} \(by)"), low: Side(phrase: "seldom buy \(by)"), weight: 0.85)
  }

  /// What families of columns say together.
  private static let families: [Wording] =
    [
      Wording(
        "total_of_mnt", "spend", noun: "spend",
        high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent {own}"),
        low: Side(adjective: "low-spending", group: "small spenders", phrase: "have spent {own}")),
      Wording(
        "share_of_mnt_sweet_products", "category sweets", noun: "share of spend on sweets",
        high: Side(group: "sweets buyers", phrase: "spend {own%} on sweets"),
        low: Side(phrase: "spend only {own%} on sweets"), weight: 0.95),
    ]
    + ["share_of_mnt_*_products", "share_of_mnt_*_prods", "share_of_mnt_*"].map { pattern in
      Wording(
        pattern, "category *", noun: "share of spend on *", high: Side(group: "* buyers", phrase: "spend {own%} on *"),
        low: Side(phrase: "spend only {own%} on *"), weight: 0.95)
    } + [
      Wording(
        "total_of_num_purchases", "frequency", noun: "purchases",
        high: Side(adjective: "frequent", group: "regulars", phrase: "bought {own} times"),
        low: Side(adjective: "occasional", phrase: "bought {own} times")),
      Wording(
        "share_of_num_deals_purchases", "discount", noun: "share bought at a discount",
        high: Side(group: "deal hunters", phrase: "buy {own%} at a discount"), low: fullPrice),
      part("web", "online", "online shoppers"), part("store", "in stores", "store shoppers"),
      part("catalog", "by catalog", "catalog shoppers"),
      Wording(
        "share_of_num_*_purchases", "channel *", noun: "share bought by *",
        high: Side(group: "* shoppers", phrase: "buy {own%} by *"), low: Side(phrase: "seldom buy by *"), weight: 0.85),
    ]

  private static let discount = Side(group: "bargain hunters", phrase: "buy {own%} at a discount")
  private static let fullPrice = Side(group: "full-price buyers", phrase: "buy {own%} at a discount")

  private static let choices: [Wording] = [
    Wording("discount_share", "discount", noun: "share bought at a discount", high: discount, low: fullPrice),
    Wording("discount_line_share", "discount", noun: "share bought at a discount", high: discount, low: fullPrice),
    Wording("orders_on_offer_share", "discount", noun: "orders on offer", high: discount, low: fullPrice),
    Wording(
      "discount_depth", "discount depth", noun: "depth of discounts",
      high: Side(group: "bargain hunters", phrase: "go for deep discounts ({own%})"),
      low: Side(phrase: "take shallow discounts ({own%})"), weight: 0.8),
    Wording(
      "only_on_offer", "discount", high: Side(group: "bargain hunters", phrase: "buy on offer only"), low: Side(),
      weight: 0.8),
    Wording(
      "full_price_share", "discount", noun: "share at full price",
      high: Side(group: "full-price buyers", phrase: "pay the full price for {own%}"),
      low: Side(group: "bargain hunters", phrase: "pay the full price for {own%} only"), isReversed: true),
    Wording("share_other", "category other", high: Side(phrase: "buy from rare categories"), low: Side(), weight: 0),
    Wording(
      "share_*", "category *", noun: "share of spend on *", high: Side(group: "* buyers", phrase: "spend {own%} on *"),
      low: Side(adjective: "*-free", phrase: "spend only {own%} on *"), weight: 0.95),
    Wording(
      "affinity_brand_*", "brand", noun: "liking of * brands",
      high: Side(group: "*-brand buyers", phrase: "are drawn to * brands more than others"),
      low: Side(phrase: "are drawn to * brands less than others"), weight: 0.9),
    Wording(
      "affinity_*", "category *", noun: "liking of *",
      high: Side(group: "* buyers", phrase: "are drawn to * more than others"),
      low: Side(phrase: "are drawn to * less than others"), weight: 0.9),
    Wording(
      "favourite_brand = *", "brand", high: Side(group: "*-brand buyers", phrase: "like * brands best ({share})"),
      low: Side(phrase: "seldom prefer * brands"), weight: 0.85),
    Wording(
      "favourite_category = *", "category *", high: Side(group: "* buyers", phrase: "spend most on * ({share})"),
      low: Side(phrase: "seldom spend most on *"), weight: 0.85),
    Wording(
      "favourite_* = *", "favourite", high: Side(group: "* buyers", phrase: "spend most on * ({share})"), low: Side(),
      weight: 0.8),
    Wording(
      "categories_bought", "variety", noun: "categories",
      high: Side(group: "all-round shoppers", phrase: "buy from {own} categories"),
      low: Side(group: "few-category shoppers", phrase: "buy from {own} categories"), weight: 0.8),
    Wording(
      "category_concentration", "variety", noun: "concentration on few categories",
      high: Side(group: "one-category shoppers", phrase: "keep to few categories"),
      low: Side(group: "all-round shoppers", phrase: "spread over many categories"), weight: 0.8, isReversed: true),
    Wording(
      "brand_concentration", "brand variety", noun: "concentration on few brands",
      high: Side(adjective: "brand-loyal", phrase: "keep to few brands"),
      low: Side(phrase: "mix brands"), weight: 0.7),
    Wording(
      "* never_bought", "variety", noun: "untried well-known *",
      high: Side(group: "few-category shoppers", phrase: "have {own} well-known * left to try"),
      low: Side(group: "all-round shoppers", phrase: "have bought more well-known * than others"), weight: 0.5,
      isReversed: true),
    Wording(
      "* bought", "* variety", noun: "* bought", high: Side(adjective: "many-*", phrase: "buy {own} *"),
      low: Side(phrase: "buy {own} *"), weight: 0.5),
    Wording(
      "repeat_line_share", "repeat", noun: "articles bought again",
      high: Side(group: "repeat buyers", phrase: "buy the same again ({own%})"),
      low: Side(group: "variety seekers", phrase: "seldom buy the same again"), weight: 0.8),
    Wording(
      "staple_products", "repeat", noun: "staples", high: Side(group: "staple buyers", phrase: "have {own} staples"),
      low: Side(phrase: "have few staples ({own})"), weight: 0.6),
    Wording(
      "product_gap_days_median", "replenishment", noun: "days between replenishments",
      high: Side(phrase: "replenish every {own} days"),
      low: Side(phrase: "replenish every {own} days"), weight: 0.3),
    Wording(
      "replenishment_due_days", "replenishment", noun: "days until replenishment",
      high: Side(phrase: "are due to replenish in {own} days"),
      low: Side(phrase: "are overdue to replenish"), weight: 0.3),
    Wording(
      "stores_used", "stores", noun: "stores", high: Side(adjective: "many-store", phrase: "use {own} stores"),
      low: Side(adjective: "one-store", phrase: "use {own} stores"), weight: 0.6),
    Wording(
      "channels_used", "channels", noun: "channels",
      high: Side(adjective: "multi-channel", phrase: "use {own} channels"),
      low: Side(phrase: "keep to one channel"), weight: 0.7),
    Wording(
      "channel_*_share", "channel", noun: "share bought by *",
      high: Side(group: "* shoppers", phrase: "buy {own%} by *"),
      low: Side(phrase: "seldom buy by *"), weight: 0.9),
  ]

  private static func day(_ name: String) -> Wording {
    Wording(
      "orders_\(name.lowercased())_share", "weekday", noun: "share of orders on \(name)s",
      high: Side(group: "\(name) shoppers", phrase: "come on \(name)s ({own%})"),
      low: Side(phrase: "seldom come on \(name)s"), weight: 0.7)
  }

  private static let times: [Wording] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map(day)
    + [
      ("night", "at night"), ("morning", "in the morning"), ("afternoon", "in the afternoon"),
      ("evening", "in the evening"),
    ]
    .map { name, words in
      Wording(
        "orders_\(name)_share", "daytime", noun: "share of orders \(words)",
        high: Side(group: "\(name) shoppers", phrase: "buy \(words) ({own%})"),
        low: Side(phrase: "seldom buy \(words)"), weight: 0.7)
    } + [
      Wording(
        "orders_quarter_*_share", "season", noun: "share of orders in quarter *",
        high: Side(phrase: "buy in quarter * ({own%})"),
        low: Side(phrase: "seldom buy in quarter *"), weight: 0.3)
    ]
}
