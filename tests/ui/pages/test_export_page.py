"""The export page: counts before it writes, formats, folders, the result, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.project.edits import RenameClass
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.export.folders import free_folder
from segstyle_gui.ui.pages.export.page import ExportPage
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(open_session: Session, actions: Actions, qtbot: QtBot, idle: Callable[[], None]) -> ExportPage:
    made = ExportPage(open_session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.sidebar().show()
    made.activate()
    idle()
    qtbot.waitUntil(lambda: all(panel.form is not None for panel in made.panels.values()), timeout=20_000)
    idle()
    return made


def label_maps(page: ExportPage) -> dict[int, np.ndarray]:
    project = page.session.project
    assert project is not None
    return {image.id: project.label_map(image.id) for image in project.images()}


def cell(page: ExportPage, row: int, column: int) -> str:
    item = page.table.item(row, column)
    assert item is not None
    return item.text()


def folder(page: ExportPage, key: str = "coco") -> Path:
    form = page.panels[key].form
    assert form is not None
    return Path(form.row("folder").value())


def export(page: ExportPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    qtbot.mouseClick(page.panels[page.format.current].button, LEFT)
    idle()


def test_the_counts_are_those_of_the_label_maps(page: ExportPage) -> None:
    maps = list(label_maps(page).values())
    assert page.table.rowCount() == 3  # background, iris, pupil
    total = sum(label_map.size for label_map in maps)
    for row in range(3):
        number = int(cell(page, row, 0))
        pixels = sum(int((label_map == number).sum()) for label_map in maps)
        images = sum(bool((label_map == number).any()) for label_map in maps)
        assert cell(page, row, 2) == f"{images:,}"
        assert cell(page, row, 3) == f"{pixels:,}"
        assert cell(page, row, 4) == f"{pixels / total:.1%}"


def test_a_correction_and_a_new_name_are_counted(page: ExportPage, qtbot: QtBot) -> None:
    session, project = page.session, page.session.project
    assert project is not None
    image_id, before = next(iter(label_maps(page).items()))
    after = np.zeros_like(before)
    project.paint(image_id, before, after, "Cleared")
    session.masks_changed.emit((image_id,))
    name = Path(next(image.path for image in project.images() if image.id == image_id)).name
    qtbot.waitUntil(lambda: any(name in one for one in page.contents.empties.stringList()), timeout=10_000)
    assert page.contents._holder.isVisible()
    assert "1 corrected" in page.about.text()
    session.apply(RenameClass(1, "ring"))
    session.masks_changed.emit(())
    qtbot.waitUntil(lambda: cell(page, 1, 1) == "ring", timeout=10_000)


def test_reviewed_only_counts_and_writes_only_those(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    project, form = page.session.project, page.panels["coco"].form
    assert project is not None
    assert form is not None
    form.set_value("reviewed_only", True)
    qtbot.waitUntil(lambda: "No mask is marked" in page.contents.says.text(), timeout=10_000)
    assert page.table.rowCount() == 0
    chosen = [image.id for image in project.images()][:3]
    project.set_reviewed(chosen, True)
    page.session.masks_changed.emit(tuple(chosen))
    qtbot.waitUntil(lambda: page.contents.says.text().startswith("3 images"), timeout=10_000)
    assert page.table.rowCount() == 3
    export(page, qtbot, idle)
    assert page.session.run("export_coco").summary["images"] == 3  # type: ignore[union-attr]


def test_an_export_is_written_and_shown(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.result.isHidden()
    assert page.session.project is not None
    wanted = folder(page)
    assert wanted.parent == page.session.project.path.parent
    assert not wanted.exists()
    export(page, qtbot, idle)
    assert page.result.isVisible()
    assert page.result.folder == wanted
    written = json.loads((wanted / "annotations/instances_default.json").read_text())
    assert len(written["images"]) == len(label_maps(page))
    assert "CVAT" in page.result.hint.text()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    qtbot.mouseClick(page.result.open_button, LEFT)
    assert opened == [str(wanted)]
    assert folder(page) == wanted.with_name(f"{wanted.name} 2"), "the next export has a folder of its own"


def test_the_other_format_has_its_own_settings_result_and_hint(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    export(page, qtbot, idle)
    qtbot.mouseClick(page.format.button("png"), LEFT)
    assert page.panels["png"].isVisible()
    assert not page.panels["coco"].isVisible()
    assert page.result.isHidden(), "nothing was written in this format"
    export(page, qtbot, idle)
    assert len(list((folder(page, "png").with_name("Eyes png") / "label_maps").rglob("*.png"))) == 16
    assert "nnU-Net" in page.result.hint.text()
    qtbot.mouseClick(page.format.button("coco"), LEFT)
    assert page.result.folder.name == "Eyes coco"


def test_a_former_export_is_shown_again_and_told_if_it_is_gone(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    export(page, qtbot, idle)
    first = page.result.folder
    export(page, qtbot, idle)
    assert page.result.folder != first
    view = page.panels["coco"].runs.findChild(QListWidget)
    assert view is not None
    first.rename(first.with_name("moved"))
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(view.item(1)).center())
    assert page.result.folder == first
    assert not page.result.open_button.isEnabled()
    assert "not there any more" in page.result.title.text()


def test_a_folder_that_cannot_be_written_is_told(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None], notices: list[Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    panel = page.panels["coco"]
    assert panel.form is not None
    panel.form.set_value("folder", str(tmp_path / "file"))
    export(page, qtbot, idle)
    assert [notice.kind for notice in notices] == ["error"]
    assert notices[0].title in panel.note.text()
    assert page.session.run("export_coco") is None
    assert page.result.isHidden()


def test_masks_of_an_earlier_student_are_stale(
    page: ExportPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    assert page.stale.isHidden()
    session, project = page.session, page.session.project
    assert project is not None
    values = {"steps": 1, "width": 8, "batch_size": 4, "validate_every": 1}
    from segstyle_gui.pipeline.catalog import stage_named

    session.run_stage("train_student", stage_named("train_student").config(**values))
    idle()
    assert page.banner.isVisible()
    with qtbot.waitSignal(page.page_requested) as asked:
        page.banner.clicked.emit()
    assert asked.args == ["masks"]


def test_without_masks_the_page_leads_to_them(
    session: Session, actions: Actions, qtbot: QtBot, tmp_path: Path, idle: Callable[[], None]
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.create(tmp_path / "New")
    page = ExportPage(session, actions)
    qtbot.addWidget(page)
    qtbot.addWidget(page.sidebar())
    page.show()
    page.activate()
    idle()
    assert page.empty.isVisible()
    assert not page.panels["coco"].button.isEnabled()
    with qtbot.waitSignal(page.page_requested) as asked:
        qtbot.mouseClick(page.empty.button(), LEFT)
    assert asked.args == ["masks"]


def test_the_table_is_as_high_as_its_lines(page: ExportPage) -> None:
    assert page.table.height() == page.table.maximumHeight()
    assert not page.table.verticalScrollBar().isVisible()


def test_free_folders(tmp_path: Path) -> None:
    wanted = tmp_path / "eyes coco"
    assert free_folder(wanted) == wanted
    wanted.mkdir()
    assert free_folder(wanted) == wanted, "an empty folder is free"
    (wanted / "a.json").write_text("{}")
    second = free_folder(wanted)
    assert second == tmp_path / "eyes coco 2"
    second.write_text("a file")
    assert free_folder(wanted) == free_folder(second) == tmp_path / "eyes coco 3"
