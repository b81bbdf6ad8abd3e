"""What this computer offers SegStyle, and what is missing: for ``segstyle doctor`` and the window."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MIN_FREE_GB = 2.0
_PACKAGES = ("torch", "torchvision", "timm", "open_clip_torch", "scikit-learn", "h5py", "PySide6-Essentials")
_QT_PROBE = """
import os
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from PySide6.QtWidgets import QApplication
app = QApplication([])
print(app.platformName())
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; ``ok`` False means that something will not work until ``next_step`` is done."""

    name: str
    ok: bool
    found: str
    next_step: str = ""


def system_checks() -> list[Check]:
    """Look at device, packages, window, folders and disk; imports torch and starts a process: seconds."""
    return [*_computer(), *_torch(), _qt(), *_folders()]


def has_display() -> bool:
    """Return whether windows can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _computer() -> list[Check]:
    import segstyle_gui

    system = (
        f"{platform.system()} {platform.release()} {platform.machine()}, Python {platform.python_version()}"
    )
    found = [f"{name} {_version(name)}" for name in _PACKAGES]
    missing = [name for name in _PACKAGES if _version(name) == "missing"]
    step = f"pip install {' '.join(missing)}" if missing else ""
    return [
        Check("SegStyle", True, segstyle_gui.__version__),
        Check("system", True, f"{system}, {os.cpu_count()} cores"),
        Check("packages", not missing, ", ".join(found), step),
    ]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _torch() -> list[Check]:
    try:
        import torch
    except (ImportError, OSError) as error:
        return [Check("torch", False, str(error), "Install PyTorch: https://pytorch.org/get-started")]
    from segstyle_gui.core.device import choose_device, compute_dtype

    device = choose_device()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "CPU"
    dtype = str(compute_dtype(device)).removeprefix("torch.")
    return [
        Check("device", True, f"{device.type} ({name}), {torch.get_num_threads()} threads"),
        Check("torch build", True, f"{torch.__version__}, CUDA {torch.version.cuda or 'none'}"),
        Check("number format", True, f"{dtype} ({torch.backends.cpu.get_cpu_capability()})"),
    ]


def _qt() -> Check:
    """Load Qt in a process of its own: a broken display library ends a process, not an import."""
    if getattr(sys, "frozen", False):  # a built application has no interpreter to start
        return Check("window", True, "part of this application")
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-c", _QT_PROBE], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("window", False, str(error), "The command line works without it.")
    if done.returncode == 0:
        display = "a display" if has_display() else "no display here"
        return Check("window", True, f"Qt loads ({done.stdout.strip()}), {display}")
    last = (done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1]
    return Check(
        "window",
        False,
        last,
        "Install Qt's system libraries (libegl1, libxkbcommon0, libdbus-1-3 on Debian).",
    )


def _folders() -> list[Check]:
    from segstyle_gui.paths import cache_dir, log_dir, projects_dir, resources_dir

    checks = [
        _writable("projects folder", projects_dir()),
        _writable("cache folder", cache_dir()),
        _writable("log folder", log_dir()),
        _resources(resources_dir),
    ]
    free = shutil.disk_usage(_existing(projects_dir())).free / 1e9
    step = "" if free >= _MIN_FREE_GB else f"Free some space: a training wants about {_MIN_FREE_GB:g} GB."
    return [*checks, Check("disk", free >= _MIN_FREE_GB, f"{free:.1f} GB free", step)]


def _resources(find: Callable[[], Path]) -> Check:
    try:
        return Check("resources", True, str(find()))
    except FileNotFoundError as error:
        return Check("resources", False, str(error), "Reinstall SegStyle.")


def _writable(name: str, folder: Path) -> Check:
    place = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        step = "Choose another with the environment variable SEGSTYLE_PROJECTS."
        return Check(name, False, f"{folder} cannot be written ({error.strerror})", step)
    return Check(name, True, str(folder))


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
