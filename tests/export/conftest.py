import numpy as np
import pytest

from segstyle_gui.core.classes import LabelClass
from segstyle_gui.export.label_set import LabelledImage, LabelSet


@pytest.fixture
def make_label_set():
    """Return a function: {file name: label map} and class ids -> LabelSet."""

    def make(label_maps, class_ids=(1, 2, 5), **extra):
        classes = tuple(LabelClass(id=i, name=f"class {i}", color=(i % 256, 40, 200)) for i in class_ids)
        items = [
            LabelledImage(
                file_name=name,
                width=label_map.shape[1],
                height=label_map.shape[0],
                load=lambda label_map=label_map: label_map,
                **extra,
            )
            for name, label_map in label_maps.items()
        ]
        return LabelSet(classes=classes, items=items, provenance={"run": 7})

    return make


@pytest.fixture
def tricky_maps():
    """Return label maps with holes, lines, single pixels, borders, gaps in the ids, and nothing at all."""
    rings = np.zeros((17, 23), dtype=np.uint8)
    rings[2:15, 2:20] = 1
    rings[4:13, 4:18] = 2
    rings[6:11, 6:16] = 0
    rings[8, 8] = 5
    lines = np.zeros((9, 31), dtype=np.uint8)
    lines[::2] = 1
    lines[1, 5] = 2
    lines[:, -1] = 5
    noise = np.random.default_rng(0).choice(np.array([0, 1, 2, 5], dtype=np.uint8), size=(33, 12))
    return {
        "rings.png": rings,
        "день/глаз 眼.png": lines,
        "a/b/noise.jpg": noise,
        "a/empty.tif": np.zeros((5, 7), dtype=np.uint8),
        "a/full.tif": np.full((6, 4), 5, dtype=np.uint8),
        "one.png": np.array([[2]], dtype=np.uint8),
    }
