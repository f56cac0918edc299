"""Rewriters: spinners behind an API that inflate function words and set phrases.

How they work. A rewriter is sold as an improvement on word spinners: its table knows *phrases*, so that the commonest
runs of words in English disappear too (``in the → withinside the``). The table was made by a machine from parallel
text and thesauri, and shows it:

* **function words grow**: prepositions become chains of prepositions (``by → via way of means of``), adverbs become
  longer ones (``also → additionally``), negation gains a word (``not → now no longer``), a verb gains a subject
  (``is → it's far``);
* **content words become their dictionary example**: one sense, narrowed (``party → birthday celebration``);
* **words repeat**, because a term that the table put in is looked up once more (``birthday birthday celebration``).

The text grows by a tenth or more. Capitals at the start of a sentence follow. One table serves the whole text, with
occurrences skipped here and there.

How this module does it. :data:`RULES` says what a phrase may become. For each document a table is drawn from it: one
term for each phrase, and a random part of the phrases. Phrases take up to half of the asked-for rate, close
synonyms of content words (:mod:`unspin.spinners.synonyms`) the rest; single terms are doubled now and then.

Sources: pages in the wild as described in the project's findings (mode "Simple" of a rewriting API), whose examples are
above; ``_KNOWN_RULES``: what is commonly seen on such pages; the rest was written for this project in the same manner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unspin.lexicon import Lexicon
from unspin.spinners.edits import Edit
from unspin.spinners.eligibility import eligible
from unspin.spinners.phrases import Entries, chosen
from unspin.spinners.synonyms import content_words, swap_content_words
from unspin.text import Words

__all__ = ["RULES", "Rewriter"]

_FUNCTION_RULES: Final = """
in the           = withinside the | inside the | within side of the
in a             = in a sure | inside a
in               = withinside | in the course of
of the           = of the very | of all of the
by               = via way of means of | by means of using | through the manner of
by the           = via way of means of the | with the aid of using the
with             = with the assist of | together with
with the         = with the assist of the | in conjunction with the
from             = from inside | out of
from the         = from withinside the | out of the
for              = for the sake of | in the interest of
for the          = for the benefit of the | in the direction of the
on the           = at the top of the | on to the
at the           = at the very | on the point of the
to the           = to the very | in the direction of the
into             = right into a | right down into
about            = approximately about | as regards
before           = earlier than | in advance of
after            = after which | following upon
during           = at some point of | for the duration of
until            = till such time as | up until the point
since            = for the reason that | given that
because          = due to the fact | for the reason that
because of       = due to the reality of | on account of the reason of
although         = even though it is | notwithstanding the fact
but              = however on the other hand | but nonetheless
so               = so in this way | therefore so
however          = however on the contrary | be that as it may
also             = additionally | likewise also
too              = as well in addition | to an excessive amount
not              = now no longer | no longer
does not         = would not in any way | does now no longer
did not          = did now no longer | failed in any way to
is not           = isn't always | is by no means
was not          = wasn't always | changed into now no longer
is               = it's far | is certainly
was              = turned into | become
are              = are certainly | have turned out to be
were             = had been | have been in the past
will             = goes to | will certainly
will be          = might be | goes to be
has been         = has for a while been | has turned into
have been        = were in the past | have for a while been
had been         = were earlier | had for a while been
can              = can also additionally | is able to
could            = should possibly | might in all likelihood
may              = might also additionally | may in all likelihood
must             = ought to by all means | is needing to
should           = need to by rights | must preferably
more than        = extra than | in excess of over
less than        = fewer in number than | much less than
most of the      = maximum of the | the greater part out of the
some of the      = a number of the | sure ones of the
one of the       = one of the various | one among the
a lot of         = a whole lot of | plenty and plenty of
as well as       = in addition to as | similarly to
such as          = which include | along with such as
according to     = in step with | as in line with
at least         = at the least | no fewer in number than
at first         = before everything | at the beginning of it
for example      = as an instance | let us say for example
of course        = of route | in the nature of the path
in fact          = in reality of fact | as a count of reality
in order to      = so that you can | with the intention to
used to be       = was once | was formerly in use
there is         = there may be | there exists certainly
there are        = there may be numerous | there exist certainly
this is          = that is certainly | this right here is
it is            = it's far | it's miles
he said          = he stated in words | he made the statement
she said         = she stated in words | she made the statement
said             = stated in words | gave the statement
told             = gave the information to | knowledgeable
last year        = ultimate 12 months | the closing year
last week        = ultimate week | the closing week
next year        = subsequent 12 months | the following year in line
each             = every and each | each single one
every            = each and every | each unmarried
many             = a huge variety of | many numerous
several          = numerous several | a sure number of
very             = very tons | extraordinarily
only             = handiest | simplest and best
just             = simply simply | only in the near past
still            = nevertheless still | even now as yet
now              = now at this factor | at this present time
then             = then at that factor | at that point in time
never            = in no way ever | by no means
always           = continually at all times | usually in every case
often            = frequently at times | in many an instance
early            = in the early level | ahead of the hour
again            = once more again | over another time
between          = in among | in the middle of between
through          = via the medium of | all through
against          = in opposition to | in the contrary to
without          = with out having | in the absence of
under            = beneath neath | in a position under
around           = round about | in the surroundings of
"""

_CONTENT_RULES: Final = """
party            = birthday celebration
house            = residential residence | housing house
home             = domestic home | home residence
school           = faculty college | schooling facility
children         = youngsters and kids | kid's youngsters
people           = human beings | humans and people
man              = male person | guy man
woman            = lady girl | female lady
money            = coins and money | cash money
work             = paintings | task at work
job              = process of job | task job
water            = water liquid | ingesting water
food             = meals and food | food stuff
car              = vehicle car | motor automobile
road             = avenue road | street way
city             = metropolis city | town metropolis
country          = us of a | country nation
government       = governing authorities | authorities
company          = organization company | commercial enterprise agency
market           = marketplace | market place zone
price            = charge fee | price tag
team             = group of team | crew team
game             = recreation game | sport game
music            = song music | musical track
book             = e book | textual content e book
letter           = missive letter | written letter
story            = tale story | narrative tale
question         = query question | asked query
answer           = answer reply | solution to answer
problem          = hassle problem | trouble hassle
idea             = concept idea | thought of concept
plan             = strategy plan | plan of movement
meeting          = assembly meeting | meet up session
night            = night time | dark night time
morning          = morning time | early morning time
summer           = summer time season | warm summer season
winter           = wintry weather | iciness season
year             = 12 months | calendar year
day              = day time | unmarried day
week             = weeks time | seven day week
hour             = hour of time | 60 minutes
minutes          = mins | minutes of time
time             = time period | moment of time
place            = area place | vicinity location
way              = manner way | approach of way
part             = component part | element of part
end              = quit of end | finishing end
side             = facet side | aspect
hand             = hand palm | surpassed hand
eyes             = eye balls | pair of eyes
door             = door way | entry door
window           = window pane | glass window
health           = fitness health | health and fitness
doctor           = medical doctor | health practitioner
hospital         = medical institution hospital | sanatorium
patients         = affected person people | sufferers
research         = studies research | research and studies
study            = take a look at | examine study
large            = massive large | big sized
small            = small sized | little small
new              = brand new | new and brand new
old              = antique old | vintage aged
good             = precise good | good first-class
better           = higher and better | more better
long             = lengthy long | long in period
short            = quick short | brief of length
hard             = difficult hard | tough and hard
found            = determined and found | located
made             = made up of | crafted and made
make             = make out of | make a few
take             = take hold of | take keep
go               = pass go | move to
come             = come back again | come over
need             = want the need | need to have
want             = need to want | want for
use              = make use of | usage of
used             = made use of | utilized used
help             = assist help | lend a hand help
know             = recognise to know | have the understanding
think            = suppose think | think about
"""


_KNOWN_RULES: Final = """
in the           = within the
at the same time = on the equal time | on the identical time
behind           = at the back of | in the back of
in order to      = as a way to | so as to | in an effort to
to be            = with the intention to be | that allows you to be
rather than      = in preference to | instead of being
in addition to   = further to | similarly to | further further to
much             = a good deal | a great deal
once             = as soon as
every single     = each unmarried
individual       = man or woman
website          = internet site | net site
real estate      = actual property
in terms of      = in phrases of
if               = in the event that | in case
while            = at the same time as | even as
regardless of    = irrespective of | no matter the
around the world = around the sector | all around the international
number of        = wide variety of | quantity of the
a variety of     = an expansion of | a spread of
a number of      = a wide variety of | some of the
take advantage of = take gain of | take benefit of
initially        = to start with | in the beginning
during           = at some stage in | all through the course of
throughout       = at some stage in | all through
towards          = in the direction of | closer to
at the top of    = on the pinnacle of | at the pinnacle of
so that          = in order that | so you can
depends on       = relies upon on | is based upon on
based on         = primarily based totally on | based totally on
using            = the use of | the usage of
by using         = through the use of | by way of the use of
by               = by way of | with the aid of | by means of
including        = consisting of | which include
in the past      = in the beyond | withinside the beyond
was              = changed into
became           = have become | changed into
become           = come to be | grow to be | emerge as | turn out to be
got              = were given
another          = any other | some other | every other
different        = one of a kind | distinctive exclusive
outside          = out of doors | out of the doors
right now        = proper now
here             = right here | proper here
twice            = two times
immediately      = right away | straight away
learn            = gain knowledge of | study about
learning         = getting to know | gaining knowledge of
happened         = took place | came about
established      = set up | mounted set up
performed        = carried out | achieved carried out
compared to      = as compared to | in comparison to
on the other hand = then again | on the opposite hand
therefore        = for this reason | as a consequence
for example      = for instance | as an example
year old         = year vintage | yr vintage
prime minister   = high minister | top minister
could            = ought to | may want to
might            = would possibly | may possibly
should           = need to | have to
easier           = less complicated
best             = very best | pleasant great
more             = extra greater | greater extra
most             = maximum of | the maximum
look for         = appearance for | search for for
without          = with out | without having
long term        = long time period | lengthy term
high quality     = excessive quality | excessive first class
"""


def _parse(*tables: str) -> dict[str, tuple[str, ...]]:
    """The rules of some tables; a phrase that stands in several has the terms of all."""
    rules: dict[str, tuple[str, ...]] = {}
    for line in "".join(tables).split("\n"):
        phrase, equals, terms = line.partition(" = ")
        if equals:
            key = " ".join(phrase.split())
            rules[key] = tuple(dict.fromkeys((*rules.get(key, ()), *(term.strip() for term in terms.split("|")))))
    return rules


RULES: Final[dict[str, tuple[str, ...]]] = _parse(_FUNCTION_RULES, _KNOWN_RULES, _CONTENT_RULES)
"""What a phrase may become; each document's table has one of the terms."""

