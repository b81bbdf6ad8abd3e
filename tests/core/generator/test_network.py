"""The generator against an independent float64 formula written from the papers, and its named layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segstyle_gui.core.generator.network import (
    Generator,
    GeneratorSpec,
    default_channels,
    images_to_uint8,
    latents_from_seeds,
)
from segstyle_gui.errors import ConfigError

FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def _lrelu(x):
    return np.where(x > 0, x, 0.2 * x) * np.sqrt(2)


def _dense(x, weight, bias, lr=1.0):
    return x @ (weight * lr / np.sqrt(weight.shape[1])).T + bias * lr


def _correlate(x, kernel):
    """Plain correlation of one (I, H, W) array with (O, I, k, k), no padding, float64."""
    out = F.conv2d(torch.from_numpy(x)[None], torch.from_numpy(np.ascontiguousarray(kernel)))
    return out[0].numpy()


def _zero_stuff(x):
    up = np.zeros((x.shape[0], 2 * x.shape[1], 2 * x.shape[2]))
    up[:, ::2, ::2] = x
    return up


def _upsample(x):
    """Zeros between the samples, then the low-pass filter with gain 4 (upfirdn: two before, one after)."""
    padded = np.pad(_zero_stuff(x), ((0, 0), (2, 1), (2, 1)))
    return np.stack([_correlate(c[None], FILTER[None, None] * 4)[0] for c in padded])


def _upsampling_convolution(x, weight):
    """Transposed 3×3 convolution by its definition (every input pixel stamps the kernel), then the filter."""
    n_out, _, h = weight.shape[0], weight.shape[1], x.shape[1]
    full = np.zeros((n_out, 2 * h + 1, 2 * h + 1))
    for row in range(h):
        for column in range(h):
            stamp = np.tensordot(weight, x[:, row, column], axes=(1, 0))
            full[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3] += stamp
    padded = np.pad(full, ((0, 0), (1, 1), (1, 1)))
    return np.stack([_correlate(c[None], FILTER[None, None] * 4)[0] for c in padded])


def _modulated(x, w, p, prefix, *, up):
    style = _dense(w, p[f"{prefix}.affine.weight"], p[f"{prefix}.affine.bias"])
    weight = p[f"{prefix}.weight"] * style[None, :, None, None]
    weight = weight / np.sqrt((weight**2).sum(axis=(1, 2, 3), keepdims=True) + 1e-8)
    y = _upsampling_convolution(x, weight) if up else _correlate(np.pad(x, ((0, 0), (1, 1), (1, 1))), weight)
    y = y + p[f"{prefix}.noise_const"] * p[f"{prefix}.noise_strength"] + p[f"{prefix}.bias"][:, None, None]
    return _lrelu(y)


def _to_image(x, w, p, prefix):
    style = _dense(w, p[f"{prefix}.affine.weight"], p[f"{prefix}.affine.bias"])
    weight = p[f"{prefix}.weight"][:, :, 0, 0] * style / np.sqrt(x.shape[0])
    return np.tensordot(weight, x, axes=(1, 0)) + p[f"{prefix}.bias"][:, None, None]


def reference_image(
    generator: Generator, z: np.ndarray, psi: float
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One image and all its feature maps in float64, straight from the formulas."""
    p = {name: tensor.double().numpy() for name, tensor in generator.state_dict().items()}
    x = z / np.sqrt((z**2).mean() + 1e-8)
    for i in range(generator.spec.mapping_layers):
        x = _lrelu(_dense(x, p[f"mapping.fc{i}.weight"], p[f"mapping.fc{i}.bias"], lr=0.01))
    w = p["mapping.w_avg"] + psi * (x - p["mapping.w_avg"])
    maps, picture, net = {}, None, "synthesis_network"
    x = p[f"{net}.b4.const"]
    for resolution in generator.spec.block_resolutions:
        name = f"b{resolution}"
        if resolution > 4:
            x = maps[f"{name}.conv0"] = _modulated(x, w, p, f"{net}.{name}.conv0", up=True)
        x = maps[f"{name}.conv1"] = _modulated(x, w, p, f"{net}.{name}.conv1", up=False)
        added = _to_image(x, w, p, f"{net}.{name}.torgb")
        picture = added if picture is None else _upsample(picture) + added
    return picture, maps


@pytest.mark.parametrize(("img_channels", "psi"), [(1, 0.7), (3, 1.0)])
def test_image_and_features_equal_float64_formula(img_channels, psi):
    generator = _noisy_generator(img_channels)
    z = latents_from_seeds([3], generator.z_dim)
    expected, expected_maps = reference_image(generator, z[0].double().numpy(), psi)
    image, maps = generator.forward_intermediates(generator.mapping(z, psi), generator.layer_names)
    np.testing.assert_allclose(image[0].numpy(), expected, atol=1e-4)
    assert set(maps) == set(expected_maps)
    for name, tensor in maps.items():
        np.testing.assert_allclose(tensor[0].numpy(), expected_maps[name], atol=1e-4, err_msg=name)


