"""Finds everything in a zip file besides the contents of its files. The checksums do not cover it.

Someone could add comments, extra fields, or bytes before, between, behind or inside the entries without changing any
checksum, and hide data in a bundle. It does not find data in the choices that compression leaves open: other programs
compress the same content otherwise, and rightly so.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from stat import S_IFDIR, S_IFMT, S_IFREG
from typing import IO, Any

# From the specification of the format (APPNOTE.TXT, 4.3): the fixed parts of the headers around the contents.
_LOCAL_HEADER, _LENGTHS_IN_LOCAL = 30, 26
_CENTRAL_HEADER, _LENGTHS_IN_CENTRAL = 46, 28
_SHARED_IN_LOCAL, _SHARED_IN_CENTRAL, _SHARED = 4, 6, 26  # what both headers of a file say, in the same order
_END, _LARGE_END = 22, 56 + 20
_LARGE_OFFSET = struct.Struct("<HHQ")  # the extra field of an entry beyond 4 GiB, in the list at the end only
_VERSION, _LARGE_VERSION = 20, 45  # of the format, which that list demands of a reader then
_CHUNK = 2**16  # bytes


def find_folders(archive: zipfile.ZipFile) -> frozenset[str]:
    """The names of the entries of folders that have files in the archive. Programs that pack a folder write them; they
    say nothing that the names of the files do not say."""
    infos = archive.infolist()
    parents = {f"{parent}/" for info in infos if not info.is_dir() for parent in PurePosixPath(info.filename).parents}
    return frozenset(info.filename for info in infos if info.filename in parents and _is_folder(info))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return not info.file_size and S_IFMT(info.external_attr >> 16) in (0, S_IFDIR)


def find_stray_data(archive: zipfile.ZipFile, file: IO[bytes], largest: int) -> Iterator[str]:
    """All that the file has besides plain files and their folders, in sentences. `largest`: the bytes of a file beyond
    which its content is not looked at. Raises OSError, struct.error if the file is damaged."""
    folders = find_folders(archive)
    if archive.comment:
        yield "the zip file has a comment, which no sum covers"
    for info in archive.infolist():
        if info.comment or (info.extra and not _is_beyond_4_gib(info)):
            yield f"{info.filename}: it has a comment or other data beside its content"
        if S_IFMT(info.external_attr >> 16) not in (0, S_IFREG) and info.filename not in folders:
            yield f"{info.filename}: it is a link or another special file"
        if info.file_size <= largest and _hides_data(info, file):
            yield f"{info.filename}: it has bytes that do not belong to its content"
    yield from _find_headers_that_differ(archive, file)
    yield from _find_gaps(archive, file)


def _is_beyond_4_gib(info: zipfile.ZipInfo) -> bool:
    """Whether its extra field is no more than where it begins, as an entry beyond 4 GiB needs it (zip64)."""
    return info.extra == _LARGE_OFFSET.pack(1, 8, info.header_offset)


def _hides_data(info: zipfile.ZipInfo, file: IO[bytes]) -> bool:
    """Whether its part of the file is more than its content, of which zipfile reads no more than its stated size."""
    if info.compress_type == zipfile.ZIP_STORED:
        return info.compress_size != info.file_size
    if info.compress_type != zipfile.ZIP_DEFLATED:
        return True  # no bundle has it
    file.seek(_find_content(info, file))
    unread, size, inflater = info.compress_size, 0, zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not inflater.eof and size <= info.file_size:
            compressed = inflater.unconsumed_tail
            if not compressed:
                compressed = file.read(min(_CHUNK, unread))
                unread -= len(compressed)
            content = inflater.decompress(compressed, _CHUNK)
            if not compressed and not content:
                return False  # it is cut off, and zipfile says so
            size += len(content)
    except zlib.error:
        return False  # likewise: it is damaged
    return bool(unread or inflater.unused_data or size != info.file_size)


def _find_content(info: zipfile.ZipInfo, file: IO[bytes]) -> int:
    """Where the content of an entry begins."""
    lengths: int = sum(_read(file, "<HH", info.header_offset + _LENGTHS_IN_LOCAL))
    return info.header_offset + _LOCAL_HEADER + lengths


def _find_headers_that_differ(archive: zipfile.ZipFile, file: IO[bytes]) -> Iterator[str]:
    """Of these, zipfile reads the sizes, times and extra fields only in the list at the end."""
    at = archive.start_dir
    for info in archive.infolist():
        (local,) = _read(file, f"{_SHARED}s", info.header_offset + _SHARED_IN_LOCAL)
        (central,) = _read(file, f"{_SHARED}s", at + _SHARED_IN_CENTRAL)
        if _is_beyond_4_gib(info):  # then version and length of the extra field differ
            common = local[2:-2]
            are_alike = (local, central) == (
                _frame(_VERSION, common, 0),
                _frame(_LARGE_VERSION, common, _LARGE_OFFSET.size),
            )
        else:
            are_alike = local == central
        if not are_alike:
            yield f"{info.filename}: it is described in two places that differ"
        at += _CENTRAL_HEADER + sum(_read(file, "<HHH", at + _LENGTHS_IN_CENTRAL))


def _frame(version: int, common: bytes, extra: int) -> bytes:
    """What one header says of a file. `extra`: the length of its extra field."""
    return struct.pack(f"<H{_SHARED - 4}sH", version, common, extra)


def _find_gaps(archive: zipfile.ZipFile, file: IO[bytes]) -> Iterator[str]:
    at, where = 0, "before"
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if gap := info.header_offset - at:
            yield _describe_gap(gap, f"{where} {info.filename}")
        at, where = _find_content(info, file) + info.compress_size, "between the files, before"
    if gap := archive.start_dir - at:
        yield _describe_gap(gap, "behind the last file")
    at = archive.start_dir
    for _ in archive.infolist():
        at += _CENTRAL_HEADER + sum(_read(file, "<HHH", at + _LENGTHS_IN_CENTRAL))
    rest = file.seek(0, 2) - at - _END - len(archive.comment)
    if rest not in (0, _LARGE_END):
        yield _describe_gap(rest, "at the end")


def _read(file: IO[bytes], form: str, offset: int) -> tuple[Any, ...]:
    file.seek(offset)
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _describe_gap(gap: int, where: str) -> str:
    if gap < 0:
        return f"the entries of the zip file overlap ({where})"
    return f"the zip file has {gap} bytes that belong to no file, {where}"
