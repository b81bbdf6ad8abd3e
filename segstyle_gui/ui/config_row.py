"""One line of a settings form: label, editor, the way back to the preset, and what is to be said below."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from segstyle_gui.errors import ConfigError
from segstyle_gui.ui.config_editors import ComboEditor, SegmentEditor, SwitchEditor, editor_for
from segstyle_gui.ui.config_fields import Editor, FieldFacts
from segstyle_gui.ui.config_number import NumberEditor
from segstyle_gui.ui.config_words import label_of, said, value_text
from segstyle_gui.ui.theme.tokens import CONTROL, GRID
from segstyle_gui.ui.widgets.buttons import icon_button

LABEL_WIDTH = 19 * GRID  # px; of all labels of a form, so that the editors stand in a line
_WIDEST = 16_777_215  # Qt's own bound
_COMPACT = (ComboEditor, NumberEditor, SegmentEditor, SwitchEditor)


class ConfigRow(QWidget):
    """A field of a config.

    Parameters
    ----------
    field
        What the editor is made for.
    show_help
        True writes the help text below the editor, instead of leaving it to the tooltip.

    Signals
    -------
    edited()
        The user changed the value.
    """

    edited = Signal()

    def __init__(self, field: FieldFacts, *, show_help: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._base: Any = field.default
        self._narrow: bool | None = None
        self._editor = editor_for(field)
        self._label = self._new_label()
        self._reset = icon_button("undo", self.tr("Back to the preset"))
        self._reset.clicked.connect(self._go_back)
        self._help = _note("caption", said(field.known.help) if show_help else "")
        self._problem = _note("danger", "")
        self._build()
        self.editor.edited.connect(self._tell)
        self.set_value(field.default)

    @property
    def editor(self) -> Editor:
        """The editor, which is a widget too."""
        return cast(Editor, self._editor)

    @property
    def label(self) -> str:
        """What the field is called."""
        return label_of(self.field.name)

    @property
    def problem(self) -> str:
        """What is wrong with the value, empty for nothing."""
        return self._problem.text()

    @property
    def is_changed(self) -> bool:
        """True when the value is another than the one to go back to."""
        try:
            return bool(self.value() != self._base)
        except ConfigError:
            return True

    @property
    def is_given(self) -> bool:
        """True unless the value is empty or 0."""
        try:
            return bool(self.value())
        except ConfigError:
            return True

    def value(self) -> Any:
        """Return the value; ConfigError if what was written is none."""
        return self.editor.config_value()

    def set_value(self, value: Any) -> None:
        """Show a value; tells nothing."""
        self.editor.set_config_value(value)
        self._reset.setVisible(self.is_changed)

    def set_base(self, value: Any, source: str) -> None:
        """Take ``value`` as the one to go back to; ``source`` says whose it is (a preset's title)."""
        self._base = value
        tip = self.tr("Back to {0} ({1})").format(value_text(value), source)
        self._reset.set_tip(tip)
        self._reset.setAccessibleName(f"{self.label}: {tip}")
        self._reset.setVisible(self.is_changed)

    def set_problem(self, text: str) -> None:
        """Say what is wrong with the value, in place of the help; empty for nothing."""
        if text == self.problem:
            return
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self._help.setVisible(bool(self._help.text()) and not text)
        self._editor.setProperty("invalid", bool(text))
        self._editor.style().unpolish(self._editor)
        self._editor.style().polish(self._editor)

    def set_idle(self, idle: bool) -> None:
        """Grey the line out while its field plays no part."""
        self._label.setEnabled(not idle)
        self._editor.setEnabled(not idle)

    def set_narrow(self, narrow: bool) -> None:
        """Put the label above the editor instead of beside it."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        grid = cast(QGridLayout, self.layout())
        grid.removeWidget(self._label)
        side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignRight
        self._label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self._label.setMinimumSize(0 if narrow else LABEL_WIDTH, 0 if narrow else CONTROL)
        self._label.setMaximumWidth(_WIDEST if narrow else LABEL_WIDTH)
        if narrow:
            grid.addWidget(self._label, 0, 1)
        else:
            grid.addWidget(self._label, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.setHorizontalSpacing(0 if narrow else 2 * GRID)

    def _new_label(self) -> QLabel:
        label = QLabel(self.label)
        label.setProperty("role", "muted")
        label.setBuddy(self._editor)
        label.setWordWrap(True)
        help_text = said(self.field.known.help)
        tip = f"<b>{self.label}</b><br>{help_text}" if help_text else self.label
        for widget in (label, self._editor):
            widget.setToolTip(tip)
        return label

    def _build(self) -> None:
        place = QHBoxLayout()
        place.setContentsMargins(0, 0, 0, 0)
        place.setSpacing(GRID // 2)
        compact = isinstance(self._editor, _COMPACT)
        place.addWidget(self._editor, 0 if compact else 1)
        place.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignTop)
        if compact:
            place.addStretch(1)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(GRID // 2)
        grid.addLayout(place, 1, 1)
        grid.addWidget(self._help, 2, 1)
        grid.addWidget(self._problem, 3, 1)
        grid.setColumnStretch(1, 1)
        self.set_narrow(False)

    def _tell(self) -> None:
        self._reset.setVisible(self.is_changed)
        self.edited.emit()

    def _go_back(self) -> None:
        self.set_value(self._base)
        self._editor.setFocus()
        self.edited.emit()


def _note(role: str, text: str) -> QLabel:
    note = QLabel(text)
    note.setProperty("role", role)
    note.setWordWrap(True)
    if not text:  # showing it here, without a parent, would open a window
        note.hide()
    return note
