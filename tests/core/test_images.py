"""Reading, listing, channels and the percentile window."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from segstyle_gui.core import decoding
from segstyle_gui.core.images import (
    ImageConfig,
    apply_window,
    file_sha256,
    image_files,
    is_gray,
    prepare_image,
    read_image,
    to_channels,
)
from segstyle_gui.errors import ConfigError, ImageReadError

ORIENTATION_TAG = 274


def gray_image(height: int = 20, width: int = 30, low: int = 0, high: int = 256) -> np.ndarray:
    return np.random.default_rng(7).integers(low, high, (height, width), dtype=np.uint8)


def rgb_image(height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (height, width, 3), dtype=np.uint8)


def stored_for(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Write down what a camera stores, from the EXIF table: where the 0th row and 0th column are seen."""
    stored = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),  # shown turned 90° clockwise, so stored turned counter-clockwise
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation](upright)
    return np.ascontiguousarray(stored)


# --- reading what is fine ---------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "bmp", "tif"])
@pytest.mark.parametrize("pixels", [gray_image(), rgb_image()], ids=["gray", "rgb"])
def test_lossless_formats_come_back_unchanged(tmp_path: Path, ending: str, pixels: np.ndarray) -> None:
    path = tmp_path / f"a.{ending}"
    Image.fromarray(pixels).save(path)
    read = read_image(path)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, pixels)


def test_jpeg_is_close(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))
    Image.fromarray(ramp).save(tmp_path / "a.jpg", quality=95)
    read = read_image(tmp_path / "a.jpg")
    assert read.shape == ramp.shape
    assert np.abs(read.astype(int) - ramp).max() <= 3


def test_names_with_spaces_and_other_scripts(tmp_path: Path) -> None:
    folder = tmp_path / "Глаз и 目 ä"
    folder.mkdir()
    path = folder / "зрачок 1 – 虹彩.png"
    Image.fromarray(gray_image()).save(path)
    assert image_files(folder) == [path]
    np.testing.assert_array_equal(read_image(str(path)), gray_image())


@pytest.mark.parametrize("ending", ["jpg", "png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_exactly_once(tmp_path: Path, orientation: int, ending: str) -> None:
    upright = np.zeros((16, 32), np.uint8)
    upright[:8, :16], upright[:8, 16:], upright[8:, :16] = 240, 160, 80  # four different quarters
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    options = {"quality": 100} if ending == "jpg" else {}
    Image.fromarray(stored_for(upright, orientation)).save(tmp_path / f"a.{ending}", exif=exif, **options)
    read = read_image(tmp_path / f"a.{ending}")
    assert read.shape == upright.shape
    assert np.abs(read.astype(int) - upright).max() <= 2


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_colour_tiff(tmp_path: Path, orientation: int, compression: str) -> None:
    upright = rgb_image(16, 24)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    stored = Image.fromarray(stored_for(upright, orientation))
    stored.save(tmp_path / "a.tif", exif=exif, compression=compression)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), upright)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_deep_tiff(tmp_path: Path, orientation: int) -> None:
    upright = gray_image(16, 24).astype(np.uint16) * 257
    tag = (ORIENTATION_TAG, "H", 1, orientation, False)
    tifffile.imwrite(tmp_path / "a.tif", stored_for(upright, orientation), extratags=[tag])
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), upright)


def test_sixteen_bit_png_and_tiff_make_the_picture_of_the_8_bit_original(tmp_path: Path) -> None:
    original = gray_image(40, 50, low=90, high=140)
    deep = original.astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "a.png")
    tifffile.imwrite(tmp_path / "plain.tif", deep)
    tifffile.imwrite(tmp_path / "deflate.tif", deep, compression="zlib")
    Image.fromarray(deep).save(tmp_path / "lzw.tif", compression="tiff_lzw")
    wanted = apply_window(original, 1, 99)
    assert wanted.min() == 0
    assert wanted.max() == 255
    for name in ("a.png", "plain.tif", "deflate.tif", "lzw.tif"):
        read = read_image(tmp_path / name)
        assert read.dtype == np.uint16, name
        np.testing.assert_array_equal(read, deep, err_msg=name)
        np.testing.assert_array_equal(apply_window(read, 1, 99), wanted, err_msg=name)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_sixteen_bit_rgb_tiff(tmp_path: Path, planar: str) -> None:
    deep = rgb_image().astype(np.uint16) * 200
    stored = deep if planar == "contig" else np.moveaxis(deep, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), deep)


