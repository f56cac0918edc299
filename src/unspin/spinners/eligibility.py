"""Which tokens a spinner may touch.

Real spinners spare names, since a page without its names ranks for nothing: whatever carries a capital inside a
sentence, is written in capitals or mixed case, or is a figure, stays. Zhang et al. 2014 ("DSpin") call these the
*immutables* and find spun pages by them. Families differ in what they do with the capital at the start of a sentence.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from unspin.text import Kind, Shape, Words

__all__ = ["FUNCTION_WORDS", "eligible"]

FUNCTION_WORDS: Final = frozenset(
    "a an the this that these those some any no every each either neither both all such what which whose who whom"
    " whoever i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we"
    " us our ours ourselves they them their theirs themselves one ones none something anything nothing everything"
    " someone anyone and or but nor so yet for of in on at by to from with without within into onto upon about"
    " above across after against along among around as before behind below beneath beside besides between beyond"
    " down during except inside like near off out outside over past since through throughout toward towards under"
    " until up via than if unless though although because while whereas whether when where why how there here then"
    " now not never only also just very too even still again ever quite rather almost is am are was were be been"
    " being do does did doing done have has had having will would shall should can could may might must ought it's"
    " i'm you're he's she's we're they're i've we've they've i'll we'll he'll she'll they'll don't doesn't didn't"
    " isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't hasn't haven't hadn't that's there's"
    " what's let's s t d m re ve ll"
    " two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion".split()
)
"""Words of the closed classes, numerals included. Families that only look for *content words* pass these over."""


def eligible(words: Words, capitals: bool) -> NDArray[np.bool_]:
    """Tokens that a spinner may touch, ``bool[n]``.

    Args:
        words: the document.
        capitals: whether the family replaces the capitalised word at the start of a sentence; lower-case words it
            always may. A start is the first word or figure of the text and after ``.``, ``!`` or ``?``, as crude as in
            the wild.
    """
    lower: NDArray[np.bool_] = words.is_word & (words.shape == Shape.LOWER)
    if not capitals:
        return lower
    start = np.zeros(len(words), np.bool_)
    ended = True
    for i, (token, kind) in enumerate(zip(words.lower, words.kind.tolist(), strict=True)):
        if kind != Kind.MARK:
            start[i] = ended
            ended = False
        elif token in ".!?":
            ended = True
    lower |= start & words.is_word & (words.shape == Shape.CAPITALISED)
    return lower
