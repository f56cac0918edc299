"""Damaged text is called damaged and left alone; other languages are not English; look-alike letters are seen through."""

from __future__ import annotations

import numpy as np
import pytest

import unspin
from benchmarks import damage
from unspin.model.known import known, old_spelling
from unspin.reader import damage as reader_damage
from unspin.reader.eligibility import unjudged
from unspin.reading import UNJUDGED, Note
from unspin.spinners import simulate
from unspin.text import foreign, split

PROSE = """The old ferry across the estuary stopped running last autumn, when the company that owned it could no longer pay for
a new engine. Since then people who live on the far side have had to drive round by the bridge, which takes them nearly an hour
each way. A group of neighbours has now raised enough money to buy a smaller boat, and the harbour master has promised them a
berth for the summer. They hope to carry their first passengers in May. The fare will be three pounds, and children travel free.
Nobody knows yet whether it will pay, but the café by the landing stage has already ordered new chairs, and the school has asked
for a timetable. "We would rather wait for a boat than sit in a queue of cars," said the head teacher, who crossed twice a day
for eleven years. The council will look at the accounts again in October, before the storms begin."""


def _random() -> np.random.Generator:
    return np.random.default_rng(4)


@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        (damage.misread, 0.1),
        (damage.doubled, 0.3),
        (damage.doubled, 1.0),
        (damage.glued, 0.25),
        (damage.glued, 0.5),
        (damage.initials, 0.5),
        (damage.backwards, 1.0),
    ],
)
def test_damaged_text_is_said_to_be_damaged_and_left_alone(kind: damage.Damage, rate: float) -> None:
    text = kind(PROSE, rate, _random())
    reading = unspin.read(text)
    assert reading.notes == (Note.DAMAGED,)
    assert reading.restored == text
    assert not reading.spun
    assert reading.says == "cannot be judged: damaged text"


def test_shuffled_words_are_damage_in_whatever_order_they_come() -> None:
    for seed in range(40):
        assert unjudged(split(damage.shuffled(PROSE, 1.0, np.random.default_rng(seed)))) == Note.DAMAGED


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        # Speech, names, misprints, repeated words, old spelling, figures with units, and words of a trade are no damage.
        "“No, no, no,” said Tam Ferrier, “I ain’t goin’ nowhere wi’ that dog.” “Never, never?” “Never! An’ you can"
        " tell ’em so,” said he, an’ laughed, an’ shut the door on ’em, and there they stood, the two of them, in the"
        " rain.",
        "Ngozi Okonkwo-Adeyemi met Przemysław Wiśniewski, Siobhán Ní Bhriain and Tuấn Nguyễn at the Llanfairpwll"
        " office, where Mr Bhattacharya of Thiruvananthapuram introduced them to Ms Hrafnhildur Guðmundsdóttir and to"
        " Dr Xiulan Zhuang of Guiyang.",
        "I beleive the goverment shoud do more for the students, becouse many of them can not to pay the rent of one"
        " room in the city and they has to travel two hours for go to the university, and when they arrive they are"
        " very tired for study.",
        "Then did the kinge sit downe vpon a stone, and hee spake vnto them and sayd that hee would giue a peece of"
        " land to euery man that had serued him, and a sheepe for his wife, and for each childe a spoone of siluer to"
        " haue and to keepe.",
        "Whisk 200g flour with 15g cocoa and 3 eggs. Add 250ml milk and 2tsp vanilla, then rest the batter for 20min."
        " Melt 10g butter in a pan, pour in 60ml of the batter and bake it for 2min on each side. Serve with 5g sugar"
        " and 30g of berries.",
        "Row, row, row the boat, row, row, row it home, row, row, row till the rain has gone and row, row, row alone;"
        " sing, sing, sing to the oars, sing, sing, sing to the sea, sing, sing, sing till the wind has turned and"
        " sing it again with me.",
        "Man is walk to market with old goat. Man say, goat, today I is sell you. Goat say nothing, is goat. At"
        " market is nobody, is only snow. Man sit. Goat sit. Man say, maybe tomorrow. Goat is eat hat of man. Such is"
        " market in winter.",
        "Draw a rectangle between two corners, x0 and y0 above and x1 and y1 below, in a subprocess.\n\n:param cmd: the"
        " command that the subprocess runs.\n:param pathname: where the drawing is kept when the subprocess has ended."
        "\n:param passphrase: for the key that signs it, if there is one.\n:param name: what the drawing is called.\n"
        ":return: what the subprocess has printed, a line each.",
    ],
)  # fmt: skip
def test_honest_text_is_not_damaged(text: str) -> None:
    assert unjudged(split(text)) is None


