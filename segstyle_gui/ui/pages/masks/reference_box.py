"""How well the masks agree with true ones, over all images."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from segstyle_gui.pipeline.evaluate import EvaluateConfig
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.actions import Actions
from segstyle_gui.ui.pages.masks.references import evaluate_config
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.bars import ScoreBar
from segstyle_gui.ui.widgets.buttons import ghost_button, plain_button
from segstyle_gui.ui.widgets.labels import ElidedLabel, MutedLabel

_NAME = 10 * GRID
_FIGURE = 5 * GRID


class ReferenceBox(QWidget):
    """Import of reference masks, and the IoU of every class."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: dict[str, str] = {}
        self._note = MutedLabel()
        self._table = QWidget()
        self._lines = QVBoxLayout(self._table)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(GRID // 2)
        self.match = QCheckBox(self.tr("Match classes by overlap"))
        self.match.setChecked(True)
        self.match.setToolTip(
            self.tr("Give every class the reference value it overlaps best; off, values must be class ids")
        )
        action = actions.action("masks.import_references")
        self.choose = plain_button(action.text(), "download", action.toolTip())
        self.choose.clicked.connect(action.trigger)
        self.again = ghost_button(
            self.tr("Compare again"), "refresh", self.tr("With the corrections made since")
        )
        self.again.clicked.connect(self.compare_again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self._table, self._note, self.again, self.choose, self.match):
            column.addWidget(widget)
        session.runs_changed.connect(self._run_changed)
        session.status_changed.connect(self._show_stale)
        self.refresh()

    def ask(self) -> None:
        """Let the user choose a folder, without holding the window."""
        dialog = QFileDialog(self, self.tr("Folder of reference masks"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.compare_with)
        dialog.open()

    def compare_with(self, folder: str | Path) -> None:
        """Compare all masks with the label maps of a folder."""
        self._session.run_stage(
            "evaluate", EvaluateConfig(folder=str(folder), hungarian=self.match.isChecked())
        )

    def compare_again(self) -> None:
        """Compare the masks as they are now with the same folder."""
        project, run = self._session.project, self._session.run("evaluation")
        if project is not None and run is not None:
            self._session.run_stage("evaluate", evaluate_config(run, project.path.parent))

    def refresh(self) -> None:
        """Show the current comparison."""
        run = self._session.run("evaluation")
        self._clear()
        self.rows = {}
        if run is None:
            self._note.setText(
                self.tr("Import true masks of some images to see how good the predicted ones are.")
            )
        else:
            self._show(run)
        self._table.setVisible(run is not None)
        self._show_stale()

    def _show(self, run: RunRecord) -> None:
        self._add(self.tr("Mean IoU"), run.summary["mean_iou"])
        for name, iou in run.summary["iou"].items():
            self._add(name, iou)
        compared = self.tr("{0} images compared with {1}.").format(
            f"{run.summary['images']:,}", Path(run.config["folder"]).name
        )
        left_out = len(run.summary.get("skipped", ()))
        more = " " + self.tr("{0} have no reference.").format(f"{left_out:,}") if left_out else ""
        self._note.setText(compared + more)
        self._note.setToolTip(str(run.config["folder"]))

    def _add(self, name: str, iou: float | None) -> None:
        label, bar = ElidedLabel(name), ScoreBar(iou or 0.0)
        figure = ElidedLabel("–" if iou is None else f"{iou:.2f}")
        figure.setProperty("role", "figure")
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        figure.setAccessibleName(self.tr("IoU of {0}: {1}").format(name, figure.text()))
        label.setFixedWidth(_NAME)
        figure.setFixedWidth(_FIGURE)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(bar, 1)
        row.addWidget(figure)
        self._lines.addWidget(line)
        self.rows[name] = figure.text()

    def _clear(self) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()

    def _show_stale(self) -> None:
        status = self._session.status().get("evaluate")
        project = self._session.project
        can_run = project is not None and not project.readonly and self._session.run("masks") is not None
        self.again.setVisible(status is not None and status.state == "stale" and can_run)
        self.choose.setEnabled(can_run)
        self.match.setEnabled(can_run)

    def _run_changed(self, makes: str) -> None:
        if makes == "evaluation":
            self.refresh()
