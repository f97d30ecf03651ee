"""Makes the golden tables of dev.keelson.stats: python3 make_stats.py (writes beside itself).

Needs numpy and scipy. Samples come from the generator of java.util.Random (48 bits), so that the tests
can make them again instead of storing them.
"""
import math

import numpy as np
from scipy import stats
from scipy.spatial import distance

from make_stats_common import counts, sample, write


# Kolmogorov-Smirnov
rows = []
for i, (n, m) in enumerate([(1, 1), (1, 7), (5, 5), (10, 7), (30, 30), (100, 40), (64, 128), (500, 300), (1000, 999),
                            (3000, 200), (10000, 150), (10001, 150), (20000, 12000), (12000, 200), (15000, 40), (40000, 60000)]):
    for shift, scale, steps in [(0.0, 1.0, 0), (0.05, 1.0, 0), (0.0, 1.0, 10), (0.2, 1.2, 20), (0.0, 1.01, 0)]:
        a = sample(100 + i, n, 0.0, 1.0, steps)
        b = sample(900 + i, m, shift, scale, steps)
        r = stats.ks_2samp(a, b)
        rows.append((100 + i, n, 900 + i, m, shift, scale, steps, r.statistic, r.pvalue))
write("ks_2samp.csv", "scipy.stats.ks_2samp(method='auto')", "1e-12 absolute (d, p)",
      "seed_a,n,seed_b,m,shift_b,scale_b,steps,d,p", rows)
rows = []
for n in [1, 2, 3, 5, 10, 39, 100, 140, 141, 500, 5000, 50000, 100001, 1000000]:
    for z in [0.2, 0.4, 0.52, 0.6, 0.75, 0.9, 1.1, 1.3, 1.45, 1.6, 2.0, 2.5, 3.5, 5.0]:
        d = z / math.sqrt(n)
        if d < 1:
            rows.append((n, d, stats.kstwo.sf(d, n)))
write("kstwo_sf.csv", "scipy.stats.kstwo.sf(d, n)", "1e-12 absolute", "n,d,sf", rows)

# Wasserstein
rows = []
for i, (n, m) in enumerate([(1, 1), (5, 9), (100, 80), (1000, 3000)]):
    for shift, scale, steps in [(0.0, 1.0, 0), (0.3, 1.0, 0), (0.0, 2.0, 7), (-5.0, 100.0, 3)]:
        a = sample(i, n, 0.0, 1.0, steps)
        b = sample(50 + i, m, shift, scale, steps)
        q = np.percentile(a, [25, 75])
        unit = (q[1] - q[0]) / 1.349
        if unit <= 0:
            unit = a.std()
        w = stats.wasserstein_distance(a, b)
        rows.append((i, n, 50 + i, m, shift, scale, steps, w, w / unit if unit > 0 else float("nan")))
write("wasserstein.csv", "scipy.stats.wasserstein_distance; unit = IQR / 1.349", "1e-12 relative",
      "seed_a,n,seed_b,m,shift_b,scale_b,steps,distance,normed", rows)

# Chi-square, Fisher, Jensen-Shannon, PSI on counts
rows, js, psi = [], [], []
rng = np.random.default_rng(7)
for k in [2, 3, 5, 10, 30]:
    for n, m in [(500, 500), (5000, 300), (300, 5000)]:
        for tilt in [0.0, 0.3]:
            p = np.linspace(1, 2, k)
            q = p * (1 + tilt * np.cos(np.arange(k)))
            r = rng.multinomial(n, p / p.sum())
            c = rng.multinomial(m, q / q.sum())
            e = (r + c) * min(n, m) / (n + m)
            jsd = distance.jensenshannon(r / n, c / m, base=2)
            js.append((counts(r), counts(c), jsd, jsd ** 2 - (k - 1) / (8 * math.log(2)) * (1 / n + 1 / m)))
            rs = (r + 0.5) / (n + 0.5 * k)
            cs = (c + 0.5) / (m + 0.5 * k)
            value = float(np.sum((cs - rs) * np.log(cs / rs)))
            pv = stats.chi2.sf(value * n * m / (n + m), k - 1)
            rc = np.where(r == 0, 1e-4, r / n)
            cc = np.where(c == 0, 1e-4, c / m)
            psi.append((counts(r), counts(c), value, (k - 1) * (1 / n + 1 / m), pv, float(np.sum((cc - rc) * np.log(cc / rc)))))
            if e.min() >= 5:
                t = stats.chi2_contingency(np.array([r, c]), correction=False)
                rows.append((counts(r), counts(c), t.statistic, t.pvalue, math.sqrt(t.statistic / (n + m)), "PEARSON"))
