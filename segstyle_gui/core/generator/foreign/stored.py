"""Tensors and arrays of a file: where their bytes lie and how they are read, checked before any is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segstyle_gui.core.generator.foreign.byte_range import ByteRange
from segstyle_gui.core.generator.foreign.inert import Called, Global
from segstyle_gui.core.generator.foreign.pickle_reader import Buildable, Call
from segstyle_gui.errors import ModelFileError

_MOST_AXES = 8
_LONGEST_NAME = 400
_MOST_VISITS = 20_000  # a network of 1024² has about 200 tensors and 1,500 values beside them

STORAGE_TYPES = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
"""What torch calls a row of numbers of one type."""

_NUMPY_TYPES = {
    "f2": torch.float16,
    "f4": torch.float32,
    "f8": torch.float64,
    "i4": torch.int32,
    "i8": torch.int64,
    "u1": torch.uint8,
}


@dataclass(slots=True, kw_only=True, eq=False)
class Storage:
    """A row of ``size`` numbers of one type.

    ``source`` is where they lie: at once, or, in torch's older files, when the pickle before them was read.
    """

    dtype: torch.dtype
    size: int
    source: ByteRange | None = None

    def put(self, source: ByteRange) -> None:
        """Say where the numbers lie.

        Raises
        ------
        ModelFileError
            If there are other than ``size`` of them.
        """
        wanted = self.size * self.dtype.itemsize
        if source.size != wanted:
            raise ModelFileError(
                f"The file claims {wanted:,} bytes of numbers where it has {source.size:,}; it is damaged.",
                hint="Download or copy it again.",
            )
        self.source = source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredTensor:
    """A tensor that is still in the file: a storage looked at with a shape, strides and an offset."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        """Check that every number of it lies inside of the storage, and none is claimed twice."""
        numbers = (self.offset, *self.shape, *self.strides)
        if any(type(n) is not int or n < 0 for n in numbers) or len(self.shape) != len(self.strides):
            raise ModelFileError("The file describes a tensor by sizes that are not plain numbers from 0 on.")
        if len(self.shape) > _MOST_AXES:
            raise ModelFileError(f"The file holds a tensor of {len(self.shape)} axes.")
        if self.offset + self._span > self.storage.size or self._count > self.storage.size:
            raise ModelFileError(
                f"The file describes a tensor of {self._count:,} numbers that reaches beyond the "
                f"{self.storage.size:,} it has for it.",
                hint="Download or copy it again.",
            )

    @property
    def _count(self) -> int:
        count = 1
        for n in self.shape:
            count *= n
        return count

    @property
    def _span(self) -> int:
        """Numbers of the storage from the first to the last that the tensor has, or 0 for an empty one."""
        if 0 in self.shape:
            return 0
        return 1 + sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))

    def load(self) -> Tensor:
        """Read it: float32, contiguous, owning its memory."""
        source = self.storage.source
        if source is None:
            raise ModelFileError("The file describes a tensor whose numbers it does not have.")
        if self._span == 0:
            return torch.zeros(self.shape)
        itemsize = self.storage.dtype.itemsize
        part = source.part(self.offset * itemsize, self._span * itemsize)
        buffer = bytearray(part.size)
        part.read_into(buffer)
        flat = torch.frombuffer(buffer, dtype=self.storage.dtype)
        return flat.as_strided(self.shape, self.strides).to(torch.float32).contiguous()


class NumpyType(Buildable):
    """numpy's description of a number; as a pickle makes it, its byte order comes afterwards."""

    def __init__(self, args: Sequence[object]) -> None:
        self._code = args[0] if args and isinstance(args[0], str) else ""
        self._is_big = False

    def set_state(self, state: object) -> None:
        """Take the byte order."""
        self._is_big = isinstance(state, tuple) and len(state) > 1 and state[1] == ">"

    @property
    def dtype(self) -> torch.dtype | None:
        """The type as torch has it, None for one that no weights are of."""
        return None if self._is_big else _NUMPY_TYPES.get(self._code.lstrip("<|="))


