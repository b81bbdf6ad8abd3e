"""A suggestion: the generator looks like one of the paper's, and these were the settings of its code."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from segstyle_gui.core.generator.domains import Domain, domain_named
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.session import Session
from segstyle_gui.ui.widgets.buttons import plain_button
from segstyle_gui.ui.widgets.cards import Card
from segstyle_gui.ui.widgets.labels import MutedLabel


class PaperCard(Card):
    """Offers the settings while the panel has others; hidden where nothing was recognised."""

    def __init__(self, session: Session, panel: RunPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self.title = QLabel()
        self.title.setProperty("role", "figure")
        self.title.setWordWrap(True)
        self.text = MutedLabel("")
        self.button = plain_button(self.tr("Take these settings"))
        self.button.clicked.connect(self._take)
        for widget in (self.title, self.text, self.button):
            self.body.addWidget(widget)
        panel.ready.connect(self.refresh)
        panel.config_changed.connect(self.refresh)
        session.runs_changed.connect(self._runs_changed)
        self.refresh()

    @property
    def domain(self) -> Domain | None:
        """What the current generator looks like."""
        run = self._session.run("generator")
        return None if run is None else domain_named(str(run.summary.get("suggested_preset", "")))

    def refresh(self) -> None:
        """Show what is suggested for the current generator."""
        domain, run, form = self.domain, self._session.run("generator"), self._panel.form
        wanted = domain is not None and form is not None
        self.setVisible(wanted and not (form.is_valid and form.config() == domain.config))  # type: ignore[union-attr]
        if domain is None or run is None:
            return
        self.title.setText(self.tr("Looks like the paper's {0}").format(domain.title))
        why = str(run.summary.get("suggested_because", ""))
        settings = self.tr("Its code took layer {0}, ψ {1}, {2} clusters and {3} samples.").format(
            domain.layer, domain.psi, domain.n_clusters, domain.n_samples
        )
        guess = self.tr("A guess: {0}.").format(why)
        self.text.setText(" ".join(part for part in (guess, settings, domain.note) if part))

    def _take(self) -> None:
        domain, form = self.domain, self._panel.form
        if domain is not None and form is not None:
            form.set_config(domain.config)
            self._panel.config_changed.emit()

    def _runs_changed(self, makes: str) -> None:
        if makes == "generator":
            self.refresh()
