"""The character set of a document, from the evidence that it brings."""

from __future__ import annotations

import codecs

import pytest

from monitor.sources.formats.charset import read_text, to_utf8

ZH = "朝鲜发射弹道导弹，韩国军方称落入日本海。" * 5
KO = "북한이 탄도미사일을 발사했다. 뷁햏 똠방각하" * 5  # 뷁 and 똠 are in cp949, not in euc-kr
JA = "北朝鮮が弾道ミサイルを発射①髙橋" * 5  # ① and 髙 are in cp932, not in Shift_JIS
RU = "Северная Корея запустила ракету" * 5
DE = "Nordkorea feuert „Rakete“ über Südkorea – ähnlich" * 5


def document(text: str, declared: str | None = None) -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<rss><title>{text}</title></rss>"


@pytest.mark.parametrize(
    ("text", "codec", "in_body", "in_header"),
    [
        (ZH, "utf-8", "utf-8", None),
        (ZH, "utf-8", None, None),  # XML's own default
        (ZH, "utf-8", None, "text/xml; charset=iso-8859-1"),  # the server's default for all that it has
        (RU, "cp1251", "windows-1251", "text/xml; charset=iso-8859-1"),  # likewise
        (ZH, "utf-8", "utf-8", "text/xml; charset=gb2312"),  # they disagree, the bytes decide
        (ZH, "gb18030", "utf-8", "text/xml; charset=gb2312"),  # likewise
        (ZH, "gb18030", "gb2312", None),  # the name of the small set, the characters of the large
        (ZH, "gb18030", "GBK", None),
        (ZH.replace("鲜", "鮮"), "gb18030", None, 'text/xml; charset="gb2312"'),  # quoted, in the header
        (KO, "cp949", "euc-kr", None),
        (KO, "cp949", "ks_c_5601-1987", None),
        (JA, "cp932", "Shift_JIS", None),
        (JA, "cp932", "x-sjis", None),  # a name that Python does not know
        (DE, "cp1252", "iso-8859-1", None),  # quotation marks that Latin-1 has not
        (RU, "koi8-r", "koi8-r", None),
        (RU, "cp1251", None, "application/rss+xml; charset=windows-1251"),
        (ZH, "big5", "big5", None),
        (ZH, "utf-8", "utf-16", None),  # written as UTF-16, saved as UTF-8
        (ZH, "utf-16-le", "utf-16", None),  # without a mark
        (ZH, "utf-16-be", None, None),
        (ZH, "utf-16", "utf-16", None),  # with one
        (ZH, "utf-32", "utf-32", None),
        (ZH, "utf-8-sig", "iso-8859-1", "text/xml; charset=iso-8859-1"),  # a mark beats all that is said
        ("a \ufffd in RSS \ufffd", "utf-8", None, None),  # broken before it was sent
        ("a \ufffd in RSS \ufffd", "utf-8-sig", None, None),
        (ZH, "utf-8", "klingon", None),  # a name that nobody knows is none
        (ZH, "utf-8", "punycode", "text/xml; charset=base64"),  # codecs of Python's that are no character sets
    ],
)
def test_the_text_is_read_as_it_was_meant(text: str, codec: str, in_body: str | None, in_header: str | None) -> None:
    """And comes out as UTF-8 that says so."""
    text = text if codec != "big5" else "飛彈發射演習"
    read = read_text(document(text, in_body).encode(codec), in_header)
    assert (to_utf8(read.text).decode(), read.doubt) == (document(text, "utf-8"), None)


@pytest.mark.parametrize("declared", ["utf-8", None])
def test_one_broken_character_costs_itself_only(declared: str | None) -> None:
    """The rest of the document is read as if nothing were wrong."""
    broken = document(ZH, declared).encode().replace("导".encode(), "导".encode()[:2], 1)
    read = read_text(broken, "text/xml")
    assert (read.text.count("�"), read.text.count("导"), read.doubt) == (1, 4, None)


@pytest.mark.parametrize(
    ("text", "codec", "declared", "doubt"),
    [
        (RU, "koi8-r", None, "it does not say which it is; it was read as koi8-r"),
        (ZH, "gb18030", "utf-8", "it says that it is utf-8, and is not; it was read as gb18030"),
        (RU, "cp1251", "iso-8859-1", "it says that it is cp1252, and was read as cp1251"),
    ],
)
def test_a_guess_is_told(text: str, codec: str, declared: str | None, doubt: str) -> None:
    """And is made with a library's knowledge of how often letters occur."""
    read = read_text(document(text, declared).encode(codec), "text/xml")
    assert read.text == document(text, declared)
    assert read.doubt is not None
    assert read.doubt.startswith(doubt)


def test_what_fits_nothing_is_told() -> None:
    """Something is read of it all the same: what is in ASCII."""
    read = read_text(b"<rss><title>Missile</title>" + bytes(range(0x80, 0x100)) * 3 + b"</rss>", None)
    assert "<title>Missile</title>" in read.text
    assert read.doubt is not None


DECLARED = b'<?xml version="1.0" encoding="utf-8"?>'


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        (b"<a>\x00b\x0bc\x1f\td\r\n\xef\xbf\xbe</a>", b"<a>bc\td\r\n</a>"),  # control characters
        (b"<a>&#0;&#x1F;&#xd800;&#xFFFF;&#1114112;&#99999999999;</a>", b"<a></a>"),  # references to no character
        (b"<a>&#9;&#x41;&#128640;&#38;&lt;</a>", b"<a>&#9;&#x41;&#128640;&#38;&lt;</a>"),  # and to some
        (b"\n\n <a/>", b"<a/>"),  # lines before the declaration are an error in XML
        (codecs.BOM_UTF8 + b"<a/>", b"<a/>"),  # a mark is no text
    ],
)
def test_what_xml_forbids_is_removed(body: bytes, clean: bytes) -> None:
    """One such character would turn the strict parser away; the declaration is there in any case."""
    assert to_utf8(read_text(body, None).text) == DECLARED + clean


@pytest.mark.parametrize(
    "declaration",
    [
        "",
        "<?xml version='1.0'?>",  # names no encoding: UTF-8 by XML's own rule
        '<?xml version="1.0" standalone="yes" ?>',
        "<?xml version='1.0' encoding='koi8-r' standalone='no'?>",  # wrong, and the bytes say so
        '<?xml version="1.1"?>',  # a version that the strict parser does not know
        "<?xml?>",
        '<?xml version="1.0" encoding="utf-8">',  # without its question mark
    ],
)
def test_there_is_one_declaration(declaration: str) -> None:
    """Whatever stood there: a second one, or one that is not understood, turns the strict parser away."""
    body = f"<a>{ZH}</a>"
    assert to_utf8(f"{declaration}{body}") == DECLARED + body.encode()


def test_a_stylesheet_is_no_declaration() -> None:
    """Its name begins alike, and it stays."""
    assert to_utf8("<?xml-stylesheet href='a.xsl'?><a/>") == DECLARED + b"<?xml-stylesheet href='a.xsl'?><a/>"


@pytest.mark.parametrize(
    "text",
    [document(ZH), document("a\x01b"), document("&#0;a&#20013;"), document("a\ufffe\uffffb"), "\x02 " + document(KO)],
)
def test_what_is_utf8_as_it_comes_is_not_encoded_again(text: str) -> None:
    """And comes out as it would otherwise."""
    read = read_text(text.encode(), "text/xml")
    assert (read.text, read.utf8) == (text, text.encode())
    assert to_utf8(read.text, read.utf8) == to_utf8(text)
    assert read_text(text.encode("utf-16"), None).utf8 is None
