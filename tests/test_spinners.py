"""Spinners: every family keeps what it does not swap, and its answer key undoes what it does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unspin.lexicon
from unspin import spinners
from unspin.errors import OptionError
from unspin.lexicon import CHANNELS, GRAPHS, Lexicon
from unspin.spinners import Edit, align, eligible, families, simulate
from unspin.spinners.eligibility import FUNCTION_WORDS
from unspin.spinners.phrases import Entries
from unspin.spinners.quirks import Quirks, draw_quirks, quirk_edits
from unspin.spinners.rewriter import RULES
from unspin.spinners.simulate import render
from unspin.spinners.spinbot import SpinBot
from unspin.spinners.tortured import Tortured
from unspin.spinners.words import ONE_PASS, WALK, swap_words
from unspin.text import apply, removal_span, split

ROOT = Path(__file__).parent.parent
PROSE = sorted((ROOT / "benchmarks" / "prose").glob("*.txt")) + sorted((ROOT / "examples").glob("*.txt"))
PAIRS = (
    ("profound learning", "deep learning"),
    ("machine erudition", "machine learning"),
    ("motor studying", "machine learning"),
    ("neural organisation", "neural network"),
    ("environment upheaval", "climate change"),
    ("exists", "is"),
)
STEPS = {
    "boat": ("ship", "craft"), "ship": ("tube", "craft"), "at": ("astatine",), "or": ("oregon",),
    "new": ("recent", "unused"), "recent": ("modern", "late"), "wind": ("breeze", "coil"), "was": ("personified",),
    "harbour": ("haven", "seaport"), "old": ("aged", "erstwhile"), "found": ("discover", "launched"),
    "is": ("exists",), "she": ("ego",), "town": ("township",), "market": ("mart",), "said": ("aforesaid", "told"),
    "told": ("said", "narrated"), "mart": ("market",), "township": ("town",), "aged": ("old",),
    "oregon": ("or",), "astatine": ("at",),
}  # fmt: skip


def tiny_lexicon(steps: Mapping[str, tuple[str, ...]]) -> Lexicon:
    """A lexicon with the same steps, equally likely, in every graph and no candidates."""
    forms = list(dict.fromkeys([*steps, *(term for terms in steps.values() for term in terms)]))
    rows = [[forms.index(term) for term in steps.get(form, ())] for form in forms]
    ptr = np.cumsum([0, *map(len, rows)]).astype(np.uint32)
    arrays: dict[str, np.typing.NDArray[np.generic]] = {
        "stem": np.arange(len(forms), dtype=np.uint32),
        "forms": np.frombuffer("\n".join(forms).encode(), np.uint8),
        "vocabulary": np.array(len(forms)),
        "frequency": np.zeros(len(forms), np.uint8),
        "cand_ptr": np.zeros(len(forms) + 1, np.uint32),
        "cand_original": np.zeros(0, np.uint16),
        "cand_channel": np.zeros((0, len(CHANNELS)), np.uint8),
    }
    for name in GRAPHS:
        arrays[f"{name}_ptr"] = ptr
        arrays[f"{name}_term"] = np.array([term for row in rows for term in row], np.uint32)
        arrays[f"{name}_weight"] = np.full(int(ptr[-1]), 255, np.uint8)
    return Lexicon(arrays)


LEXICON = tiny_lexicon(STEPS)


@pytest.fixture(autouse=True, scope="module")
def _small_world() -> Iterator[None]:
    """A small lexicon and a small list of tortured phrases, so that tests do not hang on the shipped data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unspin.lexicon, "load", lambda path=None: LEXICON)
        patch.setattr(families, "FAMILIES", (*families.FAMILIES[:-1], Tortured(PAIRS)))
        yield


# --- the answer key ---------------------------------------------------------------------------------------------------

_FRAGMENTS = [
    *STEPS, "The", "the", "a", "an", "She", "OLD", "Wind", "McBoat", "Boat", "deep learning", "in the", "is", "also",
    "Market", "3.5", "2nd", "—", "…", '"', "’", ".", "!", "\n", "\r\n", "\t", " ", "  ", "\u2028", "é", "İ", "ß", "ﬁ",
    "e\u0301", "\u0301", "中文", "👩‍🚀", "_", "don’t", "(", ")", "-",
]  # fmt: skip
anything = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(st.sampled_from(_FRAGMENTS), st.text(max_size=3)), max_size=20).map("".join),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=40).map(" ".join),
)