@pytest.mark.parametrize("family", ["wordnet-walk", "phrase-thesaurus", "rewriter", "tortured"])
def test_spun_text_is_not_damaged(family: str) -> None:
    for rate in (0.2, 0.4, 0.6):
        assert unjudged(split(simulate(PROSE, family, seed=3, rate=rate).text)) is None


@pytest.mark.parametrize("rate", [0.02, 0.03, 0.04, 0.05])
def test_honest_text_with_some_misreadings_is_not_spun(rate: float) -> None:
    text = damage.misread(PROSE, rate, _random())
    assert unspin.restore(text) == text


def test_spun_text_with_some_misreadings_is_still_found() -> None:
    text = damage.misread(simulate(PROSE, "wordnet-walk", seed=5, rate=0.3).text, 0.02, _random())
    assert unspin.read(text).spun


@pytest.mark.parametrize(
    "text",
    [
        # Jamaican
        "Di bus lef we a di corner an mi haffi walk go a yaad inna di rain. Mi granny deh pon di veranda an she seh"
        " mi fi dry mi head. Mi tell har seh mi nuh wet, but she nuh believe mi. She gi mi tea an seh mi fi siddung an"
        " nuh move.",
        # Nigerian Pidgin
        "Di market women wey dey sell yam for di junction say dem no go move. Dem say na di council give dem di"
        " place, and dem don pay di money wey dem ask. Di chairman say im no sabi anything about di money, and say"
        " make dem carry dia load comot.",
        # Tok Pisin
        "Tupela man bilong ples i go long bus na painim pik. Ol i wokabaut long taim na ol i no lukim wanpela pik."
        " Bihain ol i kam bek na meri bilong wanpela i tok, yutupela i no gat pik, tasol mi gat kaukau, na mipela"
        " olgeta i ken kaikai.",
        # Scots
        "The auld wife cam doon the brae wi her twa bairns an a creel o peats. She wis wabbit, but she widnae sit,"
        " for the nicht wis near an the road hame wis lang. Whaur's yer man, speirt the smith. He's awa tae the toun,"
        " quo she, an sae is the coo.",
        # Middle English
        "Whan that the kyng hadde herd this tale he was wroth, and seyde that he wolde han the knyght biforn hym er"
        " the day were goon. But the quene, that loved hym wel, sente hir mayde by nyght and bad hym fle, and so he"
        " dide, and wente his weye.",
        # Dutch, Afrikaans, German, Norwegian, French, Indonesian, Swahili
        "De boot is in de haven en het water was hoog. We had me gezegd dat hij om zes uur zou komen, maar er was"
        " niemand. Toen ging ik naar huis en las de krant, en mijn broer zei dat de brug nog een week dicht is voor"
        " het verkeer van de markt.",
        "Die ou man was in die tuin en sy hond was by hom. Hy het vir ons gesê dat die reën nie hierdie week gaan kom"
        " nie, want die wind is verkeerd. Ons het dit nie geglo nie, maar my pa het die bote op die sand getrek en die"
        " seile afgehaal.",
        "Als der Wind am Abend stärker wurde, ging die Frau noch einmal zu den Booten, um die Leinen zu prüfen. Es"
        " war so dunkel, dass sie den Steg nicht sah und mit einem Fuß im Wasser stand, aber die Boote waren alle noch"
        " da und auch der Hund.",
        "Da båten kom inn til land, sto det mange folk på kaien og ventet. De var ikke sikre på om alle var med, for"
        " ingen hadde hørt noe på to dager. Min bror gikk først i land, og han sa at det var kaldt, men at de hadde"
        " hatt nok mat.",
        "Le vieux bac a été vendu et les gens du village doivent maintenant passer par le pont, ce qui prend une"
        " heure. Une voisine dit que cela ne peut pas durer, et que le maire est au courant, mais il ne fait rien pour"
        " ceux qui sont sans voiture.",
        "Kapal itu tidak datang pada hari Senin karena ombak di laut terlalu tinggi. Orang yang menunggu di pelabuhan"
        " pulang ke rumah mereka, dan anak yang sakit dibawa dengan mobil dari desa ke kota untuk bertemu dengan"
        " dokter yang ada di sana.",
        "Mtoto wa jirani alikwenda sokoni na mama yake kununua samaki kwa ajili ya sikukuu. Walipofika waliambiwa"
        " kuwa samaki wote wameisha, lakini mzee mmoja katika kibanda cha mwisho aliwapa watatu bila ya malipo kwa"
        " kuwa ni watu wa kijiji hiki.",
    ],
)  # fmt: skip
def test_creoles_and_other_languages_are_not_english(text: str) -> None:
    reading = unspin.read(text)
    assert reading.notes == (Note.NOT_ENGLISH,)
    assert reading.restored == text


