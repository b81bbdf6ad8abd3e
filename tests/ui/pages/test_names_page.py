"""The names page: words in, scores seen, names accepted, written and taken back, on a real project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from segstyle_gui.core.clip import model as clip_model
from segstyle_gui.pipeline.stage import current_run
from segstyle_gui.project.edits import AssignClass, MergeRegions
from segstyle_gui.project.store import Project
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.names.page import NamesPage
from segstyle_gui.ui.pages.names.prompts import PromptLine
from segstyle_gui.ui.pages.names.suggestion_model import Column
from segstyle_gui.ui.pages.regions.suggestions import suggestions_of
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton


class _Brightness:
    """A CLIP that knows bright from dark, and a little of gray."""

    loads = 0
    looks = 0

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        known = {"bright": (1.0, 0.0), "dark": (0.0, 1.0), "gray": (0.6, 0.8)}
        return np.array([next(v for k, v in known.items() if k in text) for text in texts], np.float32)

    def dense(self, images: np.ndarray, **options: Any) -> np.ndarray:
        _Brightness.looks += 1
        light = images[..., 0].astype(np.float32) > np.median(images)
        return np.stack([light, ~light], axis=1).astype(np.float32)


def _load(*args: Any, **options: Any) -> _Brightness:
    _Brightness.loads += 1
    return _Brightness()


@pytest.fixture
def page(
    open_session: Session,
    actions: Actions,
    qtbot: QtBot,
    idle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> NamesPage:
    monkeypatch.setattr(clip_model, "load_clip", _load)
    made = NamesPage(open_session, actions)
    qtbot.addWidget(made)
    side = made.sidebar()
    assert side is not None
    qtbot.addWidget(side)
    made.resize(900, 700)
    made.show()
    side.show()
    made.activate()
    qtbot.waitUntil(lambda: made.panel.run_panel.form is not None, timeout=20_000)
    made.prompts.replace_lines(())
    QGuiApplication.clipboard().setText("bright\ndark, shadow of dark\ngray")
    made.prompts.paste()
    made.panel.run_panel.form.set_value("n_images", 4)  # type: ignore[union-attr]
    idle()
    return made


@pytest.fixture
def named(page: NamesPage, qtbot: QtBot, idle: Callable[[], None]) -> NamesPage:
    page.margin.set_value(0)
    page.panel.set_margin(0)
    page.run()
    qtbot.waitUntil(lambda: page.session.run("names") is not None, timeout=30_000)
    idle()
    return page


def _project(page: NamesPage) -> Project:
    project = page.session.project
    assert project is not None
    return project


def _classes(page: NamesPage) -> dict[int, str | None]:
    state = page.session.state
    assert state is not None
    names = {one.id: one.name for one in state.classes}
    return {region.id: names.get(region.class_id or 0) for region in state.regions}


def _click(qtbot: QtBot, page: NamesPage, row: int, column: Column) -> None:
    place = page.table.visualRect(page.table.rows.index(row, column))
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=QPoint(place.right() - 16, place.center().y()))


def test_the_list_is_kept_in_the_project_and_handed_to_the_stage(page: NamesPage) -> None:
    assert _project(page).settings()["names.prompts"] == [["bright"], ["dark", "shadow of dark"], ["gray"]]
    assert page.panel.run_panel.config().prompts == "bright, dark|shadow of dark, gray"
    assert not page.panel.run_panel.config().download


def test_lines_are_added_and_removed_by_keys(page: NamesPage, qtbot: QtBot) -> None:
    page.add_name()
    editor = page.prompts.table.findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, "glare, shine")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.prompts.lines()) == 4, timeout=2000)
    assert page.prompts.lines()[-1].synonyms == ("shine",)
    assert page.prompts.table.item(3, 1).text() == "shine"  # type: ignore[union-attr]
    page.prompts.table.setCurrentCell(0, 0)
    qtbot.keyClick(page.prompts.table, Qt.Key.Key_Delete)
    assert [line.name for line in page.prompts.lines()] == ["dark", "gray", "glare"]
    assert _project(page).settings()["names.prompts"][0] == ["dark", "shadow of dark"]


def test_scores_are_shown_as_stored(named: NamesPage) -> None:
    run = current_run(_project(named), "names")
    scores = _project(named).array(run, "scores")
    rows = named.rows()
    assert [row.name for row in rows] == [row["name"] for row in run.summary["suggestions"]]
    assert named.heat.best() == scores.argmax(axis=1).tolist()
    best = suggestions_of(named.session, rows[0].region_id)
    assert [name for name, _ in best] == list(rows[0].choices)
    assert best[0][1] == pytest.approx(scores[0].max(), abs=1e-3)


def test_a_larger_margin_makes_regions_unknown_at_once(named: NamesPage) -> None:
    rows = named.rows()
    assert all(row.name for row in rows)
    limit = sorted(row.lead for row in rows)[1] + 1e-6
    named.margin.set_range(0, 2)
    named.margin.set_value(limit)
    named.margin.value_changed.emit(limit)
    unknown = [row for row in named.rows() if not row.name]
    assert {row.region_id for row in unknown} == {row.region_id for row in rows if row.lead < limit}
    number = named.rows().index(unknown[0])
    assert named.table.rows.index(number, Column.NAME).data() == "unknown"
    assert named.table.rows.index(number, Column.ACCEPT).data() == ""


def test_accept_all_is_one_step_for_regions_without_a_class(named: NamesPage, qtbot: QtBot) -> None:
    before = _classes(named)
    free = {row.region_id: row.name for row in named.rows() if not row.class_name}
    assert len(free) == 2
    steps = len(_project(named).history())
    qtbot.mouseClick(named.accept_button, LEFT)
    assert _classes(named) == {**before, **free}
    assert len(_project(named).history()) == steps + 1
    assert not named.accept_button.isEnabled()
    assert named.session.status()["name_regions"].state == "done"
    named.session.undo()
    assert _classes(named) == before
    assert named.accept_button.isEnabled()


def test_one_name_is_accepted_by_click_or_enter(named: NamesPage, qtbot: QtBot) -> None:
    rows = named.rows()
    _click(qtbot, named, 0, Column.ACCEPT)
    assert _classes(named)[rows[0].region_id] == rows[0].name
    assert named.session.selection == {rows[0].region_id}
    _click(qtbot, named, 3, Column.REGION)
    qtbot.keyClick(named.table, Qt.Key.Key_Return)
    assert _classes(named)[rows[3].region_id] == rows[3].name
    assert named.rows()[3].is_accepted


def test_a_name_is_written_by_hand(named: NamesPage, qtbot: QtBot) -> None:
    number = named.rows()[2].region_id
    _click(qtbot, named, 2, Column.REGION)
    qtbot.keyClick(named.table, Qt.Key.Key_F2)
    editor = named.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "limbus")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _classes(named)[number] == "limbus", timeout=2000)


def test_a_click_selects_the_region_everywhere_and_shows_it(
    named: NamesPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    _click(qtbot, named, 1, Column.REGION)
    number = named.rows()[1].region_id
    assert named.session.selection == {number}
    assert named.heat.current[0] == 1
    idle()
    assert named.patches.grid._images.shape[1:] == (64, 64, 3)
    named.session.select((named.rows()[3].region_id,))
    assert named.table.selected_ids() == (named.rows()[3].region_id,)


def test_a_cell_proposes_its_name_without_storing_it(named: NamesPage, qtbot: QtBot) -> None:
    row = named.rows()[0]
    other = next(n for n, name in enumerate(named.heat._table.columns) if name != row.name)
    qtbot.mouseClick(named.heat.viewport(), LEFT, pos=named.heat.cell_rect(0, other).center())
    assert named.rows()[0].name == named.heat._table.columns[other]
    assert _classes(named)[row.region_id] == row.class_name
    best = named.heat.best()[0]
    qtbot.mouseClick(named.heat.viewport(), LEFT, pos=named.heat.cell_rect(0, best).center())
    assert named.rows()[0].name == row.name


def test_merged_regions_make_the_scores_stale_and_classes_do_not(named: NamesPage) -> None:
    ids = [row.region_id for row in named.rows()]
    named.session.apply(AssignClass(tuple(ids[:1]), None))
    assert not named.banner.isVisibleTo(named)
    named.session.apply(MergeRegions(tuple(ids[2:4])))
    assert named.banner.isVisibleTo(named)
    assert len(named.rows()) == len(ids) - 1


def test_the_next_prompt_loads_no_model_again(
    named: NamesPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    loads, first = _Brightness.loads, current_run(_project(named), "names").id
    named.prompts.replace_lines(named.prompts.lines()[:2])
    named.run()
    qtbot.waitUntil(lambda: current_run(_project(named), "names").id != first, timeout=30_000)
    idle()
    assert _Brightness.loads == loads
    assert len(named.heat._table.columns) == 2
    assert named.session.studio is not None
    named.session.studio.clear()
    named.run()
    idle()
    assert _Brightness.loads == loads + 1


def _wait_for_preview(page: NamesPage, qtbot: QtBot, names: Sequence[str]) -> None:
    def shown() -> bool:
        return page._live.fits is not None and page.heat._table.columns == tuple(names)

    qtbot.waitUntil(shown, timeout=10_000)


def test_other_words_are_tried_at_once_and_stored_on_demand(
    named: NamesPage, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    run, columns = current_run(_project(named), "names"), named.heat._table.columns
    named.prompts.replace_lines((*named.prompts.lines()[:2], PromptLine("gray glare")))
    _wait_for_preview(named, qtbot, ["bright", "dark", "gray glare"])
    assert "Nothing is stored yet" in named.banner.text()
    assert current_run(_project(named), "names").id == run.id
    named.prompts.replace_lines(tuple(PromptLine(name) for name in ("bright", "gray", "dark")))
    _wait_for_preview(named, qtbot, ["bright", "gray", "dark"])
    named.banner.clicked.emit()
    qtbot.waitUntil(lambda: current_run(_project(named), "names").id != run.id, timeout=30_000)
    idle()
    qtbot.waitUntil(lambda: named._live.fits is None, timeout=5000)
    assert named.heat._table.columns == ("bright", "gray", "dark") != columns
    assert not named.banner.isVisibleTo(named)


def test_going_back_to_the_stored_words_ends_the_preview(named: NamesPage, qtbot: QtBot) -> None:
    lines = named.prompts.lines()
    named.prompts.replace_lines(lines[:2])
    _wait_for_preview(named, qtbot, ["bright", "dark"])
    named.prompts.replace_lines(lines)
    qtbot.waitUntil(lambda: named._live.fits is None, timeout=5000)
    assert len(named.heat._table.columns) == 3
    named.margin.set_value(0.1)
    named.panel.set_margin(0.1)  # hides or shows names, and needs no other scores
    qtbot.wait(400)
    assert named._live.fits is None


def test_a_merge_is_scored_at_once(named: NamesPage, qtbot: QtBot) -> None:
    looks = _Brightness.looks
    named.session.apply(MergeRegions(tuple(row.region_id for row in named.rows()[2:4])))
    qtbot.waitUntil(lambda: named._live.fits is not None, timeout=10_000)
    assert all(row.best for row in named.rows())
    assert _Brightness.looks == looks


def test_settings_that_need_another_look_say_so(named: NamesPage, qtbot: QtBot) -> None:
    note, form = named.panel.run_panel.note, named.panel.run_panel.form
    assert form is not None
    form.set_value("stride", 8)
    qtbot.waitUntil(lambda: "looked at anew" in note.text(), timeout=5000)
    assert len(named.heat._table.columns) == 3
    form.set_value("stride", 16)
    qtbot.waitUntil(lambda: "looked at anew" not in note.text(), timeout=5000)


def test_too_few_words_show_what_is_stored(named: NamesPage, qtbot: QtBot) -> None:
    named.prompts.replace_lines(named.prompts.lines()[:2])
    _wait_for_preview(named, qtbot, ["bright", "dark"])
    named.prompts.replace_lines(named.prompts.lines()[:1])
    qtbot.waitUntil(lambda: named._live.fits is None, timeout=5000)
    assert len(named.heat._table.columns) == 3


def test_a_preview_is_accepted_like_what_is_stored(named: NamesPage, qtbot: QtBot) -> None:
    named.prompts.replace_lines(tuple(PromptLine(name) for name in ("very bright", "dark")))
    _wait_for_preview(named, qtbot, ["very bright", "dark"])
    row = named.rows()[0]
    named.accept({row.region_id})
    assert _classes(named)[row.region_id] == row.name
    assert named._live.fits is not None
