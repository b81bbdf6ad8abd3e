"""The prompt in CLIP's space: the axis that samples are scored along, and whether it is about them at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.clip.prompts import TextEncoder
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.errors import ConfigError, StageError

_WORDINGS = ("{}", "a photo of {}.", "a close-up photo of {}.", "a black and white photo of {}.")

#: Things of all kinds. A few of them may be what the generator makes: most are not.
STRANGERS = (
    "a dog",
    "a bowl of soup",
    "a city street",
    "a page of text",
    "a mountain",
    "a bicycle",
    "a football match",
    "a cup of coffee",
    "a sailing boat",
    "a bunch of flowers",
    "a wooden chair",
    "an aeroplane",
    "a loaf of bread",
    "a piano",
    "a tractor in a field",
    "a map",
)
_SPREADS = 3.0  # above the median of strangers that a prompt must be
_DEVIATION = 1.4826  # standard deviation of a normal distribution / its median absolute deviation


def text_axis(clip: TextEncoder, config: DirectionConfig) -> NDArray[np.float32]:
    """Return (D,) float32: an embedding's product with it is its score for the prompt over the opposite.

    Raises
    ------
    ConfigError
        If there is no prompt, or it is the opposite.
    """
    prompt, opposite = _sentences(config.prompt), _sentences(config.opposite)
    if not prompt:
        raise ConfigError(
            "There is no prompt.", hint="Say what to find, such as “an eye with a white pupil”."
        )
    if prompt == opposite:
        raise ConfigError(
            f"The prompt and its opposite are both {config.prompt!r}.", hint="Say what is different."
        )
    axis = mean_embedding(clip, prompt)
    return axis - mean_embedding(clip, opposite) if opposite else axis


def check_related(clip: TextEncoder, embeddings: NDArray[np.float32], config: DirectionConfig) -> None:
    """Check that the prompt fits its best samples clearly better than unrelated things fit theirs.

    The mean cosine of the best samples is compared with that of :data:`STRANGERS`, each with its own best
    samples: it must be three robust standard deviations above their median. Cosines as such mean nothing:
    their level is another with every CLIP.

    Parameters
    ----------
    clip
        That made the embeddings.
    embeddings
        (n, D) float32 of the samples.
    config
        Prompt, and the share of the samples that are the best.

    Raises
    ------
    StageError
        If the prompt is about something else than the samples.
    """
    n_best = max(1, round(config.top_share * len(embeddings)))
    texts = (_sentences(config.prompt), *((stranger,) for stranger in STRANGERS))
    axes = np.stack([mean_embedding(clip, text) for text in texts], axis=1)
    best = np.sort(embeddings @ axes, axis=0)[-n_best:].mean(axis=0)
    own, others = float(best[0]), best[1:]
    median = float(np.median(others))
    spread = _DEVIATION * float(np.median(np.abs(others - median)))
    if own <= median + _SPREADS * spread:
        nearest = (STRANGERS[i] for i in np.abs(others - own).argsort())
        like = next(thing for thing in nearest if thing != config.prompt.strip())
        raise StageError(
            "The prompt and this generator share nothing: the samples are as near to "
            f"“{config.prompt}” as to “{like}”.",
            hint="Describe something that the samples show, or turn off the check for unrelated prompts.",
        )


def mean_embedding(clip: TextEncoder, sentences: Sequence[str]) -> NDArray[np.float32]:
    """Return (D,) of length 1, the mean of some sentences in several wordings."""
    texts = [wording.replace("{}", sentence) for sentence in sentences for wording in _WORDINGS]
    mean = clip.encode_texts(texts).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(" ".join(piece.split()) for piece in text.split("|") if piece.strip())
