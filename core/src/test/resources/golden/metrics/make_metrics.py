"""Makes the golden tables of dev.keelson.metrics: python3 make_metrics.py (writes beside itself). Needs numpy and scipy."""
import os
import sys

import numpy as np
import scipy
from scipy import optimize, stats

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(3)


def text(values):
    return " ".join(repr(float(v)) for v in values)


def write(name, call, tolerance, columns, rows):
    with open(os.path.join(HERE, name), "w") as f:
        f.write(f"# made by make_metrics.py with scipy {scipy.__version__}, numpy {np.__version__}, python {sys.version.split()[0]}\n")
        f.write(f"# {call}\n# tolerance: {tolerance}\n# columns: {columns}\n")
        for row in rows:
            f.write(",".join(repr(float(x)) if isinstance(x, (float, np.floating)) else str(x) for x in row) + "\n")


# Scores
rows = []
for n, k in [(1, 2), (20, 3), (60, 3), (30, 4)]:
    p = rng.dirichlet(np.ones(k) * 2, n)
    y = np.array([rng.choice(k, p=q) for q in p])
    hot = np.eye(k)[y]
    ll = -np.log(p[np.arange(n), y]).mean()
    brier = ((p - hot) ** 2).sum(axis=1).mean()
    rps = ((p.cumsum(axis=1) - hot.cumsum(axis=1))[:, :-1] ** 2).sum(axis=1).mean() / (k - 1)
    acc = (p.argmax(axis=1) == y).mean()
    top, hit = p.max(axis=1), (p.argmax(axis=1) == y).astype(float)
    b = np.digitize(top, np.linspace(0, 1, 16)[1:-1])
    ece = sum((b == i).mean() * abs(hit[b == i].mean() - top[b == i].mean()) for i in range(15) if (b == i).any())
    aucs = []
    for c in range(k):
        pos, neg = p[y == c, c], p[y != c, c]
        if len(pos) and len(neg):
            aucs.append(stats.mannwhitneyu(pos, neg).statistic / (len(pos) * len(neg)))
    rows.append((k, text(p.ravel()), " ".join(map(str, y)), ll, brier, rps, acc, ece, np.mean(aucs) if aucs else float("nan")))
write("scores.csv", "numpy; auc = mean over classes of scipy.stats.mannwhitneyu / (n1 n2)", "1e-12 absolute",
      "classes,p,labels,log_loss,brier,rps,accuracy,ece,auc", rows)

# Margins
rows = []
markets = [(2.1, 3.4, 3.6), (1.2, 6.5, 15.0), (1.91, 1.91), (1.05, 11.0, 34.0), (4.5, 3.8, 1.75), (2.2, 3.7, 3.9), (1.01, 21.0, 51.0)]
for o in markets:
    b = 1 / np.array(o)
    B = b.sum()
    k = optimize.brentq(lambda t: (b ** t).sum() - 1, 1e-3, 50, xtol=1e-15, rtol=1e-15)
    shin = lambda z: (np.sqrt(z * z + 4 * (1 - z) * b * b / B) - z) / (2 * (1 - z))
    z = optimize.brentq(lambda t: shin(t).sum() - 1, 0, 0.9, xtol=1e-16) if B > 1 else 0.0
    s = shin(z) if B > 1 else b / B
    rows.append((text(o), B - 1, text(b / B), text(b ** k), text(s)))
write("odds_margin.csv", "scipy.optimize.brentq on the equations of the Javadoc", "1e-10 absolute", "odds,overround,proportional,power,shin", rows)

# Kelly over exclusive outcomes: direct maximisation of expected log wealth
rows = []
for _ in range(12):
    k = int(rng.integers(2, 6))
    p = rng.dirichlet(np.ones(k) * 3)
    o = 1 / (p * np.exp(rng.normal(0, 0.25, k))) * 0.97
    o = np.maximum(o, 1.02)
    if (1 / o).sum() < 1.0:
        o = o * (1 / o).sum() * 0.98

    def loss(f):
        wealth = 1 - f.sum() + f * o
        return -(p * np.log(np.maximum(wealth, 1e-12))).sum()

    best = None
    for start in range(6):
        x0 = rng.uniform(0, 0.5 / k, k)
        r = optimize.minimize(loss, x0, bounds=[(0, 1)] * k, constraints=[{"type": "ineq", "fun": lambda f: 1 - 1e-9 - f.sum()}],
                              method="SLSQP", options={"ftol": 1e-15, "maxiter": 2000})
        if best is None or r.fun < best.fun:
            best = r
    rows.append((text(p), text(o), -best.fun))
write("kelly.csv", "scipy.optimize.minimize(SLSQP) of expected log wealth", "the growth may not be lower than this by 1e-9", "p,odds,log_growth", rows)
