"""The paper's settings are offered for a generator that looks like its own, and taken by a click."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from segstyle_gui.core.generator.domains import PRESETS
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.regions.paper_card import PaperCard
from segstyle_gui.ui.session import Session


def _suggest(session: Session, monkeypatch: pytest.MonkeyPatch, preset: str) -> None:
    run = session.run("generator")
    assert run is not None
    more = {"suggested_preset": preset, "suggested_because": "its name has “ffhq” in it"}
    other: RunRecord = dataclasses.replace(run, summary={**run.summary, **more})
    monkeypatch.setattr(session, "run", lambda makes: other if makes == "generator" else None)


@pytest.fixture
def card(qtbot: QtBot, open_session: Session, idle: Callable[[], None]) -> PaperCard:
    panel = RunPanel(open_session, "find_regions", run_text="Find regions")
    made = PaperCard(open_session, panel)
    for widget in (panel, made):
        qtbot.addWidget(widget)
        widget.show()
    idle()
    return made


def test_nothing_is_offered_for_other_generators(card: PaperCard) -> None:
    assert card.domain is None
    assert not card.isVisible()


def test_settings_are_offered_and_taken(
    qtbot: QtBot, card: PaperCard, open_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _suggest(open_session, monkeypatch, "paper-faces")
    card.refresh()
    assert card.isVisible()
    assert "faces" in card.title.text()
    assert "“ffhq”" in card.text.text()
    assert "10 clusters" in card.text.text()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert card._panel.config() == PRESETS["paper-faces"]
    assert not card.isVisible()
    assert card._panel.form is not None
    card._panel.form.set_value("psi", 0.5)
    assert card.isVisible()


def test_presets_of_domains_are_not_among_the_choices(card: PaperCard) -> None:
    form = card._panel.form
    assert form is not None
    assert set(form._presets) == {"segstyle", "paper"}
