"""The batch function: what it appends, and that a document's values are its own affair."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

import numpy as np  # noqa: E402

import unspin  # noqa: E402
from unspin import reader, screen  # noqa: E402
from unspin.errors import OptionError  # noqa: E402
from unspin.reading import Reading, Substitution  # noqa: E402
from unspin.scan import Options  # noqa: E402
from unspin.scan.annotate import COLUMNS, annotate  # noqa: E402
from unspin.settings import Settings  # noqa: E402
from unspin.spinners import simulate  # noqa: E402
from unspin.text import apply  # noqa: E402

HONEST = [file.read_text(encoding="utf-8") for file in sorted(Path("benchmarks/prose").glob("*.txt"))][:4]
SPUN = simulate(HONEST[0], "wordnet-walk", seed=5, rate=0.3).text


def batch(texts: list[Any], **columns: list[Any]) -> Any:
    return pa.record_batch({"text": pa.array(texts, pa.string()), **columns})


@pytest.fixture(scope="module")
def annotated() -> Any:
    return annotate(batch([HONEST[0], SPUN, None, "", *HONEST[1:]], number=list(range(7))))


def test_columns_are_appended_and_the_others_stay(annotated: Any) -> None:
    assert annotated.schema.names == ["text", "number", *COLUMNS.names]
    assert [field.type for field in annotated.schema][2:] == [field.type for field in COLUMNS]
    assert annotated["number"].to_pylist() == list(range(7))


def test_the_reader_s_opinion_is_that_of_read(annotated: Any) -> None:
    row = annotated.slice(1, 1).to_pylist()[0]
    reading = unspin.read(SPUN)
    assert row["unspin_screen"] >= 0 and row["unspin_sieve"] >= 0 and row["unspin_look"] >= 0
    assert row["unspin_spun"] is reading.spun is True
    assert row["unspin_score"] == pytest.approx(reading.score)
    assert row["unspin_rate"] == reading.false_positive_rate
    assert row["unspin_share"] == pytest.approx(reading.share)
    assert row["unspin_spinner"] == reading.spinner
    assert [(s["start"], s["end"]) for s in row["unspin_spans"]] == [(s.start, s.end) for s in reading.substitutions]
    assert row["unspin_spans"][0]["score"] == pytest.approx(reading.substitutions[0].confidence)
    assert [s["restored"] for s in row["unspin_spans"]] == [
        None if s.original == s.found else s.original for s in reading.substitutions
    ]
    assert row["unspin_note"] is row["unspin_error"] is None


def test_what_the_screen_turns_away_is_not_read(annotated: Any) -> None:
    for row in (0, 2, 3, 4, 5, 6):
        values = annotated.slice(row, 1).to_pylist()[0]
        assert values["unspin_screen"] < 0 and values["unspin_sieve"] is None and values["unspin_look"] is None
        assert values["unspin_spun"] is False
        assert values["unspin_score"] is values["unspin_rate"] is values["unspin_spans"] is None


def test_a_document_has_the_same_values_in_any_batch(annotated: Any) -> None:
    rows = [annotate(annotated.select(["text", "number"]).slice(i, 1)).to_pylist()[0] for i in range(7)]
    assert rows == annotated.to_pylist()
    assert annotate(annotated.select(["text", "number"]).slice(0, 0)).num_rows == 0


def test_the_restored_text_beside(annotated: Any) -> None:
    there = annotated.select(["text", "number"])
    found = annotate(there, options=Options(restored_column="new"))
    assert found.schema.names == [*annotated.schema.names, "new"] and found.schema.field("new").type == pa.string()
    assert found.select(annotated.schema.names).equals(annotated)
    assert found["new"].to_pylist() == [None, unspin.read(SPUN).restored, *[None] * 5]


@pytest.mark.parametrize("kind", ["string", "string_view", "large_string", "binary", "dictionary"])
def test_the_restored_text_in_place(kind: str, annotated: Any) -> None:
    texts = annotated["text"]
    type = pa.dictionary(pa.int32(), pa.string()) if kind == "dictionary" else getattr(pa, kind)()
    texts = texts.dictionary_encode() if kind == "dictionary" else texts.cast(type)
    rows = pa.record_batch({"text": texts, "number": annotated["number"]})
    found = annotate(rows, options=Options(restored_column="text"))
    assert found.schema.names == annotated.schema.names and found["text"].type == type
    wanted = [HONEST[0], unspin.read(SPUN).restored, None, "", *HONEST[1:]]
    read = [text.decode() if isinstance(text, bytes) else text for text in found["text"].to_pylist()]
    assert read == wanted
    assert found.select(COLUMNS.names).equals(annotated.select(COLUMNS.names))


def test_below_the_confidence_asked_for_the_word_of_the_page_stays() -> None:
    reading = unspin.read(SPUN)
    least = sorted(s.confidence for s in reading.substitutions)[len(reading.substitutions) // 2]
    row = annotate(batch([SPUN]), options=Options(restored_column="new", restore_from=least)).to_pylist()[0]
    made = apply(SPUN, [s for s in reading.substitutions if s.confidence >= least])
    assert row["new"] == made not in (SPUN, reading.restored)
    replayed, at = "", 0
    for span in row["unspin_spans"]:  # what is restored can be told from the spans alone
        if span["score"] >= np.float32(least) and span["restored"] is not None:
            replayed, at = replayed + SPUN[at : span["start"]] + span["restored"], span["end"]
    assert replayed + SPUN[at:] == made


def test_a_confidence_that_float32_has_not_is_reached_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.9 as it stands in the spans is 0.89999998: what is asked for is rounded too."""
    places = (Substitution(0, 3, "foo", "one", 0.9), Substitution(4, 7, "bar", "bar", 0.4))
    made = Reading(text="foo bar", restored="one bar", spun=True, score=9.0, false_positive_rate=1e-6, share=0.5, words=2,
                   substitutions=places)  # fmt: skip
    monkeypatch.setattr(reader, "read", lambda text, **_: made)
    row = annotate(batch([SPUN]), options=Options(restored_column="new", restore_from=0.9, longest=2)).to_pylist()[0]
    assert row["new"].startswith("one bar") and len(row["new"]) > len(SPUN) - 30  # and what was not read
    assert [span["restored"] for span in row["unspin_spans"]] == ["one", None]


