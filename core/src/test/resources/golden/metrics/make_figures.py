"""Makes the golden tables of the figures whose clusters are resampled (dev.keelson.metrics.ClassFigures, AreaFigures and
ValueFigures) and of the BCa interval (dev.keelson.stats.BcaBootstrap): python3 make_figures.py (writes beside itself and
into ../stats). Needs numpy, scipy and scikit-learn (Debian's packages will do). A cluster that is t times in a sample is a
weight of t on its rows."""
import os
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.stats import _resampling
from sklearn import metrics

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(23)
NAN = float("nan")


def text(values):
    return " ".join("NaN" if np.isnan(v) else repr(float(v)) for v in values)


def whole(values):
    return " ".join(str(int(v)) for v in values)


def write(name, call, tolerance, columns, rows):
    with open(os.path.join(HERE, name), "w") as f:
        f.write(f"# made by make_figures.py with scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, "
                f"numpy {np.__version__}, python {sys.version.split()[0]}\n")
        f.write(f"# {call}\n# tolerance: {tolerance}\n# columns: {columns}\n")
        for row in rows:
            f.write(",".join(repr(float(x)) if isinstance(x, (float, np.floating)) else str(x) for x in row) + "\n")


def area(function, hit, score, w, need_negative):
    keep = w > 0
    hit, score, w = hit[keep], score[keep], w[keep]
    if hit.sum() == 0 or (need_negative and hit.all()):
        return NAN
    if hit.all():
        return 1.0
    return function(hit, score, sample_weight=w)


def class_row(name, p, y, cluster, times):
    n, k = p.shape
    w = times[cluster].astype(float)
    labels = list(range(k))
    hot = np.eye(k)[y]
    hard = p.argmax(axis=1)
    mean = lambda v: float((w * v).sum() / w.sum())
    top, hit = p.max(axis=1), (hard == y).astype(float)
    b = np.minimum(14, (top * 15).astype(int))
    ece = sum(w[b == i].sum() / w.sum() * abs((w * hit)[b == i].sum() / w[b == i].sum() - (w * top)[b == i].sum() / w[b == i].sum())
              for i in range(15) if w[b == i].sum() > 0)
    log_loss = metrics.log_loss(y, p, sample_weight=w, labels=labels)
    average = lambda f, how: f(y, hard, average=how, labels=labels, sample_weight=w, zero_division=0)
    present = w > 0
    overall = [log_loss, mean(((p - hot) ** 2).sum(axis=1)),
               mean(((p.cumsum(axis=1) - hot.cumsum(axis=1))[:, :-1] ** 2).sum(axis=1) / (k - 1)),
               metrics.accuracy_score(y, hard, sample_weight=w), float(ece), metrics.matthews_corrcoef(y[present], hard[present], sample_weight=w[present]),
               metrics.balanced_accuracy_score(y[present], hard[present], sample_weight=w[present]),
               average(metrics.precision_score, "macro"), average(metrics.recall_score, "macro"),
               average(metrics.f1_score, "macro"), average(metrics.f1_score, "weighted")]
    per = []
    for c in labels:
        one = lambda f: f(y == c, hard == c, sample_weight=w, zero_division=0)
        per += [one(metrics.precision_score), one(metrics.recall_score), one(metrics.f1_score), mean(p[:, c] - (y == c))]
    areas = []
    for c in labels:
        areas += [area(metrics.roc_auc_score, y == c, p[:, c], w, True), area(metrics.average_precision_score, y == c, p[:, c], w, False)]
    return (name, k, text(p.ravel()), whole(y), whole(cluster), whole(times), text(overall), text(per), text(areas))


rows = []
for name, n, k, digits, times_of in [
        ("plain", 60, 3, 6, lambda g: np.ones(g)), ("weighted", 60, 3, 6, lambda g: rng.poisson(1, g)),
        ("ties", 80, 3, 1, lambda g: np.ones(g)), ("weighted ties", 80, 2, 1, lambda g: rng.poisson(1, g)),
        ("two classes", 50, 2, 4, lambda g: np.ones(g)), ("four classes", 120, 4, 3, lambda g: rng.poisson(1, g))]:
    p = rng.dirichlet(np.ones(k) * 1.5, n)
    p = np.clip(np.round(p, digits), 10.0 ** -digits / 2, 1)
    p /= p.sum(axis=1, keepdims=True)
    y = np.array([rng.choice(k, p=q) for q in p])
    cluster = np.sort(rng.integers(0, 12, n))
    cluster = np.unique(cluster, return_inverse=True)[1]
    times = times_of(cluster.max() + 1).astype(int)
    times[0] = 2
    rows.append(class_row(name, p, y, cluster, times))
