"""A document at an address of the web: fetched once, within bounds of size and time, and from nowhere that is not public.

Each name is resolved once, and the connection goes to the very address that was looked at, so that a name cannot mean
something else a moment later. Each redirect is looked at in the same way. A page that its site asks programs not to read
(``robots.txt``, RFC 9309) is not read. Proxies are not used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from unspin.documents.document import LIMITS, Document, Limits, shown
from unspin.documents.load import from_bytes
from unspin.errors import InputError, MissingInput, UnknownFormat

__all__ = ["Fetched", "Network", "fetch", "is_address", "load_address"]

AGENT: Final = "unspin"
"""What the program calls itself, to sites and in their ``robots.txt``."""
SECONDS: Final = 30.0
"""In which a document has to be there, redirects and all."""
_REDIRECTS: Final = 5
_ROBOTS_BYTES: Final = 512_000  # as much of robots.txt as RFC 9309 asks to be read
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}
_CHUNK: Final = 65_536
# Types that may hold a document, and what its name would end in.
_TYPES: Final = {
    "": "",
    "application/octet-stream": "",
    "application/epub+zip": ".epub",
    "application/jats+xml": ".xml",
    "application/pdf": ".pdf",
    "application/tei+xml": ".xml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-latex": ".tex",
    "application/x-tex": ".tex",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": "",
    "text/x-markdown": ".md",
    "text/x-tex": ".tex",
    "text/xml": ".xml",
}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Network:
    """How names become addresses and addresses connections.

    Attributes:
        resolve: the addresses of a host, by name and port.
        connect: a connection to an address and port within so many seconds.
    """

    resolve: Callable[[str, int], list[str]]
    connect: Callable[[str, int, float], socket.socket]


class Fetched(NamedTuple):
    """What an address gave.

    Attributes:
        data: the document.
        address: where it was at last.
        type: its media type as the site calls it, ``""`` if it does not.
        redirects: how often the site led elsewhere.
    """

    data: bytes
    address: str
    type: str
    redirects: int

    def said(self, asked: str) -> str:
        """In one line, what was fetched for the address asked for."""
        times = "1 redirect" if self.redirects == 1 else f"{self.redirects} redirects"
        to = f" by way of {times} to {shown(self.address)}" if self.redirects else ""
        return f"fetched {shown(asked)} once{to}: {len(self.data):,} bytes, {self.type or 'of no type'}"


def is_address(path: str) -> bool:
    """Whether a document is named by an address of the web."""
    return path[:8].lower().startswith(("http://", "https://"))


def load_address(
    address: str,
    limits: Limits = LIMITS,
    *,
    private: bool = False,
    said: Callable[[str], None] | None = None,
    network: Network | None = None,
) -> Document:
    """Read the document at an address; arguments as for :func:`fetch`, ``said`` is told in one line what was fetched.

    Raises:
        InputError: as :func:`fetch` and :func:`unspin.documents.load`.
    """
    fetched = fetch(address, limits, private=private, network=network)
    if said is not None:
        said(fetched.said(address))
    suffix = _TYPES.get(fetched.type, "") or PurePosixPath(unquote(urlsplit(fetched.address).path)).suffix
    return replace(from_bytes(fetched.data, address, limits, suffix=suffix.lower()), path=address)


def fetch(address: str, limits: Limits = LIMITS, *, private: bool = False, network: Network | None = None) -> Fetched:
    """What stands at an ``http`` or ``https`` address.

    Args:
        address: the address.
        limits: ``bytes`` bounds the size, ``seconds`` the time where it is less than :data:`SECONDS`.
        private: whether it may lie in the user's own network: never for what others ask a server to fetch.
        network: other ways to resolve and connect than the system's.

    Raises:
        MissingInput: there is no such host or page, or it does not answer.
        UnknownFormat: it is no document.
        InputError: it is too large or too slow, leads in circles, is not public, or is closed to programs.
    """
    request = _Request(
        shown(address), limits, private, network or _SYSTEM, time.monotonic() + min(limits.seconds, SECONDS)
    )
    allowed: dict[str, RobotFileParser | None] = {}
    url = _checked(address, request)
    for redirects in range(_REDIRECTS + 1):
        site = f"{url.scheme}://{url.netloc}"
        if site not in allowed:
            allowed[site] = _robots(url, request)
        rules = allowed[site]
        if rules is not None and not rules.can_fetch(AGENT, urlunsplit(url)):
            raise InputError(
                f"{request.name}: its site asks programs not to read it (robots.txt); save it from a browser"
            )
        with _answer(url, request) as answer:
            if answer.status in _MOVED and (target := answer.headers.get("Location")):
                url = _checked(urljoin(urlunsplit(url), target), request)
                continue
            if answer.status != 200:
                reason = " ".join(f"{answer.status} {answer.reason}".split())
                raise MissingInput(f"{request.name}: the site answers {reason[:80]!r}; check the address")
            return _received(answer, urlunsplit(url), redirects, request)
    raise InputError(f"{request.name}: leads elsewhere more than {_REDIRECTS} times; check the address")


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for, and its bounds; ``name`` is what messages call it."""

    name: str
    limits: Limits
    private: bool
    network: Network
    deadline: float

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            InputError: none are.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> InputError:
        return InputError(f"{self.name}: takes too long to come; try again, or save it first")


