"""Makes the golden table of dev.keelson.learn.linear: python3 make_linear.py (writes beside itself). Needs scikit-learn."""
import os
import sys

import numpy as np
import sklearn
from sklearn.linear_model import ElasticNet, LinearRegression

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)


def text(values):
    return " ".join(repr(float(v)) for v in values)


rows = []
for alpha, ratio, n, weighted in [(0, 0, 30, False), (0.1, 0.0, 40, True), (0.2, 0.5, 40, False), (0.3, 1.0, 60, True), (2.0, 0.3, 25, True)]:
    x = np.round(rng.normal(0, [1, 10, 0.1, 3], (n, 4)) + [0, 100, 5, -2], 5)
    x[:, 3] = np.round(0.7 * x[:, 0] + 0.3 * x[:, 3], 5)
    y = np.round(2 * x[:, 0] - 0.1 * x[:, 1] + 4 * x[:, 2] + rng.normal(0, 1, n), 5)
    w = np.round(rng.gamma(2, 1, n), 3) if weighted else np.ones(n)
    z = (x - x.mean(axis=0)) / x.std(axis=0)  # unweighted, as Preprocessing does
    model = LinearRegression() if alpha == 0 else ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-14, max_iter=1000000)
    model.fit(z, y, sample_weight=w)
    rows.append((alpha, ratio, ";".join(text(c) for c in x.T), text(y), text(w), text(model.predict(z))))
with open(os.path.join(HERE, "linear.csv"), "w") as f:
    f.write(f"# made by make_linear.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}, python {sys.version.split()[0]}\n")
    f.write("# sklearn.linear_model.ElasticNet on standardised features\n# tolerance: 1e-7 absolute\n")
    f.write("# columns: alpha,l1_ratio,features (one column each, separated by ;),target,weights,predictions\n")
    for row in rows:
        f.write(",".join(map(str, row)) + "\n")
