"""Every action of the window in one place: menus, command palette and shortcut list are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from segstyle_gui.ui.preferences import Preferences
from segstyle_gui.ui.theme.icons import set_icon


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """What an action is, apart from what it does.

    Attributes
    ----------
    id
        Permanent name, such as ``"regions.merge"``; changed shortcuts are kept under it.
    text
        Translated, for people.
    shortcut
        Default key sequence in portable text (``"Ctrl+Shift+P"``), empty for none.
    context
        ``"window"``, or the key of the page that it works on.
    icon
        Name of an icon, empty for none.
    tip
        One sentence that teaches.
    checkable
        Whether it is a switch.
    """

    id: str
    text: str
    shortcut: str = ""
    context: str = "window"
    icon: str = ""
    tip: str = ""
    checkable: bool = False


class Actions(QObject):
    """The registry of actions.

    Signals
    -------
    changed
        An action was added, or a shortcut is another one.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}

    def add(self, spec: ActionSpec, slot: Callable[..., Any], owner: QWidget) -> QAction:
        """Make the action and attach it to ``owner``; it works while ``owner`` is shown.

        An action of the window works everywhere in it; one of a page only while the page has the focus or
        one of its children has.

        Raises
        ------
        ValueError
            If there is an action of this id.
        """
        if spec.id in self._specs:
            raise ValueError(f"there is an action {spec.id} already")
        action = QAction(spec.text, owner)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        everywhere = spec.context == "window"
        action.setShortcutContext(
            Qt.ShortcutContext.WindowShortcut if everywhere else Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        signal = action.toggled if spec.checkable else action.triggered
        signal.connect(slot)
        owner.addAction(action)
        self._specs[spec.id] = spec
        self._actions[spec.id] = action
        if spec.icon:
            set_icon(action, spec.icon)
        self._dress(spec.id)
        self.changed.emit()
        return action

    def remove(self, context: str) -> None:
        """Forget the actions of a page that is thrown away."""
        for spec in self.specs(context):
            del self._specs[spec.id], self._actions[spec.id]
        self.changed.emit()

    def action(self, action_id: str) -> QAction:
        """Return an action; raises KeyError if there is none of this id."""
        return self._actions[action_id]

    def specs(self, context: str | None = None) -> list[ActionSpec]:
        """Return what is known of all actions, or of those of one context, in the order of adding."""
        return [spec for spec in self._specs.values() if context in (None, spec.context)]

    def shortcut(self, action_id: str) -> str:
        """Return the present key sequence in portable text, empty for none."""
        default = self._specs[action_id].shortcut
        return self._preferences.shortcuts().get(action_id, default)

    def conflicts(self, action_id: str, shortcut: str) -> list[str]:
        """Return the ids of other actions that would answer the same keys in the same place."""
        if not shortcut:
            return []
        own = self._specs[action_id].context
        wanted = QKeySequence(shortcut)
        return [
            other.id
            for other in self._specs.values()
            if other.id != action_id
            and QKeySequence(self.shortcut(other.id)) == wanted
            and ("window" in (own, other.context) or own == other.context)
        ]

    def rebind(self, action_id: str, shortcut: str) -> list[str]:
        """Give an action other keys unless another action has them; returns the ids in conflict."""
        in_conflict = self.conflicts(action_id, shortcut)
        if not in_conflict:
            changed = self._preferences.shortcuts()
            changed[action_id] = shortcut
            if shortcut == self._specs[action_id].shortcut:
                del changed[action_id]
            self._keep(changed)
        return in_conflict

    def reset(self, action_id: str | None = None) -> None:
        """Give one action, or all of them, the default keys back."""
        changed = self._preferences.shortcuts()
        self._keep({} if action_id is None else {k: v for k, v in changed.items() if k != action_id})

    def _keep(self, changed: dict[str, str]) -> None:
        self._preferences.put("shortcuts", changed)
        for action_id in self._specs:
            self._dress(action_id)
        self.changed.emit()

    def _dress(self, action_id: str) -> None:
        spec, action = self._specs[action_id], self._actions[action_id]
        keys = self.shortcut(action_id)
        action.setShortcut(QKeySequence(keys))
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = spec.tip or spec.text
        action.setToolTip(f"{tip}  ({shown})" if shown else tip)
