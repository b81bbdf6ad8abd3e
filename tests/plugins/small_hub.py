"""A hub of our own on this computer: a server that answers as the Hugging Face hub does for whole files."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789" * 4


class Hub(ThreadingHTTPServer):
    """Serves ``files`` ("owner/name/file" -> bytes); ``asked`` lists method, path, range of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.checksums: dict[str, str] = {}  # where they differ from the bytes'
        self.asked: list[tuple[str, str, str]] = []
        self.ignores_ranges = False

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def downloads(self) -> list[tuple[str, str]]:
        """Return path and range of what was fetched."""
        return [(path, wanted) for method, path, wanted in self.asked if method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        name = self.path.lstrip("/").replace("/resolve/main/", "/")
        wanted = self.headers.get("Range", "")
        self.server.asked.append((self.command, name, wanted))
        body = self.server.files.get(name)
        if body is None:
            self._head(404, {"X-Error-Code": "EntryNotFound"}, 0)
            return
        checksum = self.server.checksums.get(name, hashlib.sha256(body).hexdigest())
        facts = {"ETag": f'"{checksum}"', "X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(body))}
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0) if wanted else 0
        partial = with_body and start > 0 and not self.server.ignores_ranges
        if partial:
            facts["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body = body[start:]
        self._head(206 if partial else 200, facts, len(body))
        if with_body:
            try:
                self.wfile.write(body)
            except ConnectionError:  # the client has stopped
                self.close_connection = True

    def _head(self, status: int, facts: dict[str, str], length: int) -> None:
        self.send_response(status)
        for key, value in facts.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


@contextmanager
def running_hub() -> Iterator[Hub]:
    """Serve while inside of the ``with``."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
