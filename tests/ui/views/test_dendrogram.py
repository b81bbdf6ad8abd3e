from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segstyle_gui.core.merge_tree import ward_linkage
from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.views.dendrogram import MergeTreeView

K = 12
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def tree(qtbot: QtBot) -> MergeTreeView:
    made = MergeTreeView()
    qtbot.addWidget(made)
    made.resize(500, 80)
    linkage = ward_linkage(np.random.default_rng(0).normal(size=(K, 4)), np.ones(K))
    colors = np.stack([np.full(K, 240), np.arange(K) * 20, np.zeros(K)], axis=1).astype(np.uint8)
    made.set_tree(linkage, colors)
    made.set_cut(5)
    made.show()
    return made


def move(widget: QWidget, position: QPoint) -> None:
    """Send a move of the mouse; ``QTest`` would send none where the cursor happens to be there already."""
    spot, no_button = QPointF(position), Qt.MouseButton.NoButton
    whole = widget.mapToGlobal(spot)
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, spot, whole, no_button, no_button, NONE)
    )


def leaf_at(tree: MergeTreeView, leaf: int) -> QPoint:
    places = tree.places()
    assert places
    return places.leaf_box(leaf).center().toPoint()


def line_y(tree: MergeTreeView) -> int:
    places = tree.places()
    assert places
    assert places.cut_y is not None
    return round(places.cut_y)


def test_leaves_have_the_colours_of_their_regions(tree: MergeTreeView) -> None:
    image = tree.grab().toImage()
    for leaf in range(K):
        color = image.pixelColor(leaf_at(tree, leaf))
        assert (color.red(), color.green(), color.blue()) == (240, leaf * 20, 0)


def test_the_line_is_dragged_live_and_committed_once(tree: MergeTreeView) -> None:
    changed: list[int] = []
    committed: list[int] = []
    tree.cut_changed.connect(changed.append)
    tree.cut_committed.connect(committed.append)
    start = line_y(tree)
    QTest.mousePress(tree, LEFT, NONE, QPoint(250, start))
    for y in range(start, -5, -1):
        move(tree, QPoint(250, y))
    assert changed == [4, 3, 2, 1]
    for y in range(0, 90):
        move(tree, QPoint(250, y))
    assert changed == [4, 3, 2, *range(1, K + 1)]
    assert committed == []
    QTest.mouseRelease(tree, LEFT, NONE, QPoint(250, 90))
    assert committed == [K]
    assert tree.n_regions == K


def test_keys_move_the_line_by_one(tree: MergeTreeView) -> None:
    committed: list[int] = []
    tree.cut_committed.connect(committed.append)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(tree, key)
    assert committed == [4, 5, 6]
    tree.set_cut(1)
    QTest.keyClick(tree, Qt.Key.Key_Up)
    assert tree.n_regions == 1


def test_leaves_are_pointed_at_and_clicked(tree: MergeTreeView) -> None:
    hovered: list[object] = []
    clicked: list[tuple[int, ...]] = []
    tree.cluster_hovered.connect(hovered.append)
    tree.clusters_clicked.connect(lambda clusters, modifiers: clicked.append(clusters))
    for leaf in (7, 3):
        move(tree, leaf_at(tree, leaf))
    QTest.mouseClick(tree, LEFT, NONE, leaf_at(tree, 3))
    assert hovered == [7, 3]
    assert clicked == [(3,)]


def test_a_branch_means_all_leaves_below(tree: MergeTreeView) -> None:
    clicked: list[tuple[int, ...]] = []
    tree.clusters_clicked.connect(lambda clusters, modifiers: clicked.append(clusters))
    tree.set_cut(None)
    places = tree.places()
    assert places
    root = 2 * K - 2
    QTest.mouseClick(tree, LEFT, NONE, QPoint(round(places.x[root]), round(places.y[root])))
    assert sorted(clicked[0]) == list(range(K))
    QTest.mouseClick(tree, LEFT, NONE, QPoint(round(places.x[K]), round(places.y[K])))
    assert set(clicked[1]) == set(places.tree.children[0].tolist())


def test_hover_dims_the_other_leaves(tree: MergeTreeView) -> None:
    before = tree.grab().toImage()
    tree.set_hover({2})
    after = tree.grab().toImage()
    assert after.pixelColor(leaf_at(tree, 2)) == before.pixelColor(leaf_at(tree, 2))
    assert after.pixelColor(leaf_at(tree, 5)) != before.pixelColor(leaf_at(tree, 5))
    tree.set_hover(())
    assert tree.grab().toImage() == before


def test_locked_and_selected_leaves_look_different(tree: MergeTreeView) -> None:
    before = tree.grab().toImage()
    tree.set_locked({4})
    locked = tree.grab().toImage()
    tree.set_selection({4})
    assert before != locked != tree.grab().toImage()


def test_the_line_has_the_accent(tree: MergeTreeView) -> None:
    image, y = tree.grab().toImage(), line_y(tree)
    found = {image.pixelColor(x, row).name() for x in range(20, 480) for row in (y - 1, y, y + 1)}
    assert tokens().accent in found
    tree.set_cut(None)
    image = tree.grab().toImage()
    assert tokens().accent not in {
        image.pixelColor(x, row).name() for x in range(20, 480) for row in (y - 1, y, y + 1)
    }


@pytest.mark.parametrize("k", [2, 4, 128])
def test_trees_of_any_size_are_drawn(qtbot: QtBot, k: int) -> None:
    view = MergeTreeView()
    qtbot.addWidget(view)
    view.resize(300, 72)
    view.set_tree(
        ward_linkage(np.random.default_rng(k).normal(size=(k, 4)), np.ones(k)),
        np.full((k, 3), 200, np.uint8),
    )
    assert view.grab().toImage().pixelColor(leaf_at(view, k // 2)).red() == 200


def test_an_empty_tree_is_quiet(qtbot: QtBot) -> None:
    view = MergeTreeView()
    qtbot.addWidget(view)
    view.set_tree(np.zeros((0, 4)), np.zeros((1, 3), np.uint8))
    view.resize(300, 72)
    view.show()
    QTest.mouseClick(view, LEFT, NONE, QPoint(50, 50))
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.places() is None


def test_the_number_of_colours_must_match(tree: MergeTreeView) -> None:
    with pytest.raises(ValueError, match="3 colours for 12"):
        tree.set_colors(np.zeros((3, 3), np.uint8))
