# Attention by an operator of ours (Kernels/FusedOperators.cs), in bfloat16 on CUDA devices, for sequences that its kernels hold as a whole; of longer
# ones by the device library (attention_packed.py). What attention keeps: its output, and three times the logarithms of the weights' sums.


def is_whole(longest: int) -> bool:
    return longest <= 128


def noted(queries: Tensor, others: Tensor, query_starts: Tensor, starts: Tensor, longest: int, heads: int, hidden: int) -> List[Tensor]:
    output = torch.empty([queries.size(0), hidden], dtype=queries.dtype, device=queries.device)
    logs = torch.empty([heads, queries.size(0)], dtype=6, device=queries.device)
    torch.loraml_attend(queries, others, query_starts, starts, output, logs, longest, heads)
    return [output, logs, logs, logs]


def attend(projected: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    if not is_whole(longest):
        return library_attend(projected, starts, longest, heads)
    return noted(projected, projected, starts, starts, longest, heads, projected.size(1) // 3)


def attend_first(queries: Tensor, others: Tensor, firsts: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    if not is_whole(longest):
        return library_attend_first(queries, others, firsts, starts, longest, heads)
    return noted(queries, others, firsts, starts, longest, heads, queries.size(1))


def attend_gradient(gradient: Tensor, kept: List[Tensor], at: int, starts: Tensor, longest: int, heads: int) -> Tensor:
    if not is_whole(longest):
        return library_attend_gradient(gradient, kept, at, starts, longest, heads)
    found = torch.empty_like(kept[at])
    torch.loraml_attend_gradient(gradient, kept[at], kept[at], kept[at + 1], kept[at + 2], starts, starts, found, found, longest, heads)
    return found


def attend_first_gradient(
    gradient: Tensor, kept: List[Tensor], at: int, firsts: Tensor, starts: Tensor, longest: int, heads: int
) -> Tuple[Tensor, Tensor]:
    if not is_whole(longest):
        return library_attend_first_gradient(gradient, kept, at, firsts, starts, longest, heads)
    by_queries = torch.empty_like(kept[at])
    by_others = torch.empty_like(kept[at + 1])
    torch.loraml_attend_gradient(
        gradient, kept[at], kept[at + 1], kept[at + 2], kept[at + 3], firsts, starts, by_queries, by_others, longest, heads
    )
    return by_queries, by_others
