"""Writes parzen.jsonl, signed_rank.jsonl, importance.jsonl and cma_es.jsonl: reference values with numpy and scipy.

Run: python3 make_tune.py
"""
import json
import math

import numpy as np
import scipy
from scipy import stats
from scipy.special import logsumexp

MADE = f"# made by make_tune.py with numpy {np.__version__}, scipy {scipy.__version__}"
rng = np.random.default_rng(20240601)


def write(name, comment, rows):
    with open(name, "w") as out:
        out.write(f"{MADE}: {comment}\n")
        for row in rows:
            out.write(json.dumps(row) + "\n")


# ---- mixtures of the tree-structured Parzen estimator --------------------------------------------------------------

DOMAINS = {
    "real": dict(kind="real", low=-5.0, high=10.0, step=0.0, log=False),
    "log": dict(kind="real", low=1e-4, high=1.0, step=0.0, log=True),
    "grid": dict(kind="real", low=0.0, high=1.0, step=0.05, log=False),
    "int": dict(kind="int", low=3, high=10, step=1, log=False),
    "int_step": dict(kind="int", low=50, high=2000, step=10, log=False),
    "int_log": dict(kind="int", low=1, high=4096, step=1, log=True),
    "choice": dict(kind="choice", count=3),
}


def draw(d):
    if d["kind"] == "choice":
        return int(rng.integers(d["count"]))
    if d["log"]:
        v = math.exp(rng.uniform(math.log(d["low"]), math.log(d["high"])))
        return float(v) if d["kind"] == "real" else int(round(v))
    if d["step"] > 0:
        k = int(rng.integers(round((d["high"] - d["low"]) / d["step"]) + 1))
        return round(d["low"] + k * d["step"], 10)
    return float(rng.uniform(d["low"], d["high"]))


def widths(mu, low, high):
    """Of the kernels at sorted positions: the larger gap to a neighbour; the inner gap at both ends."""
    n = len(mu)
    order = np.argsort(mu, kind="stable")
    s = np.concatenate([[low], np.asarray(mu)[order], [high]])
    gaps = np.diff(s)
    sorted_sigma = np.maximum(gaps[:-1], gaps[1:])
    if n >= 2:
        sorted_sigma[0] = gaps[1]
        sorted_sigma[-1] = gaps[-2]
    sigma = np.empty(n)
    sigma[order] = sorted_sigma
    return np.clip(sigma, (high - low) / min(100, 1 + (n + 1)), high - low)


def log_densities(d, observed, x):
    """Matrix: points by kernels."""
    n = len(observed)
    x = np.asarray(x, dtype=float)
    if d["kind"] == "choice":
        table = np.full((n + 1, d["count"]), 1.0 / (n + 1))
        for i, o in enumerate(observed):
            table[i, o] += 1
        table /= table.sum(1, keepdims=True)
        return np.log(table[:, x.astype(int)].T)
    half = d["step"] / 2
    f = np.log if d["log"] else (lambda v: np.asarray(v, dtype=float))
    low, high = float(f(d["low"] - half)), float(f(d["high"] + half))
    mu = np.append(f(np.asarray(observed, dtype=float)), (low + high) / 2)
    sigma = np.append(widths(mu[:-1], low, high), high - low)
    law = stats.truncnorm((low - mu) / sigma, (high - mu) / sigma, loc=mu, scale=sigma)
    if d["step"] == 0:
        return law.logpdf(f(x)[:, None])
    a, b = f(x - half)[:, None], f(x + half)[:, None]
    z0, z1 = (a - mu) / sigma, (b - mu) / sigma
    # the mass is the same in the mirrored interval, where no digits are lost
    left, right = np.where(z0 > 0, -z1, z0), np.where(z0 > 0, -z0, z1)
    log_mass = stats.norm.logcdf(right) + np.log(-np.expm1(stats.norm.logcdf(left) - stats.norm.logcdf(right)))
    total = stats.norm.cdf((high - mu) / sigma) - stats.norm.cdf((low - mu) / sigma)
    return log_mass - np.log(total)


def mixture_weights(n):
    w = np.ones(n) if n < 25 else np.concatenate([np.linspace(1 / n, 1, n - 25), np.ones(25)])
    w = np.append(w, 1.0)
    return w / w.sum()


