"""How a merge tree is drawn, and what of it lies at a position."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from segstyle_gui.ui.theme.theme import tokens
from segstyle_gui.ui.theme.tokens import FONT_CAPTION, GRID, contrast
from segstyle_gui.ui.views.tree_layout import TreeLayout

_LEAF = GRID  # px; height of a leaf
_DIMMED = 0.3  # opacity of leaves and branches that are not lit up
_GAP = 2.0  # px between leaves where there is room
_VISIBLE = 1.6  # contrast below which a colour needs help against the ground


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLook:
    """How the leaves are to be seen; ``branch`` is the node under the pointer."""

    colors: tuple[QColor, ...] = ()
    locked: frozenset[int] = frozenset()
    selection: frozenset[int] = frozenset()
    lit: frozenset[int] = frozenset()
    branch: int | None = None
    is_line_hot: bool = False
    has_focus: bool = False

    def changed(self, **changes: Any) -> TreeLook:
        """Return the look with other values."""
        return replace(self, **changes)


class TreePlaces:
    """Positions in px of everything in a view of a size; ``cut`` is the height of the line, None for none."""

    def __init__(self, tree: TreeLayout, width: int, height: int, cut: float | None) -> None:
        self.tree = tree
        self.left, self.right = float(GRID), float(width - GRID)
        self.slot = max(self.right - self.left, 1.0) / tree.n_leaves
        self.top = float(GRID)
        self.leaf_top = height - GRID - _LEAF
        self._floor = self.leaf_top - 2.0
        self.cut_y = None if cut is None else self.y_of(cut)
        self.x = self.left + tree.x * self.slot
        self.y = np.where(tree.height > 0, self.y_of_all(tree.height), self._floor)

    def y_of(self, height: float) -> float:
        """Return where a height of the tree is."""
        return self._floor - height * (self._floor - self.top)

    def y_of_all(self, heights: np.ndarray) -> np.ndarray:
        """Return where heights of the tree are."""
        return self._floor - heights * (self._floor - self.top)

    def height_at(self, y: float) -> float:
        """Return the height of the tree at a position, 0 to 1."""
        return min(max((self._floor - y) / max(self._floor - self.top, 1.0), 0.0), 1.0)

    def leaf_box(self, leaf: int) -> QRectF:
        """Return the swatch of a leaf."""
        gap = _GAP if self.slot >= 6 else min(self.slot / 4, 1.0)
        return QRectF(self.x[leaf] - self.slot / 2 + gap / 2, self.leaf_top, self.slot - gap, _LEAF)

    def is_at_cut(self, y: float, reach: float) -> bool:
        """Return whether a height in the view means the line."""
        return self.cut_y is not None and abs(y - self.cut_y) <= reach and y < self.leaf_top

    def node_at(self, position: QPointF, reach: float) -> int | None:
        """Return the leaf or the merge at a position: the nearest bar or stem within ``reach``."""
        x, y = position.x(), position.y()
        if y >= self._floor:
            number = int((x - self.left) // self.slot)
            return self.tree.order[number] if 0 <= number < self.tree.n_leaves else None
        k = self.tree.n_leaves
        ends = self.x[self.tree.children]
        beside = np.maximum(np.maximum(ends.min(axis=1) - x, x - ends.max(axis=1)), 0.0)
        bars = np.hypot(beside, self.y[k:] - y)
        below = self.y[self.tree.children]
        over = np.maximum(np.maximum(self.y[k:, None] - y, y - below), 0.0)
        stems = np.hypot(ends - x, over).min(axis=1)
        distance = np.minimum(bars, stems)
        nearest = int(distance.argmin())
        return k + nearest if distance[nearest] <= reach else None


def paint_tree(painter: QPainter, places: TreePlaces, look: TreeLook, text: str) -> None:
    """Paint branches, leaves and the line.

    Parameters
    ----------
    painter
        In px.
    places, look
        What to paint.
    text
        What the line says while it can be moved.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_branches(painter, places, look)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, places.slot >= 6)
    for leaf in places.tree.order:
        _paint_leaf(painter, places, look, leaf)
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if places.cut_y is not None:
        _paint_line(painter, places, look, text)


