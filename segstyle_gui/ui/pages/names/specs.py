"""The actions of the names page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from segstyle_gui.ui.actions import ActionSpec

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.names.page import NamesPage


def name_specs(page: NamesPage) -> list[tuple[ActionSpec, Callable[..., Any]]]:
    """Return every action of the page with what it calls."""
    return [
        (_spec("run", _tr("Suggest names"), "Ctrl+R", "play", _tr("Ask CLIP which names fit")), page.run),
        (
            _spec(
                "accept",
                _tr("Accept the name"),
                "A",
                "check",
                _tr("Put the selected regions into the classes of their suggested names"),
            ),
            page.accept_selected,
        ),
        (
            _spec(
                "accept_all",
                _tr("Accept all names"),
                "Ctrl+Return",
                "check",
                _tr("Put every region without a class into the class of its suggested name"),
            ),
            page.accept_all,
        ),
        (
            _spec(
                "write", _tr("Write the name"), "F2", "rename", _tr("Give the region another name by hand")
            ),
            page.write_name,
        ),
        (_spec("add", _tr("Add a name to choose from"), "Ins", "add", _tr("One line a name")), page.add_name),
        (
            _spec(
                "paste",
                _tr("Paste names to choose from"),
                "Ctrl+Shift+V",
                "copy",
                _tr("One a line, synonyms after commas"),
            ),
            page.prompts.paste,
        ),
        (
            _spec(
                "scale",
                _tr("Colours by row"),
                "R",
                "grid",
                _tr("Spread the colours over each region by itself"),
                checkable=True,
            ),
            page.heat.set_scale_by_row,
        ),
    ]


def _spec(name: str, text: str, shortcut: str, icon: str, tip: str, *, checkable: bool = False) -> ActionSpec:
    return ActionSpec(
        id=f"names.{name}",
        text=text,
        shortcut=shortcut,
        context="names",
        icon=icon,
        tip=tip,
        checkable=checkable,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("NamesPage", text)
