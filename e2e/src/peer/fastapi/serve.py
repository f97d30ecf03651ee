"""What users run today in place of `keelson serve`: FastAPI, uvicorn and XGBoost as Debian packages them.

    serve.py PORT MODEL.json LOG.csv

A request is a JSON object with the model's features by name and an id, an answer the probability of the second class. Every
prediction is appended to a CSV file, as users do, buffered by Python. One process; the event loop predicts itself, which is
quicker than threads for one row.
"""

import csv
import json
import sys
import uuid
from datetime import datetime, timezone

import numpy
import uvicorn
import xgboost
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

port, model, log = int(sys.argv[1]), sys.argv[2], sys.argv[3]
booster = xgboost.Booster({"nthread": 1})
booster.load_model(model)
with open(model, encoding="utf-8") as file:
    names = json.load(file)["learner"]["feature_names"]
lines = csv.writer(open(log, "a", newline="", encoding="utf-8"))
app = FastAPI()


@app.get("/health")
async def health():
    return {"status": "up"}


def rows(body):
    asked = body["rows"] if "rows" in body else [body]
    return asked, numpy.array([[row[name] for name in names] for row in asked], dtype=numpy.float32)


@app.post("/predict")
async def predict(request: Request):
    asked, values = rows(await request.json())
    told = booster.inplace_predict(values)
    now = datetime.now(timezone.utc).isoformat()
    answers = []
    for row, features, probability in zip(asked, values, told):
        name = str(uuid.uuid4())
        lines.writerow([name, now, row["id"], float(probability), *features.tolist()])
        answers.append({"id": name, "probability": float(probability), "as_of": now})
    return JSONResponse({"predictions": answers})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
