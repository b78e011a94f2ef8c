"""What Hugging Face's PEFT reaches on the same work: BertForSequenceClassification with LoRA on query and value.

    python3 peft_peer.py --encoder DIR --pairs train.tsv [--batch 64] [--rank 8] [--threads 1] [--seconds 20] [--tokens 64]

Needs torch, transformers, peft and tokenizers. Batches in random order, padded to their longest pair; AdamW; fp32; scoring with merged
weights. Prints one JSON object, as torch_peer.py does.
"""

import os

import peer_protocol

if __name__ == "__main__":
    OPTIONS = peer_protocol.options("Trains and scores with PEFT.")

import peft
import tokenizers
import torch
import transformers

import product_peer
from torch_peer import collate


def read_pairs(asked):
    """Encoded by the checkpoint's tokenizer.json: transformers' own BertTokenizer does not read a vocabulary file any more."""
    tokenizer = tokenizers.Tokenizer.from_file(os.path.join(asked.encoder, "tokenizer.json"))
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=asked.limit)
    texts = peer_protocol.read_texts(asked.pairs, asked.count)
    encodings = tokenizer.encode_batch([(first, second) for first, second, _ in texts])
    return [(encoding.ids, encoding.type_ids, label) for encoding, (_, _, label) in zip(encodings, texts)]


def load(asked):
    torch.manual_seed(0)
    torch.set_num_threads(asked.threads)
    model = transformers.BertForSequenceClassification.from_pretrained(asked.encoder, num_labels=2).float()
    return peft.get_peft_model(
        model,
        peft.LoraConfig(
            task_type=peft.TaskType.SEQ_CLS,
            r=asked.rank,
            lora_alpha=asked.alpha,
            lora_dropout=0.0,
            target_modules=["query", "value"],
        ),
    )


def main(asked):
    transformers.logging.set_verbosity_error()
    lists = peer_protocol.batches(read_pairs(asked), asked)
    inputs = [collate(pairs) for pairs in lists]
    model = load(asked)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01)

    def logits(batch):
        ids, segments, mask, _ = batch
        return model(input_ids=ids, token_type_ids=segments, attention_mask=mask).logits

    def train(batch):
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(logits(batch), batch[3]).backward()
        optimizer.step()

    def score(batch):
        with torch.inference_mode():
            logits(batch)

    model.train()
    measured = peer_protocol.measure("train", inputs, asked, train)
    model = model.merge_and_unload().eval()
    measured |= peer_protocol.measure("score", inputs, asked, score)
    engine = f"peft {peft.__version__} on torch {torch.__version__}"
    peer_protocol.report(engine, asked, lists, **measured, **product_peer.torch_rate(asked))


if __name__ == "__main__":
    main(OPTIONS)
