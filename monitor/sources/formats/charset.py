"""Decodes the bytes of a document into text, and makes clean UTF-8 for feedparser.

For one broken character feedparser decodes a whole document by a wrong guess, and it takes the names of East Asian
character sets literally. Here, a declared name that the bytes contradict is not used. A guess is always reported:
titles with wrong characters match no rule, and nobody would notice.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

# What the web means by these names (WHATWG Encoding standard, section 4.2): a larger set that contains the named one.
# Python's own codec of that name fails for characters that are only in the larger set.
WHATWG_CODECS = {
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
# Python's own text encodings (its `codecs` module, "Python Specific Encodings"), and UTF-7: no document is written in
# them; some raise other errors, some are slow.
REFUSED_CODECS = {"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}

# Byte order marks (the longer first: UTF-32's starts with UTF-16's), and starts without one (XML 1.0, appendix F.1).
BYTE_SIGNATURES = (
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
DECLARATION = re.compile(r"<\?xml(?=[\s?])[^<>]{0,200}>")  # closed by ?>, or wrongly by > alone
DECLARATION_BYTES = 1024  # a longer declaration does not count
UTF8_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
ISO2022_JP_ESCAPE = b"\x1b$B"  # ISO-2022-JP: kanji follow
MULTIBYTE_CODECS = {
    "gb18030",
    "cp949",
    "cp932",
    "big5hkscs",
    "euc_jp",
    "euc_jis_2004",
    "johab",
    "iso2022_jp",
    "iso2022_kr",
}
# They differ in a few letters, too few to guess against the declared one.
LATIN_CODECS = {"cp1250", "cp1252", "cp1254", "cp1257", "iso8859-2", "iso8859-15", "iso8859-16"}
# Codecs that feeds use besides UTF-8. A longer list makes more guesses wrong (Russian for Thai), so the second list is
# only for documents that declare none.
COMMON_CODECS = (
    *("gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"),
    *("koi8_r", "cp1251", "cp866", "cp1252", "cp1250", "iso8859_2"),
)
MORE_CODECS = ("cp1253", "cp1254", "cp1255", "cp1256", "cp874")
UTF8_REPLACEMENT = "\ufffd".encode()  # characters that were broken before they were sent to us
HIGH_BYTES = bytes(range(0x80, 0x100))
# Bytes beyond ASCII, measured with news titles in nine sets: from ENOUGH_BYTES on the guess was never wrong, and below
# FEW_BYTES it is not used.
ENOUGH_BYTES, FEW_BYTES = 100, 40
DAMAGE_RATIO = 20  # sound characters for each broken one, at least
NON_ASCII_RUN = re.compile(
    "[\x80-\u024f]{4}"
)  # no Latin spelling has that; Cyrillic and Chinese decoded as Latin consist of it
WIDE_CHARACTER = re.compile("[\u0800-\ufffc]")
CONTROL_BYTES = bytes(each for each in range(0x20) if each not in b"\t\n\r")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # in XML 1.0, section 2.2
NONCHARACTERS = ("\ufffe", "\uffff")  # the forbidden characters that are no control characters
REFERENCE = re.compile("&#([xX][0-9a-fA-F]{1,400}|[0-9]{1,400});?")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A document as text. `doubt`: why its characters may be wrong, in words for a person; `utf8`: the original bytes,
    if they are valid UTF-8."""

    text: str
    doubt: str | None = None
    utf8: bytes | None = None


