"""Find by text: the direction along which samples come to fit a prompt (Pakhomov et al. 2021).

Unlike the paper's code, samples are shown to CLIP as CLIP was trained to see images, the best and worst of
them are compared instead of all with a fixed cosine, the direction has length 1, and its effect is measured
on other samples. Beside the paper's plane in W there are the style channels of StyleSpace (Wu et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.direction_blocks import latents_of_blocks, parse_blocks
from segstyle_gui.core.direction_channels import channel_names, fit_channels, sample_styles, usable_channels
from segstyle_gui.core.direction_config import DirectionConfig
from segstyle_gui.core.direction_fit import DirectionFit, fit_direction, orthogonal
from segstyle_gui.core.direction_samples import ImageEncoder, best_and_worst, embed_samples
from segstyle_gui.core.direction_strip import Strip
from segstyle_gui.core.direction_text import check_related, text_axis
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.latent_shift import LatentShift
from segstyle_gui.core.latents import latents_of
from segstyle_gui.core.progress import SILENT, Progress, part


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
        If text and generator share nothing: samples fit the prompt no better than anything else fits them,
        scores are alike, latents do not tell them, or moving samples does not make them fit.
    """
    blocks = parse_blocks(config.layers, generator)
    text = text_axis(clip, config)
    if embeddings is None:
        embeddings = embed_samples(generator, clip, config, text, part(progress, 0.0, 0.85))
    seen = embeddings.astype(np.float32)
    scores = seen @ text
    progress.preview(best_and_worst(generator, config, scores))
    if config.refuse_unrelated:
        check_related(clip, seen, config)
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
