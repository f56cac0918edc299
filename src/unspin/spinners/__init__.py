"""The channel: families of spinners, their dictionaries, and specimens made with them."""

from unspin.spinners.edits import Aligned, Edit, Spinner, align
from unspin.spinners.eligibility import eligible
from unspin.spinners.families import FAMILIES, about, family, names
from unspin.spinners.simulate import Specimen, Swap, draw_dictionary, simulate

__all__ = [
    "FAMILIES",
    "Aligned",
    "Edit",
    "Specimen",
    "Spinner",
    "Swap",
    "about",
    "align",
    "draw_dictionary",
    "eligible",
    "family",
    "names",
    "simulate",
]
