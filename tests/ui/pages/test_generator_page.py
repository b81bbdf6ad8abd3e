"""The generator page: a tiny training to watch, stop, keep and resume; import with a check; samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import nvidia_weights, rosinality_weights, widths, write_nvidia, write_rosinality
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from segstyle_gui.pipeline import studio
from segstyle_gui.pipeline.estimates import Estimate, at_length
from segstyle_gui.project.store import Project
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.config_sources import SourceEditor
from segstyle_gui.ui.pages.generator.estimate import sentence
from segstyle_gui.ui.pages.generator.page import GeneratorPage
from segstyle_gui.ui.session import Session

TINY: dict[str, Any] = {
    "batch_size": 4,
    "channel_base": 64,
    "channel_max": 8,
    "z_dim": 8,
    "w_dim": 8,
    "augment": "none",
    "preview_kimg": 0.004,
}
ENDLESS = 1000.0  # kimg


@pytest.fixture
def page(qtbot: QtBot, open_session: Session, actions: Actions, idle: Callable[[], None]) -> GeneratorPage:
    """The page of a project with 16 images and a tiny imported generator."""
    made = GeneratorPage(open_session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.sidebar().show()
    made.activate()
    idle()
    return made


def start(page: GeneratorPage, kimg: float) -> None:
    form = page.train_panel.form
    assert form is not None
    for name, value in {**TINY, "kimg": kimg}.items():
        form.set_value(name, value)
    page.train()


def click(qtbot: QtBot, button: Any) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_training_shows_points_and_samples_and_ends_as_a_run(
    qtbot: QtBot, page: GeneratorPage, idle: Any
) -> None:
    start(page, 0.02)
    assert page.training.isVisible()
    assert page.training.head.pause.isVisible()
    assert not page.next.isVisible()
    idle()
    live, run = page.training.live, page.session.run("generator")
    assert run is not None
    assert run.stage == "train_generator"
    assert live.n_points == 5
    assert live.grid.tile_rect(0).width() > 8
    assert "0.0 kimg" in page.training.head.title.text()
    assert live.isVisible()
    assert page.next.isVisible()
    stored = page.session.project.array(run, "curve")  # type: ignore[union-attr]
    assert len(stored) == 5
    assert live.curves.losses.values_at(None)["generator"] == pytest.approx(
        stored[-1, run.summary["curve"].index("generator_loss")], rel=0.5
    )


def test_a_cancelled_training_leaves_a_checkpoint_that_is_resumed_with_its_settings(
    qtbot: QtBot, page: GeneratorPage, idle: Any
) -> None:
    before = page.session.run("generator")
    start(page, ENDLESS)
    qtbot.waitUntil(lambda: page.training.live.n_points >= 2, timeout=10_000)
    click(qtbot, page.training.head.cancel)
    idle()
    assert page.session.run("generator") == before
    banner = page.training.unfinished_banner
    assert banner.isVisible()
    state = page.training.unfinished.state
    assert state is not None
    form = page.train_panel.form
    assert form is not None
    form.set_value("batch_size", 8)  # with which it would begin anew
    banner.clicked.emit()
    job = page.train_panel.job
    assert job is not None
    assert form.config().batch_size == 4
    qtbot.waitUntil(lambda: page.training.live.kimg > state.done, timeout=30_000)
    assert page.training.live.n_points > 2, "the curve of before the stop is there again"
    job.cancel()
    idle()


def test_stop_and_keep_makes_a_run(qtbot: QtBot, page: GeneratorPage, idle: Any) -> None:
    start(page, ENDLESS)
    qtbot.waitUntil(lambda: page.training.live.n_points >= 2, timeout=10_000)
    click(qtbot, page.training.head.pause)
    qtbot.waitUntil(lambda: page.training.head.title.text() == "Paused")
    click(qtbot, page.training.head.keep)
    idle()
    run = page.session.run("generator")
    assert run is not None
    assert run.stage == "train_generator"
    assert 0 < run.summary["kimg"] < ENDLESS
    assert not page.training.unfinished_banner.isVisible()


def test_the_time_is_measured_and_follows_the_length(qtbot: QtBot, page: GeneratorPage, idle: Any) -> None:
    page.show_part("train")
    form = page.train_panel.form
    assert form is not None
    for name, value in {**TINY, "kimg": 200.0}.items():
        form.set_value(name, value)
    click(qtbot, page.training.head.measure)
    idle()
    text = page.training.head.says.text()
    assert "all 200 kimg in" in text
    form.set_value("kimg", 100.0)
    assert "all 100 kimg in" in page.training.head.says.text()
    form.set_value("batch_size", 8)
    assert "measure again" in page.training.head.says.text()


def test_an_estimate_is_said_in_a_sentence() -> None:
    measured = Estimate(
        unit="kimg",
        units=120,
        seconds_per_unit=75,
        total_seconds=9000,
        usable_seconds=3000,
        good_seconds=5600,
        side=64,
        device="processor, 2 threads",
    )
    wanted = "(processor, 2 threads): usable in about 50 min, good in 1.6 h, all 120 kimg in 2.5 h. No GPU"
    assert wanted in sentence(measured)
    assert "larger images take more" in sentence(dataclasses.replace(measured, side=128))
    shorter = at_length(measured, 20)
    assert "usable" not in sentence(shorter)
    assert shorter.total_seconds == 1500


def test_the_bundled_generator_is_imported_and_compared(
    qtbot: QtBot, page: GeneratorPage, idle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "_FIT_IMAGES", 16)
    page.show_part("import")
    click(qtbot, page.importing.bundled_button)
    idle()
    run = page.session.run("generator")
    assert run is not None
    assert run.summary["source"] == "near-eye"
    assert page.fits.fit is not None
    assert page.importing.result.isVisible()
    assert page.fits.fit.headline in page.importing.result.text()
    assert page.facts.rows["size"].value() == "128 × 128"
    assert page.facts.rows["channels"].value() == "1 (gray)"
    assert "11 layers" in page.facts.layers.title()
    assert "MIT" in page.facts.licence.text()


def test_a_file_that_is_no_generator_is_told(
    qtbot: QtBot, page: GeneratorPage, idle: Any, tmp_path: Path
) -> None:
    before = page.session.run("generator")
    (tmp_path / "wrong.safetensors").write_bytes(b"x" * 200)
    page.show_part("import")
    page.importing.import_source(str(tmp_path / "wrong.safetensors"))
    idle()
    assert page.importing.problem.isVisible()
    assert "wrong.safetensors" in page.importing.problem.text()
    assert not page.importing.result.isVisible()
    assert page.session.run("generator") == before


def test_samples_follow_psi_and_seed(qtbot: QtBot, page: GeneratorPage, idle: Any) -> None:
    browser = page.samples
    assert page.parts.current == "samples"
    assert browser.images.shape == (36, 16, 16, 3)
    before = browser.images
    slider = browser.psi.findChild(QSlider)
    assert slider is not None
    slider.setFocus()
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    idle()
    assert browser.shown is not None
    assert browser.shown.psi == 0.85
    assert (browser.images != before).any()
    browser.first.setValue(5)
    browser.first.setValue(9)
    idle()
    assert browser.shown.seeds == range(9, 45)
    click(qtbot, browser.others)
    idle()
    assert browser.shown.seeds == range(45, 81)
    page.registry.action("generator.first_samples").trigger()
    idle()
    assert browser.shown.first == 0


def test_a_sample_is_enlarged_and_its_seed_copied(qtbot: QtBot, page: GeneratorPage, idle: Any) -> None:
    browser = page.samples
    where = browser.grid.tile_rect(3).center()
    qtbot.mouseClick(browser.grid.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert browser.close_up.isVisible()
    page.registry.action("generator.copy_seed").trigger()
    assert QGuiApplication.clipboard().text() == "3"
    qtbot.keyClick(browser.close_up.view, Qt.Key.Key_PageDown)
    assert "Seed 4" in browser.close_up.caption.text()
    qtbot.keyClick(browser.close_up.view, Qt.Key.Key_Escape)
    assert browser.grid.isVisible()


def test_samples_of_another_run_are_drawn_when_it_is_selected(
    qtbot: QtBot, page: GeneratorPage, idle: Any
) -> None:
    start(page, 0.008)
    idle()
    page.show_part("samples")
    idle()
    trained = page.samples.images
    first = page.session.project.runs("generator")[0]  # type: ignore[union-attr]
    page.session.select_run(first)
    idle()
    assert page.samples.shown is not None
    assert page.samples.shown.run_id == first.id
    assert not np.array_equal(page.samples.images, trained)


def test_without_images_the_way_leads_back(
    qtbot: QtBot, session: Session, actions: Actions, tmp_path: Path, idle: Any
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.create(tmp_path / "New")
    page = GeneratorPage(session, actions)
    qtbot.addWidget(page)
    qtbot.addWidget(page.sidebar())
    page.show()
    page.activate()
    idle()
    assert page.parts.current == "train"
    assert page.training.no_images.isVisible()
    assert not page.parts.button("samples").isEnabled()
    assert not page.registry.action("generator.train").isEnabled()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.training.no_images.clicked.emit()
    assert asked.args == ["images"]


# Files of other programs


def _card_of(page: GeneratorPage, path: Path, idle: Any) -> None:
    page.show_part("import")
    page.importing.look_at(path)
    idle()


def test_a_file_is_shown_before_it_is_imported(
    qtbot: QtBot, page: GeneratorPage, idle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "_FIT_IMAGES", 16)
    before = page.session.run("generator")
    weights = rosinality_weights(widths(16, 128, 8), colours=1)
    _card_of(page, write_rosinality(tmp_path / "net.pt", weights), idle)
    preview = page.importing.preview
    assert preview.isVisible()
    assert page.session.run("generator") == before
    assert preview.title.text() == "net.pt"
    assert preview.rows["size"].value() == "16 × 16"
    assert "rosinality" in preview.rows["format"].value()
    assert preview.notes.isVisible()
    assert not preview.class_row.isVisible()
    assert preview.samples.tile_rect(0).width() > 8
    click(qtbot, preview.button)
    idle()
    run = page.session.run("generator")
    assert run is not None
    assert run.summary["format"] == "rosinality"
    assert page.importing.result.isVisible()
    assert "rosinality" in page.facts.rows["format"].value()
    assert page.facts.notes.isVisible()
    assert "NVIDIA" in page.facts.licence.text()


def test_a_class_is_chosen_by_its_samples(
    qtbot: QtBot, page: GeneratorPage, idle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "_FIT_IMAGES", 16)
    weights = nvidia_weights(widths(16, 128, 8), colours=1, classes=3)
    _card_of(page, write_nvidia(tmp_path / "net.pkl", weights), idle)
    preview = page.importing.preview
    assert preview.class_row.isVisible()
    assert preview.card is not None
    first = preview.card.samples
    preview.classes.setValue(2)
    idle()
    assert (preview.card.samples != first).any()
    click(qtbot, preview.button)
    idle()
    run = page.session.run("generator")
    assert run is not None
    assert run.summary["class_index"] == 2
    assert page.facts.rows["class"].value() == "2 of 3"


def test_a_harmful_file_is_told_and_shows_nothing(
    qtbot: QtBot, page: GeneratorPage, idle: Any, tmp_path: Path
) -> None:
    (tmp_path / "net.pkl").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    _card_of(page, tmp_path / "net.pkl", idle)
    assert page.importing.problem.isVisible()
    assert not page.importing.preview.isVisible()
    _card_of(page, tmp_path, idle)
    assert "folder" in page.importing.problem.text()


def test_another_file_can_be_chosen_instead(
    qtbot: QtBot, page: GeneratorPage, idle: Any, tmp_path: Path
) -> None:
    weights = rosinality_weights(widths(16, 128, 8), colours=1)
    _card_of(page, write_rosinality(tmp_path / "net.pt", weights), idle)
    click(qtbot, page.importing.preview.other)
    assert page.importing.file_button.isVisible()


@pytest.mark.parametrize(("name", "taken"), [("net.PKL", True), ("net.pt", True), ("image.png", False)])
def test_generators_are_dropped_on_the_page(
    page: GeneratorPage, idle: Any, tmp_path: Path, name: str, taken: bool
) -> None:
    weights = rosinality_weights(widths(16, 128, 8), colours=1)
    page.show_part("import")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_rosinality(tmp_path / name, weights)))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    page.importing.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, Qt.KeyboardModifier.NoModifier))
    idle()
    assert page.importing.preview.isVisible() == taken


def test_only_a_generator_that_is_there_is_offered_to_start_from(
    qtbot: QtBot, session: Session, tmp_path: Path, actions: Actions, idle: Callable[[], None]
) -> None:
    Project.create(tmp_path / "Bare").close()
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(tmp_path / "Bare.segstyle")
    page = GeneratorPage(session, actions)
    qtbot.addWidget(page)
    qtbot.addWidget(page.sidebar())
    idle()
    assert page.train_panel.form is not None
    editor = page.train_panel.form.row("start_from").editor
    assert isinstance(editor, SourceEditor)
    project = editor.model().index(editor.findData("project"), 0)
    assert not project.flags() & Qt.ItemFlag.ItemIsEnabled
    page.import_bundled()
    idle()
    assert project.flags() & Qt.ItemFlag.ItemIsEnabled
