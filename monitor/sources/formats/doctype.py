"""Removes the document type declaration from a document before any parser sees it.

It may declare entities: names for long texts, for many repeats of other entities, or for files of this machine. Feeds
do not need that. We keep only the entities that some feeds really use: short texts under a name. Nothing outside the
document is ever fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_ENTITIES: Final = 100  # entities
MAX_EXPANDED: Final = 1024 * 1024  # bytes of all references together when expanded

# These patterns never backtrack: untrusted input must not take long to be rejected.
DOCTYPE: Final = re.compile(
    rb"""(?P<before>(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+)
    <!DOCTYPE\b(?>[^\[<>"']+|"[^"]*"|'[^']*')*+
    (?:\[(?P<inside>(?><!--(?>.*?-->)|<\?(?>.*?\?>)|"[^"]*"|'[^']*'|[^\]"'<]+|<(?!!--|\?))*+)\]\s*+)?>""",
    re.DOTALL | re.VERBOSE,
)
# The same tokens, so that comments and strings neither count as declarations nor hide one.
DECLARATION: Final = re.compile(
    rb"""<!--(?>.*?-->)|<\?(?>.*?\?>)|"[^"]*"|'[^']*'
    |<!ENTITY\s++(?P<name>[^\s%"'<>&]++)\s++(?P<value>"[^"]*"|'[^']*')?""",
    re.DOTALL | re.VERBOSE,
)
# Values that feedparser accepts: one character, or text without references.
SHORT_VALUE: Final = re.compile(rb"""(?:&\#\w{1,8};|[^&"<>%]{0,1000})""")
ENTITY_NAME: Final = re.compile(rb"\w{1,50}")
REFERENCE: Final = re.compile(rb"&([^\s&;#<>]{1,100});")


@dataclass(frozen=True, slots=True)
class StrippedDocument:
    """A document without its type. `problem`: which entity is not read, in a line for a person."""

    body: bytes
    problem: str | None = None


def strip_doctype(body: bytes) -> StrippedDocument:
    """The document with only its short text entities declared; its lines keep their numbers."""
    match = DOCTYPE.match(body)
    if match is None:
        # A broken declaration, which no parser accepts either: nothing in it may count as an entity.
        return StrippedDocument(body.replace(b"<!ENTITY", b"<!entity") if b"<!ENTITY" in body else body)
    after = match.end()
    declared = _parse_entities(match["inside"] or b"")
    short_entities = {name: value for name, value in declared.items() if value is not None}
    problem = _find_unread_reference(body, after, declared)
    if problem is not None:
        short_entities = {}
    declarations = b"\n".join(b'<!ENTITY %s "%s">' % each for each in short_entities.items())
    replacement = b"<!DOCTYPE feed [\n%s\n]>" % declarations if declarations else b""
    removed_lines = max(0, body.count(b"\n", match.end("before"), after) - replacement.count(b"\n"))
    stripped = b"".join(
        (match["before"], b"\n" if replacement else b"", replacement, b"\n" * removed_lines, body[after:])
    )
    return StrippedDocument(stripped, problem)


def _parse_entities(inside: bytes) -> dict[bytes, bytes | None]:
    """The entities by name, by their first declaration; None: one that is not kept."""
    declared: dict[bytes, bytes | None] = {}
    for match in DECLARATION.finditer(inside):
        name, value = match["name"], (match["value"] or b"")[1:-1]
        if name is not None and name not in declared:
            is_short = (
                match["value"]
                and len(declared) < MAX_ENTITIES
                and ENTITY_NAME.fullmatch(name)
                and SHORT_VALUE.fullmatch(value)
            )
            declared[name] = value if is_short else None
    return declared


def _find_unread_reference(body: bytes, start: int, declared: dict[bytes, bytes | None]) -> str | None:
    """Which entity is used but not kept, or None. Few documents declare any."""
    expanded = 0
    for reference in REFERENCE.finditer(body, start) if declared else ():
        name = reference[1]
        value = declared.get(name, b"")
        expanded += len(value or b"") + 1 if name in declared else 0
        if value is None or expanded > MAX_EXPANDED:
            return _explain_unread_entity(
                name, "is not a short text without references" if value is None else "is used too often"
            )
    return None


def _explain_unread_entity(name: bytes, reason: str) -> str:
    name_text = name.decode("utf-8", "replace")
    return f"its document type declares entities, which are not read (&{name_text}; {reason}); the rest of it was kept"
