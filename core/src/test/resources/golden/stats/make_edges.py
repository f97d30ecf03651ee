"""Makes the golden tables of edge cases of two-sample tests: python3 make_edges.py (writes beside itself). Needs numpy and scipy."""
import math
import warnings

import numpy as np
from scipy import stats
from scipy.spatial import distance

from make_stats_common import counts, sample, write

warnings.simplefilter("ignore")


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


# samples: nothing but ties, one value against many, apart, one inside the other, equal, huge, tiny, signed zeros
one = [1.0] * 12
PAIRS = [
    ([0.0, 1.0] * 25, [0.0] * 20 + [1.0] * 40),
    ([0.0, 1.0], [1.0, 0.0, 1.0]),
    (one, [1.0] * 7 + [2.0]),
    ([1.0, 2.0, 3.0, 4.0], [11.0, 12.0, 13.0]),
    (list(range(60)), list(range(100, 170))),
    (list(range(1, 41)), list(range(1, 41))),
    ([3.0, 3.0, 3.0, 4.0], [1.0, 2.0, 5.0, 6.0, 3.0]),
    ([-0.0, 0.0, 1.0, 2.0, 3.0], [0.0, -0.0, -1.0, 2.0]),
    ([1e300, 2e300, 3e300, 5e299], [1e300, 4e300, 2.5e300]),
    ([1e-300, 2e-300, 3e-300, 1.5e-300], [2e-300, 5e-300, 2.5e-300]),
    ([1e9, 1e9 + 1e-6, 1e9 + 2e-6, 1e9], [1e9 + 1e-6, 1e9 + 1e-6, 1e9 + 3e-6]),
    ([5.0], [1.0, 2.0, 3.0, 9.0]),
    ([float(v) for v in sample(41, 400, 0.0, 5.0, 5)], [float(v) for v in sample(42, 300, 0.0, 5.0, 5) ** 1.1 // 1]),
]
ks, ranks, tails, moved = [], [], [], []
for a, b in PAIRS:
    r = stats.ks_2samp(a, b)
    ks.append((numbers(a), numbers(b), float(r.statistic), float(r.pvalue)))
    u = stats.mannwhitneyu(b, a, alternative="two-sided", method="auto")
    ranks.append((numbers(a), numbers(b), float(u.statistic), float(u.pvalue)))
    moved.append((numbers(a), numbers(b), float(stats.wasserstein_distance(a, b))))
    if len(set(a) | set(b)) > 1 and len(a) + len(b) >= 4:
        t = stats.anderson_ksamp([a, b])
        tails.append((numbers(a), numbers(b), float(t.statistic), float(t.pvalue)))
write("ks_2samp_edges.csv", "scipy.stats.ks_2samp(method='auto')", "1e-12 absolute", "reference,current,d,p", ks)
write("mann_whitney_edges.csv", "scipy.stats.mannwhitneyu(current, reference, method='auto')", "1e-12 absolute (p), exact (u)",
      "reference,current,u,p", ranks)
write("anderson_darling_edges.csv", "scipy.stats.anderson_ksamp", "1e-10 relative", "reference,current,statistic,p", tails)
write("wasserstein_edges.csv", "scipy.stats.wasserstein_distance", "1e-12 relative", "reference,current,distance", moved)

# large samples with few values: the law for many rows, with ties; and p far below any level
rows = []
for i, (n, m, shift, steps) in enumerate([(12000, 9000, 0.0, 4), (30000, 15000, 0.01, 50), (20000, 20000, 0.0, 2), (11000, 64, 0.1, 3),
                                          (25000, 25000, 0.2, 10), (10001, 10001, 0.004, 1000), (10000, 10000, 0.02, 6)]):
    a = sample(60 + i, n, 0.0, 1.0, steps)
    b = sample(80 + i, m, 0.0, 1.0 + shift, steps * 10) if steps < 10 else sample(80 + i, m, 0.0, 1.0 + shift, steps)
    r = stats.ks_2samp(a, b)
    rows.append((60 + i, n, steps, 80 + i, m, 1.0 + shift, steps * 10 if steps < 10 else steps, float(r.statistic), float(r.pvalue)))
write("ks_2samp_ties.csv", "scipy.stats.ks_2samp(method='auto'); steps: values cut to multiples of 1 / steps", "1e-12 absolute",
      "seed_a,n,steps_a,seed_b,m,scale_b,steps_b,d,p", rows)


# counts: cells that are empty on one side or both, rare ones that are pooled, two laws apart, equal laws, large totals
def pooled(r, c):
    """The rule of the Javadoc: expected count of the smaller sample below 5 goes into one cell, which may join the smallest."""
    n, m = sum(r), sum(c)
    smaller = min(n, m) / (n + m)
    cells = [(x, y) for x, y in zip(r, c) if x + y > 0]
    if len(cells) <= 2:
        return cells
    kept = [cell for cell in cells if sum(cell) * smaller >= 5]
    rest = [cell for cell in cells if sum(cell) * smaller < 5]
    if rest:
        other = (sum(x for x, _ in rest), sum(y for _, y in rest))
        if sum(other) * smaller < 5 and len(kept) > 1:
            least = min(range(len(kept)), key=lambda i: sum(kept[i]))
            kept[least] = (kept[least][0] + other[0], kept[least][1] + other[1])
        else:
            kept.append(other)
    return kept


TABLES = [
    ((50, 30, 20, 0), (40, 35, 0, 25)),
    ((100, 0), (0, 80)),
    ((100, 0, 0), (0, 50, 30)),
    ((500, 400, 3, 2, 1), (90, 70, 1, 0, 2)),
    ((500, 400, 30, 2, 1), (90, 70, 21, 9, 8)),
    ((1000, 1000, 2), (900, 1100, 1)),
    ((20, 20, 20), (20, 20, 20)),
    ((4, 0, 2), (2, 0, 1)),
    ((1, 0), (0, 1)),
    ((7, 0, 0), (3, 0, 0)),
    ((10**12, 2 * 10**12, 10**11), (10**9, 2 * 10**9 + 10**5, 10**8)),
    ((100000, 1), (1, 100000)),
    (tuple([3] * 40), tuple([4] * 40)),
    ((2, 3, 1, 1), (60, 80, 9, 12)),
]
chi, js, he = [], [], []
for r, c in TABLES:
    p, q = np.array(r) / sum(r), np.array(c) / sum(c)
    js.append((counts(r), counts(c), float(distance.jensenshannon(p, q, base=2))))
    he.append((counts(r), counts(c), float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2))))
    cells = pooled(r, c)
    if len(cells) < 2:
        chi.append((counts(r), counts(c), 0.0, 1.0, "ONE_CELL"))
        continue
    table = np.array(cells, dtype=float).T
    t = stats.chi2_contingency(table, correction=False)
    fisher = len(cells) == 2 and t.expected_freq.min() < 5
    p_value = stats.fisher_exact(table.astype(int))[1] if fisher else t.pvalue
    chi.append((counts(r), counts(c), float(t.statistic), float(p_value), "FISHER" if fisher else "PEARSON"))
