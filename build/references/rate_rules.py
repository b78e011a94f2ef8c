"""Rate rules of many runs at once, formula by formula as the library's Engines/Rates has them, and variants of them to be measured.

A rule is written as on the benchmarks' command line, with any of SWITCHES behind the constants:
    equal:RATE  ratio:RATE,RATIO  balanced:RATE  riemannian:RATE[,EPSILON]  adaptive:TAU
"""

import dataclasses
import math

import torch

FIRST_RATIO, MOST_RATIO, RATIO_WEIGHT = 4, 64, 0.05  # of the learned ratio
REFERENCES = ("frozen", "updated", "spectral", "stable", "top")
SQUARINGS = 5  # of the move's product with itself: its norm to a hundredth


@dataclasses.dataclass(frozen=True)
class Rule:
    kind: str
    rate: float  # of A, or tau
    second: float  # ratio, or epsilon
    # Of any rule:
    cosine: bool = False  # in place of the linear schedule
    ema: float = 0.0  # weights are scored as this mean of them; 0 for as they are
    decay: float = 0.01
    head: float = 0.0  # the head's rate; 0 for the rule's own
    # Of adaptive:
    ref: str = "frozen"  # Frobenius norms of move and W₀; of move and W; spectral ones of move and W₀; Frobenius of the move and spectral of W₀, which
    # is W₀'s Frobenius norm over the root of its stable rank; Frobenius of the move and of W₀'s best approximation of rank 2r
    ratio: float = 1.0  # λ
    learned: bool = False  # λ is learned instead, as balanced learns it
    cap: float = 4.0
    floor: float = math.inf
    weight: float = 0.05
    mean: bool = False  # c from the mean of the log norms
    rms: bool = False  # c from the root of the mean of the squared norms, as Adam has it
    together: bool = False  # one c for all matrices, from the norms over all of them
    freeze: float = 1.0  # after this share of the steps c is what the mean then says
    power: float = 0.0  # τ times (r/8)^power

    @property
    def fixed_ratio(self):
        """λ; 0 where it is learned."""
        return 0.0 if self.learned or self.kind == "balanced" else self.ratio

    @property
    def rate_of_head(self):
        own = {"ratio": self.rate * self.second, "adaptive": 2e-3}.get(self.kind, self.rate)
        return self.head or own


SWITCHES = {field.name: field.default for field in dataclasses.fields(Rule)[3:]}
CONSTANTS = {"equal": (1, 1.0), "ratio": (2, None), "balanced": (1, 1.0), "riemannian": (1, 1e-6), "adaptive": (1, 0.0)}


def parse(text):
    kind, _, rest = text.partition(":")
    if kind not in CONSTANTS or not rest:
        raise ValueError(f"'{text}' is no rule; there are {', '.join(CONSTANTS)}, each with a colon and its constants")
    least, default = CONSTANTS[kind]
    constants, switches = [], {}
    for part in rest.split(","):
        name, _, value = part.partition("=")
        if name in SWITCHES:
            usual = SWITCHES[name]
            switches[name] = True if usual is False else value if name == "ref" else float(value)
        else:
            constants.append(float(part))
    if not least <= len(constants) <= 2 or switches.get("ref", "frozen") not in REFERENCES:
        raise ValueError(f"'{text}': {least} to 2 constants, then any of {', '.join(SWITCHES)}; ref is one of {', '.join(REFERENCES)}")
    return Rule(kind, constants[0], constants[1] if len(constants) == 2 else default, **switches)


def share(rule, step, steps, warm):
    """The schedule's share of the full rates, step counted from 0, of which warm rise."""
    if step < warm:
        return (step + 1) / warm
    done = (step - warm) / (steps - warm)
    return 0.5 * (1 + math.cos(math.pi * done)) if rule.cosine else 1 - done


def inner(x, y):
    """tr(XᵀY) of the last two dimensions, summed in double precision."""
    return (x * y).sum((-2, -1), dtype=torch.float64)


