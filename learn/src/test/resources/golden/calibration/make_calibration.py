"""Makes the golden tables of dev.keelson.learn.calibration: python3 make_calibration.py (writes beside itself).

Needs numpy, scipy and scikit-learn. Cases hold probabilities of class 1, labels and weights; for each case the tables
hold the corrected probability at a grid of points.
"""
import os
import sys

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq
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


def temperature(p, y, w):
    logs = np.log(np.maximum(p, 1e-15))

    def slope(sharpness):
        q = np.exp(sharpness * logs)
        q /= q.sum(1, keepdims=True)
        return (w * ((q * logs).sum(1) - logs[np.arange(len(y)), y])).sum()

    return 1 / brentq(slope, 0.05, 20, xtol=1e-15, rtol=1e-15)


def normalised(columns):
    out = np.column_stack(columns)
    return out / out.sum(1, keepdims=True)


def one_vs_rest(curve, p, y, w, test):
    """The curve of each class at that class's test probabilities."""
    return normalised([curve(p[:, k], (y == k).astype(int), w, test[:, k]) for k in range(p.shape[1])])


def platt_at(p, y, w, at):
    a, b = platt(p, y, w)[0]
    return expit(-(a * logit(np.clip(at, CLIP, 1 - CLIP)) + b))


def beta_at(p, y, w, at):
    a, b, c = beta(p, y, w)[0]
    q = np.clip(at, CLIP, 1 - CLIP)
    return expit(a * np.log(q) - b * np.log1p(-q) + c)


def isotonic_at(p, y, w, at):
    return IsotonicRegression(out_of_bounds="clip").fit(p, y, w).predict(at)


def one_vs_one(p, y, w, test):
    classes = p.shape[1]
    pair = np.full((len(test), classes, classes), np.nan)
    for a in range(classes):
        for b in range(a + 1, classes):
            keep = ((y == a) | (y == b)) & (w > 0)
            s, t, v = p[keep, b] / (p[keep, a] + p[keep, b]), (y[keep] == b).astype(int), w[keep]
            v = v * len(v) / v.sum()
            for i, row in enumerate(test):
                at = row[b] / (row[a] + row[b])
                p0, p1 = [pava_value(np.append(s, at), np.append(t, label), np.append(v, 1.0), at) for label in (0, 1)]
                pair[i, b, a] = p1 / (1 - p0 + p1)
                pair[i, a, b] = 1 - pair[i, b, a]
    return normalised([1 / (np.nansum(1 / pair[:, k, :], axis=1) - (classes - 2)) for k in range(classes)])


with open(os.path.join(HERE, "classes.csv"), "w") as f:
    f.write(f"# made by make_calibration.py with numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, python {sys.version.split()[0]}\n")
    f.write("# temperature: root of the slope of the log loss by scipy.optimize.brentq; platt, beta, isotonic: each class against the rest, normalised; venn_abers: each pair by two isotonic fits, coupled\n")
    f.write("# tolerance: 1e-9 absolute\n")
    f.write("# columns: method, classes, probabilities, labels, weights, test probabilities, corrected probabilities (row by row)\n")
    rng = np.random.default_rng(21)
    for classes, n, weighted in [(3, 90, False), (4, 120, True)]:
        p = rng.dirichlet(np.full(classes, 1.5), n + 12)
        p, test = p[:n], p[n:]
        sharp = p ** 0.6
        y = np.array([rng.choice(classes, p=row / row.sum()) for row in sharp])
        w = np.round(rng.uniform(0.2, 2, n), 2) if weighted else np.ones(n)
        t = temperature(p, y, w)
        scaled = np.maximum(test, 1e-15) ** (1 / t)
        for method, corrected in [("temperature", scaled / scaled.sum(1, keepdims=True)),
                                  ("platt", one_vs_rest(platt_at, p, y, w, test)),
                                  ("beta", one_vs_rest(beta_at, p, y, w, test)),
                                  ("isotonic", one_vs_rest(isotonic_at, p, y, w, test)),
                                  ("venn_abers", one_vs_one(p, y, w, test))]:
            f.write(",".join([method, str(classes)] + [" ".join(repr(float(v)) for v in np.ravel(m)) for m in (p, )]
                             + [" ".join(map(str, y))] + [" ".join(repr(float(v)) for v in np.ravel(m)) for m in (w, test, corrected)]) + "\n")
