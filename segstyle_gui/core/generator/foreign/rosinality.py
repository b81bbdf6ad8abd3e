"""rosinality's StyleGAN2 in PyTorch: a dict with the state ``g_ema`` (and ``g``, ``d``, ``latent_avg``).

Differences to NVIDIA's layout: kernels have one axis more in front; the layers are counted (``convs.0`` is
the first of the 8² block); noise lies beside them; biases of images have the shape of an image. Its kernels
are scaled by 1/√(inputs), and demodulation divides that out again, so that the numbers are the same here.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from segstyle_gui.core.generator.foreign.stored import StoredTensor, Visits, as_tensor, full_name
from segstyle_gui.core.generator.foreign.table import Row

_FILTER = "a fixed filter, the same in every network"


def _first(x: Tensor) -> Tensor:
    return x[0]


def _image(x: Tensor) -> Tensor:
    return x[0, 0]


def _scalar(x: Tensor) -> Tensor:
    return x.reshape(())


def _flat(x: Tensor) -> Tensor:
    return x.flatten()


def _styled(theirs: str, ours: str) -> tuple[Row, ...]:
    return (
        Row(f"{theirs}.conv.weight", f"{ours}.weight", _first),
        Row(f"{theirs}.conv.modulation.weight", f"{ours}.affine.weight"),
        Row(f"{theirs}.conv.modulation.bias", f"{ours}.affine.bias"),
        Row(f"{theirs}.noise.weight", f"{ours}.noise_strength", _scalar),
        Row(f"{theirs}.activate.bias", f"{ours}.bias"),
        Row(f"{theirs}.bias", f"{ours}.bias", _flat),
    )


GENERATOR_ROWS = (
    Row("style.{n}.weight", "mapping.{layer}.weight"),
    Row("style.{n}.bias", "mapping.{layer}.bias"),
    Row("input.input", "synthesis_network.b4.const", _first),
    Row("noises.noise_{n}", "synthesis_network.{noisy}.noise_const", _image),
    *_styled("conv1", "synthesis_network.b4.conv1"),
    *_styled("convs.{n}", "synthesis_network.{conv}"),
    *_styled("to_rgb1", "synthesis_network.b4.torgb"),
    *_styled("to_rgbs.{n}", "synthesis_network.{block}.torgb"),
    Row("{_}.kernel", reason=_FILTER),
)
DISCRIMINATOR_ROWS = (
    Row("convs.0.0.weight", "fromrgb.weight"),
    Row("convs.0.1.bias", "fromrgb.bias"),
    Row("convs.{n}.conv1.0.weight", "blocks.{before}.conv0.weight"),
    Row("convs.{n}.conv1.1.bias", "blocks.{before}.conv0.bias"),
    Row("convs.{n}.conv2.1.weight", "blocks.{before}.conv1.weight"),
    Row("convs.{n}.conv2.2.bias", "blocks.{before}.conv1.bias"),
    Row("convs.{n}.skip.1.weight", "blocks.{before}.skip.weight"),
    Row("final_conv.0.weight", "conv.weight"),
    Row("final_conv.1.bias", "conv.bias"),
    Row("final_linear.0.weight", "fc.weight"),
    Row("final_linear.0.bias", "fc.bias"),
    Row("final_linear.1.weight", "out.weight"),
    Row("final_linear.1.bias", "out.bias"),
    Row("{_}.kernel", reason=_FILTER),
)


def words(n: int) -> dict[str, str]:
    """Return what a number stands for: ``convs.0`` is b8.conv0, ``noise_1`` its noise, ``style.1`` fc0."""
    return {
        "layer": f"fc{n - 1}" if n else "normalise",
        "before": str(n - 1),
        "conv": _conv(n),
        "noisy": _conv(n - 1) if n else "b4.conv1",
        "block": f"b{8 << min(n, 16)}",
    }


def _conv(n: int) -> str:
    return f"b{8 << min(n // 2, 16)}.conv{n % 2}"


def state_of(value: object) -> dict[str, StoredTensor]:
    """Return the tensors of a state dict by name; empty if it is none. ``module.`` in front is taken off."""
    if not isinstance(value, Mapping):
        return {}
    Visits().spend(len(value))
    found = {name: as_tensor(tensor) for name, tensor in value.items() if isinstance(name, str)}
    return {
        full_name("", name.removeprefix("module.")): tensor
        for name, tensor in found.items()
        if tensor is not None
    }
