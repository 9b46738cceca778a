import Testing
import Warehouse

/// What DuckDB 1.5.5 really printed, with a value that must not get through.
struct EngineMessageCase: Sendable, CustomTestStringConvertible {
  let message: String
  let error: WarehouseError
  var testDescription: String { String(message.prefix(60)) }

  init(_ message: String, _ error: WarehouseError) {
    self.message = message
    self.error = error
  }

  init(_ message: String, says reason: String) { self.init(message, .statement(reason: reason)) }
}

struct `What engines say` {
  private static let csvTail = """


    Column x y is being converted as type DOUBLE
    This type was auto-detected from the CSV file.
    Possible solutions:
    * Override the type for this column manually by setting the type explicitly, e.g., types={'x y': 'VARCHAR'}

      file = data/late.csv
      delimiter = , (Set By User)

    """

  @Test(arguments: [
    EngineMessageCase(
      "Conversion Error: Could not convert string 'SECRET77' to INT32 when casting from source column a\n\nLINE 1: select cast(a as integer) from t\n               ^",
      says: "Conversion Error: a text could not be converted to INT32 (column 'a')"),
    EngineMessageCase(
      "Conversion Error: Could not convert string 'O'Brien to SECRET77\nSECRET77' to INT32\n\nLINE 1: select 'x' to y",
      says: "Conversion Error: a text could not be converted to INT32"),
    EngineMessageCase(
      "Conversion Error: Could not convert string \"SECRET77\" to DECIMAL(4,2) when casting from source column a",
      says: "Conversion Error: a text could not be converted to DECIMAL(4,2) (column 'a')"),
    EngineMessageCase(
      "Conversion Error: invalid date field format: \"SECRET77\", expected format is (YYYY-MM-DD) when casting from source column day",
      says: "Conversion Error: a text is not a date written YYYY-MM-DD (column 'day')"),
    EngineMessageCase(
      "Conversion Error: Type INT64 with value 99887766554 can't be cast because the value is out of range for the destination type INT32",
      says: "Conversion Error: a value of type INT64 does not fit the type INT32"),
    EngineMessageCase(
      "Conversion Error: Type VARCHAR with value 'SECRET77' can't be cast to the destination type INTEGER[] when casting from source column a",
      says: "Conversion Error: a value of type VARCHAR does not fit the type INTEGER[] (column 'a')"),
    EngineMessageCase(
      "Conversion Error: Date out of range: 2024-13-1", says: "Conversion Error: a date is not a day of the calendar"),
    EngineMessageCase(
      "Out of Range Error: Overflow in addition of INT32 (2147483647 + 99887766554)!",
      says: "Out of Range Error: Overflow in addition of INT32 …"),
    EngineMessageCase(
      "Out of Range Error: cannot take logarithm of a negative number",
      says: "Out of Range Error: cannot take logarithm of a negative number"),
    EngineMessageCase(
      "Out of Range Error: Left-shift value 99887766554 is out of range", says: "Out of Range Error: Left-shift value …"
    ),
    EngineMessageCase(
      "Invalid Input Error: Could not parse string \"SECRET77\" according to format specifier \"%Y\"\nSECRET77\n^\nError: Expected a number",
      says: "Invalid Input Error: a text does not follow the pattern of dates or times given for it"),
    EngineMessageCase(
      "Invalid Input Error: Malformed JSON at byte 0 of input: unexpected character.  Input: \"SECRET77\"",
      says: "Invalid Input Error: a text is not JSON"),
    EngineMessageCase(
      "Invalid Input Error: 99887766554", says: "Invalid Input Error: what it says is withheld, for it may quote data"),
    EngineMessageCase(
      "Constraint Error: PRIMARY KEY or UNIQUE constraint violation: duplicate key \"SECRET77\"",
      says: "Constraint Error: PRIMARY KEY or UNIQUE constraint violation"),
    EngineMessageCase(
      "Constraint Error: NOT NULL constraint failed: p.e", says: "Constraint Error: NOT NULL constraint failed: p.e"),
    EngineMessageCase(
      "Binder Error: Referenced column \"bc\" not found in FROM clause!\nCandidate bindings: \"b\"\n\nLINE 1: select bc, 'SECRET77' from t\n               ^",
      says: "Binder Error: Referenced column \"bc\" not found in FROM clause!"),
    EngineMessageCase("INTERRUPT Error: Interrupted!", .interrupted),
    EngineMessageCase(
      "Conversion Error: Could not convert string 'INTERRUPT Error: Interrupted! SECRET77' to INT32",
      says: "Conversion Error: a text could not be converted to INT32"),
    EngineMessageCase(
      "Out of Memory Error: failed to allocate data of size 64.0 KiB (19.0 MiB/19.0 MiB used)\n\nPossible solutions:\n* Reducing",
      .outOfMemory(reason: "failed to allocate data of size 64.0 KiB (19.0 MiB/19.0 MiB used)")),
    EngineMessageCase(
      "Conversion Error: CSV Error on Line: 40002\nOriginal Line: 40000,SECRET77\nError when converting column \"x y\". Could not convert string \"SECRET77\" to 'DOUBLE'\(csvTail)",
      .badCell(source: "the orders", row: 40001, column: "x y", needed: "numbers")),
    EngineMessageCase(
      "Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\nError: Conversion Error: CSV Error on Line: 40002\nOriginal Line: \"CSV Error on Line: 7\nColumn SECRET77 is being converted as type DATE\n\",SECRET77\nError when converting column \"x y\". Could not convert string \"SECRET77\" to 'DOUBLE'\(csvTail)",
      .badCell(source: "the orders", row: 40001, column: "x y", needed: "numbers")),
    EngineMessageCase(
      "Invalid Input Error: CSV Error on Line: 52\nOriginal Line: 3,4,SECRET77\nExpected Number of Columns: 2 Found: 3\nPossible fixes:\n* Disable the parser's strict mode\n\n  file = data/late.csv\n",
      .fileMalformed(path: "the orders", row: 52, reason: "it has 3 cells where 2 are expected")),
    EngineMessageCase(
      "Invalid Input Error: CSV Error on Line: 2\nOriginal Line: 1,\"SECRET77\n2,b\n\nValue with unterminated quote found.\n\nPossible fixes:\n",
      .fileMalformed(path: "told", row: 2, reason: "a quote is opened but not closed, or text follows a closing quote")),
    EngineMessageCase(
      "Invalid Input Error: JSON transform error in file \"late.jsonl\", in line 60001: Failed to cast value to numerical: \"SECRET77\"\nTry increasing 'sample_size'",
      .fileMalformed(path: "told", row: 60001, reason: "a value is of another type than those on the lines before it")),
    EngineMessageCase(
      "Invalid Input Error: Malformed JSON in file \"b.jsonl\", at byte 6 in line 3: unexpected character. \n\nLINE 1: select",
      .fileMalformed(path: "told", row: 3, reason: "the JSON is malformed")),
    EngineMessageCase(
      "Invalid Input Error: Failed to read file \"x.parquet\": SECRET77",
      .fileMalformed(path: "told", row: nil, reason: "its content is damaged, or does not follow its own schema")),
  ])
  func `DuckDB's errors are said without the values they quote`(_ known: EngineMessageCase) {
    let error = EngineMessage.error(
      known.message, source: "told",
      files: ["data/late.csv": OpenedCSV(name: "the orders", linesBeforeData: 1)])
    #expect(error == known.error)
    #expect(!error.description.contains("SECRET77") && !error.description.contains("99887766554"))
  }

  @Test(arguments: [
    ("ERROR:  invalid input syntax for type integer: \"SECRET77\"", "22P02", "ERROR …"),
    (
      "ERROR:  duplicate key value violates unique constraint \"k\"\nDETAIL:  Key (mail)=(SECRET77) already exists.",
      "23505", "ERROR …"
    ),
    ("ERROR:  relation \"nosuch\" does not exist", "42P01", "ERROR:  relation \"nosuch\" does not exist"),
    ("value SECRET is odd: SECRET77", "\0\0\0\0\0", "value SECRET is odd …"),
    (
      "[CAST_INVALID_INPUT] The value 'SECRET77' of the type STRING cannot be cast. SQLSTATE: 22018", "",
      "[CAST_INVALID_INPUT] The value …"
    ),
  ])
  func `other engines' errors of data are told by their state`(_ message: String, _ state: String, _ shown: String) {
    #expect(EngineMessage.redacted(message, sqlState: state) == shown)
  }
}
