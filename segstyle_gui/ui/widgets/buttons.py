"""Buttons: one loud, many quiet, and small ones of an icon alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from segstyle_gui.ui.theme.icons import set_icon
from segstyle_gui.ui.theme.tokens import CONTROL, GRID, ICON
from segstyle_gui.ui.widgets.labels import KeyHint

ICON_GAP = 4  # px between icon and text, on top of the 4 that Qt leaves


class Button(QPushButton):
    """A push button that may show its shortcut as a small key at the right end."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._hint: KeyHint | None = None
        self.setIconSize(QSize(ICON + ICON_GAP, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the ring is for those who use the keyboard

    def set_hint(self, keys: str) -> None:
        """Show a key sequence (portable text such as ``"M"``); empty takes it away."""
        if self._hint is None:
            self._hint = KeyHint("")
            self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row = QHBoxLayout(self)
            row.setContentsMargins(0, 0, GRID, 0)
            row.addStretch()
            row.addWidget(self._hint)
        self._hint.set_keys(keys)
        self._hint.setVisible(bool(keys))
        self._mark("hint", bool(keys))

    def setMenu(self, menu: QMenu) -> None:
        """Open a menu when pressed; an arrow at the right end says so."""
        super().setMenu(menu)
        self._mark("menu", True)

    def _mark(self, name: str, value: bool) -> None:
        """Set what the style sheet asks for."""
        self.setProperty(name, value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size for text, icon and key."""
        size = super().sizeHint()
        if self._hint is not None and not self._hint.isHidden():
            size.setWidth(size.width() + self._hint.sizeHint().width() + GRID // 2)
        return size

    def minimumSizeHint(self) -> QSize:
        """Return the same as :meth:`sizeHint`: text is never cut."""
        return self.sizeHint()


def _dressed(button: Button, role: str, icon: str, tip: str, color: str) -> Button:
    if role:
        button.setProperty("role", role)
    if icon:
        set_icon(button, icon, color=color, gap=ICON_GAP)
    button.setToolTip(tip)
    return button


def primary_button(text: str, tip: str = "", *, icon: str = "") -> Button:
    """Return the one loud button of a page: what to do next.

    Parameters
    ----------
    text, tip
        Translated.
    icon
        Name of an icon, empty for none.
    """
    return _dressed(Button(text), "primary", icon, tip, "accent_text")


def plain_button(text: str, icon: str = "", tip: str = "", *, hint: str = "") -> Button:
    """Return an ordinary button.

    Parameters
    ----------
    text, tip
        Translated.
    icon
        Name of an icon, empty for none.
    hint
        Key sequence to show in it, portable text; the shortcut itself is an action's.
    """
    button = _dressed(Button(text), "", icon, tip, "text")
    if hint:
        button.set_hint(hint)
    return button


def ghost_button(text: str, icon: str = "", tip: str = "") -> Button:
    """Return a button without a frame, for what is seldom needed."""
    return _dressed(Button(text), "ghost", icon, tip, "muted")


def danger_button(text: str, icon: str = "", tip: str = "") -> Button:
    """Return a button for what deletes or stops."""
    return _dressed(Button(text), "danger", icon, tip, "danger")


class IconButton(QToolButton):
    """A square button of 32 px with an icon; its tooltip and its accessible name say what it does."""

    def __init__(self, icon: str, tip: str, shortcut: str = "", *, checkable: bool = False) -> None:
        super().__init__()
        self.setIconSize(QSize(ICON, ICON))
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.setFixedSize(CONTROL, CONTROL)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._keys = QKeySequence(shortcut)
        if shortcut:
            self.setShortcut(self._keys)
        self.set_icon(icon)
        self.set_tip(tip)

    def set_icon(self, icon: str) -> None:
        """Show another icon; it follows the theme, and is in the accent colour while the button is on."""
        set_icon(self, icon, checked="accent" if self.isCheckable() else "")

    def set_tip(self, tip: str) -> None:
        """Set tooltip and accessible name, the shortcut after the tooltip."""
        keys = self._keys.toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{tip}  ({keys})" if keys else tip)
        self.setAccessibleName(tip)

    def changeEvent(self, event: QEvent) -> None:
        """Give the keyboard focus away when disabled, so that the ring does not stay behind."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.clearFocus()


def icon_button(icon: str, tip: str, shortcut: str = "", checkable: bool = False) -> IconButton:
    """Return a square button with an icon.

    Parameters
    ----------
    icon
        Name of an icon.
    tip
        What it does, translated; also its accessible name.
    shortcut
        Key sequence in portable text that clicks it, shown after the tip; empty for none.
    checkable
        Whether it is a switch.
    """
    return IconButton(icon, tip, shortcut, checkable=checkable)
