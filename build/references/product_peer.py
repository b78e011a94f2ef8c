"""What numpy's and torch's matrix products reach on one core, in fp32.

    python3 product_peer.py

Reads shapes "rows depth columns" from standard input, one a line, and answers each with a line of JSON: GFLOP/s by library, the best of
many products. So a caller can take turns with it, product by product.
"""

import json
import sys
import time

import peer_protocol

SHAPES = ((2048, 256, 1024), (2048, 384, 1536))
SECONDS = 0.1


def best(rows, depth, columns, multiply):
    """GFLOP/s of the fastest product in a tenth of a second; the first three only warm up."""
    for _ in range(3):
        multiply()
    fastest, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        multiply()
        fastest = min(fastest, time.perf_counter() - start)
    return 2e-9 * rows * depth * columns / fastest


def with_torch(rows, depth, columns):
    import torch

    torch.set_num_threads(1)
    left, right, out = torch.rand(rows, depth) - 0.5, torch.rand(depth, columns) - 0.5, torch.empty(rows, columns)
    return best(rows, depth, columns, lambda: torch.mm(left, right, out=out))


def with_numpy(rows, depth, columns):
    import numpy

    random = numpy.random.default_rng(0)
    left, right = (random.random(size, dtype=numpy.float32) - 0.5 for size in ((rows, depth), (depth, columns)))
    out = numpy.empty((rows, columns), numpy.float32)
    return best(rows, depth, columns, lambda: numpy.matmul(left, right, out=out))


def torch_rate(asked):
    """GFLOP/s of torch's products, or nothing where it may use several threads: not every BLAS library can be told to use fewer."""
    return {} if asked.threads != 1 else {"productGigaflops": max(with_torch(*shape) for shape in SHAPES)}


def main():
    peer_protocol.limit_blas(1)
    for line in sys.stdin:
        shape = [int(number) for number in line.split()]
        found = {}
        for library, rate in (("numpy", with_numpy), ("torch", with_torch)):
            try:
                found[library] = rate(*shape)
            except ImportError:
                pass
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
