from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from segstyle_gui import app
from segstyle_gui.paths import resources_dir

PACKAGE_ROOT = Path(app.__file__).parent.parent


def environment(place: Path, **values: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    own = {"HOME": place, "XDG_STATE_HOME": place, "XDG_CACHE_HOME": place, "PYTHONPATH": PACKAGE_ROOT}
    return {
        **kept,
        **{key: str(value) for key, value in own.items()},
        "SEGSTYLE_SETTINGS": str(place / "settings.ini"),
        **values,
    }


def start(place: Path, *words: str, **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "segstyle_gui", *words],
        env=environment(place, **values),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
def test_without_a_display_it_says_so_and_ends(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == app.EXIT_NO_WINDOW
    assert "DISPLAY" in done.stderr
    assert "segstyle doctor" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11")
def test_a_display_that_does_not_answer_is_no_crash(tmp_path: Path) -> None:
    done = start(tmp_path, DISPLAY=":4711")
    assert done.returncode == app.EXIT_NO_WINDOW
    assert ":4711" in done.stderr


@pytest.mark.slow
def test_a_project_opens_is_photographed_and_closed(tmp_path: Path) -> None:
    project = shutil.copyfile(resources_dir() / "near_eye" / "sample.segstyle", tmp_path / "Eyes.segstyle")
    picture = tmp_path / "window.png"
    done = start(tmp_path, str(project), QT_QPA_PLATFORM="offscreen", SEGSTYLE_PORTRAIT=str(picture))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    with Image.open(tmp_path / "window-regions.png") as image:
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 1000
    assert list(tmp_path.rglob("segstyle.log")), "the log is in the user's folder"


def test_the_log_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import faulthandler
    import logging

    monkeypatch.setattr("segstyle_gui.paths.log_dir", lambda: tmp_path / "log")
    was_enabled = faulthandler.is_enabled()
    logger = logging.getLogger("segstyle_gui")
    before = list(logger.handlers)
    try:
        with app._log_to_file():
            logger.warning("here")
        assert logger.handlers == before
        assert "here" in (tmp_path / "log" / "segstyle.log").read_text(encoding="utf-8")
    finally:
        logger.setLevel(logging.NOTSET)
        if was_enabled:
            faulthandler.enable()


def test_a_home_that_cannot_be_written_does_not_keep_the_window_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr("segstyle_gui.paths.log_dir", lambda: tmp_path / "log")
    with app._log_to_file():
        pass


def test_the_starting_window_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from segstyle_gui.ui.main_window import MainWindow; "
        "heavy = {'torch', 'sklearn', 'scipy.ndimage', 'pyqtgraph', 'timm', 'open_clip', 'tifffile'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_qt_that_does_not_load_is_told_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr(app, "_prepare_process", lambda: None)
    monkeypatch.setattr("segstyle_gui.pipeline.display.why_no_window", lambda: "")
    monkeypatch.setattr("segstyle_gui.pipeline.qt_libraries.missing_libraries", lambda: ["libGL.so.1"])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(app.importlib, "import_module", fail)
    assert app.main() == app.EXIT_NO_WINDOW
    told = capsys.readouterr().err
    assert "libGL.so.1" in told
    assert "sudo apt install libgl1" in told
