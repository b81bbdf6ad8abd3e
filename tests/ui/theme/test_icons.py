"""Every icon loads, is drawn, and takes the colours of the theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from segstyle_gui.paths import resources_dir
from segstyle_gui.ui.theme.icons import app_icon, icon, image, pixmap, set_icon
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.theme.tokens import DARK, LIGHT

NEEDED = """
images generator regions names find training_set student masks export add folder open save close check
cross warning error info question undo redo history search settings command keyboard log copy play pause
stop refresh reset merge split scribble rename eye eye_off lock unlock solo palette brush eraser fill
polygon pick hand zoom_in zoom_out fit grid list compare chevron_left chevron_right chevron_up
chevron_down more trash star tag sun moon download upload cpu gpu clock link sample filter sort flag help
outline opacity layers dice next previous
"""
NAMES = sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, "dark")
    yield
    apply_theme(qapp, "dark")


def opaque_colors(drawn: QImage) -> set[str]:
    """Return the colours of all pixels that are wholly covered."""
    pixels = (drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height()))
    return {color.name() for color in pixels if color.alpha() == 255}


def test_no_needed_icon_is_missing() -> None:
    assert not set(NEEDED.split()) - set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "segstyle"])
def test_an_icon_is_drawn_in_the_colour_asked_for(name: str) -> None:
    drawn = image(name, 16, "#ff0000", 4.0)
    assert drawn.width() == 64
    assert opaque_colors(drawn) == {"#ff0000"}
    covered = sum(drawn.pixelColor(x, y).alpha() > 0 for x in range(64) for y in range(64))
    assert 0.01 < covered / 64**2 < 0.75
    edge = [drawn.pixelColor(x, y).alpha() for x in range(64) for y in (0, 63)]
    assert max(edge) == 0  # nothing is cut off


def test_no_two_icons_are_the_same() -> None:
    seen: dict[bytes, str] = {}
    for name in NAMES:
        data = bytes(image(name, 24).constBits())
        assert data not in seen, f"{name} looks like {seen.get(data)}"
        seen[data] = name


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such"):
        icon("no_such")


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_pixmap_has_the_pixels_of_its_screen(ratio: float) -> None:
    drawn = pixmap("eye", 16, "text", ratio)
    assert drawn.width() == round(16 * ratio)
    assert drawn.devicePixelRatio() == ratio


def test_an_icon_is_prepared_at_the_sizes_of_controls() -> None:
    for side in (16, 20, 24, 32):
        assert icon("eye").pixmap(QSize(side, side), 1.0).width() == side


def test_disabled_and_checked_icons_have_their_own_colours() -> None:
    made = icon("lock", checked="accent")
    size = QSize(32, 32)
    assert opaque_colors(made.pixmap(size).toImage()) == {DARK.text}
    assert opaque_colors(made.pixmap(size, QIcon.Mode.Disabled).toImage()) == {DARK.faint}
    checked = made.pixmap(size, QIcon.Mode.Normal, QIcon.State.On)
    assert opaque_colors(checked.toImage()) == {DARK.accent}


def test_a_gap_keeps_text_away() -> None:
    assert icon("lock", gap=4).pixmap(QSize(20, 16)).size() == QSize(20, 16)


def test_a_set_icon_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    action = QAction()
    set_icon(button, "eye")
    set_icon(action, "eye_off", color="danger")
    apply_theme(qapp, "light")
    size = QSize(32, 32)
    assert opaque_colors(button.icon().pixmap(size).toImage()) == {LIGHT.text}
    assert opaque_colors(action.icon().pixmap(size).toImage()) == {LIGHT.danger}


def test_the_last_icon_set_is_the_one_that_stays(qapp: QApplication, qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    set_icon(button, "play")
    set_icon(button, "pause")
    apply_theme(qapp, "light")
    shown = button.icon().pixmap(QSize(32, 32)).toImage()
    assert shown == icon("pause").pixmap(QSize(32, 32)).toImage()
    set_icon(button, "")
    assert button.icon().isNull()


def test_the_app_icon_has_colours_at_16_px() -> None:
    drawn = app_icon().pixmap(QSize(16, 16)).toImage()
    hues = {QColor(color).hue() // 30 for color in opaque_colors(drawn) if QColor(color).saturation() > 100}
    assert len(hues) >= 3
    assert drawn.pixelColor(0, 0).alpha() < 128
    assert drawn.size() == QSize(16, 16)
