"""Which trainings the rate grid has, and how finished ones are kept: one line of JSON each."""

import dataclasses
import functools
import json
import os

import rate_rules
from rate_stack import Stack

RATES = ("0.00025", "0.0005", "0.001", "0.002", "0.004", "0.008")
SHARES = ("0.001", "0.002", "0.004", "0.008", "0.016")
RATIOS = ("2", "4", "8", "16")  # 1 is the sweep of equal
RANKS = (1, 8, 64)
VARIANTS = (
    *("learned", "ratio=4", "mean", "rms", "together,mean", "ref=spectral,mean", "ref=stable,mean"),
    *("learned,ref=updated", "learned,ref=spectral", "learned,ref=stable", "learned,ref=top", "learned,mean", "learned,rms"),
    *("learned,together", "learned,mean,together", "learned,mean,freeze=0.12", "learned,cap=2", "learned,floor=4"),
    *("learned,power=-0.25", "learned,power=0.25", "learned,head=0.0005", "learned,head=0.008", "learned,decay=0", "learned,cosine", "learned,ema=0.99"),
)


@dataclasses.dataclass(frozen=True)
class Run:
    encoder: str
    rank: int
    alpha: float  # in multiples of the rank, which is s
    text: str  # of the rule
    seed: int
    clip: float | None = None

    @functools.cached_property
    def rule(self):
        return rate_rules.parse(self.text)

    @property
    def scaling(self):
        return self.alpha

    @property
    def key(self):
        return self.encoder, self.rank, self.alpha, self.text, self.seed, self.clip

    @property
    def cell(self):
        return f"{self.encoder}, r {self.rank}, alpha {self.alpha:g}r" + (f", clip {self.clip:g}" if self.clip else "")


def expand(word):
    """The rules that a word stands for: a family's sweep for its name alone, with or without switches, or itself."""
    kind, _, switches = word.partition(",")
    rest = "," + switches if switches else ""
    if kind in ("equal", "balanced", "riemannian"):
        return [f"{kind}:{rate}{rest}" for rate in RATES]
    if kind == "ratio":
        return [f"ratio:{rate},{ratio}{rest}" for ratio in RATIOS for rate in RATES]
    if kind == "adaptive":
        return [f"adaptive:{share}{rest}" for share in SHARES]
    return [word]


def cross(encoders, ranks, alphas, words, seeds, clips=(None,)):
    texts = [text for word in words for text in expand(word)]
    return [
        Run(encoder, rank, float(alpha), text, seed, clip)
        for seed in seeds for encoder in encoders for rank in ranks for alpha in alphas for clip in clips for text in texts
    ]


def preset(name, seeds):
    """issue: the issue's grid, of main, alphas and small; explore: variants of the adaptive rule, and what else could help plain LoRA as well."""
    both = ("equal", "adaptive")
    if name == "issue":
        return [run for part in ("main", "alphas", "small") for run in preset(part, seeds)]
    if name == "main":
        return cross(["mini"], RANKS, [2], ["equal", "ratio", "balanced", "adaptive", "riemannian"], seeds)
    if name == "alphas":
        return cross(["mini"], RANKS, [1, 4], both, seeds)
    if name == "small":
        return cross(["small"], [8], [2], both, seeds)
    if name == "explore":
        words = [*both, "equal,cosine", "equal,ema=0.99", *(f"adaptive,{variant}" for variant in VARIANTS)]
        return cross(["mini"], RANKS, [2], words, seeds)
    raise ValueError(f"'{name}' is no preset; there are issue, main, alphas, small and explore")


def stacks(runs, most):
    """Lists of runs of one encoder and rank, at most so many; the first seeds of every rank first."""
    groups = {}
    for run in sorted(set(runs), key=lambda run: run.seed):
        groups.setdefault((run.encoder, run.rank), []).append(run)
    found = []
    for members in groups.values():
        count = -(-len(members) // most)
        found += [members[len(members) * i // count : len(members) * (i + 1) // count] for i in range(count)]
    found.sort(key=lambda members: (members[0].seed, members[0].encoder, members[0].rank))
    return [sorted(members, key=lambda run: (Stack.ORDER[run.rule.kind], run.seed)) for members in found]


def read(paths):
    """Results of all files that there are: (run, result), each run once."""
    found = {}
    for path in paths:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    result = json.loads(line)
                    run = Run(*(result[name] for name in ("encoder", "rank", "alpha", "rule", "seed", "clip")))
                    found[run.key] = run, result
    return list(found.values())


def append(path, results):
    """In one write, so that processes can share a file."""
    with open(path, "a", encoding="utf-8") as file:
        file.write("".join(json.dumps(result) + "\n" for result in results))
