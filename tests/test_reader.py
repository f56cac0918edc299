"""The reader's promises: replay, idempotence, honesty byte for byte, one result in any batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unspin
from tests.test_features import suspect
from unspin.model import encoder, posterior, verdict
from unspin.reader import passes, substitutions
from unspin.reading import Note, Reading
from unspin.spinners import simulate
from unspin.text import Words, apply, split

ROOT = Path(__file__).parent.parent
PROSE = sorted([*(ROOT / "examples").glob("*.txt"), *(ROOT / "benchmarks" / "prose").glob("*.txt")])
SENTENCE = "The council said on Tuesday that the bridge would open to lorries before the end of the month. "

slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def article(name: str = "harbour") -> str:
    return (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")


def spun(seed: int = 3, rate: float = 0.3, family: str = "wordnet-walk") -> str:
    return simulate(article(), family, seed=seed, rate=rate).text


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.stem)
def test_honest_prose_comes_back_byte_for_byte(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reading = unspin.read(text)
    assert not reading.spun
    assert reading.restored == text
    assert reading.substitutions == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spun_prose_is_told_and_mostly_restored(seed: int) -> None:
    specimen = simulate(article(), "wordnet-walk", seed=seed, rate=0.3)
    reading = unspin.read(specimen.text)
    assert reading.spun
    assert reading.false_positive_rate <= 1e-4
    was, now, truth = (split(t).lower for t in (specimen.text, reading.restored, specimen.original))
    wrong_before = sum(a != b for a, b in zip(was, truth, strict=False))
    if len(now) == len(truth):
        wrong_after = sum(a != b for a, b in zip(now, truth, strict=True))
        assert wrong_after < 0.6 * wrong_before


@pytest.mark.parametrize("family", ["wordnet-walk", "fluent-synonyms", "thesaurus", "spinbot", "rewriter"])
def test_replay_and_idempotence(family: str) -> None:
    reading = unspin.read(spun(family=family))
    assert apply(reading.text, reading.substitutions) == reading.restored
    assert unspin.restore(reading.restored) == reading.restored


def test_same_in_any_batch() -> None:
    texts = [spun(1), article("clinic"), SENTENCE * 3, spun(2)]
    alone = [unspin.read(text) for text in texts]
    assert list(unspin.read_many(texts)) == alone
    assert list(unspin.read_many(reversed(texts))) == alone[::-1]


def test_a_text_between_others_reads_the_same_words() -> None:
    first, again = unspin.read(spun(5)), unspin.read(spun(5))
    assert first == again


def test_quotations_are_restored_with_their_speakers() -> None:
    reading = unspin.read(spun(7, rate=0.4))
    altered = [q for q in reading.quotations if q.altered]
    assert altered
    for quotation in reading.quotations:
        assert reading.text[quotation.start : quotation.end] == quotation.found
        assert (quotation.found != quotation.restored) == quotation.altered
    inside = [s for s in reading.substitutions if s.quoted]
    assert inside
    assert all(any(q.start <= s.start and s.end <= q.end for q in reading.quotations) for s in inside)


def test_offsets_are_code_points() -> None:
    text = "🙂 Ünïcödé – " + spun(4) + " 🙂"
    reading = unspin.read(text)
    assert reading.substitutions
    for s in reading.substitutions:
        assert text[s.start : s.end] == s.found
        assert 0 <= s.confidence <= 1


def test_only_swapped_words_change() -> None:
    text = spun(6).replace("\n", "\r\n").replace(" the ", "  the\t")
    reading = unspin.read(text)
    assert reading.spun
    assert reading.restored.count("\r\n") == text.count("\r\n")
    assert reading.restored.count("\t") == text.count("\t")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", Note.TOO_SHORT),
        ("Ten words are too few to judge a text by.", Note.TOO_SHORT),
        (
            "Der Rat sagte am Dienstag, dass die neue Brücke vor Ende des Monats wieder geöffnet werde. " * 5,
            Note.NOT_ENGLISH,
        ),
        (
            "bolts nuts washers screws nails hinges hooks chains ropes paint brushes rollers glue tape " * 4,
            Note.NOT_PROSE,
        ),
        ("\n".join(f"| {i} | {i * 7} | ok | {i}.5 | x{i} |" for i in range(60)), Note.NOT_PROSE),
    ],
)
def test_what_cannot_be_judged_is_said_to_be_so(text: str, note: Note) -> None:
    reading = unspin.read(text)
    assert note in reading.notes
    assert not reading.spun
    assert reading.restored == text
    assert reading.false_positive_rate == 1.0


@slow
@given(st.text(max_size=400))
def test_any_text_reads_and_comes_back(text: str) -> None:
    reading = unspin.read(text)
    assert isinstance(reading, Reading)
    if not reading.substitutions:
        assert reading.restored == text


@slow
@given(
    st.lists(
        st.sampled_from([*"abcé🙂\u200b\u0301.,\"“”'’-\n\t ", *split(SENTENCE).lower, "astatine", "beryllium"]),
        min_size=60,
        max_size=200,
    )
)
def test_forced_restoration_replays_on_any_text(parts: list[str]) -> None:
    text = " ".join(parts)
    reading = unspin.read(text, operating_point=1.0)
    assert apply(text, reading.substitutions) == reading.restored
    for s in reading.substitutions:
        assert text[s.start : s.end] == s.found


def test_the_operating_point_decides() -> None:
    text = simulate(article(), "wordnet-walk", seed=9, rate=0.08).text
    strict, loose = unspin.read(text, operating_point=1e-9), unspin.read(text, operating_point=1.0)
    assert not strict.spun
    assert strict.restored == text
    assert loose.spun
    assert strict.score == loose.score


def test_a_known_dictionary_is_believed() -> None:
    text = spun(3)
    known = {"harbour": "haven"}
    reading = unspin.read(
        text, dictionary={s.found.lower(): "xyzzy" for s in unspin.read(text).substitutions[:3]} | known
    )
    assert "xyzzy" in {s.original.lower() for s in reading.substitutions}


def test_words_without_candidates_are_left_alone() -> None:
    text = "Zxqv wug blick the of and to in that is was for he " * 12
    reading = unspin.read(text, operating_point=1.0)
    assert reading.restored == apply(text, reading.substitutions)
    words = split(SENTENCE)
    decided, _ = passes.decide(words, suspect(words, {}), passes.load(), posterior.load())
    assert len(decided.option) == len(decided.written) == 0


def test_options_far_behind_the_best_go_out_of_play() -> None:
    models = passes.load()
    words = split(spun(4))
    gathered = passes.first_evidence(words, models.encoder.visible(words, passes.SUSPICION), models)
    decided = posterior.decide(gathered, words, models.lexicon, posterior.load().passes[0])
    kept, left = posterior.in_play(gathered, decided)
    assert 0 < len(kept.original) == len(left.option) < 0.9 * len(gathered.original)
    assert kept.place.tolist() == gathered.place.tolist()
    for i in range(len(kept.place)):
        before, after = slice(*gathered.ptr[i : i + 2]), slice(*kept.ptr[i : i + 2])
        options = dict(zip(gathered.original[before].tolist(), decided.option[before].tolist(), strict=True))
        top = max(options.values(), default=0.0)
        assert dict(zip(kept.original[after].tolist(), left.option[after].tolist(), strict=True)) == {
            original: share for original, share in options.items() if share >= 1e-3 * top
        }


def score(log_odds: np.ndarray) -> float:
    return verdict.score(log_odds, np.ones(len(log_odds), bool))


def test_score_is_a_likelihood_ratio() -> None:
    honest, swapped = np.full(200, -6.0, np.float32), np.full(200, -6.0, np.float32)
    swapped[::5] = 4.0
    assert score(honest) < 0 < score(swapped)
    assert score(np.concatenate([swapped, swapped])) == pytest.approx(2 * score(swapped), rel=0.05)
    one_odd_word = honest.copy()
    one_odd_word[3] = 20.0
    assert score(one_odd_word) < 2


def test_an_odd_phrase_is_one_event() -> None:
    phrase, scattered = np.full((2, 150), -7.0, np.float32)
    phrase[60:63] = 3.0
    scattered[[20, 60, 100]] = 3.0
    assert score(phrase) < score(scattered)
    marks_between = np.ones(150, bool)
    marks_between[61] = False
    assert verdict.score(phrase, marks_between) == pytest.approx(score(phrase), abs=0.1)


def test_calibration_is_monotone_and_bounded() -> None:
    calibration = verdict.load()
    rates = [calibration.rate(score) for score in np.linspace(-20, 400, 60)]
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] <= rates[0] <= 1


def test_softmax_with_rest_sums_to_one() -> None:
    ptr = np.array([0, 3, 3, 5])
    option, rest = posterior.softmax_with_rest(np.array([1.0, -2.0, 0.5, 9.0, 700.0]), ptr)
    assert rest[0] + option[:3].sum() == pytest.approx(1)
    assert rest[1] == pytest.approx(1)
    assert rest[2] + option[3:].sum() == pytest.approx(1)
    assert np.isfinite(option).all()


def test_a_window_of_marks_alone_has_nothing_to_ask_about() -> None:
    words = split(". , ; : " * 80 + SENTENCE)
    seen = passes.load().encoder.visible(words, passes.SUSPICION)
    assert (seen.swap[:320] == encoder.NEVER).all()
    assert (seen.swap[words.is_word] > encoder.NEVER).all()


def test_the_context_of_a_word_does_not_depend_on_who_else_is_asked_about() -> None:
    words = split(SENTENCE * 2)
    tokens, read = list(words.lower), passes.load().encoder.hidden
    one, both = read(words, tokens, np.array([4])), read(words, tokens, np.array([4, 20]))
    assert one.shape == (1, encoder.HIDDEN)
    alike = float(one[0] @ both[0] / np.linalg.norm(one[0]) / np.linalg.norm(both[0]))
    assert 0.9 < alike < 0.9999  # the other word is hidden too, so it reads a little otherwise


def test_the_third_pass_hides_every_other_open_word(monkeypatch: pytest.MonkeyPatch) -> None:
    models, words = passes.load(), split(spun(4))
    asked: list[list[int]] = []
    read = models.encoder.hidden

    def hidden(words: Words, tokens: list[str], places: np.ndarray) -> np.ndarray:
        asked.append(places.tolist())
        return read(words, tokens, places)

    monkeypatch.setattr(models.encoder, "hidden", hidden)
    gathered = passes.first_evidence(words, models.encoder.visible(words, passes.SUSPICION), models)
    passes.decide(words, gathered, models, posterior.load())
    second, even, odd = asked
    assert len(even) - len(odd) in (0, 1)
    assert not set(even) & set(odd)
    third = sorted([*even, *odd])
    assert even == third[::2]
    assert set(third) <= set(gathered.place.tolist())
    assert set(second) <= set(gathered.place.tolist())


def test_a_doubled_article_in_a_spun_text_loses_one() -> None:
    words = split("It was the the harbour, and the boats.")
    places = np.arange(len(words))
    seen = encoder.Visible(np.full(len(words), 5.0, np.float32), places, np.zeros((len(words), 384), np.float32))
    nothing = posterior.Posterior(np.empty(0), np.empty(0), np.full(4, 0.25), 0.3)
    found = substitutions.decisions(words, seen, suspect(words, {}), nothing, passes.load().lexicon, {})
    assert apply(words.text, substitutions.edits(words, found)) == "It was the harbour, and the boats."
