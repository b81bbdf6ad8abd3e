"""Captions of rendered eyes: what is true of an image, and sentences that say it or its opposite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from segstyle_gui.core.near_eye.parameters import EyeParameters
from segstyle_gui.core.near_eye.parts import PART_NAMES
from segstyle_gui.core.near_eye.wordings import (
    EYE_NOUNS,
    EYE_TEMPLATES,
    EYE_WORDINGS,
    PART_TEMPLATES,
    PART_WORDINGS,
    Wordings,
)

Facts: TypeAlias = Mapping[str, bool]  # by claim; a claim that is not there is undecided

WHOLE = "eye:whole"  # the image shows a whole eye
OUTSIDE = "outside"  # what no near-eye image shows
CLAIMS = (*PART_WORDINGS, *EYE_WORDINGS, WHOLE, OUTSIDE)
# Claims that also hold of a part, and those that are neither right nor wrong for it.
_ALSO = {
    "upper eyelid": ("eyelid",),
    "lower eyelid": ("eyelid",),
}
_UNDECIDED = {
    "upper eyelid": ("skin",),
    "lower eyelid": ("skin",),
    "eye corner": ("skin", "eyelid"),
}


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence and the claims it makes."""

    text: str
    claims: tuple[str, ...]


def part_facts(part: str, *, undecided: Iterable[str] = ()) -> dict[str, bool]:
    """Return what is true and false of an image region that shows one part (of ``PART_NAMES``).

    ``undecided`` are further parts that may be seen as well.
    """
    open_claims = {f"part:{name}" for name in (*_UNDECIDED.get(part, ()), *undecided)}
    true = {f"part:{name}" for name in (part, *_ALSO.get(part, ()))}
    facts = {claim: claim in true for claim in PART_WORDINGS if claim in true or claim not in open_claims}
    if part == "opaque lens":
        facts["pupil:cloudy"] = True
    if part not in ("opaque lens", "glint") and "opaque lens" not in undecided:
        facts["pupil:cloudy"] = False
    return {**facts, OUTSIDE: False}


def eye_facts(parameters: EyeParameters, seen: Iterable[str]) -> dict[str, bool]:
    """Return what is true and false of the image of a whole eye.

    Parameters
    ----------
    parameters
        Of the rendered eye. Middling values decide nothing, so that no caption hangs on a threshold.
    seen
        Parts (of ``PART_NAMES``) in the image.
    """
    p, seen = parameters, set(seen)
    facts = {f"part:{name}": False for name in PART_NAMES if name not in seen}
    facts |= {WHOLE: True, OUTSIDE: False, "pupil:cloudy": p.has_opaque_lens}
    facts["pupil:clear"] = not p.has_opaque_lens
    facts |= {"brow:visible": "eyebrow" in seen, "brow:hidden": "eyebrow" not in seen}
    opening = (p.upper_height + p.lower_height) / (2.0 * p.iris_radius)
    for pair, value, low, high in (
        (("pupil:small", "pupil:large"), p.pupil_ratio, 0.33, 0.44),
        (("iris:dark", "iris:light"), p.iris_tone, 0.24, 0.31),
        (("iris:plain", "iris:textured"), p.iris_contrast, 0.55, 1.0),
        (("lids:narrow", "lids:open"), opening, 0.83, 0.97),
        (("lashes:short", "lashes:long"), p.lash_length, 0.28, 0.38),
        (("lashes:sparse", "lashes:dense"), float(p.upper_lashes), 57.0, 83.0),
        (("gaze:left", "gaze:right"), p.gaze_yaw, -7.0, 7.0),
        (("gaze:up", "gaze:down"), p.gaze_pitch, -5.0, 5.0),
    ):
        facts |= _opposites(pair, value, low, high)
    return facts | {f"glints:{n}": n == p.glint_count for n in (1, 2, 3, 4)}


def _opposites(pair: tuple[str, str], value: float, low: float, high: float) -> dict[str, bool]:
    """Decide two opposite claims: one is true beyond ``low`` or ``high``; between them nothing is said."""
    if value < low or value > high:
        return {pair[0]: value < low, pair[1]: value > high}
    return {}


def fits(caption_claims: Sequence[str], facts: Facts) -> bool | None:
    """Return whether a caption is true of an image, None if that is undecided."""
    known = [facts.get(claim) for claim in caption_claims]
    if False in known:
        return False
    return None if None in known else True


def part_caption(rng: np.random.Generator, part: str) -> Caption:
    """Return a caption such as ``a close-up photo of the black pupil``."""
    claim = f"part:{part}"
    words = str(rng.choice(PART_WORDINGS[claim].seen))
    return Caption(str(rng.choice(PART_TEMPLATES.seen)).replace("{}", words), (claim,))


def eye_caption(rng: np.random.Generator, claims: Sequence[str]) -> Caption:
    """Return a caption of a whole eye that makes the claims (of ``EYE_WORDINGS``), at least none."""
    eye = str(rng.choice(EYE_NOUNS.seen))
    if not claims:
        return Caption(eye, (WHOLE,))
    template = str(rng.choice(EYE_TEMPLATES))
    phrases = [str(rng.choice(EYE_WORDINGS[claim].seen)) for claim in claims]
    return Caption(template.format(eye=eye, list=enumeration(phrases)), (*claims, WHOLE))


def enumeration(phrases: Sequence[str]) -> str:
    """Join phrases: ``a, b and c``."""
    if len(phrases) < 2:
        return "".join(phrases)
    return f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def true_claims(rng: np.random.Generator, facts: Facts, n: int) -> list[str]:
    """Draw up to ``n`` claims about the eye that are true; an opaque lens is seldom left out."""
    true = [claim for claim in EYE_WORDINGS if facts.get(claim) is True]
    chosen = [str(claim) for claim in rng.permutation(true)[:n]]
    if facts.get("pupil:cloudy") and "pupil:cloudy" not in chosen and n and rng.random() < 0.5:
        chosen[-1] = "pupil:cloudy"
    return chosen


def opposite_claims(rng: np.random.Generator, facts: Facts, claims: Sequence[str]) -> list[str] | None:
    """Return the claims with one of them replaced by one of its kind that is false, None if there is none."""
    order = rng.permutation(len(claims))
    for place in order:
        kind = claims[place].split(":")[0]
        false = [c for c in EYE_WORDINGS if c.startswith(f"{kind}:") and facts.get(c) is False]
        if false:
            changed = list(claims)
            changed[place] = str(rng.choice(false))
            return changed
    return None


def known_words() -> set[str]:
    """Return every word of every wording, those held out included."""
    wordings: list[Wordings] = [*PART_WORDINGS.values(), *EYE_WORDINGS.values(), EYE_NOUNS, PART_TEMPLATES]
    texts = [text for w in wordings for text in (*w.seen, *w.recombined, *w.unseen)]
    return {word.strip(".,{}") for text in texts for word in text.replace("-", " ").split()} - {""}
