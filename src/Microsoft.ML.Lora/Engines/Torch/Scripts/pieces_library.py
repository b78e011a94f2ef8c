# Pieces of the encoder by the device library's own operators, which every device has. Weights and what layers keep: as encoder.py says.


def embed(numbers: Tensor, rows: int, tables: List[Tensor], epsilon: float) -> Tensor:
    x = torch.index_select(tables[2], 0, numbers.narrow(0, 0, rows))
    x = add_to(x, torch.index_select(tables[3], 0, numbers.narrow(0, rows, rows)))
    if len(tables) > 4:
        x = add_to(x, torch.index_select(tables[4], 0, numbers.narrow(0, 2 * rows, rows)))
    return torch.native_layer_norm(x, [x.size(1)], tables[0], tables[1], epsilon)[0]


# The norm of x + residual; x becomes the sum. Behind it the sum's mean and reciprocal deviation.
def add_norm(x: Tensor, residual: Tensor, weights: List[Tensor], norm: int, keep: bool, epsilon: float) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.native_layer_norm(add_to(x, residual), [x.size(1)], weights[norm], weights[norm + 1], epsilon)


# The gradient by a norm's input. Kept, from `at` on: the input, its mean and reciprocal deviation.
def norm_gradient(gradient: Tensor, kept: List[Tensor], at: int, weights: List[Tensor], norm: int) -> Tensor:
    x = kept[at]
    gradients = torch.native_layer_norm_backward(
        gradient, x, [x.size(1)], kept[at + 1], kept[at + 2], weights[norm], weights[norm + 1], [True, False, False]
    )
    return gradients[0]


# The activated values of a linear map, and behind them the values as they were.
def dense_active(x: Tensor, weights: List[Tensor], at: int, activation: int, keep: bool) -> Tuple[Tensor, Tensor]:
    inner = dense(x, weights, at)
    return activate(inner, activation), inner


# The gradient by the values before the activation, from that by the linear map behind it.
def active_gradient(gradient: Tensor, weight: Tensor, inner: Tensor, activation: int) -> Tensor:
    return activate_gradient(torch.mm(gradient, weight), inner, activation)
