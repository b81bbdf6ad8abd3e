"""Folders that an export can be written to."""

from __future__ import annotations

import re
from pathlib import Path

_NUMBERED = re.compile(r" \d+$")


def free_folder(folder: Path) -> Path:
    """Return this folder if nothing is in it, else the first of its name with a number that is free.

    ``"eyes coco"`` becomes ``"eyes coco 2"``, and that ``"eyes coco 3"``.
    """
    if not is_used(folder):
        return folder
    base, number = _NUMBERED.sub("", folder.name), 2
    while is_used(folder.with_name(f"{base} {number}")):
        number += 1
    return folder.with_name(f"{base} {number}")


def is_used(folder: Path) -> bool:
    """Return whether there is a file of this name, or a folder with something in it."""
    try:
        return folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))
    except OSError:  # not ours to read
        return True
