"""What is known of a direction, and what it can be used for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.widgets.buttons import primary_button
from segstyle_gui.ui.widgets.labels import FigureRow, MutedLabel, SectionHeader
from segstyle_gui.ui.widgets.segmented import SegmentedControl

SHARES = ("0.3", "0.5", "1.0")


class UseCard(QWidget):
    """Figures of a run, the share of the samples to move, and the button that finds regions with them.

    Signals
    -------
    used(float)
        The user wants regions found with this share of the samples moved.
    """

    used = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunRecord | None = None
        self._alpha = 0.0
        self._why_not = ""
        self.accuracy = FigureRow(self.tr("Told apart when held out"))
        self.accuracy.setToolTip(
            self.tr("Balanced accuracy on samples that the direction was not fitted on; 50 % is a guess")
        )
        self.positives = FigureRow(self.tr("Samples taken to have it"))
        self.before = FigureRow(self.tr("Fit as they are, says CLIP"))
        self.after = FigureRow("")
        for figure in (self.before, self.after):
            figure.setToolTip(
                self.tr("CLIP judges its own choice here: look at the moved samples before use")
            )
        self.channels = FigureRow(self.tr("Style channels moved"))
        self.note = MutedLabel("")
        self.note.setProperty("role", "warning")
        self.share = SegmentedControl([(key, f"{float(key):.0%}") for key in SHARES])
        self.share.setAccessibleName(self.tr("Share of the samples that is moved"))
        self.share.set_current("0.5")
        self.share.changed.connect(self._refresh)
        self.explains = MutedLabel("")
        self.button = primary_button(self.tr("Use these samples"))
        self.button.clicked.connect(self._use)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("What was found")))
        figures = (self.accuracy, self.positives, self.before, self.after, self.channels, self.note)
        for row in figures:
            column.addWidget(row)
        column.addWidget(SectionHeader(self.tr("Share of moved samples")))
        for widget in (self.share, self.explains, self.button):
            column.addWidget(widget)

    def show_run(self, run: RunRecord) -> None:
        """Show the figures of a run."""
        found = run.summary
        self._run, self._alpha = run, float(found["alpha"])
        self.accuracy.set_value(f"{found['accuracy']:.0%}")
        self.positives.set_value(
            self.tr("{0} of {1}").format(f"{found['positives']:,}", f"{found['samples']:,}")
        )
        self.before.set_value(f"{found['share_before']:.0%}")
        self.after.set_name(self.tr("Fit at α = {0}, says CLIP").format(f"{found['alpha']:g}"))
        self.after.set_value(f"{found['share_after']:.0%}")
        channels = found.get("channels", [])
        self.channels.setVisible(bool(channels))
        self.channels.set_value(f"{len(channels):,}")
        self.channels.setToolTip(
            self.tr("α is in their standard deviations: {0}").format(", ".join(channels))
        )
        self.note.setText(str(found.get("note", "")))
        self.note.setVisible(bool(self.note.text()))
        self._refresh()

    def set_alpha(self, alpha: float) -> None:
        """Take the strength of the slider."""
        self._alpha = alpha
        self._refresh()

    def set_blocked(self, why: str) -> None:
        """Say why the samples cannot be used now; empty if they can."""
        self._why_not = why
        self._refresh()

    def _refresh(self, *_: object) -> None:
        why = self._why_not or (self.tr("Choose an α above 0.") if self._alpha <= 0 else "")
        self.button.setEnabled(self._run is not None and not why)
        self.button.setToolTip(why or self.tr("Find regions again, with a part of the samples moved"))
        self.explains.setText(why or self._explained())

    def _explained(self) -> str:
        share = float(self.share.current)
        alpha = f"{self._alpha:g}"
        if share >= 1:
            first = self.tr("Regions are found again in samples that are all moved by α = {0}.").format(alpha)
        else:
            first = self.tr("Regions are found again; {0} of the samples are moved by α = {1}.").format(
                f"{share:.0%}", alpha
            )
        kept = self.tr(
            "Names, classes and merges of the present regions stay; what is new becomes new regions."
        )
        own = self._run is not None and abs(self._alpha - float(self._run.summary["alpha"])) < 1e-6
        again = "" if own else self.tr("The direction is stored with this α first.")
        return " ".join(part for part in (first, kept, again) if part)

    def _use(self) -> None:
        self.used.emit(float(self.share.current))
