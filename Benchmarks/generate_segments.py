"""Writes a table of customers whose segments are known, to hold the tree of segments against, or one without any.

    python generate_segments.py --seed 1 --customers 6000 --features 24 --months 2 --kind planted --output FOLDER

`planted` has, in units of the standard deviation within a segment:
  * four macro-segments (40, 30, 20 and 10% of the customers), the nearest two 8 apart (--macro-separation) in the
    first 6 features;
  * 3, 1, 4 and 2 micro-segments in them, of equal size, the nearest two 4.2 apart in 5 features that each
    macro-segment has chosen for itself. No two lie more than half as far again apart, so that micro-segments of one
    macro-segment are as good as always nearer to each other than to those of another: otherwise what is macro would be
    a matter of taste;
  * 5% of the customers between two micro-segments of one macro-segment, who belong to both;
  * 2% of the customers anywhere in the cube from -14 to 14, who belong to none;
  * features that tell nothing, two of them log-normal; and units that differ by factors of up to 400.
With `--months 2` the next month too: 5% have moved to another segment, every centroid has drifted (by --drift in each
of its features), and whoever did not move keeps their own values but for a small change: the difference between the
months has the standard deviation --change, and the values of each month are spread alike (0 leaves them as they are,
1.414 draws them anew).

`none` is one cloud without segments, of the sort that the remainder of the seed by 5 names: independent normal,
correlated with one strong direction, uniform, half of the columns log-normal, multivariate t with 5 degrees of freedom.

Files: month1.parquet (customer, from 1; features f00, f01 …) and truth1.parquet (customer, macro, micro, second, none;
micro is "macro.micro", second the other of two, otherwise null); month2.parquet and truth2.parquet, which has `moved`
too. The same arguments give the same rows. A block of rows is in memory at a time.
"""

import argparse
import contextlib
import dataclasses
import pathlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet

BLOCK = 1 << 17
SHARES = np.array([0.4, 0.3, 0.2, 0.1])
MICRO_SEGMENTS = (3, 1, 4, 2)
MACRO_FEATURES, MICRO_FEATURES = 6, 5
MACRO_SEPARATION, MICRO_SEPARATION = 8.0, 4.2
#: The greatest distance of two centroids by the least.
WIDEST = 1.5
NONE, BETWEEN, MOVERS = 0.02, 0.05, 0.05
#: Of a customer's values, and of the centroids in each of their features, from month to month.
CHANGE, DRIFT = 0.3, 0.1
#: Where a customer between two micro-segments lies on the line from the one to the other.
BETWEEN_RANGE = (0.35, 0.65)
NONE_RANGE = (-14, 14)
#: Features that no micro-segment chooses: the last four, of which the middle two are log-normal.
NOISE_FEATURES = 4
LEAST_FEATURES = MACRO_FEATURES + MICRO_FEATURES + NOISE_FEATURES

#: Macro-segment and name of every micro-segment, and its share of the customers.
MACRO = np.repeat(np.arange(len(SHARES)), MICRO_SEGMENTS)
NAMES = [f"{macro + 1}.{micro + 1}" for macro, count in enumerate(MICRO_SEGMENTS) for micro in range(count)]
LEAF_SHARES = (SHARES / MICRO_SEGMENTS)[MACRO]

KINDS = ("normal", "one strong direction", "uniform", "half log-normal", "multivariate t")


def separated(count: int, columns: int, separation: float, random: np.random.Generator) -> np.ndarray:
    """`count` random points about their mean, the nearest two `separation` apart, none more than WIDEST times that."""
    if count == 1:
        return np.zeros((1, columns))
    pairs = np.triu_indices(count, 1)
    while True:
        points = random.normal(size=(count, columns))
        distances = np.linalg.norm(points[pairs[0]] - points[pairs[1]], axis=1)
        if distances.max() <= WIDEST * distances.min():
            return (points - points.mean(axis=0)) * separation / distances.min()


@dataclasses.dataclass
class Month:
    """A block of customers: `x` (n x d) in standard deviations; the micro-segment of each, its second one or -1."""

    x: np.ndarray
    leaf: np.ndarray
    second: np.ndarray
    is_none: np.ndarray
    moved: np.ndarray


