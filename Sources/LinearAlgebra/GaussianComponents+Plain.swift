private typealias Lanes = SIMD8<Double>

// The kernels in plain Swift: what runs where no C kernel does, and what these are tested against.

extension GaussianComponents {
  /// `x` points at the first tile, `out` at the first row of the first component; `count` rows.
  func plainLogDensities(
    _ x: UnsafePointer<Double>, count: Int, _ out: UnsafeMutablePointer<Double>, stride: Int
  ) {
    let (k, d) = (components, columns)
    let perComponent = isDiagonal ? d : d * (d + 1) / 2
    unsafe withUnsafeTemporaryAllocation(of: Lanes.self, capacity: d) { t in
      for row in Swift.stride(from: 0, to: count, by: RowTiles.lanes) {
        let tile = unsafe UnsafeRawPointer(x + row * d)
        for j in 0..<k {
          var square = Lanes.zero
          if isDiagonal {
            for i in 0..<d {
              let z = unsafe tile.loadUnaligned(fromByteOffset: i * 64, as: Lanes.self)
              let y = (z - means[j * d + i]) * factors[j * d + i]
              square += y * y
            }
          } else {
            var factor = j * perComponent
            for i in 0..<d {
              let z = unsafe tile.loadUnaligned(fromByteOffset: i * 64, as: Lanes.self)
              unsafe t[i] = z - means[j * d + i]
              var y = Lanes.zero
              for l in 0...i {
                unsafe y += t[l] * factors[factor]
                factor += 1
              }
              square += y * y
            }
          }
          let logDensity = constants[j] - 0.5 * square
          let target = unsafe out + j * stride + row
          for lane in 0..<min(RowTiles.lanes, count - row) { unsafe target[lane] += logDensity[lane] }
        }
      }
    }
  }

  /// As above; `r` points at the responsibilities, `sums` at all sums.
  func plainSums(
    _ x: UnsafePointer<Double>, count: Int, _ r: UnsafePointer<Double>, stride: Int,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let (k, d, size) = (components, columns, sumsPerComponent)
    unsafe withUnsafeTemporaryAllocation(of: Lanes.self, capacity: d + size) { scratch in
      let t = scratch.extracting(0..<d)
      let totals = scratch.extracting(d..<d + size)
      for j in 0..<k {
        for index in 0..<size { unsafe totals[index] = .zero }
        for row in Swift.stride(from: 0, to: count, by: RowTiles.lanes) {
          let tile = unsafe UnsafeRawPointer(x + row * d)
          let source = unsafe r + j * stride + row
          var weight = Lanes.zero
          for lane in 0..<min(RowTiles.lanes, count - row) { unsafe weight[lane] = source[lane] }
          if weight == .zero { continue }
          var index = d
          for i in 0..<d {
            let z = unsafe tile.loadUnaligned(fromByteOffset: i * 64, as: Lanes.self)
            unsafe t[i] = z - means[j * d + i]
            let weighted = unsafe t[i] * weight
            unsafe totals[i] += weighted
            if isDiagonal {
              unsafe totals[d + i] += weighted * t[i]
            } else {
              for l in 0...i {
                unsafe totals[index] += weighted * t[l]
                index += 1
              }
            }
          }
        }
        let target = unsafe UnsafeMutableRawPointer(sums + j * size * RowTiles.lanes)
        for index in 0..<size {
          let before = unsafe target.loadUnaligned(fromByteOffset: index * 64, as: Lanes.self)
          unsafe target.storeBytes(of: before + totals[index], toByteOffset: index * 64, as: Lanes.self)
        }
      }
    }
  }
}
