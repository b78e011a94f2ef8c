# What the pieces of the encoder are made of.
#
# The compiler takes addmm apart, and joins sums in kernels of its own which are slower and want a compiler at run time: hence linear, and sums that
# say where they are written.


# Room on the host for 32-bit integers on their way to a device: pinned, the host need not wait until they are there, and the room is not given to
# others before.
def room(count: int, pinned: bool) -> Tensor:
    return torch.empty([count], dtype=3, pin_memory=pinned)


def dense(x: Tensor, weights: List[Tensor], at: int) -> Tensor:
    return torch.linear(x, weights[at], weights[at + 1])


def add_to(sum: Tensor, x: Tensor) -> Tensor:
    return torch.add(sum, x, out=sum)


def activate(x: Tensor, activation: int) -> Tensor:
    if activation == 0:
        return torch.gelu(x)
    elif activation == 1:
        return torch.gelu(x, approximate="tanh")
    return torch.relu(x)


def activate_gradient(gradient: Tensor, x: Tensor, activation: int) -> Tensor:
    if activation == 0:
        return torch.gelu_backward(gradient, x)
    elif activation == 1:
        return torch.gelu_backward(gradient, x, approximate="tanh")
    return torch.threshold_backward(gradient, x, 0)
