"""Makes the golden tables of sequences of results: python3 make_sequences.py (writes beside itself). Needs numpy and scipy."""
import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
from scipy import stats

from make_stats_common import sample, write


def results(seed, n, k, sticky):
    """n results of k categories; with that chance a result repeats the one before."""
    u = sample(seed, 2 * n, 0.0, 1.0, 0)
    values = []
    for i in range(n):
        again = values and u[2 * i] < sticky
        values.append(values[-1] if again else int(u[2 * i + 1] * k))
    return values


def text(values):
    return " ".join(str(v) for v in values)


def longest(order, category):
    return max((len(list(g)) for v, g in itertools.groupby(order) if v == category), default=0)


# Streaks by fractions: a chain over the length of the streak that is open, and one over what is left to be placed.
def by_chances(chances, length):
    open_ = {0: Fraction(1)}
    reached = Fraction(0)
    for p in chances:
        p = Fraction(p)
        following = {}
        for at, mass in open_.items():
            following[0] = following.get(0, 0) + mass * (1 - p)
            if at + 1 == length:
                reached += mass * p
            else:
                following[at + 1] = following.get(at + 1, 0) + mass * p
        open_ = following
    return reached


def by_order(n, wins, length):
    ways = {(0, 0): 1}  # (wins so far, open streak) without a long one
    for i in range(n):
        following = {}
        for (w, at), count in ways.items():
            if i - w < n - wins:
                key = (w, 0)
                following[key] = following.get(key, 0) + count
            if w < wins and at + 1 < length:
                key = (w + 1, at + 1)
                following[key] = following.get(key, 0) + count
        ways = following
    return 1 - Fraction(sum(c for (w, _), c in ways.items() if w == wins), math.comb(n, wins))


rows = []
for n, wins, p, length in [(1, 1, 0.5, 1), (10, 5, 0.5, 3), (10, 10, 0.9, 10), (20, 8, 0.4, 5), (38, 21, 0.55, 7), (100, 50, 0.5, 10),
                           (100, 50, 0.5, 25), (300, 90, 0.3, 6), (60, 57, 0.95, 40), (50, 2, 0.04, 2), (400, 200, 0.5, 3)]:
    rows.append((n, wins, p, length, float(by_chances([p] * n, length)), float(by_order(n, wins, length))))
write("streak_probability.csv", "chains over fractions: a streak of that length given the chance, and given the number of successes",
      "1e-12 relative", "n,successes,chance,length,by_chance,by_order", rows)

rows = []
for seed, n, length in [(1, 5, 2), (2, 30, 4), (3, 120, 6), (4, 200, 12)]:
    chances = sample(seed, n, 0.1, 0.8, 0)
    rows.append((seed, n, length, float(by_chances([float(c) for c in chances], length))))
write("streak_chances.csv", "a chain over fractions; chances 0.1 + 0.8 u of the generator", "1e-12 relative", "seed,n,length,probability", rows)


def runs(order):
    return 1 + sum(a != b for a, b in zip(order, order[1:]))


rows = []
for seed, n, k, sticky in [(11, 8, 2, 0.0), (12, 12, 2, 0.6), (13, 14, 2, 0.9), (14, 40, 2, 0.0), (15, 200, 2, 0.3), (16, 999, 2, 0.05),
                           (17, 3000, 2, 0.03), (18, 8, 3, 0.0), (19, 9, 3, 0.7), (20, 500, 3, 0.1), (21, 900, 4, 0.0)]:
    values = results(seed, n, k, sticky)
    m = Counter(values)
    r = runs(values)
    mean = n + 1 - sum(c * c for c in m.values()) / n
    if len(m) == 2 and n <= 1000:
        a, b = m.values()
        total = math.comb(n, a)
        law = {}
        for j in range(2, n + 1):
            h = j // 2
            law[j] = Fraction(2 * math.comb(a - 1, h - 1) * math.comb(b - 1, h - 1) if j % 2 == 0
                              else math.comb(a - 1, h) * math.comb(b - 1, h - 1) + math.comb(a - 1, h - 1) * math.comb(b - 1, h), total)
        p, method = float(sum(v for v in law.values() if v <= law[r])), "exact"
        if n <= 12:  # the law itself, by all orders
            tried = Counter(runs(o) for o in set(itertools.permutations(values))) if n <= 8 else None
            if tried:
                whole = sum(tried.values())
                assert all(Fraction(c, whole) == law[j] for j, c in tried.items())
    elif n <= 9:
        orders = set(itertools.permutations(values))
        p = sum(abs(runs(o) - mean) >= abs(r - mean) - 1e-9 for o in orders) / len(orders)
        method = "all orders"
    else:
        s2, s3 = sum(c**2 for c in m.values()), sum(c**3 for c in m.values())
        var = (s2 * (s2 + n * n + n) - 2 * n * s3 - n**3) / (n * n * (n - 1))
        p, method = 2 * stats.norm.sf(max(0, abs(r - mean) - 0.5) / math.sqrt(var)), "normal"
    rows.append((k, text(values), r, mean, p, method))
write("runs_test.csv", "fractions over the exact law (checked by all orders), all orders, or scipy.stats.norm", "1e-10 relative",
      "categories,values,runs,mean,p,method", rows)


def table(order, k):
    t = np.zeros((k, k))
    for a, b in zip(order, order[1:]):
        t[a, b] += 1
    return t


