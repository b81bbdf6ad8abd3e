"""What to keep in mind about the licence of a generator that came in a file of some program's."""

from __future__ import annotations

_NVIDIA = (
    "NVIDIA publishes its weights for research and evaluation, not for commercial use; others share weights "
    "that were trained with its code under terms of their own. See the page that the file is from."
)
_REMINDERS = {
    "nvidia-pytorch": _NVIDIA,
    "nvidia-tensorflow": _NVIDIA,
    "rosinality": (
        "The code of this format is free, but its weights are often converted from NVIDIA's, which are for "
        "research and not for commercial use. See the page that the file is from."
    ),
    "segstyle": "See that the licence of this file, and of the images it learnt from, allows your use.",
}


def licence_reminder(file_format: str) -> str:
    """Return a reminder in two sentences at most; ``file_format`` is an import report's."""
    return _REMINDERS.get(file_format, _REMINDERS["segstyle"])
