"""A generator of the same interface whose feature maps are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch


class KnownGenerator:
    """Images of 32 px in quarters; ``b32.conv1`` says which quarter, ``b16.conv1`` the same at half the size.

    A sample's first latent value decides whether the lower right quarter exists (it then looks like the
    lower left one). ``b16.conv0`` has smooth random maps that depend on the latent.
    """

    resolution, img_channels, z_dim, w_dim, num_ws = 32, 1, 4, 4, 4
    layer_names = ("b16.conv0", "b16.conv1", "b32.conv1")
    device = torch.device("cpu")

    def __init__(self):
        self.largest_batch = 0
        rng = torch.Generator().manual_seed(0)
        self._mix = torch.randn(4, 6, 16, 16, generator=rng)

    def layer_channels(self, name):
        return 6 if name == "b16.conv0" else 4

    def layer_size(self, name):
        return int(name[1 : name.index(".")])

    def mapping(self, z, psi=1.0):
        return z * psi

    def synthesis(self, w):
        return self.forward_intermediates(w, ())[0]

    def forward_intermediates(self, w, layers, *, image=True):
        w = w if w.ndim == 2 else w[:, 0]
        self.largest_batch = max(self.largest_batch, len(w))
        known = {
            "b16.conv0": torch.einsum("nw,wcyx->ncyx", w, self._mix) + 1.0,
            "b16.conv1": 3.0 * self._quarters(w, 16),
            "b32.conv1": 2.0 * self._quarters(w, 32),
        }
        picture = self._quarters(w, 32).argmax(dim=1, keepdim=True) / 2.0 - 1.0 if image else None
        return picture, {name: known[name] for name in layers}

    def _quarters(self, w, size):
        half = size // 2
        maps = torch.zeros(len(w), 4, size, size)
        maps[:, 0, :half, :half] = 1
        maps[:, 1, :half, half:] = 1
        maps[:, 2, half:, :half] = 1
        exists = (w[:, 0] > 0)[:, None, None]
        maps[:, 3, half:, half:] = torch.where(exists, 1.0, 0.0)
        maps[:, 2, half:, half:] = torch.where(exists, 0.0, 1.0)
        return maps


@pytest.fixture
def known_generator():
    return KnownGenerator()


@pytest.fixture
def fourth_quarter_exists():
    """Return a function: does the sample of a seed have its lower right quarter?"""
    return lambda seed: bool(np.random.RandomState(seed).randn(4)[0] > 0)


@pytest.fixture
def spy():
    """Collect every report of progress."""
    reports = []
    return SimpleNamespace(
        reports=reports, report=lambda *args: reports.append(args), preview=lambda value: None
    )
