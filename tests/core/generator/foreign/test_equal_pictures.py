"""Imported generators draw what their own programs' formulas say, in float64 from the files' tensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from foreign_files import (
    Weights,
    nvidia_weights,
    rosinality_weights,
    tensorflow_weights,
    widths,
    write_nvidia,
    write_rosinality,
    write_tensorflow,
)

from segstyle_gui.core.generator.foreign.read import read_generator

LIMIT = 1e-3
FILTER = torch.outer(torch.tensor([1.0, 3, 3, 1]), torch.tensor([1.0, 3, 3, 1])).double() / 64


@dataclass(frozen=True)
class Layer:
    """A styled convolution: ``kernel`` (O, I, k, k) is what an image is correlated with."""

    style_weight: torch.Tensor
    style_bias: torch.Tensor
    kernel: torch.Tensor
    bias: torch.Tensor
    noise: torch.Tensor | None = None


class Nvidia:
    """NVIDIA's PyTorch layout: up-sampling layers convolve (the kernel is turned), others correlate."""

    def __init__(self, weights: Weights, label: int | None = None) -> None:
        self.p = {name: torch.from_numpy(np.array(value)).double() for name, value in weights.items()}
        self.label = label

    mean = property(lambda self: self.p["mapping.w_avg"])
    const = property(lambda self: self.p["synthesis.b4.const"])
    dense = property(
        lambda self: [
            (self.p[f"mapping.fc{i}.weight"], self.p[f"mapping.fc{i}.bias"])
            for i in range(9)
            if f"mapping.fc{i}.weight" in self.p
        ]
    )

    def first(self, z: torch.Tensor) -> torch.Tensor:
        x = normalised(z)
        if self.label is None:
            return x
        hot = torch.zeros(self.p["mapping.embed.weight"].shape[1]).double()
        hot[self.label] = 1
        y = self.p["mapping.embed.weight"] @ hot / len(hot) ** 0.5 + self.p["mapping.embed.bias"]
        return torch.cat([x, normalised(y)])

    def conv(self, side: int, k: int) -> Layer:
        name = f"synthesis.b{side}.conv{k}"
        kernel = self.p[f"{name}.weight"]
        return Layer(
            self.p[f"{name}.affine.weight"],
            self.p[f"{name}.affine.bias"],
            kernel if k else kernel.flip(2, 3),
            self.p[f"{name}.bias"],
            self.p[f"{name}.noise_const"] * self.p[f"{name}.noise_strength"],
        )

    def image(self, side: int) -> Layer:
        name = f"synthesis.b{side}.torgb"
        parts = ("affine.weight", "affine.bias", "weight", "bias")
        return Layer(*(self.p[f"{name}.{part}"] for part in parts))


class TensorFlow(Nvidia):
    """NVIDIA's TensorFlow layout: inputs first, all layers correlate, styles stand around 0."""

    mean = property(lambda self: self.p["dlatent_avg"])
    const = property(lambda self: self.p["synthesis/4x4/Const/const"][0])
    dense = property(
        lambda self: [
            (self.p[f"mapping/Dense{i}/weight"].T, self.p[f"mapping/Dense{i}/bias"])
            for i in range(9)
            if f"mapping/Dense{i}/weight" in self.p
        ]
    )

    def first(self, z: torch.Tensor) -> torch.Tensor:
        if self.label is None:
            return normalised(z)
        n = self.p["mapping/LabelEmbed/weight"].shape[0]
        y = self.p["mapping/LabelEmbed/weight"][self.label] / n**0.5 + self.p["mapping/LabelEmbed/bias"]
        return torch.cat([normalised(z), normalised(y)])

    def conv(self, side: int, k: int) -> Layer:
        name = f"synthesis/{side}x{side}/" + ("Conv" if side == 4 else ("Conv0_up", "Conv1")[k])
        number = 2 * (side.bit_length() - 3) - (1 - k)
        noise = self.p[f"synthesis/noise{number}"][0, 0] * self.p[f"{name}/noise_strength"]
        return self._layer(name, noise)

    def image(self, side: int) -> Layer:
        return self._layer(f"synthesis/{side}x{side}/ToRGB", None)

    def _layer(self, name: str, noise: torch.Tensor | None) -> Layer:
        return Layer(
            self.p[f"{name}/mod_weight"].T,
            self.p[f"{name}/mod_bias"] + 1,
            self.p[f"{name}/weight"].permute(3, 2, 0, 1),
            self.p[f"{name}/bias"],
            noise,
        )


