"""The HTTP API, on a reader that knows three words; limits, guards, and what is never logged."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import unspin
from tests.test_address import PROSE, Web, site
from unspin import documents
from unspin.cli import serve as serving
from unspin.cli.main import app as program
from unspin.documents.address import load_address
from unspin.errors import OptionError
from unspin.reading import Note, Reading, Substitution
from unspin.report.export import FORMATS, export
from unspin.report.json import from_json, schema
from unspin.report.source import Entry, Source
from unspin.settings import Settings
from unspin.text.edits import apply
from unspin.version import version
from unspin.web import server
from unspin.web.app import create
from unspin.web.guards import HEADERS
from unspin.web.limits import ServerLimits
from unspin.web.pool import Abandoned, Job, Pool
from unspin.web.problems import Problem
from unspin.web.service import Progress

SWAPS = {"connected": "on", "successful": "in", "beryllium": "be"}
SPUN = "The bowl is connected the shelf.\r\nIt could beryllium successful the kiln.\n"
RESTORED = "The bowl is on the shelf.\r\nIt could be in the kiln.\n"
SECRET = "quicksilver"
BASE = "http://127.0.0.1"


class Reader:
    """A reading by three swaps, in stages; words in capitals make it misbehave.

    Attributes:
        running, most: readings under way, and the most at a time.
        told: how often their progress was told.
        gate: a text with ``WAIT`` in it is read in stages until the gate is open.
    """

    def __init__(self) -> None:
        self.running = self.most = self.started = self.told = 0
        self.gate = threading.Event()
        self._lock = threading.Lock()

    def __call__(
        self,
        text: str,
        settings: Settings | None = None,
        *,
        watch: Progress | None = None,
        **choices: Any,
    ) -> Reading:
        chosen = (settings or Settings()).changed(**choices)
        operating_point, tortured, dictionary = chosen.operating_point, chosen.tortured, chosen.dictionary
        assert not isinstance(dictionary, Path)
        watch = watch or (lambda done, reading: None)
        with self._lock:
            self.running += 1
            self.started += 1
            self.most = max(self.most, self.running)
        try:
            swaps = SWAPS if dictionary is None else dictionary
            watch(0.3, None)
            watch(0.5, made(text, {}, operating_point, tortured))
            if "BUG" in text:
                raise RuntimeError(f"cannot read {text}")
            if "WAIT" in text:
                for _ in range(1000):
                    if self.gate.wait(0.01):
                        break
                    watch(0.6, made(text, {}, operating_point, tortured))
                    self.told += 1
            if "STUCK" in text:
                self.gate.wait(10)
            return made(text, swaps, operating_point, tortured)
        finally:
            with self._lock:
                self.running -= 1


def made(text: str, swaps: Mapping[str, str], operating_point: float, tortured: bool) -> Reading:
    pattern = "|".join(re.escape(word) for word in swaps if word)
    found = re.finditer(pattern, text) if pattern else iter(())
    substitutions = tuple(Substitution(m.start(), m.end(), m.group(), swaps[m.group()], 0.9) for m in found)
    words = len(text.split())
    return Reading(
        text=text, restored=apply(text, substitutions), spun=bool(substitutions), score=operating_point,
        false_positive_rate=1e-5 if substitutions else 0.5, share=min(len(substitutions) / max(words, 1), 1.0), words=words,
        spinner="tortured" if tortured else None, substitutions=substitutions,
        notes=() if words > 4 else (Note.TOO_SHORT,),
    )  # fmt: skip


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.gate.set()


def ask(
    app: FastAPI,
    *requests: tuple[str, Any],
    rounds: int = 1,
    answered: list[httpx.Response] | None = None,
    **options: Any,
) -> list[httpx.Response]:
    """POST requests at the same time, and again for each round; a body of None is a GET, and what is no bytes goes as JSON.

    What has been answered is in ``answered`` as soon as it comes.
    """

    async def one(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
        response = await sent(client, path, body)
        if answered is not None:
            answered.append(response)
        return response

    async def sent(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
        if body is None:
            return await client.get(path, **options)
        if isinstance(body, bytes):
            return await client.post(path, content=body, **options)
        return await client.post(path, json=body, **options)

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return [
                response
                for _ in range(rounds)
                for response in await asyncio.gather(*(one(client, path, body) for path, body in requests))
            ]

    return asyncio.run(all_of_them())


def error_of(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"]
    assert "\n" not in error["message"]
    return response.status_code, error["code"]


# --- readings --------------------------------------------------------------------------------------------------------


def test_read_answers_with_the_bytes_of_the_command(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.txt").write_bytes(SPUN.encode())
    monkeypatch.setitem(vars(unspin), "read", reader)
    printed = CliRunner().invoke(program, ["read", str(tmp_path / "page.txt"), "--json"]).stdout_bytes
    [response] = ask(create(read=reader), ("/v1/read", {"text": SPUN}))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.content == printed
    assert response.json()["restored"] == RESTORED
    Draft202012Validator(schema()).validate(response.json())


def test_settings_arrive(reader: Reader) -> None:
    settings = {"operating_point": 0.25, "tortured": True, "dictionary": {"kiln": "oven"}}
    [response] = ask(create(read=reader), ("/v1/read", {"text": SPUN, **settings}))
    reading = response.json()
    assert (reading["score"], reading["spinner"]) == (0.25, "tortured")
    assert [s["original"] for s in reading["substitutions"]] == ["oven"]
    [response] = ask(create(read=reader), ("/v1/read", {"text": SPUN}))
    assert (response.json()["score"], response.json()["spinner"]) == (1e-4, None)


def test_restore(reader: Reader) -> None:
    spun, written = ask(create(read=reader), ("/v1/restore", {"text": SPUN}), ("/v1/restore", {"text": "As it was."}))
    assert spun.json() == {"restored": RESTORED, "spun": True}
    assert written.json() == {"restored": "As it was.", "spun": False}


def test_batch_keeps_order_and_names(reader: Reader) -> None:
    texts = [f"{i} {SPUN}" for i in range(9)]
    documents = [{"id": f"page {i}", "text": text} if i % 2 else {"text": text} for i, text in enumerate(texts)]
    [response] = ask(create(read=reader), ("/v1/batch", {"documents": documents, "operating_point": 0.5}))
    results = response.json()["results"]
    assert [r["id"] for r in results] == [f"page {i}" if i % 2 else str(i) for i in range(9)]
    for text, result in zip(texts, results, strict=True):
        assert result["reading"] == made(text, SWAPS, 0.5, False).to_dict()


def test_one_bad_document_fails_alone(reader: Reader) -> None:
    bad = [
        ({"id": "long", "text": "word " * 100}, "long", "too-large"),
        ({"id": "bug", "text": "BUG"}, "bug", "internal"),
        ({"id": "none"}, "none", "invalid"),
        ({"id": 7, "text": "a number"}, "3", "invalid"),
        ({"id": "more", "text": "x", "language": "en"}, "more", "invalid"),
        ("a string", "5", "invalid"),
        (None, "6", "invalid"),
        ([{"text": SPUN}], "7", "invalid"),
    ]
    documents = [item for item, _, _ in bad] + [{"text": SPUN}]
    [response] = ask(create(ServerLimits(characters=200), read=reader), ("/v1/batch", {"documents": documents}))
    assert response.status_code == 200
    *failed, good = response.json()["results"]
    assert [(r["id"], r["error"]["code"]) for r in failed] == [(name, code) for _, name, code in bad]
    assert good["reading"]["restored"] == RESTORED


def test_documents_that_are_not_done_in_time_fail_alone(reader: Reader) -> None:
    documents = [{"text": "WAIT"}, {"text": SPUN}]
    [response] = ask(create(ServerLimits(seconds=1, parallel=2), read=reader), ("/v1/batch", {"documents": documents}))
    slow, quick = response.json()["results"]
    assert slow["error"]["code"] == "timeout"
    assert quick["reading"]["spun"]


def test_a_batch_leaves_room_for_others(reader: Reader) -> None:
    app = create(ServerLimits(parallel=2), read=reader)
    ask(app, ("/v1/batch", {"documents": [{"text": SPUN}] * 20}))
    assert 1 <= reader.most <= 2


def test_health_and_version(reader: Reader) -> None:
    health, version = ask(create(ServerLimits(documents=3), read=reader), ("/v1/health", None), ("/v1/version", None))
    assert health.json() == {"status": "ok", "running": 0, "waiting": 0}
    assert version.json()["reading"] == "unspin-reading-1"
    assert version.json()["limits"]["documents"] == 3


# --- stream ----------------------------------------------------------------------------------------------------------


def events(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.text.endswith("\n")
    return [json.loads(line) for line in response.text.splitlines()]


def test_stream_ends_with_the_reading(reader: Reader) -> None:
    app = create(read=reader)
    open_gate(reader, lambda: reader.told >= 20)
    [response] = ask(app, ("/v1/stream", {"text": f"WAIT {SPUN}"}))
    *progress, last = events(response)
    assert progress
    assert {event["event"] for event in progress} == {"progress"}
    assert [event["done"] for event in progress] == sorted(event["done"] for event in progress)
    assert all(event["reading"] is None or event["reading"]["substitutions"] == [] for event in progress)
    assert last == {"event": "reading", "reading": made(f"WAIT {SPUN}", SWAPS, 1e-4, False).to_dict()}


def test_a_reading_that_has_not_changed_is_not_sent_again() -> None:
    partial = made(SPUN, {}, 1e-4, False)

    def read(text: str, *, watch: Progress, **choices: Any) -> Reading:
        for _ in range(10):
            watch(0.5, partial)
            time.sleep(0.05)  # long enough for each to be sent
        return made(text, SWAPS, 1e-4, False)

    [response] = ask(create(read=read), ("/v1/stream", {"text": SPUN}))
    *progress, last = events(response)
    assert len([event for event in progress if event["reading"] is not None]) <= 1
    assert last["event"] == "reading"


def test_stream_tells_of_errors_in_its_last_line(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    app = create(ServerLimits(seconds=1, parallel=2), read=reader)
    slow, bug = ask(app, ("/v1/stream", {"text": "WAIT"}), ("/v1/stream", {"text": f"BUG {SECRET}"}))
    assert [slow.status_code, bug.status_code] == [200, 200]
    assert (events(slow)[-1]["event"], events(slow)[-1]["error"]["code"]) == ("error", "timeout")
    assert (events(bug)[-1]["event"], events(bug)[-1]["error"]["code"]) == ("error", "internal")
    assert SECRET not in bug.text.splitlines()[-1] + caplog.text


def test_stream_refuses_with_a_status_before_it_begins(reader: Reader) -> None:
    [response] = ask(create(ServerLimits(characters=10), read=reader), ("/v1/stream", {"text": SPUN}))
    assert error_of(response) == (413, "too-large")


# --- files and reports -----------------------------------------------------------------------------------------------


def upload(app: FastAPI, data: bytes, name: str, path: str = "/v1/file", **fields: str) -> httpx.Response:
    form = {"files": {"file": (name, data)}, "data": fields}
    built = httpx.Request("POST", BASE, **form)
    return ask(app, (path, built.read()), headers={"content-type": built.headers["content-type"]})[0]


def test_a_file_is_read_and_its_places_found(reader: Reader) -> None:
    text = "Nothing happened here today.\n\nThe bowl is connected the shelf, and the kiln is cold.\n"
    response = upload(create(read=reader), text.encode(), "C:\\pages\\page.txt", operating_point="0.5", tortured="true")
    assert response.status_code == 200
    answer = response.json()
    assert answer["document"] == {"name": "page.txt", "format": "text"}
    assert answer["reading"] == made(text, SWAPS, 0.5, True).to_dict()
    assert answer["places"] == [{"page": None, "paragraph": 2}]


def test_html_is_read_as_its_main_text(reader: Reader) -> None:
    one = "The bowl is connected the shelf, and the kiln behind it has been cold since the spring. " * 6
    two = "The potter left in May. Nobody could say successful which year she came back to the village. " * 6
    page = f"<!doctype html><html><body><nav>Home</nav><article><p>{one}</p><p>{two}</p></article></body></html>"
    answer = upload(create(read=reader), page.encode(), "page.html").json()
    assert answer["document"]["format"] == "html"
    assert "<p>" not in answer["reading"]["text"]
    assert {place["paragraph"] for place in answer["places"]} == {1, 2}


def test_a_long_page_is_cut_and_said_to_be(reader: Reader) -> None:
    item = "<p>This is paragraph {} of a page about boats and the harbour in the morning.</p>"
    page = "<html><body><article>" + "".join(map(item.format, range(30))) + "</article></body></html>"
    answer = upload(create(ServerLimits(characters=500), read=reader), page.encode(), "page.html").json()
    assert answer["reading"]["notes"] == [Note.TRUNCATED]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_long_text_file_is_cut_as_any_other(reader: Reader, encoding: str) -> None:
    text = "The caf\xe9 by the harbour is open. " * 9
    answer = upload(create(ServerLimits(characters=100), read=reader), text.encode(encoding), "page.txt").json()
    assert answer["reading"]["text"] == text[:100]
    assert answer["reading"]["notes"][-1] == Note.TRUNCATED
    whole = upload(create(ServerLimits(characters=len(text)), read=reader), text.encode(encoding), "page.txt").json()
    assert whole["reading"]["text"] == text and Note.TRUNCATED not in whole["reading"]["notes"]


def test_a_file_is_streamed_with_its_places(reader: Reader) -> None:
    text = "Nothing happened here today, WAIT.\n\nThe bowl is connected the shelf, and the kiln is cold.\n"
    app = create(read=reader)
    open_gate(reader, lambda: reader.told >= 20)
    first, *progress, last = events(
        upload(app, text.encode(), "/tmp/page.txt", "/v1/file/stream", operating_point="0.5")
    )
    assert first == {"event": "document", "document": {"name": "page.txt", "format": "text"}}
    assert progress and all(event["event"] == "progress" for event in progress)
    assert any(event["reading"] is not None and event["places"] == [] for event in progress)
    places = [{"page": None, "paragraph": 2}]
    assert last == {"event": "reading", "reading": made(text, SWAPS, 0.5, False).to_dict(), "places": places}


def test_the_notes_on_a_file_are_in_its_streamed_reading(reader: Reader) -> None:
    app = create(ServerLimits(characters=30), read=reader)
    *_, last = events(
        upload(app, "The caf\xe9 is closed until the end of May.".encode("cp1252"), "a.txt", "/v1/file/stream")
    )
    assert last["reading"]["notes"] == [Note.ENCODING_GUESSED, Note.TRUNCATED]


def test_a_file_that_cannot_be_opened_is_no_stream(reader: Reader) -> None:
    response = upload(create(read=reader), b"%PDF-1.7 and then nothing", "page.pdf", "/v1/file/stream")
    assert error_of(response) == (422, "unreadable")
    assert reader.started == 0


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"", "empty.txt", 422, "unreadable"),
        (b"\0\1\2\3" * 99, "page.txt", 422, "unreadable"),
        (b"%PDF-1.7 and then nothing", "page.pdf", 422, "unreadable"),
        (b"\x1f\x8b" + b"\0" * 99, "page.gz", 415, "unsupported-type"),
    ],
)
def test_files_that_cannot_be_read(reader: Reader, data: bytes, name: str, status: int, code: str) -> None:
    response = upload(create(read=reader), data, name)
    assert error_of(response) == (status, code)
    assert name in response.json()["error"]["message"]


def test_a_notice_about_the_file_is_in_the_reading(reader: Reader) -> None:
    answer = upload(
        create(read=reader), "The caf\xe9 is closed until the end of May.".encode("cp1252"), "page.txt"
    ).json()
    assert answer["reading"]["notes"] == [Note.ENCODING_GUESSED]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"no form", "multipart/form-data", 400),
        (b"no form", "multipart/form-data; boundary=x", 400),
        (
            b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\ntext\r\n--x--",
            "multipart/form-data; boundary=x",
            422,
        ),
        (b"--x--", "multipart/form-data; boundary=x", 422),
    ],
)
def test_forms_without_a_file(reader: Reader, body: bytes, media_type: str, status: int) -> None:
    [response] = ask(create(read=reader), ("/v1/file", body), headers={"content-type": media_type})
    assert error_of(response)[0] == status


PAGE = "http://pots.example/page"


@pytest.fixture
def web() -> Iterator[Web]:
    with site() as web:
        yield web


@pytest.fixture
def fetching(web: Web, reader: Reader) -> FastAPI:
    """A server that fetches addresses, on a web of our own."""
    return create(read=reader, fetch=partial(load_address, network=web.network()))


def test_what_stands_at_an_address_is_read(fetching: FastAPI, web: Web) -> None:
    [response] = ask(fetching, ("/v1/address", {"address": PAGE, "operating_point": 0.5}))
    assert response.status_code == 200
    answer = response.json()
    assert answer["document"] == {"name": PAGE, "format": "html"}
    assert answer["reading"] == made(f"{PROSE}\n", SWAPS, 0.5, False).to_dict()
    assert answer["places"] == []
    assert web.asked == [("pots.example", "/robots.txt"), ("pots.example", "/page")]


def test_what_stands_at_an_address_is_streamed(fetching: FastAPI) -> None:
    first, *_, last = events(ask(fetching, ("/v1/address/stream", {"address": PAGE}))[0])
    assert first == {"event": "document", "document": {"name": PAGE, "format": "html"}}
    assert (last["event"], last["reading"]["text"], last["places"]) == ("reading", f"{PROSE}\n", [])


def test_what_stands_at_an_address_keeps_to_the_limits(web: Web, reader: Reader) -> None:
    fetch = partial(load_address, network=web.network())
    [cut] = ask(create(ServerLimits(characters=20), read=reader, fetch=fetch), ("/v1/address", {"address": PAGE}))
    assert Note.TRUNCATED in cut.json()["reading"]["notes"]
    small = create(ServerLimits(body_bytes=1_000), read=reader, fetch=fetch)
    [large] = ask(small, ("/v1/address", {"address": "http://pots.example/large"}))
    assert error_of(large) == (422, "unreadable")
    assert "larger than" in large.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/address", "/v1/address/stream"])
def test_addresses_are_fetched_in_the_pool_in_the_time_of_the_request(reader: Reader, path: str) -> None:
    seen: list[tuple[str, documents.Limits]] = []

    def fetch(address: str, limits: documents.Limits) -> documents.Document:
        seen.append((threading.current_thread().name, limits))
        return documents.from_bytes(SPUN.encode(), "page.txt", limits)

    app = create(ServerLimits(body_bytes=3_000, characters=2_000, seconds=9), read=reader, fetch=fetch)
    assert ask(app, (path, {"address": PAGE}))[0].status_code == 200
    [(thread, limits)] = seen
    assert thread.startswith("unspin")
    assert (limits.bytes, limits.characters, limits.cut_text) == (3_000, 2_000, True)
    assert 0 < limits.seconds <= 9


@pytest.mark.parametrize("path", ["/v1/address", "/v1/address/stream"])
@pytest.mark.parametrize(
    ("address", "status", "code", "why"),
    [
        ("http://inside.example/page", 422, "unreadable", "not public"),
        ("http://pots.example/to/http:%7C%7Cinside.example%7Cpage", 422, "unreadable", "not public"),
        ("http://closed.example/page", 422, "unreadable", "robots.txt"),
        ("http://pots.example/nothing", 422, "unreadable", "404"),
        ("http://pots.example/picture", 415, "unsupported-type", "image/png"),
    ],
)
def test_addresses_that_are_not_read(
    fetching: FastAPI, web: Web, reader: Reader, path: str, address: str, status: int, code: str, why: str
) -> None:
    web.names["inside.example"] = ["192.168.0.7"]
    [response] = ask(fetching, (path, {"address": address}))
    assert error_of(response) == (status, code)
    message = response.json()["error"]["message"]
    assert message.startswith(f"{address}: ") and why in message
    assert "inside.example" not in [host for host, _ in web.asked]
    assert reader.started == 0


@pytest.mark.parametrize(
    "address", ["ftp://pots.example/page", "pots.example", "/etc/passwd", "http://a b", "", 7, None]
)
def test_only_addresses_are_fetched(fetching: FastAPI, web: Web, address: Any) -> None:
    [response] = ask(fetching, ("/v1/address", {"address": address}))
    assert error_of(response) == (422, "invalid")
    assert web.asked == []


@pytest.mark.parametrize("path", ["/v1/address", "/v1/address/stream"])
def test_addresses_are_not_fetched_by_default(reader: Reader, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("the network was asked"))
    refused, version = ask(create(read=reader), (path, {"address": PAGE}), ("/v1/version", None))
    assert error_of(refused) == (403, "addresses-off")
    assert "--addresses" in refused.json()["error"]["message"]
    assert version.json()["addresses"] is False


def test_a_server_says_that_it_fetches(fetching: FastAPI) -> None:
    assert ask(fetching, ("/v1/version", None))[0].json()["addresses"] is True


def exported(app: FastAPI, *readings: tuple[str, dict[str, Any]], **options: Any) -> httpx.Response:
    named = [{"name": name, "reading": reading} for name, reading in readings]
    return ask(app, ("/v1/export", {"readings": named, **options}))[0]


@pytest.mark.parametrize("suffix", "txt text md html xhtml pdf docx odt epub tex xml nxml tei".split())
def test_what_is_kept_is_named_without_the_suffix_of_its_document(reader: Reader, suffix: str) -> None:
    record = made(SPUN, SWAPS, 1e-4, False).to_dict()
    response = exported(create(read=reader), (f"https://pots.example/bowl.{suffix}", record), format="md")
    assert 'filename="bowl-restored.md"' in response.headers["content-disposition"]


@pytest.mark.parametrize("form", ["html", "docx", "csv", "json", "md"])
def test_a_reading_is_kept_in_every_form(reader: Reader, form: str) -> None:
    record = made(SPUN, SWAPS, 1e-4, False).to_dict()
    response = exported(create(read=reader), ("Ä bowl.html", record), format=form)
    assert response.status_code == 200
    assert response.headers["content-type"] == FORMATS[form].media_type
    disposition = f"attachment; filename=\"_ bowl-restored.{form}\"; filename*=UTF-8''%C3%84%20bowl-restored.{form}"
    assert response.headers["content-disposition"] == disposition
    entry = Entry(Source("Ä bowl.html"), made(SPUN, SWAPS, 1e-4, False))
    assert response.content == export([entry], form)
    assert reader.started == 0


def test_several_readings_and_the_public_edition(reader: Reader) -> None:
    records = [(f"{i}.txt", made(SPUN, SWAPS, 1e-4, False).to_dict()) for i in range(3)]
    response = exported(create(read=reader), *records, format="json", public=True)
    assert len(response.json()["documents"]) == 3
    assert response.json()["edition"] == "public"
    assert 'filename="unspin.json"' in response.headers["content-disposition"]
    assert error_of(exported(create(ServerLimits(documents=2), read=reader), *records, format="json")) == (
        413,
        "too-large",
    )


def test_choices_of_the_page_are_kept(reader: Reader) -> None:
    record = json.loads(json.dumps(made(SPUN, SWAPS, 1e-4, False).to_dict()))
    record["substitutions"] = [s for s in record["substitutions"] if s["found"] != "beryllium"]
    record["substitutions"][0] |= {"original": "under", "confidence": 0, "alternatives": [["on", 0.9]], "route": []}
    record["restored"] = SPUN.replace("connected", "under").replace("successful", "in")
    record["score"] = 4  # as JavaScript writes 4.0
    kept = exported(create(read=reader), ("page", record), format="json").json()["documents"][0]["reading"]
    assert kept["restored"] == record["restored"]
    assert kept["substitutions"] == record["substitutions"]


PLACES = [{"page": 3, "paragraph": 2}, {"page": 3, "paragraph": 4}, {"page": 17, "paragraph": 1}]


def sent(**more: Any) -> list[dict[str, Any]]:
    """The one reading of a request for an export."""
    return [{"name": "page.pdf", "reading": made(SPUN, SWAPS, 1e-4, False).to_dict(), **more}]


@pytest.mark.parametrize("form", FORMATS)
def test_places_and_settings_stand_in_what_is_kept(reader: Reader, form: str) -> None:
    readings = sent(format="pdf", places=PLACES)
    body = {"readings": readings, "format": form, "settings": {"operating_point": 0.002, "dictionary": "kiln.json"}}
    [response] = ask(create(read=reader), ("/v1/export", body))
    entry = Entry(Source("page.pdf", "pdf", lambda at: at_hand(at)), made(SPUN, SWAPS, 1e-4, False))
    known = Settings(operating_point=0.002, dictionary=Path("kiln.json"), fast=False)
    assert response.content == export([entry], form, settings=known)
    assert response.content != export([entry], form, settings=None) or form == "csv"
    assert response.content != export([Entry(Source("page.pdf", "pdf"), entry.outcome)], form, settings=known)


def at_hand(offset: int) -> documents.Place:
    """The place in :data:`PLACES` of the substitution that stands at an offset."""
    starts = [s.start for s in made(SPUN, SWAPS, 1e-4, False).substitutions]
    return documents.Place(**PLACES[starts.index(offset)])


def test_places_follow_the_choices(reader: Reader) -> None:
    [named] = sent(places=[PLACES[0], PLACES[2]])
    kept = [s for s in named["reading"]["substitutions"] if s["found"] != "beryllium"]
    named["reading"] |= {"substitutions": kept, "restored": RESTORED.replace("could be", "could beryllium")}
    [response] = ask(create(read=reader), ("/v1/export", {"readings": [named], "format": "json"}))
    assert response.json()["documents"][0]["places"] == named["places"]
    assert response.json()["settings"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"places": PLACES[:2]}, {"places": [*PLACES, PLACES[0]]}, {"places": []}, {"places": {}},
        {"places": [*PLACES[:2], {"page": 0, "paragraph": 1}]}, {"places": [*PLACES[:2], {"page": None, "paragraph": 0}]},
        {"places": [*PLACES[:2], {"paragraph": 1}]}, {"places": [*PLACES[:2], {"page": 1.5, "paragraph": 1}]},
        {"places": [*PLACES[:2], {"page": 1, "paragraph": 1, "line": 2}]}, {"places": [*PLACES[:2], [1, 1]]},
        {"places": [*PLACES[:2], {"page": 2**70, "paragraph": 1}]}, {"format": "doc"},
    ],
)  # fmt: skip
def test_places_that_do_not_fit_are_refused(reader: Reader, change: dict[str, Any]) -> None:
    [response] = ask(create(read=reader), ("/v1/export", {"readings": sent(**change), "format": "html"}))
    assert error_of(response) == (422, "invalid")
    assert next(iter(change)) in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "settings", [{"operating_point": 2}, {"tortured": "yes"}, {"deep": "x"}, {"dictionary": 5}, []]
)
def test_settings_out_of_range_are_not_kept(reader: Reader, settings: Any) -> None:
    body = {"readings": sent(), "format": "html", "settings": settings}
    [response] = ask(create(read=reader), ("/v1/export", body))
    assert error_of(response) == (422, "invalid")


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "unspin-reading-9"}, {"restored": SPUN}, {"text": 5}, {"more": 1}, {"spun": 1}, {"words": -1},
        {"words": "5"}, {"words": 2**70}, {"share": 1.5}, {"score": None}, {"says": ""}, {"verdict": "written"},
        {"notes": "too-short"}, {"substitutions": []}, {"unspin": None}, {"quotations": [{"start": 3}]},
        {"quotations": [{"start": 0, "end": 10**6, "speaker": None, "found": "", "restored": "", "altered": False}]},
        {"notes": [[[]]]}, {"spinner": "\ud800"}, {"passages": [[5, 2]]}, {"passages": [[0, 10**6]]}, {"passages": [[0]]},
        {"passages": [[0, 9], [4, 12]]},
    ],
)  # fmt: skip
def test_a_damaged_reading_is_not_exported(reader: Reader, change: dict[str, Any]) -> None:
    record = made(SPUN, SWAPS, 1e-4, False).to_dict() | change
    body = json.dumps({"readings": [{"name": "page", "reading": record}], "format": "html"}).encode()
    [response] = ask(create(read=reader), ("/v1/export", body), headers={"content-type": "application/json"})
    assert error_of(response) == (422, "unreadable")


def test_a_swap_that_is_not_in_the_text_is_not_exported(reader: Reader) -> None:
    record = made(SPUN, SWAPS, 1e-4, False).to_dict()
    for change in ({"found": "other"}, {"confidence": 1.1}, {"alternatives": [["on", -0.1]]}, {"quoted": 0}):
        wrong = record | {"substitutions": [record["substitutions"][0] | change, *record["substitutions"][1:]]}
        assert error_of(exported(create(read=reader), ("page", wrong), format="csv")) == (422, "unreadable")


# --- what is wrong with a request ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": 5}, {"text": None}, {"text": SPUN, "operating-point": 0.1}, {"text": SPUN, "operating_point": 0},
        {"text": SPUN, "operating_point": 1.5}, {"text": SPUN, "operating_point": "0.1"}, {"text": SPUN, "tortured": 1},
        {"text": SPUN, "dictionary": {"a": 1}}, {"text": SPUN, "deep": "/etc/passwd"}, [], "text", 5,
        b'{"text": "\\ud800"}', b'{"text": "a", "\\ud800": 1}', b'{"text": "a", "operating_point": NaN}', b"",
    ],
)  # fmt: skip
def test_wrong_fields_are_named(reader: Reader, body: Any) -> None:
    headers = {"content-type": "application/json"}
    [response] = ask(create(read=reader), ("/v1/read", body), headers=headers)
    assert error_of(response) == (422, "invalid")
    assert reader.started == 0


@pytest.mark.parametrize("body", [b"{", b"text", b'{"text": "a"', b"\xff\xfe", b"[" * 200_000, b"1" * 5000])
def test_damaged_json_is_a_bad_request(reader: Reader, body: bytes) -> None:
    [response] = ask(create(read=reader), ("/v1/read", body), headers={"content-type": "application/json"})
    assert error_of(response) in {(400, "bad-request"), (422, "invalid")}
    assert response.status_code == 400 or body.startswith(b"1")


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("path", ["/v1/read", "/v1/restore", "/v1/batch", "/v1/stream", "/v1/export"])
def test_only_json_is_taken_as_json(reader: Reader, path: str, media_type: str | None) -> None:
    headers = {"content-type": media_type} if media_type else {}
    [response] = ask(create(read=reader), (path, json.dumps({"text": SPUN}).encode()), headers=headers)
    assert error_of(response) == (415, "unsupported-type")


def test_paths_and_methods_that_do_not_exist(reader: Reader) -> None:
    app = create(read=reader)
    nothing, wrong, docs = ask(app, ("/v1/nothing", None), ("/v1/read", None), ("/docs", None))
    assert error_of(nothing) == (404, "not-found")
    assert error_of(wrong) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "POST"
    assert docs.status_code == 404  # it would load scripts from elsewhere
    assert error_of(ask(app, ("/v1/health", {}))[0]) == (405, "method-not-allowed")


def test_errors_do_not_repeat_what_was_sent(reader: Reader) -> None:
    bodies = ({"text": SECRET, "more": SECRET}, {"text": [SECRET]}, {"dictionary": {"a": [SECRET]}, "text": ""})
    for response in ask(create(read=reader), *(("/v1/read", body) for body in bodies)):
        assert response.status_code == 422
        assert SECRET not in response.text


# --- limits ----------------------------------------------------------------------------------------------------------


def test_limits_of_length_and_number(reader: Reader) -> None:
    app = create(ServerLimits(characters=len(SPUN), documents=2), read=reader)
    fits, long, many = ask(
        app,
        ("/v1/read", {"text": SPUN}),
        ("/v1/read", {"text": SPUN + "."}),
        ("/v1/batch", {"documents": [{"text": SPUN}] * 3}),
    )
    assert fits.status_code == 200
    assert error_of(long) == (413, "too-large")
    assert error_of(many) == (413, "too-large")


@pytest.mark.parametrize("path", ["/v1/read", "/v1/restore", "/v1/stream"])
def test_a_large_dictionary_is_refused_before_its_words_are_looked_at(
    reader: Reader, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unspin.web.models.MOST_ENTRIES", 100)
    monkeypatch.setattr("unspin.web.models._MOST_CHARACTERS", 1000)
    numbered = {f"{i:03}": f"{i:03}" for i in range(100)}
    few_and_long, many, wrong = {"connected": "o" * 992}, numbered | {"more": "one"}, dict.fromkeys(range(101), 5)
    fits, *refused = ask(
        create(read=reader), *((path, {"text": SPUN, "dictionary": d}) for d in (numbered, few_and_long, many, wrong))
    )
    assert fits.status_code == 200
    assert [error_of(response) for response in refused] == [(413, "too-large")] * 3
    assert all("dictionary" in response.json()["error"]["message"] for response in refused)
    assert reader.started == 1


def test_text_is_worked_on_in_the_pool_alone(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that grows with a text runs on the event loop, where it would keep everybody waiting."""
    where: dict[str, set[str]] = {}

    def noted(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any, **options: Any) -> Any:
            where.setdefault(name, set()).add(threading.current_thread().name.partition("_")[0])
            return work(*args, **options)

        return noting

    works = [
        "routes.to_json",
        "stream.to_json",
        "files.to_json",
        "files.from_bytes",
        "export.render",
        "export.reading_of",
    ]
    for name in works:
        module, function = name.split(".")
        monkeypatch.setattr(f"unspin.web.{name}", noted(name, getattr(sys.modules[f"unspin.web.{module}"], function)))
    app = create(read=noted("read", reader))
    paths = [("/v1/read", {"text": SPUN}), ("/v1/restore", {"text": SPUN}), ("/v1/stream", {"text": SPUN})]
    paths += [("/v1/batch", {"documents": [{"text": SPUN}]})]
    paths += [("/v1/export", {"readings": sent(), "format": form}) for form in FORMATS]
    assert {response.status_code for response in ask(app, *paths)} == {200}
    for path in ("/v1/file", "/v1/file/stream"):
        assert upload(app, SPUN.encode(), "page.txt", path).status_code == 200
    assert where == dict.fromkeys([*works, "read"], {"unspin"})


