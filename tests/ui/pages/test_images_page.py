"""The images page: what the settings do is seen before the import, what was skipped after it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.images.page import ImagesPage
from segstyle_gui.ui.session import Session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve wide frames, darker from one to the next, one of them twice, and two broken files."""
    made = tmp_path / "frames"
    made.mkdir()
    rng = np.random.default_rng(0)
    for number in range(12):
        pixels = rng.integers(0, 250 - 20 * number, (24, 48), np.uint8)
        Image.fromarray(pixels).save(made / f"frame_{number}.png")
    shutil.copy(made / "frame_3.png", made / "frame_3b.png")
    (made / "broken.png").write_bytes(b"this is no image")
    (made / "empty.png").write_bytes(b"")
    return made


@pytest.fixture
def make_page(qtbot: QtBot, session: Session, actions: Actions) -> Callable[[], ImagesPage]:
    """Make and show the page of the open project."""

    def make() -> ImagesPage:
        page = ImagesPage(session, actions)
        qtbot.addWidget(page)
        qtbot.addWidget(page.sidebar())
        page.resize(900, 640)
        page.sidebar().resize(304, 900)
        page.show()
        page.sidebar().show()
        page.activate()
        qtbot.waitUntil(lambda: page.panel.form is not None)
        return page

    return make


@pytest.fixture
def new_page(
    qtbot: QtBot, session: Session, make_page: Callable[[], ImagesPage], tmp_path: Path
) -> ImagesPage:
    """The page of an empty project."""
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.create(tmp_path / "New")
    return make_page()


@pytest.fixture
def full_page(open_session: Session, make_page: Callable[[], ImagesPage], idle: Any) -> ImagesPage:
    """The page of a project with 16 images."""
    page = make_page()
    idle()
    return page


def preview(qtbot: QtBot, page: ImagesPage, check: Callable[[Any], bool]) -> tuple[Any, ...]:
    """Wait until the previewed pairs pass a check and return them."""
    qtbot.waitUntil(lambda: bool(page.preview.grid.pairs) and check(page.preview.grid.pairs), timeout=10_000)
    return page.preview.grid.pairs


def test_an_empty_project_asks_for_a_folder(new_page: ImagesPage) -> None:
    assert new_page.views.currentWidget() is new_page.empty
    assert not new_page.next.isVisible()
    assert not new_page.registry.action("images.find").isEnabled()


def test_a_dropped_folder_is_previewed_and_not_imported(
    qtbot: QtBot, new_page: ImagesPage, session: Session, folder: Path
) -> None:
    new_page.take_images(folder)
    pairs = preview(qtbot, new_page, lambda found: len(found) == 6)
    assert new_page.views.currentWidget() is new_page.preview
    assert "15 image files" in new_page.preview.says.text()
    whole = [pair for pair in pairs if not pair.problem]
    broken = [pair for pair in pairs if pair.problem]
    assert whole[0].working.width() == 64
    assert whole[0].box == (0.25, 0.0, 0.75, 1.0)
    assert broken
    assert all(pair.original.isNull() for pair in broken)
    assert session.run("images") is None


def test_the_preview_follows_the_settings(qtbot: QtBot, new_page: ImagesPage, folder: Path) -> None:
    new_page.take_images(folder)
    before = next(p for p in preview(qtbot, new_page, lambda found: True) if not p.problem)
    form = new_page.panel.form
    assert form is not None
    pad = next(b for b in form.row("fit").findChildren(QPushButton) if b.text() == "Pad")
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton)
    padded = preview(qtbot, new_page, lambda found: found[-1].box != before.box)
    assert padded[-1].box == (0.0, -0.5, 1.0, 1.5)
    form.set_value("size", 16)
    small = preview(qtbot, new_page, lambda found: found[-1].working.width() == 16)
    form.set_value("window_high", 60.0)
    preview(qtbot, new_page, lambda found: found[-1].working != small[-1].working)


def test_other_images_can_be_previewed(qtbot: QtBot, new_page: ImagesPage, folder: Path) -> None:
    new_page.take_images(folder)
    first = [pair.name for pair in preview(qtbot, new_page, lambda found: True)]
    qtbot.mouseClick(new_page.preview.others, Qt.MouseButton.LeftButton)
    preview(qtbot, new_page, lambda found: [pair.name for pair in found] != first)


