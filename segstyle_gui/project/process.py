"""Whether a process lives, and since when, without third-party packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start_time_of(pid: int) -> str | None:
    """Return a text that no other process of that number shares; "" if unknown, None if it is not there."""
    if pid <= 0:
        return None
    if sys.platform == "win32":
        return _windows_start(pid)
    if Path("/proc/self/stat").exists():
        return _proc_start(pid)
    return _ps_start(pid)


def _proc_start(pid: int) -> str | None:
    """Linux: clock ticks since boot (proc(5), field 22), with the boot's own id."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    after_name = text.rpartition(")")[2].split()  # the name may hold spaces and parentheses
    if after_name[0] in "ZX":  # dead, not yet collected by its parent
        return None
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{boot.read_text(encoding='ascii').strip() if boot.exists() else ''} {after_name[19]}"


def _ps_start(pid: int) -> str | None:
    """Ask ps (macOS, the BSDs)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY_LIMITED_INFORMATION = 0x1000
    _STILL_ACTIVE = 259
    _ACCESS_DENIED = 5

    def _windows_start(pid: int) -> str | None:
        """Windows: creation time in units of 100 ns."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
        if not handle:
            return "" if ctypes.get_last_error() == _ACCESS_DENIED else None
        try:
            code = wintypes.DWORD()
            kernel.GetExitCodeProcess(wintypes.HANDLE(handle), ctypes.byref(code))
            if code.value != _STILL_ACTIVE:
                return None
            times = [wintypes.FILETIME() for _ in range(4)]
            kernel.GetProcessTimes(wintypes.HANDLE(handle), *(ctypes.byref(item) for item in times))
            return f"{times[0].dwHighDateTime}:{times[0].dwLowDateTime}"
        finally:
            kernel.CloseHandle(wintypes.HANDLE(handle))
