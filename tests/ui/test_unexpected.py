from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.ui.unexpected import UnexpectedErrors


@pytest.fixture
def window(qtbot: QtBot, preferences: Preferences) -> Iterator[MainWindow]:
    made = MainWindow(preferences)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def errors(window: MainWindow) -> Iterator[UnexpectedErrors]:
    hooks = sys.excepthook, threading.excepthook
    made = UnexpectedErrors(window)
    made.install()
    yield made
    made.remove()
    sys.excepthook, threading.excepthook = hooks


def test_an_error_is_told_and_logged(
    errors: UnexpectedErrors, window: MainWindow, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, "segstyle_gui"),
        qtbot.waitSignal(window.session.notified) as told,
    ):
        try:
            raise ValueError("a strange thing")
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    [notice] = told.args
    assert notice.kind == "error"
    assert "ValueError: a strange thing" in notice.details
    assert "a strange thing" in caplog.text


def test_an_error_of_a_thread_is_told_on_the_window_s(
    errors: UnexpectedErrors, window: MainWindow, qtbot: QtBot
) -> None:
    threads = []
    window.session.notified.connect(lambda notice: threads.append(threading.current_thread()))

    def fail() -> None:
        raise RuntimeError("in a thread")

    with qtbot.waitSignal(window.session.notified) as told:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert "in a thread" in told.args[0].details
    assert threads == [threading.main_thread()]


def test_an_interrupt_closes_the_window(errors: UnexpectedErrors, window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    errors.report(KeyboardInterrupt, KeyboardInterrupt(), None)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_hooks_are_given_back(window: MainWindow) -> None:
    hooks = sys.excepthook, threading.excepthook
    made = UnexpectedErrors(window)
    made.install()
    assert sys.excepthook == made.report
    made.remove()
    assert (sys.excepthook, threading.excepthook) == (sys.__excepthook__, threading.__excepthook__)
    sys.excepthook, threading.excepthook = hooks