def test_tortured_phrases_of_an_honest_document_are_restored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Reading(text="foo bar", restored="one bar", spun=False, score=-1.0, false_positive_rate=0.4, share=0.5, words=2,
                   substitutions=(Substitution(0, 3, "foo", "one", 0.9),))  # fmt: skip
    monkeypatch.setattr(reader, "read", lambda text, **_: made)
    options = Options(restored_column="new")
    row = annotate(batch([SPUN]), Settings(tortured=True), options).to_pylist()[0]
    assert not row["unspin_spun"] and row["new"] == "one bar" and len(row["unspin_spans"]) == 1


def test_a_document_that_fails_is_not_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str, **_: Any) -> Reading:
        raise ValueError("a bug")

    monkeypatch.setattr(reader, "read", fails)
    found = annotate(batch([SPUN]), options=Options(restored_column="text"))
    assert found["text"].to_pylist() == [SPUN]


def test_without_spans_the_verdict_alone() -> None:
    row = annotate(batch([SPUN]), options=Options(spans=False)).to_pylist()[0]
    assert row["unspin_spun"] is True and row["unspin_score"] == pytest.approx(unspin.read(SPUN).score)
    assert row["unspin_share"] is row["unspin_spinner"] is row["unspin_spans"] is None


def test_the_supervisor_is_told_before_a_row_is_looked_at_and_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[Any] = []

    def noted(text: str, **_: Any) -> Reading:
        events.append(len(text))
        return Reading(text=text, restored=text, spun=False, score=0.0, false_positive_rate=1.0, share=0.0, words=9)

    monkeypatch.setattr(reader, "read", noted)
    annotate(batch([HONEST[0], SPUN, SPUN + " And so on."]), watch=lambda row: events.append(f"row {row}"))
    looked = ["row None", "row 1", "row 2", "row None"]
    assert events == [*looked, "row 1", len(SPUN), "row 2", len(SPUN) + 11]


