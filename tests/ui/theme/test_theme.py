"""Switching between dark and light while the application runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTreeView
from pytestqt.qtbot import QtBot

from segstyle_gui.ui.theme import theme as theme_module
from segstyle_gui.ui.theme.fonts import ui_font
from segstyle_gui.ui.theme.glyphs import GLYPHS, glyph_files
from segstyle_gui.ui.theme.stylesheet import build_stylesheet
from segstyle_gui.ui.theme.theme import apply_theme, theme_signals, token_color, tokens
from segstyle_gui.ui.theme.tokens import DARK, LIGHT
from segstyle_gui.ui.widgets.item_views import comfortable


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> Iterator[None]:
    apply_theme(qapp, "dark")
    yield
    apply_theme(qapp, "dark")


def test_switching_changes_tokens_palette_and_style_sheet(qapp: QApplication, qtbot: QtBot) -> None:
    dark_sheet = qapp.styleSheet()
    with qtbot.waitSignal(theme_signals().changed, timeout=1000):
        apply_theme(qapp, "light")
    assert tokens() is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.canvas)
    assert qapp.styleSheet() != dark_sheet
    assert LIGHT.accent in qapp.styleSheet()


def test_the_same_theme_again_says_nothing(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme_signals().changed):
        apply_theme(qapp, "dark")


def test_system_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hints:
        scheme = Qt.ColorScheme.Light

        def colorScheme(self) -> Qt.ColorScheme:
            return self.scheme

        def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
            self.asked = scheme

    hints = Hints()
    monkeypatch.setattr(type(qapp), "styleHints", lambda _: hints)
    apply_theme(qapp, "system")
    assert tokens() is LIGHT
    hints.scheme = Qt.ColorScheme.Unknown
    follower = qapp.findChild(theme_module._Follower, "theme")
    assert follower is not None
    follower._on_scheme()
    assert tokens() is DARK  # where the system does not say
    apply_theme(qapp, "dark")
    hints.scheme = Qt.ColorScheme.Light
    follower._on_scheme()
    assert tokens() is DARK  # asked for, so the system no longer matters
    assert hints.asked == Qt.ColorScheme.Dark


def test_an_unknown_mode_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="dark, light"):
        apply_theme(qapp, "sepia")  # type: ignore[arg-type]


def test_shown_widgets_change_their_looks(qapp: QApplication, qtbot: QtBot) -> None:
    label = QLabel("quiet")
    label.setProperty("role", "muted")
    button = QPushButton("Go")
    for widget in (label, button):
        qtbot.addWidget(widget)
        widget.resize(120, 40)
        widget.show()
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.muted)
    assert button.grab().toImage().pixelColor(10, 20) == QColor(DARK.raised)
    apply_theme(qapp, "light")
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(LIGHT.muted)
    assert button.grab().toImage().pixelColor(10, 20) == QColor(LIGHT.raised)


def test_disabled_words_are_faint(qapp: QApplication) -> None:
    palette = qapp.palette()
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text):
        assert palette.color(QPalette.ColorGroup.Disabled, role) == QColor(DARK.faint)


def test_a_style_sheet_with_an_unknown_colour_is_refused() -> None:
    with pytest.raises(KeyError):
        build_stylesheet(DARK, {})


def test_the_style_sheet_is_understood(qapp: QApplication, capfd: pytest.CaptureFixture[str]) -> None:
    qapp.setStyleSheet(build_stylesheet(LIGHT, glyph_files(LIGHT)))
    qapp.setStyleSheet(build_stylesheet(DARK, glyph_files(DARK)))
    assert "parse" not in capfd.readouterr().err


def test_glyphs_fall_back_where_the_cache_cannot_be_written(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path_factory.mktemp("blocked") / "file"
    blocked.write_text("no folder")
    monkeypatch.setattr("segstyle_gui.ui.theme.glyphs.cache_dir", lambda: blocked)
    files = glyph_files(DARK)
    assert set(files) == set(GLYPHS)
    assert all(path.endswith(".png") and not path.startswith(str(blocked)) for path in files.values())


def test_the_font_has_figures_of_equal_width(qapp: QApplication) -> None:
    font = ui_font()
    assert font.pixelSize() == 13
    assert qapp.font().pixelSize() == 13


def test_a_colour_takes_an_opacity() -> None:
    color = token_color("accent", 0.5)
    assert color.name() == DARK.accent
    assert color.alphaF() == pytest.approx(0.5, abs=0.01)


def test_rows_of_a_comfortable_tree_are_32_px_high(qtbot: QtBot) -> None:
    from PySide6.QtGui import QStandardItem, QStandardItemModel

    view = QTreeView()
    qtbot.addWidget(view)
    comfortable(view)
    model = QStandardItemModel()
    model.appendRow(QStandardItem("iris"))
    view.setModel(model)
    view.expandAll()
    view.show()
    assert view.visualRect(model.index(0, 0)).height() == 32
