"""Holds `tessera propensity` against scikit-learn and XGBoost on the same folds of one table.

    run_folds.py TESSERA TABLE --target COLUMN [--positive VALUE] [--exclude a,b] [--separator ';'] [--folds 5]

Rows are dealt into folds once, stratified. Of each fold every program learns from the other folds and predicts this one:
`tessera propensity --where` and `tessera score`; a logistic regression (columns scaled, categories as 0 and 1, medians for
what is missing); XGBoost's trees, 100 rounds of depth 6, and of depth 4 at rate .1. Printed are AUC, log loss, Brier score
and calibration error (ten parts of equal size) over all rows, and the seconds of all folds.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def calibration_error(y, p):
    parts = np.array_split(np.argsort(p, kind="stable"), 10)
    return sum(len(part) * abs(y[part].mean() - p[part].mean()) for part in parts) / len(y)


def regression(x):
    numbers = x.select_dtypes("number").columns
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore"), x.columns.difference(numbers)),
        ),
        LogisticRegression(max_iter=2000),
    )


def trees(**settings):
    return xgboost.XGBClassifier(enable_categorical=True, tree_method="hist", random_state=0, **settings)


def tessera(program, folder, frame, fold, k, target, exclude):
    table, part, model, out = (folder / name for name in ("all.csv", "part.csv", "model.tessera", "out.csv"))
    if not table.exists():
        frame.assign(fold_of_row=fold).to_csv(table, index=False)
    frame[fold == k].drop(columns=target).to_csv(part, index=False)
    command = [program, "propensity", table, "--target", target, "--exclude", ",".join(["fold_of_row", *exclude])]
    command += ["--where", f"fold_of_row <> {k}", "--model", model, "--json"]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    subprocess.run([program, "score", model, "--input", part, "--output", out], check=True, capture_output=True)
    return pd.read_csv(out)["probability"].to_numpy(), said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tessera")
    parser.add_argument("table")
    parser.add_argument("--target", required=True)
    parser.add_argument("--positive")
    parser.add_argument("--exclude", default="")
    parser.add_argument("--separator", default=",")
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    frame = pd.read_csv(options.table, sep=options.separator)
    exclude = [name for name in options.exclude.split(",") if name]
    y = (frame[options.target].astype(str) == (options.positive or "1")).astype(int).to_numpy()
    frame[options.target] = y
    x = frame.drop(columns=[options.target, *exclude])
    coded = x.copy()
    for name in x.columns.difference(x.select_dtypes("number").columns):
        coded[name] = x[name].astype("category")
    fold = np.zeros(len(y), int)
    for k, (_, rows) in enumerate(StratifiedKFold(options.folds, shuffle=True, random_state=0).split(x, y)):
        fold[rows] = k
    peers = {
        "scikit-learn logistic": lambda: (regression(x), x),
        "XGBoost, depth 6": lambda: (trees(n_estimators=100), coded),
        "XGBoost, depth 4, .1": lambda: (trees(n_estimators=100, max_depth=4, learning_rate=0.1), coded),
    }
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        p, began, learners = np.zeros(len(y)), time.perf_counter(), []
        for k in range(options.folds):
            p[fold == k], said = tessera(options.tessera, Path(folder), frame, fold, k, options.target, exclude)
            learners.append(said.get("learner", ""))
        rows.append(("tessera " + "/".join(sorted(set(map(str, learners)))), p, time.perf_counter() - began))
    for name, make in peers.items():
        p, began = np.zeros(len(y)), time.perf_counter()
        for k in range(options.folds):
            model, data = make()
            p[fold == k] = model.fit(data[fold != k], y[fold != k]).predict_proba(data[fold == k])[:, 1]
        rows.append((name, p, time.perf_counter() - began))
    print(f"{'':24} {'AUC':>7} {'log loss':>9} {'Brier':>7} {'calibration error':>18} {'seconds':>8}")
    for name, p, seconds in rows:
        print(
            f"{name:24} {roc_auc_score(y, p):7.4f} {log_loss(y, p):9.4f} {brier_score_loss(y, p):7.4f}"
            f" {calibration_error(y, p):18.4f} {seconds:8.1f}"
        )


if __name__ == "__main__":
    main()
