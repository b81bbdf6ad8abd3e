"""The merge tree of clusters with the cut that makes them regions."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstyle_gui.ui.theme.theme import theme_signals
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.views.dendrogram_painter import TreeLook, TreePlaces, paint_tree
from segstyle_gui.ui.views.tree_layout import TreeLayout, lay_out_tree

_HEIGHT, _LOWEST, _HIGHEST = 10 * GRID, 9 * GRID, 12 * GRID
_REACH = 5.0  # px from the line or a branch at which the pointer still means it
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}


class MergeTreeView(QWidget):
    """Leaves in the colours of their regions, branches above, and a dashed line to drag.

    The line cuts the tree: what hangs together below it is a region. Arrows move it too.

    Signals
    -------
    cut_changed(int)
        Number of regions while the line is moved.
    cut_committed(int)
        Number of regions when the line is let go.
    cluster_hovered(int | None)
        The cluster whose leaf is under the pointer.
    clusters_clicked(tuple, Qt.KeyboardModifier)
        The cluster of a leaf, or all those below a branch.
    """

    cut_changed = Signal(int)
    cut_committed = Signal(int)
    cluster_hovered = Signal(object)
    clusters_clicked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(_LOWEST)
        self.setMaximumHeight(_HIGHEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Merge tree"))
        self.setToolTip(
            self.tr("Drag the dashed line up for fewer regions, down for more. Click a branch to select it.")
        )
        self._tree: TreeLayout | None = None
        self._look = TreeLook()
        self._n_regions: int | None = None
        self._hovered: int | None = None  # leaf
        self._dragged_to: float | None = None  # height of the line while it is dragged
        theme_signals().changed.connect(self.update)

    # what is shown

    def set_tree(self, linkage: NDArray[np.floating], leaf_colors: NDArray[np.uint8]) -> None:
        """Show another tree; forgets cut, selection and locks.

        Parameters
        ----------
        linkage
            (K - 1, 4) as ``ward_linkage`` returns it, K from 2; with no rows the view is empty.
        leaf_colors
            (K, 3 or 4) uint8 colour of the region that each cluster is in.

        Raises
        ------
        ValueError
            If the lengths do not match.
        """
        self._tree = lay_out_tree(linkage) if len(linkage) else None
        self._look = TreeLook()
        self._n_regions = self._dragged_to = None
        if self._tree:
            self.set_colors(leaf_colors)
        self.update()

    def set_colors(self, leaf_colors: NDArray[np.uint8]) -> None:
        """Colour the leaves, (K, 3 or 4) uint8; raises ``ValueError`` for another length."""
        if self._tree and len(leaf_colors) != self._tree.n_leaves:
            raise ValueError(f"{len(leaf_colors)} colours for {self._tree.n_leaves} leaves")
        colors = tuple(QColor(*(int(channel) for channel in color[:3])) for color in leaf_colors)
        self._change(colors=colors)

    def set_cut(self, n_regions: int | None) -> None:
        """Draw the line where it leaves this many regions; None draws no line."""
        self._n_regions = n_regions
        if n_regions is not None:
            self.setAccessibleDescription(self._count(n_regions))
        self.update()

    def set_locked(self, clusters: Collection[int]) -> None:
        """Hatch the leaves of these clusters."""
        self._change(locked=frozenset(clusters))

    def set_selection(self, clusters: Collection[int]) -> None:
        """Underline the leaves of these clusters."""
        self._change(selection=frozenset(clusters))

    def set_hover(self, clusters: Collection[int]) -> None:
        """Light up the leaves of these clusters and dim all others; an empty collection ends it."""
        self._change(lit=frozenset(clusters))

    def _change(self, **changes: object) -> None:
        look = self._look.changed(**changes)
        if look != self._look:
            self._look = look
            self.update()

    @property
    def n_regions(self) -> int | None:
        """Number of regions at the line, None without one."""
        return self._n_regions

    def places(self) -> TreePlaces | None:
        """Return where everything is drawn, in px; None without a tree."""
        if self._tree is None:
            return None
        height = self._dragged_to
        if height is None and self._n_regions is not None:
            height = self._tree.cut_height(self._n_regions)
        return TreePlaces(self._tree, self.width(), self.height(), height)

    # events

    def sizeHint(self) -> QSize:
        """Return the usual size."""
        return QSize(80 * GRID, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tree."""
        places = self.places()
        if places:
            painter = QPainter(self)
            text = "" if self._n_regions is None else self._count(self._n_regions)
            paint_tree(painter, places, self._look.changed(has_focus=self.hasFocus()), text)
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line, or click leaves."""
        places = self.places()
        if event.button() != Qt.MouseButton.LeftButton or places is None:
            return
        if places.is_at_cut(event.position().y(), _REACH):
            self._drag_to(event.position().y())
            return
        node = places.node_at(event.position(), _REACH)
        if node is not None:
            self.clusters_clicked.emit(places.tree.leaves(node), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the line, or light up what is under the pointer."""
        if self._dragged_to is not None:
            self._drag_to(event.position().y())
        elif not event.buttons():
            self._point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the line go."""
        if self._dragged_to is not None and event.button() == Qt.MouseButton.LeftButton:
            self._dragged_to = None
            self.update()
            if self._n_regions is not None:
                self.cut_committed.emit(self._n_regions)

    def leaveEvent(self, event: QEvent) -> None:
        """Note that the pointer has left."""
        self._change(branch=None, is_line_hot=False)
        self._hover_leaf(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line by one region."""
        step = _KEYS.get(Qt.Key(event.key()))
        if step is None or self._tree is None or self._n_regions is None:
            super().keyPressEvent(event)
        else:
            self._cut(min(max(self._n_regions + step, 1), self._tree.n_leaves))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let the line go."""
        if event.key() in _KEYS and not event.isAutoRepeat() and self._n_regions is not None:
            self.cut_committed.emit(self._n_regions)
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that arrows move the line."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that arrows do not move the line."""
        self.update()

    def _drag_to(self, y: float) -> None:
        places = self.places()
        if places:
            self._dragged_to = places.height_at(y)
            self._cut(places.tree.n_regions_at(self._dragged_to))
            self._change(is_line_hot=True)
            self.update()

    def _count(self, n_regions: int) -> str:
        return self.tr("1 region") if n_regions == 1 else self.tr("{0} regions").format(n_regions)

    def _cut(self, n_regions: int) -> None:
        if n_regions != self._n_regions:
            self.set_cut(n_regions)
            self.cut_changed.emit(n_regions)

    def _point_at(self, position: QPointF) -> None:
        places = self.places()
        if places is None:
            return
        is_line_hot = places.is_at_cut(position.y(), _REACH)
        node = None if is_line_hot else places.node_at(position, _REACH)
        is_leaf = node is not None and node < places.tree.n_leaves
        self._change(branch=node, is_line_hot=is_line_hot)
        self._hover_leaf(node if is_leaf else None)
        if is_line_hot:
            self.setCursor(Qt.CursorShape.SizeVerCursor)
        else:
            self.unsetCursor()

    def _hover_leaf(self, leaf: int | None) -> None:
        if leaf != self._hovered:
            self._hovered = leaf
            self.cluster_hovered.emit(leaf)
