"""Expected token ids, made by Hugging Face's own tokenizer: make_tokenizer_goldens.py IN OUT

Needs: tokenizers (made with 0.23). Reads, below IN:
  awkward.jsonl                      one {"about", "text"} a line; from test/Microsoft.ML.Lora.Tests/Data/tokenization
  characters.vocab.txt               one token a line; from the same folder
  encoders/NAME/tokenizer.json       any number of WordPiece encoders; loraml-mini-uncased must be among them
  qqp/dev.tsv, qqp/train.tsv         GLUE's QQP layout; never copied, only hashes of their ids are written
Writes, below OUT:
  awkward.OPTIONS.words.jsonl        for each line of awkward.jsonl the words after normalizer and pre-tokenizer; not for all options
  awkward.OPTIONS.ids.txt            for each line its ids with characters.vocab.txt, and nothing around them
  awkward.mini.ids.txt               for each line its ids with loraml-mini-uncased, and nothing around them
  awkward.mini.pairs.txt             for some pairs of lines: first second maxTokens: tokens-of-segment-0 ids…
  qqp.json                           SHA-256 over the ids of all pairs, and over each thousand of them
  characters.json                    SHA-256 of what becomes of every code point, 4,096 at a time
  bert-characters.txt                the same written out: src/Microsoft.ML.Lora/Tokenization reads it

Special tokens are never looked for in a text: "[SEP]" typed by a user is text. So the tokenizers here are rebuilt from model,
normalizer and pre-tokenizer, without added tokens, and the special ids are read from the vocabulary. Lone surrogates, which UTF-8
cannot carry, are U+FFFD, as every UTF-8 encoder makes of them.

Byte layout under a hash of ids, for each pair in file order, little-endian 32-bit integers: number of ids, number of those in
segment 0, the ids.
"""
import hashlib
import json
import os
import re
import struct
import sys
import textwrap
import unicodedata

from tokenizers import Tokenizer, __version__, normalizers, pre_tokenizers, processors

OPTIONS = {  # name: clean_text, handle_chinese_chars, strip_accents, lowercase
    "uncased": (True, True, None, True),
    "cased": (True, True, None, False),
    "uncased-accents": (True, True, False, True),
    "cased-stripped": (True, True, True, False),
    "unspaced": (True, False, None, True),
    "unclean": (False, True, None, True),
}
WRITTEN_OUT = ["uncased", "cased"]
PAIR_LIMITS = [5, 6, 7, 9, 16, 33, 64]
QQP_LIMITS = [24, 128]
BLOCK = 1000
POINTS = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]


def normalizer(name):
    clean, chinese, strip, lower = OPTIONS[name]
    return normalizers.BertNormalizer(clean_text=clean, handle_chinese_chars=chinese, strip_accents=strip, lowercase=lower)


