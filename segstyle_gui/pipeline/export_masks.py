"""Stages: write the masks of the real images as COCO or as gray PNG, re-read and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.core.images import apply_window, read_image
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import setting
from segstyle_gui.errors import ConfigError
from segstyle_gui.export.coco import CocoConfig, export_coco
from segstyle_gui.export.label_set import LabelledImage, LabelSet, safe_file_name
from segstyle_gui.export.png import PngConfig, export_png
from segstyle_gui.export.report import ExportReport
from segstyle_gui.pipeline.artifacts import run_of_token
from segstyle_gui.pipeline.stage import Stage, begin, current_run
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCocoConfig(CocoConfig):
    """Where to write COCO instances, and how."""

    folder: str = setting("", "Folder to write: new, empty, or an earlier export with overwrite.")
    overwrite: bool = setting(False, "Replace an earlier export in the folder.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPngConfig(PngConfig):
    """Where to write gray PNG label maps, and how."""

    folder: str = setting("", "Folder to write: new, empty, or an earlier export with overwrite.")
    overwrite: bool = setting(False, "Replace an earlier export in the folder.")


def run_coco(project: Project, config: ExportCocoConfig, progress: Progress) -> RunRecord:
    """Write COCO instances JSON of the current masks."""
    return _run(project, EXPORT_COCO, config, progress, export_coco)


def run_png(project: Project, config: ExportPngConfig, progress: Progress) -> RunRecord:
    """Write gray PNG label maps of the current masks."""
    return _run(project, EXPORT_PNG, config, progress, export_png)


def _run(
    project: Project,
    stage: Stage,
    config: Any,
    progress: Progress,
    write: Callable[..., ExportReport],
) -> RunRecord:
    if not config.folder:
        raise ConfigError("No folder to export to was given.", hint="Name one that does not exist yet.")
    draft = begin(project, stage, config)
    folder = Path(config.folder).expanduser()
    label_set = current_label_set(project)
    report = write(label_set, folder, config, overwrite=config.overwrite, progress=progress)
    names = {0: "background"} | {label_class.id: label_class.name for label_class in label_set.classes}
    summary = {
        "folder": str(report.folder),
        "files": len(report.files),
        "images": report.images,
        "pixels_per_class": {names[number]: count for number, count in report.pixels_per_class.items()},
        "empty_images": len(report.empty_images),
    }
    return draft.commit(summary, {})


def current_label_set(project: Project) -> LabelSet:
    """Return the current masks as exporters take them; label maps are read one at a time.

    Raises
    ------
    StageError
        If there are no masks yet.
    """
    masks = current_run(project, "masks")
    imported = run_of_token(project, masks.inputs["images"])
    stored = {name.removeprefix("label_maps/") for name in project.array_names(masks)}
    items = [
        _item(project, masks, imported, record)
        for record in project.images(imported)
        if str(record.id) in stored
    ]
    provenance = {
        "project": project.name,
        "project_uuid": str(project.uuid),
        "masks_run": masks.id,
        "masks_created": masks.created,
        "inputs": dict(masks.inputs),
    }
    return LabelSet(classes=mask_classes(project, masks), items=items, provenance=provenance)


def mask_classes(project: Project, masks: RunRecord) -> tuple[LabelClass, ...]:
    """Return the classes of the masks: as they are called now, or were when the masks were made."""
    state = project.region_state
    now = {label_class.id: label_class for label_class in (state.classes if state else ())}
    return tuple(
        now.get(number, LabelClass(number, name, (red, green, blue)))
        for number, name, (red, green, blue) in masks.summary["classes"]
    )


def _item(project: Project, masks: RunRecord, imported: RunRecord, record: ImageRecord) -> LabelledImage:
    def load() -> np.ndarray:
        return project.array(masks, f"label_maps/{record.id}")

    def load_image() -> np.ndarray:
        return apply_window(read_image(project.image_path(record)), *imported.summary["window"])

    return LabelledImage(
        file_name=safe_file_name(record.path),
        width=record.width,
        height=record.height,
        load=load,
        load_image=load_image,
    )


def _coco_config() -> type[Any]:
    return ExportCocoConfig


def _png_config() -> type[Any]:
    return ExportPngConfig


EXPORT_COCO = Stage(
    name="export_coco",
    title="Export COCO",
    help="Write the masks as COCO instances, re-read and compared.",
    needs=("masks",),
    makes="export_coco",
    load_config=_coco_config,
    run=run_coco,
)

EXPORT_PNG = Stage(
    name="export_png",
    title="Export PNG",
    help="Write the masks as gray PNG label maps, re-read and compared.",
    needs=("masks",),
    makes="export_png",
    load_config=_png_config,
    run=run_png,
)
