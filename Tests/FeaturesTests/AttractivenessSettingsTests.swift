import Features
import Foundation
import Testing

/// `segments.attractiveness` of a project file.
@Suite struct AttractivenessSettingsTests {
  private static func project(_ lines: String) throws -> Project {
    try Project(
      yaml: """
        name: shop
        sources:
          orders: {file: orders.csv, role: transactions, columns: {customer: id, time: day}}
        segments:
          attractiveness:
        \(lines)
        """, file: "tessera.yml", folder: URL(fileURLWithPath: "/"))
  }

  @Test func `weights and features are read, and what is not said counts 1`() throws {
    let settings = try Self.project(
      """
          weights: {value: 2, growth: 0, reach: 0.5}
          reach: email_opt_in
          value: margin
      """
    ).segments.tree.attractiveness
    let weights = AttractivenessCriterion.allCases.map(settings.weight)
    #expect(weights == [1, 2, 0, 0.5, 1])
    #expect(settings.features == [.reach: "email_opt_in", .value: "margin"])
  }

  @Test(arguments: [
    ("    weights: {value: -1}", 6, "from 0 to 1000000"),
    ("    weights: {value: much}", 6, "segments.attractiveness.weights.value"),
    ("    weights:\n      size: 1\n      values: 2", 8, "Did you mean 'value'?"),
    ("    weights: {size: 0, value: 0, growth: 0, reach: 0, winnability: 0}", 6, "above 0"),
    ("    value: revenue\n    size: customers", 7, "unknown key 'size'"),
    ("    weights: {value: .inf}", 6, "from 0 to 1000000"),
  ])
  func `a fault is told with its line`(lines: String, line: Int, says: String) {
    #expect {
      try Self.project(lines)
    } throws: { error in
      guard let error = error as? ProjectError else { return false }
      return error.line == line && "\(error)".contains(says)
    }
  }
}
