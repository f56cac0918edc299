"""A word that looks swapped but whose original is a guess stays as it was found, and the guess is offered."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

import unspin
from tests.test_reader import spun
from unspin.errors import OptionError
from unspin.reader.substitutions import WORDS, Bar, carried_back, with_open
from unspin.reading import BELIEVED, Reading, Substitution
from unspin.report.export import export
from unspin.report.json import from_json, to_json
from unspin.report.source import Entry, Source
from unspin.report.terminal import plain
from unspin.settings import Settings
from unspin.text import apply


@pytest.fixture(scope="module")
def reading() -> Reading:
    return unspin.read(spun(4))


def test_what_is_put_in_is_more_likely_than_not(reading: Reading) -> None:
    left = [s for s in reading.substitutions if s.open]
    assert left
    assert all(s.confidence >= BELIEVED for s in reading.substitutions if not s.open)
    for s in left:
        assert s.original == s.found == reading.restored[_now(reading, s) : _now(reading, s) + len(s.found)]
        assert not WORDS.is_reached(s.alternatives[0][1], s.confidence)
        assert s.confidence < 1 - BELIEVED
    assert apply(reading.text, reading.substitutions) == reading.restored


@pytest.mark.parametrize(
    ("original", "written", "put_in"),
    [(0.5, 0.1, True), (0.49, 0.0, False), (0.7, 0.19, True), (0.7, 0.21, False), (0.99, 0.01, True)],
)
def test_an_original_is_put_in_where_it_is_clearly_likelier_than_what_stands_there(
    original: float, written: float, put_in: bool
) -> None:
    assert Bar(BELIEVED, 3.5).is_reached(original, written) is put_in


def test_guesses_are_filled_in_where_they_are_asked_for(reading: Reading) -> None:
    filled = unspin.read(reading.text, fill_all=True)
    left = [s for s in filled.substitutions if s.open]
    assert all(s.alternatives[0][1] < s.confidence for s in left)  # what stands there is likelier than any guess
    assert len(left) < sum(s.open for s in reading.substitutions)
    assert any(s.confidence < BELIEVED for s in filled.substitutions if not s.open)
    assert filled == unspin.read(reading.text, Settings(fill_all=True))
    assert unspin.restore(reading.text, fill_all=True) == filled.restored != reading.restored
    with pytest.raises(OptionError, match="fill_all"):
        Settings(fill_all="yes")  # type: ignore[arg-type]


def test_open_places_count_as_swapped_and_are_read_again_from_json(reading: Reading) -> None:
    swapped = [s for s in reading.substitutions if s.found.lower() not in ("a", "an")]
    left = sum(1 - s.confidence for s in swapped if s.open)  # each as far as it was probably swapped
    assert reading.share == round((sum(not s.open for s in swapped) + left) / reading.words, 6)
    assert from_json(to_json(reading)) == reading


def test_restoring_again_changes_nothing(reading: Reading) -> None:
    assert unspin.restore(reading.restored) == reading.restored


def test_the_walk_of_an_open_place_begins_at_its_likeliest_guess(reading: Reading) -> None:
    walks = [(s.route, s.alternatives[0][0]) for s in reading.substitutions if s.open and s.route]
    assert walks
    assert all(route[0] == guess for route, guess in walks)


def test_every_report_shows_the_word_as_found_and_the_guess() -> None:
    text = "The waiter of the site was slow, and the exploiter left."
    left = Substitution(4, 10, "waiter", "waiter", 0.05, (("server", 0.44), ("host", 0.3)))
    changed = Substitution(41, 50, "exploiter", "user", 0.9)
    reading = Reading(text=text, restored=text.replace("exploiter", "user"), spun=True, score=9.0, false_positive_rate=1e-6,
                      share=0.2, words=11, substitutions=(left, changed))  # fmt: skip
    assert "The ‹waiter: server?› of the site" in plain(reading)
    words = plain(reading, words=True)
    row = next(line for line in words.splitlines() if "(as found)" in line)
    assert "server?" in row and "0.44" in row  # what is offered, and how likely that is
    entry = Entry(Source("page.txt", "text"), reading)
    markdown, html = (export([entry], form).decode() for form in ("md", "html"))
    assert "The ‹waiter: server?› of the site" in markdown and "| waiter | (as found) | 5% | server 44%" in markdown
    assert "left as found, though it looks swapped: 5%" in html and "<i>as found</i>" in html
    with zipfile.ZipFile(io.BytesIO(export([entry], "docx"))) as file:
        body, comments = (file.read(f"word/{name}.xml").decode() for name in ("document", "comments"))
    assert body.count("<w:del ") == 1 and "looks swapped, left as found (5%); perhaps: server 44%" in comments


def test_open_places_are_led_back_through_the_changes_before_them() -> None:
    text = "one two three four"
    before = (Substitution(0, 3, "one", "a dozen", 0.9), Substitution(8, 13, "three", "3", 0.9))
    between = apply(text, before)
    left = [Substitution(8, 11, "two", "two", 0.1), Substitution(12, 13, "3", "3", 0.1)]
    kept = carried_back(text, before, between, left)
    assert [(s.start, s.end, s.found) for s in kept] == [(4, 7, "two")]  # the other has been changed already
    assert with_open(before, kept) == (before[0], *kept, before[1])
    assert with_open(before, [Substitution(8, 13, "three", "three", 0.1)]) == before


def _now(reading: Reading, place: Substitution) -> int:
    """Where a place begins in the restored text."""
    earlier: Iterator[Substitution] = (s for s in reading.substitutions if s.end <= place.start)
    return place.start + sum(len(s.original) - len(s.found) for s in earlier)
