"""What is done by hand on a real X server; ``test_xcb.py`` runs this file on one of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from touring import place_of
from x_input import Hand

from segstyle_gui.core.progress import Progress
from segstyle_gui.ui.main_window import MainWindow
from segstyle_gui.ui.shell.command_palette import CommandPalette
from segstyle_gui.ui.shell.shortcut_overlay import ShortcutOverlay
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.widgets.sliders import JumpSlider
from segstyle_gui.workers.job import JobState


@pytest.fixture
def screen(opened: MainWindow, qtbot: QtBot, hand: Hand) -> MainWindow:
    """The window with the small project, active, at rest."""
    opened.setGeometry(0, 0, 1440, 900)
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow, timeout=10_000)
    rest(opened, qtbot)
    return opened


def rest(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not window.session.jobs.unfinished(), timeout=60_000)
    qtbot.wait(150)
    qtbot.waitUntil(lambda: not window.session.jobs.unfinished(), timeout=60_000)


def show(window: MainWindow, qtbot: QtBot, key: str) -> object:
    window.show_page(key)
    rest(window, qtbot)
    return window.current_page


def region_ids(window: MainWindow) -> list[int]:
    assert window.session.state is not None
    return [region.id for region in window.session.state.regions]


def test_the_window_is_on_the_screen(screen: MainWindow) -> None:
    assert QApplication.platformName() == "xcb"
    handle = screen.windowHandle()
    assert handle.isExposed()
    seen = handle.screen().grabWindow(0, 0, 0, screen.width(), screen.height()).toImage()
    drawn = screen.grab().toImage()
    places = [(20, 80), (120, 300), (700, 20), (1300, 500)]
    assert [seen.pixelColor(*p).rgb() for p in places] == [drawn.pixelColor(*p).rgb() for p in places]


def test_the_palette_runs_an_action(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    hand.keys("Control_L", "Shift_L", "p")
    qtbot.waitUntil(lambda: screen.findChild(CommandPalette) is not None, timeout=5000)
    hand.type("export")
    hand.keys("Return")
    qtbot.waitUntil(lambda: screen.current_page.key == "export", timeout=10_000)  # type: ignore[union-attr]
    rest(screen, qtbot)


def test_hover_click_merge_and_undo(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    page = show(screen, qtbot, "regions")
    gallery = page.gallery  # type: ignore[attr-defined]
    view = gallery.viewport()
    first, second = region_ids(screen)[:2]
    hand.move(view, place_of(gallery, first))
    assert screen.session.hover == first
    hand.click(view, place_of(gallery, first))
    assert screen.session.selection == {first}
    hand.click(view, place_of(gallery, second), "Shift_L")
    assert screen.session.selection == {first, second}
    hand.keys("m")
    assert second not in region_ids(screen)
    hand.keys("Control_L", "z")
    assert {first, second} <= set(region_ids(screen))
    rest(screen, qtbot)


def test_the_slider_cuts_the_merge_tree(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    page = show(screen, qtbot, "regions")
    slider = page.tools.granularity.findChild(JumpSlider)  # type: ignore[attr-defined]
    before = len(region_ids(screen))
    slider.setFocus()
    hand.keys("Right")
    qtbot.waitUntil(lambda: len(region_ids(screen)) == before + 1, timeout=5000)
    hand.keys("Control_L", "z")
    assert len(region_ids(screen)) == before
    rest(screen, qtbot)


def test_a_stroke_is_painted(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    page = show(screen, qtbot, "masks")
    desk, canvas, project = page.desk, page.canvas, screen.session.project  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: desk.image_id is not None, timeout=10_000)
    assert project is not None
    image_id, before = desk.image_id, project.label_map(desk.image_id)
    middle = canvas.rect().center()
    hand.click(canvas, middle)  # gives the canvas the focus
    hand.keys("2")
    hand.drag(canvas, [middle + QPoint(dx, 30) for dx in (-120, -60, 0, 60, 120)])
    after = project.label_map(image_id)
    assert (after != before).any()
    while project.mask_history() and screen.session.can_undo:
        hand.keys("Control_L", "z")
    assert (project.label_map(image_id) == before).all()
    hand.keys("Return")
    assert image_id in project.reviewed
    rest(screen, qtbot)


def test_a_question_mark_shows_the_keys(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    hand.keys("Shift_L", "?")
    qtbot.waitUntil(lambda: screen.findChild(ShortcutOverlay) is not None, timeout=5000)
    overlay = screen.findChild(ShortcutOverlay)
    assert overlay.isVisible()
    hand.keys("Escape")
    qtbot.waitUntil(lambda: screen.findChild(ShortcutOverlay) is None, timeout=5000)


def test_the_theme_is_switched_by_hand(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    screen.preferences.changed.connect(
        lambda key: apply_theme(app, screen.preferences.theme) if key == "theme" else None
    )
    dark = screen.palette().window().color().lightness()
    hand.keys("Control_L", "Shift_L", "p")
    hand.type("light")
    hand.keys("Return")
    qtbot.waitUntil(lambda: screen.palette().window().color().lightness() > dark + 100, timeout=5000)


def question(qtbot: QtBot) -> QMessageBox:
    """Return the question that is asked; it goes by itself if nobody answers."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    QTimer.singleShot(8000, box, box.reject)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow, timeout=5000)
    return box


def test_closing_while_a_stage_runs_asks(screen: MainWindow, hand: Hand, qtbot: QtBot) -> None:
    def forever(progress: Progress) -> None:
        while True:
            progress.report(0, 1)

    job = screen.session.submit_change("Long work", forever, makes="student")
    qtbot.waitUntil(lambda: job.state is JobState.RUNNING, timeout=5000)
    asked: list[str] = []

    def stay() -> None:
        asked.append(question(qtbot).text())
        hand.keys("Escape")

    QTimer.singleShot(800, stay)
    hand.keys("Control_L", "q")
    qtbot.waitUntil(lambda: bool(asked) and QApplication.activeModalWidget() is None, timeout=10_000)
    assert "Long work" in asked[0]
    assert screen.isVisible()
    assert job.state is JobState.RUNNING

    def leave() -> None:
        box = question(qtbot)
        stop = next(b for b in box.buttons() if box.buttonRole(b) == QMessageBox.ButtonRole.AcceptRole)
        hand.click(stop)

    screen.activateWindow()  # there is no window manager that would do it
    qtbot.waitUntil(screen.isActiveWindow, timeout=5000)
    QTimer.singleShot(800, leave)
    hand.keys("Control_L", "q")
    qtbot.waitUntil(lambda: not screen.isVisible(), timeout=10_000)
    assert job.state is JobState.CANCELLED
