"""Makes the golden table of calibration slopes: python3 make_calibration.py (writes beside itself). Needs numpy and scipy.

The slope minimises the log loss by scipy.optimize; its error is the sandwich over clusters, written with matrices.
"""
import os
import sys

import numpy as np
import scipy
from scipy import optimize, stats

MASK = (1 << 48) - 1


def sample(seed, n, shift, scale):
    state = (seed ^ 0x5DEECE66D) & MASK
    out = []
    for _ in range(n):
        state = (state * 0x5DEECE66D + 0xB) & MASK
        out.append(shift + scale * (state / (1 << 48)))
    return np.array(out)


rows = []
for seed, n, days in [(1, 300, 300), (2, 1000, 50), (3, 200, 20)]:
    p = sample(seed, n, 0.02, 0.96)
    y = (sample(seed + 500, n, 0, 1) < 0.2 + 0.6 * p).astype(float)
    x = np.column_stack([np.ones(n), np.log(p) - np.log1p(-p)])
    loss = lambda b: np.sum(np.logaddexp(0, x @ b) - y * (x @ b))
    gradient = lambda b: x.T @ (1 / (1 + np.exp(-x @ b)) - y)
    hessian = lambda b: x.T @ (x * ((1 / (1 + np.exp(-x @ b))) * (1 - 1 / (1 + np.exp(-x @ b))))[:, None])
    b = optimize.minimize(loss, [0, 1], jac=gradient, hess=hessian, method="Newton-CG", options={"xtol": 1e-12}).x
    b = b - np.linalg.solve(hessian(b), gradient(b))
    bread = np.linalg.inv(hessian(b))
    scores = x * (y - 1 / (1 + np.exp(-x @ b)))[:, None]
    d = (np.arange(n)[:, None] % days == np.arange(days)[None, :]).astype(float)
    s = d.T @ scores
    v = days / (days - 1) * bread @ (s.T @ s) @ bread
    rows.append((seed, n, days, float(b[1]), float(2 * stats.norm.ppf(0.975) * np.sqrt(v[1, 1])), float(np.mean(y - p)),
                 float(b[0]), float(2 * stats.norm.ppf(0.975) * np.sqrt(v[0, 0]))))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "calibration_slope.csv"), "w") as f:
    f.write(f"# made by make_calibration.py with scipy {scipy.__version__}, numpy {np.__version__}, python {sys.version.split()[0]}\n")
    f.write("# tolerance: 1e-8 (slope, intercept), 1e-7 (widths of their 95 % intervals), 1e-12 (in the large)\n")
    f.write("# columns: seed,n,days,slope,width,in_the_large,intercept,width; p = sample(seed, 0.02, 0.96), y = sample(seed + 500) < 0.2 + 0.6 p\n")
    for row in rows:
        f.write(",".join(repr(v) for v in row) + "\n")
