"""What the pointer hits is what the screen shows there, pixel by pixel, at fractional scales."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROBE = """
import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from segstyle_gui.ui.views.gallery import RegionGallery

app = QApplication([])
window = QWidget()
window.resize(260, 190)
gallery = RegionGallery(window)
gallery.setGeometry(7, 5, 243, 171)
rng = np.random.default_rng(0)
gallery.set_tile_size(71)
images = rng.integers(0, 255, (20, 16, 16, 3)).astype(np.uint8)
gallery.set_samples(range(20), images, rng.integers(0, 9, (20, 23, 23)))
colors = rng.permutation(256)[: 27].astype(np.uint8).reshape(9, 3)
gallery.set_table(np.arange(9) + 1, colors)
gallery.set_overlay("fill", 1.0)
window.show()
app.processEvents()
gallery.verticalScrollBar().setValue(33)
image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
shown = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
scale = gallery.devicePixelRatioF()
corner = gallery.viewport().mapTo(window, QPoint(0, 0))
area = gallery.viewport().rect()
wrong = hits = 0
for y in range(int(corner.y() * scale) + 2, int((corner.y() + area.height()) * scale) - 2):
    for x in range(int(corner.x() * scale) + 2, int((corner.x() + area.width()) * scale) - 2, 3):
        hit = gallery.hit(QPointF(x / scale - corner.x(), y / scale - corner.y()))
        if hit and hit.code:
            hits += 1
            wrong += (shown[y, x] != colors[hit.code - 1]).any()
print(scale, hits, wrong)
"""


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_hits_are_exact(scale: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    measured, hits, wrong = done.stdout.split()
    assert float(measured) == float(scale)
    assert int(hits) > 5000 * float(scale) ** 2
    assert int(wrong) == 0
