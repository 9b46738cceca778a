internal import Clustering
internal import Features
internal import Personas
internal import Pipeline
internal import Propensity

/// A model for machines.
struct ModelJSON: Encodable {
  let name: String
  let features: SegmentModel.FeatureSection
  let transforms: FeatureTransforms
  let segments: SegmentModel.SegmentSection
  let profiles: SegmentProfiles
  let distributions: MixtureDescription?
  let quality: DataQuality
  let checks: SegmentChecks?
  let tree: [SegmentTree.Outline]?
  let attractiveness: Attractiveness?
  let personas: [Persona]?
  let lists: SegmentLists?
  let history: SegmentHistory?
  let predictions: [Prediction]?
  let effects: [Effect]?
  let value: ValueCard?
  let provenance: SegmentModel.Provenance
  let seconds: Double?

  /// A target: what it foretells, how well, and how true it is in each segment.
  struct Prediction: Encodable {
    let name: String
    let meaning: String
    let dates: [String]
    let model: PropensityJSON
    let segments: [GroupReliability]

    init(_ item: ProjectPrediction) {
      (name, meaning, dates, segments) = (item.name, item.meaning, item.dates, item.segments)
      model = PropensityJSON(item.prediction, seconds: nil)
    }
  }

  /// What the treatments of an experiment change, of all, by segment and by macro-segment.
  struct Effect: Encodable {
    let name: String
    let experiment: String
    let date: String
    let model: UpliftJSON

    init(_ item: ProjectEffect) {
      (name, experiment, date) = (item.name, item.experiment, item.date)
      model = UpliftJSON(item.prediction, seconds: nil)
    }
  }

  init(_ model: SegmentModel, seconds: Double?) {
    name = model.name
    features = model.features
    transforms = model.transforms
    segments = model.segments
    profiles = model.profiles
    distributions = model.mixtureDescription
    quality = model.quality
    checks = model.checks
    tree = model.tree.map { _ in model.outline }
    attractiveness = model.attractiveness
    personas = model.personas?.personas
    lists = model.lists
    history = model.history
    predictions = model.predictions?.map(Prediction.init)
    effects = model.effects?.map(Effect.init)
    value = model.value
    provenance = model.provenance
    self.seconds = seconds
  }
}
