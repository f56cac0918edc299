"""A reading in words, on a terminal and as JSON."""

from __future__ import annotations

import io
import json
from dataclasses import FrozenInstanceError, fields, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console

from unspin.errors import InputError, InvalidReading, MissingInput
from unspin.model.verdict import load as verdicts
from unspin.reading import LOWEST_RATE, Note, Quotation, Reading, Substitution, note_in_words, rate_in_words
from unspin.report.json import check_record, error_record, from_json, schema, to_json
from unspin.report.terminal import plain, show, word_rows
from unspin.report.wording import rate_in_figures
from unspin.text.edits import apply

TEXT = "The potter has a caller vessel.\n“It is simply a fresh enactment,” said Ann.\nThe caller kiln is warm.\n"


def swap(found: str, original: str, confidence: float, nth: int = 0, **more: Any) -> Substitution:
    at = -1
    for _ in range(nth + 1):
        at = TEXT.index(found, at + 1)
    return Substitution(at, at + len(found), found, original, confidence, **more)


SUBSTITUTIONS = (
    swap("caller", "new", 0.75, route=("new", "fresh", "caller"), alternatives=(("fresh", 0.2), ("visitor", 0.05))),
    swap("vessel", "pot", 0.375),
    swap(" simply", "", 0.875, quoted=True),
    swap("enactment", "work", 0.9375, quoted=True),
    swap("caller", "new", 0.25, nth=1),
)
QUOTE = (TEXT.index("“") + 1, TEXT.index("”"))
READING = Reading(
    text=TEXT,
    restored=apply(TEXT, SUBSTITUTIONS),
    spun=True,
    score=7.25,
    false_positive_rate=5e-6,
    share=5 / 18,
    words=18,
    spinner="wordnet-walk",
    substitutions=SUBSTITUTIONS,
    quotations=(Quotation(*QUOTE, "Ann", TEXT[slice(*QUOTE)], "It is a fresh work,", True),),
    notes=(Note.TRUNCATED, "a remark of its own"),
)
WRITTEN = Reading(
    text="As it was.", restored="As it was.", spun=False, score=-1.0, false_positive_rate=0.25, share=0.0, words=3
)
UNJUDGED = replace(WRITTEN, false_positive_rate=1.0, notes=(Note.TOO_SHORT,))


def on_terminal(reading: Reading, width: int, *, words: bool = False, colour: bool = True) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=colour, width=width, color_system="standard" if colour else None, highlight=False
    )
    show(reading, console, words=words)
    return stream.getvalue()


# --- words ------------------------------------------------------------------------------------------------------------


def test_verdict_is_one_sentence_of_evidence() -> None:
    spun = replace(READING, share=228 / 758, words=758)
    assert spun.says == (
        "reads as machine-spun; 228 of 758 words look swapped; about 1 ordinary document in 200,000 scores as high"
    )
    assert WRITTEN.says == "reads as written; about 1 ordinary document in 4 scores as high"
    assert UNJUDGED.says == "cannot be judged: fewer than 30 words"
    tortured = replace(WRITTEN, substitutions=SUBSTITUTIONS[:1])
    assert tortured.says == "reads as written; 1 phrase looks swapped; about 1 ordinary document in 4 scores as high"
    assert replace(spun, share=1 / 758).says.startswith("reads as machine-spun; 1 of 758 words looks swapped")


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1.0, "ordinary documents often score as high"),
        (0.5, "ordinary documents often score as high"),
        (0.49, "about 1 ordinary document in 2 scores as high"),
        (1 / 1234, "about 1 ordinary document in 1,200 scores as high"),
        (3e-7, "about 1 ordinary document in 3,300,000 scores as high"),
        (1e-7, "fewer than 1 ordinary document in 10,000,000 scores as high"),
        (0.0, "fewer than 1 ordinary document in 10,000,000 scores as high"),
    ],
)
def test_rate_in_words(rate: float, words: str) -> None:
    assert rate_in_words(rate) == words