def parzen():
    rows = []
    spaces = [[name] for name in DOMAINS] + [["choice", "int", "log", "real"], sorted(DOMAINS)]
    for names in spaces:
        for n in (0, 1, 2, 7, 40):
            domains = [DOMAINS[name] for name in names]
            observed = [[draw(d) for d in domains] for _ in range(n)]
            if n == 7:
                observed[3] = observed[1]  # a tie
            points = [[draw(d) for d in domains] for _ in range(6)]
            total = np.log(mixture_weights(n))[None, :]
            for j, d in enumerate(domains):
                total = total + log_densities(d, [o[j] for o in observed], [p[j] for p in points])
            rows.append(dict(domains=domains, observed=observed, points=points, log_density=list(logsumexp(total, axis=1))))
    write("parzen.jsonl", "log densities of Parzen mixtures on the working scale; choices by their place; tolerance 1e-9", rows)


# ---- Wilcoxon -------------------------------------------------------------------------------------------------------


def signed_rank():
    rows = []
    samples = [rng.normal(0.3, 1, size=n) for n in (2, 3, 5, 8, 20, 50, 51, 120)]
    samples += [rng.integers(-3, 5, size=n).astype(float) for n in (2, 4, 5, 10, 60)]
    samples += [np.array([0.0, 0.0]), np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0, -1.0]), np.array([5.0])]
    for d in samples:
        ties = len(np.unique(np.abs(d))) < len(d) or (d == 0).any()
        mode = "exact" if not ties and len(d) <= 50 else "approx"
        p = stats.wilcoxon(d, alternative="greater", zero_method="zsplit", correction=False, mode=mode).pvalue
        rows.append(dict(differences=list(d), p=float(p)))
    write("signed_rank.jsonl", "wilcoxon(alternative='greater', zero_method='zsplit'), exact without ties and zeros up to 50; tolerance 1e-9", rows)


# ---- importance -----------------------------------------------------------------------------------------------------