@given(anything, st.sampled_from(families.FAMILIES), st.integers(0, 2**40), st.floats(0.01, 1))
@settings(max_examples=100, deadline=None)
def test_the_answer_key_gives_the_original_for_any_text(text: str, family: object, seed: int, rate: float) -> None:
    specimen = simulate(text, family.name, seed=seed, rate=rate)  # type: ignore[attr-defined]
    assert apply(specimen.text, specimen.swaps) == specimen.original == text
    for swap in specimen.swaps:
        assert specimen.text[swap.start : swap.end] == swap.found != swap.original


@given(anything, st.dictionaries(st.text(max_size=6), st.text(max_size=6)), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_dictionary_can_be_undone(text: str, dictionary: dict[str, str], thinned: bool) -> None:
    dictionary |= dict.fromkeys(text.lower().split()[:3], "x")
    specimen = simulate(text, "wordnet-step", seed=1, rate=0.4 if thinned else None, dictionary=dictionary)
    assert apply(specimen.text, specimen.swaps) == text


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", spinners.names())
def test_prose_is_spun_and_comes_back(path: Path, name: str) -> None:
    text = path.read_text(encoding="utf-8")
    specimen = simulate(text, name, seed=11)
    assert apply(specimen.text, specimen.swaps) == text
    assert (specimen.spinner, specimen.seed, specimen.original) == (name, 11, text)


def test_the_evaluation_prose_has_the_size_it_should() -> None:
    sizes = {path.stem: len(path.read_text(encoding="utf-8").split()) for path in PROSE}
    assert len(sizes) == 14
    assert all(250 <= size <= 400 for name, size in sizes.items() if name not in ("harbour", "clinic"))
    assert all(400 <= sizes[name] <= 500 for name in ("harbour", "clinic"))


# --- what is spared ---------------------------------------------------------------------------------------------------

SPARED = (
    "New boats. She saw the NEW boat at Wind Point\t(at 3.5 m)  or  the OLD boat;"
    " 2 new wind-blown men said: “Boat!”\r\n"
)


@pytest.mark.parametrize("name", [name for name in spinners.names() if name.startswith(("wordnet", "thesaurus"))])
def test_names_capitals_figures_and_spaces_are_spared(name: str) -> None:
    for seed in range(20):
        specimen = simulate(SPARED, name, seed=seed, rate=1)
        kept = [token for token in ("NEW", "Wind Point\t(", "3.5 m)  ", "OLD", "; 2 ", "-blown men ", ": “", "\r\n")]
        assert all(token in specimen.text for token in kept)
        assert re.sub(r"[^\W\d_]+", "w", specimen.text) == re.sub(r"[^\W\d_]+", "w", SPARED)


def test_a_capital_follows_at_the_start_of_a_sentence_only() -> None:
    started = {simulate("New boats. She is at sea.", "wordnet-step", seed=s, rate=1).text for s in range(30)}
    assert any(text.startswith("Recent boats. ") for text in started)
    assert any(". Ego " in text for text in started)
    walked = [simulate("New boats. She is at sea.", "wordnet-walk", seed=s, rate=1).text for s in range(30)]
    assert all(text.startswith("New boats. She ") for text in walked)
    assert any("astatine" in text for text in walked)


def test_eligible_tokens() -> None:
    words = split('The boat of Ann. Old men (Even) saw NATO 3rd iPads! "Yes" it\'s Mr. Smith')
    lower = [words.surface(i) for i in np.flatnonzero(eligible(words, capitals=False)).tolist()]
    assert lower == ["boat", "of", "men", "saw", "it's"]
    more = [words.surface(i) for i in np.flatnonzero(eligible(words, capitals=True)).tolist()]
    assert more == ["The", "boat", "of", "Old", "men", "saw", "Yes", "it's", "Smith"]
    assert not len(eligible(split(""), capitals=True))


# --- settings ---------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_specimen() -> None:
    text = PROSE[0].read_text(encoding="utf-8")
    for name in spinners.names():
        assert simulate(text, name, seed=5) == simulate(text, name, seed=5)
    assert len({simulate(text, "wordnet-walk", seed=seed).text for seed in range(5)}) == 5


def test_the_rate_is_a_share_of_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    known = [first + second for first in "bdgklmnprt" for second in ("ane", "ede", "ine", "ose", "une")]
    lexicon = tiny_lexicon({word: (known[i - 1], known[i + 1 - len(known)]) for i, word in enumerate(known)})
    monkeypatch.setattr(unspin.lexicon, "load", lambda path=None: lexicon)
    text = " ".join(random.choice([*known, "Name", "77"], 1_000))
    for name in ("wordnet-walk", "fluent-synonyms", "thesaurus", "spinbot"):
        for rate in (0.1, 0.4):
            shares = [len(simulate(text, name, seed=seed, rate=rate).swaps) / 1_000 for seed in range(3)]
            assert np.mean(shares) == pytest.approx(rate, abs=0.04)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"spinner": "nonsense", "seed": 1}, "choose one of wordnet-walk, "),
        ({"spinner": "rewriter", "seed": -1}, "from 0"),
        ({"spinner": "rewriter", "seed": 1, "rate": 0.0}, "give a share such as 0.3"),
        ({"spinner": "rewriter", "seed": 1, "rate": 1.1}, "give a share such as 0.3"),
    ],
)
def test_wrong_settings_are_named(asked: dict[str, object], says: str) -> None:
    with pytest.raises(OptionError, match=re.escape(says)):
        simulate("A text.", **asked)  # type: ignore[arg-type]


