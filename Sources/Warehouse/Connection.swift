internal import CArrowADBC
public import Foundation

/// An open connection to an engine, through ADBC.
///
/// Statements run one at a time, on the thread that asks; ``cancel()`` may come from any thread.
///
/// Safety: the ADBC structures live at fixed addresses from `init` to `deinit`, and only ``cancel()`` touches them from
/// a second thread, which ADBC allows.
@safe
public final class Connection: @unchecked Sendable {
  /// What the engine calls things and can do.
  public let dialect: Dialect
  /// The library behind the connection.
  public let library: DriverLibrary
  /// A private folder for spilled data and spooled input, removed with the connection.
  public let scratchFolder: URL
  /// Whether tables made here outlive this connection.
  public let keepsTables: Bool

  private let driver: LoadedDriver
  private let database: UnsafeMutablePointer<AdbcDatabase>
  private let connection: UnsafeMutablePointer<AdbcConnection>
  private var cancellation = 0
  private let rehearsal: ((String) -> Table)?
  /// The files that were opened as tables, links followed: no output of this connection may replace one.
  var inputs: Set<String> = []
  /// The CSV files opened so far, by path, to name them in errors.
  private var openedFiles: [String: OpenedCSV] = [:]
  /// Where standard input was copied to, once it was read.
  var spooledInput: String?

  /// Finds the driver, opens the engine and applies `settings`.
  /// - Throws: ``WarehouseError`` when there is no usable driver, or the engine refuses.
  public init(_ settings: EngineSettings = EngineSettings()) throws(WarehouseError) {
    library = try DriverLibrary.find(settings.name, explicit: settings.driver)
    driver = try LoadedDriver.load(library)
    dialect = Dialect.named(settings.name) ?? .standard(settings.name)
    rehearsal = nil
    keepsTables = settings.database.map { $0 != ":memory:" && !$0.isEmpty } ?? false
    scratchFolder = try Connection.makeScratchFolder(settings.spillFolder)
    unsafe database = .allocate(capacity: 1)
    unsafe database.initialize(to: AdbcDatabase())
    unsafe connection = .allocate(capacity: 1)
    unsafe connection.initialize(to: AdbcConnection())
    do throws(WarehouseError) {
      try open(settings)
    } catch {
      // Every property is set by now, so `deinit` closes what was opened.
      if case .statement(let reason) = error { throw .engineUnreachable(reason: reason) }
      throw error
    }
    cancellation = Interruption.onRequest { [weak self] in self?.cancel() }
  }

  /// A connection to no engine at all, on which everything is said in `dialect` and nothing is carried out: `answer`
  /// hears each statement and makes up the result. Shows what an engine would be asked where there is none.
  package init(
    rehearsing dialect: Dialect, _ answer: @escaping (String) -> Table
  ) throws(WarehouseError) {
    library = DriverLibrary(name: dialect.name, path: "", entry: nil, foundIn: "a rehearsal")
    driver = .mute
    self.dialect = dialect
    rehearsal = answer
    keepsTables = false
    scratchFolder = try Connection.makeScratchFolder(nil)
    unsafe database = .allocate(capacity: 1)
    unsafe database.initialize(to: AdbcDatabase())
    unsafe connection = .allocate(capacity: 1)
    unsafe connection.initialize(to: AdbcConnection())
  }

  // Nobody can be inside `cancel()` now: whoever calls it, the handler of an interruption included, holds a reference.
  deinit {
    Interruption.forget(cancellation)
    close()
  }

  private func open(_ settings: EngineSettings) throws(WarehouseError) {
    let database = unsafe self.database
    let connection = unsafe self.connection
    try unsafe call(driver.functions.pointee.DatabaseNew) { unsafe $0(database, $1) }
    if let target = settings.database {
      try unsafe call(driver.functions.pointee.DatabaseSetOption) {
        unsafe $0(database, dialect == .duckDB ? "path" : "uri", target, $1)
      }
    }
    try unsafe call(driver.functions.pointee.DatabaseInit) { unsafe $0(database, $1) }
    try unsafe call(driver.functions.pointee.ConnectionNew) { unsafe $0(connection, $1) }
    try unsafe call(driver.functions.pointee.ConnectionInit) { unsafe $0(connection, database, $1) }
    for statement in dialect.sessionSettings { try execute(statement) }
    guard dialect == .duckDB else { return }
    try execute("SET temp_directory = \(SQL.literal(scratchFolder.path))")
    try execute("SET enable_progress_bar = false")
    // Nothing may be fetched behind the user's back, and what a statement may read is decided here, not by data.
    try execute("SET autoinstall_known_extensions = false")
    if let limit = settings.memoryLimit { try execute("SET memory_limit = \(SQL.literal(limit))") }
    if let threads = settings.threads { try execute("SET threads = \(max(1, threads))") }
  }

