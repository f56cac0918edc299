"""Documents of every format: what comes through, where it stood, and what is refused. Fixtures are made here."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docx import Document as new_docx
from docx.oxml import OxmlElement
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from unspin.cli.main import app
from unspin.documents import LIMITS, Document, Limits, Place, expand, from_bytes, load, worker
from unspin.documents.formats import sniff
from unspin.documents.hyphens import Hyphens
from unspin.documents.prose import tidy
from unspin.errors import (
    BinaryInput,
    EmptyInput,
    InputError,
    MissingExtra,
    MissingInput,
    UnknownEncoding,
    UnknownFormat,
)
from unspin.reading import Note

KILN = (
    "The potter set the bowl on the shelf and opened the kiln before the sun was over the hill. The glaze had run in"
    " the night, and the information on the card was of no use to anyone in the workshop."
)
CLAY = (
    "Her sister wedged the clay at the long table by the window. Nobody spoke for an hour, since the order for the hotel"
    " was due on Friday and a third of the plates had cracked."
)
ROAD = (
    "In the afternoon a van came up the road with the new shelves. The driver would not carry them past the gate, so"
    " the two of them did it, and the dog walked in front as though it had been asked."
)


RUSSIAN = (
    "Гончар открыл печь рано утром и поставил миску на полку. Сестра месила глину у окна, и никто не говорил ни слова,"
    " потому что заказ для гостиницы надо было закончить к пятнице, а треть тарелок треснула ещё в понедельник."
)
GREEK = "Ο αγγειοπλάστης άνοιξε τον φούρνο νωρίς το πρωί και έβαλε το πιάτο στο ράφι δίπλα στο παράθυρο."


# --- a tiny writer of PDF ---------------------------------------------------------------------------------------------

# A text to be shown: left, baseline, size, text, and the angle in quarter turns.
Shown = tuple[float, float, float, str] | tuple[float, float, float, str, int]
ADVANCE = 0.6  # of the size, for every character of Courier
_TURNS = ("1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0")


def pdf(*pages: Iterable[Shown], rotate: int = 0, trailer: str = "", xref: bool = True) -> bytes:
    """A PDF in Courier on A4."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for i, page in enumerate(pages):
        content = b"\n".join(_show(*shown) for shown in page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate} /Contents {5 + 2 * i} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    if xref:
        rows = b"".join(b"%010d 00000 n \n" % place for place in places)
        data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return data + end.encode()


def _show(x: float, y: float, size: float, text: str, turn: int = 0) -> bytes:
    escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F %g Tf %s %g %g Tm (%s) Tj ET" % (size, _TURNS[turn].encode(), x, y, escaped)


def column(
    text: str, x: float, y: float, width: float, *, size: float = 10, indent: float = 0, gap: float = 0
) -> list[Shown]:
    """The paragraphs of ``text`` set in lines from ``y`` down."""
    shown: list[Shown] = []
    letters = int(width / (ADVANCE * size))
    for paragraph in text.split("\n\n"):
        first = int(indent / (ADVANCE * size))
        for i, line in enumerate(textwrap.wrap(paragraph, letters, initial_indent=" " * first)):
            shown.append((x + (indent if i == 0 else 0), y, size, line.lstrip()))
            y -= 1.2 * size
        y -= gap
    return shown


def paragraphs(data: bytes, name: str = "paper.pdf", limits: Limits = LIMITS) -> list[str]:
    return from_bytes(data, name, limits).text.removesuffix("\n").split("\n\n")


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_lines_of_a_pdf_become_paragraphs_with_spaces() -> None:
    page = column(f"{KILN}\n\n{CLAY}\n\n{ROAD}", 70, 760, 450, gap=8)
    assert paragraphs(pdf(page)) == [KILN, CLAY, ROAD]
    assert paragraphs(pdf(column(f"{KILN}\n\n{CLAY}\n\n{ROAD}", 70, 760, 450, indent=12))) == [KILN, CLAY, ROAD]


def two_columns(*, by_row: bool) -> list[Shown]:
    left = column(f"{KILN}\n\n{CLAY}", 60, 700, 220, indent=12)
    right = column(f"{ROAD}\n\n{KILN}", 315, 700, 220, indent=12)
    body = sorted(left + right, key=lambda shown: -shown[1]) if by_row else left + right
    return [(120, 760, 18, "Three days at the pottery"), *body]


@pytest.mark.parametrize("by_row", [False, True])
def test_columns_are_read_one_after_the_other(by_row: bool) -> None:
    assert paragraphs(pdf(two_columns(by_row=by_row))) == ["Three days at the pottery", KILN, CLAY, ROAD, KILN]


def in_columns(text: str, y: float) -> list[Shown]:
    """A paragraph that goes on in the second column, half of it in each."""
    lines = column(text, 60, y, 220)
    half = (len(lines) + 1) // 2
    return lines[:half] + [(315, y - 12 * i, *line[2:]) for i, line in enumerate(lines[half:])]  # type: ignore[misc]


def test_a_paragraph_goes_on_in_the_next_column_and_a_wide_line_divides_the_page() -> None:
    above, below = f"{KILN} {CLAY}", f"{CLAY} {ROAD}"
    page = [*in_columns(above, 700), *column(ROAD, 60, 560, 475), *in_columns(below, 480)]
    assert paragraphs(pdf(page)) == [above, ROAD, below]


def test_three_columns() -> None:
    texts = (KILN, CLAY, ROAD)
    page = [shown for i, text in enumerate(texts) for shown in column(text, 40 + 180 * i, 700, 160)]
    assert paragraphs(pdf(sorted(page, key=lambda shown: -shown[1]))) == list(texts)


