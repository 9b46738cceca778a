#!/usr/bin/env python3
"""Recomputes features of the grocer's sample with pandas, and compares them with those that Tessera wrote, to the last bit.

    tessera init notebooks-data/completejourney/*.csv.gz && tessera features --as-of 2017-10-31
    python3 Tests/FeaturesTests/Fixtures/recompute_features.py notebooks-data/completejourney features.parquet 2017-10-31

Needs pandas and pyarrow (made with 3.1.1 and 26.0.1). Money is added in ten-thousandths, as whole numbers, so that no sum
depends on an order. Ends with 1 where any value differs.
"""

import glob
import sys

import numpy as np
import pandas as pd


def read(folder, name, **options):
    return pd.read_csv(min(glob.glob(f"{folder}/{name}*.csv*"), key=len), **options)


def units(column):
    """Money in ten-thousandths."""
    return (column * 10_000).round().astype("int64")


def days(start, end):
    return (end - start).dt.days


def purchases(lines, as_of):
    """Features of purchased lines, one row a household."""
    orders = lines.groupby(["household_id", "basket_id"]).agg(
        time=("transaction_timestamp", "min"), units=("units", "sum"), items=("quantity", "sum"), lines=("units", "size"),
        discount=("discount", "sum"))
    orders["day"] = orders.time.dt.normalize()
    orders["age"] = days(orders.day, pd.Series(as_of, orders.index))
    by_order = orders.groupby("household_id")
    by_line = lines.groupby("household_id")
    found = pd.DataFrame(index=by_order.size().index)
    found["orders"] = by_order.size()
    found["monetary"] = by_order.units.sum() / 10_000
    found["recency_days"] = by_order.age.min()
    found["tenure_days"] = by_order.age.max()
    found["order_days"] = by_order.day.nunique()
    recent = orders[orders.age < 90].groupby("household_id")
    before = orders[(orders.age >= 90) & (orders.age < 180)].groupby("household_id")
    found["orders_90d"] = recent.size()
    found["monetary_90d"] = recent.units.sum() / 10_000
    found["items_90d"] = recent["items"].sum()
    found = found.fillna(0)
    old = before.size().reindex(found.index, fill_value=0)
    total = (found.orders_90d + old).replace(0, np.nan)
    found["orders_trend_90d"] = ((found.orders_90d - old) / total).fillna(0)
    found["basket_value_mean"] = found.monetary / found.orders
    found["basket_value_max"] = by_order.units.max() / 10_000
    gaps = orders.reset_index()[["household_id", "day"]].drop_duplicates().sort_values(["household_id", "day"])
    gaps["gap"] = gaps.groupby("household_id").day.diff().dt.days
    found["gap_days_median"] = gaps.groupby("household_id").gap.median()
    found["orders_monday_share"] = orders[orders.day.dt.day_of_week == 0].groupby("household_id").size() / found.orders
    found["orders_night_share"] = orders[orders.time.dt.hour < 6].groupby("household_id").size() / found.orders
    found["orders_on_offer_share"] = orders[orders.discount > 0].groupby("household_id").size() / found.orders
    spent, saved = by_line.units.sum(), by_line.discount.sum()
    found["discount_share"] = saved / (spent + saved)
    found["discount_line_share"] = lines[lines.discount > 0].groupby("household_id").size() / by_line.size()
    found["share_grocery"] = lines[lines.department == "GROCERY"].groupby("household_id").units.sum() / spent
    found["stores_used"] = by_line.store_id.nunique()
    absent = ["orders_monday_share", "orders_night_share", "orders_on_offer_share", "discount_line_share", "share_grocery"]
    found[absent] = found[absent].fillna(0)
    return found


def acts(found, folder, as_of):
    """Features of campaigns and redeemed coupons, added to `found`."""
    calendar = read(folder, "campaign_descriptions", parse_dates=["start_date"])
    mails = read(folder, "campaigns").merge(calendar, on="campaign_id")
    mails = mails[mails.start_date <= as_of].groupby("household_id")
    found["campaigns_received"] = mails.campaign_id.nunique().reindex(found.index, fill_value=0)
    found["campaigns_recency_days"] = (as_of - mails.start_date.max()).dt.days
    coupons = read(folder, "coupon_redemptions", parse_dates=["redemption_date"])
    coupons = coupons[coupons.redemption_date <= as_of]
    by_coupon = coupons.groupby("household_id").redemption_date
    found["coupon_redemptions_count"] = by_coupon.size().reindex(found.index, fill_value=0)
    found["coupon_redemptions_recency_days"] = (as_of - by_coupon.max()).dt.days
    first, active = (as_of - by_coupon.min()).dt.days, by_coupon.nunique()
    found["coupon_redemptions_first_days"] = first
    gap = (by_coupon.max() - by_coupon.min()).dt.days / (active - 1)
    silence = (as_of - by_coupon.max()).dt.days
    found["coupon_redemptions_gap_days_mean"] = gap[active > 2]
    found["coupon_redemptions_ended"] = (silence > 3 * gap)[active > 2].astype(float)
    return found


def main(folder, written, day):
    as_of = pd.Timestamp(day)
    lines = read(folder, "transactions", parse_dates=["transaction_timestamp"])
    lines = lines[lines.transaction_timestamp < as_of + pd.Timedelta(days=1)]
    lines = lines.merge(read(folder, "products")[["product_id", "department"]], on="product_id", how="left")
    lines["units"] = units(lines.sales_value)
    lines["discount"] = sum(units(lines[name]).abs() for name in ["retail_disc", "coupon_disc", "coupon_match_disc"])
    found = acts(purchases(lines, as_of), folder, as_of)
    theirs = pd.read_parquet(written).set_index("household_id").sort_index()
    assert list(theirs.index) == list(found.index), "the households differ"
    differing = 0
    for name in found.columns:
        own, other = found[name].astype(float), theirs[name].astype(float)
        wrong = int((~((own == other) | (own.isna() & other.isna()))).sum())
        differing += wrong
        print(f"{name:36} {wrong:4} of {len(own)} differ; {int(own.isna().sum())} missing, sum {own.sum():.6f}")
    print(f"{len(found.columns)} features of {len(found)} households: {differing} values differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
