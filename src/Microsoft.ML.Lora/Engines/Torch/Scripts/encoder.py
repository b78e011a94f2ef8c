# The encoder and its gradients, written out, as TorchScript: one call of the device library each way, and nothing recorded for autograd. N tokens
# of n sequences lie one behind the other without padding; H hidden, F the feed-forward width, M a matrix's rows. Compiled behind operations.py, an
# attention script (attention_packed.py), which has `attend`, `attend_first` and their gradients, and a script of pieces (pieces_library.py or
# pieces_fused.py).
#
# A layer's weights, 12 in a row: query, key and value as one (3H, H), its bias; attention output, its bias, its norm's gain and bias;
# feed-forward in, its bias; feed-forward out, its bias, its norm's gain and bias.
# What a layer keeps for its gradients, 15 in a row: input, projections, attention's output and its three notes, the first sum, its mean and
# reciprocal deviation, the first norm's output, feed-forward in, its activation (or, where no gradient needs that, the tensor before once more),
# the second sum, its mean and reciprocal deviation. The last layer keeps 16: behind its input come the queries of first tokens, and then the keys
# and values of all.


# Behind attention: (output, what is kept).
def feed_forward(
    context: Tensor, residual: Tensor, weights: List[Tensor], at: int, activation: int, keep: bool, keep_active: bool, epsilon: float
) -> Tuple[Tensor, List[Tensor]]:
    first = dense(context, weights, at + 2)
    middle, mean1, deviation1 = add_norm(first, residual, weights, at + 4, keep, epsilon)
    active, inner = dense_active(middle, weights, at + 6, activation, keep)
    second = dense(active, weights, at + 8)
    output, mean2, deviation2 = add_norm(second, middle, weights, at + 10, keep, epsilon)
    return output, [first, mean1, deviation1, middle, inner, active if keep_active else inner, second, mean2, deviation2]


def layer(
    x: Tensor, weights: List[Tensor], at: int, starts: Tensor, longest: int, heads: int, activation: int, keep: bool, keep_active: bool, epsilon: float
) -> Tuple[Tensor, List[Tensor]]:
    projected = dense(x, weights, at)
    attended = attend(projected, starts, longest, heads)
    output, kept = feed_forward(attended[0], x, weights, at, activation, keep, keep_active, epsilon)
    return output, [x, projected] + attended + kept


def last_layer(
    x: Tensor, weights: List[Tensor], at: int, starts: Tensor, firsts: Tensor, longest: int, heads: int, activation: int, keep: bool,
    keep_active: bool, epsilon: float,
) -> Tuple[Tensor, List[Tensor]]:
    hidden = x.size(1)
    residual = torch.index_select(x, 0, starts.narrow(0, 0, starts.size(0) - 1))
    queries = torch.linear(residual, weights[at].narrow(0, 0, hidden), weights[at + 1].narrow(0, 0, hidden))
    others = torch.linear(x, weights[at].narrow(0, hidden, 2 * hidden), weights[at + 1].narrow(0, hidden, 2 * hidden))
    attended = attend_first(queries, others, firsts, starts, longest, heads)
    output, kept = feed_forward(attended[0], residual, weights, at, activation, keep, keep_active, epsilon)
    return output, [x, queries, others] + attended + kept


# The last layer's output for the first token of each sequence, (n, H), and behind it what the layers from keep_from on keep, or, if observed, what
# goes into the last layer, (N, H). Numbers: tokens, positions and segments of the N rows, then n + 1 where sequences start, then 0 to n.
def forward(
    numbers: Tensor, rows: int, longest: int, tables: List[Tensor], weights: List[Tensor], heads: int, activation: int, keep_from: int,
    keep_active: bool, observed: bool, epsilon: float,
) -> List[Tensor]:
    bounds = (numbers.size(0) - 3 * rows) // 2
    starts = numbers.narrow(0, 3 * rows, bounds)
    firsts = numbers.narrow(0, 3 * rows + bounds, bounds)
    x = embed(numbers, rows, tables, epsilon)
    layers = len(weights) // 12
    found: List[Tensor] = []
    for i in range(layers - 1):
        x, kept = layer(x, weights, 12 * i, starts, longest, heads, activation, i >= keep_from, keep_active, epsilon)
        if i >= keep_from:
            found += kept
    if observed:
        found = [x]
    keep = layers - 1 >= keep_from
    x, kept = last_layer(x, weights, 12 * (layers - 1), starts, firsts, longest, heads, activation, keep, keep_active, epsilon)
    if keep:
        found += kept
    return [x] + found


# Writes a matrix's gradient where one is wanted: an empty tensor says that none is.
def write(gradient: Tensor, x: Tensor, into: Tensor):
    if into.numel() > 0:
        torch.mm(gradient.t(), x, out=into)


# Writes those of query, key and value that are wanted, (m, H, H): of the three each step-th from the first on. Gradient: by all three, (N, 3H).
def write_projections(gradient: Tensor, x: Tensor, into: Tensor, first: int, step: int):
    if into.numel() > 0:
        wanted = into.size(0)
        rows = x.size(0)
        hidden = x.size(1)
        if step == 1:
            write(gradient.narrow(1, first * hidden, wanted * hidden), x, into.view([wanted * hidden, hidden]))
        else:
            parts = torch.slice(gradient.view([rows, 3, hidden]), 1, first, 3, step)
            torch.bmm(parts.permute([1, 2, 0]), x.unsqueeze(0).expand([wanted, rows, hidden]), out=into)


