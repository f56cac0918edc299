"""Readings for other tools: lines, SARIF, a diff."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

import unspin
from tests.test_cli import RESTORED, SPUN, fake_read, fake_read_many
from tests.test_reports import BROKEN, ENTRY, READING, TEXT, WRITTEN
from unspin.cli.main import app
from unspin.report.findings import diff, lines, sarif
from unspin.report.source import Entry, Source

PLAIN = Entry(Source("in/kiln 1.txt"), READING)


def closed(required: str, **properties: Any) -> dict[str, Any]:
    """The schema of an object with these properties and no others."""
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def several(items: Any, at_least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": at_least}


# The objects that unspin writes, as SARIF 2.1.0 (OASIS) has them, and what GitHub's code scanning asks for beyond that; each
# key that is not listed is refused, so that a new one is looked up in the standard first. OASIS's own schema, which is not
# kept here, takes what these tests make too (its version rtm.5).
TEXT_ONLY = closed("text", text={"type": "string", "minLength": 1})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
FROM_1 = {"type": "integer", "minimum": 1}
REGION = closed("startLine", startLine=FROM_1, startColumn=FROM_1, endLine=FROM_1, endColumn=FROM_1)
ARTIFACT = closed("uri", uri={"type": "string", "pattern": r"^(?:(?:https?|file):)?[A-Za-z0-9/~._%?=&#:@-]+$"})
LOCATION = closed(
    "physicalLocation", physicalLocation=closed("artifactLocation", artifactLocation=ARTIFACT, region=REGION)
)
REPLACEMENT = closed("deletedRegion", deletedRegion=REGION, insertedContent=closed("text", text={"type": "string"}))
FIX = closed(
    "artifactChanges",
    description=TEXT_ONLY,
    artifactChanges=several(
        closed("artifactLocation replacements", artifactLocation=ARTIFACT, replacements=several(REPLACEMENT, 1)), 1
    ),
)
RESULT = closed(
    "ruleId ruleIndex level message locations",
    ruleId={"type": "string"}, ruleIndex={"type": "integer", "minimum": 0}, level=LEVEL, message=TEXT_ONLY,
    locations=several(LOCATION, 1) | {"maxItems": 1}, fixes=several(FIX, 1),
)  # fmt: skip
RULE = closed(
    "id shortDescription fullDescription help defaultConfiguration",
    id={"type": "string"}, name={"type": "string"}, shortDescription=TEXT_ONLY, fullDescription=TEXT_ONLY, help=TEXT_ONLY,
    defaultConfiguration=closed("level", level=LEVEL),
)  # fmt: skip
NOTIFICATION = closed(
    "message level",
    level=LEVEL, message=TEXT_ONLY, descriptor=closed("id", id={"type": "string"}), locations=several(LOCATION),
)  # fmt: skip
RUN = closed(
    "tool results",
    tool=closed("driver", driver=closed(
        "name rules", name={"const": "unspin"}, version={"type": "string"}, rules=several(RULE)
    )),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=several(closed(
        "executionSuccessful", executionSuccessful={"type": "boolean"}, toolExecutionNotifications=several(NOTIFICATION)
    )),
    results=several(RESULT),
)  # fmt: skip
SARIF = closed(
    "$schema version runs", **{"$schema": {"type": "string"}}, version={"const": "2.1.0"}, runs=several(RUN, 1)
)


def test_a_line_for_each_swap_leads_to_its_place() -> None:
    first, *swaps = lines(PLAIN)
    assert first.startswith("in/kiln 1.txt:1:1: reads as machine-spun; ")
    assert swaps[0] == "in/kiln 1.txt:1:5: caller: probably new (25%)"
    assert swaps[1].startswith("in/kiln 1.txt:3:")
    assert len(swaps) == len(READING.substitutions)
    assert any(line.endswith(": simply: probably put in (90%)") for line in swaps)
    for line, s in zip(swaps, READING.substitutions, strict=True):
        row, column = map(int, line.split(":")[1:3])
        assert TEXT.split("\n")[row - 1][column - 1 :].startswith(s.found)
    assert list(lines(WRITTEN)) == [] and list(lines(BROKEN)) == []


def test_what_is_no_plain_text_names_page_and_paragraph() -> None:
    assert list(lines(ENTRY))[1].startswith("kiln.pdf: p. 3, par. 1: caller: ")


def test_sarif_has_what_code_scanning_asks_for() -> None:
    record = sarif([PLAIN, ENTRY, WRITTEN, BROKEN])
    Draft202012Validator(SARIF).validate(record)
    [run] = record["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[r["ruleIndex"]] == r["ruleId"] for r in run["results"])
    assert len(run["results"]) == 2 * (1 + len(READING.substitutions))
    [invocation] = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert "run it through OCR" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    fixed = [r for r in run["results"] if "fixes" in r]
    assert len(fixed) == len(READING.substitutions)  # a place in a PDF cannot be put right
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "in/kiln%201.txt"


def test_the_fixes_of_sarif_give_the_restored_text() -> None:
    rows = TEXT.split("\n")
    results = sarif([PLAIN])["runs"][0]["results"]
    for result in reversed(results):
        for fix in result.get("fixes", []):
            [replacement] = fix["artifactChanges"][0]["replacements"]
            region, text = replacement["deletedRegion"], replacement["insertedContent"]["text"]
            row = rows[region["startLine"] - 1]
            rows[region["startLine"] - 1] = row[: region["startColumn"] - 1] + text + row[region["endColumn"] - 1 :]
    assert "\n".join(rows) == READING.restored


def test_a_diff_of_a_long_text_has_every_line_that_differs() -> None:
    text = "".join(f"line {n % 99}\nIt is connected it.\n" for n in range(20_000))
    assert diff(Entry(Source("a"), fake_read(text))).count("\n+") == 20_001


def test_a_diff_leads_to_the_restored_text() -> None:
    text = diff(Entry(Source("kiln.txt"), READING))
    assert text.startswith("--- kiln.txt\n+++ kiln.txt (restored)\n@@ -1,5 +1,5 @@\n-The caller kiln")
    assert "+The new kiln of Ashby Vale\n" in text
    unended = diff(Entry(Source("a"), fake_read("The bowl is connected it")))
    assert unended.endswith("is on it\n\\ No newline at end of file\n")
    assert diff(Entry(Source("a"), fake_read("The bowl is on it."))) == diff(BROKEN) == ""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(vars(unspin), "read", fake_read)
    monkeypatch.setitem(vars(unspin), "read_many", fake_read_many)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_bytes(SPUN.encode())
    (tmp_path / "bad.docx").write_bytes(b"PK\x03\x04 no document")
    return "page.txt"


def test_read_prints_them(page: str) -> None:
    run = CliRunner().invoke
    shown = run(app, ["read", page, "--format", "lines"])
    assert shown.exit_code == 1
    assert shown.stdout.splitlines()[1:] == [
        "page.txt:1:13: connected: probably on (90%)", "page.txt:2:10: beryllium: probably be (90%)",
        "page.txt:2:20: successful: probably in (90%)",
    ]  # fmt: skip
    Draft202012Validator(SARIF).validate(json.loads(run(app, ["read", page, "--format", "sarif"]).stdout))
    assert "+" + RESTORED.split("\r\n")[0] in run(app, ["read", page, "--format", "diff"]).stdout
    for wrong in (["--format", "xml"], ["--format", "lines", "--json"]):
        assert run(app, ["read", page, *wrong]).exit_code == 2


def test_check_prints_them(page: str) -> None:
    run = CliRunner().invoke
    shown = run(app, ["check", page, "bad.docx", "--format", "lines"])
    assert shown.exit_code == 2 and shown.stdout.count("page.txt:1:13: connected") == 1
    shown = run(app, ["check", page, "bad.docx", "--format", "sarif"])
    assert shown.exit_code == 2
    record = json.loads(shown.stdout)
    Draft202012Validator(SARIF).validate(record)
    assert record["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert run(app, ["check", page, "--format", "diff"]).exit_code == 2


def test_a_uri_is_an_address_or_a_path() -> None:
    def uri(name: str) -> str:
        result = sarif([replace(PLAIN, source=Source(name))])["runs"][0]["results"][1]
        assert ("fixes" in result) == (not name.startswith("http"))  # a page that was fetched is not mended
        return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

    assert uri("./in/a b.txt") == "in/a%20b.txt"
    assert uri("/in/a b.txt") == "file:///in/a%20b.txt"
    assert uri("https://journal.example/a?b=1") == "https://journal.example/a?b=1"


JATS = """<?xml version="1.0" encoding="ENCODING"?>
<article><body><p>The bowl was caf\u00e9 &amp; connected
   the <italic>conn</italic>ected table, and it would beryllium <xref>[1]</xref> hard.</p>
