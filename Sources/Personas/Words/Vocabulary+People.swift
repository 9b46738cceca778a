internal import Features

extension Vocabulary {
  /// How people are reached and answer.
  static let contacts: [Wording] = [
    Wording(
      "lead_score", "lead", noun: "lead score", high: Side(adjective: "hot", phrase: "show strong intent"),
      low: Side(adjective: "cold", phrase: "show no intent"), weight: 0.8),
    Wording(
      "lead_temperature", "lead", high: Side(adjective: "hot", phrase: "show strong intent"),
      low: Side(adjective: "cold", phrase: "show no intent"), weight: 0.8),
    Wording(
      "campaigns_received", "contact", noun: "campaigns received",
      high: Side(adjective: "often-contacted", phrase: "got {own} campaigns"),
      low: Side(adjective: "seldom-contacted", phrase: "got {own} campaigns"), weight: 0.6),
    Wording(
      "campaigns_recency_days", "contact", noun: "days since the last campaign",
      high: Side(phrase: "got no campaign for {own} days"),
      low: Side(phrase: "got a campaign {own} days ago"), weight: 0.2),
    Wording(
      "account_recency_days", "account", noun: "days since the company's last order",
      high: Side(phrase: "are of companies that last ordered {own} days ago"),
      low: Side(phrase: "are of companies that last ordered {own} days ago"), weight: 0.3),
    Wording(
      "* recency_days", "last *", noun: "days since the last of their *",
      high: Side(phrase: "last had * {own} days ago"),
      low: Side(phrase: "last had * {own} days ago"), weight: 0.5),
    Wording(
      "* first_days", "first *", noun: "days since the first of their *",
      high: Side(phrase: "first had * {own} days ago"), low: Side(phrase: "first had * {own} days ago"), weight: 0.3),
    Wording(
      "* gap_days_mean", "rhythm of *", noun: "days between their *",
      high: Side(phrase: "had {own} days between their *"),
      low: Side(phrase: "had {own} days between their *"), weight: 0.3),
    Wording(
      "* trend", "trend of *", noun: "growth of *", high: Side(phrase: "have more * than before"),
      low: Side(phrase: "have fewer * than before"), weight: 0.4),
    Wording(
      "… response rate", "followed", noun: "share of campaigns soon followed by an order",
      high: Side(phrase: "ordered soon after {own%} of their campaigns"),
      low: Side(phrase: "ordered soon after {own%} of their campaigns"), weight: 0.3),
    Wording(
      "… response factor", "response", noun: "effect of campaigns",
      high: Side(group: "responders", phrase: "order more after campaigns than at their own pace"),
      low: Side(phrase: "do not order more after campaigns than at their own pace"), weight: 0.8),
    Wording(
      "… open rate", "email", noun: "opened e-mails",
      high: Side(group: "e-mail readers", phrase: "open e-mails ({own%})"),
      low: Side(phrase: "open few e-mails"), weight: 0.9),
    Wording(
      "… click rate", "email", noun: "clicks in e-mails",
      high: Side(group: "e-mail clickers", phrase: "click in e-mails ({own%})"),
      low: Side(phrase: "click in few e-mails"), weight: 0.9),
    Wording(
      "… opened", "email", noun: "opened e-mails", high: Side(group: "e-mail readers", phrase: "open e-mails"),
      low: Side(phrase: "open few e-mails"), weight: 0.9),
    Wording(
      "… redemptions", "coupons", noun: "coupon redemptions",
      high: Side(group: "coupon users", phrase: "redeem coupons"),
      low: Side(phrase: "redeem few coupons"), weight: 0.9),
    Wording(
      "… redeemed", "coupons", noun: "coupon redemptions", high: Side(group: "coupon users", phrase: "redeem coupons"),
      low: Side(phrase: "redeem few coupons"), weight: 0.9),
    Wording(
      "… carts abandoned", "carts", noun: "carts left",
      high: Side(group: "cart abandoners", phrase: "leave carts behind"),
      low: Side(phrase: "leave few carts behind"), weight: 0.9),
    Wording(
      "… sessions", "browsing", noun: "sessions", high: Side(adjective: "often-browsing", phrase: "had {own} sessions"),
      low: Side(phrase: "had {own} sessions"), weight: 0.7),
    Wording(
      "… searches", "browsing", noun: "searches", high: Side(group: "searchers", phrase: "search more than others"),
      low: Side(phrase: "search less than others"), weight: 0.7),
    Wording(
      "… active days", "activity *", noun: "active days",
      high: Side(adjective: "active", phrase: "were active on {own} days"),
      low: Side(adjective: "inactive", phrase: "were active on {own} days"), weight: 0.6),
    Wording(
      "… newsletter", "email", high: Side(group: "subscribers", phrase: "take the newsletter"),
      low: Side(phrase: "take no newsletter"), weight: 0.8),
  ]

