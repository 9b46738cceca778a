public import Features
internal import Foundation
internal import LinearAlgebra
public import ModelFiles
public import Propensity
public import Warehouse

/// A trained prediction of one outcome: everything that scoring a customer needs, and how well it did on rows it was not
/// learnt from. No row of a customer is in it.
public struct PredictionModel: Sendable, Hashable, Codable {
  /// How well it did.
  public struct Card: Sendable, Hashable, Codable {
    /// The learners tried and why one was taken.
    public let candidates: [PropensityFit.Candidate]
    /// Why this learner.
    public let reason: String
    /// Why this calibration.
    public let calibrationReason: String
    /// How well the chosen learner did.
    public let quality: PredictionQuality
    /// A model of one feature alone, and how well it did.
    public let baseline: Baseline?
    /// What there is to gain by going from the highest probability down.
    public let gains: GainTable
    /// Whether it was judged on a later period than it was learnt from; else out of fold.
    public let isJudgedLater: Bool
    /// The folds.
    public let folds: Int
    /// How much each feature matters, the most first; shares that sum to 1.
    public let importances: [Importance]
    /// The coefficients of a logistic regression, the intercept first; nil for trees.
    public let coefficients: [Coefficient]?
  }

  /// A model of one feature alone.
  public struct Baseline: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// How well it did.
    public let quality: PredictionQuality
  }

  /// How much one feature matters.
  public struct Importance: Sendable, Hashable, Codable {
    /// The feature.
    public let feature: String
    /// The mean size of its contributions to the logit, as a share of all.
    public let share: Double
    /// How its contributions go with its values, from -1 to 1; nil for a category.
    public let direction: Double?
  }

  /// A coefficient of a logistic regression.
  public struct Coefficient: Sendable, Hashable, Codable {
    /// The column: a feature, or `feature = level` against the category's most frequent one.
    public let column: String
    /// What one unit adds to the logit.
    public let value: Double
    /// Its standard error; nil of a column left out.
    public let standardError: Double?
  }

  /// What is predicted.
  public let target: String
  /// The value that counts as 1.
  public let positive: String
  /// How features become columns.
  public let encoding: PredictorEncoding
  /// What predicts.
  public let model: PropensityModel
  /// How well it did.
  public let card: Card
  /// The identifier column.
  public let identifier: String
  /// The rows learnt from, and how many had outcome 1.
  public let rows: Int
  /// The rows of outcome 1.
  public let positives: Int
  /// Where random numbers began.
  public let seed: UInt64
  /// A mark of the training data.
  public let dataFingerprint: String
  /// The version that trained it.
  public let tessera: String
  /// The libraries that computed it, by name.
  public let libraries: [String: String]

  /// Where the prediction stands in a model file of its own.
  static let section = "prediction"

  /// Whether `file` holds one prediction, rather than segments.
  public static func isHeld(by file: ModelFile) -> Bool { file.sectionNames.contains(section) }

  /// The model as a file's content.
  public func file() throws -> ModelFile {
    var file = ModelFile()
    try file.setSection(PredictionModel.section, self)
    return file
  }

  /// Reads a model from a file's content.
  /// - Throws: ``ModelFileError`` and ``PipelineError`` when a part is missing or does not fit the others.
  public init(_ file: ModelFile) throws {
    self = try file.section(PredictionModel.section, as: PredictionModel.self)
    if let fault { throw PipelineError.modelInconsistent(reason: fault) }
  }

  /// What contradicts itself; nil if nothing does.
  var fault: String? {
    if let fault = encoding.fault ?? model.fault { return fault }
    return model.features == encoding.columns.count ? nil : "its columns are not those of its learner"
  }

  /// The probability of each row of `values`, where it stands among those of training, and why.
  /// - Throws: ``PipelineError/noFeatureFound(needed:)`` when none of its features is there.
  public func score(_ values: FeatureValues, reasons: Bool = false) throws -> Predictions {
    let (matrix, report) = encoding.apply(values)
    guard report.absent.count < encoding.features.count else {
      throw PipelineError.noFeatureFound(needed: encoding.features)
    }
    let probabilities = try model.probabilities(matrix)
    return Predictions(
      customers: values.customers, probabilities: probabilities,
      percentiles: probabilities.map(model.percentile), report: report,
      reasons: reasons ? try PredictionReasons(self, values, matrix).texts : nil)
  }
}

/// The chance of an outcome for each customer.
public struct Predictions: Sendable {
  /// The identifiers, in row order.
  public let customers: Column
  /// The calibrated probability of each (n).
  public let probabilities: [Double]
  /// Where each stands among the training rows, in per cent (n).
  public let percentiles: [Double]
  /// What was not as in training.
  public let report: PredictorReport
  /// The features that did most for each; nil unless asked for.
  public let reasons: [String]?

  /// The table that is written: the identifier, `probability`, `percentile`, and `reasons`.
  public var table: Table {
    var columns = [
      customers, Column(name: "probability", values: .reals(probabilities)),
      Column(name: "percentile", values: .reals(percentiles)),
    ]
    if let reasons { columns.append(Column(name: "reasons", values: .texts(reasons))) }
    return Table(columns)
  }
}
