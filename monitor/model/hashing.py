"""Hashes of names and texts, the same in every process."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MAX_IDENTITY: Final = 2_048  # bytes: with the names before it in a key, PostgreSQL's indexes take it


def hash_name(name: str) -> int:
    """A hash of 64 bits. Nobody can find another name with the same hash."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def digest_texts(*parts: str) -> str:
    """A digest of these texts: 32 hexadecimal digits."""
    return hash_texts(*parts).hex()


def hash_texts(*parts: str) -> bytes:
    """The same, as 16 bytes."""
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def shorten_identity(text: str) -> str:
    """The text, if it has at most MAX_IDENTITY bytes; else its beginning and its digest."""
    return text if len(text.encode("utf-8", "surrogatepass")) <= MAX_IDENTITY else f"{text[:100]}#{digest_texts(text)}"


def uid_hash(uid: str) -> str:
    """How an erased entry's uid is recognised without storing it: a guid may be an address or text."""
    return digest_texts(uid)