def call(app: FastAPI, receive: Callable[[], Any], *headers: tuple[bytes, bytes]) -> tuple[int, bytes, dict[str, str]]:
    """One request to ``/v1/read``, its body given by hand."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/v1/read",
        "raw_path": b"/v1/read", "root_path": "", "scheme": "http", "query_string": b"", "client": ("127.0.0.1", 9),
        "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), *headers],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent), answered


def test_a_declared_size_is_refused_before_anything_is_read(reader: Reader) -> None:
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.disconnect"}

    status, body, headers = call(create(read=reader), receive, (b"content-length", b"999999999999"))
    assert (status, json.loads(body)["error"]["code"], headers["connection"]) == (413, "too-large", "close")
    assert asked == 1  # to let the rest pass, after the answer


def test_an_endless_body_is_refused_while_it_comes(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unspin.web.guards._LINGER", 0.1)
    arrived, answered_after = 0, 0
    app = create(ServerLimits(body_bytes=1_000_000), read=reader)

    async def receive() -> dict[str, Any]:
        nonlocal arrived
        arrived += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b" " * 100_000, "more_body": True}

    original = app.build_middleware_stack

    def watched() -> Any:
        stack = original()

        async def outermost(scope: Any, receive: Any, send: Any) -> None:
            async def noting(message: Any) -> None:
                nonlocal answered_after
                answered_after = answered_after or arrived
                await send(message)

            await stack(scope, receive, noting)

        return outermost

    monkeypatch.setattr(app, "build_middleware_stack", watched)
    status, body, headers = call(app, receive, (b"transfer-encoding", b"chunked"))
    assert (status, json.loads(body)["error"]["code"], headers["connection"]) == (413, "too-large", "close")
    assert answered_after == 11
    assert arrived > 11  # let pass, so that the client reads the answer
    assert reader.started == 0


def test_a_body_that_does_not_come_is_not_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unspin.web.guards._LINGER", 0.1)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    began = time.monotonic()
    status, body, _ = call(create(ServerLimits(seconds=0.2), read=reader), receive, (b"content-length", b"10"))
    assert (status, json.loads(body)["error"]["code"]) == (408, "slow-request")
    assert time.monotonic() - began < 5


def test_a_body_that_trickles_in_is_not_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the request as a whole may take; a large body on a slow line has the time that it needs."""
    monkeypatch.setattr("unspin.web.guards._LINGER", 0.1)
    monkeypatch.setattr("unspin.web.guards._BODY_SECONDS", 0.3)
    monkeypatch.setattr("unspin.web.guards._BODY_RATE", 1000)
    app = create(read=reader)

    def arriving(pieces: int, size: int) -> Callable[[], Any]:
        """``pieces`` of a body, one every 0.1 s, as what is to be received."""
        whole = json.dumps({"text": SPUN}).encode().ljust(pieces * size)
        left = [whole[i : i + size] for i in range(0, pieces * size, size)]

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.1)
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        return receive

    began = time.monotonic()
    status, body, _ = call(app, arriving(300, 1), (b"transfer-encoding", b"chunked"))
    assert (status, json.loads(body)["error"]["code"]) == (408, "slow-request")
    assert time.monotonic() - began < 5
    assert call(app, arriving(8, 200), (b"transfer-encoding", b"chunked"))[0] == 200


