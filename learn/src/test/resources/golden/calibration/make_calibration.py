"""Makes the golden tables of dev.keelson.learn.calibration: python3 make_calibration.py (writes beside itself).

Needs numpy, scipy and scikit-learn. Cases hold probabilities of class 1, labels and weights; for each case the tables
hold the corrected probability at a grid of points.
"""
import os
import sys

import numpy as np
import scipy
import sklearn
from scipy.special import expit, logit
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

HERE = os.path.dirname(os.path.abspath(__file__))
GRID = np.array([0.0, 1e-9, 0.003, 0.01, 0.05, 0.1, 0.125, 0.2, 0.25, 0.31, 0.4, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9, 0.97, 0.999, 1.0])
CLIP = 1e-12


def cases():
    rng = np.random.default_rng(7)

    def case(name, n, steps, shape, weights):
        p = rng.uniform(0.001, 0.999, n)
        if steps:
            p = np.round(p * steps) / steps  # ties, and 0 and 1 themselves
        y = (rng.uniform(size=n) < shape(p)).astype(int)
        y[:2] = [0, 1]
        w = np.round(rng.uniform(0.1, 3, n), 3) if weights else np.ones(n)
        if weights:
            w[2] = 0.0
        return name, p, y, w

    yield case("plain", 60, 0, lambda p: p, False)
    yield case("overconfident", 200, 0, lambda p: expit(0.5 * logit(p) + 0.3), False)
    yield case("ties", 120, 8, lambda p: 0.2 + 0.6 * p, False)
    yield case("weighted", 150, 0, lambda p: p ** 2, True)
    yield case("weighted-ties", 150, 20, lambda p: 0.5 + 0 * p, True)
    yield case("reversed", 80, 0, lambda p: 1 - p, False)
    yield case("bent", 300, 0, lambda p: np.where(p < 0.5, 0.35, p), False)
    yield case("few", 4, 0, lambda p: p, False)
    yield "two", np.array([0.3, 0.6]), np.array([0, 1]), np.ones(2)


def newton(columns, target, weight, ridge):
    """Logistic regression to machine precision, on columns as they are; ridge on standardised coefficients."""
    scale = [np.sqrt(np.average((c - np.average(c, weights=weight)) ** 2, weights=weight)) for c in columns]
    z = [(c - np.average(c, weights=weight)) / s for c, s in zip(columns, scale)]
    design = np.column_stack(z + [np.ones(len(target))])
    weight = weight / weight.sum()
    penalty = np.diag([ridge] * len(columns) + [0.0])

    def objective(b):
        e = design @ b
        return (weight * (np.logaddexp(0, e) - target * e)).sum() + 0.5 * b @ penalty @ b

    beta = np.zeros(design.shape[1])
    beta[-1] = logit((weight * target).sum())
    for _ in range(200):
        p = expit(design @ beta)
        gradient = design.T @ (weight * (p - target)) + penalty @ beta
        hessian = design.T @ ((weight * p * (1 - p))[:, None] * design) + penalty
        step = np.linalg.solve(hessian, gradient)
        t = 1.0
        while objective(beta - t * step) > objective(beta) and t > 1e-18:
            t /= 2
        if t <= 1e-18:
            break
        beta = beta - t * step
    assert np.abs(gradient).max() < 1e-12, gradient
    for j, c in enumerate(columns):
        beta[j] /= scale[j]
        beta[-1] -= beta[j] * np.average(c, weights=weight)
    return beta


