"""Write the state of an unfinished training, so that neither a crash nor a full disk takes the last one.

``UNREADABLE`` is what ``torch.load`` may raise on a damaged or foreign file.
"""

from __future__ import annotations

import errno
import io
import os
import pickle
from pathlib import Path
from typing import Any

import torch

from segstyle_gui.errors import ProjectWriteError

UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    AttributeError,
    pickle.UnpicklingError,
)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` (what ``torch.save`` takes) to ``path`` whole or not at all.

    Raises
    ------
    ProjectWriteError
        If the disk is full or the folder cannot be written; the file of before is unchanged.
    """
    # In memory first: onto a file that cannot take it, torch.save raises a RuntimeError without a reason.
    buffer = io.BytesIO()
    torch.save(state, buffer)
    try:
        _write_whole(path, buffer.getbuffer())
    except OSError as error:
        raise _write_error(path, error) from error


def _write_whole(path: Path, data: memoryview) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_error(path: Path, error: OSError) -> ProjectWriteError:
    full = error.errno in _FULL
    reason = "the disk is full" if full else error.strerror or str(error)
    remedy = "Free some space" if full else f"See that {path.parent} can be written"
    kept = path.is_file()
    return ProjectWriteError(
        f"The training's checkpoint {path.name} could not be written ({reason}); "
        + ("the last one is kept." if kept else "nothing of this training is kept yet."),
        hint=f"{remedy}, then run the same command again"
        + ("; it goes on from the last checkpoint." if kept else "."),
    )
