"""Makes the golden files of dev.keelson.learn.neural: python3 make_neural.py (writes beside itself). Needs numpy.

Each case is a saved network (<case>.json, the description of its shape; <case>.safetensors, its weights, written here by
the format's description) and <case>.csv: rows of inputs and what double precision gives for them.
"""
import json
import os
import struct

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(3)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "silu": lambda x: x * sigmoid(x)}


def save(name, shape, tensors, inputs, outputs):
    header, data = {}, b""
    for key in reversed(list(tensors)):  # in another order than our own files have
        raw = tensors[key].astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(tensors[key].shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps({"__metadata__": {"made_by": "make_neural.py"}, **header}).encode()
    with open(os.path.join(HERE, name + ".safetensors"), "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)
    with open(os.path.join(HERE, name + ".json"), "w") as out:
        json.dump(shape, out)
        out.write("\n")
    with open(os.path.join(HERE, name + ".csv"), "w") as out:
        out.write("# inputs;outputs, by make_neural.py with numpy %s\n" % np.__version__)
        for x, y in zip(inputs, outputs):
            out.write(" ".join(repr(float(v)) for v in x) + ";" + " ".join(repr(float(v)) for v in y) + "\n")


def draw(*shape):
    return rng.normal(0, 0.6, shape).astype("f4")


def dense(name, widths, activation):
    tensors = {}
    for l in range(len(widths) - 2):
        tensors["hidden.%d.weight" % l] = draw(widths[l + 1], widths[l])
        tensors["hidden.%d.bias" % l] = draw(widths[l + 1])
    tensors["output.weight"] = draw(widths[-1], widths[-2])
    tensors["output.bias"] = draw(widths[-1])
    inputs = np.clip(rng.normal(0, 3, (6, widths[0])), -10, 10).astype("f4")
    x = inputs.astype(float)
    for l in range(len(widths) - 2):
        x = ACTIVATIONS[activation](x @ tensors["hidden.%d.weight" % l].astype(float).T + tensors["hidden.%d.bias" % l])
    outputs = x @ tensors["output.weight"].astype(float).T + tensors["output.bias"]
    save(name, {"kind": "dense", "inputs": widths[0], "hidden": widths[1:-1], "activation": activation, "outputs": widths[-1]},
         tensors, inputs, outputs)


def lstm(name, steps, channels, units, layers, count):
    tensors = {}
    for l in range(layers):
        tensors["lstm.%d.weight_ih" % l] = draw(4 * units, channels if l == 0 else units)
        tensors["lstm.%d.weight_hh" % l] = draw(4 * units, units)
        tensors["lstm.%d.bias" % l] = draw(4 * units)
    tensors["output.weight"] = draw(count, units)
    tensors["output.bias"] = draw(count)
    inputs = rng.normal(0, 1.5, (6, steps * channels)).astype("f4")
    sequence = [inputs[:, t * channels:(t + 1) * channels].astype(float) for t in range(steps)]
    for l in range(layers):
        h = c = np.zeros((6, units))
        below, sequence = sequence, []
        for x in below:
            gates = (x @ tensors["lstm.%d.weight_ih" % l].astype(float).T
                     + h @ tensors["lstm.%d.weight_hh" % l].astype(float).T + tensors["lstm.%d.bias" % l])
            i, f, g, o = (gates[:, k * units:(k + 1) * units] for k in range(4))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            sequence.append(h)
    outputs = h @ tensors["output.weight"].astype(float).T + tensors["output.bias"]
    save(name, {"kind": "lstm", "steps": steps, "channels": channels, "units": units, "layers": layers, "outputs": count},
         tensors, inputs, outputs)


dense("linear", [4, 3], "relu")
dense("relu", [5, 8, 4, 3], "relu")
dense("tanh", [5, 8, 1], "tanh")
dense("silu", [3, 6, 6, 2], "silu")
lstm("lstm", 7, 3, 5, 1, 2)
lstm("lstm2", 4, 2, 6, 2, 1)
