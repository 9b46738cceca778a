internal import Features

extension Vocabulary {
  /// The built-in words, in English: the first that fits a feature counts. "…" before words lets them stand anywhere in a
  /// name. In phrases `{own}` and `{all}` are the group's and everybody's median, `{q1}` and `{q3}` the group's quartiles,
  /// `{share}` its share of the level.
  static let english: [Wording] = purchases + choices + times + contacts + people + columns

  private typealias Side = Wording.Side

  private static let purchases: [Wording] = [
    Wording(
      "recency_days", "recency", high: Side(adjective: "lapsed", phrase: "last bought {own} days ago"),
      low: Side(adjective: "recent", phrase: "bought in the last {own} days, half of them")),
    Wording(
      "recency_gaps", "recency", high: Side(adjective: "overdue", phrase: "are overdue by their own rhythm"),
      low: Side(adjective: "on-time", phrase: "buy as their rhythm has it"), weight: 0.6),
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
      low: Side(phrase: "have hardly lapsed"), weight: 0.9),
    Wording(
      "lifecycle_stage = slipping", "stage", high: Side(adjective: "slipping", phrase: "are slipping away"), weight: 0.9
    ),
    Wording(
      "lifecycle_stage = won back", "stage", high: Side(adjective: "won-back", phrase: "came back after a lapse"),
      weight: 0.9),
    Wording(
      "orders", "frequency", high: Side(adjective: "frequent", group: "regulars", phrase: "have ordered {own} times"),
      low: Side(adjective: "occasional", phrase: "have ordered {own} times")),
    Wording(
      "order_days", "frequency", high: Side(adjective: "frequent", group: "regulars", phrase: "came on {own} days"),
      low: Side(adjective: "occasional", phrase: "came on {own} days")),
    Wording(
      "orders_decayed", "frequency", high: Side(adjective: "frequent", phrase: "order often lately"),
      low: Side(adjective: "occasional", phrase: "order seldom lately"), weight: 0.9),
    Wording(
      "monetary", "spend", high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "have spent {own}")),
    Wording(
      "monetary_decayed", "spend",
      high: Side(adjective: "high-spending", group: "big spenders", phrase: "spend much lately"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "spend little lately"), weight: 0.9),
    Wording(
      "monetary_volatility", "volatility",
      high: Side(adjective: "irregular", phrase: "spend unevenly from month to month"),
      low: Side(adjective: "steady", phrase: "spend evenly from month to month"), weight: 0.6),
    Wording(
      "monetary_trend", "trend", high: Side(adjective: "growing", phrase: "spend more than before"),
      low: Side(adjective: "shrinking", phrase: "spend less than before"), weight: 0.9),
    Wording(
      "orders_trend", "trend", high: Side(adjective: "growing", phrase: "order more than before"),
      low: Side(adjective: "shrinking", phrase: "order less than before"), weight: 0.9),
    Wording(
      "items", "volume", high: Side(adjective: "high-volume", phrase: "buy many items"),
      low: Side(adjective: "low-volume", phrase: "buy few items"), weight: 0.7),
    Wording(
      "lines", "volume", high: Side(adjective: "high-volume", phrase: "buy many articles"),
      low: Side(adjective: "low-volume", phrase: "buy few articles"), weight: 0.7),
    Wording(
      "tenure_days", "tenure", high: Side(adjective: "long-standing", phrase: "have been customers for {own} days"),
      low: Side(adjective: "new", group: "newcomers", phrase: "first bought {own} days ago")),
    Wording(
      "basket_value_mean", "basket", high: Side(group: "big-basket buyers", phrase: "spend {own} an order"),
      low: Side(group: "small-basket buyers", phrase: "spend {own} an order"), weight: 0.95),
    Wording(
      "basket_value_max", "basket", high: Side(group: "big-basket buyers", phrase: "placed orders up to {own}"),
      low: Side(group: "small-basket buyers", phrase: "never spent more than {own} an order, half of them"), weight: 0.8
    ),
    Wording(
      "basket_value_sd", "basket", high: Side(phrase: "have orders of very different size"),
      low: Side(phrase: "have orders of like size"), weight: 0),
    Wording(
      "basket_* _mean", "basket", high: Side(group: "big-basket buyers", phrase: "buy {own} * an order"),
      low: Side(group: "small-basket buyers", phrase: "buy {own} * an order"), weight: 0.8),
    Wording(
      "largest_order_share", "concentration",
      high: Side(group: "one-order buyers", phrase: "spent {own%} in one order"),
      low: Side(phrase: "spread their spend over many orders"), weight: 0.6),
    Wording(
      "gap_days_median", "rhythm", high: Side(adjective: "infrequent", phrase: "come every {own} days"),
      low: Side(adjective: "frequent", phrase: "come every {own} days"), weight: 0.8),
    Wording(
      "gap_days_mean", "rhythm", high: Side(adjective: "infrequent", phrase: "come every {own} days"),
      low: Side(adjective: "frequent", phrase: "come every {own} days"), weight: 0.8),
    Wording(
      "gap_days_max", "rhythm", high: Side(phrase: "stayed away for up to {own} days"),
      low: Side(phrase: "never stayed away longer than {own} days, half of them"), weight: 0),
    Wording(
      "gap_days_sd", "rhythm", high: Side(adjective: "irregular", phrase: "come irregularly"),
      low: Side(adjective: "regular", phrase: "come regularly"), weight: 0.5),
    Wording(
      "returns_*", "returns", high: Side(group: "returners", phrase: "return much of what they buy"),
      low: Side(phrase: "return little"), weight: 0.8),
    Wording(
      "… returned", "returns", high: Side(group: "returners", phrase: "return much of what they buy"),
      low: Side(phrase: "return little"), weight: 0.7),
    Wording(
      "… return rate", "returns", high: Side(group: "returners", phrase: "return {own%} of what they buy"),
      low: Side(phrase: "return little"), weight: 0.8),
  ]

  private static let discount = Side(group: "bargain hunters", phrase: "buy {own%} at a discount")
  private static let fullPrice = Side(group: "full-price buyers", phrase: "buy {own%} at a discount")

  private static let choices: [Wording] = [
    Wording("discount_share", "discount", high: discount, low: fullPrice),
    Wording("discount_line_share", "discount", high: discount, low: fullPrice),
    Wording("orders_on_offer_share", "discount", high: discount, low: fullPrice),
    Wording(
      "discount_depth", "discount", high: Side(group: "bargain hunters", phrase: "go for deep discounts ({own%})"),
      low: Side(phrase: "take shallow discounts ({own%})"), weight: 0.8),
    Wording(
      "only_on_offer", "discount", high: Side(group: "bargain hunters", phrase: "buy on offer only"), low: Side(),
      weight: 0.8),
    Wording(
      "full_price_share", "discount", high: Side(group: "full-price buyers", phrase: "pay the full price for {own%}"),
      low: Side(group: "bargain hunters", phrase: "pay the full price for {own%} only"), isReversed: true),
    Wording("share_other", "category other", high: Side(phrase: "buy from rare categories"), low: Side(), weight: 0),
    Wording(
      "share_*", "category *", high: Side(group: "* buyers", phrase: "spend {own%} on *"),
      low: Side(adjective: "*-free", phrase: "spend only {own%} on *"), weight: 0.95),
    Wording(
      "affinity_brand_*", "brand", high: Side(group: "*-brand buyers", phrase: "prefer * brands"),
      low: Side(phrase: "avoid * brands"), weight: 0.9),
    Wording(
      "affinity_*", "category *", high: Side(group: "* buyers", phrase: "are drawn to *"),
      low: Side(phrase: "are not drawn to *"), weight: 0.9),
    Wording(
      "favourite_brand = *", "brand", high: Side(group: "*-brand buyers", phrase: "mostly buy * brands ({share})"),
      low: Side(phrase: "seldom prefer * brands"), weight: 0.85),
    Wording(
      "favourite_category = *", "category *", high: Side(group: "* buyers", phrase: "spend most on * ({share})"),
      low: Side(phrase: "seldom spend most on *"), weight: 0.85),
    Wording(
      "favourite_* = *", "favourite", high: Side(group: "* buyers", phrase: "spend most on * ({share})"), low: Side(),
      weight: 0.8),
    Wording(
      "categories_bought", "variety", high: Side(group: "all-round shoppers", phrase: "buy from {own} categories"),
      low: Side(group: "few-category shoppers", phrase: "buy from {own} categories"), weight: 0.8),
    Wording(
      "category_concentration", "variety", high: Side(group: "one-category shoppers", phrase: "keep to few categories"),
      low: Side(group: "all-round shoppers", phrase: "spread over many categories"), weight: 0.8, isReversed: true),
    Wording(
      "brand_concentration", "brand variety", high: Side(adjective: "brand-loyal", phrase: "keep to few brands"),
      low: Side(phrase: "mix brands"), weight: 0.7),
    Wording(
      "* never_bought", "variety",
      high: Side(group: "few-category shoppers", phrase: "have never bought {own} well-known *"),
      low: Side(group: "all-round shoppers", phrase: "have bought nearly all well-known *"), weight: 0.5,
      isReversed: true),
    Wording(
      "* bought", "* variety", high: Side(adjective: "many-*", phrase: "buy {own} *"),
      low: Side(phrase: "buy {own} *"), weight: 0.5),
    Wording(
      "repeat_line_share", "repeat", high: Side(group: "repeat buyers", phrase: "buy the same again ({own%})"),
      low: Side(group: "variety seekers", phrase: "seldom buy the same again"), weight: 0.8),
    Wording(
      "staple_products", "repeat", high: Side(group: "staple buyers", phrase: "have {own} staples"),
      low: Side(phrase: "have hardly any staples"), weight: 0.6),
    Wording(
      "product_gap_days_median", "replenishment", high: Side(phrase: "replenish every {own} days"),
      low: Side(phrase: "replenish every {own} days"), weight: 0.3),
    Wording(
      "replenishment_due_days", "replenishment", high: Side(phrase: "are due to replenish in {own} days"),
      low: Side(phrase: "are overdue to replenish"), weight: 0.3),
    Wording(
      "stores_used", "stores", high: Side(adjective: "many-store", phrase: "use {own} stores"),
      low: Side(adjective: "one-store", phrase: "keep to one store"), weight: 0.6),
    Wording(
      "channels_used", "channels", high: Side(adjective: "multi-channel", phrase: "use {own} channels"),
      low: Side(phrase: "keep to one channel"), weight: 0.7),
    Wording(
      "channel_*_share", "channel", high: Side(group: "* shoppers", phrase: "buy {own%} by *"),
      low: Side(phrase: "seldom buy by *"), weight: 0.9),
  ]

  private static func day(_ name: String) -> Wording {
    Wording(
      "orders_\(name.lowercased())_share", "weekday",
      high: Side(group: "\(name) shoppers", phrase: "come on \(name)s ({own%})"),
      low: Side(phrase: "seldom come on \(name)s"), weight: 0.7)
  }

  private static let times: [Wording] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map(day)
    + ["night", "morning", "afternoon", "evening"].map {
      Wording(
        "orders_\($0)_share", "daytime", high: Side(group: "\($0) shoppers", phrase: "buy at \($0) time ({own%})"),
        low: Side(phrase: "seldom buy at \($0) time"), weight: 0.7)
    } + [
      Wording(
        "orders_quarter_*_share", "season", high: Side(phrase: "buy in quarter * ({own%})"),
        low: Side(phrase: "seldom buy in quarter *"), weight: 0.3)
    ]

  private static let contacts: [Wording] = [
    Wording(
      "lead_score", "lead", high: Side(adjective: "hot", phrase: "show strong intent"),
      low: Side(adjective: "cold", phrase: "show no intent"), weight: 0.8),
    Wording(
      "lead_temperature", "lead", high: Side(adjective: "hot", phrase: "show strong intent"),
      low: Side(adjective: "cold", phrase: "show no intent"), weight: 0.8),
    Wording(
      "campaigns_received", "contact", high: Side(adjective: "often-mailed", phrase: "got {own} campaigns"),
      low: Side(adjective: "seldom-mailed", phrase: "got {own} campaigns"), weight: 0.6),
    Wording(
      "campaigns_recency_days", "contact", high: Side(phrase: "got no campaign for {own} days"),
      low: Side(phrase: "got a campaign {own} days ago"), weight: 0.2),
    Wording(
      "… response rate", "response", high: Side(group: "responders", phrase: "answer campaigns ({own%})"),
      low: Side(group: "non-responders", phrase: "seldom answer campaigns"), weight: 0.9),
    Wording(
      "… response factor", "response", high: Side(group: "responders", phrase: "buy more after campaigns"),
      low: Side(phrase: "do not buy more after campaigns"), weight: 0.8),
    Wording(
      "… open rate", "email", high: Side(group: "e-mail readers", phrase: "open e-mails ({own%})"),
      low: Side(phrase: "seldom open e-mails"), weight: 0.9),
    Wording(
      "… click rate", "email", high: Side(group: "e-mail clickers", phrase: "click in e-mails ({own%})"),
      low: Side(phrase: "seldom click in e-mails"), weight: 0.9),
    Wording(
      "… opened", "email", high: Side(group: "e-mail readers", phrase: "open e-mails"),
      low: Side(phrase: "seldom open e-mails"), weight: 0.9),
    Wording(
      "… redemptions", "coupons", high: Side(group: "coupon users", phrase: "redeem coupons"),
      low: Side(phrase: "redeem hardly any coupon"), weight: 0.9),
    Wording(
      "… redeemed", "coupons", high: Side(group: "coupon users", phrase: "redeem coupons"),
      low: Side(phrase: "redeem hardly any coupon"), weight: 0.9),
    Wording(
      "… carts abandoned", "carts", high: Side(group: "cart abandoners", phrase: "leave carts behind"),
      low: Side(phrase: "leave hardly any cart behind"), weight: 0.9),
    Wording(
      "… sessions", "browsing", high: Side(adjective: "often-browsing", phrase: "had {own} sessions"),
      low: Side(phrase: "had {own} sessions"), weight: 0.7),
    Wording(
      "… searches", "browsing", high: Side(group: "searchers", phrase: "search much"),
      low: Side(phrase: "seldom search"), weight: 0.7),
    Wording(
      "… active days", "activity *", high: Side(adjective: "active", phrase: "were active on {own} days"),
      low: Side(adjective: "inactive", phrase: "were active on {own} days"), weight: 0.6),
    Wording(
      "… newsletter", "email", high: Side(group: "subscribers", phrase: "take the newsletter"),
      low: Side(phrase: "take no newsletter"), weight: 0.8),
  ]

  private static let people: [Wording] = [
    Wording("… gender = f", "gender", high: Side(group: "women")),
    Wording("… gender = female", "gender", high: Side(group: "women")),
    Wording("… gender = m", "gender", high: Side(group: "men")),
    Wording("… gender = male", "gender", high: Side(group: "men")),
    Wording("… sex = f", "gender", high: Side(group: "women")),
    Wording("… sex = female", "gender", high: Side(group: "women")),
    Wording("… sex = m", "gender", high: Side(group: "men")),
    Wording("… sex = male", "gender", high: Side(group: "men")),
    Wording("… marital = married", "marital", high: Side(adjective: "married")),
    Wording("… marital = single", "marital", high: Side(adjective: "single")),
    Wording("… marital = unmarried", "marital", high: Side(adjective: "unmarried")),
    Wording("… marital = together", "marital", high: Side(adjective: "partnered")),
    Wording("… marital = divorced", "marital", high: Side(adjective: "divorced")),
    Wording("… marital = widow", "marital", high: Side(adjective: "widowed")),
    Wording("… marital = *", "marital", high: Side(adjective: "*"), weight: 0.5),
    Wording("… home ownership = homeowner", "home", high: Side(group: "homeowners")),
    Wording("… home ownership = renter", "home", high: Side(group: "renters")),
    Wording("… household comp = *", "household", high: Side(place: "(*)", phrase: "live as * ({share})"), weight: 0.5),
    Wording("… country = *", "place", high: Side(place: "in *"), low: Side(phrase: "are seldom from *"), weight: 0.9),
    Wording("… city = *", "place", high: Side(place: "in *"), weight: 0.9),
    Wording("… region = *", "place", high: Side(place: "in *"), low: Side(phrase: "are seldom in *"), weight: 0.9),
    Wording("… state = *", "place", high: Side(place: "in *"), weight: 0.9),
    Wording(
      "… zip code = *", "place", high: Side(adjective: "*", phrase: "live in * areas ({share})"),
      low: Side(phrase: "seldom live in * areas"), weight: 0.8),
    Wording(
      "… education = *", "education", high: Side(place: "with *"), low: Side(phrase: "seldom have the education '*'"),
      weight: 0.6),
    Wording(
      "… industry = *", "industry", high: Side(group: "* firms", phrase: "are in * ({share})"),
      low: Side(phrase: "are seldom in *"), weight: 0.9),
    Wording(
      "… category = *", "industry", high: Side(group: "* firms", phrase: "are in * ({share})"),
      low: Side(phrase: "are seldom in *"), weight: 0.9),
    Wording(
      "… channel = *", "channel", high: Side(group: "* customers", phrase: "buy by * ({share})"),
      low: Side(phrase: "seldom buy by *"), weight: 0.9),
    Wording(
      "… plan = *", "plan", high: Side(adjective: "*", phrase: "have the plan '*' ({share})"),
      low: Side(phrase: "seldom have the plan '*'"), weight: 0.9),
    Wording(
      "… contract = *", "plan", high: Side(adjective: "*", phrase: "have the contract '*' ({share})"),
      low: Side(phrase: "seldom have the contract '*'"), weight: 0.9),
    Wording(
      "age", "age", high: Side(adjective: "older", place: "of {q1}–{q3}", phrase: "are {q1} to {q3} years old"),
      low: Side(adjective: "young", place: "of {q1}–{q3}", phrase: "are {q1} to {q3} years old")),
    Wording(
      "… year birth", "age", high: Side(adjective: "young", phrase: "were born in {q1} to {q3}"),
      low: Side(adjective: "older", phrase: "were born in {q1} to {q3}"), isReversed: true),
    Wording(
      "… birth year", "age", high: Side(adjective: "young", phrase: "were born in {q1} to {q3}"),
      low: Side(adjective: "older", phrase: "were born in {q1} to {q3}"), isReversed: true),
    Wording(
      "… age", "age", high: Side(adjective: "older", phrase: "are {q1} to {q3} years old"),
      low: Side(adjective: "young", phrase: "are {q1} to {q3} years old"), weight: 0.9),
    Wording(
      "… income", "income", high: Side(adjective: "well-off", phrase: "have an income of {own}"),
      low: Side(adjective: "lower-income", phrase: "have an income of {own}")),
    Wording(
      "… salary", "income", high: Side(adjective: "well-off", phrase: "earn {own}"),
      low: Side(adjective: "lower-income", phrase: "earn {own}")),
    Wording(
      "… household size", "household", high: Side(group: "large households", phrase: "live with {own} at home"),
      low: Side(group: "small households", phrase: "live with {own} at home"), weight: 0.9),
    Wording(
      "… kids", "children", high: Side(group: "families", phrase: "have children at home"),
      low: Side(adjective: "childless", phrase: "have no children at home"), weight: 0.9),
    Wording(
      "… kidhome", "children", high: Side(group: "families", phrase: "have small children"),
      low: Side(phrase: "have no small children"), weight: 0.9),
    Wording(
      "… children", "children", high: Side(group: "families", phrase: "have children"),
      low: Side(adjective: "childless", phrase: "have no children"), weight: 0.9),
    Wording(
      "… teenhome", "teenagers", high: Side(group: "parents of teens", phrase: "have teenagers at home"),
      low: Side(phrase: "have no teenagers at home"), weight: 0.85),
  ]

  /// Columns of ready tables, by the words that people give them.
  private static let columns: [Wording] = [
    Wording(
      "recency", "recency", high: Side(adjective: "lapsed", phrase: "have not bought for long ({own})"),
      low: Side(adjective: "recent", phrase: "bought not long ago ({own})")),
    Wording(
      "frequency", "frequency", high: Side(adjective: "frequent", group: "regulars", phrase: "bought {own} times"),
      low: Side(adjective: "occasional", phrase: "bought {own} times")),
    Wording(
      "history", "spend", high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "have spent {own}")),
    Wording(
      "history_segment = *", "spend", high: Side(adjective: "*", phrase: "are in the spend band '*' ({share})"),
      low: Side(), weight: 0.2),
    Wording(
      "newbie", "tenure", high: Side(group: "newcomers", phrase: "are new in the last year"),
      low: Side(adjective: "long-standing", phrase: "have been customers for more than a year"), isReversed: true),
    Wording(
      "mens", "men's goods", high: Side(group: "menswear buyers", phrase: "buy men's goods"),
      low: Side(phrase: "do not buy men's goods"), weight: 0.95),
    Wording(
      "womens", "women's goods", high: Side(group: "womenswear buyers", phrase: "buy women's goods"),
      low: Side(phrase: "do not buy women's goods"), weight: 0.95),
    Wording(
      "mnt_*_prods", "category *", high: Side(group: "* buyers", phrase: "spend {own} on *"),
      low: Side(phrase: "spend {own} on *"), weight: 0.95),
    Wording(
      "mnt_*", "category *", high: Side(group: "* buyers", phrase: "spend {own} on *"),
      low: Side(phrase: "spend {own} on *"), weight: 0.95),
    Wording(
      "num_deals_purchases", "discount", high: Side(group: "deal hunters", phrase: "bought {own} times at a discount"),
      low: Side(group: "full-price buyers", phrase: "bought {own} times at a discount"), weight: 0.9),
    Wording(
      "num_*_purchases", "channel *", high: Side(group: "* shoppers", phrase: "bought {own} times by *"),
      low: Side(phrase: "bought {own} times by *"), weight: 0.85),
    Wording(
      "… web visits", "browsing", high: Side(group: "web browsers", phrase: "visit the site {own} times a month"),
      low: Side(phrase: "visit the site {own} times a month"), weight: 0.8),
    Wording(
      "accepted_*", "campaign response", high: Side(group: "responders", phrase: "took up campaigns"), low: Side(),
      weight: 0.85),
    Wording(
      "… response", "response", high: Side(group: "responders", phrase: "took up the latest offer"),
      low: Side(phrase: "did not take up the latest offer"), weight: 0.7),
    Wording(
      "… complain", "complaints", high: Side(group: "complainers", phrase: "complained"), low: Side(), weight: 0.6),
    Wording("… visit", "visits", high: Side(group: "visitors", phrase: "visit"), low: Side(), weight: 0.4),
    Wording(
      "… discount", "discount", high: Side(group: "bargain hunters", phrase: "buy at a discount"),
      low: Side(group: "full-price buyers", phrase: "seldom buy at a discount"), weight: 0.9),
    Wording(
      "… coupon", "coupons", high: Side(group: "coupon users", phrase: "use coupons"),
      low: Side(phrase: "use hardly any coupon"), weight: 0.9),
    Wording(
      "… tenure", "tenure", high: Side(adjective: "long-standing", phrase: "have been customers for {own}"),
      low: Side(adjective: "new", phrase: "have been customers for {own} only")),
    Wording(
      "… monthly charges", "price", high: Side(adjective: "high-paying", phrase: "pay {own} a month"),
      low: Side(adjective: "low-paying", phrase: "pay {own} a month"), weight: 0.9),
    Wording(
      "… total charges", "spend",
      high: Side(adjective: "high-spending", group: "big spenders", phrase: "have paid {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "have paid {own}"), weight: 0.9),
    Wording(
      "… sales", "sales", high: Side(adjective: "high-turnover", phrase: "sell for {own}"),
      low: Side(adjective: "low-turnover", phrase: "sell for {own}"), weight: 0.9),
    Wording(
      "… profits", "profit", high: Side(adjective: "profitable", phrase: "earn {own}"),
      low: Side(adjective: "unprofitable", phrase: "earn {own}"), weight: 0.9),
    Wording(
      "… assets", "assets", high: Side(adjective: "asset-rich", phrase: "have assets of {own}"),
      low: Side(adjective: "asset-light", phrase: "have assets of {own}"), weight: 0.8),
    Wording(
      "… balance", "balance", high: Side(adjective: "high-balance", phrase: "hold {own}"),
      low: Side(adjective: "low-balance", phrase: "hold {own}"), weight: 0.9),
    Wording(
      "… spend", "spend", high: Side(adjective: "high-spending", group: "big spenders", phrase: "spend {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "spend {own}"), weight: 0.9),
    Wording(
      "… revenue", "spend", high: Side(adjective: "high-spending", group: "big spenders", phrase: "bring {own}"),
      low: Side(adjective: "low-spending", group: "small spenders", phrase: "bring {own}"), weight: 0.9),
  ]
}
