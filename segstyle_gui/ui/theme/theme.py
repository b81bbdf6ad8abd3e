"""Dress the application in dark or light, and change it while it runs."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.theme.current import ThemeSignals, resolve, theme_signals, token_color, tokens
from segstyle_gui.ui.theme.fonts import ui_font
from segstyle_gui.ui.theme.glyphs import glyph_files
from segstyle_gui.ui.theme.qt_palette import build_palette
from segstyle_gui.ui.theme.stylesheet import build_stylesheet
from segstyle_gui.ui.theme.tokens import DARK, LIGHT, Tokens

__all__ = ["Mode", "ThemeSignals", "apply_theme", "resolve", "theme_signals", "token_color", "tokens"]

Mode = Literal["system", "dark", "light"]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,  # asks Qt to follow the system again
    "dark": Qt.ColorScheme.Dark,
    "light": Qt.ColorScheme.Light,
}


class _Follower(QObject):
    """Keeps an application in the theme that was asked for; a child of the application."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName("theme")
        self._app = app
        self._mode: Mode = "system"
        app.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def wear(self, mode: Mode) -> None:
        self._mode = mode
        self._app.styleHints().setColorScheme(_SCHEMES[mode])  # title bars and native dialogs too
        self._dress()

    def _on_scheme(self) -> None:
        if self._mode == "system":
            self._dress()

    def _dress(self) -> None:
        palette = self._wanted()
        if self._app.property("segstyle_theme") == palette.name:
            return
        self._app.setProperty("segstyle_theme", palette.name)
        signals = theme_signals()
        signals.tokens = palette
        self._app.setPalette(build_palette(palette))
        self._app.setStyleSheet(build_stylesheet(palette, glyph_files(palette)))
        signals.changed.emit()

    def _wanted(self) -> Tokens:
        if self._mode == "system":
            scheme = self._app.styleHints().colorScheme()
            return LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return LIGHT if self._mode == "light" else DARK


def apply_theme(app: QApplication, mode: Mode) -> None:
    """Dress the application; ``theme_signals().changed`` is emitted if it looks different afterwards.

    Parameters
    ----------
    app
        The application; the first call gives it style and font.
    mode
        ``"system"`` follows the system, now and when it changes (dark where it does not say).

    Raises
    ------
    ValueError
        If the mode is not one of the three.
    """
    if mode not in _SCHEMES:
        raise ValueError(f"a theme is one of {', '.join(_SCHEMES)}, not {mode!r}")
    follower = app.findChild(_Follower, "theme")
    if follower is None:
        app.setStyle("Fusion")
        app.setFont(ui_font())
        follower = _Follower(app)
    follower.wear(mode)
