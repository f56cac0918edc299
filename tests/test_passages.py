"""Which part of a text reads as spun: said where it is not the whole, in every form that shows a text."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from docx import Document
from jsonschema import Draft202012Validator

from tests.test_reports import ENTRY, READING, SOURCE, TEXT, Page, to_html
from unspin.reading import Reading
from unspin.report import passages, pieces
from unspin.report.docx_elements import SHADE
from unspin.report.export import export
from unspin.report.json import check_record, from_json, schema, to_json
from unspin.report.lines import Lines
from unspin.report.source import Entry
from unspin.report.terminal import plain

START = TEXT.index("She keeps")
END = TEXT.index("“It was fine.”")
PARTLY = replace(READING, passages=((START, END),))
WHOLE = replace(READING, passages=((0, len(TEXT)),))
SPUN_PART = Entry(SOURCE, PARTLY)


def test_lines_and_columns_are_those_of_an_editor() -> None:
    text = "one\r\ntwo\rthree\n\n𝒞five"
    lines = Lines(text)
    assert [lines.at(text.index(word)) for word in ("one", "two", "three", "five")] == [(1, 1), (2, 1), (3, 1), (5, 2)]
    assert lines.span(0, 3) == "line 1"
    assert lines.span(0, text.index("three") + 1) == "lines 1–3"
    assert lines.span(5, 9) == "line 2"


@pytest.mark.parametrize("whole", [(), ((0, len(TEXT)),), ((0, len(TEXT) - 1),)])
def test_nothing_is_said_of_a_whole(whole: tuple[tuple[int, int], ...]) -> None:
    reading = replace(READING, passages=whole)
    assert passages.partial(reading) == ()
    assert passages.in_words(reading) == ""
    assert "⟦" not in plain(reading) and "in part" not in plain(reading)


def test_a_part_is_said_in_figures_and_by_its_ends() -> None:
    assert passages.in_words(PARTLY).startswith("1 passage reads as spun, ")
    two = replace(READING, passages=((0, 10), (20, 30)))
    assert passages.in_words(two) == f"2 passages read as spun, {20 / len(TEXT):.0%} of the text"
    assert passages.ends(PARTLY, START, END) == "She keeps a caller vessel … with rain,” said Tom Ash."
    assert passages.ends(PARTLY, START, START + 9) == "She keeps"
    assert len(passages.ends(replace(PARTLY, text="x" * 1000), 0, 1000)) < 100


def test_the_terminal_says_where_and_marks_it() -> None:
    text = plain(PARTLY)
    assert f"in part: {passages.in_words(PARTLY)}\n  lines 3–5: She keeps a caller" in text
    assert "⟦She keeps a ‹new› ‹pot›" in text
    assert "said Tom Ash. ⟧“It was fine.”" in text
    assert "⟦…⟧ reads as spun" in text


def test_signs_stand_in_order_whatever_is_swapped_beside_them() -> None:
    at = [s.start for s in READING.substitutions]
    ends = [s.end for s in READING.substitutions]
    text = plain(replace(READING, passages=((at[0], ends[0]), (at[1], ends[2]), (at[3] + 1, len(TEXT)))))
    body = text[text.index("Restored text") :]
    assert body.count("⟦") == body.count("⟧") == 3
    assert "⟦‹new?›⟧" in body
    signs = [c for c in body if c in "⟦⟧"]
    assert signs == ["⟦", "⟧"] * 3


def test_pieces_are_divided_where_a_part_begins_and_ends() -> None:
    found = [part for paragraph in pieces.paragraphs(PARTLY) for part in paragraph.parts if part.spun]
    text = "".join(
        piece.text if isinstance(piece, pieces.Kept) else piece.substitution.found for p in found for piece in p.pieces
    )
    assert "".join(text.split()) == "".join(TEXT[START:END].split())


def test_every_report_marks_it() -> None:
    page = Page(to_html([SPUN_PART]))
    assert len([tag for tag, a in page.tags if tag == "span" and a.get("class") == "part"]) > 2
    assert "In part: 1 passage reads as spun" in page.text
    assert "p. 3, par. 2: She keeps a caller vessel" in page.text
    markdown = export([SPUN_PART], "md").decode()
    assert "⟦She keeps a ‹new› ‹pot›" in markdown and "- p. 3, par. 2: She keeps a caller vessel" in markdown
    document = Document(io.BytesIO(export([SPUN_PART], "docx")))
    shaded = [r for p in document.paragraphs for r in p._p.iter() if r.tag.endswith("}shd")]
    assert shaded and all(r.values()[-1] == SHADE for r in shaded)
    assert any("She keeps a caller vessel" in p.text and "p. 3" in p.text for p in document.paragraphs)


def test_a_report_on_a_whole_marks_nothing() -> None:
    for entry in (ENTRY, Entry(SOURCE, WHOLE)):
        page = Page(to_html([entry]))
        assert not [a for _, a in page.tags if a.get("class") == "part"]
        assert "In part" not in page.text and "⟦" not in export([entry], "md").decode()


def test_the_public_edition_says_how_much_and_shows_nothing_of_it() -> None:
    page = Page(to_html([SPUN_PART], public=True))
    assert "In part: 1 passage reads as spun" in page.text
    assert "She keeps a caller vessel" not in page.text


def test_a_check_record_has_the_parts() -> None:
    record = check_record("kiln.txt", PARTLY)
    Draft202012Validator(schema("check")).validate(record)
    assert record["passages"] == [[START, END]]
    assert from_json(to_json(PARTLY)) == PARTLY


def test_parts_without_number_cost_no_more_than_the_text() -> None:
    text = "Word one. " * 50_000
    reading = Reading(
        text=text, restored=text, spun=True, score=1.0, false_positive_rate=1e-6, share=0.1, words=100_000,
        passages=tuple((at, at + 5) for at in range(0, len(text), 20)),
    )  # fmt: skip
    assert sum(len(p.parts) for p in pieces.paragraphs(reading)) == 2 * len(reading.passages)
    assert plain(reading).count("\n") < 40
