"""The right panel of the names page: the names to choose from, the CLIP, and the settings of the stage."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.ui.pages.common.clip_picker import FIELDS, ClipPicker
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.pages.names.prompt_table import PromptTable
from segstyle_gui.ui.pages.names.prompts import PromptLine, lines_of_setting, setting_of_lines
from segstyle_gui.ui.session import Session

SETTING = "names.prompts"  # of the project: [name, synonym, ...] for each line
_BASIC = ("templates",)
_HIDDEN = ("prompts", "margin", *FIELDS)


class NamePanel(QWidget):
    """Keeps the list of names in the project and hands it to the stage.

    Signals
    -------
    margin_changed(float)
        The stage's margin is another one (a preset, a former run).
    """

    margin_changed = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.prompts = PromptTable()
        self.run_panel = RunPanel(
            session,
            "name_regions",
            run_text=self.tr("Suggest names"),
            basic=_BASIC,
            hidden=_HIDDEN,
        )
        self.picker = ClipPicker(session, self.run_panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.prompts, self.picker, self.run_panel):
            column.addWidget(widget)
        column.addStretch(1)
        self.prompts.set_lines(self._known_lines())
        self.prompts.setEnabled(session.project is not None and not session.project.readonly)
        self._hand_over()
        self.prompts.changed.connect(self._keep)
        self.prompts.run_wanted.connect(self.run)
        self.run_panel.ready.connect(self._tell_margin)
        self.run_panel.config_changed.connect(self._tell_margin)

    def run(self) -> None:
        """Suggest names with the present settings."""
        self.run_panel.run()

    def set_margin(self, margin: float) -> None:
        """Set the lead that a name needs."""
        if self.run_panel.form is not None:
            self.run_panel.form.set_value("margin", margin)

    def _known_lines(self) -> tuple[PromptLine, ...]:
        """Return the project's list, else that of the current run, else the one to begin with."""
        project, run = self._session.project, self._session.run("names")
        kept = project.settings().get(SETTING) if project else None
        if kept:
            return tuple(PromptLine(words[0], tuple(words[1:])) for words in kept if words)
        text = run.config.get("prompts", "") if run else ""
        return lines_of_setting(text or NamingConfig().prompts)

    def _keep(self) -> None:
        project = self._session.project
        if project is not None and not project.readonly:
            lines = self.prompts.lines()
            project.set_setting(SETTING, [[line.name, *line.synonyms] for line in lines])
        self._hand_over()

    def _hand_over(self) -> None:
        self.run_panel.set_own(prompts=setting_of_lines(self.prompts.lines()), download=False)

    def _tell_margin(self) -> None:
        form = self.run_panel.form
        if form is not None and form.row("margin").problem == "":
            self.margin_changed.emit(float(form.row("margin").value()))
