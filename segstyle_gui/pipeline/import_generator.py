"""Stage: take a trained generator from a file, or the bundled near-eye one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.images import file_sha256
from segstyle_gui.core.progress import Progress, part
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError, ModelFileError
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.stage import Stage, begin, path_token
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

if TYPE_CHECKING:
    from torch import Tensor

BUNDLED = "near-eye"
DISCRIMINATOR_PREFIX = "discriminator/"
"""Names of a kept discriminator's arrays begin like this; behind it are those of ``Discriminator``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportGeneratorConfig:
    """Which generator to take."""

    source: str = setting(
        "",
        "A generator by SegStyle (.safetensors), NVIDIA (StyleGAN2, .pkl) or rosinality (.pt), or "
        f"{BUNDLED} for the bundled one (near-infrared eyes).",
    )
    class_index: int = setting(
        -1, "Class to take of a model with classes, from 0; -1 where there are none.", low=-1, high=1_000_000
    )
    keep_discriminator: bool = setting(
        False, "Keep the file's discriminator as well, if it has one that fits: about as large again."
    )

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)


def run(project: Project, config: ImportGeneratorConfig, progress: Progress) -> RunRecord:
    """Read the file and store its tensors in the project.

    Raises
    ------
    ConfigError
        If no source was given, there is no such class, or the generator's channels are not those of the
        imported images.
    ModelFileError
        If the file is missing, damaged or not a generator.
    ConditionalGeneratorError
        If the model has classes and none was chosen.
    """
    from segstyle_gui.core.generator.checkpoint import generator_to_arrays
    from segstyle_gui.core.generator.foreign.read import read_generator
    from segstyle_gui.pipeline.generator_card import summarise

    draft = begin(project, STAGE, config)
    path = generator_path(config.source)
    imported = read_generator(
        path,
        class_index=None if config.class_index < 0 else config.class_index,
        with_discriminator=config.keep_discriminator,
        progress=part(progress, 0, 0.5),
    )
    _check_channels(project, path.name, imported.generator.img_channels)
    progress.report(0.5, 1, "storing it")
    summary = {"source": config.source, "sha256": file_sha256(path), **summarise(imported, path.name)}
    arrays = generator_to_arrays(imported.generator) | _discriminator_arrays(imported.discriminator)
    record = draft.commit(summary, arrays)
    progress.report(1, 1)
    return record


def _discriminator_arrays(tensors: Mapping[str, Tensor] | None) -> dict[str, NDArray[np.float32]]:
    return {f"{DISCRIMINATOR_PREFIX}{name}": tensor.numpy() for name, tensor in (tensors or {}).items()}


def generator_path(source: str) -> Path:
    """Return the file behind ``source``: a path, or the bundled generator's name.

    Raises
    ------
    ConfigError
        If nothing was given.
    ModelFileError
        If there is no such file.
    """
    if not source:
        raise ConfigError("No generator was given.", hint=f"Name a generator's file, or {BUNDLED}.")
    is_bundled = source == BUNDLED
    path = resources_dir() / "near_eye" / "generator.safetensors" if is_bundled else Path(source).expanduser()
    if not path.is_file():
        hint = "Reinstall SegStyle." if is_bundled else f"Check the path, or use {BUNDLED}."
        raise ModelFileError(f"{path} does not exist; wanted the file of a generator.", hint=hint)
    return path


def _check_channels(project: Project, name: str, channels: int) -> None:
    images = project.current("images")
    if images is None:
        return
    wanted = 1 if images.summary.get("channels") == "gray" else 3
    if channels != wanted:
        words = {1: "gray", 3: "rgb"}
        raise ConfigError(
            f"{name} makes {words[channels]} images and the project's are {words[wanted]}.",
            hint=f"Import the images again with channels set to {words[channels]}, or choose another "
            "generator.",
        )


def _reads(config: ImportGeneratorConfig) -> dict[str, str]:
    return {"source": path_token(generator_path(config.source))}


def _load_config() -> type[Any]:
    return ImportGeneratorConfig


STAGE = Stage(
    name="import_generator",
    title="Import a generator",
    help="Take a trained generator from a file, or the bundled near-eye one.",
    needs=(),
    makes="generator",
    load_config=_load_config,
    run=run,
    reads=_reads,
)
