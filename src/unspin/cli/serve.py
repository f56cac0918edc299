"""``unspin serve``: the local page and the HTTP API."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from unspin.cli.streams import remark, well_behaved
from unspin.cores import available_cores
from unspin.errors import MissingExtra
from unspin.web.limits import ServerLimits

__all__ = ["serve"]

_DEFAULT = ServerLimits()


@well_behaved
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The port; 0 for any that is free.")
    ] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Another name to be asked for by, as behind a proxy."),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option("--allow-origin", metavar="ORIGIN", help="Pages from elsewhere that may ask; * for all (CORS)."),
    ] = None,
    max_bytes: Annotated[
        int, typer.Option("--max-bytes", metavar="N", min=1, help="Size of a request.")
    ] = _DEFAULT.body_bytes,
    max_characters: Annotated[
        int, typer.Option("--max-characters", metavar="N", min=1, help="Length of a document.")
    ] = _DEFAULT.characters,
    max_documents: Annotated[
        int, typer.Option("--max-documents", metavar="N", min=1, help="Documents in a batch.")
    ] = _DEFAULT.documents,
    time_limit: Annotated[
        float, typer.Option("--time-limit", metavar="SECONDS", help="Time for a request, waiting included.")
    ] = _DEFAULT.seconds,
    parallel: Annotated[
        int | None,
        typer.Option("--parallel", metavar="N", min=1, help="Readings at a time.", show_default="one a core"),
    ] = None,
    queue: Annotated[int, typer.Option("--queue", metavar="N", min=0, help="Requests that may wait.")] = _DEFAULT.queue,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Fetch and read pages of the public web for whoever asks by address.")
    ] = False,
    index: Annotated[
        Path | None,
        typer.Option(
            "--index",
            metavar="INDEX",
            help="Look for the sources of texts in this archive, made with unspin index.",
            show_default=False,
        ),
    ] = None,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="A line for each request on standard error, never its text.")
    ] = False,
) -> int:
    """Open the local page and the HTTP API.

    Listens on this machine only unless told otherwise, works offline, and keeps and logs no text. It fetches nothing from
    the web unless started with --addresses. With --index the page
    names the source of what is read, where the archive has it. What is beyond a
    limit is answered with an error that names it. The API: docs/api.md, and /openapi.json.

    \b
    Examples:
      unspin serve
      unspin serve --port 8080 --parallel 4 --time-limit 30
      unspin serve --index articles.index
      curl -s localhost:8000/v1/restore --json '{"text": "…"}'

    Exit status: 0 ended by Ctrl-C, 2 an error.
    """  # noqa: D301 - the help needs the real control character
    limits = ServerLimits(
        body_bytes=max_bytes,
        characters=max_characters,
        documents=max_documents,
        seconds=time_limit,
        parallel=parallel or available_cores(),
        queue=queue,
    )
    if any(find_spec(name) is None for name in ("fastapi", "python_multipart", "uvicorn")):
        raise MissingExtra("web", "unspin serve")
    from unspin.web.server import run

    run(
        host,
        port,
        limits,
        allowed_hosts=allow_host or (),
        origins=allow_origin or (),
        addresses=addresses,
        index=index,
        access_log=access_log,
        announce=remark,
    )
    return 0
