internal import Features

extension ActionRule {
  /// What is done where a project says nothing else, the most urgent first.
  static let defaults: [ActionRule] = [
    ActionRule(
      "Win back", when: [Condition("lapse", .high), Condition("spend", .high)],
      what: "Call or write personally with a reason to come back: they were worth much and have stopped."),
    ActionRule(
      "Win back at low cost", when: [Condition("lapse", .veryHigh)],
      what: "One automatic reminder with an incentive that ends; stop writing if it is not answered."),
    ActionRule(
      "Second order", when: [Condition("orders", .below(2)), Condition("recency", .low)],
      what: "An incentive for the next order while the first is fresh."),
    ActionRule(
      "Treat", when: [Condition("uplift", .high)],
      what: "Give them {treatment}, which changes what they do, as far as what that brings pays for what it costs."),
    ActionRule(
      "Leave alone", when: [Condition("uplift", .low)],
      what: "Keep {treatment} from them: with it they do less than without."),
    ActionRule(
      "Save the offer", when: [Condition("uplift", .usual)],
      what: "Spend nothing on {treatment} here until it is shown to work: no effect could be told from chance."),
    ActionRule(
      "Remind",
      when: [Condition("recency_gaps", .high), Condition("recency_gaps", .above(1.5)), Condition("lapse", .usual)],
      what: "They are overdue by their own rhythm: remind them now, with what they usually buy, before they lapse."),
    ActionRule(
      "Full price", when: [Condition("discount", .low), Condition("frequency", .high)],
      what:
        "They buy often, and less at a discount than others: offer service, early access and what goes with their last "
        + "purchase, and test leaving discounts out against a group that gets them."),
    ActionRule(
      "Offers", when: [Condition("discount", .high)],
      what: "Show offers and bundles; test a smaller discount against a group without one."),
    ActionRule(
      "New arrivals", when: [Condition("frequency", .high)],
      what: "Show new arrivals first, before everybody else."),
    ActionRule(
      "Next visit", when: [Condition("frequency", .low), Condition("lapse", .usual)],
      what: "A reason to come again soon: a reminder of what they usually buy, or a small reward for the next order."),
    ActionRule(
      "More e-mail", when: [Condition("email", .high)],
      what: "Write more often: they read more than others. Move what is printed to e-mail."),
    ActionRule(
      "Less e-mail", when: [Condition("email", .veryLow)],
      what: "Write less often by e-mail; try another channel."),
    ActionRule(
      "Ask them first", when: [Condition("campaign response", .high)],
      what: "They answer more than others: let them have new offers first, by the channel they use."),
    ActionRule(
      "Ask them first", when: [Condition("response", .high)],
      what: "They answer more than others: let them have new offers first, by the channel they use."),
    ActionRule(
      "Other contact", when: [Condition("response", .low), Condition("contact", .usual)],
      what: "Campaigns of the usual kind seldom reach them: send fewer, and try another channel or occasion."),
    ActionRule(
      "Welcome",
      when: [Condition("tenure", .veryLow), Condition("tenure", .below(90)), Condition("lapse", .usual)],
      what: "They are new: help them to a good start, and ask early whether they are content."),
    ActionRule(
      "Grow", when: [Condition("trend", .high), Condition("trend", .above(0))],
      what: "They buy more than before: suggest what goes with their last purchase while they are growing."),
    ActionRule(
      "Reward", when: [Condition("spend", .veryHigh)],
      what: "Thank them: a personal contact, a reward that is not a discount."),
    ActionRule(
      "Cross-sell", when: [Condition("categories_bought", .low), Condition("frequency", .usual)],
      what: "Show the category that customers like them buy next."),
    ActionRule("Keep in touch", when: [], what: "No rule for action applies: keep the usual programme."),
  ]
}
