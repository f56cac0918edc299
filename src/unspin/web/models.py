"""Requests and answers, as pydantic checks them and OpenAPI shows them.

A reading is not modelled a second time: its schema is ``report/reading.schema.json``, and ``openapi.py`` puts it in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from unspin.documents import Format as DocumentFormat
from unspin.errors import OptionError
from unspin.settings import CLAIMED_FROM, OPERATING_POINT, Settings, fast_by_default
from unspin.web.problems import CODES, Problem

__all__ = [
    "AddressRequest",
    "BatchDocument",
    "BatchRequest",
    "CompareRequest",
    "DocumentFormat",
    "Error",
    "ExportRequest",
    "Form",
    "Health",
    "LimitsInForce",
    "NamedReading",
    "OperatingPoint",
    "Place",
    "ReadRequest",
    "ReadSettings",
    "ReportSettings",
    "Restored",
    "Text",
    "TraceRequest",
    "Version",
]

MOST_ENTRIES = 100_000
"""Words of a dictionary that a request may bring; the lexicon knows 32,000 originals."""
_MOST_CHARACTERS = 2_000_000  # of them all, spun words and originals

_TEXT = (
    "The bowl is connected the shelf, and the kiln behind it has been cold since the flood. Nobody in the village could"
    " say successful which year the potter had left, or why she had taken nothing with her."
)
_SOURCE = (
    "The bowl is on the shelf, and the kiln behind it has been cold since the flood. Nobody in the village could say in"
    " which year the potter had left, or why she had taken nothing with her."
)
_POINT = "Call a document spun if at most this share of ordinary documents scores as high."


def _unicode(text: str) -> str:
    """A string that UTF-8 can hold; JSON can spell half a surrogate pair, which is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "half of a surrogate pair, which is no character") from None
    return text


