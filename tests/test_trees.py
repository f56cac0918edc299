"""The tree reading: its arithmetic, and that every model says of branches what it says of plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pytest

from tests import tree_models
from tests.tree_models import TEXT, Hashed, all_of, at, caller, question
from unspin.errors import OptionError
from unspin.model import causal, deep, trees
from unspin.model.causal import SmallModel
from unspin.model.trees import Batch, CausalModel, Forest, Growth
from unspin.text import split

MODELS: dict[str, Callable[[], CausalModel]] = {
    "hashed": Hashed,
    "shipped": causal.load,
    "llama": cache(lambda: deep.TorchModel(tree_models.llama(), tree_models.tokenizer())),
    "gpt2": cache(lambda: deep.TorchModel(tree_models.gpt2(), tree_models.tokenizer())),
}


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> CausalModel:
    """One that is no network, the shipped one, and two of torch where it is installed."""
    return MODELS[request.param]()


@pytest.fixture(params=[name for name in MODELS if name != "shipped"])
def exact(request: pytest.FixtureRequest) -> CausalModel:
    """Those that say the same of a line whatever is read beside it, up to the last digits."""
    return MODELS[request.param]()


def near(model: CausalModel) -> float:
    """How many nats may lie between figures that are the same but for rounding.

    Sums whose terms stand elsewhere in their row differ in the last digit, and where activations are rounded to eight bits a
    digit may become a step.
    """
    return 2.0 if isinstance(model, SmallModel) else 1e-3


def plainly(model: CausalModel, begin: list[int], branch: list[int]) -> float:
    """Log P(branch | begin) in one plain call: every token sees those before it, and nothing is kept."""
    line = np.array(begin + branch, np.int64)
    places = np.arange(len(line))
    asked = places[len(begin) :]
    plain = Batch(
        token=line,
        depth=places,
        visible=np.tri(len(line), dtype=bool),
        parent=asked - 1,
        child=asked,
        owner=np.zeros(len(asked), np.int64),
        branches=1,
        kept=len(begin),
    )
    return float(model._said(model._nothing(), plain)[0].sum())


def lines(model: CausalModel, left: str, *rights: str) -> tuple[list[int], list[list[int]]]:
    """The tokens of the beginning of a text, and of what may follow on it."""
    return [model._begin, *model._encode("", left)], [model._encode(left.split()[-1], right) for right in rights]


LEFT = "The old ferry left the harbour"
RIGHTS = (" before dawn in the fog.", " with nobody on board,", " on")

# --- without a model --------------------------------------------------------------------------------------------------


def test_the_page_is_written_in_normal_case() -> None:
    words = split(TEXT)
    tokens = list(words.lower)
    tokens[at(words, "oregon")] = "or"
    place = np.array([at(words, "caller")])
    page = trees._Page(words, tokens, place, place + 1)
    whole = page.text(0, len(words))
    assert "noon,” said the mate.\nOr so they hoped." in whole  # a paragraph stays, with its capital
    assert "north-east; the caller nets" in whole  # a margin goes
    assert page.write(0, "new") == " new"
    assert page.write(0, "") == ""
    several = trees._Page(words, tokens, place, place + 2)
    assert several.write(0, "New nets") == " New nets"  # what is to stand in place of several words has its case


def test_only_near_rivals_are_put_to_the_model() -> None:
    prior = np.log([0.6, 0.39, 0.01, 0.999, 0.001, 1.0])
    asked = trees._worth_asking(prior, np.array([0, 3, 5, 6, 6]), margin=2.0, most=6)
    assert asked.tolist() == [True, True, False, False, False, False]
    assert trees._worth_asking(prior, np.array([0, 3, 5, 6]), margin=99.0, most=2).tolist() == [
        True, True, False, True, True, False,
    ]  # fmt: skip


def test_an_option_not_asked_fares_as_the_worst_asked() -> None:
    combined = trees._combine(np.array([-1.0, -2.0, -3.0]), np.array([-9.0, -5.0, np.nan], np.float32))
    assert combined.tolist() == [-3.0, -2.0, -5.0]
    unheard = trees._combine(np.array([-1.0, -2.0]), np.full(2, np.nan, np.float32))
    assert unheard.tolist() == [-1.0, -2.0]


def test_how_far_options_lie_below_the_best() -> None:
    assert trees.below_best(np.float32([-9, np.nan, -5])).tolist() == [-4.0, -4.0, 0.0]
    assert trees.below_best(np.float32([np.nan, np.nan])).tolist() == [0.0, 0.0]
    assert not len(trees.below_best(np.empty(0, np.float32)))


def test_a_call_holds_all_trunks_before_all_branches() -> None:
    forest = Forest(None)
    batch = forest.plant([Growth(0, 0, [10, 11], [[20], [21, 22]]), Growth(1, 0, [12], [[23], []])])
    assert batch.token.tolist() == [10, 11, 12, 20, 21, 22, 23]
    assert batch.depth.tolist() == [0, 1, 0, 2, 2, 3, 1]
    assert (batch.kept, batch.branches) == (3, 4)
    assert batch.child.tolist() == [3, 4, 5, 6]
    assert batch.parent.tolist() == [1, 1, 4, 2]
    assert batch.owner.tolist() == [0, 1, 1, 2]
    seen = {int(token): set(batch.token[row].tolist()) for token, row in zip(batch.token, batch.visible, strict=True)}
    assert seen == {
        10: {10}, 11: {10, 11}, 12: {12}, 20: {10, 11, 20}, 21: {10, 11, 21}, 22: {10, 11, 21, 22}, 23: {12, 23},
    }  # fmt: skip


def test_a_forest_keeps_the_trunks_and_cuts_the_branches_off() -> None:
    forest = Forest(None)
    forest.plant([Growth(0, 0, [10, 11], [[20], [21, 22]]), Growth(1, 0, [12], [[23]])])
    batch = forest.plant([Growth(1, 1, [13], [[24]])])
    cached = ["10", "11", "12"]
    seen = [[name for name, may in zip([*cached, "13", "24"], row, strict=True) if may] for row in batch.visible]
    assert seen == [["12", "13"], ["12", "13", "24"]]
    assert batch.depth.tolist() == [1, 2]


def test_a_text_is_cut_where_running_text_is() -> None:
    assert trees._last_word("left the harbour") == " harbour"
    assert trees._last_word("the mate.\nOr") == "\nOr"
    assert trees._last_word("harbour") == "harbour"
    model = Hashed()
    assert model._encode(" harbour", " before dawn") == model._encode("", " before dawn")


# --- branches and trunks ----------------------------------------------------------------------------------------------


def grown(model: CausalModel, *growths: Growth) -> list[list[float]]:
    """What the model says of the branches of trees that are planted anew."""
    return model._grow(Forest(model._nothing()), list(growths))


def test_branches_are_scored_as_by_plain_reading(model: CausalModel) -> None:
    trunk, branches = lines(model, LEFT, *RIGHTS)
    (planted,) = grown(model, Growth(0, 0, trunk, branches))
    assert planted == pytest.approx([plainly(model, trunk, branch) for branch in branches], abs=near(model))
    assert np.ptp(planted) > 1


def test_a_branch_is_as_likely_as_its_tokens_one_after_the_other(model: CausalModel) -> None:
    trunk, (branch, *_) = lines(model, LEFT, *RIGHTS)
    (whole,) = grown(model, Growth(0, 0, trunk, [branch]))
    # The trunk grows by the token that was the branch before.
    growing = Forest(model._nothing())
    new, depth, by_token = trunk, 0, 0.0
    for token in branch:
        by_token += model._grow(growing, [Growth(0, depth, new, [[token]])])[0][0]
        new, depth = [token], depth + len(new)
    # The trunk is read anew and is longer every time.
    anew = sum(grown(model, Growth(0, 0, trunk + branch[:n], [[token]]))[0][0] for n, token in enumerate(branch))
    assert [by_token, anew] == pytest.approx(whole * 2, abs=near(model))


def test_branches_are_the_same_in_any_order_and_alone(model: CausalModel) -> None:
    trunk, branches = lines(model, LEFT, *RIGHTS)
    (together,), (turned,) = (grown(model, Growth(0, 0, trunk, some)) for some in (branches, branches[::-1]))
    alone = [grown(model, Growth(0, 0, trunk, [branch]))[0][0] for branch in branches]
    assert turned[::-1] == pytest.approx(together, abs=near(model))
    assert alone == pytest.approx(together, abs=near(model))


def test_options_of_a_place_do_not_see_one_another(model: CausalModel) -> None:
    trunk, (first, second, third) = lines(model, LEFT, *RIGHTS)
    (before,) = grown(model, Growth(0, 0, trunk, [first, second, third]))
    (after,) = grown(model, Growth(0, 0, trunk, [first, second[::-1], third]))
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]


def test_sentences_side_by_side_do_not_see_one_another(model: CausalModel) -> None:
    (trunk, branches), (other, its) = lines(model, LEFT, *RIGHTS), lines(model, "Nets lay", " wet on the deck.", " dry")
    before = grown(model, Growth(0, 0, trunk, branches), Growth(1, 0, other, its))
    after = grown(model, Growth(0, 0, trunk, branches), Growth(1, 0, other[::-1], [its[0][::-1], its[1]]))
    assert after[0] == before[0]
    assert after[1][0] != before[1][0] and after[1][1] != before[1][1]
    turned = grown(model, Growth(1, 0, other, its), Growth(0, 0, trunk, branches))
    assert turned[1] == pytest.approx(before[0], abs=near(model))


def test_branches_leave_nothing_behind(model: CausalModel) -> None:
    trunk, branches = lines(model, LEFT, *RIGHTS)
    after = model._encode("harbour", " before noon")
    found = []
    for earlier in (branches, [branches[0][::-1], *branches[1:]], []):
        forest = Forest(model._nothing())
        model._grow(forest, [Growth(0, 0, trunk, earlier)])
        found += model._grow(forest, [Growth(0, len(trunk), after[:1], [after[1:]])])[0]
    assert found[0] == found[1] == pytest.approx(found[2], abs=near(model))


# --- documents --------------------------------------------------------------------------------------------------------


def test_an_option_is_scored_by_itself_and_by_what_follows(exact: CausalModel) -> None:
    words, tokens, left = caller()
    options = ["caller", "new", "very old"]
    scores = all_of(exact, words, tokens, np.array([at(words, "caller")]), np.array([0, 3]), options)
    begin, branches = lines(exact, left, *(f" {option} mate on the pier." for option in options))
    expected = [plainly(exact, begin, branch) for branch in branches]
    assert scores == pytest.approx(expected, abs=1e-3)
    assert np.ptp(expected) > 0.1


def test_places_of_one_sentence_and_of_many_do_not_see_one_another(exact: CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = question(words)
    together = all_of(exact, words, words.lower, place, ptr, options)
    for i in range(len(place)):
        here = options[ptr[i] : ptr[i + 1]]
        alone = all_of(exact, words, words.lower, place[i : i + 1], np.array([0, len(here)]), here)
        assert together[ptr[i] : ptr[i + 1]] == pytest.approx(alone, abs=1e-3)


def test_what_is_decided_is_what_the_next_place_is_read_after(exact: CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = question(words)
    prior = np.full(len(options), -1.0)
    prior[options.index("new")] = 99.0  # decided by the reader alone
    read = exact.likelihood(words, words.lower, place, ptr, options, prior, margin=999.0, most=9)
    tokens = list(words.lower)
    tokens[at(words, "caller")] = "new"
    after = all_of(exact, words, tokens, place[3:], np.array([0, 2]), ["wet", "dry"])
    before = all_of(exact, words, words.lower, place[3:], np.array([0, 2]), ["wet", "dry"])
    assert read[-2:] == pytest.approx(after, abs=1e-3)
    assert np.abs(after - before).max() > 1e-2


def test_what_the_model_likes_best_is_what_the_next_place_is_read_after() -> None:
    """The reader is of two minds about the first place, and the model decides it."""
    words, model = split("the nets lay on the deck"), Hashed()
    place, ptr, options = np.array([1, 3]), np.array([0, 2, 4]), ["nets", "ropes", "on", "under"]
    read = model.likelihood(words, words.lower, place, ptr, options, np.zeros(4), margin=1.0, most=9)
    tokens = list(words.lower)
    tokens[1] = options[int(np.argmax(read[:2]))]
    after = all_of(model, words, tokens, place[1:], np.array([0, 2]), options[2:])
    assert read[2:].tolist() == after.tolist()


def test_a_span_of_several_tokens_is_one_place(exact: CausalModel) -> None:
    """Of two readings that differ in the last of its words the model says what it says of that word alone."""
    words = split(TEXT)
    last = at(words, "caller")
    first = words.text[words.start[last - 1] : words.end[last - 1]]
    ptr, prior = np.array([0, 2]), np.zeros(2)
    options = [f"{first} caller", f"{first} new"]
    wide = exact.likelihood(
        words, words.lower, np.array([last - 1]), ptr, options, prior, margin=1.0, most=2, end=np.array([last + 1])
    )
    narrow = all_of(exact, words, words.lower, np.array([last]), ptr, ["caller", "new"])
    assert wide[1] - wide[0] == pytest.approx(narrow[1] - narrow[0], abs=1e-3)
    assert abs(wide[0] - wide[1]) > 1e-2


def test_behind_a_span_the_next_place_is_read_after_what_was_decided_there() -> None:
    words, model = split("the nets lay on the deck"), Hashed()
    place, end = np.array([1, 4]), np.array([3, 5])
    ptr, options, prior = np.array([0, 2, 4]), ["nets lay", "ropes were", "the", "a"], np.array([-99.0, 0.0, 0.0, 0.0])
    read = model.likelihood(words, words.lower, place, ptr, options, prior, margin=999.0, most=9, end=end)
    written = split("the ropes were on the deck")
    after = all_of(model, written, written.lower, place[1:], np.array([0, 2]), options[2:])
    assert read[2:].tolist() == after.tolist()


def test_a_place_without_options_and_a_document_without_places(model: CausalModel) -> None:
    words = split(TEXT)
    place, prior = np.array([1, 2]), np.array([0.0, -np.inf])
    read = model.likelihood(
        words, words.lower, place, np.array([0, 0, 2]), ["ferry", "boat"], prior, margin=5.0, most=6
    )
    assert np.isnan(read).all()
    nothing = np.empty(0, np.int64)
    assert not len(all_of(model, words, words.lower, nothing, np.zeros(1, np.int64), []))


def test_twice_is_the_same(model: CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = question(words)
    first = all_of(model, words, words.lower, place, ptr, options)
    assert np.array_equal(first, all_of(model, words, words.lower, place, ptr, options))
    assert np.isfinite(first).all()


def test_what_the_tick_raises_ends_the_reading(model: CausalModel) -> None:
    words = split(TEXT)
    place, ptr, options = question(words)
    calls = 0

    def tick() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        all_of(model.watched(tick), words, words.lower, place, ptr, options)
    assert np.isfinite(all_of(model, words, words.lower, place, ptr, options)).all()  # the model itself is as it was
    assert calls == 2


def test_a_sentence_without_end_is_read_in_stretches(model: CausalModel) -> None:
    words = split("nets and ropes " * 100)
    place = np.arange(1, len(words), 40)
    ptr = np.arange(0, 2 * len(place) + 1, 2)
    scores = all_of(model, words, words.lower, place, ptr, ["and", "or"] * len(place))
    assert np.isfinite(scores).all()
    assert max(end - first for first, end in trees._cut(np.array([[0, len(words)]], np.int32))) <= trees._STRETCH


def test_what_does_not_fit_together_is_refused() -> None:
    words, model = split(TEXT), Hashed()
    place, ptr, options = question(words)
    flat = np.zeros(len(options))
    for wrong in (
        (words.lower[1:], place, ptr, flat),
        (words.lower, place, ptr[:-1], flat),
        (words.lower, place[::-1], ptr, flat),
        (words.lower, place, ptr, np.zeros(2)),
    ):
        tokens, places, offsets, prior = wrong
        with pytest.raises(OptionError):
            model.likelihood(words, tokens, places, offsets, options, prior, margin=5.0, most=6)
    for end in (place, place + 99, place[1:] + 1, place + np.array([1, 1, len(words), 1])):
        with pytest.raises(OptionError):
            model.likelihood(words, words.lower, place, ptr, options, flat, margin=5.0, most=6, end=end)


def test_a_text_without_white_space_or_ends_takes_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut into tokens grows with the places that are asked about, not with the signs around them."""
    model = Hashed()
    given: list[int] = []
    cut = model._tokens

    def counting(text: str) -> tuple[Sequence[int], Sequence[int]]:
        given.append(len(text))
        return cut(text)

    monkeypatch.setattr(model, "_tokens", counting)
    words = split("—".join(["span" + "x" * 3_000, "span"] * 40))
    place = np.flatnonzero([word == "span" for word in words.lower])
    options = ["span", "bridge"] * len(place)
    ptr = np.arange(0, len(options) + 1, 2)
    said = model.likelihood(words, words.lower, place, ptr, options, np.zeros(len(options)), margin=1.0, most=5)
    assert len(place) == 40
    assert np.isfinite(said[:2]).all()
    assert max(given) < 200 * 65
    assert sum(given) < 200_000


def test_a_trunk_of_signs_without_tokens_still_has_a_token_to_branch_from() -> None:
    """Two places side by side, of which the first was decided for a word that no token spells."""
    parents: list[int] = []

    class Forgetful(Hashed):
        def _tokens(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
            ids, ends = super()._tokens(text)
            starts = [0, *ends[:-1]]
            kept = [n for n, (start, end) in enumerate(zip(starts, ends, strict=True)) if "quay" not in text[start:end]]
            return [ids[n] for n in kept], [ends[n] for n in kept]

        def _said(self, cache: np.ndarray, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
            assert batch.kept, "a trunk without a token"
            parents.extend(batch.parent.tolist())
            return super()._said(cache, batch)

    words = split("The quay quay net was wet.")
    place = np.array([1, 2, 3])
    options = ["quay", "net", "quay", "pier", "net", "rope"]
    prior = np.array([9.0, 0, 9.0, 0, 0, 0])
    said = Forgetful().likelihood(
        words, words.lower, place, np.array([0, 2, 4, 6]), options, prior, margin=99.0, most=5
    )
    assert np.isfinite(said).all()
    assert min(parents) >= 0
