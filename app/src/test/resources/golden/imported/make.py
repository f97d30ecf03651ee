#!/usr/bin/env python3
"""Makes the files beside it: a classifier of three classes by XGBoost 1.7.4 (python3-xgboost of Debian 12), which stopped
early, with sample rows (missing values among them) and what that library predicts of them."""
import os

import numpy as np
import xgboost as xgb

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(1)
x = random.uniform(0, 1, (400, 2))
y = (3 * np.clip(x[:, 0] + random.normal(0, 0.2, 400), 0, 0.999)).astype(int)
x[random.random(400) < 0.1, 0] = np.nan
model = xgb.XGBClassifier(n_estimators=20, max_depth=2, early_stopping_rounds=2, learning_rate=1.0)
model.fit(x[:300], y[:300], eval_set=[(x[300:], y[300:])], verbose=False)
model.save_model(os.path.join(here, "xgboost-1.7.json"))
samples, told = x[:20], model.predict_proba(x[:20])
with open(os.path.join(here, "samples.csv"), "w", encoding="utf-8") as file:
    file.write("a,b\n")
    for a, b in samples:
        file.write("%s,%r\n" % ("" if a != a else repr(float(a)), float(b)))
with open(os.path.join(here, "expected.csv"), "w", encoding="utf-8") as file:
    file.write("low,middle,high\n")
    for row in told:
        file.write(",".join(repr(float(p)) for p in row) + "\n")
print(xgb.__version__, model.best_iteration)
