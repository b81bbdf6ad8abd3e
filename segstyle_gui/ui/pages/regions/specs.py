"""The actions of the regions page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from segstyle_gui.ui.actions import ActionSpec

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.regions.page import RegionsPage

Specs = list[tuple[ActionSpec, Callable[..., Any]]]
_PARTS = range(2, 7)
_NUMBERS = range(1, 10)


MENU = (  # of a region in the gallery
    "regions.merge",
    "regions.split_2",
    "regions.scribble",
    "regions.separate",
    "regions.rename",
    "regions.new_class",
    "regions.no_class",
    "regions.hide",
    "regions.lock",
    "regions.solo",
)
_LOOKING = {
    f"regions.{name}"
    for name in ("solo", "select_all", "select_none", "other_samples", "first_samples", "lens", "compare")
}
_ONE = {"regions.scribble", "regions.rename", "regions.split"} | {f"regions.split_{n}" for n in _PARTS}
_SOME = {"regions.hide", "regions.lock", "regions.solo", "regions.no_class", "regions.separate"}


def is_usable(action_id: str, n_selected: int, *, can_edit: bool) -> bool:
    """Return whether an action makes sense with a number of selected regions."""
    if not can_edit and action_id not in _LOOKING:
        return False
    if action_id == "regions.merge":
        return n_selected >= 2
    if action_id in _ONE:
        return n_selected == 1
    return n_selected >= 1 or action_id not in _SOME


def region_specs(page: RegionsPage) -> Specs:
    """Return every action of the page with what it calls."""
    return [*_shaping(page), *_classes(page), *_looking(page)]


def _shaping(page: RegionsPage) -> Specs:
    edit = page.editing
    splits = [
        (
            _spec(
                f"split_{n}",
                _tr("Split into {0}").format(n),
                tip=_tr("By clustering the region's own pixels"),
            ),
            _splitter(page, n),
        )
        for n in _PARTS
    ]
    return [
        (_spec("merge", _tr("Merge"), "M", "merge", _tr("Make one region of the selected ones")), edit.merge),
        (
            _spec("split", _tr("Split"), "S", "split", _tr("Split the selected region in two")),
            _splitter(page, 2),
        ),
        *splits,
        (
            _spec(
                "scribble",
                _tr("Split by strokes"),
                "Shift+S",
                "scribble",
                _tr("Draw on two parts of a region"),
            ),
            page.start_scribble,
        ),
        (
            _spec("separate", _tr("Separate clusters"), "", "", _tr("Take a region apart into its clusters")),
            edit.separate,
        ),
        (_spec("rename", _tr("Rename"), "F2", "rename", _tr("Give the region another name")), edit.rename),
        (
            _spec("hide", _tr("Hide or show"), "H", "eye_off", _tr("Hide the selected regions")),
            edit.toggle_hidden,
        ),
        (
            _spec("show_all", _tr("Show all"), "Shift+H", "eye", _tr("Show every hidden region")),
            edit.show_all,
        ),
        (
            _spec(
                "lock",
                _tr("Lock or unlock"),
                "L",
                "lock",
                _tr("A locked region keeps its clusters and class"),
            ),
            edit.toggle_locked,
        ),
    ]


def _classes(page: RegionsPage) -> Specs:
    edit = page.editing
    numbers = [
        (_spec(f"class_{n}", _tr("Into class {0}").format(n), str(n)), _assigner(page, n)) for n in _NUMBERS
    ]
    return [
        (
            _spec(
                "new_class", _tr("Into a new class…"), "N", "tag", _tr("Make a class of the selected regions")
            ),
            lambda: edit.assign_new(),
        ),
        *numbers,
        (
            _spec("no_class", _tr("Out of its class"), "0", "", _tr("The region becomes background")),
            lambda: edit.assign([region.id for region in edit.selected], None),
        ),
        (
            _spec(
                "class_each",
                _tr("A class for each region"),
                "",
                "",
                _tr("For all regions that have no class yet"),
            ),
            edit.classes_of_regions,
        ),
    ]


def _looking(page: RegionsPage) -> Specs:
    return [
        (_spec("solo", _tr("Solo"), "O", "solo", _tr("Show the selected regions alone")), page.solo),
        (
            _spec(
                "compare",
                _tr("Compare two runs"),
                "C",
                "compare",
                _tr("The run before beside this one"),
                True,
            ),
            page.compare,
        ),
        (_spec("select_all", _tr("Select all"), "Ctrl+A"), page.select_all),
        (_spec("select_none", _tr("Select none"), "Esc"), page.select_none),
        (
            _spec("other_samples", _tr("Other samples"), "R", "dice", _tr("Draw the next samples")),
            page.other_samples,
        ),
        (_spec("first_samples", _tr("First samples"), "Shift+R"), page.first_samples),
        (
            _spec(
                "lens", _tr("Linked zoom"), "Z", "zoom_in", _tr("All samples show the same part, enlarged")
            ),
            page.gallery_lens,
        ),
    ]


def _spec(
    name: str, text: str, shortcut: str = "", icon: str = "", tip: str = "", checkable: bool = False
) -> ActionSpec:
    return ActionSpec(
        id=f"regions.{name}",
        text=text,
        shortcut=shortcut,
        context="regions",
        icon=icon,
        tip=tip,
        checkable=checkable,
    )


def _splitter(page: RegionsPage, n_parts: int) -> Callable[[], None]:
    return lambda: page.editing.split(n_parts)


def _assigner(page: RegionsPage, number: int) -> Callable[[], None]:
    return lambda: page.editing.assign_number(number)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RegionsPage", text)
