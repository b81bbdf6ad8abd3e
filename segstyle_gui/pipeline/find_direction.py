"""Stage: find what a sentence says as a direction in the latents, so that it can be made common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.cluster_config import ClusterConfig
from segstyle_gui.core.direction_config import PRESETS, DirectionConfig
from segstyle_gui.core.found_direction import read_space
from segstyle_gui.core.named_arrays import HEADER, read_header
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline import find_regions
from segstyle_gui.pipeline.artifacts import load_generator
from segstyle_gui.pipeline.stage import Stage, begin
from segstyle_gui.pipeline.text_model import clip_of, load_text_model
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_EMBEDDINGS = "embeddings"  # of all samples: a next prompt needs no more than these
_SAMPLES = ("n_samples", "seed", "psi")  # settings that these depend on
_MOVED = {"w": "latents", "styles": "style channels"}


def run(project: Project, config: DirectionConfig, progress: Progress) -> RunRecord:
    """Find a direction in the current generator and store it; former ones stay as runs.

    Raises
    ------
    ConfigError
        If there is no prompt, a block or another direction does not exist, the other direction is of another
        method, or too few samples would fit.
    StageError
        If text and generator share nothing.
    ModelFileError
        If CLIP's weights cannot be had.
    """
    from segstyle_gui.core.directions import find_direction

    draft = begin(project, STAGE, config)
    source = clip_of(project, config)
    others = [_vector(project, number, draft.inputs["generator"], config) for number in config.orthogonal_to]
    clip = load_text_model(source, config, part(progress, 0.0, 0.05))
    known = _known_embeddings(project, config, draft.inputs["generator"], source.label)
    found, embeddings = find_direction(
        load_generator(project),
        clip,
        config,
        others=others,
        embeddings=known,
        progress=part(progress, 0.05, 1.0),
    )
    summary = {
        "prompt": found.prompt,
        "opposite": found.opposite,
        "clip": source.label,
        "samples": len(found.scores),
        "positives": found.n_positive,
        "accuracy": found.accuracy,
        "method": config.method,
        "alpha": found.alpha,
        "share_before": found.share_before,
        "share_after": found.share_after,
    }
    if found.channels:
        summary["channels"] = [f"{layer} {number}" for layer, number in found.channels]
    if found.opposite and not (found.scores > 0).any():
        summary["note"] = (
            f"No sample is nearer to the prompt than to “{found.opposite}”: look at the strip before use."
        )
    return draft.commit(summary, {**found.to_arrays(), _EMBEDDINGS: embeddings})


def use_direction(project: Project, share: float, progress: Progress) -> RunRecord:
    """Find regions again with a share of the samples moved along the current direction.

    Everything else is as when the current regions were found (the defaults if there are none). Former
    regions keep their names, classes and merges; what the direction brings becomes new regions.

    Parameters
    ----------
    project
        With a direction.
    share
        Above 0, at most 1: 0.5 joins moved samples and plain ones, 1 takes moved ones alone.
    progress
        Told often.

    Raises
    ------
    ConfigError
        If the share is out of range.
    StageError
        If there is no direction, or it was found in another generator.
    """
    return find_regions.run(project, moved_regions(project, share), progress)


def moved_regions(project: Project, share: float) -> ClusterConfig:
    """Return the settings of :func:`use_direction`; raises ConfigError if the share is out of range."""
    former = project.current("regions")
    config = ClusterConfig(**former.config) if former is not None else ClusterConfig()
    return replace(config, direction_share=checked_share(share), keep_names=True)


def checked_share(share: float) -> float:
    """Return a share of moved samples; raises ConfigError unless it is above 0 and at most 1."""
    if not 0 < share <= 1:
        raise ConfigError(f"The share of moved samples is {share:g}; wanted more than 0, at most 1.")
    return share


def _vector(project: Project, number: int, generator: str, config: DirectionConfig) -> NDArray[np.float32]:
    for known in project.runs("direction"):
        if known.id == number and known.inputs["generator"] == generator:
            stored = project.arrays(known, ["vector", HEADER])
            space = read_space(read_header(stored))
            if space != config.space:
                raise ConfigError(
                    f"Direction {number} moves {_MOVED[space]}, the new one {_MOVED[config.space]}: there is "
                    "nothing to take out.",
                    hint="Choose the method of the other direction.",
                )
            return np.asarray(stored["vector"], np.float32)
    numbers = [known.id for known in project.runs("direction") if known.inputs["generator"] == generator]
    raise ConfigError(
        f"There is no direction {number} of this generator.", hint=f"Its directions are {numbers}."
    )


def _known_embeddings(
    project: Project, config: DirectionConfig, generator: str, clip: str
) -> NDArray[np.float16] | None:
    """Return the embeddings that an earlier search stored for the same samples and CLIP."""
    for former in reversed(project.runs("direction")):
        same = former.inputs["generator"] == generator and former.summary["clip"] == clip
        weights = former.config["weights_file"] == config.weights_file
        if same and weights and all(former.config[name] == getattr(config, name) for name in _SAMPLES):
            return np.asarray(project.array(former, _EMBEDDINGS), np.float16)
    return None


def _load_config() -> type[Any]:
    return DirectionConfig


def _load_presets() -> Mapping[str, Any]:
    return PRESETS


STAGE = Stage(
    name="find_direction",
    title="Find by text",
    help="Find what a sentence says as a direction along which samples can be moved (CLIP).",
    needs=("generator",),
    makes="direction",
    load_config=_load_config,
    load_presets=_load_presets,
    run=run,
)
