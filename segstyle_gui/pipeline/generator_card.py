"""What a generator file holds, to be looked at before and after it is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.generator.domains import recognise
from segstyle_gui.core.generator.licences import licence_reminder
from segstyle_gui.core.progress import SILENT, Progress, part
from segstyle_gui.pipeline.region_preview import draw_samples

if TYPE_CHECKING:
    from segstyle_gui.core.generator.foreign.report import ImportedGenerator
    from segstyle_gui.core.generator.network import Generator

_SAMPLES = 6
_SAMPLE_SIDE = 256  # px at most
_PSI = 0.7

SUFFIXES = (".safetensors", ".pkl", ".pt", ".pth")
"""How such files are usually called; what they are is found from their content."""

FORMATS = {
    "segstyle": "SegStyle",
    "nvidia-pytorch": "NVIDIA, PyTorch",
    "nvidia-tensorflow": "NVIDIA, TensorFlow",
    "rosinality": "rosinality, PyTorch",
}
"""Whose layouts are read, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorCard:
    """A file's generator in words, numbers and a few samples.

    ``summary`` is what the run of an import tells (see :func:`summarise`); ``samples`` (N, S, S, 3) uint8 are
    of the seeds 0 to N - 1; ``n_classes`` is 0 for a model without classes, and of others ``class_index`` is
    the one that the samples are of.
    """

    path: Path
    summary: dict[str, Any]
    samples: NDArray[np.uint8]
    n_classes: int
    class_index: int | None


def inspect_generator(
    path: Path, *, class_index: int | None = None, progress: Progress = SILENT
) -> GeneratorCard:
    """Read a generator file and draw a few samples; of a model with classes, class 0 unless one is chosen.

    Raises
    ------
    ConfigError
        If there is no class of that index.
    ModelFileError
        If the file cannot be used.
    """
    from segstyle_gui.core.generator.foreign.read import read_generator
    from segstyle_gui.core.generator.foreign.report import ConditionalGeneratorError

    reading = part(progress, 0, 0.3)
    try:
        imported = read_generator(path, class_index=class_index, progress=reading)
    except ConditionalGeneratorError:
        imported = read_generator(path, class_index=0, progress=reading)
    size = min(_SAMPLE_SIDE, imported.generator.resolution)
    samples = draw_samples(imported.generator, range(_SAMPLES), _PSI, size, progress=part(progress, 0.3, 1))
    return GeneratorCard(
        path=path,
        summary=summarise(imported, path.name),
        samples=samples,
        n_classes=imported.report.n_classes,
        class_index=imported.report.class_index,
    )


def summarise(imported: ImportedGenerator, file_name: str) -> dict[str, Any]:
    """Return a model card as plain values: shapes, layers, what was used and left out, notes, licence."""
    from segstyle_gui.core.generator.foreign.report import grouped_left_out

    generator, report = imported.generator, imported.report
    card: dict[str, Any] = {
        "resolution": generator.resolution,
        "channels": generator.img_channels,
        "format": report.format,
        "used": report.n_used,
        "left_out": grouped_left_out(report.left_out),
        "notes": list(report.notes),
        "layers": _layers(generator),
        "licence": licence_reminder(report.format),
    }
    if report.network:
        card["network"] = report.network
    if report.n_classes:
        card |= {"model_classes": report.n_classes, "class_index": report.class_index}
    if imported.discriminator is not None:
        card["discriminator"] = "kept"
    return card | _suggestion(generator, file_name)


def _layers(generator: Generator) -> dict[str, str]:
    return {
        name: f"{generator.layer_size(name)}² × {generator.layer_channels(name)}"
        for name in generator.layer_names
    }


def _suggestion(generator: Generator, file_name: str) -> dict[str, Any]:
    """Return the preset of a domain of the paper, and why, if this looks like its generator."""
    side = generator.resolution
    found = recognise(
        file_name,
        height=side,
        width=side,
        image_channels=generator.img_channels,
        channels_at_64=generator.spec.channels.get(64, 0),
    )
    return {} if found is None else {"suggested_preset": found[0].name, "suggested_because": found[1]}
