"""Measures `tessera train` on planted segments of many customers: fitted on all of them, and on a sample.

    python run_segments_scale.py TESSERA [--customers 5000000] [--features 30] [--sample 200000] [--only all,sample]
        [--memory-limit 4GiB] [--threads 2] [--seed 1] [--folder Benchmarks/data]

The table is generated once (about 1.2 GiB) and stays in --folder. Each run is a fresh process that reads the table and
writes the assignments of every customer; its wall-clock seconds and peak memory are printed. What the sample loses
stands beside it: agreement with the planted segments, and of the two with each other (adjusted Rand index, all
customers); and the spread, the mean squared distance of a customer to the mean of its segment in planted standard
deviations, per feature, over the customers who belong to a segment in truth and by every run. Ends with 1 if a run
failed or its assignments do not have every customer once.
"""

import argparse
import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from sklearn.metrics import adjusted_rand_score

from generate_segments import LEAST_FEATURES, Planted
from rounds import Failed, Run, measure
from truth import Found, NotEveryCustomer, Truth, knowing, scores

HERE = pathlib.Path(__file__).resolve().parent
SCORES = {"macros": 0, "leaves": 0, "macro ARI": 4, "micro ARI": 4, "none P": 4, "none R": 4}


def generated(arguments: argparse.Namespace) -> pathlib.Path:
    """The folder of the data, made by another process, so that its memory is not counted as a run's."""
    name = f"segments-{arguments.seed}-{arguments.customers}-{arguments.features}"
    folder = arguments.folder / name
    if not all((folder / file).exists() for file in ("month1.parquet", "truth1.parquet")):
        options = {"--seed": arguments.seed, "--customers": arguments.customers, "--features": arguments.features}
        command = [sys.executable, str(HERE / "generate_segments.py"), "--output", str(folder)]
        subprocess.run(command + [str(part) for option in options.items() for part in option], check=True)
    return folder.resolve()


def takes_sample(tessera: str) -> bool:
    try:
        return "--sample" in measure([tessera, "train", "--help"]).output
    except Failed as failure:
        sys.exit(f"{tessera} train --help failed: {failure}")


def spreads(population: Planted, table: pathlib.Path, labels: dict[str, np.ndarray], rows: np.ndarray) -> dict:
    """The mean squared distance to the mean of its segment, per feature, of `rows` (n, true or not), by name."""
    sums = {name: np.zeros((int(of.max()) + 1, population.features)) for name, of in labels.items()}
    counts = {name: np.bincount(of[rows], minlength=int(of.max()) + 1) for name, of in labels.items()}
    squares, first = 0.0, 0
    for batch in pa.parquet.ParquetFile(table).iter_batches(batch_size=1 << 17):
        part = slice(first, first + batch.num_rows)
        own = rows[part]
        x = population.in_deviations(np.column_stack([column.to_numpy() for column in batch.columns[1:]]))[own]
        squares += float((x**2).sum())
        for name, of in labels.items():
            belongs = np.zeros((len(sums[name]), len(x)))
            belongs[of[part][own], np.arange(len(x))] = 1
            sums[name] += belongs @ x
        first += batch.num_rows
    total = int(rows.sum()) * population.features
    return {
        name: (squares - float(((sums[name] ** 2).sum(axis=1) / np.maximum(1, counts[name])).sum())) / total
        for name in labels
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tessera")
    parser.add_argument("--customers", type=int, default=5_000_000)
    parser.add_argument("--features", type=int, default=30)
    parser.add_argument("--sample", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","), default=["all", "sample"], help="of all,sample")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory-limit", help="for the engine: 4GiB")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE / "data", help="where the data is made and kept")
    arguments = parser.parse_args()
    if arguments.features < LEAST_FEATURES or min(arguments.customers, arguments.sample) < 1:
        parser.error(f"--features must be {LEAST_FEATURES} or more, --customers and --sample 1 or more")
    if unknown := set(arguments.only) - {"all", "sample"}:
        parser.error(f"--only knows all and sample, not {', '.join(unknown)}")
    tessera = shutil.which(arguments.tessera)
    if tessera is None:
        parser.error(f"there is no program '{arguments.tessera}'")
    tessera = str(pathlib.Path(tessera).resolve())

    print(f"{datetime.date.today()}, {arguments.customers:,} customers, {arguments.features} features", end="")
    print(f", {arguments.threads} threads", flush=True)
    data = generated(arguments)
    command = [tessera, "train", "--input", "customers.parquet", "--id", "customer"]
    command += ["--threads", str(arguments.threads)]
    command += ["--memory-limit", arguments.memory_limit] if arguments.memory_limit else []
    # By itself the program takes a sample of so many customers: to fit on all, the sample is all.
    runs = {"all": ["--sample", str(arguments.customers)], "sample": ["--sample", str(arguments.sample)]}
    runs = {name: options for name, options in runs.items() if name in arguments.only}
    failures = []
    if not takes_sample(tessera):
        print("  this program has no --sample: it runs as it does by itself")
        runs = {"by itself": []}

    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        taken: dict[str, Run] = {}
        for name, options in runs.items():
            folder = pathlib.Path(place) / name
            folder.mkdir()
            (folder / "customers.parquet").symlink_to(data / "month1.parquet")
            try:
                taken[name] = measure([*command, *options], str(folder))
            except Failed as failure:
                failures.append(f"{name} FAILED: {failure}")
                print(f"  {failures[-1]}", flush=True)
                continue
            # Said at once: what follows takes a while, too.
            print(f"  {name:12}{taken[name].seconds:10.1f} s{taken[name].peak:10.0f} MiB", flush=True)
        found: dict[str, Found] = {}
        for name in taken:
            try:
                path = pathlib.Path(place) / name / "output/customers/assignments.parquet"
                found[name] = Found.read(path, arguments.customers)
            except (NotEveryCustomer, OSError) as failure:
                failures.append(f"{name} FAILED: {failure}")
                print(f"  {failures[-1]}", flush=True)

    if found:
        compare(Planted(arguments.seed, arguments.features), data, found)
    sys.exit(1 if failures else 0)


def compare(population: Planted, data: pathlib.Path, found: dict[str, Found]) -> None:
    """Prints how good each of `found` is, and how like each other they are."""
    truth = Truth.read(data / "truth1.parquet")
    rows = ~truth.is_none & np.all([one.segment > 0 for one in found.values()], axis=0)
    labels = {"planted": truth.micro} | {name: one.segment for name, one in found.items()}
    spread = spreads(population, data / "month1.parquet", labels, rows)
    print(f"\n  {'':12}" + "".join(f"{column:>11}" for column in SCORES) + f"{'spread':>11}")
    for name, one in (found | {"knowing all": knowing(population, data)}).items():
        values = scores(one, truth)
        cells = "".join(f"{values[column]:11.{digits}f}" for column, digits in SCORES.items())
        print(f"  {name:12}{cells}" + (f"{spread[name]:11.5f}" if name in spread else f"{'-':>11}"))
    print(f"  the planted segments' own spread is {spread['planted']:.5f}")
    if {"all", "sample"} <= found.keys():
        a, b = found["all"], found["sample"]
        print(
            f"  of each other: macro ARI {adjusted_rand_score(a.macro, b.macro):.4f}, "
            f"micro ARI {adjusted_rand_score(a.segment, b.segment):.4f}; "
            f"spread of the sample by that of all {spread['sample'] / spread['all']:.5f}"
        )


if __name__ == "__main__":
    main()
