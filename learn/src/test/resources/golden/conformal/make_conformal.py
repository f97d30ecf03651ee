"""Makes the golden tables of dev.keelson.learn.conformal: python3 make_conformal.py (writes beside itself).

Needs numpy. Ranks come from exact fractions; scores are sorted and indexed, without any quantile function.
"""
import os
import sys
from fractions import Fraction
from math import ceil

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = f"# made by make_conformal.py with numpy {np.__version__}, python {sys.version.split()[0]}\n# tolerance: 1e-12\n"


def quantile(scores, alpha):
    k = ceil((len(scores) + 1) * (1 - Fraction(alpha)))
    return float("inf") if k > len(scores) else sorted(scores)[k - 1]


def numbers(values):
    return " ".join(repr(float(v)) for v in np.ravel(values)).replace("inf", "Infinity")


rng = np.random.default_rng(3)

with open(os.path.join(HERE, "regression.csv"), "w") as f:
    f.write(HEAD + "# columns: alpha, labels, predictions, low, high, residual quantile, symmetric, two-sided below, two-sided above\n")
    for n, alpha in [(1, "0.1"), (9, "0.1"), (8, "0.1"), (19, "0.1"), (39, "0.1"), (50, "0.2"), (60, "0.05"), (100, "0.01"), (33, "0.5")]:
        y = np.round(rng.normal(size=n), 2)
        prediction = np.round(y + rng.normal(size=n) * 0.5, 2)
        low, high = np.round(prediction - 0.6, 2), np.round(prediction + 0.4, 2)
        low[::7], high[::7] = high[::7].copy(), low[::7].copy()  # crossed
        half = str(Fraction(alpha) / 2)
        f.write(",".join([alpha, numbers(y), numbers(prediction), numbers(low), numbers(high), numbers(quantile(np.abs(y - prediction), alpha)),
                          numbers(quantile(np.maximum(low - y, y - high), alpha)), numbers(quantile(low - y, half)), numbers(quantile(y - high, half))]) + "\n")


def adaptive(p, u, free=None, penalty=0.0):
    order = np.argsort(-p, kind="stable")
    score = np.empty(len(p))
    total = 0.0
    for position, k in enumerate(order, start=1):
        total += p[k]
        score[k] = total - u * p[k] + (penalty * max(0, position - free) if free is not None else 0.0)
    return score


with open(os.path.join(HERE, "sets.csv"), "w") as f:
    f.write(HEAD + "# sets: 0/1 for each class of the five test rows, row by row\n")
    f.write("# columns: rule, free, penalty, alpha, classes, probabilities, labels, u, quantile, test probabilities, test u, sets\n")
    for classes, n, alpha, steps in [(2, 30, "0.1", 0), (3, 50, "0.2", 10), (5, 80, "0.1", 0), (5, 6, "0.1", 0), (10, 100, "0.05", 20), (4, 20, "0.5", 0)]:
        p = rng.dirichlet(np.full(classes, 0.7), n + 5)
        if steps:
            p = np.floor(p * steps) / steps  # ties
        y = np.array([rng.choice(classes, p=(row + 0.05) / (row + 0.05).sum()) for row in p[:n]])
        u = np.round(rng.uniform(size=n + 5), 4)
        for rule, free, penalty in [("lac", 0, 0.0), ("aps", 0, 0.0), ("raps", 1, 0.1), ("raps", 3, 0.01)]:
            def scores(i):
                if rule == "lac":
                    return 1 - p[i]
                return adaptive(p[i], u[i]) if rule == "aps" else adaptive(p[i], u[i], free, penalty)
            q = quantile([scores(i)[y[i]] for i in range(n)], alpha)
            sets = [scores(i) <= q for i in range(n, n + 5)]
            f.write(",".join([rule, str(free), repr(penalty), alpha, str(classes), numbers(p[:n]), " ".join(map(str, y)), numbers(u[:n]), numbers(q),
                              numbers(p[n:]), numbers(u[n:]), " ".join(str(int(v)) for v in np.ravel(sets))]) + "\n")