def test_english_that_quotes_a_language_is_english() -> None:
    assert foreign(split(PROSE + " The sign said: “Le bac ne passe plus, voir les horaires du pont.”")) is None
    assert foreign(split("She spoke of de Gaulle, van Gogh, El Greco, Del Rey and von Braun. " * 3)) is None


def test_look_alikes_are_seen_through() -> None:
    plain = simulate(PROSE, "wordnet-walk", seed=5, rate=0.3).text
    disguised = damage.lookalikes(plain, 0.2, _random())
    assert disguised != plain
    reading, like = unspin.read(disguised), unspin.read(plain)
    assert (reading.spun, reading.score) == (True, like.score)
    assert [(s.start, s.end, s.original) for s in reading.substitutions if not s.open] == [
        (s.start, s.end, s.original) for s in like.substitutions if not s.open
    ]
    honest = damage.lookalikes(PROSE, 0.2, _random())
    assert unspin.restore(honest) == honest


def test_what_is_made_of_look_alikes_alone_is_seen_through_where_others_are() -> None:
    assert split("\u0430 b\u043eat").lower == ("a", "boat")
    assert split("\u0430 boat").lower == ("\u0430", "boat")


def test_known_forms() -> None:
    assert all(known(form) for form in ("council", "colour", "don't", "didn", "neighbour's", "neighbours'", "goin'"))
    assert not any(known(form) for form in ("tbe", "ofthe", "counci1", "ouncil's", "x" * 5_000))
    assert all(old_spelling(form) for form in ("haue", "vnto", "selfe", "sinne", "iudge", "downe", "prov'd"))
    assert not any(old_spelling(form) for form in ("tbe", "ofthe", "wbich", "v" * 5_000))


def test_a_damaged_text_makes_no_statement() -> None:
    assert Note.DAMAGED in UNJUDGED


def test_a_long_document_is_judged_by_a_sample() -> None:
    """Comparing every form of a book would take as long as reading it."""
    book = " ".join(
        damage.misread(PROSE, rate, np.random.default_rng(seed)) for seed in range(60) for rate in (0.1, 0.08)
    )
    words = split(book)
    plain = np.flatnonzero(words.is_word).tolist()
    assert reader_damage._garbled(words, plain)
    asked = reader_damage._broken.cache_info()
    assert asked.misses < 3 * reader_damage._SAMPLE