def test_pages_that_are_all_alike_are_not_all_head() -> None:
    page = [(70, 700, 10, "The same again.")]
    assert paragraphs(pdf(page, page)) == ["The same again."] * 2


def test_a_numbered_list_is_no_pair_of_columns() -> None:
    items = [f"The {word} bowl stands on the shelf by the door." for word in "first second third fourth fifth".split()]
    page = [
        shown
        for i, item in enumerate(items)
        for shown in ((70, 700 - 14 * i, 10, f"{i + 1}."), (95, 700 - 14 * i, 10, item))
    ]
    assert paragraphs(pdf(page)) == [f"{i + 1}. {item}" for i, item in enumerate(items)]


def with_heads(number: int, text: str) -> list[Shown]:
    head = "The Kiln Quarterly" if number % 2 else f"{number}   Potters and their dogs"
    return [(70, 800, 8, head), *column(text, 70, 760, 450), (290, 40, 8, str(number))]


def test_headers_and_page_numbers_are_dropped() -> None:
    texts = (KILN, CLAY, ROAD, f"On Tuesday it rained. {CLAY}", f"Nobody came on Friday. {ROAD}")
    pages = [with_heads(i + 11, text) for i, text in enumerate(texts)]
    assert paragraphs(pdf(*pages)) == list(texts)
    assert paragraphs(pdf(with_heads(3, KILN))) == ["The Kiln Quarterly", KILN]  # one page tells nothing of heads


def test_a_paragraph_overleaf_is_one_and_its_places_are_two() -> None:
    lines = column(KILN, 70, 160, 450)
    note = column("A note of the author on glazes.", 70, 90, 450, size=7)
    second = [(70.0, 760 - 12 * i, *line[2:]) for i, line in enumerate(lines[2:])]
    pages = [[*column(ROAD, 70, 400, 450), *lines[:2], *note], [*second, *column(CLAY, 70, 600, 450)]]
    document = from_bytes(pdf(*pages), "paper.pdf")
    assert document.text == "\n\n".join([ROAD, KILN, "A note of the author on glazes.", CLAY]) + "\n"

    def place(words: str) -> Place:
        return document.place(document.text.index(words))

    assert (place("In the afternoon"), place("The potter")) == (Place(1, 1), Place(1, 2))
    assert place("of no use to anyone") == Place(2, 1)
    assert place("A note") == Place(1, 3)
    assert (place("Her sister"), document.place(len(document.text))) == (Place(2, 2), Place(2, 2))
    assert document.place(0) == Place(1, 1)


def test_a_new_page_goes_on_with_a_small_letter_and_begins_after_a_full_stop() -> None:
    first: list[Shown] = [*column(ROAD, 70, 760, 450), (70, 700, 10, "The potter set the bowl")]
    second: list[Shown] = [(70, 760, 10, "on the shelf and opened the kiln."), *column(CLAY, 70, 700, 450)]
    third = column(KILN, 70, 760, 450)
    assert paragraphs(pdf(first, second, third)) == [
        ROAD, "The potter set the bowl on the shelf and opened the kiln.", CLAY, KILN
    ]  # fmt: skip


def test_words_divided_at_line_ends_are_joined() -> None:
    lines = ["Nobody had any infor-", "mation on the well-", "known glaze, or on pre-", "and post-war kilns in the Anglo-",
             "Saxon style from 1914-", "1918, which was a new co-", "operative and a coop-", "erative of the old kind, now",
             "that the word cooperative stands here."]  # fmt: skip
    page = [(70, 700 - 12 * i, 10, line) for i, line in enumerate(lines)]
    assert paragraphs(pdf(page)) == [
        "Nobody had any information on the well-known glaze, or on pre- and post-war kilns in the Anglo-Saxon style from"
        " 1914-1918, which was a new cooperative and a cooperative of the old kind, now that the word cooperative stands here."
    ]


def test_the_other_words_of_a_document_tell_whether_a_hyphen_belongs() -> None:
    hyphens = Hyphens(["a kiln-fired mug", "of the state-of-the-art", "and twice reglazed"])
    assert hyphens.continued("some kiln-", "fired mugs") == "some kiln-"
    assert hyphens.continued("state-of-the-", "art") == "state-of-the-"
    assert hyphens.continued("it was re-", "glazed") == "it was re"
    assert hyphens.continued("so it was -", "and is") == "so it was - "
    assert hyphens.continued("no hyphen", "here") == "no hyphen "


def test_stamps_along_the_margin_are_dropped() -> None:
    stamp: Shown = (20, 300, 9, "Received from the archive of pots", 1)
    assert paragraphs(pdf([stamp, *column(KILN, 70, 700, 450)])) == [KILN]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_pages_that_are_turned_are_read_upright(turn: int) -> None:
    def turned(x: float, y: float) -> tuple[float, float]:
        return ((x, y), (595 - y, x), (595 - x, 842 - y), (y, 842 - x))[turn]

    upright = column(f"{KILN}\n\n{CLAY}", 70, 500, 450, gap=8)
    page: list[Shown] = [(*turned(x, y), size, text, turn) for x, y, size, text, *_ in upright]
    assert paragraphs(pdf(page, rotate=90 * turn)) == [KILN, CLAY]


def test_raised_figures_that_refer_to_notes_are_dropped() -> None:
    page = [
        (70, 700, 10, "The kiln"),
        (70 + 48, 704, 6, "12"),
        (70 + 48 + 10, 700, 10, "was cold, at 10"),
        (70 + 48 + 10 + 90, 704, 6, "3"),
    ]
    assert paragraphs(pdf(page)) == ["The kiln was cold, at 103"]


