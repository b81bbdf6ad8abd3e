"""Batches of views and captions for the near-eye CLIP, and what each caption says of each view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from clip_views import Renders, crop, photograph, region_weights, shift, visible_parts
from open_clip import SimpleTokenizer
from torch import Tensor

from segstyle_gui.core.near_eye.captions import (
    CLAIMS,
    OUTSIDE,
    WHOLE,
    Caption,
    eye_caption,
    eye_facts,
    known_words,
    opposite_claims,
    part_caption,
    part_facts,
    true_claims,
)
from segstyle_gui.core.near_eye.parts import PART_NAMES
from segstyle_gui.core.near_eye.wordings import EYE_WORDINGS, PART_TEMPLATES, PART_WORDINGS

N_WHOLE, N_CLOSE = 24, 14  # whole eyes and close-ups in a batch
N_OUTSIDE = 32  # captions about other things
_PER_PART = 2
_PURE = 0.75  # share of a cell from which it counts as one part


@dataclass(frozen=True, slots=True)
class Batch:
    """Views with their facts, an extra set of whole eyes for dense embeddings, and captions.

    ``facts`` (views, claims) and ``region_facts`` (parts, claims) are 1 true, -1 false, 0 undecided;
    ``claims`` (captions, claims) is 1 where the caption makes the claim.
    """

    images: Tensor  # (N_WHOLE + N_CLOSE, 1, 128, 128) float 0..1
    facts: Tensor
    dense_images: Tensor  # (n, 1, 128, 128)
    dense_weights: Tensor  # (n, parts, cells, cells)
    region_facts: Tensor
    texts: list[str]
    claims: Tensor


def facts_matrix(rows: Sequence[Mapping[str, bool]]) -> Tensor:
    """Return (rows, claims): 1 true, -1 false, 0 undecided."""
    values = [[{None: 0, True: 1, False: -1}[row.get(claim)] for claim in CLAIMS] for row in rows]
    return torch.tensor(values, dtype=torch.float32)


def claims_matrix(captions: Sequence[Caption]) -> Tensor:
    """Return (captions, claims): 1 where the caption makes the claim."""
    return torch.tensor([[float(claim in c.claims) for claim in CLAIMS] for c in captions])


def judge(facts: Tensor, claims: Tensor) -> tuple[Tensor, Tensor]:
    """Return for each view and caption whether it is true and whether it is false, (views, captions) bool."""
    true = (facts > 0).float() @ claims.T == claims.sum(dim=1)
    return true, (facts < 0).float() @ claims.T > 0


def other_words(tokenizer: SimpleTokenizer) -> list[str]:
    """Return the words of the tokenizer's vocabulary that no wording uses."""
    known = known_words()
    ends = (word.removesuffix("</w>") for word in tokenizer.encoder if word.endswith("</w>"))
    return [
        word for word in ends if word.isascii() and word.isalpha() and len(word) > 2 and word not in known
    ]


def draw_batch(
    rng: np.random.Generator, renders: Renders, words: Sequence[str], *, n_dense: int, n_cells: int
) -> Batch:
    """Draw a batch; ``n_cells`` is the side of the dense grid."""
    whole, whole_facts = _whole(rng, renders, N_WHOLE)
    close = [crop(rng, renders, int(i)) for i in rng.integers(len(renders.images), size=N_CLOSE)]
    dense, parts, _ = _moved(rng, renders, n_dense, 0.3)
    captions = _captions(rng, whole_facts, [part for _, part, _ in close], words)
    views = [*whole, *(photograph(rng, image.clamp(0, 1)) for image, _, _ in close)]
    return Batch(
        images=torch.stack(views),
        facts=facts_matrix([*whole_facts, *(facts for _, _, facts in close)]),
        dense_images=torch.stack([photograph(rng, image) for image in dense]),
        dense_weights=region_weights(rng, parts, n_cells),
        region_facts=facts_matrix([part_facts(part) for part in PART_NAMES]),
        texts=[caption.text for caption in captions],
        claims=claims_matrix(captions),
    )


