"""Spans of time in words; the job bar rounds in the same way."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def spoken_time(seconds: float) -> str:
    """Return a span of time as a person says it: ``"50 s"``, ``"12 min"``, ``"3.5 h"``, ``"3 days"``."""
    if seconds < 90:
        return _tr("{0} s").format(max(1, round(seconds)))
    if seconds < 90 * 60:
        return _tr("{0} min").format(round(seconds / 60))
    hours = seconds / 3600
    if hours < 48:
        return _tr("{0} h").format(f"{hours:.1f}" if hours < 10 else f"{hours:.0f}")
    return _tr("{0} days").format(f"{hours / 24:.0f}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Spoken", text)
