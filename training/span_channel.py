r"""Add the channel ``span`` to a compiled lexicon: words for words in the tables of :mod:`unspin.lexicon.spans`.

    python -m training.span_channel --lexicon src/unspin/data/lexicon.npz --links scratch/links.npz \
        --out src/unspin/data/lexicon.npz

Beside them the links that :mod:`training.links` has learned: what no table has, but real machines do. Where that file is no
longer at hand, ``--before`` names the tables that the channel was made from last, and the links are read off the channel.
The tables' words are inflected like their originals already. A word of theirs that the lexicon does not know as a form is left
out; the ids of forms and originals, and with them the encoder's output layer, stay as they are.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.lexicon import _american as american
from unspin.arrays import ragged
from unspin.lexicon import CHANNELS
from unspin.lexicon.lexicon import ABSENT, CHANNEL_STEP, FREQUENCY_STEP
from unspin.lexicon.spans import SpanTable
from unspin.lexicon.spans import load as load_tables

SHARE: Final = {"thesaurus": 0.6, "gloss": 0.2, "pivot": 0.2, "seen": 0.6}
"""How much of the channel each table has; what a table does not know goes to the others."""
KEPT: Final = 40
"""Originals of a form at most, the best by posterior under a flattened prior."""

LINKED_SHARE: Final = 0.3
"""How much of the channel the links have where there are any."""
LINKED: Final = 40
"""Originals of a form by their links, at most."""
LEAST: Final = -8.0
"""log P(form | original) below which a link proposes nothing."""


@dataclass(frozen=True, eq=False)
class Links:
    """What :mod:`training.links` found: the originals of each form, likeliest first.

    Attributes:
        ptr: where those of each form begin.
        original: ids of the lexicon.
        log_share: log P(form | original).
    """

    ptr: NDArray[np.int64]
    original: NDArray[np.int64]
    log_share: NDArray[np.float64]

    @classmethod
    def load(cls, path: Path) -> Links:
        """Read the file of :mod:`training.links`."""
        with np.load(path) as archive:
            form = archive["form"].astype(np.int64)
            ptr = np.append(0, np.cumsum(np.bincount(form)))
            return cls(ptr, archive["original"].astype(np.int64), archive["log_share"].astype(np.float64))

    @classmethod
    def of_pairs(cls, keys: NDArray[np.int64], share: NDArray[np.float64]) -> Links:
        """From P(form | original) of pairs, keyed by form times 65,536 plus original."""
        order = np.lexsort((keys, -share, keys // 65_536))
        form, original = keys[order] // 65_536, keys[order] % 65_536
        return cls(np.append(0, np.cumsum(np.bincount(form))), original, np.log(share[order]))

    def of(self, form: int, most: int) -> Iterator[tuple[int, float]]:
        """The ``most`` likeliest originals of a form, each with its log P(form | original)."""
        if form + 1 < len(self.ptr):
            part = slice(int(self.ptr[form]), min(int(self.ptr[form + 1]), int(self.ptr[form]) + most))
            yield from zip(self.original[part].tolist(), self.log_share[part].tolist(), strict=True)


def linked(
    pairs: NDArray[np.int64], share: NDArray[np.float64], links: Links, forms: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The pairs of the tables mixed with those of the links: keys (form times 65,536 plus original), sorted, and shares."""
    sizes = np.diff(links.ptr)
    form = np.repeat(np.arange(len(sizes)), sizes)
    rank = np.arange(len(form)) - np.repeat(links.ptr[:-1], sizes)
    plain = np.unique([american(word) for word in forms], return_inverse=True)[1]
    kept = (rank < LINKED) & (links.log_share > LEAST) & (plain[form] != plain[links.original])
    new = form[kept] * 65_536 + links.original[kept]
    keys = np.union1d(pairs, new)
    mixed = np.zeros(len(keys))
    mixed[np.searchsorted(keys, pairs)] += share * (1 - LINKED_SHARE)
    mixed[np.searchsorted(keys, new)] += np.exp(links.log_share[kept]) * LINKED_SHARE
    return keys, mixed