  static let people: [Wording] = [
    Wording("… gender = f", "gender", high: Side(group: "women", phrase: "are women")),
    Wording("… gender = female", "gender", high: Side(group: "women", phrase: "are women")),
    Wording("… gender = m", "gender", high: Side(group: "men", phrase: "are men")),
    Wording("… gender = male", "gender", high: Side(group: "men", phrase: "are men")),
    Wording("… sex = f", "gender", high: Side(group: "women", phrase: "are women")),
    Wording("… sex = female", "gender", high: Side(group: "women", phrase: "are women")),
    Wording("… sex = m", "gender", high: Side(group: "men", phrase: "are men")),
    Wording("… sex = male", "gender", high: Side(group: "men", phrase: "are men")),
    Wording("… marital = married", "marital", high: Side(adjective: "married", phrase: "are married")),
    Wording("… marital = single", "marital", high: Side(adjective: "single", phrase: "are single")),
    Wording("… marital = unmarried", "marital", high: Side(adjective: "unmarried", phrase: "are unmarried")),
    Wording("… marital = together", "marital", high: Side(adjective: "partnered", phrase: "live with a partner")),
    Wording("… marital = divorced", "marital", high: Side(adjective: "divorced", phrase: "are divorced")),
    Wording("… marital = widow", "marital", high: Side(adjective: "widowed", phrase: "are widowed")),
    Wording("… marital = *", "marital", high: Side(adjective: "*", phrase: "are *"), weight: 0.5),
    Wording("… home ownership = homeowner", "home", high: Side(group: "homeowners", phrase: "own their home")),
    Wording("… home ownership = renter", "home", high: Side(group: "renters", phrase: "rent their home")),
    Wording("… household comp = *", "household", high: Side(place: "(*)", phrase: "live as * ({share})"), weight: 0.5),
    Wording("… country = *", "place", high: Side(place: "in *"), low: Side(phrase: "are seldom from *"), weight: 0.9),
    Wording("… city = *", "place", high: Side(place: "in *"), weight: 0.9),
    Wording("… region = *", "place", high: Side(place: "in *"), low: Side(phrase: "are seldom in *"), weight: 0.9),
    Wording("… state = *", "place", high: Side(place: "in *"), weight: 0.9),
    Wording(
      "… zip code = *", "place", high: Side(adjective: "*", phrase: "live in * areas ({share})"),
      low: Side(phrase: "seldom live in * areas"), weight: 0.8),
    Wording(
      "… education = *", "education", high: Side(place: "with education '*'", phrase: "have the education '*'"),
      low: Side(phrase: "seldom have the education '*'"),
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
      "… plan = *", "plan", high: Side(adjective: "*~", phrase: "have the plan '*' ({share})"),
      low: Side(phrase: "seldom have the plan '*'"), weight: 0.9),
    Wording(
      "… contract = *", "plan", high: Side(adjective: "*~", phrase: "have the contract '*' ({share})"),
      low: Side(phrase: "seldom have the contract '*'"), weight: 0.9),
    Wording(
      "age", "age", noun: "years of age",
      high: Side(adjective: "older", place: "of {range}", phrase: "are {range} years old"),
      low: Side(adjective: "young", place: "of {range}", phrase: "are {range} years old")),
    Wording(
      "… year birth", "age", noun: "year of birth", high: Side(adjective: "young", phrase: "were born in {range}"),
      low: Side(adjective: "older", phrase: "were born in {range}"), isReversed: true),
    Wording(
      "… birth year", "age", noun: "year of birth", high: Side(adjective: "young", phrase: "were born in {range}"),
      low: Side(adjective: "older", phrase: "were born in {range}"), isReversed: true),
    Wording(
      "… age", "age", noun: "years of age", high: Side(adjective: "older", phrase: "are {range} years old"),
      low: Side(adjective: "young", phrase: "are {range} years old"), weight: 0.9),
    Wording(
      "… income", "income", noun: "income", high: Side(adjective: "well-off", phrase: "have an income of {own}"),
      low: Side(adjective: "lower-income", phrase: "have an income of {own}")),
    Wording(
      "… salary", "income", noun: "salary", high: Side(adjective: "well-off", phrase: "earn {own}"),
      low: Side(adjective: "lower-income", phrase: "earn {own}")),
    Wording(
      "… household size", "household", noun: "people at home",
      high: Side(group: "large households", phrase: "live with {own} at home"),
      low: Side(group: "small households", phrase: "live with {own} at home"), weight: 0.9),
    Wording(
      "… kids", "children", noun: "children at home", high: Side(group: "families", phrase: "have children at home"),
      low: Side(adjective: "childless", phrase: "have no children at home"), weight: 0.9),
    Wording(
      "… kidhome", "children", noun: "small children at home",
      high: Side(group: "families", phrase: "have small children"),
      low: Side(phrase: "have no small children"), weight: 0.9),
    Wording(
      "… children", "children", high: Side(group: "families", phrase: "have children"),
      low: Side(adjective: "childless", phrase: "have no children"), weight: 0.9),
    Wording(
      "… teenhome", "teenagers", noun: "teenagers at home",
      high: Side(group: "parents of teens", phrase: "have teenagers at home"),
      low: Side(phrase: "have no teenagers at home"), weight: 0.85),
  ]

