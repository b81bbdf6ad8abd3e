"""Measure the near-eye CLIP on renders and wordings that it was not trained on.

python packaging/clip_report.py --cache ~/clip_cache    # prints tables in Markdown
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from clip_views import Renders, facts_of_eye, render_all
from train_clip import N_HELD_OUT, TARGET, TEST_SEED, VALIDATION_SEED

from segstyle_gui.core.clip.model import ClipModel, load_clip
from segstyle_gui.core.near_eye.parts import PART_NAMES
from segstyle_gui.core.near_eye.wordings import (
    EYE_WORDINGS,
    PART_TEMPLATES,
    PART_WORDINGS,
    TEST_EYE_TEMPLATES,
    TEST_PART_TEMPLATES,
    VALIDATION_EYE_TEMPLATES,
    VALIDATION_PART_TEMPLATES,
)

OTHERS = [
    "banana",
    "car",
    "dog",
    "tree",
    "house",
    "bicycle",
    "mountain",
    "guitar",
    "bottle",
    "airplane",
    "keyboard",
    "flower",
    "clock",
    "boat",
    "sandwich",
    "chair",
    "bridge",
    "cloud",
    "shoe",
    "train",
]
N_DRAWS = 20  # sets of sentences, one a name
QUESTIONS = {
    "lens": ("pupil:cloudy", "pupil:clear"),
    "pupil": ("pupil:large", "pupil:small"),
    "iris, tone": ("iris:light", "iris:dark"),
    "iris, texture": ("iris:textured", "iris:plain"),
    "lids": ("lids:open", "lids:narrow"),
    "gaze, sideways": ("gaze:left", "gaze:right"),
    "gaze, up or down": ("gaze:up", "gaze:down"),
    "eyebrow": ("brow:visible", "brow:hidden"),
    "lashes, length": ("lashes:long", "lashes:short"),
    "lashes, number": ("lashes:dense", "lashes:sparse"),
    "glints": ("glints:1", "glints:2", "glints:3", "glints:4"),
}
LENS, PLAIN = "an eye with a white cloudy pupil", "an eye"


def region_embeddings(clip: ClipModel, renders: Renders, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, D) embeddings of every part in every render and the part (n,) of each."""
    found, of_part = [], []
    for i in range(0, len(renders.images), 16):
        cells = torch.from_numpy(clip.dense(np.asarray(renders.images[i : i + 16])[..., None], stride=stride))
        maps = torch.from_numpy(np.asarray(renders.parts[i : i + 16]))
        one_hot = torch.stack([maps == part for part in range(len(PART_NAMES))], dim=1).float()
        shares = F.adaptive_avg_pool2d(one_hot, cells.shape[-1])
        total = shares.sum(dim=(2, 3))
        means = torch.einsum("nphw,ndhw->npd", shares, cells) / total.clamp(min=1e-6)[..., None]
        seen, parts = torch.nonzero(one_hot.sum(dim=(2, 3)) >= 12, as_tuple=True)
        found.append(F.normalize(means[seen, parts], dim=-1).numpy())
        of_part.append(parts.numpy())
    return np.concatenate(found), np.concatenate(of_part)


def part_sentences(rng: np.random.Generator, words: str, templates: Sequence[str]) -> list[str]:
    """Return one sentence for each part and each other thing; ``words`` is seen, recombined or unseen."""
    lists = [getattr(PART_WORDINGS[f"part:{name}"], words) for name in PART_NAMES]
    chosen = [str(rng.choice(texts)) for texts in lists] + OTHERS
    return [str(rng.choice(templates)).replace("{}", text) for text in chosen]


def part_table(clip: ClipModel, renders: Renders, stride: int, templates: Sequence[str]) -> Iterator[str]:
    """Yield a table: accuracy of every part among 11 parts and 20 other things."""
    regions, truth = region_embeddings(clip, renders, stride)
    columns = {
        "known words and sentences": ("seen", PART_TEMPLATES.seen),
        "new sentences": ("seen", templates),
        "new wordings in new sentences": ("recombined", templates),
        "words never seen": ("unseen", templates),
    }
    yield f"| part (grid of {stride} px) | regions | " + " | ".join(columns) + " |"
    yield "| --- |" + " --- |" * (len(columns) + 1)
    results = np.stack([_part_accuracy(clip, regions, truth, *column) for column in columns.values()])
    for part, name in enumerate(PART_NAMES):
        values = " | ".join(f"{value:.2f}" for value in results[:, part])
        yield f"| {name} | {int((truth == part).sum())} | {values} |"
    yield "| mean | | " + " | ".join(f"{value:.2f}" for value in results.mean(axis=1)) + " |"


