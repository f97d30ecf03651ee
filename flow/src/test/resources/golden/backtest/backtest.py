"""Backtests by numpy and SciPy, written without a look at the Java code: python3 backtest.py writes backtest.json beside it.

Exact but for rounding; tolerance 1e-9. Intervals come from another random generator and are not compared.
"""

import itertools
import json
import pathlib

import numpy as np
import scipy
from scipy import stats
from scipy.optimize import brentq


def exclusive(p, odds):
    """Stakes of the greatest expected logarithm, by trying every set of outcomes."""
    best, found = 0.0, np.zeros(len(p))
    offered = [i for i in range(len(p)) if np.isfinite(odds[i]) and p[i] * odds[i] > 1]
    for size in range(1, len(offered) + 1):
        for chosen in itertools.combinations(offered, size):
            chosen = list(chosen)
            cover = 1 - sum(1 / odds[i] for i in chosen)
            if cover <= 0:
                continue
            reserve = (1 - p[chosen].sum()) / cover
            f = np.zeros(len(p))
            f[chosen] = p[chosen] - reserve / odds[chosen]
            if (f < 0).any():
                continue
            wealth = 1 - f.sum() + np.where(np.isfinite(odds), f * np.nan_to_num(odds), 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                growth = np.sum(p * np.log(wealth))
            if growth > best + 1e-15:
                best, found = growth, f
    return found


def power(odds):
    """Closing probabilities without margin."""
    return (1 / odds) ** brentq(lambda k: np.sum((1 / odds) ** k) - 1, 0.5, 3, xtol=1e-15)


def simulate(case):
    d, p, odds = case["definition"], case["p"], case["o"].copy()
    limits = d.get("limits", {})
    n, k = p.shape
    bad = ~((odds >= limits.get("min_odds", 1)) & (odds <= limits.get("max_odds", np.inf)))
    odds[bad] = np.nan
    edge = p * odds - 1
    worth = np.nan_to_num(edge, nan=-1) > limits.get("min_edge", 0)
    bank = d["bankroll"]
    flat = d["kelly_fraction"] is None and "proportional" not in d
    curve, stakes, profits = [bank], np.zeros((n, k)), np.zeros((n, k))
    pending, row_profit = [], np.zeros(n)
    for day in np.unique(case["day"]):
        rows = np.flatnonzero(case["day"] == day)
        known = d["bankroll"] + sum(q for when, _, q in pending if when <= day)
        free = known - sum(s for when, s, _ in pending if when > day)
        wanted = np.zeros((len(rows), k))
        for at, row in enumerate(rows):
            if d["kelly_fraction"] is not None:
                o = np.where(worth[row], odds[row], np.nan)
                if d.get("kelly") == "single":
                    full = np.where(worth[row], np.nan_to_num((p[row] * o - 1) / (o - 1)), 0)
                else:
                    full = exclusive(p[row], o)
                wanted[at] = np.minimum(limits.get("per_bet", 1), d["kelly_fraction"] * full)
            elif worth[row].any():
                best = np.argmax(np.where(worth[row], edge[row], -1))
                wanted[at, best] = d.get("flat", 1) if flat else min(d["proportional"], limits.get("per_bet", 1))
        if not flat:
            wanted = wanted * max(known, 0)
            if wanted.sum() > free:
                wanted *= max(free, 0) / wanted.sum()
            for at in range(len(rows)):
                most = limits.get("per_event", 1) * known
                if wanted[at].sum() > most:
                    wanted[at] *= most / wanted[at].sum()
            most = limits.get("per_day", 1) * known
            if wanted.sum() > most:
                wanted *= most / wanted.sum()
        wanted = np.minimum(wanted, limits.get("max_stake", np.inf))
        wanted[wanted < limits.get("min_stake", 0)] = 0
        for at, row in enumerate(rows):
            unit = np.full(k, -1.0)
            unit[case["labels"][row]] = odds[row, case["labels"][row]] - 1
            if "settled" in d:
                told = case["columns"]["gain"][row] / case["columns"]["staked"][row]
                unit[d["class"]] = unit[d["class"]] if np.isnan(told) else told
            won = np.where(wanted[at] > 0, wanted[at] * np.nan_to_num(unit), 0)
            fee = max(0, limits.get("commission", 0) * won.sum())
            stakes[row] = wanted[at]
            profits[row] = won
            row_profit[row] = won.sum() - fee
            pending.append((max(day + 1, case["known"][row]), wanted[at].sum(), row_profit[row]))
        curve.append(curve[-1] + row_profit[rows].sum())
    curve = np.array(curve)
    r = np.diff(curve) / (d["bankroll"] if flat else curve[:-1])
    sharpe = r.mean() / r.std(ddof=1)
    t, skew, kurtosis = len(r), stats.skew(r), stats.kurtosis(r, fisher=False)
    spread = np.sqrt(1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2)
    tried, euler = 20, np.euler_gamma
    luck = np.sqrt(1 / (t - 1)) * (
        (1 - euler) * stats.norm.isf(1 / tried) + euler * stats.norm.isf(1 / (tried * np.e)))
    out = {
        "bets": int((stakes > 0).sum()),
        "won": int((profits > 0).sum()),
        "turnover": stakes.sum(),
        "profit": row_profit.sum(),
        "roi": row_profit.sum() / stakes.sum(),
        "bank": curve[-1],
        "sharpe": sharpe,
        "sortino": r.mean() / np.sqrt(np.mean(np.minimum(r, 0) ** 2)),
        "psr": stats.norm.cdf(sharpe * np.sqrt(t - 1) / spread),
        "deflated_sharpe": stats.norm.cdf((sharpe - luck) * np.sqrt(t - 1) / spread),
        "max_drawdown": np.max(1 - curve / np.maximum.accumulate(curve)),
    }
    if "closing" in d:
        close = np.array([power(row) for row in case["close"]])
        taken = stakes > 0
        out["clv"] = np.mean((case["o"] * close - 1)[taken])
    return out


def rows(rng, classes, n=120):
    p = rng.dirichlet(np.full(classes, 6.0), n)
    truth = 0.7 * p + 0.3 * rng.dirichlet(np.full(classes, 6.0), n)
    o = np.round(1 / (truth * rng.uniform(1.0, 1.06, (n, classes))), 2)
    o[rng.random((n, classes)) < 0.02] = np.nan
    labels = np.array([rng.choice(classes, p=q / q.sum()) for q in truth])
    day = np.sort(rng.integers(19000, 19060, n))
    return p, np.maximum(o, 1.01), labels, day, day + 1 + rng.integers(0, 4, n) * (rng.random(n) < 0.5)


def document(case):
    names = [f"c{i}" for i in range(case["p"].shape[1])]
    columns = {name: case["o"][:, i] for i, name in enumerate(names)}
    d = case["definition"]
    if "closing" in d:
        columns |= {name: case["close"][:, i] for i, name in enumerate(d["closing"])}
    columns |= case.get("columns", {})
    n = len(case["day"])
    used = list(dict.fromkeys(d["odds"] + d.get("closing", []) + (["gain", "staked"] if "settled" in d else [])))
    clean = lambda v: [None if not np.isfinite(x) else float(x) for x in v]
    return {
        "format_version": 1, "definition": d, "seed": 42, "classes": names, "row_ids": [f"r{i}" for i in range(n)],
        "days": [int(x) for x in case["day"]], "event_times": [int(x) * 86_400_000_000 for x in case["day"]],
        "known_from": [int(x) for x in case["known"]], "labels": [int(x) for x in case["labels"]],
        "predictions": clean(case["p"].ravel()), "columns": {name: clean(columns[name]) for name in used},
    }


def portfolio(rng):
    days, assets = 200, 8
    drift = rng.normal(0, 0.001, assets)
    price = 100 * np.exp(np.cumsum(rng.normal(drift, 0.02, (days, assets)), axis=0))
    score = rng.random((days, assets))
    first = [0] + [d for d in range(1, days) if (19000 + d - 4) // 7 != (19000 + d - 5) // 7]  # Mondays
    moments = first + ([days - 1] if first[-1] != days - 1 else [])
    cost, top = 0.002, 3

    def run(count):
        wealth, held, turnover, results = 1.0, np.zeros(assets), 0.0, []
        for i in range(len(moments) - 1):
            a, b = moments[i], moments[i + 1]
            want = np.zeros(assets)
            want[np.argsort(-score[a])[:count]] = 1 / count
            change = np.abs(want - held).sum()
            gross = want @ (price[b] / price[a] - 1)
            net = (1 - cost * change) * (1 + gross)
            if i == len(moments) - 2:
                change += 1 + gross
                net *= 1 - cost
            turnover += change
            held = want * (price[b] / price[a]) / (1 + gross)
            wealth *= net
            results.append(net - 1)
        return wealth - 1, turnover, np.array(results)

    own, turnover, results = run(top)
    benchmark, _, others = run(assets)
    excess = results - others
    ids = [(d, a) for d in range(days) for a in range(assets)]
    value = {
        "format_version": 1,
        "definition": {"price": "price", "class": 1, "rebalance": "weekly", "top": top, "cost": cost},
        "seed": 42, "classes": ["no", "yes"], "row_ids": [f"a{a}|{d}" for d, a in ids], "assets": [f"a{a}" for _, a in ids],
        "days": [19000 + d for d, _ in ids], "event_times": [(19000 + d) * 86_400_000_000 for d, _ in ids],
        "known_from": [19000 + d + 7 for d, _ in ids], "labels": [0 for _ in ids],
        "predictions": [float(x) for d, a in ids for x in (1 - score[d, a], score[d, a])],
        "columns": {"price": [float(price[d, a]) for d, a in ids]},
    }
    return value, {
        "periods": len(results), "return": own, "benchmark_return": benchmark, "turnover": turnover,
        "mean_return": results.mean(), "excess": excess.mean(), "hit_rate": float(np.mean(excess > 0)),
        "sharpe": excess.mean() / excess.std(ddof=1),
    }


def main():
    rng = np.random.default_rng(2024)
    names = ["c0", "c1", "c2"]
    definitions = [
        {"odds": names, "kelly_fraction": None, "bankroll": 1000},
        {"odds": names, "kelly_fraction": 0.25, "bankroll": 1000},
        {"odds": names, "kelly_fraction": 0.5, "kelly": "single", "bankroll": 500,
         "limits": {"commission": 0.02, "per_bet": 0.05, "per_event": 0.06, "per_day": 0.1, "min_stake": 2}},
        {"odds": names, "kelly_fraction": None, "proportional": 0.03, "bankroll": 200,
         "limits": {"commission": 0.05, "min_odds": 1.5, "max_odds": 6, "min_edge": 0.02, "max_stake": 7}},
        {"odds": names, "kelly_fraction": None, "flat": 10, "bankroll": 1000, "closing": ["z0", "z1", "z2"]},
    ]
    cases = []
    for definition in definitions:
        p, o, labels, day, known = rows(rng, 3)
        case = {"definition": definition, "p": p, "o": o, "labels": labels, "day": day, "known": known}
        case["close"] = np.round(np.maximum(1.01, 1 / (p * rng.uniform(0.98, 1.08, p.shape))), 2)
        cases.append({"input": document(case), "expected": simulate(case)})
    p, o, labels, day, known = rows(rng, 2)
    o[:, 0] = np.nan
    staked = np.round(rng.uniform(5, 20, len(day)), 0)
    share = np.where(labels == 1, rng.choice([1, 0.5, 0], len(day), p=[0.8, 0.1, 0.1]), rng.choice([-1, -0.5], len(day)))
    gain = staked * np.where(share > 0, share * (np.nan_to_num(o[:, 1], nan=2) - 1), share)
    gain[::9] = np.nan
    definition = {"odds": ["c1"], "class": 1, "kelly_fraction": 0.3, "bankroll": 1000,
                  "settled": {"profit": "gain", "stake": "staked"}}
    case = {"definition": definition, "p": p, "o": o, "labels": labels, "day": day, "known": known,
            "columns": {"gain": gain, "staked": staked}}
    cases.append({"input": document(case), "expected": simulate(case)})
    value, expected = portfolio(rng)
    cases.append({"input": value, "expected": expected})
    head = {"made_by": f"backtest.py, numpy {np.__version__}, scipy {scipy.__version__}", "tolerance": 1e-9, "trials": 20}
    clean = json.loads(json.dumps({**head, "cases": cases}, default=float))
    pathlib.Path(__file__).with_name("backtest.json").write_text(json.dumps(clean) + "\n")


main()
