"""What plain torch reaches on the same work: a BERT encoder with LoRA on query and value, trained and scored on one processor.

The work is the usual one: batches in random order, padded to their longest pair, a padding mask, the checkpoint's pooler frozen under a
trained classifier, AdamW, fp32. Nothing but torch and numpy is needed (torch 1.13 on), since the checkpoint is read by hand.

    python3 torch_peer.py --encoder DIR --pairs train.tsv [--batch 64] [--rank 8] [--threads 1] [--seconds 20] [--tokens 64]

Prints one JSON object: pairs per second of training and of scoring with merged weights, and the rate of torch's products on one core.
"""

import json
import math
import os
import struct
import unicodedata

import peer_protocol

if __name__ == "__main__":
    OPTIONS = peer_protocol.options("Trains and scores with plain torch.")

import numpy
import torch

import product_peer


def read_safetensors(path):
    """All tensors of a file, as fp32."""
    kinds = {"F16": numpy.float16, "F32": numpy.float32}
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data[begin:end], kinds[entry["dtype"]]).astype(numpy.float32)
            tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors


class WordPieces:
    """Lower-case WordPiece, near enough to the checkpoint's own to have the same lengths."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.ids = {line.rstrip("\n"): i for i, line in enumerate(file)}

    def words(self, text):
        word = ""
        for letter in unicodedata.normalize("NFD", text.lower()):
            kind = unicodedata.category(letter)
            if kind == "Mn":
                continue
            if letter.isspace() or kind[0] in "PS":
                if word:
                    yield word
                word = ""
                if not letter.isspace():
                    yield letter
            else:
                word += letter
        if word:
            yield word

    def encode(self, text):
        result = []
        for word in self.words(text):
            pieces, start = [], 0
            while start < len(word):
                end = len(word)
                while end > start and ("##" if start else "") + word[start:end] not in self.ids:
                    end -= 1
                if end == start:
                    pieces = [self.ids["[UNK]"]]
                    break
                pieces.append(self.ids[("##" if start else "") + word[start:end]])
                start = end
            result += pieces
        return result

    def pair(self, first, second, most):
        first, second = self.encode(first), self.encode(second)
        while len(first) + len(second) + 3 > most:
            (first if len(first) > len(second) else second).pop()
        cls, sep = self.ids["[CLS]"], self.ids["[SEP]"]
        return [cls, *first, sep, *second, sep], [0] * (len(first) + 2) + [1] * (len(second) + 1)


def read_pairs(asked):
    pieces = WordPieces(os.path.join(asked.encoder, "vocab.txt"))
    texts = peer_protocol.read_texts(asked.pairs, asked.count)
    return [(*pieces.pair(first, second, asked.limit), label) for first, second, label in texts]


class Adapted(torch.nn.Module):
    """A frozen linear layer with a low-rank update, as PEFT computes it."""

    def __init__(self, weight, bias, rank, scaling):
        super().__init__()
        self.weight, self.bias, self.scaling, self.merged = weight, bias, scaling, False
        self.a = torch.nn.Parameter(torch.empty(rank, weight.shape[1]))
        self.b = torch.nn.Parameter(torch.zeros(weight.shape[0], rank))
        torch.nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def merge(self):
        self.weight, self.merged = self.weight + self.scaling * (self.b @ self.a).detach(), True

    def forward(self, x):
        y = torch.nn.functional.linear(x, self.weight, self.bias)
        return y if self.merged else y + ((x @ self.a.T) @ self.b.T) * self.scaling


class Encoder(torch.nn.Module):
    def __init__(self, config, tensors, rank, alpha):
        super().__init__()
        self.config = config
        self.tensors = {name[len("bert."):]: value for name, value in tensors.items() if name.startswith("bert.")}
        self.adapted = torch.nn.ModuleDict()
        for layer in range(config["num_hidden_layers"]):
            for part in ("query", "value"):
                name = f"encoder.layer.{layer}.attention.self.{part}"
                weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
                self.adapted[f"{layer}_{part}"] = Adapted(weight, bias, rank, alpha / rank)
        self.classifier = torch.nn.Linear(config["hidden_size"], 2)
        torch.nn.init.normal_(self.classifier.weight, std=0.02)

    def merge(self):
        for module in self.adapted.values():
            module.merge()

    def linear(self, name, x):
        return torch.nn.functional.linear(x, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def norm(self, name, x):
        weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
        return torch.nn.functional.layer_norm(x, weight.shape, weight, bias, self.config["layer_norm_eps"])

    def layer(self, number, x, mask):
        prefix = f"encoder.layer.{number}."
        batch, length, _ = x.shape
        heads, hidden = self.config["num_attention_heads"], self.config["hidden_size"]

        def split(y):
            return y.view(batch, length, heads, hidden // heads).transpose(1, 2)

        query = split(self.adapted[f"{number}_query"](x))
        key = split(self.linear(prefix + "attention.self.key", x))
        value = split(self.adapted[f"{number}_value"](x))
        scores = query @ key.transpose(2, 3) / math.sqrt(hidden // heads) + mask
        context = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, hidden)
        x = self.norm(prefix + "attention.output.LayerNorm", x + self.linear(prefix + "attention.output.dense", context))
        inner = torch.nn.functional.gelu(self.linear(prefix + "intermediate.dense", x))
        return self.norm(prefix + "output.LayerNorm", x + self.linear(prefix + "output.dense", inner))

    def forward(self, ids, segments, mask):
        tables = self.tensors
        x = tables["embeddings.word_embeddings.weight"][ids] + tables["embeddings.token_type_embeddings.weight"][segments]
        x = self.norm("embeddings.LayerNorm", x + tables["embeddings.position_embeddings.weight"][: ids.shape[1]])
        mask = (1 - mask)[:, None, None, :] * torch.finfo(torch.float32).min
        for number in range(self.config["num_hidden_layers"]):
            x = self.layer(number, x, mask)
        return self.classifier(torch.tanh(self.linear("pooler.dense", x[:, 0])))


def collate(pairs):
    longest = max(len(ids) for ids, _, _ in pairs)
    ids, segments = torch.zeros(len(pairs), longest, dtype=torch.long), torch.zeros(len(pairs), longest, dtype=torch.long)
    mask = torch.zeros(len(pairs), longest)
    for i, (tokens, kinds, _) in enumerate(pairs):
        ids[i, : len(tokens)], segments[i, : len(tokens)], mask[i, : len(tokens)] = torch.tensor(tokens), torch.tensor(kinds), 1
    return ids, segments, mask, torch.tensor([label for _, _, label in pairs])


def load(asked):
    """The encoder with fresh adapters and a fresh classifier."""
    torch.manual_seed(0)
    torch.set_num_threads(asked.threads)
    with open(os.path.join(asked.encoder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    return Encoder(config, read_safetensors(os.path.join(asked.encoder, "model.safetensors")), asked.rank, asked.alpha)


def main(asked):
    lists = peer_protocol.batches(read_pairs(asked), asked)
    inputs = [collate(pairs) for pairs in lists]
    encoder = load(asked)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=0.01)

    def train(batch):
        ids, segments, mask, labels = batch
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(encoder(ids, segments, mask), labels).backward()
        optimizer.step()

    def score(batch):
        with torch.inference_mode():
            encoder(*batch[:3])

    trained = peer_protocol.measure("train", inputs, asked, train)
    encoder.merge()
    scored = peer_protocol.measure("score", inputs, asked, score)
    rate = product_peer.torch_rate(asked)
    peer_protocol.report(f"torch {torch.__version__}", asked, lists, **trained, **scored, **rate)


if __name__ == "__main__":
    main(OPTIONS)
