"""How every peer is measured: the same options, batches in the same order, the same clock. The managed engine follows it too
(test/Microsoft.ML.Lora.Benchmarks). Import it before numpy and torch: BLAS libraries read their number of threads when they are loaded.
"""

import argparse
import json
import os
import resource
import time

SEGMENTS = 5  # a measurement's parts, of whose rates the median counts
WARM_BATCHES, WARM_SECONDS = 2, 2  # before every measurement, both


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--encoder", required=True, help="checkpoint folder")
    parser.add_argument("--pairs", required=True, help="tab-separated, with question1, question2 and is_duplicate among its columns")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=float, default=16)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of measuring training, and again of scoring")
    parser.add_argument("--count", type=int, default=4096, help="pairs read from the file")
    parser.add_argument("--limit", type=int, default=128, help="tokens that longer pairs are cut to")
    parser.add_argument("--tokens", type=int, help="give every pair this many tokens: no padding to win from")
    asked = parser.parse_args()
    limit_blas(asked.threads)
    return asked


def limit_blas(threads):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)


def read_texts(path, count):
    """The first pairs of a file: (first sentence, second sentence, label)."""
    texts = []
    with open(path, encoding="utf-8") as file:
        header = next(file).rstrip("\n").split("\t")
        columns = [header.index(name) for name in ("question1", "question2", "is_duplicate")]
        for line in file:
            fields = line.rstrip("\n").split("\t")
            first, second, label = (fields[column] for column in columns)
            texts.append((first, second, int(label)))
            if len(texts) == count:
                break
    return texts


def mixed(number):
    """A bijection of 32-bit numbers without visible order: the last steps of MurmurHash3."""
    number ^= number >> 16
    number = number * 0x85EBCA6B & 0xFFFFFFFF
    number ^= number >> 13
    number = number * 0xC2B2AE35 & 0xFFFFFFFF
    return number ^ number >> 16


def batches(pairs, asked):
    """Lists of pairs (ids, segments, label), the same in every peer: random order, whole batches only."""
    if asked.tokens:
        most = asked.tokens
        pairs = [((ids * most)[:most], (segments * most)[:most], label) for ids, segments, label in pairs]
    order = sorted(range(len(pairs)), key=mixed)
    starts = range(0, len(pairs) - asked.batch + 1, asked.batch)
    return [[pairs[i] for i in order[start : start + asked.batch]] for start in starts]


def mean_tokens(lists):
    return sum(len(ids) for pairs in lists for ids, _, _ in pairs) / sum(len(pairs) for pairs in lists)


def median(values):
    values = sorted(values)
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def measure(prefix, inputs, asked, work):
    """Pairs per second (median of the segments) and processor seconds per pair of calling work on batch after batch."""
    done, start = 0, time.perf_counter()
    while done < WARM_BATCHES or time.perf_counter() - start < WARM_SECONDS:
        work(inputs[done % len(inputs)])
        done += 1
    rates, first, processor = [], done, time.process_time()
    for _ in range(SEGMENTS):
        begun, start = done, time.perf_counter()
        while done == begun or time.perf_counter() - start < asked.seconds / SEGMENTS:
            work(inputs[done % len(inputs)])
            done += 1
        rates.append((done - begun) * asked.batch / (time.perf_counter() - start))
    processor = time.process_time() - processor
    return {
        prefix + "PairsPerSecond": median(rates),
        prefix + "ProcessorSecondsPerPair": processor / ((done - first) * asked.batch),
    }


def report(engine, asked, lists, **found):
    """Prints the one JSON object that a peer is run for."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    common = {"engine": engine, "threads": asked.threads, "batch": asked.batch, "meanTokens": mean_tokens(lists)}
    print(json.dumps({**common, **found, "peakResidentBytes": peak}))