def grid_masses(cells, counts):
    seen = np.flatnonzero(counts)
    w = counts[seen].astype(float)
    cum, total = np.cumsum(w), w.sum()
    mean = (seen * w).sum() / total
    deviation = math.sqrt(((seen - mean) ** 2 * w).sum() / max(1, total - 1))
    q1 = seen[np.searchsorted(cum, total // 4, side="left")]
    q3 = seen[min(len(seen) - 1, np.searchsorted(cum, total * 3 // 4, side="right"))]
    sigma = max(1.059 * min((q3 - q1) / 1.34, deviation) * total**-0.2, 0.5 / 1.64)
    mu = np.append(seen, (cells - 1) / 2)
    s = np.append(np.full(len(seen), sigma), cells)
    x = np.arange(cells)[:, None]
    upper, lower = (x + 0.5 - mu) / s, (x - 0.5 - mu) / s
    mass = stats.norm.cdf(upper) - stats.norm.cdf(lower)
    within = stats.norm.cdf((cells - 0.5 - mu) / s) - stats.norm.cdf((-0.5 - mu) / s)
    weights = np.append(w, 1.0)
    return (mass / within) @ (weights / weights.sum())


def masses(d, values):
    if d["kind"] == "choice":
        counts = np.bincount(values, minlength=d["count"])
        seen = np.flatnonzero(counts)
        table = np.full((len(seen) + 1, d["count"]), 1 / (len(seen) + 1))
        table[np.arange(len(seen)), seen] += 1
        table /= table.sum(1, keepdims=True)
        weights = np.append(counts[seen].astype(float), 1.0)
        return (weights / weights.sum()) @ table
    cells = 50
    if d["kind"] == "int" and d["log"]:
        cells = min(50, math.ceil(math.log2(d["high"] - d["low"] + 1)) + 1)
    elif d["step"] > 0:
        cells = min(50, round((d["high"] - d["low"]) / d["step"]) + 1)
    f = np.log if d["log"] else (lambda v: np.asarray(v, dtype=float))
    low, high = float(f(d["low"])), float(f(d["high"]))
    index = np.clip(np.ceil((f(np.asarray(values, dtype=float)) - low) / ((high - low) / (cells - 1)) - 0.5), 0, cells - 1)
    return grid_masses(cells, np.bincount(index.astype(int), minlength=cells))


def importance():
    rows = []
    domains = dict(branch=DOMAINS["choice"], depth=DOMAINS["int"], only=DOMAINS["log"], rate=DOMAINS["log"],
                   trees=DOMAINS["int_log"], width=DOMAINS["grid"], x=DOMAINS["real"])
    for n, sharp in ((12, 1.0), (60, 3.0), (300, 1.0)):
        trials = []
        for _ in range(n):
            t = {name: draw(d) for name, d in domains.items()}
            if t["branch"] != 1:
                del t["only"]
            loss = sharp * (t["x"] - 2) ** 2 / 20 + (math.log10(t["rate"]) + 2) ** 2 / 4 + 0.3 * t["branch"]
            loss += 0.3 * abs(math.log10(t["only"]) + 1) if "only" in t else 0.5
            trials.append(dict(values=t, objective=round(loss + 0.05 * rng.normal(), 6)))
        losses = np.array([t["objective"] for t in trials])
        cut = np.sort(losses)[math.ceil(0.1 * n) - 1]
        good = [t for t in trials if t["objective"] <= cut]
        raw = {}
        for name, d in domains.items():
            g = [t["values"][name] for t in good if name in t["values"]]
            a = [t["values"][name] for t in trials if name in t["values"]]
            raw[name] = 0.0
            if g and len(a) > 1:
                p, q = masses(d, g) + 1e-12, masses(d, a) + 1e-12
                pearson = float(q @ (p / q - 1) ** 2)
                raw[name] = (len(good) / n) ** 2 * (len(g) / len(good)) ** 2 / (len(a) / n) * pearson
        rows.append(dict(domains=domains, trials=trials, divergences=raw))
    write("importance.jsonl", "Pearson divergences of PED-ANOVA, best tenth, before they are normalised; `only` is active when branch is 1; relative tolerance 1e-9", rows)


# ---- CMA-ES ---------------------------------------------------------------------------------------------------------


def cma_es():
    rows = []
    for n in (1, 2, 5, 10):
        lam = 4 + int(3 * math.log(n))
        mu = lam // 2
        raw = math.log((lam + 1) / 2) - np.log(np.arange(1, lam + 1))
        mueff = raw[:mu].sum() ** 2 / (raw[:mu] ** 2).sum()
        mueff_neg = raw[mu:].sum() ** 2 / (raw[mu:] ** 2).sum()
        c1 = 2 / ((n + 1.3) ** 2 + mueff)
        cmu = min(1 - c1, 2 * (0.25 + mueff + 1 / mueff - 2) / ((n + 2) ** 2 + 2 * mueff / 2))
        bound = min(1 + c1 / cmu, 1 + 2 * mueff_neg / (mueff + 2), (1 - c1 - cmu) / (n * cmu))
        w = np.where(raw >= 0, raw / raw[raw >= 0].sum(), bound * raw / -raw[raw < 0].sum())
        cs = (mueff + 2) / (n + mueff + 5)
        ds = 1 + 2 * max(0, math.sqrt((mueff - 1) / (n + 1)) - 1) + cs
        cc = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
        chi = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2))
        m, sigma, c = np.full(n, 0.5), 1 / 6, np.eye(n)
        pc, ps = np.zeros(n), np.zeros(n)
        generations = []
        for g in range(6):
            x = np.round(np.clip(rng.multivariate_normal(m, sigma**2 * c, size=lam), 0, 1), 6)
            x = x[np.argsort(((x - 0.2) ** 2 * (1 + np.arange(n))).sum(1), kind="stable")]
            values, vectors = np.linalg.eigh(c)
            root = vectors @ np.diag(values**-0.5) @ vectors.T
            y = (x - m) / sigma
            step = w[:mu] @ y[:mu]
            m = m + sigma * step
            ps = (1 - cs) * ps + math.sqrt(cs * (2 - cs) * mueff) * root @ step
            length = np.linalg.norm(ps)
            h = length / math.sqrt(1 - (1 - cs) ** (2 * (g + 1))) < (1.4 + 2 / (n + 1)) * chi
            sigma *= math.exp(min(1, cs / ds * (length / chi - 1)))
            pc = (1 - cc) * pc + h * math.sqrt(cc * (2 - cc) * mueff) * step
            scaled = np.where(w >= 0, w, w * n / ((y @ root.T) ** 2).sum(1))
            lost = (1 - h) * cc * (2 - cc)
            c = (1 + c1 * lost - c1 - cmu * w.sum()) * c + c1 * np.outer(pc, pc) + cmu * (y.T * scaled) @ y
            c = (c + c.T) / 2
            generations.append(dict(points=x.tolist(), mean=m.tolist(), sigma=sigma, covariance=c.tolist()))
        rows.append(dict(dimensions=n, generations=generations))
    write("cma_es.jsonl", "six generations of the tutorial's CMA-ES, points best first; relative tolerance 1e-8", rows)


parzen()
signed_rank()
importance()
cma_es()
