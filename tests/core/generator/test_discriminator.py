"""The discriminator: shapes, minibatch standard deviation and the filter before it halves the resolution."""

from __future__ import annotations

import numpy as np
import torch

from segstyle_gui.core.generator.discriminator import Discriminator, minibatch_std
from segstyle_gui.core.generator.layers import PlainConv, Resample
from segstyle_gui.core.generator.network import GeneratorSpec


def test_logits_have_one_column_for_any_batch():
    discriminator = Discriminator(
        GeneratorSpec(resolution=32, img_channels=3, channels={4: 8, 8: 8, 16: 8, 32: 4})
    )
    for n in (1, 3, 8):
        assert discriminator(torch.randn(n, 3, 32, 32)).shape == (n, 1)


def test_minibatch_std_equals_the_definition():
    x = torch.randn(8, 3, 4, 4, dtype=torch.float32)
    y = minibatch_std(x)
    groups = [[0, 1, 2, 3], [4, 5, 6, 7]]  # neighbours
    for group in groups:
        values = x[group].double().numpy()
        expected = np.sqrt(values.var(axis=0) + 1e-8).mean()
        np.testing.assert_allclose(y[group, 3], expected, rtol=1e-5)
    torch.testing.assert_close(y[:, :3], x)


def test_minibatch_std_takes_the_largest_group_that_divides():
    x = torch.randn(6, 1, 2, 2)
    assert len(minibatch_std(x)[:, 1, 0, 0].unique()) == 2  # groups of three


def test_identical_images_have_no_spread():
    x = torch.ones(4, 2, 4, 4)
    assert float(minibatch_std(x)[:, 2].max()) < 2e-4


def test_downsampling_equals_filter_then_every_second_pixel():
    x = torch.randn(1, 1, 8, 8, dtype=torch.float64)
    taps = np.array([1, 3, 3, 1]) / 8
    padded = np.pad(x[0, 0].numpy(), 1)
    expected = np.array(
        [[taps @ padded[2 * i : 2 * i + 4, 2 * j : 2 * j + 4] @ taps for j in range(4)] for i in range(4)]
    )
    np.testing.assert_allclose(Resample().downsample(x)[0, 0], expected, atol=1e-6)


def test_upsampling_and_downsampling_keep_a_constant():
    x = torch.ones(1, 2, 8, 8)
    resample = Resample()
    torch.testing.assert_close(resample.upsample(x)[..., 2:-2, 2:-2], torch.ones(1, 2, 12, 12))
    torch.testing.assert_close(resample.downsample(x)[..., 1:-1, 1:-1], torch.ones(1, 2, 2, 2))


def test_pointwise_layers_equal_a_convolution():
    layer = PlainConv(3, 5, 1, activate=False)
    x = torch.randn(2, 3, 6, 6)
    expected = torch.nn.functional.conv2d(x, layer.weight * layer.weight_gain, layer.bias)
    torch.testing.assert_close(layer(x), expected)
