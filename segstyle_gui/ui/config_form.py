"""A form for any stage's config: made from its fields, checked by the config itself, with presets."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from segstyle_gui.core.settings import setting_of
from segstyle_gui.errors import ConfigError
from segstyle_gui.pipeline.configs import typed_fields
from segstyle_gui.ui.config_fields import FieldFacts
from segstyle_gui.ui.config_row import LABEL_WIDTH, ConfigRow
from segstyle_gui.ui.config_words import OWN, label_of, preset_text
from segstyle_gui.ui.theme.tokens import GRID
from segstyle_gui.ui.widgets.cards import CollapsibleSection
from segstyle_gui.ui.widgets.labels import MutedLabel
from segstyle_gui.ui.widgets.segmented import SegmentedControl

CUSTOM = "custom"
_NARROWEST = 28 * GRID  # px; that the form can be squeezed to
_NARROW = 50 * GRID  # px; below, labels stand above their editors
_NAMED = re.compile(r"^\w+\.(\w+) ")


class ConfigForm(QWidget):
    """Edits one config.

    Parameters
    ----------
    config_type
        The config dataclass; None while it is not known yet (see :meth:`set_config_type`).
    presets
        Configs by name; the first is shown at first. None or empty: the defaults alone.
    basic
        Names of the fields to show at once, in this order and with their help; the others are folded away.
        Empty shows all.

    Signals
    -------
    changed()
        The user changed a value, or chose a preset.
    """

    changed = Signal()

    def __init__(
        self,
        config_type: type[Any] | None,
        presets: Mapping[str, Any] | None = None,
        *,
        basic: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._type: type[Any] | None = None
        self._presets: dict[str, Any] = {}
        self._rows: dict[str, ConfigRow] = {}
        self._base = ""
        self._custom: dict[str, Any] | None = None
        self._chooser: SegmentedControl | None = None
        self._body: QWidget | None = None
        self._problem = QLabel()
        self._problem.setProperty("role", "danger")
        self._problem.setWordWrap(True)
        self._problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        layout.addWidget(self._problem)
        layout.addStretch(1)
        if config_type is None:
            self._body = MutedLabel(self.tr("Loading the settings…"))
            layout.insertWidget(0, self._body)
        else:
            self.set_config_type(config_type, presets, basic=basic)

    def set_config_type(
        self, config_type: type[Any], presets: Mapping[str, Any] | None = None, *, basic: Sequence[str] = ()
    ) -> None:
        """Make the form for a config anew, showing the first preset; tells nothing.

        Raises
        ------
        KeyError
            If ``basic`` names a field that is not there.
        """
        self._type = config_type
        self._presets = dict(presets or {"segstyle": config_type()})
        self._base, self._custom = next(iter(self._presets)), None
        rows = {
            field.name: FieldFacts(field.name, kind, field.default, setting_of(field))
            for field, kind in typed_fields(config_type)
        }
        self._build(rows, list(basic) or list(rows))
        self._show(self._presets[self._base])
        self._set_bases()
        self._grey_out()

    def config(self) -> Any:
        """Return the config that the form shows.

        Raises
        ------
        ConfigError
            If a value, or the values together, are not allowed; the form says so in place, too.
        """
        if self._type is None:
            raise ConfigError(self.tr("The settings are not loaded yet."))
        return self._type(**{name: row.value() for name, row in self._rows.items()})

    def set_config(self, config: Any) -> None:
        """Show a config; the preset is the one that it equals, else Custom. Tells nothing."""
        self._base = next((name for name in self._presets if self._is_preset(name, config)), self._base)
        self._show(config)
        self._set_bases()
        self._after_change()

    @property
    def is_valid(self) -> bool:
        """True when :meth:`config` returns."""
        try:
            self.config()
        except ConfigError:
            return False
        return True

    @property
    def preset(self) -> str:
        """Name of the preset that the form shows, ``"custom"`` for none."""
        return self._base if self._matches(self._base) else CUSTOM

    def row(self, name: str) -> ConfigRow:
        """Return the line of a field."""
        return self._rows[name]

    def set_value(self, name: str, value: Any) -> None:
        """Set one field as if the user had (a dropped folder, for instance)."""
        self._rows[name].set_value(value)
        self._edited()

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _build(self, fields: Mapping[str, FieldFacts], basic: Sequence[str]) -> None:
        if self._body is not None:
            self._body.setParent(None)
            self._body.deleteLater()
        self._body = QWidget()
        layout = QVBoxLayout(self._body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        self._chooser = self._new_chooser(layout) if len(self._presets) > 1 else None
        self._rows = {}
        for name in basic:
            layout.addWidget(self._new_row(fields[name], show_help=True))
        rest = [name for name in fields if name not in basic]
        if rest:
            section = CollapsibleSection(self.tr("More settings"), expanded=False)
            section.body.setSpacing(GRID)
            for name in rest:
                section.body.addWidget(self._new_row(fields[name], show_help=False))
            layout.addWidget(section)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.insertWidget(0, self._body)
        self._fit()

    def _new_row(self, field: FieldFacts, *, show_help: bool) -> ConfigRow:
        row = ConfigRow(field, show_help=show_help)
        row.edited.connect(self._edited)
        self._rows[field.name] = row
        return row

    def _new_chooser(self, layout: QVBoxLayout) -> SegmentedControl:
        items = [(name, preset_text(name)) for name in self._presets]
        chooser = SegmentedControl([*items, (CUSTOM, self.tr("Custom"))], name=self.tr("Preset"))
        chooser.setToolTip(self.tr("Settings that belong together; Custom is what you changed yourself"))
        chooser.changed.connect(self._choose)
        self._chooser_label = QLabel(self.tr("Preset"))
        self._chooser_label.setProperty("role", "muted")
        self._chooser_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self._chooser_label)
        line.addWidget(chooser)
        line.addStretch(1)
        layout.addLayout(line)
        return chooser

    def _choose(self, name: str) -> None:
        """Take all from a preset but what is the user's own; Custom brings the last own values back."""
        if name == CUSTOM:
            for field, value in (self._custom or {}).items():
                self._rows[field].set_value(value)
        else:
            self._keep_custom()
            self._base = name
            for field, row in self._rows.items():
                if field not in OWN:
                    row.set_value(getattr(self._presets[name], field))
            self._set_bases()
        self._after_change()
        self.changed.emit()

    def _keep_custom(self) -> None:
        if self.is_valid and not any(self._matches(name) for name in self._presets):
            self._custom = {name: row.value() for name, row in self._rows.items()}

    def _edited(self) -> None:
        self._after_change()
        self._keep_custom()
        self.changed.emit()

    def _show(self, config: Any) -> None:
        for name, row in self._rows.items():
            row.set_value(getattr(config, name))

    def _set_bases(self) -> None:
        base = self._presets[self._base]
        for name, row in self._rows.items():
            row.set_base(getattr(base, name), preset_text(self._base))

    def _after_change(self) -> None:
        if self._chooser is not None:
            self._chooser.set_current(self.preset)
        self._check()
        self._grey_out()

    def _grey_out(self) -> None:
        """Grey out the fields that need another one which is empty or 0."""
        for row in self._rows.values():
            needs = row.field.known.needs
            if needs:
                row.set_idle(not self._rows[needs].is_given)

    def _check(self) -> None:
        """Say what the config finds wrong: at the field that it names, else below all."""
        found: ConfigError | None = None
        try:
            self.config()
        except ConfigError as error:
            found = error
        named = _NAMED.match(found.message) if found else None
        at = named.group(1) if named and named.group(1) in self._rows else ""
        for name, row in self._rows.items():
            row.set_problem(_spoken(found, name) if found and name == at else "")
        self._problem.setText("" if found is None or at else str(found))
        self._problem.setVisible(bool(self._problem.text()))

    def _matches(self, preset: str) -> bool:
        try:
            return preset in self._presets and self._is_preset(preset, self.config())
        except ConfigError:
            return False

    def _is_preset(self, name: str, config: Any) -> bool:
        fields = [field.name for field in dataclasses.fields(config) if field.name not in OWN]
        return all(getattr(self._presets[name], field) == getattr(config, field) for field in fields)

    def _fit(self) -> None:
        narrow = self.width() < _NARROW
        for row in self._rows.values():
            row.set_narrow(narrow)
        if self._chooser is not None:
            self._chooser_label.setVisible(not narrow)
            self._chooser_label.setFixedWidth(LABEL_WIDTH)


def _spoken(error: ConfigError, name: str) -> str:
    """Return the config's message with the field called as in the form, and its hint."""
    message = _NAMED.sub(f"{label_of(name)} ", error.message, count=1)
    return f"{message} {error.hint}".strip()
