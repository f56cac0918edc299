"""What goes wrong, as a status and a body of one form: ``{"error": {"code": …, "message": …}}``.

A message is one line. It may name a field of the request, never what stood in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from unspin.errors import InputError, ModelError, UnknownFormat, UnspinError

__all__ = ["CODES", "RETRY_AFTER", "Problem", "answer", "busy", "from_error", "from_validation", "register"]

CODES: Mapping[str, tuple[int, str]] = {
    "bad-request": (400, "The request is no JSON, no form, or otherwise damaged."),
    "bad-host": (400, "The Host header names another host than this server's."),
    "foreign-origin": (403, "A page of another origin asks, and it is not among those allowed."),
    "addresses-off": (403, "This server fetches no addresses: it was started without `--addresses`."),
    "archive-off": (403, "This server has no archive to look in: it was started without `--index`."),
    "not-found": (404, "There is nothing at this path."),
    "method-not-allowed": (405, "The path takes other methods; the Allow header names them."),
    "slow-request": (408, "The body of the request took too long to arrive."),
    "too-large": (413, "The request, a document, or their number is beyond a limit of this server."),
    "unsupported-type": (415, "The content type, or the format of the file, is none that is read here."),
    "invalid": (422, "A field is missing, unknown, of the wrong type or out of range."),
    "unreadable": (422, "The file or the reading cannot be used: empty, damaged, encrypted, without text."),
    "internal": (500, "A bug of unspin."),
    "busy": (503, "As much is being read and waiting as this server takes on; see Retry-After."),
    "timeout": (503, "The request was not done within the time limit; see Retry-After, or send less."),
    "unavailable": (503, "A part of unspin that is needed for this is not installed or damaged."),
}
"""Every code, its status, and what it means."""

RETRY_AFTER = "2"
"""Seconds after which a client that found the server busy may ask again: some documents of ordinary length later."""

_CODE_OF_STATUS = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}
_MOST_NAMED = 3  # wrong fields that a message names
_LONGEST_NAME = 80


class Problem(HTTPException):
    """An error that a client is told.

    Attributes:
        code: one of :data:`CODES`, which gives the status.
    """

    def __init__(self, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(CODES[code][0], " ".join(message.split()), dict(headers or {}))
        self.code = code

    def record(self) -> dict[str, str]:
        """What stands under ``"error"``."""
        return {"code": self.code, "message": self.detail}


def busy(message: str, code: str = "busy") -> Problem:
    """A problem that may be gone when the client asks again."""
    return Problem(code, message, {"Retry-After": RETRY_AFTER})


def from_error(error: UnspinError) -> Problem:
    """An error of the library as a client sees it."""
    match error:
        case UnknownFormat():
            code = "unsupported-type"
        case InputError():
            code = "unreadable"
        case ModelError():
            code = "unavailable"
        case _:
            code = "invalid"
    return Problem(code, str(error))


def from_validation(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """What pydantic found wrong, by the names of the fields and without their contents."""
    errors = list(errors)
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem("bad-request", "the body is not JSON")
    named = [_in_words(error) for error in errors[:_MOST_NAMED]]
    if len(errors) > _MOST_NAMED:
        named.append(f"and {len(errors) - _MOST_NAMED} more")
    return Problem("invalid", "; ".join(named))


def answer(problem: Problem) -> Response:
    """The response that tells of a problem."""
    body = orjson.dumps({"error": problem.record()}) + b"\n"
    return Response(body, problem.status_code, problem.headers, "application/json")


def register(app: FastAPI) -> None:
    """Let the application answer with problems in this form."""

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error, Problem):
            return answer(error)
        code = _CODE_OF_STATUS.get(error.status_code, "bad-request")
        message = str(error.detail) if code == "bad-request" else CODES[code][1]
        return answer(Problem(code, message, error.headers))

    async def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(from_validation(error.errors()))

    async def on_unspin(_: Request, error: Exception) -> Response:
        assert isinstance(error, UnspinError)
        return answer(from_error(error))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(UnspinError, on_unspin)


def _in_words(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "body")[:_LONGEST_NAME]
    place = "".join(c if c.isprintable() else "\ufffd" for c in place)
    message = str(error["msg"])
    return f"{place}: {message[:1].lower()}{message[1:]}" if place else f"body: {message[:1].lower()}{message[1:]}"