def platt(p, y, w):
    s = logit(np.clip(p, CLIP, 1 - CLIP))
    ones, zeros = w[y == 1].sum(), w[y == 0].sum()
    target = np.where(y == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    slope, offset = newton([s], target, w, 0)
    a, b = _sigmoid_calibration(s, y, w)
    grid = logit(np.clip(GRID, CLIP, 1 - CLIP))
    # scikit-learn's own minimisation stops early: its loss is never below ours, its curve close by

    def loss(a, b):
        z = -(a * s + b)
        return (w * (np.logaddexp(0, z) - target * z)).sum()

    assert loss(-slope, -offset) <= loss(a, b) + 1e-10 and np.abs(expit(slope * grid + offset) - expit(-(a * grid + b))).max() < 2e-3
    return [-slope, -offset], expit(slope * grid + offset)


def beta(p, y, w):
    q = np.clip(p, CLIP, 1 - CLIP)
    x0, x1 = np.log(q), -np.log1p(-q)

    def fit(columns):
        return newton(columns, y.astype(float), w, 1e-12)

    a, b, c = fit([x0, x1])
    if a < 0:
        b, c = fit([x1])
        a = 0.0
        if b < 0:
            b, c = 0.0, logit((w * y).sum() / w.sum())
    elif b < 0:
        a, c = fit([x0])
        b = 0.0
        if a < 0:
            a, c = 0.0, logit((w * y).sum() / w.sum())
    else:
        reference = LogisticRegression(C=1e12, tol=1e-12, max_iter=100000).fit(np.column_stack([x0, x1]), y, w)
        assert np.abs(reference.coef_[0] - [a, b]).max() < 1e-2 * (1 + abs(a) + abs(b)), (reference.coef_, a, b)
    g = np.clip(GRID, CLIP, 1 - CLIP)
    return [a, b, c], expit(a * np.log(g) - b * np.log1p(-g) + c)


def isotonic(p, y, w):
    model = IsotonicRegression(out_of_bounds="clip").fit(p, y, w)
    return [], model.predict(GRID)


def pava_value(x, y, w, at):
    """Isotonic fit at one of the points, by the max-min formula on merged points."""
    xs = np.unique(x)
    mass = np.array([w[x == v].sum() for v in xs])
    ones = np.array([(w * y)[x == v].sum() for v in xs])
    i = int(np.searchsorted(xs, at))
    return max(min(ones[a:b + 1].sum() / mass[a:b + 1].sum() for b in range(i, len(xs))) for a in range(i + 1))


def venn_abers(p, y, w):
    keep = w > 0
    p, y, w = p[keep], y[keep], w[keep]
    w = w * len(w) / w.sum()
    out = []
    for g in GRID:
        pair = [pava_value(np.append(p, g), np.append(y, label), np.append(w, 1.0), g) for label in (0, 1)]
        out.append(pair)
    out = np.array(out)
    return out


with open(os.path.join(HERE, "cases.csv"), "w") as f:
    f.write(f"# made by make_calibration.py with numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, python {sys.version.split()[0]}\n")
    f.write("# columns: case, probabilities of class 1, labels, weights\n")
    for name, p, y, w in cases():
        f.write(",".join([name] + [" ".join(repr(float(v)) for v in list) for list in (p, )] + [" ".join(str(v) for v in y)] + [" ".join(repr(float(v)) for v in w)]) + "\n")

with open(os.path.join(HERE, "curves.csv"), "w") as f:
    f.write(f"# made by make_calibration.py with numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, python {sys.version.split()[0]}\n")
    f.write("# platt, beta: Newton's method to a gradient below 1e-12, checked against scikit-learn's _sigmoid_calibration and LogisticRegression; isotonic: IsotonicRegression; lower, upper: two isotonic fits for each point by the max-min formula\n")
    f.write("# tolerance: 1e-9 absolute\n")
    f.write("# columns: case, curve, grid, values\n")
    grid = " ".join(repr(float(v)) for v in GRID)
    for name, p, y, w in cases():
        va = venn_abers(p, y, w)
        for curve, values in [("platt", platt(p, y, w)[1]), ("beta", beta(p, y, w)[1] if len(p) > 4 else None), ("isotonic", isotonic(p, y, w)[1]),
                              ("lower", va[:, 0]), ("upper", va[:, 1])]:
            if values is not None:
                f.write(",".join([name, curve, grid, " ".join(repr(float(v)) for v in values)]) + "\n")
