"""Makes the golden table of dev.keelson.learn.threshold: python3 make_threshold.py (writes beside itself).

Needs numpy and scikit-learn. Every threshold is judged on its own, without running sums.
"""
import os
import sys

import numpy as np
import sklearn
from sklearn.metrics import f1_score, precision_score, recall_score

HERE = os.path.dirname(os.path.abspath(__file__))


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


rng = np.random.default_rng(11)
with open(os.path.join(HERE, "curves.csv"), "w") as f:
    f.write(f"# made by make_threshold.py with numpy {np.__version__}, scikit-learn {sklearn.__version__}, python {sys.version.split()[0]}\n")
    f.write("# precision_score, recall_score, f1_score (zero_division=0); sharpe: mean / std(ddof=1) of the profit of each day, days without a bet 0\n")
    f.write("# tolerance: 1e-9\n")
    f.write("# columns: scores, positive, profits, days, thresholds, bets, profit, precision, recall, f1, sharpe\n")
    for n, days, steps in [(1, 1, 0), (2, 2, 0), (40, 7, 0), (60, 20, 10), (50, 1, 0), (30, 30, 4)]:
        score = np.round(rng.normal(size=n) * (steps or 1000)) / (steps or 1000)
        positive = (rng.uniform(size=n) < 1 / (1 + np.exp(-score))).astype(int)
        if n == 30:
            positive[:] = 0
        profit = np.where(positive == 1, np.round(rng.uniform(0.2, 3, n), 2), -1.0)
        day = rng.integers(0, days, n)
        taus = sorted(set(score), reverse=True)
        rows = []
        for tau in taus:
            act = score >= tau
            daily = np.array([profit[act & (day == d)].sum() for d in np.unique(day)])
            varied = len(daily) > 1 and np.ptp(daily) > 0
            rows.append((act.sum(), profit[act].sum(), precision_score(positive, act, zero_division=0), recall_score(positive, act, zero_division=0),
                         f1_score(positive, act, zero_division=0), daily.mean() / daily.std(ddof=1) if varied else float("nan")))
        f.write(",".join([numbers(score), " ".join(map(str, positive)), numbers(profit), " ".join(map(str, day)), numbers(taus)]
                         + [numbers(column).replace("nan", "NaN") for column in zip(*rows)]) + "\n")