def test_ligatures_and_soft_hyphens_become_letters() -> None:
    page = (
        "<p>The of\ufb01ce had a dif\u00adferent \ufb02oor, and nobody at the cafe\u0301 had swept it this morning.</p>"
    )
    assert from_bytes(page.encode(), "page.html").text.startswith(
        "The office had a different floor, and nobody at the café"
    )


def with_glyphs(text: str, unit: str, width: str = "") -> bytes:
    """A PDF whose font gives the character ``unit`` (four hexadecimal digits) for the glyph that Æ stands for in ``text``."""
    pairs = "".join(f"<{code:02X}> <{code:04X}>" for code in range(32, 127)) + f"<C6> <{unit}>"
    map_ = (
        f"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 96 beginbfchar {pairs} endbfchar endcmap".encode()
    )
    data = pdf([(70, 700, 10, text)], xref=False)
    data = data.replace(b"/Encoding /WinAnsiEncoding", b"/Encoding /WinAnsiEncoding /ToUnicode 99 0 R")
    stream = b"99 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\ntrailer" % (len(map_), map_)
    return data.replace(b"trailer", stream)


@pytest.mark.parametrize("unit", ["0000", "001F", "E007", "FFFD"])
def test_ligatures_without_a_character_are_read_from_their_words(unit: str) -> None:
    document = from_bytes(with_glyphs("The ofÆcials came Ærst; eÆorts Æoat, and GriÆn is diÆerent.", unit), "paper.pdf")
    assert document.text == "The officials came first; efforts float, and Griffin is different.\n"
    assert document.notes == ("ligatures without a character, read from their words: 6",)


def test_in_a_name_a_ligature_is_what_it_is_in_most_words() -> None:
    document = from_bytes(with_glyphs("The Ærst Æeld and an Æoat of Æskardo.", "0000"), "paper.pdf")
    assert document.text == "The first field and an float of fiskardo.\n"


def test_glyphs_that_no_word_explains_are_shown_as_such_and_counted() -> None:
    document = from_bytes(with_glyphs("The kiln of xÆz was cold.", "0000"), "paper.pdf")
    assert document.text == "The kiln of x\ufffdz was cold.\n"
    assert document.notes == ("characters that the fonts do not name, shown as \ufffd: 1",)
    assert from_bytes(with_glyphs("Æ the kiln", "0000"), "paper.pdf").text.strip() == "the kiln"


@pytest.mark.parametrize("offset", [0, 0.3, 1])
def test_text_that_is_drawn_twice_is_read_once(offset: float) -> None:
    lines = column("\n\n".join([KILN, CLAY, ROAD]), 70, 700, 450, gap=8)
    again: list[Shown] = [(line[0] + offset, line[1] - offset / 2, *line[2:]) for line in lines]  # type: ignore[misc]
    assert len(lines) > 6
    assert paragraphs(pdf(lines + again)) == [KILN, CLAY, ROAD]


def test_recognised_text_under_what_is_printed_is_not_read_and_by_itself_it_is() -> None:
    lines = column("\n\n".join([KILN, CLAY, ROAD]), 70, 700, 450, gap=8)
    misread: list[Shown] = [(x + 1, y + 1, 10.01, text.replace("e", "c")) for x, y, _, text, *_ in lines]

    def unseen(data: bytes) -> bytes:
        return data.replace(b"BT /F 10.01 Tf", b"BT 3 Tr /F 10.01 Tf").replace(b"BT /F 10 Tf", b"BT 0 Tr /F 10 Tf")

    assert paragraphs(unseen(pdf(misread + lines))) == [KILN, CLAY, ROAD]
    assert paragraphs(unseen(pdf(misread))) == [text.replace("e", "c") for text in (KILN, CLAY, ROAD)]


def test_what_stands_in_a_form_or_under_a_large_word_is_no_copy() -> None:
    page: list[Shown] = [(70, 700, 10, "Name: ______"), (106, 700, 10, "Askew"), (70, 690, 60, "DRAFT")]
    words = " ".join(paragraphs(pdf(page))).split()
    assert {"Name:", "Askew", "DRAFT"} <= set(words)


# --- what cannot be read ----------------------------------------------------------------------------------------------

