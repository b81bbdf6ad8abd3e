"""Sessions and windows on a small project, closed after each test, with settings that are nobody's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from segstyle_gui.ui.actions import Actions
    from segstyle_gui.ui.main_window import MainWindow
    from segstyle_gui.ui.preferences import Preferences
    from segstyle_gui.ui.session import Session


@pytest.fixture
def preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Preferences:
    """Settings, projects and cache in the test's own folder."""
    from segstyle_gui.ui.preferences import Preferences

    monkeypatch.setenv("SEGSTYLE_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Preferences(tmp_path / "settings.ini")


@pytest.fixture
def session(qapp: QApplication, preferences: Preferences) -> Iterator[Session]:
    """A session without a project; its jobs have ended after the test."""
    from segstyle_gui.ui.session import Session
    from segstyle_gui.ui.theme.theme import apply_theme

    apply_theme(qapp, "dark")
    made = Session(preferences)
    yield made
    made.close()
    assert made.jobs.wait(20)
    assert made.jobs.close(20), "a thread did not end"


@pytest.fixture
def open_session(session: Session, qtbot: QtBot, project_file: Path) -> Session:
    """A session with a copy of the finished project open."""
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(project_file)
    return session


@pytest.fixture
def actions(preferences: Preferences) -> Actions:
    """An empty registry of actions."""
    from segstyle_gui.ui.actions import Actions

    return Actions(preferences)


@pytest.fixture
def notices(session: Session) -> list[Any]:
    """Everything that the session tells."""
    told: list[Any] = []
    session.notified.connect(told.append)
    return told


@pytest.fixture
def idle(session: Session, qtbot: QtBot) -> Callable[[], None]:
    """Wait until no job is unfinished."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not session.jobs.unfinished(), timeout=30_000)

    return wait


@pytest.fixture
def window(
    qapp: QApplication, qtbot: QtBot, preferences: Preferences, strays: list[str]
) -> Iterator[MainWindow]:
    """The main window, which shows the welcome page."""
    from segstyle_gui.ui.main_window import MainWindow
    from segstyle_gui.ui.theme.theme import apply_theme

    apply_theme(qapp, "dark")
    made = MainWindow(preferences)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.session.jobs.cancel_all()
    made.dialogs.close_and_wait()
    assert made.session.jobs.wait(20)
    assert made.session.jobs.close(20), "a thread did not end"
    made.close()
    made.deleteLater()
    assert not strays, f"shown without a parent: {strays}"


@pytest.fixture
def opened(window: MainWindow, qtbot: QtBot, project_file: Path) -> MainWindow:
    """The main window with a copy of the finished project open."""
    with qtbot.waitSignal(window.session.project_opened, timeout=10_000):
        window.dialogs.open(project_file)
    return window
