"""The leak check: a test that uses Qt leaves no window, no thread and no open project file behind."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATIENCE = 3.0  # seconds in which threads may end
_HELPERS = ("QTipLabel",)  # a tooltip goes by its own timer


@dataclass(frozen=True, slots=True)
class Living:
    """What there is at a moment: keys to tell it by, and words for people."""

    widgets: dict[int, str]
    threads: dict[int, str]
    files: dict[str, str]

    @classmethod
    def now(cls) -> Living:
        """Look."""
        return cls(_widgets(), _threads(), _files())

    def since(self, before: Living) -> list[str]:
        """Return what was not there before."""
        return [
            text
            for mine, theirs in (
                (self.widgets, before.widgets),
                (self.threads, before.threads),
                (self.files, before.files),
            )
            for key, text in mine.items()
            if key not in theirs
        ]


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test failed: its traceback keeps alive whatever it had."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def _nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves something behind."""
    if "qapp" not in request.fixturenames:
        yield
        return
    # OpenBLAS starts its threads when it is first imported, and they bear the name of the lane that did it.
    import scipy.linalg  # noqa: F401

    before = Living.now()
    yield
    left = [] if request.node.stash.get(_FAILED, False) else leftovers(before)
    assert not left, "left behind: " + "; ".join(left)


@pytest.fixture
def strays(qapp: object) -> Iterator[list[str]]:
    """Windows that nobody made on purpose: a widget that is shown before it has a parent flashes as one."""
    from PySide6.QtCore import QEvent, QObject, Qt
    from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

    seen: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                plain = watched.windowType() in (Qt.WindowType.Widget, Qt.WindowType.Window)
                if plain and not isinstance(watched, QMainWindow):
                    seen.append(type(watched).__name__)
            return False

    app, watch = QApplication.instance(), Watch()
    assert app is not None
    app.installEventFilter(watch)
    yield seen
    app.removeEventFilter(watch)


def leftovers(before: Living, patience: float = _PATIENCE) -> list[str]:
    """Return what is there now and was not before, after letting go of what is about to go."""
    end = time.monotonic() + patience
    left = _settled(before)
    if left:
        gc.collect()
        left = _settled(before)
    while left and time.monotonic() < end:
        time.sleep(0.02)
        left = _settled(before)
    return left


def _settled(before: Living) -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return Living.now().since(before)


def _widgets() -> dict[int, str]:
    from PySide6.QtWidgets import QApplication
    from shiboken6 import getCppPointer

    if QApplication.instance() is None:
        return {}
    return {
        getCppPointer(widget)[0]: f"widget {type(widget).__name__} {widget.objectName()!r}"
        for widget in QApplication.topLevelWidgets()
        if widget.metaObject().className() not in _HELPERS
    }


def _threads() -> dict[int, str]:
    """Return the threads of Python and the lanes of a job queue that are alive."""
    found = {
        thread.native_id or 0: f"thread {thread.name}"
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread)
    }
    if sys.platform.startswith("linux"):
        for task in Path("/proc/self/task").iterdir():
            try:
                name = (task / "comm").read_text().strip()
            except OSError:
                continue  # it has just ended
            if name.startswith("lane "):
                found[int(task.name)] = f"thread {name}"
    return found


def _files() -> dict[str, str]:
    """Return the project files, journals and locks that this process has open."""
    found = {}
    folder = Path("/proc/self/fd")
    for entry in folder.iterdir() if folder.is_dir() else ():
        try:
            path = str(entry.readlink())
        except OSError:
            continue
        if ".segstyle" in path:
            found[f"{entry.name} {path}"] = f"open file {path}"
    return found
