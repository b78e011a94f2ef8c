"""What plain torch reaches on the same work: a BERT encoder with LoRA on query and value, trained and scored on one processor.

The work is the usual one: batches in random order, padded to their longest pair, a padding mask, the checkpoint's pooler frozen under a
trained classifier, AdamW, fp32. Nothing but torch and numpy is needed (torch 1.13 on), since the checkpoint is read by hand.

    python3 torch_peer.py --encoder DIR --pairs train.tsv [--batch 64] [--rank 8] [--threads 1] [--seconds 20] [--tokens 64]

Prints one JSON object: pairs per second of training and of scoring with merged weights.
"""

import argparse
import json
import math
import os
import struct
import time
import unicodedata

import numpy
import torch


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


def read_pairs(path, pieces, count, most):
    pairs = []
    with open(path, encoding="utf-8") as file:
        header = next(file).rstrip("\n").split("\t")
        columns = [header.index(name) for name in ("question1", "question2", "is_duplicate")]
        for line in file:
            fields = line.rstrip("\n").split("\t")
            first, second, label = (fields[column] for column in columns)
            pairs.append((*pieces.pair(first, second, most), int(label)))
            if len(pairs) == count:
                break
    return pairs


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

    def linear(self, name, x):
        return torch.nn.functional.linear(x, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def norm(self, name, x):
        weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
        return torch.nn.functional.layer_norm(x, x.shape[-1:], weight, bias, self.config["layer_norm_eps"])

    def layer(self, number, x, mask):
        prefix = f"encoder.layer.{number}."
        batch, length, hidden = x.shape
        heads = self.config["num_attention_heads"]

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


def rate(batches, seconds, work):
    """Pairs per second of calling work on batch after batch, after two calls to warm up."""
    for batch in batches[:2]:
        work(batch)
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        batch = batches[done % len(batches)]
        work(batch)
        done += 1
    return done * len(batches[0][3]) / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=float, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--count", type=int, default=4096, help="pairs read from the file")
    parser.add_argument("--limit", type=int, default=128, help="tokens that longer pairs are cut to")
    parser.add_argument("--tokens", type=int, help="give every pair this many tokens: no padding to win from")
    options = parser.parse_args()

    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    with open(os.path.join(options.encoder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    pieces = WordPieces(os.path.join(options.encoder, "vocab.txt"))
    pairs = read_pairs(options.pairs, pieces, options.count, options.limit)
    if options.tokens:
        pairs = [((ids * options.tokens)[: options.tokens], (kinds * options.tokens)[: options.tokens], label) for ids, kinds, label in pairs]
    order = torch.randperm(len(pairs)).tolist()
    starts = range(0, len(pairs) - options.batch + 1, options.batch)
    batches = [collate([pairs[i] for i in order[start : start + options.batch]]) for start in starts]

    encoder = Encoder(config, read_safetensors(os.path.join(options.encoder, "model.safetensors")), options.rank, options.alpha)
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=1e-3, weight_decay=0.01)

    def train(batch):
        ids, segments, mask, labels = batch
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(encoder(ids, segments, mask), labels).backward()
        optimizer.step()

    def score(batch):
        with torch.inference_mode():
            encoder(*batch[:3])

    result = {
        "torch": torch.__version__,
        "threads": options.threads,
        "batch": options.batch,
        "meanTokens": sum(len(ids) for ids, _, _ in pairs) / len(pairs),
        "trainPairsPerSecond": rate(batches, options.seconds, train),
    }
    for module in encoder.adapted.values():
        module.merge()
    result["scorePairsPerSecond"] = rate(batches, options.seconds, score)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
