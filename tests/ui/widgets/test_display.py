"""Labels, bars, cards, banners, swatches: what they show and say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.core.palette import OKABE_ITO
from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.theme.tokens import DARK, LIGHT
from segstyle_gui.ui.widgets.banner import Banner
from segstyle_gui.ui.widgets.bars import ProgressStrip, ScoreBar
from segstyle_gui.ui.widgets.cards import Card, CollapsibleSection
from segstyle_gui.ui.widgets.color_popup import ColorPopup
from segstyle_gui.ui.widgets.empty import EmptyState
from segstyle_gui.ui.widgets.labels import ElidedLabel, FigureRow, IconLabel, KeyHint, SectionHeader
from segstyle_gui.ui.widgets.swatch import ClassChip, ColorSwatch

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")


def show(qtbot: QtBot, widget: QWidget, width: int = 200) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, max(widget.sizeHint().height(), 8))
    widget.show()
    qtbot.waitExposed(widget)


def tooltip_of(widget: QWidget, qtbot: QtBot) -> str:
    """Hover over a widget and return the tooltip that comes up, empty if none does."""
    where = QPoint(4, 4)
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, where, widget.mapToGlobal(where)))
    text = QToolTip.text()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    return text


def test_a_label_has_a_tooltip_only_while_it_is_elided(qtbot: QtBot) -> None:
    label = ElidedLabel("a name that is far too long for this column")
    show(qtbot, label, 80)
    assert label.is_elided()
    assert tooltip_of(label, qtbot) == f"<span>{label.text()}</span>"
    label.resize(600, label.height())
    assert not label.is_elided()
    assert tooltip_of(label, qtbot) == ""


def test_a_name_is_never_taken_for_markup(qtbot: QtBot) -> None:
    label = ElidedLabel("<b>bold</b> and much longer than the column is wide")
    show(qtbot, label, 60)
    assert "&lt;b&gt;" in tooltip_of(label, qtbot)


def test_an_elided_label_gives_way(qtbot: QtBot) -> None:
    label = ElidedLabel("a name that is far too long for this column")
    assert label.minimumSizeHint().width() < 40 < label.sizeHint().width()


def test_a_figure_row_says_name_and_value(qtbot: QtBot) -> None:
    row = FigureRow("Share", "4 %")
    show(qtbot, row)
    row.set_value("17.8 %")
    assert row.value() == "17.8 %"
    assert "Share: 17.8 %" in [label.accessibleName() for label in row.findChildren(QLabel)]


def test_a_header_shows_capitals_and_keeps_its_words(qtbot: QtBot) -> None:
    header = SectionHeader("Classes", "share")
    show(qtbot, header)
    assert header.text() == "Classes"


def test_a_key_hint_shows_every_key(qtbot: QtBot) -> None:
    hint = KeyHint("Ctrl+Shift+P")
    show(qtbot, hint)
    assert hint.text().split() == ["Ctrl", "Shift", "P"]
    hint.set_keys("+")
    assert hint.text() == "+"


def test_an_icon_label_follows_the_theme(qapp: QApplication, qtbot: QtBot) -> None:
    label = IconLabel("stop", 32, "text")
    show(qtbot, label, 32)

    def colors() -> set[str]:
        shown = label.grab().toImage()
        return {shown.pixelColor(x, y).name() for x in range(32) for y in range(32)}

    assert DARK.text in colors()
    apply_theme(qapp, "light")
    assert LIGHT.text in colors()


def covered(bar: QWidget, color: str) -> int:
    shown = bar.grab().toImage()
    y = shown.height() // 2
    return sum(shown.pixelColor(x, y) == QColor(color) for x in range(shown.width()))


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0), (7.0, 1.0), (-1.0, 0.0)]
)
def test_a_score_is_as_long_as_its_share(qtbot: QtBot, share: float, expected: float) -> None:
    bar = ScoreBar(share)
    show(qtbot, bar)
    assert covered(bar, DARK.accent) / 200 == pytest.approx(expected, abs=0.02)
    assert bar.accessibleDescription() == f"{expected:.0%}"


def test_a_strip_sweeps_only_while_it_is_seen_and_knows_nothing(qtbot: QtBot) -> None:
    strip = ProgressStrip()
    show(qtbot, strip)
    strip.set_share(0.5)
    assert covered(strip, DARK.accent) / 200 == pytest.approx(0.5, abs=0.02)
    running = strip._sweep.State.Running
    strip.set_share(None)
    assert strip._sweep.state() == running
    strip.hide()
    assert strip._sweep.state() != running
    strip.show()
    assert strip._sweep.state() == running
    strip.set_share(1.0)
    assert strip._sweep.state() != running


def test_a_section_folds_by_click_and_by_space(qtbot: QtBot) -> None:
    section = CollapsibleSection("More settings", expanded=False)
    inside = QLabel("inside")
    section.body.addWidget(inside)
    show(qtbot, section)
    header = section.findChild(QToolButton)
    assert header is not None
    assert not inside.isVisible()
    with qtbot.waitSignal(section.toggled) as heard:
        qtbot.mouseClick(header, LEFT)
    assert heard.args == [True]
    assert inside.isVisible()
    qtbot.keyClick(header, Qt.Key.Key_Space)
    assert not section.is_expanded()
    assert not inside.isVisible()


def test_a_card_holds_what_is_put_into_it(qtbot: QtBot) -> None:
    card = Card()
    card.body.addWidget(QLabel("inside"))
    show(qtbot, card)
    assert card.grab().toImage().pixelColor(8, card.height() // 2) == QColor(DARK.raised)


def test_an_empty_state_says_what_to_do_and_does_it(qtbot: QtBot) -> None:
    state = EmptyState("images", "No images yet", "Drop a folder here.", "Choose…")
    show(qtbot, state, 400)
    with qtbot.waitSignal(state.clicked):
        qtbot.mouseClick(state.button(), LEFT)
    state.set_text("Nothing", "Nothing to do.")
    assert not state.button().isVisible()


def test_a_banner_has_a_button_only_where_there_is_something_to_do(qtbot: QtBot) -> None:
    banner = Banner("stale", "Regions changed.", "Make again")
    show(qtbot, banner, 400)
    button = banner.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(banner.clicked):
        qtbot.mouseClick(button, LEFT)
    banner.set_button("")
    assert not button.isVisible()
    banner.set_kind("error")
    with pytest.raises(KeyError):
        banner.set_kind("panic")


def open_popup(qtbot: QtBot, swatch: ColorSwatch) -> ColorPopup:
    qtbot.keyClick(swatch, Qt.Key.Key_Return)
    popup = swatch.popup()
    assert popup is not None
    return popup


def test_a_swatch_is_changed_by_keys(qtbot: QtBot) -> None:
    swatch = ColorSwatch(OKABE_ITO[0])
    show(qtbot, swatch, 24)
    popup = open_popup(qtbot, swatch)
    with qtbot.waitSignal(swatch.color_changed) as heard:
        qtbot.keyClick(popup.safe, Qt.Key.Key_Right)
        qtbot.keyClick(popup.safe, Qt.Key.Key_Return)
    assert heard.args == [OKABE_ITO[1]]
    assert swatch.color == OKABE_ITO[1]
    qtbot.waitUntil(lambda: swatch.popup() is None)


def test_a_swatch_is_changed_by_mouse_and_not_by_escape(qtbot: QtBot) -> None:
    swatch = ColorSwatch("#123456")
    show(qtbot, swatch, 24)
    popup = open_popup(qtbot, swatch)
    with qtbot.assertNotEmitted(swatch.color_changed):
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: swatch.popup() is None)
    qtbot.mouseClick(swatch, LEFT)
    popup = swatch.popup()
    assert popup is not None
    with qtbot.waitSignal(swatch.color_changed) as heard:
        qtbot.mouseClick(popup.safe, LEFT, pos=popup.safe.cell(4).center().toPoint())
    assert heard.args == [OKABE_ITO[4]]


def test_a_swatch_that_cannot_be_edited_is_a_button(qtbot: QtBot) -> None:
    swatch = ColorSwatch((1, 2, 3), editable=False)
    show(qtbot, swatch, 24)
    with qtbot.waitSignal(swatch.clicked):
        qtbot.mouseClick(swatch, LEFT)
    assert swatch.popup() is None


def test_setting_a_colour_is_silent_and_shown(qtbot: QtBot) -> None:
    swatch = ColorSwatch("#000000")
    show(qtbot, swatch, 24)
    with qtbot.assertNotEmitted(swatch.color_changed):
        swatch.set_color(QColor("#00ff00"))
    assert swatch.grab().toImage().pixelColor(12, 12) == QColor("#00ff00")
    assert "#00ff00" in swatch.accessibleName()


def test_a_chip_elides_a_long_name(qtbot: QtBot) -> None:
    chip = ClassChip("a class name that goes on and on and on and on", (0, 158, 115))
    show(qtbot, chip, 120)
    assert chip.findChild(ElidedLabel).is_elided()  # type: ignore[union-attr]
    chip.set_class("iris", "#112233")
    assert chip.name() == chip.accessibleName() == "iris"
