"""The bytes of a document, turned into text, and into clean UTF-8 before feedparser sees them.

feedparser gives a whole document up to a wrong guess for one broken character, and takes the names of East Asian
character sets at their word. A name that the bytes contradict is not followed, and a guess is never silent: titles in
false characters match no rule, and nobody would know.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

# What the web means by these names (WHATWG Encoding standard, section 4.2): the larger set that contains the named
# one. Python's own codec of that name fails on the characters that only the larger has.
MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "ascii": "cp1252",
    "tis-620": "cp874",
}
UNKNOWN_TO_PYTHON = {"x-sjis": "shift_jis", "x-gbk": "gbk", "x-euc-jp": "euc_jp", "windows-949": "cp949"}
# What Python calls text encodings of its own (its `codecs` module, "Python Specific Encodings"), and UTF-7: no document
# is written in them; some raise errors of their own, some are slow.
NO_CHARSETS = {"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}

# Byte order marks (the longer first: UTF-32's starts with UTF-16's), and the same without (XML 1.0, appendix F.1).
STARTS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)

IN_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
IN_BODY = re.compile(rb"""\s*<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]+)["']""")
DECLARATION = re.compile(r"<\?xml(?=[\s?])[^<>]{0,200}>")  # ended as it should be by ?>, or by > alone
HEAD = 1024  # bytes: a declaration that is longer is none
UTF8 = '<?xml version="1.0" encoding="utf-8"?>'
ESCAPED = b"\x1b$B"  # ISO-2022-JP: kanji from here
MULTIBYTE = {"gb18030", "cp949", "cp932", "big5hkscs", "euc_jp", "euc_jis_2004", "johab", "iso2022_jp", "iso2022_kr"}
# Told apart by a few letters, too few for a guess against what is said.
LATIN = {"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2", "iso8859-15", "iso8859-16"}
# What feeds are written in besides UTF-8; a longer list makes more guesses wrong (Russian for Thai), so the second is
# for documents that name nothing.
COMMON = (
    *("gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"),
    *("koi8_r", "cp1251", "cp866", "cp1252", "cp1250", "iso8859_2"),
)
MORE = ("cp1253", "cp1254", "cp1255", "cp1256", "cp874")
REPLACED = "\ufffd".encode()  # what was broken before it was sent to us
HIGH = bytes(range(0x80, 0x100))
# Bytes beyond ASCII, of news titles in nine sets, from which on the guess was never wrong, and up to which it is none.
ENOUGH, LITTLE = 100, 40
MUCH = 20  # one broken in so many
RUNS = re.compile("[\x80-\u024f]{4}")  # no Latin spelling has that; Cyrillic and Chinese read as Latin have little else
WIDE = re.compile("[\u0800-\ufffc]")
CONTROLS = bytes(each for each in range(0x20) if each not in b"\t\n\r")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # by XML 1.0, section 2.2
NO_CHARACTERS = ("\ufffe", "\uffff")  # of what is forbidden, all but the control characters
REFERENCE = re.compile("&#([xX][0-9a-fA-F]{1,400}|[0-9]{1,400});?")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A document as text. `doubt`: why its characters may be other ones than these, for a person; `utf8`: the same text
    as it came, where that was UTF-8 to the last byte."""

    text: str
    doubt: str | None = None
    utf8: bytes | None = None


def read_text(body: bytes, content_type: str | None) -> DecodedText:
    """The text of a document of any format, from the evidence that its bytes and its header bring."""
    for start, codec in STARTS:
        if body.startswith(start):
            return _note_damage(body.decode(codec, "replace"), body.count(REPLACED) if codec == "utf-8-sig" else 0)
    # Bytes of ASCII only, which would pass for UTF-8. (To search for one byte is the quicker.)
    if ESCAPED[:1] in body and ESCAPED in body:
        return DecodedText(body.decode("iso2022_jp", "replace"))
    named = _find_declared_codecs(body, content_type or "")
    others = [codec for codec in named if codec != "utf-8"]
    if not others and (sound := _decode_strict_utf8(body)) is not None:  # as nearly all are
        return DecodedText(sound, utf8=body)
    text, meant = body.decode("utf-8", "replace"), body.count(REPLACED)
    of_bytes = bool(others) and others[0] not in MULTIBYTE
    if _is_utf8(*_count_broken_and_sound(text, meant), text, declared="utf-8" in named or not named, of_bytes=of_bytes):
        return _note_damage(text, meant)
    return _decode_by_declaration(body, others) if others else _decode_by_detection(body, named)


def _decode_strict_utf8(body: bytes) -> str | None:
    """The text of what is UTF-8 to the last byte."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def to_utf8(text: str, utf8: bytes | None = None) -> bytes:
    """XML in UTF-8 that says so and holds nothing that XML forbids. `utf8`: the same, where it is at hand."""
    given = text.encode("utf-8", "replace") if utf8 is None else utf8
    # To search for each of them takes half as long as a table that finds all, and that a tenth of a pattern's time.
    body = given.translate(None, CONTROLS) if any(map(given.__contains__, CONTROLS)) else given
    clean = body is given and not any(each in text for each in NO_CHARACTERS)
    if not clean or not text.startswith("<") or (b"#" in body and b"&#" in body):
        decoded = body.decode()
        for each in NO_CHARACTERS:
            decoded = decoded.replace(each, "")
        body = REFERENCE.sub(_keep_legal_reference, decoded).lstrip().encode()
    # Where there is no encoding declared feedparser would add a declaration, and a line: the strict parser knows no
    # second one, and errors would name the wrong lines.
    declaration = DECLARATION.match(body[:HEAD].decode("utf-8", "ignore"))
    return UTF8.encode() + body[len(declaration[0].encode()) if declaration else 0 :]


