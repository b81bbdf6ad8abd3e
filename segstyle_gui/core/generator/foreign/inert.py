"""What a pickle's names and calls become here: notes of what was asked for, which do nothing.

Names that no checkpoint of a network needs are refused, so that a user hears of them. Safety does not rest on
that list: a name is never looked up, whatever it is.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field

from segstyle_gui.errors import ModelFileError


@dataclass(frozen=True, slots=True)
class Global:
    """A name that a pickle asked for: two strings."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Called:
    """A call that a pickle asked for and that was not made; ``state`` is what it would have set."""

    function: Global
    args: tuple[object, ...] = field(repr=False)
    state: object = field(default=None, repr=False)


_HARMLESS = {
    "builtins": {
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object",
        "range", "set", "slice", "str", "tuple",
    },
    "collections": {"OrderedDict", "defaultdict", "deque", "Counter"},
    "argparse": {"Namespace"},
    "types": {"SimpleNamespace"},
    "pathlib": {"Path", "PosixPath", "PurePath", "PurePosixPath", "WindowsPath", "PureWindowsPath"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
    "copyreg": {"_reconstructor"},
    "_codecs": {"encode"},
    "numpy": {"ndarray", "dtype", "float16", "float32", "float64", "int32", "int64", "bool_", "uint8"},
}  # fmt: skip
_HARMLESS["__builtin__"] = _HARMLESS["builtins"] | {"unicode", "long", "xrange"}  # Python 2's names
_HARMLESS["copy_reg"] = _HARMLESS["copyreg"]
_TORCH = re.compile(r"torch\.(nn|optim)(\.\w+)*|torch(\._utils|\.storage|\._tensor|\.nn\.parameter)?")
_TORCH_NAMES = re.compile(
    r"_?[A-Z]\w*|_rebuild_\w+|_load_from_bytes|device|float\d+|bfloat16|u?int\d+|bool|half|double|float|long"
)
_NUMPY = {
    f"numpy.{core}.{part}": {"_reconstruct", "scalar", "_frombuffer"}
    for core in ("core", "_core")
    for part in ("multiarray", "numeric")
}
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_NAME = re.compile(r"[^\W\d]\w*")


def checked_global(module: object, name: object) -> Global:
    """Note a name that a pickle asks for.

    Raises
    ------
    ModelFileError
        If it is no plain name, or one that stands for something other than data.
    """
    if not (isinstance(module, str) and isinstance(name, str)):
        raise ModelFileError("The file asks for a function by a name that is computed while reading.")
    if not (_MODULE.fullmatch(module) and _NAME.fullmatch(name)):
        raise ModelFileError(
            f"The file asks for a function by a malformed name ({module[:60]!r}, {name[:60]!r})."
        )
    if not _is_harmless(module, name):
        raise ModelFileError(
            f"The file asks for {module[:80]}.{name[:80]}, which the weights of a network do not need: "
            "it may have been made to do harm.",
            hint="Do not open it with other programs; get the checkpoint from its authors.",
        )
    return Global(module, name)


def _is_harmless(module: str, name: str) -> bool:
    if module in _HARMLESS or module in _NUMPY:
        return name in _HARMLESS.get(module, set()) | _NUMPY.get(module, set())
    root = module.partition(".")[0]
    if root == "torch":
        return bool(_TORCH.fullmatch(module) and _TORCH_NAMES.fullmatch(name))
    return root not in sys.stdlib_module_names and root not in ("numpy", "nt", "posix", "__builtin__")
