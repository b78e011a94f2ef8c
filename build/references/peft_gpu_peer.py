"""What Hugging Face's PEFT reaches on a GPU: BertForSequenceClassification of random weights with LoRA on query and value, in bf16 autocast.

    python3 peft_gpu_peer.py [--layers 12] [--hidden 768] [--batch 256] [--tokens 64 | --lengths FILE] [--rank 8] [--dropout 0] [--seconds 5]

Needs torch, transformers and peft, and a GPU. Batches are padded to their longest pair; AdamW; scoring as the model comes out of
training, which is what scoring between epochs has, and with merged weights, as ours has them. The encoder's own dropout is off unless asked for, since ours
has none; transformers' default for BERT is 0.1. A step is not waited for one by one: the clock stops when the device is done with a
segment. Prints one JSON object, as the benchmarks' gpu command does.
"""

import argparse
import json
import resource
import time

import peft
import torch
import transformers

SEGMENTS, WARM_STEPS, WARM_SECONDS = 5, 2, 2


def options():
    parser = argparse.ArgumentParser(description="Trains and scores with PEFT on a GPU.")
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--lengths", help="a file with a length on each line")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--dropout", type=float, default=0, help="the encoder's own, 0.1 as BERT was pretrained with")
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args()


def load(asked, device):
    torch.manual_seed(0)
    config = transformers.BertConfig(
        num_hidden_layers=asked.layers,
        hidden_size=asked.hidden,
        num_attention_heads=asked.hidden // 64,
        intermediate_size=4 * asked.hidden,
        num_labels=2,
        hidden_dropout_prob=asked.dropout,
        attention_probs_dropout_prob=asked.dropout,
    )
    model = transformers.BertForSequenceClassification(config)
    lora = peft.LoraConfig(
        task_type=peft.TaskType.SEQ_CLS,
        r=asked.rank,
        lora_alpha=2 * asked.rank,
        lora_dropout=0.0,
        target_modules=["query", "value"],
    )
    return peft.get_peft_model(model, lora).to(device)


def batches(asked, device):
    lengths = [asked.tokens] * (8 * asked.batch)
    if asked.lengths:
        with open(asked.lengths, encoding="ascii") as file:
            lengths = [int(line) for line in file]
    found = []
    for start in range(0, len(lengths) - asked.batch + 1, asked.batch):
        own = torch.tensor(lengths[start : start + asked.batch])
        most = int(own.max())
        mask = (torch.arange(most)[None, :] < own[:, None]).long()
        ids = torch.randint(0, 30522, (asked.batch, most)) * mask
        segments = (torch.arange(most)[None, :] >= own[:, None] // 2).long() * mask
        labels = torch.randint(0, 2, (asked.batch,))
        found.append(tuple(tensor.to(device) for tensor in (ids, segments, mask, labels)))
    return found, sum(lengths) / len(lengths)


def median(values):
    return sorted(values)[len(values) // 2]


def measure(name, asked, inputs, work):
    done, start = 0, time.perf_counter()
    while done < max(WARM_STEPS, len(inputs)) or time.perf_counter() - start < WARM_SECONDS:
        work(inputs[done % len(inputs)])
        done += 1
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    rates = []
    for _ in range(SEGMENTS):
        begun, start = done, time.perf_counter()
        while done == begun or time.perf_counter() - start < asked.seconds / SEGMENTS:
            work(inputs[done % len(inputs)])
            done += 1
            if (done - begun) % 8 == 0:
                torch.cuda.synchronize()  # or the clock would see launches alone
        torch.cuda.synchronize()
        rates.append((done - begun) * asked.batch / (time.perf_counter() - start))
    return {
        name + "PairsPerSecond": median(rates),
        name + "Milliseconds": asked.batch / median(rates) * 1000,
        name + "PeakDeviceBytes": torch.cuda.max_memory_allocated(),
    }


def main(asked):
    transformers.logging.set_verbosity_error()
    device = torch.device("cuda:0")
    model = load(asked, device)
    inputs, mean_tokens = batches(asked, device)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=1e-3, weight_decay=0.01)

    def logits(batch):
        ids, segments, mask, _ = batch
        with torch.autocast("cuda", dtype=torch.bfloat16):
            return model(input_ids=ids, token_type_ids=segments, attention_mask=mask).logits

    def train(batch):
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(logits(batch).float(), batch[3]).backward()
        optimizer.step()

    def score(batch):
        with torch.inference_mode():
            logits(batch)

    model.train()
    found = measure("train", asked, inputs, train)
    model.eval()
    found |= measure("scoreUnmerged", asked, inputs, score)
    model = model.merge_and_unload().eval()
    found |= measure("score", asked, inputs, score)
    engine = f"peft {peft.__version__}, transformers {transformers.__version__}, torch {torch.__version__}"
    common = {"engine": engine, "device": torch.cuda.get_device_name(0), "batch": asked.batch, "dropout": asked.dropout, "meanTokens": mean_tokens}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({**common, **found, "peakResidentBytes": peak}))


if __name__ == "__main__":
    main(options())