def _keep_legal_reference(reference: re.Match[str]) -> str:
    """A character reference, if to a character that XML knows; feedparser breaks on others."""
    code = int(reference[1][1:], 16) if reference[1][0] in "xX" else int(reference[1])
    legal = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and not FORBIDDEN.match(chr(code))
    return reference[0] if legal else ""


def _note_damage(text: str, meant: int = 0) -> DecodedText:
    """A few broken characters among many sound ones are told by themselves; many make titles that nobody can match."""
    broken, sound = _count_broken_and_sound(text, meant)
    if broken * MUCH <= sound:
        return DecodedText(text)
    return DecodedText(text, f"{broken} of its {broken + sound} characters beyond ASCII are broken")


def _decode_by_declaration(body: bytes, named: list[str]) -> DecodedText:
    """What the names say, held against what the bytes look like: titles in false characters match no rule."""
    first = named[0]
    text = body.decode(first, "replace")
    broken, sound = _count_broken_and_sound(text)
    damaged = 0 < broken <= max(2, sound // 100)  # a byte that does not fit must not speak for a set that takes all
    sample = text.replace("\ufffd", "").encode(first, "ignore") if damaged else body
    looks = _detect_codec_among(sample, (*COMMON, *named))
    if looks in named:  # header and document disagree, and the bytes are for one of them
        return _note_damage(body.decode(looks, "replace"))
    sampled = sample.decode(first, "replace")
    evidence = len(sample) - len(sample.translate(None, HIGH))
    if looks is None or sample.decode(looks, "replace") == sampled or {first, looks} <= LATIN:
        return _note_damage(text)
    if broken * MUCH > sound or evidence >= ENOUGH or (first not in MULTIBYTE and RUNS.search(text)):
        return DecodedText(
            body.decode(looks, "replace"), f"it says that it is {first}, and was read as {looks}, which fits"
        )
    if evidence < LITTLE:
        return _note_damage(text)
    return DecodedText(text, f"it says that it is {first}, and looks like {looks}")


def _decode_by_detection(body: bytes, named: list[str]) -> DecodedText:
    looks = detect_codec(body)
    says = "it says that it is utf-8, and is not" if named else "it does not say which it is"
    if looks is None:
        return DecodedText(body.decode("cp1252", "replace"), f"{says}; none was found that fits")
    return DecodedText(body.decode(looks, "replace"), f"{says}; it was read as {looks}, which fits best")


def detect_codec(body: bytes) -> str | None:
    """The codec of bytes that are not UTF-8 and do not say what they are; None if none fits."""
    return _detect_codec_among(body, COMMON) or _detect_codec_among(body, MORE)


def _detect_codec_among(body: bytes, candidates: tuple[str, ...]) -> str | None:
    """The codec that gives the most likely text, by the frequencies of its letters."""
    best = from_bytes(body, cp_isolation=list(candidates), enable_fallback=False).best()
    return codecs.lookup(best.encoding).name if best else None


def _find_declared_codecs(body: bytes, content_type: str) -> list[str]:
    """The codecs that the header and the document name, the more credible first."""
    names = []
    if in_header := IN_HEADER.search(content_type):
        names.append(in_header[1])
    if in_body := IN_BODY.match(body):
        names.append(in_body[1].decode("ascii", "replace"))
    codecs_named = [codec for codec in map(text_encoding, names) if codec]
    # The header goes first (RFC 7303 section 3), unless it says Latin-1: many servers say that of all they have.
    return sorted(codecs_named, key=lambda codec: codec == "cp1252")


def text_encoding(name: str) -> str | None:
    """Python's name of the encoding that a document means by this one; None: it names no encoding of text that is known
    (zlib and hex are codecs, but not of text)."""
    try:
        codec = codecs.lookup(UNKNOWN_TO_PYTHON.get(name.lower(), name)).name
        # LookupError: a codec, but not of text. Python looks only where there is something to decode.
        b"x".decode(codec, "replace")
    except (LookupError, ValueError):  # UnicodeError is one; so is a NUL in the name
        return None
    if codec.replace("-", "_") in NO_CHARSETS:
        return None
    # The name could be read byte by byte, so it is not that; Windows programs write it over what they save as UTF-8.
    if codec.startswith(("utf-16", "utf-32")):
        return "utf-8"
    return MEANT.get(codec, codec)


def _is_utf8(broken: int, sound: int, text: str, *, declared: bool, of_bytes: bool) -> bool:
    """Whether bytes that gave this text when read as UTF-8 were meant so.

    Nothing else is valid UTF-8 by chance for long, so the characters beyond ASCII decide: a few broken ones among
    many sound ones are damage (a summary cut within a character), while Latin-1 or KOI8-R gives hardly a sound one.
    `of_bytes`: what is named instead has one byte a character.
    """
    if declared:
        return broken <= sound // 2
    # A pair of bytes of the East Asian sets may be a character of UTF-8 too, three of them hardly one and a half.
    return broken == 0 and sound + 2 * len(WIDE.findall(text)) >= (1 if of_bytes else 8)


def _count_broken_and_sound(text: str, meant: int = 0) -> tuple[int, int]:
    """How many characters beyond ASCII are broken, and how many are sound. `meant`: how many signs of a broken one
    were there before."""
    broken = text.count("\ufffd") - meant
    return broken, len(text) - broken - len(text.encode("ascii", "ignore"))