def test_first_page_of_a_stack(tmp_path: Path) -> None:
    stack = np.stack([gray_image().astype(np.uint16) * k for k in (1, 2, 3)])
    tifffile.imwrite(tmp_path / "deep.tif", stack, photometric="minisblack")
    tifffile.imwrite(tmp_path / "flat.tif", stack.astype(np.uint8), photometric="minisblack")
    np.testing.assert_array_equal(read_image(tmp_path / "deep.tif"), stack[0])
    np.testing.assert_array_equal(read_image(tmp_path / "flat.tif"), stack[0])


def test_first_picture_of_a_two_picture_jpeg(tmp_path: Path) -> None:
    first, second = Image.new("L", (16, 16), 200), Image.new("L", (16, 16), 20)
    first.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[second])
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - 200).max() <= 2


def test_float_tiff_is_scaled_from_its_own_range(tmp_path: Path) -> None:
    values = np.linspace(-2.0, 2.0, 100, dtype=np.float32).reshape(10, 10)
    values[0, 1], values[0, 2] = np.nan, np.inf
    tifffile.imwrite(tmp_path / "a.tif", values)
    read = read_image(tmp_path / "a.tif")
    assert read.dtype == np.uint16
    assert read[0, 0] == 0
    assert read[-1, -1] == 65535
    assert read[0, 1] == 0
    assert read[0, 2] == 65535
    assert abs(int(read[5, 0]) - 65535 * 50 / 99) <= 1


def test_signed_tiff_keeps_its_order(tmp_path: Path) -> None:
    values = np.arange(-50, 50, dtype=np.int16).reshape(10, 10)
    tifffile.imwrite(tmp_path / "a.tif", values)
    read = read_image(tmp_path / "a.tif").reshape(-1)
    assert (np.diff(read.astype(int)) > 0).all()
    assert (read[0], read[-1]) == (0, 65535)


def test_white_is_zero_tiff(tmp_path: Path) -> None:
    deep = gray_image().astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "deep.tif", 65535 - deep, photometric="miniswhite")
    tifffile.imwrite(tmp_path / "flat.tif", 255 - gray_image(), photometric="miniswhite")
    np.testing.assert_array_equal(read_image(tmp_path / "deep.tif"), deep)
    np.testing.assert_array_equal(read_image(tmp_path / "flat.tif"), gray_image())


def test_deep_tiff_with_alpha_is_laid_over_black(tmp_path: Path) -> None:
    values = np.full((10, 12, 4), 60000, np.uint16)
    values[:5, :, 3], values[5:, :, 3] = 65535, 0
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", extrasamples=["unassalpha"])
    read = read_image(tmp_path / "a.tif")
    assert read.shape == (10, 12, 3)
    assert (read[:5] == 60000).all()
    assert (read[5:] == 0).all()


def test_palette_becomes_its_colours(tmp_path: Path) -> None:
    indices = np.zeros((10, 10), np.uint8)
    indices[:, 5:] = 1
    picture = Image.fromarray(indices).convert("P")
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.putdata(indices.reshape(-1).tolist())
    picture.save(tmp_path / "a.png")
    read = read_image(tmp_path / "a.png")
    assert read[0, 0].tolist() == [10, 20, 30]
    assert read[0, 9].tolist() == [200, 100, 50]


