# Attention, all of it by the device library (attention_packed.py).


def attend(projected: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    return library_attend(projected, starts, longest, heads)


def attend_first(queries: Tensor, others: Tensor, firsts: Tensor, starts: Tensor, longest: int, heads: int) -> List[Tensor]:
    return library_attend_first(queries, others, firsts, starts, longest, heads)


def attend_gradient(gradient: Tensor, kept: List[Tensor], at: int, starts: Tensor, longest: int, heads: int) -> Tensor:
    return library_attend_gradient(gradient, kept, at, starts, longest, heads)


def attend_first_gradient(
    gradient: Tensor, kept: List[Tensor], at: int, firsts: Tensor, starts: Tensor, longest: int, heads: int
) -> Tuple[Tensor, Tensor]:
    return library_attend_first_gradient(gradient, kept, at, firsts, starts, longest, heads)
