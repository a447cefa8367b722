"""Edits one document of a rules file as text: every byte that is not part of the edit stays the same.

Our own parser gives the positions. It also parses the result: the document must have exactly the data that the edits
give, and all other documents of the file must be unchanged. Otherwise the edit is refused and nothing is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite, prepare_rewrite
from monitor.config.editing.document_text import DocumentText, edit_document_text
from monitor.config.editing.edits import Edit, apply_edits_to_data
from monitor.config.language.file_kinds import Kind
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, parse_yaml_text
from monitor.errors import EditUnsafe, InvalidFiles, InvalidRequest
from monitor.model import Place


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """The edits of the document that begins with `kind: id`, in their order."""

    kind: Kind
    id: str
    edits: tuple[Edit, ...]


_MARKER = re.compile(r"(---|\.\.\.)(\s|$)")
"""A line that begins so separates two documents, wherever it is."""


def prepare_changes(path: Path, changes: Sequence[DocumentChange]) -> FileRewrite:
    """The rewrite of a file with some of its documents edited; nothing is written yet. Raises what `find_document` and
    `apply_edits` raise, and MonitorError if the file cannot be read."""

    def edit(text: str, file: str) -> str:
        for change in changes:
            text = apply_edits(text, file, find_document(text, file, change.kind, change.id), change.edits)
        return text

    return prepare_rewrite(path, edit)


def find_document(text: str, file: str, kind: Kind, wanted_id: str) -> int:
    """The index of the document that begins with `kind: wanted_id`, such as `rule: coup`. Raises InvalidFiles, and
    InvalidRequest if the file does not have exactly one."""
    found = [
        index
        for index, document in enumerate(parse_yaml_text(text, file))
        if isinstance(document.data, dict) and document.data.get(kind) == wanted_id
    ]
    if len(found) != 1:
        raise InvalidRequest(f"{file}: '{kind}: {wanted_id}' is " + ("there more than once" if found else "not there"))
    return found[0]


def apply_edits(text: str, file: str, document_index: int, edits: Iterable[Edit]) -> str:
    """The text of a file with its document `document_index` (from 0) edited. `file`: its name, for messages only.
    Raises InvalidRequest if an edit does not fit the data, EditUnsafe if the text cannot be edited safely, and
    InvalidFiles if the text has faults."""
    documents = parse_yaml_text(text, file)
    document = documents[document_index]
    lines = text.splitlines(keepends=True)
    extent = _find_document_lines(lines, document)
    source = _read_document_text("".join(lines[extent.start : extent.stop]), document.data, document.place())
    for edit in edits:
        data = apply_edits_to_data(source.document.data, [edit])
        place = source.document.place(edit.path)
        place_in_file = Place(file, place.line + extent.start, place.col)
        source = _read_document_text(edit_document_text(source, edit), data, place_in_file)
    edited = "".join([*lines[: extent.start], *source.lines, *lines[extent.stop :]])
    expected = [other.data for other in documents]
    expected[document_index] = source.document.data
    _parse_expected(edited, expected, document.place())
    return edited


def _find_document_lines(lines: list[str], document: YamlDocument) -> range:
    """The lines from the marker before the document to the one after it."""
    first = document.place().line - 1
    start = next((number for number in range(first, -1, -1) if _MARKER.match(lines[number])), 0)
    stop = next((number for number in range(first + 1, len(lines)) if _MARKER.match(lines[number])), len(lines))
    return range(start, stop)


def _read_document_text(text: str, expected: PlainData, place: Place) -> DocumentText:
    [document], lines = _parse_expected(text, [expected], place), text.splitlines(keepends=True)
    if max(document.packed_positions[2::6]) > len(lines):  # a value behind the end of the text, as in '?'
        raise EditUnsafe(place)
    return DocumentText(lines, document)


def _parse_expected(text: str, expected: Sequence[PlainData], place: Place) -> tuple[YamlDocument, ...]:
    """The documents of a text. Raises EditUnsafe if their data is not what it should be. `place`: of the edit."""
    try:
        documents = parse_yaml_text(text, place.file)
    except InvalidFiles:
        raise EditUnsafe(place) from None
    if _fingerprint([document.data for document in documents]) != _fingerprint(expected):
        raise EditUnsafe(place)
    return documents


def _fingerprint(data: Sequence[PlainData]) -> str:
    """Equal for data that is the same in the order of keys too. (For Python, 1, 1.0 and true are equal.)"""
    return json.dumps(data)
