"""The two-sample Kolmogorov-Smirnov test of SciPy over columns of normal values, one column at a time.

python3 ks.py ROWS COLUMNS REPEATS prints one line of JSON: the processor's seconds of each repeat for all columns. Making the values is not
measured. Columns are made in batches of five, so that memory does not grow with them.
"""
import json
import resource
import sys
import time

import numpy as np
import scipy
from scipy import stats

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
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
