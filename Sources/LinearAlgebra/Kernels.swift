internal import CKernels
internal import Synchronization

/// Which of the fast inner loops run: chosen from what the processor can do, and settable so that tests try them all.
///
/// Whatever runs, labels are the same; sums may differ in their last bits from one level to another.
public enum Kernels: Int, Sendable, Hashable, Comparable, CaseIterable {
  /// No C at all: plain Swift and BLAS.
  case plain = -1
  /// C for any processor of the architecture.
  case baseline = 0
  /// AVX2 and FMA.
  case avx2 = 1
  /// AVX-512.
  case avx512 = 2

  /// The best that this processor can run.
  public static let best = Kernels(rawValue: Int(tessera_cpu_level())) ?? .plain

  private static let chosen = Atomic<Int>(best.rawValue)

  /// What runs now; never above ``best``. One setting for the whole process.
  public static var current: Kernels {
    get { Kernels(rawValue: chosen.load(ordering: .relaxed)) ?? .plain }
    set { chosen.store(min(newValue, best).rawValue, ordering: .relaxed) }
  }

  /// The levels that this processor can run, ascending.
  public static var available: [Kernels] { allCases.filter { $0 <= best } }

  /// The more capable of two is the greater.
  public static func < (a: Kernels, b: Kernels) -> Bool { a.rawValue < b.rawValue }
}
