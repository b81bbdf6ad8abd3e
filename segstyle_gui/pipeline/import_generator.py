"""Stage: take a trained generator from a file, or the bundled near-eye one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segstyle_gui.core.images import file_sha256
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError, ModelFileError
from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.stage import Stage, begin, path_token
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

BUNDLED = "near-eye"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportGeneratorConfig:
    """Which generator to take."""

    source: str = setting(
        "",
        f"A .safetensors file that SegStyle wrote, or {BUNDLED} for the bundled one (near-infrared eyes).",
    )

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)


def run(project: Project, config: ImportGeneratorConfig, progress: Progress) -> RunRecord:
    """Read the file and store its tensors in the project.

    Raises
    ------
    ConfigError
        If no source was given, or the generator's channels are not those of the imported images.
    ModelFileError
        If the file is missing, damaged or not a generator.
    """
    from segstyle_gui.core.generator.checkpoint import generator_to_arrays, load_generator_file

    draft = begin(project, STAGE, config)
    path = generator_path(config.source)
    progress.report(0, 1, f"reading {path.name}")
    generator = load_generator_file(path)
    _check_channels(project, path.name, generator.img_channels)
    summary = {
        "source": config.source,
        "sha256": file_sha256(path),
        "resolution": generator.resolution,
        "channels": generator.img_channels,
    }
    record = draft.commit(summary, generator_to_arrays(generator))
    progress.report(1, 1)
    return record


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
        raise ConfigError("No generator was given.", hint=f"Name a .safetensors file, or {BUNDLED}.")
    is_bundled = source == BUNDLED
    path = resources_dir() / "near_eye" / "generator.safetensors" if is_bundled else Path(source).expanduser()
    if not path.is_file():
        hint = "Reinstall SegStyle." if is_bundled else f"Check the path, or use {BUNDLED}."
        raise ModelFileError(f"{path} does not exist; wanted a .safetensors file.", hint=hint)
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
            hint=f"Import the images again with --channels {words[channels]}, or choose another generator.",
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
