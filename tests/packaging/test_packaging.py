from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline.qt_libraries import PACKAGE_OF, WAYLAND_PACKAGE_OF, packages_for

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
BESIDES = {"fonts-dejavu-core", "desktop-file-utils", "shared-mime-info"}  # no libraries


def listed() -> list[list[str]]:
    lines = (PACKAGING / "debian-packages.txt").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def test_the_list_of_packages_is_what_doctor_knows() -> None:
    known = {**PACKAGE_OF, **WAYLAND_PACKAGE_OF}
    for column, system in ((0, "ID=debian\nVERSION_ID=12"), (-1, "ID=debian\nVERSION_ID=13")):
        names = [words[column] for words in listed()]
        assert len(set(names)) == len(names)
        assert set(names) - BESIDES == set(packages_for(known, system=system))


def test_the_spec_is_python() -> None:
    compile((PACKAGING / "segstyle.spec").read_text(encoding="utf-8"), "segstyle.spec", "exec")


def test_every_page_is_a_module_that_the_spec_collects() -> None:
    from segstyle_gui.ui.pages.catalog import PAGES

    assert 'collect_submodules("segstyle_gui")' in (PACKAGING / "segstyle.spec").read_text(encoding="utf-8")
    for info in PAGES:
        assert (ROOT / "segstyle_gui" / "ui" / "pages" / info.key / "__init__.py").is_file(), info.key


def test_installers_bear_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    inno = (PACKAGING / "windows" / "segstyle.iss").read_text(encoding="utf-8")
    assert re.search(rf'^#define AppVersion "{re.escape(version)}"$', inno, re.MULTILINE)


@pytest.mark.parametrize("file", ["windows/segstyle.iss", "macos/create_dmg.sh", "macos/entitlements.plist"])
def test_what_was_never_run_says_so(file: str) -> None:
    assert "NOT YET RUN" in (PACKAGING / file).read_text(encoding="utf-8")


def test_entitlements_are_a_property_list() -> None:
    assert plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="no desktop-file-utils")
def test_the_desktop_entry_is_valid() -> None:
    entry = resources_dir() / "linux" / "applications" / "segstyle.desktop"
    done = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_icons_have_the_size_that_their_folder_says() -> None:
    files = list((resources_dir() / "linux" / "icons" / "hicolor").rglob("*.png"))
    assert len(files) >= 6
    for file in files:
        side = int(file.parts[-3].split("x")[0])
        with Image.open(file) as image:
            assert image.size == (side, side)
            assert image.mode == "RGBA"


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
@pytest.mark.parametrize("script", ["linux/install.sh", "macos/create_dmg.sh"])
def test_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(PACKAGING / script)], check=True)
