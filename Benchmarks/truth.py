"""Segments that a program found against those that were planted, customer by customer."""

import dataclasses
import pathlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from generate_segments import LEAF_SHARES, MACRO, NAMES, NONE, NONE_RANGE, Planted

#: The membership from which tessera lists a customer in a segment, by default.
LISTED_FROM = 0.1


class NotEveryCustomer(Exception):
    """Assignments that do not have each customer once."""


@dataclasses.dataclass
class Truth:
    """What was planted, a value a customer (n): micro-segments as indices of NAMES, -1 where there is no second one."""

    micro: np.ndarray
    second: np.ndarray
    is_none: np.ndarray
    moved: np.ndarray

    @classmethod
    def read(cls, path: pathlib.Path) -> "Truth":
        table = pa.parquet.read_table(path)
        names = pa.array(NAMES)
        micro = pa.compute.index_in(table["micro"], names).to_numpy()
        second = pa.compute.index_in(table["second"], names).fill_null(-1).to_numpy()
        has_moved = "moved" in table.column_names
        moved = table["moved"].to_numpy() if has_moved else np.zeros(len(micro), bool)
        return cls(micro, second, table["none"].to_numpy(), moved)

    @property
    def is_plain(self) -> np.ndarray:
        """Customers of just one segment."""
        return ~self.is_none & (self.second < 0)


@dataclasses.dataclass
class Found:
    """What a program found, a value a customer (n): the segment's id and the macro-segment's, 0 for none of these.

    `lists` are the customer's segments as a CSR matrix has them: those of customer i stand from starts[i] on.
    """

    segment: np.ndarray
    macro: np.ndarray
    starts: np.ndarray
    lists: np.ndarray

    @classmethod
    def read(cls, path: pathlib.Path, customers: int) -> "Found":
        table = pa.parquet.read_table(path, columns=["customer", "segment", "path", "lists"])
        given = table["customer"].to_numpy()
        if len(given) != customers or (np.sort(given) != np.arange(1, customers + 1)).any():
            raise NotEveryCustomer(f"{path.name} has {len(given):,} rows, not one for each of {customers:,} customers")
        table = table.take(pa.array(np.argsort(given)))
        macro = head(table["path"])
        words = pa.compute.split_pattern(table["lists"].fill_null(""), "; ").combine_chunks()
        counts = pa.compute.list_value_length(words).to_numpy(zero_copy_only=False)
        lists = tail(words.flatten())
        is_listed = np.repeat(pa.compute.not_equal(table["lists"].fill_null(""), "").to_numpy(), counts)
        counts = np.add.reduceat(is_listed, np.cumsum(counts) - counts, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return cls(table["segment"].to_numpy(), macro, starts, lists[is_listed])

    @property
    def listed(self) -> np.ndarray:
        """How many segments list each customer."""
        return np.diff(self.starts)


def head(paths) -> np.ndarray:
    """The macro-segment of each path, `2` of `2/7`."""
    return whole(pa.compute.replace_substring_regex(paths, "/.*$", ""))


def tail(paths) -> np.ndarray:
    """The segment of each path, `7` of `2/7`."""
    return whole(pa.compute.replace_substring_regex(paths, "^.*/", ""))


def whole(words) -> np.ndarray:
    # The empty word of a customer in no list is left out by who asks.
    words = pa.compute.if_else(pa.compute.equal(words, ""), "0", words)
    return words.cast(pa.int64()).to_numpy(zero_copy_only=False)


def ratio(part, whole_) -> float:
    return float(part) / float(whole_) if whole_ else float("nan")


def scores(found: Found, truth: Truth) -> dict[str, float]:
    """How like the found segments are to the planted ones; macro and micro by the adjusted Rand index.

    Both leave out who belongs to none in truth, and who is between two segments: a customer there may be in either.
    Whom the program says belongs to none stays in, as one more group.
    """
    plain = truth.is_plain
    is_zero = found.segment == 0
    is_double, is_found_double = truth.second >= 0, found.listed >= 2
    hits = is_double & is_found_double
    right = sum(lists_are_right(found, truth, hits))
    return {
        "macros": len(np.unique(found.macro[~is_zero])),
        "leaves": len(np.unique(found.segment[~is_zero])),
        "macro ARI": adjusted_rand_score(MACRO[truth.micro[plain]], found.macro[plain]),
        "micro ARI": adjusted_rand_score(truth.micro[plain], found.segment[plain]),
        "none P": ratio((is_zero & truth.is_none).sum(), is_zero.sum()),
        "none R": ratio((is_zero & truth.is_none).sum(), truth.is_none.sum()),
        "lists P": ratio(hits.sum(), is_found_double.sum()),
        "lists R": ratio(hits.sum(), is_double.sum()),
        "both": ratio(right, hits.sum()),
    }


def lists_are_right(found: Found, truth: Truth, rows: np.ndarray) -> Iterator[bool]:
    """Whether each of `rows` is listed in both its planted segments, found ones being named after planted ones."""
    plain = truth.is_plain & (found.segment > 0)
    ids, index = np.unique(found.segment[plain], return_inverse=True)
    common = np.zeros((len(ids), len(NAMES)), np.int64)
    np.add.at(common, (index, truth.micro[plain]), 1)
    names = {int(ids[row]): int(column) for row, column in zip(*linear_sum_assignment(-common))}
    for row in np.flatnonzero(rows):
        own = {names.get(int(id_), -1) for id_ in found.lists[found.starts[row] : found.starts[row + 1]]}
        yield {int(truth.micro[row]), int(truth.second[row])} <= own


def kept(before: Found, after: Found, truth: Truth, rows: np.ndarray) -> float:
    """The share of those of `rows` who did not move and have the segment they had."""
    stayed = rows & ~truth.moved
    return ratio((before.segment == after.segment)[stayed].sum(), stayed.sum())


def knowing(population: Planted, folder: pathlib.Path, month: int = 1) -> Found:
    """What one would say who knew where the segments lie: the most that can be found in the values.

    The segment of the greatest posterior probability given the true centroids and shares, or none by the density of
    those who belong to none; segments of LISTED_FROM or more are lists. Those between two segments have no density.
    """
    centroids = population.centroids[month - 1]
    halves = (centroids**2).sum(axis=1) / 2
    constants = np.log((1 - NONE) * LEAF_SHARES) - population.features * np.log(2 * np.pi) / 2
    stray = np.log(NONE) - population.features * np.log(NONE_RANGE[1] - NONE_RANGE[0])
    best, counts, lists = [], [], []
    for batch in pa.parquet.ParquetFile(folder / f"month{month}.parquet").iter_batches(batch_size=1 << 17):
        y = np.column_stack([column.to_numpy() for column in batch.columns[1:]])
        x = population.in_deviations(y)
        logs = x @ centroids.T - halves - (x**2).sum(axis=1, keepdims=True) / 2 + constants
        logs = np.column_stack([logs, np.full(len(x), stray)])
        posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        best.append((posterior.argmax(axis=1) + 1) % posterior.shape[1])
        rows, columns = np.nonzero((posterior[:, :-1] >= LISTED_FROM) & (best[-1] > 0)[:, None])
        counts.append(np.bincount(rows, minlength=len(y)))
        lists.append(columns + 1)
    segment = np.concatenate(best)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return Found(segment, np.where(segment > 0, MACRO[segment - 1] + 1, 0), starts, np.concatenate(lists))
