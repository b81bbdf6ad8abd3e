"""Students as bytes (safetensors with a JSON header) and as named arrays; never as pickles."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from segstyle_gui.core.student.network import Student, StudentSpec, build_student
from segstyle_gui.errors import ConfigError, ModelFileError

FORMAT = "segstyle-student-1"
_TENSORS = "tensors/"
_MAX_WIDTH = 256
_HEADER_LENGTH_BYTES = 8  # of a safetensors file, then the header itself


def save_student(student: Student) -> bytes:
    """Return a safetensors file; its metadata entry ``header`` is the spec as JSON."""
    return save(_tensors(student), metadata={"header": _header_text(student.spec)})


def load_student(data: bytes) -> Student:
    """Return the student that :func:`save_student` wrote, on the CPU and ready to predict.

    Raises
    ------
    ModelFileError
        If the bytes are damaged, of another kind, or do not fit their own header.
    """
    try:
        length = int.from_bytes(data[:_HEADER_LENGTH_BYTES], "little")
        head = json.loads(data[_HEADER_LENGTH_BYTES : _HEADER_LENGTH_BYTES + length])
        text = head["__metadata__"]["header"]
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _broken("it is not a student's safetensors file") from error
    return _assemble(text, tensors)


def student_to_arrays(student: Student) -> dict[str, NDArray[Any]]:
    """Return ``header`` (uint8, JSON in UTF-8) and one ``tensors/<name>`` for each tensor."""
    header = np.frombuffer(_header_text(student.spec).encode(), np.uint8).copy()
    return {"header": header, **{_TENSORS + name: value for name, value in _tensors(student).items()}}


def student_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Student:
    """Return the student that :func:`student_to_arrays` took apart; ModelFileError if it does not fit."""
    if "header" not in arrays:
        raise _broken("its header is missing")
    try:
        text = np.asarray(arrays["header"]).astype(np.uint8).tobytes().decode()
    except (UnicodeDecodeError, ValueError, TypeError) as error:
        raise _broken("its header is not text") from error
    tensors = {name.removeprefix(_TENSORS): a for name, a in arrays.items() if name.startswith(_TENSORS)}
    return _assemble(text, tensors)


def _tensors(student: Student) -> dict[str, NDArray[Any]]:
    state = student.state_dict()
    return {name: np.ascontiguousarray(value.detach().cpu().numpy()) for name, value in state.items()}


def _header_text(spec: StudentSpec) -> str:
    return json.dumps({"format": FORMAT, **dataclasses.asdict(spec)})


def _assemble(text: str, tensors: Mapping[str, NDArray[Any]]) -> Student:
    student = build_student(_read_spec(text))
    try:
        state = {name: torch.from_numpy(np.array(value)) for name, value in tensors.items()}
        student.load_state_dict(state, strict=True)
    except (RuntimeError, TypeError, ValueError) as error:
        raise _broken("its tensors do not fit its header") from error
    if not all(bool(torch.isfinite(value).all()) for value in student.state_dict().values()):
        raise _broken("it holds values that are not finite")
    return student.eval()


def _read_spec(text: str) -> StudentSpec:
    try:
        header = json.loads(text)
        if header.pop("format") != FORMAT:
            raise _broken(f"its format is not {FORMAT}")
        spec = StudentSpec(
            architecture=str(header["architecture"]),
            class_ids=tuple(int(i) for i in header["class_ids"]),
            channels=int(header["channels"]),
            mean=tuple(float(x) for x in header["mean"]),
            std=tuple(float(x) for x in header["std"]),
            image_size=int(header["image_size"]),
            width=int(header["width"]),
            norm=str(header["norm"]),
            class_names=tuple(str(name) for name in header["class_names"]),
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
        ConfigError,
    ) as error:
        raise _broken("its header is incomplete or wrong") from error
    _check_limits(spec)
    return spec


def _check_limits(spec: StudentSpec) -> None:
    known = spec.architecture in ("unet", "resnet18_8s") and spec.norm in ("group", "batch")
    width_fits = 8 <= spec.width <= _MAX_WIDTH and spec.width % 8 == 0
    finite = all(math.isfinite(x) for x in (*spec.mean, *spec.std))
    if not (known and width_fits and finite and 8 <= spec.image_size <= 4096):
        raise _broken("its header asks for a network that does not exist")


def _broken(reason: str) -> ModelFileError:
    return ModelFileError(f"The student cannot be read: {reason}.", hint="Train it again.")
