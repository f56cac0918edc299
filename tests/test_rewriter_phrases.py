"""Spans put in for others: the phrases of rewriters and thesauri, words that stand for phrases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import unspin
from unspin.arrays import ragged
from unspin.evaluate.answers import answers
from unspin.evaluate.tally import of_specimen
from unspin.lexicon.phrases import PhraseTable
from unspin.model.encoder import Visible
from unspin.reader import passes, spans
from unspin.reader.spans import SpanModel
from unspin.reader.substitutions import FILL_ALL, PHRASES, Bar
from unspin.reading import Reading, Substitution
from unspin.spinners import simulate
from unspin.text import Words, apply, split

ARTICLE = (Path(__file__).parent.parent / "examples" / "harbour.txt").read_text(encoding="utf-8")


def found(text: str, odds: float) -> list[tuple[str, str]]:
    """What is restored in a text whose every word the encoder gives these odds of a swap."""
    words = split(text)
    visible = Visible(
        np.full(len(words), odds, np.float32), np.arange(len(words)), np.zeros((len(words), 384), np.float32)
    )
    return [(s.found, s.original) for s in path(words, visible) if not s.open]


def path(words: Words, visible: Visible, bar: Bar = PHRASES) -> tuple[Substitution, ...]:
    """The spans that were put in, as edits."""
    gathered = spans.gather(words, visible, passes.load(), spans.load())
    return spans.edits(words, gathered, spans.load().posterior(gathered, words), bar)


def known(*phrases: tuple[str, str], word: tuple[str, str] = ("-", "-")) -> spans.SpanModel:
    """The shipped weights with a table of a few phrases that honest text never has, and of one word."""
    return replace(
        spans.load(), table=PhraseTable(tuple(sorted(phrases)), (0,) * len(phrases)), words=PhraseTable((word,), (0,))
    )


def seen(words: Words, odds: float) -> Visible:
    """Every word with these odds of a swap."""
    n = len(words)
    return Visible(np.full(n, odds, np.float32), np.arange(n), np.zeros((n, 384), np.float32))


def test_a_phrase_that_nobody_writes_is_restored_in_the_case_of_its_place() -> None:
    assert found("They met withinside the harbour. Withinside the town it rained.", 3.0) == [
        ("withinside the", "in the"),
        ("Withinside the", "In the"),
    ]


def test_a_name_that_machines_put_for_a_pronoun_is_one_where_it_may_be() -> None:
    text = "The nurse, World Health Organization has left the ward, wrote to the World Health Organization in May."
    assert found(text, 3.0).count(("World Health Organization", "who")) == 1


def test_the_original_that_machines_put_a_phrase_for_is_believed() -> None:
    text = "It's far late withinside the year, and boats ought to stay withinside the harbour in the storm."
    made = dict(found(text, 3.0))
    assert made["It's far"] == "It is"
    assert made["ought to"] == "should"


def test_an_adjective_is_no_machine_s_unless_the_page_has_what_nobody_writes() -> None:
    honest = (
        "We went withinside the tower. It has an excellent view, and the newest lamp stands withinside the gallery."
    )
    assert {phrase for phrase, _ in found(honest, 1.0)} == {"withinside the"}
    inserted = (
        "We saw the fresh new tower, the newest lamp, an excellent view and the latest boats withinside the harbour."
    )
    assert ("the newest", "the") in found(inserted, 1.0)
    again = (
        "Past the newest tower the newest lamp burned, the newest boats left the newest pier withinside the harbour."
    )
    assert ("the newest", "the") in found(again, 1.0)


def test_the_end_of_a_phrase_that_stands_twice_is_written_once() -> None:
    assert ("and you may", "and") in found("The door is open, and you may you may go withinside the tower.", 3.0)
    assert ("you may", "and") not in found("The door is open, and you may you may go withinside the tower.", 3.0)


def test_the_user_s_dictionary_goes_before_phrases() -> None:
    words = split("They get right of entry to the tower and its lamp.")
    visible = seen(words, 3.0)
    gathered = spans.gather(words, visible, passes.load(), spans.load(), dictionary={"right": "correct"})
    assert not any("right" in phrase for phrase in gathered.phrases(words))
    phrase = {"right of entry to": "entry to", "the tower and": "", "right": "correct"}
    assert [(s.found, s.original) for s in spans.entries(words, visible, phrase)] == [("right of entry to", "entry to")]
    unsuspicious = replace(visible, places=np.array([0]))
    assert spans.entries(words, unsuspicious, phrase) == ()


def test_a_phrase_of_the_user_s_dictionary_goes_before_the_tables() -> None:
    text = simulate(ARTICLE, "rewriter", seed=2, rate=0.3).text
    phrase = next(s.found for s in unspin.read(text).substitutions if " " in s.found and not s.open)
    reading = unspin.read(text, dictionary={phrase.lower(): "xyzzy"})
    assert "xyzzy" in {s.original.lower() for s in reading.substitutions}
    assert phrase not in reading.restored


def test_a_phrase_that_people_write_is_left_where_nothing_speaks_against_it() -> None:
    assert found("She turned the boat in the direction of the harbour and thought of the children.", -6.0) == []


def test_what_it_stood_for_is_chosen_by_what_stands_around() -> None:
    for text, restored in (
        (
            "It was built via way of means of the council withinside the spring.",
            "It was built by the council in the spring.",
        ),
        ("It came via way of means of road withinside the spring.", "It came by road in the spring."),
    ):
        words = split(text)
        assert apply(text, path(words, seen(words, 3.0))) == restored


def test_a_first_word_that_stands_twice_goes_too() -> None:
    assert found("They met withinside withinside the harbour, via way of means of boat, withinside the town.", 5.0)[
        0
    ] == (
        "withinside withinside the",
        "in the",
    )


def test_a_phrase_across_lines_is_left_alone() -> None:
    assert found("They met withinside\nthe harbour.", 5.0) == []


def test_the_search_may_be_ended_at_every_phrase() -> None:
    words = split("They carried out the work withinside the town, and lost a lot at the gambling establishment.")
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    calls = []
    spans.gather(words, visible, passes.load().watched(lambda: calls.append(1)), spans.load())
    assert len(calls) >= 2


def test_the_whole_context_chooses_among_the_originals() -> None:
    """A few words on either side say nothing here; that the sentence is about a game at a table does."""
    words = split(
        "He hit upon the answer at once. She lost all her money at the gambling establishment, playing cards."
    )
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    places = spans.gather(words, visible, passes.load(), spans.load(), least=-np.inf)
    evidence = dict(zip(places.originals, places.evidence, strict=True))
    originals = places.originals[
        slice(*places.ptr[ragged.owners(places.ptr)[places.originals.index("casino")] + [0, 1]])
    ]
    context = {
        original: evidence[original][spans.EVIDENCE.index("context")]
        for original in originals
        if not evidence[original][spans.EVIDENCE.index("no_context")]
    }
    assert context and all(value < 0 for value in context.values())
    assert context["casino"] == max(context.values())


def test_an_original_that_is_a_phrase_itself_has_no_context() -> None:
    words = split(
        "It was widely known that the two of them had carried out the work at some stage in the summer of that year."
    )
    visible = passes.load().encoder.visible(words, passes.SUSPICION)
    places = spans.gather(words, visible, passes.load(), spans.load(), least=-np.inf)
    several = np.array([len(split(original)) > 1 for original in places.originals])
    unknown = places.evidence[:, spans.EVIDENCE.index("no_context")] == 1
    assert several.any() and unknown[several].all()
    assert (places.evidence[unknown, spans.EVIDENCE.index("context")] == 0).all()


def test_what_is_restored_says_what_else_it_may_have_been() -> None:
    words = split(
        "They met withinside the harbour at some stage in the war, withinside the town and withinside the hills."
    )
    made = [s for s in path(words, passes.load().encoder.visible(words, passes.SUSPICION)) if not s.open]
    assert made
    for edit in made:
        assert edit.confidence >= 0.5
        assert edit.confidence + sum(share for _, share in edit.alternatives) <= 1.001


def test_an_honest_article_keeps_its_phrases() -> None:
    text = ARTICLE + " The ship turned in the direction of the pier, and there may be no longer any doubt of it."
    assert unspin.restore(text) == text


@pytest.mark.parametrize("seed", [1, 2])
def test_a_rewriters_page_gets_its_phrases_back(seed: int) -> None:
    specimen = simulate(ARTICLE, "rewriter", seed=seed, rate=0.3)
    reading = unspin.read(specimen.text)
    assert apply(reading.text, reading.substitutions) == reading.restored
    assert unspin.restore(reading.restored) == reading.restored
    phrases = {(s.start, s.original) for s in specimen.swaps if len(split(s.found)) > 1 and s.original.strip()}
    back = {(s.start, s.original) for s in reading.substitutions}
    assert len(phrases & back) > 0.6 * len(phrases)


def test_every_token_of_a_restored_phrase_counts_as_restored() -> None:
    specimen = simulate(ARTICLE, "rewriter", seed=1, rate=0.3)
    key = tuple(
        Substitution(s.start, s.end, s.found, s.original, 1.0) for s in specimen.swaps if s.start < s.end and s.original
    )
    words = split(specimen.text)
    reading = Reading(text=specimen.text, restored="", spun=True, score=9.0, false_positive_rate=0.0, share=0.3,
                      words=len(words), substitutions=key)  # fmt: skip
    tally = dict(
        zip(
            ("words", "right_before", "right", "swapped", "found", "restored"),
            of_specimen(answers(specimen), reading).values,
            strict=False,
        )
    )
    assert tally["restored"] == tally["found"] > 0.9 * tally["swapped"]


def test_the_table_is_sorted_and_says_how_often_honest_writers_use_each_phrase() -> None:
    table = spans.load().table
    assert list(table.pairs) == sorted(table.pairs)
    count = dict(zip((phrase for phrase, _ in table.pairs), table.honest, strict=True))
    assert count["withinside the"] == 0
    assert count["in the direction of the"] > 50


def test_of_spans_that_overlap_the_best_path_has_one() -> None:
    """The longest from left to right would take "the fresh new", and leave "new gambling house" out."""
    words = split("He lost all his money at the fresh new gambling house where he played roulette and poker.")
    model = known(("the fresh new", "the latest"), ("new gambling house", "casino"))
    gathered = spans.gather(words, seen(words, 1.0), passes.load(), model, least=-np.inf)
    assert gathered.begin.tolist() == [6, 8] and gathered.end.tolist() == [9, 11]
    posterior = model.posterior(gathered, words)
    alone = spans.alone(gathered, model.scorer)
    assert (alone.put_in > 0.5).all()
    assert posterior.put_in.sum() <= 1 + 1e-9
    assert [s.found for s in spans.edits(words, gathered, posterior, FILL_ALL)] == ["new gambling house"]


def test_what_other_places_of_a_phrase_say_counts_too() -> None:
    clear = "The ship sailed in the direction of the island. " * 3
    words = split(clear + "They looked in the direction of him.")
    model = known(("in the direction of", "toward | to | at"))
    gathered = spans.gather(words, seen(words, 1.0), passes.load(), model, least=-np.inf)
    together, alone = model.posterior(gathered, words), spans.alone(gathered, model.scorer)
    best = int(together.option[:3].argmax())
    share = together.option.reshape(-1, 3)[-1] / together.put_in[-1]
    assert share[best] > (alone.option.reshape(-1, 3)[-1] / alone.put_in[-1])[best]


def test_a_phrase_that_was_put_in_for_who_knows_what_stays_open() -> None:
    words = split("They asked for a solution, and he was given a solution, in a way that was beyond a doubt clear.")
    places = spans.gather(words, seen(words, 3.0), passes.load(), spans.load(), least=-np.inf)
    one = places.only(np.arange(len(places)) == 0)
    size = len(one.originals)
    posterior = spans.SpanPosterior(np.full(size, 0.96 / size), np.array([0.96]))
    [left] = spans.edits(words, one, posterior, PHRASES if size > 1 else Bar(1.0, 0.0))
    assert left.open and left.confidence == 0.04 and left.alternatives[0][1] == round(0.96 / size, 4)
    [filled] = spans.edits(words, one, posterior, FILL_ALL)
    assert not filled.open
    honest = spans.SpanPosterior(np.full(size, 0.4 / size), np.array([0.4]))
    assert spans.edits(words, one, honest, FILL_ALL) == ()


def test_phrases_that_no_context_could_save_are_left_out() -> None:
    words = split("She turned the boat in the direction of the harbour and thought of the children.")
    every = spans.gather(words, seen(words, -6.0), passes.load(), spans.load(), least=-np.inf)
    some = spans.gather(words, seen(words, -6.0), passes.load(), spans.load())
    assert len(some) < len(every)
    assert (spans.alone(every, spans.load().scorer).put_in > 0.5).sum() == (
        spans.alone(some, spans.load().scorer).put_in > 0.5
    ).sum()


def test_the_context_is_asked_only_of_phrases_that_it_may_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    words = split(
        "They met withinside the town, out of the wind, and most of the children carried out the plan. The new bridge was"
        " closed, and the boats came in via way of means of a canal."
    )
    model, models = spans.load(), passes.load(fast=True)
    visible = models.encoder.visible(words, passes.SUSPICION)
    asked: list[int] = []
    hidden = models.encoder.hidden

    def noted(words: Words, tokens: list[str], begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        asked.extend(begins.tolist())
        return hidden(words, tokens, begins, ends)

    monkeypatch.setattr(models.encoder, "hidden", noted)
    some = spans.gather(words, visible, models, model)
    few = len(asked)
    monkeypatch.setattr(SpanModel, "undecided", lambda _, spans, words: np.ones(len(spans), bool))
    every = spans.gather(words, visible, models, model)
    assert 0 < few < len(asked) - few
    chosen = [[s.original for s in spans.edits(words, g, model.posterior(g, words))] for g in (some, every)]
    assert chosen[0] == chosen[1] != []


def test_phrases_are_hidden_together_where_they_stand_apart() -> None:
    near = "They carried out the work most of the time. "
    words = split(near + "The people of the town were glad to see it when the summer came at last. " + near)
    gathered = spans.gather(words, seen(words, 1.0), passes.load(fast=True), spans.load(), least=-np.inf)
    turns = spans._turns(gathered)
    assert sorted(np.concatenate(turns).tolist()) == list(range(len(gathered)))
    for turn in turns:
        begin, end = gathered.begin[turn], gathered.end[turn]
        assert (begin[1:] - end[:-1] >= spans._APART).all()
    assert max(map(len, turns)) > 1


def test_a_word_stands_for_a_phrase_where_the_phrase_reads_far_better() -> None:
    text = "Each of the brothers resemble his father, and all of them excessive people to count."
    words = split(text)
    model = known(word=("resemble", "look like"))
    gathered = spans.gather(words, seen(words, 5.0), passes.load(), model, least=-np.inf)
    assert gathered.end - gathered.begin == 1 and gathered.originals == ("look like",)
    assert not len(
        spans.gather(words, replace(seen(words, 5.0), places=np.empty(0, np.int64)), passes.load(), model, -np.inf)
    )
    several = replace(gathered, end=gathered.end + 1)
    assert model.posterior(gathered, words).put_in < model.posterior(several, words).put_in
