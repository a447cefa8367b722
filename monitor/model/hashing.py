"""What stands for a name, the same in every process."""

from __future__ import annotations

from hashlib import blake2b


def hash_name(name: str) -> int:
    """64 bits that nobody can find another name for."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())
