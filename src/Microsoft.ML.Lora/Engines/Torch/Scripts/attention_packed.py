# Attention over sequences that lie one behind the other, by the device library's memory-efficient kernels, which CUDA devices have alone.
# Projections: queries, keys and values side by side, (N, 3H). Starts: n + 1 rows at which sequences start and end. What attention keeps: its
# output (N, H) and three notes of the kernel. attention_library.py and attention_fused.py give this to the encoder.


def library_attend(projected: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    rows = projected.size(0)
    hidden = projected.size(1) // 3
    parts = projected.view([1, rows, 3, heads, hidden // heads])
    found = torch._efficient_attention_forward(
        parts.select(2, 0), parts.select(2, 1), parts.select(2, 2), None, starts, starts, longest, longest, 0.0, 0, True
    )
    return [found[0].view([rows, hidden]), found[1], found[2], found[3]]


# Queries of first tokens alone, (n, H), with keys and values of all, (N, 2H).
def library_attend_first(queries: Tensor, others: Tensor, firsts: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    count = queries.size(0)
    hidden = queries.size(1)
    parts = others.view([1, others.size(0), 2, heads, hidden // heads])
    found = torch._efficient_attention_forward(
        queries.view([1, count, heads, hidden // heads]), parts.select(2, 0), parts.select(2, 1), None, firsts, starts, 1, longest, 0.0, 0, True
    )
    return [found[0].view([count, hidden]), found[1], found[2], found[3]]


# The gradient by the projections, (N, 3H). Kept, from `at` on: the projections, then what attention keeps.
def library_attend_gradient(gradient: Tensor, kept: List[Tensor], at: int, starts: Tensor, longest: int, heads: int) -> Tensor:
    rows = gradient.size(0)
    hidden = gradient.size(1)
    parts = kept[at].view([1, rows, 3, heads, hidden // heads])
    shape = [1, rows, heads, hidden // heads]
    found = torch._efficient_attention_backward(
        gradient.view(shape), parts.select(2, 0), parts.select(2, 1), parts.select(2, 2), None, kept[at + 1].view(shape), starts, starts, longest,
        longest, kept[at + 2], 0.0, kept[at + 3], kept[at + 4], 0, False, shared_storage_dqdkdv=True,
    )
    # The three lie in one tensor, side by side as the projections do.
    return found[0].as_strided([rows, 3 * hidden], [3 * hidden, 1])


# The gradients by the queries, (n, H), and by keys and values, (N, 2H). Kept, from `at` on: queries, keys and values, then what attention keeps.
def library_attend_first_gradient(
    gradient: Tensor, kept: List[Tensor], at: int, firsts: Tensor, starts: Tensor, longest: int, heads: int
) -> Tuple[Tensor, Tensor]:
    count = gradient.size(0)
    hidden = gradient.size(1)
    rows = kept[at + 1].size(0)
    parts = kept[at + 1].view([1, rows, 2, heads, hidden // heads])
    shape = [1, count, heads, hidden // heads]
    found = torch._efficient_attention_backward(
        gradient.view(shape), kept[at].view(shape), parts.select(2, 0), parts.select(2, 1), None, kept[at + 2].view(shape), firsts, starts, 1, longest,
        kept[at + 3], 0.0, kept[at + 4], kept[at + 5], 0, False,
    )
    others = torch.cat([found[1].view([rows, hidden]), found[2].view([rows, hidden])], 1)
    return found[0].view([count, hidden]), others
