"""Fixtures for every floor: one tiny generator, made once."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
import torch

from segstyle_gui.core.generator.checkpoint import save_generator
from segstyle_gui.core.generator.network import Generator, GeneratorSpec

pytest_plugins = ("small_project", "window_fixtures", "touring", "x_input", "leaks")  # tests/plugins

TINY_CHANNELS = {4: 8, 8: 8, 16: 8}


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Keep tests steady on small and shared machines."""
    torch.set_num_threads(1)


def make_tiny_generator(img_channels: int = 1, seed: int = 0) -> Generator:
    """Return a 16² generator of random weights whose noise and biases are not at rest."""
    torch.manual_seed(seed)
    spec = GeneratorSpec(
        resolution=16, img_channels=img_channels, z_dim=8, w_dim=8, mapping_layers=2, channels=TINY_CHANNELS
    )
    generator = Generator(spec)
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith(("noise_strength", "bias")):
                parameter.add_(0.3 * torch.randn_like(parameter))
        generator.mapping.w_avg.normal_()
    return generator.eval().requires_grad_(False)


@pytest.fixture
def tiny_generator() -> Generator:
    """A 16², one-channel generator of random weights."""
    return make_tiny_generator()


@pytest.fixture
def other_generator() -> Generator:
    """Another one, whose left half has style channels that make it brighter."""
    return make_tiny_generator(seed=1)


@pytest.fixture(scope="session")
def tiny_weights() -> bytes:
    """The same generator as a safetensors file."""
    return save_generator(make_tiny_generator())
