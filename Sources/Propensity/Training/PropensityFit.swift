internal import LinearAlgebra

/// What learning a chance gives.
public struct PropensityFit: Sendable {
  /// A learner and how well it did.
  public struct Candidate: Sendable, Hashable, Codable {
    /// The learner.
    public let learner: LearnerKind
    /// How well it did.
    public let quality: PredictionQuality
  }

  /// What predicts, learnt from all rows.
  public let model: PropensityModel
  /// The learners tried, the chosen one among them.
  public let candidates: [Candidate]
  /// Why this learner.
  public let reason: String
  /// Why this calibration.
  public let calibrationReason: String
  /// How well the chosen one did.
  public let quality: PredictionQuality
  /// How well one feature alone did; nil where none was named, or it does not vary.
  public let baseline: PredictionQuality?
  /// What there is to gain, by tenths of the rows judged.
  public let gains: GainTable
  /// Whether it was judged on a later period; else out of fold.
  public let isJudgedLater: Bool
  /// The folds of out-of-fold predictions.
  public let folds: Int
  /// The rows judged, from 0, ascending.
  public let judgedRows: [Int]
  /// The calibrated probability of each row judged.
  public let judgedProbabilities: [Double]
  /// The ridge of the chosen logistic regression; nil for boosted trees.
  public let ridge: Double?
  /// The chosen logistic regression with standard errors; nil for boosted trees.
  public let logistic: LogisticFit?
  /// How much each column matters (d), summing to 1: the mean size of its contributions to the logit.
  public let importances: [Double]

  init(
    model: PropensityModel, all: LearningRows, judged: [Int], chosen: PropensityTraining.Tried,
    candidates: [PropensityTraining.Tried], baseline: [Double]?, reason: String, logistic: LogisticFit?,
    folds: Int, isLater: Bool, seed: UInt64
  ) throws(PropensityError) {
    let outcome = judged.map { all.outcome[$0] }
    let weights = all.weights.map { weights in judged.map { weights[$0] } }
    self.model = model
    self.reason = reason
    calibrationReason = chosen.calibration.reason
    if case .logistic(let ridge) = chosen.setting { self.ridge = ridge } else { ridge = nil }
    self.logistic = logistic
    self.folds = folds
    isJudgedLater = isLater
    judgedRows = judged
    judgedProbabilities = chosen.judged
    var tried: [Candidate] = []
    for candidate in candidates {
      let quality = try PredictionQuality(candidate.judged, outcome: outcome, weights: weights, seed: seed)
      tried.append(Candidate(learner: candidate.kind, quality: quality))
    }
    self.candidates = tried
    guard let own = tried.first(where: { $0.learner == chosen.kind }) else {
      throw .parameter(name: "learners", requirement: "at least one")
    }
    quality = own.quality
    self.baseline = try baseline.map { scores throws(PropensityError) in
      try PredictionQuality(scores, outcome: outcome, weights: weights, seed: seed)
    }
    gains = try GainTable(chosen.judged, outcome: outcome, weights: weights)
    // On so many rows the mean of sizes is known well enough.
    let step = max(1, all.outcome.count / 20_000)
    let some = Array(stride(from: 0, to: all.outcome.count, by: step))
    let each = try model.learned.contributions(all.x.gatheringRows(some)).each
    var sizes = [Double](repeating: 0, count: each.columns)
    for row in 0..<each.rows { for j in 0..<each.columns { sizes[j] += abs(each.values[row * each.columns + j]) } }
    let total = sizes.reduce(0, +)
    importances = total > 0 ? sizes.map { $0 / total } : sizes
  }
}
