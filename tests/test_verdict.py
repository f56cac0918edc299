"""The document's verdict: what speaks for a spinner, put together; which passage it is; what it costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unspin
from unspin.lexicon import Lexicon
from unspin.model import causal, trees, verdict
from unspin.model import hidden_ratio as ratios
from unspin.model.encoder import Encoder
from unspin.reader import assess, passes
from unspin.reader import verdict as scores
from unspin.reading import LOWEST_RATE
from unspin.spinners import simulate
from unspin.text import Words, split

EXAMPLES = Path(__file__).parent.parent / "examples"
ARTICLE = (EXAMPLES / "harbour.txt").read_text(encoding="utf-8")


def evidence(odds: list[float], forms: list[str] | None = None) -> verdict.Evidence:
    return verdict.Evidence(
        np.array(odds, np.float32), np.ones(len(odds), bool), forms or [f"form{i}" for i in range(len(odds))]
    )


def statistic(name: str, seen: verdict.Evidence) -> float:
    return float(verdict.statistics(seen, [name])[0])


def test_the_likelihood_ratio_grows_with_the_document() -> None:
    honest, swapped = [-6.0] * 200, [4.0, -6.0, -6.0, -6.0, -6.0] * 40
    likelihood = [
        verdict.likelihood_ratio(np.array(odds) - verdict.NEUTRAL_ODDS) for odds in (honest, swapped, swapped * 2)
    ]
    assert likelihood[0] < 0 < likelihood[1]
    assert likelihood[2] == pytest.approx(2 * likelihood[1], rel=0.05)


def test_no_single_odd_word_makes_a_document_spun() -> None:
    odd = [-6.0] * 200
    odd[3] = 20.0
    model = verdict.load()
    assert model.first_score(evidence(odd)) < verdict.DOUBTED < model.first_score(evidence([4.0, -6.0, -6.0] * 60))


def test_an_odd_phrase_is_one_event() -> None:
    phrase, scattered = [-7.0] * 150, [-7.0] * 150
    phrase[60:63] = [3.0] * 3
    for at in (20, 60, 100):
        scattered[at] = 3.0
    assert statistic("strongest", evidence(phrase)) < statistic("strongest", evidence(scattered))


@pytest.mark.parametrize("pair", [(3.0, 1.0), (1.0, 3.0)], ids=["after", "before"])
def test_the_weaker_of_two_neighbours_does_not_count(pair: tuple[float, float]) -> None:
    both, stronger = [-7.0] * 150, [-7.0] * 150
    both[60:62] = pair
    stronger[60:62] = [odds if odds == 3.0 else verdict.NEUTRAL_ODDS for odds in pair]
    for name in verdict.FIRST:
        assert statistic(name, evidence(both)) == pytest.approx(statistic(name, evidence(stronger)), abs=1e-6)


def test_calibration_is_monotone_and_bounded() -> None:
    calibration = verdict.load().calibration
    for words in (10, 50, 100, 250, 5_000):
        rates = [calibration.rate(score, words) for score in np.linspace(-40, 1_000, 600)]
        assert rates == sorted(rates, reverse=True)
        assert LOWEST_RATE == rates[-1] <= rates[0] <= 1


def test_the_rate_of_a_score_depends_on_the_length() -> None:
    calibration = verdict.load().calibration
    assert len(calibration.words) == len(calibration.curves) > 2
    assert calibration.words[0] == 0
    low = verdict.DOUBTED - 1.0
    assert len({calibration.rate(low, words) for words in calibration.words}) == len(calibration.words)


def test_of_one_form_two_occurrences_speak_and_no_more() -> None:
    odds = [3.0, -6.0] * 20
    same = evidence(odds, ["pct", "the"] * 20)
    assert statistic("odd", same) < 0.5 * statistic("odd", evidence(odds))
    assert statistic("likelihood", same) < statistic("likelihood", evidence(odds))


def test_neighbours_are_one_event() -> None:
    assert statistic("odd", evidence([3.0, 3.0, -6.0, -6.0])) == statistic("odd", evidence([3.0, -6.0, -6.0, -6.0]))


def test_a_word_that_is_not_judged_says_nothing() -> None:
    odds = [-6.0] * 50 + [4.0]
    seen = evidence(odds)
    left_out = replace(seen, judged=np.arange(51) < 50)
    assert statistic("likelihood", left_out) < 0 < statistic("strongest", seen)
    assert statistic("strongest", left_out) == 0


def test_the_densest_passage_counts_whatever_stands_around_it() -> None:
    spun = [3.0, -6.0, -6.0] * 20
    alone, diluted = evidence(spun), evidence([-6.0] * 3_000 + spun + [-6.0] * 3_000)
    assert statistic("passage", diluted) == pytest.approx(statistic("passage", alone), abs=0.3)
    assert statistic("likelihood", diluted) < statistic("likelihood", alone)


def test_the_spun_words_are_those_of_the_passage() -> None:
    seen = evidence([-6.0] * 400 + [3.0, -6.0, -6.0] * 40 + [-6.0] * 400)
    within = verdict.spun_words(seen)
    assert within[400:520].all()
    assert not within[:330].any() and not within[590:].any()
    assert not verdict.spun_words(evidence([-6.0] * 400)).any()


def test_what_hidden_words_say_leaves_what_is_in_sight_as_it_is() -> None:
    seen = evidence([-6.0] * 100 + [3.0, -6.0, -6.0] * 20 + [-6.0] * 100)
    hidden = np.random.default_rng(3).normal(0, 4, len(seen.forms)).astype(np.float32)
    asked = replace(seen, hidden=hidden, sentence=-hidden)
    assert (verdict.statistics(asked, verdict.FIRST) == verdict.statistics(seen, verdict.FIRST)).all()
    assert (
        verdict.statistics(asked, verdict.SECOND) == verdict.statistics(replace(seen, hidden=hidden), verdict.SECOND)
    ).all()


@pytest.mark.parametrize(
    ("stage", "name"),
    [("second", name) for name in verdict.SECOND] + [("third", name) for name in verdict.THIRD],
)
def test_no_statistic_speaks_against_a_spinner_by_rising(stage: str, name: str) -> None:
    """The weights are never negative, so that more of any evidence is never less of a verdict."""
    names = {"second": verdict.SECOND, "third": verdict.THIRD}[stage]
    model = getattr(verdict.load(), stage)
    assert (model.weight >= 0).all() and model.weight.sum() > 0
    low = np.zeros(len(names))
    high = low.copy()
    high[names.index(name)] = 1.0
    assert model.score(high) >= model.score(low)


def test_an_honest_text_has_its_hidden_words_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(words: object, *rest: object) -> np.ndarray:
        asked.append(1)
        return np.full(len(words), np.nan, np.float32)  # type: ignore[arg-type]

    monkeypatch.setattr(scores, "hidden_ratio", counted)
    assert not unspin.read(ARTICLE).spun
    assert not asked
    unspin.read(simulate(ARTICLE, "phrase-thesaurus", seed=5, rate=0.3).text)
    assert asked


def asked_about(
    text: str, unsettled: tuple[float, float], monkeypatch: pytest.MonkeyPatch, *, fast: bool = False
) -> tuple[list[str], scores.Score]:
    """Which models are asked about a text, and its score, if the second model leaves such scores unsettled."""
    asked, models, words = [], passes.load(fast), split(text)
    changed = replace(verdict.load(), unsettled=unsettled)

    def behind(words: Words, encoder: Encoder, lexicon: Lexicon, _: object = None) -> np.ndarray:
        asked.append("encoder")
        return np.full(len(words), -10.0, np.float32)

    def closely(words: Words, *_: object) -> np.ndarray:
        asked.append("language model")
        return np.full(len(words), 12.0, np.float32)

    monkeypatch.setattr(scores, "hidden_ratio", behind)
    monkeypatch.setattr(scores, "_by_sentence", closely)
    monkeypatch.setattr(scores.verdicts, "load", lambda: changed)
    return asked, scores.score([(words, models.encoder.visible(words, passes.SUSPICION))], models)


SPUN = simulate(ARTICLE, "phrase-thesaurus", seed=5, rate=0.3).text
CLEARLY = simulate(ARTICLE, "wordnet-walk", seed=2, rate=0.4).text


def test_what_is_unsettled_is_put_to_the_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = asked_about(SPUN, (-100.0, 100.0), monkeypatch)
    assert asked == ["encoder", "language model"]
    monkeypatch.undo()
    settled, by_second = asked_about(SPUN, (100.0, 100.0), monkeypatch)
    assert settled == ["encoder"]
    assert found.value > by_second.value
    assert found.rate <= by_second.rate


def test_a_fast_verdict_does_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, _ = asked_about(SPUN, (-100.0, 100.0), monkeypatch, fast=True)
    assert set(asked) == {"encoder"}


def test_what_the_language_model_says_never_settles_a_text_below_what_was_settled_before() -> None:
    model = verdict.load()
    low, high = model.unsettled
    assert verdict.DOUBTED < low < high
    seen = evidence([-9.0] * 200)
    nothing = np.full(200, -10.0, np.float32)
    assert model.third_score(replace(seen, hidden=nothing, sentence=nothing)) == low
    assert model.is_unsettled(low) and not model.is_unsettled(high) and not model.is_unsettled(low - 0.01)


class Doubting:
    """A language model that finds words as they stand so many nats less likely than their options, where it is asked.

    Of the places with something to ask it is asked about the first few.
    """

    def __init__(self, nats: float, most: int = 10_000) -> None:
        self.nats = nats
        self.most = most
        self.places: list[int] = []

    def likelihood(
        self,
        _words: Words,
        _tokens: object,
        place: np.ndarray,
        ptr: np.ndarray,
        _options: object,
        prior: np.ndarray,
        *,
        margin: float,
        most: int,
    ) -> np.ndarray:
        asked = trees._worth_asking(np.maximum(prior, -1e300), ptr, margin, most)
        rows = [i for i in range(len(place)) if asked[ptr[i] : ptr[i + 1]].any()][: self.most]
        said = np.full(len(prior), np.nan, np.float32)
        for i in rows:
            said[ptr[i] : ptr[i + 1]] = -3.0
            said[ptr[i]] -= self.nats
        self.places = place[rows].tolist()
        return said


def sentence_of(text: str, model: Any) -> tuple[np.ndarray, np.ndarray]:
    """What a language model says of each word of a text, and which words are suspicious, as tokens."""
    models, words = passes.load(fast=True), split(text)
    part = words, models.encoder.visible(words, passes.SUSPICION)
    seen = scores.with_sentences(scores.evidence([part], models), [part], models, model)
    assert seen.sentence is not None
    assert seen.sentence.dtype == np.float32 and len(seen.sentence) == len(words)
    return seen.sentence, part[1].places


def test_a_word_that_is_not_suspicious_fits_and_one_that_is_counts_as_the_model_says() -> None:
    model = Doubting(7.0)
    sentence, suspicious = sentence_of(SPUN, model)
    assert np.isfinite(sentence).all()
    assert 20 < len(model.places) < len(suspicious) < len(sentence)
    assert set(model.places) <= set(suspicious.tolist())
    assert set(np.delete(sentence, suspicious).tolist()) == {scores._FITTING}
    assert sentence[model.places] == pytest.approx(np.full(len(model.places), 7.0), abs=1e-2)


def test_a_suspicious_word_that_the_model_was_not_asked_about_counts_as_the_reader_says() -> None:
    few, none = Doubting(7.0, most=5), Doubting(7.0, most=0)
    (sentence, suspicious), (by_reader, _) = sentence_of(SPUN, few), sentence_of(SPUN, none)
    assert (len(few.places), len(none.places)) == (5, 0)
    others = np.setdiff1d(suspicious, few.places)
    assert sentence[others].tolist() == by_reader[others].tolist()
    assert np.isfinite(by_reader).all() and np.ptp(by_reader[others]) > 5
    assert (sentence[few.places] != by_reader[few.places]).all()


def test_a_text_without_suspicious_words_fits_throughout() -> None:
    sentence, suspicious = sentence_of("It is in the house and on the table.", Doubting(7.0))
    assert not len(suspicious)
    assert set(sentence.tolist()) == {scores._FITTING}


def test_parts_of_a_document_are_asked_about_one_after_the_other() -> None:
    models = passes.load(fast=True)
    parts = [(words, models.encoder.visible(words, passes.SUSPICION)) for words in map(split, (SPUN[:700], SPUN[700:]))]
    model: Any = Doubting(7.0)
    both = scores.with_sentences(scores.evidence(parts, models), parts, models, model).sentence
    single = [scores.with_sentences(scores.evidence([part], models), [part], models, model).sentence for part in parts]
    assert both is not None
    assert both.tolist() == [value for some in single if some is not None for value in some.tolist()]


def test_a_swapped_word_is_worse_in_its_sentence_than_what_it_stands_for() -> None:
    text = "The council said on Tuesday that the {} would open to lorries before the end of the month."
    at = split(text.format("bridge")).lower.index("bridge")
    honest, spun = (sentence_of(text.format(word), causal.load())[0][at] for word in ("bridge", "span"))
    assert honest < spun
    assert spun > 0


def test_a_swapped_word_is_worse_in_its_place_than_what_it_stands_for() -> None:
    models = passes.load()
    text = "The council said on Tuesday that the {} would open to lorries before the end of the month."
    honest, spun = split(text.format("bridge")), split(text.format("span"))
    at = honest.lower.index("bridge")
    found, other = (ratios.hidden_ratio(words, models.encoder, models.lexicon) for words in (honest, spun))
    assert found[at] < other[at]
    assert np.isnan(found[~honest.is_word]).all()


def test_a_spun_paragraph_in_an_honest_page_is_found_and_named() -> None:
    spun = simulate(ARTICLE, "wordnet-walk", seed=3, rate=0.4).text
    honest = (EXAMPLES / "clinic.txt").read_text(encoding="utf-8")
    page = honest.strip() + "\n\n" + spun.strip() + "\n\n" + honest.strip()
    reading = unspin.read(page)
    assert reading.spun
    covered = np.zeros(len(page), bool)
    for start, end in reading.passages:
        covered[start:end] = True
    begin = page.index(spun.strip())
    assert covered[begin : begin + len(spun.strip())].mean() > 0.8
    assert covered[: len(honest.strip())].mean() < 0.3
    assert assess(page).passages == reading.passages


def test_a_page_that_is_spun_throughout_is_one_passage_and_an_honest_one_none() -> None:
    spun = simulate(ARTICLE, "wordnet-walk", seed=3, rate=0.4).text
    assert unspin.read(spun).passages == ((0, len(spun)),)
    assert unspin.read(ARTICLE).passages == ()


def hidden_words_of(
    text: str, monkeypatch: pytest.MonkeyPatch, *, fast: bool = True
) -> tuple[scores.Score, list[np.ndarray | None]]:
    """The score of a text, and which of its tokens the encoder was asked about behind masks, again and again; None for all."""
    asked: list[np.ndarray | None] = []
    read = ratios.hidden_ratio

    def noted(words: Words, encoder: Encoder, lexicon: Lexicon, here: np.ndarray | None = None) -> np.ndarray:
        asked.append(here)
        return read(words, encoder, lexicon, here)

    with monkeypatch.context() as patch:
        patch.setattr(scores, "hidden_ratio", noted)
        models, words = passes.load(fast), split(text)
        return scores.score([(words, models.encoder.visible(words, passes.SUSPICION))], models), asked


def test_where_what_is_in_sight_is_clear_a_part_is_asked_for_its_hidden_words(monkeypatch: pytest.MonkeyPatch) -> None:
    models, words = passes.load(fast=True), split(CLEARLY)
    parts = [(words, models.encoder.visible(words, passes.SUSPICION))]
    assert verdict.load().first_score(scores.evidence(parts, models)) > verdict.CLEAR
    found, (part,) = hidden_words_of(CLEARLY, monkeypatch)
    monkeypatch.setattr(verdict, "CLEAR", 100.0)
    whole, (*_, none) = hidden_words_of(CLEARLY, monkeypatch)
    assert none is None
    assert part is not None and 0 < part.sum() < 0.7 * len(words)
    assert found.value == pytest.approx(whole.value, abs=2.0)


def test_a_window_settles_an_honest_document_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = replace(verdict.load(), doubt=-100.0)
    monkeypatch.setattr(verdict, "CLEAR", 1_000.0)
    monkeypatch.setattr(scores.verdicts, "load", lambda: doubtful)
    found, asked = hidden_words_of(ARTICLE, monkeypatch)
    assert len(asked) == 1 and asked[0] is not None
    assert 0 < asked[0].sum() < 0.3 * len(split(ARTICLE))
    assert found.value < verdict.AS_WRITTEN
    closely, every = hidden_words_of(ARTICLE, monkeypatch, fast=False)
    assert every == [None]  # what is read closely may be found by its other words
    assert closely.value < found.value + 3


def test_where_a_window_does_not_settle_it_all_are_asked_and_none_is_read_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoder = passes.load(fast=True).encoder
    monkeypatch.setattr(verdict, "CLEAR", 100.0)

    def read(glances: tuple[int, ...]) -> tuple[scores.Score, int, int]:
        monkeypatch.setattr(scores, "_GLANCES", glances)
        encoder._see_hidden.cache_clear()
        found, asked = hidden_words_of(SPUN, monkeypatch)
        return found, len(asked), encoder._see_hidden.cache_info().misses

    found, times, windows = read((1, 2))
    assert (found, windows) == (read(())[0], read(())[2])
    assert (times, read(())[1]) == (3, 1)


def test_the_clearest_part_of_a_document_is_its_spun_paragraph() -> None:
    models = passes.load(fast=True)
    honest = (EXAMPLES / "clinic.txt").read_text(encoding="utf-8")
    parts = [(words, models.encoder.visible(words, passes.SUSPICION)) for words in (split(honest), split(SPUN))]
    first, second = np.split(
        scores.clearest(scores.evidence(parts, models), scores.windows_of(parts, models)), [len(parts[0][0])]
    )
    assert not first.any() and second.any()


def test_shares_are_of_what_was_asked() -> None:
    seen = evidence([3.0, -6.0, -6.0] * 60)
    hidden = np.tile(np.array([6.0, -3.0, -3.0], np.float32), 60)
    part = np.arange(180) < 90
    names = ["agreed", "better", "far_better"]
    whole = verdict.statistics(replace(seen, hidden=hidden), names)
    some = verdict.statistics(replace(seen, hidden=np.where(part, hidden, np.nan), asked=part), names)
    assert some == pytest.approx(whole, rel=0.06)


def spread(words: int, below: float, above: float = -6.5) -> verdict.Evidence:
    """A text with an odd word now and then that scores a little less than some value, by what is in sight."""
    gaps = (np.where(np.arange(words) % gap < 1, 2.0, -6.0) for gap in np.arange(3, 200, 0.1))
    return next(seen for seen in map(evidence, gaps) if above < verdict.load().first_score(seen) < below)


def test_a_long_text_with_little_left_is_at_rest_where_the_point_is_strict() -> None:
    model = verdict.load()
    long = spread(900, verdict.AT_REST - 0.2)
    assert model.asks(long, 1e-2)
    assert not model.asks(long, verdict.STRICT)
    assert model.asks(spread(300, verdict.AT_REST - 0.2, -5.0), verdict.STRICT)
    assert not model.asks(evidence([-6.0] * 300), 1.0)


def test_what_is_spread_over_a_very_long_text_is_at_rest_and_what_is_dense_is_not() -> None:
    model = verdict.load()
    little = spread(3 * verdict.VERY_LONG, verdict.AT_REST_IF_SPREAD - 0.1, verdict.AT_REST)
    assert not model.asks(little, verdict.STRICT)
    assert model.asks(spread(1_000, verdict.AT_REST_IF_SPREAD - 0.1, verdict.AT_REST), verdict.STRICT)
    texts = (evidence([*[2.0, -3.0, -3.0] * size, *[-6.0] * verdict.VERY_LONG]) for size in range(20, 300, 5))
    dense = next(text for text in texts if model.first_score(text) > verdict.AT_REST)
    assert model.first_score(dense) < verdict.AT_REST_IF_SPREAD
    assert model.asks(dense, verdict.STRICT)


def test_a_page_copied_many_times_is_as_spun_and_as_long_as_one_copy() -> None:
    page = simulate(ARTICLE, "fluent-synonyms", seed=4, rate=0.12).text + "\n\n"
    once, often = assess(page), assess(page * 60)
    assert once.spun and often.spun
    assert often.false_positive_rate == pytest.approx(once.false_positive_rate, rel=0.2)


def test_a_sentence_counts_where_it_stands_first() -> None:
    first, second = (
        split("The kiln was warm in the morning. Yes. It broke."),
        split("Yes. The kiln was warm in the morning."),
    )
    again = scores.said_before([first, second])
    assert not again[: len(first)].any()
    assert again[len(first) :].tolist() == [False, False] + [True] * 8
