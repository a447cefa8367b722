"""Brotli (RFC 7932) that keeps a decompressor busy for two seconds a MiB and unpacks to nearly nothing.

Each of its meta-blocks holds one byte, behind a map of 16,384 contexts. The map takes no bits, as all its entries are
the same symbol; the decoder moves each of them to the front.
"""

from __future__ import annotations

BLOCK_TYPES = 256


class _Bits:
    """Bits, the least significant one of a byte first."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self._value = self._count = 0

    def put(self, value: int, count: int) -> None:
        self._value |= value << self._count
        self._count += count
        while self._count >= 8:
            self.bytes.append(self._value & 0xFF)
            self._value >>= 8
            self._count -= 8

    def put_only_symbol(self, symbol: int, bits: int) -> None:
        """A prefix code with one symbol, which then takes no bits."""
        self.put(1, 2)
        self.put(0, 2)
        self.put(symbol, bits)


def write_costly_brotli(size: int) -> bytes:
    """About so many bytes of it."""
    bits = _Bits()
    bits.put(0, 1)  # a window of 16 bits
    for _ in range(8):
        _put_meta_block(bits)
    begins_at = len(bits.bytes)
    for _ in range(8):  # whole bytes, which may be repeated
        _put_meta_block(bits)
    period = bits.bytes[begins_at:]
    bits.bytes += period * (size // len(period) - 2)
    bits.put(3, 2)  # the last one, and empty
    bits.put(0, 7)
    return bytes(bits.bytes)


def _put_meta_block(bits: _Bits) -> None:
    bits.put(0, 1 + 2 + 16 + 1)  # not the last one; its length in four nibbles: 1; compressed
    bits.put(1 | 7 << 1 | 127 << 4, 11)  # BLOCK_TYPES types of literals
    bits.put_only_symbol(0, 9)  # the code of their types
    bits.put_only_symbol(25, 5)  # the code of their lengths: 24 more bits say how long
    bits.put(0, 24)
    bits.put(0, 1 + 1 + 2 + 4)  # one type of commands and of distances; how distances are written
    for _ in range(BLOCK_TYPES):
        bits.put(0, 2)  # its contexts
    bits.put(1 | 0 << 1, 4)  # two trees of literals
    bits.put(0, 1)  # the map has no runs
    bits.put_only_symbol(1, 1)  # its only symbol
    bits.put(1, 1)  # moved to the front
    bits.put(0, 1)  # one tree of distances
    for _ in range(2):
        bits.put_only_symbol(ord(" "), 8)
    bits.put_only_symbol(136, 10)  # the only command: one literal
    bits.put_only_symbol(0, 6)
