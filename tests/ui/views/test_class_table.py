"""The class table by mouse, keys and drops: what it shows, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QLineEdit

from segstyle_gui.core.classes import LabelClass, Region, RegionState, default_color
from segstyle_gui.ui.views.class_rows import build_rows
from segstyle_gui.ui.views.class_table import ClassTable
from segstyle_gui.ui.views.class_table_model import Column, percent
from segstyle_gui.ui.views.region_drag import regions_to_mime

LEFT, NONE, SHIFT, ALT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@dataclass(frozen=True)
class Shares:
    share: float
    presence: float


def make_state(**changes: Any) -> RegionState:
    """Iris (regions 1, 2), pupil (3), an empty class, and region 4 without one."""
    classes = tuple(
        LabelClass(i + 1, name, default_color(i + 1)) for i, name in enumerate(["iris", "pupil", "lid"])
    )
    of_class = {1: 1, 2: 1, 3: 2, 4: None}
    regions = tuple(
        Region(id=i, clusters=(i - 1,), name=f"Region {i}", class_id=class_id, hidden=i == 3, locked=i == 2)
        for i, class_id in of_class.items()
    )
    return replace(RegionState(regions, classes, (), 4, 5, 4), **changes)


NUMBERS = {1: Shares(0.1, 0.5), 2: Shares(0.25, 0.75), 3: Shares(0.0002, 1.0)}
SIGNALS = (
    "class_clicked",
    "region_clicked",
    "renamed",
    "recolored",
    "hidden_changed",
    "locked_changed",
    "solo_requested",
    "regions_dropped",
    "hovered",
)


@pytest.fixture
def table(qtbot) -> ClassTable:
    table = ClassTable()
    qtbot.addWidget(table)
    table.resize(340, 300)
    table.set_state(make_state(), NUMBERS)
    table.show()
    return table


@pytest.fixture
def asked(table: ClassTable) -> list[tuple[Any, ...]]:
    """Every signal as (name, *arguments)."""
    signals: list[tuple[Any, ...]] = []

    def remember(name: str) -> Callable[..., None]:
        return lambda *values: signals.append((name, *values))

    for name in SIGNALS:
        getattr(table, name).connect(remember(name))
    return signals


def cell(table: ClassTable, kind: str, row_id: int, column: Column = Column.NAME) -> QModelIndex:
    index = table.rows_model.index_of((kind, row_id))  # type: ignore[arg-type]
    assert index.isValid()
    if index.parent().isValid():
        table.setExpanded(index.parent(), True)
    return index.siblingAtColumn(column)


def place(table: ClassTable, kind: str, row_id: int, column: Column = Column.NAME) -> QPoint:
    return table.visualRect(cell(table, kind, row_id, column)).center()


def click(table: ClassTable, index_of: tuple[Any, ...], modifier=NONE) -> None:
    QTest.mouseClick(table.viewport(), LEFT, modifier, place(table, *index_of))


def shown(table: ClassTable, kind: str, row_id: int) -> list[str]:
    return [cell(table, kind, row_id, column).data() for column in Column][:3]


def test_the_model_is_sound(table: ClassTable) -> None:
    QAbstractItemModelTester(table.rows_model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.set_state(make_state(), NUMBERS)
    table.set_state(make_state(regions=()), {})
    table.set_state(None, {})


def test_rows_are_classes_with_their_regions_then_the_rest() -> None:
    rows = build_rows(make_state(), NUMBERS, "No class")
    assert [(row.kind, row.name, row.regions, row.number) for row in rows] == [
        ("class", "iris", (1, 2), 1),
        ("class", "pupil", (3,), 2),
        ("class", "lid", (), 3),
        ("none", "No class", (4,), 0),
    ]
    iris, pupil, lid, rest = rows
    assert [child.name for child in iris.children] == ["Region 1", "Region 2"]
    assert (iris.share, iris.presence, iris.is_lower_bound) == (pytest.approx(0.35), 0.75, True)
    assert (iris.hidden, iris.locked, pupil.hidden) == (False, False, True)
    assert (lid.share, rest.share) == (None, None)
    assert rest.children[0].class_id is None
    assert build_rows(make_state(regions=()), {}, "No class")[-1].kind == "class"


def test_only_nine_classes_have_a_key() -> None:
    classes = tuple(LabelClass(i, f"c{i}", (1, 2, 3)) for i in range(1, 12))
    rows = build_rows(make_state(classes=classes, next_class_id=12), {}, "")
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0]


def test_numbers_are_shown(table: ClassTable) -> None:
    assert shown(table, "class", 1) == ["iris", "35.0 %", "≥ 75 %"]
    assert shown(table, "class", 2) == ["pupil", "< 0.1 %", "100 %"]
    assert shown(table, "region", 2) == ["Region 2", "25.0 %", "75 %"]
    assert shown(table, "region", 4) == ["Region 4", "–", "–"]


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(None, 1, "–"), (0.0, 1, "0.0 %"), (1e-5, 1, "< 0.1 %"), (0.1234, 1, "12.3 %"), (0.001, 0, "< 1 %")],
)
def test_percent(share: float | None, decimals: int, text: str) -> None:
    assert percent(share, decimals=decimals) == text


def test_clicks_tell_what_and_how(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    click(table, ("class", 1))
    click(table, ("region", 2), SHIFT)
    click(table, ("none", 0))
    clicks = [signal for signal in asked if signal[0] != "hovered"]
    assert clicks == [("class_clicked", 1, NONE), ("region_clicked", (2,), SHIFT)]


def test_enter_and_space_click_the_current_row(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    table.setExpanded(cell(table, "class", 1), True)
    table.setCurrentIndex(cell(table, "class", 1))
    QTest.keyClick(table, Qt.Key.Key_Return)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Space, SHIFT)
    assert asked == [("class_clicked", 1, NONE), ("region_clicked", (1,), SHIFT)]


def test_eye_and_lock(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    click(table, ("class", 1, Column.EYE))
    click(table, ("class", 2, Column.EYE))
    click(table, ("region", 4, Column.EYE), ALT)
    click(table, ("region", 2, Column.LOCK))
    click(table, ("class", 1, Column.LOCK))
    click(table, ("class", 3, Column.EYE))
    assert [signal for signal in asked if signal[0] != "hovered"] == [
        ("hidden_changed", (1, 2), True),
        ("hidden_changed", (3,), False),
        ("solo_requested", (4,)),
        ("locked_changed", (2,), False),
        ("locked_changed", (1, 2), True),
    ]


def type_name(table: ClassTable, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    [editor] = [e for e in table.viewport().findChildren(QLineEdit) if e.isVisible()]
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, key)
    QApplication.processEvents()


def test_names_are_edited_in_place(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    table.setCurrentIndex(cell(table, "class", 1))
    QTest.keyClick(table, Qt.Key.Key_F2)
    type_name(table, "  Iris ")
    index = cell(table, "region", 4)
    QTest.mouseDClick(table.viewport(), LEFT, NONE, table.visualRect(index).center())
    type_name(table, "lid")
    table.rename(("region", 1))
    type_name(table, "never", Qt.Key.Key_Escape)
    table.rename(("class", 2))
    type_name(table, "pupil")
    table.rename(("none", 0))
    renames = [signal for signal in asked if signal[0] == "renamed"]
    assert renames == [("renamed", "class", 1, "Iris"), ("renamed", "region", 4, "lid")]
    assert shown(table, "class", 1)[0] == "iris"  # until the state says so


def test_a_double_click_on_the_colour_recolours(
    table: ClassTable, asked: list[tuple[Any, ...]], qtbot
) -> None:
    index = cell(table, "region", 2)
    left = table.visualRect(index).left() + 10
    QTest.mouseDClick(table.viewport(), LEFT, NONE, QPoint(left, table.visualRect(index).center().y()))
    dialog = table.findChild(QColorDialog)
    assert dialog is not None
    dialog.setCurrentColor(QColor(1, 2, 3))
    dialog.accept()
    assert ("recolored", "region", 2, (1, 2, 3)) in asked


def test_hover_is_told_once_and_ends(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    for _ in range(2):
        QTest.mouseMove(table.viewport(), place(table, "region", 4))
    QTest.mouseMove(table.viewport(), place(table, "region", 1, Column.SHARE))
    QTest.mouseMove(table.viewport(), place(table, "class", 1))
    QApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert asked == [("hovered", 4), ("hovered", 1), ("hovered", None), ("hovered", None)]


def test_another_state_keeps_open_rows_and_the_current_one(table: ClassTable) -> None:
    table.setExpanded(cell(table, "class", 1), True)
    table.setCurrentIndex(cell(table, "region", 2))
    table.setExpanded(cell(table, "none", 0), False)
    state = make_state()
    moved = tuple(replace(r, class_id=3) if r.id == 3 else r for r in state.regions)
    for regions in (tuple(replace(r, hidden=True) for r in state.regions), moved):
        table.set_state(make_state(regions=regions), NUMBERS)
        assert table.isExpanded(table.rows_model.index_of(("class", 1)))
        assert not table.isExpanded(table.rows_model.index_of(("class", 2)))
        assert not table.isExpanded(table.rows_model.index_of(("none", 0)))
        assert table.currentIndex() == table.rows_model.index_of(("region", 2))
    assert table.rows_model.rows[2].regions == (3,)


def drop(table: ClassTable, ids: set[int], at: QPoint) -> tuple[bool, bool]:
    """Carry regions over the table and let go; return whether it took them on the way and at the end."""
    data = regions_to_mime(ids)
    actions, buttons = Qt.DropAction.CopyAction, LEFT
    move = QDragMoveEvent(at, actions, data, buttons, NONE)
    table.dragMoveEvent(move)
    end = QDropEvent(QPointF(at), actions, data, buttons, NONE)
    end.ignore()
    table.dropEvent(end)
    return move.isAccepted(), end.isAccepted()


def test_dropped_regions_join_the_class_under_them(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    assert drop(table, {3, 4}, place(table, "class", 3)) == (True, True)
    drop(table, {1, 4}, place(table, "region", 2))  # 1 is in that class already
    drop(table, {1, 4}, place(table, "none", 0))
    drop(table, {1}, place(table, "class", 1))
    assert drop(table, {1}, QPoint(50, 290)) == (False, False)
    drops = [signal for signal in asked if signal[0] == "regions_dropped"]
    assert drops == [
        ("regions_dropped", (3, 4), 3),
        ("regions_dropped", (4,), 1),
        ("regions_dropped", (1,), None),
    ]


def test_a_drag_carries_the_selection_if_the_row_is_part_of_it(table: ClassTable) -> None:
    rows = {row.key: row for top in table.rows_model.rows for row in (top, *top.children)}
    table.set_selected_regions({2, 4})
    assert table.carried(rows["region", 2]) == (2, 4)
    assert table.carried(rows["region", 1]) == (1,)
    assert table.carried(rows["class", 1]) == (1, 2)


def test_the_menu_offers_what_the_row_allows(table: ClassTable, asked: list[tuple[Any, ...]]) -> None:
    rows = {row.key: row for top in table.rows_model.rows for row in (top, *top.children)}
    menu = table.make_menu(rows["region", 3])
    texts = {action.text(): action for action in menu.actions()}
    assert "Show" in texts
    for text in ("Show", "Show only this", "Lock", "Take out of its class"):
        texts[text].trigger()
    assert asked == [
        ("hidden_changed", (3,), False),
        ("solo_requested", (3,)),
        ("locked_changed", (3,), True),
        ("regions_dropped", (3,), None),
    ]
    assert [a.text() for a in table.make_menu(rows["class", 3]).actions()] == ["Rename", "Colour…"]
    assert [a.text() for a in table.make_menu(rows["none", 0]).actions()] == [
        "Hide",
        "Show only this",
        "Lock",
    ]


def test_selection_and_hover_from_elsewhere_are_marked(table: ClassTable) -> None:
    def look(kind: str, row_id: int) -> int:
        rect = table.visualRect(cell(table, kind, row_id, Column.SHARE))
        return table.viewport().grab(rect).toImage().pixel(2, 2)

    plain, pupil = look("region", 4), look("class", 2)
    table.set_selected_regions({4, 3})
    chosen = look("region", 4)
    assert chosen != plain
    assert look("class", 2) == chosen  # all of its regions are selected
    assert look("class", 1) == pupil
    table.set_selected_regions(())
    table.set_hovered_region(3)
    assert look("class", 2) not in (pupil, chosen)  # closed, so it stands for its region


def test_it_says_what_to_do_when_empty(table: ClassTable) -> None:
    full = table.grab().toImage()
    table.set_state(None, {})
    assert table.grab().toImage() != full
    assert table.accessibleName()
    assert not table.rows_model.rows