def test_bodies_together_are_limited(reader: Reader) -> None:
    app = create(ServerLimits(body_bytes=1000, parallel=1, queue=50, seconds=60), read=reader)
    requests = [("/v1/read", {"text": "WAIT" + "." * 800})] * 10
    answered: list[httpx.Response] = []
    open_gate(reader, lambda: reader.running == 1 and len(answered) == 6)
    codes = [response.status_code for response in ask(app, *requests, rounds=2, answered=answered)]
    assert sorted(codes[:10]) == [200] * 4 + [503] * 6
    assert 200 in codes[10:]  # what is done is not counted any more


def test_when_the_queue_is_full_others_are_sent_away(reader: Reader) -> None:
    app = create(ServerLimits(parallel=2, queue=3, seconds=60), read=reader)
    answered: list[httpx.Response] = []
    open_gate(reader, lambda: reader.running == 2 and len(answered) == 5)  # four sent away, and the health
    waiting = [("/v1/read", {"text": f"WAIT {SPUN}"})] * 9
    *responses, health = ask(app, *waiting, ("/v1/health", None), answered=answered)
    answers = [r.status_code for r in responses]
    assert sorted(answers) == [200] * 5 + [503] * 4
    assert health.json()["running"] <= 2
    busy = next(r for r in responses if r.status_code == 503)
    assert error_of(busy) == (503, "busy")
    assert int(busy.headers["retry-after"]) >= 1
    assert reader.most == 2
    assert [r.status_code for r in ask(app, ("/v1/read", {"text": SPUN}))] == [200]


