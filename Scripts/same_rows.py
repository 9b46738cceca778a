"""Says whether two Parquet tables hold the same customers with the same values, and fails if not.

    python3 same_rows.py TRAINED SCORED

Rows are matched by the first column of TRAINED; every column that both tables have is compared, numbers with a relative
tolerance of 1e-9, all else exactly. Asks the DuckDB library that Tessera itself loads, through its C interface, so that
nothing else need be installed.
"""

import ctypes
import ctypes.util
import os
import pathlib
import sys

RELATIVE = 1e-9


def library() -> ctypes.CDLL:
    data = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share") / "tessera/duckdb"
    here = pathlib.Path(__file__).resolve().parent / "setup.pins"
    pins = dict(line.split("=", 1) for line in here.read_text().splitlines() if "=" in line and line[0] != "#")
    places = [
        os.environ.get("TESSERA_DUCKDB_DRIVER"),
        data / pins["DUCKDB_VERSION"] / "libduckdb.so",
        ctypes.util.find_library("duckdb"),
        os.environ.get("HOMEBREW_PREFIX", "/usr/local") + "/lib/libduckdb.dylib",
    ]
    for place in filter(None, places):
        try:
            return ctypes.CDLL(str(place))
        except OSError:
            pass
    sys.exit("same_rows: DuckDB's library was not found; run 'make setup' first.")


class Result(ctypes.Structure):
    _fields_ = [("counts", ctypes.c_uint64 * 3), ("pointers", ctypes.c_void_p * 3)]


class Engine:
    """One in-memory database of the C interface, read by values as text."""

    def __init__(self) -> None:
        self.c = library()
        self.c.duckdb_value_varchar.restype = ctypes.c_void_p
        self.c.duckdb_value_varchar.argtypes = [ctypes.POINTER(Result), ctypes.c_uint64, ctypes.c_uint64]
        self.c.duckdb_result_error.restype = ctypes.c_char_p
        for name in ("duckdb_row_count", "duckdb_column_count"):
            getattr(self.c, name).restype = ctypes.c_uint64
        self.c.duckdb_free.argtypes = [ctypes.c_void_p]
        self.c.duckdb_query.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(Result)]
        self.c.duckdb_connect.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]
        database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.c.duckdb_open(None, ctypes.byref(database)) or self.c.duckdb_connect(
            database, ctypes.byref(self.connection)
        ):
            sys.exit("same_rows: DuckDB could not be started.")

    def rows(self, sql: str) -> list[list[str]]:
        result = Result()
        if self.c.duckdb_query(self.connection, sql.encode(), ctypes.byref(result)):
            sys.exit("same_rows: " + self.c.duckdb_result_error(ctypes.byref(result)).decode())
        shape = (self.c.duckdb_row_count(ctypes.byref(result)), self.c.duckdb_column_count(ctypes.byref(result)))
        table = [[self.text(result, row, column) for column in range(shape[1])] for row in range(shape[0])]
        self.c.duckdb_destroy_result(ctypes.byref(result))
        return table

    def text(self, result: Result, row: int, column: int) -> str:
        pointer = self.c.duckdb_value_varchar(ctypes.byref(result), column, row)
        value = ctypes.cast(pointer, ctypes.c_char_p).value.decode() if pointer else ""
        self.c.duckdb_free(pointer)
        return value


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: same_rows.py TRAINED SCORED")
    trained, scored = ("'" + path.replace("'", "''") + "'" for path in sys.argv[1:])
    engine = Engine()
    types = {row[0]: row[1] for row in engine.rows(f"DESCRIBE SELECT * FROM read_parquet({trained})")}
    others = {row[0] for row in engine.rows(f"DESCRIBE SELECT * FROM read_parquet({scored})")}
    key, *rest = types
    if key not in others:
        sys.exit(f"same_rows: {sys.argv[2]} has no column '{key}'.")
    common = [name for name in rest if name in others]
    if not common:
        sys.exit(f"same_rows: but for '{key}' the tables have no column in common.")

    def differs(name: str) -> str:
        a, b = f"a.{quoted(name)}", f"b.{quoted(name)}"
        if types[name] in ("DOUBLE", "FLOAT"):
            return (
                f"(({a} IS NULL) != ({b} IS NULL) OR (isnan({a}) != isnan({b})) "
                f"OR (NOT isnan({a}) AND abs({a} - {b}) > {RELATIVE} * greatest(1, abs({a}))))"
            )
        return f"{a} IS DISTINCT FROM {b}"

    matched = f"a.{quoted(key)} IS NOT NULL AND b.{quoted(key)} IS NOT NULL"
    counts = ", ".join(
        ["count(*)", f"count_if(NOT ({matched}))"]
        + [f"count_if({matched} AND coalesce({differs(name)}, false))" for name in common]
    )
    (found,) = engine.rows(
        f"SELECT {counts} FROM read_parquet({trained}) a "
        f"FULL JOIN read_parquet({scored}) b ON a.{quoted(key)} = b.{quoted(key)}"
    )
    rows, unmatched, *different = map(int, found)
    wrong = {name: count for name, count in zip(common, different) if count}
    if unmatched or wrong or not rows:
        told = "".join(f"\n  {name}: {count:,} rows differ" for name, count in wrong.items())
        sys.exit(f"NOT the same: of {rows:,} rows {unmatched:,} stand in one table only.{told}")
    print(f"The scored assignments equal the trained ones: {rows:,} rows, compared by {', '.join(common)}.")


if __name__ == "__main__":
    main()
