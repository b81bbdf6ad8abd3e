"""Files made to do harm: refused in words, quickly, with nothing run and little memory taken."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import tracemalloc
import warnings
from pathlib import Path

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
from hostile_files import hostile_files

from segstyle_gui.core.generator.foreign.read import read_generator
from segstyle_gui.errors import ModelFileError, SegStyleError

MOST_SECONDS = 5.0
MOST_BYTES = 256 << 20

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # zipfile warns of the two entries of one name
    NAMES = sorted(hostile_files("/none"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in hostile_files(str(place / "canary")).items():
            (place / name).write_bytes(data)
    return place


def test_there_are_many() -> None:
    assert len(NAMES) >= 100


@pytest.mark.parametrize("name", NAMES)
def test_refused(folder: Path, name: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelFileError) as caught:
        read_generator(folder / name, with_discriminator=True)
    assert time.monotonic() - started < MOST_SECONDS
    assert name in caught.value.message
    assert len(str(caught.value)) < 500
    assert not (folder / "canary").exists()


def test_memory_stays_small(folder: Path) -> None:
    """The allocator's own limit: whatever a file claims, the process may not grow by more."""
    code = f"""
import resource, sys
from pathlib import Path
from segstyle_gui.core.generator.foreign.read import read_generator
from segstyle_gui.errors import ModelFileError, SegStyleError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {MOST_BYTES}, -1))
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_generator(path)
    except ModelFileError:
        continue
    sys.exit(f"{{path.name}} was accepted")
"""
    if not sys.platform.startswith("linux"):
        pytest.skip("the limit is Linux's")
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("name", ["storage_beyond_the_file", "expanded", "huge_bytes_claim", "zip_bomb"])
def test_a_claim_takes_no_memory(folder: Path, name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError):
            read_generator(folder / name)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="folder"):
        read_generator(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be opened"):
        read_generator(tmp_path / "nowhere.pkl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are Unix's")
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_refused_at_once(tmp_path: Path, linked: bool) -> None:
    pipe = tmp_path / "pipe.pkl"
    os.mkfifo(pipe)
    if linked:
        (tmp_path / "link.pkl").symlink_to(pipe)
    with pytest.raises(ModelFileError, match="pipe"):
        read_generator(tmp_path / ("link.pkl" if linked else "pipe.pkl"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links need no rights on Unix")
def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").symlink_to(tmp_path / "b.pkl")
    (tmp_path / "b.pkl").symlink_to(tmp_path / "a.pkl")
    with pytest.raises(ModelFileError, match="cannot be opened"):
        read_generator(tmp_path / "a.pkl")


def test_damage_anywhere_is_refused_or_harmless(tmp_path: Path) -> None:
    """Random bytes changed in honest files: every outcome is a generator or an error in words."""
    channels = widths(16, 64, 4)
    files = [
        write_nvidia(tmp_path / "a", nvidia_weights(channels), nvidia_discriminator(channels)),
        write_tensorflow(tmp_path / "b", tensorflow_weights(channels)),
        write_rosinality(tmp_path / "c", rosinality_weights(channels)),
        write_rosinality(tmp_path / "d", rosinality_weights(channels), zipped=False),
    ]
    rng, refused = random.Random(1), 0
    for number in range(160):
        data = bytearray(files[number % 4].read_bytes())
        for _ in range(rng.choice([1, 2, 8])):
            near = rng.choice([len(data), 3000])
            place = rng.randrange(min(near, len(data)))
            data[place if rng.random() < 0.5 else -1 - place] = rng.randrange(256)
        (tmp_path / "damaged").write_bytes(data)
        try:
            read_generator(tmp_path / "damaged", with_discriminator=True)
        except SegStyleError:
            refused += 1
    assert refused > 40
