"""Seeded tables of numbers for the clustering benchmarks, as raw doubles, row after row.

Each group is a Gaussian cloud around its own centre, three standard deviations from its neighbours' on average: near
enough that fits take tens of iterations and rows lie between groups, far enough that the groups are there. Shares are
uneven, the largest group about ten times the smallest. The same seed gives the same table, and `part` 1, 2, … gives
further rows of the same population.
"""

import pathlib

import numpy

ROWS_AT_ONCE = 1 << 18


class Population:
    """Groups in `columns` dimensions; `shaped` gives each a covariance of its own instead of the unit one."""

    def __init__(self, columns: int, clusters: int, seed: int, shaped: bool = False):
        random = numpy.random.default_rng(seed)
        self.seed = seed
        self.centers = random.normal(size=(clusters, columns)) * 3 / (2 * columns) ** 0.5
        shares = random.uniform(0.1, 1, clusters)
        self.shares = shares / shares.sum()
        self.shapes = None
        if shaped:
            mixing = random.normal(size=(clusters, columns, columns)) / columns**0.5
            self.shapes = mixing * random.uniform(0.5, 1.5, (clusters, 1, columns))

    def write(self, path: pathlib.Path, rows: int, part: int = 0) -> None:
        """Writes `rows` rows; only a block of them is in memory."""
        random = numpy.random.default_rng([self.seed, part])
        clusters, columns = self.centers.shape
        with open(path, "wb") as file:
            for first in range(0, rows, ROWS_AT_ONCE):
                count = min(ROWS_AT_ONCE, rows - first)
                groups = random.choice(clusters, count, p=self.shares)
                block = random.normal(size=(count, columns))
                if self.shapes is not None:
                    for group in range(clusters):
                        block[groups == group] = block[groups == group] @ self.shapes[group].T
                block += self.centers[groups]
                block.tofile(file)


def random_rows(path: pathlib.Path, rows: int, columns: int, count: int, seed: int) -> numpy.ndarray:
    """`count` different rows of the file, drawn at random: the start that all programs share."""
    data = numpy.memmap(path, dtype=numpy.float64, mode="r", shape=(rows, columns))
    chosen = numpy.random.default_rng([seed, 99]).choice(rows, count, replace=False)
    return numpy.array(data[numpy.sort(chosen)])
