internal import Foundation
internal import Warehouse

extension FeatureFamily {
  /// Discounts, returns, categories and stores: from the lines of orders.
  func lineDefinitions(_ context: FamilyContext) -> [FeatureDefinition] {
    guard let source = context.transactions?.name else { return [] }
    let ratio = context.dialect.ratio
    let amount = Aggregate(.lines, "line_amount", "sum(amount_units)", needs: [.amount])
    switch self {
    case .discount where context.offers(.discount) && context.hasAmounts:
      let discount = Aggregate(.lines, "line_discount", "sum(discount_units)", needs: [.discount])
      let lines = Aggregate(.lines, "lines", "count(*)")
      let discounted = Aggregate(.lines, "lines_on_offer", "count(*) FILTER (WHERE discount > 0)", needs: [.discount])
      return [
        feature(
          "discount_share", "Discounts as a share of spend before discounts", unit: "share", source: source,
          from: [amount, discount], as: ratio("{line_discount}", "({line_amount} + {line_discount})"), whenAbsent: 0),
        feature(
          "discount_line_share", "Share of purchased lines with a discount", unit: "share", source: source,
          from: [lines, discounted], as: ratio("{lines_on_offer}", "{lines}"), whenAbsent: 0),
      ] + offers(context, source: source, amount: amount)
    case .returns where context.hasReturns:
      let lines = Aggregate(.returns, "returned_lines", "count(*)")
      var definitions = [
        feature(
          "returned_lines", "Number of returned or cancelled lines", source: source, from: [lines],
          as: "{returned_lines}", whenAbsent: 0)
      ]
      if context.hasAmounts {
        let value = Aggregate(.returns, "returned_amount", "sum(abs(amount_units))", needs: [.amount])
        definitions.append(
          feature(
            "returned_share",
            "Value of returned or cancelled lines over the value bought; above 1 where more came back than was bought",
            unit: "share",
            source: source, from: [value, amount], as: ratio("{returned_amount}", "{line_amount}"), whenAbsent: 0))
      }
      return definitions
    case .categories where !context.categories.isEmpty && context.hasAmounts:
      return categoryShares(context, source: source, amount: amount)
    case .stores where context.offers(.store):
      let stores = Aggregate(.lines, "stores", "count(DISTINCT store)", needs: [.store])
      return [
        feature(
          "stores_used", "Number of distinct stores bought from", source: source, from: [stores], as: "{stores}",
          whenAbsent: 0)
      ]
    default:
      return []
    }
  }

  /// How much of what a customer buys is on offer, and how far below its price.
  private func offers(_ context: FamilyContext, source: String, amount: Aggregate) -> [FeatureDefinition] {
    let ratio = context.dialect.ratio
    let orders = Aggregate(.orders, "orders", "count(*)")
    let reduced = Aggregate(.orders, "orders_on_offer", "count(*) FILTER (WHERE discount > 0)", needs: [.discount])
    let discount = Aggregate(.lines, "line_discount", "sum(discount_units)", needs: [.discount])
    let paid = Aggregate(
      .lines, "amount_on_offer", "sum(CASE WHEN discount > 0 THEN amount_units ELSE 0 END)",
      needs: [.amount, .discount])
    let full = Aggregate(
      .lines, "amount_full_price", "sum(CASE WHEN discount > 0 THEN 0 ELSE amount_units END)",
      needs: [.amount, .discount])
    return [
      feature(
        "orders_on_offer_share", "Share of orders with a discount on some line", unit: "share", source: source,
        from: [orders, reduced], as: ratio("{orders_on_offer}", "{orders}"), whenAbsent: 0),
      feature(
        "discount_depth", "Discount on lines that have one, over their price before it; missing without such a line",
        unit: "share", source: source, from: [paid, discount],
        as: ratio("{line_discount}", "({amount_on_offer} + {line_discount})")),
      feature(
        "only_on_offer", "1 where every order has a discount on some line, else 0", source: source,
        from: [orders, reduced], as: "CASE WHEN {orders_on_offer} = {orders} THEN 1 ELSE 0 END", whenAbsent: 0),
      feature(
        "full_price_share", "Share of spend on lines without a discount; missing without spend", unit: "share",
        source: source, from: [full, amount],
        as: "CASE WHEN {line_amount} > 0 THEN \(ratio("{amount_full_price}", "{line_amount}")) END"),
    ]
  }

  private func categoryShares(_ context: FamilyContext, source: String, amount: Aggregate) -> [FeatureDefinition] {
    let names = FeatureNames.slugs(context.categories, prefix: "share_")
    var shares = zip(names, context.categories).map { name, category in
      let spent = Aggregate(
        .lines, "amount_" + name, "sum(CASE WHEN category = \(SQL.literal(category)) THEN amount_units ELSE 0 END)",
        needs: [.category])
      return feature(
        name, "Share of spend in category '\(category)'", unit: "share", source: source, from: [spent, amount],
        as: context.dialect.ratio("{amount_\(name)}", "{line_amount}"), whenAbsent: 0)
    }
    if context.hasOtherCategories {
      let listed = "category IN (\(SQL.literals(context.categories)))"
      let spent = Aggregate(
        .lines, "amount_other", "sum(CASE WHEN \(listed) THEN 0 ELSE amount_units END)", needs: [.category])
      shares.append(
        feature(
          "share_other", "Share of spend in all other categories, or in none", unit: "share", source: source,
          from: [spent, amount], as: context.dialect.ratio("{amount_other}", "{line_amount}"), whenAbsent: 0))
    }
    return shares
  }
}

/// Names of features made from names found in data.
enum FeatureNames {
  /// One text in lower-case ASCII letters, digits and underscores.
  static func slug(_ text: String) -> String { slugs([text], prefix: "")[0] }

  /// `prefix` and each text in lower-case ASCII letters, digits and underscores, made unique by a number where needed.
  static func slugs(_ texts: [String], prefix: String) -> [String] {
    var taken: Set<String> = [prefix + "other"]
    return texts.map { text in
      let plain = text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
      let words = plain.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
      let base = prefix + (words.isEmpty ? "unnamed" : words.joined(separator: "_"))
      return unique(base, among: &taken)
    }
  }

  /// The bytes of a name that every engine keeps: PostgreSQL cuts off what is longer (NAMEDATALEN, less one).
  static let mostBytes = 63

  /// `name`, or where it is longer than ``mostBytes`` its beginning and eight letters that stand for all of it: the same
  /// for the same name, whatever others there are.
  static func shortened(_ name: String) -> String {
    guard name.utf8.count > mostBytes else { return name }
    // FNV-1a of 32 bits (Fowler, Noll & Vo, 1991).
    let mark = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let digits = String(mark, radix: 16)
    var stem = ""
    for character in name {
      guard stem.utf8.count + character.utf8.count <= mostBytes - 9 else { break }
      stem.append(character)
    }
    return stem + "_" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// `stem`, with a number behind it where it is taken already; it is taken from then on.
  static func unique(_ stem: String, among taken: inout Set<String>) -> String {
    var name = stem
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(stem)_\(number)"
      number += 1
    }
    return name
  }
}
