"""Honest text made rough: what people, scanners and programs do to text that no spinner has seen.

The swap head must not take a learner's error, a scanner's misreading or shorthand for a swap. Open corpora of such text
are few, so it is made by rule from clean text. Everything made here counts as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import numpy as np

from training.lexicon import _american as american
from unspin.lexicon import Lexicon

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_ARTICLE = re.compile(r"\b(?:the|a|an) (?=[a-z])")
_LOOKALIKES = {
    "l": "1",
    "o": "0",
    "e": "c",
    "h": "b",
    "m": "rn",
    "i": "l",
    "s": "5",
    "n": "u",
    "a": "o",
    "t": "l",
    "c": "e",
    "u": "n",
}
_PREPOSITIONS = "in on at to for of with from by about".split()
_SHORT = {
    "percent": "pct", "years": "yrs", "year": "yr", "without": "w/o", "with": "w/", "and": "&", "people": "ppl", "about": "abt",
    "because": "bc", "you": "u", "are": "r", "your": "ur", "before": "b4", "please": "pls", "though": "tho", "okay": "ok",
    "through": "thru", "going to": "gonna", "want to": "wanna", "hours": "hrs", "minutes": "mins", "government": "govt",
    "information": "info", "international": "intl", "million": "mln", "billion": "bln", "company": "co", "them": "em",
}  # fmt: skip
_DIALECT = {
    "and": "an",
    "old": "owd",
    "you": "ye",
    "of": "o",
    "your": "yer",
    "them": "em",
    "to": "ter",
    "for": "fer",
    "with": "wi",
    "the": "t",
    "isn't": "ain't",
}
_OFFICIAL = {
    "told": "informed", "said that": "informed that", "asked": "directed", "ordered": "directed", "urged": "exhorted",
    "encouraged": "exhorted", "event": "function", "events": "functions", "ceremony": "function", "party": "function",
    "remaining": "balance", "students": "wards", "children": "wards", "people": "persons", "citizens": "denizens",
    "as soon as possible": "at the earliest", "soon": "at the earliest", "help": "cooperation", "problems": "grievances",
    "complaints": "grievances", "issues": "burning issues", "fix": "rectify", "fixed": "redressed", "solved": "redressed",
    "resolved": "redressed", "needed": "requisite", "necessary": "needful", "important": "vital", "attended": "graced",
    "visited": "called on", "present": "also present", "many": "a good number of", "many people": "prominent persons",
    "inspect": "take stock of", "inspected": "took stock of", "stopped": "discontinued", "arrested": "nabbed",
    "caught": "apprehended", "criminals": "miscreants", "fugitive": "absconder", "fled": "absconded",
    "killed": "done to death", "died": "expired", "thieves": "dacoits", "guilty": "delinquent", "strict": "stringent",
    "hard": "stern", "speech": "address", "opened": "inaugurated", "started": "flagged off", "launched": "flagged off",
    "started working": "commenced", "begin": "commence", "began": "commenced", "ended": "concluded", "end": "culminate",
    "given": "accorded", "handed out": "distributed", "praised": "lauded", "thanked": "felicitated",
    "honored": "felicitated", "poor": "downtrodden", "area": "locality", "areas": "localities", "neighborhood": "colony",
    "because of": "on account of", "about": "regarding", "under": "vide", "according to": "as per",
    "quickly": "on priority basis", "on time": "in a time-bound manner", "approved": "sanctioned", "allowed": "permitted",
    "warned": "cautioned", "explained": "apprised them of", "promised": "assured", "requested": "prayed",
    "meeting": "sitting", "postponed": "deferred", "moved forward": "preponed", "updated": "upgraded",
    "to discuss": "to discuss about", "discussed": "deliberated upon", "study": "pursue studies in",
    "graduated": "passed out", "leave": "proceed on leave", "retired": "superannuated", "money": "funds", "buy": "procure",
    "bought": "procured", "provided": "extended", "provide": "extend", "gave": "extended",
    "support": "wholehearted support", "before": "prior to", "after": "post", "later": "thereafter",
    "first": "at the outset", "finally": "lastly", "use": "utilise", "used": "utilised", "use of": "utilisation of",
    "whole": "entire", "the project": "the said project", "the work": "the said work",
    "the committee": "the said committee", "the case": "the instant case", "the company": "the said company",
    "this matter": "the matter", "attention": "kind attention", "please": "kindly", "return": "revert",
    "reply": "revert back", "worried": "apprehensive", "angry": "irate", "protested": "staged a dharna", "strike": "bandh",
    "road": "link road", "students who": "wards who", "concerned officials": "officials concerned", "relevant": "concerned",
    "young people": "youths", "youth": "youths", "the public": "the general public", "everyone": "one and all",
    "advice": "advices", "equipment": "equipments", "staff": "staffs", "training": "trainings",
    "information": "informations", "he said": "he opined", "she said": "she opined", "they said": "they averred",
    "said": "averred", "stated": "opined", "emphasized": "stressed upon", "emphasize": "stress upon",
    "demanded": "demanded for", "ordered to": "directed to", "comprises": "comprises of", "often": "time and again",
}  # fmt: skip
_IDENTIFIERS = (
    "getValue() foo_bar ArrayList NullPointerException main.py --verbose <div> null int argv[0] self.value README.md"
    " org.eclipse.core v2.1.3 http://example.org/a/b utf-8 stdout x86_64 #define TODO: /etc/hosts git commit"
).split()


def roughen(text: str, lexicon: Lexicon, random: np.random.Generator) -> str:
    """A text roughened in one way, drawn at random."""
    ways: tuple[Callable[[str, np.random.Generator], str], ...] = (
        learner, learner, scanned, doubled, shorthand, shorthand, dialect, coded, telegraphic, glued, official, official,
    )  # fmt: skip
    if random.random() < 0.3:
        return british(text, lexicon)
    return ways[int(random.integers(len(ways)))](text, random)


def learner(text: str, random: np.random.Generator) -> str:
    """Articles lost or put in, endings lost or added, prepositions changed, words in a wrong order."""
    rate = random.uniform(0.02, 0.12)
    text = _ARTICLE.sub(lambda m: "" if random.random() < 3 * rate else m[0], text)

    def change(match: re.Match[str]) -> str:
        word = match[0]
        if random.random() >= rate or not word.islower():
            return word
        if word in _PREPOSITIONS:
            return _PREPOSITIONS[int(random.integers(len(_PREPOSITIONS)))]
        for ending in ("ing", "ed", "es", "s", "ly"):
            if word.endswith(ending) and len(word) > len(ending) + 2 and random.random() < 0.7:
                return word[: -len(ending)]
        kind = random.random()
        if kind < 0.35 and len(word) > 3:
            return word + "s"
        if kind < 0.5 and len(word) > 3:
            return word + "ing"
        if kind < 0.6:
            return "the " + word
        if len(word) > 4:
            at = int(random.integers(1, len(word) - 2))
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word

    return _WORD.sub(change, text)


def scanned(text: str, random: np.random.Generator) -> str:
    """Letters misread, as by a scanner."""
    rate = random.uniform(0.005, 0.08)
    chance = random.random(len(text)) < rate
    return "".join(_LOOKALIKES.get(c, c) if hit else c for c, hit in zip(text, chance.tolist(), strict=True))


def doubled(text: str, random: np.random.Generator) -> str:
    """Words twice."""
    rate = float(random.choice([0.05, 0.3, 1.0]))
    return _WORD.sub(lambda m: f"{m[0]} {m[0]}" if random.random() < rate else m[0], text)


def shorthand(text: str, random: np.random.Generator) -> str:
    """Shorthand of newswires, notes and chats: a few words of the text each have one."""
    known = {word for word in _SHORT if random.random() < 0.4}
    return _exchanged(text, _SHORT, known or {"percent"})


def dialect(text: str, random: np.random.Generator) -> str:
    """English as spoken: some words in dialect spelling."""
    known = {word for word in _DIALECT if random.random() < 0.4}
    text = _exchanged(text, _DIALECT, known or {"and"})
    return re.sub(r"ing\b", "in", text) if random.random() < 0.5 else text


def official(text: str, random: np.random.Generator) -> str:
    """English of offices and newspapers in India, Pakistan and West Africa, which swaps many a word by custom."""
    share = random.uniform(0.2, 0.7)
    known = {word for word in _OFFICIAL if random.random() < share}
    return _exchanged(text, _OFFICIAL, known or {"said"})


def _exchanged(text: str, table: Mapping[str, str], known: Collection[str]) -> str:
    """A text with the words and phrases that are ``known`` as the table has them, the longest first."""
    pattern = re.compile(r"\b(?:" + "|".join(sorted(known, key=len, reverse=True)) + r")\b")
    return pattern.sub(lambda m: table[m[0]], text)


def coded(text: str, random: np.random.Generator) -> str:
    """Names of code between the words, as in bug reports and manuals."""
    rate = random.uniform(0.02, 0.12)
    return _WORD.sub(
        lambda m: f"{m[0]} {_IDENTIFIERS[int(random.integers(len(_IDENTIFIERS)))]}" if random.random() < rate else m[0],
        text,
    )


def telegraphic(text: str, random: np.random.Generator) -> str:
    """Articles and forms of *be* left out, as in titles, notes and advertisements."""
    share = random.uniform(0.5, 1.0)
    return re.sub(r"\b(?:the|a|an|is|are|was|were|of|to) ", lambda m: "" if random.random() < share else m[0], text)


def glued(text: str, random: np.random.Generator) -> str:
    """Spaces lost, as in text out of a PDF."""
    rate = random.uniform(0.03, 0.4)
    return re.sub(" ", lambda m: "" if random.random() < rate else " ", text)


def british(text: str, lexicon: Lexicon) -> str:
    """British spelling throughout."""
    table = _british(lexicon)

    def change(match: re.Match[str]) -> str:
        word = table.get(match[0].lower())
        if word is None:
            return match[0]
        return word.capitalize() if match[0][0].isupper() else word

    return _WORD.sub(change, text)


@lru_cache(maxsize=1)
def _british(lexicon: Lexicon) -> dict[str, str]:
    """From American to British spelling, for the words of which the lexicon has both."""
    by_plain: dict[str, list[str]] = {}
    for form in lexicon.forms[: lexicon.vocabulary]:
        by_plain.setdefault(american(form), []).append(form)
    return {
        plain: variant
        for plain, group in by_plain.items()
        for variant in group[1:] + group[:1]
        if len(plain) > 5 and plain in group and variant != plain and variant.rstrip("s") != plain.rstrip("s")
    }
