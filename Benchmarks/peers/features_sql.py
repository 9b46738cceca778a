"""The peer of `tessera features`: the same columns as one hand-written DuckDB query, for tables of order lines.

    python features_sql.py ORDERS.parquet OUTPUT.parquet --as-of 2025-12-31 [--threads 2] [--memory-limit 1GiB]

One row a customer with the columns that `tessera features` writes for the same sources, by the same names, so that
run_features.py can compare the values as well as the times. Written as a careful analyst would for this table alone.
"""

import argparse

import duckdb

CATEGORIES = 12
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
WINDOWS = [7, 30, 90, 180, 365]
HALF_LIFE = 90
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
    windows = "".join(
        f""",
    count_if(age < {w}) AS orders_{w}d, coalesce(sum(amount) FILTER (age < {w}), 0) AS monetary_{w}d,
    coalesce(sum(items) FILTER (age < {w}), 0) AS items_{w}d, coalesce(sum(n) FILTER (age < {w}), 0) AS lines_{w}d"""
        for w in WINDOWS
    )
    before = "".join(
        f""",
    count_if(age >= {w} AND age < {2 * w}) AS orders_before_{w},
    coalesce(sum(amount) FILTER (age >= {w} AND age < {2 * w}), 0) AS monetary_before_{w}"""
        for w in (30, 90)
    )
    quarters = "".join(f",\n    count_if(quarter(d) = {q}) AS in_quarter_{q}" for q in range(1, 5))
    kept = "".join(f",\n  {name}_{w}d" for name in ("orders", "monetary", "items", "lines") for w in WINDOWS)
    kept += "".join(
        f",\n  coalesce(({name}_{w}d - {name}_before_{w}) / nullif(abs({name}_{w}d) + abs({name}_before_{w}), 0), 0)"
        f" AS {name}_trend_{w}d"
        for name in ("orders", "monetary")
        for w in (30, 90)
    )
    kept += "".join(
        f",\n  CASE WHEN {day} - first_day >= 365 THEN in_quarter_{q} / orders END AS orders_quarter_{q}_share"
        for q in range(1, 5)
    )
    rhythm = "".join(f",\n  on_{name} / orders AS orders_{name}_share" for name in DAYS)
    rhythm += "".join(f",\n  at_{name} / orders AS orders_{name}_share" for name in DAYTIMES)
    return f"""
WITH lines AS (
  SELECT * FROM {lines} WHERE ordered_at < {day} + INTERVAL 1 DAY
), orders AS (
  SELECT customer_id, order_id, min(ordered_at) AS ts, CAST(min(ordered_at) AS DATE) AS d,
    {day} - CAST(min(ordered_at) AS DATE) AS age, sum(amount) AS amount, sum(quantity) AS items, count(*) AS n
  FROM lines GROUP BY customer_id, order_id
), of_orders AS (
  SELECT customer_id, count(*) AS orders, min(d) AS first_day, max(d) AS last_day, avg(amount) AS basket_value_mean,
    stddev_samp(amount) AS basket_value_sd, avg(items) AS basket_items_mean, avg(n) AS basket_lines_mean,
    max(amount) AS basket_value_max, sum(power(0.5, age / {HALF_LIFE})) AS orders_decayed,
    sum(amount * power(0.5, age / {HALF_LIFE})) AS monetary_decayed{weekdays}{daytimes}{windows}{before}{quarters}
  FROM orders GROUP BY customer_id
), gaps AS (
  SELECT customer_id, d - lag(d) OVER (PARTITION BY customer_id ORDER BY d) AS gap
  FROM (SELECT DISTINCT customer_id, d FROM orders)
), of_days AS (
  SELECT customer_id, count(*) AS order_days, avg(gap) AS gap_days_mean, stddev_samp(gap) AS gap_days_sd,
    median(gap) AS gap_days_median, max(gap) AS gap_days_max
  FROM gaps GROUP BY customer_id
), months AS (
  SELECT customer_id, age // 30 AS month, sum(amount) AS amount FROM orders WHERE age < 360 GROUP BY customer_id, month
), of_months AS (
  SELECT customer_id, sum(amount) AS sum_of_months, sum(amount * amount) AS squares_of_months
  FROM months GROUP BY customer_id
), product_days AS (
  SELECT customer_id, product_id, d, n, d - lag(d) OVER w AS gap, row_number() OVER w AS place
  FROM (SELECT customer_id, product_id, CAST(ordered_at AS DATE) AS d, count(*) AS n FROM lines GROUP BY ALL)
  WINDOW w AS (PARTITION BY customer_id, product_id ORDER BY d)
), of_products AS (
  SELECT customer_id, sum(n) FILTER (place > 1) AS repeated, sum(n) AS known, count_if(place = 3) AS staple_products,
    median(gap) AS product_gap_days_median
  FROM product_days GROUP BY customer_id
), regular AS (
  SELECT customer_id, median(gap) AS gap_median, max(d) AS last_day_of_product,
    count(gap) * sum(gap * gap) / nullif(sum(gap) * sum(gap), 0) AS variation, count(gap) AS gaps, product_id
  FROM product_days GROUP BY customer_id, product_id HAVING count(gap) >= 2
), of_regular AS (
  SELECT customer_id, last_day_of_product - {day} + gap_median AS replenishment_due_days
  FROM regular
  QUALIFY row_number() OVER (
    PARTITION BY customer_id ORDER BY variation, gaps DESC, last_day_of_product DESC, CAST(product_id AS VARCHAR)) = 1
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
  stores AS stores_used, basket_value_max, basket_value_max / nullif(monetary, 0) AS largest_order_share,
  orders_decayed, monetary_decayed, gap_days_median, gap_days_max, recency_days / gap_days_mean AS recency_gaps,
  sqrt((months * squares_of_months - sum_of_months * sum_of_months) / nullif(months * (months - 1), 0))
    * months / nullif(abs(sum_of_months), 0) AS monetary_volatility,
  coalesce(repeated, 0) / known AS repeat_line_share, staple_products, product_gap_days_median,
  replenishment_due_days{kept}{shares}{rhythm}
FROM (SELECT *, least(12, ({day} - first_day) // 30 + 1) AS months FROM of_orders)
  JOIN of_days USING (customer_id) JOIN of_lines USING (customer_id)
  LEFT JOIN of_months USING (customer_id) JOIN of_products USING (customer_id) LEFT JOIN of_regular USING (customer_id)
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
