"""Ragged arrays and fuse filters, against the plain loop that each function stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unspin.arrays import fuse, ragged

SIZES = st.lists(st.integers(0, 5), max_size=9)
ROWS = st.lists(st.lists(st.floats(-50, 50, width=32), max_size=5), max_size=9)


def flat(rows: list[list[float]]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    return np.array([value for row in rows for value in row], np.float32), ragged.offsets(
        np.array([len(row) for row in rows], np.int64)
    )


@given(SIZES)
def test_offsets_owners_and_ranks(sizes: list[int]) -> None:
    ptr = ragged.offsets(np.array(sizes, np.int64))
    assert ptr.dtype == np.int64 and ptr.tolist() == [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    assert ragged.owners(ptr).tolist() == [i for i, size in enumerate(sizes) for _ in range(size)]
    assert ragged.ranks(ptr).tolist() == [r for size in sizes for r in range(size)]
    assert ragged.offsets_of_owners(ragged.owners(ptr), len(sizes)).tolist() == ptr.tolist()
    assert ragged.spread(np.array(sizes, np.int64), ptr).tolist() == [size for size in sizes for _ in range(size)]


@given(SIZES.filter(len), st.data())
def test_rows_are_taken_in_any_order_and_more_than_once(sizes: list[int], data: st.DataObject) -> None:
    ptr = ragged.offsets(np.array(sizes, np.int64)).astype(np.uint32)
    rows = data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=12))
    taken = ragged.take(ptr, np.array(rows, np.int64))
    assert taken.items.tolist() == [i for row in rows for i in range(ptr[row], ptr[row + 1])]
    assert np.diff(taken.ptr).tolist() == [sizes[row] for row in rows]


@given(ROWS, st.data())
def test_items_are_left_out(rows: list[list[float]], data: st.DataObject) -> None:
    values, ptr = flat(rows)
    stays = np.array(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))), bool)
    after = ragged.kept(ptr, stays)
    assert after.tolist() == ragged.offsets_of_owners(ragged.owners(ptr)[stays], len(rows)).tolist()


@given(ROWS)
def test_sums_maxima_and_logarithms_of_rows(rows: list[list[float]]) -> None:
    values, ptr = flat(rows)
    assert ragged.sums(values, ptr).tolist() == [float(sum(row)) for row in rows]
    assert ragged.maxima(values, ptr).tolist() == [max(row, default=-np.inf) for row in rows]
    assert ragged.maxima(values, ptr, empty=0).tolist() == [max(row, default=0) for row in rows]
    expected = [np.logaddexp.reduce(np.array(row, np.float64)) if row else -np.inf for row in rows]
    assert ragged.log_sum_exp(values, ptr) == pytest.approx(expected, abs=1e-4)
    assert ragged.sums(values, ptr).dtype == np.float64
    assert ragged.maxima(values, ptr).dtype == ragged.log_sum_exp(values, ptr).dtype == np.float32


def test_a_large_value_does_not_overflow() -> None:
    assert ragged.log_sum_exp(np.array([1e4, 1e4], np.float32), np.array([0, 2]))[0] == pytest.approx(1e4 + np.log(2))


@given(st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=6))
def test_the_best_comes_first_and_of_equals_the_earlier(rows: list[list[int]]) -> None:
    values, ptr = flat([[float(value) for value in row] for row in rows])
    expected = [
        int(p) + i for p, row in zip(ptr, rows, strict=False) for i in sorted(range(len(row)), key=lambda i: -row[i])
    ]
    assert ragged.best_first(values, ptr).tolist() == expected
    firsts = [int(p) + row.index(max(row)) if row else -1 for p, row in zip(ptr, rows, strict=False)]
    assert ragged.firsts(values, ptr).tolist() == firsts


@pytest.mark.parametrize("number", [0, 1, 2, 50, 20_000])
def test_a_table_gives_back_what_was_stored_and_tells_what_was_not(number: int) -> None:
    random = np.random.default_rng(number)
    keys = np.unique(random.integers(0, 1 << 60, 2 * number, dtype=np.uint64))
    random.shuffle(keys)
    stored, others = keys[:number], keys[number:]
    planned = fuse.plan(stored)
    values = random.integers(0, 256, number, dtype=np.uint8)
    codes, marks = planned.filled(values), planned.filled(fuse.fingerprint(planned.hashes, 16))
    assert len(codes) == planned.shape.size
    at = fuse.slots(fuse.mix(stored, planned.shape.seed), planned.shape)
    assert fuse.look_up(codes, at).tolist() == values.tolist()
    assert (fuse.look_up(marks, at) == fuse.fingerprint(planned.hashes, 16)).all()
    other = fuse.mix(others, planned.shape.seed)
    mistaken = fuse.look_up(marks, fuse.slots(other, planned.shape)) == fuse.fingerprint(other, 16)
    assert mistaken.sum() <= 3 + number // 1_000


def test_fingerprints_are_the_leading_bits_of_one_number() -> None:
    hashes = fuse.mix(np.arange(1_000, dtype=np.uint64), 3)
    sixteen, six = fuse.fingerprint(hashes, 16), fuse.fingerprint(hashes, 6)
    assert (sixteen >> 10 == six).all() and len(set(six.tolist())) == 64


def test_slots_lie_in_three_successive_segments_of_the_table() -> None:
    shape = fuse.Shape(1, 16, 5)
    a, b, c = fuse.slots(fuse.mix(np.arange(5_000, dtype=np.uint64), shape.seed), shape)
    assert (a // 16 + 1 == b // 16).all() and (b // 16 + 1 == c // 16).all()
    assert (a.min(), c.max()) == (0, shape.size - 1)


def test_keys_that_occur_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="all different"):
        fuse.plan(np.array([7, 7], np.uint64))


def test_a_large_table_takes_little_more_than_its_keys() -> None:
    length, segments = fuse.geometry(1_000_000)
    assert (segments + 2) * length < 1.15e6