@pytest.mark.parametrize(
    ("rate", "figure"),
    [(1.0, "often"), (0.5, "often"), (0.49, "1 in 2"), (1 / 1234, "1 in 1,200"), (1e-7, "under 1 in 10,000,000")],
)
def test_rate_in_figures(rate: float, figure: str) -> None:
    assert rate_in_figures(rate) == figure


def test_the_lowest_rate_is_that_of_the_verdict() -> None:
    assert verdicts().calibration.rate(1e9, 200) == LOWEST_RATE


def test_every_note_has_words_and_a_free_one_stays() -> None:
    assert all(note_in_words(note) != str(note) for note in Note)
    assert note_in_words("as it is") == "as it is"


def test_results_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        READING.spun = False  # type: ignore[misc]


# --- terminal ---------------------------------------------------------------------------------------------------------


def test_plain_shows_every_part_without_control_codes() -> None:
    text = plain(READING, words=True)
    assert "The potter has a ‹new› ‹pot?›.\n" in text
    assert "“It is‹› a fresh ‹work›,” said Ann." in text
    assert "spinner: perhaps wordnet-walk" in text
    assert "note: only the beginning was read" in text
    assert "note: a remark of its own" in text
    assert "    2  caller     new        0.50        new → fresh → caller\n" in text
    assert "simply     (nothing)" in text
    assert "Ann\n  the page says      “It is simply a fresh enactment,”\n" in text
    assert "  was probably said  “It is‹› a fresh ‹work›,”\n" in text
    assert not any(ord(c) < 32 and c != "\n" for c in text)


def test_plain_does_not_break_lines() -> None:
    long = replace(WRITTEN, spun=True, text="word " * 400, restored="word " * 399 + "work ", words=400)
    long = replace(long, substitutions=(Substitution(1995, 1999, "word", "work", 0.9),))
    assert max(len(line) for line in plain(long).split("\n")) > 2000


def test_without_substitutions_only_the_verdict_is_shown() -> None:
    assert plain(WRITTEN, words=True) == WRITTEN.says + "\n"


def test_terminal_colours_and_keeps_to_its_width() -> None:
    text = on_terminal(READING, 34, words=True)
    assert "\x1b[1;32m‹new›\x1b[0m" in text
    assert "\x1b[33m‹pot?›\x1b[0m" in text
    bare = on_terminal(READING, 34, words=True, colour=False)
    assert max(len(line) for line in bare.split("\n")) <= 34
    assert "\x1b" not in bare


def test_a_document_cannot_steer_the_terminal() -> None:
    text = "\x1b[31mred [bold]caller[/bold]\x07 \x9b2J\r\u202eword :smile:"
    at = text.index("caller")
    substitutions = (Substitution(at, at + 6, "caller", "new", 0.9),)
    hostile = replace(
        READING, text=text, restored=apply(text, substitutions), substitutions=substitutions, quotations=(), notes=()
    )
    shown = on_terminal(hostile, 80, colour=False)
    assert "[bold]‹new›[/bold]␇" in shown
    assert ":smile:" in shown
    assert not set("\x1b\x07\x9b\r\u202e") & set(shown)


def test_a_mark_over_a_line_break_is_coloured_on_both_lines() -> None:
    text = "one two"
    substitutions = (Substitution(0, 7, text, "three\nfour", 0.9),)
    reading = replace(READING, text=text, restored="three\nfour", substitutions=substitutions, quotations=(), notes=())
    shown = on_terminal(reading, 80)
    assert "\x1b[1;32m‹three\x1b[0m\n\x1b[1;32mfour›\x1b[0m" in shown


def test_word_rows_count_each_swap_once() -> None:
    rows = word_rows(READING)
    assert [(row.times, row.found, row.original) for row in rows] == [
        (2, "caller", "new"),
        (1, "vessel", "pot"),
        (1, "simply", ""),
        (1, "enactment", "work"),
    ]
    assert rows[0].confidence == 0.5
    assert rows[0].walk == "new → fresh → caller"