def test_families_are_named_and_described() -> None:
    assert len(set(spinners.names())) == len(spinners.names()) == 13
    assert all(len(spinners.about(name)) > 20 for name in spinners.names())
    assert all(0 < family.rate <= 1 for family in families.FAMILIES)
    with pytest.raises(OptionError, match="no such family"):
        spinners.about("nonsense")


# --- dictionaries -----------------------------------------------------------------------------------------------------


def test_a_given_dictionary_is_used_everywhere_longest_first() -> None:
    dictionary = {"press conference": "clicking convention", "press": "push", "or": "oregon", "press\ngang": "hall"}
    text = "Press conference or press? A press\nconference; the PRESS or Press."
    spun = simulate(text, "wordnet-step", seed=0, dictionary=dictionary)
    assert spun.text == "Clicking convention oregon push? A push\nconference; the PRESS oregon Press."
    first, second, *_ = map(tuple, spun.swaps)
    assert first == (0, 19, "Clicking convention", "Press conference")
    assert second == (20, 26, "oregon", "or")
    lower = simulate(text, "wordnet-walk", seed=0, dictionary=dictionary)
    assert lower.text.startswith("Press conference oregon push?")


def test_entries_are_thinned_whole() -> None:
    text = "at or new " * 30
    dictionary = {"at": "astatine", "or": "oregon", "new": "modern"}
    specimens = [simulate(text, "thesaurus", seed=n, rate=0.33, dictionary=dictionary) for n in range(40)]
    used = {frozenset(swap.found for swap in specimen.swaps) for specimen in specimens}
    assert used == {frozenset([term]) for term in dictionary.values()}


def test_a_drawn_dictionary_spins_many_texts_alike() -> None:
    dictionary = spinners.draw_dictionary("wordnet-walk", seed=3)
    assert dictionary["at"] == "astatine"
    assert dictionary == spinners.draw_dictionary("wordnet-walk", seed=3)
    assert any(spinners.draw_dictionary("wordnet-walk", seed=n)["new"] in ("modern", "late") for n in range(20))
    with pytest.raises(OptionError, match="not a family of word spinners"):
        spinners.draw_dictionary("rewriter", seed=3)


def test_every_rule_of_the_rewriter_has_terms_to_choose_from() -> None:
    assert len(RULES) > 200
    for phrase, terms in RULES.items():
        assert phrase == " ".join(phrase.lower().split()) != ""
        assert terms and len(set(terms)) == len(terms)
        assert all(term == term.strip() and term not in ("", phrase) for term in terms)


