"""The regions page: hover, select, merge, split, classes and granularity by hand, on a real project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.regions.page import RegionsPage
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page(open_session: Session, actions: Actions, qtbot: QtBot, idle: Callable[[], None]) -> RegionsPage:
    made = RegionsPage(open_session, actions)
    qtbot.addWidget(made)
    qtbot.addWidget(made.sidebar())
    made.resize(900, 700)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow, timeout=5000)
    made.gallery.setFocus()
    made.activate()
    idle()
    qtbot.waitUntil(lambda: len(made.gallery.seeds) == 64, timeout=20_000)
    idle()
    return made


def ids(session: Session) -> list[int]:
    assert session.state is not None
    return [region.id for region in session.state.regions]


def place_of(page: RegionsPage, region_id: int) -> QPoint:
    """Return a place on the gallery where a region is, well inside it."""
    view, state = page.gallery, page.session.state
    assert state is not None
    for y in range(4, view.viewport().height(), 5):
        for x in range(4, view.viewport().width(), 5):
            around = [QPoint(x + dx, y + dy) for dx, dy in ((0, 0), (-2, 0), (2, 0), (0, -2), (0, 2))]
            if all(region_at(page, place) == region_id for place in around):
                return QPoint(x, y)
    raise AssertionError(f"region {region_id} is not on the screen")


def region_at(page: RegionsPage, place: QPoint) -> int | None:
    return page.gallery._region_at(page.gallery.hit(place.toPointF()))


def test_hovering_lights_a_region_up_everywhere(page: RegionsPage, qtbot: QtBot) -> None:
    wanted = ids(page.session)[1]
    place = place_of(page, wanted)
    before = page.gallery.grab().toImage()
    qtbot.mouseMove(page.gallery.viewport(), place)
    assert page.session.hover == wanted
    qtbot.waitUntil(lambda: page.gallery.grab().toImage() != before, timeout=2000)


def test_click_shift_click_and_m_merge_two_regions(page: RegionsPage, qtbot: QtBot) -> None:
    session = page.session
    first, second = ids(session)[:2]
    qtbot.mouseClick(page.gallery.viewport(), LEFT, pos=place_of(page, first))
    assert session.selection == {first}
    assert not page.registry.action("regions.merge").isEnabled()
    qtbot.mouseClick(page.gallery.viewport(), LEFT, SHIFT, place_of(page, second))
    assert session.selection == {first, second}
    qtbot.keyClick(page.gallery, Qt.Key.Key_M)
    assert second not in ids(session)
    session.undo()
    assert {first, second} <= set(ids(session))


def test_the_inspector_tells_of_the_selected_region(
    page: RegionsPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    session = page.session
    number = ids(session)[0]
    session.select({number})
    idle()
    studio = session.studio
    assert studio is not None
    known = studio.statistics()[number]
    inspector = page.panel.inspector
    qtbot.waitUntil(lambda: inspector._share.value() == f"{known.share:.1%}", timeout=5000)
    assert inspector._name.text() == session.state.region(number).name  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: not inspector._sheet.pixmap().isNull(), timeout=5000)


def test_split_makes_new_regions_that_the_gallery_can_show(
    page: RegionsPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    session = page.session
    studio = session.studio
    assert studio is not None
    numbers = studio.statistics()
    largest = max(numbers, key=lambda number: numbers[number].share)
    before = set(ids(session))
    session.select({largest})
    page.registry.action("regions.split_3").trigger()
    idle()
    new = set(ids(session)) - before
    assert len(new) == 2
    assert session.selection == new | {largest}
    qtbot.waitUntil(lambda: _is_shown(page, new), timeout=20_000)
    session.undo()
    assert set(ids(session)) == before


def _is_shown(page: RegionsPage, regions: set[int]) -> bool:
    samples, state = page.feed.samples, page.session.state
    assert samples is not None
    assert state is not None
    return samples.n_splits == len(state.splits) and regions <= set(
        np.unique(state.cluster_to_region()[samples.clusters]).tolist()
    )


def test_strokes_split_a_region(page: RegionsPage, qtbot: QtBot, idle: Callable[[], None]) -> None:
    session = page.session
    studio = session.studio
    assert studio is not None
    numbers = studio.statistics()
    largest = max(numbers, key=lambda number: numbers[number].share)
    session.select({largest})
    before = len(ids(session))
    page.registry.action("regions.scribble").trigger()
    assert page.scribble_bar.isVisible()
    start = place_of(page, largest)
    for button, shift in ((LEFT, QPoint(0, 0)), (Qt.MouseButton.RightButton, QPoint(3, 3))):
        qtbot.mousePress(page.gallery.viewport(), button, pos=start + shift)
        qtbot.mouseMove(page.gallery.viewport(), start + shift + QPoint(2, 0))
        qtbot.mouseRelease(page.gallery.viewport(), button, pos=start + shift + QPoint(2, 0))
    assert all(page.gallery.scribbles())
    qtbot.keyClick(page.gallery, Qt.Key.Key_Return)
    idle()
    assert len(ids(session)) == before + 1
    assert not page.gallery.is_scribbling


def test_number_keys_and_dropping_put_regions_into_classes(page: RegionsPage, qtbot: QtBot) -> None:
    session = page.session
    state = session.state
    assert state is not None
    free = next(region.id for region in state.regions if region.class_id is None)
    session.select({free})
    qtbot.keyClick(page.gallery, Qt.Key.Key_2)
    assert session.state.region(free).class_id == state.classes[1].id  # type: ignore[union-attr]
    page.panel.table.regions_dropped.emit((free,), None)
    assert session.state.region(free).class_id is None  # type: ignore[union-attr]


def test_a_new_class_is_named_and_f2_renames(
    page: RegionsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = page.session
    number = ids(session)[-1]
    session.select({number})
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("limbus", True))
    qtbot.keyClick(page.gallery, Qt.Key.Key_N)
    assert "limbus" in [label_class.name for label_class in session.state.classes]  # type: ignore[union-attr]
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("edge", True))
    qtbot.keyClick(page.gallery, Qt.Key.Key_F2)
    assert session.state.region(number).name == "edge"  # type: ignore[union-attr]


def test_granularity_is_painted_live_and_stored_once(page: RegionsPage, qtbot: QtBot) -> None:
    session = page.session
    steps, before = len(session.history()), ids(session)
    page.tools.granularity_moved.emit(6)
    page.tools.granularity_moved.emit(5)
    assert ids(session) == before, "nothing is stored while it is dragged"
    page.tools.granularity_set.emit(5)
    assert len(ids(session)) == 5
    assert len(session.history()) == steps + 1
    session.undo()
    assert ids(session) == before


def test_hide_lock_and_solo(page: RegionsPage, qtbot: QtBot) -> None:
    session = page.session
    first, second = ids(session)[:2]
    place = place_of(page, first)
    session.select({first})
    qtbot.keyClick(page.gallery, Qt.Key.Key_H)
    assert session.state.region(first).hidden  # type: ignore[union-attr]
    assert region_at(page, place) is None, "a hidden region cannot be pointed at"
    qtbot.keyClick(page.gallery, Qt.Key.Key_H, SHIFT)
    assert not session.state.region(first).hidden  # type: ignore[union-attr]
    session.select({second})
    qtbot.keyClick(page.gallery, Qt.Key.Key_L)
    assert session.state.region(second).locked  # type: ignore[union-attr]
    qtbot.keyClick(page.gallery, Qt.Key.Key_O)
    qtbot.keyClick(page.gallery, Qt.Key.Key_O)
    assert len(session.history()) >= 3


def test_two_runs_can_be_compared(
    page: RegionsPage, qtbot: QtBot, idle: Callable[[], None], notices: list[Any]
) -> None:
    page.registry.action("regions.compare").trigger()
    assert notices, "with one run there is nothing to compare"
    assert not page.registry.action("regions.compare").isChecked()
    page.panel.run_panel.run(n_clusters=5, seed=3)
    idle()
    qtbot.waitUntil(
        lambda: len(page.gallery.seeds) == 64 and not page.session.jobs.unfinished(), timeout=20_000
    )
    page.registry.action("regions.compare").trigger()
    idle()
    assert len(page.gallery._sides) == 2
    page.registry.action("regions.compare").trigger()
    assert len(page.gallery._sides) == 1


def test_a_read_only_project_can_be_looked_at_but_not_changed(
    session: Session, actions: Actions, qtbot: QtBot, project_file: Any, idle: Callable[[], None]
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=5000):
        session.open(project_file, readonly=True)
    page = RegionsPage(session, actions)
    qtbot.addWidget(page)
    qtbot.addWidget(page.sidebar())
    page.activate()
    idle()
    session.select(set(ids(session)[:2]))
    assert not actions.action("regions.merge").isEnabled()
    assert actions.action("regions.solo").isEnabled()


def test_granularity_set_by_keys_is_stored(page: RegionsPage, qtbot: QtBot) -> None:
    slider = page.tools.granularity.focusProxy()
    assert slider is not None
    before = ids(page.session)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert ids(page.session) == before, "not yet: more keys may follow"
    qtbot.waitUntil(lambda: len(ids(page.session)) == len(before) + 1, timeout=3000)