def _moved(
    rng: np.random.Generator, renders: Renders, n: int, reach: float
) -> tuple[Tensor, Tensor, list[int]]:
    chosen = [int(i) for i in rng.integers(len(renders.images), size=n)]
    images = torch.from_numpy(np.stack([renders.images[i] for i in chosen])[:, None].astype(np.float32) / 255)
    parts = torch.from_numpy(np.stack([renders.parts[i] for i in chosen]))
    return *shift(rng, images, parts, reach), chosen


def _whole(
    rng: np.random.Generator, renders: Renders, n: int
) -> tuple[list[Tensor], list[Mapping[str, bool]]]:
    images, parts, chosen = _moved(rng, renders, n, 0.15)
    facts = [
        eye_facts(renders.parameters[index], visible_parts(seen.numpy()))
        for index, seen in zip(chosen, parts, strict=True)
    ]
    return [photograph(rng, image) for image in images], list(facts)


def _captions(
    rng: np.random.Generator, eyes: Sequence[Mapping[str, bool]], close: Sequence[str], words: Sequence[str]
) -> list[Caption]:
    captions = [part_caption(rng, part) for part in close]
    names = [claim.removeprefix("part:") for claim in PART_WORDINGS]
    captions += [
        _beside_a_word(rng, part_caption(rng, name), words) for name in names for _ in range(_PER_PART)
    ]
    captions += [eye_caption(rng, [claim]) for claim in EYE_WORDINGS]
    for facts in eyes:
        claims = true_claims(rng, facts, int(rng.choice([0, 1, 2, 3], p=[0.1, 0.4, 0.3, 0.2])))
        captions.append(eye_caption(rng, claims))
        opposite = opposite_claims(rng, facts, claims)
        if opposite is not None:
            captions.append(eye_caption(rng, opposite))
    return captions + [_outside(rng, words) for _ in range(N_OUTSIDE)]


def _beside_a_word(rng: np.random.Generator, caption: Caption, words: Sequence[str]) -> Caption:
    """Put any word before or after one caption in five: it does not change what is shown."""
    if rng.random() > 0.2:
        return caption
    word = words[int(rng.integers(len(words)))]
    text = f"{word} {caption.text}" if rng.random() < 0.5 else f"{caption.text} {word}"
    return Caption(text, caption.claims)


def _outside(rng: np.random.Generator, words: Sequence[str]) -> Caption:
    """Return a caption about one or two words that have nothing to do with eyes."""
    thing = " ".join(words[int(rng.integers(len(words)))] for _ in range(1 + int(rng.random() < 0.25)))
    if rng.random() < 0.2:
        return Caption(f"an eye with a {thing}", (WHOLE, OUTSIDE))
    return Caption(str(rng.choice(PART_TEMPLATES.seen)).replace("{}", thing), (OUTSIDE,))


def regions_and_cells(
    rng: np.random.Generator, dense: Tensor, weights: Tensor, cells_per_image: int = 8
) -> tuple[Tensor, Tensor]:
    """Return embeddings (n, D) of regions and of single pure cells, and the part (n,) of each.

    ``dense`` is (N, D, h, w) and ``weights`` (N, parts, h, w). A region's embedding is the weighted mean
    of its cells, as naming computes it.
    """
    cells, shares = dense.flatten(2).transpose(1, 2), weights.flatten(2)
    total = shares.sum(dim=2)
    images, parts = torch.nonzero(total > 0.05, as_tuple=True)
    means = torch.einsum("nps,nsd->npd", shares, cells) / total.clamp(min=1e-6)[..., None]
    best, which = shares.max(dim=1)
    image_of, cell_of = torch.nonzero(best > _PURE, as_tuple=True)
    rarity = 1.0 / torch.bincount(which[image_of, cell_of], minlength=shares.shape[1]).clamp(min=1)
    odds = rarity[which[image_of, cell_of]].sqrt().double().numpy()
    n = min(cells_per_image * len(dense), len(odds))
    drawn = rng.choice(len(odds), n, replace=False, p=odds / odds.sum()) if n else np.zeros(0, np.int64)
    chosen = torch.from_numpy(drawn)
    image_of, cell_of = image_of[chosen], cell_of[chosen]
    embedded = torch.cat([means[images, parts], cells[image_of, cell_of]])
    return embedded, torch.cat([parts, which[image_of, cell_of]])