def _paint_branches(painter: QPainter, places: TreePlaces, look: TreeLook) -> None:
    """Paint a branch in the colour of its leaves if they share one, else in gray."""
    tree = places.tree
    k = tree.n_leaves
    shared: list[QColor | None] = [*look.colors]
    pointed = _below(tree, look.branch)
    for step, (left, right) in enumerate(tree.children.tolist()):
        color = shared[left] if shared[left] == shared[right] else None
        shared.append(color)
        painter.setPen(_branch_pen(color, is_pointed=k + step in pointed))
        painter.setOpacity(1.0 if not look.lit or look.lit.issuperset(tree.leaves(k + step)) else _DIMMED)
        y = float(places.y[k + step])
        corners = ((left, float(places.y[left])), (left, y), (right, y), (right, float(places.y[right])))
        painter.drawPolyline(QPolygonF([_crisp(places.x[node], height) for node, height in corners]))


def _branch_pen(color: QColor | None, *, is_pointed: bool) -> QPen:
    if is_pointed:
        return QPen(QColor(tokens().text), 2.0)
    if color is None:
        return QPen(QColor(tokens().edge), 1.0)
    return QPen(QColor(tokens().edge) if _is_lost(color) else color, 1.5)


def _is_lost(color: QColor) -> bool:
    """Return whether a colour can hardly be told from the ground."""
    return contrast(color.name(), tokens().canvas) < _VISIBLE


def _crisp(x: float, y: float) -> QPointF:
    """Return the middle of a pixel, so that thin lines are not blurred over two."""
    return QPointF(math.floor(x) + 0.5, math.floor(y) + 0.5)


def _below(tree: TreeLayout, node: int | None) -> frozenset[int]:
    """Return the merges below a node, itself included."""
    found, waiting = set(), [] if node is None else [node]
    while waiting:
        node = waiting.pop()
        if node >= tree.n_leaves:
            found.add(node)
            waiting += tree.children[node - tree.n_leaves].tolist()
    return frozenset(found)


def _paint_leaf(painter: QPainter, places: TreePlaces, look: TreeLook, leaf: int) -> None:
    box = places.leaf_box(leaf)
    is_lit = leaf in look.lit or leaf == look.branch
    painter.setOpacity(_DIMMED if look.lit and not is_lit else 1.0)
    color = look.colors[leaf]
    painter.setPen(QColor(tokens().edge) if _is_lost(color) else Qt.PenStyle.NoPen)
    painter.setBrush(color)
    radius = 2.0 if places.slot >= 6 else 0.0
    painter.drawRoundedRect(box.adjusted(0, -2, 0, 0) if is_lit else box, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    if leaf in look.locked:
        painter.setBrush(QBrush(QColor(255, 255, 255, 150), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(box, radius, radius)
    if leaf in look.selection:
        painter.setBrush(QColor(tokens().text))
        painter.drawRect(QRectF(box.x(), box.bottom() + 2, box.width(), 2))


def _paint_line(painter: QPainter, places: TreePlaces, look: TreeLook, text: str) -> None:
    assert places.cut_y is not None
    is_strong = look.is_line_hot or look.has_focus
    width = 2.0 if is_strong else 1.0
    pen = QPen(QColor(tokens().accent), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([5.0 / width, 3.0 / width])
    painter.setPen(pen)
    painter.drawLine(_crisp(places.left, places.cut_y), _crisp(places.right, places.cut_y))
    if not is_strong or not text:
        return
    font = QFont(painter.font())
    font.setPixelSize(FONT_CAPTION)
    painter.setFont(font)
    room = QFontMetricsF(font).horizontalAdvance(text) + 2 * GRID
    chip = QRectF(places.right - room, max(places.cut_y - GRID, 0.0), room, 2 * GRID)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().accent))
    painter.drawRoundedRect(chip, GRID, GRID)
    painter.setPen(QColor(tokens().accent_text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
