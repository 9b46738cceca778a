import Features
import Foundation
import Testing
import Warehouse

/// Engagement with campaigns, browsing, use, and leads, against values worked out by hand.
@Suite(.onEveryEngine) struct `Acts of customers` {
  let place: Workplace

  init() throws {
    place = try Workplace()
    // The as-of date is 2024-03-31. Customer 1 answers mails, 2 never does, 3 has nothing but an order, 4 only returns.
    try place.write(
      "orders.csv",
      [
        "c,t,a", "1,2024-01-05 10:00:00,10", "1,2024-02-03 09:00:00,20", "1,2024-03-31 23:59:59,5",
        "2,2024-01-01 10:00:00,7", "3,2024-02-01 10:00:00,8", "4,2024-02-01 10:00:00,-8", "5,2024-01-01 00:00:00,1",
        "1,2024-04-01 00:00:00,1000",
      ])
    try place.write(
      "mails.csv",
      [
        "c,m,t,what,via",
        // January: sent to 1, 2; 1 opened and clicked; sent again in March, not yet judged at the end of the month.
        "1,jan,2024-01-02,Sent,mail", "2,jan,2024-01-02,Sent,mail", "1,jan,2024-01-03,Opened,mail",
        "1,jan,2024-01-03,Link clicked,mail", "1,feb,2024-02-01,Sent,app", "2,feb,2024-02-01,Sent,app",
        "2,feb,2024-02-02,Opened,app", "1,mar,2024-03-25,Sent,mail", "2,mar,2024-03-25,Bounced,mail",
        "2,mar,2024-03-26,Unsubscribed,mail", "1,apr,2024-04-01,Sent,mail", "1,apr,2024-04-01 00:00:01,Opened,mail",
      ])
    try place.write(
      "web.csv",
      [
        "c,t,what,item,kind,machine",
        // Two sessions of customer 1 on one day: 30 minutes exactly is one session, a second more another.
        "1,2024-03-01 10:00:00,page_view,p1,k1,phone", "1,2024-03-01 10:30:00,page_view,p2,k1,phone",
        "1,2024-03-01 10:40:00,add_to_cart,p2,k1,phone", "1,2024-03-01 11:10:01,search,,,desktop",
        // A cart bought within 24 hours, by an event; one whose hours have not passed.
        "1,2024-03-10 10:00:00,add_to_cart,p3,k2,phone", "1,2024-03-11 10:00:00,purchase,p3,k2,phone",
        "1,2024-03-31 12:00:00,add_to_cart,p1,k1,phone",
        // Customer 2 looks only; what is taken out of the cart was not put in.
        "2,2024-02-01 08:00:00,page_view,p1,k1,", "2,2024-02-01 08:01:00,remove_from_cart,p1,k1,",
        "2,2024-01-01 08:00:00,wishlist_add,p9,k9,", "2,2024-04-01 00:00:00,page_view,p5,k5,tablet",
        // Customer 5 bought a cart in the shop, on the next day.
        "5,2024-01-01 23:00:00,add_to_cart,p1,k1,", "5,2024-01-05 09:00:00,add_to_cart,p1,k1,",
      ])
  }

  static let yaml =
    Workplace.orders(asOf: "2024-03-31")
      + """
        mails:
          file: mails.csv
          role: campaigns
          columns: {customer: c, campaign: m, time: t, type: what, channel: via}
        web:
          file: web.csv
          role: events
          columns: {customer: c, time: t, type: what, product: item, category: kind, device: machine}

      """

  func features(_ more: String = "") throws -> Computed { try place.features(Self.yaml + more) }

  @Test func `engagement tells what became of each contact`() throws {
    let found = try features()
    let wanted: [(String, Double?, Double?, Double?)] = [
      ("mails_received", 3, 2, 0), ("mails_sent", 3, 2, 0), ("mails_opened", 1, 1, 0), ("mails_clicked", 1, 0, 0),
      ("mails_bounced", 0, 1, 0), ("mails_opened_30d", 0, 0, 0), ("mails_opened_90d", 1, 1, 0),
      ("mails_opened_recency_days", 88, 58, nil), ("mails_clicked_recency_days", 88, nil, nil),
      ("mails_unsubscribed", 0, 1, 0),
    ]
    for (name, first, second, none) in wanted {
      let values = try [found.number(name, "1"), found.number(name, "2"), found.number(name, "3")]
      #expect(values == [first, second, none], "\(name)")
    }
  }

