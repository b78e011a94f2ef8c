"""Pairs for the rate grid: read, split, tokenized once and kept, and laid into rows without padding between them.

Pairs of a batch lie one behind the other in rows of WIDTH tokens, each attending to itself alone: the same numbers as padding every pair to the
longest gives, with a twentieth of the padding.
"""

import hashlib
import os

import numpy

import peer_protocol
import torch_peer

try:
    import tokenizers
except ImportError:
    tokenizers = None

WIDTH = 128  # tokens of a row, and what longer pairs are cut to
VALIDATION_SHARE, SPLIT_SEED = 0.1, 2026
SPLITS = ("train", "validation", "dev")


class Pairs:
    """Token ids one behind the other, and of each pair its tokens, those of them in its first sentence, and its label."""

    def __init__(self, ids, lengths, firsts, labels):
        self.ids, self.lengths, self.firsts, self.labels = (numpy.asarray(values, numpy.int64) for values in (ids, lengths, firsts, labels))
        self.starts = numpy.cumsum(self.lengths) - self.lengths

    def __len__(self):
        return len(self.lengths)

    def first(self, count):
        return Pairs(self.ids, self.lengths[:count], self.firsts[:count], self.labels[:count])


def components(pairs):
    """A number for each pair, the same for pairs that share a question's text, directly or through others."""
    parents = {}

    def root(text):
        while parents.setdefault(text, text) != text:
            parents[text] = text = parents[parents[text]]
        return text

    for first, second, _ in pairs:
        parents[root(second)] = root(first)
    numbers = {}
    return [numbers.setdefault(root(first), len(numbers)) for first, _, _ in pairs]


def validation_rows(pairs):
    """Which pairs are set aside to choose by: whole components in random order, those passed over that would exceed the share."""
    groups = numpy.array(components(pairs))
    sizes = numpy.bincount(groups)
    wanted, taken, aside = round(VALIDATION_SHARE * len(pairs)), 0, numpy.zeros(len(sizes), bool)
    for group in numpy.random.default_rng(SPLIT_SEED).permutation(len(sizes)):
        if taken + sizes[group] <= wanted:
            aside[group] = True
            taken += sizes[group]
    return aside[groups]


def tokenize(encoder, texts):
    """By the checkpoint's tokenizer.json where there is the package tokenizers; else by torch_peer's, which is near enough for trying things out."""
    if tokenizers is None:
        pieces = torch_peer.WordPieces(os.path.join(encoder, "vocab.txt"))
        encoded = [pieces.pair(first, second, WIDTH) for first, second, _ in texts]
        found = [(ids, len(kinds) - sum(kinds)) for ids, kinds in encoded]
    else:
        tokenizer = tokenizers.Tokenizer.from_file(os.path.join(encoder, "tokenizer.json"))
        tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
            single="[CLS] $A [SEP]",
            pair="[CLS] $A:0 [SEP]:0 $B:1 [SEP]:1",
            special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
        )
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=WIDTH)
        encoded = tokenizer.encode_batch([(first, second) for first, second, _ in texts])
        found = [(encoding.ids, len(encoding.ids) - sum(encoding.type_ids)) for encoding in encoded]
    ids = numpy.concatenate([ids for ids, _ in found])
    return Pairs(ids, [len(ids) for ids, _ in found], [first for _, first in found], [label for _, _, label in texts])


def load(encoder, data, folder):
    """The pairs of SPLITS by name, and a digest of them all. They are kept in a file of the folder."""
    kind = "tokenizers" if tokenizers else "near"
    cache = os.path.join(folder, f"{os.path.basename(os.path.normpath(encoder))}-{kind}.npz")
    if not os.path.exists(cache):
        train, dev = (peer_protocol.read_texts(os.path.join(data, name), None) for name in ("train.tsv", "dev.tsv"))
        aside = validation_rows(train)
        texts = [pair for pair, is_aside in zip(train, aside) if not is_aside], [pair for pair, is_aside in zip(train, aside) if is_aside], dev
        parts = {name: tokenize(encoder, part) for name, part in zip(SPLITS, texts)}
        arrays = {f"{name}_{field}": values for name, pairs in parts.items() for field, values in vars(pairs).items() if field != "starts"}
        os.makedirs(folder, exist_ok=True)
        numpy.savez_compressed(cache, **{name: values.astype(numpy.uint16) for name, values in arrays.items()})
    with numpy.load(cache) as file:
        arrays = {name: file[name] for name in file.files}
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()[:12]
    fields = ("ids", "lengths", "firsts", "labels")
    return {name: Pairs(*(arrays[f"{name}_{field}"] for field in fields)) for name in SPLITS}, digest


def order(count, seed, epoch, batch):
    """The batches of an epoch: lists of numbers of pairs, the same for every run of a seed."""
    mixed = numpy.random.default_rng([seed, epoch]).permutation(count)
    return [mixed[start : start + batch] for start in range(0, count, batch)]


def place(lengths, width):
    """Where each pair begins (row · width + column), each laid into the first row with room for it, the longest first; and the number of rows."""
    room, places = [], numpy.zeros(len(lengths), numpy.int64)
    for number in numpy.argsort(-lengths, kind="stable"):
        length = int(lengths[number])
        row = next((row for row, free in enumerate(room) if free >= length), len(room))
        if row == len(room):
            room.append(width)
        places[number] = row * width + width - room[row]
        room[row] -= length
    return places, len(room)


def lay(pairs, lists, width=WIDTH):
    """Arrays of one batch for each seed: ids, segments, positions and owners (-1 where no pair is), (seeds, rows, width); where each pair begins and
    its label, (seeds, pairs)."""
    placed = [place(pairs.lengths[numbers], width) for numbers in lists]
    rows = max(count for _, count in placed)
    arrays = numpy.zeros((4, len(lists), rows * width), numpy.int64)
    arrays[3] = -1
    for seed, (numbers, (places, _)) in enumerate(zip(lists, placed)):
        lengths = pairs.lengths[numbers]
        inside = numpy.arange(lengths.sum()) - numpy.repeat(numpy.cumsum(lengths) - lengths, lengths)
        slots = numpy.repeat(places, lengths) + inside
        arrays[0, seed, slots] = pairs.ids[numpy.repeat(pairs.starts[numbers], lengths) + inside]
        arrays[1, seed, slots] = inside >= numpy.repeat(pairs.firsts[numbers], lengths)
        arrays[2, seed, slots] = inside
        arrays[3, seed, slots] = numpy.repeat(numpy.arange(len(numbers)), lengths)
    begins = numpy.stack([places for places, _ in placed])
    return arrays.reshape(4, len(lists), rows, width), begins, numpy.stack([pairs.labels[numbers] for numbers in lists])
