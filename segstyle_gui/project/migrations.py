"""From an older project format to the present one, a step a version, on a copy of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py

from segstyle_gui.errors import ProjectVersionError
from segstyle_gui.project.commit import publish, staged_copy, writing
from segstyle_gui.project.container import read_complete_runs, reading
from segstyle_gui.project.schema import LIBVER, SCHEMA_VERSION, read_header

Migration = Callable[[h5py.File], None]

MIGRATIONS: dict[int, Migration] = {}
"""Version n -> what makes version n + 1 of an open file, without touching its other attributes."""


def migrate(path: Path) -> None:
    """Bring a project file up to date if its format is older; the old one stays if anything fails.

    Raises
    ------
    ProjectVersionError
        If a step is missing.
    ProjectWriteError
        If the copy cannot be written.
    """
    with reading(path) as file:
        version = read_header(file, path).schema_version
    steps = range(version, SCHEMA_VERSION)
    if not steps:
        return
    missing = [step for step in steps if step not in MIGRATIONS]
    if missing:
        raise ProjectVersionError(
            f"{path.name} has project format {version}; this SegStyle cannot update it to {SCHEMA_VERSION}.",
            hint="Open and save it once with an older SegStyle.",
        )
    with staged_copy(path) as temp:
        with writing(path), h5py.File(temp, "r+", locking=False, libver=LIBVER) as file:
            for step in steps:
                MIGRATIONS[step](file)
                file.attrs["schema_version"] = step + 1
        with reading(temp) as file:
            read_header(file, path)
            read_complete_runs(file)
        publish(temp, path)
