"""Results as named arrays: a header of JSON beside arrays of known types and axes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = "header"


def header_array(values: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return plain values as JSON text in an array of bytes."""
    return np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)


def read_header(arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Return what :func:`header_array` wrote; raises ``KeyError`` or ``ValueError`` if it is not there."""
    return json.loads(bytes(np.asarray(arrays[HEADER], dtype=np.uint8)))


def read_arrays(
    arrays: Mapping[str, NDArray[Any]], known: Mapping[str, tuple[Any, int]]
) -> dict[str, NDArray[Any]]:
    """Return the ``known`` arrays by name, each (dtype, number of axes).

    Raises
    ------
    KeyError
        If one is missing.
    ValueError
        If one cannot be of its dtype, or has other axes.
    """
    values = {name: np.asarray(arrays[name], kind) for name, (kind, _) in known.items()}
    for name, (_, ndim) in known.items():
        if values[name].ndim != ndim:
            raise ValueError(f"{name} has {values[name].ndim} axes, not {ndim}")
    return values
