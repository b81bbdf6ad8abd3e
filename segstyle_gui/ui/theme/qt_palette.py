"""Qt's own palette from the tokens, for everything that a style sheet does not reach."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from segstyle_gui.ui.theme.tokens import Tokens

_Role = QPalette.ColorRole

_ROLES = {
    _Role.Window: "canvas",
    _Role.WindowText: "text",
    _Role.Base: "surface",
    _Role.AlternateBase: "raised",
    _Role.Text: "text",
    _Role.PlaceholderText: "muted",
    _Role.Button: "raised",
    _Role.ButtonText: "text",
    _Role.BrightText: "danger",
    _Role.ToolTipBase: "raised",
    _Role.ToolTipText: "text",
    _Role.Highlight: "selection",
    _Role.HighlightedText: "text",
    _Role.Accent: "accent",
    _Role.Link: "accent",
    _Role.LinkVisited: "accent",
    _Role.Light: "hover",
    _Role.Midlight: "hover",
    _Role.Mid: "line",
    _Role.Dark: "line",
    _Role.Shadow: "shadow",
}
_DISABLED = {
    _Role.WindowText: "faint",
    _Role.Text: "faint",
    _Role.ButtonText: "faint",
    _Role.HighlightedText: "faint",
    _Role.PlaceholderText: "faint",
    _Role.Accent: "faint",
    _Role.Link: "faint",
    _Role.Highlight: "hover",
}


def build_palette(tokens: Tokens) -> QPalette:
    """Return the palette of all roles and groups."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(tokens, name)))
    for role, name in _DISABLED.items():
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(getattr(tokens, name)))
    return palette
