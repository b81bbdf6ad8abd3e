"""Stages: write the masks of the real images as COCO or as gray PNG, re-read and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segstyle_gui.core.classes import LabelClass, default_color
from segstyle_gui.core.images import apply_window, read_image
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import setting
from segstyle_gui.errors import ConfigError, StageError
from segstyle_gui.export.coco import CocoConfig, export_coco
from segstyle_gui.export.label_set import LabelledImage, LabelSet, safe_file_name
from segstyle_gui.export.png import PngConfig, export_png
from segstyle_gui.export.report import ExportReport
from segstyle_gui.pipeline.artifacts import run_of_token
from segstyle_gui.pipeline.stage import Stage, begin, current_run
from segstyle_gui.project.mask_state import MaskState
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCocoConfig(CocoConfig):
    """Where to write COCO instances, and how."""

    folder: str = setting("", "Folder to write: new, empty, or an earlier export with overwrite.")
    overwrite: bool = setting(False, "Replace an earlier export in the folder.")
    reviewed_only: bool = setting(False, "Leave out images whose mask is not marked as reviewed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPngConfig(PngConfig):
    """Where to write gray PNG label maps, and how."""

    folder: str = setting("", "Folder to write: new, empty, or an earlier export with overwrite.")
    overwrite: bool = setting(False, "Replace an earlier export in the folder.")
    reviewed_only: bool = setting(False, "Leave out images whose mask is not marked as reviewed.")


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
    label_set = current_label_set(project, reviewed_only=config.reviewed_only)
    report = write(label_set, folder, config, overwrite=config.overwrite, progress=progress)
    names = {0: "background"} | {label_class.id: label_class.name for label_class in label_set.classes}
    summary = {
        "folder": str(report.folder),
        "files": len(report.files),
        "images": report.images,
        "human_corrected": sum(row["human_corrected"] for row in label_set.provenance["images"]),
        "reviewed": sum(row["reviewed"] for row in label_set.provenance["images"]),
        "pixels_per_class": {names[number]: count for number, count in report.pixels_per_class.items()},
        "empty_images": len(report.empty_images),
    }
    return draft.commit(summary, {})


def current_label_set(project: Project, *, reviewed_only: bool = False, corrected: bool = True) -> LabelSet:
    """Return the current masks as exporters take them; label maps are read one at a time.

    Corrections and marks are those of this moment, whatever is edited while an export goes on.

    Parameters
    ----------
    project
        The project.
    reviewed_only
        Leave out images whose mask is not marked as reviewed.
    corrected
        Return the masks with the user's corrections; otherwise as they were predicted.

    Raises
    ------
    StageError
        If there are no masks yet, or none that is reviewed where only those are wanted.
    """
    masks = current_run(project, "masks")
    imported = run_of_token(project, masks.inputs["images"])
    state = project.mask_state(masks)
    stored = {name.removeprefix("label_maps/") for name in project.array_names(masks)}
    records = [record for record in project.images(imported) if str(record.id) in stored]
    if reviewed_only:
        records = [record for record in records if record.id in state.reviewed]
        if not records:
            raise StageError(
                "No mask is marked as reviewed.", hint="Mark the good ones as reviewed, or export all images."
            )
    shown = state if corrected else MaskState()
    items = [_item(project, masks, imported, record, shown) for record in records]
    provenance = {
        "project": project.name,
        "project_uuid": str(project.uuid),
        "masks_run": masks.id,
        "masks_created": masks.created,
        "inputs": dict(masks.inputs),
        "reviewed_only": reviewed_only,
        "images": [_provenance(record, shown) for record in records],
    }
    return LabelSet(classes=mask_classes(project, masks, shown), items=items, provenance=provenance)


def mask_classes(
    project: Project, masks: RunRecord, state: MaskState | None = None
) -> tuple[LabelClass, ...]:
    """Return the classes of the masks, and of ``state``'s corrections, as they are called now.

    One that is there no more is called as it was when the masks were made.
    """
    regions = project.region_state
    known = {
        number: LabelClass(number, name, (red, green, blue))
        for number, name, (red, green, blue) in masks.summary["classes"]
    }
    present = {label_class.id: label_class for label_class in (regions.classes if regions else ())}
    painted: set[int] = set() if state is None else state.class_ids() - {0} - known.keys()
    for number in sorted(painted):
        known[number] = LabelClass(number, f"Class {number}", default_color(number))
    return tuple(present.get(number, label_class) for number, label_class in known.items())


def _provenance(record: ImageRecord, state: MaskState) -> dict[str, Any]:
    return {
        "file_name": safe_file_name(record.path),
        "human_corrected": record.id in state.corrections,
        "reviewed": record.id in state.reviewed,
    }


def _item(
    project: Project, masks: RunRecord, imported: RunRecord, record: ImageRecord, state: MaskState
) -> LabelledImage:
    def load() -> np.ndarray:
        return state.correct(record.id, project.array(masks, f"label_maps/{record.id}"))

    def load_image() -> np.ndarray:
        return apply_window(read_image(project.image_path(record)), *imported.summary["window"])

    return LabelledImage(
        file_name=safe_file_name(record.path),
        width=record.width,
        height=record.height,
        load=load,
        load_image=load_image,
    )


def _may_use(config: Any) -> tuple[str, ...]:
    return ("reviewed",) if config.reviewed_only else ()


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
    may_use=_may_use,
)

EXPORT_PNG = Stage(
    name="export_png",
    title="Export PNG",
    help="Write the masks as gray PNG label maps, re-read and compared.",
    needs=("masks",),
    makes="export_png",
    load_config=_png_config,
    run=run_png,
    may_use=_may_use,
)
