"""What a training showed is stored with its run and comes back; older runs have less of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    GridHistory,
    NearestImages,
    QualityPoint,
    QualityScale,
    TrainingRecord,
    TrainingWarning,
)
from segstyle_gui.pipeline.artifacts import load_generator
from segstyle_gui.pipeline.stage import begin
from segstyle_gui.pipeline.train_generator import STAGE
from segstyle_gui.pipeline.training_runs import record_arrays, record_summary, stored_record

POINTS = tuple(
    GeneratorPoint(kimg=k, generator_loss=1.5, discriminator_loss=0.7, augment_p=0.1, kimg_per_hour=70.0)
    for k in (2.0, 4.0)
)
QUALITY = tuple(
    QualityPoint(kimg=k, distance=d, smoothed=d, spread=0.9, variety=0.8, nearest=1.1, copied=0.02)
    for k, d in ((1.0, 3.0), (2.0, 0.5), (4.0, 0.7))
)


def _record() -> TrainingRecord:
    images = np.random.default_rng(0).integers(0, 255, (2, 3, 8, 8, 1), np.uint8)
    return TrainingRecord(
        points=POINTS,
        quality=QUALITY,
        scale=QualityScale(features="texture", baseline=0.01, copied=0.0, n_images=40, n_samples=24),
        nearest=NearestImages(kimg=4.0, samples=images[0], images=images[1], distances=(0.2, 0.5, 0.9)),
        warnings=(TrainingWarning(kind="worse", message="It got worse.", hint="Stop."),),
        grids=GridHistory(kimg=(2.0, 4.0), images=images),
        best_kimg=2.0,
    )


def _store(bench: Any, summary: dict[str, Any], arrays: dict[str, Any]) -> Any:
    bench.run("import_images")
    bench.run("import_generator")
    generator = bench.project.arrays(bench.project.current("generator"))
    draft = begin(bench.project, STAGE, bench.config("train_generator"))
    return draft.commit({"kimg": 4.0, **summary}, {**generator, **arrays})


def test_it_comes_back_as_it_was(bench: Any) -> None:
    record = _record()
    run = _store(bench, record_summary(record, kept_kimg=2.0), record_arrays(record))
    assert (run.summary["kept_kimg"], run.summary["distance"]) == (2.0, 0.5)
    found = stored_record(bench.project, run)
    for field in dataclasses.fields(TrainingRecord):
        if field.name not in ("grids", "nearest"):
            assert getattr(found, field.name) == getattr(record, field.name)
    assert found.nearest is not None
    assert record.nearest is not None
    assert found.nearest.distances == record.nearest.distances
    assert (found.nearest.images == record.nearest.images).all()
    assert found.grids.kimg == record.grids.kimg
    assert (found.grids.images == record.grids.images).all()
    assert load_generator(bench.project, run).resolution == 16


def test_a_training_that_was_not_measured_has_only_its_curve(bench: Any) -> None:
    record = TrainingRecord(points=POINTS)
    run = _store(bench, record_summary(record, kept_kimg=4.0), record_arrays(record))
    assert "quality" not in run.summary
    found = stored_record(bench.project, run)
    assert found.points == POINTS
    assert (found.quality, found.scale, found.nearest, found.grids.kimg) == ((), None, None, ())


def test_curves_with_fewer_or_other_columns_are_read(bench: Any) -> None:
    curve = np.array([[2.0, 1.5, 9.0], [4.0, 1.25, 9.0]])
    run = _store(bench, {"curve": ["kimg", "generator_loss", "of_later"]}, {"curve": curve})
    found = stored_record(bench.project, run)
    assert [point.kimg for point in found.points] == [2.0, 4.0]
    assert [point.generator_loss for point in found.points] == [1.5, 1.25]
    assert np.isnan(found.points[0].augment_p)
    assert (found.quality, found.nearest, found.warnings) == ((), None, ())