<p>The bowl<fn><p>It is connected it.</p></fn> is connected it.</p></body></article>
"""
MARKED = {
    "a.xml": JATS.replace("ENCODING", "UTF-8").encode(),
    "b.xml": JATS.replace("ENCODING", "ISO-8859-1").encode("latin-1"),
    "c.md": "\ufeff---\ntitle: x\n---\nThe bowl is **connected** it,\nand `connected` would\nberyllium hard.".encode(),
    "d.tex": b"\\title{x}\r\n\\begin{document}\r\nThe \\emph{bowl} is connected it.\\footnote{It is connected it.}\r\n"
             b"\\end{document}\r\n",
    "e.txt": "\ufeffThe bowl\ris connected it.\u2028It would beryllium hard.".encode(),
}  # fmt: skip
"""Five documents in which words stand that :func:`fake_read` knows."""


@pytest.fixture
def marked(request: pytest.FixtureRequest, page: str) -> Path:
    """One of them."""
    file = Path(request.param)
    file.write_bytes(MARKED[request.param])
    return file


@pytest.mark.parametrize("marked", MARKED, indirect=True)
def test_a_document_with_marks_is_led_back_to(marked: Path) -> None:
    run = CliRunner().invoke
    text = marked.read_bytes().decode("latin-1" if marked.name == "b.xml" else "utf-8-sig")
    rows = re.split(r"\r\n|[\r\n]", text)
    shown = run(app, ["read", str(marked), "--format", "lines"]).stdout
    assert run(app, ["check", str(marked), "--format", "lines"]).stdout == shown
    places = []
    for line in shown.splitlines()[1:]:
        name, row, column, found, _ = line.split(":")
        assert name == marked.name
        assert rows[int(row) - 1][int(column) - 1 :].startswith(found.strip()[:4])
        places.append(f"{row}:{column}")
    assert len(places) == run(app, ["read", str(marked)]).stdout.count("\u2039") - 3  # the legend has three
    assert f" {places[0]} " in run(app, ["read", str(marked), "--words"]).stdout
    record = json.loads(run(app, ["read", str(marked), "--format", "sarif"]).stdout)
    Draft202012Validator(SARIF).validate(record)
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in record["runs"][0]["results"]]
    assert [f"{region['startLine']}:{region['startColumn']}" for region in regions][1:] == places


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("marked", MARKED, indirect=True)
def test_a_diff_makes_the_copy_of_a_document(marked: Path) -> None:
    run = CliRunner().invoke
    made = run(app, ["read", str(marked), "--format", "diff"]).stdout_bytes
    copy = run(app, ["restore", str(marked), "--in-place-copy", "-"])
    assert copy.stderr.endswith(" changes\n")
    assert copy.stdout_bytes != marked.read_bytes()
    subprocess.run(["patch", "--binary", "-s"], input=made, check=True)
    assert marked.read_bytes() == copy.stdout_bytes


def test_simulate_says_what_is_no_text_or_no_seed() -> None:
    with pytest.raises(TypeError, match="a text must be a str, not bytes"):
        unspin.simulate(b"The old man.", "wordnet-walk", seed=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="integer"):
        unspin.simulate("The old man.", "wordnet-walk", seed="1")  # type: ignore[arg-type]


def test_version_and_simulate_are_at_hand() -> None:
    assert CliRunner().invoke(app, ["-V"]).stdout.startswith("unspin ")
    assert unspin.simulate is not None and "simulate" in dir(unspin)
