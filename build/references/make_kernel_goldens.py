#!/usr/bin/env python3
"""Writes the kernel goldens: what PyTorch computes, in double precision, from the same float32 inputs.

    python3 build/references/make_kernel_goldens.py test/Microsoft.ML.Lora.Tests/Data/kernels/goldens.json

Made with PyTorch 1.13 (Debian 12's python3-torch). The file maps a case to its tensors, and a tensor to
{"shape": [...], "data": [...]}, row-major. Floats have nine digits: inputs read back as the same float32.
Gradients are those of the sum of output * gradOutput.
"""
import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(20240607)


def draw(*shape, scale=1.0):
    """Random inputs that float32 holds exactly, as double."""
    return (torch.randn(*shape) * scale).float().double()


def wanted(*tensors):
    for tensor in tensors:
        tensor.requires_grad_(True)
    return tensors


def tensor_record(value):
    value = torch.as_tensor(value).detach()
    data = value.flatten().tolist()
    if value.is_floating_point():
        data = [float(f"{number:.9g}") for number in data]
    return {"shape": list(value.shape), "data": data}


def case(**tensors):
    return {name: tensor_record(value) for name, value in tensors.items()}


def linear():
    x, weight, bias, grad_y = draw(7, 19), draw(21, 19), draw(21), draw(7, 21)
    wanted(x, weight, bias)
    y = F.linear(x, weight, bias)
    y.backward(grad_y)
    return case(x=x, weight=weight, bias=bias, y=y, gradY=grad_y, gradX=x.grad, gradWeight=weight.grad, gradBias=bias.grad)


def lora(rank):
    scale = 2.0
    x, a, b, start, grad_y = draw(9, 20), draw(rank, 20), draw(18, rank), draw(9, 18), draw(9, 18)
    wanted(x, a, b)
    t = F.linear(x, a)
    y = start + scale * F.linear(t, b)
    t.retain_grad()
    y.backward(grad_y)
    return case(scale=scale, x=x, a=a, b=b, start=start, t=t, y=y, gradY=grad_y, gradT=t.grad, gradX=x.grad, gradA=a.grad, gradB=b.grad)


def layer_norm():
    x, residual, gain, bias, grad_y = draw(5, 37), draw(5, 37), draw(37), draw(37), draw(5, 37)
    total = (x + residual).requires_grad_(True)
    y = F.layer_norm(total, (37,), gain, bias, 1e-5)
    y.backward(grad_y)
    return case(x=x, residual=residual, gain=gain, bias=bias, y=y, gradY=grad_y, gradX=total.grad)


def activation(function):
    x, grad_y = draw(70, scale=3), draw(70)
    wanted(x)
    y = function(x)
    y.backward(grad_y)
    return case(x=x, y=y, gradY=grad_y, gradX=x.grad)


def softmax():
    x, grad_y = draw(4, 35, scale=4), draw(4, 35)
    wanted(x)
    y = F.softmax(x, -1)
    y.backward(grad_y)
    return case(x=x, y=y, gradY=grad_y, gradX=x.grad)


def attention(queries, length=13, heads=3, size=6):
    hidden = heads * size
    q, k, v = wanted(draw(queries, hidden), draw(length, hidden), draw(length, hidden))

    def split(x):
        return x.view(-1, heads, size).transpose(0, 1)

    p = F.softmax(split(q) @ split(k).transpose(1, 2) / size**0.5, -1)
    context = (p @ split(v)).transpose(0, 1).reshape(queries, hidden)
    grad_context = draw(queries, hidden)
    context.backward(grad_context)
    return case(heads=heads, q=q, k=k, v=v, probabilities=p, context=context, gradContext=grad_context, gradQ=q.grad, gradK=k.grad, gradV=v.grad)


def embedding():
    words, positions, segments = draw(11, 18), draw(6, 18), draw(2, 18)
    word_ids, position_ids, segment_ids = torch.tensor([3, 10, 0, 3, 7]), torch.tensor([0, 1, 2, 0, 5]), torch.tensor([0, 0, 1, 1, 1])
    y = F.embedding(word_ids, words) + F.embedding(position_ids, positions) + F.embedding(segment_ids, segments)
    return case(words=words, positions=positions, segments=segments, wordIds=word_ids, positionIds=position_ids, segmentIds=segment_ids, y=y)


def cross_entropy():
    logits, labels, class_weights = draw(6, 3, scale=3), torch.tensor([0, 2, 1, 1, 0, 2]), torch.tensor([0.5, 2.0, 1.25]).double()
    wanted(logits)
    loss = F.cross_entropy(logits, labels, weight=class_weights)
    loss.backward()
    return case(logits=logits, labels=labels, weights=class_weights[labels], loss=loss, gradLogits=logits.grad)


def stepped(make):
    """Weights after five steps of an optimizer that `make` makes for them."""
    start = draw(23)
    weight = torch.nn.Parameter(start.clone())
    gradients = draw(5, 23)
    optimizer = make([weight], lr=0.01, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1)
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
    return case(start=start, gradients=gradients, weight=weight)


def main(path):
    goldens = {
        "linear": linear(),
        "lora1": lora(1),
        "lora3": lora(3),
        "lora8": lora(8),
        "layerNorm": layer_norm(),
        "gelu": activation(F.gelu),
        "geluTanh": activation(lambda x: F.gelu(x, approximate="tanh")),
        "relu": activation(F.relu),
        "tanh": activation(torch.tanh),
        "softmax": softmax(),
        "selfAttention": attention(13),
        "singleQueryAttention": attention(1),
        "embedding": embedding(),
        "crossEntropy": cross_entropy(),
        "adamW": stepped(torch.optim.AdamW),
        "adam": stepped(torch.optim.Adam),
    }
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(f'"{name}": {json.dumps(value, separators=(",", ":"))}' for name, value in goldens.items()) + "\n}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
