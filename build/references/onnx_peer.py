"""What ONNX Runtime reaches at scoring the same pairs: torch_peer.py's merged encoder, exported with free batch size and length, fp32.

    python3 onnx_peer.py --encoder DIR --pairs train.tsv [--batch 64] [--threads 1] [--seconds 20] [--tokens 64]

Needs torch, onnx and onnxruntime. Batches in random order, padded to their longest pair. Prints one JSON object, as torch_peer.py does,
without training.
"""

import inspect
import os
import tempfile

import peer_protocol

if __name__ == "__main__":
    OPTIONS = peer_protocol.options("Scores with ONNX Runtime.")

import numpy
import onnxruntime
import torch

import torch_peer

NAMES = ["ids", "segments", "mask"]
LARGEST_DIFFERENCE = 1e-3  # of a logit, between torch and the exported model: a wrong export must not be measured


def export(encoder, inputs, path):
    """By tracing, which every torch so far can; newer ones have to be asked for it."""
    traced = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    axes = {name: {0: "batch", 1: "length"} for name in NAMES}
    with torch.no_grad():
        torch.onnx.export(encoder, inputs, path, input_names=NAMES, output_names=["logits"], dynamic_axes=axes, opset_version=17, **traced)


def open_session(path, threads):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])


def main(asked):
    lists = peer_protocol.batches(torch_peer.read_pairs(asked), asked)
    collated = [torch_peer.collate(pairs)[:3] for pairs in lists]
    encoder = torch_peer.load(asked).eval()
    encoder.merge()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "merged.onnx")
        export(encoder, collated[0], path)
        session = open_session(path, asked.threads)
    inputs = [{name: tensor.numpy() for name, tensor in zip(NAMES, batch)} for batch in collated]

    with torch.inference_mode():
        difference = numpy.abs(session.run(None, inputs[-1])[0] - encoder(*collated[-1]).numpy()).max()
    if not difference <= LARGEST_DIFFERENCE:
        raise SystemExit(f"The exported model's logits differ by {difference} from torch's, more than {LARGEST_DIFFERENCE}: not measured.")

    scored = peer_protocol.measure("score", inputs, asked, lambda batch: session.run(None, batch))
    peer_protocol.report(f"onnxruntime {onnxruntime.__version__}", asked, lists, **scored)


if __name__ == "__main__":
    main(OPTIONS)