def test_a_word_is_found_again_by_its_first_line_and_column() -> None:
    text = "A caller\r\nsimply came, a caller."
    places = [(2, 8, "new"), (8, 17, "\r\n"), (25, 31, "new")]
    substitutions = tuple(Substitution(a, b, text[a:b], original, 0.9) for a, b, original in places)
    assert [s.found for s in substitutions] == ["caller", "\r\nsimply ", "caller"]
    reading = replace(
        READING, text=text, restored=apply(text, substitutions), substitutions=substitutions, quotations=()
    )
    assert [(row.first, row.times) for row in word_rows(reading)] == [("1:3", 2), ("2:1", 1)]
    table = plain(reading, words=True).partition("\nWords\n")[2].splitlines()
    assert table[1].startswith("first  times  found")
    assert table[2].startswith("  1:3      2  caller")


# --- JSON -------------------------------------------------------------------------------------------------------------


@cache
def validator(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))


def valid(record: Any, name: str = "reading") -> bool:
    return bool(validator(name).is_valid(record))


@pytest.mark.parametrize("reading", [READING, WRITTEN, UNJUDGED], ids=["spun", "written", "unjudged"])
def test_a_reading_as_plain_data_is_what_the_json_holds(reading: Reading) -> None:
    plain_data = reading.to_dict()
    assert plain_data == json.loads(to_json(reading)) == json.loads(reading.to_json())
    assert valid(plain_data)
    assert from_json(reading.to_json()) == from_json(reading.to_json(indent=2)) == reading
    assert "\n" not in reading.to_json()
    assert reading.to_json(indent=2).startswith('{\n  "schema"')
    assert plain_data["verdict"] == reading.verdict and plain_data["says"] == reading.says


def test_a_reading_with_a_figure_that_is_none_has_no_json() -> None:
    with pytest.raises(ValueError, match="no figure"):
        replace(READING, score=float("nan")).to_dict()


def test_a_notebook_shows_the_restored_text_escaped_and_marked() -> None:
    text = "<b>A caller & simply came."
    at, put_in = text.index("caller"), text.index(" simply")
    substitutions = (
        Substitution(at, at + 6, "caller", "<new>", 0.9),
        Substitution(put_in, put_in + 7, " simply", "", 0.5),
    )
    shown = Reading(
        text=text, restored=apply(text, substitutions), spun=True, score=1.0, false_positive_rate=1e-5, share=0.5,
        words=5, substitutions=substitutions,
    )._repr_html_()  # fmt: skip
    assert shown == (
        "<p>reads as machine-spun; 2 of 5 words look swapped; about 1 ordinary document in 100,000 scores as high</p>"
        '<div style="white-space: pre-wrap">&lt;b&gt;A <mark title="found: caller; confidence 0.90">&lt;new&gt;</mark> &amp;'
        '<mark title="found: simply; confidence 0.50">∅</mark> came.</div>'
    )


def test_a_notebook_shows_the_beginning_of_a_long_text() -> None:
    text = "word " * 4_000
    late = (Substitution(15_000, 15_004, "word", "late", 0.9),)
    shown = replace(WRITTEN, text=text, restored=apply(text, late), substitutions=late)._repr_html_()
    assert len(shown) < 6_000 and shown.endswith("…</div>") and "late" not in shown


@pytest.mark.parametrize("reading", [READING, WRITTEN, UNJUDGED], ids=["spun", "written", "unjudged"])
@pytest.mark.parametrize("indent", [False, True])
def test_json_is_valid_and_comes_back_whole(reading: Reading, indent: bool) -> None:
    data = to_json(reading, indent=indent)
    assert valid(json.loads(data))
    assert from_json(data) == reading
    assert to_json(from_json(data), indent=indent) == data


