"""Names and shapes of a network's tensors, known before the network is made.

Weights of a file are compared with these first, so that a damaged or made-up file cannot ask for memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from torch import Tensor

from segstyle_gui.core.generator.network import GeneratorSpec

Shapes = dict[str, tuple[int, ...]]


def generator_shapes(spec: GeneratorSpec) -> Shapes:
    """Return the shape of every stored tensor of ``Generator(spec)`` by its name."""
    shapes: Shapes = {"mapping.w_avg": (spec.w_dim,)}
    for i in range(spec.mapping_layers):
        shapes[f"mapping.fc{i}.weight"] = (spec.w_dim, spec.w_dim if i else spec.z_dim)
        shapes[f"mapping.fc{i}.bias"] = (spec.w_dim,)
    n_in = 0
    for r in spec.block_resolutions:
        n_out = spec.channels[r]
        block = f"synthesis_network.b{r}"
        if n_in:
            shapes |= _styled_conv(f"{block}.conv0", n_in, n_out, spec.w_dim, r)
        else:
            shapes[f"{block}.const"] = (n_out, r, r)
        shapes |= _styled_conv(f"{block}.conv1", n_out, n_out, spec.w_dim, r)
        shapes |= _affine(f"{block}.torgb", n_out, spec.w_dim)
        shapes |= _weighted(f"{block}.torgb", spec.img_channels, n_out, 1)
        n_in = n_out
    return shapes


def discriminator_shapes(spec: GeneratorSpec) -> Shapes:
    """Return the shape of every stored tensor of ``Discriminator(spec)`` by its name."""
    widths = [spec.channels[r] for r in spec.block_resolutions[::-1]]
    shapes = _weighted("fromrgb", widths[0], spec.img_channels, 1)
    for i, (n_in, n_out) in enumerate(pairwise(widths)):
        shapes |= _weighted(f"blocks.{i}.conv0", n_in, n_in, 3)
        shapes |= _weighted(f"blocks.{i}.conv1", n_out, n_in, 3)
        shapes[f"blocks.{i}.skip.weight"] = (n_out, n_in, 1, 1)
    last = widths[-1]
    shapes |= _weighted("conv", last, last + 1, 3)
    shapes |= {"fc.weight": (last, last * 16), "fc.bias": (last,), "out.weight": (1, last), "out.bias": (1,)}
    return shapes


def misfit(wanted: Shapes, found: Mapping[str, Tensor]) -> str:
    """Return the first way in which tensors differ by name or shape from those wanted, empty if in none."""
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            return f"{name} is missing"
        if name not in wanted:
            return f"there is no place for {name}"
        if tuple(found[name].shape) != wanted[name]:
            return f"{name} is {_sides(tuple(found[name].shape))}, not {_sides(wanted[name])}"
    return ""


def _styled_conv(name: str, n_in: int, n_out: int, w_dim: int, resolution: int) -> Shapes:
    noise = {f"{name}.noise_strength": (), f"{name}.noise_const": (resolution, resolution)}
    return _affine(name, n_in, w_dim) | _weighted(name, n_out, n_in, 3) | noise


def _affine(name: str, n_in: int, w_dim: int) -> Shapes:
    return {f"{name}.affine.weight": (n_in, w_dim), f"{name}.affine.bias": (n_in,)}


def _weighted(name: str, n_out: int, n_in: int, kernel: int) -> Shapes:
    return {f"{name}.weight": (n_out, n_in, kernel, kernel), f"{name}.bias": (n_out,)}


def _sides(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