def pearson(order, k):
    t = table(order, k)
    t = t[t.sum(1) > 0][:, t.sum(0) > 0]
    e = np.outer(t.sum(1), t.sum(0)) / t.sum()
    return ((t - e) ** 2 / e).sum()


def information(order, k):
    t = table(order, k) / (len(order) - 1)
    return stats.entropy(t.sum(1), base=2) + stats.entropy(t.sum(0), base=2) - stats.entropy(t.ravel(), base=2)


rows = []
for seed, n, k, sticky in [(31, 9, 2, 0.5), (32, 8, 3, 0.0), (33, 9, 3, 0.6), (34, 60, 2, 0.2), (35, 400, 3, 0.0), (36, 1000, 4, 0.1)]:
    values = results(seed, n, k, sticky)
    if n <= 9:
        orders = set(itertools.permutations(values))
        x = pearson(values, k)
        p, method = sum(pearson(o, k) >= x - 1e-9 for o in orders) / len(orders), "all orders"
        g = information(values, k)
        pg = sum(information(o, k) >= g - 1e-9 for o in orders) / len(orders)
    else:
        r = stats.chi2_contingency(table(values, k), correction=False)
        x, p, method, g, pg = r.statistic, r.pvalue, "chi-square", information(values, k), float("nan")
    counts = np.bincount(values, minlength=k)
    plain = stats.entropy(counts, base=2)
    rows.append((k, text(values), x, p, method, plain, plain + ((counts > 0).sum() - 1) / (2 * n * math.log(2)), g, pg))
write("transitions.csv", "scipy.stats.chi2_contingency(correction=False) or all orders; scipy.stats.entropy(base=2), Miller's correction, mutual information",
      "1e-10 relative", "categories,values,statistic,p,method,entropy,corrected,gain,p_gain", rows)

rows = []
for seed, n, lags, steps in [(41, 8, 1, 2), (42, 8, 2, 3), (43, 120, 5, 0), (44, 500, 10, 2), (45, 2000, 10, 0)]:
    x = sample(seed, n, 0.0, 1.0, steps)
    if n > 100:
        x = np.convolve(np.concatenate([[0], x]), [1, 0.1])[1:n + 1]

    def q_of(y):
        c = y - y.mean()
        r = [float((c[:-l] * c[l:]).sum() / (c * c).sum()) for l in range(1, lags + 1)]
        return r, n * (n + 2) * sum(v * v / (n - l) for l, v in enumerate(r, 1))

    r, q = q_of(x)
    if n <= 8:
        orders = set(itertools.permutations(x))
        p = sum(q_of(np.array(o))[1] >= q - 1e-9 * max(1, q) for o in orders) / len(orders)
    else:
        p = stats.chi2.sf(q, lags)
    rows.append((seed, n, lags, steps, 1 if n > 100 else 0, text(r), q, p))
write("serial_correlation.csv", "numpy; scipy.stats.chi2 or all orders; smoothed: x[t] + 0.1 x[t-1]", "1e-10 relative",
      "seed,n,lags,steps,smoothed,r,q,p", rows)

rows = []
for counts, shares in [([3, 7], [0.5, 0.5]), ([0, 4], [0.5, 0.5]), ([12, 9, 19], [1 / 3] * 3), ([2, 1, 9], [0.25, 0.25, 0.5]), ([1, 0, 0, 5], [0.25] * 4),
                       ([480, 260, 260], [0.45, 0.27, 0.28]), ([5, 95], [0.02, 0.98])]:
    n = sum(counts)
    x = stats.chisquare(counts, np.array(shares) * n)
    if min(np.array(shares) * n) >= 5:
        p, method = x.pvalue, "chi-square"
    else:
        law = stats.multinomial(n, shares)
        seen = law.pmf(counts)
        tables = (t for t in itertools.product(range(n + 1), repeat=len(counts) - 1) if sum(t) <= n)
        p = sum(q for q in (law.pmf(list(t) + [n - sum(t)]) for t in tables) if q <= seen * (1 + 1e-7))
        method = "exact"
    rows.append((text(counts), text(shares), x.statistic, p, method))
write("shares.csv", "scipy.stats.chisquare, or the sum of scipy.stats.multinomial over all tables that are not more likely", "1e-10 relative",
      "counts,shares,statistic,p,method", rows)

rows = []
for seed, n, wins in [(51, 1, 1), (52, 12, 3), (53, 40, 29), (54, 300, 160), (55, 6000, 3050)]:
    chances = sample(seed, n, 0.1, 0.8, 0)
    mean = float(chances.sum())
    if n > 5000:
        p = 2 * stats.norm.sf(max(0, abs(wins - mean) - 0.5) / math.sqrt((chances * (1 - chances)).sum()))
    else:
        law = [Fraction(1)] if n <= 40 else np.ones(1)
        for c in chances:
            if n > 40:
                law = np.convolve(law, [1 - c, c])
            else:
                c = Fraction(float(c))
                law = [(law[i] if i < len(law) else 0) * (1 - c) + (law[i - 1] if i else 0) * c for i in range(len(law) + 1)]
        p = float(min(1, 2 * min(sum(law[:wins + 1]), sum(law[wins:]))))
    rows.append((seed, n, wins, mean, p))
write("stated_chances.csv", "Poisson binomial law over fractions (beyond 40 results by numpy.convolve), scipy.stats.norm beyond 5,000", "1e-10 relative",
      "seed,n,successes,mean,p", rows)
