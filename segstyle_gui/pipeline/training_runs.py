"""What a training showed, as arrays and a summary in its run, and back again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    GridHistory,
    NearestImages,
    QualityPoint,
    QualityScale,
    TrainingRecord,
    TrainingWarning,
)
from segstyle_gui.pipeline.artifacts import TRAINING_PREFIX
from segstyle_gui.project.records import RunRecord
from segstyle_gui.project.store import Project

_QUALITY, _GRIDS, _GRIDS_KIMG = (
    f"{TRAINING_PREFIX}quality",
    f"{TRAINING_PREFIX}grids",
    f"{TRAINING_PREFIX}grids_kimg",
)
_PAIRS = {name: f"{TRAINING_PREFIX}nearest_{name}" for name in ("samples", "images", "distances")}

Point = TypeVar("Point", GeneratorPoint, QualityPoint)


def record_summary(record: TrainingRecord, kept_kimg: float) -> dict[str, Any]:
    """Return what a run's summary says about its training."""
    summary: dict[str, Any] = {"curve": _columns(GeneratorPoint)}
    if record.scale is not None and record.quality:
        summary["kept_kimg"] = kept_kimg
        summary["best_kimg"] = record.best_kimg
        summary["distance"] = _distance_at(record, kept_kimg)
        summary["quality"] = asdict(record.scale)
        summary["quality_curve"] = _columns(QualityPoint)
    if record.nearest is not None:
        summary["nearest_kimg"] = record.nearest.kimg
    if record.warnings:
        summary["warnings"] = [asdict(warning) for warning in record.warnings]
    return summary


def record_arrays(record: TrainingRecord) -> dict[str, NDArray[Any]]:
    """Return the arrays that hold a training's curves, grids and pairs."""
    arrays: dict[str, NDArray[Any]] = {"curve": _rows(record.points, GeneratorPoint)}
    if record.quality:
        arrays[_QUALITY] = _rows(record.quality, QualityPoint)
    if record.grids.kimg:
        arrays[_GRIDS], arrays[_GRIDS_KIMG] = record.grids.images, np.array(record.grids.kimg)
    if record.nearest is not None:
        arrays |= {array: np.asarray(getattr(record.nearest, name)) for name, array in _PAIRS.items()}
    return arrays


def stored_record(project: Project, run: RunRecord) -> TrainingRecord:
    """Return what a training showed; an older run has only a part of it."""
    names, summary = project.array_names(run), run.summary
    arrays = project.arrays(
        run, [name for name in names if name == "curve" or name.startswith(TRAINING_PREFIX)]
    )
    scale = summary.get("quality")
    grids = GridHistory()
    if _GRIDS in arrays:
        grids = GridHistory(kimg=tuple(arrays[_GRIDS_KIMG].tolist()), images=arrays[_GRIDS])
    return TrainingRecord(
        points=tuple(_points(GeneratorPoint, summary["curve"], arrays["curve"])),
        quality=tuple(_points(QualityPoint, summary.get("quality_curve", ()), arrays.get(_QUALITY))),
        scale=QualityScale(**scale) if scale else None,
        nearest=_pairs(summary, arrays),
        warnings=tuple(TrainingWarning(**warning) for warning in summary.get("warnings", ())),
        grids=grids,
        best_kimg=summary.get("best_kimg"),
    )


def _pairs(summary: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NearestImages | None:
    if not all(array in arrays for array in _PAIRS.values()):
        return None
    return NearestImages(
        kimg=summary["nearest_kimg"],
        samples=arrays[_PAIRS["samples"]],
        images=arrays[_PAIRS["images"]],
        distances=tuple(arrays[_PAIRS["distances"]].tolist()),
    )


def _distance_at(record: TrainingRecord, kimg: float) -> float:
    return min(record.quality, key=lambda point: abs(point.kimg - kimg)).smoothed


def _columns(kind: type[Any]) -> list[str]:
    return [column.name for column in fields(kind)]


def _rows(points: Iterable[Any], kind: type[Any]) -> NDArray[np.float64]:
    return np.array([astuple(point) for point in points], np.float64).reshape(-1, len(fields(kind)))


def _points(kind: type[Point], columns: Iterable[str], rows: NDArray[Any] | None) -> list[Point]:
    """Return points of rows whose columns are named; unknown ones are left out, missing ones are NaN."""
    wanted, names = _columns(kind), list(columns)
    missing = {name: float("nan") for name in wanted if name not in names}
    found = [] if rows is None else rows.tolist()
    known = [(number, name) for number, name in enumerate(names) if name in wanted]
    return [kind(**{name: row[number] for number, name in known}, **missing) for row in found]