class Rosinality(Nvidia):
    """rosinality's layout: counted layers; kernels are scaled; transposed convolution, so turned."""

    average: torch.Tensor
    mean = property(lambda self: self.average)
    const = property(lambda self: self.p["input.input"][0])
    dense = property(
        lambda self: [
            (self.p[f"style.{i}.weight"], self.p[f"style.{i}.bias"])
            for i in range(1, 9)
            if f"style.{i}.weight" in self.p
        ]
    )

    def conv(self, side: int, k: int) -> Layer:
        place = 2 * (side.bit_length() - 4) + k
        name = "conv1" if side == 4 else f"convs.{place}"
        number = 0 if side == 4 else place + 1
        kernel = self.p[f"{name}.conv.weight"][0]
        kernel = kernel / (kernel.shape[1] * 9) ** 0.5
        noise = self.p[f"noises.noise_{number}"][0, 0] * self.p[f"{name}.noise.weight"][0]
        return self._layer(name, kernel if k else kernel.flip(2, 3), self.p[f"{name}.activate.bias"], noise)

    def image(self, side: int) -> Layer:
        name = "to_rgb1" if side == 4 else f"to_rgbs.{side.bit_length() - 4}"
        return self._layer(name, self.p[f"{name}.conv.weight"][0], self.p[f"{name}.bias"].flatten(), None)

    def _layer(
        self, name: str, kernel: torch.Tensor, bias: torch.Tensor, noise: torch.Tensor | None
    ) -> Layer:
        style = (self.p[f"{name}.conv.modulation.{part}"] for part in ("weight", "bias"))
        return Layer(*style, kernel, bias, noise)


def normalised(x: torch.Tensor) -> torch.Tensor:
    return x / (x.square().mean() + 1e-8).sqrt()


def activated(x: torch.Tensor) -> torch.Tensor:
    return torch.where(x > 0, x, 0.2 * x) * 2**0.5


def doubled(x: torch.Tensor) -> torch.Tensor:
    """Zeros between the samples: (C, h, h) → (C, 2h, 2h)."""
    up = torch.zeros(len(x), 2 * x.shape[1], 2 * x.shape[2], dtype=torch.float64)
    up[:, ::2, ::2] = x
    return up


def filtered(x: torch.Tensor) -> torch.Tensor:
    return F.conv2d(x[:, None], 4 * FILTER[None, None])[:, 0]


