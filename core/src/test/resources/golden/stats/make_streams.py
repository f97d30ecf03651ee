"""Makes the golden tables of detectors on streams: python3 make_streams.py (writes beside itself). Needs numpy and scipy.

The detectors are written here as their papers define them, without care for speed: ADWIN keeps a plain list of buckets and
recomputes mean and variance of the window from the values themselves; Page-Hinkley is written with its sums; the
Kolmogorov-Smirnov window draws by a copy of java.util.SplittableRandom.
"""
import math

import numpy as np
from scipy import stats

from make_stats_common import sample, write


def stream(seed, n, at, shift, scale):
    """Uniform values, from position `at` on shifted and stretched around their centre."""
    x = sample(seed, n, 0.0, 1.0, 0)
    x[at:] = 0.5 + shift + scale * (x[at:] - 0.5)
    return x


def adwin(x, delta, clock=32, most=5, side=5, window=10):
    buckets = []  # number of values, oldest first; the window is the last sum(buckets) values
    out = []
    for t in range(1, len(x) + 1):
        buckets.append(1)
        size = 1
        while buckets.count(size) > most:
            first = buckets.index(size)
            buckets[first:first + 2] = [2 * size]
            size *= 2
        if t % clock or sum(buckets) <= window:
            continue
        found = None
        again = True
        while again:
            again = False
            w = sum(buckets)
            values = x[t - w:t]
            d = math.log(2 * math.log(w) / delta)
            variance = np.var(values)
            n0 = 0
            for b in buckets[:-1]:
                n0 += b
                n1 = w - n0
                if n0 < side or n1 < side:
                    continue
                m0, m1 = np.mean(values[:n0]), np.mean(values[n0:])
                h = 1 / (n0 - side + 1) + 1 / (n1 - side + 1)
                if abs(m0 - m1) > math.sqrt(2 * h * variance * d) + 2 / 3 * h * d:
                    del buckets[0]
                    found = (t, t - sum(buckets), m1 > m0)
                    again = True
                    break
        if found:
            out.append(found)
    return out, sum(buckets)


def page_hinkley(x, least, delta, threshold, alpha, mean=None, sd=1.0):
    out = []
    count, running, up, down = 0, 0.0, 0.0, 0.0
    up_since = down_since = 0
    for t, value in enumerate(x, 1):
        count += 1
        if mean is None:
            running += (value - running) / count
            z = value - running
        else:
            z = (value - mean) / sd
        up = max(0.0, alpha * up + z - delta)
        down = max(0.0, alpha * down - z - delta)
        up_since = t if up == 0 else up_since
        down_since = t if down == 0 else down_since
        if count >= least and max(up, down) >= threshold:
            out.append((t, up_since if up >= down else down_since, up >= down))
            count, running, up, down = 0, 0.0, 0.0, 0.0
            up_since = down_since = t
    return out


MASK = (1 << 64) - 1


class SplittableRandom:
    def __init__(self, seed):
        self.seed = seed

    def next_int(self):
        self.seed = (self.seed + 0x9E3779B97F4A7C15) & MASK
        z = self.seed
        z = ((z ^ (z >> 33)) * 0x62A9D9ED799705F5) & MASK
        return (((z ^ (z >> 28)) * 0xCB24D0A5C88C35B3) & MASK) >> 32

    def below(self, bound):
        r = self.next_int()
        if bound & (bound - 1) == 0:
            return r & (bound - 1)
        u = r >> 1
        while u + (bound - 1) - u % bound > 0x7FFFFFFF:
            u = self.next_int() >> 1
        return u % bound


def kswin(x, seed, alpha=0.005, size=100, newest=30):
    random = SplittableRandom(seed)
    window, out = [], []
    for t, value in enumerate(x, 1):
        window = (window + [value])[-size:]
        if len(window) < size:
            continue
        pool = list(window[:-newest])
        drawn = []
        for i in range(newest):
            j = i + random.below(len(pool) - i)
            drawn.append(pool[j])
            pool[j] = pool[i]
        r = stats.ks_2samp(drawn, window[-newest:])
        if r.pvalue <= alpha and r.statistic > 0.1:
            out.append((t, r.statistic, r.pvalue))
            window = window[-newest:]
    return out


def flat(changes):
    return " ".join(str(int(v)) for change in changes for v in change)


STREAMS = [(1, 4000, 2000, 0.3, 1.0), (2, 4000, 1500, -0.15, 1.0), (3, 3000, 3000, 0.0, 1.0), (4, 6000, 3000, 0.05, 1.0),
           (5, 2500, 40, 0.5, 1.0), (6, 4000, 2000, 0.0, 0.2)]

rows = []
for s in STREAMS:
    for delta in [0.002, 0.2]:
        changes, width = adwin(stream(*s), delta)
        rows.append((*s, delta, width, flat(changes)))
write("adwin.csv", "the definition, in this script; changes: at, start, rose", "exact",
      "seed,n,at,shift,scale,delta,width,changes", rows)

rows = []
for s in STREAMS:
    x = stream(*s)
    rows.append((*s, 30, 0.005, 5.0, 0.9999, 0, flat(page_hinkley(x, 30, 0.005, 5.0, 0.9999))))
    rows.append((*s, 30, 0.005, 50.0, 0.9999, 0, flat(page_hinkley(x, 30, 0.005, 50.0, 0.9999))))
    sd = math.sqrt(1 / 12)
    rows.append((*s, 1, 0.25, 60.0, 1.0, 1, flat(page_hinkley(x, 1, 0.25, 60.0, 1.0, 0.5, sd))))
write("page_hinkley.csv", "the definition, in this script; standardised by mean 0.5 and deviation sqrt(1/12) or not; changes: at, start, rose",
      "exact", "seed,n,at,shift,scale,least,delta,threshold,alpha,standardised,changes", rows)

rows = []
for s in STREAMS:
    changes = kswin(stream(*s), 42 + s[0])
    rows.append((*s, 42 + s[0], " ".join(str(c[0]) for c in changes), " ".join(repr(float(c[1])) for c in changes),
                 " ".join(repr(float(c[2])) for c in changes)))
write("kswin.csv", "the definition, in this script, with scipy.stats.ks_2samp", "at exact; d, p 1e-12",
      "seed,n,at,shift,scale,draw_seed,at,d,p", rows)
