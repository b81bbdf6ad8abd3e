"""Parts of a progress fill exactly their share of the whole."""

from __future__ import annotations

import pytest

from segstyle_gui.core.progress import SILENT, Cancelled, part


class _Record:
    def __init__(self):
        self.shares, self.values = [], []

    def report(self, done, total, message=""):
        self.shares.append(done / total)

    def preview(self, value):
        self.values.append(value)


def test_parts_nest():
    record = _Record()
    inner = part(part(record, 0.5, 1.0), 0.0, 0.5)
    inner.report(0, 10)
    inner.report(10, 10)
    inner.preview("grid")
    assert record.shares == [0.5, 0.75]
    assert record.values == ["grid"]


def test_nothing_to_do_counts_as_done():
    record = _Record()
    part(record, 0.2, 0.6).report(0, 0)
    assert record.shares == pytest.approx([0.6])


def test_cancelled_is_not_an_error_of_ours():
    from segstyle_gui.errors import SegStyleError

    assert not issubclass(Cancelled, SegStyleError)
    SILENT.report(1, 2)
