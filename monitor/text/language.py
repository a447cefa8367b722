"""Which language a text is in, and which it clearly is not, judged from the text itself.

Only languages that share a script need telling apart; in doubt nothing is ruled out, because a wrong guess must never
silence a rule. What a feed declares rules nothing out; it only says which of the languages of its script a text is in.
"""

from __future__ import annotations

import re
from functools import cache

from monitor.text.scripts import HAN, HANGUL, KANA, script_of

_SAMPLE = 200  # letters: of so many the language can be told
_JAPANESE_SHARE = 0.10  # kana among Han and kana; Chinese prose quotes a brand or a の now and then, Japanese has > 0.3
_CHINESE_LENGTH = 40  # so many Han characters without a single kana are not Japanese prose
_CLEAR = 2  # characters that only the one of the two writes; a single one may be in a name that is quoted
_MIXED = 8  # so many Han characters without any Hangul are not Korean, which writes 北 or 美 among its own
_HANS, _KANAS = (re.compile(f"{letter.pattern}+") for letter in (HAN, KANA))
_LETTER = re.compile(r"[^\W\d_]")

WRITTEN_IN = {
    "zh": ("Han",),
    "ja": ("Han", "kana"),
    "ko": ("Hangul", "Han"),
    "th": ("Thai",),
    "lo": ("Lao",),
    "my": ("Burmese",),
    "km": ("Khmer",),
    "el": ("Greek",),
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "ky", "mn", "tg"), ("Cyrillic",)),
    "sr": ("Cyrillic", "Latin"),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb", "ug"), ("Arabic",)),
}
"""The scripts of languages; those that are not here are written in Latin, or in a script of which we know nothing."""

_CODES = """
aar:aa abk:ab ave:ae afr:af aka:ak amh:am arg:an ara:ar asm:as ava:av aym:ay aze:az bak:ba bel:be bul:bg bis:bi bam:bm
ben:bn bod:bo tib:bo bre:br bos:bs cat:ca che:ce cha:ch cos:co cre:cr ces:cs cze:cs chu:cu chv:cv cym:cy wel:cy
dan:da deu:de ger:de div:dv dzo:dz ewe:ee ell:el gre:el eng:en epo:eo spa:es est:et eus:eu baq:eu fas:fa per:fa
ful:ff fin:fi fij:fj fao:fo fra:fr fre:fr fry:fy gle:ga gla:gd glg:gl grn:gn guj:gu glv:gv hau:ha heb:he hin:hi
hmo:ho hrv:hr hat:ht hun:hu hye:hy arm:hy her:hz ina:ia ind:id ile:ie ibo:ig iii:ii ipk:ik ido:io isl:is ice:is
ita:it iku:iu jpn:ja jav:jv kat:ka geo:ka kon:kg kik:ki kua:kj kaz:kk kal:kl khm:km kan:kn kor:ko kas:ks kur:ku
kom:kv cor:kw kir:ky lat:la ltz:lb lug:lg lim:li lin:ln lao:lo lit:lt lub:lu lav:lv mlg:mg mah:mh mri:mi mao:mi
mkd:mk mac:mk mal:ml mon:mn mar:mr msa:ms may:ms mlt:mt mya:my bur:my nau:na nob:nb nde:nd nep:ne ndo:ng nld:nl
dut:nl nno:nn nor:no nbl:nr nav:nv nya:ny oci:oc oji:oj orm:om ori:or oss:os pan:pa pli:pi pol:pl pus:ps por:pt
que:qu roh:rm run:rn ron:ro rum:ro rus:ru kin:rw san:sa srd:sc snd:sd sme:se sag:sg sin:si slk:sk slo:sk slv:sl
smo:sm sna:sn som:so sqi:sq alb:sq srp:sr ssw:ss sot:st sun:su swe:sv swa:sw tam:ta tel:te tgk:tg tha:th tir:ti
tuk:tk tgl:tl tsn:tn ton:to tur:tr tso:ts tat:tt tah:ty uig:ug ukr:uk urd:ur uzb:uz ven:ve vie:vi vol:vo wln:wa
wol:wo xho:xh yid:yi yor:yo zha:za zho:zh chi:zh zul:zu
arb:ar pes:fa prs:fa khk:mn zsm:ms cmn:zh yue:zh
"""
THREE_LETTERS = dict(pair.split(":") for pair in _CODES.split())
"""Codes of languages in three letters (ISO 639-2, and of 639-3 those for the usual form of one) -> in the two that tags
have. Kanuri and Twi are not here: whoever writes their two letters means Korea and Taiwan."""

