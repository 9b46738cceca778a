"""One measure for every program's answer, in double precision and where it matters in exact arithmetic."""

import dataclasses
import pathlib
from collections.abc import Iterator
from fractions import Fraction

import numpy

ROWS_AT_ONCE = 1 << 16


def blocks(path: pathlib.Path, rows: int, columns: int) -> Iterator[numpy.ndarray]:
    with open(path, "rb") as file:
        for first in range(0, rows, ROWS_AT_ONCE):
            count = min(ROWS_AT_ONCE, rows - first)
            yield numpy.fromfile(file, dtype=numpy.float64, count=count * columns).reshape(count, columns)


def inertia(path: pathlib.Path, rows: int, centers: numpy.ndarray) -> float:
    """The sum of squared distances of the rows to the nearest of `centers` (k x d)."""
    origin = centers.mean(axis=0)
    moved = centers - origin
    halves = (moved**2).sum(axis=1) / 2
    total = 0.0
    for block in blocks(path, rows, centers.shape[1]):
        block -= origin
        total += (block**2).sum() + 2 * (halves - block @ moved.T).min(axis=1).sum()
    return float(total)


@dataclasses.dataclass
class LabelCheck:
    """How labels compare with the exact assignment to the same centres."""

    rows: int
    #: Rows that double precision could not decide for certain, and that were decided in rational arithmetic.
    decided_exactly: int = 0
    #: Labels other than the lowest index among the nearest centres …
    different: int = 0
    #: … of which so many name another centre at exactly the same distance.
    ties: int = 0

    @property
    def wrong(self) -> int:
        return self.different - self.ties

    def __str__(self) -> str:
        return (
            f"{self.rows:,} labels against the exact assignment: {self.different} differ, of which {self.ties} are "
            f"proven ties and {self.wrong} wrong ({self.decided_exactly} rows were decided in rational arithmetic)"
        )


def check_labels(path: pathlib.Path, labels: numpy.ndarray, centers: numpy.ndarray) -> LabelCheck:
    """Compares `labels` (n) with the nearest of `centers` (k x d) to each row.

    A product decides a row only where the gap between its two best scores exceeds the rounding of both: the inner
    product of d terms, the two squares, and the differences from the origin, each at most d + 4 ulps of (|x| + |c|)^2,
    taken 16 times for good measure. The others are compared as rational numbers, which do not round.
    """
    (clusters, columns), rows = centers.shape, len(labels)
    origin = centers.mean(axis=0)
    moved = centers - origin
    halves = (moved**2).sum(axis=1) / 2
    longest = numpy.sqrt(2 * halves.max())
    check = LabelCheck(rows)
    first = 0
    for block in blocks(path, rows, columns):
        shifted = block - origin
        scores = halves - shifted @ moved.T
        doubt = 16 * (columns + 4) * 2.0**-52 * (numpy.sqrt((shifted**2).sum(axis=1)) + longest) ** 2
        given = labels[first : first + len(block)]
        if given.min() < 0 or given.max() >= clusters:
            raise ValueError(f"a label is outside 0 ..< {clusters}")
        near = scores <= (scores.min(axis=1) + doubt)[:, None]
        is_doubtful = near.sum(axis=1) > 1
        check.different += int((scores.argmin(axis=1) != given)[~is_doubtful].sum())
        for row in numpy.flatnonzero(is_doubtful):
            check.decided_exactly += 1
            distances = {int(j): exact_square(block[row], centers[j]) for j in numpy.flatnonzero(near[row])}
            least = min(distances.values())
            nearest = [j for j, distance in distances.items() if distance == least]
            check.different += int(given[row] != nearest[0])
            check.ties += int(given[row] in nearest[1:])
        first += len(block)
    return check


def exact_square(a: numpy.ndarray, b: numpy.ndarray) -> Fraction:
    """|a - b|^2 without rounding: doubles are rational numbers."""
    return sum(((Fraction(x) - Fraction(y)) ** 2 for x, y in zip(a.tolist(), b.tolist())), Fraction(0))
