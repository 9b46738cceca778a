internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Rows of doubles in a file without a name: room for what does not fit in memory.
///
/// The file is unlinked as soon as it is open, so that nothing is left of it whatever ends the program.
@safe public final class RowFile {
  /// Why a row file could not be made, written or read.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the system's words.
    public let description: String
    /// The folder that the file stands in.
    public let folder: String
  }

  /// d, the number of columns.
  public let columns: Int
  /// n, the number of rows written so far.
  public private(set) var rows = 0
  private let folder: String
  private let file: Int32

  /// An empty file of rows of `columns` in `folder`, which only its owner can read.
  public init(inFolder folder: String, columns: Int) throws(Failure) {
    precondition(columns >= 0, "\(columns) columns")
    self.columns = columns
    self.folder = folder
    let path = "\(folder)/rows-\(UUID().uuidString)"
    file = unsafe open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else { throw RowFile.failure(folder) }
    _ = unsafe unlink(path)
  }

  deinit { if file >= 0 { _ = close(file) } }

  /// Writes the rows of `x` (m x d) after those that are there.
  public func append(_ x: Matrix) throws(Failure) {
    precondition(x.columns == columns, "\(x.columns) columns for \(columns)")
    let start = rows * columns * 8
    let isWritten = unsafe x.values.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        // Safe: what is written lies inside the rows.
        let count = unsafe pwrite(file, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, start + done)
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
    guard isWritten else { throw RowFile.failure(folder) }
    rows += x.rows
  }

  /// The rows of `range` (m x d).
  public func read(_ range: Range<Int>) throws(Failure) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    let (start, total) = (range.lowerBound * columns * 8, range.count * columns * 8)
    var isRead = true
    let values = unsafe [Double](unsafeUninitializedCapacity: range.count * columns) { buffer, count in
      var done = 0
      let base = UnsafeMutableRawPointer(buffer.baseAddress)
      while done < total {
        // Safe: the buffer holds `total` bytes, all of which are filled before they count as elements.
        let got = unsafe pread(file, base.map { unsafe $0 + done }, total - done, start + done)
        guard got > 0 else {
          isRead = false
          break
        }
        done += got
      }
      count = isRead ? range.count * columns : 0
    }
    guard isRead else { throw RowFile.failure(folder) }
    return Matrix(rows: range.count, columns: columns, values: values)
  }

  private static func failure(_ folder: String) -> Failure {
    Failure(
      description: errno == ENOSPC
        ? "no space left on the device" : unsafe String(cString: strerror(errno)).lowercased(), folder: folder)
  }
}
