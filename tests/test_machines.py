"""What machines were seen to put: the table, the likeness of a page, and what it does to words, originals and phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.wild import Counts, counted
from training.machines import Answers, Part, fit, of_originals, without
from training.marked import Passage, passages
from unspin import lexicon as lexicons
from unspin.lexicon import seen
from unspin.model import machines
from unspin.model.evidence import Evidence, Posterior
from unspin.reader import passes
from unspin.reader.spans import EVIDENCE, Spans, load
from unspin.reading import Reading, Substitution
from unspin.text import Words, prose, split

LEXICON = lexicons.load()
SEEN = seen.Seen([("consumer", "user", 14), ("consumer", "client", 2), ("sturdy", "robust", 9)], LEXICON)
SUSPICION = passes.SUSPICION
WEIGHTS = machines.Weights(
    words=np.array([-0.2, 0.7, 1.0, 0.5]),
    options=np.array([-0.2, 0.7]),
    spans=np.array([-0.5, 1.0, -0.2, 0.6, -1.5, 2.3]),
    originals=np.array([-0.2, 1.0]),
)


def evidence(words: Words, options: dict[int, Sequence[str]]) -> Evidence:
    """Evidence on some tokens, all alike but for their originals."""
    sizes = [len(originals) for originals in options.values()]
    number = sum(sizes)
    return Evidence(
        place=np.array(list(options), np.int64),
        swap=np.zeros(len(options), np.float32),
        found=LEXICON.ids([words.lower[place] for place in options]),
        ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        original=LEXICON.ids([form for originals in options.values() for form in originals]).astype(np.int64),
        belief=np.zeros(number, np.float32),
        context=np.zeros(number, np.float32),
        ngram=np.zeros(number, np.float32),
        channel=np.zeros((number, 5), np.float32),
        found_context=np.zeros(len(options), np.float32),
    )


def posterior(option: Sequence[float], written: Sequence[float]) -> Posterior:
    return Posterior(np.array(option), np.array(written), np.full(5, 0.2), 0.2)


def test_what_was_seen_on_pages_of_the_kind_at_hand_counts_more(tmp_path: Path) -> None:
    lines = [
        "\t\t60\t0:40 1:20",
        "consumer\tuser\t30\t0:28 1:1",
        "facts\tdata\t20\t0:20",
        "sturdy\trobust\t9",
        "understudies\tstudents\t20\t1:15",
    ]
    (tmp_path / "seen.tsv").write_text("\n".join(lines) + "\n")
    table = seen.Seen.read(tmp_path / "seen.tsv", LEXICON)
    share = table.kinds({"facts": 0.9, "consumer": 0.8, "sturdy": 1.0})
    assert share.sum() == pytest.approx(1)
    assert share[0] > 40 / 60
    assert table.kinds({"facts": 0.0}) == pytest.approx([40 / 60, 20 / 60])
    there, elsewhere = table.among(np.array([1.0, 0.0])), table.among(np.array([0.0, 1.0]))
    assert there.times("consumer") > 30 > elsewhere.times("consumer") > 0
    assert there.originals("understudies")["students"] < 20 < elsewhere.originals("understudies")["students"]
    assert there.times("sturdy") == elsewhere.times("sturdy") == 9  # of no known kind
    assert np.diff(there.put_in(["understudies", "consumer"])) > np.diff(table.put_in(["understudies", "consumer"]))
    assert table.times("consumer") == 30


def test_a_table_without_kinds_stays_as_it_is() -> None:
    assert SEEN.among(SEEN.kinds({"consumer": 0.9})) is SEEN


def test_the_words_of_a_page_say_which_pages_it_is_like() -> None:
    shown = {("consumer", "user"): np.array([20.0, 2.0]), ("facts", "data"): np.array([2.0, 20.0])}
    table = seen.Seen(
        [("consumer", "user", 22), ("facts", "data", 22)], LEXICON, seen.Kinds(np.array([30.0, 30.0]), shown)
    )
    words = split("The consumer waits and a consumer pays.")
    here = evidence(words, {1: ["user"], 5: ["user"]})
    sure = machines.on_such_pages(words, here, posterior([0.1, 0.9], [0.9, 0.1]), table)
    doubtful = machines.on_such_pages(words, here, posterior([0.1, 0.1], [0.9, 0.9]), table)
    assert sure.times("consumer") > doubtful.times("consumer")


def test_the_shipped_table_is_read_and_common_words_are_seldom_put_in() -> None:
    shipped = seen.load()
    assert shipped.originals("set of rules")["algorithm"] > 2
    assert shipped.times("set of rules") >= shipped.originals("set of rules")["algorithm"]
    assert "set of rules" not in shipped.originals("algorithm")
    consumer, the = shipped.put_in(["consumer", "the"])
    assert consumer > the + 3


def test_times_add_up_and_what_was_never_seen_counts_a_little() -> None:
    assert SEEN.times("consumer") == 16
    assert SEEN.times("harbour") == 0
    unknown, known = SEEN.put_in(["zzyzx", "sturdy"])
    assert unknown == pytest.approx(np.log(seen.NEVER), abs=0.05)
    assert known > unknown


def test_likeness_goes_from_nothing_to_all() -> None:
    words = split("consumer " * 30)
    given = evidence(words, {i: ["user", "buyer"] for i in range(30)})
    pages = machines.pair_pages(words, given, LEXICON, SEEN)
    assert pages.tolist() == [14.0, 0.0] * 30
    assert machines.likeness(given, posterior([0.8, 0.1] * 30, [0.1] * 30), pages) == 1.0
    assert machines.likeness(given, posterior([0.1, 0.8] * 30, [0.1] * 30), pages) == 0.0
    mixed = machines.likeness(given, posterior([0.8, 0.1, 0.1, 0.8, 0.1, 0.8] * 10, [0.1] * 30), pages)
    assert 0.0 < mixed < 1.0


def test_a_page_that_another_spinner_made_stays_as_it_was() -> None:
    words = split("sturdy " * 30)
    given = evidence(words, {i: ["strong", "solid"] for i in range(30)})
    before = posterior([0.6, 0.2] * 30, [0.2] * 30)
    after = machines.reweighed(words, given, before, LEXICON, SEEN, WEIGHTS, SUSPICION)
    np.testing.assert_allclose(after.option, before.option, atol=1e-6)
    np.testing.assert_allclose(after.written, before.written, atol=1e-6)


def test_a_word_for_which_no_original_fits_better_than_others_was_hardly_put_in() -> None:
    words = split("consumer " * 30)
    given = evidence(words, {i: ["user", "client"] for i in range(30)})
    weights = replace(WEIGHTS, words=np.array([0.0, 0.0, 0.0, 0.5]), options=np.array([0.0, 0.0]))
    sure = machines.reweighed(words, given, posterior([0.8, 0.0] * 30, [0.2] * 30), LEXICON, SEEN, weights, SUSPICION)
    torn = machines.reweighed(words, given, posterior([0.4, 0.4] * 30, [0.2] * 30), LEXICON, SEEN, weights, SUSPICION)
    np.testing.assert_allclose(sure.written, 0.2, atol=1e-3)
    np.testing.assert_allclose(torn.written, 1 / (1 + 4 * 0.5**0.5), atol=1e-3)  # the odds, times the root of a half


def test_a_word_that_is_suspicious_by_habit_alone_counts_as_far_as_the_page_is_like_such_pages() -> None:
    for form, like in (("consumer", True), ("sturdy", False)):
        words = split(f"{form} " * 30)
        given = evidence(words, {i: ["user", "strong"] for i in range(30)})
        given = replace(given, swap=np.full(30, SUSPICION - 1, np.float32))
        option = [0.8, 0.1] if like else [0.1, 0.8]
        after = machines.reweighed(words, given, posterior(option * 30, [0.1] * 30), LEXICON, SEEN, WEIGHTS, SUSPICION)
        assert (after.written < 0.2).all() if like else (after.written == 1.0).all()


def test_words_that_machines_put_again_and_again_are_told_from_words_that_are_written_as_often() -> None:
    table = seen.Seen([("sturdy", "robust", 9), ("the", "a", 9), ("set of rules", "algorithm", 9)], LEXICON)
    assert table.habitual == {"sturdy"}
    assert "consumer" in seen.load().habitual
    assert not {"the", "and", "of", "set of rules"} & seen.load().habitual


def test_a_word_that_machines_put_again_and_again_is_suspicious_sooner() -> None:
    least = passes.suspicion(split("The consumer waits."))
    assert least[1] < least[0] == least[2] == passes.SUSPICION


def test_a_word_is_suspicious_from_its_own_threshold_on() -> None:
    words, encoder = split("They left the harbour early and went home in the rain."), passes.load().encoder
    whole = encoder.visible(words, -99.0)
    least = np.full(len(words), 99.0, np.float32)
    least[[3, 8]] = -99.0
    some = encoder.visible(words, least)
    assert some.places.tolist() == [3, 8]
    np.testing.assert_array_equal(some.swap, whole.swap)
    np.testing.assert_array_equal(some.belief, whole.belief[np.isin(whole.places, [3, 8])])


def test_on_a_page_like_theirs_a_pair_that_was_seen_gains() -> None:
    words = split("consumer " * 30)
    given = evidence(words, {i: ["user", "buyer"] for i in range(30)})
    before = posterior([0.3, 0.29] * 30, [0.41] * 30)
    after = machines.reweighed(words, given, before, LEXICON, SEEN, WEIGHTS, SUSPICION)
    assert after.option[0] > 0.8
    assert after.written[0] < 0.2
    np.testing.assert_allclose(after.option[0] + after.option[1] + after.written[0], 1.0)


def test_a_word_without_originals_stays_as_written() -> None:
    words = split("consumer " * 20)
    given = evidence(words, {**{i: ["user"] for i in range(19)}, 19: []})
    after = machines.reweighed(
        words, given, posterior([0.9] * 19, [0.1] * 19 + [1.0]), LEXICON, SEEN, WEIGHTS, SUSPICION
    )
    assert after.written[19] == 1.0


def test_phrases_gain_only_where_the_page_has_such_as_were_seen() -> None:
    odds, put_in, honest = np.zeros(20), np.full(20, 0.5), np.full(20, 2.0)
    strange = machines.span_features(odds, put_in, np.zeros(20), honest, np.zeros(20))
    known = machines.span_features(odds, put_in, np.full(20, 9.0), honest, np.zeros(20))
    assert not strange.any()
    assert (known @ WEIGHTS.spans > 1).all()
    assert machines.span_features(*np.zeros((5, 0))).shape == (0, len(machines.SPANS))


def test_a_phrase_that_only_loses_words_needs_more() -> None:
    odds, put_in, times, honest = np.zeros(20), np.full(20, 0.5), np.full(20, 9.0), np.full(20, 2.0)
    other = machines.span_features(odds, put_in, times, honest, np.zeros(20)) @ WEIGHTS.spans
    less = machines.span_features(odds, put_in, times, honest, np.ones(20)) @ WEIGHTS.spans
    assert (other - less > 1).all()


def test_pairs_whose_borders_were_drawn_at_the_wrong_word_are_left_out() -> None:
    pairs = [
        ("newest", "the", 10),
        ("newest", "latest", 3),
        ("the newest", "the", 12),
        ("within the", "in", 4),
        ("within the", "in the", 13),
        ("issues", "the", 14),
        ("all of the", "all the", 2),
    ]
    assert [pair for pair in pairs if pair not in seen.well_cut(pairs)] == [pairs[0], pairs[3]]


def test_the_original_that_most_pages_show_is_known() -> None:
    assert SEEN.mostly_for("consumer") == "user"
    assert SEEN.mostly_for("harbour") is None
    assert seen.load().mostly_for("it's far") == "it is"


def test_the_shipped_weights_trust_what_was_seen() -> None:
    shipped = machines.load()
    assert len(shipped.words) == len(machines.WORDS)
    assert shipped.words[machines.WORDS.index("put_in")] > 0
    assert shipped.options[machines.OPTIONS.index("pages")] > 0
    assert shipped.spans[machines.SPANS.index("put_in")] > 0
    assert shipped.spans[machines.SPANS.index("less")] < 0
    assert shipped.originals[machines.OPTIONS.index("pages")] > 0


def test_answers_tell_swapped_from_written_and_from_what_cannot_be_said() -> None:
    text = "The keeper lit the big lantern before the ship came."
    lantern = text.index("big lantern")
    answers = Answers(Passage(text, 4, len(text), ((lantern, lantern + 11, ("Lamp", "light")),)), prose(text))
    assert answers.at(lantern, lantern + 11) == ("lamp", "light")
    assert answers.at(4, 10) == ()
    assert answers.at(lantern, lantern + 3) is None
    assert answers.at(0, 3) is None


def test_originals_of_phrases_are_learned_from_where_one_of_them_is_right() -> None:
    text = "They ought to wait, and it's far late; we ought to go."
    first, far, second = text.index("ought to"), text.index("it's far"), text.rindex("ought to")
    swaps = ((first, first + 8, ("should",)), (far, far + 8, ("it was",)))
    words, answers = split(text), Answers(Passage(text, 0, len(text), swaps), prose(text))
    begins = [words.start.tolist().index(start) for start in (first, far, second)]
    originals = ("could", "should", "is", "it is", "could", "should")
    gathered = Spans(
        np.array(begins),
        np.array(begins) + 2,
        np.array([0, 2, 4, 6]),
        originals,
        np.zeros((len(originals), len(EVIDENCE))),
    )
    part = of_originals(words, gathered, answers, load(), True)
    assert part.answer.tolist() == [False, True]
    assert part.ptr.tolist() == [0, 2]


def test_tokens_of_a_restored_text_are_found_in_the_text_before() -> None:
    text = "They get right of entry to the tower at the same time as it rains."
    start = text.index("get right of entry to")
    restored, back = without(split(text), [Substitution(start, start + 21, text[start : start + 21], "access", 0.9)])
    tokens = {token: i for i, token in enumerate(restored.lower)}
    assert back(tokens["access"]) is None
    tower = back(tokens["tower"])
    assert tower is not None
    assert text[slice(*tower)] == "tower"
    assert back(0) == (0, 4)


def test_a_fit_finds_the_feature_that_tells() -> None:
    random = np.random.default_rng(4)
    values = random.normal(size=(400, 2))
    answer = values[:, 1] + random.normal(size=400) > 0
    weight = fit([Part(np.zeros(400), values, answer, np.arange(401), True)])
    assert weight[1] > 1
    assert abs(weight[0]) < 0.5


def test_marked_passages_are_read(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text('{"n": "a", "text": "We saw the big lantern burn."}\n')
    (tmp_path / "gold.txt").write_text("@@@ a\nsaw the [[big lantern=>lamp/light]] burn\n")
    (passage,) = passages(tmp_path)
    assert passage.page[passage.start : passage.end] == "saw the big lantern burn"
    assert [(passage.page[s:e], o) for s, e, o in passage.swaps] == [("big lantern", ("lamp", "light"))]


def test_what_came_of_a_passage_is_counted() -> None:
    page = "They saw the big lantern burn and the grand ship leave."
    lantern, ship = page.index("big lantern"), page.index("grand")
    swaps = ((lantern, lantern + 11, ("lamp",)), (ship, ship + 5, ("tall",)))
    changes = (
        Substitution(lantern, lantern + 11, "big lantern", "lamp", 0.9),
        Substitution(page.index("leave"), page.index("leave") + 5, "leave", "go", 0.6),
    )
    reading = Reading(
        text=page,
        restored=page,
        spun=True,
        score=3.0,
        false_positive_rate=1e-5,
        share=0.2,
        words=11,
        substitutions=changes,
    )
    assert counted(Passage(page, 0, len(page), swaps), reading) == Counts(1, 1, 2, 1, 1, 8, 1)
    assert counted(Passage(page, 0, len(page), swaps), replace(reading, substitutions=())).found == 0
