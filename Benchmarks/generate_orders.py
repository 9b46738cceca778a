"""Writes a made-up but lifelike log of order lines, to measure on. The same arguments give the same rows.

    python generate_orders.py --customers 1000000 --lines 20000000 --seed 7 --out orders.parquet

Two years of orders (2024 and 2025), in the order of time. What makes it lifelike for an engine:
  * customers: orders a year are gamma-Poisson, so most have a few and some have hundreds; each starts on some day and
    may lapse; each is drawn to one of five tastes, one home shop and its own hour of the day;
  * orders: more at week-ends and in December, seconds resolved, 1 line at least and a heavy tail of long ones;
  * lines: 20,000 products in 30 categories whose shares are those of Zipf's law, prices in whole cents, some quantity,
    and a discount on one line in five.
Columns: customer_id, order_id, ordered_at, product_id, category, store_id, quantity, amount (after the discount),
discount. `--out` names the format: .parquet, .csv or .csv.gz. Lines are made a million at a time: memory is that of
the orders, less than half a GiB for 6 million of them.
"""

import argparse
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

DAYS = 731
START = int(np.datetime64("2024-01-01", "s").astype(np.int64))
STORES = 200
PRODUCTS = 20_000
TASTES = 5
CATEGORIES = """grocery produce dairy bakery meat beverages snacks frozen household personal_care pet baby health
breakfast sweets coffee wine beer seafood deli flowers stationery toys garden kitchen electronics books clothing
sports seasonal""".split()
BLOCK = 1_000_000

SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("order_id", pa.int64()),
        ("ordered_at", pa.timestamp("s")),
        ("product_id", pa.int32()),
        ("category", pa.string()),
        ("store_id", pa.int16()),
        ("quantity", pa.int16()),
        ("amount", pa.float64()),
        ("discount", pa.float64()),
    ]
)


def zipf_shares(n: int, exponent: float) -> np.ndarray:
    weights = 1.0 / np.arange(1, n + 1) ** exponent
    return weights / weights.sum()


