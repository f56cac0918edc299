"""British and American spelling: which words differ, and which of the two a text keeps to.

Only what is the same word in two spellings counts; ``program`` and ``check`` are words of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["Spelling", "same_word", "spelling_of"]

_OUR: Final = (
    "arm ard behavi cand clam col demean endeav fav ferv flav glam harb hon hum lab neighb od parl ranc rig rum savi sav"
    " splend tum val vap vig"
)
_LL: Final = (
    "bevel cancel channel chisel counsel dial duel enamel equal fuel funnel jewel label level libel marvel model panel pedal"
    " quarrel refuel rival shovel signal snorkel swivel total travel tunnel unravel"
)
_RE: Final = "cent theat lit fib calib lust meag somb spect kilomet centimet millimet"
# British, American.
_PAIRS: Final = """grey gray|greys grays|mould mold|moulds molds|plough plow|ploughs plows|ploughed plowed
sceptic skeptic|sceptical skeptical
jewellery jewelry|aluminium aluminum|moustache mustache|pyjamas pajamas|ageing aging|fulfil fulfill|fulfils fulfills
fulfilment fulfillment|enrol enroll|enrolment enrollment|skilful skillful|wilful willful|instalment installment
instalments installments|defence defense|defences defenses|offence offense|offences offenses|pretence pretense
catalogue catalog|catalogues catalogs|manoeuvre maneuver|manoeuvres maneuvers|paediatric pediatric
anaemia anemia|anaesthetic anesthetic|haemoglobin hemoglobin|oestrogen estrogen|foetus fetus|foetal fetal|leukaemia leukemia
orthopaedic orthopedic|diarrhoea diarrhea|oesophagus esophagus|haemorrhage hemorrhage|axe ax|cosy cozy|doughnut donut"""
# The American form is a word of British English too, for something else.
_ONE_WAY: Final = """programme program|programmes programs|kerb curb|kerbs curbs|tyre tire|tyres tires
cheque check|cheques checks
storey story|storeys stories|draught draft|draughts drafts|practise practice|judgement judgment|dialogue dialog|licence license
analogue analog|metre meter|metres meters|learnt learned|burnt burned|spelt spelled|dreamt dreamed"""
_IZE: Final = re.compile(r"(\w{4,20})i([sz])(e|es|ed|ing|er|ers|ation|ations|ational|able)")
_YZE: Final = re.compile(r"(anal|paral|catal|electrol|hydrol)y([sz])(e|es|ed|ing|er|ers)")
_NOT_IZE: Final = re.compile(r"(?:advert|appr|compr|compar|prem|prom)i[sz]\w{1,9}|analyses")
Known = Callable[[str], bool]
"""Whether a form is a word."""
_ENDINGS: Final = (
    "",
    "s",
    "ed",
    "ing",
    "ful",
    "less",
    "able",
    "ably",
    "ite",
    "ites",
    "hood",
    "hoods",
    "ly",
    "al",
    "er",
    "ers",
)


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """British to American and back, and the forms that are British only where they stand."""
    british: dict[str, str] = {}
    for stem in _OUR.split():
        british |= {f"{stem}our{end}": f"{stem}or{end}" for end in _ENDINGS}
    for stem in _LL.split():
        british |= {f"{stem}l{end}": f"{stem}{end}" for end in ("ed", "ing", "er", "ers", "ings")}
    for stem in _RE.split():
        british |= {f"{stem}re{end}": f"{stem}er{end}" for end in ("", "s")}
        british[f"{stem}red"] = f"{stem}ered"
    british |= _pairs(_PAIRS)
    return british, {american: word for word, american in british.items()}, _pairs(_ONE_WAY)


def _pairs(listed: str) -> dict[str, str]:
    pairs = (pair.split() for line in listed.splitlines() for pair in line.split("|"))
    return {british: american for british, american in pairs}


def _with(word: str, sign: str) -> str | None:
    """The word with -ise or -ize, as ``sign`` says; None where it has neither."""
    for form in (_IZE, _YZE):
        match = form.fullmatch(word)
        if match and not (form is _IZE and _NOT_IZE.fullmatch(word)):
            return word[: match.start(2)] + sign + word[match.end(2) :]
    return None


def same_word(first: str, second: str) -> bool:
    """Whether two words in lower case are one in two spellings: ``kerb`` and ``curb``, ``colour`` and ``color``."""
    british, american, one_way = _tables()
    for word, other in ((first, second), (second, first)):
        if other in (british.get(word), american.get(word), one_way.get(word)):
            return True
    return first != second and _with(first, "z") is not None and _with(first, "z") == _with(second, "z")


@dataclass(frozen=True)
class Spelling:
    """How a text spells.

    Attributes:
        british: True for British, False for American, None where the text does not say.
        ise: True for -ise, False for -ize, None where the text does not say.
    """

    british: bool | None
    ise: bool | None

    def spell(self, word: str, known: Known) -> str:
        """A word in lower case as the text would spell it, if that is a ``known`` word."""
        british, american, _ = _tables()
        other = None if self.ise is None else _with(word, "s" if self.ise else "z")
        if other is None and self.british is not None:
            other = (american if self.british else british).get(word)
        return other if other is not None and known(other) else word


def spelling_of(words: Iterable[str], known: Known) -> Spelling:
    """How a text spells, from its words in lower case: what it does more often, each form counted once.

    A word counts if its other spelling is ``known`` too: nobody writes "likewize".
    """
    british, american, one_way = _tables()
    balance = ise = 0
    for word in set(words):
        balance += (word in british or word in one_way) - (word in american)
        if len(word) > 5 and (spelt := _with(word, "s")) is not None:
            other = _with(word, "z") if spelt == word else spelt
            if other is not None and known(other):
                ise += 1 if spelt == word else -1
    leans = None if balance == 0 else balance > 0
    return Spelling(leans, leans if ise == 0 else ise > 0)
