"""Trains the grid of rate rules on one GPU, many runs at once, and compares them.

    python3 rate_grid.py --check [--device cpu]                              the checks, under a minute
    python3 rate_grid.py --bench 64 128 256 [--ranks 8]                      speed of so many runs at once
    python3 rate_grid.py --cells issue --minutes 8 --results results.jsonl   trains what has no line there yet
    python3 rate_grid.py --rules equal adaptive,learned riemannian:0.002,1e-4 --ranks 1 8 --alphas 2 --seeds 1 2
    python3 rate_grid.py --summary [--dev] --results results.jsonl

--encoders is a folder with the folder loraml-NAME-uncased for each encoder, --data one with train.tsv and dev.tsv of QQP. A tenth of train
that shares no question with the rest is what settings are chosen by. Needs torch (1.13 on, SDPA from 2.0 on) and numpy, and tokenizers for
the ids to be exactly the checkpoint's. What is trained: LoRA on query and value and a classifier over the checkpoint's frozen pooler, batches of 64 in
random order, AdamW with decay 0.01, 6 % warm-up, no dropout. All runs of a seed start alike and see the same batches. Rules: rate_rules.py.
"""

import argparse
import itertools
import os
import time

import numpy
import torch

import rate_cells
import rate_checks
import rate_pairs
import rate_stack
import rate_summary

BATCH, WARMUP = 64, 0.06
PROBED_STEPS = 60  # after which a stack's end is predicted
BENCH_STEPS = 10, 30  # not timed, and timed


def parser_of(description):
    """A parser with the options of every program that trains stacks."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--names", nargs="+", default=["mini"], help="encoders, where no preset is given")
    parser.add_argument("--ranks", type=int, nargs="+", default=[8])
    parser.add_argument("--alphas", type=float, nargs="+", default=[2.0], help="in multiples of the rank")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--pairs", type=int, help="the most of each split, for trying things out")
    parser.add_argument("--most", type=int, default=192, help="runs of a stack")
    parser.add_argument("--precision", choices=["bf16", "tf32", "fp32"], default="bf16")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--encoders", default="../shared/encoders")
    parser.add_argument("--data", default="../shared/data/qqp")
    parser.add_argument("--tokens", default="artifacts/rates", help="folder for the tokenized pairs")
    return parser


def options():
    parser = parser_of(__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--bench", type=int, nargs="+", help="runs at once")
    parser.add_argument("--summary", action="store_true", help="tables of what is finished")
    parser.add_argument("--dev", action="store_true", help="compare on dev; else on what settings are chosen by")
    parser.add_argument("--cells", nargs="+", default=[], help="presets: issue, or its parts main, alphas, small; explore")
    parser.add_argument("--rules", nargs="+", default=[], help="rules, or a family's name with or without switches for its sweep")
    parser.add_argument("--clips", type=float, nargs="+", default=[0.0], help="norms to clip at, 0 for none; of --rules")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no stack is trained that would end later")
    parser.add_argument("--shard", default="0/1", help="i/n: every n-th stack, from the i-th on")
    parser.add_argument("--plan", action="store_true", help="says what there is to do, and does nothing")
    parser.add_argument("--results", default="artifacts/rates/results.jsonl", help="file that results are appended to")
    parser.add_argument("--known", nargs="+", default=[], help="further files of results, which are only read")
    return parser.parse_args()


class Work:
    """Encoders and pairs that stacks are trained with, and what was learned of their speed."""

    def __init__(self, asked):
        self.asked, self.device, self.kind = asked, torch.device(asked.device), rate_stack.use_precision(asked.precision)
        self.loaded, self.began, self.unit = {}, time.perf_counter(), None

    def load(self, name):
        if name not in self.loaded:
            folder = os.path.join(self.asked.encoders, f"loraml-{name}-uncased")
            cut = f"-{self.asked.pairs}" if self.asked.pairs else ""
            parts, digest = rate_pairs.load(folder, self.asked.data, self.asked.tokens)
            if self.asked.pairs:
                parts = {split: pairs.first(self.asked.pairs) for split, pairs in parts.items()}
            print(f"{name}: " + ", ".join(f"{len(pairs)} {split}" for split, pairs in parts.items()) + f"; {digest}{cut}", flush=True)
            self.loaded[name] = rate_stack.Encoder.load(folder, self.device, self.kind), parts, f"{digest}{cut}-{self.asked.epochs}"
        return self.loaded[name]

    def left(self):
        return 60 * self.asked.minutes - (time.perf_counter() - self.began)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def start(self, runs, steps=None):
        """Runs at their start, with a schedule of so many steps, or of all epochs."""
        encoder, parts, _ = self.load(runs[0].encoder)
        steps = steps or self.asked.epochs * -(-len(parts["train"]) // BATCH)
        return rate_stack.Stack(encoder, runs, runs[0].rank, steps, int(steps * WARMUP + 0.5))

    def train(self, runs):
        """The results of a stack, or None where there is no time for it."""
        encoder, parts, digest = self.load(runs[0].encoder)
        stack, count = self.start(runs), len(parts["train"])
        size = len(runs) * stack.steps * encoder.layers * encoder.hidden**2
        if self.unit and self.unit * size > self.left():
            return None
        start, last = self.wait(), torch.zeros(len(runs), device=self.device)
        for epoch in range(self.asked.epochs):
            orders = [rate_pairs.order(count, seed, epoch, BATCH) for seed in stack.seeds]
            for lists in zip(*orders):
                losses = stack.step(rate_stack.Batch(parts["train"], lists, self.device))
                if stack.step_number > 0.9 * stack.steps:
                    last += losses / (stack.steps - int(0.9 * stack.steps))
                if stack.step_number == PROBED_STEPS:
                    seconds = (self.wait() - start) * stack.steps / PROBED_STEPS
                    print(f"  {len(runs)} runs of rank {stack.rank}: about {seconds:.0f} s", flush=True)
                    if seconds > self.left():
                        return None
        measured = {split: measure(stack.scores(parts[split]), parts[split].labels) for split in ("validation", "dev")}
        seconds = self.wait() - start
        self.unit = seconds / size
        return self.results(stack, measured, last.tolist(), seconds, digest)

    def results(self, stack, measured, last, seconds, digest):
        sums, ends = (stack.logs[:2] / stack.steps).exp().tolist(), stack.logs[2:].exp().tolist()
        diverged = stack.diverged_at.tolist()
        found = []
        for i, run in enumerate(stack.runs):
            fine = diverged[i] < 0
            found.append({
                **dict(zip(("encoder", "rank", "alpha", "rule", "seed", "clip"), run.key)),
                **{split: figures[i] if fine else None for split, figures in measured.items()},
                "diverged": None if fine else diverged[i], "lastLoss": last[i] if fine else None,
                "meanC": sums[0][i], "lastC": ends[0][i], "meanRatio": sums[1][i], "lastRatio": ends[1][i],
                "seconds": seconds / len(stack.runs), "stack": len(stack.runs), "precision": self.asked.precision, "data": digest,
            })
        return found


def measure(scores, labels):
    """ACC, F1, MCC and mean log-loss of each run's scores, (runs, pairs), deciding by score above 0."""
    decided, right = scores > 0, labels == 1
    signed = numpy.where(right, scores, -scores)
    losses = (numpy.maximum(-signed, 0) + numpy.log1p(numpy.exp(-numpy.abs(signed)))).mean(1)
    found = []
    for run, loss in zip(decided, losses):
        tp, fp = float((run & right).sum()), float((run & ~right).sum())
        fn, tn = float((~run & right).sum()), float((~run & ~right).sum())
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        mcc = (tp * tn - fp * fn) / product**0.5 if product else 0.0
        found.append({"acc": (tp + tn) / len(labels), "f1": 2 * tp / max(1.0, 2 * tp + fp + fn), "mcc": mcc, "loss": float(loss)})
    return found


