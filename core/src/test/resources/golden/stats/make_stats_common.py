"""What the scripts of the golden tables share: the generator of java.util.Random, and how a table is written."""
import math
import os
import sys

import numpy as np
import scipy

HERE = os.path.dirname(os.path.abspath(__file__))


class Lcg:
    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def uniform(self):
        self.state = (self.state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self.state / (1 << 48)


def sample(seed, n, shift, scale, steps):
    """n values shift + scale * u; with steps > 0, u is cut down to multiples of 1/steps (ties)."""
    g = Lcg(seed)
    out = []
    for _ in range(n):
        u = g.uniform()
        if steps:
            u = math.floor(u * steps) / steps
        out.append(shift + scale * u)
    return np.array(out)


def write(name, call, tolerance, columns, rows):
    with open(os.path.join(HERE, name), "w") as f:
        f.write(f"# made by {os.path.basename(sys.argv[0])} with scipy {scipy.__version__}, numpy {np.__version__}, python {sys.version.split()[0]}\n")
        f.write(f"# {call}\n# tolerance: {tolerance}\n# columns: {columns}\n")
        for row in rows:
            f.write(",".join(repr(float(x)) if isinstance(x, (float, np.floating)) else str(x) for x in row) + "\n")


def counts(values):
    return " ".join(str(v) for v in values)
