"""Writes greedy.csv: forward selection of members with replacement, in numpy, with scikit-learn's losses.

Run: python3 make_greedy.py
"""
import platform

import numpy as np
import sklearn
from sklearn.metrics import log_loss, mean_pinball_loss, mean_squared_error

MADE = "# made by make_greedy.py with numpy %s, scikit-learn %s, python %s" % (
    np.__version__, sklearn.__version__, platform.python_version())
rng = np.random.default_rng(20240707)


def first_least(losses):
    """Position of the least; of those that are equal to a billionth, the first."""
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best] * (1 - 1e-9):
            best = i
    return best


def select(members, loss, rounds):
    """Picks that give the least loss, the first of equals, and the loss after every round."""
    total = np.zeros_like(members[0])
    picks, losses = [], []
    for size in range(1, rounds + 1):
        reached = [loss((total + member) / size) for member in members]
        best = first_least(reached)
        total = total + members[best]
        picks.append(best)
        losses.append(reached[best])
    return picks[:first_least(losses) + 1], losses


def case(name, task, members, target, weights, loss, rounds):
    picks, losses = select(members, loss, rounds)
    texts = [name, task, " ".join(map(repr, map(float, target))), " ".join(map(repr, weights.tolist())), str(len(members))]
    texts.append(" ".join(repr(v) for member in members for v in member.ravel().tolist()))
    texts.append(" ".join(map(str, picks)))
    texts.append(" ".join(map(repr, map(float, losses))))
    return ",".join(texts)


def probabilities(n, classes, target, noise):
    score = rng.normal(size=(n, classes)) * noise
    score[np.arange(n), target] += 1
    p = np.exp(score)
    return p / p.sum(axis=1, keepdims=True)


lines = []
for name, n, classes, noises, weighted in [
        ("binary", 40, 2, [0.8, 1.0, 1.2, 3.0], False),
        ("three", 60, 3, [1.0, 1.1, 1.3, 1.5, 2.0], False),
        ("weighted", 50, 3, [1.0, 1.0, 1.0], True)]:
    target = rng.integers(0, classes, n)
    weights = rng.integers(1, 30, n) / 10 if weighted else np.ones(n)
    members = [probabilities(n, classes, target, noise) for noise in noises]

    def mean_log_loss(p, target=target, weights=weights, classes=classes):
        return log_loss(target, p, labels=range(classes), sample_weight=weights, eps=1e-15)

    lines.append(case(name, "classes", members, target, weights, mean_log_loss, 25))

target = rng.normal(size=45)
members = [(target + rng.normal(size=45) * s + b).reshape(-1, 1) for s, b in [(1, 0.5), (1, -0.5), (1.5, 0), (0.9, 1)]]
lines.append(case("values", "values", members, target, np.ones(45),
                  lambda f: mean_squared_error(target, f.ravel()), 25))

members = [np.sort(np.stack([target - w + rng.normal(size=45) * s, target + w + rng.normal(size=45) * s], axis=1), axis=1)
           for w, s in [(0.5, 1), (1, 1), (2, 0.7)]]
lines.append(case("quantiles", "quantiles", members, target, np.ones(45),
                  lambda f: (mean_pinball_loss(target, f[:, 0], alpha=0.1)
                             + mean_pinball_loss(target, f[:, 1], alpha=0.9)) / 2, 25))

with open("greedy.csv", "w") as out:
    out.write(MADE + "\n")
    out.write("# tolerance: 1e-12 of the losses, picks exactly\n")
    out.write("# columns: case, task, targets, weights, members, predictions member by member, kept picks, losses\n")
    out.write("\n".join(lines) + "\n")
