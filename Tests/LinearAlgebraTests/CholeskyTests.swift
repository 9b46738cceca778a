import Foundation
import LinearAlgebra
import Testing

@Suite struct CholeskyTests {
  // L = [[2, 0, 0], [1, 3, 0], [-1, 2, 1]]
  private let a = Matrix(rows: 3, columns: 3, values: [4, 2, -2, 2, 10, 5, -2, 5, 6])

  @Test func `the factor, determinant and solutions are those by hand`() throws {
    let factor = try #require(Cholesky(a))
    #expect(factor.lower.values == [2, 0, 0, 1, 3, 0, -1, 2, 1])
    #expect(abs(factor.logDeterminant - log(36)) < 1e-14)
    // A (1, 2, 3)' = (2, 37, 26)'
    #expect(zip(factor.solve([2, 37, 26]), [1, 2, 3]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(factor.solveLower([2, 7, 6]) == [1, 2, 3])
    let product = a.times(factor.inverse())
    for i in 0..<3 { for j in 0..<3 { #expect(abs(product[i, j] - (i == j ? 1 : 0)) < 1e-14) } }
    #expect(abs(factor.inverseLower().times(factor.lower)[2, 0]) < 1e-15)
  }

  @Test(arguments: [1e-120, 1, 1e120])
  func `the units of a column do not decide`(unit: Double) {
    let scaled = Matrix(rows: 2, columns: 2, values: [1, 0.5 * unit, 0.5 * unit, unit * unit])
    #expect(Cholesky(scaled) != nil)
    let collinear = Matrix(rows: 2, columns: 2, values: [1, unit, unit, unit * unit * (1 + 1e-15)])
    #expect(Cholesky(collinear) == nil)
  }

  @Test(arguments: [[1.0, 2, 2, 1], [0, 0, 0, 1], [-1, 0, 0, 1], [.nan, 0, 0, 1], [.infinity, 0, 0, 1]])
  func `what is not positive definite has no factor`(values: [Double]) {
    #expect(Cholesky(Matrix(rows: 2, columns: 2, values: values)) == nil)
  }
}