def test_a_reading_beyond_its_time_stops_at_its_next_stage(reader: Reader) -> None:
    app = create(ServerLimits(parallel=1, seconds=0.3), read=reader)
    began = time.monotonic()
    [response] = ask(app, ("/v1/read", {"text": "WAIT"}))
    assert error_of(response) == (503, "timeout")
    assert "retry-after" in response.headers
    assert time.monotonic() - began < 5
    wait_until(lambda: reader.running == 0)


def test_threads_do_not_pile_up(reader: Reader) -> None:
    """A reading that is stuck keeps its place after its client was told; those behind it wait, and are told in time."""
    app = create(ServerLimits(parallel=2, queue=100, seconds=0.4), read=reader)
    before = set(threading.enumerate())
    responses = ask(app, *[("/v1/read", {"text": "STUCK"})] * 10, rounds=3)
    assert {error_of(r)[0] for r in responses} == {503}
    assert {error_of(r)[1] for r in responses} <= {"busy", "timeout"}
    assert reader.most <= 2
    assert [t.name.partition("_")[0] for t in set(threading.enumerate()) - before].count("unspin") <= 2


def test_a_place_comes_free_when_a_stuck_reading_ends(reader: Reader) -> None:
    async def story() -> list[int]:
        app = create(ServerLimits(parallel=1, seconds=1.5), read=reader)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            stuck = await client.post("/v1/read", json={"text": "STUCK"})
            blocked = await client.post("/v1/read", json={"text": SPUN})
            reader.gate.set()
            await asyncio.to_thread(wait_until, lambda: reader.running == 0)
            free = await client.post("/v1/read", json={"text": SPUN})
            return [stuck.status_code, blocked.status_code, free.status_code]

    assert asyncio.run(story()) == [503, 503, 200]


