"""PySide6 6.12 under Python 3.11 loses a reference to None whenever ``data()`` returns it, and aborts."""

from __future__ import annotations

import subprocess
import sys

_CALLS = """
from PySide6.QtCore import QAbstractListModel, QIdentityProxyModel, QModelIndex, Qt

class Model(QAbstractListModel):
    def rowCount(self, parent=QModelIndex()):
        return 100

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return None

model, proxy = Model(), QIdentityProxyModel()
proxy.setSourceModel(model)
for call in range(50_000):
    proxy.data(proxy.index(call % 100, 0), Qt.ItemDataRole.DecorationRole)
print("alive")
"""


def test_fifty_thousand_nones_through_a_proxy_model():
    result = subprocess.run([sys.executable, "-c", _CALLS], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "alive"), result.stderr[-500:]
