"""Makes the engine tests' goldens: what torch's autograd and AdamW compute on small random encoders, in double precision.

    python3 make_engine_goldens.py test/Microsoft.ML.Lora.Tests/Data/engine

Only torch (1.13 on) and numpy are needed. Each case is two files: NAME.json, which has the sizes, the pairs, and for every tensor its shape
and place; NAME.bin, the tensors one behind the other as little-endian fp32. Weights are rounded to fp32 first, so both sides start alike.
"""

import json
import math
import os
import sys

import numpy
import torch

STEPS = 5
TARGETS = {
    "Query": "attention.self.query",
    "Key": "attention.self.key",
    "Value": "attention.self.value",
    "AttentionOutput": "attention.output.dense",
    "FeedForwardIn": "intermediate.dense",
    "FeedForwardOut": "output.dense",
}
CASES = {
    "query-value-pretrained-pooler": {
        "shape": {"layers": 3, "hidden": 20, "heads": 2, "feedForward": 36, "vocabulary": 40, "positions": 24, "segments": 2},
        "targets": ["Query", "Value"], "head": "PretrainedPooler", "rank": 4, "scaling": 2.0, "classes": 2, "clip": None,
        "activation": "gelu",
    },
    "all-trained-pooler-clipped": {
        "shape": {"layers": 2, "hidden": 18, "heads": 3, "feedForward": 22, "vocabulary": 30, "positions": 20, "segments": 2},
        "targets": list(TARGETS), "head": "TrainedPooler", "rank": 3, "scaling": 1.25, "classes": 3, "clip": 0.5,
        "activation": "gelu_new",
    },
    "key-feed-forward-dense": {
        "shape": {"layers": 2, "hidden": 16, "heads": 4, "feedForward": 24, "vocabulary": 30, "positions": 20, "segments": 0},
        "targets": ["Key", "FeedForwardIn"], "head": "Dense", "rank": 1, "scaling": 3.0, "classes": 2, "clip": None,
        "activation": "relu",
    },
    "full-trained-pooler": {
        "shape": {"layers": 2, "hidden": 12, "heads": 2, "feedForward": 20, "vocabulary": 24, "positions": 18, "segments": 2},
        "method": "FullFineTuning", "targets": [], "head": "TrainedPooler", "rank": 1, "scaling": 1.0, "classes": 2, "clip": None,
        "activation": "gelu",
    },
    "last-layer-trained-pooler-clipped": {
        "shape": {"layers": 3, "hidden": 12, "heads": 3, "feedForward": 14, "vocabulary": 24, "positions": 18, "segments": 2},
        "method": "LastLayers", "topLayers": 2, "targets": [], "head": "TrainedPooler", "rank": 1, "scaling": 1.0, "classes": 3, "clip": 0.5,
        "activation": "gelu_new",
    },
    "adapter-h-pretrained-pooler": {
        "shape": {"layers": 2, "hidden": 16, "heads": 4, "feedForward": 24, "vocabulary": 30, "positions": 20, "segments": 2},
        "method": "AdapterH", "bottleneck": 5, "targets": [], "head": "PretrainedPooler", "rank": 1, "scaling": 1.0, "classes": 2, "clip": None,
        "activation": "gelu",
    },
    "adapter-l-dense": {
        "shape": {"layers": 2, "hidden": 16, "heads": 4, "feedForward": 24, "vocabulary": 30, "positions": 20, "segments": 0},
        "method": "AdapterL", "bottleneck": 6, "targets": [], "head": "Dense", "rank": 1, "scaling": 1.0, "classes": 2, "clip": None,
        "activation": "gelu",
    },
}

# Where a layer has bottlenecks, by method; AdapterL's have a normalisation of their own.
BOTTLENECKS = {"AdapterH": ["attention.output.adapter", "output.adapter"], "AdapterL": ["adapter"]}
OPTIMIZER = {"beta1": 0.9, "beta2": 0.98, "epsilon": 1e-6, "weightDecay": 0.1}
RATES = {"A": 1e-2, "B": 3e-2, "head": 5e-3}
NORM_EPSILON = 1e-6
LENGTHS = [7, 3, 16, 5, 11, 4]


def draw(*size, spread=1.0, middle=0.0):
    values = torch.empty(*size, dtype=torch.float64).uniform_(middle - spread, middle + spread)
    return values.float().double()


def affine(weights, name, outputs, inputs):
    weights[name + ".weight"] = draw(outputs, inputs, spread=0.4)
    weights[name + ".bias"] = draw(outputs, spread=0.2)


