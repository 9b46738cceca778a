internal import CKernels

/// Which of the fast inner loops run: chosen from what the processor can do, unless tests ask for less.
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

  @TaskLocal private static var chosen = best

  /// What runs here and now: ``best``, unless inside ``run(at:_:)``.
  public static var current: Kernels { chosen }

  /// Runs `body`, and whatever it does on other workers through ``Parallel``, at `level`, but never above ``best``.
  public static func run<Result, Failure: Error>(
    at level: Kernels, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outcome = $chosen.withValue(min(level, best)) { () -> Swift.Result<Result, Failure> in
      do throws(Failure) {
        return .success(try body())
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// The levels that this processor can run, ascending.
  public static var available: [Kernels] { allCases.filter { $0 <= best } }

  /// The more capable of two is the greater.
  public static func < (a: Kernels, b: Kernels) -> Bool { a.rawValue < b.rawValue }
}
