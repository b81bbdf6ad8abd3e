"""The actions of the images page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from segstyle_gui.ui.actions import ActionSpec

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.images.page import ImagesPage

Specs = list[tuple[ActionSpec, Callable[..., Any]]]


def image_specs(page: ImagesPage) -> Specs:
    """Return every action of the page with what it calls."""
    return [
        (
            _spec(
                "choose",
                _tr("Choose a folder of images…"),
                "Ctrl+Shift+O",
                "folder",
                _tr("See what the settings do to it, then import it"),
            ),
            page.choose,
        ),
        (
            _spec(
                "import",
                _tr("Import images"),
                "Ctrl+R",
                "download",
                _tr("Import the folder with the present settings"),
            ),
            page.run,
        ),
        (
            _spec(
                "other_preview",
                _tr("Preview other images"),
                "R",
                "dice",
                _tr("Try the settings on other images of the folder"),
            ),
            lambda: page.preview.show_others(),
        ),
        (_spec("find", _tr("Search images"), "Ctrl+F", "search", _tr("Search by file name")), page.search),
        (
            _spec("reveal", _tr("Show the image in its folder"), "", "folder", _tr("Of the selected image")),
            lambda: page.details.reveal(),
        ),
        (
            _spec(
                "copy_path",
                _tr("Copy the image's path"),
                "Ctrl+Shift+C",
                "copy",
                _tr("Of the selected image"),
            ),
            lambda: page.details.copy_path(),
        ),
    ]


def _spec(name: str, text: str, shortcut: str = "", icon: str = "", tip: str = "") -> ActionSpec:
    return ActionSpec(id=f"images.{name}", text=text, shortcut=shortcut, context="images", icon=icon, tip=tip)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImagesPage", text)
