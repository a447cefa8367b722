"""Reads the language tags of feeds and files, without knowing how a language is written."""

from __future__ import annotations

import re

_CODE_PAIRS = """
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
THREE_LETTERS = dict(pair.split(":") for pair in _CODE_PAIRS.split())
"""Three-letter codes of languages (ISO 639-2, and from 639-3 those for the usual form of a language) -> the
two-letter codes of tags. Kanuri and Twi are left out: whoever writes their two letters means Korea and Taiwan."""

_NO_LANGUAGE = {"und", "mul", "zxx", "mis"}  # undetermined, several, no language, one without a code


def parse_primary_subtag(declared: str) -> str | None:
    """Return the language that a feed's tag names (primary subtag, with two letters if there is such a code); None:
    it names none."""
    first = re.split("[-_]", declared.strip().lower(), maxsplit=1)[0]
    is_language = re.fullmatch("[a-z]{2,3}", first) and first not in _NO_LANGUAGE
    return THREE_LETTERS.get(first, first) if is_language else None