  private func close() {
    var error = unsafe AdbcError()
    if let release = unsafe driver.functions.pointee.ConnectionRelease, unsafe connection.pointee.private_data != nil {
      _ = unsafe release(connection, &error)
    }
    if let release = unsafe driver.functions.pointee.DatabaseRelease, unsafe database.pointee.private_data != nil {
      _ = unsafe release(database, &error)
    }
    if let release = unsafe error.release { unsafe release(&error) }
    unsafe connection.deallocate()
    unsafe database.deallocate()
    try? FileManager.default.removeItem(at: scratchFolder)
    Interruption.forget(scratch: scratchFolder.path)
  }

  /// Remembers an opened CSV file, so that errors call it by its name and count its rows from the first of data.
  func note(opened path: String, name: String, linesBeforeData: Int) {
    openedFiles[path] = OpenedCSV(name: name, linesBeforeData: linesBeforeData)
  }

  /// Ends the running statement, which then throws ``WarehouseError/interrupted``; does nothing when none is running.
  ///
  /// May be called from any thread, at any time.
  public func cancel() {
    guard let cancel = unsafe driver.functions.pointee.ConnectionCancel else { return }
    var error = unsafe AdbcError()
    _ = unsafe cancel(connection, &error)
    if let release = unsafe error.release { unsafe release(&error) }
  }

  // MARK: Statements

  /// Runs `sql` for its effect.
  /// - Parameter source: the file or table being read, to name in errors.
  /// - Throws: ``WarehouseError`` when the engine refuses or fails it, or on ``cancel()``.
  public func execute(_ sql: String, reading source: String? = nil) throws(WarehouseError) {
    if let rehearsal {
      _ = rehearsal(sql)
      return
    }
    try unsafe stream(sql, reading: source) { (_, _) throws(WarehouseError) in }
  }

  /// Runs `sql` and returns its whole result; one without rows still has its named and typed columns.
  /// - Parameter source: the file or table being read, to name in errors.
  /// - Throws: ``WarehouseError`` when the engine refuses or fails it, on ``cancel()``, and
  ///   ``WarehouseError/unsupportedType(column:type:)`` for a column that no ``ColumnValues`` can hold.
  public func query(_ sql: String, reading source: String? = nil) throws(WarehouseError) -> Table {
    if let rehearsal { return rehearsal(sql) }
    var builders: [any ColumnBuilder]?
    try unsafe stream(sql, reading: source) { (schema, batch) throws(WarehouseError) in
      if builders == nil { builders = try unsafe makeColumnBuilders(schema) }
      guard let batch = unsafe batch, let builders else { return }
      for (index, builder) in builders.enumerated() {
        try unsafe builder.append(child(index, of: batch))
      }
    }
    return Table((builders ?? []).map { $0.finish() })
  }

  /// Runs `sql` and returns its first `keys` columns as columns and the others, which must be numbers, as a block.
  ///
  /// Numbers go from the engine's buffers to their place in the block; nothing is held twice.
  /// - Parameters:
  ///   - keys: how many leading columns are kept as columns, of any type.
  ///   - source: the file or table being read, to name in errors.
  /// - Throws: ``WarehouseError`` as ``query(_:reading:)`` does; for a column after the keys that holds no numbers,
  ///   ``WarehouseError/unsupportedType(column:type:)``.
  public func numbers(
    _ sql: String, keys: Int, reading source: String? = nil
  ) throws(WarehouseError) -> (keys: Table, numbers: NumberBlock) {
    var builders: [any ColumnBuilder]?
    var block: NumberBlockBuilder?
    try unsafe stream(sql, reading: source) { (schema, batch) throws(WarehouseError) in
      if builders == nil {
        builders = try unsafe makeColumnBuilders(schema, limit: keys)
        block = try unsafe NumberBlockBuilder(schema, skipping: keys)
      }
      guard let batch = unsafe batch, let builders else { return }
      for (index, builder) in builders.enumerated() {
        try unsafe builder.append(child(index, of: batch))
      }
      try unsafe block?.append(batch)
    }
    return (Table((builders ?? []).map { $0.finish() }), block?.finish() ?? NumberBlock(names: [], rows: 0, values: []))
  }

  /// Loads `table` into a new temporary table of the engine, called `name`. Categories arrive as text.
  /// - Throws: ``WarehouseError`` when the engine does not take tables in bulk, or has a table of that name.
  public func load(_ table: Table, as name: String) throws(WarehouseError) {
    guard dialect.takesStreams else {
      throw .statement(reason: "\(dialect.name) does not take tables in bulk; write a file and read it there instead")
    }
    try unsafe withStatement { (statement) throws(WarehouseError) in
      let options = [
        ("adbc.ingest.target_table", name), ("adbc.ingest.mode", "adbc.ingest.mode.create"),
        ("adbc.ingest.temporary", "true"),
      ]
      for (key, value) in options {
        try unsafe call(driver.functions.pointee.StatementSetOption) { unsafe $0(statement, key, value, $1) }
      }
      var stream = unsafe makeArrowStream(table)
      // A driver that takes the stream over leaves it here without `release`; one that refuses it leaves it to us.
      defer { if let release = unsafe stream.release { unsafe release(&stream) } }
      try unsafe call(driver.functions.pointee.StatementBindStream) { unsafe $0(statement, &stream, $1) }
      try unsafe call(driver.functions.pointee.StatementExecuteQuery) { unsafe $0(statement, nil, nil, $1) }
    }
  }

