"""The colours and sizes of the window, by meaning.

Text and muted text have a contrast of at least 4.5 : 1 (WCAG 2.2 AA) on every surface; the outlines of
controls (``edge``), the accent and disabled text at least 3 : 1 on the surfaces they are drawn on.
"""

from __future__ import annotations

from dataclasses import dataclass

GRID = 8  # px; margins, gaps and heights are multiples of it, or halves
RADIUS = 6  # px; corners of controls and cards
CONTROL = 32  # px; height of buttons and inputs
ROW = 32  # px; height of a row in lists and tables
ICON = 16  # px; icons inside controls

FONT_CAPTION = 11  # px, as all of these; Qt multiplies them by the screen's scale
FONT_BODY = 13
FONT_TITLE = 15
FONT_HEADING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One palette; every field but ``name`` is ``"#rrggbb"``."""

    name: str  # "dark" or "light"
    canvas: str  # behind images; the window's ground
    surface: str  # panels, rails, bars, dialogs
    raised: str  # buttons, cards, menus: on top of a surface
    field: str  # inside of inputs
    well: str  # ground that segments lie in
    hover: str  # a control under the pointer
    pressed: str  # a control held down
    line: str  # dividers and quiet frames
    edge: str  # outlines that must be seen: check boxes, scroll handles
    text: str
    muted: str  # secondary text, placeholders, quiet icons
    faint: str  # disabled text and icons
    accent: str  # the one accent: primary buttons, focus, links, chosen values
    accent_hover: str
    accent_text: str  # text and icons on the accent
    selection: str  # ground of chosen rows
    success: str
    warning: str
    danger: str
    info: str
    knob: str  # handle of a slider
    shadow: str


DARK = Tokens(
    name="dark",
    canvas="#15171b",
    surface="#1c1f24",
    raised="#252930",
    field="#121418",
    well="#121418",
    hover="#2d323a",
    pressed="#363c46",
    line="#30353d",
    edge="#727b89",
    text="#e7e9ec",
    muted="#a0a8b4",
    faint="#717a87",
    accent="#4a9eff",
    accent_hover="#6cb1ff",
    accent_text="#06121f",
    selection="#23395a",
    success="#43ba8c",
    warning="#eba434",
    danger="#ff7a75",
    info="#5cb8e6",
    knob="#f4f6f8",
    shadow="#000000",
)

LIGHT = Tokens(
    name="light",
    canvas="#edebe8",
    surface="#f8f7f5",
    raised="#ffffff",
    field="#ffffff",
    well="#e1deda",
    hover="#e3e0dc",
    pressed="#d6d3cd",
    line="#d9d6d0",
    edge="#85817a",
    text="#1e2125",
    muted="#555a62",
    faint="#84888f",
    accent="#1765c1",
    accent_hover="#1257a9",
    accent_text="#ffffff",
    selection="#cfe1f7",
    success="#136b4a",
    warning="#7f5200",
    danger="#b3261e",
    info="#0a618a",
    knob="#ffffff",
    shadow="#3a3833",
)


def luminance(color: str) -> float:
    """Return the relative luminance (WCAG 2.2) of ``"#rrggbb"``, 0 to 1."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (WCAG 2.2) of two ``"#rrggbb"`` colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
