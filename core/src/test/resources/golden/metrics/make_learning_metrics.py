"""Makes the golden tables of the classification, regression and money metrics of dev.keelson.metrics:
python3 make_learning_metrics.py (writes beside itself). Needs numpy, scipy and scikit-learn (Debian's packages will do)."""
import os
import sys

import numpy as np
import scipy
import sklearn
from scipy import optimize, stats
from sklearn import metrics

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(11)


def text(values):
    return " ".join(repr(float(v)) for v in values)


def whole(values):
    return " ".join(str(int(v)) for v in values)


def write(name, call, tolerance, columns, rows):
    with open(os.path.join(HERE, name), "w") as f:
        f.write(f"# made by make_learning_metrics.py with scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, "
                f"numpy {np.__version__}, python {sys.version.split()[0]}\n")
        f.write(f"# {call}\n# tolerance: {tolerance}\n# columns: {columns}\n")
        for row in rows:
            f.write(",".join(repr(float(x)) if isinstance(x, (float, np.floating)) else str(x) for x in row) + "\n")


# Two classes: areas with ties and weights; counts at a threshold
rows = []
for n, digits, weighted in [(2, 3, False), (40, 1, False), (40, 6, True), (80, 1, True), (60, 0, True), (25, 2, False)]:
    y = np.r_[0, 1, rng.integers(0, 2, n - 2)]
    s = np.round(1 / (1 + np.exp(-(y - 0.5 + rng.normal(0, 1.2, n)))), digits)
    w = np.round(rng.gamma(1, 1, n), 3) if weighted else np.ones(n)
    if weighted:
        w[5] = 0
    hard = (s >= 0.5).astype(int)
    rows.append((text(s), whole(y), text(w), metrics.roc_auc_score(y, s, sample_weight=w),
                 metrics.average_precision_score(y, s, sample_weight=w),
                 metrics.precision_score(y, hard, zero_division=0), metrics.recall_score(y, hard), metrics.f1_score(y, hard),
                 metrics.matthews_corrcoef(y, hard), metrics.balanced_accuracy_score(y, hard),
                 metrics.f1_score(y, hard, average="weighted"),
                 metrics.log_loss(y, np.clip(s, 1e-9, 1 - 1e-9), sample_weight=w, labels=[0, 1])))
write("binary.csv", "sklearn.metrics; areas and log loss weighted, the others at threshold 0.5 unweighted", "1e-12 absolute",
      "scores,labels,weights,roc_auc,average_precision,precision,recall,f1,mcc,balanced_accuracy,weighted_f1,log_loss", rows)

# Several classes
rows = []
for n, k in [(30, 3), (50, 4), (12, 3)]:
    p = rng.dirichlet(np.ones(k), n)
    y = rng.integers(0, k, n)
    hard = p.argmax(axis=1)
    labels = list(range(k))
    rows.append((k, text(p.ravel()), whole(y), metrics.matthews_corrcoef(y, hard), metrics.balanced_accuracy_score(y, hard),
                 metrics.f1_score(y, hard, average="macro", labels=labels, zero_division=0),
                 metrics.f1_score(y, hard, average="weighted", labels=labels, zero_division=0), metrics.accuracy_score(y, hard)))
write("several_classes.csv", "sklearn.metrics", "1e-12 absolute", "classes,p,labels,mcc,balanced_accuracy,macro_f1,weighted_f1,accuracy", rows)

# Regression
rows = []
for n, weighted in [(2, False), (30, False), (30, True), (200, True)]:
    y = np.round(rng.normal(10, 3, n), 4)
    f = np.round(y + rng.normal(0.5, 2, n), 4)
    w = np.round(rng.gamma(1, 1, n), 3) if weighted else np.ones(n)
    rows.append((text(f), text(y), text(w), np.sqrt(metrics.mean_squared_error(y, f, sample_weight=w)),
                 metrics.mean_absolute_error(y, f, sample_weight=w), metrics.r2_score(y, f, sample_weight=w),
                 metrics.mean_pinball_loss(y, f, alpha=0.1, sample_weight=w), metrics.mean_pinball_loss(y, f, alpha=0.9, sample_weight=w)))
write("regression.csv", "sklearn.metrics", "1e-12 relative", "predictions,targets,weights,rmse,mae,r2,pinball_10,pinball_90", rows)

# Ratios of returns
rows = []
for n, trials in [(3, 2), (60, 1), (250, 40), (250, 1000)]:
    r = np.round(rng.standard_t(4, n) * 0.01 + 0.0008, 6)
    sr = r.mean() / r.std(ddof=1)
    spread = 1 - stats.skew(r) * sr + (stats.kurtosis(r, fisher=False) - 1) / 4 * sr ** 2
    variance = 0.05 ** 2
    g = np.euler_gamma
    luck = 0.0 if trials == 1 else np.sqrt(variance) * ((1 - g) * stats.norm.isf(1 / trials) + g * stats.norm.isf(1 / (trials * np.e)))
    psr = stats.norm.cdf(sr * np.sqrt((n - 1) / spread))
    dsr = stats.norm.cdf((sr - luck) * np.sqrt((n - 1) / spread))
    short = np.minimum(r, 0)
    rows.append((text(r), trials, variance, sr, psr, luck, dsr, r.mean() / np.sqrt((short ** 2).mean())))
write("returns.csv", "numpy moments and scipy.stats.norm", "1e-10 absolute",
      "returns,trials,variance,sharpe,probability,expected_maximum,deflated,sortino", rows)

# Kelly over several events at once: direct maximisation of expected log wealth over all joint outcomes
rows = []
for events in ([2], [2, 2], [2, 2, 2, 2], [3, 3], [3, 2, 3]):
    ps, os_ = [], []
    for k in events:
        p = rng.dirichlet(np.ones(k) * 4) * 0.98
        ps.append(p)
        os_.append(np.maximum(1 / (p * np.exp(rng.normal(-0.12, 0.2, k))), 1.05))
    count = sum(events)
    grids = np.meshgrid(*[np.arange(k + 1) for k in events], indexing="ij")
    states = np.stack([g.ravel() for g in grids], axis=1)
    prob = np.ones(len(states))
    win = np.zeros((len(states), count))
    offset = 0
    for e, k in enumerate(events):
        full = np.r_[ps[e], 1 - ps[e].sum()]
        prob *= full[states[:, e]]
        for c in range(k):
            win[:, offset + c] = (states[:, e] == c) * os_[e][c]
        offset += k

    def loss(f):
        return -(prob * np.log(np.maximum(1 - f.sum() + win @ f, 1e-12))).sum()

    best = min((optimize.minimize(loss, rng.uniform(0, 0.5 / count, count), bounds=[(0, 1)] * count,
                                  constraints=[{"type": "ineq", "fun": lambda f: 1 - 1e-9 - f.sum()}], method="SLSQP",
                                  options={"ftol": 1e-15, "maxiter": 3000}) for _ in range(6)), key=lambda r: r.fun)
    rows.append((whole(events), text(np.concatenate(ps)), text(np.concatenate(os_)), -best.fun))
write("simultaneous_kelly.csv", "scipy.optimize.minimize(SLSQP) of expected log wealth", "the growth may not be lower than this by 1e-7",
      "outcomes,p,odds,log_growth", rows)