def test_a_row_to_skip_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "read", lambda *_, **__: pytest.fail("was read"))
    rows = annotate(batch([SPUN, HONEST[0]]), skip={0: "killed its process", 1: "so did this"}).to_pylist()
    assert [row["unspin_error"] for row in rows] == ["killed its process", "so did this"]
    assert [row["unspin_spun"] for row in rows] == [None, None]


def test_what_goes_wrong_with_one_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    right = reader.read

    def sometimes(text: str, **settings: Any) -> Reading:
        if "Now fail." in text:
            raise ValueError("a bug\nof two lines")
        return right(text, **settings)

    monkeypatch.setattr(reader, "read", sometimes)
    rows = annotate(batch([SPUN + " Now fail.", SPUN])).to_pylist()
    assert rows[0]["unspin_error"] == "ValueError: a bug of two lines" and rows[0]["unspin_spun"] is None
    assert rows[1]["unspin_error"] is None and rows[1]["unspin_spun"] is True


def test_a_document_past_its_time_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = time.monotonic()
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: begun + 10 * next(clock))
    row = annotate(batch([SPUN]), options=Options(time_limit=5)).to_pylist()[0]
    assert row["unspin_error"] == "time limit of 5 s" and row["unspin_score"] is None


def test_only_the_beginning_of_a_long_document_is_read() -> None:
    text = "\n".join([SPUN, *HONEST])
    words = len(SPUN.split())
    row = annotate(batch([text, SPUN]), options=Options(longest=words)).to_pylist()
    assert row[0]["unspin_note"] == "truncated" and row[1]["unspin_note"] is None
    assert row[0]["unspin_score"] == row[1]["unspin_score"]
    assert row[0]["unspin_spans"] == row[1]["unspin_spans"]


@pytest.mark.parametrize("kind", ["string_view", "large_string", "binary", "dictionary"])
def test_any_column_of_text_will_do(kind: str, annotated: Any) -> None:
    kinds = {"string_view": pa.string_view(), "large_string": pa.large_string(), "binary": pa.binary()}
    texts = pa.array([SPUN, None, HONEST[0]])
    texts = texts.dictionary_encode() if kind == "dictionary" else texts.cast(kinds[kind])
    rows = annotate(pa.record_batch({"text": texts}))
    expected = annotated.to_pylist()
    for row, like in zip(rows.to_pylist(), (expected[1], expected[2], expected[0]), strict=True):
        assert {name: row[name] for name in COLUMNS.names} == {name: like[name] for name in COLUMNS.names}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.string_view()])
def test_text_that_is_no_utf8_ends_no_batch(kind: Any) -> None:
    """Arrow does not check a column of strings; the bad byte is read as U+FFFD, whatever the type of the column."""
    texts = pa.array([SPUN.encode(), SPUN.encode() + b" caf\xe9", HONEST[0].encode()], pa.binary())
    if kind == pa.string_view():
        texts = texts.cast(pa.binary_view()).view(kind)
    elif kind == pa.large_string():
        texts = texts.cast(pa.large_binary()).view(kind)
    else:
        texts = texts.view(kind)
    rows = annotate(pa.record_batch({"text": texts})).select(COLUMNS.names).to_pylist()
    assert [row["unspin_spun"] for row in rows] == [True, True, False]
    assert [row["unspin_error"] for row in rows] == [None] * 3
    assert rows[1] == annotate(batch([SPUN + " caf\ufffd"])).select(COLUMNS.names).to_pylist()[0] | {
        "unspin_screen": rows[1]["unspin_screen"]
    }


def endless(text: str, **_: Any) -> Reading:
    """A step of the reader that asks for no deadline: an expression that tries every way of cutting a run of blanks."""
    re.match(r"(\s|\s\s)*x", " " * 60)
    raise AssertionError("it came to an end")


