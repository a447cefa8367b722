"""The calls and replies between the daemon and its workers, as bytes.

A call is pickled: a worker trusts the daemon. A reply is not: the worker that wrote it may have been taken over by the
document that it reads. It is data (MessagePack), of a limited size, and is checked against the type that the function
says it returns, with the lengths that its annotations allow: a byte may become an object of a hundred. So what a worker
sends can be no more than a wrong value of the right type.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, get_type_hints

import msgspec

from monitor.errors import FeedUnreadable, MonitorError, WorkerLost
from monitor.text.record import replace_surrogates

MAX_REPLY: Final = 64 * 2**20  # bytes: eight times the largest document that `limits.decoded_bytes` lets in by default
MAX_LINE: Final = 1_000  # characters of an error
HEADER: Final = 8  # bytes before each message: its length, big-endian
_ERRORS: Final[dict[str, type[MonitorError]]] = {error.__name__: error for error in (FeedUnreadable, WorkerLost)}

T = TypeVar("T")

Call = tuple[int, Callable[..., Any], tuple[Any, ...]]


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The first message of a worker. `missing`: the protections that its kernel does not give."""

    missing: tuple[str, ...] = ()


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The worker has not begun the call, and ends: a file that its sandbox lets it read has been replaced."""


class Returned(msgspec.Struct, frozen=True, tag=True):
    """What the function of call `number` returned, encoded. `is_json`: as JSON, because it has half of a surrogate
    pair, which MessagePack cannot hold; another character takes its place."""

    number: int
    value: bytes
    is_json: bool = False


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The error of call `number`: the name of its class, and its line."""

    number: int
    error: str
    line: str


_reply_decoder: Final = msgspec.msgpack.Decoder(Ready | Declined | Returned | Failed)


class CallDeclined(Exception):
    """The worker has not begun the call: another process has to take it."""


class ReplyInvalid(Exception):
    """A worker has sent what no worker of ours sends."""


@dataclass(frozen=True, slots=True)
class _NamedFunction:
    """A function by its name, for a module that the worker knows by another name (`__main__`)."""

    module: str
    name: str

    def __call__(self, *args: object) -> object:
        __import__(self.module)
        return getattr(sys.modules[self.module], self.name)(*args)


def encode_setup(setup: object) -> bytes:
    """The bytes of what a process gets before its first call."""
    return _with_header(pickle.dumps(setup, pickle.HIGHEST_PROTOCOL))


def encode_call(number: int, function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    """The bytes of a call. Raises what pickle does for arguments that it cannot take."""
    if getattr(function, "__module__", None) == "__main__" and (spec := sys.modules["__main__"].__spec__) is not None:
        function = _NamedFunction(spec.name, function.__qualname__)
    return _with_header(pickle.dumps((number, function, args), pickle.HIGHEST_PROTOCOL))


def decode_call(message: bytes | bytearray) -> Call:
    """In a worker: the call."""
    call: Call = pickle.loads(message)  # noqa: S301  the daemon wrote it
    return call


def encode_ready(missing: tuple[str, ...]) -> bytes:
    """In a worker: its first message."""
    return _with_header(msgspec.msgpack.encode(Ready(missing)))


def encode_declined() -> bytes:
    """In a worker: the reply that it does not take the call."""
    return _with_header(msgspec.msgpack.encode(Declined()))


def encode_result(number: int, result: object) -> bytes:
    """In a worker: the reply with what the function returned. Raises TypeError for what is no data."""
    try:
        reply = Returned(number, msgspec.msgpack.encode(result))
    except UnicodeEncodeError:
        reply = Returned(number, json.dumps(msgspec.to_builtins(result)).encode(), is_json=True)
    return _with_header(msgspec.msgpack.encode(reply))


def is_expected(error: Exception) -> bool:
    """Whether this error is one that work raises on purpose, and that the caller gets as it is."""
    return _ERRORS.get(type(error).__name__) is type(error)


def encode_error(number: int, error: Exception) -> bytes:
    """In a worker: the reply for a function that raised this. An error that is not expected becomes a WorkerLost."""
    sent = error if is_expected(error) else WorkerLost(f"the work failed: {type(error).__name__}: {error}")
    line = str(sent).encode("utf-8", "backslashreplace").decode()
    return _with_header(msgspec.msgpack.encode(Failed(number, type(sent).__name__, line)))


def decode_ready(message: bytes | bytearray) -> Ready:
    """The first message of a worker. Raises ReplyInvalid."""
    reply = _decode_reply(message)
    if not isinstance(reply, Ready):
        raise ReplyInvalid("a reply before any call")
    return reply


def decode_result(message: bytes | bytearray, number: int, function: Callable[..., T]) -> T:
    """What `function` returned in call `number`; raises its error. Raises CallDeclined, and ReplyInvalid."""
    reply = _decode_reply(message)
    if isinstance(reply, Declined):
        raise CallDeclined("that it takes no call")
    if isinstance(reply, Ready) or reply.number != number:
        raise ReplyInvalid("a reply to another call")
    if isinstance(reply, Failed):
        if reply.error not in _ERRORS:
            raise ReplyInvalid("an error of an unknown kind")
        raise _ERRORS[reply.error](reply.line[:MAX_LINE])
    decoder = _result_decoder(function)
    try:
        if reply.is_json:
            # Databases and digests refuse halves of pairs. Our readers return none in what they give of an entry, but
            # a worker that was taken over may.
            whole = replace_surrogates(json.dumps(json.loads(reply.value), ensure_ascii=False))
            result: T = msgspec.convert(json.loads(whole), decoder.type)
        else:
            result = decoder.decode(reply.value)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError) as error:
        raise ReplyInvalid(f"a result of another type ({error})") from None
    return result


def _decode_reply(message: bytes | bytearray) -> Ready | Declined | Returned | Failed:
    try:
        reply: Ready | Declined | Returned | Failed = _reply_decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReplyInvalid(f"no reply ({error})") from None
    return reply


@lru_cache(maxsize=100)
def _result_decoder(function: Callable[..., Any]) -> msgspec.msgpack.Decoder[Any]:
    """For the type that the function says it returns; plain values where it says nothing."""
    try:
        hints = get_type_hints(function, include_extras=True)
    except TypeError:  # partial objects and the like have none
        hints = {}
    return msgspec.msgpack.Decoder(hints.get("return", Any))


def _with_header(message: bytes) -> bytes:
    return len(message).to_bytes(HEADER) + message