class Products:
    """The r × r products of factors A (runs, matrices, r, in), B (runs, matrices, out, r) and directions."""

    def __init__(self, a, b, delta_a, delta_b):
        self.of_a, self.of_b = a @ a.mT, b.mT @ b
        self.deltas_of_a, self.deltas_of_b = delta_a @ delta_a.mT, delta_b.mT @ delta_b
        self.cross_of_a, self.cross_of_b = delta_a @ a.mT, b.mT @ delta_b

    def by_a(self):
        """‖B·ΔA‖²."""
        return inner(self.of_b, self.deltas_of_a)

    def by_b(self):
        """‖ΔB·A‖²."""
        return inner(self.deltas_of_b, self.of_a)

    def move(self, rate_a, rate_b):
        """‖α·B·ΔA + β·ΔB·A‖_F."""
        square = rate_a**2 * self.by_a() + rate_b**2 * self.by_b() + 2 * rate_a * rate_b * inner(self.cross_of_b, self.cross_of_a)
        return square.clamp(min=0).sqrt()

    def spectral_move(self, rate_a, rate_b):
        """‖α·B·ΔA + β·ΔB·A‖₂: the root of the largest eigenvalue of (UᵀU)(VVᵀ), U = [B, ΔB], V = [α·ΔA; β·A], from traces of its powers."""
        alpha, beta = rate_a[..., None, None], rate_b[..., None, None]
        of_u = torch.cat([torch.cat([self.of_b, self.cross_of_b], -1), torch.cat([self.cross_of_b.mT, self.deltas_of_b], -1)], -2)
        upper = torch.cat([alpha**2 * self.deltas_of_a, alpha * beta * self.cross_of_a], -1)
        lower = torch.cat([alpha * beta * self.cross_of_a.mT, beta**2 * self.of_a], -1)
        power = (of_u.double() @ torch.cat([upper, lower], -2).double())
        scale = trace(power)
        power, logarithm = power / scale[..., None, None], scale.log()
        for _ in range(SQUARINGS):
            power = power @ power
            scale = trace(power)
            power, logarithm = power / scale[..., None, None], 2 * logarithm + scale.log()
        # power is the 2^SQUARINGS-th power over its trace, exp(logarithm): tr X²/tr X = λ^(2^SQUARINGS), nearly.
        eigenvalue = ((logarithm + trace(power @ power).log()) / 2**SQUARINGS).exp()
        return eigenvalue.nan_to_num(0).clamp(min=0).sqrt()


def trace(x):
    return x.diagonal(dim1=-2, dim2=-1).sum(-1)


