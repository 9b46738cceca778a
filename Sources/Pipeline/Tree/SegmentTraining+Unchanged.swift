internal import Clustering
internal import Features
internal import Warehouse

/// A tree that need not be grown again: nothing that it rests on has changed.
extension SegmentTraining {
  /// A mark of what a tree is grown on: the features of the customers, and the lists that it is to be divided by.
  func treeMark(_ values: FeatureValues, _ data: UInt64) -> String {
    guard let tree, let lists = values.lists, tree.by.contains(where: lists.names.contains) else {
      return DataFingerprint.text(data)
    }
    let first = RuleDivision.first(of: tree.by, lists, rows: values.rows)
    return DataFingerprint.text(
      zip(values.customers.texts, first).reduce(data) { total, row in
        total &+ DataFingerprint.hash("\(row.0 ?? "\u{0}")\u{0}\(row.1 ?? "\u{0}")")
      })
  }

  /// The tree of the model before, where growing one anew would give it again: the same customers with the same
  /// `features` (`mark`), settings, program and libraries. Nil where anything differs, or segments were added to it.
  func unchangedTree(
    _ mark: String, _ features: FeatureTransforms, _ libraries: [String: String]
  ) -> SegmentTree? {
    guard let previous, let tree = previous.tree, tree.stages.count == 1, previous.provenance.grownOn == mark,
      previous.provenance.settings == settingsMark, previous.provenance.tessera == Tessera.version,
      previous.provenance.seed == kmeans.seed, previous.provenance.libraries == libraries,
      previous.transforms == features
    else { return nil }
    return tree
  }
}

extension SegmentModel {
  /// Whether training kept the tree of `other` as it is, because nothing that it rests on had changed.
  public func keptTree(of other: SegmentModel) -> Bool {
    provenance.grownOn != nil && provenance.grownOn == other.provenance.grownOn
      && provenance.settings == other.provenance.settings && provenance.libraries == other.provenance.libraries
      && tree != nil && tree == other.tree
  }
}
