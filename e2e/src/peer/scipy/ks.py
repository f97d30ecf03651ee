"""The two-sample Kolmogorov-Smirnov test of SciPy over columns of normal values, one column at a time.

python3 ks.py ROWS COLUMNS REPEATS prints one line of JSON: the processor's seconds of each repeat for all columns. Making the values is not
measured. Columns are made in batches of five, so that memory does not grow with them.
"""
import json
import sys
import time

import numpy as np
import scipy
from scipy import stats


def peak_mb():
    """Of this process alone: what getrusage tells begins with the memory of the process that started it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM:"))


rows, columns, repeats = map(int, sys.argv[1:4])
rng = np.random.default_rng(42)
seconds = []
for _ in range(repeats):
    total = 0.0
    for start in range(0, columns, 5):
        pairs = [(rng.standard_normal(rows), rng.standard_normal(rows)) for _ in range(min(5, columns - start))]
        begin = time.process_time()
        for a, b in pairs:
            stats.ks_2samp(a, b)
        total += time.process_time() - begin
    seconds.append(total)
print(json.dumps({
    "scipy": scipy.__version__,
    "numpy": np.__version__,
    "seconds": seconds,
    "peak_mb": peak_mb(),
}))
