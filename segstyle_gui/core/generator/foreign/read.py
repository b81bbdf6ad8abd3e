"""Read a generator from a file of this project's or of another program's making; nothing in it is run."""

from __future__ import annotations

from pathlib import Path

from segstyle_gui.core.generator.checkpoint import load_generator_file
from segstyle_gui.core.generator.foreign.byte_range import ByteRange, Cursor, open_regular
from segstyle_gui.core.generator.foreign.convert import check_class, convert
from segstyle_gui.core.generator.foreign.inert import Global
from segstyle_gui.core.generator.foreign.networks import find_source
from segstyle_gui.core.generator.foreign.pickle_reader import Budget, PickleReader
from segstyle_gui.core.generator.foreign.report import ImportedGenerator, ImportReport
from segstyle_gui.core.generator.foreign.stored import CALLS
from segstyle_gui.core.generator.foreign.torch_files import (
    is_stream,
    read_stream_rest,
    read_zip,
    storage_from_bytes,
)
from segstyle_gui.core.progress import SILENT, Progress
from segstyle_gui.errors import ModelFileError, SegStyleError

_LOAD_BYTES = Global("torch.storage", "_load_from_bytes")
_PICKLE = b"\x80"
_ZIP = b"PK\x03\x04"


def read_generator(
    path: Path,
    *,
    class_index: int | None = None,
    with_discriminator: bool = False,
    progress: Progress = SILENT,
) -> ImportedGenerator:
    """Read a generator; the format is found from the file's content.

    Parameters
    ----------
    path
        A file of this project's, a pickle of NVIDIA's (PyTorch or TensorFlow), or a ``.pt`` of rosinality's.
    class_index
        For a model of several classes, the one to make images of, from 0; for others it must be None.
    with_discriminator
        Read the discriminator as well, where there is one that fits.
    progress
        Told of each step; a stop is honoured between them.

    Returns
    -------
    ImportedGenerator
        The generator with a report on what was used.

    Raises
    ------
    ConditionalGeneratorError
        If the model has several classes and ``class_index`` is None.
    ConfigError
        If there is no class of that index.
    ModelFileError
        If the file is none of these, is damaged, or was made to do harm.
    """
    progress.report(0, 2, f"reading {path.name}")
    try:
        with open_regular(path) as source:
            is_own = _is_safetensors(source)
            if not is_own:
                found = find_source(_read_objects(source))
                progress.report(1, 2, "reading the weights")
                imported = convert(found, class_index=class_index, with_discriminator=with_discriminator)
    except SegStyleError as error:
        error.message = f"{path.name}: {error.message}"
        raise
    if is_own:
        imported = _read_own(path, class_index)
    progress.report(2, 2)
    return imported


def _is_safetensors(source: ByteRange) -> bool:
    """Return whether the file begins as safetensors do: the length of a header, and its first brace."""
    if source.size < 9:
        return False
    head = source.part(0, 9).read()
    return head[8:] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= source.size - 8


def _read_own(path: Path, class_index: int | None) -> ImportedGenerator:
    generator = load_generator_file(path)
    check_class(0, class_index)
    report = ImportReport(
        format="segstyle",
        network="",
        n_used=len(generator.state_dict()),
        left_out=(),
        n_classes=0,
        class_index=None,
        notes=(),
    )
    return ImportedGenerator(generator=generator, report=report, discriminator=None)


def _read_objects(source: ByteRange) -> object:
    """Return what a file by torch or pickle holds, as data."""
    head = source.part(0, min(source.size, 4)).read()
    budget = Budget()
    calls = {**CALLS, _LOAD_BYTES: storage_from_bytes(budget)}
    if head == _ZIP:
        return read_zip(source, budget, calls)
    if head[:1] != _PICKLE:
        raise ModelFileError(
            "It is no file of a generator that is known here.",
            hint="Choose a generator by SegStyle (.safetensors), NVIDIA's .pkl, or a .pt of rosinality's "
            "stylegan2-pytorch.",
        )
    cursor = Cursor(source)
    value = PickleReader(cursor, budget, calls=calls).read()
    return read_stream_rest(cursor, budget, calls) if is_stream(value) else value
