"""Short lines and the ends of paragraphs: aligned where they belong, and left alone where somebody wrote them anew."""

from __future__ import annotations

import pytest

from unspin import spinners
from unspin.trace import compare, restored

SOURCE = """The ferry comes back

The old ferry over the Tarrow will sail again from April, the parish council decided on Thursday. It had lain at the boatyard
of Hesket for six years, since a plank broke below the water line in the flood of March.

Nobody was hurt then.

Eleven families from both banks collected 18,400 pounds for the oak, the tar and a second-hand engine. The boatbuilder, Ada
Prentice, worked on Sundays only and asked for no wages. Her brother painted the name on the bow.

Our evenings are dull without it.

The first crossing is to carry the school choir, a brass band and the oldest inhabitant of Upper Hesket, who was born on the
ferry in the winter of 1931. The fare has not been raised."""

PAGE = """This ferry arrives again

The aged ferry over the Tarrow will cruise again from April, the parish board settled on Thursday. It had lain at the boatyard
of Hesket for six years, since a board broke underneath the water line in the surge of March.

No one got injured back then.

Eleven households from both banks gathered 18,400 pounds for the oak, the tar and a second-hand motor. The boatbuilder, Ada
Prentice, labored on Sundays just and requested for no wages. His sibling coated a title upon that front.

The nights square measure boring without this.

The initial crossing is to convey the school choir, a brass band and the oldest occupant of Upper Hesket, who was born on the
ferry in the winter of 1931. That charge was never lifted."""


def test_lines_and_ends_of_which_little_is_left_belong_where_they_stand() -> None:
    found = compare(PAGE, SOURCE)
    assert found.explained == found.used == 1
    assert restored(found).restored == SOURCE


@pytest.mark.parametrize("family", ["noun-swaps", "pages", "gloss"])
def test_a_line_is_found_between_its_neighbours_however_it_was_spun(family: str) -> None:
    page = spinners.simulate(SOURCE, family, seed=4, rate=0.7).text
    assert compare(page, SOURCE).used > 0.97


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("Her brother painted the name on the bow.", "A crowd came to look at it every evening."),
        ("The fare has not been raised.", "A festival of kites follows in the autumn of that year."),
        ("Our evenings are dull without it.", "Tickets for the raffle can be had at the bakery."),
        ("Nobody was hurt then.", "The mill race froze over."),
        ("It had lain at the boatyard", "A reader wrote to us about the noise. It had lain at the boatyard"),
    ],
)
def test_a_sentence_that_somebody_wrote_instead_is_left_alone(written: str, own: str) -> None:
    page = SOURCE.replace(written, own)
    assert page != SOURCE and restored(compare(page, SOURCE)).restored == page


def test_rows_of_a_table_are_no_pairs_for_their_shape_alone() -> None:
    page = SOURCE + "\n\nSeats | 64\n\nWeight | 2,950"
    source = SOURCE + "\n\nLength | 31\n\nCrew | 7"
    assert compare(page, source).facts == ()