def bench(work, asked):
    """Milliseconds a step, laid-out tokens a second and memory, for equal and adaptive rules half and half."""
    for rank in asked.ranks:
        for count in asked.bench:
            texts = ["equal:0.001"] * (count // 2) + ["adaptive:0.004"] * (count - count // 2)
            runs = [rate_cells.Run(asked.names[0], rank, 2.0, text, 1 + i % len(asked.seeds)) for i, text in enumerate(texts)]
            stack, pairs, slots = work.start(runs), work.load(asked.names[0])[1]["train"], 0
            batches = zip(*(rate_pairs.order(len(pairs), seed, 0, BATCH) for seed in stack.seeds))
            for number, lists in zip(range(sum(BENCH_STEPS)), itertools.cycle(batches)):
                if number == BENCH_STEPS[0]:
                    start, slots = work.wait(), 0
                batch = rate_stack.Batch(pairs, lists, work.device)
                stack.step(batch)
                slots += batch.slots * count
            seconds = work.wait() - start
            memory = torch.cuda.max_memory_allocated() / 2**30 if work.device.type == "cuda" else 0
            per_step = 1000 * seconds / BENCH_STEPS[1]
            print(f"rank {rank}, {count} runs: {per_step:.1f} ms a step, {slots / seconds / 1e6:.2f} M tokens/s, {memory:.1f} GiB", flush=True)


def main(asked):
    if asked.check:
        rate_checks.run(torch.device(asked.device))
        return
    if asked.summary:
        print(rate_summary.markdown(rate_cells.read([asked.results, *asked.known]), asked.dev))
        return
    if asked.bench:
        bench(Work(asked), asked)
        return
    runs = [run for name in asked.cells for run in rate_cells.preset(name, asked.seeds)]
    runs += rate_cells.cross(asked.names, asked.ranks, asked.alphas, asked.rules, asked.seeds, [clip or None for clip in asked.clips])
    done = {run.key for run, _ in rate_cells.read([asked.results, *asked.known])}
    remaining = [run for run in dict.fromkeys(runs) if run.key not in done]
    shard, shards = map(int, asked.shard.split("/"))
    stacks = rate_cells.stacks(remaining, asked.most)[shard::shards]
    print(f"{len(set(runs))} runs, {len(set(runs)) - len(remaining)} finished; {len(stacks)} stacks here: {[len(stack) for stack in stacks]}", flush=True)
    if asked.plan:
        return
    os.makedirs(os.path.dirname(os.path.abspath(asked.results)), exist_ok=True)
    work = Work(asked)
    for number, stack in enumerate(stacks):
        results = work.train(stack)
        if results is None:
            print(f"no time for {len(stacks) - number} stacks, the next of {len(stack)} runs; run again, or with a smaller --most")
            return
        rate_cells.append(asked.results, results)
        diverged = sum(result["diverged"] is not None for result in results)
        took = sum(result["seconds"] for result in results)
        print(f"{number + 1}/{len(stacks)}: {len(stack)} runs of {stack[0].encoder}, rank {stack[0].rank}, {diverged} diverged, {took:.0f} s", flush=True)


if __name__ == "__main__":
    main(options())
