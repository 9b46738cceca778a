"""Compares predictions with their usual peers: logistic regression, matching, and customer value, a million rows each.

    run_predictions.py TESSERA_BENCH --folder DIR [--rows N] [--rounds N] [--threads N]

Both read the same matrix and time the fit inside their process. Beside the times stand what tells the quality: the
log-likelihood, the mean distance within pairs, the expected orders of all.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

import numpy as np


def logistic_data(rows, path):
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, 50))
    eta = x @ (random.normal(size=50) / 7) - 1
    y = random.uniform(size=rows) < 1 / (1 + np.exp(-eta))
    np.c_[x, y].astype("<f8").tofile(path)
    return 51


def matching_data(rows, path):
    random = np.random.default_rng(2)
    score = random.normal(size=rows)
    treated = random.uniform(size=rows) < 0.25 / (1 + np.exp(-score))
    np.c_[score, treated].astype("<f8").tofile(path)
    return 2


def value_data(rows, path):
    """About `rows` customers' orders of two years, by BG/NBD with r = 2, alpha = 8 weeks, a = 1, b = 3."""
    random = np.random.default_rng(3)
    start = random.integers(0, 300, rows)
    rate, dropout = random.gamma(2, 1 / 8, rows), random.beta(1, 3, rows)
    customer, day = np.arange(rows), start.astype(float)
    parts = [np.c_[customer, np.floor(day)]]
    alive = np.ones(rows, bool)
    while alive.any():
        ids = np.flatnonzero(alive)
        day[ids] += 7 * random.exponential(1, len(ids)) / rate[ids]
        alive[ids[day[ids] >= 700]] = False
        ids = np.flatnonzero(alive)
        parts.append(np.c_[ids, np.floor(day[ids])])
        alive[ids[random.uniform(size=len(ids)) < dropout[ids]]] = False
    orders = np.concatenate(parts)
    orders = orders[np.lexsort((orders[:, 1], orders[:, 0]))]
    amounts = np.round(np.exp(3 + 0.5 * random.normal(size=len(orders))), 2)
    np.c_[orders, amounts].astype("<f8").tofile(path)
    return 3


def run(command, threads):
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | limits)
    if done.returncode:
        return {"failed": (done.stderr or done.stdout).strip().splitlines()[-1:]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--folder", default="Benchmarks/data")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    peers = os.path.join(os.path.dirname(__file__), "peers", "predictions.py")
    end = 420
    tasks = [
        ("logistic regression", "logistic", logistic_data, "scikit-learn", []),
        ("1:1 matching", "matching", matching_data, "k-d tree (SciPy)", []),
        ("BG/NBD, expected orders", "value", value_data, "lifetimes", ["--end", str(end), "--plain"]),
        ("BG/NBD, back-tests, ranges", "value", value_data, None, ["--end", str(end)]),
    ]
    print(f"{options.rows} rows, {options.threads} threads, medians of {options.rounds}; seconds")
    print(f"{'':28}{'Tessera':>10}{'peer':>10}{'ratio':>8}  quality (Tessera | peer)")
    for title, task, make, peer, extra in tasks:
        path = os.path.join(options.folder, f"{task}_{options.rows}.f64")
        columns = {"logistic": 51, "matching": 2, "value": 3}[task]
        if not os.path.exists(path):
            make(options.rows, path)
        rows = os.path.getsize(path) // 8 // columns
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(
                run([options.program, task, path, str(rows), str(columns), "--threads", str(options.threads)] + extra,
                    options.threads)
            )
            if peer:
                theirs.append(run([sys.executable, peers, task, path, str(columns), str(end)], options.threads))
        if any("failed" in found for found in ours):
            sys.exit(f"{title}: {ours[0].get('failed')}")
        mine = statistics.median(found["seconds"] for found in ours)

        def quality(found):
            names = [("log_likelihood", "LL"), ("fitted", "pairs"), ("inertia", "distance" if task == "matching" else "orders")]
            return ", ".join(f"{word} {found[name]:.6g}" for name, word in names if name in found)

        if theirs and not any("failed" in found for found in theirs):
            other = statistics.median(found["seconds"] for found in theirs)
            print(f"{title:28}{mine:10.2f}{other:10.2f}{other / mine:7.1f}x  {quality(ours[0])} | {peer}: {quality(theirs[0])}")
        else:
            word = f"{peer} failed: {theirs[0]['failed']}" if theirs else ""
            print(f"{title:28}{mine:10.2f}{'':10}{'':8}  {quality(ours[0])} {word}")


main()
