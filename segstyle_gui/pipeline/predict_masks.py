"""Stage: the student labels the real images at their own size; stopped, it goes on where it was."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from segstyle_gui.core.images import file_sha256, prepare_image, read_image
from segstyle_gui.core.masks import CleanConfig, clean_label_map
from segstyle_gui.core.progress import Progress
from segstyle_gui.core.settings import setting
from segstyle_gui.core.student.config import PredictConfig
from segstyle_gui.errors import ImageReadError, StageError
from segstyle_gui.pipeline.import_images import ImportConfig
from segstyle_gui.pipeline.kept_masks import KeptMasks
from segstyle_gui.pipeline.stage import Stage, begin, config_to_dict, current_run
from segstyle_gui.pipeline.unfinished import UnfinishedMasks
from segstyle_gui.project.mask_patch import map_digest
from segstyle_gui.project.mask_state import MaskEdit
from segstyle_gui.project.records import ImageRecord, RunRecord
from segstyle_gui.project.store import Project
from segstyle_gui.project.writer import no_edit

if TYPE_CHECKING:
    from segstyle_gui.core.student.network import Student


def _same_as(config_type: type[Any], name: str) -> Any:
    """Return a field like the one of another config, described there."""
    field = next(field for field in dataclasses.fields(config_type) if field.name == name)
    return dataclasses.field(default=field.default, metadata=field.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictMasksConfig(PredictConfig):
    """How the student looks at an image, and how its label map is tidied."""

    min_region: float = _same_as(CleanConfig, "min_region")
    largest_only: bool = _same_as(CleanConfig, "largest_only")
    fill_holes: bool = _same_as(CleanConfig, "fill_holes")
    keep_corrections: bool = setting(
        True, "Keep the present masks of images that you corrected or reviewed, as the first edit of the new."
    )

    def clean(self) -> CleanConfig:
        """Return the part that tidies."""
        return CleanConfig(
            min_region=self.min_region, largest_only=self.largest_only, fill_holes=self.fill_holes
        )


@dataclass(frozen=True, slots=True)
class MaskPreview:
    """The label map that one image just got: (H, W) uint8 class ids."""

    image_id: int
    label_map: np.ndarray


def run(project: Project, config: PredictMasksConfig, progress: Progress) -> RunRecord:
    """Label every image that is still there unchanged; the others are listed in the summary.

    Stores ``label_maps/<image id>`` (H, W) uint8 class ids, ``confidence/<image id>`` (H, W) uint8
    (255 is certain), and for all together ``image_ids``, ``mean_confidence`` (n,) in [0, 1] and ``digests``
    (n,) of the label maps. Corrections of the present masks are taken over as the first edit.

    Raises
    ------
    ImageReadError
        If none of the originals is left.
    Cancelled
        On a stop request; the next run with the same settings keeps the finished images.
    """
    draft = begin(project, STAGE, config)
    student_run, images_run = current_run(project, "student"), current_run(project, "images")
    student = _load_student(project, student_run, images_run)
    labeller = _Labeller(student, images_run, config)
    records, skipped = _usable(project)
    token = _token(config, draft.inputs)
    unfinished = UnfinishedMasks(project.checkpoint_dir(STAGE.name), token)
    for number, record in enumerate(records):
        progress.report(number, len(records), record.path)
        if not unfinished.holds(record.id):
            label_map, confidence = labeller.label(project.image_path(record))
            unfinished.put(record.id, label_map, confidence)
            progress.preview(MaskPreview(record.id, label_map))
    progress.report(1, 1, "storing")
    means = np.array([unfinished.confidence(record.id).mean() / 255 for record in records], np.float32)
    kept = _kept_corrections(project, config, student_run, records, unfinished)
    edit = kept()
    summary = {
        "images": len(records),
        "classes": student_run.summary["classes"],
        "mean_confidence": float(means.mean()),
        "skipped": skipped,
        "kept_corrections": 0 if edit is None else len(edit.image_ids),
    }
    made = draft.commit(summary, _arrays(unfinished, records, means), first_edit=kept)
    unfinished.remove()
    return made


def _kept_corrections(
    project: Project,
    config: PredictMasksConfig,
    student: RunRecord,
    records: list[ImageRecord],
    unfinished: UnfinishedMasks,
) -> Callable[[], MaskEdit | None]:
    """Return what makes the first edit of the new masks."""
    old = project.current("masks")
    if old is None or not config.keep_corrections:
        return no_edit
    return KeptMasks(project, old, student, records, unfinished.label_map).edit


class _Labeller:
    """Brings an original to what the student saw in training, and the answer back."""

    def __init__(self, student: Student, images_run: RunRecord, config: PredictMasksConfig) -> None:
        self.student, self.config = student, config
        self.imported = ImportConfig(**images_run.config)
        self.channels = images_run.summary["channels"]

    def label(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return class ids and confidence of an original, both (H, W) uint8."""
        from segstyle_gui.core.student.predict import predict_label_map

        prepared = prepare_image(read_image(path), self.imported, self.channels)
        label_map, confidence = predict_label_map(self.student, prepared, self.imported.fit, self.config)
        certain = np.rint(np.clip(confidence, 0.0, 1.0) * 255).astype(np.uint8)
        return clean_label_map(label_map, self.config.clean()), certain


def _load_student(project: Project, student_run: RunRecord, images_run: RunRecord) -> Student:
    from segstyle_gui.core.device import choose_device, tune_cpu
    from segstyle_gui.core.student.checkpoint import student_from_arrays

    student = student_from_arrays(project.arrays(student_run))
    channels = images_run.summary["channels"]
    if student.spec.channels != (1 if channels == "gray" else 3):
        raise StageError(
            f"The student reads {student.spec.channels} channels and the images are {channels}.",
            hint="Import the images again with the channels of the generator.",
        )
    device = choose_device()
    if device.type == "cpu":
        tune_cpu()
    return student.to(device).eval()


def _usable(project: Project) -> tuple[list[ImageRecord], list[dict[str, str]]]:
    """Return the images whose originals are as they were imported, and the others with reasons."""
    usable, skipped = [], []
    for record in project.images():
        reason = _why_unusable(project.image_path(record), record)
        if reason:
            skipped.append({"file": record.path, "reason": reason})
        else:
            usable.append(record)
    if not usable:
        raise ImageReadError(
            f"None of the {len(skipped)} images can be used; {skipped[0]['file']} {skipped[0]['reason']}.",
            hint="Put the originals back where they were, or import their new folder.",
        )
    return usable, skipped


def _why_unusable(path: Path, record: ImageRecord) -> str:
    try:
        return "" if file_sha256(path) == record.sha256 else "has changed since it was imported"
    except FileNotFoundError:
        return "is not there any more"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _token(config: PredictMasksConfig, inputs: dict[str, str]) -> str:
    text = json.dumps([config_to_dict(config), inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _arrays(
    unfinished: UnfinishedMasks, records: list[ImageRecord], means: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    yield "image_ids", np.array([record.id for record in records], np.int64)
    yield "mean_confidence", means
    yield "digests", np.array([map_digest(unfinished.label_map(record.id)) for record in records])
    for record in records:
        yield f"label_maps/{record.id}", unfinished.label_map(record.id)
        yield f"confidence/{record.id}", unfinished.confidence(record.id)


def _load_config() -> type[Any]:
    return PredictMasksConfig


STAGE = Stage(
    name="predict_masks",
    title="Predict masks",
    help="Label the real images with the student; stopped, it goes on from there.",
    needs=("student", "images"),
    makes="masks",
    load_config=_load_config,
    run=run,
    resumes=True,
)
