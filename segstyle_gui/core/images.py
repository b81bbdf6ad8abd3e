"""From a folder of files to arrays a model can take: find, read, choose channels, stretch the contrast.

The order is always the same, for training and for prediction: read (upright), channels, percentile
window over the whole original, and only then the geometry of :mod:`segstyle_gui.core.geometry`.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import UnidentifiedImageError

from segstyle_gui.core.decoding import BOMB_ERRORS, DECODE_ERRORS, MAX_PIXELS, decode_file
from segstyle_gui.core.settings import check_config, setting
from segstyle_gui.errors import ConfigError, ImageReadError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
MIN_SIDE = 8  # pixels; a smaller picture holds nothing to label
_HISTOGRAM_CHUNK = 1 << 20  # values; bounds the copy that np.bincount makes

Channels = Literal["gray", "rgb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """How a folder of originals becomes the squares that the generator learns from."""

    size: int = setting(
        64,
        "Side of the square the generator works on, a power of two; twice the side costs about four times"
        " the training time.",
        unit="px",
        low=16,
        high=1024,
    )
    channels: str = setting(
        "auto",
        "Colour channels of the model; auto takes gray if every image is gray (red = green = blue).",
        choices=("auto", "gray", "rgb"),
    )
    fit: str = setting(
        "crop",
        "How an image fills the square: crop its centre, pad it with black bars, or resize (squash) it.",
        choices=("crop", "pad", "resize"),
    )
    window_low: float = setting(
        1.0,
        "Percentile of each image's values that becomes black; with the upper one it stretches low-contrast"
        " and 16-bit images. 0 and 100 together turn the stretching off.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    window_high: float = setting(
        99.0,
        "Percentile of each image's values that becomes white; with the lower one it stretches low-contrast"
        " and 16-bit images. 0 and 100 together turn the stretching off.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    recursive: bool = setting(False, "Also read the folders inside the folder.")

    def __post_init__(self) -> None:
        """Check every field; ConfigError names the one that is wrong."""
        check_config(self)
        if not isinstance(self.size, int) or self.size & (self.size - 1):
            raise ConfigError(
                f"ImageConfig.size is {self.size}; wanted a power of two from 16 to 1024.",
                hint="Use 32, 64, 128 or 256.",
            )
        if self.window_low >= self.window_high:
            raise ConfigError(
                f"The window runs from {self.window_low:g} to {self.window_high:g} %; wanted low below high.",
                hint="1 and 99 suit most images.",
            )


def image_files(folder: Path | str, *, recursive: bool = False) -> list[Path]:
    """List the image files of a folder in natural order (``eye2`` before ``eye10``).

    Hidden files and folders (a leading dot) are left out; links to folders are not followed.

    Raises
    ------
    ImageReadError
        If the folder is missing, cannot be opened or holds no file with a known ending.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise ImageReadError(f"{folder} {what}; wanted a folder.", hint="Choose the folder of the images.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise ImageReadError(f"{folder} cannot be opened.", hint="Ask its owner for the right to read it.")
    found = [path for path in _visible_files(folder, recursive) if path.suffix.lower() in IMAGE_ENDINGS]
    if not found:
        hint = "Choose another folder" + ("." if recursive else ", or read the folders inside it too.")
        raise ImageReadError(f"{folder} holds no images; read are {', '.join(IMAGE_ENDINGS)}.", hint=hint)
    return sorted(found, key=lambda path: natural_key(path.relative_to(folder).as_posix()))


def natural_key(text: str) -> tuple[tuple[str, int], ...]:
    """Return a sorting key in which numbers count as numbers and case does not matter."""
    parts = re.split(r"(\d+)", text.casefold())
    pairs = zip(parts[::2], [*parts[1::2], "-1"], strict=True)
    return (*((word, int(number)) for word, number in pairs), (text, 0))


def _visible_files(folder: Path, recursive: bool) -> list[Path]:
    files = []
    for parent, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if recursive and not name.startswith(".")]
        files += [Path(parent, name) for name in names if not name.startswith(".")]
    return files


def read_image(path: Path | str) -> np.ndarray:
    """Read one image completely, upright.

    PNG, JPEG, TIFF (first page) and BMP. Palettes, CMYK and other colour models become RGB; bilevel becomes
    gray 0/255; transparency is laid over black; 16-bit gray stays 16-bit (so does 16-bit RGB from TIFF;
    from PNG it is read as 8-bit). Signed, 32-bit and float values are scaled from the image's own
    minimum..maximum to 0..65535.

    Returns
    -------
    np.ndarray
        (H, W) or (H, W, 3), uint8 or uint16, EXIF orientation applied once.

    Raises
    ------
    ImageReadError
        If the file is missing, empty, damaged, not an image, larger than
        :data:`~segstyle_gui.core.decoding.MAX_PIXELS` or smaller than :data:`MIN_SIDE` pixels.
    """
    path = Path(path)
    _check_file(path)
    try:
        image = decode_file(path)
    except DECODE_ERRORS as error:
        raise _read_error(path, error) from error
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ImageReadError(
            f"{path.name} is {width}×{height} pixels; wanted at least {MIN_SIDE}×{MIN_SIDE}.",
            hint="Leave it out.",
        )
    if image.ndim == 3 and image.shape[2] != 3:
        raise ImageReadError(
            f"{path.name} has {image.shape[2]} channels; wanted gray or RGB.", hint="Save it as gray or RGB."
        )
    return image


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ImageReadError(f"{path.name} does not exist.", hint=f"Look for it in {path.parent}.")
    if not path.is_file():
        raise ImageReadError(f"{path.name} is not a file; wanted an image file.", hint="Choose one file.")
    if path.stat().st_size == 0:
        raise ImageReadError(f"{path.name} is empty (0 bytes).", hint="Copy it again from its source.")