class MovedRates:
    """Rates of runs with balanced or adaptive rules, from the products."""

    def __init__(self, rules, scaling, norms, rank, device):
        """scaling: s of each run; norms: of W₀ of each matrix by name, of those that REFERENCES tell of."""

        def column(values, kind=torch.float64):
            return torch.tensor(values, dtype=kind, device=device)[:, None]

        def every(name, kind=torch.float64):
            return column([getattr(rule, name) for rule in rules], kind)

        matrices = len(norms["frozen"])
        self.adapts = column([rule.kind == "adaptive" for rule in rules], torch.bool)
        self.rate = column([rule.rate * (rank / 8) ** rule.power for rule in rules])
        self.scaling = column(scaling)
        self.fixed, self.log_cap, self.log_floor = every("fixed_ratio"), every("cap").log(), every("floor").log()
        self.weight, self.freeze = every("weight"), every("freeze")
        self.mean, self.rms, self.together = every("mean", torch.bool), every("rms", torch.bool), every("together", torch.bool)
        names = {"updated": "frozen", "stable": "spectral"}
        self.reference = torch.stack([norms[names.get(rule.ref, rule.ref)] for rule in rules]).double().to(device)
        self.updated = column([rule.ref == "updated" for rule in rules], torch.bool)
        self.spectral = torch.tensor([i for i, rule in enumerate(rules) if rule.ref == "spectral"], device=device, dtype=torch.long)
        zeros = torch.zeros(len(rules), matrices, dtype=torch.float64, device=device)
        self.log_ratio = zeros + math.log(FIRST_RATIO)
        self.log_mean, self.square_mean, self.taken = zeros.clone(), zeros.clone(), zeros.clone()

    def decide(self, a, b, delta_a, delta_b, is_warmup, done):
        """α and β, (runs, matrices), the schedule's share left out; done: the share of the steps behind. Not finite where a rule finds none."""
        products = Products(a, b, delta_a, delta_b)
        if not is_warmup:
            self.learn(products)
        root = torch.where(self.fixed > 0, self.fixed.expand_as(self.log_ratio), self.log_ratio.exp()).sqrt()
        norm = products.move(1 / root, root)
        if len(self.spectral):
            part = Products(*(x[self.spectral] for x in (a, b, delta_a, delta_b)))
            norm = norm.index_copy(0, self.spectral, part.spectral_move(1 / root[self.spectral], root[self.spectral]))
        norm = norm * self.scaling
        square = self.reference**2
        square = torch.where(self.updated, square + self.scaling**2 * inner(products.of_b, products.of_a), square)
        norm = torch.where(self.together, norm.square().sum(1, keepdim=True).sqrt(), norm)
        reference = torch.where(self.together, square.sum(1, keepdim=True), square).sqrt()
        still = (norm == 0) & (self.taken == 0)
        size = torch.where(still, torch.zeros_like(norm), self.rate * reference / self.limited(norm, still, done))
        rate = torch.where(self.adapts, size, self.rate)
        return rate / root, rate * root

    def learn(self, products):
        """log λ ← clip(log λ + κ·(log(‖B·ΔA‖/‖ΔB·A‖) − log λ)), where neither vanishes."""
        by_a, by_b = products.by_a(), products.by_b()
        found = self.log_ratio + RATIO_WEIGHT * (0.5 * (by_a / by_b).log() - self.log_ratio)
        self.log_ratio = torch.where((by_a > 0) & (by_b > 0), found.clamp(0, math.log(MOST_RATIO)), self.log_ratio)

    def limited(self, norm, still, done):
        """Takes norms into their means, and keeps them within the limits about the mean before."""
        logarithm = norm.log()
        begun, frozen = self.taken > 0, done >= self.freeze
        within = torch.minimum(torch.maximum(logarithm, self.log_mean - self.log_cap), self.log_mean + self.log_floor)
        limited = torch.where(begun, within, logarithm)
        taken = torch.where(begun, torch.maximum(self.weight, self.taken / (1 + self.taken)), torch.ones_like(self.taken))
        learns = norm.isfinite() & ~(still | frozen)
        self.taken = torch.where(learns, taken, self.taken)
        self.log_mean = torch.where(learns, self.log_mean + taken * (limited - self.log_mean), self.log_mean)
        self.square_mean = torch.where(learns, self.square_mean + taken * ((2 * limited).exp() - self.square_mean), self.square_mean)
        used = torch.where(self.rms, self.square_mean.sqrt(), torch.where(self.mean | frozen, self.log_mean, limited).exp())
        return torch.where(norm.isfinite(), used, torch.full_like(norm, math.nan))


def precondition(grad_a, grad_b, a, b, epsilon):
    """(BᵀB + εI)⁻¹∇A and ∇B(AAᵀ + εI)⁻¹, inverted in double precision; epsilon (runs, 1, 1, 1)."""
    unit = epsilon * torch.eye(a.shape[-2], dtype=torch.float64, device=a.device)

    def inverse(products):
        return torch.linalg.inv_ex(products.double() + unit)[0].float()

    return inverse(b.mT @ b) @ grad_a, grad_b @ inverse(a @ a.mT)
