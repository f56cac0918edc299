"""Documents for the engines: own prose made from patterns, some of it spun, with awkward ones among them."""

from __future__ import annotations

import gzip
import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

from unspin.spinners import simulate

HONEST, SPUN, SPINNER, RATE = 220, 6, "wordnet-walk", 0.35

PLACES = "harbour market library mill station orchard chapel bakery ferry school bridge garden".split()
PEOPLE = "baker teacher farmer doctor driver gardener captain nurse painter clerk sailor builder".split()
THINGS = "letter basket ladder lantern bicycle kettle blanket map clock barrel fence window".split()
TIMES = (
    "in the early morning|late in the evening|after the long winter|before the summer holidays|on the last day of March|"
    "during the first storm of the year|a week before the election|shortly after midnight"
).split("|")
PATTERNS = (
    "The old {place} stood at the end of the road, and the {person} opened its doors {time}.",
    "Nobody could remember who had left the {thing} beside the {place}, but the {person} kept it for years.",
    "{Time} the {person} walked from the {place} to the river and looked for the small boat.",
    "The council wanted to sell the {place}, although most people in the town were against the plan.",
    "When the water began to rise, the {person} carried a {thing} up to the second floor and waited for help.",
    "It was a quiet place to work, and the {person} often stayed there {time} to finish the accounts.",
    "A new roof for the {place} would cost a great deal of money, so the {person} asked the neighbours to give.",
    "The children found a broken {thing} near the {place} and showed it to the {person}, who laughed and began to mend it.",
    "Some visitors said that the view from the {place} was the best on this part of the coast.",
    "{Time} there was hardly any light in the street, and the {person} had to find the {thing} by touch.",
    "The {person} told the story again, slowly, and everybody around the table listened until the end.",
    "Prices at the {place} had gone up twice that year, which the {person} thought was hard on large families.",
)


class Document(NamedTuple):
    """A document with the name that it keeps through every engine."""

    id: str
    text: str


@cache
def documents() -> tuple[Document, ...]:
    """Honest and spun documents in a fixed, mixed order; every one is different."""
    draw = random.Random(5)
    texts = [_page(draw) for _ in range(HONEST)]
    texts += [simulate(_page(draw), SPINNER, seed=seed, rate=RATE).text for seed in range(SPUN)]
    texts += [
        "",
        " ",
        "Too short to say.",
        "naïve café \N{SNOWMAN} \N{GRINNING FACE} " + _page(draw),
        "nul \0 " + _page(draw),
    ]
    draw.shuffle(texts)
    return tuple(Document(f"doc-{number:04}", text) for number, text in enumerate(texts))


def _page(draw: random.Random) -> str:
    """Two paragraphs, some 120 words."""
    sentences = [_sentence(pattern, draw) for pattern in draw.sample(PATTERNS, 6)]
    return "\n\n".join(" ".join(sentences[i : i + 3]) for i in (0, 3))


def _sentence(pattern: str, draw: random.Random) -> str:
    time = draw.choice(TIMES)
    return pattern.format(
        place=draw.choice(PLACES),
        person=draw.choice(PEOPLE),
        thing=draw.choice(THINGS),
        time=time,
        Time=time.capitalize(),
    )


def write_crawl(root: Path, files: int = 3) -> list[str]:
    """Write the documents that are not empty as WET below ``root``, laid out as Common Crawl does; the paths, from there."""
    crawl = "crawl-data/CC-MAIN-2025-18"
    there = [document for document in documents() if document.text]
    paths = [f"{crawl}/segments/1/wet/{number:05}.warc.wet.gz" for number in range(files)]
    for number, path in enumerate(paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        records = [_record("warcinfo", "", "software: specimens\r\n")]
        records += [_record("conversion", document.id, document.text) for document in there[number::files]]
        (root / path).write_bytes(b"".join(gzip.compress(record) for record in records))
    (root / crawl / "wet.paths.gz").write_bytes(gzip.compress("".join(f"{path}\n" for path in paths).encode()))
    return paths


def _record(kind: str, name: str, text: str) -> bytes:
    body = text.encode()
    headers = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        "WARC-Date: 2026-01-01T00:00:00Z",
        f"WARC-Record-ID: <urn:example:{name}>",
    ]
    headers += [f"WARC-Target-URI: https://example.org/{name}"] if name else []
    headers += ["Content-Type: text/plain", f"Content-Length: {len(body)}"]
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"
