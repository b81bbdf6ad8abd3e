"""The gallery as a picture: what regions look like in it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.views.gallery import RegionGallery
from segstyle_gui.ui.views.gallery_layout import Place

N = 6
GRAY = 100
TOP, LEFT, RIGHT = (0.5, 0.25), (0.25, 0.75), (0.75, 0.75)  # x, y in a tile, by cluster
COLORS = {1: (240, 0, 0), 2: (0, 240, 0), 3: (0, 0, 240)}


def make_samples() -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    clusters = np.zeros((N, 8, 8), np.int16)
    clusters[:, 4:, :4] = 1
    clusters[:, 4:, 4:] = 2
    return np.full((N, 16, 16, 3), GRAY, np.uint8), clusters


@pytest.fixture
def gallery(qtbot: QtBot) -> RegionGallery:
    made = RegionGallery()
    qtbot.addWidget(made)
    made.resize(400, 280)
    made.set_tile_size(100)
    made.set_samples(range(10, 10 + N), *make_samples())
    made.set_table(np.array([1, 2, 3]), COLORS)
    made.show()
    return made


def pixels(gallery: RegionGallery) -> NDArray[np.uint8]:
    image = gallery.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def seen(gallery: RegionGallery, cell: int, spot: tuple[float, float], side: int = 0) -> list[int]:
    """Return the colour at a spot of a tile."""
    box = gallery.scene().on_screen(Place(cell, side))
    colors = pixels(gallery)[box.y + int(spot[1] * box.height), box.x + int(spot[0] * box.width)]
    return [int(channel) for channel in colors]


def test_samples_lie_under_the_colours_of_their_regions(gallery: RegionGallery) -> None:
    gallery.set_overlay("fill", 0.5)
    for cell in range(4):
        assert seen(gallery, cell, TOP) == pytest.approx([170, 50, 50], abs=2)
        assert seen(gallery, cell, LEFT) == pytest.approx([50, 170, 50], abs=2)


def test_merging_gives_both_the_same_colour_in_all_samples(gallery: RegionGallery) -> None:
    gallery.set_table(np.array([1, 2, 2]), {1: (240, 0, 0), 2: (240, 240, 0)})
    for cell in range(4):
        assert seen(gallery, cell, LEFT) == seen(gallery, cell, RIGHT) != seen(gallery, cell, TOP)


def test_a_hidden_region_shows_the_bare_sample(gallery: RegionGallery) -> None:
    gallery.set_hidden({2})
    assert all(seen(gallery, cell, LEFT) == [GRAY] * 3 for cell in range(4))
    gallery.set_hidden(())
    assert seen(gallery, 0, LEFT) != [GRAY] * 3


def test_hover_dims_all_other_regions_in_every_sample(gallery: RegionGallery) -> None:
    before = pixels(gallery).astype(int)
    gallery.set_hover(1)
    after = pixels(gallery).astype(int)
    for cell in range(4):
        box = gallery.scene().on_screen(Place(cell, 0))
        rows = slice(box.y + 8, box.y + box.height // 2 - 4), slice(box.x + 8, box.right - 8)
        assert (after[rows].max(axis=-1) > before[rows].max(axis=-1)).all()
        rows = slice(box.y + box.height // 2 + 4, box.bottom - 8), rows[1]
        assert (after[rows].sum(axis=-1) < 0.7 * before[rows].sum(axis=-1)).all()
    gallery.set_hover(None)
    assert (pixels(gallery) == before).all()


def test_selection_and_solo_are_seen_in_every_sample(gallery: RegionGallery) -> None:
    plain = [seen(gallery, cell, LEFT) for cell in range(4)]
    gallery.set_selection({2})
    assert all(seen(gallery, cell, LEFT) != plain[cell] for cell in range(4))
    white = (pixels(gallery) == 255).all(axis=-1)
    assert np.count_nonzero(white) > 4 * 50
    gallery.set_selection(())
    gallery.set_solo({2})
    assert all(max(seen(gallery, cell, TOP)) < GRAY for cell in range(4))
    assert seen(gallery, 0, LEFT) == plain[0]


def test_full_opacity_hides_the_sample_and_none_shows_it(gallery: RegionGallery) -> None:
    gallery.set_overlay(opacity=1.0)
    assert seen(gallery, 0, TOP) == [240, 0, 0]
    gallery.set_overlay(opacity=0.0)
    assert seen(gallery, 0, TOP) == [GRAY] * 3


def test_between_tiles_there_is_the_canvas(gallery: RegionGallery) -> None:
    ground = [int(tokens().canvas[i : i + 2], 16) for i in (1, 3, 5)]
    for change in (lambda: None, lambda: gallery.set_hover(1), lambda: gallery.set_selection({1, 2, 3})):
        change()
        gap = gallery.scene().on_screen(Place(0, 0)).right + 3
        assert (pixels(gallery)[:, gap] == ground).all()


def test_clusters_that_the_table_does_not_know_stay_bare(gallery: RegionGallery) -> None:
    gallery.set_table(np.array([1, 2]), COLORS)
    assert seen(gallery, 0, RIGHT) == [GRAY] * 3
    assert seen(gallery, 0, LEFT) != [GRAY] * 3


def test_colour_changes_do_not_rebuild_the_canvas(
    gallery: RegionGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels(gallery)
    calls: list[object] = []
    monkeypatch.setattr(gallery._canvas, "arrange", lambda *args: calls.append(args))
    gallery.set_table(np.array([1, 1, 1]), COLORS)
    gallery.set_hover(1)
    gallery.set_selection({1})
    gallery.set_overlay("both", 0.3)
    pixels(gallery)
    assert not calls
    gallery.set_tile_size(200)
    pixels(gallery)
    assert calls


def test_a_detail_is_finer_and_only_its_own(gallery: RegionGallery) -> None:
    gallery.set_overlay(opacity=1.0)
    gallery.set_detail(11, np.full((32, 32, 3), 7, np.uint8), np.full((32, 32), 2, np.int16))
    assert seen(gallery, 1, TOP) == [0, 0, 240]
    assert seen(gallery, 0, TOP) == [240, 0, 0]
    gallery.set_detail(99, np.full((32, 32, 3), 7, np.uint8), np.full((32, 32), 2, np.int16))


def test_two_runs_side_by_side_have_their_own_tables(gallery: RegionGallery) -> None:
    gallery.set_overlay(opacity=1.0)
    gallery.set_second(make_samples()[1], np.array([1, 1, 2]), {1: (240, 240, 0), 2: (0, 240, 240)})
    assert seen(gallery, 0, TOP) == [240, 0, 0]
    assert seen(gallery, 0, TOP, side=1) == [240, 240, 0]
    assert seen(gallery, 0, RIGHT, side=1) == [0, 240, 240]
    gallery.set_hidden({1})
    assert seen(gallery, 0, TOP, side=1) == [240, 240, 0]
    gallery.clear_second()
    assert gallery.scene().grid.sides == 1


def test_wrong_shapes_are_refused(gallery: RegionGallery) -> None:
    images, clusters = make_samples()
    with pytest.raises(ValueError, match="5 seeds"):
        gallery.set_samples(range(5), images, clusters)
    with pytest.raises(ValueError, match="uint8"):
        gallery.set_samples(range(N), images.astype(float), clusters)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cluster maps"):
        gallery.set_samples(range(N), images, clusters[:3])
    with pytest.raises(ValueError, match="2 samples"):
        gallery.set_second(clusters[:2], np.array([1]), COLORS, images=images[:2])


def test_without_samples_there_is_nothing_to_hit(qtbot: QtBot) -> None:
    empty = RegionGallery()
    qtbot.addWidget(empty)
    empty.resize(300, 200)
    empty.show()
    assert empty.hit(QPointF(20, 20)) is None
    assert len(np.unique(pixels(empty).reshape(-1, 3), axis=0)) == 1
    with pytest.raises(ValueError, match="no samples"):
        empty.set_second(make_samples()[1], np.array([1]), COLORS)


def test_it_can_be_named_by_a_screen_reader(gallery: RegionGallery) -> None:
    assert gallery.accessibleName()
    assert "6" in gallery.accessibleDescription()