def rebuild(spec, normalize):
    """A tokenizer with the model of `spec`, no added tokens, and the pair layout of BERT."""
    vocabulary = spec["model"]["vocab"]
    tokenizer = Tokenizer.from_str(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": spec["model"]}))
    tokenizer.normalizer = normalize
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")])
    return tokenizer


def from_file(path):
    with open(path, encoding="utf-8") as file:
        spec = json.load(file)
    asked = spec["normalizer"]
    return rebuild(spec, normalizers.BertNormalizer(
        clean_text=asked["clean_text"], handle_chinese_chars=asked["handle_chinese_chars"],
        strip_accents=asked["strip_accents"], lowercase=asked["lowercase"]))


def from_vocabulary(path, normalize):
    with open(path, encoding="utf-8", newline="\n") as file:
        tokens = file.read().rstrip("\n").split("\n")
    return rebuild({"model": {
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {token: index for index, token in enumerate(tokens)}}}, normalize)


def text_of(raw):
    return re.sub("[\ud800-\udfff]", "\ufffd", raw)


def write(out, name, lines):
    with open(os.path.join(out, name), "w", encoding="ascii", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def ids_line(ids):
    return " ".join(map(str, ids))


def write_awkward(folder, out, mini):
    with open(os.path.join(folder, "awkward.jsonl"), encoding="ascii") as file:
        texts = [text_of(json.loads(line)["text"]) for line in file]
    for name in OPTIONS:
        normalize = normalizer(name)
        split = pre_tokenizers.BertPreTokenizer()
        if name in WRITTEN_OUT:
            words = [[word for word, _ in split.pre_tokenize_str(normalize.normalize_str(text))] for text in texts]
            write(out, f"awkward.{name}.words.jsonl", [json.dumps(line).replace("\x7f", "\\u007f") for line in words])
        tokenizer = from_vocabulary(os.path.join(folder, "characters.vocab.txt"), normalize)
        write(out, f"awkward.{name}.ids.txt",
              [ids_line(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts])
    write(out, "awkward.mini.ids.txt", [ids_line(mini.encode(text, add_special_tokens=False).ids) for text in texts])

    pairs = [(i, (i * 7 + 3) % len(texts)) for i in range(0, len(texts), 4)] + [(0, 0), (0, 20), (20, 0), (1, 2)]
    lines = []
    for limit in PAIR_LIMITS:
        mini.enable_truncation(limit, strategy="longest_first")
        for first, second in pairs:
            encoded = mini.encode(texts[first], texts[second])
            lines.append(f"{first} {second} {limit}: {encoded.type_ids.count(0)} {ids_line(encoded.ids)}")
        mini.no_truncation()
    write(out, "awkward.mini.pairs.txt", lines)


def hashes(tokenizer, pairs, limit):
    tokenizer.enable_truncation(limit, strategy="longest_first")
    whole, blocks = hashlib.sha256(), []
    for start in range(0, len(pairs), BLOCK):
        packed = b"".join(
            struct.pack(f"<{2 + len(e.ids)}i", len(e.ids), e.type_ids.count(0), *e.ids)
            for e in tokenizer.encode_batch(pairs[start:start + BLOCK]))
        whole.update(packed)
        blocks.append(hashlib.sha256(packed).hexdigest()[:16])
    tokenizer.no_truncation()
    return {"sha256": whole.hexdigest(), "thousands": blocks}


def write_qqp(folder, out, encoders):
    result = {"tokenizers": __version__, "files": {}}
    for name in ("dev.tsv", "train.tsv"):
        with open(os.path.join(folder, "qqp", name), encoding="utf-8", newline="\n") as file:
            rows = [line.rstrip("\n").split("\t") for line in file][1:]
        pairs = [(row[3], row[4]) for row in rows]
        result["files"][name] = {"pairs": len(pairs), "encoders": {
            encoder: {str(limit): hashes(tokenizer, pairs, limit) for limit in QQP_LIMITS}
            for encoder, tokenizer in sorted(encoders.items())}}
    write(out, "qqp.json", json.dumps(result, indent=1).split("\n"))


def code(point):
    return f"{point:04X}"


def ranges(points):
    """Runs of code points, as FIRST-LAST or ONE."""
    runs = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return [code(first) if first == last else f"{code(first)}-{code(last)}" for first, last in runs]


def combining_classes(nfd):
    """The combining class of each mark that the tokenizer's own NFD moves: classes never change, but new marks are not known to all."""
    low, high = "\u0334", "\u0345"
    moved = [p for p in POINTS if nfd(high + chr(p)) != high + chr(p) or nfd(chr(p) + low) != chr(p) + low]
    return {p: unicodedata.combining(chr(p)) for p in moved if nfd(chr(p)) == chr(p) and unicodedata.combining(chr(p))}


def write_blocks(out):
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    blocks = {}
    for name in OPTIONS:
        normalize = normalizer(name).normalize_str
        blocks[name] = []
        for start in range(0, 0x110000, 4096):
            digest = hashlib.sha256()
            for point in range(start, start + 4096):
                if not 0xD800 <= point < 0xE000:
                    words = "|".join(word for word, _ in split(normalize("a" + chr(point) + "b")))
                    digest.update(words.encode() + b"\n")
            blocks[name].append(digest.hexdigest()[:16])
    write(out, "characters.json", json.dumps({"tokenizers": __version__, "blocks": blocks}, indent=1).split("\n"))


def write_table(out):
    def only(**options):
        chosen = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False, **options}
        normalize = normalizers.BertNormalizer(**chosen).normalize_str
        return {p: normalize(chr(p)) for p in POINTS}

    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    nfd = normalizers.NFD().normalize_str
    pieces = {p: len(split("a" + chr(p) + "b")) for p in POINTS}
    clean, chinese, strip, lower = only(clean_text=True), only(handle_chinese_chars=True), only(strip_accents=True), only(lowercase=True)
    classes = combining_classes(nfd)
    for point in POINTS:  # marks that decompose into marks
        parts = [classes.get(ord(part), 0) for part in nfd(chr(point))]
        if strip[point] == "" and point not in classes and all(parts):
            classes[point] = parts[0]

    def mapped(mapping):
        return [f"{code(p)}:{'+'.join(code(ord(c)) for c in text)}" for p, text in mapping.items()
                if text not in ("", chr(p)) and not 0xAC00 <= p <= 0xD7A3]

    sections = {
        "removed": ranges(p for p in POINTS if clean[p] == ""),
        "whitespace": ranges(p for p in POINTS if clean[p] == " "),
        "separating": ranges(p for p in POINTS if pieces[p] == 2),
        "punctuation": ranges(p for p in POINTS if pieces[p] == 3),
        "chinese": ranges(p for p in POINTS if chinese[p] != chr(p)),
        "accent": ranges(p for p in POINTS if strip[p] == ""),
        "stripped": mapped(strip),
        "lower": mapped(lower),
        "combining": [f"{run}:{kind}" for kind in sorted(set(classes.values()))
                      for run in ranges(sorted(p for p in classes if classes[p] == kind))],
    }
    lines = [f"# What BertNormalizer and BertPreTokenizer of tokenizers {__version__} make of each code point.",
             "# Written by build/references/make_tokenizer_goldens.py; what the sections mean stands in BertCharacters.cs."]
    for name, entries in sections.items():
        lines += textwrap.wrap(" ".join(entries), 140, initial_indent=name + " ", subsequent_indent=name + " ", break_on_hyphens=False)
    write(out, "bert-characters.txt", lines)


def main():
    folder, out = sys.argv[1], sys.argv[2]
    os.makedirs(out, exist_ok=True)
    names = sorted(os.listdir(os.path.join(folder, "encoders")))
    encoders = {name: from_file(os.path.join(folder, "encoders", name, "tokenizer.json")) for name in names}
    write_awkward(folder, out, encoders["loraml-mini-uncased"])
    write_qqp(folder, out, encoders)
    write_blocks(out)
    write_table(out)
    print("tokenizers", __version__, "Unicode of this Python", unicodedata.unidata_version)


if __name__ == "__main__":
    main()
