from __future__ import annotations

import math
from itertools import pairwise

import pytest

from segstyle_gui.ui.views.scribbles import Scribbles


def test_points_lie_close_together_along_the_stroke() -> None:
    scribbles = Scribbles(2, spacing=0.05)
    scribbles.begin(1, 7, 0.1, 0.1)
    scribbles.extend(0.5, 0.4)
    first, second = scribbles.groups()
    assert first == []
    assert second[0] == (7, 0.1, 0.1)
    assert second[-1] == pytest.approx((7, 0.5, 0.4))
    for (_, y0, x0), (_, y1, x1) in pairwise(second):
        assert 0 < math.hypot(y1 - y0, x1 - x0) <= 0.05 + 1e-9


def test_points_outside_the_sample_are_left_out() -> None:
    scribbles = Scribbles(2, spacing=0.05)
    scribbles.begin(0, 7, 0.5, 0.9)
    scribbles.extend(0.5, 1.3)
    scribbles.extend(-0.2, 0.5)
    assert all(0 <= y < 1 and 0 <= x < 1 for _, y, x in scribbles.groups()[0])


def test_strokes_can_be_taken_back_one_by_one() -> None:
    scribbles = Scribbles(3)
    scribbles.begin(0, 1, 0.5, 0.5)
    scribbles.begin(2, 2, 0.5, 0.5)
    assert scribbles.take_back()
    assert [len(group) for group in scribbles.groups()] == [1, 0, 0]
    scribbles.clear()
    assert not scribbles.take_back()


@pytest.mark.parametrize("n_groups", [1, 7])
def test_two_to_six_groups(n_groups: int) -> None:
    with pytest.raises(ValueError, match="2 to 6"):
        Scribbles(n_groups)
