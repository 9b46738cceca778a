/// How far a fit has come, told to its observer between iterations.
public struct FitProgress: Sendable, Hashable {
  /// The part of the work that is done at most, from 0 to 1; never falls.
  public let fraction: Double
  /// The least inertia reached so far, in squared units of the data; nil before there is one.
  public let bestInertia: Double?
  /// The least BIC of the models fitted so far, while a search compares models; nil otherwise.
  public let bestCriterion: Double?

  /// Progress at `fraction`, with the least inertia and the least criterion so far.
  public init(fraction: Double, bestInertia: Double? = nil, bestCriterion: Double? = nil) {
    self.fraction = fraction
    self.bestInertia = bestInertia
    self.bestCriterion = bestCriterion
  }
}

/// Is told of progress, from any thread but never from two at once; returning false cancels the work.
public typealias FitObserver = @Sendable (FitProgress) -> Bool
