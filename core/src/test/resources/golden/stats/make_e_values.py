"""Makes the golden table of several e-values: python3 make_e_values.py (writes beside itself). Needs numpy and scipy (versions only).

Both procedures by their definitions, not by the short ways: all subsets for the closed test, all counts of rejections for e-BH.
"""
from itertools import combinations

import numpy as np

from make_stats_common import write


def closed(e):
    """Smallest mean over all subsets that hold it."""
    out = []
    for i in range(len(e)):
        rest = [x for j, x in enumerate(e) if j != i]
        out.append(min(np.mean([e[i], *some]) for size in range(len(rest) + 1) for some in combinations(rest, size)))
    return out


def e_bh(e):
    """For each the largest 1 / alpha at which e-BH rejects it: those with rank up to max{k: k e(k) / K >= 1 / alpha}."""
    k = len(e)
    candidates = sorted({j * x / k for x in e for j in range(1, k + 1)}, reverse=True)
    out = []
    for i in range(k):
        best = 0.0
        for level in candidates:
            ordered = sorted(e, reverse=True)
            passing = [rank for rank in range(1, k + 1) if rank * ordered[rank - 1] / k >= level]
            if passing and e[i] >= ordered[max(passing) - 1]:
                best = level
                break
        out.append(best)
    return out


def text(values):
    return " ".join(repr(float(v)) for v in values)


rng = np.random.default_rng(23)
lists = [[20.0], [40.0, 1.0], [25.0, 25.0], [0.0, 80.0, 0.0, 0.0], [100.0, 30.0, 2.0, 0.5], [1.0] * 5, [0.0, 0.0],
         [1e300, 1e-300, 7.0], [19.0, 21.0, 20.0, 20.0]]
lists += [list(np.exp(rng.normal(0.0, 2.5, size))) for size in (3, 5, 8, 10)]
write("e_values.csv", "all subsets (closed arithmetic means), definition of e-BH", "1e-12 relative", "e,closed,e_bh",
      [(text(e), text(closed(e)), text(e_bh(e))) for e in lists])
