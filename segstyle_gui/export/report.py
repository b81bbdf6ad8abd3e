"""Counts of an export: shown before it writes, and reported once it is verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.export.label_set import BACKGROUND_ID, LabelSet, count_pixels, read_label_map


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPreview:
    """What an export would hold.

    ``pixels_per_class`` and ``images_per_class`` map every class id (0 = background) to its number of
    pixels and of images with at least one; ``empty_images`` names the images that are all background.
    """

    n_images: int
    pixels_per_class: dict[int, int]
    images_per_class: dict[int, int]
    empty_images: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written and compared: ``files`` are relative to ``folder``, in order of their names."""

    folder: Path
    files: tuple[str, ...]
    images: int
    pixels_per_class: dict[int, int]
    empty_images: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts label maps one at a time."""

    pixels: dict[int, int]
    images: dict[int, int]
    empty: list[str] = field(default_factory=list)
    n_images: int = 0

    @classmethod
    def of(cls, label_set: LabelSet) -> Tally:
        """Return a tally at zero for every class of ``label_set`` and the background."""
        ids = (BACKGROUND_ID, *label_set.class_ids)
        return cls(pixels=dict.fromkeys(ids, 0), images=dict.fromkeys(ids, 0))

    def add(self, file_name: str, label_map: np.ndarray) -> None:
        """Count one (H,W) label map."""
        counts = count_pixels(label_map)
        for number, count in counts.items():
            self.pixels[number] += count
            self.images[number] += 1
        if not set(counts) - {BACKGROUND_ID}:
            self.empty.append(file_name)
        self.n_images += 1

    def report(self, folder: Path, files: tuple[str, ...]) -> ExportReport:
        """Return the report of an export of everything that was counted."""
        return ExportReport(
            folder=folder,
            files=files,
            images=self.n_images,
            pixels_per_class=self.pixels,
            empty_images=tuple(self.empty),
        )


def preview_export(label_set: LabelSet, *, progress: Progress = SILENT) -> ExportPreview:
    """Count what an export would hold, writing nothing.

    Raises
    ------
    ExportError
        If a label map does not fit its image or holds an id of no class.
    """
    tally = Tally.of(label_set)
    for index, item in enumerate(label_set.items):
        progress.report(index, len(label_set.items), item.file_name)
        tally.add(item.file_name, read_label_map(item, label_set.class_ids))
    progress.report(1, 1)
    return ExportPreview(
        n_images=tally.n_images,
        pixels_per_class=tally.pixels,
        images_per_class=tally.images,
        empty_images=tuple(tally.empty),
    )
