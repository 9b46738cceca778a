/// A seeded stream of random numbers, the same on every platform and in every version.
///
/// xoshiro256++ 1.0 (Blackman & Vigna, 2021, "Scrambled linear pseudorandom number generators", ACM TOMS 47:4):
/// period 2^256 - 1, all 64 bits usable. Its state is filled by SplitMix64 (Steele, Lea & Flood, 2014), as its authors
/// advise, so every seed is as good as any other, 0 included. Not for secrets.
public struct RandomStream: Sendable, Hashable {
  @usableFromInline var s0: UInt64
  @usableFromInline var s1: UInt64
  @usableFromInline var s2: UInt64
  @usableFromInline var s3: UInt64
  /// The second of the two normals that one draw makes, kept for the next.
  var spareNormal: Double?

  /// The stream of `seed`.
  public init(seed: UInt64) {
    var mixer = SplitMix64(state: seed)
    self.init(state: (mixer.next(), mixer.next(), mixer.next(), mixer.next()))
  }

  /// Stream number `index` of `seed`: a pure function of both, so that restart 3 draws the same whether or not
  /// restarts 0 to 2 were run.
  public init(seed: UInt64, index: Int) {
    var outer = SplitMix64(state: seed)
    var inner = SplitMix64(state: outer.next() ^ SplitMix64.mixed(UInt64(truncatingIfNeeded: index) &+ 0x5851_F42D))
    self.init(state: (inner.next(), inner.next(), inner.next(), inner.next()))
  }

  /// A stream in a given state, not all zero.
  public init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state.0 | state.1 | state.2 | state.3 != 0, "xoshiro256++ never leaves a state of all zeros")
    (s0, s1, s2, s3) = state
  }

  /// The next 64 random bits.
  @inlinable public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = ((sum << 23) | (sum >> 41)) &+ s0
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }
}

/// SplitMix64 (Steele, Lea & Flood, 2014): a counter and a mixing function, which fills other generators' states.
public struct SplitMix64: Sendable, Hashable {
  private var state: UInt64

  /// A generator whose counter stands at `state`.
  public init(state: UInt64) { self.state = state }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A bijection of 64 bits in which every input bit moves about half of the output bits.
  public static func mixed(_ bits: UInt64) -> UInt64 {
    var z = bits
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
