"""The reader's promises: replay, idempotence, honesty byte for byte, one result in any batch."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unspin
from tests.test_features import suspect
from unspin.errors import InputError, OptionError
from unspin.model import encoder, posterior, verdict
from unspin.reader import assess, passes, progress, substitutions
from unspin.reader.dictionary import known_swaps
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
        (
            "Our list: " + ", ".join(f"`odd phrase {word}` = the plain one" for word in "abcdefghijkl") + ".",
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


def test_thirty_words_are_enough() -> None:
    words = (SENTENCE * 2).split()
    assert Note.TOO_SHORT in unspin.read(" ".join(words[:29])).notes
    assert unspin.read(" ".join(words[:30])).notes == ()


def test_a_capital_inside_a_sentence_takes_from_the_odds() -> None:
    """The encoder sees no capitals, so the same text with a name in it differs at that place alone, and by just as much."""
    plain, name = (
        passes.load().encoder.visible(split(f"They left the harbour and came to {town} in the rain."), -99.0).swap
        for town in ("haven", "Haven")
    )
    assert plain[7] - name[7] == pytest.approx(4.0)
    assert np.delete(plain, 7).tolist() == np.delete(name, 7).tolist()


# --- what may be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [unspin.read, unspin.restore, assess, lambda text: next(unspin.read_many([text]))])
@pytest.mark.parametrize(("text", "named"), [(None, "NoneType"), (b"", "bytes; decode it first"), (7, "int")])
def test_what_is_no_text_is_a_type_error_that_says_so(read: Callable[[Any], object], text: object, named: str) -> None:
    with pytest.raises(TypeError, match=f"^a document must be a str, not {named}"):
        read(text)


@pytest.mark.parametrize("texts", ["one text", b"one text"])
def test_a_single_text_is_not_several(texts: Any) -> None:
    with pytest.raises(TypeError, match=r"several texts.*unspin\.read"):
        unspin.read_many(texts)


@pytest.mark.parametrize(
    ("choice", "named"),
    [
        ({"operating_point": 5}, "operating point 5: not between 0 and 1"),
        ({"operating_point": "0.1"}, "operating point '0.1'"),
        ({"dictionary": "words.json"}, "dictionary 'words.json': give a pathlib.Path or a mapping"),
        ({"deep": "model.gguf"}, "deep 'model.gguf': give a pathlib.Path"),
        ({"tortured": 1}, "tortured 1: give True or False"),
    ],
)
def test_a_setting_out_of_range_is_an_option_error(choice: dict[str, Any], named: str) -> None:
    for read, texts in ((unspin.read, "a text"), (unspin.restore, "a text"), (unspin.read_many, ["a text"])):
        with pytest.raises(OptionError, match=f"^{re.escape(named)}"):
            read(texts, **choice)  # type: ignore[operator]


def test_keywords_go_before_the_settings() -> None:
    text, strict = spun(3), unspin.Settings(operating_point=1e-9, dictionary={"the": "xyzzy"})
    assert unspin.read(text, strict) == unspin.read(text, operating_point=1e-9, dictionary={"the": "xyzzy"})
    assert unspin.read(text, unspin.Settings(operating_point=1e-12)).spun is False
    assert unspin.read(text, unspin.Settings(operating_point=1e-12), operating_point=0.5).spun is True
    assert list(unspin.read_many([text], strict)) == [unspin.read(text, strict)]


@pytest.mark.parametrize("content", ['{"found": "original"}', "found\toriginal\n"])
def test_a_dictionary_may_be_a_file(content: str, tmp_path: Path) -> None:
    file = tmp_path / "dictionary"
    file.write_text(content.replace("found", "Moor").replace("original", "Xyzzy"), encoding="utf-8")
    assert known_swaps(file) == {"moor": "xyzzy"}
    for broken in ("{broken", '{"moor": 1}'):
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(InputError, match="not a dictionary"):
            unspin.read_many([], dictionary=file)
    for empty in ("", "\n", "{}"):
        file.write_text(empty, encoding="utf-8")
        with pytest.raises(InputError, match="without a pair"):
            unspin.read_many([], dictionary=file)
    file.write_text("moor\txyzzy\nmoor\tbergen\n", encoding="utf-8")
    assert known_swaps(file) == {}


def test_a_reading_is_shown_in_one_short_line() -> None:
    reading = unspin.read(spun(3))
    shown = repr(reading)
    assert shown.startswith(f"Reading(spun=True, score={reading.score:g}, words={reading.words},")
    assert f"substitutions={len(reading.substitutions)}, text={reading.text[:40] + '…'!r})" in shown
    assert "\n" not in shown and len(shown) < 200
    assert repr(unspin.read("Short.")).endswith("text='Short.')")


def test_the_package_lists_what_it_offers() -> None:
    assert dir(unspin) == sorted(unspin.__all__)
    assert all(getattr(unspin, name) is not None for name in dir(unspin))
    with pytest.raises(AttributeError, match="no attribute 'reed'"):
        unspin.reed  # noqa: B018


def test_the_package_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "unspin", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"unspin {unspin.__version__}\n"


# --- watching ---------------------------------------------------------------------------------------------------------


class _Stop(Exception):
    pass


def test_a_watch_is_called_between_any_two_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a deadline ends a reading in time, however long a stretch is."""
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    shared = passes.load().encoder
    events: list[str] = []
    run = shared._network.session.run

    class Session:
        def run(self, *given: Any) -> Any:
            events.append("window")
            return run(*given)

    monkeypatch.setattr(shared._network, "_session", Session())
    reading = unspin.read(spun(11), watch=lambda done, so_far: events.append("watch"))
    assert reading == unspin.read(spun(11))
    first = events[: len(events) - events[::-1].index("watch")]
    assert first.count("window") > 5
    assert "window window" not in " ".join(first)