@pytest.mark.timeout(60, method="thread")  # the alarm is what is tested here
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_a_step_that_does_not_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "read", endless)
    begun = time.monotonic()
    rows = annotate(batch([SPUN, HONEST[0], SPUN]), options=Options(time_limit=0.2)).to_pylist()
    assert time.monotonic() - begun < 10
    assert [row["unspin_error"] for row in rows] == ["time limit of 0.2 s", None, "time limit of 0.2 s"]
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm")
def test_an_alarm_of_somebody_else_is_left_alone() -> None:
    rung: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 3600)
        annotate(batch([SPUN]))
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 3000
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert rung == [signal.SIGALRM]


def test_the_settings_reach_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def noted(text: str, **choices: Any) -> Reading:
        asked.append(choices)
        return Reading(text=text, restored=text, spun=False, score=0.0, false_positive_rate=1.0, share=0.0, words=9)

    monkeypatch.setattr(reader, "read", noted)
    annotate(
        batch([SPUN]), Settings(operating_point=0.01, dictionary={"a": "b"}, fill_all=True, tortured=True, fast=True)
    )
    del asked[0]["watch"]
    chosen = {
        "operating_point": 0.01,
        "dictionary": {"a": "b"},
        "fill_all": True,
        "tortured": True,
        "fast": True,
        "deep": None,
    }
    assert asked == [chosen]


def test_wrong_columns_are_named() -> None:
    with pytest.raises(OptionError, match="no column 'body'"):
        annotate(batch([SPUN]), options=Options(text_column="body"))
    with pytest.raises(OptionError, match="holds int64"):
        annotate(batch([SPUN], number=[1]), options=Options(text_column="number"))
    for name in ("number", "unspin_note"):
        with pytest.raises(OptionError, match=f"column '{name}': there is one of that name already; choose another"):
            annotate(batch([SPUN], number=[1]), options=Options(restored_column=name))
    with pytest.raises(OptionError, match="annotated before"):
        annotate(annotate(batch([HONEST[0]])))


@pytest.mark.parametrize(
    "wrong",
    [
        {"longest": 0}, {"time_limit": 0.0}, {"restore_from": 1.5}, {"restore_from": float("nan")}, {"restored_column": ""},
        {"restored_column": "new", "spans": False},
    ],
)  # fmt: skip
def test_options_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        Options(**wrong)


def test_assess_is_the_verdict_of_read() -> None:
    for text in (SPUN, HONEST[0], "Too short."):
        short, long = reader.assess(text), unspin.read(text)
        assert (short.score, short.false_positive_rate, short.spun, short.notes, short.words) == (
            long.score, long.false_positive_rate, long.spun, long.notes, long.words,
        )  # fmt: skip
        assert short.substitutions == () and short.restored == text


class _Said:
    """Gates that say what they are told to."""

    def __init__(self, *scores: list[float]) -> None:
        self.said = screen.Scores(*(np.array(gate, np.float32) for gate in scores))

    def sifted(self, texts: Any) -> Any:
        return screen.Sifted(self.said.screen, self.said.sieve, {})

    def looked(self, *_: Any, **__: Any) -> Any:
        return self.said


def _gates(row: dict[str, Any]) -> list[float | None]:
    return [row[f"unspin_{gate}"] for gate in ("screen", "sieve", "look")]


def test_the_gates_alone_never_call_a_document_spun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "load", lambda: _Said([9.0] * 4, [8.0] * 4, [7.0] * 4))
    rows = annotate(batch(HONEST)).to_pylist()
    assert [_gates(row) for row in rows] == [[9.0, 8.0, 7.0]] * 4
    assert not any(row["unspin_spun"] for row in rows)


def test_what_does_not_pass_all_gates_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    nan = float("nan")
    monkeypatch.setattr(screen, "load", lambda: _Said([9.0, 9.0, -1.0], [8.0, -2.0, nan], [-3.0, nan, nan]))
    monkeypatch.setattr(reader, "read", lambda *_, **__: pytest.fail("the reader was asked"))
    rows = annotate(batch([SPUN] * 3)).to_pylist()
    assert [_gates(row) for row in rows] == [[9.0, 8.0, -3.0], [9.0, -2.0, None], [-1.0, None, None]]
    assert not any(row["unspin_spun"] for row in rows)