def test_transparency_is_laid_over_black(tmp_path: Path) -> None:
    half = np.full((10, 10), 128, np.uint8)
    white = np.full((10, 10), 255, np.uint8)
    Image.fromarray(np.dstack([white, white, half * 0, half])).save(tmp_path / "rgba.png")
    Image.fromarray(np.dstack([white, half]), mode=None).save(tmp_path / "la.png")
    rgba, gray = read_image(tmp_path / "rgba.png"), read_image(tmp_path / "la.png")
    assert rgba.shape == (10, 10, 3)
    assert rgba[0, 0].tolist() == [128, 128, 0]
    assert gray.shape == (10, 10)
    assert (gray == 128).all()


def test_transparent_colour_of_a_png_is_black(tmp_path: Path) -> None:
    pixels = np.full((10, 10), 200, np.uint8)
    pixels[:5] = 90
    Image.fromarray(pixels).save(tmp_path / "a.png", transparency=200)
    read = read_image(tmp_path / "a.png")
    assert (read[:5] == 90).all()
    assert (read[5:] == 0).all()


def test_bilevel_is_black_and_white(tmp_path: Path) -> None:
    bits = gray_image() > 128
    Image.fromarray(bits).save(tmp_path / "a.png")
    Image.fromarray(bits).save(tmp_path / "a.tif", compression="group4")
    for name in ("a.png", "a.tif"):
        np.testing.assert_array_equal(read_image(tmp_path / name), np.where(bits, 255, 0), err_msg=name)


@pytest.mark.parametrize("ending", ["jpg", "tif"])
def test_cmyk_becomes_rgb(tmp_path: Path, ending: str) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / f"a.{ending}")
    read = read_image(tmp_path / f"a.{ending}")
    assert read.shape == (16, 16, 3)
    assert np.abs(read[8, 8].astype(int) - [255, 0, 0]).max() <= 3


# --- reading what is not ----------------------------------------------------------------------------


def one_line(error: ImageReadError, name: str) -> str:
    text = str(error)
    assert "\n" not in text
    assert name in text
    assert error.hint
    return text


@pytest.mark.parametrize(
    "name", ["eye 1.jpg", "eye.png", "flat.tif", "deep.tif", "deflate.tif", "lzw.tif", "eye.bmp"]
)
@pytest.mark.parametrize("kept", [0.9, 0.5, 0.02])
def test_truncated_file(tmp_path: Path, name: str, kept: float) -> None:
    path = tmp_path / name
    pixels = gray_image(64, 64)
    if name == "deep.tif":
        tifffile.imwrite(path, pixels.astype(np.uint16))
    elif name == "deflate.tif":
        tifffile.imwrite(path, pixels.astype(np.uint16), compression="zlib")
    else:
        Image.fromarray(pixels).save(path, compression="tiff_lzw" if name == "lzw.tif" else None)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ImageReadError) as caught:
        read_image(path)
    one_line(caught.value, name)


def test_jpeg_without_its_last_bytes(tmp_path: Path) -> None:
    path = tmp_path / "eye.jpg"
    Image.fromarray(gray_image(64, 64)).save(path)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(ImageReadError, match="damaged"):
        read_image(path)


def test_one_by_one(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "dot.png")
    with pytest.raises(ImageReadError) as caught:
        read_image(tmp_path / "dot.png")
    assert "1×1" in one_line(caught.value, "dot.png")


def test_smallest_side_is_eight(tmp_path: Path) -> None:
    Image.new("L", (8, 40)).save(tmp_path / "ok.png")
    Image.new("L", (7, 40)).save(tmp_path / "thin.png")
    assert read_image(tmp_path / "ok.png").shape == (40, 8)
    with pytest.raises(ImageReadError, match="7×40"):
        read_image(tmp_path / "thin.png")