def test_closing_gives_up_what_is_under_way(reader: Reader) -> None:
    async def story() -> list[int]:
        app = create(ServerLimits(parallel=1, seconds=10), read=reader)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            async with app.router.lifespan_context(app):
                waiting = asyncio.ensure_future(client.post("/v1/read", json={"text": "WAIT"}))
                await asyncio.to_thread(wait_until, lambda: reader.running == 1)
            given_up, closed = await waiting, await client.post("/v1/read", json={"text": SPUN})
            async with app.router.lifespan_context(app):
                again = await client.post("/v1/read", json={"text": SPUN})
        assert error_of(given_up) == error_of(closed) == (503, "busy")
        return [r.status_code for r in (given_up, closed, again)]

    assert asyncio.run(story()) == [503, 503, 200]


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"parallel": 0}, {"queue": -1}]
)
def test_limits_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="give"):
        ServerLimits(**wrong)


def test_a_job_stops_when_it_is_given_up_or_late() -> None:
    job = Job(time.monotonic() + 60)
    job.check()
    job.give_up()
    with pytest.raises(Abandoned):
        job.check()
    with pytest.raises(Abandoned):
        Job(time.monotonic() - 0.001).check()


def in_a_pool(story: Callable[[Pool], Any], seconds: float = 30) -> Any:
    """What a coroutine gives that works with a pool of one place."""

    async def told() -> Any:
        pool = Pool(1, seconds)
        try:
            return await story(pool)
        finally:
            pool.close()

    return asyncio.run(told())


