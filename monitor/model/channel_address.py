"""What may be stored of a channel's URL, which is a secret."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """Enough of a channel's URL to suppose that two channels have the same one: its scheme, and a checksum of one byte.
    A longer one would help whoever guesses a secret in it."""

    kind: str
    checksum: int

    @classmethod
    def of_url(cls, kind: str, url: str) -> ChannelAddress:
        """The address of the URL of a channel. `kind`: its scheme."""
        return cls(kind, blake2b(url.encode(), digest_size=1).digest()[0])
