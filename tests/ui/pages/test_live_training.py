"""What a training shows while it runs and afterwards: quality, pairs, warnings, earlier samples."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from segstyle_gui.core.generator.training_record import (
    GeneratorPoint,
    GridHistory,
    NearestImages,
    QualityPoint,
    QualityScale,
    SampleGrid,
    TrainingRecord,
    TrainingWarning,
    TrainingWarnings,
)
from segstyle_gui.ui.pages.generator.live import LiveTraining
from segstyle_gui.ui.pages.generator.nearest import side_by_side
from segstyle_gui.ui.pages.generator.timeline import Timeline

SCALE = QualityScale(features="", baseline=0.01, copied=0.0, n_images=40, n_samples=24)
WARNINGS = tuple(
    TrainingWarning(kind=kind, message=f"About {kind}.", hint="Stop.")
    for kind in ("copying", "worse", "limit")
)


@pytest.fixture
def live(qtbot: QtBot) -> LiveTraining:
    made = LiveTraining()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def _grid(kimg: float) -> SampleGrid:
    return SampleGrid(kimg=kimg, images=np.full((16, 16, 16, 1), int(kimg), np.uint8))


def _quality(kimg: float, distance: float) -> QualityPoint:
    return QualityPoint(
        kimg=kimg, distance=distance, smoothed=distance, spread=1, variety=1, nearest=1, copied=0
    )


def _pairs(channels: int = 1) -> NearestImages:
    images = np.zeros((8, 16, 16, channels), np.uint8)
    return NearestImages(kimg=3.0, samples=images, images=images + 200, distances=tuple(range(8)))


def test_the_best_measurement_is_ringed_and_the_baseline_drawn(live: LiveTraining) -> None:
    plot = live.curves.quality
    assert (plot.level, plot.best_x) == (None, None)
    live.take(SCALE)
    for kimg, distance in ((1.0, 3.0), (4.0, 0.2), (8.0, 0.4)):
        live.take(_quality(kimg, distance))
    assert (plot.level, plot.best_x) == (0.01, 4.0)
    assert plot.values_at(4.0)["distance"] > 0.2, "smoothed"
    plot.set_smooth(False)
    assert plot.values_at(4.0) == {"distance": 0.2}
    live.clear()
    assert (plot.level, plot.best_x, plot.values_at(None)) == (None, None, {})


def test_earlier_samples_are_looked_at_while_newer_ones_arrive(live: LiveTraining) -> None:
    live.take(_grid(2))
    assert not live.slider.isVisible()
    for kimg in (4, 6, 8):
        live.take(_grid(kimg))
    assert live.slider.isVisible()
    assert (live.slider.value(), live.slider.maximum()) == (3, 3)
    live.slider.setValue(1)
    live.take(_grid(10))
    assert (live.slider.value(), live.slider.maximum()) == (1, 4)
    assert live.header._detail.text().lower() == "back at 4.0 kimg"
    live.slider.setValue(4)
    live.take(_grid(12))
    assert live.slider.value() == 5
    assert live.header._detail.text().lower() == "after 12.0 kimg"


def test_warnings_come_and_go_two_at_a_time(live: LiveTraining) -> None:
    assert live.warnings.isHidden()
    live.take(TrainingWarnings(kimg=1, warnings=WARNINGS))
    assert live.warnings.texts() == ["About copying. Stop.", "About worse. Stop."]
    live.take(TrainingWarnings(kimg=2, warnings=WARNINGS[2:]))
    assert live.warnings.texts() == ["About limit. Stop."]
    live.take(TrainingWarnings(kimg=3))
    assert live.warnings.isHidden()


def test_pairs_are_shown_side_by_side(live: LiveTraining) -> None:
    assert live.pairs.isHidden()
    live.take(_pairs())
    assert live.pairs.isVisible()
    shown = side_by_side(_pairs(3).samples, _pairs(3).images)
    assert shown.shape == (8, 16, 33, 4)
    assert (shown[0, 0, :, 3] == [255] * 16 + [0] + [255] * 16).all()
    assert (shown[0, 0, 17:, 0] == 200).all()


def test_a_stored_training_is_shown_and_gone_on_with(live: LiveTraining) -> None:
    points = tuple(
        GeneratorPoint(kimg=k, generator_loss=1, discriminator_loss=1, augment_p=0.1, kimg_per_hour=70)
        for k in (2.0, 4.0)
    )
    grids = GridHistory(kimg=(2.0, 4.0), images=np.zeros((2, 16, 16, 16, 1), np.uint8))
    record = TrainingRecord(
        points=points,
        quality=(_quality(2.0, 0.5), _quality(4.0, 0.7)),
        scale=SCALE,
        nearest=_pairs(),
        warnings=WARNINGS[:1],
        grids=grids,
        best_kimg=2.0,
    )
    live.take(record)
    assert (live.n_points, live.kimg, len(live.timeline)) == (2, 4.0, 2)
    assert (live.curves.quality.best_x, live.curves.quality.level) == (2.0, 0.01)
    assert live.pairs.isVisible()
    assert live.warnings.texts() == ["About copying. Stop."]
    live.take(_quality(6.0, 0.6))
    assert live.curves.quality.best_x == 2.0
    live.take(_quality(8.0, 0.4))
    assert live.curves.quality.best_x == 8.0
    live.show_record(dataclasses.replace(record, quality=(), scale=None, best_kimg=None, nearest=None))
    assert live.curves.quality.best_x is None
    assert live.pairs.isHidden()


def test_the_timeline_forgets_every_second_grid_but_never_the_newest() -> None:
    line = Timeline()
    for kimg in range(500):
        line.add(float(kimg), np.zeros((1, 8, 8, 1), np.uint8))
    kept = [line[number][0] for number in range(len(line))]
    assert 50 < len(kept) <= 121
    assert kept[-1] == 499
    assert kept == sorted(set(kept))
    line.add(499.0, np.ones((1, 8, 8, 1), np.uint8))
    assert line[len(line) - 1][1].max() == 1
    assert len(line) == len(kept)
