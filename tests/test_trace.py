"""A page against its source, and against an archive: alignment, evidence, restoration, building, searching, the commands."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

pytest.importorskip("numba")
pytest.importorskip("tantivy")
pytest.importorskip("pyarrow")

import unspin
from unspin import spinners
from unspin.cli.main import app
from unspin.comparison import Fact, How, Remark
from unspin.corpus.formats import Columns
from unspin.errors import DamagedData, InputError, MissingInput, OutputError
from unspin.reader.dictionary import known_swaps
from unspin.reading import Reading, Substitution
from unspin.text import apply, split
from unspin.trace import Archive, Writer, compare, restored, search
from unspin.trace.archive.building import build, removed
from unspin.trace.archive.columns import Further
from unspin.trace.facts import fact_of
from unspin.trace.json import comparison_record, schema, trace_record
from unspin.trace.restoring import marked
from unspin.trace.teaching import lesson, teach
from unspin.trace.wording import trace_in_words

ROOT = Path(__file__).resolve().parent.parent
HARBOUR = (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8")
CLINIC = (ROOT / "examples" / "clinic.txt").read_text(encoding="utf-8")
PROSE = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "benchmarks" / "prose").glob("*.txt"))}
ADVERTISEMENT = (
    "Our new garden chairs are light, strong and on sale until the end of summer. Order two and the cushion is free."
    " Delivery takes three working days, and whoever is not content sends them back at no cost within a month.\n\n"
)


def paragraphs(text: str) -> list[str]:
    return [part for part in text.split("\n") if part.strip()]


# --- alignment and evidence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.3, 0.7])
@pytest.mark.parametrize("family", spinners.names())
def test_with_the_source_every_family_is_undone(family: str, rate: float) -> None:
    specimen = spinners.simulate(HARBOUR, family, seed=5, rate=rate)
    found = compare(specimen.text, HARBOUR)
    assert found.explained > 0.97 and found.used > 0.97
    there, original = split(restored(found).restored).lower, split(HARBOUR).lower
    from rapidfuzz.distance import Levenshtein

    assert Levenshtein.distance(there, original) <= 0.012 * len(original)


def test_word_swaps_come_back_to_the_letter() -> None:
    specimen = spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3)
    found = compare(specimen.text, HARBOUR)
    assert restored(found).restored == HARBOUR
    assert {(entry.found, entry.original) for entry in found.dictionary} <= {
        (swap.found.strip().lower(), swap.original.strip().lower()) for swap in specimen.swaps
    }


def test_offsets_say_what_stands_there_on_both_sides() -> None:
    page = ADVERTISEMENT + spinners.simulate(HARBOUR, "phrase-thesaurus", seed=3, rate=0.5).text
    found = compare(page, HARBOUR)
    for change in found.changes:
        assert page[change.start : change.end] == change.found
        assert HARBOUR[change.source_start : change.source_end] == change.original
    ends = [0, *(passage.end for passage in found.passages)]
    assert all(end <= passage.start for end, passage in zip(ends, found.passages, strict=False))
    for pair in found.quotations:
        assert page[pair.start : pair.end] == pair.found
        assert HARBOUR[pair.source_start : pair.source_end] == pair.original


def test_moved_paragraphs_and_advertising_are_seen_through() -> None:
    parts = paragraphs(HARBOUR)
    half = len(parts) // 2
    moved = spinners.simulate("\n\n".join(parts[half:]), "fluent-synonyms", seed=1, rate=0.4).text
    kept = spinners.simulate("\n\n".join(parts[:half]), "fluent-synonyms", seed=1, rate=0.4).text
    page = f"{moved}\n\n{ADVERTISEMENT}{kept}"
    found = compare(page, HARBOUR)
    assert found.used > 0.95
    assert 0.8 < found.explained < 0.97
    begin = page.index("Our new garden")
    inside = sum(p.end - p.start for p in found.passages if begin <= p.start < begin + len(ADVERTISEMENT))
    assert inside < 0.2 * len(ADVERTISEMENT)
    assert {p.source_start < len(HARBOUR) // 3 for p in found.passages} == {True, False}


def test_honest_texts_have_nothing_of_one_another() -> None:
    texts = [HARBOUR, CLINIC, *PROSE.values()]
    for i, page in enumerate(texts):
        for source in texts[i + 1 :]:
            assert compare(page, source).passages == ()


def test_quotations_are_set_beside_what_was_said() -> None:
    said = 'Maria Kell, who runs the mill, said: "We will open the new gate in June." ' + " ".join(
        paragraphs(CLINIC)[:3]
    )
    page = said.replace("open the new gate", "unfold the fresh logic gate")
    (pair,) = [pair for pair in compare(page, said).quotations if "gate in June" in pair.original]
    assert pair.altered and pair.quoted and pair.speaker == "Maria Kell"
    assert pair.found == "We will unfold the fresh logic gate in June."
    assert pair.original == "We will open the new gate in June."


def test_changed_figures_dates_and_names_are_named() -> None:
    page = HARBOUR.replace("140", "410").replace("Wrenhaven", "Port Doran")
    assert HARBOUR.count("140") and HARBOUR.count("Wrenhaven")
    kinds = {(fact.kind, fact.original) for fact in compare(page, HARBOUR).facts}
    assert (Fact.FIGURE, "140") in kinds and (Fact.NAME, "Wrenhaven") in kinds
    assert compare(HARBOUR, HARBOUR).facts == ()


@pytest.mark.parametrize(
    ("found", "original", "before", "kind"),
    [
        ("2", "two", "x ", None),
        ("3", "two", "x ", Fact.FIGURE),
        ("fin", "five", "x ", Fact.FIGURE),
        ("1987", "1978", "x ", Fact.DATE),
        ("the third month", "March", "x ", Fact.DATE),
        ("Smyth", "Smith", "x ", Fact.NAME),
        ("A boat", "The ship", ". ", None),
        ("vessel", "ship", "x ", None),
        ("10,000", "10000", "x ", None),
        ("14th", "fourteenth", "x ", None),
        ("15th", "fourteenth", "x ", Fact.FIGURE),
        ("the first", "the 1st", "x ", None),
        ("25 boats", "twenty-five ships", "x ", None),
        ("26 boats", "twenty-five ships", "x ", Fact.FIGURE),
        ("200", "two hundred", "x ", None),
        ("5%", "five percent", "x ", None),
        ("another party", "a third party", "x ", None),
        ("five of them", "a fifth of them", "x ", Fact.FIGURE),
        ("1,000 of a second", "a thousandth of a second", "x ", Fact.FIGURE),
        ("25 dollar tickets", "20 five-dollar tickets", "x ", Fact.FIGURE),
        ("the 32nd video", "the 30-second video", "x ", Fact.FIGURE),
        ("the fifteenth century", "the fourteenth century", "x ", Fact.FIGURE),
        ("the twenty-sixth", "the twenty-fifth", "x ", Fact.FIGURE),
        ("the 25th", "the twenty-fifth", "x ", None),
        ("14 May", "14th May", "x ", None),
        ("at 12:50", "at 12:04", "x ", Fact.FIGURE),
        ("12345678901234568", "12345678901234567", "x ", Fact.FIGURE),
        ("1,5 litres", "15 litres", "x ", Fact.FIGURE),
        ("2 hours", "2½ hours", "x ", Fact.FIGURE),
        ("2.5 hours", "2½ hours", "x ", None),
        ("2½ hours", "two and a half hours", "x ", None),
        ("1,00,000", "100,000", "x ", None),
        ("9" * 400 + "½", "some", "x ", Fact.FIGURE),
        ("2.5½", "2.5", "x ", Fact.FIGURE),
        ("10:30½", "10:30", "x ", Fact.FIGURE),
        ("Under the roof", "Beneath the roof", ". ", None),
        ("Under the roof", "Beneath the roof", "• ", None),
        ("Under the roof", "Beneath the roof", "✅ ", None),
        ("Under the roof", "Beneath the roof", "– ", Fact.NAME),
    ],
)
def test_what_is_a_fact(found: str, original: str, before: str, kind: Fact | None) -> None:
    assert fact_of(found, original, before) is kind


def test_what_both_quote_and_boilerplate_count_as_taken_nowhere() -> None:
    speech = "Four score boats left this quay the year that I was born, and I can name the master of every one of them still."
    quoted = f'The old pilot said: "{speech}" {" ".join(paragraphs(CLINIC)[:4])}'
    other = f'At the hearing he repeated himself. "{speech}" {" ".join(paragraphs(PROSE["cooking.txt"])[:4])}'
    found = compare(quoted, other)
    assert found.passages and not any(passage.counted for passage in found.passages)
    assert found.explained == found.used == found.nats == 0
    assert Remark.QUOTED_ONLY in found.notes
    said = " ".join(f'"{sentence}", the pilot said.' for sentence in paragraphs(HARBOUR)[1].split(". ") * 4)
    asked = f"{paragraphs(CLINIC)[1]}\n\n{said}"
    assert compare(asked, asked).explained == 1  # a copy, though most of it is quoted
    line = (
        "Sign up for our newsletter and get the best stories of the harbour towns in your inbox every Friday morning."
    )
    pair = compare(f"{line} {CLINIC}", f"{line} {HARBOUR}")
    assert pair.explained == 0


def test_odd_pairs_are_said_to_be_odd() -> None:
    assert Remark.NO_WORDS in compare("", HARBOUR).notes
    assert Remark.NO_WORDS in compare("…", "!").notes
    assert Remark.TOO_SHORT in compare("The boats are late.", HARBOUR).notes
    same = compare(HARBOUR, HARBOUR)
    assert Remark.IDENTICAL in same.notes and same.explained == same.used == 1 and not same.changes
    with pytest.raises(TypeError, match="source must be a str"):
        compare("x", b"x")  # type: ignore[arg-type]


def test_another_language_and_lone_surrogates_harm_nothing() -> None:
    german = (
        "Der Hafen liegt am Ende der Straße, und wer dort arbeitet, sieht die Schiffe kommen und gehen, Tag für Tag. "
        * 3
    )
    assert compare(german, HARBOUR).passages == ()
    assert compare(german.replace("Hafen", "Kai"), german).explained > 0.9
    assert compare(HARBOUR + "\ud800", HARBOUR).used == 1


@pytest.mark.parametrize("piece", ["the the ", "kiln harbour ", "a", "1 ", "x\n", ". ", '"a" ', "The kiln was warm. "])
def test_time_grows_in_step_with_the_texts(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece)))[:length]
        begun = time.process_time()
        compare(text + HARBOUR, HARBOUR + text)
        return time.process_time() - begun

    seconds(1_000)
    short, long = (min(seconds(length) for _ in range(2)) for length in (16_000, 64_000))
    assert long < 9 * max(short, 0.1)


# --- restoring --------------------------------------------------------------------------------------------------------


def test_the_reader_decides_only_where_the_source_is_silent() -> None:
    page = "The owner sat connected the wall.\n\n" + spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3).text
    found = compare(page, HARBOUR)
    at = page.index("connected")
    inside = found.changes[3]
    swaps = (
        Substitution(at, at + 9, "connected", "on", 0.9),
        Substitution(inside.start, inside.end, inside.found, "WRONG", 0.9),
    )
    reading = Reading(text=page, restored=apply(page, swaps), spun=True, score=1, false_positive_rate=1e-5, share=0.1,
                      words=10, substitutions=swaps)  # fmt: skip
    made = restored(found, reading)
    assert made.restored == "The owner sat on the wall.\n\n" + HARBOUR
    assert made.by_reader == swaps[:1]
    assert "‹on?›" in marked(made) and "WRONG" not in marked(made)
    with pytest.raises(ValueError, match="another text"):
        restored(found, dataclasses.replace(reading, text="x"))


def test_a_page_of_two_articles_is_restored_from_both() -> None:
    first = spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3).text
    page = first.rstrip() + "\n\n" + ADVERTISEMENT + spinners.simulate(CLINIC, "wordnet-walk", seed=2, rate=0.3).text
    found = [compare(page, source) for source in (HARBOUR, CLINIC)]
    made = restored(found[0], further=found[1:])
    assert made.restored == HARBOUR.rstrip() + "\n\n" + ADVERTISEMENT + CLINIC
    border = page.index("Our new garden chairs")
    assert {(wording.source, wording.start > border) for wording in made.wordings} == {(0, False), (1, True)}
    # What two sources explain is worded by the first of them.
    assert restored(found[0], further=found[:1]).wordings == restored(found[0]).wordings


# --- the archive ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "a"
    with Writer.open(folder) as writer:
        for name, text in PROSE.items():
            writer.put(name, text, date="2021-05-01", url=f"https://example.org/{name}")
        writer.put("harbour", HARBOUR, date="2020-02-03")
        writer.put("harbour-agency", HARBOUR.replace("years", "winters") + ADVERTISEMENT, date="2020-02-01")
        writer.commit()
    return folder


@pytest.mark.parametrize("family", ["wordnet-walk", "rewriter", "phrase-thesaurus", "neighbours"])
def test_a_spun_page_leads_to_its_source_and_the_earliest_near_copy_is_named(archive: Path, family: str) -> None:
    page = ADVERTISEMENT + spinners.simulate(HARBOUR, family, seed=4, rate=0.7).text
    found = search(page, Archive(archive))
    (match,) = found.sources
    assert (match.id, match.near_copies, match.date) == ("harbour-agency", ("harbour",), "2020-02-01")
    assert match.probability > 0.9 and match.comparison.used > 0.8


@pytest.mark.parametrize(("family", "sources", "queries"), [
    ("spinbot", 1, 1),  # nearly all of it runs with its source
    ("gloss", 1, 1),  # hardly any, but no other text has as much
    ("gloss", 0, 18),
])  # fmt: skip
def test_a_page_that_one_document_explains_is_not_asked_for_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, sources: int, queries: int
) -> None:
    with Writer.open(tmp_path / "a") as writer:
        for name, text in PROSE.items():
            writer.put(name, text)
        if sources:
            writer.put("harbour", HARBOUR)
        writer.commit()
    asked: list[int] = []
    ask = Archive.search
    monkeypatch.setattr(Archive, "search", lambda self, terms, most: asked.append(most) or ask(self, terms, most))
    found = search(spinners.simulate(HARBOUR, family, seed=3, rate=0.7).text, Archive(tmp_path / "a"))
    assert (len(found.sources), len(asked)) == (sources, queries)


def test_a_page_of_two_articles_has_two_sources_with_their_passages(archive: Path) -> None:
    first, second = (
        spinners.simulate(PROSE[name], "thesaurus", seed=1, rate=0.4).text for name in ("news.txt", "cooking.txt")
    )
    found = search(f"{first}\n\n{second}", Archive(archive))
    assert {match.id for match in found.sources} == {"news.txt", "cooking.txt"}
    by_id = {match.id: match.comparison.passages for match in found.sources}
    assert max(p.end for p in by_id["news.txt"]) <= min(p.start for p in by_id["cooking.txt"])


def test_who_has_nothing_of_a_page_is_not_named_as_the_likeliest_source(archive: Path) -> None:
    german = "Die Boote laufen nicht mehr aus, sagte die Vorsitzende, und niemand weiss, wer die Netze flickt. " * 4
    assert trace_in_words(search(german, Archive(archive))) == "no source in the archive"


@pytest.mark.parametrize("family", ["wordnet-walk", "wordnet-step", "fluent-synonyms"])
def test_common_words_that_were_swapped_are_no_evidence_of_another_text(family: str) -> None:
    # "indium" is rare in English, but on a page that was spun it is another way to write "in".
    texts = list(PROSE.values())
    found = [
        compare(spinners.simulate(text, family, seed=k, rate=0.7).text, other)
        for k, text in enumerate(texts)
        for other in texts
        if other != text
    ]
    assert sum(bool(pair.passages) for pair in found) <= 1


def test_a_page_takes_no_wording_from_a_text_that_is_not_its_source() -> None:
    page = (ROOT / "examples" / "spun" / "harbour.txt").read_text(encoding="utf-8")
    made = restored(compare(page, CLINIC))
    assert made.restored == page and not made.by_source


def test_what_is_not_there_is_not_claimed(archive: Path) -> None:
    for text in (CLINIC, spinners.simulate(CLINIC, "thesaurus", seed=1, rate=0.5).text):
        found = search(text, Archive(archive))
        assert found.sources == () and found.best < 0.5
    assert Remark.TOO_SHORT in search("The boats are late.", Archive(archive)).notes
    assert search("", Archive(archive)).likeliest is None


def test_restored_words_are_asked_for() -> None:
    from unspin.trace.query import query, rarities, written
    from unspin.trace.sides import side

    page = "We saw a zzz near the old quay yesterday, and nobody could say whose it was or why."
    at = page.index("zzz")
    swap = Substitution(at, at + 3, "zzz", "harbour", 0.8, (("ferry", 0.1),))
    reading = Reading(text=page, restored=apply(page, (swap,)), spun=True, score=1, false_positive_rate=1e-5, share=0.1,
                      words=18, substitutions=(swap,))  # fmt: skip
    asked, token = written(side(page), reading)
    probability = {some.word: some.probability for some in asked}
    assert probability["harbour"] == pytest.approx(0.8) and probability["ferry"] == pytest.approx(0.1)
    assert probability["zzz"] < 0.2
    weights = dict(query(asked, rarities(asked, lambda word: 3, 100), 100, 100))
    assert weights["quay"] > weights["harbour"] > weights["zzz"] > weights["ferry"] > 0
    assert {page[side(page).words.start[i] :][:3] for i in token[3:4].tolist()} == {"zzz"}
    asked, _ = written(side(page), None)
    weights = dict(query(asked, rarities(asked, lambda word: 3, 100), 100, 100))
    assert weights["zzz"] >= weights["quay"] and "harbour" not in weights


def test_without_a_reading_words_are_asked_for_that_a_word_may_stand_for() -> None:
    from unspin.trace.query import written
    from unspin.trace.sides import side

    asked, _ = written(side("They had to utilise the vessel, and Utilise said so."), None)
    by_word = {(some.place, some.word): some.probability for some in asked}
    assert by_word[3, "use"] > 0.3 and by_word[3, "utilise"] < 0.7
    assert by_word[7, "utilise"] > 0.95  # a name stands for itself


def test_parts_cover_the_page() -> None:
    from unspin.trace.query import parts

    for size in (0, 1, 39, 40, 41, 130, 1_000, 9_999, 200_000):
        spans = list(parts(size))
        assert len(spans) <= 24 and spans[0][0] == 0 and spans[-1][1] == size
        assert all(first[1] == second[0] for first, second in pairwise(spans))
        assert max(end - begin for begin, end in spans) <= 40 or len(spans) == 24


def test_a_query_costs_about_as_much_however_large_the_archive() -> None:
    from unspin.trace.query import Asked, query, rarities

    asked = [Asked(k, f"word{k}", 1.0) for k in range(40)]
    terms = {}
    for documents in (10_000, 1_000_000, 100_000_000):
        has = {f"word{k}": documents // 1_000 * (k + 1) for k in range(40)}
        terms[documents] = [
            word for word, _ in query(asked, rarities(asked, has.__getitem__, documents), documents, 30)
        ]
    assert [len(some) for some in terms.values()] == [30, 16, 4]
    assert all(some == [f"word{k}" for k in range(len(some))] for some in terms.values())


def test_a_part_of_a_page_is_asked_for_by_commoner_words_too() -> None:
    from unspin.trace.query import PART, PART_POSTINGS, POSTINGS, WHOLE, Asked, query, rarities

    asked = [Asked(k, f"word{k}", 1.0) for k in range(40)]
    rarity = rarities(asked, lambda _: 18_000, 1_000_000)
    whole, part = (query(asked, rarity, 1_000_000, *budget) for budget in ((WHOLE, POSTINGS), (PART, PART_POSTINGS)))
    assert len(whole) * 18_000 <= POSTINGS and len(part) == PART_POSTINGS // 18_000 > 2 * len(whole)


def test_a_dear_word_is_passed_over_for_those_that_can_be_had() -> None:
    from unspin.trace.query import Asked, query, rarities

    has = {"london": 170_000, "harbour": 20_000, "pontoon": 300, "unheard": 0}
    asked = [
        Asked(0, "london", 1.0),
        Asked(4, "london", 1.0),
        *(Asked(k, w, 1.0) for k, w in enumerate(has, 1)),
    ]

    def words(documents: int, more: int = 0) -> list[str]:
        some = [*asked, *(Asked(9 + k, f"more{k}", 0.01) for k in range(more))]
        rarity = rarities(some, lambda word: has.get(word, 900), documents)
        return [term.word for term in query(some, rarity, documents, 24)]

    assert words(1_000_000) == ["pontoon", "harbour", "london"]  # four words are asked for in any case
    assert words(1_000_000, more=3)[:2] == ["pontoon", "harbour"] and "london" not in words(1_000_000, more=3)
    assert query([], {}, 0, 24) == []


def test_a_rare_word_says_a_lot_where_it_is_found_however_unlikely_it_was() -> None:
    from unspin.trace.query import Asked, query, rarities

    has = {"pontoon": 10, "harbour": 20_000, "the": 99_990}
    asked = [Asked(0, "pontoon", 0.1), Asked(0, "dock", 0.0), Asked(1, "harbour", 0.9), Asked(2, "the", 0.9)]
    rarity = rarities(asked, lambda word: has.get(word, 500), 100_000)
    scores = {term.word: term.weight * rarity[term.word] for term in query(asked, rarity, 100_000, 24)}
    assert scores["pontoon"] > scores["harbour"] > 1
    assert not scores.get("the") and "dock" not in scores  # what everything has, and what nobody wrote


def test_a_source_is_found_behind_many_texts_that_have_its_words_in_disorder(tmp_path: Path) -> None:
    passage = " ".join(paragraphs(HARBOUR)[1:3])
    words = passage.split()
    random = np.random.default_rng(1)
    with Writer.open(tmp_path / "a") as writer:
        for k in range(60):
            writer.put(f"disorder-{k}", " ".join(words[i] for i in random.permutation(len(words))))
        writer.put("source", HARBOUR)
        writer.commit()
    page = f"{PROSE['cooking.txt'][:600]}\n\n{passage}\n\n{CLINIC[:600]}"
    assert [match.id for match in search(page, Archive(tmp_path / "a")).sources] == ["source"]


def test_a_page_in_another_language_is_said_to_be(archive: Path) -> None:
    opened = Archive(archive)
    german = (
        "Der Hafen der kleinen Stadt war in diesem Winter geschlossen, weil das Eis bis an die Mauern reichte und niemand"
        " wusste, wann die Boote wieder auslaufen durften. Die Fischer saßen am Markt und sprachen über die Preise, über das"
        " Wetter und über die neue Brücke, die im Frühjahr gebaut werden sollte, aber geglaubt hat es ihnen keiner."
    )
    japanese = "港は冬の間閉ざされていた。氷が岸壁まで届き、いつ船が出られるのか誰にも分からなかった。" * 4
    for text in (german, japanese):
        found = search(text, opened)
        assert Remark.OTHER_LANGUAGE in found.notes and "not in English" in trace_in_words(found)
    assert Remark.OTHER_LANGUAGE not in search(HARBOUR, opened).notes
    assert "first 400,000 characters" in trace_in_words(search(HARBOUR * 200, opened))


def test_the_room_can_be_called(archive: Path) -> None:
    found = unspin.trace(HARBOUR, archive, reader=False)
    assert found.sources[0].comparison.notes == () or Remark.IDENTICAL in found.sources[0].comparison.notes
    assert found.reading is None and unspin.trace.compare is compare


def test_add_replace_and_remove_without_a_rebuild(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with Writer.open(folder) as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    reader = Archive(folder)
    with Writer.open(folder) as writer:
        writer.put("one", CLINIC)
        writer.put("two", HARBOUR)
        assert len(reader) == 1 and reader.frequency("clinic") == 0  # until it is committed
        writer.commit()
    assert reader.text(reader.get("one")) == HARBOUR
    reader.reload()
    assert len(reader) == 2 and reader.text(reader.get("one")) == CLINIC
    assert reader.frequency("clinic") == 1
    removed(["one"], folder)
    reader.reload()
    assert [stored.id for stored in reader] == ["two"] and list(reader.problems()) == []
    with pytest.raises(InputError, match="no such document"):
        reader.get("one")


def test_what_is_not_committed_is_lost_whole(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with Writer.open(folder) as writer:
        writer.put("one", HARBOUR)
        writer.commit()
        writer.put("two", CLINIC)
    assert [stored.id for stored in Archive(folder)] == ["one"]


def test_a_second_writer_a_folder_that_is_none_and_another_version_get_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with Writer.open(folder) as writer:
        with pytest.raises(OutputError, match="another unspin is writing"), Writer.open(folder):
            pass
        writer.put("one", HARBOUR)
        writer.commit()
    with pytest.raises(MissingInput, match="no such archive"):
        Archive(tmp_path / "b")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.txt").write_text("x", encoding="utf-8")
    with pytest.raises(MissingInput, match="not an archive"):
        Archive(tmp_path / "c")
    with pytest.raises(OutputError, match="holds files of something else"), Writer.open(tmp_path / "c"):
        pass
    (folder / "unspin.json").write_text('{"format": "unspin-archive-0"}', encoding="utf-8")
    with pytest.raises(DamagedData, match="another version"):
        Archive(folder)


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.commit()
    assert Remark.EMPTY_ARCHIVE in search(HARBOUR, Archive(tmp_path / "a")).notes


def test_a_damaged_text_is_named_by_check(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    (texts,) = (tmp_path / "a" / "texts").glob("*.frames")
    texts.write_bytes(texts.read_bytes()[:50])
    (line,) = Archive(tmp_path / "a").problems()
    assert line.startswith("one: ") and "damaged" in line


def test_a_byte_that_rots_in_a_text_is_noticed(tmp_path: Path) -> None:
    noise = "".join(
        f"{k * 7919 % 10_007}, " for k in range(400)
    )  # hardly to be packed, so that its bytes stand as they are
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR + noise)
        writer.commit()
    (texts,) = (tmp_path / "a" / "texts").glob("*.frames")
    data = texts.read_bytes()
    for place in range(100, len(data), 211):
        _written_anew(texts, data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        (line,) = Archive(tmp_path / "a").problems()
        assert line.startswith("one: ") and "damaged" in line
        with pytest.raises(DamagedData, match="damaged"):
            search(HARBOUR + noise, Archive(tmp_path / "a"))


def test_numbers_that_are_cut_off_are_damage(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    (numbers,) = (tmp_path / "a" / "texts").glob("*.words")
    _written_anew(numbers, numbers.read_bytes()[:100])
    with pytest.raises(DamagedData, match="cut off"):
        search(HARBOUR, Archive(tmp_path / "a"))


def test_numbers_of_other_words_are_damage(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    (numbers,) = (tmp_path / "a" / "texts").glob("*.words")
    data = numbers.read_bytes()
    _written_anew(numbers, bytes([data[0] ^ 1]) + data[1:])
    (line,) = Archive(tmp_path / "a").problems()
    assert line.startswith("one: ") and "numbers" in line


def _written_anew(path: Path, data: bytes | bytearray) -> None:
    """A file of other contents under the same name: the old one may still be mapped into memory."""
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["idx", "term", "store", "fast", "fieldnorm"])
def test_damaged_postings_are_told_by_their_checksum(tmp_path: Path, kind: str) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    assert list(Archive(tmp_path / "a").problems()) == []
    (postings,) = (tmp_path / "a" / "postings").glob(f"*.{kind}")
    data = bytearray(postings.read_bytes())
    data[0] ^= 1
    archive = Archive(tmp_path / "a")
    _written_anew(postings, data)
    assert str(postings) in next(archive.problems())
    if kind != "idx":  # too large to be read through whenever an archive is opened
        with pytest.raises(DamagedData, match="damaged"):
            Archive(tmp_path / "a")
    _written_anew(postings, b"")
    with pytest.raises(DamagedData, match="damaged"):
        list(Archive(tmp_path / "a").problems())


def test_what_makes_tantivy_panic_is_damage(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        for name, text in PROSE.items():
            writer.put(name, text)
        writer.commit()
    for kind in ("fast", "term", "idx"):
        (postings,) = (tmp_path / "a" / "postings").glob(f"*.{kind}")
        data = bytearray(postings.read_bytes())
        data[:-150] = bytes(0xFF for _ in data[:-150])
        whole = postings.read_bytes()
        _written_anew(postings, data)
        with pytest.raises(DamagedData, match="damaged"):
            search(HARBOUR + PROSE["news.txt"], Archive(tmp_path / "a"))
        _written_anew(postings, whole)


def test_what_is_missing_in_an_archive_is_named_by_whoever_reads_or_writes(tmp_path: Path) -> None:
    import shutil

    for name in ("texts", "postings"):
        with Writer.open(tmp_path / name) as writer:
            writer.put("one", HARBOUR)
            writer.commit()
        shutil.rmtree(tmp_path / name / name)
        with pytest.raises(DamagedData, match=f"its {name} are missing"):
            Archive(tmp_path / name)
        with pytest.raises(DamagedData, match=f"its {name} are missing"), Writer.open(tmp_path / name):
            pass
    with Writer.open(tmp_path / "a") as writer:
        writer.commit()
    (tmp_path / "a" / "postings" / "meta.json").write_text("x", encoding="utf-8")
    with pytest.raises(DamagedData, match="make the archive anew"), Writer.open(tmp_path / "a"):
        pass


def test_a_build_that_was_killed_before_it_had_a_name_can_be_begun_again(tmp_path: Path) -> None:
    for name in ("postings", "texts"):
        (tmp_path / "a" / name).mkdir(parents=True)
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    assert len(Archive(tmp_path / "a")) == 1


def test_nothing_to_read_makes_no_archive(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such file"):
        build([str(tmp_path / "none.txt")], tmp_path / "a", Columns(), Further())
    assert not (tmp_path / "a").exists()


def test_a_full_disk_keeps_no_half_of_the_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unspin.trace.archive import texts

    def save(target: Path, data: bytes) -> None:
        if target.suffix == ".words":
            raise OutputError(f"{target}: cannot be written (no space left on device)")
        target.write_bytes(data)

    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        monkeypatch.setattr(texts, "save", save)
        with pytest.raises(OutputError, match="no space left"):
            writer.commit()
    assert list((tmp_path / "a" / "texts").iterdir()) == []


# --- building ---------------------------------------------------------------------------------------------------------


def corpus(path: Path, count: int = 6) -> Path:
    texts = [HARBOUR, CLINIC, *PROSE.values()]
    rows = [
        {"id": f"d{i}", "text": texts[i], "when": f"2020-01-{i + 1:02}", "link": f"https://example.org/{i}"}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_formats_bring_id_date_and_address(tmp_path: Path) -> None:
    import csv

    import pyarrow as pa
    from pyarrow import parquet

    rows = [json.loads(line) for line in corpus(tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    parquet.write_table(pa.table({name: [f"p{row['id']}" if name == "id" else row[name] for row in rows] for name in rows[0]}),
                        tmp_path / "b.parquet")  # fmt: skip
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
        made = csv.DictWriter(file, list(rows[0]))
        made.writeheader()
        made.writerows(row | {"id": f"c{row['id']}"} for row in rows)
    head = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nWARC-Date: 2019-07-01T00:00:00Z\r\n"
    body = HARBOUR.encode()
    record = f"{head}WARC-Record-ID: <urn:w>\r\nWARC-Target-URI: https://example.org/w\r\nContent-Length: {len(body)}\r\n\r\n"
    (tmp_path / "d.warc").write_bytes(record.encode() + body + b"\r\n\r\n")
    built = build([str(tmp_path / name) for name in ("a.jsonl", "b.parquet", "c.csv")], tmp_path / "x", Columns(),
                  Further("when", "link"))  # fmt: skip
    assert (built.added, built.failures) == (18, [])
    build([str(tmp_path / "d.warc")], tmp_path / "x", Columns(), Further("WARC-Date", "WARC-Target-URI"))
    found = {stored.id: stored for stored in Archive(tmp_path / "x")}
    assert len(found) == 19
    for prefix in ("", "p", "c"):
        assert (found[f"{prefix}d3"].date, found[f"{prefix}d3"].url) == ("2020-01-04", "https://example.org/3")
    assert (found["urn:w"].date, found["urn:w"].url) == ("2019-07-01T00:00:00Z", "https://example.org/w")


def test_files_are_known_by_their_path_and_documents_go_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("trafilatura")
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "a.txt").write_text(HARBOUR if folder == "one" else CLINIC, encoding="utf-8")
    body = "".join(f"<p>{line}</p>" for line in paragraphs(PROSE["news.txt"]))
    Path("two", "b.html").write_text(f"<!doctype html><title>x</title><article>{body}</article>", encoding="utf-8")
    Path("two", "empty.txt").write_text(" \n", encoding="utf-8")
    built = build(["one", "two"], "x", Columns(), Further())
    assert (built.added, built.empty, built.failures) == (3, 1, [])
    assert {stored.id for stored in Archive("x")} == {"one/a.txt", "two/a.txt", "two/b.html"}
    build(["one"], "x", Columns(), Further())  # once more: replaced, not doubled
    assert len(Archive("x")) == 3


def test_a_killed_build_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unspin.trace.archive import building

    monkeypatch.setattr(building, "_COMMIT", 1)
    corpus(tmp_path / "a.jsonl", 5)
    rows = [{"id": f"e{i}", "text": text} for i, text in enumerate(PROSE.values())]
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    class Killed(Exception):
        pass

    class Watcher(building.Watcher):
        seen = 0

        def advance(self, size: int, added: int) -> None:
            self.seen += added
            if self.seen > 5:
                raise Killed

    inputs = [str(tmp_path / name) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(Killed):
        build(inputs, tmp_path / "x", Columns(), Further(), Watcher())
    assert len(Archive(tmp_path / "x")) == 5  # what was committed
    built = build(inputs, tmp_path / "x", Columns(), Further())
    assert built.added == len(PROSE)  # and not the first file again
    assert len(Archive(tmp_path / "x")) == 5 + len(PROSE)
    assert not (tmp_path / "x" / "progress.json").exists()


def test_a_bad_record_stops_nothing_but_itself(tmp_path: Path) -> None:
    path = corpus(tmp_path / "a.jsonl", 3)
    path.write_text(path.read_text(encoding="utf-8") + "no json\n", encoding="utf-8")
    built = build([str(path)], tmp_path / "x", Columns(), Further())
    assert built.added == 3 and len(built.failures) == 1 and "no JSON" in built.failures[0]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not write")
def test_a_read_only_archive_can_be_searched(archive: Path) -> None:
    postings = archive / "postings"
    postings.chmod(0o555)
    try:
        assert search(HARBOUR, Archive(archive)).sources
    finally:
        postings.chmod(0o755)


def test_an_archive_that_may_not_be_written_to_is_read_by_links(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    before = set((archive / "postings").iterdir())
    opened = Archive(archive)
    assert search(HARBOUR, opened).sources and set((archive / "postings").iterdir()) == before


# --- the commands -----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_compare_says_and_proves(tmp_path: Path) -> None:
    page, source = str(ROOT / "examples" / "spun" / "harbour.txt"), str(ROOT / "examples" / "harbour.txt")
    status, out, _ = run("compare", page, source)
    assert status == 0
    assert out.startswith("100% of the page follows the source word by word")
    assert "the page says" in out and "What stands for what" in out
    status, out, _ = run("compare", page, source, "--json")
    record = json.loads(out)
    Draft202012Validator(schema("comparison")).validate(record)
    assert record["schema"] == "unspin-comparison-1" and record["page_path"] == page
    assert run("compare", page, str(tmp_path / "none.txt"))[0] == 2


@pytest.mark.parametrize("option", ["--id-column", "--date-column", "--url-column"])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_column_that_was_misspelt_is_an_error(option: str, kind: str, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    source = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        source.write_text(
            json.dumps({"id": "1", "text": HARBOUR, "meta": {"when": "2020-01-01"}}) + "\n", encoding="utf-8"
        )
    elif kind == "csv":
        source.write_text(f'id,text,meta.when\n1,"{CLINIC.replace(chr(34), "")}",2020-01-01\n', encoding="utf-8")
    else:
        parquet.write_table(pa.table({"id": ["1"], "text": [HARBOUR], "meta": [{"when": "2020-01-01"}]}), source)
    status, _, err = run("index", str(source), "-o", str(tmp_path / "x"), option, "wen")
    assert status == 2
    assert f"no column 'wen'; there are: id, text, meta{'.when' if kind == 'csv' else ''}; choose with {option}" in err
    status, _, _ = run("index", str(source), "-o", str(tmp_path / "x"), option, "meta.when")
    (stored,) = Archive(tmp_path / "x")
    asked = {"--id-column": stored.id, "--date-column": stored.date, "--url-column": stored.url}[option]
    assert (status, asked) == (0, "2020-01-01")


def test_a_column_may_come_late(tmp_path: Path) -> None:
    row = {"text": HARBOUR[:300]}
    lines = [json.dumps({"id": str(k), **row}) for k in range(15_000)]  # more than is read at once
    lines.append(json.dumps({"id": "last", **row, "meta": {"when": "2020-01-01"}, "link": ["a", "b"]}))
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    further = ("--date-column", "meta.when", "--url-column", "link")
    status, _, err = run("index", str(tmp_path / "a.jsonl"), "-o", str(tmp_path / "x"), *further)
    assert status == 0, err
    last = Archive(tmp_path / "x").get("last")
    assert (last.date, last.url) == ("2020-01-01", None)  # a list is no address


def test_a_list_that_nobody_reads_to_its_end_is_no_error(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "x") as writer:
        for number in range(20_000):
            writer.put(f"a document with quite a long name, number {number}", "One, two, three.")
        writer.commit()
    program = [sys.executable, "-m", "unspin.cli", "index", "-o", str(tmp_path / "x"), "--list"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.warc.gz"])
def test_a_corpus_is_no_page(name: str, tmp_path: Path) -> None:
    with Writer.open(tmp_path / "x") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    status, out, err = run("trace", str(tmp_path / name), "--index", str(tmp_path / "x"))
    assert (status, out) == (2, "") and "add -o FOLDER for a row each" in err


@pytest.mark.parametrize(("begin", "length", "left_out"), [(14, 40, 3), (98, 60, 2), (105, 60, 2)])
def test_a_page_that_ends_in_the_midst_of_a_sentence_of_its_source_is_judged(
    begin: int, length: int, left_out: int
) -> None:
    """The source goes on there: a link without a token of the page, behind its last one."""
    source = HARBOUR.split()[begin : begin + length]
    page = spinners.simulate(" ".join(source[:-left_out]), "noun-swaps", seed=1, rate=0.5).text
    assert _sure(page, " ".join(source) + " .") > 0.8


def test_the_page_itself_is_named_before_an_earlier_copy(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "x") as writer:
        writer.put("now", HARBOUR, date="2020-01-01")
        writer.put("before", HARBOUR, date="2019-01-01")
        writer.put("first", HARBOUR.replace("years", "winters"), date="2017-01-01")
        writer.commit()
    (match,) = search(HARBOUR, Archive(tmp_path / "x")).sources
    assert (match.id, match.near_copies) == ("before", ("first", "now")) and Remark.IDENTICAL in match.comparison.notes


def test_the_page_itself_is_sure_though_everybody_says_it() -> None:
    from unspin.trace.evidence import Doubts
    from unspin.trace.probability import probability

    same = dataclasses.replace(compare(HARBOUR, HARBOUR), explained=0.0, used=0.0, nats=0.0, passages=())
    assert probability(same, Doubts(0, 0)) == 1
    assert probability(dataclasses.replace(same, words=29), Doubts(0, 0)) == 0


def test_a_page_that_is_in_the_archive_itself_has_its_source_all_the_same(tmp_path: Path) -> None:
    page = spinners.simulate(HARBOUR, "thesaurus", seed=3, rate=0.4).text
    (tmp_path / "page.txt").write_text(page, encoding="utf-8")
    with Writer.open(tmp_path / "x") as writer:
        writer.put("page", page)
        writer.put("clinic", CLINIC)
        writer.commit()
    alone = search(page, Archive(tmp_path / "x"))
    assert [match.id for match in alone.sources] == ["page"] and alone.others == ()
    status, _, err = run("restore", str(tmp_path / "page.txt"), "--index", str(tmp_path / "x"))
    assert status == 0 and "page: the page itself" in err and "0 places by the source" in err
    with Writer.open(tmp_path / "x") as writer:
        writer.put("harbour", HARBOUR)
        writer.commit()
    found = search(page, Archive(tmp_path / "x"))
    assert [match.id for match in found.sources] == ["page", "harbour"]
    assert [match.id for match in found.others] == ["harbour"]
    assert "page: the page itself" in trace_in_words(found) and "harbour: a source with probability" in trace_in_words(
        found
    )
    status, out, err = run("restore", str(tmp_path / "page.txt"), "--index", str(tmp_path / "x"))
    assert (status, out) == (0, HARBOUR) and "the source is harbour" in err


def test_what_is_only_quoted_is_no_source_and_is_said(tmp_path: Path) -> None:
    said = (
        "“We took the long way round the island because the short one was full of nets, and we came home with nothing in the"
        " hold and a hole in the bow, and my brother has not spoken of it since that winter,”"
    )
    story = f"{CLINIC}\n\n{said} she told the committee, which wrote it down and went on to the drains.\n"
    page = f"{PROSE['sport.txt']}\n\nAt supper old Meredith leaned over to me. {said} he murmured.\n"
    with Writer.open(tmp_path / "x") as writer:
        writer.put("story", story)
        writer.put("harbour", HARBOUR)
        writer.commit()
    found = search(page, Archive(tmp_path / "x"))
    assert (found.sources, found.likeliest, found.best) == ((), "story", 0)
    assert Remark.QUOTED_ONLY in found.notes and found.nearest is not None
    assert "has in common with story is quoted by both" in trace_in_words(found)
    assert Remark.QUOTED_ONLY not in search(PROSE["sport.txt"], Archive(tmp_path / "x")).notes


@pytest.mark.parametrize(
    "option", [("--longest", "20000"), ("--workers", "1"), ("--annotate-format", "jsonl"), ("--id-column", "id")]
)
def test_options_of_a_corpus_are_not_taken_without_one(option: tuple[str, str], tmp_path: Path) -> None:
    with Writer.open(tmp_path / "x") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    page = str(ROOT / "examples" / "spun" / "harbour.txt")
    status, out, err = run("trace", page, "--index", str(tmp_path / "x"), "--no-read", *option)
    assert (status, out) == (2, "") and f"{option[0]}: means nothing without -o FOLDER" in err


def test_index_and_trace_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    corpus(tmp_path / "a.jsonl", 5)
    status, _, err = run("index", "a.jsonl", "-o", "x", "--date-column", "when", "--url-column", "link")
    assert status == 0 and "5 documents put into x" in err
    status, out, _ = run("index", "-o", "x", "--list")
    assert status == 0 and out.splitlines()[0].split("\t")[::2] == ["d0", "2020-01-01"]
    status, out, _ = run("index", "-o", "x", "--stats", "--check")
    assert status == 0 and "documents\t5" in out and "0 with a problem" in out
    Path("page.txt").write_text(spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3).text, encoding="utf-8")
    Path("other.txt").write_text(PROSE["sport.txt"], encoding="utf-8")
    status, out, _ = run("trace", "page.txt", "other.txt", "--index", "x", "--no-read")
    assert status == 0
    first, second = out.splitlines()
    assert first.startswith("page.txt\td0 (2020-01-01, https://example.org/0): a source with probability")
    assert "no source in the archive" in second
    status, out, _ = run("trace", "page.txt", "--index", "x", "--no-read", "--json")
    record = json.loads(out)
    Draft202012Validator(schema("trace")).validate(record)
    assert record["sources"][0]["id"] == "d0"
    status, out, err = run("restore", "page.txt", "--index", "x")
    assert (status, out) == (0, HARBOUR) and "the source is d0" in err
    status, _, err = run("index", "-o", "x", "--remove", "d0", "--remove", "nobody")
    assert status == 2 and "nobody: no such document in x" in err and "1 document removed from x" in err
    assert run("index", "-o", "x", "--remove", "d1")[0] == 0
    assert "no source" in run("trace", "page.txt", "--index", "x", "--no-read")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("index", "-o", "x"), "nothing to do"),
        (("index", "a.txt"), "-o INDEX"),
        (("index", "none.txt", "-o", "x"), "no such file"),
        (("index", "-o", "none", "--stats"), "no such archive"),
        (("index", "-o", "none", "--remove", "a"), "no such archive"),
        (("trace", "a.txt", "--index", "none"), "no such archive"),
        (("trace", "a.txt", "--index", "a.txt"), "a.txt: not an archive of unspin"),
        (("trace", "a.txt", "--index", "none", "--threshold", "2"), "--threshold"),
        (("restore", "a.txt", "--from", "a.txt", "--index", "none"), "one of the two"),
        (("restore", "a.txt", "--mark"), "needs a source"),
    ],
)
def test_bad_input_gets_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(HARBOUR, encoding="utf-8")
    status, out, err = run(*arguments)
    assert status == 2 and out == "" and said in err and err.count("\n") == 1


def test_restore_from_a_source_marks_whose_words_they_are() -> None:
    page, source = str(ROOT / "examples" / "spun" / "harbour.txt"), str(ROOT / "examples" / "harbour.txt")
    assert run("restore", page, "--from", source)[1] == HARBOUR
    assert "‹harbour›" in run("restore", page, "--from", source, "--mark")[1]


def test_records_hold_what_was_found(archive: Path) -> None:
    found = search(HARBOUR, Archive(archive))
    Draft202012Validator(schema("trace")).validate(trace_record(found))
    compared = compare("", "")
    Draft202012Validator(schema("comparison")).validate(json.loads(json.dumps(comparison_record(compared))))
    assert How.SWAPPED == "swapped"


def test_help_opens_without_loading_the_libraries() -> None:
    code = "import sys, unspin.cli.main; print({'tantivy', 'rapidfuzz', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


# --- what a pair teaches ----------------------------------------------------------------------------------------------


def test_a_pair_teaches_what_stands_for_what_and_how_often_it_stood_for_itself() -> None:
    article = "\n\n".join(
        (HARBOUR, "The boats came late. The old boats came first. Nobody saw the vessel of the pilot.")
    )
    page = article.replace("boats", "vessel")
    learned = lesson(compare(page, article))
    assert learned["vessel", "boats"] == page.count("vessel") - 1 and learned["vessel", "vessel"] == 1
    assert all(original in ("boats", "vessel") for _, original in learned)
    assert not lesson(compare(HARBOUR, HARBOUR)) and not lesson(compare("The vessel came.", "The boats came."))


def test_lessons_add_up_in_a_file_that_the_reader_takes(tmp_path: Path) -> None:
    path = tmp_path / "spinner.tsv"
    teach(path, {("vessel", "boat"): 2, ("vessel", "ship"): 3, ("first", "prime"): 1, ("first", "first"): 4})
    teach(path, {("vessel", "boat"): 2})
    assert path.read_text(encoding="utf-8") == ("first\tfirst\t4\nfirst\tprime\t1\nvessel\tboat\t4\nvessel\tship\t3\n")
    assert known_swaps(path) == {"vessel": "boat"}
    path.write_text(
        "\ufeffconnected\ton\nConnected\tin\t\n\n", encoding="utf-8"
    )  # as people and spreadsheets write them
    teach(path, {("connected", "on"): 1})
    assert known_swaps(path) == {"connected": "on"}


@pytest.mark.parametrize("bad", [b'{"a": "b"}', b"a\tb\tmany\n", b"a\tb\t1\tseen in May\n", b"a\tb\t-2\n", b"\xff\xfe"])
def test_what_is_no_dictionary_is_left_alone(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(bad)
    with pytest.raises(InputError, match="other"):
        teach(path, {("a", "b"): 1})
    assert path.read_bytes() == bad


def test_what_keeps_nothing_is_taught_nothing() -> None:
    """And is not read either: a device has no end."""
    harbour = str(ROOT / "examples" / "harbour.txt")
    status, out, err = run("compare", harbour, harbour, "--teach", os.devnull.replace("null", "full"))
    assert (status, out) == (2, "") and "name a file" in err and err.count("\n") == 1


def test_teaching_from_the_command_line(archive: Path, tmp_path: Path) -> None:
    page, path = tmp_path / "page.txt", tmp_path / "spinner.tsv"
    page.write_text(spinners.simulate(HARBOUR, "wordnet-walk", seed=2, rate=0.3).text, encoding="utf-8")
    article = str(ROOT / "examples" / "harbour.txt")
    done = CliRunner().invoke(app, ["compare", str(page), article, "--teach", str(path)])
    assert done.exit_code == 0 and "learned of 1 pair" in done.stderr
    once = known_swaps(path)
    assert len(once) > 20
    done = CliRunner().invoke(app, ["trace", str(page), "--index", str(archive), "--no-read", "--teach", str(path)])
    assert done.exit_code == 0 and len(known_swaps(path)) >= len(once) - 2  # "winters" for "years" there
    assert " 2" in "".join(path.read_text(encoding="utf-8").replace("\t", " "))
    done = CliRunner().invoke(app, ["compare", article, article, "--teach", str(tmp_path / "none.tsv")])
    assert done.exit_code == 0 and "nothing learned" in done.stderr and not (tmp_path / "none.tsv").exists()
    done = CliRunner().invoke(app, ["compare", str(page), article, "--teach", str(tmp_path)])
    assert done.exit_code == 2 and done.stdout == "" and done.stderr.count("\n") == 1


def test_a_dictionary_says_what_stands_for_one_word_mostly(tmp_path: Path) -> None:
    path = tmp_path / "spinner.tsv"
    path.write_text("a\tx\t3\na\ty\t2\na\tz\t1\nb\tx\t4\nb\ty\t3\nC\tx\nc\tX\nc\ty\n", encoding="utf-8")
    assert known_swaps(path) == {"b": "x", "c": "x"}
    path.write_text("a\tx\tmany\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a dictionary"):
        known_swaps(path)


# --- the parts of an alignment ---------------------------------------------------------------------------------------


def _fits(letters: int) -> tuple[np.ndarray, ...]:
    """The same letter is worth 4; no swaps are known."""
    return (
        np.full(letters, 4, np.float32), np.zeros(letters, np.uint8), np.arange(letters),
        np.zeros(letters + 1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32),
    )  # fmt: skip


def _score(pairs: list[tuple[int, int]], page: str, source: str) -> float:
    total, last = 0.0, (-1, -1)
    for i, j in [*pairs, (len(page), len(source))]:
        for left in (i - last[0] - 1, j - last[1] - 1):
            total += -6.0 - 0.1 * (left - 1) if left else 0.0
        last = (i, j)
        if i < len(page):
            total += 4.0 if page[i] == source[j] else -2.5
    return total


def _alignments(rows: int, columns: int) -> Iterator[list[tuple[int, int]]]:
    yield []
    for i in range(rows):
        for j in range(columns):
            for rest in _alignments(rows - i - 1, columns - j - 1):
                yield [(i, j), *((i + 1 + a, j + 1 + b) for a, b in rest)]


@given(st.text("abcd", min_size=1, max_size=4), st.text("abcd", min_size=1, max_size=4))
@settings(deadline=None, max_examples=100)
def test_a_gap_is_aligned_as_well_as_it_can_be(page: str, source: str) -> None:
    """The score of the table is the best of all alignments, and the pairs that it gives have that score."""
    from unspin.trace import kernels

    ours, theirs = (np.array(["abcd".index(c) for c in text]) for text in (page, source))
    breaks = [np.zeros(len(text) + 1, np.int64) for text in (page, source)]
    score, _, _ = kernels.table(ours, theirs, *breaks, _fits(4))
    aligned = np.full(len(page), -1)
    kernels.fill_gaps(aligned, np.array([[0, len(page), 0, len(source)]]), ours, theirs, *breaks, _fits(4))
    pairs = [(i, j) for i, j in enumerate(aligned.tolist()) if j >= 0]
    best = max(_score(some, page, source) for some in _alignments(len(page), len(source)))
    assert float(score[-1, -1]) == pytest.approx(best, abs=1e-3)
    assert _score(pairs, page, source) == pytest.approx(best, abs=1e-3)


def test_a_phrase_stands_for_a_word() -> None:
    source = "The council met on Monday because the bridge over the Tarrow had failed its yearly inspection again."
    page = source.replace("because", "due to the fact that").replace("again", "once again")
    found = compare(page, source)
    assert ("due to the fact that", "because") in {(change.found, change.original) for change in found.changes}
    assert {change.how for change in found.changes} == {How.SWAPPED}
    assert restored(found).restored == source


def test_marks_come_back_too() -> None:
    page = CLINIC.replace(",", "").replace("“", '"').replace("”", '"')
    assert page != CLINIC and restored(compare(page, CLINIC)).restored == CLINIC


def test_a_heading_of_which_nothing_is_left_belongs_to_its_article() -> None:
    head, rest = HARBOUR.split("\n", 1)
    page = "Net folk dread losing slots as town redraws jetty\n" + rest
    found = compare(page, HARBOUR)
    assert found.explained == found.used == 1 and restored(found).restored == HARBOUR


def test_figures_for_figures_are_no_dictionary() -> None:
    page = HARBOUR.replace("140", "410").replace("boats", "vessels")
    found = compare(page, HARBOUR)
    assert [(entry.found, entry.original) for entry in found.dictionary] == [("vessels", "boats")]


# --- where a text runs with a page -----------------------------------------------------------------------------------


def _sketch(page: str) -> tuple[Any, int]:
    from unspin.trace.query import written
    from unspin.trace.sides import side
    from unspin.trace.sketch import sketch

    asked, token = written(side(page), None)
    return sketch(asked, {some.word: 5.0 for some in asked}, len(token)), len(token)


def test_a_text_runs_with_the_page_that_was_made_of_it_and_says_where() -> None:
    from unspin.trace.archive.numbers import Numbers

    parts = HARBOUR.split("\n\n")
    third = spinners.simulate("\n\n".join(parts[2:5]), "thesaurus", seed=2, rate=0.5).text
    page = f"{PROSE['cooking.txt'][:800]}\n\n{third}\n\n{CLINIC[:800]}"
    sketch, size = _sketch(page)
    free = np.ones(size, np.bool_)
    numbers = Numbers()
    right = sketch.run(numbers.of(HARBOUR), free)
    others = [sketch.run(numbers.of(text), free).nats for name, text in PROSE.items() if name != "cooking.txt"]
    assert right.nats > 2 * max(others)
    before = len(split(PROSE["cooking.txt"][:800]).lower)
    assert abs(right.begin - before) < 40 and right.end <= size
    free[right.begin : right.end] = False
    assert sketch.run(numbers.of(HARBOUR), free).nats < 0.5 * right.nats


def test_a_page_with_words_put_in_all_along_runs_with_its_text_to_the_end() -> None:
    from unspin.trace.archive.numbers import Numbers

    words = HARBOUR.split()
    longer = " ".join(f"{word} the fresh" if k % 4 == 0 else word for k, word in enumerate(words))
    sketch, size = _sketch(longer)
    run = sketch.run(Numbers().of(HARBOUR), np.ones(size, np.bool_))
    assert run.begin < 20 and run.end > 0.95 * size
    assert sketch.promise(run, len(words)) > 100


def test_a_word_that_the_page_has_often_shares_one_vote() -> None:
    from unspin.trace.archive.numbers import Numbers

    text = Numbers().of("harbour")
    for page in ("the harbour of the town", "the harbour here, a harbour there, some harbour, and then a harbour"):
        sketch, size = _sketch(page)
        assert sketch.run(text, np.ones(size, np.bool_)).nats == pytest.approx(8.0, abs=0.2)


def test_a_run_promises_less_the_smaller_a_part_it_is() -> None:
    from unspin.trace.archive.numbers import Numbers
    from unspin.trace.sketch import PROMISING, Run

    sketch, size = _sketch(HARBOUR)
    assert sketch.promise(Run(90.0, 0, size), size) == pytest.approx(90)
    assert sketch.promise(Run(90.0, 0, size // 4), size) == pytest.approx(90 / 4, rel=0.05)
    assert sketch.promise(Run(90.0, 0, size), 4 * size) == pytest.approx(45)
    numbers = Numbers().of(CLINIC)
    other = sketch.run(numbers, np.ones(size, np.bool_))
    assert sketch.promise(other, len(numbers)) < PROMISING


@pytest.mark.parametrize("rate", [0.3, 0.7])
def test_a_glance_sees_a_source_among_advertising_and_none_that_is_not_there(tmp_path: Path, rate: float) -> None:
    from unspin.trace.glance import Glance

    with Writer.open(tmp_path / "a") as writer:
        for name, text in PROSE.items():
            if name not in ("cooking.txt", "garden.txt"):
                writer.put(name, text)
        writer.put("harbour", HARBOUR)
        writer.commit()
    look = Glance(Archive(tmp_path / "a"))
    third = "\n\n".join(HARBOUR.split("\n\n")[2:5])
    for family in spinners.names():
        spun = spinners.simulate(third, family, seed=5, rate=rate).text
        assert look.sees(f"{PROSE['cooking.txt'][:900]}\n\n{spun}\n\n{CLINIC[:900]}"), family
    assert (
        not look.sees(PROSE["cooking.txt"]) and not look.sees(CLINIC) and not look.sees("") and not look.sees("?! ...")
    )


@pytest.fixture(scope="module")
def prose_alone(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("archive") / "prose"
    with Writer.open(folder) as writer:
        for name, text in PROSE.items():
            writer.put(name, text)
        writer.commit()
    return Archive(folder)


def test_a_glance_says_the_same_whatever_was_looked_at_before(
    prose_alone: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unspin.trace import glance as room

    pages = [HARBOUR, CLINIC, *PROSE.values(), "Café Ünïcode 12,5 x_y \ud800 😀"]
    alone = [list(room.Glance(prose_alone).promises(page)) for page in pages]
    look = room.Glance(prose_alone)
    assert [list(look.promises(page)) for page in [*pages, *pages]] == [*alone, *alone]
    monkeypatch.setattr(room, "_MOST_WORDS", 100)  # words are forgotten
    assert [list(look.promises(page)) for page in reversed(pages)] == alone[::-1]


def test_threads_may_share_a_glance(prose_alone: Archive) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from unspin.trace import glance as room

    pages = [spinners.simulate(text, "thesaurus", seed=k, rate=0.6).text for k in range(4) for text in PROSE.values()]
    alone = [list(room.Glance(prose_alone).promises(page)) for page in pages]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(3):
            look = room.Glance(prose_alone)
            with ThreadPoolExecutor(4) as pool:
                futures = [pool.submit(lambda glance, page: list(glance.promises(page)), look, page) for page in pages]
            assert [future.result() for future in futures] == alone
    finally:
        sys.setswitchinterval(switch)


def test_a_glance_that_was_broken_off_changes_no_other(prose_alone: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    from unspin.trace import glance as room

    wanted = list(room.Glance(prose_alone).promises(HARBOUR))
    look, actual, asked = room.Glance(prose_alone), room._Words._met, []

    def stops(words: Any, word: str) -> Any:
        asked.append(word)
        if len(asked) == 5:
            raise KeyboardInterrupt
        return actual(words, word)

    monkeypatch.setattr(room._Words, "_met", stops)
    with pytest.raises(KeyboardInterrupt):
        list(look.promises(HARBOUR))
    assert list(look.promises(HARBOUR)) == wanted


@pytest.mark.parametrize("dates", [{}, {"b": "2026-05-02", "c": "2026-05-02"}, {"a": "2026-05-09", "c": "2026-05-02"}])
def test_equal_documents_are_named_in_one_order_however_they_were_put_in(dates: dict[str, str], tmp_path: Path) -> None:
    page = spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.3).text
    found = []
    for number, order in enumerate(("abc", "cba", "bca")):
        with Writer.open(tmp_path / str(number)) as writer:
            for id in order:
                writer.put(id, HARBOUR, date=dates.get(id))
            writer.commit()
        (match,) = search(page, Archive(tmp_path / str(number))).sources
        found.append((match.id, *match.near_copies))
    dated, others = sorted(dates, key=lambda id: (dates[id], id)), [id for id in "abc" if id not in dates]
    assert found == [(*dated, *others)] * 3
    assert {search(CLINIC, Archive(tmp_path / str(number))).likeliest for number in range(3)} == {(*dated, *others)[0]}


@pytest.mark.parametrize("dated", [True, False])
def test_of_many_equal_documents_none_is_cut_off(dated: bool, tmp_path: Path) -> None:
    ids = [f"copy-{number:03}" for number in range(130)]
    with Writer.open(tmp_path / "a") as writer:
        for number, id in enumerate(reversed(ids)):  # the first one by any order comes last
            writer.put(id, HARBOUR, date=f"2026-05-{30 - number // 5:02}" if dated else None)
        for name, text in PROSE.items():
            writer.put(name, text)
        writer.commit()
    for page in (HARBOUR, spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.3).text, HARBOUR[400:900]):
        (match,) = search(page, Archive(tmp_path / "a")).sources
        assert [match.id, *match.near_copies] == ids


def test_texts_after_one_pattern_are_no_sources_of_each_other(tmp_path: Path) -> None:
    """Their sentences are the same, and their names and figures are not."""
    pattern = (
        "{0} is a village on the {1} in the district of {2}. At the count of {3} it had {4} people in {5} households. The"
        " parish church of {6} was built in {7} on the ground of an older chapel, and was enlarged in {8} by the builder {9}."
        " A market was held there every Thursday until {10}, when the railway to {11} was opened and the trade moved down the"
        " valley. The school was closed in {12}; its children now go by bus to {13}. The village has a band, a fire brigade"
        " and a chess club, which won the cup of the district in {14}."
    )
    ours = "Oberau Lenn Harding 1991 412 158 Mauritius 1466 1721 Brandl 1889 Kolm 1974 Sankt 2003".split()
    theirs = "Velden Drau Tormund 2001 987 301 Barbara 1388 1804 Steiner 1912 Villach 1968 Rosegg 1987".split()
    with Writer.open(tmp_path / "a") as writer:
        writer.put("other", pattern.format(*theirs))
        writer.commit()
    page = spinners.simulate(pattern.format(*ours), "thesaurus", seed=1, rate=0.2).text
    found = search(page, Archive(tmp_path / "a"))
    assert not found.sources and found.likeliest == "other"
    with Writer.open(tmp_path / "a") as writer:
        writer.put("own", pattern.format(*ours))
        writer.commit()
    assert [match.id for match in search(page, Archive(tmp_path / "a")).sources] == ["own"]


def test_names_and_figures_that_only_one_has_speak_against_a_source() -> None:
    from unspin.trace.evidence import Doubts, comparison, doubts
    from unspin.trace.links import link
    from unspin.trace.probability import probability
    from unspin.trace.sides import side

    same, other = (link(side(page), side(HARBOUR)) for page in (HARBOUR, HARBOUR.replace("Tuesday", "Wednesday")))
    total = doubts(same, comparison(same)).names
    assert doubts(same, comparison(same)) == (total, 0, 0, 0)
    assert doubts(other, comparison(other))[:3] == (total, 2, 0)
    found = comparison(link(side(spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.5).text), side(HARBOUR)))
    said = [probability(found, Doubts(60, unmatched)) for unmatched in (0, 12, 24, 48)]
    assert said == sorted(said, reverse=True) and said[0] > said[-1]


def test_a_title_whose_words_were_swapped_has_nearly_the_names_it_had() -> None:
    from unspin.trace.evidence import Doubts, comparison, doubts
    from unspin.trace.links import link
    from unspin.trace.probability import probability
    from unspin.trace.sides import side

    titled = HARBOUR.replace("The ", "The Home Internet Show and the ", 1)
    spun = titled.replace("Home Internet Show", "House Cyberspace Demonstrate")
    linked = link(side(spun), side(titled))
    swapped = doubts(linked, comparison(linked))
    assert swapped.unmatched == swapped.swapped > 0
    linked = link(side(titled.replace("Home Internet Show", "Oslo Xyzzy Bergen")), side(titled))
    renamed = doubts(linked, comparison(linked))
    assert renamed.unmatched > renamed.swapped == 0
    assert probability(comparison(linked), Doubts(40, 20, 0)) < probability(comparison(linked), Doubts(40, 20, 20))


def test_a_short_page_of_a_long_source_is_its_copy_and_texts_after_one_pattern_are_not() -> None:
    one = paragraphs(HARBOUR)[2]
    assert len(one.split()) < 60
    with_others = "\n\n".join([CLINIC, HARBOUR, CLINIC.replace("the", "a")])
    assert _sure(one, with_others) > 0.9
    village = (
        "{0} is a village in the district of {1} in the north of the country. As of {2} it has {3} people in {4} houses, of "
        "whom {5} are men and {6} are women. The nearest town is {7}, which lies {8} km from it. There are {9} schools in {0}, "
        "the oldest of which was opened in {10}, and the people live mostly by farming and fishing."
    )
    here = village.format("Ostmark", "Lund", 2011, 704, 131, 344, 360, "Varna", 14, 3, 1922)
    there = village.format("Hjelle", "Lund", 2011, 257, 48, 126, 131, "Bryne", 31, 2, 1957)
    assert _sure(there, here) < 0.5


def test_two_texts_that_use_the_same_few_words_all_along_are_no_sources() -> None:
    dryer = (
        "A drying system for grain includes a first drum in fluid communication with a burner, a fan in communication with the"
        " first drum, and a second drum that receives the grain from the first drum. The first drum includes an inlet for"
        " receiving the grain and an outlet for the heated air. The second drum includes a screen that is configured to"
        " receive a portion of the air from the outlet of the first drum, and a valve in fluid communication with the screen."
        " The system further includes a controller that is configured to open the valve when the portion of the air in the"
        " second drum is above a first temperature."
    )
    washer = (
        "A washing machine for bottles and a method of washing the bottles are provided. The washing machine may include a tank"
        " in fluid communication with a pump, and a rinsing circuit in fluid communication with the tank and configured to"
        " receive a portion of the water from the pump. The rinsing circuit may include a nozzle configured to be in fluid"
        " communication with the tank and an outlet for the used water. The nozzle may be further configured to receive a"
        " second portion of the water from the rinsing circuit and to direct the second portion of the water to the bottles in"
        " the washing machine."
    )
    assert _sure(dryer, washer) < 0.5 and _sure(washer, dryer) < 0.5
    for seed, family in enumerate(spinners.names()):
        assert _sure(spinners.simulate(dryer, family, seed=seed, rate=0.5).text, dryer) > 0.8, family


def _sure(page: str, source: str) -> float:
    from unspin.trace.evidence import comparison, doubts
    from unspin.trace.links import link
    from unspin.trace.probability import probability
    from unspin.trace.sides import side

    linked = link(side(page), side(source))
    found = comparison(linked)
    return probability(found, doubts(linked, found))


def test_what_was_said_anew_in_part_is_less_of_a_source() -> None:
    from unspin.trace.evidence import Doubts
    from unspin.trace.probability import probability

    found = compare(spinners.simulate(HARBOUR, "thesaurus", seed=2, rate=0.5).text, HARBOUR)
    found = dataclasses.replace(found, explained=0.3, used=0.3)
    anew = tuple(dataclasses.replace(passage, rewritten=passage.words // 3) for passage in found.passages)
    assert probability(dataclasses.replace(found, passages=anew), Doubts(0, 0)) < probability(found, Doubts(0, 0))


def test_near_copies_are_told_by_their_numbers() -> None:
    from unspin.trace.archive.numbers import Numbers
    from unspin.trace.sketch import near_copies

    of = Numbers().of
    assert near_copies(of(HARBOUR), of(HARBOUR.replace("years", "winters") + ADVERTISEMENT))
    assert not near_copies(of(HARBOUR), of(CLINIC)) and not near_copies(of("a b"), of("a b"))


def test_missing_numbers_are_damage(tmp_path: Path) -> None:
    with Writer.open(tmp_path / "a") as writer:
        writer.put("one", HARBOUR)
        writer.commit()
    (numbers,) = (tmp_path / "a" / "texts").glob("*.words")
    archive = Archive(tmp_path / "a")
    assert len(archive.numbers(archive.get("one"))) == archive.get("one").words
    numbers.unlink()
    assert list(Archive(tmp_path / "a").problems())
    with pytest.raises(DamagedData, match="words"):
        search(HARBOUR, Archive(tmp_path / "a"))
