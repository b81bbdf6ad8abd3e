"""Squares on a noisy ground: the easiest set a student can learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstyle_gui.core.student.data import StoredSet


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def squares():
    """Return a function making (images, labels): bright squares of class ``class_id`` on a dark ground."""

    def make(n=48, size=32, channels=1, class_id=1, seed=0):
        rng = np.random.default_rng(seed)
        images = rng.integers(20, 70, (n, size, size, channels), dtype=np.uint8)
        labels = np.zeros((n, size, size), np.uint8)
        for image, label in zip(images, labels, strict=True):
            side = int(rng.integers(size // 4, size // 2))
            y, x = rng.integers(0, size - side, 2)
            image[y : y + side, x : x + side] += 120
            label[y : y + side, x : x + side] = class_id
        return images, labels

    return make


@pytest.fixture
def square_set(squares):
    return StoredSet(*squares())