def norm(weights, name, length):
    weights[name + ".weight"] = draw(length, spread=0.3, middle=1.0)
    weights[name + ".bias"] = draw(length, spread=0.3)


def make_encoder(case):
    shape, weights = case["shape"], {}
    hidden = shape["hidden"]
    weights["embeddings.word_embeddings.weight"] = draw(shape["vocabulary"], hidden)
    weights["embeddings.position_embeddings.weight"] = draw(shape["positions"], hidden)
    if shape["segments"]:
        weights["embeddings.token_type_embeddings.weight"] = draw(shape["segments"], hidden)
    norm(weights, "embeddings.LayerNorm", hidden)
    for layer in range(shape["layers"]):
        prefix = f"encoder.layer.{layer}."
        for part in ("query", "key", "value"):
            affine(weights, prefix + "attention.self." + part, hidden, hidden)
        affine(weights, prefix + "attention.output.dense", hidden, hidden)
        norm(weights, prefix + "attention.output.LayerNorm", hidden)
        affine(weights, prefix + "intermediate.dense", shape["feedForward"], hidden)
        affine(weights, prefix + "output.dense", hidden, shape["feedForward"])
        norm(weights, prefix + "output.LayerNorm", hidden)
    affine(weights, "pooler.dense", hidden, hidden)
    return weights


def make_trained(case, weights):
    """Random starts for all, B included, so that no gradient is zero."""
    trained = {}
    for layer in range(case["shape"]["layers"]):
        for target in case["targets"]:
            name = f"encoder.layer.{layer}.{TARGETS[target]}"
            outputs, inputs = weights[name + ".weight"].shape
            trained[name + ".lora_A.weight"] = draw(case["rank"], inputs, spread=0.3)
            trained[name + ".lora_B.weight"] = draw(outputs, case["rank"], spread=0.3)
    hidden, method = case["shape"]["hidden"], case.get("method")
    first = case["shape"]["layers"] - case.get("topLayers", case["shape"]["layers"])
    for layer in range(first, case["shape"]["layers"]):
        prefix = f"encoder.layer.{layer}."
        for place in BOTTLENECKS.get(method, []):
            affine(trained, prefix + place + ".down", case["bottleneck"], hidden)
            affine(trained, prefix + place + ".up", hidden, case["bottleneck"])
            if method == "AdapterL":
                norm(trained, prefix + place + ".norm", hidden)
        own = {name: value for name, value in weights.items() if name.startswith(prefix)}
        if method in ("FullFineTuning", "LastLayers"):
            trained |= own
        if method == "AdapterH":
            trained |= {name: value for name, value in own.items() if "LayerNorm" in name}
    if method == "FullFineTuning":
        trained |= {name: value for name, value in weights.items() if name.startswith("embeddings.")}
    if case["head"] == "TrainedPooler":
        trained["pooler.dense.weight"] = draw(hidden, hidden, spread=0.4)
        trained["pooler.dense.bias"] = draw(hidden, spread=0.2)
    trained["classifier.weight"] = draw(case["classes"], hidden, spread=0.4)
    trained["classifier.bias"] = draw(case["classes"], spread=0.2)
    return {name: value.clone().requires_grad_() for name, value in trained.items()}


