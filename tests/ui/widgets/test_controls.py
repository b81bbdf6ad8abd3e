"""Segments, sliders, buttons and the search field by real keys, clicks and wheels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.theme.theme import apply_theme
from segstyle_gui.ui.widgets.buttons import danger_button, icon_button, plain_button, primary_button
from segstyle_gui.ui.widgets.search import SearchField
from segstyle_gui.ui.widgets.segmented import SegmentedControl
from segstyle_gui.ui.widgets.sliders import JumpSlider, ValueSlider

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")


def show(qtbot: QtBot, widget: QWidget, width: int = 480) -> None:
    """Show a widget in a window that has the focus."""
    qtbot.addWidget(widget)
    widget.resize(width, widget.sizeHint().height())
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()


def segments(qtbot: QtBot) -> tuple[SegmentedControl, list[str]]:
    control = SegmentedControl([("a", "One"), ("b", "Two"), ("c", "Three")])
    show(qtbot, control)
    heard: list[str] = []
    control.changed.connect(heard.append)
    return control, heard


def test_segments_by_click(qtbot: QtBot) -> None:
    control, heard = segments(qtbot)
    qtbot.mouseClick(control.button("c"), LEFT)
    qtbot.mouseClick(control.button("c"), LEFT)
    assert control.current == "c"
    assert heard[0] == "c"


def test_segments_by_keys_stop_at_the_ends_and_skip_disabled_ones(qtbot: QtBot) -> None:
    control, heard = segments(qtbot)
    control.button("b").setEnabled(False)
    qtbot.keyClick(control, Key.Key_Left)
    qtbot.keyClick(control, Key.Key_Right)
    qtbot.keyClick(control, Key.Key_Right)
    qtbot.keyClick(control, Key.Key_Home)
    qtbot.keyClick(control, Key.Key_End)
    assert heard == ["c", "a", "c"]


def test_setting_a_segment_is_silent_and_refuses_unknown_keys(qtbot: QtBot) -> None:
    control, heard = segments(qtbot)
    control.current = "b"
    assert control.current == "b"
    assert heard == []
    with pytest.raises(ValueError, match="x"):
        control.set_current("x")


def test_the_ring_goes_with_the_choice(qtbot: QtBot) -> None:
    control, _ = segments(qtbot)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(control.hasFocus)
    qtbot.keyClick(control, Key.Key_Right)
    assert [bool(control.button(key).property("ring")) for key in "abc"] == [False, True, False]


def slider_of(widget: ValueSlider) -> JumpSlider:
    found = widget.findChild(JumpSlider)
    assert isinstance(found, JumpSlider)
    return found


def make_slider(qtbot: QtBot) -> tuple[ValueSlider, list[float], list[float]]:
    slider = ValueSlider("Truncation", 0, 2, 0.7, step=0.1, decimals=1)
    show(qtbot, slider)
    live: list[float] = []
    kept: list[float] = []
    slider.value_changed.connect(live.append)
    slider.committed.connect(kept.append)
    return slider, live, kept


def test_slider_keys_step_at_once_and_commit_when_quiet(qtbot: QtBot) -> None:
    slider, live, kept = make_slider(qtbot)
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_PageUp):
        qtbot.keyClick(slider_of(slider), key)
    assert live == pytest.approx([0.8, 0.9, 1.1])
    assert kept == []
    qtbot.waitUntil(lambda: len(kept) == 1, timeout=2000)
    assert kept == pytest.approx([1.1])
    qtbot.keyClick(slider_of(slider), Key.Key_End)
    assert slider.value == 2.0


def test_slider_drag_is_live_and_commits_on_release(qtbot: QtBot) -> None:
    slider, live, kept = make_slider(qtbot)
    inner = slider_of(slider)
    middle = inner.rect().center()
    qtbot.mousePress(inner, LEFT, pos=middle)
    assert slider.value == pytest.approx(1.0, abs=0.11)  # it jumps under the pointer
    qtbot.mouseMove(inner, QPoint(inner.width() - 1, middle.y()))
    assert kept == []
    qtbot.mouseRelease(inner, LEFT, pos=QPoint(inner.width() - 1, middle.y()))
    assert live[-1] == 2.0
    assert kept == [2.0]


def test_slider_figure_can_be_typed(qtbot: QtBot) -> None:
    slider, live, kept = make_slider(qtbot)
    figure = slider._figure
    figure.selectAll()
    qtbot.keyClicks(figure, "1.5")
    qtbot.keyClick(figure, Key.Key_Return)
    assert live == [1.5]
    assert slider_of(slider).value() == 15
    qtbot.waitUntil(lambda: kept == [1.5], timeout=2000)


def test_setting_a_slider_is_silent_and_stays_in_range(qtbot: QtBot) -> None:
    slider, live, kept = make_slider(qtbot)
    slider.value = 9.0
    assert slider.value == 2.0
    slider.set_range(0, 1)
    assert slider.value == 1.0
    assert live == kept == []


def test_slider_with_a_range_that_is_no_multiple_of_its_step_reaches_its_end(qtbot: QtBot) -> None:
    slider = ValueSlider("K", 0, 1, 0, step=0.3, decimals=2)
    show(qtbot, slider)
    qtbot.keyClick(slider_of(slider), Key.Key_End)
    assert slider.value == 1.0


def test_slider_refuses_an_empty_range(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="low < high"):
        ValueSlider("K", 1, 1, 1)


def turn_wheel(widget: QWidget) -> None:
    """Send one notch upwards to the middle of a widget."""
    where = QPointF(widget.rect().center())
    event = QWheelEvent(
        where,
        widget.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_wheel_turns_a_slider_in_a_bar(qtbot: QtBot) -> None:
    slider, live, _ = make_slider(qtbot)
    turn_wheel(slider_of(slider))
    assert live
    assert live[-1] > 0.7


def test_wheel_scrolls_a_page_unless_the_slider_has_the_focus(qtbot: QtBot) -> None:
    slider = ValueSlider("K", 0, 100, 50)
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.addWidget(slider)
    inside.setMinimumHeight(1000)
    area = QScrollArea()
    area.setWidget(inside)
    show(qtbot, area, 300)
    area.verticalScrollBar().setValue(50)
    turn_wheel(slider_of(slider))
    assert slider.value == 50
    slider_of(slider).setFocus()
    qtbot.waitUntil(slider_of(slider).hasFocus)
    turn_wheel(slider_of(slider))
    assert slider.value > 50


def test_buttons_say_their_role_and_are_32_px_high(qtbot: QtBot) -> None:
    for button, role in ((primary_button("Go"), "primary"), (danger_button("Delete"), "danger")):
        show(qtbot, button, 120)
        assert button.property("role") == role
        assert button.sizeHint().height() == 32
    keyed = plain_button("Merge", hint="M")
    show(qtbot, keyed, 120)
    assert keyed.sizeHint().width() > plain_button("Merge").sizeHint().width()
    assert keyed.sizeHint().height() == 32


def test_a_button_keeps_its_height_with_the_focus(qtbot: QtBot) -> None:
    button = plain_button("Go")
    show(qtbot, button, 120)
    size = button.sizeHint()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert button.sizeHint() == size


def test_a_button_with_a_menu_has_room_for_its_arrow(qtbot: QtBot) -> None:
    button = plain_button("Menu")
    show(qtbot, button, 120)
    width = button.sizeHint().width()
    button.setMenu(QMenu(button))
    assert button.sizeHint().width() > width


def test_icon_button_names_itself_and_answers_its_shortcut(qtbot: QtBot) -> None:
    button = icon_button("eye", "Show the overlay", "O", True)
    show(qtbot, button, 32)
    assert button.accessibleName() == "Show the overlay"
    assert "(O)" in button.toolTip()
    qtbot.mouseClick(button, LEFT)
    assert button.isChecked()


def test_search_waits_for_the_last_letter(qtbot: QtBot) -> None:
    field = SearchField("Find an image")
    show(qtbot, field)
    heard: list[str] = []
    field.text_changed.connect(heard.append)
    qtbot.keyClicks(field, "eye")
    assert heard == []
    qtbot.waitUntil(lambda: heard == ["eye"], timeout=2000)
    qtbot.keyClicks(field, "s")
    qtbot.keyClick(field, Key.Key_Return)
    assert heard == ["eye", "eyes"]
    qtbot.keyClick(field, Key.Key_Escape)
    assert heard[-1] == ""
    assert field.text() == ""