class Catalogue:
    """Products, laid out category by category, and how likely each taste is to pick each category."""

    def __init__(self, rng: np.random.Generator) -> None:
        shares = zipf_shares(len(CATEGORIES), 0.8)
        sizes = np.maximum(20, np.round(shares * PRODUCTS)).astype(np.int64)
        sizes[0] += PRODUCTS - sizes.sum()
        self.first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self.sizes = sizes
        level = np.repeat(rng.normal(5.8, 0.5, len(CATEGORIES)), sizes)
        self.cents = np.maximum(19, np.exp(level + rng.normal(0, 0.6, PRODUCTS))).astype(np.int64)
        tilt = rng.gamma(0.8, 1.0, (TASTES, len(CATEGORIES))) + 0.1
        mixed = shares * tilt
        self.cumulative = np.cumsum(mixed / mixed.sum(axis=1, keepdims=True), axis=1)

    def draw(self, taste: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        category = np.empty(len(taste), np.int64)
        u = rng.random(len(taste))
        for t in range(TASTES):
            of_taste = taste == t
            category[of_taste] = np.searchsorted(self.cumulative[t, :-1], u[of_taste], side="right")
        # Cubing favours the first products of a category: the best sellers.
        within = (self.sizes[category] * rng.random(len(taste)) ** 3).astype(np.int64)
        return category, self.first[category] + within


class Customers:
    """What stays the same from one order of a customer to the next."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self.taste = rng.choice(TASTES, n, p=[0.35, 0.25, 0.2, 0.12, 0.08]).astype(np.int8)
        self.store = rng.choice(STORES, n, p=zipf_shares(STORES, 0.7)).astype(np.int16)
        self.hour = rng.choice([8.5, 12.5, 17.5, 20.5], n, p=[0.2, 0.25, 0.35, 0.2]).astype(np.float32)


def day_weights() -> np.ndarray:
    days = np.datetime64("2024-01-01") + np.arange(DAYS)
    weekday = (days.astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    return np.array([0.9, 0.85, 0.9, 1.0, 1.2, 1.35, 0.8])[weekday] * np.where(month == 11, 1.4, 1.0)


def make_orders(n: int, mean: float, customers: Customers, rng: np.random.Generator):
    """(customer, second since the start) of every order, in the order of time."""
    more = rng.poisson(rng.gamma(0.5, (mean - 1) / 0.5, n))
    customer = np.repeat(np.arange(n, dtype=np.int32), 1 + more)
    first = rng.random(n, np.float32) ** 1.3 * (DAYS - 30)
    span = np.minimum(rng.exponential(420, n).astype(np.float32) + 20, DAYS - first)
    # An order falls anywhere in its customer's time, then moves to a likely day of the seven about it.
    day = (first[customer] + span[customer] * rng.random(len(customer), np.float32)).astype(np.int32)
    weights = day_weights()
    for _ in range(2):
        other = np.clip(day + rng.integers(-3, 4, len(day), dtype=np.int32), 0, DAYS - 1)
        day = np.where(rng.random(len(day), np.float32) * weights[day] < weights[other] - 0.35, other, day)
    hour = customers.hour[customer] + rng.normal(0, 2.2, len(day)).astype(np.float32)
    second = day * 86_400 + (np.clip(hour, 0, 23.99) * 3600).astype(np.int32)
    in_time = np.argsort(second, kind="stable")
    return customer[in_time], second[in_time]


def make_lines(order: np.ndarray, customer, second, store, customers, catalogue, rng) -> pa.Table:
    buyer = customer[order]
    category, product = catalogue.draw(customers.taste[buyer], rng)
    quantity = np.minimum(rng.geometric(0.75, len(order)), 24)
    full = catalogue.cents[product] * quantity
    reduced = rng.random(len(order)) < 0.2
    discount = np.where(reduced, np.maximum(1, full * rng.choice([0.1, 0.2, 0.25, 0.5], len(order))), 0).astype(np.int64)
    names = pa.DictionaryArray.from_arrays(pa.array(category, pa.int8()), pa.array(CATEGORIES)).cast(pa.string())
    columns = [
        pa.array(buyer.astype(np.int64) + 1),
        pa.array(order.astype(np.int64) + 1),
        pa.array(second[order].astype(np.int64) + START).cast(pa.timestamp("s")),
        pa.array((product + 1).astype(np.int32)),
        names,
        pa.array((store[order] + 1).astype(np.int16)),
        pa.array(quantity.astype(np.int16)),
        pa.array((full - discount) / 100),
        pa.array(discount / 100),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def writer(path: pathlib.Path):
    if path.suffix == ".parquet":
        return pa.parquet.ParquetWriter(path, SCHEMA, compression="zstd", use_dictionary=["category"])
    if path.suffix == ".csv" or path.name.endswith(".csv.gz"):
        stream = pa.output_stream(str(path), compression="gzip" if path.suffix == ".gz" else None)
        return pa.csv.CSVWriter(stream, SCHEMA, write_options=pa.csv.WriteOptions(quoting_style="needed"))
    raise AssertionError(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=20_000_000, help="about so many; the draw decides")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    if not arguments.out.name.endswith((".parquet", ".csv", ".csv.gz")):
        raise SystemExit(f"--out must end in .parquet, .csv or .csv.gz, not '{arguments.out.name}'.")
    if arguments.customers < 1 or arguments.lines < 2 * arguments.customers:
        raise SystemExit("--lines must be at least twice --customers, which must be 1 or more.")

    rng = np.random.default_rng([arguments.seed, 0])
    catalogue = Catalogue(rng)
    customers = Customers(arguments.customers, rng)
    # Three tenths of the lines a customer begin an order: 6 million orders to 20 million lines.
    orders_each = max(1.2, 0.3 * arguments.lines / arguments.customers)
    customer, second = make_orders(arguments.customers, orders_each, customers, rng)
    at_home = rng.random(len(customer), np.float32) < 0.8
    store = np.where(at_home, customers.store[customer], rng.integers(0, STORES, len(customer), dtype=np.int16))
    long_orders = max(0.05, arguments.lines / len(customer) - 1)
    size = 1 + rng.poisson(rng.gamma(1.2, long_orders / 1.2, len(customer))).astype(np.int32)

    ends = np.cumsum(size, dtype=np.int64)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    partial = arguments.out.with_name("part." + arguments.out.name)
    begin, block = 0, 0
    with writer(partial) as file:
        while begin < len(size):
            done = ends[begin - 1] if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, done + BLOCK, side="right")))
            order = np.repeat(np.arange(begin, end, dtype=np.int64), size[begin:end])
            block += 1
            lines_rng = np.random.default_rng([arguments.seed, block])
            file.write_table(make_lines(order, customer, second, store, customers, catalogue, lines_rng))
            begin = end
    partial.replace(arguments.out)
    print(f"{arguments.out}: {arguments.customers:,} customers, {len(size):,} orders, {ends[-1]:,} lines")


if __name__ == "__main__":
    main()