async def leaving() -> bool:
    return True


def test_whoever_leaves_gives_up_the_job_and_whoever_waited_too_long_is_told() -> None:
    """The place stays taken until the thread ends, which it does at its next check."""

    async def story(pool: Pool) -> list[tuple[str, bool, int]]:
        ends = []
        for seconds, gone in ((30.0, leaving), (0.5, None)):
            job, stopped = Job(time.monotonic() + seconds), threading.Event()

            def work(job: Job = job, stopped: threading.Event = stopped) -> None:
                try:
                    wait_until(lambda: job.check() is not None, 5)
                except Abandoned:
                    stopped.wait(0.3)
                    stopped.set()
                    raise

            future = await pool.start(work, job)
            with pytest.raises((Abandoned, Problem)) as end:
                await pool.finish(future, job, gone)
            ends.append((type(end.value).__name__, job._given_up.is_set(), pool.running))
            assert await asyncio.to_thread(stopped.wait, 10)
            await asyncio.sleep(0.1)
            assert pool.running == 0
        return ends

    assert in_a_pool(story) == [("Abandoned", True, 1), ("Problem", True, 1)]


def test_a_client_that_leaves_after_the_deadline_is_late() -> None:
    async def story(pool: Pool) -> None:
        job = Job(time.monotonic() + 0.4)

        async def slowly_gone() -> bool:
            await asyncio.sleep(0.5)
            return True

        future = await pool.start(lambda: time.sleep(0.9), job)
        with pytest.raises(Problem, match="not done within"):
            await pool.finish(future, job, slowly_gone)

    in_a_pool(story)


