"""Finds everything in a zip file besides the contents of its files. The checksums do not cover it.

Someone could add comments, extra fields, or bytes before, between or behind the entries without changing any checksum,
and hide data in a bundle.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from stat import S_IFMT, S_IFREG
from typing import IO

# From the specification of the format (APPNOTE.TXT, 4.3): the fixed parts of the headers around the contents.
_LOCAL_HEADER, _LENGTHS_IN_LOCAL = 30, 26
_CENTRAL_HEADER, _LENGTHS_IN_CENTRAL = 46, 28
_END, _LARGE_END = 22, 56 + 20


def find_stray_data(archive: zipfile.ZipFile, file: IO[bytes]) -> Iterator[str]:
    """All that the file has besides plain files, in sentences. Raises OSError, struct.error if the file is damaged."""
    if archive.comment:
        yield "the zip file has a comment, which no sum covers"
    for info in archive.infolist():
        if info.comment or info.extra:
            yield f"{info.filename}: it has a comment or other data beside its content"
        if S_IFMT(info.external_attr >> 16) not in (0, S_IFREG):
            yield f"{info.filename}: it is a link or another special file"
    yield from _find_gaps(archive, file)


def _find_gaps(archive: zipfile.ZipFile, file: IO[bytes]) -> Iterator[str]:
    at, where = 0, "before"
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if gap := info.header_offset - at:
            yield _describe_gap(gap, f"{where} {info.filename}")
        lengths = sum(_read_lengths(file, "<HH", info.header_offset + _LENGTHS_IN_LOCAL))
        at, where = info.header_offset + _LOCAL_HEADER + lengths + info.compress_size, "between the files, before"
    if gap := archive.start_dir - at:
        yield _describe_gap(gap, "behind the last file")
    at = archive.start_dir
    for _ in archive.infolist():
        at += _CENTRAL_HEADER + sum(_read_lengths(file, "<HHH", at + _LENGTHS_IN_CENTRAL))
    rest = file.seek(0, 2) - at - _END - len(archive.comment)
    if rest not in (0, _LARGE_END):
        yield _describe_gap(rest, "at the end")


def _read_lengths(file: IO[bytes], form: str, offset: int) -> tuple[int, ...]:
    file.seek(offset)
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _describe_gap(gap: int, where: str) -> str:
    if gap < 0:
        return f"the entries of the zip file overlap ({where})"
    return f"the zip file has {gap} bytes that belong to no file, {where}"
