"""The main window: welcome, a project, every page, closing, and what is dropped on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.core.progress import Progress
from segstyle_gui.project.store import Project
from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.pages.catalog import PAGES
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.workers.job import JobState


def test_it_begins_with_the_welcome_page_and_without_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from segstyle_gui.ui.main_window import MainWindow;"
        "from segstyle_gui.ui.preferences import Preferences;"
        "from pathlib import Path; window = MainWindow(Preferences(Path(sys.argv[1]))); window.show();"
        "assert window.views.currentWidget() is window.welcome; window.session.jobs.close();"
        "heavy = {'torch', 'pyqtgraph', 'sklearn', 'open_clip'} & set(sys.modules); assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "settings.ini")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr


def test_a_project_opens_on_its_regions_and_the_title_tells_which(opened: MainWindow) -> None:
    assert opened.current_page is not None
    assert opened.current_page.key == "regions"
    assert opened.windowTitle().startswith("Eyes")


@pytest.mark.parametrize("key", [info.key for info in PAGES])
def test_every_page_comes_up_and_all_its_controls_have_names(
    opened: MainWindow, qtbot: QtBot, key: str
) -> None:
    opened.show_page(key)
    qtbot.waitUntil(lambda: not opened.session.jobs.unfinished(), timeout=60_000)
    page = opened.current_page
    assert page is not None
    assert page.key == key
    assert page.isVisible()
    side = page.sidebar()
    widgets = [w for place in (page, side) if place for w in place.findChildren(QAbstractButton)]
    nameless = [w for w in widgets if w.isVisibleTo(w.window()) and not (w.text() or w.accessibleName())]
    own = [w for w in nameless if not w.objectName().startswith("qt_")]
    assert not own, [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in own]


def test_the_rail_goes_to_pages_and_follows_the_state(opened: MainWindow, qtbot: QtBot) -> None:
    model = opened.rail.model()
    row = [info.key for info in PAGES].index("export")
    place = opened.rail.visualRect(model.index(row, 0)).center()
    qtbot.mouseClick(opened.rail.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.current_page is not None
    assert opened.current_page.key == "export"
    state = opened.session.state
    assert state is not None
    from segstyle_gui.project.edits import AssignClass

    opened.session.apply(AssignClass((state.regions[-1].id,), state.classes[0].id))
    qtbot.waitUntil(lambda: "stale" in _detail(opened, "student"), timeout=2000)
    opened.session.set_edit_context("regions")
    opened.actions_registry.action("edit.undo").trigger()
    qtbot.waitUntil(lambda: "stale" not in _detail(opened, "student"), timeout=2000)


def _detail(window: MainWindow, key: str) -> str:
    model = window.rail.model()
    row = [info.key for info in PAGES].index(key)
    return str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_a_running_stage_is_asked_about_stopped_and_can_be_resumed(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, project_file: Path
) -> None:
    def forever(progress: Progress) -> None:
        while True:
            progress.report(0, 1)

    job = opened.session.submit_change("Long work", forever, makes="student")
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING, timeout=5000)
    answers = iter([False, True])

    def answer(box: QMessageBox) -> int:
        assert "Long work" in box.text()
        stop = next(answers)
        role = QMessageBox.ButtonRole.AcceptRole if stop else QMessageBox.ButtonRole.RejectRole
        chosen = next(button for button in box.buttons() if box.buttonRole(button) == role)
        chosen.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    first = QCloseEvent()
    opened.closeEvent(first)
    assert not first.isAccepted()
    assert job.state is JobState.RUNNING
    second = QCloseEvent()
    opened.closeEvent(second)
    assert second.isAccepted()
    assert job.state is JobState.CANCELLED
    Project.open(project_file).close()  # saved, closed, unlocked


def test_a_dropped_project_opens_and_a_dropped_folder_asks_for_a_new_project(
    window: MainWindow, qtbot: QtBot, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(window.session.project_opened, timeout=10_000):
        _drop(window, project_file)
    window.dialogs.close()
    qtbot.waitUntil(lambda: window.session.project is None and not window.session.jobs.unfinished())
    asked: list[Path] = []
    monkeypatch.setattr(window.dialogs, "create_from_images", asked.append)
    _drop(window, project_file.parent / "images")
    assert asked == [project_file.parent / "images"]


def _drop(widget: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), Qt.DropAction.CopyAction, data, buttons, none)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, none)
    QApplication.sendEvent(widget, drop)


def test_a_recent_project_is_listed_with_its_state(
    opened: MainWindow, qtbot: QtBot, project_file: Path
) -> None:
    recents = opened.preferences.recents()
    assert [recent.path for recent in recents] == [str(project_file)]
    assert "masks" in recents[0].summary
    qtbot.waitUntil(lambda: bool(opened.preferences.recents()[0].thumbnail), timeout=10_000)
    assert Path(opened.preferences.recents()[0].thumbnail).is_file()


def test_the_theme_follows_the_preference(opened: MainWindow, qapp: QApplication) -> None:
    dark = opened.palette().window().color().lightness()
    apply_theme(qapp, "light")
    assert opened.palette().window().color().lightness() > dark + 100
    apply_theme(qapp, "dark")