class Planted:
    """The population of one seed: where its micro-segments lie each month, and its customers block by block."""

    def __init__(
        self,
        seed: int,
        features: int,
        change: float = CHANGE,
        drift: float = DRIFT,
        macro_separation: float = MACRO_SEPARATION,
    ):
        if features < LEAST_FEATURES:
            raise ValueError(f"Planted segments need at least {LEAST_FEATURES} features, not {features}.")
        self.seed, self.features, self.change = seed, features, change
        random = np.random.default_rng([seed, 0])
        macro = separated(len(SHARES), MACRO_FEATURES, macro_separation, random)
        first = np.zeros((len(NAMES), features))
        first[:, :MACRO_FEATURES] = macro[MACRO]
        moves = np.zeros_like(first)
        moves[:, :MACRO_FEATURES] = random.normal(size=macro.shape)[MACRO]
        chosen_from = np.arange(MACRO_FEATURES, features - NOISE_FEATURES)
        for index, count in enumerate(MICRO_SEGMENTS):
            chosen = random.choice(chosen_from, MICRO_FEATURES, replace=False)
            place = np.ix_(MACRO == index, chosen)
            first[place] = separated(count, MICRO_FEATURES, MICRO_SEPARATION, random)
            moves[place] = random.normal(size=(count, MICRO_FEATURES)) if count > 1 else 0
        #: The centroids (10 x d) of each month.
        self.centroids = [first, first + drift * moves]
        self.scales = np.exp(np.linspace(0, 6, features))
        self.offsets = np.linspace(3, 1000, features)
        self.logarithmic = [features - 3, features - 2]

    def blocks(self, customers: int, months: int) -> Iterator[list[Month]]:
        for index, begin in enumerate(range(0, customers, BLOCK)):
            random = np.random.default_rng([self.seed, 1 + index])
            yield self.block(min(BLOCK, customers - begin), random, months)

    def block(self, n: int, random: np.random.Generator, months: int) -> list[Month]:
        leaf = random.choice(len(NAMES), n, p=LEAF_SHARES)
        is_none = random.random(n) < NONE
        siblings = np.array(MICRO_SEGMENTS)[MACRO[leaf]]
        divided = SHARES[np.array(MICRO_SEGMENTS) > 1].sum()
        is_between = (random.random(n) < BETWEEN / divided) & (siblings > 1) & ~is_none
        # Another of the same macro-segment: one of those that follow it, round and round.
        begin = np.searchsorted(MACRO, MACRO[leaf])
        step = 1 + (random.random(n) * (siblings - 1)).astype(np.int64)
        second = np.where(is_between, begin + (leaf - begin + step) % siblings, -1)
        along = random.uniform(*BETWEEN_RANGE, (n, 1))
        own = random.standard_normal((n, self.features))
        own[is_none] = random.uniform(*NONE_RANGE, (int(is_none.sum()), self.features))
        first = Month(own, leaf, second, is_none, np.zeros(n, bool))
        all_months = [first]
        if months > 1:
            moved = (random.random(n) < MOVERS) & ~is_none
            goes = np.tile(LEAF_SHARES, (len(NAMES), 1))
            np.fill_diagonal(goes, 0)
            bounds = np.cumsum(goes / goes.sum(axis=1, keepdims=True), axis=1)[leaf]
            to = np.minimum((random.random((n, 1)) > bounds).sum(axis=1), len(NAMES) - 1)
            kept = 1 - min(2, self.change**2) / 2
            news = random.standard_normal((n, self.features))
            next_own = kept * own + np.sqrt(max(0, 1 - kept**2)) * news
            next_own[is_none] = own[is_none] + self.change * news[is_none]
            now, now_second = np.where(moved, to, leaf), np.where(moved, -1, second)
            all_months.append(Month(next_own, now, now_second, is_none, moved))
        for month, centroids in zip(all_months, self.centroids):
            place = centroids[month.leaf]
            between = month.second >= 0
            place[between] += along[between] * (centroids[month.second[between]] - place[between])
            place[is_none] = 0
            month.x += place
        return all_months

    def in_units(self, x: np.ndarray) -> np.ndarray:
        """`x` (n x d, standard deviations) as the table has it."""
        y = x * self.scales + self.offsets
        y[:, self.logarithmic] = np.exp(x[:, self.logarithmic])
        return y

    def in_deviations(self, y: np.ndarray) -> np.ndarray:
        """The opposite of `in_units`."""
        x = (y - self.offsets) / self.scales
        x[:, self.logarithmic] = np.log(y[:, self.logarithmic])
        return x


