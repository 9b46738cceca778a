internal import Warehouse

extension RoleGuess {
  /// Columns that tell acts of customers: their kinds, sessions, devices and channels.
  ///
  /// A column tells types where its name says so and words of its values name kinds of acts, see ``ActKind``. Mails sent,
  /// opened or clicked belong to campaigns; views and searches are events, even where a price stands beside them.
  mutating func guessActs() {
    guard role == .events || role == .campaigns || role == .transactions else { return }
    let free = evidence.filter { !columns.values.joined().contains($0.name) }
    guard let type = free.filter({ !$0.acts.isEmpty }).max(by: { $0.acts.count < $1.acts.count }) else { return }
    let isMailing = !type.acts.isDisjoint(with: [.sent, .opened, .clicked])
    let isVisit = !type.acts.isDisjoint(with: [.view, .search])
    if role == .events, columns[.campaign] != nil, isMailing {
      role = .campaigns
      why = "it has a customer, a campaign and what became of it on each row"
    } else if role == .transactions, isVisit {
      role = .events
      why = "its '\(type.name)' tells what visitors did, bought or not"
    }
    guard role == .events || role == .campaigns else { return }
    columns[.type] = [type.name]
    let others = free.filter { $0.name != type.name }
    if let session = others.first(where: { $0.isIdentifierLike && $0.identifies(["session", "visit"]) }) {
      columns[.session] = [session.name]
    }
    let texts = others.filter { $0.kind == .text && $0.distinct <= 100 }
    if let device = texts.first(where: { $0.speaksOf(["device", "platform"]) }) { columns[.device] = [device.name] }
    if let channel = texts.first(where: { $0.speaksOf(["channel", "medium"]) }) { columns[.channel] = [channel.name] }
  }
}
