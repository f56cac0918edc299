"""Documents at addresses: fetched once, bounded, and from nowhere private; resolver and sites of our own on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from unspin.cli.main import app
from unspin.documents import Limits
from unspin.documents.address import Network, fetch, is_address, load_address
from unspin.errors import InputError, MissingInput, UnknownFormat

PUBLIC = "93.184.216.34"
PROSE = "The potter set the bowl on the shelf and opened the kiln before the sun was over the hill."
BARE = "<html><body><p>"


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))  # type: ignore[attr-defined]
        host, path = (self.headers["Host"] or "").partition(":")[0], self.path
        if path == "/robots.txt":
            closed = host == "closed.example"
            return self._send(
                200 if closed else 404, "text/plain", b"User-agent: *\nDisallow: /page\n" if closed else b""
            )
        if path.startswith("/to/"):
            return self._send(302, "text/plain", b"", Location=path[4:].replace("%7C", "/"))
        if path == "/circle":
            return self._send(302, "text/plain", b"", Location="/circle")
        if path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"clay ")
                self.wfile.flush()
                time.sleep(0.05)
            return None
        if path == "/stream":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"clay " * 10_000)
            return None
        pages: dict[str, tuple[str, bytes]] = {
            "/page": ("text/html", (BARE + PROSE).encode()),
            "/latin": ("text/plain; charset=iso-8859-1", b"The caf\xe9 was shut."),
            "/notes": ("text/markdown", f"# Notes\n\n`x` {PROSE}".encode()),
            "/picture": ("image/png", b"\x89PNG"),
            "/large": ("text/plain", b"clay " * 1_000),
        }
        if path in pages:
            return self._send(200, *pages[path])
        return self._send(404, "text/plain", b"")

    def _send(self, status: int, type: str, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": type, "Content-Length": str(len(data))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


class Web:
    """A site on loopback that stands for every public address, and what was asked of it and of the resolver."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port: int = server.server_address[1]
        self.asked: list[tuple[str, str]] = server.asked  # type: ignore[attr-defined]
        self.connected: list[str] = []
        self.names: dict[str, list[str]] = {}

    def network(self) -> Network:
        def connect(address: str, port: int, seconds: float) -> socket.socket:
            self.connected.append(address)
            return socket.create_connection(("127.0.0.1", self.port), seconds)

        return Network(lambda host, port: self.names.get(host, [PUBLIC]), connect)


@contextmanager
def site() -> Iterator[Web]:
    """The web while it lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.asked = []  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Web(server)
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    with site() as web:
        yield web


def test_a_page_is_fetched_once(web: Web) -> None:
    said: list[str] = []
    document = load_address("http://pots.example/page", network=web.network(), said=said.append)
    assert (document.format, document.text, document.path) == ("html", f"{PROSE}\n", "http://pots.example/page")
    assert web.asked == [("pots.example", "/robots.txt"), ("pots.example", "/page")]
    assert said == [f"fetched http://pots.example/page once: {len(PROSE) + len(BARE)} bytes, text/html"]


def test_what_the_site_says_of_type_and_encoding_holds(web: Web) -> None:
    assert load_address("http://pots.example/latin", network=web.network()).text == "The café was shut."
    assert load_address("http://pots.example/notes", network=web.network()).format == "markdown"


def test_redirects_are_followed_and_counted(web: Web) -> None:
    found = fetch("http://pots.example/to/||clay.example|page", network=web.network())
    assert (found.redirects, found.address) == (1, "http://clay.example/page")
    assert "by way of 1 redirect to http://clay.example/page" in found.said("http://pots.example/a")
    with pytest.raises(InputError, match="leads elsewhere more than 5 times"):
        fetch("http://pots.example/circle", network=web.network())


PRIVATE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "no address",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_name_leads_to_a_private_address(web: Web, address: str) -> None:
    web.names["inner.example"] = [PUBLIC, address]  # one public address beside it does not help
    for asked in ("http://inner.example/page", "http://pots.example/to/http:||inner.example|page"):
        with pytest.raises(InputError, match="not public"):
            fetch(asked, network=web.network())
    assert ("inner.example", "/page") not in web.asked
    assert set(web.connected) <= {PUBLIC}


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "127.1"])
def test_no_way_to_write_loopback_gets_there(web: Web, host: str) -> None:
    with pytest.raises(InputError, match="not public|no host|no address"):
        fetch(f"http://{host}:{web.port}/page")
    assert not web.asked


def test_the_address_that_was_looked_at_is_the_one_connected_to(web: Web) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])  # a name that means something else a moment later
    network = web.network()
    with pytest.raises(InputError, match="not public"):
        fetch("http://pots.example/page", network=Network(lambda host, port: next(answers), network.connect))
    assert web.connected == [PUBLIC]


def test_the_user_may_look_at_their_own_network(web: Web) -> None:
    assert fetch(f"http://127.0.0.1:{web.port}/page", private=True).type == "text/html"


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("http://pots.example/none", MissingInput, "'404 Not Found'"),
        ("http://pots.example/picture", UnknownFormat, "is image/png, not a document"),
        ("http://pots.example/large", InputError, "larger than"),
        ("http://pots.example/stream", InputError, "larger than"),
        ("http://closed.example/page", InputError, "robots.txt"),
        ("http://pots.example/to/ftp:||pots.example|page", InputError, "only http and https"),
        ("http://pots.example/to/file:|||etc|passwd", InputError, "only http and https"),
        ("http://user@pots.example/page", MissingInput, "no address"),
        ("http://pots.example:99999/", MissingInput, "no address"),
        ("http:///page", MissingInput, "no address"),
    ],
)
def test_what_cannot_be_fetched_says_so_in_one_line(web: Web, address: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as raised:
        fetch(address, Limits(bytes=2_000), network=web.network())
    assert str(raised.value).startswith(f"{address}: ") and "\n" not in str(raised.value)


def test_a_site_that_sends_a_byte_now_and_then_is_given_up(web: Web) -> None:
    begin = time.monotonic()
    with pytest.raises(InputError, match="takes too long"):
        fetch("http://pots.example/slow", Limits(seconds=0.5), network=web.network())
    assert time.monotonic() - begin < 3


def test_a_resolver_that_never_answers_is_given_up(web: Web) -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(5)
        return []

    with pytest.raises(InputError, match="takes too long"):
        fetch("http://pots.example/", Limits(seconds=0.2), network=Network(resolve, web.network().connect))


def test_the_command_reads_an_address_and_says_so(web: Web) -> None:
    result = CliRunner().invoke(app, ["restore", f"http://127.0.0.1:{web.port}/page"])
    assert (result.exit_code, result.stdout) == (0, f"{PROSE}\n")
    assert result.stderr.startswith(f"unspin: fetched http://127.0.0.1:{web.port}/page once: ")


def test_simulate_spins_what_stands_at_an_address(web: Web) -> None:
    address = f"http://127.0.0.1:{web.port}/page"
    result = CliRunner().invoke(app, ["simulate", address, "--spinner", "wordnet-walk", "--seed", "1"])
    assert result.exit_code == 0 and result.stdout not in ("", f"{PROSE}\n")
    assert result.stderr.startswith(f"unspin: fetched {address} once: ")


def test_what_is_an_address() -> None:
    assert is_address("https://pots.example") and is_address("HTTP://pots.example")
    assert not is_address("http.txt") and not is_address("-") and not is_address("ftp://pots.example")
