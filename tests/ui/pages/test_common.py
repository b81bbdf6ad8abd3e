"""What pages share: the settings of a stage with its button, its former runs, times in words, banners."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.pages.common.head import BannerRow
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.common.spoken import spoken_time
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import ROW

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(open_session: Session, qtbot: QtBot, idle: Callable[[], None]) -> RunPanel:
    return make_panel(open_session, qtbot, idle)


def make_panel(
    session: Session, qtbot: QtBot, idle: Callable[[], None], stage: str = "find_regions"
) -> RunPanel:
    made = RunPanel(session, stage, run_text="Find regions")
    qtbot.addWidget(made)
    made.resize(304, 700)
    made.show()
    idle()
    qtbot.waitUntil(lambda: made.form is not None, timeout=20_000)
    return made


def rows(panel: RunPanel) -> QListWidget:
    found = panel.runs.findChild(QListWidget)
    assert found is not None
    return found


def click_row(panel: RunPanel, qtbot: QtBot, row: int) -> None:
    view = rows(panel)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(view.item(row)).center())


def test_the_form_starts_with_the_settings_of_the_current_run(panel: RunPanel) -> None:
    run = panel.session.run("regions")
    assert run is not None
    assert panel.config().n_clusters == run.config["n_clusters"] == 6
    assert panel.config().n_samples == 6


def test_the_button_runs_and_is_a_quiet_cancel_meanwhile(
    panel: RunPanel, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    before = panel.session.run("regions")
    assert panel.button.property("role") == "primary"
    with qtbot.waitSignal(panel.started):
        qtbot.mouseClick(panel.button, LEFT)
    assert (panel.button.text(), panel.button.property("role")) == ("Cancel", "danger")
    assert panel.form is not None
    assert not panel.form.isEnabled()
    idle()
    assert panel.session.run("regions") != before
    assert (panel.button.text(), panel.button.property("role")) == ("Find regions", "primary")
    assert panel.form.isEnabled()


def test_cancel_stops_the_run_and_leaves_the_former_one(
    panel: RunPanel, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    before = panel.session.run("regions")
    panel.run(n_samples=2000, n_init=20)
    qtbot.mouseClick(panel.button, LEFT)
    assert not panel.button.isEnabled() or not panel.is_running
    idle()
    assert panel.job is not None
    assert panel.job.state == "cancelled"
    assert panel.session.run("regions") == before
    assert panel.button.isEnabled()


def test_a_setting_that_cannot_be_used_is_told_and_not_run(
    open_session: Session, qtbot: QtBot, idle: Callable[[], None], notices: list[Any]
) -> None:
    panel = make_panel(open_session, qtbot, idle, "train_student")
    assert panel.form is not None
    panel.form.set_value("width", 12)  # wanted: a multiple of 8
    assert not panel.form.is_valid
    assert panel.run() is None
    assert panel.job is None
    assert [notice.kind for notice in notices] == ["warning"]


def test_a_run_that_another_page_started_is_followed(
    panel: RunPanel, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    assert panel.adopt_running() is None
    job = panel.session.run_stage("find_regions", panel.config())
    qtbot.waitUntil(lambda: panel.session.jobs.active("stage") is job or job.is_over, timeout=5000)
    if not job.is_over:
        assert panel.adopt_running() is job
        assert panel.button.text() == "Cancel"
        assert panel.adopt_running() is None, "it is followed already"
    idle()
    assert panel.button.text() == "Find regions"


def test_a_read_only_project_cannot_be_run(
    session: Session, qtbot: QtBot, project_file: Path, idle: Callable[[], None]
) -> None:
    with qtbot.waitSignal(session.project_opened, timeout=10_000):
        session.open(project_file, readonly=True)
    panel = make_panel(session, qtbot, idle)
    assert not panel.button.isEnabled()
    assert "read-only" in panel.why.text()


def test_runs_are_listed_newest_first_and_a_click_goes_back(
    panel: RunPanel, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    first = panel.session.run("regions")
    panel.run(n_clusters=5)
    idle()
    second = panel.session.run("regions")
    assert rows(panel).count() == 2
    assert rows(panel).item(0).isSelected(), "the newest is the current one"
    with qtbot.waitSignal(panel.runs.chosen) as told:
        click_row(panel, qtbot, 1)
    assert told.args == [first]
    assert panel.session.run("regions") == first
    assert [rows(panel).item(row).isSelected() for row in (0, 1)] == [False, True]
    click_row(panel, qtbot, 0)
    assert panel.session.run("regions") == second


def test_rows_of_runs_are_comfortable_and_never_wider_than_the_list(panel: RunPanel) -> None:
    view = rows(panel)
    place = view.visualItemRect(view.item(0))
    assert place.height() == ROW
    assert place.width() <= view.viewport().width()
    assert not view.verticalScrollBar().isVisible()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (50, "50 s"),
        (720, "12 min"),
        (3.5 * 3600, "3.5 h"),
        (30 * 3600, "30 h"),
        (3e5, "3 days"),
    ],
)
def test_times_are_said_as_people_say_them(qapp: Any, seconds: float, words: str) -> None:
    assert spoken_time(seconds) == words


def test_a_banner_row_takes_no_room_without_a_sentence(qtbot: QtBot) -> None:
    row = BannerRow("stale", "Again")
    qtbot.addWidget(row)
    assert row.isHidden()
    row.say("It is old.")
    assert not row.isHidden()
    assert row.banner.text() == "It is old."
    row.say("")
    assert row.isHidden()
