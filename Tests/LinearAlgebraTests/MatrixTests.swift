import Foundation
import LinearAlgebra
import Testing

@Suite struct MatrixTests {
  private let a = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])

  @Test func `products agree with sums by hand`() {
    let b = Matrix(rows: 2, columns: 2, values: [1, 10, 100, 1000])
    #expect(a.times(b).values == [201, 2010, 403, 4030, 605, 6050])
    #expect(a.timesTranspose(b).values == [21, 2100, 43, 4300, 65, 6500])
    #expect(a.crossProduct().values == [35, 44, 44, 56])
  }

  @Test func `products of nothing are empty or zero`() {
    #expect(Matrix(rows: 0, columns: 2).times(Matrix(rows: 2, columns: 3)) == Matrix(rows: 0, columns: 3))
    #expect(Matrix(rows: 2, columns: 0).timesTranspose(Matrix(rows: 1, columns: 0)) == Matrix(rows: 2, columns: 1))
  }

  @Test func `rows are gathered in the order asked for, repeats too`() {
    #expect(a.gatheringRows([2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
    #expect(a.gatheringRows([]).rows == 0)
  }

  @Test func `a matrix whose shape does not fit its values is not read`() {
    let bad = Data(#"{"rows":2,"columns":2,"values":[1,2,3]}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Matrix.self, from: bad) }
    let huge = Data(#"{"rows":9223372036854775807,"columns":2,"values":[]}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Matrix.self, from: huge) }
  }

  @Test func `the library says what it is`() {
    #expect(!BLASLibrary.current.version.isEmpty)
    #expect(!BLASLibrary.current.kernel.isEmpty)
  }
}

@Suite struct CompensatedSumTests {
  @Test func `terms that cancel leave what plain addition loses`() {
    #expect(CompensatedSum([1e100, 1, -1e100]).value == 1)
    #expect(CompensatedSum([1, 1e-20, -1]).value == 1e-20)
    var sum = CompensatedSum()
    sum.add(1 + 0x1p-30, times: 1 + 0x1p-30)
    sum.add(-(1 + 0x1p-29))
    #expect(sum.value == 0x1p-60)
  }

  @Test func `the order of the terms does not show`() {
    let terms = (1...10_000).map { sin(Double($0)) * pow(10, Double($0 % 20) - 10) }
    let straight = CompensatedSum(terms).value
    #expect(CompensatedSum(terms.reversed()).value == straight)
    #expect(CompensatedSum(terms.sorted()).value == straight)
  }

  @Test func `infinite terms stay infinite`() {
    #expect(CompensatedSum([1, .infinity, 2]).value == .infinity)
    #expect(CompensatedSum([.nan, 2]).value.isNaN)
  }

  @Test func `column means weigh the rows`() {
    let x = Matrix(rows: 2, columns: 2, values: [1, 10, 4, 40])
    #expect(x.columnMeans() == [2.5, 25])
    #expect(x.columnMeans(weights: [2, 1]) == [2, 20])
    #expect(x.columnMeans(weights: [0, 0]) == [0, 0])
  }
}

@Suite struct SymmetricEigenTests {
  @Test func `a matrix is rebuilt from its eigenvalues and vectors`() {
    let d = 7
    var a = Matrix(rows: d, columns: d)
    for i in 0..<d { for j in 0...i { a[i, j] = sin(Double(i * 7 + j)); a[j, i] = a[i, j] } }
    let eigen = SymmetricEigen(a)
    #expect(eigen.values == eigen.values.sorted(by: >))
    for i in 0..<d {
      for j in 0..<d {
        let rebuilt = (0..<d).reduce(0) { $0 + eigen.values[$1] * eigen.vectors[$1, i] * eigen.vectors[$1, j] }
        #expect(abs(rebuilt - a[i, j]) < 1e-13)
      }
    }
  }

  @Test func `a two by two matrix agrees with paper`() {
    let eigen = SymmetricEigen(Matrix(rows: 2, columns: 2, values: [2, 1, 1, 2]))
    #expect(abs(eigen.values[0] - 3) < 1e-15 && abs(eigen.values[1] - 1) < 1e-15)
    #expect(abs(eigen.vectors[0, 0] - 0.5.squareRoot()) < 1e-15)
  }

  @Test func `rounding does not decide which way an eigenvector points`() {
    for rounding in [0, 0x1p-51, -0x1p-51] {
      let eigen = SymmetricEigen(Matrix(rows: 2, columns: 2, values: [2 + rounding, 1, 1, 2 - rounding]))
      #expect(eigen.vectors[1, 0] > 0.7 && eigen.vectors[1, 1] < -0.7, "\(rounding)")
    }
  }

  @Test func `a diagonal matrix and an empty one need no work`() {
    #expect(SymmetricEigen(Matrix(rows: 2, columns: 2, values: [1, 0, 0, 5])).values == [5, 1])
    #expect(SymmetricEigen(Matrix(rows: 0, columns: 0)).values.isEmpty)
  }
}