_PHRASES: Final = tuple(RULES)
_TABLE: Final = Entries(_PHRASES)
_PHRASE_SHARE: Final = 0.5
_MISSED: Final = 0.12
_DOUBLED_PHRASE: Final = 0.15
_DOUBLED_WORD: Final = 0.03


@dataclass(frozen=True)
class Rewriter:
    """The family of rewriting APIs; see the module for how they work."""

    name: str = "rewriter"
    about: str = "a rewriting API: function words and phrases inflated, terms of several words, words repeated"
    rate: float = 0.3
    capitals: bool = True

    def spin(self, words: Words, lexicon: Lexicon, rate: float, random: np.random.Generator) -> tuple[Edit, ...]:
        """See :meth:`unspin.spinners.edits.Spinner.spin`."""
        allowed = eligible(words, self.capitals)
        matches = _TABLE.find(words, allowed)
        table = chosen(matches, _PHRASE_SHARE * rate * len(words), random)
        terms: dict[int, str] = {}
        for entry in sorted(table):
            choices = RULES[_PHRASES[entry]]
            terms[entry] = choices[int(random.integers(len(choices)))]
        edits: list[Edit] = []
        ruled = {_PHRASES[entry] for entry in terms}  # such words stay as written where the table misses them
        free = allowed & content_words(words) & np.array([word not in ruled for word in words.lower], np.bool_)
        covered = 0
        for begin, end, entry in matches:
            if entry not in terms:
                continue
            free[begin:end] = False
            if random.random() >= _MISSED:
                edits.append(Edit(begin, end, _doubled(terms[entry], random)))
                covered += end - begin
        rest = rate - covered / max(1, len(words))
        if rest > 0:
            synonyms = swap_content_words(words, lexicon, free, rest, _MISSED, random)
            edits += [Edit(begin, end, _doubled(term, random)) for begin, end, term in synonyms]
        return tuple(sorted(edits))


def _doubled(term: str, random: np.random.Generator) -> str:
    """The term, now and then with its first word twice."""
    first, space, _ = term.partition(" ")
    return f"{first} {term}" if random.random() < (_DOUBLED_PHRASE if space else _DOUBLED_WORD) else term