def read_off(arrays: dict[str, NDArray[Any]], before: dict[str, SpanTable]) -> Links:
    """The links in the channel of a lexicon that was made from the tables ``before``: what it has and they do not explain.

    The channel is stored in steps; what a table explains but for one step is taken for the table's.
    """
    index = {form: i for i, form in enumerate(bytes(arrays["forms"]).decode().split("\n"))}
    tabled = probabilities(before, index, int(arrays["vocabulary"]))
    here = arrays["cand_channel"][:, -1] != ABSENT
    owner = ragged.owners(arrays["cand_ptr"].astype(np.int64)).astype(np.int64)
    keys = (owner * 65_536 + arrays["cand_original"])[here]
    mixed = np.exp(-CHANNEL_STEP * arrays["cand_channel"][here, -1].astype(np.float64))
    share = np.array([tabled.get((key // 65_536, key % 65_536), 0.0) for key in keys.tolist()]) * (1 - LINKED_SHARE)
    more = mixed > share * np.exp(CHANNEL_STEP)
    return Links.of_pairs(keys[more], (mixed - share)[more] / LINKED_SHARE)


def probabilities(tables: dict[str, SpanTable], index: dict[str, int], vocabulary: int) -> dict[tuple[int, int], float]:
    """log-free P(form | original) for (form, original), both single words that the lexicon knows."""
    found: dict[tuple[int, int], float] = defaultdict(float)
    heads = sorted({head for table in tables.values() for head in table.heads})
    for head in heads:
        original = index.get(head, vocabulary)
        known = {name: table for name, table in tables.items() if head in table.index}
        if original >= vocabulary:
            continue
        total = sum(SHARE[name] for name in known)
        for name, table in known.items():
            for term, share in zip(*table.row(table.index[head]), strict=True):
                form = index.get(term, -1)
                if form >= 0 and american(term) != american(head):
                    found[form, original] += SHARE[name] / total * float(share)
    return found


def best(pairs: dict[tuple[int, int], float], log_frequency: NDArray[np.float64]) -> dict[tuple[int, int], float]:
    """The :data:`KEPT` best originals of each form."""
    rows: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (form, original), share in pairs.items():
        rows[form].append((-(np.log(share) + 0.6 * log_frequency[original]), original))
    return {(form, o): pairs[form, o] for form, row in rows.items() for _, o in sorted(row)[:KEPT]}


def spanned(
    arrays: dict[str, NDArray[Any]], tables: dict[str, SpanTable], links: Links | None = None
) -> dict[str, NDArray[Any]]:
    """The arrays of a lexicon with the channel ``span`` made anew; pairs that only an earlier one had are gone."""
    forms = bytes(arrays["forms"]).decode().split("\n")
    index = {form: i for i, form in enumerate(forms)}
    found = probabilities(tables, index, int(arrays["vocabulary"]))
    tabled = np.array(sorted(form * 65_536 + original for form, original in found), np.int64)
    keys, share = tabled, np.array([found[int(key) // 65_536, int(key) % 65_536] for key in tabled])
    new = best(found, -arrays["frequency"].astype(np.float64) * FREQUENCY_STEP)
    added = np.array([form * 65_536 + original for form, original in new], np.int64)
    if links is not None:
        keys, share = linked(tabled, share, links, forms)
        added = np.union1d(added, np.setdiff1d(keys, tabled))
    old = arrays["cand_channel"][:, : len(CHANNELS) - 1]
    kept = (old != ABSENT).any(axis=1)
    owner = ragged.owners(arrays["cand_ptr"].astype(np.int64))
    before = (owner.astype(np.int64) * 65_536 + arrays["cand_original"])[kept]
    pairs = np.union1d(before, added)
    channel = np.full((len(pairs), len(CHANNELS)), ABSENT, np.uint8)
    channel[np.searchsorted(pairs, before), : old.shape[1]] = old[kept]
    at = np.minimum(np.searchsorted(pairs, keys), len(pairs) - 1)
    here = pairs[at] == keys
    code = np.round(-np.log(share[here]) / CHANNEL_STEP)
    channel[at[here], -1] = np.clip(code, 0, ABSENT - 1).astype(np.uint8)
    ptr = np.zeros(len(forms) + 1, np.uint32)
    np.cumsum(np.bincount(pairs // 65_536, minlength=len(forms)), out=ptr[1:])
    return arrays | {"cand_ptr": ptr, "cand_original": (pairs % 65_536).astype(np.uint16), "cand_channel": channel}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lexicon", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--links", type=Path)
    parser.add_argument(
        "--before", type=Path, help="the tables that the channel was made from last, instead of --links"
    )
    options = parser.parse_args()
    with np.load(options.lexicon) as archive:
        arrays = {name: archive[name] for name in archive.files}
    links = Links.load(options.links) if options.links else None
    if options.before:
        links = read_off(arrays, load_tables(options.before))
    made = spanned(arrays, load_tables(), links)
    np.savez_compressed(options.out, **made)  # type: ignore[arg-type]
    before, now = (len(a["cand_original"]) for a in (arrays, made))
    print(f"{before:,} pairs, {now:,} now; {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
