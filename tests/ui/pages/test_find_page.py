"""The page that finds by text: a sentence, the search as it goes, the strip, and the samples used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.core.found_direction import Direction
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.find.page import FindPage
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton


class _Brightness:
    """A CLIP that sees whether the left half of an image is bright."""

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        axes = {"bright": [1.0, 0.0], "eye": [0.0, 1.0], "dark": [0.0, 1.0]}  # all else means nothing
        return np.array(
            [next((axis for word, axis in axes.items() if word in text), [0.0, 0.0]) for text in texts],
            np.float32,
        )

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        angle = images[:, :, :8].mean(axis=(1, 2, 3)) / 255 * np.pi / 2
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


@pytest.fixture
def page(
    open_session: Session,
    actions: Actions,
    qtbot: QtBot,
    idle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> FindPage:
    monkeypatch.setattr(clip_model, "load_clip", lambda *args, **options: _Brightness())
    made = FindPage(open_session, actions)
    qtbot.addWidget(made)
    side = made.sidebar()
    assert side is not None
    qtbot.addWidget(side)
    made.resize(900, 700)
    made.show()
    side.show()
    made.activate()
    qtbot.waitUntil(lambda: made.run_panel.form is not None, timeout=20_000)
    form = made.run_panel.form
    assert form is not None
    for name, value in (("n_samples", 200), ("top_share", 0.1), ("model", "RN50")):
        form.set_value(name, value)
    idle()
    return made


@pytest.fixture
def found(page: FindPage, qtbot: QtBot, idle: Callable[[], None]) -> FindPage:
    _write(page, qtbot, "a bright eye")
    qtbot.keyClick(page.row.prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.session.run("direction") is not None, timeout=30_000)
    idle()
    return page


def _write(page: FindPage, qtbot: QtBot, text: str) -> None:
    page.row.prompt.clear()
    qtbot.keyClicks(page.row.prompt, text)


def test_it_asks_for_a_sentence_first(page: FindPage, qtbot: QtBot) -> None:
    assert page.views.currentWidget() is page.empty
    assert not page.row.button.isEnabled()
    _write(page, qtbot, "bright")
    assert page.row.button.isEnabled()
    assert page.run_panel.config().prompt == "bright"
    assert not page.run_panel.config().download
    page.run()
    assert page.views.currentWidget() is page.search


def test_the_search_shows_best_and_worst_and_all_scores(
    page: FindPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    _write(page, qtbot, "bright")
    job = page.run_panel.run()
    assert job is not None
    with qtbot.waitSignal(job.previewed, timeout=30_000):
        pass
    assert page.row.button.text() == "Cancel"
    idle()
    assert page.search.histogram.counts.sum() == 200
    run = current_run(page.session.project, "direction")  # type: ignore[arg-type]
    direction = Direction.from_arrays(page.session.project.arrays(run))  # type: ignore[union-attr]
    best = page.search.best._images[0].mean() - page.search.worst._images[0].mean()
    assert best > 0
    assert page.search.best._captions[0] == str(direction.seeds[direction.scores.argmax()])


def test_the_result_says_the_numbers_of_the_run(found: FindPage) -> None:
    run = current_run(found.session.project, "direction")  # type: ignore[arg-type]
    card = found.panel.card
    assert found.views.currentWidget() is found.result
    assert run.summary["prompt"] == "a bright eye"
    assert card.accuracy.value() == f"{run.summary['accuracy']:.0%}"
    assert card.positives.value() == "20 of 200"
    assert not card.channels.isVisibleTo(found.panel)
    assert card.after.value() == f"{run.summary['share_after']:.0%}"
    assert found.result.alpha == run.summary["alpha"]


def test_style_channels_are_counted_and_named(page: FindPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    form = page.run_panel.form
    assert form is not None
    for name, value in (("method", "styles"), ("n_channels", 40)):
        form.set_value(name, value)
    _write(page, qtbot, "a bright eye")
    page.run()
    qtbot.waitUntil(lambda: page.session.run("direction") is not None, timeout=30_000)
    idle()
    card = page.panel.card
    assert card.channels.isVisibleTo(page.panel)
    assert card.channels.value() == "40"
    assert "b8.conv0 1" in card.channels.toolTip()
    assert page.result.strip.isVisibleTo(page)


def test_the_slider_goes_through_samples_drawn_once(
    found: FindPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    studio, result = found.session.studio, found.result
    assert studio is not None
    assert len(result._alphas) >= 31  # finer than the strip
    drawn: list[Any] = []
    studio.sweep = lambda *args, **options: drawn.append(args)  # type: ignore[method-assign]
    shown = []
    for alpha in (0.0, 2.5, 9.0):
        result.slider.set_value(alpha)
        result.slider.value_changed.emit(alpha)
        shown.append(result.live._images.copy())
        assert result.strip.column() == int(np.abs(result.strip._alphas - alpha).argmin())
    idle()
    assert not drawn
    assert (shown[0] != shown[1]).any()
    assert (shown[1] != shown[2]).any()


def test_keys_step_along_the_strip(found: FindPage) -> None:
    before = found.result.strip.column()
    found.weaker()
    assert found.result.strip.column() == before - 1
    assert found.result.alpha == found.result.strip._alphas[before - 1]
    found.stronger()
    assert found.result.strip.column() == before


def test_using_samples_finds_regions_with_the_share_and_keeps_names(
    found: FindPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    before = {c.name for c in found.session.state.classes}  # type: ignore[union-attr]
    found.panel.card.share.set_current("0.3")
    with qtbot.waitSignal(found.using.used, timeout=30_000):
        qtbot.mouseClick(found.panel.card.button, LEFT)
        assert not found.panel.card.button.isEnabled()
    idle()
    run = found.session.run("regions")
    assert run is not None
    assert run.config["direction_share"] == 0.3
    assert run.config["n_clusters"] == 6
    assert before <= {c.name for c in found.session.state.classes}  # type: ignore[union-attr]
    assert found.session.selection == set(run.summary["new"])
    assert found.banner.isVisibleTo(found)
    with qtbot.waitSignal(found.page_requested) as asked:
        found.banner.clicked.emit()
    assert asked.args == ["regions"]


def test_another_strength_is_stored_before_it_is_used(
    found: FindPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    alpha = 4.5 if found.result.alpha != 4.5 else 6.0
    found.result.slider.set_value(alpha)
    found.result.slider.value_changed.emit(alpha)
    assert "first" in found.panel.card.explains.text()
    with qtbot.waitSignal(found.using.used, timeout=30_000):
        found.use()
    idle()
    project = found.session.project
    assert project is not None
    run = current_run(project, "direction")
    assert (run.config["alpha"], run.summary["alpha"]) == (alpha, alpha)
    assert len(project.runs("direction")) == 2
    vector = project.array(run, "vector")
    moved = project.array(current_run(project, "regions"), "clustering/shift_vector")
    np.testing.assert_allclose(moved, alpha * vector, rtol=1e-5)
    assert found.result.alpha == alpha


def test_samples_as_they_are_cannot_be_used(found: FindPage) -> None:
    found.result.slider.set_value(0)
    found.result.slider.value_changed.emit(0.0)
    assert not found.panel.card.button.isEnabled()
    assert "above 0" in found.panel.card.explains.text()


def test_a_refusal_is_said_in_place(
    page: FindPage, qtbot: QtBot, idle: Callable[[], None], notices: list[Any]
) -> None:
    _write(page, qtbot, "an eye")  # as the opposite
    page.run()
    idle()
    assert page.views.currentWidget() is page.empty
    assert page.banner.isVisibleTo(page)
    assert "both" in page.banner.text()
    assert [notice.kind for notice in notices] == ["error"]


def test_an_earlier_direction_comes_back(found: FindPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    first = found.session.run("direction")
    _write(found, qtbot, "eyes so bright")
    found.run()
    idle()
    assert found.session.run("direction") != first
    assert first is not None
    found.session.select_run(first)
    idle()
    assert found.row.prompt.text() == "a bright eye"
    assert found.panel.card._run == first
