"""What a name and a colour must be, for regions and for classes."""

from __future__ import annotations

from segstyle_gui.core.classes import Color
from segstyle_gui.errors import ProjectError

MAX_NAME_LENGTH = 200  # characters; more does not fit any list or exported file


def checked_name(name: str, what: str) -> str:
    """Return the name without space around it.

    Raises
    ------
    ProjectError
        If it is empty, has a line break or another control character, or is too long.
    """
    trimmed = name.strip()
    if not trimmed:
        raise ProjectError(f"The name of a {what} is empty.", hint="Type at least one letter.")
    if any(ord(letter) < 32 or letter == "\x7f" for letter in trimmed):
        raise ProjectError(f"The name {trimmed!r} has a line break or a control character.")
    if len(trimmed) > MAX_NAME_LENGTH:
        raise ProjectError(f"The name has {len(trimmed)} letters; at most {MAX_NAME_LENGTH} are possible.")
    return trimmed


def checked_color(color: Color) -> Color:
    """Return the colour (r, g, b).

    Raises
    ------
    ProjectError
        If it is not three whole numbers from 0 to 255.
    """
    values = tuple(color)
    if len(values) != 3 or not all(isinstance(v, int) and 0 <= v <= 255 for v in values):
        raise ProjectError(f"The colour is {values}; wanted three whole numbers from 0 to 255.")
    return color
