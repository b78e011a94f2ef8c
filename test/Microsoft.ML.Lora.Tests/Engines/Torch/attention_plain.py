# What attention_packed.py computes, written plainly, sequence by sequence, for any device: the encoder's script is tested with it where there is no GPU.


def weigh(queries: Tensor, keys: Tensor, heads: int) -> Tensor:
    size = queries.size(1) // heads
    scores = torch.matmul(queries.view([-1, heads, size]).transpose(0, 1), keys.view([-1, heads, size]).permute([1, 2, 0]))
    return torch.softmax(scores / (float(size) ** 0.5), -1)


def gather(queries: Tensor, keys: Tensor, values: Tensor, heads: int) -> Tensor:
    size = queries.size(1) // heads
    found = torch.matmul(weigh(queries, keys, heads), values.view([-1, heads, size]).transpose(0, 1))
    return found.transpose(0, 1).reshape([queries.size(0), queries.size(1)])


def gather_gradient(gradient: Tensor, queries: Tensor, keys: Tensor, values: Tensor, heads: int) -> List[Tensor]:
    size = queries.size(1) // heads
    flat = [-1, queries.size(1)]
    weights = weigh(queries, keys, heads)
    outer = gradient.view([-1, heads, size]).transpose(0, 1)
    of_values = torch.matmul(weights.transpose(1, 2), outer).transpose(0, 1).reshape(flat)
    of_weights = torch.matmul(outer, values.view([-1, heads, size]).permute([1, 2, 0]))
    of_scores = (of_weights - (of_weights * weights).sum([2], True)) * weights / (float(size) ** 0.5)
    of_queries = torch.matmul(of_scores, keys.view([-1, heads, size]).transpose(0, 1)).transpose(0, 1).reshape(flat)
    of_keys = torch.matmul(of_scores.transpose(1, 2), queries.view([-1, heads, size]).transpose(0, 1)).transpose(0, 1).reshape(flat)
    return [of_queries, of_keys, of_values]


def part(projected: Tensor, sequence: Tensor, number: int, hidden: int) -> Tensor:
    start = int(sequence[0])
    return projected.narrow(0, start, int(sequence[1]) - start).narrow(1, number * hidden, hidden).contiguous()


def attend(projected: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    hidden = projected.size(1) // 3
    found: List[Tensor] = []
    for i in range(starts.size(0) - 1):
        own = starts.narrow(0, i, 2)
        found.append(gather(part(projected, own, 0, hidden), part(projected, own, 1, hidden), part(projected, own, 2, hidden), heads))
    return [torch.cat(found), starts, starts, starts]


def attend_first(queries: Tensor, others: Tensor, firsts: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    hidden = queries.size(1)
    found: List[Tensor] = []
    for i in range(starts.size(0) - 1):
        own = starts.narrow(0, i, 2)
        found.append(gather(queries.narrow(0, i, 1), part(others, own, 0, hidden), part(others, own, 1, hidden), heads))
    return [torch.cat(found), starts, starts, starts]


def attend_gradient(gradient: Tensor, kept: List[Tensor], at: int, starts: Tensor, longest: int, heads: int) -> Tensor:
    hidden = gradient.size(1)
    found: List[Tensor] = []
    for i in range(starts.size(0) - 1):
        own = starts.narrow(0, i, 2)
        parts = [part(kept[at], own, 0, hidden), part(kept[at], own, 1, hidden), part(kept[at], own, 2, hidden)]
        found.append(torch.cat(gather_gradient(part(gradient, own, 0, hidden), parts[0], parts[1], parts[2], heads), 1))
    return torch.cat(found)


def attend_first_gradient(
    gradient: Tensor, kept: List[Tensor], at: int, firsts: Tensor, starts: Tensor, longest: int, heads: int
) -> Tuple[Tensor, Tensor]:
    hidden = gradient.size(1)
    of_queries: List[Tensor] = []
    of_others: List[Tensor] = []
    for i in range(starts.size(0) - 1):
        own = starts.narrow(0, i, 2)
        found = gather_gradient(
            gradient.narrow(0, i, 1), kept[at].narrow(0, i, 1), part(kept[at + 1], own, 0, hidden), part(kept[at + 1], own, 1, hidden), heads
        )
        of_queries.append(found[0])
        of_others.append(torch.cat([found[1], found[2]], 1))
    return torch.cat(of_queries), torch.cat(of_others)
