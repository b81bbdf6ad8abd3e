"""The actions of the masks page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup

from segstyle_gui.ui.actions import ActionSpec
from segstyle_gui.ui.views.mask_tools import TOOLS

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.masks.page import MasksPage

Specs = list[tuple[ActionSpec, Callable[..., Any]]]
_NUMBERS = range(1, 10)
NO_REPEAT = ("review_next", "reviewed", "lock", "hide", "peek")
PAINTING = ("brush", "eraser", "fill", "polygon")


def add_mask_actions(page: MasksPage) -> dict[str, QAction]:
    """Make every action of the page and return them by name, without ``masks.`` before it."""
    specs = [*_tools(page), *_classes(page), *_review(page), *_view(page), *_work(page)]
    made = {spec.id.partition(".")[2]: page.registry.add(spec, slot, page) for spec, slot in specs}
    group = QActionGroup(page)
    for tool in TOOLS:
        group.addAction(made[tool])
    for name in NO_REPEAT:
        made[name].setAutoRepeat(False)
    return made


def _tools(page: MasksPage) -> Specs:
    tools = (
        ("brush", _tr("Brush"), "B", "brush", _tr("Paint the chosen class; with Shift a straight line")),
        (
            "eraser",
            _tr("Eraser"),
            "E",
            "eraser",
            _tr("Paint background; with Shift bring the prediction back"),
        ),
        ("fill", _tr("Fill"), "G", "fill", _tr("Fill the connected area that is clicked")),
        (
            "polygon",
            _tr("Polygon"),
            "P",
            "polygon",
            _tr("Click corners; Enter or the first corner closes it"),
        ),
        ("pick", _tr("Pick class"), "I", "pick", _tr("Take the class under the pointer")),
        ("pan", _tr("Move"), "V", "hand", _tr("Drag the image; the middle button does so with every tool")),
    )
    choices: Specs = [
        (_spec(name, text, keys, icon, tip, checkable=True), partial(page.choices.choose_tool, name))
        for name, text, keys, icon, tip in tools
    ]
    return [
        *choices,
        (_spec("smaller_brush", _tr("Smaller brush"), "[", "minus"), page.canvas.shrink_brush),
        (_spec("larger_brush", _tr("Larger brush"), "]", "add"), page.canvas.grow_brush),
    ]


def _classes(page: MasksPage) -> Specs:
    numbers: Specs = [
        (
            _spec(f"class_{n}", _tr("Paint class {0}").format(n), str(n)),
            partial(page.choices.choose_number, n),
        )
        for n in _NUMBERS
    ]
    return [
        *numbers,
        (_spec("background", _tr("Paint background"), "0"), partial(page.choices.choose_class, 0)),
        (
            _spec(
                "lock", _tr("Lock or unlock the class"), "L", "lock", _tr("Its pixels cannot be painted over")
            ),
            page.choices.toggle_lock,
        ),
        (_spec("hide", _tr("Hide or show the class"), "H", "eye_off"), page.choices.toggle_hidden),
        (_spec("show_all", _tr("Show all classes"), "Shift+H", "eye"), page.panel.classes.show_all),
    ]


def _review(page: MasksPage) -> Specs:
    return [
        (
            _spec(
                "review_next",
                _tr("Reviewed, next"),
                "Return",
                "check",
                _tr("Mark as reviewed and go to the next open one; a tap of Space does the same"),
            ),
            page.review_next,
        ),
        (
            _spec("reviewed", _tr("Reviewed or not"), "M", "check", _tr("Mark this image, and stay on it")),
            page.toggle_reviewed,
        ),
        (_spec("next", _tr("Next image"), "N", "next", _tr("Also the right arrow")), partial(page.step, 1)),
        (
            _spec("previous", _tr("Previous image"), "Shift+N", "previous", _tr("Also the left arrow")),
            partial(page.step, -1),
        ),
        (
            _spec("next_open", _tr("Next open image"), "U", "next", _tr("The next one that is not reviewed")),
            page.next_open,
        ),
    ]


def _view(page: MasksPage) -> Specs:
    canvas = page.canvas
    return [
        (
            _spec(
                "confidence",
                _tr("Confidence"),
                "C",
                "confidence",
                _tr("Show where the student was in doubt"),
                checkable=True,
            ),
            canvas.set_confidence_view,
        ),
        (
            _spec(
                "compare",
                _tr("Compare with reference"),
                "R",
                "compare",
                _tr("Stripes where mask and reference disagree"),
                checkable=True,
            ),
            page.set_comparing,
        ),
        (
            _spec(
                "peek",
                _tr("Image without mask"),
                "X",
                "eye",
                _tr("Hold the key to see the image alone"),
                checkable=True,
            ),
            page.peek.set_on,
        ),
        (_spec("fit", _tr("Fit"), "F", "fit", _tr("Show the whole image")), canvas.fit),
        (
            _spec(
                "actual_size",
                _tr("Actual size"),
                "Shift+F",
                "",
                _tr("One pixel of the image on one of the screen"),
            ),
            canvas.actual_size,
        ),
        (_spec("mode", _tr("Areas, lines or both"), "O", "outline"), page.next_mode),
    ]


def _work(page: MasksPage) -> Specs:
    return [
        (
            _spec(
                "train_again",
                _tr("Train again with my corrections"),
                "",
                "student",
                _tr("The student learns from your masks too, then labels all images again"),
            ),
            page.train_again,
        ),
        (
            _spec(
                "import_references",
                _tr("Import reference masks…"),
                "",
                "download",
                _tr("Compare the masks with true ones in a folder"),
            ),
            page.choose_references,
        ),
        (
            _spec("predict", _tr("Predict masks"), "", "masks", _tr("Label all images with the student")),
            page.predict,
        ),
    ]


def _spec(
    name: str, text: str, shortcut: str = "", icon: str = "", tip: str = "", *, checkable: bool = False
) -> ActionSpec:
    return ActionSpec(
        id=f"masks.{name}",
        text=text,
        shortcut=shortcut,
        context="masks",
        icon=icon,
        tip=tip,
        checkable=checkable,
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("MasksPage", text)
