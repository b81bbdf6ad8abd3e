"""Arrays become the pixels that they say, and the store of pixmaps stays within its bound."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPixmap

from segstyle_gui.ui.views.rasters import PixmapStore, fitted, label_image, tile_pixmap, to_qimage


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [((3, 5), (9, 9, 9)), ((3, 5, 1), (9, 9, 9)), ((3, 5, 3), (9, 8, 7)), ((3, 5, 4), (9, 8, 7))],
)
def test_every_number_of_channels_keeps_its_values(shape, wanted):
    pixels = np.zeros(shape, np.uint8)
    pixels[1, 4] = 9 if len(shape) == 2 or shape[2] == 1 else [9, 8, 7, 255][: shape[2]]
    image = to_qimage(pixels)
    assert (image.width(), image.height()) == (5, 3)
    assert image.pixelColor(4, 1).getRgb()[:3] == wanted


def test_the_image_does_not_follow_the_array():
    pixels = np.zeros((2, 2), np.uint8)
    image = to_qimage(pixels)
    pixels[:] = 255
    assert image.pixelColor(0, 0).red() == 0


def test_a_view_of_an_array_is_read_by_its_strides():
    wide = np.arange(40, dtype=np.uint8).reshape(4, 10)
    assert to_qimage(wide[::2, ::3]).pixelColor(1, 1).red() == 23


@pytest.mark.parametrize(
    "pixels", [np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2), np.float32), np.zeros(4, np.uint8)]
)
def test_what_is_no_image_is_refused(pixels):
    with pytest.raises(ValueError, match="uint8"):
        to_qimage(pixels)


@pytest.mark.parametrize("unknown", [7, 900])  # with few ids the image has a table, with many it has not
def test_a_label_map_takes_the_colours_of_its_table_and_unknown_ids_none(unknown):
    lut = np.array([[0, 0, 0, 0], [200, 100, 50, 255]], np.uint8)
    image = label_image(np.array([[0, 1, unknown]]), lut)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(1, 0).getRgb() == (200, 100, 50, 255)
    assert image.pixelColor(2, 0).alpha() == 0


def test_an_image_fits_into_a_box_in_its_own_proportions():
    assert fitted(QSize(200, 100), QRectF(0, 0, 50, 50)) == QRectF(0, 12.5, 50, 25)


def test_a_tile_is_sharp_on_its_screen_and_round_in_the_colour_of_the_ground(qapp):
    tile = tile_pixmap(to_qimage(np.full((8, 8), 255, np.uint8)), QSize(32, 32), 1.5, 6, "#102030")
    assert tile.size() == QSize(48, 48)
    assert tile.deviceIndependentSize().width() == 32
    pixels = tile.toImage()
    assert pixels.pixelColor(0, 0) == QColor("#102030")
    assert pixels.pixelColor(47, 47) == QColor("#102030")
    assert pixels.pixelColor(24, 24) == QColor("#ffffff")


def test_much_enlarged_pixels_stay_squares(qapp):
    image = to_qimage(np.array([[0, 255], [255, 0]], np.uint8))
    row = tile_pixmap(image, QSize(32, 32), 1.0, 0, "#000000").toImage()
    assert {row.pixelColor(x, 4).red() for x in range(32)} == {0, 255}


def test_the_store_drops_what_was_used_longest_ago(qapp):
    store = PixmapStore(limit=3 * 16 * 16 * 4)
    for key in "abc":
        store.put(key, QPixmap(16, 16))
    assert store.get("a") is not None
    store.put("d", QPixmap(16, 16))
    assert [key for key in "abcd" if store.get(key) is not None] == ["a", "c", "d"]
    store.put("a", QPixmap(16, 16))  # replaced, not counted twice
    assert len(store) == 3
    store.clear()
    assert len(store) == 0
