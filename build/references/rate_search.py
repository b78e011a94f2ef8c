"""What a search for rates would choose: short trials of many rules on one GPU, and which choices among them do well in the grid's whole trainings.

    python3 rate_search.py --names mini --ranks 1 8 64 --trials trials.jsonl           makes the trials that are not there yet
    python3 rate_search.py --summary --trials trials.jsonl --results results.jsonl     judges ways to choose by the trials

A trial is a training of a few steps with a whole schedule of its own, judged by JUDGES pairs of the grid's validation part. The ways to choose are
those of the library's RateSearch and variants of it; what a way chooses is looked up among the grid's results (rate_grid.py), and compared on dev.
"""

import dataclasses
import itertools
import json
import math
import os
import statistics

import numpy
import torch

import rate_cells
import rate_grid
import rate_pairs
import rate_stack
import rate_summary

JUDGES = 1024
SHARES = [f"adaptive:{0.001 * 2**power:g}" for power in range(8)]  # 0.001 to 0.128
LEARNED = [f"adaptive:{share},learned" for share in (0.004, 0.008, 0.016)]
USUAL = rate_summary.DEFAULT
FEW = (USUAL, "adaptive:0.004", "adaptive:0.016")
MANY = (*FEW, "adaptive:0.002", "adaptive:0.032", "adaptive:0.001", "adaptive:0.008,learned", "adaptive:0.004,learned", "adaptive:0.016,learned")
FIXED = ("equal:0.001", "equal:0.002", "ratio:0.001,4", "equal:0.0005", "equal:0.004", "equal:0.008", "ratio:0.0005,4", "ratio:0.002,4", "ratio:0.00025,16")
WHOLE = 3 * 589  # steps of the grid's trainings


def options():
    parser = rate_grid.parser_of(__doc__.splitlines()[0])
    parser.add_argument("--summary", action="store_true", help="judges ways to choose; makes no trials")
    parser.add_argument("--steps", type=int, nargs="+", default=[20, 60, 120, 360], help="of a trial")
    parser.add_argument("--rules", nargs="+", default=[*SHARES, *LEARNED, *FIXED])
    parser.add_argument("--trials", default="artifacts/rates/trials.jsonl", help="file that trials are appended to")
    parser.add_argument("--results", nargs="+", default=["artifacts/rates/results.jsonl"], help="files of the grid's results")
    asked = parser.parse_args()
    asked.epochs, asked.minutes = 3, math.inf
    return asked


def read(path):
    """{(encoder, rank, alpha, seed): {(steps, rule): trial}}."""
    found = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                trial = json.loads(line)
                found.setdefault(tuple(trial[name] for name in ("encoder", "rank", "alpha", "seed")), {})[trial["steps"], trial["rule"]] = trial
    return found


def losses(stack, pairs):
    """Cross-entropy of each run on each of its seed's pairs, (runs, JUDGES); NaN for runs that diverged."""
    scores, found = stack.scores(pairs), []
    for run, own in zip(stack.runs, scores):
        rows = numpy.random.default_rng(run.seed).permutation(len(pairs))[:JUDGES]
        signed = numpy.where(pairs.labels[rows] == 1, own[rows], -own[rows])
        found.append(numpy.maximum(-signed, 0) + numpy.log1p(numpy.exp(-numpy.abs(signed))))
    return found


