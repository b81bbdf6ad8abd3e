"""What the application remembers of its user: theme, recent projects, shortcuts, the state of the window."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal

from segstyle_gui.paths import APP_NAME
from segstyle_gui.ui.theme.theme import Mode

MOST_RECENTS = 20
SETTINGS_VARIABLE = "SEGSTYLE_SETTINGS"  # names another INI file


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentProject:
    """A project that was open lately: where it is, when that was (ISO 8601, UTC), and how far it is."""

    path: str
    opened: str = ""
    summary: str = ""
    thumbnail: str = ""  # path of a PNG in the cache, empty for none


class Preferences(QObject):
    """Settings that outlive the window, in an INI file.

    Parameters
    ----------
    path
        The INI file; by default the one that ``SEGSTYLE_SETTINGS`` names, else the user's own.

    Signals
    -------
    changed(str)
        The key whose value is another one.
    """

    changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        chosen = path or os.environ.get(SETTINGS_VARIABLE)
        if chosen:
            self._settings = QSettings(str(chosen), QSettings.Format.IniFormat)
        else:
            self._settings = QSettings(
                QSettings.Format.IniFormat, QSettings.Scope.UserScope, APP_NAME, APP_NAME
            )

    def get(self, key: str, default: Any) -> Any:
        """Return the value of a key: anything that JSON can hold; ``default`` if unset or unreadable."""
        text = self._settings.value(key)
        if not isinstance(text, str):
            return default
        try:
            return json.loads(text)
        except ValueError:
            return default

    def put(self, key: str, value: Any) -> None:
        """Remember a value (anything that JSON can hold) and tell of the change."""
        if self.get(key, None) == value:
            return
        self._settings.setValue(key, json.dumps(value))
        self.changed.emit(key)

    def get_bytes(self, key: str) -> bytes:
        """Return bytes such as the geometry of a window, empty if unset."""
        return bytes.fromhex(self.get(key, ""))

    def put_bytes(self, key: str, value: bytes) -> None:
        """Remember bytes."""
        self.put(key, value.hex())

    def sync(self) -> None:
        """Write to disk now."""
        self._settings.sync()

    @property
    def theme(self) -> Mode:
        """``"system"``, ``"dark"`` or ``"light"``."""
        known: dict[str, Mode] = {"dark": "dark", "light": "light"}
        return known.get(str(self.get("theme", "system")), "system")

    @theme.setter
    def theme(self, mode: str) -> None:
        self.put("theme", mode)

    def recents(self) -> list[RecentProject]:
        """Return the projects that were open lately, the last one first; files that are gone are left out."""
        known = {field.name for field in fields(RecentProject)}
        rows = self.get("recents", [])
        found = [
            RecentProject(**{k: v for k, v in row.items() if k in known}) for row in rows if "path" in row
        ]
        return [recent for recent in found if Path(recent.path).is_file()]

    def add_recent(self, recent: RecentProject) -> None:
        """Put a project at the top of the list (again)."""
        others = [other for other in self.recents() if other.path != recent.path]
        self.put("recents", [asdict(one) for one in (recent, *others)][:MOST_RECENTS])

    def forget_recent(self, path: str) -> None:
        """Take a project off the list."""
        self.put("recents", [asdict(one) for one in self.recents() if one.path != path])

    def shortcuts(self) -> dict[str, str]:
        """Return the shortcuts that the user changed: action id -> key sequence (portable text)."""
        return dict(self.get("shortcuts", {}))
