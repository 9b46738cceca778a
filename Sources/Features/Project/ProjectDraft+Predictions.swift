internal import Warehouse

/// What a first project file says of predictions.
extension ProjectDraft {
  /// The forecast of orders, on where there are transactions, and targets that fit the sources, as a comment.
  /// - Parameters:
  ///   - events: the names of the sources of events.
  ///   - replies: those of them whose rows name a campaign.
  ///   - campaigns: the source of campaigns, where there is one.
  ///   - days: how many days the transactions, or else the events, reach back; nil without a date.
  static func predictionBlock(
    isShop: Bool, events: [String], replies: [String], campaigns: String?, days: Int?
  ) -> String {
    var text = ""
    if isShop {
      text += """

        # Orders and revenue to come are forecast for each customer and segment, with ranges that back-tests calibrate;
        # 'value: false' leaves that out.
        value:
          horizon: 13
          unit: week
          # How customers order and leave: bgnbd, mbgnbd, paretonbd, or nbd, in which nobody leaves.
          model_family: bgnbd

        """
    }
    // Learnt as of several dates, each with its days to come in the records and as many before.
    guard isShop || !events.isEmpty, let days, let window = [90, 60, 30, 14, 7].first(where: { $0 * 4 <= days }) else {
      return text
    }
    let short = min(30, window)
    var targets = isShop ? ["buys_\(short)d: {event: buy, days: \(short)}"] : []
    if isShop { targets.append("lapses_\(window)d: {event: no buy, days: \(window)}") }
    targets += events.map { "\($0)_\(short)d: {event: \($0), days: \(short)}" }
    if let campaigns {
      targets += replies.map { "\($0)_of_campaign: {event: \($0), days: \(short), campaigns: \(campaigns)}" }
    }
    text +=
      "\n# targets:  # what customers may do in the days after a date: the chances are learnt, and told by 'score'\n"
    return text + targets.map { "#   \($0)\n" }.joined()
  }
}
