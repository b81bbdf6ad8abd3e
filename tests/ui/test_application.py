"""The process has one application object, pytest-qt's, so what is ours is tried in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
from PySide6.QtCore import QCoreApplication, QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from segstyle_gui.ui.application import Application

app = Application(["anything"])
asked = []
app.file_asked.connect(asked.append)
send = lambda path: QCoreApplication.sendEvent(app, QFileOpenEvent(path))
assert send("/a/early.segstyle"), "the event is taken"
assert asked == []
assert app.take_early_files() == ["/a/early.segstyle"]
send("/a/late.segstyle")
assert asked == ["/a/late.segstyle"]
assert app.take_early_files() == []
assert app.applicationName() == "SegStyle"
assert app.desktopFileName() == "segstyle"
assert not app.windowIcon().isNull()
"""


def test_files_that_the_system_asks_for_wait_for_the_window() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
