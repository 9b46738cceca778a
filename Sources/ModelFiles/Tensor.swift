import Digests
import Foundation

#if _endian(big)
  #error("The bytes of a tensor are taken as they lie in memory, and safetensors stores them little-endian.")
#endif

/// An array of doubles of any rank, stored flat with the last dimension running fastest.
///
/// Rank 0 (`shape` is empty) is one number. A dimension of 0 makes a tensor without values.
public struct Tensor: Sendable, Hashable {
  /// The length of each dimension, outermost first.
  public let shape: [Int]
  /// The elements, as many as the product of `shape`.
  public let values: [Double]

  /// Wraps `values` without a copy.
  public init(shape: [Int], values: [Double]) {
    precondition(
      Self.count(of: shape) == values.count,
      "a tensor of shape \(shape) cannot be made of \(values.count) values")
    self.shape = shape
    self.values = values
  }

  /// How many elements a tensor of `shape` has, or nil if a dimension is negative or their bytes exceed `Int`.
  static func count(of shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if length < 0 || overflow { return nil }
      count = product
    }
    return count > Int.max / stride ? nil : count
  }
}

// MARK: Bytes

extension Tensor {
  /// The bytes of one element.
  static let stride = MemoryLayout<Double>.stride

  /// Appends the elements as IEEE 754 doubles, little-endian.
  func append(to data: inout Data) {
    // A Double is 8 bytes without padding, so every byte is initialised; they are copied before the array is let go.
    unsafe values.withUnsafeBytes { bytes in unsafe data.append(contentsOf: bytes) }
  }

  /// Hashes the bytes that ``append(to:)`` would append.
  func update(_ hash: inout SHA256) {
    // As above: the hash has seen every byte when it returns, and keeps none.
    unsafe values.withUnsafeBytes { bytes in unsafe hash.update(bytes) }
  }

  /// Takes `bytes`, as long as `shape` needs.
  init(shape: [Int], bytes: Data) {
    let count = bytes.count / Self.stride
    // Every bit pattern is a Double. The copy fills the capacity asked for, byte for byte, so `count` elements are
    // initialised; the source need not be aligned.
    let values = unsafe [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer), count: count * Self.stride)
      initialized = count
    }
    self.init(shape: shape, values: values)
  }
}
