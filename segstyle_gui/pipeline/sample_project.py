"""A copy of the bundled sample project, ready to play with."""

from __future__ import annotations

import shutil
from pathlib import Path

from segstyle_gui.errors import ProjectReadError, ProjectWriteError
from segstyle_gui.paths import resources_dir

SAMPLE_NAME = "Near eye sample"
SAMPLE_FILE = "sample.segstyle"
N_IMAGES = 240  # of the 600: enough to look at, and the file stays small
_COPIED = ("images", "masks")


def open_sample(folder: Path, *, sample: Path | None = None) -> Path:
    """Copy the sample project with its images and their exact masks, ready to be opened.

    Parameters
    ----------
    folder
        Where the copy goes, as ``Near eye sample`` (``Near eye sample 2`` if there is one already).
    sample
        Another sample than the bundled one.

    Returns
    -------
    The copied project's file.

    Raises
    ------
    ProjectReadError
        If this installation has no sample.
    ProjectWriteError
        If the folder cannot be written.
    """
    sample = sample or resources_dir() / "near_eye"
    missing = [name for name in (SAMPLE_FILE, *_COPIED) if not (sample / name).exists()]
    if missing:
        raise ProjectReadError(
            f"The sample project lacks {', '.join(missing)} in {sample}.", hint="Reinstall SegStyle."
        )
    try:
        home = new_folder(folder, SAMPLE_NAME)
        copy_images(sample, home)
        return Path(shutil.copyfile(sample / SAMPLE_FILE, home / f"{home.name}.segstyle"))
    except OSError as error:
        raise ProjectWriteError(
            f"The sample cannot be copied to {folder} ({error.strerror or error}).",
            hint="Free some space, or choose another folder.",
        ) from error


def copy_images(sample: Path, home: Path) -> None:
    """Copy the images that the project has, and their masks."""
    names = sorted(path.name for path in (sample / "images").iterdir())[:N_IMAGES]
    for folder in _COPIED:
        (home / folder).mkdir()
        for name in names:
            shutil.copyfile(sample / folder / name, home / folder / name)


def new_folder(folder: Path, name: str) -> Path:
    """Make and return a folder that did not exist yet: ``name``, ``name 2`` and so on."""
    number, home = 1, folder / name
    while home.exists():
        number += 1
        home = folder / f"{name} {number}"
    home.mkdir(parents=True)
    return home
