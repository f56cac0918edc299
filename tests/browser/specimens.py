"""Readings for the page to show, made without models: a small dictionary takes the place of the reader.

The texts are written for these tests. :func:`read` answers as ``/v1/read`` does, in the format of
``report/reading.schema.json``, so that the page can be tested for itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from operator import itemgetter
from typing import Any

Alternatives = list[tuple[str, float]]

DICTIONARY: dict[str, tuple[str, float, Alternatives, list[str]]] = {
    "caller": ("new", 0.75, [("fresh", 0.2), ("caller", 0.03)], ["new", "fresh", "caller"]),
    "aforesaid": ("said", 0.99, [], ["said", "aforesaid"]),
    "connected": ("on", 0.97, [("at", 0.02)], ["on", "connected"]),
    "indium": ("in", 0.98, [("indium", 0.01)], ["in", "indium"]),
    "vessel": ("boat", 0.62, [("ship", 0.25), ("pot", 0.08), ("vessel", 0.05)], ["boat", "vessel"]),
    "eld": ("years", 0.94, [("age", 0.05)], ["years", "eld"]),
    "chequer": ("check", 0.41, [("agree", 0.3), ("chequer", 0.1), ("stop", 0.05)], ["check", "chequer"]),
    "enactment": ("work", 0.55, [("act", 0.4)], ["work", "act", "enactment"]),
    "whitethorn": ("may", 1.0, [], ["may", "whitethorn"]),
    "dwelling": ("home", 0.91, [("house", 0.07)], ["home", "dwelling"]),
}
INSERTED = " simply"
PART_SIGN = "* * *"
"""In a text that holds this line, what follows it reads as spun, and nothing before."""

SPUN = """The caller ferry to Sallow Island

The caller vessel left indium fog, as it has done for thirty eld. Captain Ruth Amberley, who is 61, aforesaid the crossing
had been quiet. “Nobody was sick connected the way over,” she aforesaid. “It is simply a fine piece of enactment.”

Mr Teague, who built the vessel with his brother at Polwenna, was less sure of it. “I would chequer every bolt before the
winter,” he aforesaid. It cost £48,000, and 17 people live connected the island.

