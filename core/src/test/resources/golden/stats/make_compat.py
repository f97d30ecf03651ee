"""Makes the golden table of Evidently's figures: python3 make_compat.py (writes beside itself). Needs numpy and scipy.

The formulas are those of Evidently's stattests, written down with the numpy and SciPy calls that it makes.
"""
import numpy as np
from scipy import stats
from scipy.spatial import distance

from make_stats_common import sample, write


def shares(a, b):
    if len(np.unique(a)) > 20:
        edges = np.histogram_bin_edges(np.concatenate([a, b]), bins="sturges")
        return np.histogram(a, edges)[0] / len(a), np.histogram(b, edges)[0] / len(b)
    keys = sorted(set(a) | set(b))
    return (np.array([np.sum(a == k) for k in keys]) / len(a), np.array([np.sum(b == k) for k in keys]) / len(b))


def filled(p):
    p = p.copy()
    least = p[p > 0].min()
    p[p == 0] = 0.0001 if least > 0.0001 else least / 10 ** 6
    return p


rows = []
for i, (n, m) in enumerate([(30, 20), (500, 500), (5000, 300), (20000, 50)]):
    for shift, scale, steps in [(0.0, 1.0, 0), (0.4, 1.0, 0), (0.0, 3.0, 0), (0.0, 1.0, 10), (0.25, 1.0, 12), (0.0, 1.5, 50)]:
        a = sample(20 + i, n, 0.0, 1.0, steps)
        b = sample(60 + i, m, shift, scale, steps)
        p, q = shares(a, b)
        fp, fq = filled(p), filled(q)
        psi = float(np.sum((fq - fp) * np.log(fq / fp)))
        w = stats.wasserstein_distance(a, b) / max(np.std(a), 0.001)
        rows.append((20 + i, n, 60 + i, m, shift, scale, steps, psi, float(distance.jensenshannon(p, q)), float(w)))
write("evidently.csv", "Evidently's formulas, in this script", "1e-10 relative", "seed_a,n,seed_b,m,shift_b,scale_b,steps,psi,js,wasserstein", rows)