def test_a_folder_without_images_is_told(qtbot: QtBot, new_page: ImagesPage, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    new_page.take_images(tmp_path / "nothing")
    qtbot.waitUntil(lambda: new_page.preview.problem.isVisible(), timeout=5000)
    assert new_page.preview.grid.pairs == ()


def test_the_import_lists_what_was_skipped(
    qtbot: QtBot, new_page: ImagesPage, session: Session, folder: Path, idle: Any
) -> None:
    new_page.take_images(folder)
    preview(qtbot, new_page, lambda found: True)
    qtbot.mouseClick(new_page.import_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.run("images") is not None, timeout=10_000)
    idle()
    assert new_page.views.currentWidget() is new_page.wall
    assert new_page.wall.model.rowCount() == 12
    assert new_page.skipped.isVisible()
    assert "2 files could not be read" in new_page.skipped.banner.text()
    assert "1 duplicate" in new_page.skipped.banner.text()
    assert not new_page.skipped.list.isVisible()
    new_page.skipped.banner.clicked.emit()
    assert new_page.skipped.list.isVisible()
    lines = dict(line.split("\t") for line in new_page.skipped.text().splitlines())
    assert set(lines) == {"broken.png", "empty.png", "frame_3b.png"}
    assert "frame_3.png" in lines["frame_3b.png"]
    assert not lines["empty.png"].startswith("empty.png")
    with qtbot.waitSignal(new_page.page_requested) as asked:
        qtbot.mouseClick(new_page.next, Qt.MouseButton.LeftButton)
    assert asked.args == ["generator"]


def test_search_and_sort(qtbot: QtBot, full_page: ImagesPage) -> None:
    wall = full_page.wall
    assert wall.model.rowCount() == 16
    wall.search.setFocus()
    qtbot.keyClicks(wall.search, "Eye_1")
    qtbot.waitUntil(lambda: wall.model.rowCount() == 6)
    wall.search.clear()
    wall.sort.setCurrentIndex(wall.sort.findData("darkest"))
    assert wall.collection is not None
    brightness = wall.collection.brightness
    order = [wall.model.item_at(row) for row in range(16)]
    assert list(brightness[order]) == sorted(brightness)
    wall.sort.setCurrentIndex(wall.sort.findData("brightest"))
    assert wall.model.item_at(0) == order[-1]


def test_the_selected_image_is_described(qtbot: QtBot, full_page: ImagesPage, idle: Any) -> None:
    full_page.wall.list.select_ids([3])
    idle()
    details = full_page.details
    assert details.isVisible()
    assert details.rows["file"].value() == "eye_02.png"
    assert details.rows["size"].value() == "32 × 32"
    assert details.record is not None
    assert details.record.sha256.startswith(details.rows["sha"].value())
    full_page.registry.action("images.copy_path").trigger()
    assert Path(QGuiApplication.clipboard().text()).is_file()
    full_page.wall.list.select_ids([3, 4])
    assert "1 of 2" in details.header.findChildren(type(details.folder))[1].text()
    full_page.wall.list.select_ids([])
    assert not details.isVisible()


def test_an_image_is_opened_large_and_the_next_one(qtbot: QtBot, full_page: ImagesPage, idle: Any) -> None:
    wall = full_page.wall
    wall.open_image(1)
    idle()
    assert "eye_00.png · 32 × 32" in wall.close_up.caption.text()
    qtbot.keyClick(wall.close_up.view, Qt.Key.Key_PageDown)
    idle()
    assert "eye_01.png" in wall.close_up.caption.text()
    qtbot.keyClick(wall.close_up.view, Qt.Key.Key_Escape)
    assert wall.list.isVisible()


def test_originals_that_moved_are_missed(
    qtbot: QtBot, open_session: Session, project_file: Path, make_page: Any, idle: Any
) -> None:
    (project_file.parent / "images" / "eye_04.png").unlink()
    page = make_page()
    idle()
    assert page.lost.isVisible()
    assert "1 original" in page.lost.text()
    page.wall.list.select_ids([5])
    assert page.details.missing.isVisible()
    page.wall.open_image(5)  # the working copy stands in
    idle()
    assert page.wall.close_up.view.isVisible()


def test_nothing_can_be_imported_read_only(
    qtbot: QtBot, session: Session, project_file: Path, make_page: Any, folder: Path
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(project_file, readonly=True)
    page = make_page()
    page.take_images(folder)
    preview(qtbot, page, lambda found: True)
    assert not page.import_button.isEnabled()
    assert not page.registry.action("images.import").isEnabled()
