"""The real application on a free port of the loopback address, in a thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


@contextmanager
def serving() -> Iterator[str]:
    """The address of an ``unspin serve`` that answers for as long as the block lasts; its models are loaded."""
    import uvicorn

    import unspin
    from unspin.web.app import create

    unspin.read(
        "The old man went down to the harbour in the morning and looked at the boats. " * 4, operating_point=0.999
    )
    server = uvicorn.Server(uvicorn.Config(create(), host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)
