"""From tensors under this project's names to a generator: shapes, what is missing, the check of it all."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from segstyle_gui.core.generator.checkpoint import build_generator
from segstyle_gui.core.generator.network import MAPPING_LR_MULTIPLIER, Generator, GeneratorSpec
from segstyle_gui.core.generator.shapes import discriminator_shapes, misfit
from segstyle_gui.errors import ConfigError, ModelFileError

N_AVERAGED = 8192  # latents from which a missing mean of w is estimated
_SEED = 0
_NET = "synthesis_network"
_BLOCK = re.compile(rf"{_NET}\.b(\d+)\.conv1\.weight")
_FC = re.compile(r"mapping\.fc(\d+)\.weight")
_WANTED = "wanted: a StyleGAN2 generator with skip connections (configs E and F)"


def spec_of(state: Mapping[str, Tensor]) -> GeneratorSpec:
    """Infer resolution, channels, latents and depth from the tensors.

    Raises
    ------
    ModelFileError
        If the tensors are not those of a generator that this project can build.
    """
    resolutions = sorted(int(found[1]) for name in state if (found := _BLOCK.fullmatch(name)))
    depths = sorted(int(found[1]) for name in state if (found := _FC.fullmatch(name)))
    if not resolutions or not depths:
        raise ModelFileError(f"No generator was found in it; {_WANTED}.")
    _check_square(state, resolutions[-1])
    try:
        first, image = state["mapping.fc0.weight"], state[f"{_NET}.b{resolutions[-1]}.torgb.weight"]
        return GeneratorSpec(
            resolution=resolutions[-1],
            img_channels=image.shape[0],
            z_dim=first.shape[1],
            w_dim=first.shape[0],
            mapping_layers=len(depths),
            channels={r: state[f"{_NET}.b{r}.conv1.weight"].shape[0] for r in resolutions},
        )
    except KeyError as error:
        raise ModelFileError(f"The generator lacks {error.args[0]}; {_WANTED}.") from error
    except (IndexError, ConfigError) as error:
        raise ModelFileError(f"It is no generator that can be used here: {error}") from error


def _check_square(state: Mapping[str, Tensor], resolution: int) -> None:
    const = state.get(f"{_NET}.b4.const")
    if const is None or const.ndim != 3 or const.shape[1] == const.shape[2]:
        return
    height, width = (side * resolution // 4 for side in const.shape[1:])
    raise ModelFileError(
        f"It draws images of {height:,} × {width:,} pixels (height × width), and a generator here is square.",
        hint="Take one of square images, or train one on images that are padded to a square.",
    )


def complete(state: dict[str, Tensor], spec: GeneratorSpec) -> list[str]:
    """Add fixed noise that the file does not have, and return notes of it."""
    silent = drawn = 0
    rng = torch.Generator().manual_seed(_SEED)
    for prefix, resolution in _convolutions(spec):
        if f"{prefix}.noise_strength" not in state and f"{prefix}.noise_const" not in state:
            state[f"{prefix}.noise_strength"] = torch.zeros(())
            silent += 1
        if f"{prefix}.noise_const" not in state:
            state[f"{prefix}.noise_const"] = torch.randn(resolution, resolution, generator=rng)
            drawn += 1
    if silent:
        return [f"{silent} layers were made without noise and have none here."]
    return [f"The fixed noise of {drawn} layers is not in the file; it was drawn anew."] if drawn else []


def _convolutions(spec: GeneratorSpec) -> list[tuple[str, int]]:
    blocks = [(r, conv) for r in spec.block_resolutions for conv in ("conv0", "conv1")]
    return [(f"{_NET}.b{r}.{conv}", r) for r, conv in blocks[1:]]


def assemble(state: dict[str, Tensor]) -> tuple[Generator, list[str]]:
    """Build the generator; returns it with notes of what was added.

    Raises
    ------
    ModelFileError
        If a tensor is missing or of another shape than the others say.
    """
    spec = spec_of(state)
    notes = complete(state, spec)
    has_mean = "mapping.w_avg" in state
    if not has_mean:
        state["mapping.w_avg"] = torch.zeros(spec.w_dim)
    generator = build_generator(spec, state)
    if not has_mean:
        estimate_mean(generator)
        notes.append(
            f"The mean of w, towards which truncation pulls, is not in the file; it was estimated from "
            f"{N_AVERAGED:,} latents with seed {_SEED}."
        )
    if not all(bool(torch.isfinite(tensor).all()) for tensor in generator.state_dict().values()):
        raise ModelFileError("Some of its weights are not finite: the training that made it had diverged.")
    return generator, notes


@torch.no_grad()
def estimate_mean(generator: Generator) -> None:
    """Set the mean of w from latents of a fixed seed."""
    rng = torch.Generator().manual_seed(_SEED)
    z = torch.randn(N_AVERAGED, generator.z_dim, generator=rng)
    generator.mapping.w_avg.copy_(torch.cat([generator.mapping(part) for part in z.split(1024)]).mean(dim=0))


def fold_class(state: dict[str, Tensor], embed_weight: Tensor, embed_bias: Tensor, class_index: int) -> None:
    """Make a conditional mapping network one of a single class.

    The class's embedding is normalised and stands behind the normalised z, so that in the first layer it adds
    the same to every sample: it becomes part of the bias. Formulas: Karras et al., ADA (2020), section 4.2
    and its code's layout; weights are scaled by 1/√(inputs), of which there are fewer afterwards.
    """
    weight, bias = state["mapping.fc0.weight"], state["mapping.fc0.bias"]
    n_classes, n_embedded = embed_weight.shape[1], embed_weight.shape[0]
    z_dim = weight.shape[1] - n_embedded
    if z_dim < 1 or embed_bias.shape != (n_embedded,):
        raise ModelFileError("The embedding of its classes does not fit its mapping network.")
    y = embed_weight[:, class_index].double() / n_classes**0.5 + embed_bias.double()
    y = y * torch.rsqrt(y.square().mean() + 1e-8)
    added = weight[:, z_dim:].double() @ y / weight.shape[1] ** 0.5
    state["mapping.fc0.bias"] = (bias.double() + added).float()
    state["mapping.fc0.weight"] = weight[:, :z_dim] * (z_dim / weight.shape[1]) ** 0.5


def scale_mapping(state: dict[str, Tensor], lr_multiplier: float) -> None:
    """Bring a mapping network with another learning-rate multiplier, which scales its weights, to ours."""
    for name, tensor in state.items():
        if name.startswith("mapping.fc"):
            state[name] = tensor * (lr_multiplier / MAPPING_LR_MULTIPLIER)


def fitting_discriminator(state: Mapping[str, Tensor], spec: GeneratorSpec) -> dict[str, Tensor] | None:
    """Return a discriminator's tensors if they are those of one for this generator, else None."""
    return None if misfit(discriminator_shapes(spec), state) else dict(state)