def read_text(body: bytes, content_type: str | None) -> DecodedText:
    """The text of a document of any format, decoded by the evidence of its bytes and its header."""
    for start, codec in BYTE_SIGNATURES:
        if body.startswith(start):
            return _note_damage(
                body.decode(codec, "replace"), body.count(UTF8_REPLACEMENT) if codec == "utf-8-sig" else 0
            )
    # This is all ASCII, and would look like UTF-8. (Searching for one byte first is faster.)
    if ISO2022_JP_ESCAPE[:1] in body and ISO2022_JP_ESCAPE in body:
        return DecodedText(body.decode("iso2022_jp", "replace"))
    named = _find_declared_codecs(body, content_type or "")
    non_utf8 = [codec for codec in named if codec != "utf-8"]
    if not non_utf8 and (decoded := _decode_strict_utf8(body)) is not None:  # as in nearly all documents
        return DecodedText(decoded, utf8=body)
    text, literal_replacements = body.decode("utf-8", "replace"), body.count(UTF8_REPLACEMENT)
    is_single_byte = bool(non_utf8) and non_utf8[0] not in MULTIBYTE_CODECS
    if _is_utf8(
        *_count_broken_and_sound(text, literal_replacements),
        text,
        declared="utf-8" in named or not named,
        is_single_byte=is_single_byte,
    ):
        return _note_damage(text, literal_replacements)
    return _decode_by_declaration(body, non_utf8) if non_utf8 else _decode_by_detection(body, named)


