"""Holds the tree of `tessera train` against planted segments, and against tables that have none.

    python run_segments.py TESSERA [--seeds 20] [--structureless 100] [--from 0] [--seed 3,17]
        [--structureless-seed 4,9] [--change 0.3] [--drift 0.1] [--macro-separation 8] [--method gmm]

Each planted seed is trained on its first month, then again on the next one. Its line has, over the customers:
  macros, leaves        how many were found; 4 and 10 were planted
  macro ARI, micro ARI  adjusted Rand index of those who belong to just one planted segment
  none P, none R        precision and recall of 0, none of these
  lists P, lists R      precision and recall of being listed in two segments or more, against who is between two
  both                  of those rightly listed in two or more, who has both planted segments among the lists
  leaves 2              how many the refit found
  kept                  of those who did not move, belong to a segment and are not between two: who keeps the id in the
                        refit
  kept all              of all who did not move, the strays and those between two segments too
  seconds               of both trainings, one run each: no measurement, but a run that is stuck shows
The last lines are the median of all seeds, the worst, and the median of what one would find who knew the true
centroids, shares and density of the strays, and listed by the same rule: what the values do not tell, nobody finds, and
who lies at a border may cross it.

Then the tables without segments: one macro-segment, one leaf, and saying so is right. Ends with 1 if a run crashed, or
if a table of assignments has not every customer once; a bad score is only shown.
"""

import argparse
import math
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
from collections import Counter

import numpy as np

from generate_segments import KINDS, Structureless, add_population_options, check_population_options, write
from generate_segments import planted as planted_population
from rounds import Failed, measure
from truth import Found, NotEveryCustomer, Truth, kept, knowing, scores

COLUMNS = {"macros": 0, "leaves": 0, "macro ARI": 3, "micro ARI": 3, "none P": 3, "none R": 3, "lists P": 3}
COLUMNS |= {"lists R": 3, "both": 3, "leaves 2": 0, "kept": 4, "kept all": 4, "seconds": 1}
#: What is worst is the least, but for the seconds; of counts nothing is worst.
NO_WORST = {"macros", "leaves", "leaves 2"}
ONE_MACRO = re.compile(r"^One macro-segment, no micro-segments\.", re.MULTILINE)


def train(tessera: str, table: pathlib.Path, customers: int, method: str, *options: str):
    """What `tessera train` found, and how its process went; the table's name is the model's."""
    if method != "kmeans":
        source = f"{{file: {table.name}, role: customers, columns: {{customer: customer}}}}"
        (table.parent / "tessera.yml").write_text(
            f"name: {table.stem}\nsources: {{customers: {source}}}\nsegments: {{method: {method}}}\n"
        )
    command = [tessera, "train", "--input", table.name, "--id", "customer", *options]
    run = measure(command, str(table.parent))
    return Found.read(table.parent / "output" / table.stem / "assignments.parquet", customers), run


def planted(tessera: str, seed: int, arguments: argparse.Namespace, folder: pathlib.Path) -> tuple[dict, dict]:
    """The figures of one seed, and those of who knows the centroids."""
    population = planted_population(seed, arguments)
    write(population, arguments.customers, 2, folder)
    ideal = [knowing(population, folder, month) for month in (1, 2)]
    found, seconds = [], 0.0
    table = folder / "customers.parquet"
    for month in 1, 2:
        (folder / f"month{month}.parquet").replace(table)
        one, run = train(tessera, table, arguments.customers, arguments.method)
        found.append(one)
        seconds += run.seconds
    truths = [Truth.read(folder / f"truth{month}.parquet") for month in (1, 2)]
    everybody = np.ones(arguments.customers, bool)

    def figures(months: list[Found]) -> dict:
        return scores(months[0], truths[0]) | {
            "leaves 2": np.unique(months[1].segment[months[1].segment > 0]).size,
            "kept": kept(*months, truths[1], truths[0].is_plain),
            "kept all": kept(*months, truths[1], everybody),
        }

    return figures(found) | {"seconds": seconds}, figures(ideal)


def width(column: str) -> int:
    return max(len(column), 6) + 2


def line(name: str, values: dict) -> str:
    cells = []
    for column, digits in COLUMNS.items():
        value = values.get(column, math.nan)
        cells.append(f"{'-' if math.isnan(value) else f'{value:.{digits}f}':>{width(column)}}")
    return f"{name:>11}" + "".join(cells)


def summed(rows: list[dict], function) -> dict:
    """`function` of each column's values, those that are there."""
    columns = {column: [row[column] for row in rows if not math.isnan(row.get(column, math.nan))] for column in COLUMNS}
    return {column: function(column, values) for column, values in columns.items() if values}


def median(_: str, values: list[float]) -> float:
    return statistics.median(values)


def worst(column: str, values: list[float]) -> float:
    if column in NO_WORST:
        return math.nan
    return max(values) if column == "seconds" else min(values)