ENCRYPT = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >> /ID [<00> <00>]".format("5a" * 32)


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (
            pdf([(70, 700, 10, "secret")], trailer=ENCRYPT),
            "a.pdf",
            UnknownFormat,
            "encrypted; save it without a password",
        ),
        (pdf([]), "a.pdf", EmptyInput, "a PDF without text, perhaps scanned"),
        (b"%PDF-1.7 \xff\xff", "a.pdf", InputError, "damaged PDF"),
        (pdf([(70, 700, 10, "cut")])[:200], "a.txt", InputError, "damaged PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", UnknownFormat, "an old Office file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            UnknownFormat,
            "encrypted",
        ),
        (b"PK\x03\x04\x14\x00", "a.epub", UnknownFormat, "a zip archive"),
        (b"PK\x03\x04 word/document.xml and then nothing", "a.docx", InputError, "damaged DOCX"),
        (b"\x1f\x8b\x08\x00", "a.gz", UnknownFormat, "gzip"),
        (rb"{\rtf1 The bowl}", "a.rtf", UnknownFormat, "RTF"),
        (b"<html><body><script>var bowl = 1</script></body></html>", "a.html", EmptyInput, "shows no text"),
        (b"<html>", "a.html", EmptyInput, "shows no text"),
        (
            b"<div>" * 5_000 + b"<p>The bridge is closed until the end of May.</p>",
            "a.html",
            EmptyInput,
            "nested too deep",
        ),
    ],
    ids=[
        "encrypted",
        "scan",
        "broken",
        "cut",
        "doc",
        "encrypted docx",
        "zip",
        "cut docx",
        "gzip",
        "rtf",
        "script",
        "bare",
        "nested",
    ],
)
def test_what_cannot_be_read_says_so_in_one_line(data: bytes, name: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as raised:
        from_bytes(data, name)
    assert says in str(raised.value)
    assert str(raised.value).startswith(f"{name}: ")
    assert "\n" not in str(raised.value)


def test_a_damaged_table_of_objects_is_mended() -> None:
    assert paragraphs(pdf(column(KILN, 70, 700, 450), xref=False)) == [KILN]


def test_long_documents_are_cut_with_a_note_and_large_files_refused() -> None:
    data = pdf(*[column(text, 70, 700, 450) for text in (KILN, CLAY, ROAD)])
    for limits in (Limits(pages=2), Limits(characters=len(KILN) + len(CLAY))):
        document = from_bytes(data, "paper.pdf", limits)
        assert document.notes == (Note.TRUNCATED,)
        assert document.text == f"{KILN}\n\n{CLAY}\n"
    assert from_bytes(data, "paper.pdf").notes == ()
    deep = from_bytes(f"<p>{KILN}</p>{'<div>' * 5_000}<p>{CLAY}</p>".encode(), "page.html")
    assert (deep.text, deep.notes) == (f"{KILN}\n", (Note.TRUNCATED,))
    cut = from_bytes(f"<p>{KILN}</p><p>{CLAY}</p>".encode(), "page.html", Limits(characters=50))
    assert (cut.text, cut.notes) == (f"{KILN[:50]}\n", (Note.TRUNCATED,))
    with pytest.raises(InputError, match="larger than 0.0001 MB"):
        from_bytes(data, "paper.pdf", Limits(bytes=100))
    with pytest.raises(InputError, match="at most 100 are read at once"):
        from_bytes(KILN.encode(), "page.txt", Limits(characters=100))


def test_what_has_no_end_is_not_read_to_the_end() -> None:
    if not Path("/dev/fd").exists():
        pytest.skip("no descriptors by name here")
    reader, writer = os.pipe()
    try:
        os.write(writer, KILN.encode())  # the pipe stays open, as of a program that still has something to say
        with pytest.raises(InputError, match=f"/dev/fd/{reader}: larger than 0.0001 MB"):
            load(f"/dev/fd/{reader}", Limits(bytes=100))
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_in_a_folder_what_is_no_file_is_named_and_the_rest_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(KILN)
    (tmp_path / "dangling.txt").symlink_to("nowhere.txt")
    (tmp_path / "endless.html").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "z.txt").write_text(CLAY)
    said, read = {}, []
    for path in expand([tmp_path]):
        try:
            read.append(load(path).text)
        except MissingInput as error:
            said[Path(path).name] = str(error).removeprefix(f"{path}: ")
    assert read == [KILN, CLAY]
    assert said == {
        "dangling.txt": "a link to a file that is not there; mend the link or remove it",
        "endless.html": "a device or a socket, not a file; name a file",
        "pipe.pdf": f"a named pipe, not a file; hand over what it holds as standard input: - < {tmp_path / 'pipe.pdf'}",
    }


def test_a_folder_that_is_named_as_a_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="a folder without documents; name a file"):
        load(tmp_path)
    (tmp_path / "a.pdf").write_bytes(b"")
    with pytest.raises(MissingInput, match=f"a folder; .* or read all of them with: unspin check {tmp_path}$"):
        load(tmp_path)


def test_a_folder_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.txt").write_text(KILN)
    scan = os.scandir

    def scandir(path: str) -> object:  # permissions do not bind an administrator
        if os.fspath(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert expand([tmp_path]) == [str(tmp_path / "a.txt"), str(closed)]
    with pytest.raises(MissingInput, match=r"cannot be read \(permission denied\); check its permissions"):
        load(closed)


def test_a_zip_bomb_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 30_000_000)
    assert len(packed.getvalue()) < 50_000
    with pytest.raises(InputError, match="bomb.docx: unpacks to more than 20 MB"):
        from_bytes(packed.getvalue(), "bomb.docx", Limits(bytes=5_000_000))


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_read() -> None:
    slow = ("<div>" * 200 + f"<p>{KILN}</p>" + "</div>" * 200) * 300
    begun = time.monotonic()
    with pytest.raises(InputError, match="takes more than 1 s to open"):
        from_bytes(slow.encode(), "slow.html", Limits(seconds=1))
    assert time.monotonic() - begun < 5
    assert paragraphs(f"<p>{KILN}</p>".encode(), "page.html") == [KILN]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_document_that_takes_too_much_memory_is_given_up() -> None:
    with pytest.raises(InputError, match="100 MB to open"):
        from_bytes((f"<p>{KILN}</p>" * 20_000).encode(), "large.html", Limits(memory=100 * 2**20))
    assert paragraphs(pdf(column(KILN, 70, 700, 450))) == [KILN]


def test_many_threads_may_read_at_once() -> None:
    texts = [f"{word} of them was there. {KILN}" for word in "One Two Three Four Five Six".split()]
    pages = [pdf(column(text, 70, 700, 450)) for text in texts]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(lambda page: paragraphs(page)[0], pages)) == texts
    assert 1 <= len(worker._idle) <= 2


def test_a_worker_that_died_is_replaced() -> None:
    assert paragraphs(f"<p>{KILN}</p>".encode(), "page.html") == [KILN]
    for process in worker._idle:
        process.kill()
        process.wait()
    assert paragraphs(f"<p>{KILN}</p>".encode(), "page.html") == [KILN]


