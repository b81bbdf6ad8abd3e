"""What this computer offers SegStyle, and what is missing: for ``segstyle doctor`` and the window."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_MIN_FREE_GB = 2.0
_MIN_MEMORY_GB = 4.0
_PACKAGES = ("torch", "torchvision", "timm", "open_clip_torch", "scikit-learn", "h5py", "PySide6-Essentials")
_BUNDLED = (  # below the resources folder
    "icons/segstyle.svg",
    "near_eye/generator.safetensors",
    "near_eye/sample.segstyle",
    "near_eye/images",
    "near_eye/masks",
    "near_eye/clip.safetensors",
    "near_eye/clip.json",
)
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; ``ok`` False means that something will not work until ``next_step`` is done."""

    name: str
    ok: bool
    found: str
    next_step: str = ""


def system_checks() -> list[Check]:
    """Look at device, packages, window, folders and disk; imports torch and starts processes: seconds."""
    from segstyle_gui.pipeline.window_check import window_checks

    return [*_computer(), *_torch(), *window_checks(), *_folders()]


def _computer() -> list[Check]:
    import segstyle_gui

    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    built = ", built application" if _is_built() else ""
    found = [f"{name} {_version(name)}" for name in _PACKAGES]
    missing = [name for name in _PACKAGES if _version(name) == "missing"]
    step = _install_step(f"pip install {' '.join(missing)}") if missing else ""
    return [
        Check("SegStyle", True, segstyle_gui.__version__ + built),
        Check("system", True, f"{system}, Python {platform.python_version()}, {os.cpu_count()} cores"),
        *_memory(),
        Check("packages", not missing, ", ".join(found), step),
    ]


def _is_built() -> bool:
    return bool(getattr(sys, "frozen", False))


def _install_step(step: str) -> str:
    """Return what brings a missing package: ``step``, but a built application has to be whole."""
    return "Reinstall SegStyle." if _is_built() else step


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _memory() -> list[Check]:
    """Return the computer's memory, nothing where the system does not say."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, OSError, ValueError):
        return []
    step = "" if size >= _MIN_MEMORY_GB else "Choose smaller images and batches."
    return [Check("memory", size >= _MIN_MEMORY_GB, f"{size:.0f} GB", step)]


def _torch() -> list[Check]:
    try:
        import torch
    except (ImportError, OSError) as error:
        step = _install_step("Install PyTorch: https://pytorch.org/get-started")
        return [Check("torch", False, str(error), step)]
    from segstyle_gui.core.device import choose_device, compute_dtype

    device = choose_device()
    dtype = str(compute_dtype(device)).removeprefix("torch.")
    return [
        _device(device.type, torch.version.cuda or ""),
        Check("torch build", True, f"{torch.__version__}, CUDA {torch.version.cuda or 'none'}"),
        Check("number format", True, f"{dtype} ({torch.backends.cpu.get_cpu_capability()})"),
    ]


def _device(kind: str, cuda: str) -> Check:
    """Return where is computed. The CPU is no fault: everything works there, only slower.

    Parameters
    ----------
    kind
        ``"cuda"``, ``"mps"`` or ``"cpu"``: the device chosen.
    cuda
        The CUDA version that torch was built for, empty if for none.
    """
    import torch

    if kind == "cuda":
        facts = torch.cuda.get_device_properties(0)
        return Check("device", True, f"cuda ({facts.name}, {facts.total_memory / 1e9:.0f} GB)")
    if kind != "cpu":
        return Check("device", True, f"{kind} ({platform.processor() or platform.machine()})")
    name = platform.processor() or platform.machine()
    found = f"cpu ({name}), {torch.get_num_threads()} threads: works, slower than with a graphics card"
    return Check("device", True, found, _gpu_step(cuda, _NVIDIA_DRIVER.is_file()))


def _gpu_step(cuda: str, driver: bool) -> str:
    """Return how the NVIDIA card of this computer could be used, empty if there is none to be seen."""
    if not driver:
        return ""
    if not cuda:
        return "There is an NVIDIA driver: a CUDA build of PyTorch (https://pytorch.org) would use the card."
    return f"There is an NVIDIA driver, but not one for CUDA {cuda}: update it, or the card is in use."


def _folders() -> list[Check]:
    from segstyle_gui.paths import cache_dir, log_dir, projects_dir

    free = shutil.disk_usage(_existing(projects_dir())).free / 1e9
    step = "" if free >= _MIN_FREE_GB else f"Free some space: a training wants about {_MIN_FREE_GB:g} GB."
    return [
        _writable("projects folder", projects_dir(), "Name another in the variable SEGSTYLE_PROJECTS."),
        _writable("cache folder", cache_dir(), "Name another in the variable XDG_CACHE_HOME."),
        _writable("log folder", log_dir(), "Name another in the variable XDG_STATE_HOME."),
        _writable("temporary folder", Path(tempfile.gettempdir()), "Name another in the variable TMPDIR."),
        _resources(),
        Check("disk", free >= _MIN_FREE_GB, f"{free:.1f} GB free for projects", step),
    ]


def _resources() -> Check:
    """Return whether everything that comes with SegStyle is there."""
    from segstyle_gui.paths import resources_dir

    try:
        folder = resources_dir()
    except FileNotFoundError as error:
        return Check("resources", False, str(error), "Reinstall SegStyle.")
    missing = [name for name in _BUNDLED if not (folder / name).exists()]
    if missing:
        return Check("resources", False, f"{folder} lacks {', '.join(missing)}", "Reinstall SegStyle.")
    return Check("resources", True, f"{folder}: sample project, generator, CLIP")


def _writable(name: str, folder: Path, step: str) -> Check:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            pass
    except OSError as error:
        return Check(name, False, f"{folder} cannot be written ({error.strerror})", step)
    return Check(name, True, str(folder))


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