def test_json_says_what_its_offsets_are() -> None:
    record = replace(READING, text="😀" + TEXT, restored="😀" + TEXT, substitutions=(), quotations=()).to_dict()
    assert record["schema"] == "unspin-reading-1"
    assert record["offsets"] == "codepoints"
    assert list(record)[:3] == ["schema", "unspin", "offsets"]


def test_schema_knows_every_field() -> None:
    properties = schema()["properties"]
    assert {f.name for f in fields(Reading)} <= set(properties)
    assert {f.name for f in fields(Substitution)} == set(schema()["$defs"]["substitution"]["properties"])
    assert {f.name for f in fields(Quotation)} == set(schema()["$defs"]["quotation"]["properties"])


@pytest.mark.parametrize(
    "change",
    [
        {"offsets": "bytes"},
        {"schema": "unspin-reading-2"},
        {"false_positive_rate": 1.5},
        {"spun": False},
        {"words": "18"},
        {"notes": None},
        {"extra": 1},
        {"substitutions": [{"start": 0}]},
    ],
)
def test_schema_refuses(change: dict[str, Any]) -> None:
    assert valid(READING.to_dict())
    assert not valid(READING.to_dict() | change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"schema": "unspin-reading-1"}',
        b'{"schema": "unspin-reading-1", "offsets": "codepoints"}',
        b"[" * 100_000,
        b"\xff\xfe",
        to_json(READING).replace(b'"restored":"The', b'"restored":"A'),
        to_json(READING).replace(b'"unspin-reading-1"', b'"unspin-reading-9"'),
        to_json(READING).replace(b'"words":18', b'"words":1e999'),
        to_json(READING).replace(b'"spinner":"wordnet-walk"', b'"spinner":["x"]'),
        to_json(READING).replace(b'"offsets":"codepoints"', b'"offsets":"bytes"'),
    ],
)
def test_json_that_is_no_reading_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InvalidReading) as caught:
        from_json(data)
    assert "\n" not in str(caught.value)


def test_a_figure_that_is_none_is_not_written() -> None:
    with pytest.raises(ValueError, match="no figure"):
        to_json(replace(READING, score=float("inf")))


def test_check_records_are_valid() -> None:
    assert valid(check_record("a.txt", READING), "check")
    assert valid(error_record("a.txt", MissingInput("a.txt: no such file")), "check")
    assert not valid(check_record("a.txt", READING) | {"error": "both"}, "check")
    assert isinstance(MissingInput("x"), InputError)


ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Readings on any Unicode, lone surrogates included."""
    text = draw(ANY_TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    probability = st.floats(0, 1)
    substitutions = tuple(
        Substitution(
            start,
            end,
            text[start:end],
            draw(ANY_TEXT),
            draw(probability),
            tuple(draw(st.lists(st.tuples(ANY_TEXT, probability), max_size=2))),
            tuple(draw(st.lists(ANY_TEXT, max_size=2))),
            draw(st.booleans()),
        )
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    )
    return Reading(
        text=text,
        restored=apply(text, substitutions),
        spun=draw(st.booleans()),
        score=draw(st.floats(allow_nan=False, allow_infinity=False)),
        false_positive_rate=draw(probability),
        share=draw(probability),
        words=draw(st.integers(0, 10**6)),
        spinner=draw(st.none() | ANY_TEXT),
        substitutions=substitutions,
        quotations=tuple(Quotation(a, a, draw(st.none() | ANY_TEXT), "", draw(ANY_TEXT), True) for a in cuts[:2]),
        notes=tuple(draw(st.lists(ANY_TEXT | st.sampled_from(list(Note)), max_size=2))),
    )


@settings(deadline=None, max_examples=60)
@given(readings())
def test_any_reading_survives_json_and_can_be_shown(reading: Reading) -> None:
    data = to_json(reading)
    assert from_json(data) == reading
    assert valid(json.loads(data))
    assert plain(reading, words=True).startswith(reading.says)
    assert "\x1b" not in on_terminal(reading, 40, words=True, colour=False)


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_reading_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidReading):
        from_json(data)
