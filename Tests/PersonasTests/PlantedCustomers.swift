import Features
import Personas
import Randomness
import Warehouse

/// Customers in segments that stand out in known features, and features that are noise.
struct PlantedCustomers {
  let values: FeatureValues
  let groups: ProfiledGroups
  /// Of each segment, the feature in which it has more than others.
  let planted: [String]

  static let noise = (0..<20).map { "noise_\($0)" }

  /// `segments` of `size` customers, two to a macro-segment: segment s has 1.5 standard deviations more of feature
  /// `trait_s`, which is integral, and 20 features tell nothing.
  init(segments count: Int, size: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    planted = (0..<count).map { "trait_\($0)" }
    let names = planted + PlantedCustomers.noise
    var values: [Double] = []
    var labels: [Int] = []
    for row in 0..<count * size {
      let own = row % count
      labels.append(own)
      for column in names.indices { values.append((10 * random.normal() + (column == own ? 15 : 0)).rounded()) }
    }
    let cities = labels.map { label in
      label == 0 ? (random.uniform() < 0.8 ? "O'Hara <b>" : "Ulm") : (random.uniform() < 0.1 ? "O'Hara <b>" : "Ulm")
    }
    self.values = FeatureValues(
      customers: Column(name: "id", values: .integers((0..<Int64(labels.count)).map { $0 })),
      numbers: NumberBlock(names: names, rows: labels.count, values: values),
      categories: [Column(name: "city", values: .texts(cities))])
    groups = ProfiledGroups(
      segments: (0..<count).map { .init(id: $0 + 1, macro: $0 / 2 + 1, stability: nil, customers: size) },
      labels: labels)
  }

  /// The profile of segment `place` in the order of groups: every macro-segment is followed by its two.
  func group(_ place: Int) -> Int { place / 2 * 3 + 1 + place % 2 }
}
