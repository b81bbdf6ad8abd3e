from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication

from segstyle_gui.ui.views.region_drag import REGIONS_MIME, drag_card, regions_from_mime, regions_to_mime


def test_what_is_dragged_is_what_is_dropped() -> None:
    data = regions_to_mime({5, 2})
    assert bytes(data.data(REGIONS_MIME).data()) == b"[2, 5]"
    assert regions_from_mime(data) == {2, 5}


@pytest.mark.parametrize("text", [b"", b"nonsense", b'{"a": 1}', b"[null]", b"7"])
def test_anything_else_is_no_region(text: bytes) -> None:
    data = QMimeData()
    data.setData(REGIONS_MIME, text)
    assert regions_from_mime(data) == frozenset()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_card_is_sharp_and_has_the_colours(qapp: QApplication, scale: float) -> None:
    card = drag_card([QColor(255, 0, 0), QColor(0, 255, 0)], "iris", QFont(), scale)
    assert card.devicePixelRatio() == scale
    image = card.toImage()
    found = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
    assert {"#ff0000", "#00ff00"} <= found
