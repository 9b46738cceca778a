internal import Features
internal import Foundation
internal import Warehouse

/// Results that a run of training leaves standing from the one before.
extension ProjectRun {
  /// Removes the files that the training of `former` wrote and that of `model` did not: they would tell of other
  /// customers and segments than those beside them.
  ///
  /// Only what `former`, the model that was replaced, says that its training wrote is removed. It may have been grown from
  /// a ready table after one from sources; then these files are older, and ours all the same.
  func removeStale(_ former: SegmentModel, _ model: SegmentModel, isOfSources: Bool) throws(WarehouseError) {
    let features = outputFolder.appendingPathComponent("features.parquet").path
    var stale: [String] = []
    if former.features.plan != nil, !isOfSources {
      stale.append(features)
      // Somebody's own files of these names are left alone.
      if (try? connection.checkDictionaries(beside: features)) != nil {
        stale += [
          FeaturePlan.dictionaryPath(beside: features), FeaturePlan.markdownPath(beside: features),
          FeaturePlan.jsonPath(beside: features),
        ]
      }
    }
    func result(_ name: String, _ isWritten: (SegmentModel) -> Bool, now: Bool = true) {
      guard isWritten(former), !(now && isWritten(model)) else { return }
      stale.append(outputFolder.appendingPathComponent(name).path)
    }
    result("predictions.parquet", \.foretells, now: isOfSources)
    result("overlaps.csv", { $0.lists != nil })
    result("segments.csv", { $0.segmentTable != nil })
    result("personas.csv", { $0.personaTable != nil })
    for path in stale where FileManager.default.fileExists(atPath: path) {
      do { try FileManager.default.removeItem(atPath: path) } catch {
        throw .notWritten(
          path: path,
          reason: "it is of an earlier run and cannot be removed (\(error.localizedDescription)); remove it yourself")
      }
    }
  }
}

extension SegmentModel {
  /// Whether it foretells anything of single customers.
  var foretells: Bool { predictions?.isEmpty == false || effects?.isEmpty == false || value != nil }
}
