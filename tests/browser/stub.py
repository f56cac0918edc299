"""A server that answers as ``unspin serve`` does, with the readings of :mod:`specimens`; for the tests of the page.

Run by itself (``python -m tests.browser.stub 8765``) it is something to look at while working on the page.
"""

from __future__ import annotations

import json
import mimetypes
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import unspin
from tests.browser.specimens import SPUN, read
from unspin.errors import InvalidReading
from unspin.report.json import from_json
from unspin.trace import Match, Trace, compare
from unspin.trace.json import comparison_record, trace_record

STATIC = Path(unspin.__file__).parent / "web" / "static"
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


class Stub(ThreadingHTTPServer):
    """The server and what it remembers.

    Attributes:
        refusals: answers to give before anything is read, as ``(status, code, message)``, each once.
        pause: seconds between two lines of a stream.
        steps: lines of progress in a stream.
        parallel: how many documents it says that it reads at a time.
        at_once: how many streams it has had open at a time, at most.
        archive: whether it says that it has an archive, and finds ``source`` in it.
        source: the text that it finds there.
        addresses: whether it says that it fetches addresses, and does.
        exports: bodies of the requests to ``/v1/export``.
        requests: paths asked for.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        """Listen on the loopback address."""
        super().__init__(("127.0.0.1", port), Handler)
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.refusals: list[tuple[int, str, str]] = []
        self.pause = 0.0
        self.steps = 2
        self.parallel = 1
        self.addresses = False
        self.archive = False
        self.source = ""
        self.at_once = self.open = 0
        self.exports: list[dict[str, Any]] = []
        self.requests: list[str] = []

    def count(self, change: int) -> None:
        """A stream has been opened (1), or is about to end (-1)."""
        with self._lock:
            self.open += change
            self.at_once = max(self.at_once, self.open)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Stub

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """A file of the page, or the version."""
        self.server.requests.append(self.path)
        if self.path == "/v1/version":
            return self.answer_json(
                {
                    "unspin": "0.0.0",
                    "reading": "unspin-reading-1",
                    "limits": {"parallel": self.server.parallel},
                    "addresses": self.server.addresses,
                    "archive": self.server.archive,
                }
            )
        file = STATIC / (self.path.split("?")[0].lstrip("/") or "index.html")
        if file.parent != STATIC or not file.is_file():
            return self.refuse(404, "not-found", "there is nothing at this path")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.answer(file.read_bytes(), kind, {"Content-Security-Policy": CSP})

    def do_POST(self) -> None:
        """One of the ways of the API."""
        self.server.requests.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refusals and self.path != "/v1/export":
            return self.refuse(*self.server.refusals.pop(0))
        match self.path:
            case "/v1/stream":
                self.stream(json.loads(body)["text"])
            case "/v1/file/stream":
                self.stream_file(body)
            case "/v1/address/stream":
                self.stream(SPUN, {"name": json.loads(body)["address"], "format": "html"})
            case "/v1/compare":
                asked = json.loads(body)
                self.answer_json(comparison_record(compare(asked["text"], asked["source"])))
            case "/v1/compare/file":
                form = self.form(body)
                name, source = form["file"]
                self.answer_json(comparison_record(compare(form["text"][1], source), source=name))
            case "/v1/trace":
                self.trace(json.loads(body)["text"])
            case "/v1/export":
                self.export(json.loads(body))
            case _:
                self.refuse(404, "not-found", "there is nothing at this path")

    def stream(self, text: str, document: dict[str, str] | None = None) -> None:
        """Progress, then the reading; a text that holds ``!broken`` ends in an error.

        Of a file, every third substitution is on the next page.
        """

        def known(substitutions: list[Any]) -> dict[str, Any]:
            places = [{"page": 1 + i // 3, "paragraph": 1 + i} for i in range(len(substitutions))]
            return {"reading": {**reading, "substitutions": substitutions}} | ({"places": places} if document else {})

        reading = read(text)
        self.server.count(1)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        if document:
            self.line({"event": "document", "document": document})
        self.line({"event": "progress", "done": 0.01, "reading": None})
        for step in range(1, self.server.steps + 1):
            done = step / (self.server.steps + 1)
            kept = reading["substitutions"][: int(len(reading["substitutions"]) * (done - 0.25))]
            self.line({"event": "progress", "done": done, **known(kept)})
            time.sleep(self.server.pause)
        self.server.count(-1)  # before the last line: the page opens the next stream as soon as it has read that
        if "!broken" in text:
            self.line({"event": "error", "error": {"code": "timeout", "message": "not done within 120 s"}})
        else:
            self.line({"event": "reading", **known(reading["substitutions"])})

    def line(self, event: dict[str, Any]) -> None:
        """One line of a stream."""
        try:
            self.wfile.write(json.dumps(event).encode() + b"\n")
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):  # the page has stopped listening
            pass

    def stream_file(self, body: bytes) -> None:
        """The stream of a file; its bytes are taken for UTF-8 text."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        part = next(p for p in BytesParser(policy=HTTP).parsebytes(head + body).walk() if p.get_filename())
        name, data = str(part.get_filename()), part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if data.startswith(b"late"):
            return self.refuse(503, "timeout", "not done within 120 s")
        if data.startswith(b"broken"):
            return self.refuse(422, "unreadable", f"{name}: a scanned PDF without text; run OCR over it first")
        kind = Path(name).suffix.lstrip(".").lower()
        self.stream(data.decode(), {"name": name, "format": "text" if kind == "txt" else kind})

    def form(self, body: bytes) -> dict[str, tuple[str, str]]:
        """The parts of a form by their names: of each its file name and its text."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        found = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            name = str(part.get_param("name", header="content-disposition"))
            found[name] = (part.get_filename() or "", data.decode())
        return found

    def trace(self, text: str) -> None:
        """The one document of the archive, if the text has anything of it."""
        found = compare(text, self.server.source)
        match = Match(
            id="articles/harbour.txt", probability=0.98, date="2026-05-01", url=None, near_copies=(), comparison=found
        )
        sources = (match,) if found.passages else ()
        self.answer_json(
            trace_record(Trace(page=text, sources=sources, best=0.98, likeliest=match.id, claimed_from=0.5))
        )

    def export(self, request: dict[str, Any]) -> None:
        """Remember what was to be saved, and check it as the program does."""
        self.server.exports.append(request)
        try:
            for item in request["readings"]:
                from_json(json.dumps(item["reading"]))
        except InvalidReading as error:
            return self.refuse(422, "unreadable", str(error))
        name = f"unspin.{request['format']}"
        self.answer(b"saved", "application/octet-stream", {"Content-Disposition": f'attachment; filename="{name}"'})

    def refuse(self, status: int, code: str, message: str) -> None:
        """An error in the API's form."""
        self.answer(json.dumps({"error": {"code": code, "message": message}}).encode(), "application/json", {}, status)

    def answer_json(self, record: dict[str, Any]) -> None:
        """An object."""
        self.answer(json.dumps(record).encode(), "application/json", {})

    def answer(self, body: bytes, kind: str, headers: dict[str, str], status: int = 200) -> None:
        """Bytes."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running(port: int = 0) -> Iterator[Stub]:
    """A stub that answers for as long as the block lasts."""
    stub = Stub(port)
    thread = Thread(target=stub.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.shutdown()
        stub.server_close()


if __name__ == "__main__":
    with running(int(sys.argv[1]) if len(sys.argv) > 1 else 8765) as server:
        print(server.address)
        while True:
            time.sleep(3600)
