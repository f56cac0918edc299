"""Ragged arrays and packed look-up tables. This room knows nothing of text.

* :mod:`unspin.arrays.ragged`: rows of different lengths, laid end to end in one flat array;
* :mod:`unspin.arrays.fuse`: tables that hold a few bits for each of many keys, without the keys;
* :mod:`unspin.arrays.machine`: what a processor can do with many bytes at once, for compiled loops over them.
"""