def test_not_an_image(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not a picture at all")
    (tmp_path / "fake.tif").write_bytes(b"II*\0" + b"\xff" * 60)
    with pytest.raises(ImageReadError, match="not an image"):
        read_image(tmp_path / "notes.png")
    with pytest.raises(ImageReadError) as caught:
        read_image(tmp_path / "fake.tif")
    one_line(caught.value, "fake.tif")


def test_other_formats_are_refused_whatever_they_are_called(tmp_path: Path) -> None:
    Image.fromarray(gray_image()).save(tmp_path / "a.gif")
    (tmp_path / "a.gif").rename(tmp_path / "a.png")
    with pytest.raises(ImageReadError, match="wanted PNG, JPEG, TIFF or BMP"):
        read_image(tmp_path / "a.png")


def test_damaged_tags_of_a_tiff(tmp_path: Path) -> None:
    """Whatever byte of the header is wrong: an array or an ImageReadError, never another exception."""
    path = tmp_path / "eye.tif"
    tifffile.imwrite(path, np.zeros((16, 16), np.uint16), compression="zlib", metadata=None)
    data = path.read_bytes()
    for position in range(4, min(len(data), 260)):
        for value in (0, 1, 255):
            path.write_bytes(data[:position] + bytes([value]) + data[position + 1 :])
            try:
                assert read_image(path).ndim in (2, 3)
            except ImageReadError as error:
                one_line(error, "eye.tif")


def test_zero_bytes_missing_and_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    for name, what in [
        ("empty.png", "0 bytes"),
        ("gone.png", "does not exist"),
        ("folder.png", "not a file"),
    ]:
        with pytest.raises(ImageReadError, match=what) as caught:
            read_image(tmp_path / name)
        one_line(caught.value, name)


def test_too_many_pixels_is_refused_from_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (60, 60)).save(tmp_path / "flat.png")
    tifffile.imwrite(tmp_path / "deep.tif", np.zeros((60, 60), np.uint16))
    monkeypatch.setattr(decoding, "MAX_PIXELS", 3599)
    for name in ("flat.png", "deep.tif"):
        with pytest.raises(ImageReadError, match="too many pixels"):
            read_image(tmp_path / name)
    monkeypatch.setattr(decoding, "MAX_PIXELS", 3600)
    assert read_image(tmp_path / "flat.png").shape == (60, 60)


def test_decompression_bomb(tmp_path: Path) -> None:
    header = tmp_path / "bomb.png"
    Image.new("1", (10, 10)).save(header)
    data = bytearray(header.read_bytes())
    data[16:24] = struct.pack(">II", 60000, 60000)  # width and height in the first chunk, IHDR
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    header.write_bytes(data)
    with pytest.raises(ImageReadError, match="too many pixels"):
        read_image(tmp_path / "bomb.png")


# --- listing ----------------------------------------------------------------------------------------