  /// Columns of ready tables, by the words that people give them.
  static let columns: [Wording] = [
    Wording(
      "recency", "recency", noun: "recency",
      high: Side(adjective: "lapsed", phrase: "have not bought for long ({own})"),
      low: Side(adjective: "recent", phrase: "bought not long ago ({own})")),
    Wording(
      "frequency", "frequency", noun: "purchases",
      high: Side(adjective: "frequent", group: "regulars", phrase: "bought {own} times"),
      low: Side(adjective: "occasional", phrase: "bought {own} times")),
    Wording(
      "history", "spend", noun: "spend",
      high: Side(adjective: "high-spending", group: "big spenders", phrase: "have spent {own}"),
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
      "mnt_*", "amount *", noun: "spend on *", high: Side(phrase: "spend {own} on *"),
      low: Side(phrase: "spend {own} on *"), weight: 0.6),
    // How often at a discount tells neither who hunts deals nor who pays in full, but who buys often.
    Wording(
      "num_deals_purchases", "discount count", noun: "purchases at a discount",
      high: Side(phrase: "bought {own} times at a discount"), low: Side(phrase: "bought {own} times at a discount"),
      weight: 0.6),
    Wording(
      "num_*_purchases", "channel *", noun: "purchases by *",
      high: Side(group: "* shoppers", phrase: "bought {own} times by *"),
      low: Side(phrase: "bought {own} times by *"), weight: 0.85),
    Wording(
      "… web visits", "browsing", noun: "visits of the site a month",
      high: Side(group: "web browsers", phrase: "visit the site {own} times a month"),
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
      low: Side(phrase: "use few coupons"), weight: 0.9),
    Wording(
      "… customer days", "tenure", noun: "days since becoming a customer",
      high: Side(adjective: "long-standing", phrase: "have been customers for {own} days"),
      low: Side(adjective: "new", phrase: "have been customers for {own} days only"), weight: 0.95),
    Wording(
      "… tenure", "tenure", noun: "tenure",
      high: Side(adjective: "long-standing", phrase: "have a tenure of {own}"),
      low: Side(adjective: "new", phrase: "have a tenure of {own} only")),
    Wording(
      "… monthly charges", "price", noun: "charges a month",
      high: Side(adjective: "high-paying", phrase: "pay {own} a month"),
      low: Side(adjective: "low-paying", phrase: "pay {own} a month"), weight: 0.9),
    Wording(
      "… total charges", "spend", noun: "charges in all",
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