def test_phrases_are_found_only_where_every_word_may_be_touched() -> None:
    words = split("Deep learning, deep Learning, deep  learning, deep-learning, deep learning")
    found = Entries(("deep learning", "learning", "deep")).find(words, eligible(words, capitals=True))
    assert [(match.begin, match.entry) for match in found] == [(0, 0), (3, 2), (6, 2), (7, 1), (9, 2), (11, 1), (13, 0)]


# --- words ------------------------------------------------------------------------------------------------------------


def test_the_random_stream_of_word_spinners_is_pinned() -> None:
    """Trained weights and published figures rest on it: a change makes every specimen another one."""
    words = split("a new boat at the old harbour or a new market at the town said she was at the boat or in wind " * 3)
    after = swap_words(
        WALK, LEXICON, LEXICON.ids(words.lower), eligible(words, capitals=False), 0.4, np.random.default_rng(2024)
    )
    assert " ".join(LEXICON.forms[f] for f in after[after >= 0]) == PINNED


PINNED = (
    "recent craft aged haven oregon recent mart aforesaid ego craft oregon recent craft aged haven recent mart"
    " aforesaid ego personified craft oregon recent craft haven oregon recent ego personified oregon"
)


def test_a_dictionary_is_fixed_and_skips_some() -> None:
    text = "the new boat at the old harbour or the new market " * 30
    missed = 0
    for seed in range(10):
        specimen = simulate(text, "wordnet-walk", seed=seed, rate=1)
        terms = defaultdict(set)
        for swap in specimen.swaps:
            terms[swap.original].add(swap.found)
        assert all(len(found) == 1 for found in terms.values())
        missed += sum(0 < specimen.text.split().count(word) < 30 for word in terms)
    assert missed


# --- quirks -----------------------------------------------------------------------------------------------------------


def test_quirks_are_of_the_described_kinds() -> None:
    drawn = [draw_quirks(np.random.default_rng(seed)) for seed in range(300)]
    terms = {pair for quirks in drawn for pair in quirks.terms.items()}
    assert {("where", "wherever"), ("who", "whoever"), ("somebody", "body"), ("everything", "thing")} <= terms
    assert all(found.endswith(("ever", "est", "thing", "one", "body", "most")) for _, found in terms)
    assert 0.4 < sum(bool(quirks.adverb) for quirks in drawn) / len(drawn) < 0.6
    assert all("is" in quirks.verbs for quirks in drawn)


def test_an_adverb_goes_between_be_and_an_article() -> None:
    quirks = Quirks("merely", frozenset(["is"]), {"where": "wherever"})
    words = split("It is a boat, was a boat, is\nthe boat, is A boat, IS a boat where")
    for seed in range(20):
        edits = quirk_edits(quirks, words, eligible(words, capitals=False), np.random.default_rng(seed))
        if len(edits) == 3:
            break
    specimen = render(words, tuple(edits), "", 0)
    assert specimen.text == "It is merely a boat, was a boat, is merely\nthe boat, is A boat, IS a boat wherever"
    for swap in specimen.swaps[:2]:
        at = specimen.text.index("merely", swap.start)
        assert removal_span(specimen.text, at, at + 6) == (swap.start, swap.end)


@pytest.mark.parametrize("text", ["(a boat)", "a boat", "  a boat", "x\n  a boat"])
def test_what_is_put_in_anywhere_can_be_taken_out_by_the_text_room(text: str) -> None:
    words = split(text)
    specimen = render(words, (Edit(words.lower.index("a"), words.lower.index("a"), "merely"),), "", 0)
    at = specimen.text.index("merely")
    start, end = removal_span(specimen.text, at, at + 6)
    assert specimen.text[:start] + specimen.text[end:] == text


# --- families of phrases ----------------------------------------------------------------------------------------------


def test_rewriter_rules_say_something_new() -> None:
    assert len(RULES) >= 150
    for phrase, terms in RULES.items():
        assert phrase == phrase.lower().strip()
        assert len(split(phrase)) <= 5
        assert terms and phrase not in terms
        assert all(term == term.strip() and term for term in terms)
    assert "withinside the" in RULES["in the"]


