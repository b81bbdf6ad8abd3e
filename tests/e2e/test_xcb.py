"""The window on a real X server (Xvfb), with keys and mouse that go through it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

SCENARIOS = (
    "test_the_window_is_on_the_screen",
    "test_the_palette_runs_an_action",
    "test_hover_click_merge_and_undo",
    "test_the_slider_cuts_the_merge_tree",
    "test_a_stroke_is_painted",
    "test_a_question_mark_shows_the_keys",
    "test_the_theme_is_switched_by_hand",
    "test_closing_while_a_stage_runs_asks",
)
_ROOT = Path(__file__).resolve().parents[2]
_FILE = Path(__file__).with_name("xcb_scenarios.py")


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server of one screen."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is not installed (Debian package xvfb)")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as says:
        number = says.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="module")
def outcomes(display: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came of every scenario: empty for passed, else what was said."""
    report = tmp_path_factory.mktemp("xcb") / "report.xml"
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": display, "QT_SCALE_FACTOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(_FILE), "-q", "-p", "no:cacheprovider", f"--junitxml={report}"],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert report.is_file(), done.stdout + done.stderr
    found = {}
    for case in Xml.parse(report).iter("testcase"):
        found[case.attrib["name"]] = "\n".join(
            part.text or part.tag for part in case if part.tag != "system-out"
        )
    return found


@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_by_hand(outcomes: dict[str, str], scenario: str) -> None:
    assert set(outcomes) == set(SCENARIOS)
    assert not outcomes[scenario], outcomes[scenario]
