internal import Foundation
internal import Warehouse

/// A file, opened, and what its columns show.
struct LookedAtFile {
  let file: String
  let table: TableSource
  let evidence: [ColumnEvidence]
  /// Its text encoding, when it is not UTF-8.
  let encoding: String?

  init(_ file: String, _ connection: Connection) throws(WarehouseError) {
    func look(_ encoding: String?) throws(WarehouseError) -> LookedAtFile {
      let table = try connection.open(file: file, encoding: encoding)
      return LookedAtFile(file: file, table: table, evidence: try connection.evidence(table), encoding: encoding)
    }
    do throws(WarehouseError) {
      self = try look(nil)
    } catch .fileMalformed(let path, let row, let reason) where reason.contains("UTF-8") {
      // Most such files are older exports of western offices; others are told by their first two bytes.
      let start = FileHandle(forReadingAtPath: file).flatMap { try? $0.read(upToCount: 2) }
      let isWide = start == Data([0xFF, 0xFE]) || start == Data([0xFE, 0xFF])
      do throws(WarehouseError) {
        self = try look(isWide ? "utf-16" : "latin-1")
      } catch {
        throw .fileMalformed(path: path, row: row, reason: reason)
      }
    }
  }

  private init(file: String, table: TableSource, evidence: [ColumnEvidence], encoding: String?) {
    self.file = file
    self.table = table
    self.evidence = evidence
    self.encoding = encoding
  }
}
