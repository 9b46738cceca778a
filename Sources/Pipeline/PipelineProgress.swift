/// How far a pipeline has come, for whoever watches.
public struct PipelineProgress: Sendable, Hashable {
  /// What is being done: "reading transactions".
  public let stage: String
  /// From 0 to 1 where the stage can tell.
  public let fraction: Double?
  /// About how long the whole stage takes, where only a guess from the size of the data can be had.
  public let expectedSeconds: Double?

  /// The best found so far, in words: "BIC 1,234 with VVV, k = 3"; nil before there is one.
  public let best: String?

  /// Progress in `stage`; `fraction` from 0 to 1, or nil; `expectedSeconds` of the whole stage, or nil.
  public init(stage: String, fraction: Double? = nil, expectedSeconds: Double? = nil, best: String? = nil) {
    self.stage = stage
    self.fraction = fraction
    self.expectedSeconds = expectedSeconds
    self.best = best
  }
}

/// Is told of progress, from any thread.
public typealias ProgressObserver = @Sendable (PipelineProgress) -> Void
