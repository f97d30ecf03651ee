"""Makes the golden table of expected performance: python3 make_estimates.py (writes beside itself). Needs numpy and scipy.

Chances and scores come from the generator of java.util.Random (48 bits), so that the tests can make them again. Counts are the
sums of NannyML's documentation; the area is its trapezoid; the scatter of the realised metric is that of 200,000 draws of the
outcomes. With tied scores the area is that of the mean over all orders of the tied rows.
"""
import math
import os
import sys

import numpy as np


class Lcg:
    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def uniform(self):
        self.state = (self.state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self.state / (1 << 48)


def sample(seed, n, steps):
    g = Lcg(seed)
    u = [g.uniform() for _ in range(n)]
    return np.array([math.floor(v * steps) / steps if steps else v for v in u])


def metrics(tp, fp, fn, tn):
    div = lambda a, b: np.divide(a, b, out=np.zeros_like(a, dtype=float), where=b != 0)
    return [div(tp + tn, tp + tn + fp + fn), div(tp, tp + fp), div(tp, tp + fn), div(tn, tn + fp), div(tp, tp + (fp + fn) / 2)]


rng = np.random.default_rng(5)
rows = []
for seed, n, steps, cut in [(1, 50, 0, 0.5), (2, 400, 0, 0.3), (3, 400, 10, 0.7), (4, 2000, 0, 0.9), (5, 30, 0, 2.0)]:
    p = sample(seed, n, 0)
    score = sample(seed + 50, n, steps) * 0.3 + (p if steps == 0 else np.floor(p * steps) / steps)
    yes = score >= cut
    tp, fp, fn, tn = (np.array([v]) for v in (p[yes].sum(), (1 - p[yes]).sum(), p[~yes].sum(), (1 - p[~yes]).sum()))
    values = [float(v[0]) for v in metrics(tp, fp, fn, tn)]
    areas = []
    for _ in range(1 if steps == 0 else 400):
        order = np.lexsort((rng.random(n), -score))
        tpr = np.concatenate([[0], np.cumsum(p[order]) / p.sum()])
        fpr = np.concatenate([[0], np.cumsum(1 - p[order]) / (1 - p).sum()])
        areas.append(np.trapezoid(tpr, fpr))
    y = rng.random((200000 if n < 1000 else 20000, n)) < p
    drawn = metrics(y[:, yes].sum(1).astype(float), (~y[:, yes]).sum(1).astype(float),
                    y[:, ~yes].sum(1).astype(float), (~y[:, ~yes]).sum(1).astype(float))
    rows.append((seed, n, steps, cut, *values, float(np.mean(areas)), *[float(d.std()) for d in drawn]))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.csv"), "w") as f:
    f.write(f"# made by make_estimates.py with numpy {np.__version__}, python {sys.version.split()[0]}\n")
    f.write("# tolerance: 1e-12 (metrics, area without ties), 0.001 (area with ties), 3 % (deviations, to first order)\n")
    f.write("# columns: seed,n,steps,cut,accuracy,precision,recall,specificity,f1,auc, then the deviations of the first five\n")
    for row in rows:
        f.write(",".join(repr(v) for v in row) + "\n")
