"""A gray PNG encoder of the standard library alone (W3C, Portable Network Graphics Specification)."""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY = 0
_FILTER_UP = 2


def encode_gray_png(image: np.ndarray) -> bytes:
    """Encode an (H,W) uint8 or uint16 array as a gray PNG (W3C PNG specification; row filter "Up")."""
    if image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"image is {image.shape} {image.dtype}; wanted (H,W) uint8 or uint16")
    height, width = image.shape
    n_bytes = image.dtype.itemsize
    rows = np.ascontiguousarray(image.astype(image.dtype.newbyteorder(">"))).view(np.uint8)
    rows = rows.reshape(height, width * n_bytes)
    filtered = np.full((height, 1 + width * n_bytes), _FILTER_UP, dtype=np.uint8)
    filtered[:, 1:] = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1]))
    header = struct.pack(">IIBBBBB", width, height, 8 * n_bytes, _GRAY, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
