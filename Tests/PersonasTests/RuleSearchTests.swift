import Features
import Personas
import Testing
import Warehouse

/// Rules found for segments: what they are worth, and as SQL in the engine.
@Suite struct RuleSearchTests {
  @Test func `a segment of two bounds is found, and judged on customers it was not sought on`() {
    let n = 3_000
    let x = (0..<n).map { Double($0 * 7919 % 100) }
    let y = (0..<n).map { Double($0 * 104_729 % 97) }
    let values = FeatureValues(
      customers: Column(name: "id", values: .integers((0..<n).map { Int64($0) })),
      numbers: NumberBlock(names: ["x", "y"], rows: n, values: zip(x, y).flatMap { [$0, $1] }), categories: [])
    let members = zip(x, y).map { $0 > 70 && $1 <= 30 }
    let finding = RuleSearch(values, features: ["x", "y"]).find(members, features: ["x", "y"], dialect: .duckDB)
    #expect(finding.isRuleLike)
    #expect((finding.precision ?? 0) > 0.9 && (finding.recall ?? 0) > 0.9)
    #expect(Set(finding.rule.conditions.map(\.feature)) == ["x", "y"])
    #expect(finding.heldOut > n / 4 && finding.heldOut < n / 2 && finding.heldOutMembers > 0)
  }

  @Test func `a segment drawn by lot is not rule-like`() {
    let planted = PlantedCustomers(segments: 4, size: 200, seed: 3)
    let lot = (0..<planted.values.rows).map { $0 * 2_654_435_761 % 10 < 2 }
    let search = RuleSearch(planted.values, features: Set(PlantedCustomers.noise))
    #expect(!search.find(lot, features: PlantedCustomers.noise, dialect: .duckDB).isRuleLike)
  }

  @Test func `every rule as SQL names the same customers in the engine`() throws {
    let planted = PlantedCustomers(segments: 6, size: 80, seed: 5)
    var values = planted.values
    // A tenth of the values is missing, and some cities are.
    let numbers = values.numbers.values.enumerated().map { $0.offset % 10 == 3 ? .nan : $0.element }
    values = FeatureValues(
      customers: values.customers,
      numbers: NumberBlock(names: values.numbers.names, rows: values.rows, values: numbers),
      categories: values.categories.map {
        Column(name: $0.name, values: $0.values, missing: (0..<values.rows).map { $0 % 13 == 0 })
      })
    let connection = try Connection()
    let columns = values.numbers.names.map { name in
      let column = values.numeric(name) ?? []
      return Column(name: name, values: .reals(column), missing: column.map(\.isNaN))
    }
    try connection.load(Table([values.customers] + columns + values.categories), as: "features")
    let features = planted.planted + ["city"]
    let search = RuleSearch(values, features: Set(features))
    var rules = (0..<6).map { place in
      search.find(planted.groups.labels.map { $0 == place }, features: features, dialect: connection.dialect).rule
    }
    #expect(rules.contains { $0.conditions.contains { $0.feature == "city" } })
    rules.append(SegmentRule(conditions: [.otherLevel(feature: "city", "O'Hara <b>")]))
    rules.append(SegmentRule(conditions: []))
    for rule in rules {
      let found = try connection.query("SELECT id FROM features WHERE \(rule.sql(connection.dialect)) ORDER BY id")
      let own = rule.members(values).enumerated().filter(\.element).map { Double($0.offset) }
      #expect(found.columns[0].doubles == own)
    }
  }
}
