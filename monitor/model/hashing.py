"""Hashes of names, the same in every process."""

from __future__ import annotations

from hashlib import blake2b


def hash_name(name: str) -> int:
    """A hash of 64 bits. Nobody can find another name with the same hash."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())