def _printable(name: str) -> str:
    """A name without what cannot be shown, such as half a surrogate pair where it was cut."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _operating_point(share: float) -> float:
    """A share that :class:`unspin.settings.Settings` takes; its message without the number that was sent."""
    try:
        return Settings(operating_point=share).operating_point
    except OptionError as error:
        raise PydanticCustomError("option", "{why}", {"why": str(error).partition(": ")[2]}) from None


def _of_bounded_size(dictionary: Any) -> Any:
    """A dictionary as it came from JSON, before its words are looked at one by one, which costs memory.

    Raises:
        Problem: it is too large.
    """
    if isinstance(dictionary, dict):
        characters = sum(map(len, dictionary)) + sum(len(word) for word in dictionary.values() if isinstance(word, str))
        if len(dictionary) > MOST_ENTRIES or characters > _MOST_CHARACTERS:
            raise Problem(
                "too-large",
                f"dictionary: {len(dictionary):,} words in {characters:,} characters; it may have {MOST_ENTRIES:,} in"
                f" {_MOST_CHARACTERS:,}",
            )
    return dictionary


Name = Annotated[str, AfterValidator(_printable)]
Text = Annotated[str, AfterValidator(_unicode)]
OperatingPoint = Annotated[
    float,
    AfterValidator(_operating_point),
    Field(
        description=_POINT,
        examples=[OPERATING_POINT],
        json_schema_extra={"exclusiveMinimum": 0.0, "maximum": 1.0},
    ),
]
Dictionary = Annotated[
    dict[Text, Text], BeforeValidator(_of_bounded_size), Field(json_schema_extra={"maxProperties": MOST_ENTRIES})
]
Form = Literal["html", "docx", "csv", "json", "md"]

_ADDRESS = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7f]+$"
_LONGEST_ADDRESS = 2_000
_LAST = 1_000_000_000  # page or paragraph; no document has more
_MOST_SOURCES = 24  # of one document, as a search may name
_MOST_COPIES = 1_000
_MOST_PLACES = 200_000  # substitutions of one reading; a document of the default length has some 120,000 words


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ReadSettings(_Strict):
    """How to read; the same for all documents of a request."""

    operating_point: OperatingPoint = OPERATING_POINT
    fill_all: bool = Field(
        default=False,
        description="Fill in guesses that are not sure enough too; otherwise such a word stays as found.",
    )
    tortured: bool = Field(
        default=False, description="Restore tortured phrases of science even where the document reads as written."
    )
    fast: bool = Field(
        default=False,
        description="Read a spun document in a tenth of the time; fewer are found and fewer words restored.",
    )

    def settings(self) -> Settings:
        """What the reader is told."""
        return Settings(
            operating_point=self.operating_point,
            fill_all=self.fill_all,
            tortured=self.tortured,
            fast=self.fast or fast_by_default(),
        )


class ReadRequest(ReadSettings):
    """One text and how to read it."""

    text: Text = Field(description="The document as plain text.", examples=[_TEXT])
    dictionary: Dictionary | None = Field(
        default=None,
        description="The spinner's dictionary where it is known, from spun word to original; 413 for a larger one.",
        examples=[{"connected": "on", "successful": "in"}],
    )

    def settings(self) -> Settings:
        """What the reader is told."""
        return super().settings().changed(dictionary=self.dictionary)


class AddressRequest(ReadSettings):
    """The address of a page and how to read it."""

    address: Text = Field(
        max_length=_LONGEST_ADDRESS,
        pattern=_ADDRESS,
        description="Of a page, a PDF or another document on the public web.",
        examples=["https://journal.example/page-17"],
    )


class CompareRequest(_Strict):
    """A text and what it may have been made from."""

    text: Text = Field(description="The page as plain text.", examples=[_TEXT])
    source: Text = Field(description="The text that it may have been made from.", examples=[_SOURCE])


class TraceRequest(ReadRequest):
    """A text whose sources are looked for."""

    read: bool = Field(
        default=True,
        description="Read the text first, and look for the words that are restored too; without, it takes milliseconds, and"
        " the settings of the reader mean nothing.",
    )
    threshold: float = Field(
        default=CLAIMED_FROM,
        gt=0,
        le=1,
        description="Call a document a source from this probability on.",
        examples=[CLAIMED_FROM],
    )


class BatchDocument(_Strict):
    """One document of a batch."""

    id: Text | None = Field(
        default=None,
        max_length=200,
        description="Comes back with the result; without one, the position in the batch from 0.",
        examples=["page-17"],
    )
    text: Text = Field(description="The document as plain text.", examples=[_TEXT])


class BatchRequest(ReadSettings):
    """Several texts, read each for itself."""

    documents: list[Any] = Field(
        min_length=1,
        description="In the order in which the results come. One that is not as described fails alone.",
        examples=[[{"id": "page-17", "text": _TEXT}, {"text": "Too short to be judged."}]],
    )


class Place(_Strict):
    """Where a substitution lies in the document as people see it."""

    page: int | None = Field(ge=1, le=_LAST, description="From 1; null where the format has no pages.")
    paragraph: int = Field(ge=1, le=_LAST, description="From 1: of the page, or of the document where it has no pages.")


class NamedSource(_Strict):
    """A text that a document was made from."""

    name: Name = Field(max_length=500, description="As it stands in the report.", examples=["harbour.txt"])
    text: Text = Field(description="All of it; the report quotes what the document has of it.", examples=[_SOURCE])
    probability: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="That it is a source, as `/v1/trace` said it; null where it was given and not searched for.",
    )
    date: Name | None = Field(default=None, max_length=100, description="Where it is known.")
    url: Name | None = Field(default=None, max_length=_LONGEST_ADDRESS, description="Shown, never opened.")
    near_copies: list[Name] = Field(
        default_factory=list, max_length=_MOST_COPIES, description="Names of texts that say the same."
    )


class NamedReading(_Strict):
    """A reading, perhaps with the choices that somebody made in it, under the name of its document."""

    name: Name = Field(max_length=500, description="As it stands in the report.", examples=["page-17.html"])
    format: DocumentFormat = Field(default="text", description="What the document was.")
    reading: dict[str, Any] = Field(
        description="As another path gave it. A substitution may be left out or have another `original`, if `restored` is"
        " made to match; whatever does not fit together is refused."
    )
    places: list[Place] | None = Field(
        default=None,
        max_length=_MOST_PLACES,
        description="Where the substitutions of this reading lie, one for each, in order.",
    )
    sources: list[NamedSource] = Field(
        default_factory=list,
        max_length=_MOST_SOURCES,
        description="What the document was made from, the one that explains most first. They are aligned anew: the report"
        " proves it, and has the document in their wording. Not in `csv`.",
    )


class ReportSettings(ReadSettings):
    """How the readings were made, for the report to say; what is left out is taken for the default."""

    dictionary: Name | None = Field(
        default=None, max_length=500, description="Name of the spinner's dictionary, where one was given."
    )


class ExportRequest(_Strict):
    """Readings to be kept, and in which form."""

    readings: list[NamedReading] = Field(min_length=1)
    format: Form = Field(
        description="`html` is one self-contained page, `docx` has tracked changes, `csv` is the table of swaps."
    )
    public: bool = Field(default=False, description="Leave out the full text and keep the evidence.")
    settings: ReportSettings | None = Field(
        default=None, description="The same for all readings; without them the report says that they are not recorded."
    )


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs.", json_schema_extra={"enum": list(CODES)})
    message: str = Field(description="One line for people; it may name a field, never what stood in it.")


class Restored(BaseModel):
    """The restored text alone."""

    restored: str = Field(description="What was probably written; the text as given where it does not read as spun.")
    spun: bool = Field(description="Whether the text reads as machine-spun at the operating point chosen.")


class Health(BaseModel):
    """That the server lives, and how busy it is."""

    status: Literal["ok"] = "ok"
    running: int = Field(ge=0, description="Documents being read.")
    waiting: int = Field(ge=0, description="Documents waiting for a thread.")


class LimitsInForce(BaseModel):
    """What this server takes on; see the options of `unspin serve`."""

    body_bytes: int = Field(description="Size of a request; 413 beyond.")
    characters: int = Field(
        description="Length of one document in Unicode code points; a file is cut there, 413 for other texts."
    )
    documents: int = Field(description="Documents in a batch, readings in an export; 413 beyond.")
    seconds: float = Field(description="Time for a request, waiting included; 503 beyond.")
    parallel: int = Field(description="Readings at a time.")
    queue: int = Field(description="Requests that may wait; 503 beyond.")


class Version(BaseModel):
    """Which unspin this is, and its limits."""

    unspin: str = Field(description="Version of the program.", examples=["0.2.0"])
    reading: str = Field(description="Format of the readings.", examples=["unspin-reading-1"])
    limits: LimitsInForce
    addresses: bool = Field(description="Whether it fetches what stands at an address; see `--addresses`.")
    archive: bool = Field(description="Whether it looks for sources in an archive; see `--index`.")
