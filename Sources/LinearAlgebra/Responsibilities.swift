internal import CKernels
internal import Foundation

/// From the log-densities of rows under each component to how far each component answers for each row.
package enum Responsibilities {
  /// The log-density taken for a row that no component could have made.
  package static let leastLogDensity = -1e300

  /// Replaces log(share x density) (element j x `count` + i, for `components` components) by the responsibility of
  /// component j for row i times that row's weight; the sum over rows of weight times log-density of the mixture.
  ///
  /// Log-sum-exp: the greatest term is taken out first, so nothing overflows. `weights` are those of the rows
  /// `firstRow` and on. Adds to `totals` (one a component) the summed responsibilities.
  package static func normalize(
    _ values: inout [Double], components: Int, count: Int, weights: [Double], firstRow: Int, totals: inout [Double],
    kernels level: Kernels = .current
  ) -> Double {
    precondition(
      values.count >= components * count && firstRow + count <= weights.count && totals.count == components,
      "\(components) x \(count) of \(values.count)")
    if level != .plain {
      var sum = 0.0
      // Safe: the sizes were checked above; the scratch is as large as the kernel says.
      unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe weights.withUnsafeBufferPointer { weights in
          unsafe totals.withUnsafeMutableBufferPointer { totals in
            guard let values = values.baseAddress, let weights = weights.baseAddress, let totals = totals.baseAddress
            else { return }
            unsafe withScratch(RowTiles.lanes * components) { scratch in
              sum = unsafe tessera_responsibilities(
                CInt(level.rawValue), values, count, count, components, weights + firstRow, leastLogDensity, totals,
                scratch)
            }
          }
        }
      }
      return sum
    }
    var sum = 0.0
    for i in 0..<count {
      let row = logDensity(values, components: components, stride: count, row: i)
      let weight = weights[firstRow + i]
      sum += weight * row.total
      for j in 0..<components {
        let index = j * count + i
        values[index] = row.isImpossible ? weight / Double(components) : weight * exp(values[index] - row.total)
        totals[j] += values[index]
      }
    }
    return sum
  }

  /// The log-density of the mixture at one row, and the component that answers most for it: the first of equals.
  package static func logDensity(
    _ values: [Double], components: Int, stride: Int, row: Int
  ) -> (total: Double, best: Int, isImpossible: Bool) {
    var best = 0
    for j in 1..<max(1, components) where values[j * stride + row] > values[best * stride + row] { best = j }
    let greatest = values[best * stride + row]
    guard greatest > leastLogDensity else { return (leastLogDensity, 0, true) }
    var sum = 0.0
    for j in 0..<components { sum += exp(values[j * stride + row] - greatest) }
    return (greatest + log(sum), best, false)
  }
}
