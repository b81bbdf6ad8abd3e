"""The picker of CLIP models: what it says of each, and that nothing is downloaded unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from segstyle_gui.core.clip import cache, catalog
from segstyle_gui.core.clip.choice import ClipChoice
from segstyle_gui.core.progress import Progress
from segstyle_gui.errors import ModelFileError
from segstyle_gui.ui.pages.common.clip_picker import ClipPicker
from segstyle_gui.ui.pages.common.run_panel import RunPanel
from segstyle_gui.ui.session import Session

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def there() -> set[str]:
    """Names of the models that are on this computer."""
    return {"near-eye"}


@pytest.fixture
def picker(
    open_session: Session,
    qtbot: QtBot,
    idle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
) -> ClipPicker:
    def clip_catalog() -> tuple[ClipChoice, ...]:
        facts = (("near-eye", "", 13, "eyes"), ("RN50", "openai", 408, "photographs"))
        return tuple(
            ClipChoice(name=n, tag=t, size_mb=s, licence="MIT", good_for=g, available=n in there)
            for n, t, s, g in facts
        )

    monkeypatch.setattr(catalog, "clip_catalog", clip_catalog)
    panel = RunPanel(open_session, "name_regions", run_text="Suggest")
    made = ClipPicker(open_session, panel)
    for widget in (panel, made):
        qtbot.addWidget(widget)
        widget.show()
    made.activate()
    idle()
    qtbot.waitUntil(lambda: panel.form is not None, timeout=10_000)
    made.refresh()
    return made


def _pick(picker: ClipPicker, title: str) -> None:
    number = picker.combo.findText(title)
    assert number >= 0
    picker.combo.setCurrentIndex(number)
    picker.combo.activated.emit(number)


def test_it_says_size_licence_and_use(picker: ClipPicker) -> None:
    titles = [picker.combo.itemText(n) for n in range(picker.combo.count())]
    assert titles == ["Automatic", "Near eye (bundled)", "RN50 · openai"]
    assert picker.combo.currentText() == "Automatic"
    _pick(picker, "RN50 · openai")
    assert (picker.settings().model, picker.settings().pretrained) == ("RN50", "openai")
    for words in ("408 MB", "MIT", "photographs", "not downloaded"):
        assert words in picker.about.text()


def test_a_download_is_asked_for_and_reported(
    picker: ClipPicker,
    qtbot: QtBot,
    idle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
) -> None:
    asked: list[Any] = []

    def download(name: str, tag: str, *, progress: Progress) -> Path:
        asked.append((name, tag))
        progress.report(1, 2, "half of it")
        there.add(name)
        return Path("weights")

    monkeypatch.setattr(cache, "download_weights", download)
    assert not picker.download.isVisible()
    _pick(picker, "RN50 · openai")
    assert picker.download.isVisible()
    qtbot.mouseClick(picker.download.ask, LEFT)
    assert "408 MB" in picker.download._says.text()
    qtbot.mouseClick(picker.download.decline, LEFT)
    idle()
    assert not asked
    qtbot.mouseClick(picker.download.ask, LEFT)
    qtbot.mouseClick(picker.download.agree, LEFT)
    idle()
    assert asked == [("RN50", "openai")]
    assert "on this computer" in picker.about.text()
    assert not picker.download.isVisible()


def test_a_download_that_fails_says_why(
    picker: ClipPicker, qtbot: QtBot, idle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(name: str, tag: str, *, progress: Progress) -> Path:
        raise ModelFileError("No way to the hub.", hint="Take a file.")

    monkeypatch.setattr(cache, "download_weights", download)
    _pick(picker, "RN50 · openai")
    qtbot.mouseClick(picker.download.ask, LEFT)
    qtbot.mouseClick(picker.download.agree, LEFT)
    idle()
    assert picker.download._says.text() == "No way to the hub. Take a file."
    assert picker.download.ask.isVisible()


def test_a_local_file_and_any_other_model_are_shown(
    picker: ClipPicker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = str(tmp_path / "own.safetensors")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (file, ""))
    picker.choose_file()
    assert picker.settings().weights_file == file
    assert picker.combo.currentText() == "own.safetensors"
    _pick(picker, "Automatic")
    assert picker.settings().weights_file == ""
    form = picker._panel.form
    assert form is not None
    form.set_value("model", "RN101")
    assert picker.combo.currentText() == "RN101 · openai"