def trials_of(work, runs, steps):
    """Trains runs of one encoder and rank for so many steps."""
    stack, parts = work.start(runs, steps), work.load(runs[0].encoder)[1]
    epochs = range(-(-steps * rate_grid.BATCH // len(parts["train"])))
    orders = [[lists for epoch in epochs for lists in rate_pairs.order(len(parts["train"]), seed, epoch, rate_grid.BATCH)] for seed in stack.seeds]
    for lists in itertools.islice(zip(*orders), steps):
        stack.step(rate_stack.Batch(parts["train"], lists, work.device))
    judged = losses(stack, parts["validation"])
    for run, own in zip(runs, judged):
        rivals = {
            other.text: float(numpy.std(own - theirs, ddof=1) / len(own) ** 0.5)
            for other, theirs in zip(runs, judged) if other.key[:3] == run.key[:3] and other.seed == run.seed and other is not run
        }
        yield {
            **dict(zip(("encoder", "rank", "alpha", "rule", "seed"), run.key)), "steps": steps,
            "loss": float(own.mean()) if numpy.isfinite(own).all() else None,
            "errors": {text: error for text, error in rivals.items() if math.isfinite(error)},  # of the mean difference from each other rule's losses
        }


def make(asked):
    work, known = rate_grid.Work(asked), read(asked.trials)
    os.makedirs(os.path.dirname(os.path.abspath(asked.trials)), exist_ok=True)
    for steps in asked.steps:
        runs = rate_cells.cross(asked.names, asked.ranks, asked.alphas, asked.rules, asked.seeds)
        wanted = {run.key[:3] + (run.seed,) for run in runs if (steps, run.text) not in known.get(run.key[:3] + (run.seed,), {})}
        runs = [run for run in runs if run.key[:3] + (run.seed,) in wanted]
        for encoder, rank, seeds in stacks(runs, asked.most):
            start = work.wait()
            stack = [run for run in runs if (run.encoder, run.rank) == (encoder, rank) and run.seed in seeds]
            stack.sort(key=lambda run: (rate_stack.Stack.ORDER[run.rule.kind], run.seed))
            rate_cells.append(asked.trials, list(trials_of(work, stack, steps)))
            print(f"{len(stack)} trials of {steps} steps, {encoder}, rank {rank}, seeds {seeds}: {work.wait() - start:.0f} s", flush=True)


def stacks(runs, most):
    """(encoder, rank, seeds) such that all rules of a seed are in one stack, which their losses are compared in."""
    for encoder, rank in dict.fromkeys((run.encoder, run.rank) for run in runs):
        counts = {}
        for run in runs:
            if (run.encoder, run.rank) == (encoder, rank):
                counts[run.seed] = counts.get(run.seed, 0) + 1
        taken, size = [], 0
        for seed, count in counts.items():
            if taken and size + count > most:
                yield encoder, rank, taken
                taken, size = [], 0
            taken, size = [*taken, seed], size + count
        yield encoder, rank, taken


@dataclasses.dataclass(frozen=True)
class Way:
    """A way to choose. candidates: the usual one first, where it is kept; rounds: steps of the trials of each round."""

    candidates: tuple
    rounds: tuple
    caution: float | None = None  # in standard errors by which the usual rule must be beaten; None: the lowest loss, the usual rule being one of many
    stretch: float = math.inf  # times longer than its trials that a training may be for a higher rate than the usual rule's to be believed
    power: float = 0.0  # rates of a trial are raised by (steps of the whole training / of the trial)^power, in whole doublings

    def __str__(self):
        kinds = {FEW: "3 adaptive", MANY: "9 adaptive", FIXED: "9 fixed"}
        told = [kinds[self.candidates], f"{' then '.join(map(str, self.rounds))} steps", "lowest loss" if self.caution is None else f"{self.caution:g} errors"]
        if self.stretch < math.inf:
            told.append(f"stretch {self.stretch:g}")
        if self.power:
            told.append(f"power {self.power:g}")
        return ", ".join(told)

    def cost(self):
        return sum(max(1, len(self.candidates) // 3**number) * steps for number, steps in enumerate(self.rounds))

    def choose(self, trials, whole):
        """The rule chosen; None where trials are missing."""
        left = list(self.candidates)
        for number, steps in enumerate(self.rounds):
            tried = {rule: trials.get((steps, raised(rule, (whole / steps) ** self.power))) for rule in left}
            if None in tried.values():
                return None
            ended = sorted((rule for rule in left if tried[rule]["loss"] is not None), key=lambda rule: tried[rule]["loss"])
            if not ended:
                return None
            if number == len(self.rounds) - 1:
                return self.best(ended, tried, whole)
            kept = ended[: max(1, len(left) // 3)]
            if self.caution is not None and USUAL in ended and USUAL not in kept:
                kept[-1] = USUAL
            left = kept

    def best(self, ended, tried, whole):
        if self.caution is None or USUAL not in ended:
            return ended[0]
        best = next(rule for rule in ended if whole <= self.stretch * self.rounds[-1] or share(rule) <= share(USUAL))
        if best == USUAL:
            return best
        error = tried[best]["errors"][tried[USUAL]["rule"]]
        return best if tried[USUAL]["loss"] - tried[best]["loss"] > self.caution * error else USUAL


def share(rule):
    return float(rule.partition(":")[2].partition(",")[0])


def raised(rule, factor):
    """An adaptive rule with its share times the power of 2 next to a factor."""
    head, _, rest = rule.partition(":")
    share, comma, switches = rest.partition(",")
    doublings = round(math.log2(factor))
    return f"{head}:{float(share) * 2**doublings:g}{comma}{switches}" if doublings else rule


def ways(steps):
    """Those that the steps of the trials allow."""
    rounds = [(a,) for a in steps] + [(a, b) for a in steps for b in steps if b == 3 * a]
    for parts in rounds:
        names = FEW if len(parts) == 1 else MANY
        yield from (Way(names, parts, caution, power=power) for power in (0.0, 0.25, 0.5) for caution in (0.0, 1.0, 2.0, 3.0))
        yield from (Way(names, parts, caution, stretch) for stretch in (8, 16) for caution in (1.0, 2.0, 3.0))
        if len(parts) == 2:
            yield Way(FIXED, parts)


def summary(asked):
    found = read(asked.trials)
    cells = rate_summary.grouped(rate_cells.read(asked.results))
    steps = sorted({number for trials in found.values() for number, _ in trials})
    titles = list(dict.fromkeys(cell_of(key) for key in found))
    plain = {cell: rate_summary.highest(cells[cell], [rule for rule in cells[cell] if rule.startswith(rate_summary.PLAIN) and "," not in rule]) for cell in titles}
    rows = [rate_summary.row(["way to choose", "steps in all", "kept the usual", "less the usual rule's ACC", "less the best plain rate's", *titles])]
    rows.append(rate_summary.row(["---"] * (5 + len(titles))))
    for way in ways(steps):
        line = outcome(way, found, cells, plain, titles)
        if line:
            rows.append(rate_summary.row([str(way), str(way.cost()), *line]))
    print("Dev, points of ACC, mean ± standard error over cells and seeds; of each cell, the difference from the usual rule and what was chosen by its seeds.\n")
    print("\n".join(rows))


def cell_of(key):
    return rate_cells.Run(*key[:3], USUAL, 1).cell


def outcome(way, found, cells, plain, titles):
    """What a way comes to: cells of a row; None where it never has all its trials."""
    usual, best, of_cell, chosen, kept = [], [], {cell: [] for cell in titles}, {cell: [] for cell in titles}, 0
    for key, trials in found.items():
        cell, seed = cell_of(key), key[3]
        rule = way.choose(trials, WHOLE)
        if rule is None:
            continue
        chosen[cell].append(short(rule))
        kept += rule == USUAL
        results = [cells[cell].get(name, {}).get(seed) for name in (rule, USUAL, plain[cell])]
        if None in results:
            continue  # told of among the choices, but not measured as a whole training
        own, other, swept = (rate_summary.accuracy(result, "dev") for result in results)
        usual.append(own - other)
        best.append(own - swept)
        of_cell[cell].append(own - other)
    if not usual:
        return None
    count = sum(map(len, chosen.values()))
    told = [f"{statistics.fmean(of_cell[cell]):+.2f}: {' '.join(chosen[cell])}" if of_cell[cell] else " ".join(chosen[cell]) for cell in titles]
    pairs = ["{:+.2f} ± {:.2f}".format(*rate_summary.mean_and_error(values)) + (f" ({len(values)})" if len(values) < count else "") for values in (usual, best)]
    return [f"{kept}/{count}", *pairs, *told]


def short(rule):
    return rule.replace("adaptive:0.", "τ.").replace(",learned", "λ").replace("equal:0.", "η.").replace("ratio:0.", "η.")


if __name__ == "__main__":
    asked = options()
    summary(asked) if asked.summary else make(asked)