def _read_error(path: Path, error: BaseException) -> ImageReadError:
    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, PermissionError):
        return ImageReadError(
            f"{path.name} cannot be opened.", hint="Ask its owner for the right to read it."
        )
    if isinstance(error, BOMB_ERRORS):
        limit = f"{MAX_PIXELS // 1_000_000} million pixels"
        return ImageReadError(
            f"{path.name} announces too many pixels; wanted at most {limit}.", hint="Cut or shrink it first."
        )
    if isinstance(error, UnidentifiedImageError):
        wanted = "wanted PNG, JPEG, TIFF or BMP"
        return ImageReadError(f"{path.name} is not an image; {wanted}.", hint="Leave it out or convert it.")
    return ImageReadError(f"{path.name} is damaged: {reason}.", hint="Copy it again or leave it out.")


def is_gray(image: np.ndarray) -> bool:
    """Tell whether an image has one channel, or three equal ones."""
    if image.ndim == 2:
        return True
    red = image[..., 0]
    return bool((red == image[..., 1]).all() and (red == image[..., 2]).all())


def to_channels(image: np.ndarray, channels: Channels) -> np.ndarray:
    """Convert between gray and RGB, keeping the dtype.

    Gray is the luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B), rounded; three equal channels give
    exactly that channel.
    """
    if channels == "rgb":
        return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    if image.ndim == 2:
        return image
    luma = image.astype(np.uint32) @ np.array([299, 587, 114], np.uint32)
    return ((luma + 500) // 1000).astype(image.dtype)


def apply_window(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Stretch an image from its ``low``..``high`` percentiles to 0..255.

    The percentile is the smallest value that at least that share of all values (over all channels
    together) does not exceed. It is exact, and an integer, so an image stored with 16 bits
    (times 257) gives the very picture of its 8-bit original.

    Parameters
    ----------
    image
        uint8 or uint16, any shape.
    low, high
        Percent, ``0 <= low < high <= 100``. 0 and 100 together turn the stretching off: uint8 stays as it
        is, uint16 is divided by 257.

    Returns
    -------
    np.ndarray
        uint8, same shape; a constant image becomes 0. Where the two percentiles are equal in an image that
        is not constant, its minimum and maximum are taken.
    """
    if not 0 <= low < high <= 100:
        raise ValueError(f"window is {low}..{high}; wanted 0 <= low < high <= 100")
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"image is {image.dtype}; wanted uint8 or uint16")
    if low == 0 and high == 100:
        return image.copy() if image.dtype == np.uint8 else _stretch(image, 0, 65535)
    counts = _histogram(image)
    bottom, top = _percentile(counts, low), _percentile(counts, high)
    if bottom == top:
        bottom, top = _percentile(counts, 0), _percentile(counts, 100)
    return _stretch(image, bottom, top)


def prepare_image(image: np.ndarray, config: ImageConfig, channels: Channels) -> np.ndarray:
    """Bring an image as read to the values a model sees, at its own size.

    Parameters
    ----------
    image
        From :func:`read_image`.
    config
        Gives the window.
    channels
        The project's channels (``config.channels`` once ``auto`` is decided).

    Returns
    -------
    np.ndarray
        (H, W) for gray or (H, W, 3) for rgb, uint8.
    """
    return apply_window(to_channels(image, channels), config.window_low, config.window_high)


def file_sha256(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes in lower-case hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _histogram(image: np.ndarray) -> np.ndarray:
    """Count each value: (256,) or (65536,) int64."""
    n_values = int(np.iinfo(image.dtype).max) + 1
    values = image.reshape(-1)
    counts = np.zeros(n_values, np.int64)
    for start in range(0, values.size, _HISTOGRAM_CHUNK):
        counts += np.bincount(values[start : start + _HISTOGRAM_CHUNK], minlength=n_values)
    return counts


def _percentile(counts: np.ndarray, percent: float) -> int:
    cumulated = np.cumsum(counts)
    wanted = max(1, int(np.ceil(cumulated[-1] * (percent / 100.0))))
    return int(np.searchsorted(cumulated, wanted))


def _stretch(image: np.ndarray, bottom: int, top: int) -> np.ndarray:
    """Map bottom..top to 0..255, rounded half up, through a table; all 0 if both are equal."""
    n_values = int(np.iinfo(image.dtype).max) + 1
    if bottom == top:
        return np.zeros(image.shape, np.uint8)
    span = top - bottom
    offsets = np.clip(np.arange(n_values, dtype=np.int64) - bottom, 0, span)
    table = ((offsets * 510 + span) // (2 * span)).astype(np.uint8)
    return table[image]
