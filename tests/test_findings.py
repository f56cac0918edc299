"""Readings for other tools: lines, SARIF, a diff."""

from __future__ import annotations

import json
from pathlib import Path

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

# What GitHub's code scanning asks of a SARIF file, and what its properties may be by the standard (OASIS, 2.1.0).
REGION = {
    "type": "object",
    "required": ["startLine"],
    "properties": {
        key: {"type": "integer", "minimum": 1} for key in ("startLine", "startColumn", "endLine", "endColumn")
    },
    "additionalProperties": False,
}
MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9/~._%-]+$"}},
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "required": ["artifactLocation"],
            "properties": {"artifactLocation": ARTIFACT, "region": REGION},
            "additionalProperties": False,
        }
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "properties": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": LOCATION},
        "fixes": {
            "type": "array",
            "items": {
                "required": ["artifactChanges"],
                "properties": {
                    "artifactChanges": {
                        "minItems": 1,
                        "items": {
                            "required": ["artifactLocation", "replacements"],
                            "properties": {
                                "replacements": {
                                    "minItems": 1,
                                    "items": {"required": ["deletedRegion"], "properties": {"deletedRegion": REGION}},
                                }
                            },
                        },
                    }
                },
            },
        },
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"],
    "properties": {"shortDescription": MESSAGE, "fullDescription": MESSAGE, "help": MESSAGE},
}
GITHUB = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "minItems": 1,
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {"required": ["name", "rules"], "properties": {"rules": {"items": RULE}}}
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {"items": {"required": ["executionSuccessful"]}},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}


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
    Draft202012Validator(GITHUB).validate(record)
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
    assert diff(fake_read(text), "a").count("\n+") == 20_001


def test_a_diff_leads_to_the_restored_text() -> None:
    text = diff(READING, "kiln.txt")
    assert text.startswith("--- kiln.txt\n+++ kiln.txt (restored)\n@@ -1,5 +1,5 @@\n-The caller kiln")
    assert "+The new kiln of Ashby Vale\n" in text
    assert diff(fake_read("The bowl is connected it"), "a").endswith("is on it\n\\ No newline at end of file\n")
    assert diff(fake_read("The bowl is on it."), "a") == ""


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
    Draft202012Validator(GITHUB).validate(json.loads(run(app, ["read", page, "--format", "sarif"]).stdout))
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
    Draft202012Validator(GITHUB).validate(record)
    assert record["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert run(app, ["check", page, "--format", "diff"]).exit_code == 2


def test_version_and_simulate_are_at_hand() -> None:
    assert CliRunner().invoke(app, ["-V"]).stdout.startswith("unspin ")
    assert unspin.simulate is not None and "simulate" in dir(unspin)
