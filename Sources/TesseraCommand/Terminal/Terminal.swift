internal import Foundation
internal import Synchronization

/// Standard output and standard error. Results go to the one, everything else to the other.
enum Terminal {
  static let isErrorTerminal = isatty(STDERR_FILENO) == 1
  private static let output = Mutex<String>("")
  private static let shownProgress = Mutex<Bool>(false)

  /// Adds a line to standard output.
  static func print(_ line: String) { output.withLock { $0 += line + "\n" } }

  /// Adds a line to standard error, clear of any progress line.
  static func note(_ line: String) {
    clearProgress()
    write(line + "\n", to: STDERR_FILENO)
  }

  /// A failure, in words.
  static func error(_ message: String) { note(message) }

  /// Replaces the progress line; does nothing unless standard error is a terminal.
  static func progress(_ line: String) {
    guard isErrorTerminal else { return }
    shownProgress.withLock { shown in
      shown = true
      write("\r\u{1B}[K" + line, to: STDERR_FILENO)
    }
  }

  static func clearProgress() {
    shownProgress.withLock { shown in
      if shown { write("\r\u{1B}[K", to: STDERR_FILENO) }
      shown = false
    }
  }

  /// Writes what was printed. A reader who went away has what he wanted: that is no failure.
  static func finish() throws(OutputError) {
    clearProgress()
    let text = output.withLock { text in
      defer { text = "" }
      return text
    }
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw OutputError(reason: unsafe String(cString: strerror(code)).lowercased())
    }
  }

  /// 0, or the system's error number.
  @discardableResult
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Foundation.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      written += count
    }
    return 0
  }
}