write("chi_square_edges.csv", "scipy.stats.chi2_contingency(correction=False) or fisher_exact after pooling by the rule of the Javadoc",
      "1e-9 relative (statistic), 1e-10 absolute (p)", "reference,current,statistic,p,method", chi)
write("jensen_shannon_edges.csv", "scipy.spatial.distance.jensenshannon(base=2)", "1e-9 absolute", "reference,current,distance", js)
write("hellinger_edges.csv", "numpy.linalg.norm(sqrt(p) - sqrt(q)) / sqrt(2)", "1e-9 absolute", "reference,current,distance", he)

# p-values: ties, nothing, certainty, the smallest numbers there are
LISTS = [
    [0.01, 0.01, 0.01, 0.04, 0.04, 0.9],
    [0.0, 0.0, 1.0, 1.0],
    [0.05, 0.05, 0.05],
    [1.0],
    [5e-324, 1e-300, 1e-16, 0.5],
    [0.2, 0.1, 0.05, 0.025, 0.0125],
    [0.04, 0.03, 0.02, 0.01],
]
rows = [(numbers(p), numbers(stats.false_discovery_control(p, method="bh")), numbers(stats.false_discovery_control(p, method="by"))) for p in LISTS]
write("false_discovery_edges.csv", "scipy.stats.false_discovery_control", "1e-12 absolute", "p,bh,by", rows)
