"""Restoring twice is the same as restoring once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import unspin
from unspin.model.encoder import Visible
from unspin.reader import rounds, stretches
from unspin.reader.passes import Models
from unspin.reader.rounds import Round
from unspin.reading import Substitution
from unspin.settings import Settings
from unspin.spinners import names, simulate
from unspin.text import Words, apply, prose

ARTICLE = (Path(__file__).parent.parent / "examples" / "harbour.txt").read_text(encoding="utf-8")


EVERYTHING = Settings(operating_point=1.0)


class _Encoder:
    """Gives every word the same log-odds of a swap."""

    def __init__(self, odds: float) -> None:
        self.odds = odds

    def visible(self, words: Words, suspicion: float) -> Visible:
        n = len(words)
        return Visible(np.full(n, self.odds, np.float32), np.arange(n), np.zeros((n, 384), np.float32))


def _settle(
    start: str,
    steps: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    odds: float = 9.0,
    chosen: Settings = EVERYTHING,
) -> str:
    """The first word that rounds come to, each changing it by ``steps``; every word is suspected with these log-odds."""

    def made(words: Words, *_: object) -> Round:
        first = words.lower[0]
        to = steps.get(first)
        return Round((Substitution(0, len(first), first, to, 0.9),) if to else (), None)

    monkeypatch.setattr(rounds, "_round", made)
    models = Models(None, _Encoder(odds), None)  # type: ignore[arg-type]
    words = rounds.split(f"{start} two three")
    *_, last = rounds.restore(words, _Encoder(odds).visible(words, 0), models, chosen, {})
    return apply(words.text, last.substitutions).split()[0]


def test_a_chain_of_changes_is_one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settle("a", {"a": "b", "b": "c"}, monkeypatch) == "c"


def test_a_stretch_that_reads_as_written_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"a": "b", "b": "c"}
    assert _settle("a", steps, monkeypatch, odds=-9.0, chosen=Settings()) == "a"
    assert _settle("a", steps, monkeypatch, odds=9.0, chosen=Settings(operating_point=0.5)) == "c"


def test_a_change_taken_back_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settle("a", {"a": "b", "b": "a"}, monkeypatch) == "a"


@pytest.mark.parametrize("start", ["e", "d", "c", "b"])
def test_a_circle_ends_at_the_same_text_from_everywhere(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settle(start, {"e": "d", "d": "c", "c": "b", "b": "d"}, monkeypatch) == "b"


@pytest.mark.parametrize("family", [name for name in names() if name != "tortured"])
def test_restoring_twice_is_restoring_once(family: str) -> None:
    spun = simulate(ARTICLE, family, seed=3, rate=0.3).text
    restored = unspin.restore(spun)
    assert restored != spun
    assert unspin.restore(restored) == restored


WITH_TERMS = (
    " The boats were told apart by an irregular backwoods that had\nlearned their sounds, and an ai\ncalculation then counted"
    " them all. The stations that are nearest area unit read twice."
)
TERMS_RESTORED = (
    " a random forest that had\nlearned their sounds, and a machine\nlearning algorithm then counted",
    " are read twice.",
)


@pytest.mark.parametrize("family", ["tortured", "wordnet-walk", "rewriter"])
def test_restoring_terms_twice_is_restoring_them_once(family: str) -> None:
    spun = simulate(ARTICLE, family, seed=3, rate=0.2).text.rstrip() + WITH_TERMS
    restored = unspin.restore(spun)
    assert all(part in restored for part in TERMS_RESTORED)
    assert unspin.restore(restored) == restored


def test_terms_are_restored_in_every_stretch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "STRETCH", 8)
    paragraphs = simulate(ARTICLE, "wordnet-walk", seed=3, rate=0.3).text.rstrip().split("\n\n")
    spun = "\n\n".join(paragraph + WITH_TERMS for paragraph in paragraphs)
    assert len(list(stretches.stretches(rounds.split(prose(spun).text)))) > 2
    restored = unspin.restore(spun)
    assert restored.count("random forest") == restored.count("machine\nlearning algorithm") == len(paragraphs) > 2
    assert unspin.restore(restored) == restored


def test_hyphens_inside_a_term_stay() -> None:
    terms = " They trained a counterfeit-neural-network model for it. The mean-square blunder was small."
    restored = unspin.restore(simulate(ARTICLE, "wordnet-walk", seed=3, rate=0.3).text.rstrip() + terms)
    assert "an artificial-neural-network model" in restored
    assert "The mean-square error was small" in restored


def test_terms_in_a_long_quotation_are_restored_once() -> None:
    said = (
        "We told the boats apart by an irregular backwoods, and a counterfeit consciousness counted the rest by night"
    )
    spun = f"{simulate(ARTICLE, 'wordnet-walk', seed=3, rate=0.3).text.rstrip()} “{said},” she said.\n"
    reading = unspin.read(spun)
    assert "by a random forest, and an artificial intelligence" in reading.quotations[-1].restored
    inside = [s for s in reading.substitutions if s.start > spun.index("“We told")]
    assert len(inside) >= 4 and all(s.quoted for s in inside)
    assert unspin.restore(reading.restored) == reading.restored


def test_what_is_left_open_stays_open_until_it_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(words: Words, *_: object) -> Round:
        first, second, third = words.lower
        guess = (Substitution(len(first) + 1, len(first) + 1 + len(second), second, second, 0.1, (("2", 0.4),)),)
        end = len(words.text)
        if first == "a":  # both others are suspicious here
            last = Substitution(end - len(third), end, third, third, 0.1, (("3", 0.3),))
            return Round((Substitution(0, 1, "a", "bee", 0.9),), None, (*guess, last))
        if third == "three":  # the second no longer is, and the third is changed
            return Round((Substitution(end - len(third), end, third, "3", 0.9),), None)
        return Round((), None)

    monkeypatch.setattr(rounds, "_round", made)
    monkeypatch.setattr(rounds, "asks", lambda *_: True)
    words = rounds.split("a two three")
    models = Models(None, _Encoder(9.0), None)  # type: ignore[arg-type]
    *_, last = rounds.restore(words, models.encoder.visible(words, 0), models, Settings(), {})
    assert [(s.found, s.original) for s in last.all] == [("a", "bee"), ("two", "two"), ("three", "3")]
