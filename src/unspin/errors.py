"""Everything that can go wrong on purpose.

::

    UnspinError
    ├── InputError              the document
    │   ├── MissingInput        no such file, no match, or it may not be read
    │   ├── EmptyInput          there is no text in it
    │   ├── BinaryInput         it is not text
    │   ├── UnknownEncoding     neither UTF-8, nor UTF-16 with a mark, nor plausible Windows-1252
    │   ├── UnknownFormat       a format that this installation does not read
    │   ├── CorruptInput        an archive or a table that ends too early or cannot be unpacked
    │   └── InvalidReading      JSON that is not a reading
    ├── OutputError             the result cannot be written: a full disk, a folder in use, no permission
    ├── OptionError             a setting that does not exist or is out of range
    └── ModelError              what is needed to judge
        ├── MissingExtra        an optional part is not installed
        └── DamagedData         a file of the package, a model or a dictionary cannot be used

The message of each is one line: what is wrong, then what to do next. Anything else that is raised is a bug.
"""

from __future__ import annotations

__all__ = [
    "BinaryInput",
    "CorruptInput",
    "DamagedData",
    "EmptyInput",
    "InputError",
    "InvalidReading",
    "MissingExtra",
    "MissingInput",
    "ModelError",
    "OptionError",
    "OutputError",
    "UnknownEncoding",
    "UnknownFormat",
    "UnspinError",
]


class UnspinError(Exception):
    """Base of all errors that a user can do something about."""


class InputError(UnspinError):
    """A document cannot be read."""


class MissingInput(InputError):
    """There is no such file, a pattern matches nothing, or the file may not be read."""


class EmptyInput(InputError):
    """The document holds no text."""


class BinaryInput(InputError):
    """The document is not text."""


class UnknownEncoding(InputError):
    """The bytes are text in no encoding that unspin reads."""


class UnknownFormat(InputError):
    """The document is in a format that this installation does not read."""


class CorruptInput(InputError):
    """An archive or a table ends too early or cannot be unpacked."""


class InvalidReading(InputError):
    """The JSON is not a reading of a version that this program knows."""


class OutputError(UnspinError):
    """The result cannot be written: a full disk, a folder in use, no permission."""


class OptionError(UnspinError):
    """A setting does not exist or is out of range."""


class ModelError(UnspinError):
    """What is needed to judge a document is missing or cannot be used."""


class MissingExtra(ModelError):
    """An optional part of unspin is not installed.

    Attributes:
        extra: its name, as in ``pip install '.[extra]'``.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        """Say what needs the part: ``MissingExtra("deep", "a language model of your own")``."""
        super().__init__(
            f"{purpose} needs an optional part; install it from a clone of unspin with: pip install '.[{extra}]'"
        )
        self.extra = extra


class DamagedData(ModelError):
    """A data file, a model or a dictionary is missing, broken or of another version."""
