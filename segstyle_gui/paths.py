"""Where things lie: resources from a checkout, a wheel or a bundle; projects, cache and logs of the user."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

APP_NAME = "SegStyle"
_PACKAGE = Path(__file__).resolve().parent


def _checkout() -> Path | None:
    """Return the source checkout that this package runs from, None when it is installed or bundled."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "resources").is_dir() else None


def resources_dir() -> Path:
    """Return the folder of icons, prompt vocabularies and the bundled sample.

    Raises
    ------
    FileNotFoundError
        If the installation lacks its resources.
    """
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller in a built application
    candidates = [Path(bundle) / "segstyle_gui" / "resources", Path(bundle) / "resources"] if bundle else []
    candidates += [_PACKAGE / "resources", _PACKAGE.parent / "resources"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"resources not found, looked in {', '.join(map(str, candidates))}")


def projects_dir() -> Path:
    """Return the folder where projects go by default (it may not exist yet).

    ``SEGSTYLE_PROJECTS`` overrides it; a source checkout keeps its own in ``projects/``; otherwise it is
    ``SegStyle`` in the user's documents.
    """
    chosen = os.environ.get("SEGSTYLE_PROJECTS", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    checkout = _checkout()
    if checkout is not None:
        return checkout / "projects"
    return Path(platformdirs.user_documents_dir()) / APP_NAME


def cache_dir() -> Path:
    """Return the folder for what can be made again (downloaded weights, thumbnails)."""
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def log_dir() -> Path:
    """Return the folder for logs and reports of unexpected errors."""
    return Path(platformdirs.user_log_dir(APP_NAME, appauthor=False))
