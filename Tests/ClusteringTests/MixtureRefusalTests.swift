import Clustering
import Foundation
import LinearAlgebra
import Randomness
import TestSupport
import Testing

@Suite struct MixtureRefusalTests {
  private let x = normalRows(40, about: [[0, 0], [9, 9]], seed: 11)

  private func refusal(_ mixture: Mixture, _ x: Matrix, _ weights: [Double]? = nil) -> FitError? {
    do {
      _ = try mixture.fit(x, weights: weights)
      return nil
    } catch {
      return error
    }
  }

  @Test func `settings that mean nothing are refused by name`() {
    func refused(_ change: (inout Mixture) -> Void) -> String? {
      var mixture = Mixture(components: 2)
      change(&mixture)
      guard case .parameter(let name, _) = refusal(mixture, x) else { return nil }
      return name
    }
    #expect(refused { $0.components = 0 } == "components")
    #expect(refused { $0.maxIterations = 0 } == "maxIterations")
    #expect(refused { $0.tolerance = -1 } == "tolerance")
    #expect(refused { $0.randomStarts = -1 } == "randomStarts")
    #expect(refused { $0.blocks = [] } == "blocks")
    #expect(refused { $0.blocks = [MixtureBlock(.gaussian(.vvv), columns: [0, 2])] } == "blocks")
    #expect(refused { $0.blocks = [MixtureBlock(.gaussian(.vvv), columns: [0, 0])] } == "blocks")
    #expect(
      refused {
        $0.noise = UniformNoise()
        $0.noise?.budget = 1
      } == "noise.budget")
  }

  @Test func `data that cannot be fitted is refused with its place`() {
    var bad = x
    for row in 0..<bad.rows { bad[row, 1] = 7 }
    #expect(refusal(Mixture(components: 2), bad) == .constantColumn(column: 1))
    for row in 0..<bad.rows { bad[row, 1] = 1 - 2 * bad[row, 0] }
    #expect(refusal(Mixture(components: 2), bad) == .collinearColumn(column: 1))
    #expect(refusal(Mixture(components: 2, family: .vvi), bad) == nil)
    for row in 0..<bad.rows { bad[row, 1] = x[row, 1] * 1e-150 }
    #expect(refusal(Mixture(components: 2), bad) == .spreadApart(column: 0))
    #expect(refusal(Mixture(components: 41), x) == .tooFewRows(have: 40, need: 41))
    let same = Matrix(rows: 9, columns: 1, values: [Double](repeating: 3, count: 9))
    #expect(refusal(Mixture(components: 2), same) == .tooFewDistinctRows(have: 1, need: 2))
    #expect(refusal(Mixture(components: 1), same) == .constantColumn(column: 0))
    #expect(refusal(Mixture(components: 1), Matrix(rows: 3, columns: 0)) == .noColumns)
    #expect(refusal(Mixture(components: 1), x, [Double](repeating: -1, count: 40)) == .weightInvalid(row: 0))
    bad = x
    bad[3, 1] = .nan
    #expect(refusal(Mixture(components: 2), bad) == .notFinite(row: 3, column: 1))
    bad[3, 1] = 1e300
    #expect(refusal(Mixture(components: 2), bad) == .tooLarge(row: 3, column: 1))
  }

  @Test func `as many components as rows degenerate, and the message says what to try`() {
    let few = x.gatheringRows(Array(0..<6))
    let error = refusal(Mixture(components: 6), few)
    guard case .degenerate(components: 6, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("Ask for fewer components") == true)
  }

  @Test func `a component that collapses is named with the reason`() throws {
    let far = Matrix(rows: 80, columns: 2, values: (0..<160).map { x.values[$0 % 80] + ($0 < 80 ? 0 : 100) })
    var values = far.values
    for index in 80..<160 { values[index] = index % 2 == 0 ? 99 : 101 }
    let mixture = Mixture(components: 2)
    let model = try mixture.fit(far).model
    do {
      _ = try mixture.fit(Matrix(rows: 80, columns: 2, values: values), from: model)
      Issue.record("fitted to a pile of equal rows")
    } catch {
      guard case .degenerate(components: 2, .singularComponent) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains("has collapsed: it does not vary along some direction"))
    }
  }

  @Test func `rows and columns without any value are refused with their place`() {
    var mixture = Mixture(components: 1)
    mixture.missing = .integrated
    var bad = x
    bad[4, 0] = .nan
    #expect(refusal(mixture, bad) == nil)
    bad[4, 1] = .nan
    #expect(refusal(mixture, bad) == .missingRow(row: 4))
    bad = x
    for row in 0..<40 { bad[row, 0] = .nan }
    #expect(refusal(mixture, bad) == .missingColumn(column: 0))
  }

  @Test(arguments: [0x1p-1060, 1e-300, 1e-100, 1e100, 1e128])
  func `columns of extreme size are fitted like any other`(unit: Double) throws {
    let huge = Matrix(rows: 40, columns: 2, values: x.values.map { $0 * unit })
    let (fit, plain) = (try Mixture(components: 2).fit(huge), try Mixture(components: 2).fit(x))
    #expect(fit.labels == plain.labels)
    #expect(fit.logLikelihood.isFinite && fit.bic.isFinite)
    let scored = try fit.model.assign(
      Matrix(rows: 2, columns: 2, values: [1e130, -1e130, Double.leastNonzeroMagnitude, 0]))
    #expect(scored.logDensities.allSatisfy(\.isFinite) && scored.certainties.allSatisfy { $0 >= 0.5 })
  }

  @Test func `a model whose numbers are no density is not read`() throws {
    let model = try Mixture(components: 2).fit(x).model
    let text = try String(decoding: JSONEncoder().encode(model), as: UTF8.self)
    #expect(try JSONDecoder().decode(MixtureModel.self, from: Data(text.utf8)) == model)
    let spoiled = text.replacingOccurrences(of: "\"columns\":[0,1]", with: "\"columns\":[0,7]")
    #expect(spoiled != text)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(MixtureModel.self, from: Data(spoiled.utf8)) }
  }
}
