"""Generators of other programs, imported into a project: report, class, discriminator, card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import (
    nvidia_discriminator,
    nvidia_weights,
    rosinality_weights,
    tensorflow_weights,
    widths,
    write_nvidia,
    write_rosinality,
    write_tensorflow,
)

from segstyle_gui.cli.results import summary_lines
from segstyle_gui.core.generator.discriminator import Discriminator
from segstyle_gui.core.generator.foreign.report import ConditionalGeneratorError
from segstyle_gui.errors import ConfigError, ModelFileError
from segstyle_gui.pipeline.artifacts import load_generator
from segstyle_gui.pipeline.generator_card import FORMATS, inspect_generator
from segstyle_gui.pipeline.studio import Studio, _fit_images

CHANNELS = widths(16, 128, 8)
FILES: dict[str, Any] = {
    "nvidia-pytorch": lambda path: write_nvidia(path, nvidia_weights(CHANNELS, colours=1)),
    "nvidia-tensorflow": lambda path: write_tensorflow(path, tensorflow_weights(CHANNELS, colours=1)),
    "rosinality": lambda path: write_rosinality(path, rosinality_weights(CHANNELS, colours=1)),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_imported_and_works(bench: Any, tmp_path: Path, name: str) -> None:
    path = FILES[name](tmp_path / "net.file")
    bench.run("import_images")
    record = bench.run("import_generator", source=str(path))
    summary = record.summary
    assert summary["format"] == name
    assert name in FORMATS
    assert summary["used"] > 40
    assert summary["layers"]["b16.conv1"] == "16² × 8"
    assert "licence" in summary
    assert load_generator(bench.project).spec.channels == CHANNELS
    bench.run("find_regions")
    fit = Studio(bench.project).fit_check()
    assert (fit.real_shape, fit.drawn_shape) == ((16, 1), (16, 1))


def test_what_was_left_out_is_grouped_by_reason(bench: Any, tmp_path: Path) -> None:
    weights = nvidia_weights(CHANNELS)
    for i in range(5):
        weights[f"synthesis.b8.extra{i}"] = np.ones(2, np.float32)
    path = write_nvidia(tmp_path / "net.pkl", weights)
    rows = bench.run("import_generator", source=str(path)).summary["left_out"]
    texts = {row["reason"].split(",")[0]: row["tensors"] for row in rows}
    assert len(rows) == 2
    assert texts["a fixed filter"] == "synthesis.b4.resample_filter"
    assert texts["no tensor of a StyleGAN2 generator has this name"].startswith(
        "5, such as synthesis.b8.extra0"
    )


def test_a_class_is_asked_for_and_taken(bench: Any, tmp_path: Path) -> None:
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS, classes=4))
    with pytest.raises(ConditionalGeneratorError, match="4 classes"):
        bench.run("import_generator", source=str(path))
    with pytest.raises(ConfigError, match="0 to 3"):
        bench.run("import_generator", source=str(path), class_index=4)
    summary = bench.run("import_generator", source=str(path), class_index=2).summary
    assert (summary["model_classes"], summary["class_index"]) == (4, 2)


def test_the_discriminator_is_kept_only_when_wanted(bench: Any, tmp_path: Path) -> None:
    theirs = nvidia_discriminator(CHANNELS)
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS), theirs)
    plain = bench.run("import_generator", source=str(path))
    assert not any(name.startswith("discriminator/") for name in bench.project.array_names(plain))
    kept = bench.run("import_generator", source=str(path), keep_discriminator=True)
    assert kept.summary["discriminator"] == "kept"
    arrays = bench.project.arrays(kept)
    prefix = "discriminator/"
    found = {name.removeprefix(prefix) for name in arrays if name.startswith(prefix)}
    generator = load_generator(bench.project)
    assert found == set(Discriminator(generator.spec).state_dict())
    np.testing.assert_array_equal(arrays[f"{prefix}conv.weight"], theirs["b4.conv.weight"])


def test_the_summary_reads_well_on_the_command_line(bench: Any, tmp_path: Path) -> None:
    path = write_rosinality(tmp_path / "net.pt", rosinality_weights(CHANNELS))
    lines = summary_lines(bench.run("import_generator", source=str(path)).summary)
    assert any(line.startswith("  The mean of w") for line in lines)
    assert any("a fixed filter" in line for line in lines)
    assert "  b8.conv0: 8² × 8" in lines


# The card


def test_a_card_shows_a_file_before_it_is_imported(tmp_path: Path) -> None:
    card = inspect_generator(FILES["rosinality"](tmp_path / "net.pt"))
    assert card.samples.shape == (6, 16, 16, 3)
    assert card.samples.std() > 5
    assert (card.n_classes, card.class_index) == (0, None)
    assert card.summary["resolution"] == 16


def test_a_card_of_a_model_with_classes_shows_one(tmp_path: Path) -> None:
    path = write_nvidia(tmp_path / "net.pkl", nvidia_weights(CHANNELS, classes=4))
    first, third = inspect_generator(path), inspect_generator(path, class_index=2)
    assert (first.n_classes, first.class_index, third.class_index) == (4, 0, 2)
    assert (first.samples != third.samples).any()


def test_a_card_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.pkl").write_bytes(b"hello")
    with pytest.raises(ModelFileError):
        inspect_generator(tmp_path / "net.pkl")


def test_a_generator_of_the_paper_is_recognised(tmp_path: Path) -> None:
    channels = {**widths(256, 8, 2), 64: 256}
    weights = rosinality_weights(channels)
    card = inspect_generator(write_rosinality(tmp_path / "oct-256.pt", weights))
    assert card.summary["suggested_preset"] == "paper-oct"
    assert "oct" in card.summary["suggested_because"]


@pytest.mark.parametrize(("resolution", "count"), [(16, 256), (128, 256), (256, 64), (1024, 32)])
def test_a_check_of_the_fit_draws_fewer_large_samples(resolution: int, count: int) -> None:
    assert _fit_images(resolution) == count