p = rng.dirichlet(np.ones(3), 20)
rows.append(class_row("one class", p, np.ones(20, int), np.arange(20) // 4, np.ones(5, int)))
rows.append(class_row("constant predictions", np.tile([0.5, 0.3, 0.2], (30, 1)), rng.integers(0, 3, 30), np.arange(30) // 5, np.ones(6, int)))
rows.append(class_row("constant predictions of two classes", np.tile([0.5, 0.5], (12, 1)), np.r_[np.zeros(6, int), np.ones(6, int)], np.arange(12) // 3, np.ones(4, int)))
rows.append(class_row("class without rows in the sample", rng.dirichlet(np.ones(3), 9), np.array([0, 0, 0, 1, 1, 1, 2, 2, 2]), np.arange(9) // 3, np.array([2, 1, 0])))
rows.append(class_row("one row", np.array([[0.7, 0.3]]), np.array([0]), np.array([0]), np.array([1])))
write("class_figures.csv", "sklearn.metrics with sample_weight; brier, rps, ece and calibration in the large by numpy",
      "1e-12 absolute", "name,classes,p,labels,cluster,times,overall,per_class,areas_of_classes", rows)

# Numbers
rows = []
for name, n, digits in [("plain", 40, 6), ("ties", 40, 0), ("far from zero", 60, 3), ("constant targets", 15, 3), ("two rows", 2, 3)]:
    y = np.round(rng.normal(1e6 if name == "far from zero" else 3, 2, n), digits)
    if name == "constant targets":
        y[:] = 4.0
    f = np.round(y + rng.normal(0.2, 1, n), digits)
    cluster = np.arange(n) // max(1, n // 8)
    times = rng.poisson(1, cluster.max() + 1) if n > 2 else np.ones(cluster.max() + 1, int)
    times[0] = 2
    w = times[cluster].astype(float)
    r2 = NAN if name == "constant targets" else metrics.r2_score(y, f, sample_weight=w)
    mse = metrics.mean_squared_error(y, f, sample_weight=w)
    rows.append((name, text(f), text(y), whole(cluster), whole(times), text(
        [mse, np.sqrt(mse), metrics.mean_absolute_error(y, f, sample_weight=w), np.average(f - y, weights=w), r2]
        + [metrics.mean_pinball_loss(y, f, alpha=a, sample_weight=w) for a in (0.1, 0.5, 0.9)])))
write("value_figures.csv", "sklearn.metrics with sample_weight; bias by numpy", "1e-9 relative",
      "name,predictions,targets,cluster,times,figures", rows)

# BCa: SciPy's ends for given resamples of clusters of a ratio
rows = []
for name, clusters, draws, skew in [("few", 8, 400, 1.0), ("many", 60, 400, 1.0), ("skewed", 25, 500, 3.0), ("coarse", 6, 300, 0.0)]:
    top = rng.gamma(1, 1, clusters) ** skew if skew else np.round(rng.uniform(0, 2, clusters))
    top = np.round(top * 64) / 64  # sums are exact in any order, so that ties with the estimate are ties everywhere
    bottom = rng.integers(1, 6, clusters).astype(float)
    ratio = lambda i, axis=-1: top[i].sum(axis=axis) / bottom[i].sum(axis=axis)
    drawn = np.array([ratio(rng.integers(0, clusters, clusters)) for _ in range(draws)])
    for confidence in (0.9, 0.95):
        a1, a2, _ = _resampling._bca_interval((np.arange(clusters),), ratio, -1, (1 - confidence) / 2, drawn, None)
        rows.append((name, text(top), text(bottom), text(drawn), confidence,
                     float(np.percentile(drawn, 100 * a1)), float(np.percentile(drawn, 100 * a2))))
write("../stats/bca_exact.csv", "scipy.stats._resampling._bca_interval and numpy.percentile on the resamples of the table",
      "1e-12 absolute", "name,top,bottom,draws,confidence,lower,upper", rows)
