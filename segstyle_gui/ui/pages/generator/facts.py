"""What the current generator is, and whether it draws images like the project's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.generator_card import FORMATS
from segstyle_gui.pipeline.import_generator import BUNDLED
from segstyle_gui.pipeline.studio import Studio
from segstyle_gui.pipeline.studio_records import GeneratorFacts
from segstyle_gui.project.records import RunRecord
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.labels import FigureRow, MutedLabel, SectionHeader
from segstyle_gui.workers.job import Failure

if TYPE_CHECKING:
    from segstyle_gui.core.fit_check import FitCheck


@dataclass(frozen=True, slots=True)
class Fit:
    """What a check found: a headline, advice and figures, and the kind of the message."""

    headline: str
    text: str
    kind: str  # "success", "info" or "warning"


class FitChecks(QObject):
    """Compares generators with the project's images, each pair once.

    Signals
    -------
    changed
        :attr:`fit` or :attr:`is_busy` is another.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[tuple[int, int], Fit] = {}
        self.is_busy = False
        self.problem = ""

    @property
    def fit(self) -> Fit | None:
        """What is known of the current generator and the current images."""
        key = self._key()
        return self._known.get(key) if key else None

    @property
    def is_possible(self) -> bool:
        """Whether there are images and a generator."""
        return self._key() is not None

    def check(self) -> None:
        """Compare in a job, unless that is done."""
        key, studio, run = self._key(), self._session.studio, self._session.run("generator")
        if key is None or studio is None or self.fit is not None:
            return
        self.is_busy, self.problem = True, ""
        job = self._session.fetch(
            self.tr("Comparing samples with the images"),
            partial(_check, studio, run),
            partial(self._take, key),
            lane="estimate",
            key="generator.fit",
            failed=self._fail,
        )
        job.cancelled.connect(self._stop)
        self.changed.emit()

    def _key(self) -> tuple[int, int] | None:
        images, run = self._session.run("images"), self._session.run("generator")
        return (images.id, run.id) if images is not None and run is not None else None

    def _take(self, key: tuple[int, int], found: FitCheck) -> None:
        self._known[key] = self._spoken(found)
        self._stop()

    def _fail(self, failure: Failure) -> None:
        self.problem = f"{failure.message} {failure.hint}".strip()
        self._stop()

    def _stop(self) -> None:
        self.is_busy = False
        self.changed.emit()

    def _spoken(self, found: FitCheck) -> Fit:
        figures = self.tr(
            "Distance {0}; two halves of your own images are {1} apart. Brightness, contrast, sharpness and"
            " texture are compared, not anatomy."
        ).format(f"{found.distance:.2f}", f"{max(found.baseline, 0.0):.2f}")
        if found.real_shape[0] != found.drawn_shape[0]:
            figures += " " + self.tr(
                "Your images are {0} px a side and it draws {1} px; both were compared at 64 px."
            ).format(found.real_shape[0], found.drawn_shape[0])
        words = {
            "good": (self.tr("It fits your images well"), "success"),
            "fair": (self.tr("It fits your images fairly"), "info"),
            "poor": (self.tr("It fits your images poorly"), "warning"),
            "channels": (self.tr("One is gray and the other in colour"), "warning"),
        }
        advice = {
            "good": "",
            "fair": self.tr("Good enough to start with; one trained on your images will be better."),
            "poor": self.tr("A student that learns from it may fail on your images: train your own."),
            "channels": self.tr("Import the images with the generator's channels, or take another one."),
        }
        headline, kind = words[found.verdict]
        return Fit(headline, f"{advice[found.verdict]} {figures}".strip(), kind)


def _check(studio: Studio, run: RunRecord | None, progress: Progress) -> FitCheck:
    return studio.fit_check(run, progress=progress)


