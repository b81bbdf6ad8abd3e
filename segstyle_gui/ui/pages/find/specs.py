"""The actions of the page that finds by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from segstyle_gui.ui.actions import ActionSpec

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.find.page import FindPage


def find_specs(page: FindPage) -> list[tuple[ActionSpec, Callable[..., Any]]]:
    """Return every action of the page with what it calls."""
    return [
        (
            _spec("run", _tr("Find"), "Ctrl+R", "find", _tr("Score samples by the sentence, or stop that")),
            page.run,
        ),
        (_spec("write", _tr("Write a sentence"), "Ctrl+F", "rename", _tr("What to find")), page.write),
        (
            _spec(
                "use",
                _tr("Use these samples"),
                "Ctrl+Return",
                "regions",
                _tr("Find regions again with moved samples; names are kept"),
            ),
            page.use,
        ),
        (
            _spec("weaker", _tr("Move samples less"), "Alt+Left", "minus", _tr("Go to a smaller α")),
            page.weaker,
        ),
        (
            _spec("stronger", _tr("Move samples more"), "Alt+Right", "add", _tr("Go to a larger α")),
            page.stronger,
        ),
    ]


def _spec(name: str, text: str, shortcut: str, icon: str, tip: str) -> ActionSpec:
    return ActionSpec(id=f"find.{name}", text=text, shortcut=shortcut, context="find", icon=icon, tip=tip)


def _tr(text: str) -> str:
    return QCoreApplication.translate("FindPage", text)