def test_natural_order_hidden_files_and_recursion(tmp_path: Path) -> None:
    names = [
        "eye10.png",
        "Eye2.PNG",
        "eye1.jpg",
        "b/eye3.tif",
        ".hidden.png",
        ".git/x.png",
        "readme.txt",
        "._a.png",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    flat = [path.name for path in image_files(tmp_path)]
    deep = [path.relative_to(tmp_path).as_posix() for path in image_files(tmp_path, recursive=True)]
    assert flat == ["eye1.jpg", "Eye2.PNG", "eye10.png"]
    assert deep == ["b/eye3.tif", "eye1.jpg", "Eye2.PNG", "eye10.png"]


def test_folder_without_images_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.png").touch()
    with pytest.raises(ImageReadError, match=r"\.png, \.jpg, \.jpeg, \.tif, \.tiff, \.bmp") as caught:
        image_files(tmp_path)
    assert "inside" in caught.value.hint
    with pytest.raises(ImageReadError, match="does not exist"):
        image_files(tmp_path / "gone")
    with pytest.raises(ImageReadError, match="is a file"):
        image_files(tmp_path / "inner" / "a.png")


# --- window and channels ----------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_window_against_numpy_percentiles(dtype: type) -> None:
    top = np.iinfo(dtype).max
    image = np.random.default_rng(1).integers(top // 4, top // 2, (60, 70, 3)).astype(dtype)
    low, high = np.percentile(image, [2, 97], method="inverted_cdf").astype(float)
    wanted = np.clip((image - low) / (high - low), 0, 1) * 255
    assert np.abs(apply_window(image, 2, 97) - wanted).max() <= 0.5 + 1e-9


def test_window_off_changes_nothing_but_the_depth() -> None:
    image = gray_image(low=90, high=140)
    off = apply_window(image, 0, 100)
    np.testing.assert_array_equal(off, image)
    assert off is not image
    np.testing.assert_array_equal(apply_window(image.astype(np.uint16) * 257, 0, 100), image)


def test_window_of_constant_and_nearly_constant_images() -> None:
    assert not apply_window(np.full((9, 9), 77, np.uint8), 1, 99).any()
    assert not apply_window(np.full((9, 9), 7777, np.uint16), 1, 99).any()
    speck = np.full((40, 40), 77, np.uint8)
    speck[3, 4] = 78
    stretched = apply_window(speck, 1, 99)
    assert stretched[3, 4] == 255
    assert stretched.sum() == 255


def test_window_is_the_same_for_large_images() -> None:
    tile = gray_image(256, 256, low=30, high=90)
    large = np.tile(tile, (5, 5))  # more values than one histogram chunk
    np.testing.assert_array_equal(apply_window(large, 1, 99)[:256, :256], apply_window(tile, 1, 99))


def test_window_refuses_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="window"):
        apply_window(gray_image(), 99, 1)
    with pytest.raises(ValueError, match="float64"):
        apply_window(gray_image().astype(float), 1, 99)


def test_channels() -> None:
    gray = gray_image()
    tripled = to_channels(gray, "rgb")
    assert tripled.shape == (20, 30, 3)
    assert is_gray(gray)
    assert is_gray(tripled)
    assert not is_gray(rgb_image())
    np.testing.assert_array_equal(to_channels(tripled, "gray"), gray)
    colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert to_channels(colors, "gray").tolist() == [[76, 150, 29]]
    deep = np.full((2, 2, 3), 65535, np.uint16)
    assert (to_channels(deep, "gray") == 65535).all()


def test_one_picture_in_many_modes_prepares_to_the_same_values(tmp_path: Path) -> None:
    gray = gray_image(40, 40, low=60, high=120)
    Image.fromarray(gray).save(tmp_path / "l.png")
    Image.fromarray(gray).convert("RGB").save(tmp_path / "rgb.png")
    Image.fromarray(gray).convert("RGBA").save(tmp_path / "rgba.png")
    Image.fromarray(gray).convert("LA").save(tmp_path / "la.png")
    Image.fromarray(gray).convert("P").save(tmp_path / "p.png")
    Image.fromarray(gray.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    config = ImageConfig()
    prepared = [prepare_image(read_image(path), config, "gray") for path in image_files(tmp_path)]
    assert len(prepared) == 6
    for one in prepared:
        np.testing.assert_array_equal(one, apply_window(gray, 1, 99))
    assert prepare_image(gray, config, "rgb").shape == (40, 40, 3)


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 1000)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(b"abc" * 1000).hexdigest()


# --- config -----------------------------------------------------------------------------------------


def test_config_accepts_powers_of_two_only() -> None:
    assert ImageConfig().size == 64
    for size in (16, 32, 1024):
        assert ImageConfig(size=size).size == size
    for size in (8, 48, 100, 2048, 64.0):
        with pytest.raises(ConfigError, match="size"):
            ImageConfig(size=size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"channels": "rgba"}, {"fit": "stretch"}, {"window_low": -1.0}, {"window_high": 101.0},
     {"window_low": 60.0, "window_high": 40.0}],
)  # fmt: skip
def test_config_refuses(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        ImageConfig(**wrong)  # type: ignore[arg-type]
