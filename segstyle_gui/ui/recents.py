"""Keeps the list of recent projects true: when one is opened, worked on and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from segstyle_gui.core.progress import Progress
from segstyle_gui.paths import cache_dir
from segstyle_gui.project.store import Project
from segstyle_gui.ui.preferences import Preferences, RecentProject
from segstyle_gui.ui.session import Session

_SIDE = 2  # the thumbnail shows _SIDE × _SIDE images


class RecentKeeper(QObject):
    """Writes the open project into the recent projects, with a picture of its first images."""

    def __init__(self, session: Session, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._preferences = session, preferences
        session.project_opened.connect(self._remember)
        session.runs_changed.connect(self._remember)
        session.project_closing.connect(self._note)

    def _remember(self) -> None:
        project = self._session.project
        if project is None:
            return
        self._note()
        if project.current("images") is not None:
            self._session.fetch(
                self.tr("Thumbnail of the project"),
                lambda progress: _save_picture(project, progress),
                self._picture_saved,
            )

    def _picture_saved(self, path: str) -> None:
        self._note(path)

    def _note(self, thumbnail: str = "") -> None:
        project = self._session.project
        if project is None:
            return
        path = str(project.path)
        known = {recent.path: recent for recent in self._preferences.recents()}
        before = known.get(path)
        self._preferences.add_recent(
            RecentProject(
                path=path,
                opened=datetime.now(UTC).isoformat(timespec="seconds"),
                summary=self._summary(project),
                thumbnail=thumbnail or (before.thumbnail if before else ""),
            )
        )

    def _summary(self, project: Project) -> str:
        images = project.current("images")
        parts = [self.tr("{0} images").format(f"{images.summary.get('images', 0):,}")] if images else []
        masks, student, state = project.current("masks"), project.current("student"), project.region_state
        if masks is not None:
            parts.append(self.tr("{0} masks").format(f"{masks.summary.get('images', 0):,}"))
        elif student is not None:
            parts.append(self.tr("student trained"))
        elif state is not None:
            parts.append(self.tr("{0} regions").format(len(state.regions)))
        elif project.current("generator") is not None:
            parts.append(self.tr("generator ready"))
        return " · ".join(parts) or self.tr("empty")


def _save_picture(project: Project, progress: Progress) -> str:
    """Write a PNG of the first images into the cache and return its path."""
    run = project.current("images")
    if run is None:
        return ""
    pictures = project.array(run, "thumbnails", slice(0, _SIDE * _SIDE))
    if pictures.ndim == 3:
        pictures = pictures[..., None]
    if len(pictures) < _SIDE * _SIDE:
        pictures = pictures[:1]
    rows = int(np.sqrt(len(pictures)))
    mosaic = np.concatenate(
        [np.concatenate(pictures[r * rows : (r + 1) * rows], axis=1) for r in range(rows)]
    )
    rgb = np.ascontiguousarray(np.broadcast_to(mosaic, (*mosaic.shape[:2], 3)))
    folder = Path(cache_dir()) / "projects"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{project.uuid}.png"
    QImage(rgb.data, rgb.shape[1], rgb.shape[0], 3 * rgb.shape[1], QImage.Format.Format_RGB888).save(
        str(path)
    )
    return str(path)
