"""The leak check finds what it is for."""

from __future__ import annotations

import threading
from pathlib import Path

from leaks import Living, leftovers
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.core.progress import Progress
from segstyle_gui.project.store import Project
from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.workers.job_queue import JobQueue

_SHORT = 0.1  # seconds


def test_a_forgotten_window_is_found(qtbot: QtBot) -> None:
    before = Living.now()
    label = QLabel()
    assert leftovers(before, _SHORT) == ["widget QLabel ''"]
    label.deleteLater()
    del label
    assert not leftovers(before)


def test_a_lane_that_was_not_closed_is_found(qtbot: QtBot) -> None:
    before = Living.now()
    jobs = JobQueue()
    jobs.submit("Quick", _nothing, lane="look")
    assert jobs.wait(10)
    assert leftovers(before, _SHORT) == ["thread lane look"]
    assert jobs.close()
    assert not leftovers(before)


def _nothing(progress: Progress) -> None:
    progress.report(1, 1)


def test_a_thread_and_an_open_project_are_found(qtbot: QtBot, tmp_path: Path) -> None:
    before = Living.now()
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait, name="stray")
    thread.start()
    project = Project.create(tmp_path / "Open")
    left = leftovers(before, _SHORT)
    assert "thread stray" in left
    assert any(".segstyle" in text for text in left)
    gate.set()
    thread.join()
    project.close()
    assert not leftovers(before)


def test_a_widget_shown_without_a_parent_is_found(window: MainWindow, strays: list[str]) -> None:
    child = QWidget()
    child.setVisible(True)
    child.setParent(window)
    assert strays == ["QWidget"]
    strays.clear()
