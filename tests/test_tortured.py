"""Tortured phrases: the list, the joints, the filter and trees, and what is found in prose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin import tortured
from unspin.lexicon import phrases
from unspin.lexicon.phrases import PhraseTable
from unspin.model.ngram import Shape
from unspin.text import split
from unspin.tortured import LevelFilter, Trees, find, joint_key, role, skeleton

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
    roles = np.array([role(w, i) for i, w in enumerate("quality of the service and it is region of interest".split())])
    places, link = skeleton(roles.astype(np.int32))
    assert places.tolist() == [0, 3, 7, 9]
    assert link[1] == -1 and link[2] == 1 and link[0] > 16


def test_a_filter_knows_its_keys_and_few_others() -> None:
    terms = pytest.importorskip("training.terms", reason="needs the training extra")
    keys = np.unique(np.random.default_rng(0).integers(1 << 48, size=5000)).astype(np.uint64)
    count = np.resize(np.array([1, 2, 5, 30]), len(keys))
    known: LevelFilter = terms.filtered(keys[::2], count[::2])
    assert known(keys[::2]).tolist() == terms.level(count[::2]).tolist()
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
    assert joint_key(*parts).tolist() == [(3 << 32) | (2 << 16) | 1]


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
    seen_once = split("Use the irregular woodland calculation.")
    assert find(seen_once, table=TABLE) and not find(seen_once, table=TABLE, threshold=0.95)


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    words = split(text)
    for hit in find(words):
        assert hit.found == text[words.start[hit.begin] : words.end[hit.end - 1]]


def test_operating_point() -> None:
    assert 0 < tortured.THRESHOLD < 1
