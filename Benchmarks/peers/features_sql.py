"""The peer of `tessera features`: the same columns as one hand-written DuckDB query, for tables of order lines.

    python features_sql.py ORDERS.parquet OUTPUT.parquet --as-of 2025-12-31 [--threads 2] [--memory-limit 1GiB]

One row a customer with the columns that `tessera features` writes for the same sources, by the same names, so that
run_features.py can compare the values as well as the times. Written as a careful analyst would for this table alone.
"""

import argparse

import duckdb

CATEGORIES = 12
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
DAYTIMES = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def query(lines: str, as_of: str, categories: list[str]) -> str:
    day = f"DATE '{as_of}'"
    listed = ", ".join(map(literal, categories))
    spent = "".join(
        f",\n    sum(amount) FILTER (category = {literal(name)}) AS spent_{i}" for i, name in enumerate(categories)
    )
    shares = "".join(
        f",\n  coalesce(spent_{i}, 0) / nullif(amount, 0) AS share_{name}" for i, name in enumerate(categories)
    )
    weekdays = "".join(f",\n    count_if(isodow(d) = {i + 1}) AS on_{name}" for i, name in enumerate(DAYS))
    daytimes = "".join(
        f",\n    count_if(hour(ts) >= {a} AND hour(ts) < {b}) AS at_{name}" for name, (a, b) in DAYTIMES.items()
    )
    rhythm = "".join(f",\n  on_{name} / orders AS orders_{name}_share" for name in DAYS)
    rhythm += "".join(f",\n  at_{name} / orders AS orders_{name}_share" for name in DAYTIMES)
    return f"""
WITH lines AS (
  SELECT * FROM {lines} WHERE ordered_at < {day} + INTERVAL 1 DAY
), orders AS (
  SELECT customer_id, order_id, min(ordered_at) AS ts, CAST(min(ordered_at) AS DATE) AS d,
    sum(amount) AS amount, sum(quantity) AS items, count(*) AS n
  FROM lines GROUP BY customer_id, order_id
), of_orders AS (
  SELECT customer_id, count(*) AS orders, min(d) AS first_day, max(d) AS last_day, avg(amount) AS basket_value_mean,
    stddev_samp(amount) AS basket_value_sd, avg(items) AS basket_items_mean, avg(n) AS basket_lines_mean{weekdays}{daytimes}
  FROM orders GROUP BY customer_id
), gaps AS (
  SELECT customer_id, d - lag(d) OVER (PARTITION BY customer_id ORDER BY d) AS gap
  FROM (SELECT DISTINCT customer_id, d FROM orders)
), of_days AS (
  SELECT customer_id, count(*) AS order_days, avg(gap) AS gap_days_mean, stddev_samp(gap) AS gap_days_sd
  FROM gaps GROUP BY customer_id
), of_lines AS (
  SELECT customer_id, sum(amount) AS amount, sum(discount) AS discount, count(*) AS n, count_if(discount > 0) AS reduced,
    count(DISTINCT store_id) AS stores,
    sum(amount) FILTER (category NOT IN ({listed})) AS spent_other{spent}
  FROM lines GROUP BY customer_id
)
SELECT customer_id, CAST({day} - last_day AS INTEGER) AS recency_days, orders, order_days, amount AS monetary,
  CAST({day} - first_day AS INTEGER) AS tenure_days, basket_value_mean, basket_value_sd, basket_items_mean,
  basket_lines_mean, gap_days_mean, gap_days_sd, discount / nullif(amount + discount, 0) AS discount_share,
  reduced / n AS discount_line_share, coalesce(spent_other, 0) / nullif(amount, 0) AS share_other,
  stores AS stores_used{shares}{rhythm}
FROM of_orders JOIN of_days USING (customer_id) JOIN of_lines USING (customer_id)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("orders")
    parser.add_argument("output")
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--memory-limit")
    arguments = parser.parse_args()

    database = duckdb.connect()
    database.execute("SET preserve_insertion_order = false")
    if arguments.threads:
        database.execute(f"SET threads = {arguments.threads}")
    if arguments.memory_limit:
        database.execute(f"SET memory_limit = {literal(arguments.memory_limit)}")
    lines = f"read_parquet({literal(arguments.orders)})"
    # The categories that most customers bought.
    reach = database.execute(
        f"""SELECT category FROM {lines} WHERE ordered_at < DATE '{arguments.as_of}' + INTERVAL 1 DAY
            GROUP BY category ORDER BY count(DISTINCT customer_id) DESC, category LIMIT {CATEGORIES}"""
    ).fetchall()
    made = query(lines, arguments.as_of, [name for (name,) in reach])
    database.execute(f"COPY ({made}) TO {literal(arguments.output)} (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
