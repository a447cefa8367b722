"""The closed classes of words, which begin sentences and join the other words. Pure."""

from __future__ import annotations

_FUNCTION = {
    "en": """
a an the this that these those some any no all both each every in on at by to of for from with without as into over
under after before during since until about against between among through amid near off out up down and or but if
when while where why how what who which whose because although though than then so yet not it its he his she her
they their we our you your i my is are was were be been has have had do does did will would can could should may
might must there here also more most many much few first last next""",
    "de": """
der die das ein eine einen einem einer des dem den im in am an auf aus bei mit nach von vom zu zum zur über unter
vor für gegen ohne um und oder aber wenn als wie was wer wo warum weil dass es er sie wir ihr ist sind war wird
werden hat haben nicht auch noch nur""",
    "fr": """
le la les l un une des du de d au aux en dans sur sous par pour avec sans et ou mais si que qui quoi dont où comme
ce cet cette ces il elle ils elles on nous vous est sont a ont plus""",
    "es": """
el los las uno una unos unas del al con sin por para desde hasta entre y o pero si que quien cuando como donde es
son ha han se su sus este esta estos estas no más""",
    "it": """
il lo gli i uno della dello dei degli delle nel nella sul sulla dal dalla con per tra fra e ed o ma se che chi è
sono ha hanno non più""",
    "pt": """
o os as um uma do da dos das no na nos nas pelo pela com sem para por e ou mas se que é são não mais""",
    "pl": """
w we z ze na do od po za przed pod nad przy dla bez o u i a oraz ale lub czy że jak co kto gdy jest są był była
było nie to ten ta te się po już""",
    "ru": """
в во на с со из за по к ко у о об от до для без при под над через между после перед и а но или что как когда где
кто если это этот эта эти он она они мы вы не все его ее их так уже еще был была было были есть""",
    "uk": """
у в на з із зі до від для без при під над через між після перед і й а але або що як коли де хто якщо це цей ця ці
він вона вони ми ви не всі""",
}
_FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION.items()}
_ALL_FUNCTION_WORDS = frozenset().union(*_FUNCTION_WORDS.values())


def function_words(language: str) -> frozenset[str]:
    """Return the articles, prepositions, conjunctions and pronouns of a language, in lower case; for an unknown
    language those of all. Sentences and headlines capitalize them, and a function word of one language is a name in
    another (Han)."""
    return _FUNCTION_WORDS.get(language, _ALL_FUNCTION_WORDS)