class FactsPanel(QWidget):
    """Size, layers and fit of the current generator."""

    def __init__(self, session: Session, fits: FitChecks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._fits = session, fits
        self._shown_run = -1
        names = {
            "origin": self.tr("From"),
            "format": self.tr("Format"),
            "class": self.tr("Class of the model"),
            "size": self.tr("Image size"),
            "channels": self.tr("Channels"),
            "parameters": self.tr("Parameters"),
            "latents": self.tr("Latents z, w"),
        }
        self.rows = {key: FigureRow(name) for key, name in names.items()}
        self.layers = CollapsibleSection(self.tr("Layers"), expanded=False)
        self.notes = CollapsibleSection(self.tr("What was read"), expanded=False)
        self.licence = MutedLabel("")
        self._build()
        fits.changed.connect(self.refresh)
        session.runs_changed.connect(self._runs_changed)

    def refresh(self) -> None:
        """Show the current generator; its facts are asked for in a job."""
        run = self._session.run("generator")
        self.setVisible(run is not None)
        if run is None:
            return
        self.rows["origin"].set_value(self._origin(run))
        self.licence.setText(self._licence(run))
        self._show_report(run.summary)
        self._show_fit()
        if run.id != self._shown_run and self._session.studio is not None:
            self._shown_run = run.id
            studio = self._session.studio

            def ask(progress: Progress) -> GeneratorFacts:
                return studio.generator_facts(run)

            self._session.fetch(
                self.tr("Reading the generator"), ask, self._show_facts, key="generator.facts"
            )

    def _build(self) -> None:
        self.headline = MutedLabel("")
        self.headline.setProperty("role", "figure")
        self.says = MutedLabel("")
        self.button = plain_button(
            self.tr("Compare with my images"), "compare", self.tr("Draws 256 samples; takes some seconds")
        )
        self.button.clicked.connect(self._fits.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(8)
        column.addWidget(SectionHeader(self.tr("Current generator")))
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for row in self.rows.values():
            rows.addWidget(row)
        column.addLayout(rows)
        column.addWidget(self.layers)
        column.addWidget(self.notes)
        column.addWidget(SectionHeader(self.tr("Fit to your images")))
        for widget in (self.headline, self.says, self.button):
            column.addWidget(widget)
        column.addWidget(SectionHeader(self.tr("Licence")))
        column.addWidget(self.licence)

    def _show_facts(self, facts: GeneratorFacts) -> None:
        words = {1: self.tr("1 (gray)"), 3: self.tr("3 (colour)")}
        self.rows["size"].set_value(f"{facts.resolution} × {facts.resolution}")
        self.rows["channels"].set_value(words.get(facts.channels, str(facts.channels)))
        self.rows["parameters"].set_value(_short(facts.n_parameters))
        self.rows["latents"].set_value(f"{facts.z_dim}, {facts.w_dim}")
        self.layers.set_title(self.tr("{0} layers to cluster").format(len(facts.layers)))
        self.layers.clear()
        for name, size, channels in facts.layers:
            self.layers.body.addWidget(FigureRow(name, f"{size}² × {channels}"))

    def _show_report(self, summary: Mapping[str, Any]) -> None:
        """Show what an import noted of its file; nothing for a generator that was trained here."""
        known = FORMATS.get(str(summary.get("format", "")), "")
        self.rows["format"].setVisible(bool(known))
        self.rows["format"].set_value(known)
        self.rows["class"].setVisible("class_index" in summary)
        self.rows["class"].set_value(
            self.tr("{0} of {1}").format(summary.get("class_index"), summary.get("model_classes"))
        )
        left_out = [f"{row['tensors']}: {row['reason']}." for row in summary.get("left_out", [])]
        lines = [*summary.get("notes", []), *(self.tr("Not needed: {0}").format(line) for line in left_out)]
        self.notes.clear()
        for line in lines:
            self.notes.body.addWidget(MutedLabel(line))
        self.notes.setVisible(bool(lines))

    def _show_fit(self) -> None:
        fit = self._fits.fit
        self.headline.setVisible(fit is not None)
        self.says.setVisible(fit is not None or self._fits.is_busy or not self._fits.is_possible)
        self.button.setVisible(fit is None and not self._fits.is_busy and self._fits.is_possible)
        if fit is not None:
            self.headline.setText(fit.headline)
            self.headline.setProperty("role", fit.kind if fit.kind != "info" else "figure")
            self.headline.style().polish(self.headline)
            self.says.setText(fit.text)
        elif self._fits.is_busy:
            self.says.setText(self.tr("Comparing samples with your images…"))
        elif not self._fits.is_possible:
            self.says.setText(self.tr("Import images to see whether it suits them."))
        if self._fits.problem:
            self.says.setText(self._fits.problem)
            self.says.show()

    def _origin(self, run: RunRecord) -> str:
        source = str(run.summary.get("source", ""))
        if run.stage == "train_generator":
            return self.tr("Trained here, {0} kimg").format(f"{run.summary.get('kimg', 0):,.1f}")
        if source == BUNDLED:
            return self.tr("Bundled near-eye")
        return source.replace("\\", "/").rpartition("/")[2]

    def _licence(self, run: RunRecord) -> str:
        if run.stage == "train_generator":
            return self.tr("Yours, as far as your images are. What it draws can show traces of them.")
        if run.summary.get("source") == BUNDLED:
            return self.tr("MIT, as SegStyle itself. It learnt from rendered eyes; no real one is in it.")
        general = self.tr("See that the licence of this file allows your use; many do for research only.")
        return str(run.summary.get("licence", general))

    def _runs_changed(self, makes: str) -> None:
        if makes in ("generator", "images"):
            self.refresh()


def _short(number: int) -> str:
    if number < 10_000:
        return f"{number:,}"
    return f"{number / 1e6:.1f} M" if number >= 100_000 else f"{number / 1e3:.0f} k"