def test_a_worker_that_has_grown_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"<p>{KILN}</p>".encode()
    for kept, grown in ((True, worker._GROWN), (False, 10 * 1024)):  # no worker is smaller than 10 MiB
        monkeypatch.setattr(worker, "_GROWN", grown)
        assert paragraphs(page, "page.html") == [KILN]
        with pytest.raises(EmptyInput):
            from_bytes(b"<html>", "page.html")
        assert bool(worker._idle) is kept


def test_a_file_beside_the_user_does_not_stand_in_for_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trafilatura.py").write_text("open('was-run', 'w')")
    monkeypatch.chdir(tmp_path)
    worker._end_all()
    assert paragraphs(f"<p>{KILN}</p>".encode(), "page.html") == [KILN]
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("name", "module", "data"),
    [
        ("page.html", "trafilatura", b"<html><p>bowl"),
        ("page.html", "lxml_html_clean", b"<html><p>bowl"),
        ("paper.pdf", "pypdfium2", pdf([(70, 700, 10, "bowl")])),
        ("letter.docx", "docx", b"PK\x03\x04 word/document.xml"),
    ],
)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, name: str, module: str, data: bytes) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{name}: reading (HTML|PDF|DOCX) needs .* pip install .*\[documents\]'"):
        from_bytes(data, name)


def test_in_a_batch_a_missing_extra_concerns_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (tmp_path / "a.pdf").write_bytes(pdf([(70, 700, 10, "bowl")]))
    (tmp_path / "b.txt").write_text("Too short.")
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--json"])
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, [record.get("kind", record.get("verdict")) for record in records]) == (
        2,
        ["UnknownFormat", "unjudged"],
    )


def test_plain_text_loads_none_of_the_libraries() -> None:
    code = "import sys; from unspin.documents import from_bytes; from_bytes(b'The bowl'); print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    )
    assert not loaded & {"trafilatura", "lxml", "pypdfium2", "docx", "charset_normalizer", "numpy"}


# --- HTML -------------------------------------------------------------------------------------------------------------

PAGE = f"""<!doctype html><html><head><title>Pots &amp; pans</title><style>p {{ color: red }}</style>
<script>document.write("<p>written by a script for nobody to read</p>")</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/shop">Shop of the pottery</a></li></ul></nav>
<article><h1>Three days at the pottery</h1>
<p>{KILN.replace("shelf and", "<b>shelf</b>" + chr(10) + " and")}<sup><a href="#n1">[1]</a></sup></p>
<p style="color: red; DISPLAY : none">Words that no browser shows, bought by the dozen for a search engine.</p>
<div hidden><p>A second paragraph that is hidden by its attribute and seen by no reader at all.</p></div>
<p style="visibility:HIDDEN">A third one that takes up its room on the page and shows nothing in it.</p>
<template><p>A template that shows nothing until a script takes it up and fills it in.</p></template>
<p>He wrote &lt;script&gt;alert(1)&lt;/script&gt; &amp; “&eacute;t&eacute;” on the board, and 10<sup>2</sup> other things.</p>
<!-- a comment that is not for reading -->
<p>{CLAY}</p><table><tr><td>{ROAD}</td></tr></table>
</article><footer>Copyright of the pottery, all rights reserved</footer></body></html>"""


def test_the_main_text_of_a_page_comes_through_and_nothing_else() -> None:
    document = from_bytes(PAGE.encode(), "page.html")
    assert document.format == "html"
    assert (
        document.text
        == "\n\n".join(
            [
                "Three days at the pottery",
                KILN,
                "He wrote <script>alert(1)</script> & “été” on the board, and 102 other things.",
                CLAY,
                ROAD,
            ]
        )
        + "\n"
    )
    assert document.place(document.text.index("Her sister")) == Place(None, 4)
    assert document.encode("café") == "café".encode()


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{KILN}</p>",
        f"<html><body>{KILN}",
        f"<div><div><div>{KILN}<p></div>",
        "<div>" * 1000 + KILN,
        f"<body><form><select><option>red</option></select>{KILN}</form>",
        f"<body><div class=comments><p>{KILN}</p></div>",
    ],
    ids=["fragment", "naked", "unclosed", "deep", "form", "only comments"],
)
def test_poor_pages_give_their_text_too(page: str) -> None:
    assert paragraphs(page.encode(), "page.html") == [KILN]


def test_breaks_that_stand_for_paragraphs_part_them_and_others_do_not() -> None:
    page = f"<html><body><div>{KILN}<br><br>{CLAY}<br>{ROAD}</div><p>Mill Lane,<br>the second house<br>Ashby</p></body></html>"
    assert paragraphs(page.encode(), "page.html") == [KILN, CLAY, ROAD, "Mill Lane, the second house Ashby"]
    assert list(tidy(["Two verses\n of one\n\n", "and a third.\nnot new"])) == [
        "Two verses of one",
        "and a third. not new",
    ]


