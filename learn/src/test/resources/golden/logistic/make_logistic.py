"""Writes logistic.csv: a multinomial logistic regression with ridge, fitted by scipy to machine precision.

Run: python3 make_logistic.py > logistic.csv
"""
import sys

import numpy as np
import scipy
from scipy.optimize import minimize

rng = np.random.default_rng(20240501)
n, d, k, l2 = 150, 4, 3, 10.0
x = np.round(rng.normal(size=(n, d)) @ np.array([[1, .6, 0, 0], [0, 1, .5, 0], [0, 0, 1, 0], [0, 0, 0, 5]]) + [0, 3, -2, 10], 4)
true = np.array([[0.8, -0.4, 0.3, 0.05], [0, 0, 0, 0], [-0.7, 0.5, 0, -0.1]])
score = (x - x.mean(0)) @ true.T + np.array([0.3, -0.2, 0.0])
y = np.array([rng.choice(k, p=np.exp(s) / np.exp(s).sum()) for s in score])
w = np.round(rng.uniform(0.5, 1.5, size=n), 3)

z = (x - x.mean(0)) / x.std(0)
design = np.hstack([z, np.ones((n, 1))])


def objective(flat):
    b = flat.reshape(k, d + 1)
    eta = design @ b.T
    m = eta.max(1, keepdims=True)
    e = np.exp(eta - m)
    p = e / e.sum(1, keepdims=True)
    loss = (w * (np.log(e.sum(1)) + m[:, 0] - eta[np.arange(n), y])).sum()
    q = np.exp(b[:, d] - b[:, d].max())
    loss += b[:, d].max() + np.log(q.sum()) - b[:, d].mean() + l2 / 2 * (b[:, :d] ** 2).sum()
    r = w[:, None] * (p - np.eye(k)[y])
    g = r.T @ design
    g[:, :d] += l2 * b[:, :d]
    g[:, d] += q / q.sum() - 1 / k
    return loss, g.ravel()


def hessian(flat):
    b = flat.reshape(k, d + 1)
    eta = design @ b.T
    e = np.exp(eta - eta.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    h = np.zeros((k, d + 1, k, d + 1))
    for a in range(k):
        for c in range(k):
            v = w * p[:, a] * ((a == c) - p[:, c])
            h[a, :, c, :] += design.T @ (v[:, None] * design)
    q = np.exp(b[:, d])
    q /= q.sum()
    for a in range(k):
        h[a, range(d), a, range(d)] += l2
        for c in range(k):
            h[a, d, c, d] += q[a] * ((a == c) - q[c])
    return h.reshape(k * (d + 1), k * (d + 1))


flat = minimize(objective, np.zeros(k * (d + 1)), jac=True, method="BFGS", options={"gtol": 1e-8}).x
for _ in range(5):  # Newton steps with the pseudo-inverse: all classes may move alike
    flat = flat - np.linalg.pinv(hessian(flat)) @ objective(flat)[1]
assert np.abs(objective(flat)[1]).max() < 1e-11
b = flat.reshape(k, d + 1)
eta = design @ b.T
p = np.exp(eta - eta.max(1, keepdims=True))
p /= p.sum(1, keepdims=True)

out = sys.stdout
out.write("# made by make_logistic.py with numpy %s, scipy %s: BFGS, then Newton steps to a gradient below 1e-11; l2 = 10\n" % (np.__version__, scipy.__version__))
out.write("# tolerance 1e-8 on probabilities: what the learner promises\n")
out.write("x0,x1,x2,x3,label,weight,p0,p1,p2\n")
for i in range(n):
    out.write(",".join(repr(float(v)) for v in x[i]) + ",%d,%r," % (y[i], float(w[i])) + ",".join(repr(float(v)) for v in p[i]) + "\n")