def run_planted(tessera: str, seeds: list[int], arguments: argparse.Namespace) -> int:
    """Prints the table; how many seeds crashed."""
    print(
        f"planted: {arguments.customers:,} customers, {arguments.features} features, "
        f"macro-segments {arguments.macro_separation:g} sd apart, change {arguments.change:g} sd, "
        f"drift {arguments.drift:g} sd, method {arguments.method}"
    )
    print(f"{'seed':>11}" + "".join(f"{column:>{width(column)}}" for column in COLUMNS), flush=True)
    rows, ideals, crashed = [], [], 0
    for seed in seeds:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            try:
                row, ideal = planted(tessera, seed, arguments, pathlib.Path(folder))
            except (Failed, NotEveryCustomer, OSError) as failure:
                crashed += 1
                print(f"{seed:>11}  CRASHED: {failure}", flush=True)
                continue
        rows.append(row)
        ideals.append(ideal)
        print(line(str(seed), row), flush=True)
    if rows:
        print(line("median", summed(rows, median)))
        print(line("worst", summed(rows, worst)))
        print(line("knowing all", summed(ideals, median)))
        enough = sum(row["kept"] >= 0.99 for row in rows)
        print(f"{enough} of {len(rows)} seeds keep the ids of 99% or more of those who did not move")
    return crashed


def run_structureless(tessera: str, seeds: list[int], arguments: argparse.Namespace) -> int:
    """Prints which tables were not left whole; how many crashed."""
    customers, features = arguments.structureless_customers, arguments.structureless_features
    print(f"\nwithout structure: {customers:,} customers, {features} features")
    done, right, silent, crashed = Counter(), Counter(), [], 0
    nones = []
    for seed in seeds:
        kind = KINDS[seed % len(KINDS)]
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            table = pathlib.Path(folder) / "customers.parquet"
            try:
                write(Structureless(seed, features), customers, 1, table.parent)
                (table.parent / "month1.parquet").replace(table)
                found, run = train(tessera, table, customers, arguments.method)
            except (Failed, NotEveryCustomer, OSError) as failure:
                crashed += 1
                print(f"  seed {seed} ({kind}) CRASHED: {failure}", flush=True)
                continue
        done[kind] += 1
        belongs = found.segment > 0
        macros, leaves = len(np.unique(found.macro[belongs])), len(np.unique(found.segment[belongs]))
        nones.append(1 - belongs.mean())
        if macros == leaves == 1:
            right[kind] += 1
            if not ONE_MACRO.search(run.output):
                silent.append(seed)
        else:
            print(f"  seed {seed} ({kind}): {macros} macro-segments, {leaves} leaves. {reason(run.output)}", flush=True)
    for kind in KINDS:
        if done[kind]:
            print(f"  {kind:22}{right[kind]:4} of {done[kind]:3} gave one macro-segment and one leaf")
    if total := done.total():
        print(f"  {'all':22}{right.total():4} of {total:3}; belonging to none: {max(nones):.1%} at most")
        print(f"  said so in words: {right.total() - len(silent)} of {right.total()}", end="")
        print(f", not seeds {', '.join(map(str, silent))}" if silent else "")
    return crashed


def reason(output: str) -> str:
    """The paragraph of `train` that says why."""
    return next((text for text in output.splitlines() if "macro-segment" in text), "").strip()


def seed_list(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tessera")
    parser.add_argument("--seeds", type=int, default=20, help="how many planted tables; 0 for none")
    parser.add_argument("--structureless", type=int, default=100, help="how many tables without segments; 0 for none")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed of both")
    parser.add_argument("--seed", type=seed_list, help="just these planted tables: 3,17")
    parser.add_argument("--structureless-seed", type=seed_list, help="just these tables without segments")
    parser.add_argument("--customers", type=int, default=6000)
    parser.add_argument("--features", type=int, default=24)
    parser.add_argument("--structureless-customers", type=int, default=2000)
    parser.add_argument("--structureless-features", type=int, default=12)
    parser.add_argument("--method", choices=["kmeans", "gmm", "auto"], default="kmeans", help="of 'segments.method'")
    add_population_options(parser)
    parser.add_argument("--folder", type=pathlib.Path, help="where the data is made; the system's folder by default")
    arguments = parser.parse_args()
    check_population_options(parser, arguments)
    sizes = arguments.customers, arguments.structureless_customers, arguments.structureless_features
    if min(*sizes) < 1 or arguments.first < 0:
        parser.error("there must be customers and features, and seeds are 0 or more")
    tessera = shutil.which(arguments.tessera)
    if tessera is None:
        parser.error(f"there is no program '{arguments.tessera}'")
    tessera = str(pathlib.Path(tessera).resolve())
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    only = arguments.seed is not None or arguments.structureless_seed is not None
    first = arguments.first
    some = arguments.seed or [] if only else list(range(first, first + arguments.seeds))
    others = arguments.structureless_seed or [] if only else list(range(first, first + arguments.structureless))
    crashed = run_planted(tessera, some, arguments) if some else 0
    crashed += run_structureless(tessera, others, arguments) if others else 0
    if crashed:
        print(f"\n{crashed} runs crashed")
    sys.exit(1 if crashed else 0)


if __name__ == "__main__":
    main()
