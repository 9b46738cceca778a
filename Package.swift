// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules: strict memory safety is an error, imports say who may see them.
let house: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatWarning("StrictMemorySafety", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests are compiled as they stand, which takes half the time: what they test is optimized, and what they work out
/// themselves is small.
let test: [SwiftSetting] = house + [.unsafeFlags(["-Onone"])]

let package = Package(
  name: "Tessera",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "tessera", targets: ["TesseraCommand"]),
    .library(
      name: "Tessera",
      targets: [
        "LinearAlgebra", "Randomness", "Warehouse", "ModelFiles", "Features", "Clustering", "Propensity",
        "CustomerValue", "Personas", "Reports", "Pipeline",
      ]),
    // What customers will do, for those who bring their own matrix: needs OpenBLAS, and XGBoost for boosted trees.
    .library(name: "TesseraPredictions", targets: ["LinearAlgebra", "Randomness", "Propensity", "CustomerValue"]),
    // The methods alone, for those who bring their own matrix: needs OpenBLAS and nothing else.
    .library(name: "TesseraClustering", targets: ["LinearAlgebra", "Randomness", "Clustering"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: the C boundary.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CArrowADBC"),
    .target(name: "CKernels"),
    .target(name: "CXGBoost"),

    // Floor 1: foundations that know nothing of customers.
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CKernels"], swiftSettings: house),
    .target(name: "Randomness", swiftSettings: house),
    .target(name: "Warehouse", dependencies: ["CArrowADBC"], swiftSettings: house),
    .target(
      name: "Digests", dependencies: [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))],
      swiftSettings: house),

    // Floor 2: the model file, and the methods.
    .target(name: "ModelFiles", dependencies: ["Digests"], swiftSettings: house),
    .target(
      name: "Features",
      dependencies: ["Warehouse", "LinearAlgebra", .product(name: "Yams", package: "Yams")], swiftSettings: house),
    .target(name: "Clustering", dependencies: ["LinearAlgebra", "Randomness"], swiftSettings: house),
    .target(name: "CustomerValue", dependencies: ["LinearAlgebra", "Randomness"], swiftSettings: house),
    .target(name: "Propensity", dependencies: ["CXGBoost", "LinearAlgebra", "Randomness"], swiftSettings: house),

    // Floor 3: segments in words.
    .target(
      name: "Personas", dependencies: ["Features", "LinearAlgebra", "Randomness", "Warehouse"], swiftSettings: house),

    // Floor 4: what is told of segments, as pages and files.
    .target(
      name: "Reports",
      dependencies: [
        "Personas", "Features", "Digests", .product(name: "Mustache", package: "swift-mustache"),
      ], swiftSettings: house),

    // Floor 5: the steps composed.
    .target(
      name: "Pipeline",
      dependencies: [
        "Features", "Clustering", "Propensity", "CustomerValue", "Personas", "Reports", "ModelFiles", "Warehouse",
        "LinearAlgebra",
      ],
      swiftSettings: house),

    // Floor 6: the command line.
    .executableTarget(
      name: "TesseraCommand",
      dependencies: [
        "Pipeline", "Features", "Clustering", "Propensity", "CustomerValue", "Personas", "Reports", "ModelFiles",
        "Warehouse", "LinearAlgebra", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: house),

    // Tests.
    .target(
      name: "TestSupport",
      dependencies: ["LinearAlgebra", "Randomness", "Warehouse"], path: "Tests/TestSupport", swiftSettings: house),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"], swiftSettings: test),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness", "TestSupport"], swiftSettings: test),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"], swiftSettings: test),
    .testTarget(name: "WarehouseTests", dependencies: ["Warehouse", "TestSupport"], swiftSettings: test),
    .testTarget(
      name: "ModelFilesTests", dependencies: ["ModelFiles", "TestSupport"], exclude: ["Golden", "Python"],
      swiftSettings: test),
    .testTarget(
      name: "FeaturesTests", dependencies: ["Features", "Randomness", "TestSupport"],
      exclude: ["Fixtures", "Snapshots"],
      swiftSettings: test),
    .testTarget(
      name: "ClusteringTests", dependencies: ["Clustering", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: test),
    .testTarget(
      name: "CustomerValueTests",
      dependencies: ["CustomerValue", "LinearAlgebra", "Randomness", "TestSupport"], swiftSettings: test),
    .testTarget(
      name: "PropensityTests",
      dependencies: ["Propensity", "LinearAlgebra", "Randomness", "Warehouse", "TestSupport"], swiftSettings: test),
    .testTarget(
      name: "PersonasTests",
      dependencies: ["Personas", "Features", "Randomness", "Warehouse", "TestSupport"], swiftSettings: test),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Personas", "Features", "Randomness", "Warehouse", "TestSupport"],
      exclude: ["Browser", "Snapshots"], swiftSettings: test),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "Features", "Clustering", "LinearAlgebra", "ModelFiles", "Randomness", "Warehouse", "TestSupport",
      ],
      swiftSettings: test),
    .testTarget(
      name: "CommandTests", dependencies: ["ModelFiles", "TesseraCommand", "TestSupport"], exclude: ["Snapshots"],
      swiftSettings: test),
  ],
  swiftLanguageModes: [.v6]
)

// Only `make docs` asks for the documentation plugin; nobody else should have to fetch it.
if Context.environment["TESSERA_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
