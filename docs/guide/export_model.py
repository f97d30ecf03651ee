#!/usr/bin/env python3
"""Exports a model that was trained in Python so that Keelson can import it.

    python3 export_model.py MODEL.pkl ROWS.csv OUT_FOLDER [--classes lost,won] [--rows-written 200]

OUT_FOLDER gets the model's file (XGBoost: model.ubj; LightGBM: model.txt; CatBoost: model.cbm; scikit-learn:
model.onnx), samples.csv (rows of ROWS.csv) and expected.csv (what the model predicts of them here). ROWS.csv has one
column for each feature, in the order and by the names of the training. The last line printed is the command for Keelson.

OPENING A PICKLE RUNS WHATEVER CODE IT HOLDS. Run this only on files that you or people you trust have written, with the
library versions of the training. Keelson itself never opens one.

scikit-learn needs the package skl2onnx; the others export by themselves.
"""
import argparse
import csv
import os
import pickle
import sys


def load(path):
    """The model: native files by their library, everything else as a pickle."""
    if path.endswith(".cbm"):
        import catboost

        classifier = catboost.CatBoostClassifier().load_model(path)
        if classifier.get_all_params().get("loss_function") in ("Logloss", "CrossEntropy", "MultiClass"):
            return classifier
        return catboost.CatBoostRegressor().load_model(path)
    try:
        import joblib

        return joblib.load(path)
    except ImportError:
        with open(path, "rb") as file:
            return pickle.load(file)


def categories(model):
    """Positions of the columns that are texts; CatBoost alone has such."""
    if type(model).__module__.split(".")[0] != "catboost":
        return []
    return [int(position) for position in model.get_cat_feature_indices()]


def read(path, limit, texts):
    """Names and rows of a CSV file; an empty cell is a missing value, but in the columns whose positions are texts."""
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    names, cells = lines[0], lines[1:]
    if not cells:
        sys.exit("There are no rows in %s." % path)
    step = max(1, len(cells) // limit)
    return names, [
        [cell if at in texts else float(cell) if cell else float("nan") for at, cell in enumerate(line)]
        for line in cells[::step][:limit]
    ]


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([
                value if isinstance(value, str) else "" if value != value else repr(float(value)) for value in row])


def predict(model, names, rows):
    """Probabilities of a classifier, row by row, or values; and whether it is a classifier."""
    import numpy

    if type(model).__module__.split(".")[0] == "catboost":
        if hasattr(model, "predict_proba"):
            return numpy.asarray(model.predict_proba(rows), dtype=float), True
        return numpy.asarray(model.predict(rows), dtype=float).reshape(-1), False
    table = numpy.asarray(rows, dtype=numpy.float32)
    if type(model).__module__.split(".")[0] == "xgboost" and type(model).__name__ == "Booster":
        import xgboost

        told = model.predict(xgboost.DMatrix(table, feature_names=model.feature_names))
        told = numpy.asarray(told, dtype=float)
        objective = '"binary:logistic"' in model.save_config()
        if told.ndim == 2:
            return told, True
        return (numpy.column_stack([1 - told, told]), True) if objective else (told, False)
    if type(model).__module__.split(".")[0] == "lightgbm" and type(model).__name__ == "Booster":
        told = numpy.asarray(model.predict(table.astype(float)), dtype=float)
        if told.ndim == 2:
            return told, True
        return (numpy.column_stack([1 - told, told]), True) if "binary" in str(model.dump_model()["objective"]) else (told, False)
    if getattr(model, "feature_names_in_", None) is not None:
        import pandas

        table = pandas.DataFrame(table, columns=list(model.feature_names_in_))
    if hasattr(model, "predict_proba"):
        return numpy.asarray(model.predict_proba(table), dtype=float), True
    return numpy.asarray(model.predict(table), dtype=float).reshape(-1), False


def export(model, names, folder):
    """Writes the model's file and gives its name."""
    library = type(model).__module__.split(".")[0]
    if library == "xgboost":
        booster = model.get_booster() if hasattr(model, "get_booster") else model
        booster.save_model(os.path.join(folder, "model.ubj"))
        return "model.ubj"
    if library == "lightgbm":
        booster = model.booster_ if hasattr(model, "booster_") else model
        booster.save_model(os.path.join(folder, "model.txt"))
        return "model.txt"
    if library == "catboost":
        model.save_model(os.path.join(folder, "model.cbm"))
        return "model.cbm"
    if library in ("sklearn", "imblearn"):
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import FloatTensorType

        options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
        document = to_onnx(
            model, initial_types=[("X", FloatTensorType([None, len(names)]))], options=options, target_opset=17)
        with open(os.path.join(folder, "model.onnx"), "wb") as file:
            file.write(document.SerializeToString())
        return "model.onnx"
    sys.exit("Models of %s are not exported here: write an ONNX file with its own tools." % library)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("folder")
    parser.add_argument("--classes", help="names of the classes in Keelson, in the order of the model's")
    parser.add_argument("--rows-written", type=int, default=200, help="sample rows, default 200")
    arguments = parser.parse_args()

    model = load(arguments.model)
    names, rows = read(arguments.rows, arguments.rows_written, categories(model))
    os.makedirs(arguments.folder, exist_ok=True)
    told, classifies = predict(model, names, rows)
    command = ["keelson models import %s", "--model NAME"]
    if classifies:
        own = [str(label) for label in getattr(model, "classes_", range(told.shape[1]))]
        classes = arguments.classes.split(",") if arguments.classes else own
        if len(classes) != told.shape[1]:
            sys.exit("The model tells %d classes, %s; --classes has %d." % (told.shape[1], own, len(classes)))
        write(os.path.join(arguments.folder, "expected.csv"), classes, told)
        command.append("--classes " + ",".join(classes))
    else:
        write(os.path.join(arguments.folder, "expected.csv"), ["value"], [[value] for value in told])
    write(os.path.join(arguments.folder, "samples.csv"), names, rows)
    file = export(model, names, arguments.folder)
    command.append("--inputs " + ",".join(names))
    command.append("--samples %s --expected %s" % tuple(
        os.path.join(arguments.folder, name) for name in ("samples.csv", "expected.csv")))
    print(" ".join(command) % os.path.join(arguments.folder, file))


if __name__ == "__main__":
    main()
