"""What goes wrong: a message that says what to do, a window that goes on, and a project that is as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from touring import Tour

from segstyle_gui.core.student import train as student_training
from segstyle_gui.project.edits import RenameRegion
from segstyle_gui.project.store import Project
from segstyle_gui.ui.main_window import MainWindow

FEW = {"steps": 2, "width": 8, "batch_size": 4, "validate_every": 2}


@pytest.fixture
def told(opened: MainWindow, tour: Tour) -> list[Any]:
    """Everything that the window tells from now on, once the project is open and at rest."""
    tour.rest()
    notices: list[Any] = []
    opened.session.notified.connect(notices.append)
    return notices


@pytest.fixture
def unharmed(opened: MainWindow, told: list[Any]) -> Iterator[None]:
    """The project has the same runs afterwards, can still be edited, and opens again."""
    session = opened.session
    assert session.project is not None
    path, before = session.project.path, session.project.runs()
    yield
    assert session.project.runs() == before
    assert session.apply(RenameRegion(1, "still here"))
    session.undo()
    opened.dialogs.close_and_wait()
    with Project.open(path) as again:
        assert again.runs() == before


def out_of_memory(*args: Any, **values: Any) -> Any:
    raise MemoryError


@pytest.mark.usefixtures("unharmed")
def test_memory_that_runs_out_is_told_after_smaller_batches_failed_too(
    tour: Tour, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(student_training, "train_student", out_of_memory)
    page = tour.go("student")
    tour.start(page.panel, **FEW)
    tour.rest()
    error = [notice for notice in told if notice.kind == "error"]
    assert len(error) == 1
    assert "memory" in error[0].title
    assert "Close other programs" in error[0].text
    assert [card.notice for card in tour.window.notices.cards][-1] == error[0]
    assert page.panel.button.isEnabled()


def test_memory_that_runs_out_once_is_tried_with_a_smaller_batch_and_said(
    tour: Tour, opened: MainWindow, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = student_training.train_student, []

    def once(data: Any, config: Any, **values: Any) -> Any:
        calls.append(config.batch_size)
        return out_of_memory() if len(calls) == 1 else real(data, config, **values)

    monkeypatch.setattr(student_training, "train_student", once)
    page = tour.go("student")
    tour.run(page.panel, **FEW)
    assert calls == [4, 2]
    assert any("memory" in notice.title for notice in told if notice.kind == "warning")
    run = tour.project.current("student")
    assert run is not None
    assert run.summary["retried"]


class Usage(NamedTuple):
    """As of ``shutil.disk_usage``."""

    total: int
    used: int
    free: int


@pytest.mark.usefixtures("unharmed")
def test_a_full_disk_is_told_with_what_to_do(
    tour: Tour, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tour.go("training_set")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1000))
    tour.start(page.panel, n_images=12, size=16)
    tour.rest()
    error = next(notice for notice in told if notice.kind == "error")
    assert "disk" in error.title.lower()
    assert "Free" in error.text
    monkeypatch.undo()


@pytest.mark.usefixtures("unharmed")
def test_a_file_that_is_no_generator_is_told(tour: Tour, told: list[Any], tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"\x10" * 200)
    page = tour.go("generator")
    tour.click(page.parts.button("import"))
    tour.rest()
    tour.start(page.import_panel, source=str(bad))
    tour.rest()
    error = next(notice for notice in told if notice.kind == "error")
    assert "bad.safetensors" in error.title
    assert error.text


# Killed

_CHILD = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
app = QApplication([])
from segstyle_gui.pipeline.catalog import stage_named
from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.preferences import Preferences
what, path = sys.argv[1], Path(sys.argv[2])
window = MainWindow(Preferences(path.parent / "settings.ini"))
window.show()
window.session.open(path)
def until(is_true):
    while not is_true():
        QTest.qWait(10)
until(lambda: window.session.project is not None)
def paint():
    window.show_page("masks")
    page = window.current_page
    until(lambda: page.desk.image_id is not None)
    window.activateWindow()
    until(window.isActiveWindow)
    page.canvas.setFocus()
    keys = (Qt.Key.Key_1, Qt.Key.Key_2)
    middle = page.canvas.rect().center()
    while True:
        for number, shift in enumerate(range(-90, 90, 30)):
            QTest.keyClick(page.canvas, keys[number % 2])
            place = middle + QPoint(shift, shift)
            QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseMove(page.canvas, place + QPoint(20, 0))
            QTest.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=place + QPoint(20, 0))
            print("painted", len(window.session.project.mask_history()), flush=True)
            QTest.qWait(5)
def train():
    config = stage_named("train_student").config(steps=100000, width=8, batch_size=4, validate_every=2)
    job = window.session.run_stage("train_student", config)
    job.progressed.connect(lambda update: print("trained", int(update.done), flush=True))
    app.exec()
{"paint": paint, "train": train}[what]()
"""


def killed_while(what: str, project_file: Path, says: str, at_least: int) -> int:
    """Let a window of its own work on the project, kill it, return the last number that it printed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, what, str(project_file)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    last = 0
    assert child.stdout is not None
    for line in child.stdout:
        words = line.split()
        last = int(words[1]) if words[:1] == [says] else last
        if last >= at_least:
            break
    child.send_signal(signal.SIGKILL)
    rest, errors = child.communicate(timeout=20)
    assert last >= at_least, errors
    return max([last, *(int(line.split()[1]) for line in rest.splitlines() if len(line.split()) == 2)])


@pytest.mark.slow
def test_a_window_killed_while_painting_loses_no_stroke_and_says_that_it_recovered(
    window: MainWindow, tour: Tour, project_file: Path
) -> None:
    strokes = killed_while("paint", project_file, "painted", 6)
    notices: list[Any] = []
    window.session.notified.connect(notices.append)
    window.dialogs.open(project_file)
    tour.until(lambda: window.session.project is not None)
    tour.rest()
    assert any(notice.title == "Project recovered" for notice in notices)
    steps = len(tour.project.mask_history())
    assert strokes <= steps <= strokes + 1, "a stroke that was acknowledged is there"
    page = tour.go("masks")
    tour.until(lambda: page.desk.image_id is not None)
    image_id = next(iter(tour.project.corrected))
    before = tour.project.label_map(image_id)
    window.session.undo()
    assert len([entry for entry in tour.project.mask_history() if not entry.undone]) == steps - 1
    window.session.redo()
    assert np.array_equal(tour.project.label_map(image_id), before)


@pytest.mark.slow
def test_a_window_killed_while_a_student_trains_leaves_the_project_whole(
    window: MainWindow, tour: Tour, project_file: Path
) -> None:
    with Project.open(project_file) as project:
        before = project.runs()
    killed_while("train", project_file, "trained", 4)
    window.dialogs.open(project_file)
    tour.until(lambda: window.session.project is not None)
    assert tour.project.runs() == before
    page = tour.go("student")
    tour.run(page.panel, **FEW)
    assert len(tour.project.runs()) == len(before) + 1
