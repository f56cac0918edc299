"""Several spins of one lost article: aligned in columns, decided together, restored."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("rapidfuzz")

import unspin
from benchmarks.siblings import right
from unspin import spinners
from unspin.cli.main import app
from unspin.reading import Reading, Substitution
from unspin.text import apply
from unspin.trace.columns import columns
from unspin.trace.siblings import ALIGNED, consensus, siblings
from unspin.trace.voting import ballots, shared

ROOT = Path(__file__).resolve().parent.parent
CLINIC = (ROOT / "examples" / "clinic.txt").read_text(encoding="utf-8")
HARBOUR = (ROOT / "examples" / "harbour.txt").read_text(encoding="utf-8")
ARTICLE = (
    "The ferry left the old quay before seven, and nobody on the bridge had seen the fog come down. The captain slowed the"
    " engine, sent a boy to the bow with a lamp, and waited for the bell of the island. It took them an hour to cross the"
    " narrow channel, which is a matter of minutes on a clear day. The baker was waiting on the other side with warm bread."
)


def page(*swaps: tuple[str, str, str, float], text: str = ARTICLE, spun: bool = True) -> Reading:
    """A page of the article with ``(written, found, restored, confidence)`` swapped, and read."""
    for written, found, _, _ in swaps:
        assert text.count(written) == 1
        text = text.replace(written, found)
    changes = sorted(
        (
            Substitution(text.index(found), text.index(found) + len(found), found, restored, confidence)
            for _, found, restored, confidence in swaps
            if found != restored
        ),
        key=lambda s: s.start,
    )
    return Reading(
        text=text, restored=apply(text, changes), spun=spun, score=1.0, false_positive_rate=1e-6, share=0.1,
        words=len(text.split()), substitutions=tuple(changes),
    )  # fmt: skip


def test_what_stands_untouched_in_another_page_is_taken() -> None:
    first = page(("captain", "skipper", "skipper", 0), ("narrow", "constricted", "tight", 0.6))
    second = page(("engine", "locomotive", "motor", 0.6))
    made = consensus([first, second, page(), page(("lamp", "lantern", "lantern", 0))])
    assert made.reading.restored == ARTICLE
    assert {(s.found, s.original) for s in made.reading.substitutions} == {
        ("skipper", "captain"), ("constricted", "narrow"),
    }  # fmt: skip
    assert made.aligned == (1.0,) * 4 and made.decided == 4
    assert made.alone[0] is first
    assert apply(first.text, made.reading.substitutions) == made.reading.restored


def test_what_the_others_say_is_of_the_first_page_and_words_that_they_spoiled_stay() -> None:
    made = consensus([page(("captain", "skipper", "skipper", 0)), page(("engine", "locomotive", "engine", 0.6))])
    assert "engine" in made.reading.restored and "locomotive" not in made.reading.restored


def test_a_word_that_the_reader_doubts_stays_where_the_others_have_it_too() -> None:
    doubted = ("baker", "baker", "cook", 0.7)
    others = [page(("lamp", "lantern", "lamp", 0.9)), page(("bell", "buzzer", "bell", 0.9))]
    assert "The cook was" in page(doubted).restored
    assert consensus([page(doubted), *others]).reading.restored == ARTICLE


def test_a_page_beside_itself_gains_nothing() -> None:
    one = page(
        *((word, f"{word}x", word, 0.95) for word in ("ferry", "quay", "captain", "engine", "lamp", "bell", "hour"))
    )
    made = consensus([one, one, one])
    assert made.reading.restored == one.restored
    aligned = columns([one, one, one])
    assert shared(ballots(aligned)) > 0.6 > shared(ballots(columns([one, page()])))


def test_phrases_are_aligned_whole() -> None:
    first = page(("before seven", "prior to the hour of seven", "before seven", 0.9), ("fog", "smog", "smog", 0))
    second = page(("slowed", "made slow", "slowed", 0.9))
    aligned = columns([first, second])
    found = [
        tuple(None if p is None else r.text[p.start : p.end] for p, r in zip(c.places, (first, second), strict=True))
        for c in aligned.columns
    ]
    assert ("prior to the hour of seven", "before seven") in found
    assert ("slowed", "made slow") in found and ("smog", "fog") in found
    assert consensus([first, second]).reading.restored.startswith(ARTICLE[:60])


def test_what_only_one_page_has_is_left_as_its_reading_has_it() -> None:
    own = "Our winter shoes are warm, sturdy and reduced by a third.\n\n"
    first = page(("captain", "skipper", "skipper", 0), text=own + ARTICLE)
    at = first.text.index("sturdy")
    first = page(("captain", "skipper", "skipper", 0), ("sturdy", "burly", "sturdy", 0.8), text=own + ARTICLE)
    made = consensus([first, page()])
    assert made.reading.restored == own + ARTICLE
    assert [(s.start, s.original) for s in made.reading.substitutions] == [
        (at, "sturdy"), (first.text.index("skipper"), "captain"),
    ]  # fmt: skip
    assert 0.8 < made.aligned[1] < 1


def test_no_sibling_has_no_vote() -> None:
    spun = page(("captain", "skipper", "skipper", 0), ("narrow", "constricted", "narrow", 0.9))
    made = consensus([spun, page(text=HARBOUR)])
    assert made.aligned[1] < ALIGNED and made.reading.restored == spun.restored and made.decided == 0
    assert made.reading.substitutions == spun.substitutions


def test_a_page_that_reads_as_written_stays_as_it_is() -> None:
    written = page(spun=False)
    made = consensus([written, page(("captain", "skipper", "skipper", 0)), page(("captain", "skipper", "skipper", 0))])
    assert made.reading is written


def test_how_many_pages() -> None:
    with pytest.raises(ValueError, match="2 to 50"):
        siblings([ARTICLE])
    with pytest.raises(TypeError, match="must be a str"):
        siblings([ARTICLE, b""])  # type: ignore[list-item]


def test_odd_pages_harm_nothing() -> None:
    spun = page(("captain", "skipper", "skipper", 0))
    for other in ("", "…", "Ein Satz auf Deutsch, der hier nicht hingehört.", "\ud800", "the " * 500):
        empty = Reading(text=other, restored=other, spun=False, score=0, false_positive_rate=1.0, share=0, words=0)
        assert consensus([spun, empty]).reading.restored == spun.restored
        assert consensus([empty, spun]).reading.restored == other


# --- with the reader --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spins(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("siblings")
    made = []
    for seed in range(3):
        made.append(folder / f"spin{seed}.txt")
        made[-1].write_text(spinners.simulate(CLINIC, "thesaurus", seed=seed, rate=0.3).text, encoding="utf-8")
    return made


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_three_spins_give_more_of_the_article_than_each_alone(spins: list[Path], tmp_path: Path) -> None:
    code, restored, said = run("restore", *spins, "--siblings")
    assert code == 0 and "2 siblings helped" in said
    alone = unspin.restore(spins[0].read_text(encoding="utf-8"))
    assert right(restored, CLINIC) > right(alone, CLINIC) + 0.02
    out = tmp_path / "mended.txt"
    assert run("restore", *spins, "--siblings", "--in-place-copy", out)[0] == 0
    assert out.read_text(encoding="utf-8") == restored


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{0}", "{1}"), "a second page; one at a time, or --siblings"),
        (("{0}", "--siblings"), "name the other spins"),
        (("{0}", "{1}", "--siblings", "--from", "{2}"), "works without a source"),
        (("{0}", "{1}", "--siblings", "--index", "nowhere"), "works without a source"),
        (("{0}", "{1}", "--siblings", "--mark"), "--mark: needs a source"),
        (("{0}", "missing.txt", "--siblings"), "missing.txt"),
        (("{0}", *["{1}"] * 50, "--siblings"), "name 49 at most"),
    ],
)
def test_what_does_not_go_together_is_one_line(spins: list[Path], arguments: tuple[str, ...], said: str) -> None:
    code, out, error = run("restore", *(argument.format(*spins) for argument in arguments))
    assert (code, out) == (2, "") and said in error and error.count("\n") == 1


def test_who_is_no_sibling_is_named(spins: list[Path]) -> None:
    code, out, said = run("restore", spins[0], ROOT / "examples" / "harbour.txt", "--siblings")
    assert code == 0 and "harbour.txt: no sibling: " in said and out
    code, out, said = run("restore", ROOT / "examples" / "clinic.txt", spins[0], "--siblings")
    assert code == 0 and out == CLINIC and "say nothing against it" in said
