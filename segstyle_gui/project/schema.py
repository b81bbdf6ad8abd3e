"""The layout of a project file, its header, and how each dataset is stored.

::

    /                      format="segstyle", schema_version, app_version, uuid, created (ISO 8601, UTC),
                           commit_id, parent_commit_id, journal_id and journal_seq (the last event of that
                           journal that is in the file), last_deleted (the highest id of a deleted run)
    /settings              text: JSON object
    /selection             text: JSON object, what a run makes -> id of the current run
    /runs/000001           stage, makes, created, seconds, app_version, complete (written last)
        config inputs summary   text: JSON objects
        images             lines: one JSON object an image (runs that import images)
        array_names        lines: the names below arrays/
        arrays/...         the payload; every dataset has its crc32
        region_state       text: JSON (runs that make regions)
        edits              lines: one JSON object an event of the run's edit history, oldest first
        mask_edits         lines: JSON objects, the corrections that are settled and the reviewed marks, then
                           the edits that can be undone or redone (runs of masks that were edited; the label
                           maps below arrays/ stay as they were predicted)

Texts are UTF-8 strings of fixed length, lines are bytes of UTF-8. The file uses HDF5's format of version
1.10, whose structures all carry checksums, so that damage is an error and not a crash.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from segstyle_gui.errors import ProjectReadError, ProjectVersionError

FORMAT = "segstyle"
SCHEMA_VERSION = 1
SUFFIX = ".segstyle"
LIBVER = ("v110", "v110")

_LABEL_NAMES = ("labels", "label_maps", "confidence", "masks")
_CHUNK_BYTES = 1 << 20  # upper bound of a chunk: beyond it, HDF5's chunk cache stops helping


@dataclass(frozen=True, slots=True)
class Header:
    """The root attributes that decide whether and how a file is opened."""

    schema_version: int
    uuid: str
    commit_id: str
    parent_commit_id: str
    journal_id: str = ""
    journal_seq: int = 0


def open_for_reading(path: Path) -> h5py.File:
    """Open a project file for one short read.

    No lock is taken: a file in its place is never changed, only replaced, and locks fail on some shares.

    Raises
    ------
    ProjectReadError
        If the file is missing, damaged or no HDF5 file.
    """
    try:
        return h5py.File(path, "r", locking=False)
    except FileNotFoundError:
        raise ProjectReadError(
            f"There is no project file {path}.", hint="Check the path, or create a new project."
        ) from None
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> ProjectReadError:
    """Return the error for a file that HDF5 cannot open or read to the end."""
    if not path.is_file():
        return ProjectReadError(f"{path} is not a file.", hint=f"Choose a {SUFFIX} file.")
    if not h5py.is_hdf5(path):
        return ProjectReadError(
            f"{path.name} is not a SegStyle project (no HDF5 file).", hint=f"Choose a {SUFFIX} file."
        )
    return ProjectReadError(
        f"{path.name} is damaged or cut short ({_first_line(error)}).",
        hint="Restore it from a backup, or copy it again from where it came from.",
    )


def read_header(file: h5py.File, path: Path) -> Header:
    """Return the header of an open file.

    Raises
    ------
    ProjectReadError
        If the file is not a SegStyle project.
    ProjectVersionError
        If a newer SegStyle wrote it.
    """
    if read_attribute(file, "format") != FORMAT:
        raise ProjectReadError(
            f"{path.name} is an HDF5 file but not a SegStyle project.", hint=f"Choose a {SUFFIX} file."
        )
    version = int(file.attrs["schema_version"])
    if version > SCHEMA_VERSION:
        raise ProjectVersionError(
            f"{path.name} has project format {version}; this SegStyle reads up to {SCHEMA_VERSION}.",
            hint="Update SegStyle to open it.",
        )
    return Header(
        schema_version=version,
        uuid=read_attribute(file, "uuid"),
        commit_id=read_attribute(file, "commit_id"),
        parent_commit_id=read_attribute(file, "parent_commit_id"),
        journal_id=read_attribute(file, "journal_id"),
        journal_seq=int(file.attrs["journal_seq"]),
    )


def text_type(n_bytes: int) -> np.dtype[Any]:
    """Return the type of a UTF-8 text of fixed length."""
    kind: np.dtype[Any] = h5py.string_dtype("utf-8", max(1, n_bytes))
    return kind


def write_attribute(group: h5py.Group, name: str, text: str) -> None:
    """Set a text attribute."""
    data = text.encode()
    group.attrs.create(name, data, dtype=text_type(len(data)))


def read_attribute(group: h5py.Group, name: str) -> str:
    """Return a text attribute, "" if there is none or it is no text."""
    value = group.attrs.get(name, b"")
    return value.decode() if isinstance(value, bytes) else ""


def run_group_name(run_id: int) -> str:
    """Return the path of a run's group."""
    return f"runs/{run_id:06d}"


def storage_options(name: str, values: NDArray[Any]) -> dict[str, Any]:
    """Return the dataset options for an array of the payload.

    Label maps, confidence maps and masks are integers in large plains: gzip-4 makes them about 7 times
    smaller, one image a chunk. Everything else is stored as it is: weights do not shrink (1.0 to 1.15
    times), and pixels little (1.0 to 1.6 times), for reads that are several times slower.
    """
    is_map = any(part in _LABEL_NAMES for part in name.split("/"))
    if not is_map or values.dtype.kind not in "uib" or values.ndim < 2 or values.size == 0:
        return {}
    chunk = values.shape if values.ndim == 2 else (1, *values.shape[1:])
    row_bytes = max(1, int(np.prod(chunk[-1:])) * values.dtype.itemsize)
    if int(np.prod(chunk)) * values.dtype.itemsize > _CHUNK_BYTES:
        rows = max(1, _CHUNK_BYTES // row_bytes)
        chunk = (*(1,) * (values.ndim - 2), min(rows, values.shape[-2]), values.shape[-1])
    return {"compression": "gzip", "compression_opts": 4, "chunks": chunk}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
