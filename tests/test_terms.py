"""Terms of science in a text that reads as spun: what they say of its words, and of the text as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unspin import lexicon, read
from unspin.lexicon.phrases import load as phrase_list
from unspin.model import verdict
from unspin.reader import terms
from unspin.reader.passes import SUSPICION, load
from unspin.reader.substitutions import Decision, edits, with_articles
from unspin.reader.verdict import evidence
from unspin.text import Words, apply, split
from unspin.tortured import Finding

EXAMPLES = Path(__file__).parent.parent / "examples"


def ticked() -> None:
    pass


def restored(text: str, decided: dict[int, Decision] | None = None, known: dict[str, str] | None = None) -> str:
    words = split(text)
    return apply(text, edits(words, terms.in_place(words, decided or {}, lexicon.load(), known or {}, ticked)))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("We grew an Irregular Backwoods on it.", "We grew a Random Forest on it."),  # listed
        ("The computerized testing was fast.", "The automated testing was fast."),  # by the terms alone
        ("Some say irregular backwoods for random forest.", "Some say irregular backwoods for random forest."),
    ],
)
def test_terms_are_restored_word_by_word(text: str, written: str) -> None:
    assert restored(text) == written


def test_context_is_right_where_only_the_terms_propose() -> None:
    text = "The computerized testing was fast."
    assert restored(text, {1: Decision("digital", 0.9, ())}) == "The digital testing was fast."
    assert restored(text, {1: Decision(None, 0.1, ())}) == "The automated testing was fast."


def test_a_listed_phrase_is_believed_before_context() -> None:
    text = "They used an irregular backwoods again."
    assert restored(text, {4: Decision("rural", 0.9, ())}) == "They used a random forest again."


def test_the_spinners_dictionary_is_right_whatever_the_terms_say() -> None:
    text = "They used an irregular backwoods again."
    decided, known = {4: Decision("woods", 0.9, ())}, {"backwoods": "woods"}
    assert restored(text, decided, known) == "They used a random woods again."


def test_a_word_that_the_lexicon_does_not_know_there_is_no_guess() -> None:
    words = split("The computerized testing was fast.")
    known = lexicon.load()
    swap = terms._Swap(1, 2, "automated")
    assert terms._stands_for(words, swap, known)
    assert not terms._stands_for(words, swap._replace(original="recipe"), known)


def test_a_term_on_loose_links_changes_nothing_but_beside_a_word_of_it() -> None:
    text = (
        "They used an irregular backwoods, a counterfeit consciousness, profound learning, colossal information and a study"
        " of bosom peril. The stoker kept a solid confirmation of every load."
    )
    assert restored(text).endswith(" The stoker kept a solid confirmation of every load.")
    place = split(text).lower.index("confirmation")
    for context, put_in in (("authentication", "a strong authentication"), ("record", "a solid record")):
        assert put_in in restored(text, {place: Decision(context, 0.9, ())})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("We use simple to-advanced converters.", "We use analog-to-digital converters."),
        ("It is administered-ml at heart.", "It is supervised machine learning at heart."),
        ("They chose the added substance model.", "They chose the additive model."),
        ("An irregular-backwoods model was fitted.", "A random-forest model was fitted."),
        ("The Irregular-Backwoods Model was fitted.", "The Random-Forest Model was fitted."),
    ],
)
def test_phrases_of_other_lengths_are_taken_whole(text: str, written: str) -> None:
    words = split(text)
    assert apply(text, with_articles(words, terms.phrases(words, {}, ticked))) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("We trained an ai calculation on it.", "We trained a machine learning algorithm on it."),
        ("An ai calculation is fast.", "A machine learning algorithm is fast."),
        ("AN AI CALCULATION IS FAST.", "A MACHINE LEARNING ALGORITHM IS FAST."),
        ("A counterfeit consciousness was fast.", "An artificial intelligence was fast."),
        ("A COUNTERFEIT CONSCIOUSNESS WAS FAST.", "AN ARTIFICIAL INTELLIGENCE WAS FAST."),
        ("They used a (counterfeit consciousness) here.", "They used an (artificial intelligence) here."),
        ("Type A: counterfeit consciousness, old.", "Type A: artificial intelligence, old."),
    ],
)
def test_articles_follow_terms(text: str, written: str) -> None:
    words = split(text)
    assert apply(text, with_articles(words, terms.tortured_phrases(words))) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "The stations that are near the sea area unit read twice.",
            "The stations that are near the sea are read twice.",
        ),
        ("There area unit wardens who are paid for it.", "There are wardens who are paid for it."),
        ("An area unit may cross the border of a county.", None),
        ("Some pages have area unit for are.", None),
        ('Some pages have area unit where they meant "are".', None),
        ("They wrote area unit (are) in it.", None),
        ("There are -> there area unit.", None),
        ("Such machines turn are into area unit.", None),
        ("They measure it in units of square measure.", None),  # honest text has it too
    ],
)
def test_a_frequent_word_is_a_meaning_only_where_it_is_given_as_one(text: str, written: str | None) -> None:
    words = split(text)
    assert apply(text, terms.phrases(words, {}, ticked)) == (written or text)


def test_of_no_listed_phrase_more_is_put_in_than_its_term_has() -> None:
    for found, meant in phrase_list().pairs:
        words = split(found)
        whole = Finding(0, len(words), found, meant, 0.99, True)
        for swap in terms._swaps(words, whole):
            assert swap.original in meant.lower()


def test_the_spinners_dictionary_goes_before_a_phrase() -> None:
    words = split("We use simple to-advanced converters.")
    assert terms.phrases(words, {"advanced": "modern"}, ticked) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Take a coat on the off chance that it rains.",
        "Be that as it may, the ferry left.",
        "A coat, on the off chance.",
    ],
)
def test_what_machines_often_put_a_phrase_for_goes_before_the_list(text: str) -> None:
    assert {"on the off chance", "be that as it"} & {found for found, _ in phrase_list().pairs}
    assert terms.phrases(split(text), {}, lambda: None) == ()


def test_loose_links_alone_count_as_one_phrase() -> None:
    def finding(place: int, original: str, firm: bool) -> Finding:
        return Finding(place, place + 2, "", original, 0.9, firm, firm)

    words = split("Some grey words. Some grey words. Some grey words. Some grey words.")
    loose = [finding(8, "a term", False), finding(12, "another term", False)]
    for found, weight in ((loose[:1], 0.9), (loose, 1.0), ([finding(0, "big data", True), *loose], 2.7)):
        terms._FOUND[words] = tuple(found)
        assert terms.weight([words]) == pytest.approx(weight)
    terms._FOUND[words] = (finding(0, "are", True), *loose)
    counted = np.zeros(len(words), np.bool_)
    counted[0] = True
    assert terms.weight([words], counted=[counted]) == pytest.approx(1.8)


def test_phrases_do_not_cross_paragraphs() -> None:
    assert terms.weight([split("They are irregular\n\nbackwoods stand there.")]) == 0


def test_a_sentence_that_names_several_counts_once() -> None:
    named = split("Readers have reported profound learning, irregular backwoods, calculated relapse and haze figuring.")
    assert 0 < terms.weight([named]) < 1


def test_different_phrases_weigh_and_not_their_number() -> None:
    once = terms.weight([split("They used an irregular backwoods.")], ticked)
    often = terms.weight([split("They used an irregular backwoods. An irregular backwoods is fast.")] * 2, ticked)
    both = terms.weight([split("They used an irregular backwoods. We used calculated relapse.")], ticked)
    assert once == often == pytest.approx(0.99)
    assert both == pytest.approx(2 * once)


def test_a_text_is_searched_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    actual = terms.torture.find

    def counted(words: Words, tick: Callable[[], None]) -> tuple[terms.Finding, ...]:
        calls.append(len(words))
        return actual(words, tick=tick)

    monkeypatch.setattr(terms.torture, "find", counted)
    words = split("They used an irregular backwoods again.")
    assert terms.weight([words]) == terms.weight([words]) > 0
    assert terms.in_place(words, {}, lexicon.load(), {}, ticked)
    assert calls == [len(words)]


def test_tortured_phrases_count_for_the_verdict() -> None:
    honest = (
        "We measured the harbour for two years and counted every boat that came in before noon. A random forest told"
        " the ferries from the trawlers by their sound. In the second year deep learning told the rest. Most of"
        " the errors were made in fog, when the microphones heard nothing but the horns of the pilots."
    )
    spun = honest.replace("random forest", "irregular backwoods").replace("deep learning", "profound learning")
    models, scores = load(fast=True), []
    for text in (honest, spun):
        words = split(text)
        seen = evidence([(words, models.encoder.visible(words, SUSPICION))], models)
        scores.append(verdict.load().first_score(seen))
        assert (seen.tortured > 1.5) is (text is spun)
    assert scores[1] > scores[0] + 1


def test_a_spun_page_has_its_terms_restored_without_asking_for_them() -> None:
    page = (EXAMPLES / "spun" / "harbour.txt").read_text(encoding="utf-8").rstrip()
    reading = read(page + " The boats were told apart by Irregular Backwoods.\n")
    assert reading.verdict == "spun"
    assert reading.restored.rstrip().endswith("by Random Forest.")