def _part_accuracy(
    clip: ClipModel, regions: np.ndarray, truth: np.ndarray, words: str, templates: Sequence[str]
) -> np.ndarray:
    rng = np.random.default_rng(1)
    right = np.zeros(len(truth))
    for _ in range(N_DRAWS):
        texts = clip.encode_texts(part_sentences(rng, words, templates))
        right += (regions @ texts.T).argmax(axis=1) == truth
    return np.array([right[truth == part].mean() / N_DRAWS for part in range(len(PART_NAMES))])


def claim_table(clip: ClipModel, renders: Renders, templates: Sequence[str]) -> Iterator[str]:
    """Yield a table: how often a question about a whole eye gets the right answer."""
    images = clip.encode_images(np.asarray(renders.images)[..., None])
    facts = [facts_of_eye(renders, i) for i in range(len(images))]
    yield "| question | eyes | chance | known wordings | new wordings | words never seen |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind, claims in QUESTIONS.items():
        truth = np.array([next((k for k, c in enumerate(claims) if f.get(c)), -1) for f in facts])
        values = [
            _claim_accuracy(clip, images[truth >= 0], truth[truth >= 0], claims, words, templates)
            for words in ("seen", "recombined", "unseen")
        ]
        n = int((truth >= 0).sum())
        shown = " | ".join(f"{value:.2f}" for value in values)
        answers = " / ".join(claim.split(":")[1] for claim in claims)
        yield f"| {kind} ({answers}) | {n} | {1 / len(claims):.2f} | {shown} |"


def _claim_accuracy(
    clip: ClipModel,
    images: np.ndarray,
    truth: np.ndarray,
    claims: Sequence[str],
    words: str,
    templates: Sequence[str],
) -> float:
    """Return the accuracy with every class counted alike, of one sentence a claim, in given templates."""
    rng = np.random.default_rng(2)
    shares = []
    for _ in range(N_DRAWS):
        template = str(rng.choice(templates))
        phrases = [str(rng.choice(getattr(EYE_WORDINGS[claim], words))) for claim in claims]
        texts = clip.encode_texts([template.format(eye="an eye", list=phrase) for phrase in phrases])
        right = (images @ texts.T).argmax(axis=1) == truth
        shares.append(np.mean([right[truth == k].mean() for k in set(truth.tolist())]))
    return float(np.mean(shares))


def lens_line(clip: ClipModel, renders: Renders) -> str:
    """Say how well one sentence about the rare class tells it from the others."""
    images = clip.encode_images(np.asarray(renders.images)[..., None])
    texts = clip.encode_texts([LENS, PLAIN])
    lead = images @ (texts[0] - texts[1])
    rare = np.array([parameters.has_opaque_lens for parameters in renders.parameters])
    area = float((lead[rare][:, None] > lead[~rare]).mean())
    top = float(rare[np.argsort(-lead)[: rare.sum()]].mean())
    return (
        f"{LENS!r} over {PLAIN!r}: ROC area {area:.3f}; of the {rare.sum()} highest of {len(rare)}, "
        f"{top:.1%} have the opaque lens; right by the sign alone {np.mean((lead > 0) == rare):.1%}."
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True, help="folder of the renders")
    parser.add_argument("--weights", type=Path, default=TARGET)
    parser.add_argument("--stride", type=int, nargs="*", default=[16, 8])
    parser.add_argument(
        "--validation", action="store_true", help="the eyes and sentences that were looked at"
    )
    args = parser.parse_args()
    clip = load_clip("", weights=args.weights, device=torch.device("cpu"))
    folder, seed = ("validation", VALIDATION_SEED) if args.validation else ("test", TEST_SEED)
    of_parts = VALIDATION_PART_TEMPLATES if args.validation else TEST_PART_TEMPLATES
    of_eyes = VALIDATION_EYE_TEMPLATES if args.validation else TEST_EYE_TEMPLATES
    renders = render_all(args.cache / folder, N_HELD_OUT, seed)
    for stride in args.stride:
        print("\n".join(part_table(clip, renders, stride, of_parts)), end="\n\n")
    print("\n".join(claim_table(clip, renders, of_eyes)), end="\n\n")
    print(lens_line(clip, renders))


if __name__ == "__main__":
    main()
