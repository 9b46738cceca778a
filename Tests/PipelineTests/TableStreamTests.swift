import Clustering
import Features
import Foundation
import Pipeline
import Testing
import Warehouse

/// Tables that need more memory than they may take.
@Suite struct TableStreamTests {
  /// Three groups apart, an identifier with leading zeros, a category that goes with the group, gaps.
  private static func table(in folder: URL) throws -> String {
    var lines = ["id,x,y,kind,weight"]
    for row in 0..<3000 {
      let group = row % 3
      let x = "\(Double(group * 10) + Double(row * 7919 % 100) / 50)"
      let y = row % 50 == 3 ? "" : "\(Double(row * 104_729 % 100) / 50 - Double(group * 6))"
      lines.append("\(row < 10 ? "0" : "")\(row),\(x),\(y),\(["a", "b", "b"][group]),\(row % 3 + 1)")
    }
    let path = folder.appendingPathComponent("table.csv").path
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static func fit(
    _ path: String, limit: Int?, _ k: ClosedRange<Int> = 3...3, method: SegmentMethod = .kMeans, identifier: String?,
    weights: String? = nil, output: String
  ) throws -> SegmentModel {
    var training = SegmentTraining(name: "test", range: k)
    training.method = method
    training.transforms.balanceFamilies = false
    training.memoryLimit = limit
    return try Connection().cluster(
      file: path, include: [], exclude: weights == nil ? ["weight"] : [], identifier: identifier, condition: nil,
      weights: weights, training: training, output: output, model: nil, progress: nil
    ).model
  }

  private static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test(arguments: [(3...3, nil), (1...5, nil), (3...3, "weight")] as [(ClosedRange<Int>, String?)])
  func `rows from a stream get the segments that they have in memory`(
    _ k: ClosedRange<Int>, _ weights: String?
  ) throws {
    try Self.withFolder { folder in
      let path = try Self.table(in: folder)
      let outputs = ["memory.jsonl", "stream.jsonl"].map { folder.appendingPathComponent($0).path }
      let memory = try Self.fit(path, limit: nil, k, identifier: "id", weights: weights, output: outputs[0])
      let stream = try Self.fit(path, limit: 1, k, identifier: "id", weights: weights, output: outputs[1])
      #expect(stream.transforms == memory.transforms)
      #expect(stream.segments.sizes == memory.segments.sizes && stream.segments.k > 1)
      #expect(stream.provenance.dataFingerprint == memory.provenance.dataFingerprint)
      let inertias = (try #require(stream.segments.inertia), try #require(memory.segments.inertia))
      #expect(abs(inertias.0 - inertias.1) <= 1e-9 * inertias.1)
      #expect(stream.quality.notes.contains { $0.contains("streamed") })
      #expect(stream.profiles.numeric.map(\.name) == memory.profiles.numeric.map(\.name))
      // The distance may differ in its last digits; identifiers, order and segments may not.
      let lines = try outputs.map { path in
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).split(separator: "\n")
          .map { $0.prefix { $0 != "." } }
      }
      #expect(lines[0] == lines[1] && lines[0].count == 3000)
      #expect(lines[1].first?.contains("\"id\":\"00\"") == true)
    }
  }

  @Test func `a mixture beyond the limit is refused before it is read, saying what to try`() throws {
    try Self.withFolder { folder in
      let path = try Self.table(in: folder)
      let output = folder.appendingPathComponent("out.csv").path
      let error = #expect(throws: PipelineError.self) {
        _ = try Self.fit(path, limit: 1000, method: .mixture, identifier: nil, output: output)
      }
      #expect(error?.description.contains("--method kmeans") == true)
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test func `a weight below 0 is refused by row and column, as in memory`() throws {
    try Self.withFolder { folder in
      let path = folder.appendingPathComponent("bad.csv").path
      try Data("x,weight\n1,1\n2,-1\n3,1\n".utf8).write(to: URL(fileURLWithPath: path))
      let output = folder.appendingPathComponent("out.csv").path
      for limit in [nil, 1] {
        let error = #expect(throws: WarehouseError.self) {
          _ = try Self.fit(path, limit: limit, 2...2, identifier: nil, weights: "weight", output: output)
        }
        #expect(error?.description.contains("row 2") == true || error?.description.contains("Row 2") == true)
      }
    }
  }
}
