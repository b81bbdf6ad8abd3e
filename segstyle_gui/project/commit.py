"""The only way a project file changes: write a copy, verify it, put it in the place of the old one.

A crash at any moment leaves the old file whole, or the new one.
"""

from __future__ import annotations

import errno
import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segstyle_gui.errors import ProjectWriteError

_MARGIN_BYTES = 1 << 20  # room for the groups and texts that every commit adds
_REPLACE_TRIES = 20  # a virus scanner or viewer on Windows may hold the file for a moment
_REPLACE_WAIT = 0.1  # seconds between tries


@contextmanager
def staged_copy(path: Path, *, extra_bytes: int = 0, empty: bool = False) -> Iterator[Path]:
    """Yield the path of a copy of ``path`` in the same folder.

    The caller writes to it and calls :func:`publish`; whatever is not published is removed.

    Parameters
    ----------
    path
        The project file.
    extra_bytes
        What will be added, as far as it is known.
    empty
        Copy nothing: the caller makes the file.

    Raises
    ------
    ProjectWriteError
        If the disk has too little room, or the folder cannot be written.
    """
    temp = path.with_name(f"{_prefix(path)}{secrets.token_hex(4)}.tmp")
    try:
        with writing(path):
            size = 0 if empty else path.stat().st_size
            require_space(path, size + extra_bytes)
            if not empty:
                shutil.copyfile(path, temp)
        yield temp
    finally:
        temp.unlink(missing_ok=True)


def publish(temp: Path, path: Path) -> None:
    """Make the finished copy durable and put it in the place of ``path``.

    Raises
    ------
    ProjectWriteError
        If the system refuses.
    """
    with writing(path):
        _sync_file(temp)
        _replace(temp, path)
        _sync_folder(path.parent)


def make_durable(temp: Path, path: Path) -> None:
    """Wait until the copy is on the disk itself; raises ProjectWriteError if the system refuses."""
    with writing(path):
        _sync_file(temp)


def require_space(path: Path, n_bytes: int) -> None:
    """Check that the disk of ``path`` has room for ``n_bytes`` more.

    Raises
    ------
    ProjectWriteError
        If it has not.
    """
    free = shutil.disk_usage(path.parent).free
    wanted = n_bytes + _MARGIN_BYTES
    if free < wanted:
        raise ProjectWriteError(
            f"The disk has {_size(free)} free; saving {path.name} wants {_size(wanted)}.",
            hint=f"Free at least {_size(wanted - free)} in {path.parent} and try again.",
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system or HDF5 says about a failed write into a :class:`ProjectWriteError`."""
    try:
        yield
    except ProjectWriteError:
        raise
    except (OSError, RuntimeError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        reason = "the disk is full" if full else (str(error).splitlines() or [type(error).__name__])[0]
        raise ProjectWriteError(
            f"{path.name} could not be saved ({reason}); the file on disk is unchanged.",
            hint="Check that the folder can be written and the disk has room, then try again.",
        ) from error


def remove_leftovers(path: Path) -> None:
    """Remove the unfinished copies that a crash left beside ``path``."""
    for leftover in path.parent.glob(f"{glob.escape(_prefix(path))}*.tmp"):
        leftover.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return f".{path.name}."


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on a folder; its rename is journaled by NTFS
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(temp: Path, path: Path) -> None:
    for attempt in range(_REPLACE_TRIES):
        try:
            temp.replace(path)
        except PermissionError:
            if attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(_REPLACE_WAIT)
        else:
            return


def _size(n_bytes: int) -> str:
    if n_bytes >= 1 << 30:
        return f"{n_bytes / (1 << 30):.1f} GiB"
    return f"{max(1, round(n_bytes / (1 << 20)))} MiB"
