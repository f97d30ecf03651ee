"""Makes the golden tables of further two-sample tests: python3 make_tests.py (writes beside itself). Needs numpy and scipy."""
import os
import warnings

import numpy as np
from scipy import stats

from make_stats_common import counts, sample, write

warnings.simplefilter("ignore")

SHAPES = [(0.0, 1.0, 0), (0.1, 1.0, 0), (0.0, 1.0, 8), (0.3, 1.3, 20), (0.0, 0.6, 5), (0.05, 0.9, 0)]
SIZES = [(1, 1), (2, 2), (3, 8), (8, 8), (8, 300), (300, 5), (9, 9), (30, 45), (200, 150), (3000, 700)]

rows = []
for i, (n, m) in enumerate(SIZES):
    for shift, scale, steps in SHAPES:
        a = sample(300 + i, n, 0.0, 1.0, steps)
        b = sample(700 + i, m, shift, scale, steps)
        if len(set(a) | set(b)) == 1:
            continue
        r = stats.mannwhitneyu(b, a, alternative="two-sided", method="auto")
        rows.append((300 + i, n, 700 + i, m, shift, scale, steps, r.statistic, r.pvalue))
write("mann_whitney.csv", "scipy.stats.mannwhitneyu(current, reference, method='auto')", "1e-12 absolute (p), exact (u)",
      "seed_a,n,seed_b,m,shift_b,scale_b,steps,u,p", rows)

rows = []
for i, (n, m) in enumerate(SIZES[1:]):
    for shift, scale, steps in SHAPES:
        a = sample(300 + i, n, 0.0, 1.0, steps)
        b = sample(700 + i, m, shift, scale, steps)
        c = sample(800 + i, 40, 0.02, 1.0, steps)
        if len(set(a) | set(b)) == 1:
            continue
        for third in [0, 1]:
            r = stats.anderson_ksamp([a, b, c] if third else [a, b])
            rows.append((300 + i, n, 700 + i, m, shift, scale, steps, third, r.statistic, r.pvalue))
write("anderson_darling.csv", "scipy.stats.anderson_ksamp; third: a sample of 40 with seed_b + 100, shift 0.02",
      "1e-10 relative", "seed_a,n,seed_b,m,shift_b,scale_b,steps,third,statistic,p", rows)

rows = []
rng = np.random.default_rng(11)
for k in [2, 3, 10, 40]:
    for n, m in [(500, 500), (5000, 60)]:
        r = rng.multinomial(n, rng.dirichlet(np.ones(k)))
        c = rng.multinomial(m, rng.dirichlet(np.ones(k)))
        p, q = r / n, c / m
        rows.append((counts(r), counts(c), float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2))))
write("hellinger.csv", "numpy.linalg.norm(sqrt(p) - sqrt(q)) / sqrt(2)", "1e-12 absolute", "reference,current,distance", rows)
