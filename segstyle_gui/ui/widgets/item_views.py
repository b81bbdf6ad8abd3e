"""Lists, trees and tables of comfortable rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTreeView

from segstyle_gui.ui.theme.tokens import ROW


def comfortable(view: QAbstractItemView) -> None:
    """Give a view rows of 32 px, smooth scrolling and quiet headers; call it before it gets its items.

    A tree measures its rows once, often before it is dressed; this dresses it first.
    """
    view.ensurePolished()
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTextElideMode(Qt.TextElideMode.ElideRight)
    if isinstance(view, QTreeView):
        _quiet(view.header())
        view.setAllColumnsShowFocus(True)
    elif isinstance(view, QTableView):
        _quiet(view.horizontalHeader())
        view.verticalHeader().setDefaultSectionSize(ROW)
        view.verticalHeader().setVisible(False)
        view.setShowGrid(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)


def _quiet(header: QHeaderView) -> None:
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
