"""Choose where and how precisely to compute, and set this process up to do it fast."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

from segstyle_gui.errors import ConfigError

Precision = Literal["auto", "float32", "bfloat16"]

# Parameters of glibc's mallopt(3) and the block size up to which memory is kept rather than returned.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEEP_BYTES = 1 << 30

_tuned = False


def choose_device(name: str = "auto") -> torch.device:
    """Return the device to compute on.

    Parameters
    ----------
    name
        ``"auto"`` takes CUDA, then Apple's MPS, then the CPU; otherwise a torch device name.

    Raises
    ------
    ConfigError
        If the named device does not exist here.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(
            f"The device {name!r} cannot be used on this computer; wanted auto, cpu, cuda or mps.",
            hint="Use --device auto, or run `segstyle doctor` to see what was found.",
        ) from error
    return device


def compute_dtype(device: torch.device, precision: Precision = "auto") -> torch.dtype:
    """Return the dtype for convolutions: bfloat16 where the hardware has it and ``precision`` allows it."""
    if precision == "float32":
        return torch.float32
    if precision == "bfloat16" or _has_fast_bfloat16(device):
        return torch.bfloat16
    return torch.float32


def _has_fast_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported())
    return False


@contextmanager
def tuned_gpu(device: torch.device, precision: Precision = "auto") -> Iterator[None]:
    """Let cuDNN try which convolutions are fastest, with TF32 unless float32 is asked for; else as before.

    Does nothing where ``device`` is no CUDA device.
    """
    if device.type != "cuda":
        yield
        return
    before = torch.get_float32_matmul_precision()
    exact = precision == "float32"
    torch.set_float32_matmul_precision("highest" if exact else "high")
    try:
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=True, deterministic=False, allow_tf32=not exact
        ):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def tune_cpu() -> None:
    """Make the C allocator keep large blocks, once per process (Linux with glibc; elsewhere nothing).

    Activations of 1–100 MB are freed and asked for again at every step. By default glibc maps each
    anew and the kernel clears its pages, which took about half of a training step's time on two cores.
    """
    global _tuned
    if _tuned or not sys.platform.startswith("linux") or "MALLOC_MMAP_THRESHOLD_" in os.environ:
        return
    _tuned = True
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_M_MMAP_THRESHOLD, _KEEP_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEEP_BYTES)
    except (OSError, AttributeError):  # another C library: its allocator has its own ways
        return
