"""Bytes of one image file to an array: Pillow for the common formats, tifffile for TIFF above 8 bits.

The only place that knows Pillow's modes and TIFF's tags. What it may raise is listed in
:data:`DECODE_ERRORS`; :func:`segstyle_gui.core.images.read_image` turns these into messages for users.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image

if TYPE_CHECKING:
    import tifffile

PILLOW_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")  # JPEG opens the two-picture MPO of some cameras too
MAX_PIXELS = 89_478_485  # Pillow's own bound against decompression bombs: 1/4 GiB of 8-bit RGB


class TooManyPixelsError(ValueError):
    """The header announces more than :data:`MAX_PIXELS` pixels."""


BOMB_ERRORS = (
    TooManyPixelsError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # an exception where warnings are turned into errors
)
DECODE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,  # Pillow, on a broken PNG
    EOFError,
    LookupError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    TypeError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Warning,  # Pillow, on damaged tags, where warnings are turned into errors
    *BOMB_ERRORS,
)

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFFFILE_COMPRESSIONS = (1, 8, 32946, 32773)  # none, deflate (two codes), PackBits: need no extra package
_SIXTEEN_BIT_MODES = ("I;16", "I;16L", "I;16B", "I;16N")
_GRAY_MODES = ("1", "L")


def decode_file(path: Path) -> np.ndarray:
    """Decode the first picture in a file completely and turn it upright.

    Parameters
    ----------
    path
        A PNG, JPEG, TIFF or BMP file; the bytes decide, not the ending.

    Returns
    -------
    np.ndarray
        (H, W) or (H, W, 3), uint8 or uint16, EXIF orientation applied.

    Raises
    ------
    Exception
        One of :data:`DECODE_ERRORS`.
    """
    with path.open("rb") as file:
        is_tiff = file.read(4) in _TIFF_MAGIC
    deep = _decode_deep_tiff(path) if is_tiff else None
    image = _decode_with_pillow(path) if deep is None else deep
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(f"its pixels form a {image.shape} array")
    return image


def orient(image: np.ndarray, orientation: int) -> np.ndarray:
    """Turn a stored image upright.

    Parameters
    ----------
    image
        (H, W) or (H, W, C).
    orientation
        EXIF tag 274, 1 to 8; anything else is taken as 1 (upright), as viewers do.

    Returns
    -------
    np.ndarray
        The upright image; height and width are swapped for 5 to 8.
    """
    upright = image.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else image
    if orientation in (3, 4, 7, 8):
        upright = upright[::-1]
    if orientation in (2, 3, 6, 7):
        upright = upright[:, ::-1]
    return np.ascontiguousarray(upright)


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise TooManyPixelsError(f"{width}×{height} pixels")


def _decode_with_pillow(path: Path) -> np.ndarray:
    # An open file, not a path: Pillow maps a path into memory and then scrambles raw TIFFs that lie sideways.
    with path.open("rb") as file, Image.open(file, formats=PILLOW_FORMATS) as image:
        _check_pixels(*image.size)
        image.load()
        # Asked after load(): Pillow turns a TIFF itself while loading and then forgets the tag.
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        return orient(_pillow_to_array(image), orientation)


def _pillow_to_array(image: Image.Image) -> np.ndarray:
    """Return gray or RGB values; transparency is laid over black."""
    if image.mode in _SIXTEEN_BIT_MODES:
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("I", "F"):
        return _to_uint16(np.asarray(image))
    if image.has_transparency_data:
        return _over_black(image)
    return np.array(image.convert("L" if image.mode in _GRAY_MODES else "RGB"))


def _over_black(image: Image.Image) -> np.ndarray:
    is_gray = image.mode in ("L", "LA", "La", "1")
    layers = image.convert("RGBA")
    black = Image.new("RGBA", layers.size, (0, 0, 0, 255))
    flat = Image.alpha_composite(black, layers).convert("RGB")
    pixels = np.array(flat)
    return np.ascontiguousarray(pixels[..., 0]) if is_gray else pixels


def _decode_deep_tiff(path: Path) -> np.ndarray | None:
    """Decode the first page of a gray or RGB TIFF above 8 bits; None leaves the file to Pillow."""
    import tifffile  # here, because few files want it and the window should not wait for it

    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        _check_pixels(page.imagewidth, page.imagelength)
        _check_segments(page, path.stat().st_size)
        gray_or_rgb = page.photometric in (0, 1, 2)
        has_codec = page.compression in _TIFFFILE_COMPRESSIONS
        if page.bitspersample <= 8 or not gray_or_rgb or not has_codec:
            return None
        values = _channels_last(page)
        alpha_kinds = tuple(int(kind) for kind in page.extrasamples)
        orientation = int(page.tags.valueof(274, default=1))
        white_is_zero = page.photometric == 0
    values = _drop_extra_channels(_to_uint16(values), alpha_kinds)
    if white_is_zero:
        values = np.uint16(65535) - values
    return orient(values, orientation)


def _check_segments(page: tifffile.TiffPage, file_bytes: int) -> None:
    """Raise where strips or tiles lie beyond the end of the file (tifffile fills these with zeros)."""
    ends = [start + count for start, count in zip(page.dataoffsets, page.databytecounts, strict=True)]
    if not ends or max(ends) > file_bytes:
        raise EOFError("image file is truncated")


def _channels_last(page: tifffile.TiffPage) -> np.ndarray:
    """Return the page as (H, W) or (H, W, C), the first plane of a volume."""
    values: np.ndarray = page.asarray()
    axes = page.axes
    while "Z" in axes:
        values = values.take(0, axis=axes.index("Z"))
        axes = axes.replace("Z", "", 1)
    if axes.startswith("S"):
        values = np.moveaxis(values, 0, -1)
    return values


def _drop_extra_channels(values: np.ndarray, alpha_kinds: tuple[int, ...]) -> np.ndarray:
    """Lay uint16 values with an alpha channel over black; other extra channels are left out."""
    if not alpha_kinds or values.ndim == 2:
        return values
    n_colors = values.shape[-1] - len(alpha_kinds)
    colors = values[..., :n_colors]
    if alpha_kinds[0] == 2:  # unassociated alpha: the colours are not multiplied yet
        product = colors.astype(np.uint32) * values[..., n_colors, None]
        colors = ((product + 32767) // 65535).astype(np.uint16)
    return colors[..., 0] if n_colors == 1 else colors


def _to_uint16(values: np.ndarray) -> np.ndarray:
    """Keep what fits in uint16; scale anything else from its own finite minimum..maximum to 0..65535."""
    if values.dtype in (np.uint8, np.uint16):
        return values.astype(np.uint16)
    if np.issubdtype(values.dtype, np.integer) and values.min() >= 0 and values.max() <= 65535:
        return values.astype(np.uint16)
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros(values.shape, np.uint16)
    low, high = float(values[finite].min()), float(values[finite].max())
    span = high - low or 1.0
    scaled = (values.astype(np.float64) - low) / span * 65535.0
    return np.rint(np.nan_to_num(scaled, nan=0.0, posinf=65535.0, neginf=0.0)).astype(np.uint16)