  @Test func `rates are drawn to everybody's`() throws {
    let found = try features()
    // Of 5 campaigns sent, 2 were opened and 1 was clicked; of 2 opened, 1 was clicked.
    #expect(try isClose(found.number("mails_open_rate", "1"), (1 + 5 * 0.4) / (3 + 5)))
    #expect(try isClose(found.number("mails_open_rate", "2"), (1 + 5 * 0.4) / (2 + 5)))
    #expect(try isClose(found.number("mails_click_rate", "2"), (0 + 5 * 0.2) / (2 + 5)))
    #expect(try isClose(found.number("mails_click_to_open_rate", "1"), (1 + 5 * 0.5) / (1 + 5)))
    #expect(try found.number("mails_open_rate", "3") == nil)
    let plain = try features("features: {engagement: {shrinkage: 0}}\n")
    #expect(try isClose(plain.number("mails_open_rate", "1"), 1.0 / 3) && plain.number("mails_open_rate", "3") == nil)
  }

  @Test func `a response is an order in the days from the contact on, once they have passed`() throws {
    let found = try features()
    // Judged are January and February of 1 and 2: orders of 1 on 2024-01-05 and 2024-02-03 answer both.
    #expect(try isClose(found.number("mails_response_rate", "1"), (2 + 5 * 0.5) / (2 + 5)))
    #expect(try isClose(found.number("mails_response_rate", "2"), (0 + 5 * 0.5) / (2 + 5)))
    #expect(try found.number("mails_response_rate", "3") == nil)
    let pace = 3.0 / 87
    #expect(
      try isClose(found.number("mails_response_factor", "1"), (4.5 / 7) / (1 - exp(-14 * pace)), 1e-8))
    #expect(try found.number("mails_mail_share", "1") == 0.5)
    #expect(try isClose(found.number("mails_app_response_rate", "2"), (0 + 5 * 0.5) / (1 + 5)))
    // With 60 days only January is judged by the end of March.
    let slow = try features("features: {engagement: {response_days: 60, shrinkage: 0}}\n")
    #expect(try slow.number("mails_response_rate", "1") == 1 && slow.number("mails_mail_share", "1") == 0.5)
    let slower = try features("features: {engagement: {response_days: 61, shrinkage: 0}}\n")
    #expect(try slower.number("mails_mail_share", "1") == 1)
  }

  @Test func `sessions end where nothing happens for half an hour`() throws {
    let found = try features()
    #expect(try found.number("web_sessions", "1") == 5 && found.number("web_sessions", "2") == 2)
    #expect(try found.number("web_sessions_7d", "1") == 1 && found.number("web_sessions", "3") == 0)
    #expect(try isClose(found.number("web_session_events_mean", "1"), 7.0 / 5))
    #expect(try found.number("web_session_events_mean", "3") == nil)
    #expect(try isClose(found.number("web_window_shopping_share", "1"), 1.0 / 5), "the search alone")
    #expect(try found.number("web_window_shopping_share", "2") == 1)
    let long = try features("features: {browsing: {session_minutes: 31}}\n")
    #expect(try long.number("web_sessions", "1") == 4)
  }

  @Test func `what was looked at is counted by its kind`() throws {
    let found = try features()
    let wanted: [(String, Double?, Double?, Double?)] = [
      ("web_views", 2, 1, 0), ("web_views_30d", 0, 0, 0), ("web_searches", 1, 0, 0),
      ("web_wishlist_additions", 0, 1, 0),
      ("web_cart_additions", 3, 0, 0), ("web_products_viewed", 2, 1, 0), ("web_categories_viewed", 1, 1, 0),
      ("web_purchases_per_view", 0.5, 0, nil), ("web_device_phone_share", 6.0 / 7, nil, nil),
      ("web_active_days_90d", 4, 1, 0), ("web_active_days_7d", 1, 0, 0),
    ]
    for (name, first, second, none) in wanted {
      let values = try [found.number(name, "1"), found.number(name, "2"), found.number(name, "3")]
      #expect(zip(values, [first, second, none]).allSatisfy { isClose($0, $1) }, "\(name): \(values)")
    }
    #expect(!found.names.contains { $0.contains("tablet") }, "a device of the future")
  }

  @Test func `a cart is abandoned when its hours pass without an order`() throws {
    let found = try features()
    // Customer 1: that of the 1st was left, that of the 10th bought, that of the 31st has its hours yet.
    #expect(try found.number("web_carts_abandoned", "1") == 1 && found.number("web_cart_abandonment_rate", "1") == 0.5)
    #expect(try found.number("web_carts_abandoned", "2") == 0 && found.number("web_cart_abandonment_rate", "2") == nil)
    // Customer 5: the order of the same day came before, so neither cart was bought.
    #expect(try found.number("web_carts_abandoned", "5") == 2)
    // Orders without a time of day may be of any time of it.
    try place.write("orders.csv", ["c,t,a", "5,2024-01-01,1", "1,2024-03-01,2"])
    let dated = try features()
    #expect(try dated.number("web_carts_abandoned", "5") == 1 && dated.number("web_carts_abandoned", "1") == 0)
  }

  @Test func `a lead's points fade, and a signal makes it hot`() throws {
    let found = try features()
    func weight(_ age: Double) -> Double { pow(0.5, age / 14) }
    let score = 2 * weight(30) + 5 * weight(30) + 2 * weight(30) + 5 * weight(21) + 5 + 1 * weight(88) + 3 * weight(88)
    #expect(try isClose(found.number("lead_score", "1"), score, 1e-7))
    #expect(try found.number("lead_temperature", "1") == 2, "a cart today, whatever the score")
    #expect(try found.number("lead_score", "3") == 0 && found.number("lead_temperature", "3") == 0)
    let score2 = weight(59) + 3 * weight(90) + weight(58) - 10 * weight(5)
    #expect(try isClose(found.number("lead_score", "2"), score2, 1e-7))
    let own = try features(
      """
      features:
        event_types: {request: [search]}
        lead: {points: {cart: 0, view: 100, request: 0}, half_life: 1000, warm: 50, hot: 1000, intent_days: 0}

      """)
    #expect(try own.number("lead_temperature", "1") == 1 && own.number("lead_temperature", "2") == 1)
  }

  @Test(arguments: [
    ("page_view", ActKind.view), ("ViewProduct", .view), ("add_to_cart", .cart), ("AddToBasket", .cart),
    ("addtocart", .cart),
    ("Email Opened", .opened), ("click", .clicked), ("unsubscribe", .unsubscribed), ("soft bounce", .bounced),
    ("begin_checkout", .checkout), ("Order placed", .purchase), ("wishlist_add", .wishlist), ("site search", .search),
    ("demo request", .request), ("email_sent", .sent), ("reply", .replied), ("view_cart", .view),
    ("industrial_page", .view), ("Opt out", .unsubscribed),
  ]) func `types are told by their words`(_ text: String, _ kind: ActKind) { #expect(ActKind(text) == kind) }

  @Test(arguments: [
    "remove_from_cart", "login", "", "42", "heartbeat", "order cancelled", "payment_failed", "demographics_shown",
  ])
  func `other types are of no kind`(_ text: String) { #expect(ActKind(text) == nil) }

  @Test func `bad settings name their line`() throws {
    for text in [
      "lead: {warm: 9, hot: 1}", "lead: {points: {cart: lots}}", "browsing: {cart_hours: 0}",
      "engagement: {shrinkage: -1}",
      "event_types: {carts: [x]}",
    ] {
      let error = #expect(throws: ProjectError.self) { _ = try features("features:\n  \(text)\n") }
      #expect(error?.line != nil, "\(text)")
    }
  }

  @Test func `visitors' contacts are those of the customers they turned out to be`() throws {
    try place.write(
      "mails.csv", ["v,m,t,what", "a,jan,2024-01-02,sent", "a,jan,2024-01-03,opened", "b,jan,2024-01-02,sent"])
    try place.write("known.csv", ["v,c,t", "a,1,2024-02-01", "b,2,2024-04-01"])
    let yaml =
      Workplace.orders(asOf: "2024-03-31")
        + """
          mails: {file: mails.csv, role: campaigns, columns: {visitor: v, campaign: m, time: t, type: what}}
          known: {file: known.csv, role: identities, columns: {visitor: v, customer: c, time: t}}

        """
    let found = try place.features(yaml)
    #expect(try found.number("mails_opened", "1") == 1 && found.number("mails_sent", "2") == 0)
  }
}
