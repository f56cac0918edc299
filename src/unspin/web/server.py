"""The server: one process, one socket, the application behind it."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

import unspin
from unspin.documents.address import load_address
from unspin.errors import OptionError
from unspin.trace import Archive
from unspin.web import connections
from unspin.web.app import LOOPBACK, create
from unspin.web.connections import Connection
from unspin.web.limits import ServerLimits

__all__ = ["bind", "configuration", "is_loopback", "run"]

_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::"})
_CLOSING: Final = 5  # seconds for what is under way when the server is told to stop
# Long enough to be judged, and read as if it were spun, so that all models are loaded before the first request.
_WARM_UP: Final = "The old man went down to the harbour in the morning and looked at the boats that were there. " * 3
_LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"level": level, "handlers": ["stderr"], "propagate": False}
        for name, level in (("unspin.web", "INFO"), ("uvicorn.access", "INFO"), ("uvicorn.error", "WARNING"))
    },
}


def run(
    host: str,
    port: int,
    limits: ServerLimits,
    *,
    allowed_hosts: Collection[str] = (),
    origins: Collection[str] = (),
    addresses: bool = False,
    index: Path | None = None,
    access_log: bool = False,
    announce: Callable[[str], None] = lambda line: None,
) -> None:
    """Serve until interrupted.

    Args:
        host: address or name to bind to.
        port: 0 for any that is free.
        limits: what the server takes on.
        allowed_hosts: further names under which it may be asked for, as behind a proxy.
        origins: origins of other pages that may ask.
        addresses: fetch public addresses of the web for whoever asks.
        index: the archive in which sources are looked for.
        access_log: write a line for each request: address, method, path and status, never a body.
        announce: takes the lines for whoever started it.

    Raises:
        OptionError: the address cannot be bound to.
        MissingInput: there is no such archive.
        ModelError: the models cannot be loaded, or the archive is damaged.
    """
    listening = bind(host, port)
    with listening:
        if index is not None:
            Archive(index)  # what is none is said before anybody asks
        unspin.read(_WARM_UP, operating_point=1 - 1e-9)
        address = listening.getsockname()
        if not is_loopback(address[0]):
            announce(
                f"warning: {host} can be reached from other machines, without passwords and without encryption;"
                " put a proxy in front that has both"
            )
        announce(f"page and API at {_url(host, address[1])}; Ctrl-C ends it")
        hosts = _hosts(host, allowed_hosts)
        app = create(limits, fetch=load_address if addresses else None, archive=index, hosts=hosts, origins=origins)
        config = configuration(app, access_log=access_log)
        with contextlib.suppress(KeyboardInterrupt):  # which uvicorn passes on when it has closed
            uvicorn.Server(config).run(sockets=[listening])


def configuration(
    app: FastAPI, *, access_log: bool = False, logging: dict[str, Any] | None = _LOGGING
) -> uvicorn.Config:
    """How uvicorn serves the application.

    Args:
        app: the application.
        access_log: write a line for each request.
        logging: as for ``logging.config.dictConfig``; None to leave it as it is.
    """
    return uvicorn.Config(
        app,
        http=Connection,
        log_config=logging,
        access_log=access_log,
        server_header=False,
        proxy_headers=False,  # a client can make up the address that they name
        limit_concurrency=2 * connections.ROOM,  # where no connection can be closed for another, 503 beyond
        timeout_graceful_shutdown=_CLOSING,
        ws="none",
    )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OptionError: there is no such address, or it is taken or not allowed.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise OptionError(f"--host {host}: no such address; give one of this machine, as 127.0.0.1") from None
    try:
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise OptionError(_why_not(host, port, error)) from None


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken, perhaps by another unspin serve; give another with --port"
    if isinstance(error, PermissionError):
        return f"port {port} of {host}: not permitted; give one from 1024 up with --port"
    reason = os.strerror(error.errno or 0).lower()
    return f"--host {host}: cannot be bound to ({reason}); give an address of this machine, as 127.0.0.1"


def _hosts(host: str, allowed: Collection[str]) -> tuple[str, ...]:
    """The names under which the server may be asked for; bound to all addresses, it cannot know them."""
    if host in _ANY_ADDRESS and not allowed:
        return ("*",)
    return (*LOOPBACK, host, *allowed)


def _url(host: str, port: int) -> str:
    shown = "localhost" if host in _ANY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
