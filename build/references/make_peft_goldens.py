"""What PEFT computes with the Mini encoder: make_peft_goldens.py ENCODER_DIR OUT_DIR

Needs: torch, transformers, peft, safetensors (made with 2.11, 5.17, 0.21, 0.8), on a CPU in fp32.
Writes, below OUT_DIR:
  start/, trained/   adapters as PEFT saves them: before the first and after the last step
  expected.json      the token ids, segment 1's first position, labels; [CLS] vectors and pooled vectors of the bare encoder; logits with the
                     starting adapter; loss of each step of full-batch AdamW; logits afterwards
The factors B do not start at zero here, so that every gradient is met from the first step on.
"""
import json
import os
import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import BertForSequenceClassification

encoder, out = sys.argv[1:3]
RANK, ALPHA, RATE, DECAY, STEPS = 2, 4, 2e-3, 0.01, 6
FIRST_WORD, CLS, SEP = 5, 2, 3

torch.manual_seed(7)
torch.set_num_threads(1)
random = torch.Generator().manual_seed(11)
pairs = []
for first, second in [(3, 4), (9, 1), (1, 17), (6, 6), (24, 30), (2, 2)]:
    a = torch.randint(FIRST_WORD, 8192, (first,), generator=random).tolist()
    b = torch.randint(FIRST_WORD, 8192, (second,), generator=random).tolist()
    pairs.append(([CLS] + a + [SEP] + b + [SEP], first + 2))
labels = [1, 0, 0, 1, 1, 0]

model = BertForSequenceClassification.from_pretrained(encoder, num_labels=2, dtype=torch.float32)
model = get_peft_model(model, LoraConfig(
    task_type="SEQ_CLS", r=RANK, lora_alpha=ALPHA, target_modules=["query", "value"], lora_dropout=0.0, bias="none"))
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.normal_(0, 0.05)
        if "modules_to_save" in name and name.endswith("bias"):
            parameter.normal_(0, 0.1)

longest = max(len(ids) for ids, _ in pairs)
ids = torch.tensor([p + [0] * (longest - len(p)) for p, _ in pairs])
mask = torch.tensor([[1] * len(p) + [0] * (longest - len(p)) for p, _ in pairs])
segments = torch.tensor([[0] * s + [1] * (len(p) - s) + [0] * (longest - len(p)) for p, s in pairs])
inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments}
target = torch.tensor(labels)

model.eval()
with torch.no_grad(), model.disable_adapter():
    bare = model.base_model.model.bert(**inputs)
with torch.no_grad():
    logits = model(**inputs).logits
model.save_pretrained(os.path.join(out, "start"))
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=RATE, weight_decay=DECAY)
losses, norms = [], []
for _ in range(STEPS):
    loss = torch.nn.functional.cross_entropy(model(**inputs).logits, target)
    optimizer.zero_grad()
    loss.backward()
    norms.append(torch.sqrt(sum((p.grad ** 2).sum() for p in trained)).item())
    optimizer.step()
    losses.append(loss.item())
with torch.no_grad():
    after = model(**inputs).logits
model.save_pretrained(os.path.join(out, "trained"))
with open(os.path.join(out, "expected.json"), "w") as f:
    json.dump({
        "rate": RATE, "weightDecay": DECAY, "trainedParameters": sum(p.numel() for p in trained),
        "pairs": [{"ids": p, "secondStart": s, "label": y} for (p, s), y in zip(pairs, labels)],
        "clsVectors": bare.last_hidden_state[:, 0].tolist(), "pooledVectors": bare.pooler_output.tolist(),
        "logits": logits.tolist(), "losses": losses, "gradientNorms": norms, "logitsAfter": after.tolist(),
    }, f)
print("trained", sum(p.numel() for p in trained), "losses", losses)
