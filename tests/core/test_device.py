"""Choosing a device and a precision."""

from __future__ import annotations

import pytest
import torch

from segstyle_gui.core.device import choose_device, compute_dtype, tune_cpu
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


def test_tuning_twice_is_harmless():
    tune_cpu()
    tune_cpu()
