"""The small marks inside controls (ticks, arrows) as image files, which is how a style sheet takes them.

They are PNG files at four scales, so no image plug-in is needed, in the user's cache, so they are drawn
only once; a cache that cannot be written is replaced by a temporary folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from segstyle_gui.paths import cache_dir
from segstyle_gui.ui.theme.icons import image
from segstyle_gui.ui.theme.tokens import Tokens

GLYPHS = {  # name in the style sheet: (icon, token, px)
    "tick": ("check", "accent_text", 14),
    "dash": ("minus", "accent_text", 14),
    "tick_faint": ("check", "faint", 14),
    "dash_faint": ("minus", "faint", 14),
    "down": ("chevron_down", "muted", 16),
    "down_faint": ("chevron_down", "faint", 16),
    "up_small": ("chevron_up", "muted", 12),
    "up_small_faint": ("chevron_up", "faint", 12),
    "down_small": ("chevron_down", "muted", 12),
    "down_small_faint": ("chevron_down", "faint", 12),
    "right": ("chevron_right", "muted", 16),
    "left": ("chevron_left", "muted", 16),
    "menu_tick": ("check", "accent", 16),
    "cross": ("cross", "muted", 16),
    "undock": ("external", "muted", 16),
    "asks": ("question", "accent", 32),
    "tells": ("info", "info", 32),
    "warns": ("warning", "warning", 32),
    "fails": ("error", "danger", 32),
}
_SCALES = (1, 2, 3, 4)


def glyph_files(tokens: Tokens) -> dict[str, str]:
    """Return for every glyph the path of its image, as a style sheet wants it; draws what is missing."""
    try:
        return _files_in(cache_dir() / "glyphs", tokens)
    except OSError:
        return _files_in(_temporary_folder(), tokens)


def _files_in(folder: Path, tokens: Tokens) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    return {glyph: _file_in(folder, *GLYPHS[glyph], tokens).as_posix() for glyph in GLYPHS}


def _file_in(folder: Path, name: str, token: str, px: int, tokens: Tokens) -> Path:
    color = str(getattr(tokens, token))
    stem = f"{name}-{color[1:]}-{px}"
    for scale in _SCALES:
        path = folder / (f"{stem}.png" if scale == 1 else f"{stem}@{scale}x.png")
        if not path.is_file():
            _write(path, name, px * scale, color)
    return folder / f"{stem}.png"


def _write(path: Path, name: str, side: int, color: str) -> None:
    """Write the image under another name first: two windows may start at once."""
    draft = path.with_name(f"draft-{os.getpid()}-{path.name}")
    if not image(name, side, color).save(str(draft)):
        raise OSError(f"{draft} cannot be written")
    draft.replace(path)


@cache
def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="segstyle-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
