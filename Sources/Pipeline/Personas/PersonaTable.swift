internal import Features
internal import Personas
internal import Warehouse

extension SegmentModel {
  /// One row a persona, for spreadsheets; nil without personas.
  var personaTable: Table? {
    guard let personas = personas?.personas else { return nil }
    func texts(_ name: String, _ value: (Persona) -> String?) -> Column {
      let values = personas.map(value)
      let missing = values.map { $0 == nil }
      return Column(
        name: name, values: .texts(values.map { $0 ?? "" }), missing: missing.contains(true) ? missing : nil)
    }
    func numbers(_ name: String, _ value: (Persona) -> Double?) -> Column {
      let values = personas.map(value)
      let missing = values.map { $0 == nil }
      return Column(
        name: name, values: .reals(values.map { $0 ?? 0 }), missing: missing.contains(true) ? missing : nil)
    }
    var columns = [
      texts("path") { $0.path }, texts("kind") { $0.isMacro ? "macro" : "segment" },
      Column(name: "macro", values: .integers(personas.map { Int64($0.macro) })),
      Column(name: "id", values: .integers(personas.map { Int64($0.id) })),
      texts("name") { $0.name }, texts("sentence") { $0.sentence.isEmpty ? nil : $0.sentence },
      Column(name: "customers", values: .integers(personas.map { Int64($0.customers) })),
      numbers("share") { $0.share }, numbers("stability") { $0.stability },
    ]
    if personas.contains(where: { $0.revenue != nil }) {
      columns += [
        numbers("revenue") { $0.revenue?.sum }, numbers("revenue_share") { $0.revenue?.share },
        numbers("revenue_mean") { $0.revenue?.mean },
      ]
    }
    if personas.contains(where: { $0.revenue?.expected != nil }) {
      columns += [
        numbers("forecast_days") { ($0.revenue?.expected?.days).map(Double.init) },
        numbers("forecast") { $0.revenue?.expected?.expected },
        numbers("forecast_low") { $0.revenue?.expected?.low }, numbers("forecast_high") { $0.revenue?.expected?.high },
      ]
    }
    for target in predictions ?? [] {
      columns.append(
        numbers("\(target.name)_probability") { persona in
          persona.chances.first { $0.target == target.name }?.predicted
        })
    }
    var seen: Set<String> = []
    for effect in personas.flatMap({ $0.effects ?? [] }) where seen.insert(effect.column).inserted {
      func own(_ persona: Persona) -> PersonaEffect? { persona.effects?.first { $0.column == effect.column } }
      columns += [
        numbers(effect.column) { own($0)?.value }, numbers("\(effect.column)_low") { own($0)?.low },
        numbers("\(effect.column)_high") { own($0)?.high },
      ]
    }
    columns += [
      texts("distinctive") { listed($0.distinctive.prefix(5).map(\.evidence)) },
      texts("rule") { $0.rule.isRuleLike ? $0.rule.words : nil },
      texts("rule_sql") { $0.rule.isRuleLike ? $0.rule.sql : nil },
      numbers("rule_precision") { $0.rule.precision }, numbers("rule_recall") { $0.rule.recall },
      texts("nearest") { $0.neighbours.first?.path },
      texts("actions") { listed($0.actions.map { "\($0.title): \($0.what)" }) },
      texts("channel") { $0.actions.first?.channel }, texts("moment") { $0.actions.first?.moment },
      texts("owner") { $0.remark?.owner }, texts("due") { $0.remark?.due }, texts("note") { $0.remark?.note },
    ]
    return Table(columns)
  }
}

private func listed(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: " | ") }
