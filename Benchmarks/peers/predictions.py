"""The peers of run_predictions.py: one task on a raw matrix, measured from inside, one line of JSON."""

import json
import sys
import time

import numpy as np


def logistic(x, y):
    from sklearn.linear_model import LogisticRegression

    # Standardised as Tessera does it inside its own time; the solver is the fastest that scikit-learn has for many rows.
    start = time.perf_counter()
    z = (x - x.mean(0)) / x.std(0)
    fit = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-8, max_iter=100).fit(z, y)
    seconds = time.perf_counter() - start
    eta = z @ fit.coef_[0] + fit.intercept_[0]
    likelihood = float((y * eta - np.logaddexp(0, eta)).sum())
    return {"seconds": seconds, "log_likelihood": likelihood}


def matching(scores, treated):
    from scipy.spatial import cKDTree

    start = time.perf_counter()
    controls = np.flatnonzero(treated == 0)
    tree = cKDTree(scores[controls, None])
    order = np.flatnonzero(treated == 1)
    order = order[np.argsort(-scores[order], kind="stable")]
    used = np.zeros(len(controls), bool)
    total, pairs = 0.0, 0
    # The nearest free control: ask for more neighbours until one is free.
    first = tree.query(scores[order, None], k=1)
    for place, row in enumerate(order):
        k, distance, index = 1, [first[0][place]], [first[1][place]]
        while True:
            free = [i for i in range(len(index)) if not used[index[i]]]
            if free:
                used[index[free[0]]] = True
                total += distance[free[0]]
                pairs += 1
                break
            if k >= len(controls):
                break
            k = min(len(controls), k * 4)
            distance, index = tree.query([scores[row]], k=k)
    return {"seconds": time.perf_counter() - start, "fitted": pairs, "inertia": total / max(1, pairs)}


def value(orders, end):
    import pandas as pd
    from lifetimes import BetaGeoFitter
    from lifetimes.utils import summary_data_from_transaction_data

    frame = pd.DataFrame({"id": orders[:, 0].astype(int), "day": pd.to_datetime(orders[:, 1].astype(int), unit="D")})
    summary = summary_data_from_transaction_data(
        frame, "id", "day", observation_period_end=pd.to_datetime(end, unit="D"), freq="D"
    )
    start = time.perf_counter()
    fit = BetaGeoFitter().fit(summary["frequency"], summary["recency"] / 7, summary["T"] / 7)
    expected = fit.conditional_expected_number_of_purchases_up_to_time(
        39, summary["frequency"], summary["recency"] / 7, summary["T"] / 7
    )
    seconds = time.perf_counter() - start
    # Its likelihood leaves constants out; the expected orders of all tell whether both found the same.
    return {"seconds": seconds, "inertia": float(expected.sum())}


def main():
    task, path, columns = sys.argv[1], sys.argv[2], int(sys.argv[3])
    data = np.fromfile(path, "<f8").reshape(-1, columns)
    if task == "logistic":
        found = logistic(np.ascontiguousarray(data[:, :-1]), data[:, -1])
    elif task == "matching":
        found = matching(data[:, 0], data[:, 1])
    else:
        found = value(data, int(sys.argv[4]))
    print(json.dumps({"task": task} | found))


main()
