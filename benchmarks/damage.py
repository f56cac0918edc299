"""Damaged is not spun: what is said of honest text that a scanner or a program has damaged, and of spun text with damage.

    python -m benchmarks.damage --corpora CORPORA [--part test] [--documents 160] [--out benchmarks/runs]

Honest documents of a part are damaged in several ways and read; so are documents spun by every family, as they are and with
two in a hundred letters misread; and honest documents of every corpus, the odd ones too, as they are. Prints, as Markdown, how
many of each are flagged as spun, and how many are said to be damaged, another language, or no prose. The thresholds of
:mod:`unspin.reader.damage` were set on part ``dev``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from training.corpora import all_files
from training.specimens import PROSE, held_out
from unspin.reader import assess
from unspin.reading import UNJUDGED, Note
from unspin.spinners import names, simulate

Damage = Callable[[str, float, np.random.Generator], str]

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MISREAD: Final = {
    "l": "1i", "o": "0c", "e": "co", "h": "bn", "m": ("rn", "in"), "i": "l1j", "s": "5", "n": ("u", "ri"), "a": "ou", "t": "lf",
    "c": "e", "u": ("n", "ii"), "r": "n", "d": ("cl",), "w": ("vv",), "b": "h6", "g": "9q", "f": "t", "v": "y", "y": "v",
}  # fmt: skip
_LOOKALIKES: Final = dict(
    zip(
        "aceopxyisjABCEHKMOPTX",
        "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0455\u0458\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
        strict=True,
    )
)


def misread(text: str, rate: float, random: np.random.Generator) -> str:
    """Letters taken for others by a scanner, some lost, some with a space or a speck after them."""
    hits = random.random(len(text)) < rate
    return "".join(
        _misread(c, random) if hit and not c.isspace() else c for c, hit in zip(text, hits.tolist(), strict=True)
    )


def _misread(letter: str, random: np.random.Generator) -> str:
    kind, others = random.random(), _MISREAD.get(letter.lower())
    if kind < 0.75 and others:
        return others[int(random.integers(len(others)))]
    if kind < 0.85:
        return ""
    return letter + " " if kind < 0.92 else "abcdefghijklmnopqrstuvwxyz.,'"[int(random.integers(29))]


def doubled(text: str, rate: float, random: np.random.Generator) -> str:
    """Words twice."""
    return _WORD.sub(lambda m: f"{m[0]} {m[0]}" if random.random() < rate else m[0], text)


def glued(text: str, rate: float, random: np.random.Generator) -> str:
    """Spaces lost."""
    return re.sub(" ", lambda _: "" if random.random() < rate else " ", text)


def initials(text: str, rate: float, random: np.random.Generator) -> str:
    """First letters lost."""
    return _WORD.sub(lambda m: m[0][1:] if random.random() < rate and len(m[0]) > 1 else m[0], text)


def lookalikes(text: str, rate: float, random: np.random.Generator) -> str:
    """Cyrillic letters for Latin ones that look the same."""
    return "".join(_LOOKALIKES.get(c, c) if random.random() < rate else c for c in text)


def backwards(text: str, rate: float, random: np.random.Generator) -> str:
    """The words of each paragraph from the last to the first."""
    del rate, random
    return "\n".join(" ".join(paragraph.split()[::-1]) for paragraph in text.split("\n"))


def shuffled(text: str, rate: float, random: np.random.Generator) -> str:
    """The words in any order."""
    del rate
    words = text.split()
    return " ".join(words[i] for i in random.permutation(len(words)))


KINDS: Final[tuple[tuple[str, Damage, tuple[float, ...]], ...]] = (
    ("letters misread", misread, (0.02, 0.03, 0.05, 0.07, 0.1)),
    ("words doubled", doubled, (0.1, 0.3, 1.0)),
    ("spaces lost", glued, (0.1, 0.25, 0.5)),
    ("initials lost", initials, (0.3, 1.0)),
    ("look-alike letters", lookalikes, (0.02, 0.2)),
    ("backwards", backwards, (1.0,)),
    ("shuffled", shuffled, (1.0,)),
)
RATES: Final = (0.2, 0.4, 0.6)
"""Shares of words swapped in the spun documents."""


def said(texts: Iterable[str]) -> Counter[str]:
    """How many texts read as spun, as written, or are not judged, by the reason; those too short left out."""
    found: Counter[str] = Counter()
    for text in texts:
        reading = assess(text)
        note = next((note for note in reading.notes if note in UNJUDGED), None)
        if note != Note.TOO_SHORT:
            found[note or ("spun" if reading.spun else "written")] += 1
    return found


def rows(corpora: Path, part: str, count: int) -> Iterator[tuple[str, str, Counter[str]]]:
    """Each kind of text, the rate of its damage or swaps, and what is said of it."""
    sizes = ((60, 90), (120, 180), (250, 400))
    prose = [d.text for size in sizes for d in held_out(corpora, PROSE, part, -(-count // 3), size, seed=5)][:count]  # type: ignore[arg-type]
    for name, damage, rates in KINDS:
        for rate in rates:
            random = np.random.default_rng(17)
            yield name, f"{rate:g}", said(damage(text, rate, random) for text in prose)
    for family in names():
        spun = [simulate(text, family, seed=i, rate=RATES[i % 3]).text for i, text in enumerate(prose[: count // 2])]
        random = np.random.default_rng(19)
        yield f"spun: {family}", "0", said(spun)
        yield f"spun: {family}", "0.02", said(misread(text, 0.02, random) for text in spun)
    for file in all_files(corpora):
        name = file.name.split(".")[0]
        texts = [d.text for size in sizes for d in held_out(corpora, [name], part, count, size, seed=6)]  # type: ignore[arg-type]
        yield f"honest: {name}", "0", said(texts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument(
        "--documents", type=int, default=160, help="of each kind; of each corpus and length as they are"
    )
    parser.add_argument("--out", type=Path, help="a folder for the raw figures")
    options = parser.parse_args(arguments)
    raw = []
    head = ("spun", Note.DAMAGED, Note.NOT_ENGLISH, Note.NOT_PROSE)
    print("| text | rate | documents | " + " | ".join(head) + " |\n|---" + "|---" * (2 + len(head)) + "|")
    for kind, rate, found in rows(options.corpora, options.part, options.documents):
        print(
            f"| {kind} | {rate} | {found.total()} | " + " | ".join(str(found[name]) for name in head) + " |", flush=True
        )
        raw.append({"text": kind, "rate": float(rate), **found})
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        file = options.out / f"{datetime.date.today().isoformat()}-damage.json"
        file.write_text(json.dumps({"part": options.part, "rows": raw}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