class Structureless:
    """One cloud; its kind is the seed's remainder by 5."""

    def __init__(self, seed: int, features: int):
        self.seed, self.features, self.kind = seed, features, seed % len(KINDS)
        self.mixing = np.random.default_rng([seed, 0]).normal(size=(features, features))
        if self.kind == 1:
            self.mixing[0] *= 4

    def blocks(self, customers: int, months: int = 1) -> Iterator[list[Month]]:
        for index, begin in enumerate(range(0, customers, BLOCK)):
            n = min(BLOCK, customers - begin)
            random = np.random.default_rng([self.seed, 1 + index])
            no = np.zeros(n, bool)
            yield [Month(self.draw(n, random), np.zeros(n, np.int64), np.full(n, -1), no, no)]

    def draw(self, n: int, random: np.random.Generator) -> np.ndarray:
        x = random.standard_normal((n, self.features))
        match self.kind:
            case 1:
                return x @ self.mixing
            case 2:
                return random.random((n, self.features))
            case 3:
                x[:, : self.features // 2] = np.exp(x[:, : self.features // 2])
            case 4:
                return x @ self.mixing / np.sqrt(random.chisquare(5, size=(n, 1)) / 5)
        return x

    def in_units(self, x: np.ndarray) -> np.ndarray:
        return x


def feature_names(count: int) -> list[str]:
    return [f"f{index:0{max(2, len(str(count - 1)))}}" for index in range(count)]


def values_table(first: int, y: np.ndarray) -> pa.Table:
    customers = pa.array(np.arange(first, first + len(y), dtype=np.int64))
    columns = [pa.array(np.ascontiguousarray(column)) for column in y.T]
    return pa.Table.from_arrays([customers, *columns], names=["customer", *feature_names(y.shape[1])])


def truth_table(first: int, month: Month, with_moved: bool) -> pa.Table:
    names = pa.array(NAMES)
    columns = {
        "customer": pa.array(np.arange(first, first + len(month.leaf), dtype=np.int64)),
        "macro": pa.array((MACRO[month.leaf] + 1).astype(np.int32)),
        "micro": names.take(pa.array(month.leaf)),
        "second": names.take(pa.array(month.second, mask=month.second < 0)),
        "none": pa.array(month.is_none),
    }
    if with_moved:
        columns["moved"] = pa.array(month.moved)
    return pa.table(columns)


def write(population: Planted | Structureless, customers: int, months: int, folder: pathlib.Path) -> None:
    """Writes the files of `population`; a file that is there is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{name}{month + 1}.parquet" for month in range(months) for name in ("month", "truth")]
    writers: dict[str, pa.parquet.ParquetWriter] = {}
    with contextlib.ExitStack() as open_files:
        first = 1
        for block in population.blocks(customers, months):
            tables = {}
            for index, month in enumerate(block):
                tables[f"month{index + 1}.parquet"] = values_table(first, population.in_units(month.x))
                tables[f"truth{index + 1}.parquet"] = truth_table(first, month, with_moved=index > 0)
            for name, table in tables.items():
                if name not in writers:
                    # Random doubles have nothing for a dictionary to find.
                    of_words = [column for column in ("micro", "second") if column in table.column_names]
                    writers[name] = open_files.enter_context(
                        pa.parquet.ParquetWriter(folder / f"part.{name}", table.schema, use_dictionary=of_words)
                    )
                writers[name].write_table(table)
            first += len(block[0].leaf)
    for name in names:
        (folder / f"part.{name}").replace(folder / name)


def add_population_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--change", type=float, default=CHANGE, help="of customers' values from month to month, in sd")
    parser.add_argument("--drift", type=float, default=DRIFT, help="of the centroids, in each of their features, in sd")
    parser.add_argument("--macro-separation", type=float, default=MACRO_SEPARATION, help="at least so many sd apart")


def check_population_options(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    if arguments.features < LEAST_FEATURES:
        parser.error(f"planted segments need --features {LEAST_FEATURES} or more")
    # 1.414 leaves a correlation of 0.0002.
    if not 0 <= arguments.change <= 2**0.5 or arguments.drift < 0 or arguments.macro_separation < 0:
        parser.error("--change must be from 0 to 1.414, --drift and --macro-separation 0 or more")


def planted(seed: int, arguments: argparse.Namespace) -> Planted:
    options = arguments.change, arguments.drift, arguments.macro_separation
    return Planted(seed, arguments.features, *options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=6000)
    parser.add_argument("--features", type=int, default=24)
    parser.add_argument("--months", type=int, choices=[1, 2], default=1)
    parser.add_argument("--kind", choices=["planted", "none"], default="planted")
    add_population_options(parser)
    parser.add_argument("--output", type=pathlib.Path, required=True, help="a folder")
    arguments = parser.parse_args()
    if arguments.seed < 0 or arguments.customers < 1 or arguments.features < 1:
        parser.error("--seed must be 0 or more, --customers and --features 1 or more")
    if arguments.kind == "none":
        if arguments.months > 1:
            parser.error("--kind none has one month")
        population = Structureless(arguments.seed, arguments.features)
    else:
        check_population_options(parser, arguments)
        population = planted(arguments.seed, arguments)
    write(population, arguments.customers, arguments.months, arguments.output)
    print(f"{arguments.output}: {arguments.customers:,} customers, {arguments.features} features, {arguments.kind}")


if __name__ == "__main__":
    main()
