"""Train the bundled near-eye CLIP from nothing: rendered eyes, close-ups and regions against captions.

    python packaging/train_clip.py --cache ~/clip_cache    # about an hour on one core

Renders its own data into the cache first. Can be stopped at any time and goes on when the command is given
again. Writes clip.safetensors (float16) and clip.json, which ``load_clip(weights=...)`` reads.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from clip_batches import Batch, draw_batch, judge, other_words, regions_and_cells
from clip_views import SIZE, Renders, render_all
from safetensors.torch import save_file
from torch import Tensor

from segstyle_gui.core.clip.dense_resnet import resnet_dense
from segstyle_gui.core.device import compute_dtype, tune_cpu

TARGET = Path(__file__).parent.parent / "resources" / "near_eye" / "clip.safetensors"
CONFIG: dict[str, Any] = {
    "embed_dim": 128,
    "vision_cfg": {"image_size": SIZE, "layers": [1, 2, 2, 1], "width": 24, "patch_size": None},
    "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 64, "heads": 4, "layers": 4},
}
MEAN, DEVIATION = [0.45, 0.45, 0.45], [0.25, 0.25, 0.25]
N_TRAIN, N_HELD_OUT = 4000, 400
TRAIN_SEED, VALIDATION_SEED, TEST_SEED = 200_000, 900_000, 950_000
_STRIDES = ((16, 12), (8, 6))  # (stride in pixels, images) of the dense views, in turn
_CHECKPOINT_SECONDS = 120.0


class Trainer:
    """The network, its optimiser and where the training stands."""

    def __init__(self, n_steps: int, rate: float) -> None:
        torch.manual_seed(0)
        self.n_steps, self.rate, self.step = n_steps, rate, 0
        self.model: Any = open_clip.CLIP(**json.loads(json.dumps(CONFIG)))
        self.model.visual.to(memory_format=torch.channels_last)
        self.tokenizer = open_clip.SimpleTokenizer(context_length=CONFIG["text_cfg"]["context_length"])
        self.words = other_words(self.tokenizer)
        self.seen_tokens = torch.zeros(CONFIG["text_cfg"]["vocab_size"], dtype=torch.bool)
        plain = [p for p in self.model.parameters() if p.ndim < 2] + [self.model.token_embedding.weight]
        others = [p for p in self.model.parameters() if all(p is not q for q in plain)]
        groups = [{"params": plain, "weight_decay": 0.0}, {"params": others, "weight_decay": 0.02}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)
        self.dtype = compute_dtype(torch.device("cpu"))

    def run(self, renders: Renders, checkpoint: Path, target: Path) -> None:
        """Train to the end; every two minutes write the checkpoint and the weights."""
        self.model.train()
        saved, losses = time.monotonic(), []
        while self.step < self.n_steps:
            losses.append(self.update(renders))
            if self.step == self.n_steps or time.monotonic() - saved > _CHECKPOINT_SECONDS:
                saved = time.monotonic()
                self.save(checkpoint)
                write_model(self.model, self.seen_tokens, target)
                means = np.mean(losses, axis=0).round(3).tolist()
                print(time.strftime("%H:%M:%S"), self.step, means, flush=True)
                losses = []

    def update(self, renders: Renders) -> tuple[float, float]:
        """Make one step; return the losses of whole views and of regions."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * _schedule(self.step, self.n_steps)
        rng = np.random.default_rng([7, self.step])
        stride, n_dense = _STRIDES[self.step % len(_STRIDES)]
        batch = draw_batch(rng, renders, self.words, n_dense=n_dense, n_cells=SIZE // stride)
        views, regions = self.losses(rng, batch, stride)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(views + regions)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0.0, math.log(60.0))
        self.step += 1
        return float(views.detach()), float(regions.detach())

    def losses(self, rng: np.random.Generator, batch: Batch, stride: int) -> tuple[Tensor, Tensor]:
        """Return the contrastive losses of whole views and of regions against the same captions."""
        tokens = self.tokenizer(batch.texts)
        self.seen_tokens[tokens.unique()] = True
        texts = F.normalize(encode_texts(self.model, tokens), dim=-1)
        scale = self.model.logit_scale.exp()
        with torch.autocast("cpu", self.dtype, enabled=self.dtype != torch.float32):
            views = self.model.encode_image(_normalised(batch.images))
            dense = resnet_dense(self.model.visual, _normalised(batch.dense_images), stride)
        views = F.normalize(views.float(), dim=-1)
        regions, parts = regions_and_cells(rng, dense.float(), batch.dense_weights)
        regions = F.normalize(regions, dim=-1)
        of_views = contrast(scale * views @ texts.T, *judge(batch.facts, batch.claims))
        of_regions = contrast(scale * regions @ texts.T, *judge(batch.region_facts[parts], batch.claims))
        return of_views, of_regions

    def save(self, path: Path) -> None:
        """Write what is needed to go on."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seen_tokens": self.seen_tokens,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.step, self.seen_tokens = state["step"], state["seen_tokens"]
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])


def contrast(logits: Tensor, true: Tensor, false: Tensor) -> Tensor:
    """Return the mean loss of all true pairs, each against the false ones of its row and its column.

    A pair that is neither counts nowhere, so that captions that happen to fit other images do no harm.
    """
    one_way = [_one_way(logits, true, false), _one_way(logits.T, true.T, false.T)]
    return 0.5 * torch.stack(one_way).sum()


def _one_way(logits: Tensor, true: Tensor, false: Tensor) -> Tensor:
    against = logits.masked_fill(~false, -1e4).logsumexp(dim=1, keepdim=True)
    loss = F.softplus(against - logits) * true
    counted = true.any(dim=1)
    return (loss.sum(dim=1) / true.sum(dim=1).clamp(min=1))[counted].mean()


def encode_texts(model: Any, tokens: Tensor) -> Tensor:
    """Do what ``model.encode_text`` does without computing the padding (attention looks back only)."""
    length = int((tokens != 0).sum(dim=1).max())
    tokens = tokens[:, :length]
    x = model.token_embedding(tokens) + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(tokens)), tokens.argmax(dim=1)]
    embedded: Tensor = x @ model.text_projection
    return embedded


def write_model(model: Any, seen_tokens: Tensor, target: Path) -> None:
    """Write float16 weights and the config beside them.

    Tokens that no caption had take the mean of those that had: an unknown word is just some other thing.
    """
    state = {name: value.detach().clone().contiguous() for name, value in model.state_dict().items()}
    vocabulary = state["token_embedding.weight"]
    vocabulary[~seen_tokens] = vocabulary[seen_tokens].mean(dim=0)
    state = {name: v.half() if v.is_floating_point() else v for name, v in state.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    save_file(state, part)
    part.chmod(0o644)
    part.replace(target)
    config = {"model_cfg": CONFIG, "preprocess_cfg": {"mean": MEAN, "std": DEVIATION}}
    target.with_suffix(".json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _schedule(step: int, n_steps: int) -> float:
    warm = min(1.0, (step + 1) / 100)
    return warm * (0.5 + 0.5 * math.cos(math.pi * step / n_steps)) + 1e-3


def _normalised(images: Tensor) -> Tensor:
    x = ((images - MEAN[0]) / DEVIATION[0]).expand(-1, 3, -1, -1)
    return x.contiguous(memory_format=torch.channels_last)


def main() -> None:
    """Render, train, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True, help="folder for renders and the checkpoint")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=2e-3)
    args = parser.parse_args()
    tune_cpu()
    renders = render_all(args.cache / "train", N_TRAIN, TRAIN_SEED)
    trainer = Trainer(args.steps, args.rate)
    checkpoint = args.cache / f"training_{args.steps}.pt"
    if checkpoint.is_file():
        trainer.load(checkpoint)
    trainer.run(renders, checkpoint, args.target)


if __name__ == "__main__":
    main()
