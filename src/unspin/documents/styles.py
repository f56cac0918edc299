"""Inline styles of HTML: as far as they hide text or part words. Style sheets are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["Style", "declarations", "font_is_zero", "hides", "sets_apart", "visibility"]

Style = Mapping[str, str]
"""Properties and their values, in lower case."""

_LENGTH: Final = re.compile(
    r"(?<![\w.])([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(px|em|rem|ch|ex|pt|pc|in|cm|mm|%|vw|vh)?(?![\w.%])"
)
# How far to the left or above something must stand to be out of sight, by unit. Less is a matter of layout.
_FAR: Final = {"": 999, "px": 999, "pt": 749, "em": 62, "rem": 62, "ch": 99, "ex": 99, "%": 100, "vw": 100, "vh": 100}
_ABSOLUTE: Final = frozenset("px rem pt pc in cm mm vw vh".split())
_KEYWORDS: Final = frozenset("xx-small x-small small medium large x-large xx-large xxx-large initial".split())
_POSITIONS: Final = ("left", "right", "top", "bottom", "margin-left", "margin-top", "margin", "inset")
# Beside one of these, what is transparent is about to be faded in.
_MOVES: Final = frozenset({"transform", "transition", "animation", "will-change"})
_APART: Final = re.compile(r"block|flex|grid|table|list-item|flow-root")
_SIDES: Final = ("left", "right", "inline", "inline-start", "inline-end")


def declarations(style: str) -> Style:
    """The declarations of a ``style`` attribute; of several for one property the last."""
    found = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def hides(style: Style) -> bool:
    """Whether an element of this style is out of sight with all that is in it."""
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    if _is_zero(style.get("opacity", "")) and not _MOVES & style.keys():
        return True
    return _is_far(style.get("text-indent", "")) or _is_cut_away(style)


def visibility(style: Style) -> bool | None:
    """Whether ``visibility`` shows the text; None where it says nothing. Elements inherit it."""
    value = style.get("visibility")
    return None if value is None or value == "inherit" else value not in ("hidden", "collapse")


def font_is_zero(style: Style) -> bool | None:
    """Whether the font has no size; None where it is as in the parent (a multiple of it, too). Elements inherit it."""
    for value in [style.get("font-size", ""), *(part.partition("/")[0] for part in style.get("font", "").split())]:
        number, unit = next(_lengths(value), (1.0, ""))
        if number == 0:
            return True
        if unit in _ABSOLUTE or value in _KEYWORDS:
            return False
    return None


def sets_apart(style: Style) -> bool:
    """Whether an inline element of this style keeps a distance from the text beside it."""
    if _APART.search(style.get("display", "")) or style.get("position") in ("absolute", "fixed"):
        return True
    if style.get("float", "none") != "none":
        return True
    for property in ("margin", "padding"):
        if any(number > 0 for side in _SIDES for number, _ in _lengths(style.get(f"{property}-{side}", ""))):
            return True
        around = [number for number, _ in _lengths(style.get(property, ""))]
        if any(number > 0 for number in around[1::2] or around):  # right and left, if they are named by themselves
            return True
    return False


def _is_cut_away(style: Style) -> bool:
    """Whether it is moved out of the window or cut down to next to nothing."""
    if style.get("position") in ("absolute", "fixed"):
        is_track = any(number > _FAR.get(unit, 999) for number, unit in _lengths(style.get("width", "")))  # of a slider
        if not is_track and any(_is_far(style.get(property, "")) for property in _POSITIONS):
            return True
        rectangle = [number for number, _ in _lengths(style.get("clip", "").replace(",", " "))]
        if len(rectangle) == 4 and (rectangle[2] <= rectangle[0] or rectangle[1] <= rectangle[3]):
            return True
    path = style.get("clip-path", "")
    number, unit = next(_lengths(path.replace("(", " ").replace(")", " ")), (1.0, ""))
    if (path.startswith("inset") and unit == "%" and number >= 50) or (path.startswith("circle") and number == 0):
        return True
    is_cut = style.get("overflow", "").startswith(("hidden", "clip"))
    return is_cut and any(number <= 1 for p in ("width", "height") for number, _ in _lengths(style.get(p, "")))


def _lengths(value: str) -> Iterator[tuple[float, str]]:
    """Numbers and their units."""
    for match in _LENGTH.finditer(value):
        yield float(match[1]), match[2] or ""


def _is_zero(value: str) -> bool:
    return [number for number, _ in _lengths(value)] == [0]


def _is_far(value: str) -> bool:
    return any(number <= -_FAR.get(unit, 99) for number, unit in _lengths(value))
