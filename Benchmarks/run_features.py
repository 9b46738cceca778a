"""Times `tessera features` against the bare DuckDB query for the same columns, on the same file and threads.

    python run_features.py TESSERA ORDERS.parquet [--rounds 5] [--threads 2] [--memory-limit 1GiB] [--as-of DAY]

Runs the two in turn, A B A B …, each in a fresh process that reads the file, computes one row a customer and writes a
Parquet file; prints every round, the medians, their ratio, and the peak resident memory of each. Then it checks that
both wrote the same customers and, for the columns both have, the same values: a time counts only if the answer does.
"""

import argparse
import os
import pathlib
import statistics
import sys
import tempfile

import duckdb

from rounds import Failed, Run, measure

HERE = pathlib.Path(__file__).resolve().parent


def project(orders: pathlib.Path, arguments: argparse.Namespace) -> str:
    engine = [f"  threads: {arguments.threads}"]
    if arguments.memory_limit:
        engine.append(f"  memory_limit: {arguments.memory_limit}")
    return "\n".join(
        [
            "name: bench",
            f"as_of: {arguments.as_of}",
            "sources:",
            "  orders:",
            f"    file: '{orders}'",
            "    role: transactions",
            "    columns:",
            "      customer: customer_id",
            "      time: ordered_at",
            "      order: order_id",
            "      amount: amount",
            "      quantity: quantity",
            "      discount: discount",
            "      product: product_id",
            "      category: category",
            "      store: store_id",
            # What the SQL does not have: scores, stages and affinities.
            *(["features:", "  families: {rfm: false, lifecycle: false, affinity: false}"] if not arguments.all else []),
            "engine:",
            *engine,
            "",
        ]
    )


def compare(ours: str, theirs: str) -> bool:
    """Prints how far the two tables agree; whether they do."""
    database = duckdb.connect()
    a, b = (database.read_parquet(path) for path in (ours, theirs))
    common = [name for name in a.columns[1:] if name in b.columns]
    pairs = [(f'a."{name}"', f'b."{name}"') for name in common]
    worst = ", ".join(
        f"max(CASE WHEN ({x} IS NULL) != ({y} IS NULL) THEN 'inf'::DOUBLE "
        f"ELSE abs({x} - {y}) / greatest(1, abs({y})) END)"
        for x, y in pairs
    )
    rows, *worst = database.sql(
        f'SELECT count(*), {worst} FROM a JOIN b ON a."{a.columns[0]}" = b.customer_id'
    ).fetchone()
    only = [name for name in b.columns[1:] if name not in common]
    sizes = (len(a), len(b))
    far = {name: value for name, value in zip(common, worst) if value is not None and not value <= 1e-6}
    print(f"values: {rows:,} customers in both (tessera {sizes[0]:,}, SQL {sizes[1]:,}), {len(common)} columns compared")
    if only:
        print(f"  only in the SQL: {', '.join(only)}")
    extra = [name for name in a.columns[1:] if name not in common]
    if extra:
        print(f"  only in tessera's: {', '.join(extra)}")
    for name, value in far.items():
        print(f"  {name}: relative difference up to {value}")
    print("  all equal to 1e-6" if not far else f"  {len(far)} columns DIFFER")
    return not far and rows == sizes[0] == sizes[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tessera", type=pathlib.Path)
    parser.add_argument("orders", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory-limit", help="for the engine, in both: 1GiB")
    parser.add_argument("--as-of", default="2025-12-31")
    parser.add_argument("--all", action="store_true", help="all families, also those that the SQL does not have")
    arguments = parser.parse_args()
    tessera, orders = arguments.tessera.resolve(), arguments.orders.resolve()

    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "tessera.yml").write_text(project(orders, arguments))
        sql = [sys.executable, str(HERE / "peers/features_sql.py"), str(orders), "sql.parquet"]
        sql += ["--as-of", arguments.as_of, "--threads", str(arguments.threads)]
        sql += ["--memory-limit", arguments.memory_limit] if arguments.memory_limit else []
        commands = {"tessera features": [str(tessera), "features", "--output", "tessera.parquet"], "DuckDB SQL": sql}
        taken: dict[str, list[Run]] = {name: [] for name in commands}
        for round_ in range(arguments.rounds):
            for name, command in commands.items():
                try:
                    run = measure(command, folder)
                except Failed as failure:
                    sys.exit(f"{failure.log}\nfailed with {failure.status}: {' '.join(command)}")
                taken[name].append(run)
                print(f"round {round_ + 1}  {name:18}{run.seconds:8.2f} s{run.peak:8.0f} MiB", flush=True)
        medians = {name: statistics.median(run.seconds for run in runs) for name, runs in taken.items()}
        print()
        for name, runs in taken.items():
            print(f"{name:18} median {medians[name]:.2f} s   peak {max(run.peak for run in runs):.0f} MiB")
        print(f"ratio of medians   {medians['tessera features'] / medians['DuckDB SQL']:.2f}   (1 is the bare SQL)\n")
        same = compare(str(pathlib.Path(folder) / "tessera.parquet"), str(pathlib.Path(folder) / "sql.parquet"))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
