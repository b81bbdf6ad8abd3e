"""Choosing a device and a precision."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from segstyle_gui.core import device
from segstyle_gui.core.device import choose_device, compute_dtype, tune_cpu, tuned_gpu
from segstyle_gui.errors import ConfigError


def test_cpu_is_always_there():
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device().type in ("cpu", "cuda", "mps")


@pytest.mark.parametrize("name", ["cuda:93", "abacus", ""])
def test_missing_devices_are_named(name):
    with pytest.raises(ConfigError, match="cannot be used"):
        choose_device(name)


def test_precision_can_be_forced():
    cpu = torch.device("cpu")
    assert compute_dtype(cpu, "float32") == torch.float32
    assert compute_dtype(cpu, "bfloat16") == torch.bfloat16
    assert compute_dtype(cpu) in (torch.float32, torch.bfloat16)


@pytest.mark.parametrize(("precision", "matmul"), [("auto", "high"), ("float32", "highest")])
def test_a_gpu_is_tuned_for_a_while(precision, matmul):
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark
    with tuned_gpu(torch.device("cuda"), precision):
        assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark) == (matmul, True)
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark) == before


@pytest.mark.parametrize(("platform", "calls"), [("linux", 2), ("win32", 0)])
def test_the_allocator_is_told_once(monkeypatch, platform, calls):
    told = []
    library = SimpleNamespace(mallopt=lambda *values: told.append(values))
    monkeypatch.setattr(device, "_tuned", False)
    monkeypatch.setattr(device.sys, "platform", platform)
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: library)
    monkeypatch.delenv("MALLOC_MMAP_THRESHOLD_", raising=False)
    tune_cpu()
    tune_cpu()
    assert len(set(told)) == len(told) == calls
