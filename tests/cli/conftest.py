"""The command line called in this process, and small folders for it to work on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from segstyle_gui.cli.app import app
from segstyle_gui.core.generator.checkpoint import save_generator
from segstyle_gui.core.generator.network import Generator
from segstyle_gui.core.near_eye import NearEyeConfig, render_near_eye


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def segstyle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Answer]:
    """Return a function that runs ``segstyle WORD...`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGSTYLE_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setattr("segstyle_gui.paths.log_dir", lambda: tmp_path / "logs")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> Answer:
        result = CliRunner().invoke(app, [str(word) for word in words])
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def eyes(tmp_path: Path) -> Path:
    """A folder of 16 small images."""
    folder = tmp_path / "images"
    folder.mkdir()
    for seed in range(16):
        image, _, _ = render_near_eye(seed, NearEyeConfig(size=16, supersample=1))
        Image.fromarray(image).save(folder / f"eye{seed}.png")
    return folder


@pytest.fixture
def generator_file(tmp_path: Path, tiny_generator: Generator) -> Path:
    """A 16-pixel generator of random weights."""
    file = tmp_path / "generator.safetensors"
    file.write_bytes(save_generator(tiny_generator))
    return file


@pytest.fixture
def with_regions(segstyle: Callable[..., Answer], generator_file: Path) -> str:
    """A project with four regions; its name."""
    small = [
        "--n-clusters",
        6,
        "--n-regions",
        4,
        "--n-samples",
        4,
        "--n-init",
        1,
        "--n-refits",
        0,
        "--grid",
        16,
    ]
    for words in (
        ["new", "Eyes"],
        ["import-generator", "Eyes", generator_file],
        ["find-regions", "Eyes", *small],
    ):
        assert segstyle(*words).code == 0
    return "Eyes"