def test_a_pool_that_closes_gives_up_its_jobs() -> None:
    async def story(pool: Pool) -> bool:
        job = Job(time.monotonic() + 30)
        await pool.start(lambda: wait_until(lambda: job.check() is not None), job)
        pool.close()
        return job._given_up.is_set()

    assert in_a_pool(story)


def open_gate(reader: Reader, condition: Callable[[], bool]) -> None:
    """Let readings that wait go on as soon as ``condition`` holds; beside the test, which meanwhile asks."""

    def wait() -> None:
        wait_until(condition, 30)
        reader.gate.set()

    threading.Thread(target=wait, daemon=True).start()


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


# --- guards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:80"])
def test_own_names_are_answered(reader: Reader, host: str) -> None:
    assert ask(create(read=reader), ("/v1/health", None), headers={"host": host})[0].status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::1", "", "*"])
def test_other_names_are_not(reader: Reader, host: str) -> None:
    for response in ask(create(read=reader), ("/v1/read", {"text": SPUN}), ("/", None), headers={"host": host}):
        assert error_of(response) == (400, "bad-host")
    assert reader.started == 0


def test_hosts_may_be_named(reader: Reader) -> None:
    app = create(read=reader, hosts=["unspin.example"])
    assert ask(app, ("/v1/health", None), headers={"host": "unspin.example"})[0].status_code == 200
    assert ask(app, ("/v1/health", None))[0].status_code == 400
    anywhere = create(read=reader, hosts=["*"])
    assert ask(anywhere, ("/v1/health", None), headers={"host": "any.example"})[0].status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:81", "http://[", ""])
def test_pages_from_elsewhere_may_not_ask(reader: Reader, origin: str) -> None:
    form = {"headers": {"origin": origin, "content-type": "multipart/form-data; boundary=x"}}
    [response] = ask(create(read=reader), ("/v1/file", b"--x--"), **form)
    assert error_of(response) == (403, "foreign-origin")
    assert "access-control-allow-origin" not in response.headers


def test_the_own_page_may_ask(reader: Reader) -> None:
    headers = {"origin": "http://localhost:8000", "host": "localhost:8000"}
    assert ask(create(read=reader), ("/v1/read", {"text": SPUN}), headers=headers)[0].status_code == 200


def test_cors_is_off_unless_asked_for(reader: Reader) -> None:
    origin = {"origin": "https://journal.example"}
    [off] = ask(create(read=reader), ("/v1/health", None), headers=origin)
    assert not [name for name in off.headers if name.startswith("access-control")]
    app = create(read=reader, origins=["https://journal.example"])
    [on] = ask(app, ("/v1/read", {"text": SPUN}), headers=origin)
    assert (on.status_code, on.headers["access-control-allow-origin"]) == (200, "https://journal.example")
    [other] = ask(app, ("/v1/read", {"text": SPUN}), headers={"origin": "https://evil.example"})
    assert (other.status_code, other.headers.get("access-control-allow-origin")) == (403, None)


