"""The actions of the generator page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from segstyle_gui.ui.actions import ActionSpec

if TYPE_CHECKING:
    from segstyle_gui.ui.pages.generator.page import GeneratorPage

Specs = list[tuple[ActionSpec, Callable[..., Any]]]


def generator_specs(page: GeneratorPage) -> Specs:
    """Return every action of the page with what it calls."""
    return [*_training(page), *_importing(page), *_looking(page)]


def _training(page: GeneratorPage) -> Specs:
    return [
        (
            _spec("train", _tr("Train the generator"), "Ctrl+R", "play", _tr("With the present settings")),
            page.train,
        ),
        (
            _spec(
                "resume",
                _tr("Resume the training"),
                icon="refresh",
                tip=_tr("Go on from the checkpoint with its settings"),
            ),
            page.resume,
        ),
        (
            _spec("pause", _tr("Pause the training or go on"), "Space", "pause", _tr("Nothing is lost")),
            lambda: page.training.toggle_pause(),
        ),
        (
            _spec(
                "keep",
                _tr("Stop the training and keep the generator"),
                icon="check",
                tip=_tr("What was learnt so far is the generator"),
            ),
            lambda: page.training.keep(),
        ),
        (
            _spec(
                "estimate",
                _tr("How long will the training take?"),
                icon="clock",
                tip=_tr("Does a few steps and throws them away"),
            ),
            page.estimate,
        ),
    ]


def _importing(page: GeneratorPage) -> Specs:
    return [
        (
            _spec("import_file", _tr("Import a generator from a file…"), icon="open"),
            page.import_file,
        ),
        (
            _spec("import_bundled", _tr("Use the bundled near-eye generator"), icon="eye"),
            page.import_bundled,
        ),
        (
            _spec(
                "check_fit",
                _tr("Compare the generator with my images"),
                icon="compare",
                tip=_tr("Draws 256 samples; takes some seconds"),
            ),
            lambda: page.fits.check(),
        ),
    ]


def _looking(page: GeneratorPage) -> Specs:
    return [
        (
            _spec("other_samples", _tr("Other samples"), "R", "dice", _tr("The seeds that follow")),
            lambda: page.samples.show_others(),
        ),
        (_spec("first_samples", _tr("First samples"), "Shift+R"), lambda: page.samples.show_first()),
        (
            _spec("copy_seed", _tr("Copy the seed"), "Ctrl+Shift+C", "copy", _tr("Of the enlarged sample")),
            lambda: page.samples.copy_seed(),
        ),
    ]


def _spec(name: str, text: str, shortcut: str = "", icon: str = "", tip: str = "") -> ActionSpec:
    return ActionSpec(
        id=f"generator.{name}", text=text, shortcut=shortcut, context="generator", icon=icon, tip=tip
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("GeneratorPage", text)
