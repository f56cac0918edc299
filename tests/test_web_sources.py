"""The HTTP API on sources: a text against another, and against the archive of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

pytest.importorskip("rapidfuzz")
pytest.importorskip("tantivy")

from tests.test_web_api import BASE, Reader, ask, error_of, made
from unspin import spinners
from unspin.cli.main import app as program
from unspin.errors import MissingInput
from unspin.report.export import export
from unspin.report.source import Entry, Source
from unspin.trace import Archive, Writer, compare, search
from unspin.trace.json import schema
from unspin.trace.origins import given, searched
from unspin.web import server
from unspin.web.app import create
from unspin.web.limits import ServerLimits

ROOT = Path(__file__).resolve().parent.parent
HARBOUR = (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8")
CLINIC = (ROOT / "examples" / "clinic.txt").read_text(encoding="utf-8")
SPUN = spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3).text


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "a"
    with Writer.open(folder) as writer:
        writer.put("harbour", HARBOUR, date="2020-02-03", url="https://example.org/harbour")
        writer.put("clinic", CLINIC)
        writer.commit()
    return folder


def printed(*arguments: object) -> bytes:
    done = CliRunner().invoke(program, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.stderr
    return done.stdout_bytes


def uploaded(app: FastAPI, data: dict[str, Any], file: tuple[str, bytes]) -> httpx.Response:
    import asyncio

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
            return await client.post("/v1/compare/file", data=data, files={"file": file})

    return asyncio.run(post())


def test_compare_answers_as_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(SPUN, encoding="utf-8")
    (tmp_path / "source.txt").write_text(HARBOUR, encoding="utf-8")
    command = printed("compare", tmp_path / "page.txt", tmp_path / "source.txt", "--json")
    [response] = ask(create(read=Reader()), ("/v1/compare", {"text": SPUN, "source": HARBOUR}))
    assert response.status_code == 200
    Draft202012Validator(schema("comparison")).validate(response.json())
    for path in (tmp_path / "page.txt", tmp_path / "source.txt"):
        command = command.replace(f'"{path}"'.encode(), b"null")
    assert response.content == command


def test_a_source_may_come_as_a_file() -> None:
    html = (
        "<html><body><article>"
        + "".join(f"<p>{part}</p>" for part in HARBOUR.split("\n") if part)
        + "</article></body></html>"
    )
    response = uploaded(create(read=Reader()), {"text": SPUN}, ("folder/harbour.html", html.encode()))
    assert response.status_code == 200, response.text
    assert response.json()["source_path"] == "harbour.html" and response.json()["explained"] > 0.9
    assert error_of(uploaded(create(read=Reader()), {"text": SPUN}, ("x.bin", bytes(range(256)) * 9)))[0] in (415, 422)
    assert error_of(uploaded(create(read=Reader()), {}, ("x.txt", b"Some words."))) == (422, "invalid")


def test_trace_answers_as_the_command_does(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(SPUN, encoding="utf-8")
    command = printed("trace", tmp_path / "page.txt", "--index", archive, "--no-read", "--json")
    app = create(read=Reader(), archive=archive)
    [response] = ask(app, ("/v1/trace", {"text": SPUN, "read": False}))
    assert response.content == command.replace(f'"{tmp_path / "page.txt"}"'.encode(), b"null")
    Draft202012Validator(schema("trace")).validate(response.json())
    [source] = response.json()["sources"]
    assert (source["id"], source["url"]) == ("harbour", "https://example.org/harbour")
    [version] = ask(app, ("/v1/version", None))
    assert version.json()["archive"] is True


def test_the_text_is_read_first_unless_it_is_not_to_be(archive: Path) -> None:
    reader = Reader()
    app = create(read=reader, archive=archive)
    ask(app, ("/v1/trace", {"text": SPUN, "read": False}))
    assert reader.started == 0
    [response] = ask(app, ("/v1/trace", {"text": SPUN, "threshold": 1.0}))
    assert reader.started == 1 and response.json()["claimed_from"] == 1.0


def test_what_is_put_into_the_archive_is_found_at_once(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("clinic", CLINIC)
        writer.commit()
    app = create(read=Reader(), archive=tmp_path / "a")
    asked = ("/v1/trace", {"text": SPUN, "read": False})
    [before] = ask(app, asked)
    with Writer.open(tmp_path / "a") as writer:
        writer.put("harbour", HARBOUR)
        writer.commit()
    [after] = ask(app, asked)
    assert before.json()["sources"] == [] and [s["id"] for s in after.json()["sources"]] == ["harbour"]


def test_without_an_archive_none_is_looked_in(tmp_path: Path) -> None:
    app = create(read=Reader())
    trace, version = ask(app, ("/v1/trace", {"text": SPUN}), ("/v1/version", None))
    assert error_of(trace) == (403, "archive-off") and version.json()["archive"] is False
    gone = create(read=Reader(), archive=tmp_path / "gone")
    [trace] = ask(gone, ("/v1/trace", {"text": SPUN, "read": False}))
    assert error_of(trace) == (422, "unreadable")
    with pytest.raises(MissingInput, match="no such archive"):
        server.run("127.0.0.1", 0, ServerLimits(), index=tmp_path / "gone")


@pytest.mark.parametrize(
    ("path", "body", "answer"),
    [
        ("/v1/compare", {"text": "x"}, (422, "invalid")),
        ("/v1/compare", {"text": "x", "source": 1}, (422, "invalid")),
        ("/v1/compare", {"text": "x", "source": "y", "more": 1}, (422, "invalid")),
        ("/v1/compare", {"text": "x" * 101, "source": "y"}, (413, "too-large")),
        ("/v1/compare", {"text": "x", "source": "y" * 101}, (413, "too-large")),
        ("/v1/compare", {"text": "x", "source": "\ud800"}, (422, "invalid")),
        ("/v1/trace", {"text": "x" * 101}, (413, "too-large")),
        ("/v1/trace", {"text": "x", "threshold": 0}, (422, "invalid")),
        ("/v1/trace", {"text": "x", "operating_point": 2}, (422, "invalid")),
    ],
)
def test_what_is_refused(archive: Path, path: str, body: dict[str, Any], answer: tuple[int, str]) -> None:
    import json

    app = create(ServerLimits(characters=100), read=Reader(), archive=archive)
    headers = {"Content-Type": "application/json"}
    [response] = ask(app, (path, json.dumps(body).encode()), headers=headers)
    assert error_of(response) == answer


def test_odd_texts_have_an_answer(archive: Path) -> None:
    for text in (
        "",
        "Kurz.",
        "Der Hafen liegt am Ende der Straße, und wer dort arbeitet, sieht die Schiffe. " * 4,
        HARBOUR,
    ):
        compare, trace = ask(  # a server each: on one core the second request waits, in a loop that is gone after that
            create(read=Reader(), archive=archive),
            ("/v1/compare", {"text": text, "source": HARBOUR}),
            ("/v1/trace", {"text": text, "read": False}),
        )
        assert compare.status_code == trace.status_code == 200
        assert trace.json()["says"] and compare.json()["says"]


def kept(sources: list[dict[str, Any]], format: str, limits: ServerLimits | None = None) -> httpx.Response:
    reading = made(SPUN, {}, 1e-4, False)
    body = {"readings": [{"name": "page.txt", "reading": reading.to_dict(), "sources": sources}], "format": format}
    return ask(create(limits, read=Reader()), ("/v1/export", body))[0]


@pytest.mark.parametrize("format", ["html", "docx", "json", "md"])
def test_what_is_kept_says_where_it_comes_from(archive: Path, format: str) -> None:
    reading = made(SPUN, {}, 1e-4, False)
    page = Source("page.txt")
    response = kept([{"name": "harbour.txt", "text": HARBOUR}], format)
    assert response.content == export(
        [Entry(page, reading, given("harbour.txt", compare(SPUN, HARBOUR), reading))], format
    )
    found = search(SPUN, Archive(archive))
    named = [
        {"name": m.id, "text": m.comparison.source, "probability": m.probability, "date": m.date, "url": m.url}
        for m in found.sources
    ]
    assert kept(named, format).content == export([Entry(page, reading, searched(found, reading))], format)
    assert kept([], format).content == export([Entry(page, reading)], format)


def test_sources_that_cannot_be_kept_are_refused() -> None:
    source = {"name": "harbour.txt", "text": HARBOUR}
    assert error_of(kept([source], "csv")) == (422, "invalid")
    assert error_of(kept([source | {"probability": 2}], "md")) == (422, "invalid")
    assert error_of(kept([source | {"more": 1}], "md")) == (422, "invalid")
    assert error_of(kept([source] * 25, "md")) == (422, "invalid")
    long = source | {"text": HARBOUR + "x" * len(SPUN)}
    assert error_of(kept([long], "md", ServerLimits(characters=len(SPUN)))) == (413, "too-large")
