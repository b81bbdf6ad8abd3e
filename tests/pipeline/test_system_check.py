from __future__ import annotations

import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from segstyle_gui.paths import resources_dir
from segstyle_gui.pipeline import system_check

Usage = namedtuple("Usage", "total used free")


def test_every_check_has_a_name_of_its_own_and_faults_say_what_to_do() -> None:
    checks = system_check.system_checks()
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)
    assert {"device", "packages", "Qt", "display", "projects folder", "resources", "disk"} <= set(names)
    assert all(check.found for check in checks)
    assert all(check.next_step for check in checks if not check.ok)


def test_the_cpu_is_no_fault() -> None:
    check = system_check._device("cpu", "")
    assert check.ok
    assert check.found.startswith("cpu")
    assert "works, slower" in check.found


def test_a_card_that_is_not_used_is_mentioned() -> None:
    assert system_check._gpu_step("", driver=False) == ""
    assert "CUDA build" in system_check._gpu_step("", driver=True)
    assert "13.0" in system_check._gpu_step("13.0", driver=True)


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_check.shutil, "disk_usage", lambda folder: Usage(10**12, 10**12, 10**8))
    check = next(check for check in system_check._folders() if check.name == "disk")
    assert not check.ok
    assert "0.1 GB" in check.found


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(system_check.tempfile, "TemporaryFile", refuse)
    check = system_check._writable("cache folder", tmp_path / "new", "Name another.")
    assert not check.ok
    assert "Permission denied" in check.found
    assert check.next_step == "Name another."


def test_resources_are_complete_here() -> None:
    assert system_check._resources().ok


def test_a_missing_resource_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = tmp_path / "resources"
    shutil.copytree(resources_dir() / "icons", part / "icons")
    monkeypatch.setattr("segstyle_gui.paths.resources_dir", lambda: part)
    check = system_check._resources()
    assert not check.ok
    assert "near_eye/sample.segstyle" in check.found


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_check, "_PACKAGES", ("numpy", "no-such-package"))
    check = next(check for check in system_check._computer() if check.name == "packages")
    assert check.next_step == "pip install no-such-package"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    check = next(check for check in system_check._computer() if check.name == "packages")
    assert check.next_step == "Reinstall SegStyle."
