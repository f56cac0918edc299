"""Pages and sources with signs that nobody sees, letters in another shape, and texts that stand on a page many times."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")
pytest.importorskip("tantivy")

import unspin
from unspin import spinners
from unspin.comparison import Comparison, Fact, Remark
from unspin.text.view import as_read, plain, unveiled, visible
from unspin.trace import Archive, Writer, compare, glanced, restored, search
from unspin.trace.archive.numbers import Numbers
from unspin.trace.glance import Glance
from unspin.trace.query import written
from unspin.trace.repeats import said_first
from unspin.trace.sides import side
from unspin.trace.teaching import lesson
from unspin.trace.wording import evidence

ROOT = Path(__file__).resolve().parent.parent
PROSE = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "benchmarks" / "prose").glob("*.txt"))}
HARBOUR = (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8")
UNSEEN = {
    "soft hyphen": "\u00ad", "zero-width space": "\u200b", "joiner": "\u200d", "word joiner": "\u2060",
    "invisible separator": "\u2063", "selector": "\ufe0f", "tag": "\U000e0041", "direction": "\u200e",
}  # fmt: skip


def veiled(text: str, sign: str) -> str:
    return re.sub(r"(\w\w)(?=\w)", rf"\1{sign}", text)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def bold(text: str) -> str:
    return "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c
        for c in text
    )


DISGUISES = {name: lambda text, sign=sign: veiled(text, sign) for name, sign in UNSEEN.items()} | {
    "full width": wide,
    "mathematical": bold,
}


# --- what is seen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DISGUISES)
def test_a_text_is_read_as_it_is_seen(name: str) -> None:
    text = "She paid 3,500 for it. “Fine,” he said."
    disguised = DISGUISES[name](text)
    assert disguised != text and as_read(disguised) == unveiled(disguised).text == text
    view = unveiled(disguised)
    assert as_read(disguised[slice(*view.span(9, 14))]) == "3,500"


def test_ligatures_are_two_letters_of_one_sign() -> None:
    view = unveiled("an o\ufb03ce")
    assert view.text == "an office"
    assert view.span(4, 6) == (4, 5) and view.span(3, 9) == (3, 7)


def test_what_is_another_sign_stays_one() -> None:
    for text in ("m² of ½ an acre", "naïve café", "№ 5 … ™", "Ελλάδα", "日本語。", "x₁"):
        assert as_read(text) == text


def test_a_plain_text_is_its_own_view() -> None:
    for text in ("All plain.", "“Curly” and café"):
        assert unveiled(text).start is None and as_read(text) is text and plain(text).start is None
        page = side(text)
        assert page.start is page.words.start and page.end is page.words.end


@given(st.text("ab \u00ad\u200b\ufe0fｃ𝐝ﬁé.", max_size=30))
@settings(deadline=None)
def test_a_view_leads_back(text: str) -> None:
    view = unveiled(text)
    assert view.text == as_read(text)
    for at, letter in enumerate(view.text):
        start, end = view.span(at, at + 1)
        assert end - start == 1 and letter in unicodedata.normalize("NFKC", text[start:end])


# --- a pair -----------------------------------------------------------------------------------------------------------


def consistent(found: Comparison) -> None:
    """Every offset says what stands there in the text as given."""
    for passage in found.passages:
        for text, start, end in (
            (found.page, passage.start, passage.end),
            (found.source, passage.source_start, passage.source_end),
        ):
            assert visible(text[start]) and visible(text[end - 1])
    for said in (*found.changes, *found.facts, *found.quotations):
        assert found.page[said.start : said.end] == said.found
        assert found.source[said.source_start : said.source_end] == said.original


def in_sight(found: Comparison) -> tuple[object, ...]:
    """What is found, without offsets, as people see it."""
    return (
        found.explained, found.used, found.words, found.source_words, found.exact, found.swapped, found.nats,
        found.dictionary, found.notes,
        [(c.how, as_read(c.found), as_read(c.original)) for c in found.changes],
        [(f.kind, as_read(f.found), as_read(f.original)) for f in found.facts],
        [(q.speaker, q.altered, q.quoted, as_read(q.found), as_read(q.original)) for q in found.quotations],
        [(p.words, p.source_words, p.exact, p.swapped) for p in found.passages],
    )  # fmt: skip


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("sides", ["page", "source", "both"])
def test_a_pair_is_compared_as_it_is_seen(name: str, sides: str) -> None:
    source = HARBOUR.replace("’", "'")
    page = spinners.simulate(source, "thesaurus", seed=2, rate=0.4).text.replace("1", "7")
    expected = compare(page, source)
    assert expected.facts and expected.quotations and expected.swapped
    given = (
        DISGUISES[name](page) if sides != "source" else page,
        DISGUISES[name](source) if sides != "page" else source,
    )
    found = compare(*given)
    assert (found.page, found.source) == given
    consistent(found)
    assert in_sight(found) == in_sight(expected)
    assert lesson(found) == lesson(expected)


def test_a_soft_hyphen_in_a_source_is_no_figure() -> None:
    source = (
        "The town spent ten thou\u00adsand crowns on the bridge, and the mayor opened it on Mon\u00adday with a speech."
    )
    found = compare(source.replace("\u00ad", ""), source)
    assert not found.changes and not found.facts and Remark.IDENTICAL in found.notes
    changed = compare(source.replace("\u00ad", "").replace("ten", "nine"), source)
    assert [(f.kind, f.original) for f in changed.facts] == [(Fact.FIGURE, "ten")]


@pytest.mark.parametrize("name", UNSEEN)
def test_a_page_with_unseen_signs_comes_back_in_the_words_of_its_source(name: str) -> None:
    page = spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.5).text
    plainly = restored(compare(page, HARBOUR))
    made = restored(compare(veiled(page, UNSEEN[name]), HARBOUR))
    assert visible(made.restored) == plainly.restored
    for wording in made.wordings:
        assert visible(made.page[wording.start : wording.start + 1]) or wording.start == wording.end


def test_words_that_come_and_go_take_their_space_along_past_unseen_signs() -> None:
    source = (
        "The old ferry crosses the wide grey river twice a day, and nobody in the town remembers a winter without it."
    )
    page = source.replace("wide ", "").replace("nobody", "really \u200bnobody").replace(" twice", "\u200b twice")
    hidden = source.replace(" wide", " \u200bwide")
    assert visible(restored(compare(page, hidden)).restored) == source
    put_in = source.replace("town", "\u200bvery\u200b town")
    assert visible(restored(compare(put_in, source)).restored) == source


def test_the_terminal_shows_words_whole() -> None:
    page = spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.5).text
    lines = list(evidence(compare(veiled(page, "\u00ad"), veiled(HARBOUR, "\u200b")), everything=True))
    assert "\n".join(lines).count("“") and lines[5:] and not re.search("[\u00ad\u200b]", "".join(lines))
    shown = [line for line in lines if line.startswith("    “")]
    assert shown and all(as_read(line) == line for line in shown)
    assert shown[0][5:20] in f"“{' '.join(page.split())}"


# --- an archive -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("archive") / "a"
    with Writer.open(folder) as writer:
        for name, text in PROSE.items():
            writer.put(name, text)
        writer.commit()
    return Archive(folder)


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_copy_leads_to_its_source(archive: Archive, name: str) -> None:
    expected = search(PROSE["news.txt"], archive)
    page = DISGUISES[name](PROSE["news.txt"])
    found = search(page, archive)
    assert found.page == page and found.notes == expected.notes
    (match,) = found.sources
    assert (match.id, match.probability, match.comparison.explained) == ("news.txt", expected.best, 1.0)
    consistent(match.comparison)
    look = Glance(archive)
    assert glanced(page, archive, look) is None
    assert list(look.promises(page)) == list(Glance(archive).promises(as_read(page)))


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_source_is_found(tmp_path: Path, name: str) -> None:
    with Writer.open(tmp_path / "a") as writer:
        for key, text in PROSE.items():
            writer.put(key, DISGUISES[name](text))
        writer.commit()
    opened = Archive(tmp_path / "a")
    page = spinners.simulate(PROSE["travel.txt"], "thesaurus", seed=1, rate=0.4).text
    (match,) = search(page, opened).sources
    assert match.id == "travel.txt" and match.comparison.source == DISGUISES[name](PROSE["travel.txt"])
    assert opened.text(opened.get("travel.txt")) == DISGUISES[name](PROSE["travel.txt"])
    assert not list(opened.problems())


@pytest.mark.parametrize("sign", UNSEEN.values())
def test_what_the_reader_restores_is_asked_for_behind_unseen_signs(sign: str) -> None:
    page = (ROOT / "examples" / "spun" / "harbour.txt").read_text(encoding="utf-8")
    hidden = veiled(page, sign)
    asked, token = written(side(page), unspin.read(page))
    assert (asked, token.tolist()) == ((same := written(side(hidden), unspin.read(hidden)))[0], same[1].tolist())


def test_the_words_of_a_text_are_numbered_as_they_are_seen() -> None:
    numbers = Numbers()
    for disguise in DISGUISES.values():
        assert np.array_equal(numbers.of(disguise(HARBOUR)), numbers.of(HARBOUR))


# --- what is said over and over ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 8, 20])
def test_an_article_that_stands_on_a_page_many_times_is_found_and_explains_every_copy(
    archive: Archive, times: int
) -> None:
    for text in (PROSE["obituary.txt"], spinners.simulate(PROSE["obituary.txt"], "thesaurus", seed=1, rate=0.3).text):
        (match,) = search(f"{text}\n\n" * times, archive).sources
        assert match.id == "obituary.txt"
        assert match.comparison.explained > 0.9 and len(match.comparison.passages) >= times
    assert glanced(f"{text}\n\n" * times, archive, Glance(archive)) is None


@pytest.mark.parametrize("times", [3, 6])
def test_many_articles_that_stand_on_a_page_many_times_are_all_found(archive: Archive, times: int) -> None:
    page = "\n\n".join(PROSE.values()) + "\n\n"
    found = search(page * times, archive)
    assert {match.id for match in found.sources} == set(PROSE)
    once = {match.id: match.comparison.explained for match in search(page, archive).sources}
    for match in found.sources:
        assert match.comparison.explained == pytest.approx(once[match.id], abs=0.002)


def test_advertising_in_every_gap_does_not_hide_an_article(archive: Archive) -> None:
    advertisement = (
        "Our new garden chairs are light, strong and on sale until the end of the holidays, at half the price."
    )
    page = " ".join(f"{part} {advertisement}" for part in re.split(r"(?<=[.!?])\s+", PROSE["fiction.txt"]))
    assert [match.id for match in search(page, archive).sources] == ["fiction.txt"]


def test_a_sentence_over_and_over_is_no_page(archive: Archive) -> None:
    sentence = max(re.split(r"(?<=[.!?])\s+", PROSE["news.txt"]), key=lambda part: len(part) * (part.count(" ") < 28))
    page = f"{sentence} " * 6
    assert side(page).size > 60 and not search(page, archive).sources


def test_what_was_said_before_has_no_vote() -> None:
    words = np.arange(100, dtype=np.int64)
    assert said_first(words).all() and said_first(words[:5]).all() and said_first(words[:0]).all()
    again = np.concatenate([words[:40], words[10:21], words[40:], words[50:62], words[:30]])
    first = said_first(again)
    assert first[:111].all()  # eleven words are said again by chance
    assert not first[111:].any()


def test_a_few_words_said_again_count_as_before() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 30, 5_000)  # all words many times
    assert said_first(numbers).all()
