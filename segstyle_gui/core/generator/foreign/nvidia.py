"""NVIDIA's PyTorch networks, as stylegan2-ada-pytorch and stylegan3 (its StyleGAN2 configs) pickle them.

Such a pickle holds each network with its source code, for Python to run. The code is never looked at: what is
needed are the tensors, which stand in the network's state by the names of its modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from segstyle_gui.core.generator.foreign.inert import Called, Global
from segstyle_gui.core.generator.foreign.stored import StoredTensor, Visits, as_tensor, full_name
from segstyle_gui.core.generator.foreign.table import Row
from segstyle_gui.errors import ModelFileError

PERSISTENT = Global("torch_utils.persistence", "_reconstruct_persistent_obj")
_DEEPEST = 12  # modules inside of one another

_FILTER = "a fixed filter, the same in every network"
GENERATOR_ROWS = (
    Row("mapping.fc{n}.weight", "mapping.fc{n}.weight"),
    Row("mapping.fc{n}.bias", "mapping.fc{n}.bias"),
    Row("mapping.w_avg", "mapping.w_avg"),
    Row("mapping.embed.weight", "mapping.embed.weight"),
    Row("mapping.embed.bias", "mapping.embed.bias"),
    Row("synthesis.b4.const", "synthesis_network.b4.const"),
    *(
        Row(f"synthesis.b{{n}}.{name}", f"synthesis_network.b{{n}}.{name}")
        for layer, parts in {
            "conv0": ("affine.weight", "affine.bias", "weight", "bias", "noise_strength", "noise_const"),
            "conv1": ("affine.weight", "affine.bias", "weight", "bias", "noise_strength", "noise_const"),
            "torgb": ("affine.weight", "affine.bias", "weight", "bias"),
        }.items()
        for name in (f"{layer}.{part}" for part in parts)
    ),
    Row("{_}resample_filter", reason=_FILTER),
)
DISCRIMINATOR_ROWS = (
    *(Row(f"b{{n}}.fromrgb.{part}", f"fromrgb.{part}") for part in ("weight", "bias")),
    *(
        Row(f"b4.{name}.{part}", f"{name}.{part}")
        for name in ("conv", "fc", "out")
        for part in ("weight", "bias")
    ),
    *(
        Row(f"b{{n}}.{conv}.{part}", f"blocks.{{n}}.{conv}.{part}")
        for conv in ("conv0", "conv1")
        for part in ("weight", "bias")
    ),
    Row("b{n}.skip.weight", "blocks.{n}.skip.weight"),
    Row("{_}resample_filter", reason=_FILTER),
)
"""Blocks keep their resolution's number here; see :func:`numbered_blocks`."""


@dataclass(slots=True)
class Modules:
    """A network's tensors by name, and the plain values that its modules have."""

    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    visits: Visits = field(default_factory=Visits)


def module_state(value: object) -> dict[object, object] | None:
    """Return the attributes of a pickled module, None of anything else."""
    if not isinstance(value, Called):
        return None
    state = value.state
    if value.function == PERSISTENT and value.args and isinstance(value.args[0], dict):
        state = value.args[0].get("state")
    return state if isinstance(state, dict) and "_modules" in state else None


def read_modules(network: object) -> Modules:
    """Collect a network's tensors by their full names.

    Raises
    ------
    ModelFileError
        If modules lie in one another more deeply, or are more, than any network's are.
    """
    found = Modules()
    _walk(network, "", found, 0)
    return found


def _walk(module: object, prefix: str, found: Modules, depth: int) -> None:
    state = module_state(module)
    if state is None:
        return
    if depth > _DEEPEST:
        raise ModelFileError("The file's modules lie in one another more deeply than a network's do.")
    found.visits.spend(1 + len(state))
    for name, value in state.items():
        if isinstance(name, str) and isinstance(value, str | int | float | bool):
            found.facts[full_name(prefix, name)] = value
    for group in ("_parameters", "_buffers"):
        items = _items(state.get(group))
        found.visits.spend(len(items))
        for name, value in items:
            tensor = as_tensor(value)
            if tensor is not None:
                found.tensors[full_name(prefix, name)] = tensor
    children = _items(state.get("_modules"))
    found.visits.spend(len(children))
    for name, child in children:
        _walk(child, full_name(prefix, name) + ".", found, depth + 1)


def _items(group: object) -> list[tuple[str, object]]:
    if not isinstance(group, Mapping):
        return []
    return [(name, value) for name, value in group.items() if isinstance(name, str)]


def check_architecture(names: Mapping[str, object], facts: Mapping[str, object]) -> None:
    """Refuse generators whose pictures this project's network cannot make.

    Raises
    ------
    ModelFileError
        Naming what is different.
    """
    if any(name.startswith("synthesis.L") for name in names):
        raise ModelFileError(
            "It is a StyleGAN3 generator of config T or R; wanted: StyleGAN2.",
            hint="The same authors publish StyleGAN2 generators for most of their data sets.",
        )
    kinds = {str(value) for name, value in facts.items() if name.endswith(".architecture")} - {"skip"}
    if any(".skip." in name for name in names) or kinds:
        raise ModelFileError("Its blocks are connected in another way; wanted: StyleGAN2's skip connections.")
    convs = {str(value) for name, value in facts.items() if name.endswith(".activation")}
    if convs - {"lrelu", "linear"}:
        raise ModelFileError(f"Its layers end in {', '.join(sorted(convs))}; wanted: leaky ReLU.")


def lr_multiplier(facts: Mapping[str, object]) -> float | None:
    """Return the learning-rate multiplier of the mapping network, None where the file does not say it."""
    value = facts.get("mapping.fc0.bias_gain")
    return float(value) if isinstance(value, int | float) and value > 0 else None


def clamp_note(facts: Mapping[str, object]) -> list[str]:
    """Return a note if the network cuts its activations off."""
    limits = {
        value
        for name, value in facts.items()
        if name.endswith("conv_clamp") and isinstance(value, int | float) and value > 0
    }
    if not limits:
        return []
    return [
        f"Its own program cuts activations off at ±{min(limits):g} for half precision; here none are cut "
        "off, which makes a difference only where they are larger."
    ]


def numbered_blocks(state: Mapping[str, object]) -> dict[str, str]:
    """Return this project's name for each ``blocks.<resolution>.…``: blocks are counted from the largest."""
    sides = sorted({int(name.split(".")[1]) for name in state if name.startswith("blocks.")}, reverse=True)
    places = {str(side): str(i) for i, side in enumerate(sides)}
    renamed = {}
    for name in state:
        parts = name.split(".")
        if parts[0] == "blocks":
            parts[1] = places[parts[1]]
        renamed[name] = ".".join(parts)
    return renamed
