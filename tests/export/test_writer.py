import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from segstyle_gui.core.progress import Cancelled, SilentProgress
from segstyle_gui.errors import ExportError
from segstyle_gui.export.coco import export_coco
from segstyle_gui.export.png import export_png
from segstyle_gui.export.writer import staged_folder

EXPORTERS = [export_coco, export_png]


@pytest.fixture
def label_set(make_label_set, tricky_maps):
    return make_label_set(tricky_maps)


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("export", EXPORTERS)
def test_an_earlier_export_is_replaced_only_on_request(tmp_path, make_label_set, label_set, export):
    folder = tmp_path / "out"
    export(label_set, folder)
    before = contents(folder)
    with pytest.raises(ExportError, match="already holds an export"):
        export(label_set, folder)
    assert contents(folder) == before
    export(make_label_set({"other.png": np.ones((2, 2), dtype=np.uint8)}), folder, overwrite=True)
    assert contents(folder) != before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_anything_else_is_never_replaced(tmp_path, label_set):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ExportError, match="not an earlier export"):
        export_png(label_set, tmp_path, overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_an_empty_folder_is_filled(tmp_path, label_set):
    (tmp_path / "out").mkdir()
    assert export_png(label_set, tmp_path / "out").images == 6


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk filled up"),
        (errno.EACCES, "may write to"),
        (errno.EROFS, "may write to"),
        (errno.ENAMETOOLONG, "shorter folder name"),
        (errno.EIO, "Check the disk"),
    ],
)
@pytest.mark.parametrize("export", EXPORTERS)
def test_a_refusing_disk_leaves_the_earlier_export_alone(
    tmp_path, monkeypatch, label_set, export, number, words
):
    export(label_set, tmp_path / "out")
    before = contents(tmp_path / "out")
    write_text = Path.write_text

    def refuse(path, *args, **options):
        write_text(path, "half", encoding="ascii")
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(ExportError, match=words) as caught:
        export(label_set, tmp_path / "out", overwrite=True)
    assert "\n" not in str(caught.value)
    assert contents(tmp_path / "out") == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_place_that_cannot_be_made_is_one_line(tmp_path, label_set):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError):
        export_png(label_set, tmp_path / "file" / "out")
    with pytest.raises(ExportError, match="shorter folder name"):
        export_png(label_set, tmp_path / ("n" * 400) / "out")


def test_a_failing_swap_puts_the_earlier_export_back(tmp_path, monkeypatch, label_set):
    folder = tmp_path / "out"
    export_png(label_set, folder)
    before = contents(folder)
    rename = Path.rename

    def refuse_new(path, target):
        if path.name == "new":
            raise OSError(errno.EACCES, "in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_new)
    with pytest.raises(ExportError):
        export_png(label_set, folder, overwrite=True)
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


class StopsAt(SilentProgress):
    def __init__(self, share):
        self.share = share

    def report(self, done, total, message=""):
        if done / total >= self.share:
            raise Cancelled


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("export", EXPORTERS)
def test_a_cancel_leaves_no_trace(tmp_path, label_set, export, share):
    with pytest.raises(Cancelled):
        export(label_set, tmp_path / "out", progress=StopsAt(share))
    assert list(tmp_path.iterdir()) == []


def test_the_folder_appears_only_at_the_end(tmp_path):
    with staged_folder(tmp_path / "out", overwrite=False) as content:
        (content / "a").write_text("x")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a").read_text() == "x"


def test_the_floor_loads_without_torch():
    code = "import sys, segstyle_gui.export.coco, segstyle_gui.export.png; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
