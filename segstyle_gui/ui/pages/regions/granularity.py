"""The granularity: cutting the merge tree, painted live and stored when it is let go."""

from __future__ import annotations

from PySide6.QtCore import QObject

from segstyle_gui.core.merge_tree import cut_tree
from segstyle_gui.errors import SegStyleError
from segstyle_gui.project.edits import CutTree, apply_edit
from segstyle_gui.ui.pages.regions.feed import RegionFeed
from segstyle_gui.ui.pages.regions.tables import leaf_colors, show_state
from segstyle_gui.ui.pages.regions.tool_row import RegionToolRow
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.views.dendrogram import MergeTreeView
from segstyle_gui.ui.views.gallery import RegionGallery


class Granularity(QObject):
    """Keeps slider, tree and gallery at the same cut.

    Parameters
    ----------
    session, feed
        Where the regions and the merge tree come from.
    gallery, tree, tools
        What shows them.
    """

    def __init__(
        self,
        session: Session,
        feed: RegionFeed,
        gallery: RegionGallery,
        tree: MergeTreeView,
        tools: RegionToolRow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._feed = session, feed
        self._gallery, self._tree, self._tools = gallery, tree, tools
        feed.tree_changed.connect(self._take_tree)
        tools.granularity_moved.connect(self.preview)
        tools.granularity_set.connect(self.commit)
        tree.cut_changed.connect(self._preview_of_tree)
        tree.cut_committed.connect(self.commit)

    def show_state(self) -> None:
        """Show the regions as they are stored."""
        state = self._session.state
        if state is None:
            return
        show_state(self._gallery, state)
        self._tools.show_granularity(len(state.regions))
        if self._feed.linkage is not None:
            self._tree.set_colors(leaf_colors(state))
            self._tree.set_cut(min(len(state.regions), state.n_clusters))

    def preview(self, n_regions: int) -> None:
        """Paint what a cut would give; nothing is stored."""
        state, edit = self._session.state, self._edit(n_regions)
        if state is None or edit is None:
            return
        try:
            shown = apply_edit(state, edit)[0]
        except SegStyleError:
            return
        show_state(self._gallery, shown)
        self._tree.set_colors(leaf_colors(shown))
        self._tree.set_cut(n_regions)

    def _preview_of_tree(self, n_regions: int) -> None:
        """Let the slider follow; to set it while it is dragged would make it forget what to store."""
        self._tools.show_granularity(n_regions)
        self.preview(n_regions)

    def commit(self, n_regions: int) -> None:
        """Cut the tree, as one step of the history."""
        edit = self._edit(n_regions)
        if edit is None or not self._session.apply(edit):
            self.show_state()

    def _edit(self, n_regions: int) -> CutTree | None:
        linkage = self._feed.linkage
        if linkage is None or not 1 <= n_regions <= len(linkage) + 1:
            return None
        return CutTree(tuple(cut_tree(linkage, n_regions).tolist()))

    def _take_tree(self) -> None:
        state, linkage = self._session.state, self._feed.linkage
        if state is not None and linkage is not None:
            self._tree.set_tree(linkage, leaf_colors(state))
            self._tools.set_range(len(linkage) + 1)
            self.show_state()