_NO_LANGUAGE = {"und", "mul", "zxx", "mis"}  # undetermined, several, no language, one without a code


def ruled_out_languages(title: str, text: str) -> frozenset[str]:
    """The languages (primary subtags) that an article clearly is not in, among those that share Han characters."""
    samples = samples_of(title, text)
    out = _rule_out_by_characters(samples[0])
    return out & _rule_out_by_characters(samples[1]) if out and len(samples) > 1 else out


def samples_of(title: str, text: str) -> tuple[str, ...]:
    """What is looked at: all of a short article; of a longer one its beginning and its middle, for either may quote
    what is of another language."""
    if len(text) < 2 * _SAMPLE:
        return (f"{title} {text}",)
    middle = len(text) // 2
    return f"{title} {text[:_SAMPLE]}", text[middle : middle + _SAMPLE]


def _rule_out_by_characters(text: str) -> frozenset[str]:
    han = "".join(_HANS.findall(text))
    kana = len("".join(_KANAS.findall(text)))
    if not han and not kana:
        return frozenset()
    korean = HANGUL.search(text) is not None
    out = set() if korean or len(han) + kana < _MIXED else {"ko"}
    if kana and kana >= _JAPANESE_SHARE * (len(han) + kana):
        out.add("zh")
    elif not kana and len(han) >= _CHINESE_LENGTH:
        out.add("ja")
    elif not kana:
        chinese, japanese = _count_exclusive_characters("zh", han), _count_exclusive_characters("ja", han)
        if chinese >= _CLEAR and not japanese:
            out.add("ja")
        elif japanese >= _CLEAR and not chinese:
            out.add("zh")
    return frozenset(out)


def guess_han_language(text: str) -> str | None:
    """Which of Chinese and Japanese a text in Han characters seems to be: it has some that only the one writes. Too
    little to rule the other out."""
    han = "".join(HAN.findall(text))
    chinese, japanese = _count_exclusive_characters("zh", han), _count_exclusive_characters("ja", han)
    return "zh" if chinese and not japanese else "ja" if japanese and not chinese else None


def _count_exclusive_characters(language: str, han: str) -> int:
    """How many characters only Chinese writes (导), or only Japanese (発), by their national character sets."""
    return list(map(_find_exclusive_language, han)).count(language)


@cache
def _find_exclusive_language(character: str) -> str:
    """Which of Chinese and Japanese alone has a character in its national sets ("" if both or neither)."""
    japanese = _is_encodable(character, "shift_jis")
    chinese = _is_encodable(character, "gb2312") or _is_encodable(character, "big5")
    return "" if japanese == chinese else "ja" if japanese else "zh"


def _is_encodable(character: str, page: str) -> bool:
    try:
        character.encode(page)
    except UnicodeEncodeError:
        return False
    return True


def parse_primary_subtag(declared: str) -> str | None:
    """The language that a feed's tag names (primary subtag, of two letters where there is one); None: it names none."""
    first = re.split("[-_]", declared.strip().lower(), maxsplit=1)[0]
    named = re.fullmatch("[a-z]{2,3}", first) and first not in _NO_LANGUAGE
    return THREE_LETTERS.get(first, first) if named else None


def language_of(title: str, text: str, declared: str | None) -> str | None:
    """The language of an article (primary subtag): what its script makes clear, else what its feed declares where that
    fits the script, else None."""
    out = ruled_out_languages(title, text)
    text = " ".join(samples_of(title, text))
    hangul = len(HANGUL.findall(text))
    kana = len(KANA.findall(text))
    han = len(HAN.findall(text))
    if hangul > han + kana:
        return "ko"
    if kana and "zh" in out:
        return "ja"
    if han and "ja" in out and not hangul:
        return "zh"
    said = parse_primary_subtag(declared) if declared else None
    first = _LETTER.search(text)
    if said is None or first is None:
        return said
    fits = script_of(first.group()).name in WRITTEN_IN.get(said, ("Latin", "other"))
    return said if fits and said not in out else None
