"""The font of the window: the system's, else the first installed of a list; figures of equal width."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from segstyle_gui.ui.theme.tokens import FONT_BODY

FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
_NOT_A_CHOICE = (
    "",
    "sans",
    "sans serif",
    "sans-serif",
    "dejavu sans",
    "ms shell dlg 2",
)  # means: none was set


def families() -> list[str]:
    """Return the installed families to use, best first."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    installed = [family for family in FAMILIES if QFontDatabase.hasFamily(family)]
    if system.lower() in _NOT_A_CHOICE:
        return installed or [system]
    return [system, *(family for family in installed if family != system)]


def ui_font(size: int = FONT_BODY, *, bold: bool = False) -> QFont:
    """Return the window's font with figures of equal width.

    Parameters
    ----------
    size
        px; one of the ``FONT_...`` sizes of :mod:`~segstyle_gui.ui.theme.tokens`.
    bold
        Half bold.
    """
    font = QFont(families())
    font.setPixelSize(size)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font