def test_security_headers_are_on_everything(reader: Reader) -> None:
    app = create(read=reader)
    requests = [("/", None), ("/nothing", None), ("/v1/health", None), ("/v1/read", {"text": SPUN}), ("/v1/read", b"{")]
    requests += [("/v1/read", {"text": "BUG"}), ("/openapi.json", None)]
    for response in ask(app, *requests) + ask(app, ("/", None), headers={"host": "evil.example"}):
        assert {name: response.headers[name] for name in HEADERS} == dict(HEADERS)
        assert response.headers["cache-control"] == ("no-store" if "/v1/" in str(response.url) else "no-cache")
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_no_text_is_logged(reader: Reader, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    app = create(ServerLimits(characters=1000, seconds=1.5, parallel=2), read=reader)
    bodies: list[Any] = [{"text": f"{word} {SECRET}"} for word in ("BUG", "WAIT", SPUN, SPUN * 100)]
    bodies += [{"text": [SECRET]}, f'{{"text": "{SECRET}'.encode()]
    responses = ask(app, *(("/v1/read", body) for body in bodies), headers={"content-type": "application/json"})
    assert [r.status_code for r in responses] == [500, 503, 200, 413, 422, 400]
    batch = ask(app, ("/v1/batch", {"documents": [{"text": f"BUG {SECRET}"}]}))
    assert batch[0].json()["results"][0]["error"]["code"] == "internal"
    bugs = [record.getMessage() for record in caplog.records if record.name == "unspin.web"]
    assert [line.split(" at ")[0] for line in bugs] == [
        "POST /v1/read: RuntimeError", "document 0 of a batch: RuntimeError"
    ]  # fmt: skip
    assert "test_web_api.py" in bugs[0]
    captured = capfd.readouterr()
    assert SECRET not in caplog.text + captured.out + captured.err + "".join(r.text for r in responses if r.is_error)


# --- a real server ---------------------------------------------------------------------------------------------------


@contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """The port of a server in a thread."""
    with server.bind("127.0.0.1", 0) as bound:
        running = uvicorn.Server(server.configuration(app, logging=None))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            wait_until(lambda: running.started)
            yield bound.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join()


def test_over_a_socket(reader: Reader) -> None:
    app = create(ServerLimits(body_bytes=1_000_000), read=reader)
    with listening(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert from_json(client.post("/v1/read", json={"text": SPUN}).content).restored == RESTORED

        # Whoever sends too much reads why, though more is still on its way.
        def endless() -> Iterator[bytes]:
            for _ in range(100):
                yield b" " * 100_000

        for body in (b" " * 10_000_000, endless()):
            response = client.post("/v1/read", content=body, headers={"content-type": "application/json"})
            assert error_of(response) == (413, "too-large")
            assert response.headers["connection"] == "close"

        # Lines of a stream come when they are there, not at the end.
        with client.stream("POST", "/v1/stream", json={"text": f"WAIT {SPUN}"}) as stream:
            lines = stream.iter_lines()
            assert json.loads(next(lines))["event"] == "progress"
            assert reader.running == 1
            reader.gate.set()
            assert [json.loads(line)["event"] for line in lines][-1] == "reading"


def asking(port: int, path: str = "/v1/read") -> socket.socket:
    """A connection on which a reading was asked for that takes its time."""
    body = json.dumps({"text": "WAIT"}).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(head.encode() + b"\r\n\r\n" + body)
    return connection


@pytest.mark.parametrize("path", ["/v1/read", "/v1/stream", "/v1/restore"])
def test_a_reading_stops_when_its_client_leaves(reader: Reader, path: str) -> None:
    app = create(read=reader)
    with listening(app) as port:
        with asking(port, path):
            wait_until(lambda: reader.running == 1)
        wait_until(lambda: reader.running == 0)
        assert not reader.gate.is_set()


def test_a_reading_does_not_begin_when_its_client_left_while_waiting(reader: Reader) -> None:
    app = create(ServerLimits(parallel=1), read=reader)
    with listening(app) as port:
        first = asking(port)
        wait_until(lambda: reader.running == 1)
        second = asking(port)
        wait_until(lambda: app.state.service.pool.waiting == 1)
        second.close()
        first.close()
        wait_until(lambda: app.state.service.pool.waiting == 0 and reader.running == 0)
        assert reader.started == 1


HALF_A_HEAD = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\n"
HALF_A_BODY = HALF_A_HEAD + b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"text": "'


def is_closed(connection: socket.socket, until: float) -> bool:
    """Whether the server closes a connection before a time; what it says before that is passed over."""
    connection.settimeout(max(until - time.monotonic(), 0.01))
    try:
        while connection.recv(10_000):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("begun", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "half a head", "half a body"])
def test_requests_that_are_not_finished_keep_nobody_out(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("unspin.web.connections.HEAD_SECONDS", 1.5)
    monkeypatch.setattr("unspin.web.guards._BODY_SECONDS", 1.5)
    monkeypatch.setattr("unspin.web.guards._LINGER", 0.1)
    monkeypatch.setattr("unspin.web.connections.ROOM", 30)
    app = create(ServerLimits(parallel=1, queue=2), read=reader)
    with listening(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        unfinished = []
        for _ in range(70):
            unfinished.append(socket.create_connection(("127.0.0.1", port)))
            unfinished[-1].sendall(begun)
            time.sleep(0.005)
        assert client.get("/v1/health").status_code == 200
        assert client.post("/v1/read", json={"text": SPUN}).status_code == 200
        until = time.monotonic() + 10
        assert all([is_closed(connection, until) for connection in unfinished])
        assert client.post("/v1/read", json={"text": SPUN}).status_code == 200
        assert reader.started == 2


def test_a_head_that_trickles_in_is_not_waited_for(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a new connection, after an answer, after one that came before the body; a reading has a time of its own."""
    monkeypatch.setattr("unspin.web.connections.HEAD_SECONDS", 0.8)
    with listening(create(read=reader)) as port:
        health = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n"
        for first in (b"", health + b"\r\n", health + b"Content-Length: 1000\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(first)
                began = time.monotonic()
                with pytest.raises(OSError):  # noqa: PT011 - a broken pipe or a reset, as the system has it
                    for letter in (HALF_A_HEAD * 2).decode():
                        connection.sendall(letter.encode())
                        time.sleep(0.05)
                assert 0.5 < time.monotonic() - began < 5
        with asking(port) as connection:
            time.sleep(1.2)
            reader.gate.set()
            assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_requests_that_are_finished_at_the_same_time_are_counted(reader: Reader) -> None:
    whole = json.dumps({"text": "WAIT"}).encode().ljust(100)
    with listening(create(ServerLimits(parallel=1, queue=1), read=reader)) as port:
        connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        for connection in connections:
            connection.sendall(HALF_A_BODY.partition(b"{")[0] + whole[:10])
        time.sleep(0.3)
        for connection in connections:
            connection.sendall(whole[10:])
        open_gate(reader, lambda: reader.running == 1)
        answers = sorted(connection.recv(12) for connection in connections)
    assert answers == [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 503"] * 3


def test_the_connection_that_is_answered_is_not_closed_for_a_new_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unspin.web.connections.ROOM", 5)
    with listening(create(ServerLimits(parallel=4), read=reader)) as port, asking(port) as answered:
        wait_until(lambda: reader.running == 1)
        for _ in range(20):
            socket.create_connection(("127.0.0.1", port))
        assert httpx.get(f"http://127.0.0.1:{port}/v1/health").json()["running"] == 1
        reader.gate.set()
        assert answered.recv(100).startswith(b"HTTP/1.1 200")


# --- the command -----------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(program, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 2
    assert re.fullmatch(r"unspin: port \d+ of 127\.0\.0\.1 is taken.*--port\n", result.stderr)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "203.0.113.7", "not an address"])
def test_an_address_that_is_not_here_is_one_line(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(program, ["serve", "--port", "0", "--host", host])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"unspin: --host {host}: ")
    assert result.stderr.count("\n") == 1


def test_without_its_extra_the_command_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    result = CliRunner().invoke(program, ["serve"])
    assert (result.exit_code, "'.[web]'" in result.stderr) == (2, True)


@pytest.mark.parametrize(("options", "fetch"), [([], None), (["--addresses"], load_address)])
def test_addresses_are_fetched_where_the_command_says_so(
    served: dict[str, Any], options: list[str], fetch: Any
) -> None:
    assert CliRunner().invoke(program, ["serve", "--port", "0", *options]).exit_code == 0
    assert served["fetch"] is fetch


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> Iterator[dict[str, Any]]:
    """The command without a server behind it: what it would have served."""
    seen: dict[str, Any] = {}
    real = server.create

    def creating(limits: ServerLimits, **options: Any) -> FastAPI:
        seen.update(options, limits=limits)
        return real(limits, **options)

    monkeypatch.setitem(vars(unspin), "read", lambda text, **settings: reader(text, **settings))
    monkeypatch.setattr(server, "create", creating)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: seen.update(config=self.config))
    yield seen


def test_options_arrive(served: dict[str, Any]) -> None:
    options = "--port 0 --max-bytes 5 --max-characters 4 --max-documents 3 --time-limit 2 --parallel 7 --queue 6"
    result = CliRunner().invoke(program, ["serve", *options.split(), "--allow-origin", "https://a.example"])
    assert result.exit_code == 0, result.output
    assert served["limits"] == ServerLimits(body_bytes=5, characters=4, documents=3, seconds=2, parallel=7, queue=6)
    assert set(served["origins"]) == {"https://a.example"}
    assert set(served["hosts"]) == {"localhost", "127.0.0.1", "::1"}
    assert re.fullmatch(r"unspin: page and API at http://127\.0\.0\.1:\d+; Ctrl-C ends it\n", result.stderr)
    assert not served["config"].access_log


@pytest.mark.parametrize(
    ("host", "more", "expected"),
    [
        ("0.0.0.0", [], {"*"}),
        ("0.0.0.0", ["--allow-host", "a.example"], {"localhost", "127.0.0.1", "::1", "0.0.0.0", "a.example"}),
    ],
)
def test_beyond_this_machine_there_is_a_warning(
    served: dict[str, Any], host: str, more: list[str], expected: set[str]
) -> None:
    result = CliRunner().invoke(program, ["serve", "--port", "0", "--host", host, *more])
    assert result.stderr.splitlines()[0].startswith(f"unspin: warning: {host} can be reached from other machines")
    assert set(served["hosts"]) == expected


def test_loopback() -> None:
    assert all(map(server.is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "localhost"]))
    assert not any(map(server.is_loopback, ["0.0.0.0", "::", "192.168.1.5", "fe80::1%eth0", "localhost.evil.example"]))


def test_the_command_serves_until_interrupted() -> None:
    """The program itself, with its models: a spun text is restored, and Ctrl-C ends it quietly."""
    article = (Path(__file__).parent.parent / "examples" / "clinic.txt").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "unspin.cli", "serve", "--port", "0", "--access-log"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            announced = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert announced is not None, line
            with httpx.Client(base_url=announced[0], timeout=60) as client:
                reading = from_json(client.post("/v1/read", json={"text": article}).content)
                assert reading.text == article
                assert Note.TOO_SHORT not in reading.notes
                *_, last = client.post("/v1/stream", json={"text": article}).text.splitlines()
                assert json.loads(last)["reading"] == reading.to_dict() | {"unspin": version()}
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert [line.split(" - ")[1] for line in said.splitlines()] == [
        '"POST /v1/read HTTP/1.1" 200', '"POST /v1/stream HTTP/1.1" 200'
    ]  # fmt: skip