def _decode_strict_utf8(body: bytes) -> str | None:
    """The text, if all of it is valid UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def to_utf8(text: str, utf8: bytes | None = None) -> bytes:
    """XML in UTF-8, declared as such, without characters that XML forbids. `utf8`: the encoded text, if available."""
    original = text.encode("utf-8", "replace") if utf8 is None else utf8
    # Searching for each of them takes half as long as a table for all, and that takes a tenth of a pattern's time.
    body = original.translate(None, CONTROL_BYTES) if any(map(original.__contains__, CONTROL_BYTES)) else original
    is_clean = body is original and not any(character in text for character in NONCHARACTERS)
    if not is_clean or not text.startswith("<") or (b"#" in body and b"&#" in body):
        decoded = body.decode()
        for character in NONCHARACTERS:
            decoded = decoded.replace(character, "")
        body = REFERENCE.sub(_keep_legal_reference, decoded).lstrip().encode()
    # If no encoding is declared, feedparser adds a declaration on a line of its own: the strict parser refuses a second
    # one, and errors would name the wrong lines.
    declaration = DECLARATION.match(body[:DECLARATION_BYTES].decode("utf-8", "ignore"))
    return UTF8_DECLARATION.encode() + body[len(declaration[0].encode()) if declaration else 0 :]


def _keep_legal_reference(reference: re.Match[str]) -> str:
    """The character reference, if XML allows its character, else nothing: feedparser fails on others."""
    code = int(reference[1][1:], 16) if reference[1][0] in "xX" else int(reference[1])
    legal = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and not FORBIDDEN.match(chr(code))
    return reference[0] if legal else ""


def _note_damage(text: str, literal_replacements: int = 0) -> DecodedText:
    """The text; in doubt if many characters are broken, as no rule could match its titles. A few do not matter."""
    broken, sound = _count_broken_and_sound(text, literal_replacements)
    if broken * DAMAGE_RATIO <= sound:
        return DecodedText(text)
    return DecodedText(text, f"{broken} of its {broken + sound} characters beyond ASCII are broken")


def _decode_by_declaration(body: bytes, named: list[str]) -> DecodedText:
    """Decodes by the declared names, unless the bytes look otherwise: titles with wrong characters match no rule."""
    declared = named[0]
    declared_text = body.decode(declared, "replace")
    broken, sound = _count_broken_and_sound(declared_text)
    is_damaged = 0 < broken <= max(2, sound // 100)  # one wrong byte must not favour a set in which every byte is valid
    sample = declared_text.replace("\ufffd", "").encode(declared, "ignore") if is_damaged else body
    detected = _detect_codec_among(sample, (*COMMON_CODECS, *named))
    if detected in named:  # header and document disagree, and the bytes fit one of them
        return _note_damage(body.decode(detected, "replace"))
    sample_text = sample.decode(declared, "replace")
    high_bytes = len(sample) - len(sample.translate(None, HIGH_BYTES))
    if detected is None or sample.decode(detected, "replace") == sample_text or {declared, detected} <= LATIN_CODECS:
        return _note_damage(declared_text)
    if (
        broken * DAMAGE_RATIO > sound
        or high_bytes >= ENOUGH_BYTES
        or (declared not in MULTIBYTE_CODECS and NON_ASCII_RUN.search(declared_text))
    ):
        return DecodedText(
            body.decode(detected, "replace"), f"it says that it is {declared}, and was read as {detected}, which fits"
        )
    if high_bytes < FEW_BYTES:
        return _note_damage(declared_text)
    return DecodedText(declared_text, f"it says that it is {declared}, and looks like {detected}")


def _decode_by_detection(body: bytes, named: list[str]) -> DecodedText:
    detected = detect_codec(body)
    problem = "it says that it is utf-8, and is not" if named else "it does not say which it is"
    if detected is None:
        return DecodedText(body.decode("cp1252", "replace"), f"{problem}; none was found that fits")
    return DecodedText(body.decode(detected, "replace"), f"{problem}; it was read as {detected}, which fits best")


def detect_codec(body: bytes) -> str | None:
    """The codec of bytes that are not UTF-8 and declare none; None if none fits."""
    return _detect_codec_among(body, COMMON_CODECS) or _detect_codec_among(body, MORE_CODECS)


def _detect_codec_among(body: bytes, candidates: tuple[str, ...]) -> str | None:
    """The codec that gives the most likely text, by letter frequencies."""
    match = from_bytes(body, cp_isolation=list(candidates), enable_fallback=False).best()
    return codecs.lookup(match.encoding).name if match else None


def _find_declared_codecs(body: bytes, content_type: str) -> list[str]:
    """The codecs that the header and the document declare, the more credible first."""
    names = []
    if in_header := IN_HEADER.search(content_type):
        names.append(in_header[1])
    if in_body := IN_BODY.match(body):
        names.append(in_body[1].decode("ascii", "replace"))
    codecs_named = [codec for codec in map(text_encoding, names) if codec]
    # The header comes first (RFC 7303 section 3), unless it is Latin-1: many servers declare that for all documents.
    return sorted(codecs_named, key=lambda codec: codec == "cp1252")


def text_encoding(name: str) -> str | None:
    """Python's name of the encoding that a document means by `name`; None: no known encoding of text (zlib and hex are
    codecs, but not of text)."""
    try:
        codec = codecs.lookup(UNKNOWN_TO_PYTHON.get(name.lower(), name)).name
        # Raises LookupError for a codec that is not of text. Python checks that only if there is something to decode.
        b"x".decode(codec, "replace")
    except (LookupError, ValueError):  # ValueError: UnicodeError, and a NUL in the name
        return None
    if codec.replace("-", "_") in REFUSED_CODECS:
        return None
    # The declaration was readable as ASCII, so this is wrong: Windows programs declare UTF-16 and save as UTF-8.
    if codec.startswith(("utf-16", "utf-32")):
        return "utf-8"
    return WHATWG_CODECS.get(codec, codec)


def _is_utf8(broken: int, sound: int, text: str, *, declared: bool, is_single_byte: bool) -> bool:
    """Whether bytes that gave this text when decoded as UTF-8 are really UTF-8.

    Other encodings are rarely valid UTF-8 by chance, so the characters beyond ASCII decide: a few broken ones among
    many sound ones are damage (a summary cut within a character), while Latin-1 or KOI8-R gives hardly a sound one.
    `is_single_byte`: the declared encoding has one byte a character.
    """
    if declared:
        return broken <= sound // 2
    # A character of two bytes in an East Asian set may be valid UTF-8 too; three bytes of one and a half hardly are.
    return broken == 0 and sound + 2 * len(WIDE_CHARACTER.findall(text)) >= (1 if is_single_byte else 8)


def _count_broken_and_sound(text: str, literal_replacements: int = 0) -> tuple[int, int]:
    """How many characters beyond ASCII are broken, and how many are sound. `literal_replacements`: how many U+FFFD the
    document itself contains."""
    broken = text.count("\ufffd") - literal_replacements
    return broken, len(text) - broken - len(text.encode("ascii", "ignore"))
