"""Checks of the rate grid on a tiny random encoder, in fp32: under a minute on one processor. On a GPU the stacks are there, what they are held against
is not."""

import math

import numpy
import torch

import rate_pairs
import rate_rules
import rate_stack
import torch_peer
from rate_cells import Run

CONFIG = {"num_hidden_layers": 3, "hidden_size": 32, "num_attention_heads": 2, "layer_norm_eps": 1e-12, "intermediate_size": 40}
VOCABULARY, POSITIONS, WIDTH, PAIRS, BATCH = 50, 32, 32, 60, 12
STEPS, WARM, RANK = 10, 2, 3
ROUNDING = 2e-5  # what fp32 products summed in another order may differ by, relative
STEEP = 1e-4  # the same after some steps: Adam's first directions are signs, which rounding turns where a gradient is nothing but rounding


def tiny_tensors():
    random = torch.Generator().manual_seed(1)
    hidden, inside = CONFIG["hidden_size"], CONFIG["intermediate_size"]

    def draw(*shape, middle=0.0):
        return middle + 0.4 * (2 * torch.rand(*shape, generator=random) - 1)

    tensors = {}

    def affine(name, outputs, inputs):
        tensors[f"bert.{name}.weight"], tensors[f"bert.{name}.bias"] = draw(outputs, inputs), draw(outputs)

    def norm(name):
        tensors[f"bert.{name}.weight"], tensors[f"bert.{name}.bias"] = draw(hidden, middle=1.0), draw(hidden)

    for name, count in (("word", VOCABULARY), ("position", POSITIONS), ("token_type", 2)):
        tensors[f"bert.embeddings.{name}_embeddings.weight"] = draw(count, hidden)
    norm("embeddings.LayerNorm")
    for layer in range(CONFIG["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}."
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            affine(f"{prefix}attention.{part}", hidden, hidden)
        affine(prefix + "intermediate.dense", inside, hidden)
        affine(prefix + "output.dense", hidden, inside)
        norm(prefix + "attention.output.LayerNorm")
        norm(prefix + "output.LayerNorm")
    affine("pooler.dense", hidden, hidden)
    return tensors


def tiny_pairs():
    random = numpy.random.default_rng(2)
    lengths = random.integers(5, 21, PAIRS)
    return rate_pairs.Pairs(random.integers(0, VOCABULARY, lengths.sum()), lengths, lengths // 2, random.integers(0, 2, PAIRS))


def batches(seed):
    """Whole batches, STEPS of them."""
    return [numbers for epoch in range(STEPS) for numbers in rate_pairs.order(PAIRS, seed, epoch, BATCH)][:STEPS]


def train(device, texts_and_seeds, count=STEPS, clip=None):
    """A stack of rules and seeds after some steps, and the losses of each step, (steps, runs)."""
    encoder = rate_stack.Encoder(CONFIG, tiny_tensors(), device, torch.float32)
    runs = [Run("tiny", RANK, 2.0, text, seed, clip) for text, seed in texts_and_seeds]
    stack, pairs, losses = rate_stack.Stack(encoder, runs, RANK, STEPS, WARM), tiny_pairs(), []
    for lists in list(zip(*(batches(seed) for seed in stack.seeds)))[:count]:
        losses.append(stack.step(rate_stack.Batch(pairs, lists, encoder.device, WIDTH)))
    return stack, torch.stack(losses).cpu()


def near(what, found, expected, tolerance):
    found, expected = torch.as_tensor(found).double(), torch.as_tensor(expected).double()
    worst = ((found - expected).abs() / (expected.abs() + expected.abs().mean())).max().item()
    if not worst <= tolerance:
        raise SystemExit(f"FAILED: {what}: off by {worst:.1e}, where {tolerance:.0e} is allowed")
    print(f"{what}: off by {worst:.1e}, {tolerance:.0e} is allowed")


def plain_peer(start, alpha):
    """torch_peer's encoder, with padding, from the same weights."""
    peer = torch_peer.Encoder(CONFIG, tiny_tensors(), RANK, alpha)
    with torch.no_grad():
        for adapted, a in zip(peer.adapted.values(), start.a):
            adapted.a.copy_(a)
        peer.classifier.weight.copy_(start.head)
        peer.classifier.bias.zero_()
    return peer


def check_peer(device):
    pairs, rate = tiny_pairs(), 0.01
    for clip in (None, 0.05):
        stack, losses = train(device, [(f"equal:{rate}", 3)], clip=clip)
        peer, expected = plain_peer(rate_stack.Start(stack.encoder, RANK, 3), 2.0 * RANK), []
        optimizer = torch.optim.AdamW(peer.parameters(), lr=rate, weight_decay=0.01)
        for step, numbers in enumerate(batches(3)):
            optimizer.param_groups[0]["lr"] = rate * rate_rules.share(stack.runs[0].rule, step, STEPS, WARM)
            ids, segments, mask, labels = torch_peer.collate([listed(pairs, number) for number in numbers])
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(peer(ids, segments, mask), labels)
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(peer.parameters(), clip)
            optimizer.step()
            expected.append(loss.detach())
        near(f"losses against plain torch with padding, clip {clip}", losses[:, 0], torch.stack(expected), 1e-4)
        with torch.no_grad():
            logits = peer(*torch_peer.collate([listed(pairs, number) for number in range(PAIRS)])[:3])
        near("scores against plain torch", stack.scores(pairs, width=WIDTH)[0], logits[:, 1] - logits[:, 0], STEEP)


def listed(pairs, number):
    start, length, first = (int(values[number]) for values in (pairs.starts, pairs.lengths, pairs.firsts))
    return pairs.ids[start : start + length].tolist(), [0] * first + [1] * (length - first), int(pairs.labels[number])


EVERY_RULE = [
    ("equal:0.01", 1), ("equal:0.01", 2), ("ratio:0.003,4,cosine", 1), ("equal:0.01,ema=0.5", 2), ("riemannian:0.01,0.01", 1), ("balanced:0.01", 2),
    ("adaptive:0.01", 1), ("adaptive:0.01,learned,ref=updated,rms", 2), ("adaptive:0.01,ref=spectral,ratio=2", 1), ("adaptive:0.02,ref=top,mean,freeze=0.4", 2),
    ("adaptive:0.01,together,head=0.01,power=0.5", 1), ("adaptive:0.03,ref=stable,cap=1.5,floor=2,decay=0", 1),
]


def check_company(device):
    """A run alone, in company, and in company of one that overflows."""
    together, losses = train(device, EVERY_RULE)
    sick = [("equal:1e30", 1), *EVERY_RULE]
    beside, losses_beside = train(device, sick)
    if beside.diverged_at[0] < 1 or beside.alive.sum() != len(EVERY_RULE) or not together.alive.all():
        raise SystemExit(f"FAILED: diverged at {beside.diverged_at.tolist()}, where the first run alone should have")
    near("losses beside a run that diverged", losses_beside[:, 1:], losses, ROUNDING)
    scores = together.scores(tiny_pairs(), width=WIDTH)
    for number, one in enumerate(EVERY_RULE):
        alone, losses_alone = train(device, [one])
        near(f"{one[0]} alone and in company, losses", losses_alone[:, 0], losses[:, number], ROUNDING)
        near(f"{one[0]} alone and in company, scores", alone.scores(tiny_pairs(), width=WIDTH)[0], scores[number], STEEP)


def check_products():
    """Statistics, spectral norm and preconditioning against whole matrices in double precision."""
    random = torch.Generator().manual_seed(4)
    for rank in (1, 3, 8):
        shapes = (2, 3, rank, 20), (2, 3, 28, rank), (2, 3, rank, 20), (2, 3, 28, rank)
        a, b, delta_a, delta_b = (torch.randn(*shape, generator=random) for shape in shapes)
        products, rates = rate_rules.Products(a, b, delta_a, delta_b), torch.rand(2, 2, 3, generator=random, dtype=torch.float64)
        wide = [x.double() for x in (a, b, delta_a, delta_b)]
        by_a, by_b = wide[1] @ wide[2], wide[3] @ wide[0]
        moved = rates[0][..., None, None] * by_a + rates[1][..., None, None] * by_b
        near(f"‖B·ΔA‖, rank {rank}", products.by_a().sqrt(), torch.linalg.matrix_norm(by_a), ROUNDING)
        near(f"‖ΔB·A‖, rank {rank}", products.by_b().sqrt(), torch.linalg.matrix_norm(by_b), ROUNDING)
        near(f"norm of the move, rank {rank}", products.move(*rates), torch.linalg.matrix_norm(moved), ROUNDING)
        near(f"spectral norm of the move, rank {rank}", products.spectral_move(*rates), torch.linalg.matrix_norm(moved, 2), 1e-2)
        epsilon = torch.full((2, 1, 1, 1), 0.1, dtype=torch.float64)
        found_a, found_b = rate_rules.precondition(delta_a, delta_b, a, b, epsilon)
        unit = 0.1 * torch.eye(rank, dtype=torch.float64)
        near(f"preconditioned A, rank {rank}", found_a, torch.linalg.solve(wide[1].mT @ wide[1] + unit, wide[2]), 1e-4)
        near(f"preconditioned B, rank {rank}", found_b.mT, torch.linalg.solve(wide[0] @ wide[0].mT + unit, wide[3].mT), 1e-4)


def check_moves(device):
    """An adaptive step moves each weight by its share of the reference; and the learned ratio against the formula, step by step."""
    rules = ("adaptive:0.003,learned,decay=0", "adaptive:0.003,learned,decay=0,ref=updated", "adaptive:0.003,learned,decay=0,ref=spectral")
    stack, _ = train(device, [(rule, 1) for rule in rules], count=4)
    before, ratio = [weight.cpu().clone() for weight in stack.weights], stack.rates.log_ratio.cpu().clone()
    stack.step(rate_stack.Batch(tiny_pairs(), [batches(1)[4]], stack.encoder.device, WIDTH))
    share = rate_rules.share(stack.runs[0].rule, 4, STEPS, WARM)
    change_a, change_b = (after.cpu().double() - was.double() for after, was in zip(stack.weights[:2], before))
    a, b = before[0].double(), before[1].double()
    moves, norms = 2.0 * (b @ change_a + change_b @ a), stack.encoder.norms(RANK)
    updated = (norms["frozen"] ** 2 + torch.linalg.matrix_norm(2.0 * (b[1] @ a[1])) ** 2).sqrt()
    near("Frobenius move of an adaptive step", torch.linalg.matrix_norm(moves[0]), 0.003 * share * norms["frozen"], 1e-3)
    near("the same, by the updated norm", torch.linalg.matrix_norm(moves[1]), 0.003 * share * updated, 1e-3)
    near("spectral move of an adaptive step", torch.linalg.matrix_norm(moves[2], 2), 0.003 * share * norms["spectral"], 1.1e-2)
    directions = []
    for first, second in [[moment.cpu() for moment in moments] for moments in stack.moments[:2]]:
        directions.append((first / (1 - 0.9**5)).double() / ((second / (1 - 0.999**5)).double().sqrt() + 1e-8))
    balanced = (torch.linalg.matrix_norm(b @ directions[0]) / torch.linalg.matrix_norm(directions[1] @ a)).log()
    near("learned ratio", stack.rates.log_ratio.cpu(), (ratio + 0.05 * (balanced - ratio)).clamp(0, math.log(64)), 1e-4)


def check_split():
    texts = [(f"a{i % 37}", f"b{i % 53}", 0) for i in range(30)] + [(f"c{i}", f"c{i // 2}", 1) for i in range(40)] + [(f"d{i}", f"e{i}", 1) for i in range(200)]
    aside = rate_pairs.validation_rows(texts)
    kept, other = ({text for (first, second, _), here in zip(texts, aside) if here == which for text in (first, second)} for which in (True, False))
    if kept & other or not 0.05 * len(texts) < aside.sum() <= 0.1 * len(texts) + 1:
        raise SystemExit(f"FAILED: {aside.sum()} of {len(texts)} set aside, {len(kept & other)} questions on both sides")
    print(f"split: {aside.sum()} of {len(texts)} set aside, no question on both sides")


def run(device):
    torch.set_num_threads(1)
    rate_stack.use_precision("fp32")
    check_split()
    check_products()
    check_peer(device)
    check_moves(device)
    check_company(device)
    print("all checks passed")
