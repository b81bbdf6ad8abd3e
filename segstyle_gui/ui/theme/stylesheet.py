"""The style sheet of the whole window, from the templates in ``resources/themes`` and the tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from string import Template

from segstyle_gui.paths import resources_dir
from segstyle_gui.ui.theme import tokens as sizes
from segstyle_gui.ui.theme.tokens import Tokens

PARTS = ("surfaces", "buttons", "inputs", "lists", "windows")


@cache
def _template() -> Template:
    folder = resources_dir() / "themes"
    return Template("\n".join((folder / f"{part}.qss").read_text("utf-8") for part in PARTS))


def build_stylesheet(tokens: Tokens, glyphs: Mapping[str, str]) -> str:
    """Return the style sheet.

    Parameters
    ----------
    tokens
        The palette.
    glyphs
        Image files by name, as :func:`~segstyle_gui.ui.theme.glyphs.glyph_files` returns them.

    Raises
    ------
    KeyError
        If a template names a colour or glyph that does not exist.
    """
    numbers = {
        "radius": f"{sizes.RADIUS}px",
        "caption": f"{sizes.FONT_CAPTION}px",
        "body": f"{sizes.FONT_BODY}px",
        "title": f"{sizes.FONT_TITLE}px",
        "heading": f"{sizes.FONT_HEADING}px",
        "inner": f"{sizes.CONTROL - 2}px",  # height of a control inside its border
        "row": f"{sizes.ROW}px",
    }
    images = {f"glyph_{name}": f'url("{path}")' for name, path in glyphs.items()}
    return _template().substitute(asdict(tokens), **numbers, **images)
