"""SegStyle in the menu of a Linux desktop, and double clicks on its project files, for one user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from segstyle_gui.errors import SegStyleError
from segstyle_gui.paths import resources_dir

ENTRY = Path("applications", "segstyle.desktop")
MIME = Path("mime", "packages", "segstyle.xml")
VECTOR_ICON = Path("icons", "hicolor", "scalable", "apps", "segstyle.svg")
_RESERVED = '"`$\\'  # characters that a quoted word of an Exec line writes with a backslash before them


@dataclass(frozen=True, slots=True)
class Starter:
    """How SegStyle is started: the words before the project's path, and the folder to start in."""

    words: tuple[str, ...]
    folder: str = ""


def this_starter() -> Starter:
    """Return how this SegStyle is started again: built application, ``segstyle`` script or checkout."""
    if getattr(sys, "frozen", False):
        return Starter((sys.executable,))
    script = Path(sys.executable).with_name("segstyle")
    if script.is_file():
        return Starter((str(script),))
    package = Path(__file__).resolve().parent.parent
    return Starter((sys.executable, "-m", package.name), folder=str(package.parent))


def data_home() -> Path:
    """Return the user's folder for what desktops read: ``XDG_DATA_HOME``, or ``~/.local/share``."""
    chosen = os.environ.get("XDG_DATA_HOME", "")
    return Path(chosen) if Path(chosen).is_absolute() else Path.home() / ".local" / "share"


def install_desktop(folder: Path, starter: Starter) -> list[Path]:
    """Write the desktop entry, the file type and the icons; what is there already is written again.

    Parameters
    ----------
    folder
        The user's data folder, see :func:`data_home`.
    starter
        What the desktop entry starts.

    Returns
    -------
    The files written.

    Raises
    ------
    SegStyleError
        If a file cannot be written.
    """
    written = []
    try:
        for place, source in sorted(_sources().items()):
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if place == ENTRY:
                target.write_text(entry_text(source.read_text(encoding="utf-8"), starter), encoding="utf-8")
            else:
                shutil.copyfile(source, target)
            written.append(target)
    except OSError as error:
        raise SegStyleError(
            f"{error.filename or folder} cannot be written ({error.strerror or error}).",
            hint="Set XDG_DATA_HOME to a folder of your own.",
        ) from error
    _refresh(folder)
    return written


def remove_desktop(folder: Path) -> list[Path]:
    """Take away what :func:`install_desktop` wrote; return the files that were there."""
    present = [folder / place for place in sorted(_sources()) if (folder / place).is_file()]
    for file in present:
        file.unlink()
    if present:
        _refresh(folder)
    return present


def entry_text(template: str, starter: Starter) -> str:
    """Return the desktop entry with the words that start SegStyle here.

    Parameters
    ----------
    template
        The entry as it comes with SegStyle: its Exec line says ``segstyle %f``.
    starter
        The words and the folder; ``TryExec`` hides the entry when the first word is gone.
    """
    command = " ".join(map(quoted, starter.words))
    lines = [f"Exec={command} %f", f"TryExec={_escaped(starter.words[0])}"]
    if starter.folder:
        lines.append(f"Path={_escaped(starter.folder)}")
    return template.replace("Exec=segstyle %f", "\n".join(lines))


def quoted(word: str) -> str:
    """Return a word as an Exec line holds it: quoted, its backslashes doubled as in every string."""
    inner = "".join(f"\\{letter}" if letter in _RESERVED else letter for letter in word)
    return _escaped(f'"{inner}"'.replace("%", "%%"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _sources() -> dict[Path, Path]:
    """Return the files to install, by their place below the data folder."""
    root = resources_dir()
    files = {file.relative_to(root / "linux"): file for file in (root / "linux").rglob("*") if file.is_file()}
    return {**files, VECTOR_ICON: root / "icons" / "segstyle.svg"}


def _refresh(folder: Path) -> None:
    """Let the desktop's caches know; a desktop without these tools looks for itself, at the next login."""
    for command in (
        ("update-mime-database", str(folder / "mime")),
        ("update-desktop-database", str(folder / "applications")),
        ("gtk-update-icon-cache", "-q", "-t", "-f", str(folder / "icons" / "hicolor")),
    ):
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603 - fixed words
