"""Find by text: the direction along which samples come to fit a prompt (Pakhomov et al. 2021).

Unlike the paper's code, samples are shown to CLIP as CLIP was trained to see images, the best and worst of
them are compared instead of all with a fixed cosine, the direction has length 1, and its effect is measured
on other samples. Beside the paper's plane in W there are the style channels of StyleSpace (Wu et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.clip.prompts import TextEncoder
from segstyle_gui.core.direction_blocks import latents_of_blocks, parse_blocks
from segstyle_gui.core.direction_channels import channel_names, fit_channels, sample_styles, usable_channels
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_fit import DirectionFit, fit_direction, orthogonal
from segstyle_gui.core.direction_samples import ImageEncoder, best_and_worst, embed_samples
from segstyle_gui.core.direction_strip import Strip
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.errors import ConfigError

_WORDINGS = ("{}", "a photo of {}.", "a close-up photo of {}.", "a black and white photo of {}.")


def find_direction(
    generator: Generator,
    clip: ImageEncoder,
    config: DirectionConfig,
    *,
    others: Sequence[NDArray[np.float32]] = (),
    embeddings: NDArray[np.float16] | None = None,
    progress: Progress = SILENT,
) -> tuple[Direction, NDArray[np.float16]]:
    """Find the direction of a prompt.

    Parameters
    ----------
    generator
        Read where it is.
    clip
        Scores the samples.
    config
        All settings.
    others
        Vectors of directions of the same space that shall not be changed: the direction is made orthogonal
        to them in W, and takes none of their style channels.
    embeddings
        (n, D) of the samples, from an earlier search with the same generator, CLIP, number and seed of the
        samples and truncation; then no sample is drawn again.
    progress
        Told of every batch, and shown it as a :class:`DirectionPreview`.

    Returns
    -------
    tuple
        The direction, and the embeddings (n, D) for the next prompt.

    Raises
    ------
    ConfigError
        If there is no prompt, a block does not exist, or there are too few positive samples.
    StageError
        If text and generator share nothing: scores are alike, latents do not tell them, or moving samples
        does not make them fit.
    """
    blocks = parse_blocks(config.layers, generator)
    text = text_axis(clip, config)
    if embeddings is None:
        embeddings = embed_samples(generator, clip, config, text, part(progress, 0.0, 0.85))
    scores = embeddings.astype(np.float32) @ text
    progress.preview(best_and_worst(generator, config, scores))
    fitted = _fit_styles if config.space == "styles" else _fit_w
    step, fit = fitted(generator, scores, config, blocks, others)
    channels = channel_names(generator, step.vector) if step.space == "styles" else ()
    strip = Strip(generator, clip, text, config)
    return strip.direction(step, fit, scores, channels, part(progress, 0.85, 1.0)), embeddings


def _fit_w(
    generator: Generator,
    scores: NDArray[np.float32],
    config: DirectionConfig,
    blocks: tuple[str, ...],
    others: Sequence[NDArray[np.float32]],
) -> tuple[LatentShift, DirectionFit]:
    latents = latents_of(generator, config.seeds, config.psi).cpu().numpy()
    fit = fit_direction(latents, scores, config)
    layers = latents_of_blocks(blocks, generator)
    return LatentShift(vector=orthogonal(fit.vector, others), layers=layers), fit


def _fit_styles(
    generator: Generator,
    scores: NDArray[np.float32],
    config: DirectionConfig,
    blocks: tuple[str, ...],
    others: Sequence[NDArray[np.float32]],
) -> tuple[LatentShift, DirectionFit]:
    styles = sample_styles(generator, config.seeds, config.psi)
    fit = fit_channels(styles, scores, config, usable_channels(generator, blocks, others))
    return LatentShift(vector=fit.vector, space="styles"), fit


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
    axis = _mean_embedding(clip, prompt)
    return axis - _mean_embedding(clip, opposite) if opposite else axis


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(" ".join(piece.split()) for piece in text.split("|") if piece.strip())


def _mean_embedding(clip: TextEncoder, sentences: Sequence[str]) -> NDArray[np.float32]:
    texts = [wording.replace("{}", sentence) for sentence in sentences for wording in _WORDINGS]
    mean = clip.encode_texts(texts).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)
