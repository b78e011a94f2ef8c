"""What the rate grid's results say, as Markdown."""

import statistics

PLAIN = "equal:"
DEFAULT = "adaptive:0.008"  # the library's
FAILED_MCC = 0.1  # at or under this a training came to nothing
FAMILIES = (("plain LoRA", PLAIN), ("LoRA+", "ratio:"), ("balanced", "balanced:"), ("Riemannian", "riemannian:"), ("adaptive", "adaptive:"))


def mean_and_error(values):
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return statistics.fmean(values), deviation / len(values) ** 0.5


def accuracy(result, split):
    """In points; 0 for what diverged, which decides nothing."""
    return 100 * (result[split] or {"acc": 0})["acc"]


def grouped(found):
    """{cell: {rule: {seed: result}}}"""
    cells = {}
    for run, result in found:
        cells.setdefault(run.cell, {}).setdefault(run.text, {})[run.seed] = result
    return cells


def highest(rules, names):
    """The rule with the highest mean accuracy on validation, of those with the most seeds."""
    most = max(len(rules[name]) for name in names)
    full = [name for name in names if len(rules[name]) == most]
    return max(full, key=lambda name: statistics.fmean(accuracy(one, "validation") for one in rules[name].values()))


def difference(results, others, split):
    """Mean and standard error of the differences of seeds that both have; None where there are none."""
    seeds = sorted(results.keys() & others.keys())
    return mean_and_error([accuracy(results[seed], split) - accuracy(others[seed], split) for seed in seeds]) if seeds else None


def failed(result):
    return not result["validation"] or result["validation"]["mcc"] <= FAILED_MCC


def row(cells):
    return "| " + " | ".join(cells) + " |"


def comparison(cells, split):
    """Each rule against the best plain one of each cell."""
    plain = {cell: [name for name in rules if name.startswith(PLAIN) and "," not in name] for cell, rules in cells.items()}
    best = {cell: highest(cells[cell], names) for cell, names in plain.items() if names}
    titles = list(best)
    lines = [row(["rule", "cells", "mean", "worst", "worst t", "failed", *titles]), row(["---"] * (6 + len(titles)))]
    told = [f"{statistics.fmean(accuracy(one, split) for one in cells[cell][best[cell]].values()):.2f} ({best[cell][len(PLAIN):]})" for cell in titles]
    lines.append(row(["best plain LoRA", str(len(titles)), "", "", "", "", *told]))
    rows = []
    for rule in sorted({rule for cell in titles for rule in cells[cell]}):
        found = {cell: difference(cells[cell][rule], cells[cell][best[cell]], split) for cell in titles if rule in cells[cell]}
        found = {cell: both for cell, both in found.items() if both}
        if found:
            means = [mean for mean, _ in found.values()]
            least = [mean / error for mean, error in found.values() if error > 0]
            every = [one for cell in found for one in cells[cell][rule].values()]
            told = [f"{found[cell][0]:+.2f} ± {found[cell][1]:.2f}" if cell in found else "" for cell in titles]
            counts = f"{sum(map(failed, every))}/{len(every)}"
            mean, worst = statistics.fmean(means), f"{min(least):.1f}" if least else ""
            rows.append((len(found), mean, [rule, str(len(found)), f"{mean:+.2f}", f"{min(means):+.2f}", worst, counts, *told]))
    return "\n".join(lines + [row(one) for _, _, one in sorted(rows, key=lambda entry: entry[:2], reverse=True)])


def spread(results, split, name, scale, digits):
    values = [scale * result[split][name] for result in results if result[split]]
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):.{digits}f} ± {deviation:.{digits}f}" if values else ""


def table(rules, by_dev):
    figures = [("validation", "acc", 100, 2), ("validation", "loss", 1, 4)]
    figures += [("dev", "acc", 100, 2), ("dev", "f1", 100, 2), ("dev", "mcc", 100, 2), ("dev", "loss", 1, 4)] if by_dev else []
    titles = ["rule", "seeds", "failed", *(f"{split} {name}" for split, name, _, _ in figures), "mean c", "last c", "mean λ", "last λ"]
    lines = [row(titles), row(["---"] * len(titles))]
    for rule in sorted(rules):
        results = list(rules[rule].values())
        ended = [result for result in results if result["validation"]]
        rates = [f"{statistics.fmean(result[name] for result in ended):.3g}" if ended else "" for name in ("meanC", "lastC", "meanRatio", "lastRatio")]
        lines.append(row([rule, str(len(results)), str(sum(map(failed, results))), *(spread(results, *figure) for figure in figures), *rates]))
    return "\n".join(lines)


def families(cells):
    """Each family's best setting of a cell by validation, and what dev says of it; and the library's default rule, which is the same everywhere."""
    figures = [("dev", "acc", 100, 2), ("dev", "f1", 100, 2), ("dev", "mcc", 100, 2), ("dev", "loss", 1, 4)]
    titles = ["cell", "family", "setting", "seeds", "failed", "ACC", "F1", "MCC", "log-loss", "ACC less plain LoRA's"]
    lines = [row(titles), row(["---"] * len(titles))]
    for cell, rules in cells.items():
        swept = {title: [name for name in rules if name.startswith(start) and is_swept(name)] for title, start in FAMILIES}
        chosen = [(title, highest(rules, names)) for title, names in swept.items() if names]
        chosen += [("the default", DEFAULT)] if DEFAULT in rules else []
        for title, name in chosen:
            results = list(rules[name].values())
            less = difference(rules[name], rules[chosen[0][1]], "dev")
            told = "" if title == chosen[0][0] or not less else f"{less[0]:+.2f} ± {less[1]:.2f}"
            failures = str(sum(map(failed, results)))
            lines.append(row([cell, title, name.partition(":")[2], str(len(results)), failures, *(spread(results, *figure) for figure in figures), told]))
    return "\n".join(lines)


def is_swept(name):
    """Whether a rule is written with constants alone: without a switch that makes a variant of it."""
    return all(part.replace(".", "").replace("-", "").replace("e", "").isdigit() for part in name.partition(":")[2].split(","))


def markdown(found, by_dev):
    if len({(run.encoder, result["data"]) for run, result in found}) > len({run.encoder for run, _ in found}):
        raise SystemExit("The results are of different splits or tokenizations of the same encoder; they cannot be compared.")
    cells, split = grouped(found), "dev" if by_dev else "validation"
    parts = [
        *(["## Each family at its best\n", families(cells) + "\n"] if by_dev else []),
        "## Against the best plain LoRA of each cell\n",
        f"Difference of ACC on {split} in points, paired by seed: mean ± standard error. The plain rate of a cell is chosen on validation over its seeds, "
        "and one adaptive setting is to be chosen by the mean over the cells. t is the difference in standard errors.\n",
        comparison(cells, split),
    ]
    for cell, rules in cells.items():
        parts.append(f"\n## {cell}\n\n{table(rules, by_dev)}")
    return "\n".join(parts)
