"""How a restored word is written: its capitals, and the indefinite article before it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from unspin.text.words import Shape, shape_of

__all__ = ["FUNCTION_WORDS", "indefinite_article", "match_case"]

# Words that English does not capitalise inside a sentence nor inside a headline; where such a word is restored, a
# capital on the spun word is the dictionary's ("Oregon" for "or"), not the writer's.
FUNCTION_WORDS: Final = frozenset(
    "a an the and or but nor so yet as at by for from in into of off on onto out over per than that then to up upon via"
    " with within without about after before between through during until under since if when while where who whom"
    " whose which what how why because although though am is are was were be been being have has had having do does did"
    " will would shall should can could may might must not no he she it we they you him her us them his its our their"
    " your my me this these those there here some any all both each most more such only just also very".split()
)
_ALWAYS = {"i": "I", "i'm": "I'm", "i've": "I've", "i'll": "I'll", "i'd": "I'd"}


def match_case(found: str, original: str, sentence_start: bool) -> str:
    """``original`` in the case of the word that stands in its place.

    - a capital of its own (``British``, ``UK``, ``I``) always stays;
    - ALL CAPS stay all caps, lower case stays lower case;
    - a capital at the start of a sentence goes to the restored word, whatever it is;
    - inside a sentence a capital goes over (``Premier → Prime`` in a title), but not to a function word: the capital of
      ``Oregon`` for ``or`` came out of the spinner's dictionary;
    - a figure has no case: what replaces it takes a capital at the start of a sentence only.

    Args:
        found: what stands in the text.
        original: the restored word or words, lower case unless always written with a capital.
        sentence_start: whether ``found`` begins a sentence.
    """
    original = _ALWAYS.get(original.replace("’", "'"), original)
    if not found or not original:
        return original
    cased = found != found.lower() or found != found.upper()
    if not cased:
        return _capitalise(original) if sentence_start else original
    shape = _phrase_shape(found)
    if shape == Shape.UPPER:
        return original.upper()
    if shape == Shape.LOWER or not found[0].isupper():
        return original
    if sentence_start and (" " not in found or shape != Shape.CAPITALISED):
        return _capitalise(original)
    if shape == Shape.CAPITALISED:
        if " " in found:  # every word of a spun phrase has a capital: a title
            return " ".join(
                w if w in FUNCTION_WORDS and i else _capitalise(w) for i, w in enumerate(original.split(" "))
            )
        return original if original in FUNCTION_WORDS else _capitalise(original)
    return original


def _phrase_shape(found: str) -> Shape:
    """The shape that all words of ``found`` share, function words in a title aside; ``MIXED`` when they share none."""
    parts = [part for part in found.split() if part != part.lower() or part not in FUNCTION_WORDS] or found.split()
    shapes = {shape_of(part) for part in parts}
    if shapes <= {Shape.UPPER, Shape.CAPITALISED} and Shape.UPPER in shapes and found == found.upper():
        return Shape.UPPER
    return shapes.pop() if len(shapes) == 1 else Shape.MIXED


def _capitalise(word: str) -> str:
    return word[:1].upper() + word[1:]


_LETTERS_WITH_AN = frozenset("aefhilmnorsx")
_SILENT_H = re.compile(r"(?:hour|honest|honou?r|heir)")
_CONSONANT_SOUND = re.compile(
    r"uni(?!n|m[aip]|dent)|unanim|us[aeui]|ut(?:ens|il|o)|uter|ubiq|ufo|uk|ur(?:an|in|e[at])"
    r"|eu|ewe|ewer|one(?!rous)|once|ouija"
)
# Capitals read as a word, where letter by letter would give the other article.
_READ_AS_WORD = frozenset(
    "nasa nato nafta nasdaq laser radar ram rom lan sars sim scuba sonar fema fifa lidar mercosur sat swat hud raid"
    " man new hit low red net law son sun run men map let lot rich real home house".split()
)
_NUMBER = re.compile(r"\d+(?:,\d{3})*")


def indefinite_article(next_word: str) -> str:
    """``"a"`` or ``"an"``, as the sound of the word that follows asks: an hour, a university, an MP, an 8, a 10.

    Capitals are read letter by letter (``an FBI``) unless they are known as a word (``a NATO``).
    """
    word = next_word.strip("\"'“”‘’«»()[]{}*_-–— ")
    if not word:
        return "a"
    number = _NUMBER.match(word)
    if number:
        return "an" if _number_starts_with_vowel(number.group()) else "a"
    plain = unicodedata.normalize("NFKD", word)
    letters = re.split(r"[^a-z]", plain.encode("ascii", "ignore").decode().lower().replace("'", ""))[0]
    if not letters:
        return "a"
    spelled = len(letters) == 1 or (len(letters) <= 5 and word.isupper() and letters not in _READ_AS_WORD)
    if spelled and (len(letters) < 4 or not re.search("[aeiou]", letters)):
        return "an" if letters[0] in _LETTERS_WITH_AN else "a"
    if _SILENT_H.match(letters):
        return "an"
    if _CONSONANT_SOUND.match(letters):
        return "a"
    return "an" if letters[0] in "aeiou" else "a"


def _number_starts_with_vowel(number: str) -> bool:
    """Eight, eighty, eight hundred; eleven and eighteen, alone, as thousands, or as the first half of a year."""
    digits = number.replace(",", "")
    if digits.startswith("8"):
        return True
    year = len(digits) == 4 and "," not in number
    return digits[:2] in {"11", "18"} and (len(digits) % 3 == 2 or year)
