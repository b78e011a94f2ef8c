"""Many LoRA trainings of one frozen encoder at once: products with frozen weights are one product for all runs, those with factors are batched.

Adapters, moments and rates are fp32; activations, frozen weights and what they are multiplied with are bf16 or fp32.
"""

import json
import math
import os

import numpy
import torch
from torch.nn import functional

import rate_pairs
import rate_rules
from torch_peer import read_safetensors

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
CLIPPING_EPSILON = 1e-6  # as torch's clip_grad_norm_ adds it
HEAD_DEVIATION = 0.02
APART = -3e4  # added to scores between pairs: finite, so that kernels that meet nothing else at first have no infinities to subtract
RANK_MULTIPLE = 8  # factors of a layer are filled up with zeros to this many columns, for tensor cores


class Encoder:
    """The frozen encoder on a device."""

    def __init__(self, config, tensors, device, kind):
        tensors = {name[len("bert.") :]: value for name, value in tensors.items() if name.startswith("bert.")}
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.hidden, self.epsilon = config["hidden_size"], config["layer_norm_eps"]
        self.kind, self.device = kind, device
        self.tables = {name: value.to(device) for name, value in tensors.items() if name.startswith(("embeddings", "pooler"))}
        self.weights = {name: value.to(device, kind) for name, value in tensors.items() if name.startswith("encoder")}
        for layer in range(self.layers):
            for part in ("weight", "bias"):
                names = [f"encoder.layer.{layer}.attention.self.{role}.{part}" for role in ("query", "key", "value")]
                self.weights[f"encoder.layer.{layer}.qkv.{part}"] = torch.cat([self.weights.pop(name) for name in names])
        adapted = [tensors[f"encoder.layer.{layer}.attention.self.{role}.weight"] for layer in range(self.layers) for role in ("query", "value")]
        self.matrices = len(adapted)
        self.spectra = torch.stack([torch.linalg.svdvals(weight.double()) for weight in adapted])

    @staticmethod
    def load(folder, device, kind):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        if config["hidden_act"] != "gelu":
            raise ValueError(f"{folder}: the activation is {config['hidden_act']}, but only gelu is computed here")
        return Encoder(config, read_safetensors(os.path.join(folder, "model.safetensors")), device, kind)

    def norms(self, rank):
        """Norms of the adapted matrices, by rate_rules.REFERENCES."""
        squares = self.spectra**2
        return {"frozen": squares.sum(1).sqrt(), "spectral": self.spectra[:, 0], "top": squares[:, : 2 * rank].sum(1).sqrt()}

    def linear(self, name, x):
        return functional.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, name, x, weights=None):
        weights = weights or self.weights
        return functional.layer_norm(x, (self.hidden,), weights[name + ".weight"], weights[name + ".bias"], self.epsilon)

    def embed(self, ids, segments, positions):
        names = ("word", ids), ("token_type", segments), ("position", positions)
        return self.norm("embeddings.LayerNorm", sum(self.tables[f"embeddings.{name}_embeddings.weight"][which] for name, which in names), self.tables)

    def attend(self, qkv, bias, width):
        """qkv (runs, rows · width, 3 · hidden), bias (runs · rows, 1, width, width)."""
        query, key, value = qkv.view(-1, width, 3, self.heads, self.hidden // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        if hasattr(functional, "scaled_dot_product_attention"):
            context = functional.scaled_dot_product_attention(query, key, value, bias.expand(-1, self.heads, -1, -1))
        else:
            context = (query @ key.transpose(2, 3) / math.sqrt(query.shape[-1]) + bias).softmax(-1) @ value
        return context.transpose(1, 2).reshape(*qkv.shape[:2], self.hidden)

    def logits(self, batch, runs_seed, factors, head):
        """Of every run, (runs, pairs, 2). batch: from Batch; runs_seed: which seed's batch each run sees; factors: from Stack.low_rank."""
        runs, width = len(runs_seed), batch.width
        x = self.embed(batch.ids, batch.segments, batch.positions).to(self.kind).flatten(1, 2).index_select(0, runs_seed)
        bias = batch.bias(self.kind).index_select(0, runs_seed).flatten(0, 1)[:, None]
        offsets = torch.arange(runs, device=self.device)[:, None] * x.shape[1]
        first_tokens = (batch.begins.index_select(0, runs_seed) + offsets).flatten()
        for layer, (down, up) in enumerate(factors):
            name = f"encoder.layer.{layer}."
            qkv = torch.baddbmm(self.linear(name + "qkv", x), torch.bmm(x, down), up)
            context = self.attend(qkv, bias, width)
            if layer == self.layers - 1:
                x, context = (y.flatten(0, 1).index_select(0, first_tokens).view(runs, -1, self.hidden) for y in (x, context))
            x = self.norm(name + "attention.output.LayerNorm", x + self.linear(name + "attention.output.dense", context))
            inside = functional.gelu(self.linear(name + "intermediate.dense", x))
            x = self.norm(name + "output.LayerNorm", x + self.linear(name + "output.dense", inside))
        pooled = torch.tanh(functional.linear(x.float(), self.tables["pooler.dense.weight"], self.tables["pooler.dense.bias"]))
        weight, offset = head
        return torch.baddbmm(offset[:, None], pooled, weight.mT)


class Batch:
    """One batch for each seed, on the device."""

    def __init__(self, pairs, lists, device, width=rate_pairs.WIDTH):
        def send(values):
            tensor = torch.from_numpy(values)
            return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor

        arrays, begins, labels = rate_pairs.lay(pairs, lists, width)
        self.width, self.slots = width, arrays[0, 0].size
        self.ids, self.segments, self.positions, self.owners = send(arrays)
        self.begins, self.labels = send(begins), send(labels)

    def bias(self, kind):
        """What is added to scores: nothing within a pair, APART between pairs. (seeds, rows, width, width)."""
        own = self.owners[..., None] == self.owners[..., None, :]
        return torch.zeros(own.shape, dtype=kind, device=own.device).masked_fill_(~own, APART)


class Start:
    """What runs of a seed start from, the same for every rule: A uniform in ±1/√in, B zero, the classifier normal."""

    def __init__(self, encoder, rank, seed):
        random = torch.Generator().manual_seed(seed)
        self.a = (2 * torch.rand(encoder.matrices, rank, encoder.hidden, generator=random) - 1) / math.sqrt(encoder.hidden)
        self.head = HEAD_DEVIATION * torch.randn(2, encoder.hidden, generator=random)


class Stack:
    """Trainings side by side. runs: objects with rule, scaling, seed and clip (None for none), ordered by ORDER."""

    ORDER = {"equal": 0, "ratio": 0, "riemannian": 1, "balanced": 2, "adaptive": 2}

    def __init__(self, encoder, runs, rank, steps, warm):
        self.encoder, self.runs, self.rank, self.steps, self.warm = encoder, runs, rank, steps, warm
        device, rules = encoder.device, [run.rule for run in runs]
        orders = [self.ORDER[rule.kind] for rule in rules]
        if orders != sorted(orders):
            raise ValueError("runs must be ordered by Stack.ORDER of their rules")
        self.seeds = sorted({run.seed for run in runs})
        starts = {seed: Start(encoder, rank, seed) for seed in self.seeds}

        def numbers(values):
            return torch.tensor([float(value) for value in values], device=device)

        self.runs_seed = torch.tensor([self.seeds.index(run.seed) for run in runs], device=device)
        self.scaling, self.decay, self.ema = (numbers(values) for values in zip(*((run.scaling, run.rule.decay, run.rule.ema) for run in runs)))
        self.clip = numbers(run.clip or math.inf for run in runs)
        a = torch.stack([starts[run.seed].a for run in runs]).to(device)
        head = torch.stack([starts[run.seed].head for run in runs]).to(device)
        b = torch.zeros(len(runs), encoder.matrices, encoder.hidden, rank, device=device)
        self.weights = [a, b, head, torch.zeros(len(runs), 2, device=device)]
        self.moments = [(torch.zeros_like(weight), torch.zeros_like(weight)) for weight in self.weights]
        self.means = [weight.clone() for weight in self.weights] if any(rule.ema for rule in rules) else None
        self.preconditioned, self.moved = (
            slice(orders.index(which), orders.index(which) + orders.count(which)) if which in orders else None for which in (1, 2)
        )
        if self.preconditioned:
            self.epsilon = numbers(rule.second for rule in rules[self.preconditioned])[:, None, None, None].double()
        if self.moved:
            part = self.moved
            self.rates = rate_rules.MovedRates(rules[part], [run.scaling for run in runs[part]], encoder.norms(rank), rank, device)
        self.rate_a = numbers(rule.rate for rule in rules)[:, None].repeat(1, encoder.matrices)
        self.rate_b = self.rate_a * numbers(rule.second if rule.kind == "ratio" else 1 for rule in rules)[:, None]
        self.rate_of_head = numbers(rule.rate_of_head for rule in rules)
        self.shares = torch.tensor([[rate_rules.share(rule, step, steps, warm) for rule in rules] for step in range(steps)], device=device)
        self.step_number = 0
        self.alive = torch.ones(len(runs), dtype=torch.bool, device=device)
        self.diverged_at = torch.full((len(runs),), -1, device=device)
        self.logs = torch.zeros(4, len(runs), dtype=torch.float64, device=device)  # sums of log c and log λ, the last of them

    def low_rank(self, a, b):
        """For each layer, what x is multiplied with and then added to query, key and value: (runs, in, 2r) and (runs, 2r, 3 · out)."""
        runs, layers, hidden, rank = len(self.runs), self.encoder.layers, self.encoder.hidden, self.rank
        kind, fill = self.encoder.kind, -2 * rank % RANK_MULTIPLE
        down = functional.pad(a.to(kind).view(runs, layers, 2 * rank, hidden), (0, 0, 0, fill))
        up = (b * self.scaling[:, None, None, None]).to(kind).mT.reshape(runs, layers, 2, rank, hidden)
        empty = torch.zeros_like(up[:, :, 0])
        query = torch.cat([up[:, :, 0], empty, empty], -1)
        value = torch.cat([empty, empty, up[:, :, 1]], -1)
        up = functional.pad(torch.cat([query, value], 2), (0, 0, 0, fill))
        return list(zip(down.mT.unbind(1), up.unbind(1)))

    def losses(self, batch, weights):
        logits = self.encoder.logits(batch, self.runs_seed, self.low_rank(*weights[:2]), weights[2:])
        labels = batch.labels.index_select(0, self.runs_seed)
        return functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape).mean(1)

    def step(self, batch):
        """Trains every run by one batch. Returns their losses before it."""
        leaves = [weight.requires_grad_() for weight in self.weights]
        losses = self.losses(batch, leaves)
        gradients = torch.autograd.grad(losses.sum(), leaves)
        with torch.no_grad():
            self.weights = [weight.detach() for weight in leaves]
            self.update(losses, gradients)
        return losses.detach()

    def update(self, losses, gradients):
        norms = sum(gradient.flatten(1).square().sum(1, dtype=torch.float64) for gradient in gradients).sqrt()
        self.keep(losses.isfinite() & norms.isfinite())
        clipped = (self.clip / (norms + CLIPPING_EPSILON)).clamp(max=1).float()
        gradients = [torch.where(along(self.alive, gradient), gradient * along(clipped, gradient), torch.zeros_like(gradient)) for gradient in gradients]
        a, b = self.weights[:2]
        if self.preconditioned:
            part = self.preconditioned
            gradients[0][part], gradients[1][part] = rate_rules.precondition(gradients[0][part], gradients[1][part], a[part], b[part], self.epsilon)
            self.keep(gradients[0].flatten(1).isfinite().all(1) & gradients[1].flatten(1).isfinite().all(1))
            gradients = [torch.where(along(self.alive, gradient), gradient, torch.zeros_like(gradient)) for gradient in gradients]
        directions = [self.direct(gradient, *moments) for gradient, moments in zip(gradients, self.moments)]
        if self.moved:
            part, warms = self.moved, self.step_number < self.warm
            found = self.rates.decide(a[part], b[part], directions[0][part], directions[1][part], warms, self.step_number / self.steps)
            self.rate_a[part], self.rate_b[part] = (rate.float() for rate in found)
            self.keep((self.rate_a.isfinite() & self.rate_b.isfinite()).all(1))
        self.record()
        height = torch.where(self.alive, self.shares[self.step_number], torch.zeros_like(self.clip))
        rates = self.rate_a, self.rate_b, self.rate_of_head, self.rate_of_head
        for weight, direction, rate in zip(self.weights, directions, rates):
            rate = torch.where(along(self.alive, rate), rate, torch.zeros_like(rate)) * along(height, rate)
            weight.mul_(along(1 - rate * along(self.decay, rate), weight)).sub_(along(rate, weight) * direction)
        if self.means:
            for mean, weight in zip(self.means, self.weights):
                mean.lerp_(weight, along(1 - self.ema, weight))
        self.step_number += 1

    def keep(self, fine):
        """Runs that are not fine stay as they are from here on; whoever falls first here is told of by the number of the step, from 1."""
        falls = self.alive & ~fine
        self.diverged_at = torch.where(falls, torch.full_like(self.diverged_at, self.step_number + 1), self.diverged_at)
        self.alive = self.alive & fine

    def direct(self, gradient, first, second):
        """Adam's direction at unit rate."""
        first.lerp_(gradient, 1 - BETA1)
        second.lerp_(gradient.square(), 1 - BETA2)
        step = self.step_number + 1
        return first / (second.sqrt().div_(math.sqrt(1 - BETA2**step)).add_(EPSILON)).mul_(1 - BETA1**step)

    def record(self):
        """Geometric means over the matrices of c = √(αβ), the schedule left out, and λ = β/α."""
        a, b = self.rate_a.double().log(), self.rate_b.double().log()
        found = torch.stack([0.5 * (a + b).mean(1), (b - a).mean(1)]).nan_to_num(0, 0, 0)
        self.logs = torch.cat([self.logs[:2] + found, found])

    @torch.no_grad()
    def scores(self, pairs, most=64, width=rate_pairs.WIDTH):
        """Differences of the logits, (runs, pairs), numpy; NaN for runs that diverged."""
        averages = self.ema > 0
        used = self.weights if self.means is None else [
            torch.where(along(averages, weight), mean, weight) for weight, mean in zip(self.weights, self.means)
        ]
        factors, found = self.low_rank(*used[:2]), torch.zeros(len(self.runs), len(pairs), device=self.encoder.device)
        every_run = torch.zeros_like(self.runs_seed)
        for start in range(0, len(pairs), most):
            numbers = numpy.arange(start, min(start + most, len(pairs)))
            logits = self.encoder.logits(Batch(pairs, [numbers], self.encoder.device, width), every_run, factors, used[2:])
            found[:, start : start + len(numbers)] = logits[..., 1] - logits[..., 0]
        return torch.where(self.alive[:, None], found, torch.full_like(found, math.nan)).cpu().double().numpy()


def along(values, like):
    """Values of runs, or of runs and matrices, with the dimensions of another tensor."""
    return values.reshape(*values.shape, *[1] * (like.dim() - values.dim()))


def use_precision(name):
    """bf16, tf32 (products alone) or fp32. Returns the type of activations."""
    if hasattr(torch.backends.cuda, "enable_cudnn_sdp"):
        torch.backends.cuda.enable_cudnn_sdp(False)  # it plans anew for every number of rows
    torch.set_float32_matmul_precision("high" if name == "tf32" else "highest")
    return torch.bfloat16 if name == "bf16" else torch.float32