@pytest.mark.parametrize("after", [1, 4, 12, 40])
def test_what_a_watch_raises_ends_the_reading(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    calls = 0

    def watch(done: float, so_far: Reading | None) -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            raise _Stop

    with pytest.raises(_Stop):
        unspin.read(spun(4), watch=watch)
    assert calls == after


def test_a_watch_is_told_the_same_reading_until_there_is_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    told: list[tuple[float, Reading | None]] = []
    reading = unspin.read(spun(4), watch=lambda done, so_far: told.append((done, so_far)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[0] == (0.0, None)
    assert told[-1][1] == reading
    assert len({id(so_far) for _, so_far in told}) < len(told) / 3


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


def test_words_that_are_mentioned_do_not_count() -> None:
    words = split('He writes "withinside the" for `in the`, and "by" as ‘via way of’; the rest he leaves as it was.')
    mentioned = [words.lower[i] for i in np.flatnonzero(~verdict.judged(words) & words.is_word)]
    assert mentioned == ["withinside", "the", "in", "the", "by", "via", "way", "of"]
    said = split("\"We went down to the harbour and saw the boats,\" she said. It's Tom's boat, not the girls' own.")
    assert verdict.judged(said)[said.is_word].all()


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
    assert one.shape == (1, passes.load().encoder.width)
    alike = float(one[0] @ both[0] / np.linalg.norm(one[0]) / np.linalg.norm(both[0]))
    assert 0.9 < alike < 0.9999  # the other word is hidden too, so it reads a little otherwise


def test_the_third_pass_hides_every_other_open_word(monkeypatch: pytest.MonkeyPatch) -> None:
    models, words = passes.load(), split(spun(4))
    asked: list[list[int]] = []
    read = models.encoder.hidden

    def hidden(words: Words, tokens: list[str], places: np.ndarray) -> np.ndarray:
        asked.append(places.tolist())
        return read(words, tokens, places)

    gathered = passes.first_evidence(words, models.encoder.visible(words, passes.SUSPICION), models)
    monkeypatch.setattr(models.encoder, "hidden", hidden)
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