def _checked(address: str, request: _Request) -> SplitResult:
    """The parts of an address, in ASCII."""
    try:
        url = urlsplit(address)
        scheme, host, port = url.scheme.lower(), url.hostname, url.port
        if scheme not in _PORTS:
            raise InputError(f"{request.name}: leads to {scheme or 'no'} address; only http and https are fetched")
        if not host or url.username is not None:
            raise ValueError
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise MissingInput(f"{request.name}: no address that can be fetched; check it") from error
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[scheme]:
        netloc += f":{port}"
    path = quote(url.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return SplitResult(scheme, netloc, path, quote(url.query, safe="/%:@!$&'()*+,;=~-._?"), "")


def _robots(url: SplitResult, request: _Request) -> RobotFileParser | None:
    """What a site asks of programs; None where it asks nothing."""
    try:
        with _answer(url._replace(path="/robots.txt", query=""), request) as answer:
            if answer.status != 200:
                return None
            text = answer.read(_ROBOTS_BYTES).decode("utf-8", "replace")
    except MissingInput:
        return None
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    return rules


@contextmanager
def _answer(url: SplitResult, request: _Request) -> Iterator[http.client.HTTPResponse]:
    """The answer to one request, its body not read yet."""
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    ended = threading.Event()
    try:
        connection = request.network.connect(_resolved(host, port, request), port, request.left())
    except TimeoutError:
        raise request.late() from None
    except OSError as error:
        raise MissingInput(f"{request.name}: {host} does not answer ({_reason(error)})") from error

    def stop() -> None:
        ended.set()
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # whoever sends a byte now and then is late all the same

    timer = threading.Timer(request.left(), stop)
    timer.daemon = True
    timer.start()
    plain = connection
    try:
        if url.scheme == "https":
            connection = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        client = http.client.HTTPConnection(host, port)
        client.sock = connection
        target = urlunsplit(("", "", url.path, url.query, ""))
        headers = {
            "Host": url.netloc,
            "User-Agent": AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        client.request("GET", target, headers=headers)
        yield client.getresponse()
    except (OSError, http.client.HTTPException) as error:
        if ended.is_set() or isinstance(error, TimeoutError):
            raise request.late() from None
        raise MissingInput(f"{request.name}: {host} gives no proper answer ({_reason(error)})") from error
    finally:
        timer.cancel()
        connection.close()
        plain.close()


def _reason(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown(" ".join(str(reason).split())[:100]).lower()


def _resolved(host: str, port: int, request: _Request) -> str:
    """The address of a host; all that its name means must be public, unless private ones may be asked."""
    found: list[list[str] | OSError] = []

    def resolve() -> None:
        try:
            found.append(request.network.resolve(host, port))
        except (OSError, UnicodeError) as error:
            found.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=resolve, daemon=True)  # the system's resolver knows no time limit
    thread.start()
    thread.join(request.left())
    if not found:
        raise request.late()
    addresses = found[0]
    if isinstance(addresses, OSError) or not addresses:
        raise MissingInput(f"{request.name}: there is no host {shown(host)}; check the address and the connection")
    if not request.private and not all(map(_is_public, addresses)):
        raise InputError(f"{request.name}: leads to an address that is not public; that is not fetched")
    return addresses[0]


def _is_public(address: str) -> bool:
    """Whether everybody may be meant by it, whichever way it is written."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour is not None or ip.teredo is not None:
            return False
        if ip in _NAT64:
            return _is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.ipv4_mapped is not None:
            return _is_public(str(ip.ipv4_mapped))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _received(answer: http.client.HTTPResponse, address: str, redirects: int, request: _Request) -> Fetched:
    """The body of an answer, if it is a document of a size that is read."""
    type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if type not in _TYPES and not type.startswith("text/"):
        raise UnknownFormat(f"{request.name}: is {shown(type)[:80]}, not a document")
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnknownFormat(f"{request.name}: comes packed though it was asked for as it is; save it first")
    most = request.limits.bytes
    too_large = InputError(f"{request.name}: larger than {most / 1e6:g} MB; save it and split it")
    if (answer.length or 0) > most:
        raise too_large
    data = bytearray()
    while chunk := answer.read(_CHUNK):
        data += chunk
        if len(data) > most:
            raise too_large
        request.left()
    if answer.length:  # fewer bytes came than were promised
        request.left()
        raise MissingInput(f"{request.name}: breaks off after {len(data):,} bytes; try again")
    return Fetched(_in_utf8(bytes(data), type, answer.headers.get_content_charset()), address, type, redirects)


def _in_utf8(data: bytes, type: str, charset: str | None) -> bytes:
    """A text in UTF-8 where the site says in which encoding it is: that outranks what a page says of itself."""
    if type.startswith("text/") and charset:
        with contextlib.suppress(LookupError, UnicodeError, ValueError):
            return data.decode(charset).encode("utf-8")
    return data


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), seconds)


_SYSTEM: Final = Network(_resolve, _connect)