“We have bread,” wrote Ruth Amberley indium March. The 😀 caller school whitethorn open on 4 May, when the first children come
dwelling. Caller books are waiting. Polwenna sends them 25% cheaper.
"""

WRITTEN = """The ferry to Sallow Island left in fog, as it has done for thirty years. Captain Ruth Amberley, who is 61,
told the passengers that the crossing would be quiet, and it was. Nobody was sick on the way over, and the dog slept.
"""

HOSTILE = [
    "<script>window.harmed = 1</script>",
    '<img src=x onerror="window.harmed = 1">',
    "<svg onload=window.harmed=1>",
    '</p><iframe src="javascript:parent.harmed=1"></iframe>',
    '<a href="javascript:window.harmed=1">caller</a>',
    '"><script src=//127.0.0.1:9/x.js></script>',
    "<style>body { display: none }</style>",
    "<template><script>window.harmed = 1</script></template>",
    "{{constructor.constructor('window.harmed=1')()}} ${window.harmed=1}",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.harmed=1>",
    "&lt;script&gt;window.harmed=1&lt;/script&gt; &amp;amp;",
    '<meta http-equiv=refresh content="0;url=javascript:window.harmed=1">',
    "<base href=//127.0.0.1:9/><form action=javascript:window.harmed=1><button>indium</button></form>",
    "\u202e<b>reversed</b>\u202c <details open ontoggle=window.harmed=1>",
]
"""Lines of markup and script that have to come out as what they are: text. Each would set ``window.harmed``."""


def hostile_text() -> str:
    """A text that is long enough to be judged and carries all of :data:`HOSTILE`, in prose and in quotations."""
    quoted = [line.replace('"', "'") for line in HOSTILE]
    return SPUN + "\n".join(f"\n{line} said the caller, “{q} aforesaid the vessel,” they said.\n"
                            for line, q in zip(HOSTILE, quoted, strict=True))  # fmt: skip


def long_text(words: int) -> str:
    """A spun text of at least so many words, in paragraphs of some sixty."""
    paragraph = SPUN.split("\n\n")[1].replace("\n", " ")
    each = len(paragraph.split())
    return "\n\n".join(f"{paragraph} Entry {i + 1}." for i in range(-(-words // each)))


def read(text: str) -> dict[str, Any]:
    """The reading of a text by the dictionary: every word that stands in it was swapped."""
    words = len(re.findall(r"\w+", text))
    substitutions = [] if words < 30 else [_substitution(match) for match in _SWAPPED.finditer(text)]
    spun = len(substitutions) >= 4
    substitutions = substitutions if spun else []
    quotations = []
    for match in re.finditer(r"“([^”]*)”", text):
        start, end = match.span(1)
        first, after = (bisect_left(substitutions, at, key=itemgetter("start")) for at in (start, end))
        inside = substitutions[first:after]
        for s in inside:
            s["quoted"] = True
        said = _replayed(text, inside, start, end)
        after = text[match.end() : match.end() + 60]
        speaker = re.search(r"(?:aforesaid|said|wrote) ([A-Z]\w+(?: [A-Z]\w+)*)", after)
        quotations.append({
            "start": start, "end": end, "speaker": speaker[1] if speaker else None, "found": match[1], "restored": said,
            "altered": said != match[1],
        })  # fmt: skip
    rate = 1e-7 if spun else 0.4 if words >= 30 else 1.0
    verdict = "spun" if spun else "written" if words >= 30 else "unjudged"
    return {
        "schema": "unspin-reading-1",
        "unspin": "0.0.0",
        "offsets": "codepoints",
        "verdict": verdict,
        "says": {"spun": "reads as machine-spun", "written": "reads as written"}.get(verdict, "cannot be judged"),
        "spun": spun,
        "score": round(len(substitutions) * 1.5 - 2 if words >= 30 else 0.0, 3),
        "false_positive_rate": rate,
        "share": round(len(substitutions) / max(words, 1), 6),
        "words": words,
        "spinner": "wordnet-walk" if spun else None,
        "notes": [] if words >= 30 else ["too-short"],
        "text": text,
        "restored": _replayed(text, substitutions, 0, len(text)),
        "substitutions": substitutions,
        "quotations": quotations,
        "passages": _passages(text) if spun else [],
    }


def _passages(text: str) -> list[list[int]]:
    """The whole text, or what follows :data:`PART_SIGN`."""
    at = text.find(PART_SIGN)
    start = 0 if at < 0 else at + len(PART_SIGN) + 1
    return [[start, len(text.rstrip())]]


_SWAPPED = re.compile(rf"\b(?:{'|'.join(DICTIONARY)})\b|{INSERTED}\b", re.IGNORECASE)


def _substitution(match: re.Match[str]) -> dict[str, Any]:
    found = match[0]
    original, confidence, alternatives, route = DICTIONARY.get(found.lower(), ("", 0.88, [("just", 0.1)], []))
    if found[0].isupper():
        original = original.capitalize()
    return {
        "start": match.start(), "end": match.end(), "found": found, "original": original, "confidence": confidence,
        "alternatives": [list(pair) for pair in alternatives], "route": route, "quoted": False,
    }  # fmt: skip


def _replayed(text: str, substitutions: list[dict[str, Any]], start: int, end: int) -> str:
    parts, at = [], start
    for s in substitutions:
        parts += [text[at : s["start"]], s["original"]]
        at = s["end"]
    return "".join([*parts, text[at:end]])


READING = read(SPUN)
PLACES = {s["found"]: i for i, s in reversed(list(enumerate(READING["substitutions"])))}
"""The first place of each word of :data:`SPUN` that was swapped, among the substitutions."""
ALL = len(READING["substitutions"])
