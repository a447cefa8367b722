"""A document type declaration, taken out before any parser sees it.

It may declare entities: short names for long texts, for other entities many times over, or for files of this machine.
Feeds have nothing to say with it. What is kept is what some of them do with it all the same: a few words under a name
of their own. Nothing outside the document is ever fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 100  # entities
EXPANDED: Final = 1024 * 1024  # bytes that all references together may stand for

# They never go back: what strangers write may not take long to be found wrong.
DOCTYPE: Final = re.compile(
    rb"""(?P<before>(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+)
    <!DOCTYPE\b(?>[^\[<>"']+|"[^"]*"|'[^']*')*+
    (?:\[(?P<inside>(?><!--(?>.*?-->)|<\?(?>.*?\?>)|"[^"]*"|'[^']*'|[^\]"'<]+|<(?!!--|\?))*+)\]\s*+)?>""",
    re.DOTALL | re.VERBOSE,
)
# In the same pieces, so that no declaration hides in a comment or a text, nor is hidden by one.
DECLARED: Final = re.compile(
    rb"""<!--(?>.*?-->)|<\?(?>.*?\?>)|"[^"]*"|'[^']*'
    |<!ENTITY\s++(?P<name>[^\s%"'<>&]++)\s++(?P<value>"[^"]*"|'[^']*')?""",
    re.DOTALL | re.VERBOSE,
)
# What feedparser takes over: one character, or text without references.
SMALL: Final = re.compile(rb"""(?:&\#\w{1,8};|[^&"<>%]{0,1000})""")
NAME: Final = re.compile(rb"\w{1,50}")
REFERENCE: Final = re.compile(rb"&([^\s&;#<>]{1,100});")


@dataclass(frozen=True, slots=True)
class StrippedDocument:
    """A document without its type. `problem`: what it refers to is not read, for a person."""

    body: bytes
    problem: str | None = None


def strip_doctype(body: bytes) -> StrippedDocument:
    """The document without what its type declares, but a few short texts; its lines keep their numbers."""
    found = DOCTYPE.match(body)
    if found is None:
        # One that no parser takes for whole either; then nothing in it may pass for a declaration.
        return StrippedDocument(body.replace(b"<!ENTITY", b"<!entity") if b"<!ENTITY" in body else body)
    after = found.end()
    declared = _parse_entities(found["inside"] or b"")
    small = {name: value for name, value in declared.items() if value is not None}
    unread = _find_unread_reference(body, after, declared)
    if unread is not None:
        small = {}
    kept = b"\n".join(b'<!ENTITY %s "%s">' % each for each in small.items())
    instead = b"<!DOCTYPE feed [\n%s\n]>" % kept if kept else b""
    lines = max(0, body.count(b"\n", found.end("before"), after) - instead.count(b"\n"))
    clean = b"".join((found["before"], b"\n" if instead else b"", instead, b"\n" * lines, body[after:]))
    return StrippedDocument(clean, unread)


def _parse_entities(inside: bytes) -> dict[bytes, bytes | None]:
    """The entities by name, the first declaration of each; None: one that is not taken over."""
    declared: dict[bytes, bytes | None] = {}
    for found in DECLARED.finditer(inside):
        name, value = found["name"], (found["value"] or b"")[1:-1]
        if name is not None and name not in declared:
            small = found["value"] and len(declared) < MOST and NAME.fullmatch(name) and SMALL.fullmatch(value)
            declared[name] = value if small else None
    return declared


def _find_unread_reference(body: bytes, start: int, declared: dict[bytes, bytes | None]) -> str | None:
    """What is referred to and not read, or None; few documents declare anything at all."""
    expanded = 0
    for reference in REFERENCE.finditer(body, start) if declared else ():
        name = reference[1]
        value = declared.get(name, b"")
        expanded += len(value or b"") + 1 if name in declared else 0
        if value is None or expanded > EXPANDED:
            return _explain_unread_entity(name, "is no short text of its own" if value is None else "is used too often")
    return None


def _explain_unread_entity(name: bytes, why: str) -> str:
    shown = name.decode("utf-8", "replace")
    return f"its document type declares entities, which are not read (&{shown}; {why}); what else it holds was kept"
