"""Languages that are not English, told by their small words.

A language is known by the few dozen words that every sentence has (Ingle 1976). Many languages share some of theirs with
English by accident ("was", "in", "of"), and the creoles share most; so each is looked for by those that it alone has. Middle
English is another language here too: what was written by 1611 is not.
"""

from __future__ import annotations

from typing import Final

from unspin.text.words import Words

__all__ = ["foreign"]

SHARE: Final = 0.1
"""Share of words that are small words of one other language, from which on a text is in that language: a quarter and more in
most, an eighth in creoles. English that quotes them, or has dialogue in dialect, stays below."""
FORMS: Final = 4
"""Different ones of them at least: a name or an abbreviation may stand in a text often."""

_SMALL_WORDS: Final = {
    "Jamaican": "mi di fi deh inna seh unda nuh yuh weh gwaan likkle bwoy pon unu ooman pickney dweet"
    " cyaan nyam fah deya suh ef neba tek gyal afta ina uno nutten sumpn",
    "Nigerian Pidgin": "di dey wey una abeg sabi pikin wetin pipo kontri tok oga na wia afta goment"
    " comot waka wahala sey oda ogbonge moni tori",
    "Tok Pisin": "bilong ol em na olsem wanpela tru yumi mipela dispela bai pikinini stap gat kam tok olgeta taim"
    " tasol sapos wok ples mi yu blong oli hem mekem wetem olketa tupela bikpela liklik nogat moa bihain"
    " bipo haus manmeri",
    "Scots": "tae frae wis nae dinnae oor ither gaed cannae wisnae ye'r yer twa amang wad mither gied"
    " breid whaur sae mair masel heid hame toun hoose ae nicht bairn bairns mony gie tak haud"
    " thae thon wha whit hae hae'd didnae isnae thir muckle aabody abody gaun",
    "Middle English": "whan whanne thanne hem hir hise yow swich wolde sholde schulde schal schulen schule seide seyde"
    " seith nat ther hadde han thei weren bi fro eek myn lyf tyme wel sche sotheli ech noght ony yaf puple"
    " ben hadden maad sones thi hym ayens ful ne swiche everich alle weye whiche thilke"
    " fro bifor aftir seien clepide forsothe schulden wolen ether kyng kyngis lond erthe hous herte comen"
    " whos siy",
    "Dutch": "het een van en niet dat zijn voor op te aan er maar om als ook naar bij uit zij wij deze werd"
    " wordt nog dan heeft hebben geen deur je ik nie 'n vir sy ek hulle ons wat kan daar",
    "German": "der und das nicht ist mit von zu ein eine sich auf für auch als wird werden dass aus nach wie bei"
    " ich sie er oder aber einen einer noch nur",
    "Scandinavian": "och att det som en på är av för med inte om har ett jag var han ikke og er til af ikkje eit eg"
    " dei jeg hun blev skal kan fra også ved være",
    "French": "le les des et une est que dans pour qui au du en il elle nous vous ne ce cette avec sont aux ont été"
    " sa ses mais comme",
    "Spanish": "el que en un una por con para del su al lo como más pero sus le ya fue este sí porque esta entre"
    " cuando muy sin sobre también",
    "Portuguese": "os que em um uma para com não por mais dos da das na ao foi é são pelo pela como mas ele ela nos nas"
    " também já está seu sua à",
    "Italian": "il di che le una del con della è si gli da nel al dei sono alla più anche ma delle ha lo nella"
    " questo quando un",
    "Catalan": "els les amb una dels que és del al va són com més seu el en un",
    "Romanian": "și în cu nu este că pe un din mai sau pentru sunt au fost ce să lui prin după",
    "Latin": "et est cum quod qui ad sed quae esse ut ex si hoc nec eius ac sunt atque enim quam quo etiam ab nam"
    " autem vel eu quis",
    "Polish": "nie na się że jest jak ale po tak za od przez przy dla czy był już tylko jego oraz",
    "Czech": "je na že jsem jako ale za od byl jeho jen nebo jsou když tak podle",
    "Turkish": "ve bir bu için ile da olarak çok daha ne gibi olan kadar sonra değil var ama en ki",
    "Indonesian": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada oleh mereka atau saya"
    " bisa",
    "Swahili": "ya wa na kwa ni katika za kuwa hii hiyo lakini hivyo cha yake wake watu si huo vya kama baada ili"
    " mtu",
    "Tagalog": "ang ng sa mga na ay ito para kung siya niya hindi nang isang po ako mo ka ko din rin lang",
    "Finnish": "ja ei että oli hän mutta ovat kun niin myös joka sen ole kuin tai mitä sitä vain hänen",
    "Hungarian": "és nem egy az hogy ez volt meg már csak mint vagy azt ki még amely lesz",
    "Welsh": "yn a'r i'r yr ar mae ac oedd wedi ei bod o'r gan hwn fel nid sydd eu mewn ond",
    "Irish": "agus na ar ag bhí sé tá le ní don seo sin gur mar ach nach atá sí sa bhfuil",
    "Vietnamese": "và của là có không được cho một người trong này với các những đã để khi từ ở về",
}  # fmt: skip
"""Small words of each language that are no words of English; single letters, which stand for things in formulas, left out."""
_MARKS: Final = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}


def foreign(words: Words) -> str | None:
    """The language that a text is in, as far as its small words tell, where that is not English; None otherwise."""
    plain = [words.lower[i] for i in words.is_word.nonzero()[0].tolist()]
    best: tuple[int, str | None] = (0, None)
    for language, marks in _MARKS.items():
        found = [form for form in plain if form in marks]
        if len(found) >= SHARE * len(plain) and len(set(found)) >= FORMS:
            best = max(best, (len(found), language))
    return best[1]
