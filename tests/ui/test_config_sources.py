"""Choosing where a training starts: things with a name, or a file from a dialog, a drop or a stored run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QHelpEvent
from PySide6.QtWidgets import QFileDialog, QToolTip

from segstyle_gui.core.generator.config import TrainConfig
from segstyle_gui.ui.config_form import ConfigForm
from segstyle_gui.ui.config_sources import SOURCES, SourceEditor

FILE = "/data/models/a-generator-with-a-rather-long-name-2048-ffhq.safetensors"


@pytest.fixture
def form(qtbot):
    made = ConfigForm(TrainConfig, basic=("start_from",))
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    return made


@pytest.fixture
def editor(form) -> SourceEditor:
    made = form.row("start_from").editor
    assert isinstance(made, SourceEditor)
    return made


@pytest.fixture
def asked(monkeypatch):
    """What the dialog answers (the first), and with which path and kinds of files it was opened."""
    answer = [FILE]

    def ask(parent, title, start, kinds):
        answer.append((start, kinds))
        return answer[0], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    return answer


def texts(editor) -> list[str]:
    return [editor.itemText(index) for index in range(editor.count()) if editor.itemText(index)]


def choose(editor, text) -> None:
    index = editor.findText(text)
    editor.setCurrentIndex(index)
    editor.activated.emit(index)


@pytest.mark.parametrize("value", ["", "project", "near-eye", FILE, "no-such-file", "~/a/b.pkl"])
def test_every_value_comes_back_as_it_was(form, editor, value):
    form.set_config(TrainConfig(start_from=value))
    assert form.config().start_from == value
    named = dict(SOURCES["start_from"])
    assert editor.currentText() == named.get(value, Path(value).name)
    assert editor.path == ("" if value in named else value)


def test_a_choice_is_told_once_and_can_be_taken_back(form, editor, qtbot):
    told = []
    form.changed.connect(lambda: told.append(form.config().start_from))
    choose(editor, "Bundled near-eye generator")
    choose(editor, "Bundled near-eye generator")
    assert told == ["near-eye"]
    qtbot.mouseClick(form.row("start_from")._reset, Qt.MouseButton.LeftButton)
    assert told == ["near-eye", ""]
    assert editor.currentText() == "Nothing (random weights)"


def test_the_last_line_asks_for_a_file(form, editor, asked):
    told = []
    form.changed.connect(lambda: told.append(form.config().start_from))
    choose(editor, "A file…")
    assert (told, editor.path) == ([FILE], FILE)
    assert "*.safetensors *.pkl *.pt" in asked[-1][1]
    asked[0] = "/data/other.pt"
    choose(editor, "A file…")
    assert asked[-1][0] == FILE, "the dialog opens where the last file was"
    assert texts(editor) == [*(text for _, text in SOURCES["start_from"]), "other.pt", "A file…"]


def test_a_dialog_without_an_answer_changes_nothing(form, editor, asked):
    told = []
    form.changed.connect(lambda: told.append(True))
    asked[0] = ""
    for value in ("project", FILE):
        editor.set_config_value(value)
        shown = editor.currentText()
        choose(editor, "A file…")
        assert (editor.config_value(), editor.currentText(), told) == (value, shown, [])


def test_a_file_stays_in_the_list_to_go_back_to(editor):
    editor.set_config_value(FILE)
    choose(editor, "The project's generator")
    assert (editor.config_value(), editor.path) == ("project", "")
    choose(editor, Path(FILE).name)
    assert editor.config_value() == FILE


def test_the_whole_path_is_the_tooltip(editor, monkeypatch):
    shown = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: shown.append(text))
    tip = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), QPoint(5, 5))
    editor.event(tip)
    assert shown == []
    editor.set_config_value(FILE)
    editor.event(tip)
    assert shown == [FILE]


def test_a_long_name_does_not_widen_the_form(form, editor):
    before = form.minimumSizeHint().width(), editor.minimumSizeHint().width()
    editor.set_config_value(FILE)
    assert (form.minimumSizeHint().width(), editor.minimumSizeHint().width()) == before
    assert not editor.grab().isNull()


def test_arrows_open_the_list_and_the_file_is_not_asked_for_on_the_way(editor, qtbot, asked):
    editor.set_config_value("near-eye")
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    view = editor.view()
    assert view.isVisible()
    assert editor.config_value() == "near-eye"
    assert len(asked) == 1
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert editor.config_value() == "project"


def test_what_there_is_not_cannot_be_chosen(editor, qtbot):
    editor.offer("project", False, "The project has no generator yet")
    item = editor.model().index(1, 0)
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert item.data(Qt.ItemDataRole.ToolTipRole) == "The project has no generator yet"
    editor.offer("project", True)
    assert item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert not item.data(Qt.ItemDataRole.ToolTipRole)


def test_a_dropped_file_is_taken_and_a_folder_is_not(form, editor, tmp_path):
    file = tmp_path / "a.pt"
    file.touch()
    for path, wanted in ((tmp_path, ""), (file, str(file))):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        editor.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none))
        assert form.config().start_from == wanted


def test_each_field_with_sources_is_a_text_of_the_config():
    fields = {field.name: field for field in dataclasses.fields(TrainConfig)}
    for name, named in SOURCES.items():
        assert fields[name].default == named[0][0]