# The same in the last layer. Gradients: by the queries of first tokens, (n, H), and by keys and values of all, (N, 2H).
def write_last_projections(queries: Tensor, others: Tensor, x: Tensor, first_rows: Tensor, into: Tensor, first: int, step: int):
    if into.numel() > 0:
        rest = into.size(0)
        hidden = x.size(1)
        other = first - 1
        if first == 0:
            write(queries, torch.index_select(x, 0, first_rows), into.select(0, 0))
            rest -= 1
            other = step - 1
        if rest > 0:
            write(
                others.narrow(1, other * hidden, rest * hidden), x, into.narrow(0, into.size(0) - rest, rest).view([rest * hidden, hidden])
            )


# The gradients of attention's output and of the residual, both of the same rows.
def feed_forward_gradient(
    gradient: Tensor, kept: List[Tensor], context: Tensor, at: int, weights: List[Tensor], layer: int, wanted: List[Tensor], into: int, activation: int
) -> Tuple[Tensor, Tensor]:
    second = norm_gradient(gradient, kept, at + 6, weights, layer + 10)
    write(second, kept[at + 5], wanted[into + 3])
    inner = active_gradient(second, weights[layer + 8], kept[at + 4], activation)
    write(inner, kept[at + 3], wanted[into + 2])
    middle = second.addmm_(inner, weights[layer + 6])
    first = norm_gradient(middle, kept, at, weights, layer + 4)
    write(first, context, wanted[into + 1])
    return torch.mm(first, weights[layer + 2]), first


# Writes the gradients of the wanted matrices, 4 tensors for each layer from keep_from on: of query, key and value each step-th from the first on,
# one behind the other; attention output, feed-forward in and out. Gradient: by the output for first tokens, (n, H).
def backward(
    gradient: Tensor, numbers: Tensor, rows: int, longest: int, kept: List[Tensor], weights: List[Tensor], wanted: List[Tensor], first: int, step: int,
    heads: int, activation: int,
) -> Tensor:
    bounds = (numbers.size(0) - 3 * rows) // 2
    starts = numbers.narrow(0, 3 * rows, bounds)
    firsts = numbers.narrow(0, 3 * rows + bounds, bounds)
    hidden = gradient.size(1)
    count = len(wanted) // 4
    layers = len(weights) // 12

    into = 4 * (count - 1)
    at = 15 * (count - 1)
    last = 12 * (layers - 1)
    attended, residual = feed_forward_gradient(gradient, kept, kept[at + 3], at + 7, weights, last, wanted, into, activation)
    queries, others = attend_first_gradient(attended, kept, at + 1, firsts, starts, longest, heads)
    first_rows = starts.narrow(0, 0, bounds - 1)
    write_last_projections(queries, others, kept[at], first_rows, wanted[into], first, step)
    if count == 1:
        return gradient
    residual.addmm_(queries, weights[last].narrow(0, 0, hidden))
    x = torch.mm(others, weights[last].narrow(0, hidden, 2 * hidden)).index_add_(0, first_rows, residual)

    for i in range(1, count):
        into = 4 * (count - 1 - i)
        at = 15 * (count - 1 - i)
        from_layer = 12 * (layers - 1 - i)
        attended, residual = feed_forward_gradient(x, kept, kept[at + 2], at + 6, weights, from_layer, wanted, into, activation)
        projected = attend_gradient(attended, kept, at + 1, starts, longest, heads)
        write_projections(projected, kept[at], wanted[into], first, step)
        if i < count - 1:
            x = residual.addmm_(projected, weights[from_layer])
    return x


# The loss, Σ share · log softmax(logits)[class], and its gradient by the output for first tokens, of the same type; adds those of the head. Computed
# in 32 bits. Weights: the classifier's and its bias, then the pooler's where there is one; gradients likewise, without the pooler's where that is
# frozen. Labels: n classes as 32-bit integers. Shares: (n, 1).
def head(output: Tensor, labels: Tensor, shares: Tensor, weights: List[Tensor], gradients: List[Tensor]) -> List[Tensor]:
    first = output.to(weights[0].dtype)
    classes = labels.to(4).unsqueeze(1)
    pooled = first
    if len(weights) > 2:
        pooled = torch.tanh(torch.linear(first, weights[2], weights[3]))
    logs = torch.log_softmax(torch.linear(pooled, weights[0], weights[1]), 1)
    loss = torch.mm(torch.gather(logs, 1, classes).t(), shares)
    by_logits = torch._log_softmax_backward_data(torch.zeros_like(logs).scatter_(1, classes, shares), logs, 1, logs.dtype)
    gradients[0].addmm_(by_logits.t(), pooled)
    add_to(gradients[1], torch.sum(by_logits, [0]))
    by_pooled = torch.mm(by_logits, weights[0])
    if len(weights) > 2:
        by_pooled = torch.tanh_backward(by_pooled, pooled)
        if len(gradients) > 2:
            gradients[2].addmm_(by_pooled.t(), first)
            add_to(gradients[3], torch.sum(by_pooled, [0]))
        by_pooled = torch.mm(by_pooled, weights[2])
    return [loss, by_pooled.to(output.dtype)]