ODD_PAGES: dict[str, Callable[[int], str]] = {
    "indented comments": lambda n: "<!-- -->\n    " * (n // 13) + "text",
    "blanks between comments": lambda n: ("<!-- " + " " * (n // 9) + "-->" + " " * (n // 9)) * 4 + "text",
    "open comments": lambda n: (" " * (n // 8) + "<!--") * 8,
    "a note of signs": lambda n: "<p>text <sup><a>" + "[ " * (n // 2) + "x</a></sup>",
    "notes in notes": lambda n: "<p>text " + "<sup><a>" * (n // 8),
    "hidden elements in a row": lambda n: "<p>text " + "word <b hidden>x</b>" * (n // 20),
    "declarations": lambda n: ("<meta charset" + " " * 300) * (n // 313) + "<p>\xe9",
    "verses": lambda n: "<p>" + "verse <br>" * (n // 10),
    "letters in elements": lambda n: "<p>" + "<b>h</b>x" * (n // 9),
    "words in elements": lambda n: "<p>" + "<span>kiln</span>" * (n // 17),
    "marks on a letter": lambda n: "<p>e" + "\u0301\u0316" * (n // 4),
    "a style without an end": lambda n: '<p style="' + "left:" * (n // 5) + '">text',
}


@pytest.mark.parametrize("odd", ODD_PAGES)
def test_odd_pages_take_no_longer_than_their_length_asks_for(odd: str) -> None:
    page = ODD_PAGES[odd](300_000)
    begun = time.monotonic()
    try:
        from_bytes(page.encode("utf-8" if odd == "marks on a letter" else "latin-1"), "page.html", Limits(seconds=20))
    except EmptyInput as error:  # what follows an open comment is no text
        assert odd == "open comments", error
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("blanks", [4, 400])
def test_comments_with_white_space_between_are_told_at_once(blanks: int) -> None:
    before = b"<!-- kiln -->\n" + b" " * blanks
    begun = time.process_time()
    assert sniff(before * 9 + b"bowl", "page.txt") == "text"
    assert sniff(before * 9 + b"<html>", "page.txt") == "html"
    assert time.process_time() - begun < 1


WORDS = "the kiln was cold on Monday and Helen Askew said that nobody had asked for a new bowl from the pottery".split()


@pytest.mark.parametrize(
    "page",
    [
        "".join(f'<span class="w">{word}</span>' for word in WORDS),
        "".join(f'<span style="margin-right: .3em">{word}</span>' for word in WORDS),
        "".join(f'<b style="display:inline-block">{word}</b>' for word in WORDS),
        f'<span style="display: inline-flex">{"".join(f"<i>{word}</i>" for word in WORDS)}</span>',
        "".join(f"<a href=/{word}>{word}</a>" for word in WORDS),
        "<br>".join(WORDS),
        "".join(f"<td>{word}</td>" for word in WORDS[:4]).join(["<table><tr>", "</table>"]) + " ".join(WORDS[4:]),
    ],
    ids=["classes", "margins", "boxes", "flex", "links", "breaks", "cells"],
)
def test_words_that_only_the_layout_parts_are_parted(page: str) -> None:
    text = from_bytes(f"<p>{page}</p>".encode(), "page.html").text
    assert text.split() == WORDS


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("The <b>in</b>side of a <i>glaze</i>d bowl, <u>un</u>seen", "The inside of a glazed bowl, unseen"),
        ("<span class=a>infor</span><span class=b>mation</span> on water<wbr>falls", "information on waterfalls"),
        ("".join(f"<span style='display:inline-block'>{c}</span>" for c in "kiln") + " and bowl", "kiln and bowl"),
        ('<span style="float:left">T</span>he kiln in<a name="p2"></a>side', "The kiln inside"),
        ("<b>Well,</b><i>said</i> <span>Helen</span><span>Askew</span>", "Well, said Helen Askew"),
        (
            "the <span>kiln.</span><span>Nobody</span> came to example.<b>com</b>",
            "the kiln. Nobody came to example.com",
        ),
        ("a <b>kiln</b><img src=x.png><b>bowl</b>, 10<sup>2</sup> of them", "a kiln bowl, 102 of them"),
        ("run <kbd>print<b>kiln</b><i>bowl</i></kbd> now", "run printkilnbowl now"),
    ],
)
def test_elements_inside_a_word_do_not_part_it(page: str, text: str) -> None:
    assert from_bytes(f"<p>{page}</p>".encode(), "page.html").text == text + "\n"


@pytest.mark.parametrize(
    ("element", "is_seen"),
    [
        ('<b aria-hidden="true">{}</b>', True),
        ('<b style="overflow:hidden">{}</b>', True),
        ('<b style="opacity:.4; left:-9999px; font-size:.9em">{}</b>', True),
        ('<b style="opacity:0; transform:translateY(20px)">{}</b>', True),
        ('<b style="font-size:0"><i style="font-size:16px">{}</i></b>', True),
        ('<b style="visibility:hidden"><i style="visibility:visible">{}</i></b>', True),
        ('<b style="position:absolute; left:-1200px; width:4800px">{}</b>', True),
        ('<b class="intro sr-only">{}</b>', False),
        ('<b class="visually-hidden">{}</b>', False),
        ('<b class="material-icons" aria-hidden="true">{}</b>', False),
        ('<b class="modal fade" aria-hidden="true">{}</b>', False),
        ('<b role="dialog" aria-hidden="true">{}</b>', False),
        ('<b style="font-size:0"><i style="font-size:2em">{}</i></b>', False),
        ('<b style="font: 0/0 a">{}</b>', False),
        ('<b style="OPACITY: 0.0 !important">{}</b>', False),
        ('<b style="position:absolute; left:-9999px">{}</b>', False),
        ('<b style="text-indent:-999em">{}</b>', False),
        ('<b style="position:absolute; clip:rect(1px, 1px, 1px, 1px)">{}</b>', False),
        ('<b style="clip-path: inset(50%)">{}</b>', False),
        ('<b style="width:1px; height:1px; overflow:hidden">{}</b>', False),
        ('<b style="content-visibility:hidden">{}</b>', False),
        ("<dialog>{}</dialog>", False),
    ],
)
def test_what_is_seen_is_read_whoever_it_is_hidden_from(element: str, is_seen: bool) -> None:
    page = f"<p>{KILN} {element.format('plums')} {CLAY}</p>"
    assert from_bytes(page.encode(), "page.html").text.split() == f"{KILN} {'plums' * is_seen} {CLAY}".split()


def test_what_is_kept_from_screen_readers_belongs_to_the_main_text() -> None:
    article = "".join(f"<p>{text}</p>" for text in (KILN, CLAY) * 3)
    page = f'<html><body><article>{article}<p aria-hidden="true">{ROAD}</p><p>{KILN}</p></article></body></html>'
    assert paragraphs(page.encode(), "page.html")[-2:] == [ROAD, KILN]


def test_letters_of_no_size_do_not_part_a_word() -> None:
    page = f'<p>{KILN} The har<span style="font-size:0">x</span>bour<b hidden>y</b><i hidden>z</i>s.</p>'
    assert paragraphs(page.encode(), "page.html") == [f"{KILN} The harbours."]


@pytest.mark.parametrize(
    ("before", "encoding"),
    [
        ("", "utf-8"),
        ('<meta charset="iso-8859-1">', "cp1252"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        ('<meta charset="nonsense">', "cp1252"),
        ("", "utf-16"),
        ("", "utf-16-le"),
        ("", "utf-8-sig"),
    ],
)
def test_pages_in_any_encoding(before: str, encoding: str) -> None:
    word = "Привет" if encoding in ("utf-8", "koi8-r", "utf-16") else "“été”"
    page = f"<!doctype html><html><head>{before}</head><body><p>{word} {KILN}</p></body></html>"
    assert paragraphs(page.encode(encoding), "page.html") == [f"{word} {KILN}"]


# --- DOCX -------------------------------------------------------------------------------------------------------------


def docx(build: Callable[..., None]) -> bytes:
    document = new_docx()
    build(document)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def letter(document: object) -> None:
    """A heading, a header, runs, a table, deleted, inserted and hidden text, a text box."""
    document.sections[0].header.paragraphs[0].text = "Running head of the letter"  # type: ignore[attr-defined]
    document.add_heading("Three days at the pottery")  # type: ignore[attr-defined]
    paragraph = document.add_paragraph(KILN[:20])  # type: ignore[attr-defined]
    paragraph.add_run(KILN[20:40]).bold = True
    deleted = OxmlElement("w:del")
    deleted.append(paragraph.add_run(" deleted words ")._r)
    paragraph._p.append(deleted)
    inserted = OxmlElement("w:ins")
    inserted.append(paragraph.add_run(KILN[40:])._r)
    paragraph._p.append(inserted)
    paragraph.add_run(" hidden words").font.hidden = True
    table = document.add_table(1, 2)  # type: ignore[attr-defined]
    table.cell(0, 0).text, table.cell(0, 1).text = CLAY, "ten plates"
    last = document.add_paragraph("Mill Lane,")  # type: ignore[attr-defined]
    last.add_run().add_break()
    last.add_run("the second house")


def test_paragraphs_and_tables_of_a_docx_come_through_without_headers() -> None:
    data = docx(letter)
    document = from_bytes(data, "letter.docx")
    assert document.format == "docx"
    assert document.text.split("\n\n") == [
        "Three days at the pottery", KILN, CLAY, "ten plates", "Mill Lane, the second house\n"
    ]  # fmt: skip
    assert document.place(document.text.index("ten plates")) == Place(None, 4)
    assert from_bytes(data, "named-wrongly.txt").text == document.text


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def with_notes(data: bytes, kind: str, notes: dict[int, str]) -> bytes:
    """A DOCX with a part of footnotes or endnotes beside its text."""
    text = "".join(
        f'<w:{kind} w:id="{i}"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:{kind}>' for i, note in notes.items()
    )
    relation = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}s"
    added = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(added, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/_rels/document.xml.rels":
                link = f'<Relationship Id="note{kind}" Type="{relation}" Target="{kind}s.xml"/></Relationships>'
                content = content.replace(b"</Relationships>", link.encode())
            elif name == "[Content_Types].xml":
                part = f'<Override PartName="/word/{kind}s.xml" ContentType="application/xml"/></Types>'
                content = content.replace(b"</Types>", part.encode())
            new.writestr(name, content)
        new.writestr(f"word/{kind}s.xml", f'<w:{kind}s xmlns:w="{W}">{text}</w:{kind}s>')
    return added.getvalue()


def noted(document: object) -> None:
    """Two paragraphs that refer to two footnotes and an endnote; a third footnote is referred to by deleted text."""

    def refer(run: object, kind: str, number: int) -> object:
        reference = OxmlElement(f"w:{kind}Reference")
        reference.set(f"{{{W}}}id", str(number))
        run._r.append(reference)  # type: ignore[attr-defined]
        return run._r  # type: ignore[attr-defined]

    first = document.add_paragraph(KILN)  # type: ignore[attr-defined]
    refer(first.add_run(), "endnote", 1)
    refer(first.add_run(), "footnote", 5)
    second = document.add_paragraph(CLAY)  # type: ignore[attr-defined]
    refer(second.add_run(), "footnote", 2)
    deleted = OxmlElement("w:del")
    deleted.append(refer(second.add_run(), "footnote", 3))
    second._p.append(deleted)


def test_notes_of_a_docx_come_after_its_text_in_the_order_in_which_it_refers_to_them() -> None:
    footnotes = {0: "", 2: "Of the clay.", 3: "Deleted with its place.", 4: "Of no place.", 5: "Of the glaze."}
    data = with_notes(with_notes(docx(noted), "footnote", footnotes), "endnote", {1: ROAD})
    document = from_bytes(data, "letter.docx")
    assert document.text == "\n\n".join([KILN, CLAY, "Of the glaze.", "Of the clay.", ROAD]) + "\n"
    assert document.place(document.text.index("Of the clay")) == Place(None, 4)


def test_an_empty_docx_is_empty() -> None:
    with pytest.raises(EmptyInput, match="letter.docx: empty"):
        from_bytes(docx(lambda document: None), "letter.docx")


# --- plain text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyInput),
        (b"\xef\xbb\xbf \r\n", EmptyInput),
        (b"text \x00 text", BinaryInput),
        (b"\x01\x02\x03text" * 9, BinaryInput),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\1\0" * 9, BinaryInput),
        ("a\0b".encode("utf-16"), BinaryInput),
        (b"\xff\xfea", UnknownEncoding),
        (b"\xef\xbb\xbfcaf\xe9", UnknownEncoding),
        (
            "It’s one of the potters’ pages, and then plain words until it is cut short. ".encode() * 2 + b"\xe2\x80",
            UnknownEncoding,
        ),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_bytes(data, "page.txt")


def test_line_breaks_and_spaces_are_kept() -> None:
    text = "a\r\nb\rc\n\n\td \u00a0\u2028e\f\x1b"
    document = from_bytes(text.encode())
    assert document.text == text
    assert document.encode(document.text) == text.encode()
    assert (document.notes, document.format) == ((), "text")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-16", "koi8-r", "cp1251", "cp1253"])
def test_text_in_other_encodings_is_read_and_written_back(encoding: str) -> None:
    text = GREEK if encoding == "cp1253" else RUSSIAN
    text = KILN + " “Café”" if encoding.startswith("utf") else text
    document = from_bytes(text.encode(encoding), "page.txt")
    assert document.text == text
    assert document.encode(document.text) == text.encode(encoding)
    assert bool(document.notes) == (not encoding.startswith("utf"))


def test_without_the_extra_an_unknown_encoding_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    with pytest.raises(UnknownEncoding, match=r"page.txt: neither UTF-8 nor Windows-1252; .*\[documents\]'"):
        from_bytes("Гончар открыл печь рано утром и поставил миску".encode("koi8-r"), "page.txt")


def test_a_text_that_its_encoding_cannot_hold_comes_in_utf_8() -> None:
    document = from_bytes("Café au lait".encode("cp1252"))
    assert document.notes == (Note.ENCODING_GUESSED,)
    assert document.encode("Café ☕") == "Café ☕".encode()


def test_places_in_plain_text() -> None:
    document = from_bytes(f"{KILN}\n\n{CLAY}\n\n{ROAD}\n".encode(), "page.txt")
    assert [document.place(document.text.index(text)) for text in (KILN, CLAY, ROAD)] == [
        Place(None, 1), Place(None, 2), Place(None, 3)
    ]  # fmt: skip
    assert document.place(len(KILN) - 1) == Place(None, 1)


# --- formats and folders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        (PAGE.encode(), "page.txt", "html"),
        (f"\ufeff\n<!-- old -->\n<HTML><body><p>{KILN}".encode(), "-", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html><body><p>' + KILN.encode(), "page", "html"),
        (KILN.encode(), "page.html", "text"),
        (KILN.encode(), "paper.pdf", "text"),
        (KILN.encode(), "letter.docx", "text"),
        (f"In Markdown <b>bold</b> is markup. {KILN}".encode(), "page.md", "markdown"),
        (f"%PDF- is how a PDF begins. {KILN}".encode()[1:], "page.txt", "text"),
        (pdf([(70, 700, 10, KILN[:60])]), "upload", "pdf"),
        (b"\n\n junk \n" + pdf([(70, 700, 10, KILN[:60])]), "paper.pdf", "pdf"),
    ],
)
def test_the_contents_say_which_format_it_is(data: bytes, name: str, format: str) -> None:
    assert from_bytes(data, name).format == format


def test_folders_give_every_format(tmp_path: Path) -> None:
    for name in ("a.txt", "b.HTML", "c.htm", "d.pdf", "e.docx", "~$e.docx", "f.png", ".g.pdf"):
        (tmp_path / name).write_bytes(b"x")
    assert [Path(path).name for path in expand([tmp_path])] == ["a.txt", "b.HTML", "c.htm", "d.pdf", "e.docx"]


def test_restore_prints_the_text_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"<p>Too short to be judged, but a caf\xe9.</p>")
    result = CliRunner().invoke(app, ["restore", str(tmp_path / "page.html")])
    assert (result.exit_code, result.stdout_bytes) == (0, "Too short to be judged, but a café.\n".encode())


def test_restore_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = Document("a.pdf", "Too short.\n", notes=(Note.TRUNCATED,), format="pdf")
    monkeypatch.setattr("unspin.documents.load", lambda path: cut)
    result = CliRunner().invoke(app, ["restore", "a.pdf"])
    assert (result.exit_code, result.stdout) == (0, "Too short.\n")
    assert result.stderr == "unspin: a.pdf: only the beginning was read\n"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=200), st.sampled_from(["%PDF-1.4\n", "<html>", "PK\x03\x04word/document", "{", ""]), st.randoms()
)
def test_no_bytes_raise_anything_but_an_error_of_ours(tail: bytes, head: str, random: object) -> None:
    try:
        document = from_bytes(head.encode("latin-1") + tail, "upload")
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert document.text.strip()
        assert document.place(len(document.text)).paragraph >= 1