def _noisy_generator(img_channels: int) -> Generator:
    torch.manual_seed(1)
    spec = GeneratorSpec(
        resolution=16,
        img_channels=img_channels,
        z_dim=6,
        w_dim=8,
        mapping_layers=3,
        channels={4: 8, 8: 6, 16: 4},
    )
    generator = Generator(spec)
    for name, parameter in generator.named_parameters():
        if name.endswith(("noise_strength", "bias")):
            parameter.data.add_(0.3 * torch.randn_like(parameter))
    generator.mapping.w_avg.normal_()
    return generator.requires_grad_(False)


def test_layer_names_sizes_and_channels():
    generator = Generator(
        GeneratorSpec(resolution=64, z_dim=8, w_dim=8, channels=default_channels(64, 512, 32))
    )
    assert generator.layer_names[0] == "b4.conv1"
    assert generator.layer_names[-1] == "b64.conv1"
    assert len(generator.layer_names) == 9
    assert generator.layer_size("b32.conv0") == 32
    assert generator.layer_channels("b64.conv1") == 8
    assert generator.num_ws == 10  # as published: 2·log2(64) − 2


def test_published_channel_rule():
    assert default_channels(1024)[64] == 512
    assert default_channels(1024)[128] == 256
    assert default_channels(1024)[1024] == 32


def test_tapping_stops_early_and_gives_the_same_maps(tiny_generator):
    w = tiny_generator.mapping(latents_from_seeds([0, 1], 8))
    image, maps = tiny_generator.forward_intermediates(w, ["b8.conv1"], image=False)
    _, all_maps = tiny_generator.forward_intermediates(w, ["b8.conv1", "b16.conv1"])
    assert image is None
    torch.testing.assert_close(maps["b8.conv1"], all_maps["b8.conv1"])


def test_fixed_noise_repeats_and_random_noise_does_not(tiny_generator):
    w = tiny_generator.mapping(latents_from_seeds([0], 8))
    torch.testing.assert_close(tiny_generator.synthesis(w), tiny_generator.synthesis(w), rtol=0, atol=0)
    assert not torch.equal(
        tiny_generator.synthesis(w, noise="random"), tiny_generator.synthesis(w, noise="random")
    )
    assert not torch.equal(tiny_generator.synthesis(w, noise="none"), tiny_generator.synthesis(w))


def test_each_layer_takes_its_own_latent(tiny_generator):
    w = tiny_generator.mapping(latents_from_seeds([0, 1], 8))
    ws = w[:1, None].repeat(1, tiny_generator.num_ws, 1)
    changed = ws.clone()
    changed[:, 3] = w[1]  # conv0 of the 16² block (and the 8² block's torgb), so nothing below changes
    _, before = tiny_generator.forward_intermediates(ws, ["b8.conv1", "b16.conv0"])
    _, after = tiny_generator.forward_intermediates(changed, ["b8.conv1", "b16.conv0"])
    torch.testing.assert_close(before["b8.conv1"], after["b8.conv1"], rtol=0, atol=0)
    assert not torch.allclose(before["b16.conv0"], after["b16.conv0"])


def test_truncation_zero_is_the_mean(tiny_generator):
    w = tiny_generator.mapping(latents_from_seeds([5], 8), psi=0.0)
    torch.testing.assert_close(w[0], tiny_generator.mapping.w_avg)


def test_latents_are_numpys_for_each_seed():
    z = latents_from_seeds([7, 3], 5)
    np.testing.assert_allclose(z[1], np.random.RandomState(3).randn(5), rtol=1e-6)


def test_bfloat16_is_close_to_float32(tiny_generator):
    w = tiny_generator.mapping(latents_from_seeds(range(4), 8))
    exact, rough = tiny_generator.synthesis(w), tiny_generator.synthesis(w, dtype=torch.bfloat16)
    assert rough.dtype == torch.float32
    assert float((exact - rough).norm() / exact.norm()) < 0.03


def test_images_to_uint8_clamps_and_rounds():
    images = torch.tensor([-2.0, -1.0, 0.0, 1.0, 3.0]).view(1, 1, 1, 5)
    assert images_to_uint8(images)[0, 0, :, 0].tolist() == [0, 0, 128, 255, 255]


def test_unknown_layer_is_named_with_the_choice(tiny_generator):
    with pytest.raises(ConfigError, match=r"no layer 'b64.conv1'.*b16.conv1"):
        tiny_generator.forward_intermediates(torch.zeros(1, 8), ["b64.conv1"])


@pytest.mark.parametrize(
    "bad", [{"resolution": 48}, {"resolution": 2048}, {"resolution": 32, "img_channels": 2}]
)
def test_impossible_shapes_are_refused(bad):
    with pytest.raises(ConfigError):
        GeneratorSpec(**bad)
