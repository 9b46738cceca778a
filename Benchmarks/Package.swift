// swift-tools-version: 6.2
import PackageDescription

/// The rules of Tessera's own targets.
let house: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatWarning("StrictMemorySafety", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// A package of its own, so that nobody who uses Tessera builds the benchmarks. It takes the narrow product: the methods
// and what they stand on, without the engine and the model files.
let package = Package(
  name: "TesseraBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Tessera", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "tessera-bench",
      dependencies: [
        .product(name: "TesseraClustering", package: "Tessera"),
        .product(name: "TesseraPredictions", package: "Tessera"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Sources/TesseraBench", swiftSettings: house)
  ],
  swiftLanguageModes: [.v6]
)
