import Foundation
import ModelFiles
import Testing

/// Model files of a valid form and checksum, whose numbers nobody trained.
@Suite struct CraftedModelTests {
  /// One number or list of a model, replaced.
  struct Fault: Sendable, CustomTestStringConvertible {
    let section: String
    /// Keys and places on the way to the value.
    let path: [String]
    let value: Content
    var testDescription: String { section + "." + path.joined(separator: ".") }
  }

  static let table: String = {
    var rows = ["id,x,n,plan"]
    for row in 0..<60 {
      let group = row % 2
      let x = group * 10 + row * 7919 % 13
      let n = group * 4 + row * 31 % 3
      rows.append("\(row),\(x),\(n),\(["a", "b", "c"][row * 11 % 3])")
    }
    return rows.joined(separator: "\n") + "\n"
  }()

  private static let mixture = ["--k", "2", "--covariance", "VVV", "--counts", "n", "--bootstrap", "2"]
  private static let kMeans = ["--k", "2", "--method", "kmeans", "--bootstrap", "2"]

  private func refused(
    _ arguments: [String], _ fault: Fault, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try refused(
      by: ["cluster", "t.csv", "--id", "id", "--model", "m.tessera"] + arguments, "m.tessera", fault,
      sourceLocation: sourceLocation)
  }

  /// Every verb that reads the file `model`, made by `command`, each of which must refuse it.
  private func refused(
    by command: [String], _ model: String, _ fault: Fault, sourceLocation: SourceLocation
  ) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    let made = try TesseraProcess.run(command, in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let url = folder.url.appendingPathComponent(model)
    var file = try ModelFile.read(from: url)
    let section = try file.section(fault.section, as: Content.self)
    try file.setSection(fault.section, try #require(section.replacing(fault.path[...], with: fault.value)))
    try file.write(to: url)
    for verb in [["inspect", model], ["score", model, "--input", "t.csv", "--output", "o.csv"]] {
      let outcome = try TesseraProcess.run(verb, in: folder.url)
      #expect(outcome.code == 65, "\(verb[0]): \(outcome.errors)", sourceLocation: sourceLocation)
      #expect(!outcome.errors.isEmpty && outcome.output.isEmpty, sourceLocation: sourceLocation)
    }
    #expect(!folder.files.contains("o.csv"))
  }

  @Test(arguments: [
    Fault(section: "segments", path: ["stability", "clusters", "0", "label"], value: .whole(.max)),
    Fault(section: "segments", path: ["stability", "clusters", "0", "label"], value: .whole(-1)),
    Fault(section: "segments", path: ["stability", "clusters", "0", "meanJaccard"], value: .real(1e300)),
    Fault(section: "segments", path: ["sizes"], value: .list([.whole(.max), .whole(.max)])),
    Fault(section: "segments", path: ["sizes"], value: .list([.whole(60)])),
    Fault(section: "segments", path: ["sizes"], value: .list([.whole(-1), .whole(60)])),
    Fault(section: "profiles", path: ["numeric", "0", "means"], value: .list([.real(1)])),
    Fault(section: "profiles", path: ["numeric", "0", "sums"], value: .list([])),
    Fault(section: "profiles", path: ["numeric", "0", "standardDeviation"], value: .real(.leastNonzeroMagnitude)),
    Fault(section: "profiles", path: ["numeric", "0", "standardDeviation"], value: .real(-1)),
    Fault(section: "profiles", path: ["categories", "0", "shares"], value: .list([.real(0.5)])),
    Fault(section: "profiles", path: ["categories", "0", "shares", "0"], value: .real(1e300)),
    Fault(section: "profiles", path: ["categories", "0", "segmentShares"], value: .list([])),
    Fault(section: "profiles", path: ["categories", "0", "segmentShares", "1"], value: .list([])),
    Fault(section: "transforms", path: ["categories", "0", "centres"], value: .list([.real(0.5)])),
    Fault(section: "transforms", path: ["categories", "0", "scale"], value: .whole(0)),
    Fault(
      section: "transforms", path: ["categories", "0", "levels"], value: .list([.text("a"), .text("a"), .text("a")])),
    Fault(section: "transforms", path: ["numeric", "0", "scale"], value: .whole(0)),
    Fault(section: "transforms", path: ["form"], value: .text("likelihoods")),
  ])
  func `a k-means model that nobody trained is refused`(_ fault: Fault) throws {
    try refused(Self.kMeans, fault)
  }

  @Test(arguments: [
    Fault(section: "tree", path: ["nodes"], value: .list([])),
    Fault(section: "tree", path: ["nodes", "0", "children"], value: .list([.whole(1), .whole(1)])),
    Fault(section: "tree", path: ["nodes", "0", "children"], value: .list([.whole(1), .whole(7)])),
    Fault(section: "tree", path: ["nodes", "0", "clusters", "limits", "limits"], value: .list([.real(1)])),
    Fault(section: "tree", path: ["nodes", "0", "clusters", "membership", "variance"], value: .real(-1)),
    Fault(section: "tree", path: ["nodes", "0", "clusters", "transforms", "numeric", "0", "scale"], value: .whole(0)),
    Fault(section: "tree", path: ["nodes", "1", "parent"], value: .whole(1)),
    Fault(section: "tree", path: ["nodes", "1", "segment"], value: .whole(2)),
    Fault(section: "tree", path: ["nodes", "2", "macro"], value: .whole(-1)),
    Fault(
      section: "tree", path: ["nodes", "1"],
      value: .object([
        "parent": .whole(0), "children": .list([]), "macro": .whole(1), "segment": .whole(1), "size": .whole(30),
        "reason": .text(""), "levels": .object(["feature": .text("plan"), "levels": .list([])]),
      ])),
    Fault(
      section: "tree", path: ["nodes", "1"],
      value: .object([
        "parent": .whole(0), "children": .list([]), "macro": .whole(1), "segment": .whole(1), "size": .whole(30),
        "reason": .text(""), "rules": .object(["lists": .list([.text("A")]), "parts": .list([.text("B")])]),
      ])),
    Fault(section: "tree", path: ["stages", "0", "stretch"], value: .whole(0)),
    Fault(section: "tree", path: ["stages", "0", "root"], value: .whole(1)),
    Fault(section: "tree", path: ["stages"], value: .list([])),
    Fault(section: "tree", path: ["greatestSegment"], value: .whole(1)),
  ])
  func `a tree that nobody grew is refused`(_ fault: Fault) throws {
    try refused(
      by: ["train", "--input", "t.csv", "--id", "id", "--k", "2"], "models/t.tessera", fault,
      sourceLocation: #_sourceLocation)
  }

  @Test(arguments: [
    Fault(section: "segments", path: ["stability", "clusters", "1", "label"], value: .whole(2)),
    Fault(section: "profiles", path: ["numeric", "1", "standardDeviation"], value: .real(.leastNonzeroMagnitude)),
    Fault(section: "transforms", path: ["categories", "0", "centres"], value: .list([])),
    Fault(
      section: "transforms", path: ["categories", "0"],
      value: .object([
        "name": .text("plan"), "levels": .list([.text("a"), .text("b")]), "hasOther": .truth(false),
        "hasMissing": .truth(false), "centres": .list([.real(0.5), .real(0.5)]), "scale": .whole(1),
        "weight": .whole(1),
      ])),
    Fault(section: "transforms", path: ["form"], value: .text("distances")),
    Fault(section: "mixture", path: ["columns"], value: .whole(.max)),
    Fault(section: "mixture", path: ["blocks", "0", "columns"], value: .list([.whole(2)])),
    Fault(section: "mixture", path: ["blocks", "2", "columns"], value: .list([.whole(.max)])),
    Fault(section: "mixture", path: ["blocks", "0", "scale"], value: .whole(0)),
    Fault(section: "mixture", path: ["blocks"], value: .list([])),
  ])
  func `a mixture that nobody trained is refused`(_ fault: Fault) throws {
    try refused(Self.mixture, fault)
  }

  @Test func `a tree as older versions wrote it scores as it did`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.table, to: "t.csv")
    #expect(try TesseraProcess.run(["train", "--input", "t.csv", "--id", "id", "--k", "2"], in: folder.url).code == 0)
    let model = "models/t.tessera"
    let score = ["score", model, "--input", "t.csv", "--output"]
    #expect(try TesseraProcess.run(score + ["new.csv"], in: folder.url).code == 0)
    let url = folder.url.appendingPathComponent(model)
    var file = try ModelFile.read(from: url)
    guard case .object(var tree) = try file.section("tree", as: Content.self), case .list(let nodes) = tree["nodes"],
      case .list(let stages) = tree.removeValue(forKey: "stages"), case .object(let stage) = stages.first
    else {
      Issue.record("the section 'tree' has no stages and nodes")
      return
    }
    // What they called the one stage's, and what stood in the node itself.
    tree["stretch"] = stage["stretch"]
    tree["nodes"] = .list(
      nodes.map { node in
        guard case .object(var own) = node, case .object(let clusters) = own.removeValue(forKey: "clusters") else {
          return node
        }
        return .object(own.merging(clusters) { first, _ in first })
      })
    try file.setSection("tree", tree)
    try file.write(to: url)
    #expect(try TesseraProcess.run(score + ["old.csv"], in: folder.url).code == 0)
    let tables = try ["new.csv", "old.csv"].map { try Data(contentsOf: folder.url.appendingPathComponent($0)) }
    #expect(tables[0] == tables[1])
  }
}

