# Pieces of the encoder by operators of ours (Kernels/FusedOperators.cs), each in one pass over its numbers, in bfloat16 on CUDA devices. Weights
# and what layers keep: as encoder.py says.


def embed(numbers: Tensor, rows: int, tables: List[Tensor], epsilon: float) -> Tensor:
    output = torch.empty([rows, tables[2].size(1)], dtype=tables[2].dtype, device=tables[2].device)
    segmented = len(tables) > 4
    torch.loraml_embed_norm(
        numbers, tables[2], tables[3], tables[4] if segmented else tables[3], tables[0], tables[1], output, epsilon, segmented
    )
    return output


# The norm of x + residual; x becomes the sum if its gradient will be asked for. Behind it, twice, the sum's means and reciprocal deviations, (N, 2).
def add_norm(x: Tensor, residual: Tensor, weights: List[Tensor], norm: int, keep: bool, epsilon: float) -> Tuple[Tensor, Tensor, Tensor]:
    output = torch.empty_like(x)
    statistics = torch.empty([x.size(0), 2], dtype=6, device=x.device)
    torch.loraml_add_norm(x, residual, weights[norm], weights[norm + 1], output, statistics, epsilon, keep)
    return output, statistics, statistics


# The gradient by a norm's input, in the place of that by its output. Kept, from `at` on: the input and what add_norm noted.
def norm_gradient(gradient: Tensor, kept: List[Tensor], at: int, weights: List[Tensor], norm: int) -> Tensor:
    torch.loraml_norm_gradient(gradient, kept[at], kept[at + 1], weights[norm])
    return gradient


# 32 MB for products to work in.
def workspace(x: Tensor) -> Tensor:
    return torch.empty([33554432], dtype=0, device=x.device)


# The activated values of a linear map, and behind them the values as they were if their gradient will be asked for. GELU in the product, by tanh.
def dense_active(x: Tensor, weights: List[Tensor], at: int, activation: int, keep: bool) -> Tuple[Tensor, Tensor]:
    if activation == 2:
        other = dense(x, weights, at)
        return activate(other, activation), other
    active = torch.empty([x.size(0), weights[at].size(0)], dtype=x.dtype, device=x.device)
    inner = torch.empty_like(active) if keep else active
    torch.loraml_dense_gelu(x, weights[at], weights[at + 1], active, inner, workspace(x), keep)
    return active, inner


# The gradient by the values before the activation, from that by the linear map behind it.
def active_gradient(gradient: Tensor, weight: Tensor, inner: Tensor, activation: int) -> Tensor:
    if activation == 2:
        return activate_gradient(torch.mm(gradient, weight), inner, activation)
    result = torch.empty_like(inner)
    torch.loraml_gelu_gradient(gradient, weight, inner, result, workspace(gradient))
    return result
