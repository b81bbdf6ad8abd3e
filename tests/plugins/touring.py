"""A person at the main window: goes to pages, clicks, types, drops, waits, and takes pictures if asked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from segstyle_gui.project.store import Project
    from segstyle_gui.ui.main_window import MainWindow

_PATIENCE = 120_000  # milliseconds that a stage may take
_QUIET = 200  # milliseconds without a job after which the window is at rest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the tour."""
    group = parser.getgroup("segstyle")
    group.addoption("--tour-shots", default="", help="folder for pictures of every page")
    group.addoption("--tour-theme", default="dark", choices=("dark", "light"), help="theme of the pictures")


class Tour:
    """What a person does, as real events on real widgets."""

    def __init__(self, window: MainWindow, qtbot: QtBot, shots: Path | None = None, label: str = "") -> None:
        self.window, self.qtbot = window, qtbot
        self._shots, self._label = shots, label

    @property
    def page(self) -> Any:
        """The page that is shown."""
        assert self.window.current_page is not None
        return self.window.current_page

    @property
    def project(self) -> Project:
        """The open project."""
        assert self.window.session.project is not None
        return self.window.session.project

    def until(self, is_true: Callable[[], bool], timeout: int = 20_000) -> None:
        """Wait for something."""
        self.qtbot.waitUntil(is_true, timeout=timeout)

    def rest(self) -> None:
        """Wait until no job was unfinished for a while: one may plan another with a short delay."""
        quiet = 0
        while quiet < _QUIET:
            self.qtbot.wait(_QUIET // 5)
            busy = bool(self.window.session.jobs.unfinished())
            self.until(lambda: not self.window.session.jobs.unfinished(), _PATIENCE)
            quiet = 0 if busy else quiet + _QUIET // 5

    def go(self, key: str) -> Any:
        """Click a step of the rail and return its page."""
        from PySide6.QtCore import Qt

        from segstyle_gui.ui.pages.catalog import PAGES

        rail = self.window.rail
        row = [info.key for info in PAGES].index(key)
        index = rail.model().index(row, 0)
        rail.scrollTo(index)
        place = rail.visualRect(index).center()
        self.qtbot.mouseClick(rail.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert self.page.key == key
        self.rest()
        return self.page

    def hover(self, widget: QWidget, place: QPoint) -> None:
        """Move the pointer to a place; an event of its own, as the screen may be smaller than the window."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        there, on_screen = QPointF(place), QPointF(widget.mapToGlobal(place))
        event = QMouseEvent(QEvent.Type.MouseMove, there, on_screen, none, none, keys)
        QApplication.sendEvent(widget, event)

    def click(self, widget: QWidget, place: QPoint | None = None, *, shift: bool = False) -> None:
        """Press and release the left button on a widget that can be seen."""
        from PySide6.QtCore import Qt

        assert widget.isVisible(), f"{widget.objectName() or type(widget).__name__} cannot be seen"
        assert widget.isEnabled(), f"{widget.objectName() or type(widget).__name__} is disabled"
        keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        at = widget.rect().center() if place is None else place
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, keys, at)

    def key(self, key: Any, *, shift: bool = False, ctrl: bool = False) -> None:
        """Press a key where the focus is."""
        from PySide6.QtCore import Qt

        self.window.activateWindow()  # shortcuts belong to the active window
        self.until(self.window.isActiveWindow)
        keys = Qt.KeyboardModifier.NoModifier
        keys |= Qt.KeyboardModifier.ShiftModifier if shift else keys
        keys |= Qt.KeyboardModifier.ControlModifier if ctrl else keys
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, keys)

    def drag(self, widget: QWidget, places: list[QPoint]) -> None:
        """Draw with the left button from the first place to the last."""
        from PySide6.QtCore import Qt

        self.qtbot.mouseMove(widget, places[0])
        self.qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            self.qtbot.mouseMove(widget, place)
        self.qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=places[-1])

    def drop(self, path: Path) -> None:
        """Drop a file or folder on the window."""
        from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
        from PySide6.QtGui import QDragEnterEvent, QDropEvent
        from PySide6.QtWidgets import QApplication

        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(400, 400), Qt.DropAction.CopyAction, data, button, none)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(400, 400), Qt.DropAction.CopyAction, data, button, none)
        QApplication.sendEvent(self.window, drop)

    def run(self, panel: Any, **values: Any) -> None:
        """Fill in a stage's form, press its button, wait for it."""
        self.start(panel, **values)
        self.rest()
        assert panel.job is not None
        assert panel.job.state == "succeeded", panel.job.failure

    def start(self, panel: Any, **values: Any) -> None:
        """Fill in a stage's form and press its button."""
        self.until(lambda: panel.form is not None)
        for name, value in values.items():
            panel.form.set_value(name, value)
        self.unfold(panel)
        self.click(panel.button)

    def unfold(self, widget: QWidget) -> None:
        """Open the sections that a widget is in, and bring it into view."""
        from PySide6.QtWidgets import QScrollArea, QToolButton

        from segstyle_gui.ui.widgets.cards import CollapsibleSection

        above: Any = widget.parentWidget()
        while above is not None:
            if isinstance(above, CollapsibleSection) and not above.is_expanded():
                self.click(above.findChild(QToolButton))
            if isinstance(above, QScrollArea):
                above.ensureWidgetVisible(widget)
            above = above.parentWidget()

    def shot(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture of the window, if pictures are wanted."""
        if self._shots is None:
            return
        self.qtbot.wait(400)
        place = self._shots / f"{name}_{self._label}.png"
        assert (widget or self.window).grab().save(str(place))


def place_of(gallery: Any, region_id: int) -> QPoint:
    """Return a place on a gallery of regions that is well inside a region."""
    from PySide6.QtCore import QPoint

    for y in range(6, gallery.viewport().height(), 5):
        for x in range(6, gallery.viewport().width(), 5):
            around = [QPoint(x + dx, y + dy) for dx, dy in ((0, 0), (-2, 0), (2, 0), (0, -2), (0, 2))]
            if all(gallery._region_at(gallery.hit(place.toPointF())) == region_id for place in around):
                return QPoint(x, y)
    raise AssertionError(f"region {region_id} is not on the screen")


@pytest.fixture
def tour(window: MainWindow, qtbot: QtBot, request: pytest.FixtureRequest) -> Tour:
    """A person at the window."""
    from PySide6.QtWidgets import QApplication

    from segstyle_gui.ui.theme.theme import apply_theme

    folder, theme = request.config.getoption("--tour-shots"), request.config.getoption("--tour-theme")
    shots = Path(folder).absolute() if folder else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
    window.resize(1440, 900)
    window.activateWindow()
    scale = round(100 * window.devicePixelRatioF())
    return Tour(window, qtbot, shots, f"{theme}_{scale}")