  // MARK: The ADBC calls

  private func withStatement(
    _ body: (UnsafeMutablePointer<AdbcStatement>) throws(WarehouseError) -> Void
  ) throws(WarehouseError) {
    if Interruption.isRequested { throw .interrupted }
    let statement = UnsafeMutablePointer<AdbcStatement>.allocate(capacity: 1)
    unsafe statement.initialize(to: AdbcStatement())
    defer {
      if let release = unsafe driver.functions.pointee.StatementRelease {
        var error = unsafe AdbcError()
        _ = unsafe release(statement, &error)
        if let release = unsafe error.release { unsafe release(&error) }
      }
      unsafe statement.deallocate()
    }
    let connection = unsafe self.connection
    try unsafe call(driver.functions.pointee.StatementNew) { unsafe $0(connection, statement, $1) }
    try unsafe body(statement)
  }

  /// Runs `sql` and hands every batch, with the schema, to `body`; once with no batch when the result has none.
  private func stream(
    _ sql: String, reading source: String?,
    _ body: (UnsafePointer<ArrowSchema>, UnsafePointer<ArrowArray>?) throws(WarehouseError) -> Void
  ) throws(WarehouseError) {
    try unsafe withStatement { (statement) throws(WarehouseError) in
      try unsafe call(driver.functions.pointee.StatementSetSqlQuery, source) { unsafe $0(statement, sql, $1) }
      var stream = unsafe ArrowArrayStream()
      try unsafe call(driver.functions.pointee.StatementExecuteQuery, source) { unsafe $0(statement, &stream, nil, $1) }
      guard let release = unsafe stream.release else { return }
      defer { unsafe release(&stream) }
      var schema = unsafe ArrowSchema()
      guard let getSchema = unsafe stream.get_schema, let getNext = unsafe stream.get_next else { return }
      guard unsafe getSchema(&stream, &schema) == 0 else { throw unsafe streamError(&stream, source) }
      defer { if let release = unsafe schema.release { unsafe release(&schema) } }
      try unsafe body(&schema, nil)
      while true {
        if Interruption.isRequested { throw .interrupted }
        var batch = unsafe ArrowArray()
        guard unsafe getNext(&stream, &batch) == 0 else { throw unsafe streamError(&stream, source) }
        guard let release = unsafe batch.release else { return }
        defer { unsafe release(&batch) }
        try unsafe body(&schema, &batch)
      }
    }
  }

  private func streamError(_ stream: inout ArrowArrayStream, _ source: String?) -> WarehouseError {
    guard let last = unsafe stream.get_last_error, let text = unsafe last(&stream) else {
      return .statement(reason: "reading the result failed without a message")
    }
    return EngineMessage.error(unsafe String(cString: text), source: source, files: openedFiles)
  }

  /// Calls one function of the driver with a fresh error structure and throws what it reports.
  private func call<Function>(
    _ function: Function?, _ source: String? = nil,
    _ body: (Function, UnsafeMutablePointer<AdbcError>) -> AdbcStatusCode
  ) throws(WarehouseError) {
    guard let function else {
      throw .driverUnusable(path: library.path, reason: "it lacks a function of ADBC that is needed here")
    }
    var error = unsafe AdbcError()
    let status = unsafe body(function, &error)
    defer { if let release = unsafe error.release { unsafe release(&error) } }
    guard status == 0 else {
      let message = unsafe error.message
      let text = unsafe message.map { unsafe String(cString: $0) } ?? "no message (ADBC status \(status))"
      let state = unsafe error.sqlstate
      let letters = [state.0, state.1, state.2, state.3, state.4].map(UInt8.init(bitPattern:))
      throw EngineMessage.error(
        text, sqlState: String(decoding: letters, as: UTF8.self), source: source, files: openedFiles)
    }
  }

  private static func makeScratchFolder(_ parent: String?) throws(WarehouseError) -> URL {
    let root = parent.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = root.appendingPathComponent(
      "tessera-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      // Customers' rows pass through it: nobody else may look inside.
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .notWritten(
        path: root.path, reason: "a folder for spilled data cannot be made there (\(StagedFiles.reason(error)))")
    }
    Interruption.register(scratch: folder.path)
    return folder
  }
}