def styled(x: torch.Tensor, w: torch.Tensor, layer: Layer, *, up: bool, noise: bool) -> torch.Tensor:
    style = layer.style_weight @ w / w.numel() ** 0.5 + layer.style_bias
    kernel = layer.kernel * style[None, :, None, None]
    kernel = kernel / (kernel.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
    if up:
        y = F.conv2d(F.pad(doubled(x), (2, 1, 2, 1))[None], kernel)[0]  # one row and column more than 2h
        y = filtered(F.pad(y, (1, 1, 1, 1)))
    else:
        y = F.conv2d(x[None], kernel, padding=1)[0]
    if noise:
        y = y + layer.noise
    return activated(y + layer.bias[:, None, None])


def painted(x: torch.Tensor, w: torch.Tensor, layer: Layer) -> torch.Tensor:
    style = layer.style_weight @ w / w.numel() ** 0.5 + layer.style_bias
    kernel = layer.kernel[:, :, 0, 0] * style / len(x) ** 0.5
    return torch.einsum("oi,ihw->ohw", kernel, x) + layer.bias[:, None, None]


def reference(
    net: Nvidia, z: torch.Tensor, psi: float, *, sides: list[int], noise: bool = True
) -> torch.Tensor:
    """One picture from the formulas, float64."""
    x = net.first(z.double())
    for weight, bias in net.dense:
        x = activated(weight @ x * 0.01 / weight.shape[1] ** 0.5 + bias * 0.01)
    w = net.mean + psi * (x - net.mean)
    x, picture = net.const, torch.zeros(())
    for side in sides:
        if side > 4:
            x = styled(x, w, net.conv(side, 0), up=True, noise=noise)
        x = styled(x, w, net.conv(side, 1), up=False, noise=noise)
        before = picture if side == 4 else filtered(F.pad(doubled(picture), (2, 1, 2, 1)))
        picture = before + painted(x, w, net.image(side))
    return picture


def compare(path: Path, net: Nvidia, channels: dict[int, int], label: int | None = None) -> None:
    generator = read_generator(path, class_index=label).generator
    assert generator.spec.channels == channels
    z = torch.randn(1, generator.z_dim, generator=torch.Generator().manual_seed(5))
    for psi, noise in ((1.0, True), (0.7, True), (0.7, False)):
        wanted = reference(net, z[0], psi, sides=list(channels), noise=noise)
        w = generator.mapping(z, psi)
        found = generator.synthesis(w, noise="const" if noise else "none")[0].double()
        assert float(wanted.abs().max()) > 0.5
        assert float((found - wanted).abs().max()) < LIMIT


SIZES = [
    pytest.param(32, 3, 512, 16, id="32-rgb"),
    pytest.param(64, 1, 512, 16, id="64-gray"),
    pytest.param(128, 3, 2048, 32, id="128-rgb-like-f"),
    pytest.param(128, 1, 1024, 32, id="128-gray-like-e"),
    pytest.param(256, 3, 2048, 16, id="256", marks=pytest.mark.slow),
    pytest.param(512, 1, 2048, 12, id="512", marks=pytest.mark.slow),
    pytest.param(1024, 3, 4096, 8, id="1024", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("size", "colours", "base", "most"), SIZES)
@torch.no_grad()
def test_nvidia(tmp_path, size, colours, base, most):
    channels = widths(size, base, most)
    weights = nvidia_weights(channels, colours=colours)
    compare(write_nvidia(tmp_path / "net.pkl", weights), Nvidia(weights), channels)


@pytest.mark.parametrize(("size", "colours", "base", "most"), SIZES)
@torch.no_grad()
def test_tensorflow(tmp_path, size, colours, base, most):
    channels = widths(size, base, most)
    weights = tensorflow_weights(channels, colours=colours)
    compare(write_tensorflow(tmp_path / "net.pkl", weights), TensorFlow(weights), channels)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(("size", "colours", "base", "most"), SIZES)
@torch.no_grad()
def test_rosinality(tmp_path, size, colours, base, most, zipped):
    channels = widths(size, base, most)
    weights = rosinality_weights(channels, colours=colours)
    mean = np.random.default_rng(3).standard_normal(24).astype(np.float32)
    net = Rosinality(weights)
    net.average = torch.from_numpy(mean).double()
    path = write_rosinality(tmp_path / "net.pt", weights, mean=mean, zipped=zipped)
    compare(path, net, channels)


@pytest.mark.parametrize("label", [0, 4])
@torch.no_grad()
def test_a_class_of_a_conditional_model(tmp_path, label):
    channels = widths(32, 256, 8)
    weights = nvidia_weights(channels, classes=5)
    compare(write_nvidia(tmp_path / "net.pkl", weights), Nvidia(weights, label), channels, label)
    weights = tensorflow_weights(channels, classes=5)
    compare(write_tensorflow(tmp_path / "tf.pkl", weights), TensorFlow(weights, label), channels, label)
