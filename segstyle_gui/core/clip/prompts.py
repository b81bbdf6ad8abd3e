"""Prompts: what a list typed by the user means, and the sentences that CLIP is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from segstyle_gui.errors import ConfigError

Prompt = tuple[str, ...]  # synonyms of one thing; the first is its name

# Sentences whose embeddings are averaged: one prompt alone depends too much on its wording
# (Radford et al., Learning Transferable Visual Models From Natural Language Supervision, section 3.1.4).
TEMPLATES: dict[str, tuple[str, ...]] = {
    "paper": ("This is a photo of a {}",),
    "photo": (
        "a photo of a {}.",
        "a photo of the {}.",
        "a close-up photo of a {}.",
        "a cropped photo of the {}.",
        "a blurry photo of a {}.",
        "a black and white photo of the {}.",
    ),
    "near_infrared": (
        "a photo of the {} of an eye.",
        "a close-up of the {} of a human eye.",
        "a near-infrared image of the {} of an eye.",
        "a grayscale photo of the {} in an eye image.",
        "the {}, seen by an eye-tracking camera.",
    ),
}


class TextEncoder(Protocol):
    """Embeds texts, as :class:`~segstyle_gui.core.clip.model.ClipModel` does."""

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n,D) float32 embeddings of length 1."""
        ...


def parse_prompts(text: str) -> tuple[Prompt, ...]:
    """Read a list such as ``iris|iris of the eye, pupil, eyelid``.

    Commas part things, ``|`` parts synonyms; the first synonym is the name.

    Raises
    ------
    ConfigError
        With fewer than two things (a score means something only beside another), or a synonym given twice.
    """
    prompts = tuple(
        synonyms
        for entry in text.split(",")
        if (synonyms := tuple(" ".join(word.split()) for word in entry.split("|") if word.strip()))
    )
    if len(prompts) < 2:
        raise ConfigError(
            f"Found {len(prompts)} name in {text!r}; wanted at least two to choose from.",
            hint="Separate names by commas, synonyms by |: iris|iris of the eye, pupil, eyelid.",
        )
    seen: set[str] = set()
    for word in (word.casefold() for synonyms in prompts for word in synonyms):
        if word in seen:
            raise ConfigError(f"{word!r} is in the list of names twice.", hint="Remove one of them.")
        seen.add(word)
    return prompts


def embed_prompts(
    encoder: TextEncoder, prompts: Sequence[Prompt], templates: Sequence[str]
) -> list[np.ndarray]:
    """Embed every synonym as the mean over the templates.

    Parameters
    ----------
    encoder
        A CLIP model.
    prompts
        Synonyms of each thing.
    templates
        Sentences with ``{}`` in the place of the name.

    Returns
    -------
    One (n_synonyms, D) float32 array of embeddings of length 1 for each prompt.
    """
    words = [word for synonyms in prompts for word in synonyms]
    sentences = [template.replace("{}", word) for word in words for template in templates]
    embedded = encoder.encode_texts(sentences).reshape(len(words), len(templates), -1).mean(axis=1)
    embedded /= np.maximum(np.linalg.norm(embedded, axis=1, keepdims=True), 1e-12)
    borders = np.cumsum([len(synonyms) for synonyms in prompts])[:-1]
    return np.split(embedded.astype(np.float32), borders)
