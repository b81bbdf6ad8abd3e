"""Which of a file's objects is the generator, whose layout it has, and what else is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from segstyle_gui.core.generator.foreign import nvidia, rosinality, tensorflow
from segstyle_gui.core.generator.foreign.report import FileFormat
from segstyle_gui.core.generator.foreign.stored import StoredTensor, as_tensor
from segstyle_gui.core.generator.foreign.table import Row, Words, no_words
from segstyle_gui.errors import ModelFileError


@dataclass(frozen=True, slots=True)
class Tables:
    """The two tables of a layout, what their numbers mean, and whether its architecture is ours."""

    generator: Sequence[Row]
    discriminator: Sequence[Row]
    words: Words
    check: Callable[[Mapping[str, object], Mapping[str, object]], None]
    lr_multiplier: Callable[[Mapping[str, object]], float | None]


@dataclass(slots=True, kw_only=True)
class Source:
    """A generator that was found in a file and not loaded yet.

    Parameters
    ----------
    format
        Whose layout.
    network
        Which of the file's networks it is.
    tensors
        Its tensors by their names in the file.
    facts
        Plain values that the file says of its modules or settings.
    discriminator
        Tensors of the discriminator, empty if there is none.
    mean
        The mean of w, where it stands beside the network.
    others
        What else the file holds.
    """

    format: FileFormat
    network: str
    tensors: Mapping[str, StoredTensor]
    facts: Mapping[str, object] = field(default_factory=dict)
    discriminator: Mapping[str, StoredTensor] = field(default_factory=dict)
    mean: StoredTensor | None = None
    others: tuple[str, ...] = ()


def _check_nothing(names: Mapping[str, object], facts: Mapping[str, object]) -> None:
    """Accept every network: this layout has only one kind."""


def _says_nothing(facts: Mapping[str, object]) -> float | None:
    return None


TABLES: dict[FileFormat, Tables] = {
    "nvidia-pytorch": Tables(
        nvidia.GENERATOR_ROWS,
        nvidia.DISCRIMINATOR_ROWS,
        no_words,
        nvidia.check_architecture,
        nvidia.lr_multiplier,
    ),
    "nvidia-tensorflow": Tables(
        tensorflow.GENERATOR_ROWS,
        tensorflow.DISCRIMINATOR_ROWS,
        tensorflow.words,
        tensorflow.check_architecture,
        tensorflow.lr_multiplier,
    ),
    "rosinality": Tables(
        rosinality.GENERATOR_ROWS,
        rosinality.DISCRIMINATOR_ROWS,
        rosinality.words,
        _check_nothing,
        _says_nothing,
    ),
}


def find_source(value: object) -> Source:
    """Find the generator in what a file holds.

    Raises
    ------
    ModelFileError
        If there is none of a known layout.
    """
    for find in (_in_tensorflow, _in_modules, _in_states):
        source = find(value)
        if source is not None:
            return source
    raise ModelFileError(
        f"No generator was found in it{_contents(value)}.",
        hint="Choose a generator by SegStyle, NVIDIA (StyleGAN2) or rosinality (stylegan2-pytorch).",
    )


def _in_tensorflow(value: object) -> Source | None:
    """Find NVIDIA's (G, D, Gs), or one such network alone."""
    networks = list(value) if isinstance(value, tuple | list) else [value]
    if not networks or not all(tensorflow.is_network(network) for network in networks):
        return None
    tensors, settings = tensorflow.read_variables(networks[-1])
    is_triple = len(networks) == 3
    return Source(
        format="nvidia-tensorflow",
        network="Gs" if is_triple else "G",
        tensors=tensors,
        facts=settings,
        discriminator=tensorflow.read_variables(networks[1])[0] if is_triple else {},
        others=("G", "D") if is_triple else (),
    )


def _in_modules(value: object) -> Source | None:
    """Find NVIDIA's dict of pickled modules, or one such module alone."""
    holder = value if isinstance(value, dict) else {"G": value}
    name = next((n for n in ("G_ema", "G") if nvidia.module_state(holder.get(n)) is not None), "")
    if not name:
        return None
    found = nvidia.read_modules(holder[name])
    return Source(
        format="nvidia-pytorch",
        network=name,
        tensors=found.tensors,
        facts=found.facts,
        discriminator=nvidia.read_modules(holder.get("D")).tensors,
        others=_others(holder, name),
    )


def _in_states(value: object) -> Source | None:
    """Find a dict of tensors: rosinality's, or one with the names of NVIDIA's modules."""
    if not isinstance(value, dict):
        return None
    candidates = {name: rosinality.state_of(value.get(name)) for name in ("g_ema", "G_ema", "g", "G")}
    candidates[""] = rosinality.state_of(value)
    for name, tensors in candidates.items():
        layout = _layout(tensors)
        if layout is not None:
            holder = value if name else {}
            return Source(
                format=layout,
                network=name,
                tensors=tensors,
                discriminator=rosinality.state_of(holder.get("d", holder.get("D"))),
                mean=as_tensor(holder.get("latent_avg")),
                others=_others(holder, name),
            )
    return None


def _layout(tensors: Mapping[str, StoredTensor]) -> FileFormat | None:
    if "synthesis.b4.const" in tensors or any(name.startswith("synthesis.L") for name in tensors):
        return "nvidia-pytorch"
    return "rosinality" if "input.input" in tensors and "style.1.weight" in tensors else None


def _others(holder: Mapping[object, object], taken: str) -> tuple[str, ...]:
    names = [n for n, value in holder.items() if isinstance(n, str) and n != taken and value is not None]
    return tuple(name[:40] for name in names if name != "latent_avg")[:12]


def _contents(value: object) -> str:
    names = [n[:40] for n in value if isinstance(n, str)][:6] if isinstance(value, dict) else []
    return f", only {', '.join(names)}" if names else ""
