"""Dictionaries of words and phrases: the tables, the families that draw from them, the thesaurus they are compiled from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.inflated import at_least_once, calibrated
from training.inflection import inflected
from training.roughening import british, doubled, learner, scanned, telegraphic
from training.thesaurus_tables import Line, in_other_forms, pairs_of, read_lines, seen_pairs
from unspin import lexicon as lexicons
from unspin.lexicon import spans
from unspin.reader import spans as lattice
from unspin.spinners import simulate
from unspin.spinners.spans import GLOSS, NOUN_SWAPS, PHRASE_THESAURUS, PIVOT, SpanFamily
from unspin.text import apply, split

ROOT = Path(__file__).resolve().parent.parent
TEXT = (
    "The council wants to build a new school near the river. The students will use the hall as well as the library, and the "
    "teachers think that the plan is a good one because it helps many families. They carried out a study before the work began."
)


def test_a_table_gives_the_terms_of_a_head_with_their_probabilities() -> None:
    table = spans.load()["thesaurus"]
    terms, share = table.row(table.index["before"])
    assert len(terms) == len(share) == len(set(terms)) > 4
    assert share.sum() == pytest.approx(1.0)
    assert any(" " in term for term in terms)
    assert "before" not in terms


@pytest.mark.parametrize("name", spans.TABLES)
def test_every_table_has_heads_and_terms(name: str) -> None:
    table = spans.load()[name]
    assert len(table.heads) == len(table.index) > 1000
    assert table.ptr[-1] == len(table.terms) == len(table.weight)
    assert table.weight.min() >= 1


@pytest.mark.parametrize("family", [PHRASE_THESAURUS, PIVOT, GLOSS, NOUN_SWAPS])
def test_edits_are_of_the_family_s_dictionary(family: SpanFamily) -> None:
    words = split(TEXT)
    known = [spans.load()[name] for name in family.tables]
    seen = 0
    for seed in range(8):
        for edit in family.spin(words, lexicons.load(), 0.4, np.random.default_rng(seed)):
            head = " ".join(words.lower[edit.begin : edit.end])
            terms = {term for table in known if head in table.index for term in table.row(table.index[head])[0]}
            assert edit.text in {*family.rules.get(head, ()), *terms}
            assert edit.text != head
            seen += 1
    assert seen > 20


def test_phrases_become_words_and_words_phrases() -> None:
    lengths = set()
    for seed in range(30):
        for swap in simulate(TEXT, "phrase-thesaurus", seed=seed, rate=0.6).swaps:
            lengths.add((min(len(swap.original.split()), 2), min(len(swap.found.split()), 2)))
    assert lengths >= {(1, 1), (1, 2), (2, 1)}


def test_a_fixed_dictionary_has_one_term_for_a_word_and_another_kind_draws_anew() -> None:
    text = "A plan is a plan. " * 20
    fixed = SpanFamily("fixed", "one term", {"thesaurus": 1.0}, fixed=1.0, skipped=0.0)
    loose = SpanFamily("loose", "many terms", {"thesaurus": 1.0}, fixed=0.0, skipped=0.0)

    def terms(family: SpanFamily) -> int:
        edits = family.spin(split(text), lexicons.load(), 1.0, np.random.default_rng(3))
        return len(
            {edit.text for edit in edits if edit.end - edit.begin == 1 and split(text).lower[edit.begin] == "plan"}
        )

    assert terms(fixed) == 1
    assert terms(loose) > 3


def test_the_answer_key_gives_the_text_back() -> None:
    for name in ("phrase-thesaurus", "pivot", "gloss", "noun-swaps", "pages"):
        specimen = simulate(TEXT, name, seed=5, rate=0.5)
        assert specimen.text != TEXT
        assert apply(specimen.text, specimen.swaps) == TEXT


def test_a_term_is_inflected_like_its_head() -> None:
    pairs = {(written, found) for written, found, _ in pairs_of(Line("build", "v", ("put up", "make")))}
    assert {("built", "put up"), ("building", "putting up"), ("builds", "puts up"), ("built", "made")} <= pairs
    assert inflected("piece* of writing", "n")["NNS"] == "pieces of writing"
    assert inflected("college student", "n")["NNS"] == "college students"
    literal = {(written, found) for written, found, _ in pairs_of(Line("because of", "x", ("due to",)))}
    assert literal == {("because of", "due to")}


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    lines = "plan;n;scheme|scheme|plan|big scheme\nno line at all\nplan;q;scheme\nplan\tv\tmap out\n"
    (tmp_path / "a.tsv").write_text(lines)
    assert list(read_lines(tmp_path)) == [Line("plan", "n", ("scheme", "big scheme")), Line("plan", "v", ("map out",))]


def test_the_thesaurus_in_the_repository_parses() -> None:
    lines = list(read_lines(ROOT / "training" / "thesaurus"))
    assert len(lines) > 2000
    raw = sum(len(file.read_text().splitlines()) for file in (ROOT / "training" / "thesaurus").glob("*.tsv"))
    assert len(lines) > 0.98 * raw


def test_what_was_seen_on_pages_weighs_by_their_number(tmp_path: Path) -> None:
    (tmp_path / "seen.tsv").write_text("now no longer\tnot\t9\nno {term}\tnone\t2\nonce\twhen\t1\n")
    assert list(seen_pairs(tmp_path / "seen.tsv")) == [("not", "now no longer", 9.0)]


def test_a_phrase_that_the_verdict_was_not_calibrated_with_is_none_that_nobody_writes(tmp_path: Path) -> None:
    (tmp_path / "before.tsv").write_text("withinside the\tin the\t0\ncarried out\tdone\t5000\n")
    known = calibrated(tmp_path / "before.tsv")
    assert known == {"withinside the", "carried out"}
    assert at_least_once(["going for walks", "now not", "withinside the"], [0, 3, 0], known) == [1, 3, 0]


def test_what_was_seen_in_one_form_is_known_in_the_others() -> None:
    pairs = {pair[:2] for line in in_other_forms("access", "get right of entry to") for pair in pairs_of(line)}
    assert {("accesses", "gets right of entry to"), ("accessing", "getting right of entry to")} <= pairs
    assert not any(found.endswith("tos") for _, found in pairs)
    assert not list(in_other_forms("not", "now no longer"))


def test_what_was_seen_is_sorted_and_each_pair_stands_once() -> None:
    file = ROOT / "src" / "unspin" / "data" / "seen.tsv"
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    pairs = [(found, written) for found, written, *_ in rows]
    assert len(set(pairs)) == len(pairs) > 10_000
    assert ["\t".join(row) for row in rows] == sorted("\t".join(row) for row in rows)
    kinds = [[int(shown.split(":")[1]) for shown in row[3].split()] if len(row) > 3 else [] for row in rows]
    assert all(int(row[2]) >= sum(some) for row, some in zip(rows, kinds, strict=True))
    assert sum(map(bool, kinds)) > len(rows) / 2
    assert 3_000 < len(list(seen_pairs(file))) < len(rows)


def test_rough_text_is_rough_in_its_own_way() -> None:
    random = np.random.default_rng(1)
    assert split(doubled("one two three", np.random.default_rng(4))).lower.count("one") in (1, 2)
    assert len(telegraphic(TEXT, random)) < len(TEXT)
    assert learner(TEXT, random) != TEXT
    assert len(scanned(TEXT, random)) >= len(TEXT) and scanned(TEXT, random) != TEXT
    assert (
        british("The organization defended its behavior.", lexicons.load())
        == "The organisation defended its behaviour."
    )


def test_words_that_stand_for_phrases_are_the_tables_turned_round() -> None:
    known = spans.words_for_phrases()
    assert "deals with" in known["manages"]
    assert not any(" " in word for word in known)
    assert all(" " in phrase for phrases in known.values() for phrase in phrases)
    assert max(map(len, known.values())) == spans.MOST_ORIGINALS
    table = spans.load()["thesaurus"]
    assert all("manages" in table.row(table.index[head])[0] for head in known["manages"] if head in table.index)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("The shops now no longer offer bread.", "The shops no longer offer bread."),
        ("The shop is now no longer open.", "The shop is not open."),
        ("They chose now no longer to come.", "They chose not to come."),
        ("We're now no longer certain of it.", "We're not certain of it."),
        ("A lighthouse, now no longer simply a tower, is a home.", "A lighthouse, not simply a tower, is a home."),
        ("They keep the oil now no longer withinside the cellar.", "They keep the oil not withinside the cellar."),
        ("They now no longer simply sell bread.", "They no longer simply sell bread."),
        ("They now no longer have bread.", "They no longer have bread."),
    ],
)
def test_not_stands_behind_an_auxiliary_alone(text: str, written: str) -> None:
    words = split(text)
    begin = words.lower.index("now")
    seen = lattice.Spans(
        np.array([begin]), np.array([begin + 3]), np.array([0, 1]), ("not",), np.zeros((1, len(lattice.EVIDENCE)))
    )
    made = lattice.edits(words, seen, lattice.SpanPosterior(np.array([0.9]), np.array([0.9])))
    assert apply(text, made) == written
