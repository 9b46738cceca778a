internal import Clustering
internal import Features
internal import Foundation
internal import LinearAlgebra
internal import ModelFiles
internal import Pipeline
internal import Propensity
internal import Warehouse

/// Which exit code stands for which failure (after sysexits.h).
enum Failure {
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  static let missingInput: Int32 = 66
  static let internalFault: Int32 = 70
  static let inputOutput: Int32 = 74
  static let engine: Int32 = 75
  static let interrupted: Int32 = 130

  /// The code for `error`; nil for the errors of the argument parser, which knows its own.
  static func code(_ error: any Error) -> Int32? {
    switch error {
    case let error as WarehouseError: code(error)
    case let error as ModelFileError: code(error)
    case is ProjectError: badData
    case PipelineError.nothingToGrow: missingInput
    case PropensityError.library: engine
    case is PipelineError, is FitError, is PropensityError: badData
    case is UsageError: usage
    case is NoProject: missingInput
    case is OutputError, is RowFile.Failure: inputOutput
    default: nil
    }
  }

  private static func code(_ error: WarehouseError) -> Int32 {
    switch error {
    case .driverNotFound, .driverUnusable, .engineUnreachable, .outOfMemory: engine
    case .fileNotFound, .fileUnreadable: missingInput
    case .fileEmpty, .fileMalformed, .unknownColumn, .badCell, .unsupportedType, .statement: badData
    case .notWritten: inputOutput
    case .interrupted: interrupted
    }
  }

  private static func code(_ error: ModelFileError) -> Int32 {
    switch error.cause {
    case .noSuchFile, .isFolder, .notAFile: missingInput
    case .noFolder, .noPermission, .noSpace, .cannotRead, .cannotWrite: inputOutput
    default: badData
    }
  }
}

/// Flags that do not go together.
struct UsageError: Error, CustomStringConvertible {
  let description: String
}

/// A project verb where there is no project.
struct NoProject: Error, CustomStringConvertible {
  let file: String
  var description: String {
    "There is no project file '\(file)'. Run 'tessera init FILES…' here to write one, or name one with --config."
  }
}

/// Standard output that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let reason: String
  var description: String { "standard output could not be written: \(reason)." }
}
