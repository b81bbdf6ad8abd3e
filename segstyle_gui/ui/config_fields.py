"""What a settings form knows of a field, and what it needs of an editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from segstyle_gui.core.settings import Setting


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A config field: its name, evaluated type, default, and what ``setting`` says of it."""

    name: str
    kind: Any
    default: Any
    known: Setting


class Editor(Protocol):
    """What a form needs of an editor (which is a ``QWidget`` as well)."""

    edited: SignalInstance

    def config_value(self) -> Any:
        """Return the value, as the config wants it."""

    def set_config_value(self, value: Any) -> None:
        """Show a value."""
