"""Which palette the window wears now, and the signal that it changed."""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from segstyle_gui.ui.theme.tokens import DARK, Tokens


class ThemeSignals(QObject):
    """Says that the theme changed.

    Signals
    -------
    changed
        :func:`tokens` returns another palette; style sheet and palette of the application are set already.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = DARK


_SIGNALS = ThemeSignals()
_NAMES = frozenset(field.name for field in fields(Tokens)) - {"name"}


def theme_signals() -> ThemeSignals:
    """Return the one object whose ``changed`` is emitted after the theme was switched."""
    return _SIGNALS


def tokens() -> Tokens:
    """Return the present palette: ``DARK`` until a theme was applied."""
    return _SIGNALS.tokens


def resolve(color: str) -> str:
    """Return ``"#rrggbb"`` of a token's name in the present palette; other text is returned as it is."""
    return str(getattr(tokens(), color)) if color in _NAMES else color


def token_color(name: str, opacity: float = 1.0) -> QColor:
    """Return the colour of a token (``"accent"``) or of ``"#rrggbb"`` with an opacity of 0 to 1."""
    color = QColor(resolve(name))
    color.setAlphaF(opacity)
    return color