class Model:
    def __init__(self, case, weights, trained):
        self.case, self.weights, self.trained = case, weights | trained, trained

    def linear(self, name, x):
        y = torch.nn.functional.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])
        if name + ".lora_A.weight" in self.trained:
            a, b = self.trained[name + ".lora_A.weight"], self.trained[name + ".lora_B.weight"]
            y = y + self.case["scaling"] * (x @ a.T @ b.T)
        return y

    def norm(self, name, x):
        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"], NORM_EPSILON)

    def bottleneck(self, name, x):
        """Down, non-linearity, up, and the skip connection; nothing where there is none."""
        if name + ".down.weight" not in self.trained:
            return x
        lin = name + ".norm.weight" in self.trained
        narrow = self.linear(name + ".down", self.norm(name + ".norm", x) if lin else x)
        return x + self.linear(name + ".up", torch.relu(narrow) if lin else torch.nn.functional.gelu(narrow))

    def activation(self, x):
        if self.case["activation"] == "gelu_new":
            return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))
        return {"gelu": torch.nn.functional.gelu, "relu": torch.relu}[self.case["activation"]](x)

    def hidden_states(self, pair):
        ids, second = pair
        x = self.weights["embeddings.word_embeddings.weight"][ids] + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        if self.case["shape"]["segments"]:
            x = x + self.weights["embeddings.token_type_embeddings.weight"][[int(i >= second) for i in range(len(ids))]]
        states = [self.norm("embeddings.LayerNorm", x)]
        heads = self.case["shape"]["heads"]
        for layer in range(self.case["shape"]["layers"]):
            prefix, x = f"encoder.layer.{layer}.", states[-1]
            query, key, value = (
                self.linear(prefix + "attention.self." + part, x).view(len(ids), heads, -1).transpose(0, 1) for part in ("query", "key", "value"))
            shares = (query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])).softmax(-1)
            context = (shares @ value).transpose(0, 1).reshape(len(ids), -1)
            attended = self.bottleneck(prefix + "attention.output.adapter", self.linear(prefix + "attention.output.dense", context))
            middle = self.norm(prefix + "attention.output.LayerNorm", x + attended)
            inner = self.activation(self.linear(prefix + "intermediate.dense", middle))
            outer = self.bottleneck(prefix + "output.adapter", self.linear(prefix + "output.dense", inner))
            states.append(self.bottleneck(prefix + "adapter", self.norm(prefix + "output.LayerNorm", middle + outer)))
        return states

    def logits(self, pair):
        first = self.hidden_states(pair)[-1][0]
        if self.case["head"] != "Dense":
            first = torch.tanh(self.linear("pooler.dense", first))
        return self.linear("classifier", first)


def train(model, pairs, labels, weights, clip):
    """Losses of all steps, gradients of the first."""
    groups = [
        {"params": [value for name, value in model.trained.items() if "lora_A" in name], "lr": RATES["A"]},
        {"params": [value for name, value in model.trained.items() if "lora_B" in name], "lr": RATES["B"]},
        {"params": [value for name, value in model.trained.items() if "lora" not in name], "lr": RATES["head"]},
    ]
    optimizer = torch.optim.AdamW(
        groups, betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]), eps=OPTIMIZER["epsilon"], weight_decay=OPTIMIZER["weightDecay"])
    losses, gradients = [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        logits = torch.stack([model.logits(pair) for pair in pairs])
        each = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        loss = (weights * each).sum() / weights.sum()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {name: value.grad.clone() for name, value in model.trained.items()}
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(model.trained.values()), clip)
        optimizer.step()
    return losses, gradients


def write(folder, name, header, tensors):
    index, offset = {}, 0
    with open(os.path.join(folder, name + ".bin"), "wb") as file:
        for key, value in tensors.items():
            index[key] = {"shape": list(value.shape), "offset": offset}
            offset += value.numel()
            file.write(value.detach().numpy().astype("<f4").tobytes())
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump({**header, "tensors": index}, file, indent=1)
        file.write("\n")


def make(folder, name, case):
    weights = make_encoder(case)
    trained = make_trained(case, weights)
    vocabulary, classes = case["shape"]["vocabulary"], case["classes"]
    pairs = [(torch.randint(vocabulary, (length,)).tolist(), (length + 3) // 2) for length in LENGTHS]
    labels = torch.randint(classes, (len(pairs),))
    pair_weights = draw(len(pairs), spread=0.9, middle=1.0)
    model = Model(case, weights, trained)

    tensors = {"encoder/" + key: value for key, value in weights.items()}
    tensors |= {"start/" + key: value.detach().clone() for key, value in trained.items()}
    with torch.no_grad():
        for i, pair in enumerate(pairs):
            states = model.hidden_states(pair)
            tensors |= {f"states/{i}/{number}": state for number, state in enumerate(states[:-1])}
            tensors[f"first/{i}"] = states[-1][0]
        tensors["logits"] = torch.stack([model.logits(pair) for pair in pairs])
    losses, gradients = train(model, pairs, labels, pair_weights, case["clip"])
    tensors |= {"gradient/" + key: value for key, value in gradients.items()}
    tensors |= {"end/" + key: value for key, value in trained.items()}
    header = {
        **case, "normEpsilon": NORM_EPSILON, "optimizer": OPTIMIZER, "rates": RATES,
        "pairs": [{"ids": ids, "second": second} for ids, second in pairs],
        "labels": labels.tolist(), "weights": pair_weights.tolist(), "losses": losses,
    }
    write(folder, name, header, tensors)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(20261122)
    for name, case in CASES.items():
        make(folder, name, case)


if __name__ == "__main__":
    main()