/// Any JSON.
enum Content: Codable, Sendable {
  case whole(Int)
  case real(Double)
  case truth(Bool)
  case text(String)
  case list([Content])
  case object([String: Content])
  case nothing

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .nothing
    } else if let truth = try? value.decode(Bool.self) {
      self = .truth(truth)
    } else if let whole = try? value.decode(Int.self) {
      self = .whole(whole)
    } else if let real = try? value.decode(Double.self) {
      self = .real(real)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([Content].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: Content].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .whole(let whole): try value.encode(whole)
    case .real(let real): try value.encode(real)
    case .truth(let truth): try value.encode(truth)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let object): try value.encode(object)
    case .nothing: try value.encodeNil()
    }
  }

  /// The same with what stands at `path` replaced; nil when nothing stands there.
  func replacing(_ path: ArraySlice<String>, with value: Content) -> Content? {
    guard let key = path.first else { return value }
    switch self {
    case .object(var object):
      guard let old = object[key], let new = old.replacing(path.dropFirst(), with: value) else { return nil }
      object[key] = new
      return .object(object)
    case .list(var list):
      guard let index = Int(key), list.indices.contains(index),
        let new = list[index].replacing(path.dropFirst(), with: value)
      else { return nil }
      list[index] = new
      return .list(list)
    default: return nil
    }
  }
}
