"""Load the reference StyleGAN2 networks from checkouts given by path, for side-by-side benchmarks.

The checkouts are github.com/NVlabs/stylegan3 (its StyleGAN2 configs) and
github.com/rosinality/stylegan2-pytorch. Nothing of them is part of this project: they are imported from where
you put them. Their compiled CUDA operations are left out (both have a plain PyTorch path for the CPU).
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.utils.cpp_extension

from segstyle_gui.core.generator.network import GeneratorSpec


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _stub_pkg_resources() -> None:
    """Stand in for setuptools' pkg_resources, of which one version comparison is used."""
    if "pkg_resources" not in sys.modules:
        from packaging.version import parse

        sys.modules["pkg_resources"] = types.SimpleNamespace(parse_version=parse)  # type: ignore[assignment]


def nvlabs_networks(checkout: Path) -> Any:
    """Return NVlabs' module of StyleGAN2 networks."""
    _stub_pkg_resources()
    with _on_path(checkout):
        return importlib.import_module("training.networks_stylegan2")


def nvlabs_loss(checkout: Path) -> Any:
    """Return NVlabs' module of losses."""
    nvlabs_networks(checkout)
    with _on_path(checkout):
        return importlib.import_module("training.loss")


def rosinality_model(checkout: Path) -> Any:
    """Return rosinality's module of networks; its CUDA extensions are not built."""
    build = torch.utils.cpp_extension.load
    torch.utils.cpp_extension.load = lambda *args, **kwargs: None
    try:
        with _on_path(checkout):
            return importlib.import_module("model")
    finally:
        torch.utils.cpp_extension.load = build


def nvlabs_pair(checkout: Path, spec: GeneratorSpec, base: int, most: int) -> tuple[Any, Any]:
    """Return NVlabs' generator and discriminator with the shapes of ``spec``, in float32."""
    networks = nvlabs_networks(checkout)
    common = {"img_resolution": spec.resolution, "img_channels": spec.img_channels, "num_fp16_res": 0}
    widths = {"channel_base": base, "channel_max": most}
    generator = networks.Generator(
        z_dim=spec.z_dim,
        w_dim=spec.w_dim,
        c_dim=0,
        mapping_kwargs={"num_layers": spec.mapping_layers},
        **common,
        **widths,
    )
    return generator, networks.Discriminator(c_dim=0, **common, **widths)


def nvlabs_state(generator: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the weights of NVlabs' generator under this project's names."""
    return {
        name.replace("synthesis.", "synthesis_network.", 1): tensor
        for name, tensor in generator.state_dict().items()
        if "resample_filter" not in name
    }


def rosinality_state(generator: torch.nn.Module, spec: GeneratorSpec) -> dict[str, torch.Tensor]:
    """Return the weights of rosinality's generator under this project's names."""
    source = generator.state_dict()
    state: dict[str, torch.Tensor] = {"mapping.w_avg": torch.zeros(spec.w_dim)}
    for i in range(spec.mapping_layers):
        for part in ("weight", "bias"):
            state[f"mapping.fc{i}.{part}"] = source[f"style.{i + 1}.{part}"]
    net = "synthesis_network"
    state[f"{net}.b4.const"] = source["input.input"][0]
    _copy_conv(state, f"{net}.b4.conv1", source, "conv1", 0)
    _copy_image(state, f"{net}.b4.torgb", source, "to_rgb1")
    for block, resolution in enumerate(spec.block_resolutions[1:]):
        for k in (0, 1):
            layer = 2 * block + k
            _copy_conv(state, f"{net}.b{resolution}.conv{k}", source, f"convs.{layer}", layer + 1)
        _copy_image(state, f"{net}.b{resolution}.torgb", source, f"to_rgbs.{block}")
    return state


def _copy_affine(state: dict[str, torch.Tensor], to: str, source: dict[str, torch.Tensor], name: str) -> None:
    for part in ("weight", "bias"):
        state[f"{to}.affine.{part}"] = source[f"{name}.conv.modulation.{part}"]


def _copy_conv(
    state: dict[str, torch.Tensor], to: str, source: dict[str, torch.Tensor], name: str, noise: int
) -> None:
    _copy_affine(state, to, source, name)
    state[f"{to}.weight"] = source[f"{name}.conv.weight"][0]
    state[f"{to}.bias"] = source[f"{name}.activate.bias"]
    state[f"{to}.noise_strength"] = source[f"{name}.noise.weight"][0]
    state[f"{to}.noise_const"] = source[f"noises.noise_{noise}"][0, 0]


def _copy_image(state: dict[str, torch.Tensor], to: str, source: dict[str, torch.Tensor], name: str) -> None:
    _copy_affine(state, to, source, name)
    state[f"{to}.weight"] = source[f"{name}.conv.weight"][0]
    state[f"{to}.bias"] = source[f"{name}.bias"].flatten()
