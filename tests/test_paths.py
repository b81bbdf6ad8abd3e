from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segstyle_gui import paths


def test_resources_are_those_of_the_checkout() -> None:
    assert paths.resources_dir() == Path(paths.__file__).resolve().parent.parent / "resources"


def test_a_bundle_has_its_own_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources_dir() == tmp_path / "resources"


def test_an_installed_package_keeps_resources_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "segstyle_gui"
    monkeypatch.setattr(paths, "_PACKAGE", package)
    package.mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="resources not found"):
        paths.resources_dir()
    (package / "resources").mkdir()
    assert paths.resources_dir() == package / "resources"
    monkeypatch.delenv("SEGSTYLE_PROJECTS", raising=False)
    assert paths.projects_dir().name == "SegStyle"


def test_the_environment_chooses_the_projects_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGSTYLE_PROJECTS", raising=False)
    assert paths.projects_dir() == Path(paths.__file__).resolve().parent.parent / "projects"
    monkeypatch.setenv("SEGSTYLE_PROJECTS", str(tmp_path))
    assert paths.projects_dir() == tmp_path
