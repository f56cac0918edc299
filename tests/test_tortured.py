"""Tortured phrases: the list, the joints, the filter and trees, and what is found in prose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.terms.entries import Swap, aligned, experience, possible_units
from training.terms.filters import filtered, level, without
from unspin import tortured
from unspin.arrays.fuse import Shape
from unspin.lexicon import phrases
from unspin.lexicon.phrases import PhraseTable
from unspin.reader.terms import tortured_phrases
from unspin.text import apply, split
from unspin.tortured import LevelFilter, Trees, Vectors, collocation_key, find, propose, role, skeleton, together
from unspin.tortured.collocation import SIZE
from unspin.tortured.search import agreed

NOTHING = PhraseTable((), ())
TABLE = PhraseTable(
    (
        ("back spread", "back propagation"),
        ("irregular woodland", "random forest"),
        ("irregular woodland calculation", "random forest algorithm"),
        ("web crawler", "search engine"),
    ),
    (0, 0, 1, 40),
)
HONEST = (
    "We planted the beans along the south wall in May. By the end of June they had climbed past the kitchen window, "
    "and my sister picked the first of them before breakfast. The soil there is poor, so we had carried up four "
    "buckets of compost from the yard in spring."
)


def spans(table: PhraseTable, text: str) -> list[tuple[str, str]]:
    words = split(text)
    return [(text[words.start[m.begin] : words.end[m.end - 1]], table.pairs[m.entry][1]) for m in table.matches(words)]


def test_the_longest_phrase_wins() -> None:
    text = "An irregular woodland calculation beats one irregular woodland."
    assert spans(TABLE, text) == [
        ("irregular woodland calculation", "random forest algorithm"),
        ("irregular woodland", "random forest"),
    ]


@pytest.mark.parametrize("text", ["back-spread", "Back\nspread", "BACK SPREAD"])
def test_hyphens_case_and_line_breaks_do_not_hide_a_phrase(text: str) -> None:
    assert spans(TABLE, f"Trained by {text} alone") == [(text, "back propagation")]


def test_a_dash_between_spaces_is_no_hyphen() -> None:
    assert spans(TABLE, "He came back - spread the word") == []


def test_a_phrase_cut_off_by_the_end_is_not_found() -> None:
    table = PhraseTable((("solo gaining knowledge of", "unsupervised learning"), ("solo gaining", "x y")), (0, 0))
    assert spans(table, "It is solo gaining knowledge") == [("solo gaining", "x y")]
    assert spans(table, "It is solo gaining") == [("solo gaining", "x y")]
    assert spans(table, "It is solo") == []


def test_terms_can_be_held_out() -> None:
    rest = TABLE.without(lambda phrase, term: term == "random forest")
    assert [pair[1] for pair in rest.pairs] == ["back propagation", "random forest algorithm", "search engine"]
    assert rest.honest == (0, 1, 40)


def test_links_and_breaks() -> None:
    tokens = "quality of the service and it is region of interest".split()
    bones = skeleton(np.array([[role(word, i)] * 3 for i, word in enumerate(tokens)], np.int32))
    assert bones.place.tolist() == [0, 3, 7, 9]
    assert bones.link[1] == -1 and bones.link[2] == 1 and bones.link[0] > 16


def test_a_filter_knows_its_keys_and_few_others() -> None:
    keys = np.unique(np.random.default_rng(0).integers(1 << 48, size=5000)).astype(np.uint64)
    count = np.resize(np.array([1, 2, 5, 30]), len(keys))
    known: LevelFilter = filtered(keys[::2], count[::2])
    assert known(keys[::2]).tolist() == level(count[::2]).tolist()
    assert (known(keys[1::2]) > 0).mean() < 0.03


def test_trees_walk_to_their_leaves() -> None:
    trees = Trees(
        np.array([[1, -1, -1], [-1, -1, -1]], np.int8),
        np.array([[0.5, 0, 0], [0, 0, 0]], np.float32),
        np.array([[1, 1, 2], [0, 1, 2]], np.uint8),
        np.array([[2, 1, 2], [0, 1, 2]], np.uint8),
        np.array([[0, -1, 3], [0.25, 0, 0]], np.float32),
        0.5,
    )
    assert trees(np.array([[9, 0.5], [9, 0.6]], np.float32)).tolist() == [-0.25, 3.75]


def test_a_joint_is_one_number() -> None:
    parts = [np.array([x]) for x in (3, 2, 1)]
    assert collocation_key(*parts).tolist() == [(3 << 40) | (2 << 20) | 1]


def test_the_shape_of_a_filter_is_data() -> None:
    empty = LevelFilter(Shape(0, 4, 1), np.zeros(12, np.uint8))
    assert empty(np.arange(200, dtype=np.uint64)).max() <= 1


def test_listed_phrases_are_found_with_their_place() -> None:
    text = "The model is an irregular woodland of two hundred trees."
    (hit,) = find(split(text), table=TABLE)
    words = split(text)
    assert text[words.start[hit.begin] : words.end[hit.end - 1]] == hit.found == "irregular woodland"
    assert (hit.original, hit.listed) == ("random forest", True)


def test_what_honest_writers_write_is_no_evidence() -> None:
    assert not [hit for hit in find(split("Any web crawler will find it."), table=TABLE) if hit.listed]


def test_the_shipped_list() -> None:
    table = phrases.load()
    assert len(table.pairs) > 7000 and len(table.pairs) == len(table.honest)
    assert dict(table.pairs)["profound learning"] == "deep learning"
    assert all(tortured == tortured.lower() and meant.strip() for tortured, meant in table.pairs)
    assert not find(split("Nobody had used a search engine before."))


def test_unlisted_phrases_are_found() -> None:
    text = "We compare logistic relapse with a counterfeit neural organization on the same images."
    hits = find(split(text), table=NOTHING)
    assert any(hit.original == "logistic regression" and not hit.listed for hit in hits)


def test_a_phrase_that_stands_for_one_word_is_one_row() -> None:
    terms = tortured.load()
    words = split("Reinforcement getting to know needs rewards.")
    tokens = terms.tokens(words)
    row = tokens.begin.tolist().index(1)
    assert tokens.end[row] == 4
    number, first, last = tokens.roles[row].tolist()
    assert terms.words[number] == "getting to know"
    assert (terms.words[first], terms.words[last]) == ("getting", "know")
    options = terms.options(np.array([number]))
    assert "learning" in {terms.words[i] for i in options.word.tolist()[1:]}


def test_words_too_rare_to_be_meant_are_only_found() -> None:
    terms = tortured.load()
    assert len(terms.words) > SIZE
    assert terms.swap_original.max() < SIZE
    assert all(" " not in word for word in terms.words[:SIZE])


def test_the_rest_of_the_document_counts() -> None:
    prior, odds = 0.01, np.array([-2.0, -9.0, 5.0, -9.0, 5.0])
    swapped = [(1,), (2, 3), (4,), (5,), (6, 7)]
    alone = together(odds[:2], swapped[:2], prior, 0)
    among = together(odds, swapped, prior, 0)
    assert alone[0] == pytest.approx(1 / (1 + np.exp(2.0)), abs=0.03)
    assert among[0] > 2 * alone[0]
    assert together(odds[:2], swapped[:2], prior, 2)[0] > 2 * alone[0]


def test_a_word_that_comes_again_speaks_once() -> None:
    prior, odds = 0.01, np.array([1.0, 1.5, 1.2])
    again = together(odds, [(1, 2), (2, 3), (1, 2)], prior, 0)
    apart = together(odds, [(1, 2), (3, 4), (5, 6)], prior, 0)
    assert (again < apart).all()
    assert again[0] == pytest.approx(together(odds[:1], [(1, 2)], prior, 0)[0], abs=0.01)


def test_neighbours_that_share_a_word_must_agree_on_it() -> None:
    both = agreed({0: (5, 6), 1: (6, 8)}, [0.9, 0.7], 0.6)
    assert both == ({0: 5, 1: 6, 2: 8}, {0: 0.9, 1: 0.7})
    assert agreed({0: (5, 6), 1: (7, 8)}, [0.9, 0.7], 0.6) == ({0: 5, 1: 6}, {0: 0.9})  # on the left word
    assert agreed({0: (5, 6), 1: (7, 8)}, [0.7, 0.9], 0.6) == ({1: 7, 2: 8}, {1: 0.9})  # on the right one
    assert agreed({0: (5, 6), 2: (7, 8)}, [0.9, 0.7], 0.6)[1] == {0: 0.9, 2: 0.7}  # none is shared


def test_a_neighbour_needs_less_of_its_own() -> None:
    assert agreed({0: (5, 6), 1: (6, 8)}, [0.9, 0.16], 0.6)[1] == {0: 0.9, 1: 0.16}
    assert agreed({0: (5, 6), 1: (6, 8)}, [0.9, 0.14], 0.6)[1] == {0: 0.9}
    assert agreed({0: (5, 6), 2: (6, 8)}, [0.9, 0.16], 0.6)[1] == {0: 0.9}


@pytest.mark.parametrize(("text", "times"), [("Harbour.", 1), (HONEST * 40, 5)], ids=["a word", "a long text"])
def test_a_search_can_be_ended_at_every_step(text: str, times: int) -> None:
    for last in range(1, times + 1):
        calls = 0

        def tick() -> None:
            nonlocal calls
            calls += 1
            if calls == last:  # noqa: B023 - called before the next turn
                raise TimeoutError

        with pytest.raises(TimeoutError):
            find(split(text), tick=tick)


def test_uneven_entries_teach_phrases_for_one_word() -> None:
    entries = [
        ("irregular woodland", "random forest"),
        ("irregular getting to know", "random learning"),
        ("the the the the", "a b"),
    ]
    found = set(aligned(entries))
    assert ("getting to know", "learning", "random learning") in found
    assert ("irregular", "random", "random learning") in found
    assert not any(term == "a b" for _, _, term in found)


def test_synonyms_align_what_the_list_does_not() -> None:
    entries = [("ultimate comes about", "final result")]
    assert not list(aligned(entries))
    assert set(aligned(entries, {("ultimate", "final")})) == {
        ("ultimate", "final", "final result"),
        ("comes about", "result", "final result"),
    }
    assert ("comes about", "result") in possible_units(entries)
    assert not possible_units([("irregular woodland", "random forest")])


def test_an_entry_is_no_experience_of_itself() -> None:
    seen = [Swap(7, 3, "a term"), Swap(7, 4, "another term")]
    mine = np.array([7 * SIZE + 3])
    both, _, found, _, meant = experience(seen, mine, 1, 1)[0, :5]
    assert (both, meant) == (0, 0) and found == pytest.approx(np.log(2))
    assert experience(seen, mine)[0, 0] == pytest.approx(np.log(2))


def test_documents_are_taken_out_of_the_counts() -> None:
    keys, count = np.array([1, 2, 3], np.uint64), np.array([2, 5, 40])
    own = np.array([1, 2, 9], np.uint64), np.array([1, 1, 1])
    seen = without(lambda ask: np.full(len(ask), 4, np.int8), keys, count, own)
    assert seen(np.array([3, 2, 1, 2], np.uint64)).tolist() == [4, 2, 0, 2]


def test_a_kept_word_leads_to_firm_terms() -> None:
    terms = tortured.load()
    words = split("the impalement spectra")
    proposals = propose(terms, terms.tokens(words).roles)
    assert proposals is not None
    spectra = terms.words.index("spectra")
    assert (proposals.right == spectra).any()
    keys = collocation_key(proposals.left, np.zeros(len(proposals.left), np.int64), proposals.right)
    assert np.isin(keys, terms.term).all()
    assert len({*zip(proposals.left.tolist(), proposals.right.tolist(), strict=True)}) == len(proposals.left)


def test_honest_prose_stays_clean() -> None:
    assert find(split(HONEST)) == ()


def test_findings_never_overlap_and_repeat() -> None:
    text = "Profound learning and irregular woodland beat back spread; profound learning needs information mining. " * 3
    hits = find(split(text))
    assert len(hits) >= 6
    assert all(a.end <= b.begin for a, b in zip(hits, hits[1:], strict=False))
    assert hits == find(split(text))


def test_the_threshold_is_kept() -> None:
    text = "Logistic relapse and a counterfeit neural organization."
    assert all(hit.probability >= 0.95 for hit in find(split(text), threshold=0.95))
    rare = PhraseTable((("plain woodland calculation", "random forest algorithm"),), (1,))
    seen_once = split("Use the plain woodland calculation.")
    assert [hit.listed for hit in find(seen_once, table=rare)] == [True]
    assert not any(hit.listed for hit in find(seen_once, table=rare, threshold=0.95))


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    words = split(text)
    for hit in find(words):
        assert hit.found == text[words.start[hit.begin] : words.end[hit.end - 1]]


def test_operating_point() -> None:
    assert 0 < tortured.THRESHOLD < 1


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("The Irregular Woodland was fast", "The Random Forest was fast"),
        ("Irregular woodland was fast", "Random forest was fast"),
        ("A PROFOUND LEARNING model", "A DEEP LEARNING model"),
        ("A Profound learning model", "A Deep learning model"),
        ("It runs by haze figuring now", "It runs by cloud computing now"),
        ('They wrote "profound learning" again', 'They wrote "profound learning" again'),
        ("Some say irregular woodland for random forest", "Some say irregular woodland for random forest"),
        ("Use haze figuring where cloud computing is meant", "Use haze figuring where cloud computing is meant"),
    ],
)
def test_case_is_kept_and_mentions_are_left_alone(text: str, restored: str) -> None:
    assert apply(text, tortured_phrases(split(text))) == restored


def test_no_term_is_forced_upon_words_that_are_none() -> None:
    text = (
        "Irregular Woodland gave moderate precision, and calculated relapse was near it. Clients can browse plots of the"
        " dataset circulation and examples. The group tracked down what specialists had anticipated, and preparing models"
        " took an evening."
    )
    made = apply(text, tortured_phrases(split(text)))
    assert made.startswith("Random Forest gave moderate precision, and logistic regression was near it.")
    assert made.endswith(
        " and examples. The group tracked down what specialists had anticipated, and preparing models took an evening."
    )


def test_a_word_on_the_far_side_of_an_and_needs_as_much_as_any() -> None:
    pairs = {0: (1, 2), 1: (2, 3)}
    assert set(agreed(pairs, [0.9, 0.3], 0.6)[1]) == {0, 1}
    assert set(agreed(pairs, [0.9, 0.3], 0.6, {1})[1]) == {0}


BOILER_HOUSE = (
    "An irregular backwoods and a counterfeit consciousness were compared with profound learning for a boiler house. The "
    "colossal information came from the furnace door, and bosom peril was none of it. A typical slope taken each morning "
    "gave the depth of the ash, and the stoker kept a solid confirmation of every load."
)


def test_a_term_on_loose_links_is_found_and_not_believed() -> None:
    words = split(BOILER_HOUSE)
    firm = {finding.original: finding.firm for finding in find(words)}
    assert firm["deep learning"] and firm["random forest"]
    assert not firm["strong authentication"] and not firm["average gradient descent"]
    made = apply(BOILER_HOUSE, tortured_phrases(words))
    assert "random forest" in made and "deep learning for a boiler house" in made
    assert "A typical slope taken each morning" in made
    assert made.endswith("a solid confirmation of every load.")


def test_what_machines_often_put_a_phrase_for_is_no_term() -> None:
    text = "Keep a lantern by the door on the off chance that the lights fail."
    assert any(finding.listed for finding in find(split(text)))
    assert apply(text, tortured_phrases(split(text))) == text


def test_a_word_that_is_not_frequent_has_no_vector() -> None:
    some = Vectors.of(5, np.array([1, 4]), np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    assert some[np.array([4, 0, 1])].tolist() == [[3.0, 4.0], [0.0, 0.0], [1.0, 2.0]]
    assert some[np.array([], np.int64)].shape == (0, 2)


def test_the_direction_of_a_word_is_as_long_as_any_other() -> None:
    known = tortured.load()
    frequent = np.flatnonzero(known.before.row)
    rest = np.flatnonzero(known.before.row == 0)
    assert 0 < len(frequent) < len(rest)
    assert np.linalg.norm(known.topic[frequent], axis=1) == pytest.approx(1, abs=1e-3)
    assert not known.topic[rest].any()