def test_the_rewriter_inflates_with_one_table_and_repeats_words() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PROSE)
    grown, repeated = [], 0
    for seed in range(2):
        specimen = simulate(text, "rewriter", seed=seed)
        grown.append(len(specimen.text.split()) / len(text.split()))
        terms = defaultdict(set)
        for swap in specimen.swaps:
            first, _, rest = swap.found.lower().partition(" ")
            doubled = rest == first or rest.startswith(first + " ")
            repeated += doubled
            terms[swap.original.lower()].add(rest if doubled else swap.found.lower())
        assert all(len(found) == 1 for found in terms.values())
    assert min(grown) > 1.03
    assert repeated > 5


def test_a_word_with_a_rule_gets_no_synonym_beside_it() -> None:
    text = "It was old, she said. They said it twice. " * 20
    for seed in range(30):  # "she said" has a rule of its own, which the table may lack while it has the one for "said"
        spun = simulate(text, "rewriter", seed=seed, rate=0.4).swaps
        found = {swap.found for swap in spun if swap.original == "said"}
        assert not (found & {"told", "aforesaid"} and found & set(RULES["said"]))


def test_spinbot_leaves_function_words_but_articles() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PROSE)
    dropped = doubled = 0
    for seed in range(3):
        for swap in simulate(text, "spinbot", seed=seed).swaps:
            if not swap.found:
                dropped += swap.original.strip() in ("a", "an", "the")
            elif not swap.original:
                doubled += swap.found.strip() in ("a", "an", "the")
            else:
                assert swap.original.lower() not in FUNCTION_WORDS
    assert dropped > 20
    assert doubled > 5


def test_dropped_and_doubled_articles_keep_the_spaces_right() -> None:
    words = split("On the quay.\nBuy a boat, a kite")
    edits = (Edit(1, 2, ""), Edit(5, 5, "a"), Edit(8, 9, ""))
    specimen = render(words, edits, "", 0)
    assert specimen.text == "On quay.\nBuy a a boat, kite"
    assert [swap.original for swap in specimen.swaps] == [" the", "", " a"]
    assert apply(specimen.text, specimen.swaps) == words.text


def test_tortured_phrases_touch_terms_only() -> None:
    text = (
        "Deep learning is machine learning. A neural network learns; deep networks and DEEP LEARNING do. Machine"
        " learning!"
    )
    spun = {simulate(text, "tortured", seed=seed).text for seed in range(20)}
    rest = "Profound learning is {0}. A neural organisation learns; deep networks and DEEP LEARNING do. {1}!"
    assert spun == {
        rest.format("machine erudition", "Machine erudition"),
        rest.format("motor studying", "Motor studying"),
    }


# --- for training -----------------------------------------------------------------------------------------------------


def test_edits_are_aligned_with_the_tokens_of_the_spun_text() -> None:
    words = split("In the new harbour she is a boat")
    edits = (
        Edit(0, 2, "withinside the"), Edit(2, 3, "recent"), Edit(4, 5, ""), Edit(6, 6, "simply"), Edit(7, 8, "e boat")
    )  # fmt: skip
    assert [tuple(token) for token in align(words, edits)] == [
        ("withinside", 2, -1), ("the", 2, -1), ("recent", 1, 2), ("harbour", 0, 3), ("is", 0, 5), ("simply", 2, -1),
        ("a", 0, 6), ("e", 2, -1), ("boat", 2, -1),
    ]  # fmt: skip


@pytest.mark.parametrize("name", spinners.names())
def test_alignment_and_simulation_agree(name: str) -> None:
    text = PROSE[3].read_text(encoding="utf-8")
    words = split(text)
    family = families.family(name)
    edits = family.spin(words, LEXICON, family.rate, np.random.default_rng(4))
    assert tuple(token.token for token in align(words, edits)) == split(simulate(text, name, seed=4).text).lower
    assert list(edits) == sorted(edits)
    assert all(before.end <= after.begin for before, after in zip(edits, edits[1:], strict=False))


def test_a_family_needs_no_base_class() -> None:
    spinner: spinners.Spinner = SpinBot()
    assert spinner.spin(split(""), LEXICON, 0.3, np.random.default_rng(0)) == ()
    assert ONE_PASS.capitals
