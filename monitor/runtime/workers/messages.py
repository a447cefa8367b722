"""The calls and replies between the daemon and its workers, as bytes.

A call is pickled: a worker trusts the daemon. A reply is not: the worker that wrote it may have been taken over by the
document that it reads. It is data (MessagePack), is refused before it is read if it is longer than MAX_REPLY, and
is decoded once, into the type that the function says it returns, with the bounds that its annotations have: a byte may
become an object of a hundred. So what a worker sends can be no more than a wrong value of the right type.

A worker checks its own reply in the same way before it sends it. So a reply out of bounds is always a lie.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, lru_cache
from types import UnionType
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from monitor.errors import FeedUnreadable, MonitorError, WorkerLost
from monitor.text.record import replace_surrogates

MAX_REPLY: Final = 24 * 2**20  # bytes: the text of the largest document, three times as long in UTF-8
MAX_LINE: Final = 1_000  # characters of an error
HEADER: Final = 8  # bytes before each message: its length, big-endian
_ERRORS: Final[dict[str, type[MonitorError]]] = {error.__name__: error for error in (FeedUnreadable, WorkerLost)}

T = TypeVar("T")

Call = tuple[int, Callable[..., Any], tuple[Any, ...]]
Line = Annotated[str, Meta(max_length=MAX_LINE)]


class Ready(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The first message of a worker. `missing`: the protections that its kernel does not give."""

    missing: tuple[str, ...] = ()


class Declined(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The worker has not begun the call, and ends: a file that its sandbox lets it read has been replaced."""


class Returned(msgspec.Struct, Generic[T], frozen=True, tag=True, array_like=True):
    """What the function of call `number` returned."""

    number: int
    value: T


class Failed(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The error of call `number`: the name of its class, and its line."""

    number: int
    error: Literal["FeedUnreadable", "WorkerLost"]
    line: Line


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


def encode_call(number: int, function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    """The bytes of a call. Raises what pickle does for arguments that it cannot take."""
    if getattr(function, "__module__", None) == "__main__" and (spec := sys.modules["__main__"].__spec__) is not None:
        function = _NamedFunction(spec.name, function.__qualname__)
    return pickle.dumps((number, function, args), pickle.HIGHEST_PROTOCOL)


def decode_call(message: bytes | bytearray) -> Call:
    """In a worker: the call."""
    call: Call = pickle.loads(message)  # noqa: S301  the daemon wrote it
    return call


def encode_result(number: int, function: Callable[..., Any], result: object) -> bytes:
    """In a worker: the reply with what the function returned. Raises TypeError for what is no data, and ReplyInvalid
    for what the daemon would refuse."""
    try:
        value = msgspec.convert(result, _wire_type(_result_type(function)), from_attributes=True)
    except msgspec.ValidationError as error:
        raise ReplyInvalid(str(error)) from None
    try:
        message = msgspec.msgpack.encode(Returned(number, value))
    except UnicodeEncodeError:  # MessagePack, as databases and digests, has no halves of surrogate pairs
        plain = _replace_surrogates(msgspec.to_builtins(value, builtin_types=(bytes,)))
        message = msgspec.msgpack.encode(Returned(number, plain))
    if len(message) > MAX_REPLY:
        raise ReplyInvalid(f"{len(message)} bytes, of at most {MAX_REPLY}")
    return message


def _replace_surrogates(value: Any) -> Any:  # noqa: ANN401  any data
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, (list, tuple)):
        return [_replace_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(item) for key, item in value.items()}
    return value


def is_expected(error: Exception) -> bool:
    """Whether this error is one that work raises on purpose, and that the caller gets as it is."""
    return _ERRORS.get(type(error).__name__) is type(error)


def encode_error(number: int, error: Exception) -> bytes:
    """In a worker: the reply for a function that raised this. An error that is not expected becomes a WorkerLost."""
    sent = error if is_expected(error) else WorkerLost(f"the work failed: {type(error).__name__}: {error}")
    line = str(sent)[:MAX_LINE].encode("utf-8", "backslashreplace").decode()[:MAX_LINE]
    return msgspec.msgpack.encode([Failed.__name__, number, type(sent).__name__, line])


def decode_ready(message: bytes | bytearray) -> Ready:
    """The first message of a worker. Raises ReplyInvalid."""
    try:
        return msgspec.msgpack.decode(message, type=Ready)
    except msgspec.DecodeError as error:
        raise ReplyInvalid(f"no first message ({error})") from None


def decode_result(message: bytes | bytearray, number: int, function: Callable[..., T]) -> T:
    """What `function` returned in call `number`; raises its error. Raises CallDeclined, and ReplyInvalid."""
    try:
        reply = _reply_decoder(function).decode(message)
        if isinstance(reply, Returned):
            value: T = msgspec.convert(reply.value, _result_type(function), from_attributes=True)
    except (msgspec.DecodeError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ReplyInvalid(f"no result of its type ({str(error)[:200]})") from None
    if isinstance(reply, Declined):
        raise CallDeclined("that it takes no call")
    if reply.number != number:
        raise ReplyInvalid("a reply to another call")
    if isinstance(reply, Failed):
        raise _ERRORS[reply.error](reply.line)
    return value


@lru_cache(maxsize=100)
def _reply_decoder(function: Callable[..., Any]) -> msgspec.msgpack.Decoder[Declined | Returned[Any] | Failed]:
    wire: Any = _wire_type(_result_type(function))
    return msgspec.msgpack.Decoder(Declined | Returned[wire] | Failed)


@lru_cache(maxsize=100)
def _result_type(function: Callable[..., Any]) -> Any:  # noqa: ANN401  a type
    """The type that the function says it returns; plain values where it says nothing."""
    try:
        return get_type_hints(function, include_extras=True).get("return", Any)
    except TypeError:  # partial objects and the like have none
        return Any


@cache
def _wire_type(type_: Any) -> Any:  # noqa: ANN401  types
    """The type, with a row of all its fields for each dataclass. A map could have each key a million times, and all
    values would be decoded."""
    if is_dataclass(type_):
        hints = get_type_hints(type_, include_extras=True)
        rows = [(each.name, _wire_type(hints[each.name])) for each in fields(type_)]
        return msgspec.defstruct(str(type_), rows, frozen=True, array_like=True, forbid_unknown_fields=True)
    origin, args = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return Annotated[(_wire_type(args[0]), *args[1:])]
    if origin in (Union, UnionType):
        return Union[tuple(map(_wire_type, args))]  # noqa: UP007
    return origin[tuple(map(_wire_type, args))] if origin else type_
