"""From a generator as a file has it to one of this project's, with a report."""

from __future__ import annotations

from torch import Tensor

from segstyle_gui.core.generator.foreign import nvidia
from segstyle_gui.core.generator.foreign.assemble import (
    assemble,
    fitting_discriminator,
    fold_class,
    scale_mapping,
)
from segstyle_gui.core.generator.foreign.networks import TABLES, Source
from segstyle_gui.core.generator.foreign.report import (
    ConditionalGeneratorError,
    ImportedGenerator,
    ImportReport,
)
from segstyle_gui.core.generator.foreign.table import Mapped, map_names, map_tensors
from segstyle_gui.core.generator.network import MAPPING_LR_MULTIPLIER, GeneratorSpec
from segstyle_gui.errors import ConfigError, ModelFileError

_EMBED = ("mapping.embed.weight", "mapping.embed.bias")


def convert(source: Source, *, class_index: int | None, with_discriminator: bool) -> ImportedGenerator:
    """Load what is needed of a generator and build it; see :func:`..read.read_generator`."""
    tables = TABLES[source.format]
    tables.check(source.tensors, source.facts)
    n_classes = _count_classes(source)
    check_class(n_classes, class_index)
    mapped = map_tensors(source.tensors, tables.generator, tables.words)
    notes = _prepare(source, mapped)
    if class_index is not None:
        embed = [mapped.state.pop(name, None) for name in _EMBED]
        notes.append(_folded(mapped, embed, class_index, n_classes))
    n_used = mapped.n_used + (len(_EMBED) if n_classes else 0)
    generator, added = assemble(mapped.state)
    notes += added
    discriminator = _discriminator(source, generator.spec, notes) if with_discriminator else None
    report = ImportReport(
        format=source.format,
        network=source.network,
        n_used=n_used,
        left_out=tuple(mapped.left_out),
        n_classes=n_classes,
        class_index=class_index,
        notes=tuple(notes + _others_note(source, discriminator is not None)),
    )
    return ImportedGenerator(generator=generator, report=report, discriminator=discriminator)


def check_class(n_classes: int, class_index: int | None) -> None:
    """See that a class is chosen where there are some, and none where there are not.

    Raises
    ------
    ConditionalGeneratorError
        If one must be chosen.
    ConfigError
        If there is no such class.
    """
    if n_classes and class_index is None:
        raise ConditionalGeneratorError(
            f"It makes images of {n_classes:,} classes, and none was chosen.",
            n_classes=n_classes,
            hint=f"Choose a class from 0 to {n_classes - 1:,}; the authors' data set says what they are.",
        )
    if class_index is not None and not 0 <= class_index < n_classes:
        wanted = f"its classes are 0 to {n_classes - 1:,}" if n_classes else "it has no classes"
        raise ConfigError(f"Class {class_index} was chosen; {wanted}.", hint="Choose another, or none.")


def _count_classes(source: Source) -> int:
    """Return how many classes the embedding has, from its shape alone."""
    tables = TABLES[source.format]
    for name, found in map_names(source.tensors, tables.generator, tables.words).items():
        if found is not None and found[1] == _EMBED[0]:
            shape = source.tensors[name].shape
            if len(shape) != 2 or min(shape) < 1:
                raise ModelFileError("The embedding of its classes has a shape that was not expected.")
            return shape[0] if source.format == "nvidia-tensorflow" else shape[1]
    return 0


def _prepare(source: Source, mapped: Mapped) -> list[str]:
    """Bring what stands outside of the table into the state, and return notes."""
    if source.mean is not None:
        mapped.state["mapping.w_avg"] = source.mean.load().flatten()
    lr_multiplier = TABLES[source.format].lr_multiplier(source.facts)
    if lr_multiplier is not None and lr_multiplier != MAPPING_LR_MULTIPLIER:
        scale_mapping(mapped.state, lr_multiplier)
    return nvidia.clamp_note(source.facts)


def _folded(mapped: Mapped, embed: list[Tensor | None], class_index: int, n_classes: int) -> str:
    weight, bias = embed
    if (
        weight is None
        or bias is None
        or "mapping.fc0.weight" not in mapped.state
        or "mapping.fc0.bias" not in mapped.state
    ):
        raise ModelFileError("The embedding of its classes is not complete.")
    fold_class(mapped.state, weight, bias, class_index)
    return (
        f"Of its {n_classes:,} classes, number {class_index} is in this generator. The mean of w, towards "
        "which truncation pulls, is that of all classes, as in its own program."
    )


def _discriminator(source: Source, spec: GeneratorSpec, notes: list[str]) -> dict[str, Tensor] | None:
    if not source.discriminator:
        notes.append("There is no discriminator in the file.")
        return None
    tables = TABLES[source.format]
    try:
        state = map_tensors(source.discriminator, tables.discriminator, tables.words).state
    except ModelFileError:
        state = {}
    if source.format != "rosinality":
        names = nvidia.numbered_blocks(state)
        state = {names[name]: tensor for name, tensor in state.items()}
    fitting = fitting_discriminator(state, spec)
    notes.append(
        "The discriminator was taken as well."
        if fitting is not None
        else "The discriminator is built in another way than those here and was left out."
    )
    return fitting


def _others_note(source: Source, has_discriminator: bool) -> list[str]:
    taken = {"D", "d"} if has_discriminator else set()
    others = [name for name in source.others if name not in taken]
    return [f"Also in the file and not needed: {', '.join(others)}."] if others else []