for r, c in [((3, 9), (7, 2)), ((20, 1), (30, 4)), ((0, 10), (3, 7)), ((1, 99), (4, 36)), ((12, 0), (11, 0))]:
    if r[1] + c[1] == 0:
        continue
    p = stats.fisher_exact([r, c])[1]
    t = stats.chi2_contingency(np.array([r, c]), correction=False)
    rows.append((counts(r), counts(c), t.statistic, p, math.sqrt(t.statistic / (sum(r) + sum(c))), "FISHER"))
write("chi_square.csv", "scipy.stats.chi2_contingency(correction=False), scipy.stats.fisher_exact", "1e-10 relative",
      "reference,current,statistic,p,cramers_v,method", rows)
write("jensen_shannon.csv", "scipy.spatial.distance.jensenshannon(base=2)", "1e-12 absolute", "reference,current,distance,excess", js)
write("psi.csv", "numpy, the formula of the Javadoc", "1e-12 relative (psi), 1e-10 (p)",
      "reference,current,psi,expected,p,classic", psi)

# False discovery rate
rows = []
for n in [1, 2, 5, 45]:
    p = rng.beta(0.5, 2, n)
    rows.append((" ".join(repr(float(x)) for x in p),
                 " ".join(repr(float(x)) for x in stats.false_discovery_control(p, method="bh")),
                 " ".join(repr(float(x)) for x in stats.false_discovery_control(p, method="by"))))
write("false_discovery.csv", "scipy.stats.false_discovery_control", "1e-12 absolute", "p,bh,by", rows)

# Wilson
rows = []
for x, n in [(0, 1), (1, 1), (0, 30), (5, 10), (460, 1000), (999, 1000), (45, 100000)]:
    for c in [0.8, 0.95, 0.99]:
        ci = stats.binomtest(x, n).proportion_ci(c, method="wilson")
        rows.append((x, n, c, ci.low, ci.high))
write("wilson.csv", "scipy.stats.binomtest(x, n).proportion_ci(confidence, method='wilson')", "1e-12 absolute", "x,n,confidence,lower,upper", rows)

# Clustered mean: dummy-variable form of the sandwich, written with matrices on purpose
rows = []
for seed, n, g in [(1, 50, 7), (2, 400, 40), (3, 6, 6)]:
    x = sample(seed, n, -1.0, 3.0, 0)
    cl = np.array([math.floor(g * v) for v in sample(seed + 70, n, 0.0, 1.0, 0)])
    ids = np.unique(cl)
    D = (cl[:, None] == ids[None, :]).astype(float)
    X = np.ones((n, 1))
    u = x - x.mean()
    bread = np.linalg.inv(X.T @ X)
    scores = D.T @ u
    G = len(ids)
    v = G / (G - 1) * (bread * (scores @ scores) * bread)[0, 0]
    half = stats.t.ppf(0.975, G - 1) * math.sqrt(v)
    rows.append((seed, n, g, float(x.mean()), math.sqrt(v), float(x.mean() - half), float(x.mean() + half)))
write("clustered_mean.csv", "numpy sandwich, scipy.stats.t", "1e-12 relative", "seed,n,clusters,mean,standard_error,lower,upper", rows)

# BCa
rows = []
for seed, n in [(11, 40), (12, 200)]:
    x = sample(seed, n, 0.0, 1.0, 0) ** 4
    ci = stats.bootstrap((x,), np.mean, n_resamples=200000, batch=2000, method="BCa", random_state=1).confidence_interval
    rows.append((seed, n, float(x.mean()), ci.low, ci.high))
write("bca.csv", "scipy.stats.bootstrap(mean of u**4, n_resamples=200000, method='BCa')", "3 % of the width (resampling noise)",
      "seed,n,mean,lower,upper", rows)