class NumpyArray(Buildable):
    """An array that a pickle makes empty and fills afterwards; if not with numbers, it stays None."""

    def __init__(self) -> None:
        self.tensor: StoredTensor | None = None

    def set_state(self, state: object) -> None:
        """Take (version, shape, type, is Fortran's order, bytes)."""
        if isinstance(state, tuple) and len(state) == 5:
            _, shape, kind, is_fortran, data = state
            self.fill(data, kind, shape, "F" if is_fortran else "C")

    def fill(self, data: object, kind: object, shape: object, order: object) -> None:
        """Take the bytes, their type and the shape they have; what is no array of numbers stays empty."""
        dtype = kind.dtype if isinstance(kind, NumpyType) else None
        if dtype is None or not isinstance(data, ByteRange) or not isinstance(shape, tuple):
            return
        if any(type(n) is not int or n < 0 for n in shape):
            raise ModelFileError("The file describes an array by sizes that are not plain numbers from 0 on.")
        if data.size % dtype.itemsize:
            raise ModelFileError("The file holds an array with a part of a number at its end; it is damaged.")
        storage = Storage(dtype=dtype, size=data.size // dtype.itemsize)
        storage.put(data)
        strides = _dense_strides(shape, from_first=order == "F")
        self.tensor = StoredTensor(storage=storage, offset=0, shape=shape, strides=strides)


def _dense_strides(shape: tuple[int, ...], *, from_first: bool) -> tuple[int, ...]:
    strides, step = [], 1
    for n in shape if from_first else reversed(shape):
        strides.append(step)
        step *= max(n, 1)
    return tuple(strides) if from_first else tuple(reversed(strides))


def rebuild_tensor(args: tuple[object, ...]) -> object:
    """Return what ``torch._utils._rebuild_tensor_v2(storage, offset, size, stride, ...)`` stands for."""
    storage, offset, shape, strides = args[:4]
    if not isinstance(storage, Storage):
        return Called(Global("torch._utils", "_rebuild_tensor_v2"), args)
    if not (isinstance(shape, tuple) and isinstance(strides, tuple) and isinstance(offset, int)):
        raise ModelFileError("The file describes a tensor by sizes that are not plain numbers from 0 on.")
    return StoredTensor(storage=storage, offset=offset, shape=shape, strides=strides)


def _first(args: tuple[object, ...]) -> object:
    return args[0] if args else None


def _from_buffer(args: tuple[object, ...]) -> object:
    array = NumpyArray()
    if len(args) == 4:
        array.fill(*args)
    return array


def _scalar(args: tuple[object, ...]) -> object:
    """Return a number of numpy's as an array without axes, None for one of another kind."""
    array = NumpyArray()
    if len(args) == 2:
        array.fill(args[1], args[0], (), "C")
    return array.tensor


def _known(module: str, **calls: Call) -> dict[Global, Call]:
    return {Global(module, name): call for name, call in calls.items()}


CALLS: dict[Global, Call] = {
    **_known("torch._utils", _rebuild_tensor=rebuild_tensor, _rebuild_tensor_v2=rebuild_tensor),
    **_known("torch._utils", _rebuild_parameter=_first, _rebuild_parameter_with_state=_first),
    **_known("collections", OrderedDict=lambda args: {}),
    **_known("dnnlib.util", EasyDict=lambda args: {}),
    **_known("dnnlib", EasyDict=lambda args: {}),
    **_known("numpy", dtype=NumpyType, ndarray=lambda args: NumpyArray()),
}
for _package in ("numpy.core", "numpy._core"):
    CALLS |= _known(f"{_package}.multiarray", _reconstruct=lambda args: NumpyArray(), scalar=_scalar)
    CALLS |= _known(f"{_package}.numeric", _frombuffer=_from_buffer)
"""The calls that are understood: what makes tensors, arrays and plain containers."""


@dataclass(slots=True)
class Visits:
    """Counts what is looked at in a network: one that holds itself many times over would have no end."""

    left: int = _MOST_VISITS

    def spend(self, n: int) -> None:
        """Take ``n`` off; raises ``ModelFileError`` when there are none left."""
        self.left -= n
        if self.left < 0:
            raise ModelFileError(
                "The file's network has more parts than a network has; it may have been made to do harm."
            )


def full_name(prefix: str, name: str) -> str:
    """Return a tensor's name behind that of its network; raises ``ModelFileError`` if it is a book."""
    if len(prefix) + len(name) > _LONGEST_NAME:
        raise ModelFileError("The file's network has names that are far longer than a network's are.")
    return prefix + name


def as_tensor(value: object) -> StoredTensor | None:
    """Return a value of a pickle as a tensor, None if it is none."""
    if isinstance(value, NumpyArray):
        return value.tensor
    return value if isinstance(value, StoredTensor) else None
